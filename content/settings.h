/* Settings: what authors say about search, beside their articles.
 *
 *     TREE/_search/synonyms.yaml   rules.yaml   boosts.yaml   challenger.yaml
 *
 * (docs/curation.md, docs/experiments.md; any may be missing.)
 *
 * The import keeps the files' bytes in the store; the indexer makes side tables of them (engine/side.h), so that a
 * change is live without any article being indexed again. A file that cannot be read, or that is not good, changes
 * nothing: the last good one stays. */
#ifndef PARRY_CONTENT_SETTINGS_H
#define PARRY_CONTENT_SETTINGS_H

#include "content/store.h"

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_SETTINGS_FOLDER "_search"
#define PARRY_SETTINGS_LINE "#line"
enum { PARRY_SETTINGS = 4, PARRY_SETTING_MAX_BYTES = 1 << 20 };

extern const char *const parry_setting_names[PARRY_SETTINGS]; /* "synonyms", "rules", "boosts", "challenger" */

/* The file as JSON (new reference): an empty file is an empty list, and every map has its line, from 1, as a member
 * PARRY_SETTINGS_LINE, so that who reads it can say where it is wrong. Fails: INVALID ("line 3: ..."), TOO_LARGE. */
PARRY_MUST parry_code parry_setting_parse(parry_arena *a, parry_str bytes, json_t **out, parry_err *err);
/* What the store has of this name, in the arena; empty where there is none. */
PARRY_MUST parry_code parry_setting_get(parry_store *s, parry_arena *a, const char *name, parry_str *bytes,
                                        parry_err *err);
/* Is this path of a tree one of a settings file, or their folder? */
bool parry_setting_path(parry_str path);

#ifdef __cplusplus
}
#endif
#endif
