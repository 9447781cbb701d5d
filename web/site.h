/* What is embedded in the program: templates (web/templates/NAME.mustache) and assets (web/static and web/dist, by file
 * name). Immutable: any thread. */
#ifndef PARRY_WEB_SITE_H
#define PARRY_WEB_SITE_H

#include "base/str.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_asset {
    const char *name; /* "style.css" */
    const char *type; /* media type */
    const char *hash; /* 16 hex digits of its SHA-256: its version and its ETag */
    parry_str bytes;
} parry_asset;

const parry_asset *parry_asset_find(parry_str name); /* NULL where there is none of that name */

enum { PARRY_PAGE_MAX_BYTES = 16 << 20 }; /* what a page may come to; an article is at most 8 MiB of source */

/* A page in the layout: templates/layout.mustache, whose {{>content}} is templates/PAGE.mustache. `data` is what the
 * HTTP API answers, plus the keys that layout.mustache names in its head. Appends to out. Fails: NOT_FOUND (no such
 * page), INVALID (a template is wrong: a bug), TOO_LARGE. */
PARRY_MUST parry_code parry_page(const char *page, const json_t *data, parry_buf *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
