/* Markdown to a tree of HTML elements: cmark-gfm renders, the tokens are tamed, gumbo parses. Sections and clean HTML
 * are both walks over this one tree, so that an article's own HTML and its Markdown are treated alike, and anchors
 * agree. Inside content/ only. */
#ifndef PARRY_CONTENT_MARKDOWN_H
#define PARRY_CONTENT_MARKDOWN_H

#include "base/str.h"

#include <gumbo.h>

#ifdef __cplusplus
extern "C" {
#endif

/* markdown: tidied. The tree lives in the arena and may be changed. Fails: TOO_LARGE (markup out of all proportion). */
PARRY_MUST parry_code parry_markdown_tree(parry_arena *a, parry_str markdown, GumboNode **root, parry_err *err);

/* HTML in, HTML out, in time linear in its length: comments and elements that never belong (script, style, svg, ...)
 * are gone, and elements nest at most some hundred deep, whatever the input; gumbo's time and memory depend on it. */
void parry_html_tame(parry_arena *a, parry_str html, parry_buf *out);

/* A walk without recursion: each element is met twice, entering and leaving, anything else once, entering. */
typedef struct parry_walk {
    parry_arena *arena;
    GumboNode *node; /* where we are */
    bool leaving;
    size_t depth, cap;
    struct parry_walk_step {
        GumboNode *node;
        unsigned next;
    } *stack;
} parry_walk;
parry_walk parry_walk_from(parry_arena *a, GumboNode *root);
bool parry_walk_next(parry_walk *w);
void parry_walk_skip(parry_walk *w); /* after entering an element: its children are passed over, and its leaving */

/* Text of a node and what is below it, white space squeezed; images give their alternative text. */
parry_str parry_node_text(parry_arena *a, GumboNode *node);
bool parry_node_is(const GumboNode *n, GumboTag tag);
parry_str parry_node_attr(const GumboNode *n, const char *name); /* empty where it is not there */
void parry_node_set_attr(parry_arena *a, GumboNode *n, const char *name, parry_str value); /* empty: as good as gone */

#ifdef __cplusplus
}
#endif
#endif
