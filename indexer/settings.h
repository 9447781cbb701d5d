/* Settings to side tables: what authors wrote in _search/ (content/settings.h) as the generation serves it. */
#ifndef PARRY_INDEXER_SETTINGS_H
#define PARRY_INDEXER_SETTINGS_H

#include "content/settings.h"
#include "engine/generation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Is this document good for the side table of this name? For parry_import_options. Fails: INVALID ("line 12: ..."). */
PARRY_MUST parry_code parry_settings_check(const char *name, const json_t *document, parry_err *err);
/* Write a side table for each setting that the store has, and put the names into m->tables; a setting that is gone
 * empties its place, one that this program refuses leaves what was there and is counted. */
PARRY_MUST parry_code parry_settings_tables(parry_store *s, const char *index_dir, parry_manifest *m, size_t *refused,
                                            parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
