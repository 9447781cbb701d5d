/* The outline of an article's tree: headings with their anchors, and what sections and HTML must agree on. Changes the
 * tree
 * (`{#id}` marks go, callouts become classes, ids are made unique). Inside content/ only. */
#ifndef PARRY_CONTENT_OUTLINE_H
#define PARRY_CONTENT_OUTLINE_H

#include "content/markdown.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_HEADING_MAX = 300 }; /* bytes of a heading's text; a longer one is cut */

typedef struct parry_heading {
    GumboNode *node;
    int level;
    parry_str text, anchor;
    bool leads;    /* an H1 before anything else: what follows is not below it */
    bool is_title; /* and it says what the title says */
} parry_heading;

typedef struct parry_outline {
    GumboNode *root;
    parry_heading *headings; /* in the order of the text */
    size_t n;
    parry_str first_h1; /* its text; empty where there is none */
} parry_outline;

void parry_outline_of(parry_arena *a, GumboNode *root, parry_outline *out);
void parry_outline_title(parry_outline *o, parry_str title); /* once the title is known: sets is_title */
const char *parry_callout_of(parry_str text, size_t *n);     /* "[!NOTE] ..." -> "note", n of the mark; else NULL */
int parry_heading_level(const GumboNode *n);                 /* 1 to 6; 0 for anything else */

#ifdef __cplusplus
}
#endif
#endif
