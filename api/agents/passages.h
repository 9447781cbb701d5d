/* Passages: what a language model is given to answer from, each with an id of ours that stays good as a citation.
 *
 * An id is 62 characters: the version of the article (SHA-256), the section, and the length and a rolling sum of the
 * text. Nothing is kept of it: the store has every version, and the text is found in it again by its sum (Karp and
 * Rabin 1987), whatever became of the index since. It says nothing to others, and holds only where the very text
 * stands. */
#ifndef PARRY_API_PASSAGES_H
#define PARRY_API_PASSAGES_H

#include "content/article.h"
#include "engine/search.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_PASSAGE_BYTES = 46, PARRY_PASSAGE_ID_TEXT = 63 };

typedef struct parry_passage_ref {
    parry_hash version; /* of the article */
    uint16_t section;   /* index in it */
    uint32_t length;    /* bytes of text */
    uint64_t sum;       /* of them */
} parry_passage_ref;

/* Of a hit of this generation, found with snippets. false: the article has no text. */
bool parry_passage_of_hit(const parry_generation *g, const parry_hit *h, parry_passage_ref *out);
void parry_passage_id(const parry_passage_ref *ref, char out[PARRY_PASSAGE_ID_TEXT]);
bool parry_passage_parse(parry_str id, parry_passage_ref *out);
/* Where the text stands in that version: its section, and it as a slice of the section's text. false: nowhere. */
bool parry_passage_find(const parry_passage_ref *ref, const parry_article *version, size_t *section, parry_str *text);

/* Tokens of a text: of the encoder's vocabulary, which other models' tokens are near; without an encoder a guess, one
 * for each four bytes begun. */
size_t parry_passage_tokens(const parry_encoder *encoder, parry_str text);

#ifdef __cplusplus
}
#endif
#endif
