/* Words of a path against words of categories and slugs; a product against products. */
#include "engine/page.h"

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool next_word(parry_str *rest, parry_str *word)
{
    size_t at = 0;
    while (at < rest->n && !in_word(rest->p[at]))
        at++;
    size_t start = at;
    while (at < rest->n && in_word(rest->p[at]))
        at++;
    *word = parry_str_make(parry_str_from(*rest, start).p, at - start);
    *rest = parry_str_from(*rest, at);
    return word->n > 0;
}

static bool same(parry_str a, parry_str b) { return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0; }

/* Are all words of the name among the path's? Not so for a name without words. */
static bool names(const parry_str *path, size_t n, parry_str name)
{
    parry_str word;
    bool all = n > 0, any = false;
    while (all && next_word(&name, &word)) {
        size_t i = 0;
        while (i < n && !same(path[i], word))
            i++;
        all = i < n;
        any = true;
    }
    return all && any;
}

static parry_str before(parry_str s, const char *mark)
{
    return parry_str_make(s.p, parry_str_find(s, parry_str_of(mark)));
}

parry_page parry_page_of(parry_arena *a, const parry_query *q)
{
    parry_str rest = before(before(q->page, "#"), "?");
    parry_page p = {PARRY_ARRAY(a, parry_str, PARRY_PAGE_WORDS), 0, parry_str_trim(q->page_product)};
    while (p.n < PARRY_PAGE_WORDS && next_word(&rest, &p.words[p.n]))
        p.n++;
    return p;
}

bool parry_page_says_anything(const parry_page *p) { return p->n > 0 || p->product.n > 0; }

size_t parry_page_parts(const parry_page *p, const parry_article_out *x, parry_part parts[PARRY_PAGE_PARTS])
{
    size_t n = 0;
    if (names(p->words, p->n, x->category) || names(p->words, p->n, x->slug))
        parts[n++] = (parry_part){"page", 1, PARRY_PAGE_POINTS, PARRY_PAGE_POINTS};
    if (p->product.n > 0 && same(p->product, x->product))
        parts[n++] = (parry_part){"page.product", 1, PARRY_PAGE_POINTS, PARRY_PAGE_POINTS};
    return n;
}
