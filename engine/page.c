/* Words of a path against words of categories and slugs. */
#include "engine/page.h"

enum { PATH_WORDS = 32 };

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
    *word = parry_str_make(rest->p + start, at - start);
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

void parry_raise_page(parry_arena *a, const parry_generation *g, parry_str path, parry_ranked *ranked, size_t n)
{
    parry_str *words = PARRY_ARRAY(a, parry_str, PATH_WORDS), rest = before(before(path, "#"), "?");
    size_t nwords = 0;
    while (nwords < PATH_WORDS && next_word(&rest, &words[nwords]))
        nwords++;
    if (nwords == 0)
        return;
    for (size_t i = 0; i < n; i++) {
        const parry_candidate *c = ranked[i].c;
        parry_article_out x;
        parry_segment_article(parry_generation_get_info(g)->segments[c->segment].segment, c->article, &x);
        if (!names(words, nwords, x.category) && !names(words, nwords, x.slug))
            continue;
        ranked[i].page = PARRY_PAGE_POINTS;
        ranked[i].score += PARRY_PAGE_POINTS;
    }
    parry_put_in_order(ranked, n);
}
