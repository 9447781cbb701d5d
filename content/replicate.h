/* The articles of one store in another: what changed, as JSON, a page at a time, and the other side, that takes it in.
 *
 *     {"after": 0, "upto": 812, "more": true, "changes": [
 *         {"seq": 3, "id": "refund-late", "record": BASE64, "hash": HEX, "source": BASE64},
 *         {"seq": 7, "id": "@rules", "setting": BASE64}]}
 *
 * Records, versions and settings are copied as they are (content/record.c): articles of every status, but nothing else
 * that lies in the store: no keys, no people. Only the last change of an article is told. A page taken in twice changes
 * nothing. */
#ifndef PARRY_CONTENT_REPLICATE_H
#define PARRY_CONTENT_REPLICATE_H

#include "content/store.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_CHANGES_MAX_BYTES = 4 << 20, PARRY_CHANGES_MAX = 5000 };

/* What changed after `after`, as of one moment: at most PARRY_CHANGES_MAX changes, and none more once they hold
 * PARRY_CHANGES_MAX_BYTES (before base64). "upto": where to go on from. *out: a new reference. */
PARRY_MUST parry_code parry_store_export(parry_store *s, uint64_t after, json_t **out, parry_err *err);

/* Before taking in everything from another history: this store's log is forgotten, its articles stay until the end. */
PARRY_MUST parry_code parry_store_apply_begin(parry_store *s, parry_err *err);
/* One page, in one transaction: all of it or nothing. *upto: the page's. Fails: INVALID (no such page). */
PARRY_MUST parry_code parry_store_apply(parry_store *s, const json_t *page, uint64_t *upto, bool *more, parry_err *err);
/* After the last page: articles and settings that the other history does not know go. */
PARRY_MUST parry_code parry_store_apply_end(parry_store *s, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
