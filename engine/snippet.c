/* The window of a passage with the most of the query in it, escaped and marked. */
#include "engine/snippet.h"

#include "base/html.h"

#include <stdlib.h>
#include <unigbrk.h>
#include <uniwidth.h>

/* ---- what matches ---------------------------------------------------------------------------------------------------
 */

static bool is_variant(const parry_variant *v, const parry_token *t)
{
    parry_str term = v->exact ? t->exact : t->stem;
    bool is = parry_str_eq(v->term, term);
    for (size_t i = 0; i < v->nmore && !is; i++)
        is = parry_str_eq(v->more[i], term);
    return is;
}

static bool matches_group(const parry_group *g, const parry_token *t)
{
    for (size_t v = 0; v < g->nvariants; v++)
        if (is_variant(&g->variants[v], t))
            return true;
    return g->unfinished && g->word.n > 1 && t->exact.n > g->word.n && memcmp(t->exact.p, g->word.p, g->word.n) == 0;
}

static uint32_t groups_of(const parry_understood *u, const parry_token *t, uint32_t wanted)
{
    uint32_t groups = 0;
    for (size_t g = 0; g < u->ngroups; g++)
        if ((wanted >> g & 1) != 0 && matches_group(&u->groups[g], t))
            groups |= 1U << g;
    return groups;
}

/* Stop words are marked only where the query has nothing else. */
static uint32_t wanted_groups(const parry_understood *u)
{
    uint32_t wanted = 0, all = 0;
    for (size_t g = 0; g < u->ngroups; g++) {
        all |= 1U << g;
        wanted |= u->groups[g].stop ? 0 : 1U << g;
    }
    return wanted != 0 ? wanted : all;
}

/* Spans that touch the same letters (parts of an identifier, pairs of Chinese characters) are one. */
static size_t find_spans(const parry_token *tokens, size_t n, const parry_understood *u, parry_span *spans)
{
    uint32_t wanted = wanted_groups(u);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t groups = groups_of(u, &tokens[i], wanted);
        if (groups == 0)
            continue;
        parry_span *last = count > 0 ? &spans[count - 1] : NULL;
        if (last != NULL && tokens[i].start < last->end) {
            last->end = tokens[i].end > last->end ? tokens[i].end : last->end;
            last->groups |= groups;
        } else {
            spans[count++] = (parry_span){tokens[i].start, tokens[i].end, groups};
        }
    }
    return count;
}

/* ---- columns and graphemes ------------------------------------------------------------------------------------------
 */

static size_t columns_of(parry_str s, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t at = from; at < to;) {
        unsigned cp;
        at += parry_utf8_next(parry_str_make(s.p + at, to - at), &cp);
        int w = cp < 0x7F ? 1 : uc_width(cp, "UTF-8");
        n += w > 0 ? (size_t)w : 0;
    }
    return n;
}

/* Bytes from `from` on that fill so many columns, at most up to `to`. */
static size_t bytes_for(parry_str s, size_t from, size_t to, size_t columns)
{
    size_t at = from;
    while (at < to) {
        unsigned cp;
        size_t len = parry_utf8_next(parry_str_make(s.p + at, to - at), &cp);
        int w = cp < 0x7F ? 1 : uc_width(cp, "UTF-8");
        if (w > 0 && columns < (size_t)w)
            break;
        columns -= w > 0 ? (size_t)w : 0;
        at += len;
    }
    return at;
}

static bool is_ascii(parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* A byte for each of the passage: 1 where a grapheme begins. NULL: everywhere. */
static const char *graphemes(parry_arena *a, parry_str s)
{
    if (is_ascii(s))
        return NULL;
    char *breaks = PARRY_ARRAY(a, char, s.n + 1);
    u8_grapheme_breaks((const uint8_t *)s.p, s.n, breaks);
    breaks[s.n] = 1;
    return breaks;
}

static size_t grapheme_before(const char *breaks, size_t at, size_t least)
{
    while (breaks != NULL && at > least && !breaks[at])
        at--;
    return at;
}

static size_t grapheme_after(const char *breaks, size_t at, size_t most)
{
    while (breaks != NULL && at < most && !breaks[at])
        at++;
    return at;
}

/* ---- the window -----------------------------------------------------------------------------------------------------
 */

/* Rarity of the distinct words of the query in the bytes; repeats count little. */
static double worth_of(const parry_excerpt *e, size_t from, size_t to)
{
    uint32_t seen = 0;
    double value = 0;
    for (size_t i = 0; i < e->nspans; i++) {
        if (e->spans[i].start < from || e->spans[i].end > to)
            continue;
        for (uint32_t left = e->spans[i].groups; left != 0; left &= left - 1)
            value += e->worth[__builtin_ctz(left)] * ((seen & left & -left) != 0 ? 0.05 : 1.0);
        seen |= e->spans[i].groups;
    }
    return value;
}

/* The words of the query that are in the bytes: a bit a group. */
static uint32_t groups_in(const parry_excerpt *e, size_t from, size_t to)
{
    uint32_t seen = 0;
    for (size_t i = 0; i < e->nspans; i++)
        if (e->spans[i].start >= from && e->spans[i].end <= to)
            seen |= e->spans[i].groups;
    return seen;
}

static double rarity_of(const parry_excerpt *e, uint32_t groups)
{
    double sum = 0;
    for (; groups != 0; groups &= groups - 1)
        sum += e->worth[__builtin_ctz(groups)];
    return sum;
}

/* Back to the word's beginning from inside it; where no space is near (Thai, Chinese) to the grapheme's. */
static size_t word_start(const parry_excerpt *e, const char *breaks, size_t at, size_t least)
{
    for (size_t i = at; i > least && i + 40 > at; i--)
        if (e->passage.p[i - 1] == ' ' && grapheme_before(breaks, i, least) == i)
            return i;
    return at - least < 40 ? least : grapheme_before(breaks, at, least);
}

static size_t word_end(const parry_excerpt *e, const char *breaks, size_t at, size_t least)
{
    for (size_t i = at; i > least && i + 40 > at; i--)
        if (e->passage.p[i] == ' ' && grapheme_before(breaks, i, least) == i)
            return i;
    return grapheme_before(breaks, at, least);
}

/* A piece of a sentence that is too long: from its beginning or a little before one of its marks. */
static void cut_sentence(parry_arena *a, parry_excerpt *e, size_t sentence)
{
    const parry_sentence *s = &e->sentences[sentence];
    const char *breaks = graphemes(a, e->passage);
    double best = -1;
    for (size_t i = 0; i <= e->nspans; i++) {
        size_t from = s->start;
        if (i > 0 && (e->spans[i - 1].start < s->start || e->spans[i - 1].end > s->end))
            continue;
        if (i > 0 && e->spans[i - 1].start > s->start + e->width / 4)
            from = word_start(e, breaks, grapheme_before(breaks, e->spans[i - 1].start - e->width / 4, s->start),
                              s->start);
        size_t to = bytes_for(e->passage, from, s->end, e->width);
        if (to < s->end)
            to = word_end(e, breaks, to, from + 1);
        double worth = worth_of(e, from, to);
        if (worth > best) {
            best = worth;
            e->start = (uint32_t)from;
            e->end = (uint32_t)to;
        }
    }
    e->first = sentence;
    e->last = sentence + 1;
}

/* One past the last sentence that fits with those from `first` on; first where that one alone is too long. */
static size_t fill(const parry_excerpt *e, size_t first, size_t *columns)
{
    size_t last = first, at = e->sentences[first].start;
    *columns = 0;
    while (last < e->nsentences) {
        size_t more = columns_of(e->passage, at, e->sentences[last].end);
        if (*columns + more > e->width)
            break;
        *columns += more;
        at = e->sentences[last++].end;
    }
    return last;
}

/* The best window of whole sentences that has one of [from, to) in it; of equal ones the fuller, then the first. Where
 * nothing is sought and nothing matches, the beginning. */
static void choose(parry_arena *a, parry_excerpt *e, size_t from, size_t to)
{
    double best = -1;
    size_t too_long = e->nsentences;
    double too_long_worth = -1;
    for (size_t first = 0; first < to; first++) {
        size_t columns, last = fill(e, first, &columns);
        const parry_sentence *s = &e->sentences[first];
        if (last == first && first >= from && worth_of(e, s->start, s->end) > too_long_worth) {
            too_long_worth = worth_of(e, s->start, s->end);
            too_long = first;
        }
        if (last <= from || last == first)
            continue;
        uint32_t end = e->sentences[last - 1].end;
        double worth = worth_of(e, s->start, end);
        if (worth > 0 || from > 0 || to < e->nsentences)
            worth += 0.01 * (double)columns / (double)e->width;
        if (worth > best + 1e-9) {
            best = worth;
            e->first = first;
            e->last = last;
            e->start = s->start;
            e->end = end;
        }
    }
    if (too_long < e->nsentences && too_long_worth > best - 0.01)
        cut_sentence(a, e, too_long);
}

static void weigh_groups(parry_excerpt *e, const parry_understood *u, const parry_word_stats *words, size_t nwords)
{
    uint32_t wanted = wanted_groups(u);
    for (size_t g = 0; g < u->ngroups; g++)
        e->worth[g] = (wanted >> g & 1) != 0 ? 1.0 : 0.0;
    for (size_t w = 0; w < nwords; w++)
        e->worth[words[w].group - u->groups] = (double)words[w].idf + 0.1;
}

/* Both counted and weighed: "where" is rare among instructions and tells nothing, one rare name may be all that counts.
 */
static void judge(parry_excerpt *e, uint32_t wanted)
{
    uint32_t seen = groups_in(e, e->start, e->end);
    e->weak =
        2 * __builtin_popcount(seen) < __builtin_popcount(wanted) && 2 * rarity_of(e, seen) < rarity_of(e, wanted);
    e->whole = e->nsentences == 0 || (e->first == 0 && e->last == e->nsentences && e->last - e->first > 0 &&
                                      e->start == e->sentences[0].start && e->end == e->sentences[e->last - 1].end);
}

parry_excerpt parry_excerpt_plan(parry_analyser *an, parry_arena *a, parry_str passage, parry_str locale,
                                 const parry_understood *u, const parry_word_stats *words, size_t nwords, size_t width)
{
    parry_excerpt e = {.passage = passage, .width = width};
    parry_token *tokens = NULL;
    size_t n = 0;
    parry_analyse(an, a, passage, locale, &tokens, &n);
    parry_span *spans = PARRY_ARRAY(a, parry_span, n);
    e.nspans = find_spans(tokens, n, u, spans);
    e.spans = spans;
    e.sentences = parry_sentences(a, passage, &e.nsentences);
    weigh_groups(&e, u, words, nwords);
    choose(a, &e, 0, e.nsentences);
    judge(&e, wanted_groups(u));
    return e;
}

void parry_excerpt_centre(parry_arena *a, parry_excerpt *e, size_t sentence) { choose(a, e, sentence, sentence + 1); }

/* ---- what people see ------------------------------------------------------------------------------------------------
 */

void parry_snippet_escape(parry_buf *b, parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i] == '\n' ? ' ' : s.p[i];
        const char *entity = parry_html_entity(c);
        if (entity != NULL)
            parry_buf_addz(b, entity);
        else
            parry_buf_addc(b, c);
    }
}

/* The snippet being written, twice: as HTML and as plain text. */
typedef struct page {
    parry_buf html, text;
    uint32_t code_points; /* of text */
} page;

static void add(page *p, parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i] == '\n' ? ' ' : s.p[i];
        const char *entity = parry_html_entity(c);
        if (entity != NULL)
            parry_buf_addz(&p->html, entity);
        else
            parry_buf_addc(&p->html, c);
        parry_buf_addc(&p->text, c);
        p->code_points += ((unsigned char)c & 0xC0) != 0x80;
    }
}

static void add_marked(page *p, parry_str s, uint32_t words, parry_mark *m)
{
    m->words = words;
    m->start = (uint32_t)p->text.n;
    m->first = p->code_points;
    parry_buf_addz(&p->html, "<mark>");
    add(p, s);
    parry_buf_addz(&p->html, "</mark>");
    m->end = (uint32_t)p->text.n;
    m->last = p->code_points;
}

static bool is_cut(const parry_excerpt *e, bool at_end)
{
    if (e->last <= e->first)
        return false;
    return at_end ? e->end < e->sentences[e->last - 1].end : e->start > e->sentences[e->first].start;
}

void parry_excerpt_render(parry_arena *a, const parry_excerpt *e, parry_hit *out)
{
    page p = {PARRY_BUF(1 << 20), PARRY_BUF(1 << 20), 0};
    const char *breaks = graphemes(a, e->passage);
    parry_mark *marks = PARRY_ARRAY(a, parry_mark, e->nspans + 1);
    size_t at = e->start, n = 0;
    if (is_cut(e, false))
        add(&p, parry_str_of("… "));
    for (size_t i = 0; i < e->nspans; i++) {
        size_t from = grapheme_before(breaks, e->spans[i].start, 0),
               to = grapheme_after(breaks, e->spans[i].end, e->passage.n);
        if (from < at || to > e->end)
            continue;
        add(&p, parry_str_make(e->passage.p + at, from - at));
        add_marked(&p, parry_str_make(e->passage.p + from, to - from), e->spans[i].groups, &marks[n++]);
        at = to;
    }
    add(&p, parry_str_make(e->passage.p + at, e->end - at));
    if (is_cut(e, true))
        add(&p, parry_str_of(" …"));
    out->snippet = parry_str_copy(a, parry_buf_str(&p.html));
    out->snippet_text = parry_str_copy(a, parry_buf_str(&p.text));
    out->marks = marks;
    out->nmarks = n;
    parry_buf_free(&p.html);
    parry_buf_free(&p.text);
}

static uint32_t code_points(parry_str s, size_t from, size_t to)
{
    uint32_t n = 0;
    for (size_t i = from; i < to; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

parry_marks parry_excerpt_marks(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale,
                                const parry_understood *u)
{
    parry_token *tokens = NULL;
    size_t n = 0, at = 0, count = 0;
    uint32_t seen = 0; /* code points up to `at` */
    parry_analyse(an, a, text, locale, &tokens, &n);
    parry_span *spans = PARRY_ARRAY(a, parry_span, n + 1);
    size_t nspans = find_spans(tokens, n, u, spans);
    parry_mark *marks = PARRY_ARRAY(a, parry_mark, nspans + 1);
    const char *breaks = graphemes(a, text);
    for (size_t i = 0; i < nspans; i++) {
        size_t from = grapheme_before(breaks, spans[i].start, 0), to = grapheme_after(breaks, spans[i].end, text.n);
        if (from < at)
            continue;
        parry_mark *m = &marks[count++];
        m->start = (uint32_t)from;
        m->end = (uint32_t)to;
        m->first = seen + code_points(text, at, from);
        m->last = seen = m->first + code_points(text, from, to);
        m->words = spans[i].groups;
        at = to;
    }
    return (parry_marks){marks, count};
}

const parry_str *parry_excerpt_words(parry_arena *a, const parry_understood *u)
{
    uint32_t wanted = wanted_groups(u);
    parry_str *words = PARRY_ARRAY(a, parry_str, u->ngroups + 1);
    for (size_t g = 0; g < u->ngroups; g++)
        if ((wanted >> g & 1) != 0)
            words[g] = u->groups[g].word;
    return words;
}
