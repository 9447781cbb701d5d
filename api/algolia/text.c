/* Texts with matches between tags. */
#include "api/algolia/text.h"

#include "base/html.h"

enum { TEXT_MAX = 1 << 20 };

bool parry_algolia_markup(const parry_algolia_paint *p)
{
    return parry_str_starts(p->pre, "<") || parry_str_starts(p->post, "<");
}

static void add(const parry_algolia_paint *p, parry_str s, parry_buf *out)
{
    bool markup = parry_algolia_markup(p);
    for (size_t i = 0; i < s.n; i++) {
        const char *entity = markup ? parry_html_entity(s.p[i]) : NULL;
        if (entity != NULL)
            parry_buf_addz(out, entity);
        else
            parry_buf_addc(out, s.p[i]);
    }
}

static json_t *text_of(parry_buf *b)
{
    json_t *j = parry_json_text(parry_buf_str(b));
    parry_buf_free(b);
    return j;
}

json_t *parry_algolia_plain(const parry_algolia_paint *p, parry_str text)
{
    parry_buf b = PARRY_BUF(TEXT_MAX);
    add(p, text, &b);
    return text_of(&b);
}

/* text[from, to) with its marks. Returns which words it holds. */
static uint32_t paint(const parry_algolia_paint *p, parry_str text, parry_marks marks, size_t from, size_t to,
                      parry_buf *out)
{
    size_t at = from;
    uint32_t words = 0;
    for (size_t i = 0; i < marks.n; i++) {
        const parry_mark *m = &marks.m[i];
        if (m->start < at || m->end > to)
            continue;
        add(p, parry_str_make(text.p + at, m->start - at), out);
        parry_buf_adds(out, p->pre);
        add(p, parry_str_make(text.p + m->start, m->end - m->start), out);
        parry_buf_adds(out, p->post);
        at = m->end;
        words |= m->words;
    }
    add(p, parry_str_make(text.p + at, to - at), out);
    return words;
}

static bool counts(const parry_algolia_paint *p, size_t word) { return word < 32 && p->words[word].n > 0; }

static const char *level_of(const parry_algolia_paint *p, uint32_t words)
{
    bool all = true;
    for (size_t w = 0; w < p->nwords; w++)
        all = all && (!counts(p, w) || (words >> w & 1U) != 0);
    return words == 0 ? "none" : all ? "full" : "partial";
}

static json_t *matched(const parry_algolia_paint *p, uint32_t words)
{
    json_t *list = json_array();
    for (size_t w = 0; w < p->nwords; w++)
        if (counts(p, w) && (words >> w & 1U) != 0)
            json_array_append_new(list, parry_json_text(p->words[w]));
    return list;
}

json_t *parry_algolia_highlight(const parry_algolia_paint *p, parry_str text, parry_marks marks)
{
    parry_buf b = PARRY_BUF(TEXT_MAX);
    uint32_t words = paint(p, text, marks, 0, text.n, &b);
    json_t *j = json_pack("{s:o, s:s}", "value", text_of(&b), "matchLevel", level_of(p, words));
    if (words != 0) {
        bool whole = marks.n == 1 && marks.m[0].start == 0 && marks.m[0].end == text.n;
        json_object_set_new(j, "fullyHighlighted", json_boolean(whole));
    }
    json_object_set_new(j, "matchedWords", matched(p, words));
    return j;
}

/* One past the n-th word from `at` on. */
static size_t words_end(parry_str text, size_t at, size_t n)
{
    while (at < text.n && n > 0) {
        while (at < text.n && text.p[at] == ' ')
            at++;
        while (at < text.n && text.p[at] != ' ')
            at++;
        n--;
    }
    return at;
}

static size_t word_start(parry_str text, size_t at)
{
    while (at > 0 && text.p[at - 1] != ' ')
        at--;
    return at;
}

json_t *parry_algolia_snippet(const parry_algolia_paint *p, parry_str text, parry_marks marks, size_t words)
{
    parry_buf b = PARRY_BUF(TEXT_MAX);
    size_t from = 0, to = words == 0 ? text.n : words_end(text, 0, words);
    if (marks.n > 0 && marks.m[0].end > to) {
        from = word_start(text, marks.m[0].start);
        to = words_end(text, from, words);
    }
    if (from > 0)
        parry_buf_adds(&b, p->ellipsis);
    uint32_t found = paint(p, text, marks, from, to, &b);
    if (to < text.n)
        parry_buf_adds(&b, p->ellipsis);
    return json_pack("{s:o, s:s}", "value", text_of(&b), "matchLevel", level_of(p, found));
}

parry_marks parry_algolia_marks_of(parry_arena *a, parry_marks all, size_t from, size_t n)
{
    parry_mark *m = PARRY_ARRAY(a, parry_mark, all.n + 1);
    size_t count = 0;
    for (size_t i = 0; i < all.n; i++) {
        if (all.m[i].start < from || all.m[i].end > from + n)
            continue;
        m[count] = all.m[i];
        m[count].start -= (uint32_t)from;
        m[count++].end -= (uint32_t)from;
    }
    return (parry_marks){m, count};
}
