/* Clean HTML from an article's tree: what is not on the list does not come out. Inside content/ only. */
#ifndef PARRY_CONTENT_HTML_H
#define PARRY_CONTENT_HTML_H

#include "content/article.h"
#include "content/outline.h"

#ifdef __cplusplus
extern "C" {
#endif

/* source: the article's path, from which relative links are resolved. link may be NULL. */
parry_str parry_html_write(parry_arena *a, const parry_outline *outline, parry_str source, parry_link_fn link,
                           void *ctx);

#ifdef __cplusplus
}
#endif
#endif
