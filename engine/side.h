/* Side tables: what a generation knows besides its segments, and what changes without the text changing. Each is one
 * JSON document of its own, named by its content and listed by the manifest, so that a change of one is a new
 * generation with the same segments: live at once, atomic, kept and swept like the rest.
 *
 *     DATA/index/tables/weights-NAME.json    NAME: 32 hex digits of the document's SHA-256
 *
 * A kind has one parser; what it makes lives in the generation's arena and is read by parry_generation_side. */
#ifndef PARRY_ENGINE_SIDE_H
#define PARRY_ENGINE_SIDE_H

#include "engine/segment.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_side {
    PARRY_SIDE_WEIGHTS,     /* engine/weights.h: factors on the fitted weights, for this content */
    PARRY_SIDE_CALIBRATION, /* engine/calibration.h: fitted on this content's judged queries */
    PARRY_SIDE_RELATED,     /* engine/related.h: articles related to each article */
    PARRY_SIDE_DUPLICATES,  /* engine/duplicates.h: pairs that say the same, for editors */
    PARRY_SIDE_SYNONYMS,    /* engine/synonyms.h: what authors say that words may also be called */
    PARRY_SIDE_RULES,       /* engine/rules.h: what authors put first, hide, filter, raise */
    PARRY_SIDE_BOOSTS,      /* engine/boosts.h: field weights, freshness, popularity, votes, categories, products */
    PARRY_SIDE_USAGE,       /* engine/boosts.h: views and votes by article */
    PARRY_SIDE_COMPLETIONS, /* engine/complete.h: what many visitors asked */
    PARRY_SIDE_CHALLENGER,  /* engine/challenger.h: another ranking, for tests of rankings */
    PARRY_SIDES
} parry_side;

const char *parry_side_name(parry_side kind); /* "weights" ... */
bool parry_side_parse_name(const char *name, parry_side *out);

/* What its parser makes of a document, in the arena. Fails: INVALID (says where). */
PARRY_MUST parry_code parry_side_parse(parry_side kind, const json_t *document, parry_arena *a, const void **out,
                                       parry_err *err);
/* Would it load? Fails: INVALID (says where). */
PARRY_MUST parry_code parry_side_check(parry_side kind, const json_t *document, parry_err *err);
/* Write a document under its name, synced; a table of that name already there is fine. It is parsed first, so that no
 * manifest can list one that does not load. index_dir: DATA/index. Fails: INVALID (says where), IO. */
PARRY_MUST parry_code parry_side_write(const char *index_dir, parry_side kind, const json_t *document,
                                       char name[PARRY_NAME_TEXT], parry_err *err);
/* Read and parse one into the arena. Fails: CORRUPT (missing, content that is not its name's, refused by its parser).
 */
PARRY_MUST parry_code parry_side_read(const char *index_dir, parry_side kind, const char *name, parry_arena *a,
                                      const void **out, parry_err *err);
/* "weights-NAME.json" taken apart; false for other files. */
bool parry_side_of_file(const char *file, parry_side *kind, char name[PARRY_NAME_TEXT]);

#ifdef __cplusplus
}
#endif
#endif
