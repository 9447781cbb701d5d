/* Tidying: what is not Markdown in a Markdown file (includes, ::: directives, MDX, Liquid, wikilinks) is turned into
 * Markdown that says the same, or taken out with a warning. Code stays as it is. Inside content/ only. */
#ifndef PARRY_CONTENT_TIDY_H
#define PARRY_CONTENT_TIDY_H

#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

/* body: after the front matter, its first line being `line` of the file. One warning a kind and file, naming the first
 * line. */
parry_str parry_tidy(parry_arena *a, parry_str body, parry_str path, int line, const parry_warnings *w);

#ifdef __cplusplus
}
#endif
#endif
