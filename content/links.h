/* Where a link goes: its scheme allowed or not, and for another article the file it means. Inside content/ only. */
#ifndef PARRY_CONTENT_LINKS_H
#define PARRY_CONTENT_LINKS_H

#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The URL without the white space and control characters that browsers pass over; empty where its scheme is not http,
 * https, mailto or tel, or it has none and is not relative. */
parry_str parry_url_clean(parry_arena *a, parry_str url);

typedef enum parry_link_kind {
    PARRY_LINK_OTHER,   /* not a Markdown file of the tree: leave it */
    PARRY_LINK_ARTICLE, /* *target is a path within the tree, "x/y.md" */
    PARRY_LINK_OUTSIDE  /* a relative path that leaves the tree */
} parry_link_kind;

/* url as an article at `source` wrote it: "../x/y.md?q#late" -> target "x/y.md", fragment "late". */
parry_link_kind parry_link_target(parry_arena *a, parry_str source, parry_str url, parry_str *target,
                                  parry_str *fragment);

#ifdef __cplusplus
}
#endif
#endif
