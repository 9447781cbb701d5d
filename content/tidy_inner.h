/* The scanner that the parts of tidying share. Inside content/tidy*.c only. */
#ifndef PARRY_CONTENT_TIDY_INNER_H
#define PARRY_CONTENT_TIDY_INNER_H

#include "content/article.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_oddity {
    PARRY_ODD_INCLUDE,
    PARRY_ODD_DIRECTIVE,
    PARRY_ODD_MDX,
    PARRY_ODD_TEMPLATE,
    PARRY_ODD_UNSAFE,
    PARRY_ODD_COMMENT,
    PARRY_ODD_TABLE,
    PARRY_ODD_NESTING,
    PARRY_ODDITIES
} parry_oddity;

typedef struct parry_tidier {
    parry_str in;
    size_t at; /* next byte to read */
    parry_buf out;
    int line;   /* of `at` */
    bool mdx;   /* by its extension */
    char fence; /* '`' or '~' inside a fenced block, else 0 */
    size_t fence_n;
    bool no_comment_end; /* it was looked for, and there is none ahead */
    bool after_quote;    /* the line before was text in a quote */
    bool after_blank;    /* the line before was blank (or none) */
    size_t columns;      /* of the table we are in, else 0 */
    size_t cells_left;   /* how many more cells tables may have */
    struct {
        size_t count;
        int line;
    } odd[PARRY_ODDITIES];
} parry_tidier;

static inline parry_str parry_tidy_rest(const parry_tidier *t) { return parry_str_from(t->in, t->at); }
void parry_tidy_note(parry_tidier *t, parry_oddity what);
/* Take n bytes without writing them; line breaks among them are written, so that lines keep their numbers. */
void parry_tidy_drop(parry_tidier *t, size_t n);
void parry_tidy_keep(parry_tidier *t, size_t n); /* take and write */
/* Length up to and with `end`, looked for in the first `max` bytes of s; 0 where it is not there. */
size_t parry_tidy_upto(parry_str s, const char *end, size_t max);
/* Text that must come out as text: Markdown's own signs get a backslash. */
void parry_tidy_plain(parry_tidier *t, parry_str words);

/* Each looks at the byte under `at` (or the line that starts there), and answers whether it took something. */
bool parry_tidy_directive_line(parry_tidier *t, parry_str row, size_t indent); /* :::note */
bool parry_tidy_module_line(parry_tidier *t, parry_str row);                   /* import, export */
bool parry_tidy_image(parry_tidier *t);                                        /* :::image ...::: */
bool parry_tidy_bang(parry_tidier *t);      /* [!INCLUDE [x](y)], [!VIDEO url], [!div ...] */
bool parry_tidy_wikilink(parry_tidier *t);  /* [[x]] */
bool parry_tidy_braces(parry_tidier *t);    /* {{ }}, {% %}, {/ * * /} */
bool parry_tidy_component(parry_tidier *t); /* <Tabs x={1}> */

#ifdef __cplusplus
}
#endif
#endif
