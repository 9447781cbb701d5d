/* Phrases that hold all words of the query, and one that begins as its last. */
#include "engine/complete.h"

#include "engine/analyse_fold.h"
#include "engine/snippet.h"

#include <stdlib.h>

enum { WORDS = 24, HEADINGS = 40, KEPT = 64, TITLES_LOOKED_AT = 20000, PAST_LOOKED_AT = 5000 };

typedef struct word {
    parry_str folded;
    uint32_t start, end; /* bytes of the phrase */
} word;

typedef struct words {
    word list[WORDS];
    size_t n;
    bool open; /* the last is not finished */
} words;

/* ---- words of a phrase ---------------------------------------------------------------------------------------------
 */

static bool in_word(parry_str s, size_t at, size_t *len)
{
    unsigned char c = (unsigned char)s.p[at];
    *len = 1;
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    parry_char_class class = parry_char_class_at(s, at, len);
    return class == PARRY_CHAR_WORD || class == PARRY_CHAR_EXTEND || class == PARRY_CHAR_DENSE;
}

static parry_str fold(parry_arena *a, parry_str s)
{
    char *out = parry_arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] >= 0x80) {
            parry_folded f;
            parry_fold(s, false, &f);
            return parry_str_copy(a, parry_str_make(f.plain, f.nplain));
        }
        out[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
    }
    return parry_str_make(out, s.n);
}

/* Simpler than engine/analyse.h and a tenth of its cost: thousands of phrases are cut at a keystroke. */
static void cut(parry_arena *a, parry_str s, words *out)
{
    size_t len;
    out->n = 0;
    for (size_t at = 0; at < s.n && out->n < WORDS;) {
        size_t start = at;
        while (at < s.n && in_word(s, at, &len))
            at += len;
        if (at > start)
            out->list[out->n++] =
                (word){fold(a, parry_str_make(s.p + start, at - start)), (uint32_t)start, (uint32_t)at};
        else
            at += len;
    }
    out->open = out->n > 0 && out->list[out->n - 1].end == s.n;
}

/* ---- does it fit? --------------------------------------------------------------------------------------------------
 */

static bool begins(parry_str s, parry_str with) { return s.n >= with.n && memcmp(s.p, with.p, with.n) == 0; }

/* Is it the word, or what that was read as (another form, a typo mended)? */
static bool stands_for(const parry_understood *u, parry_str typed, parry_str found)
{
    if (begins(found, typed))
        return true;
    for (size_t g = 0; g < u->ngroups; g++) {
        const parry_group *group = &u->groups[g];
        for (size_t v = 0; v < group->nvariants && parry_str_eq(group->word, typed); v++)
            if (group->variants[v].exact && parry_str_eq(group->variants[v].term, found))
                return true;
    }
    return false;
}

static bool is_stop(const parry_understood *u, parry_str typed)
{
    for (size_t g = 0; g < u->ngroups; g++)
        if (parry_str_eq(u->groups[g].word, typed))
            return u->groups[g].stop;
    return false;
}

/* ---- can it fit? Cheaper than cutting it, and for nearly all phrases the end --------------------------------------
 */

static const uint64_t ANY_INITIAL = UINT64_MAX;

/* A bit for a letter or digit of ASCII in either case; 0 for all else. */
static uint64_t bit_of(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return UINT64_C(1) << (c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? UINT64_C(1) << (10 + c - 'a') : 0;
}

/* What the words of a phrase begin with; any, where that is not plain to see. */
static uint64_t initials(parry_str s)
{
    uint64_t set = 0;
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] >= 0x80)
            return ANY_INITIAL;
        uint64_t bit = bit_of((unsigned char)s.p[i]);
        set |= inside ? 0 : bit;
        inside = bit != 0;
    }
    return set;
}

static uint64_t initial_of(parry_str s)
{
    return s.n > 0 && bit_of((unsigned char)s.p[0]) ? bit_of((unsigned char)s.p[0]) : ANY_INITIAL;
}

/* What a word of the phrase begins with that stands for this one: as stands_for. */
static uint64_t initials_for(const parry_understood *u, parry_str typed)
{
    uint64_t set = initial_of(typed);
    for (size_t g = 0; g < u->ngroups; g++) {
        const parry_group *group = &u->groups[g];
        for (size_t v = 0; v < group->nvariants && parry_str_eq(group->word, typed); v++)
            set |= group->variants[v].exact ? initial_of(group->variants[v].term) : 0;
    }
    return set;
}

/* Of each word that must be in the phrase. */
static void find_needs(const parry_understood *u, const words *typed, uint64_t needs[WORDS])
{
    for (size_t i = 0; i < typed->n; i++) {
        bool open = typed->open && i + 1 == typed->n;
        bool must = open || !is_stop(u, typed->list[i].folded);
        needs[i] = must ? initials_for(u, typed->list[i].folded) : ANY_INITIAL;
    }
}

static bool can_fit(const words *typed, const uint64_t needs[WORDS], parry_str phrase)
{
    uint64_t have = initials(phrase);
    bool can = have != 0;
    for (size_t i = 0; i < typed->n && can; i++)
        can = (needs[i] & have) != 0;
    return can;
}

typedef struct match {
    uint32_t marks[WORDS]; /* by word of the phrase: bytes that were typed of it; 0: it was not */
    bool fits, first;      /* first: the phrase begins as the query does */
} match;

/* Every word of the query in the phrase; the open one as a beginning. */
static match match_phrase(const parry_understood *u, const words *typed, const words *phrase)
{
    match m = {{0}, true, true};
    size_t wanted = 0;
    for (size_t i = 0; i < typed->n && m.fits; i++) {
        size_t at = 0;
        while (at < phrase->n && !(m.marks[at] == 0 && stands_for(u, typed->list[i].folded, phrase->list[at].folded)))
            at++;
        bool open = typed->open && i + 1 == typed->n;
        if (at < phrase->n) {
            m.marks[at] = (uint32_t)typed->list[i].folded.n;
            m.first = m.first && at == i;
            wanted++;
        } else if (open || !is_stop(u, typed->list[i].folded)) {
            m.fits = false;
        }
    }
    m.fits = m.fits && wanted > 0;
    return m;
}

/* ---- the best so far -----------------------------------------------------------------------------------------------
 */

typedef struct choice {
    parry_str text;
    words words;
    match match;
    uint64_t count; /* visitors; 0 for titles and headings */
    size_t order;   /* in which it was met */
} choice;

typedef struct choices {
    choice list[KEPT];
    size_t n, met;
    uint64_t needs[WORDS]; /* by word that is typed: with what one of a phrase must begin */
} choices;

static bool same_words(const words *a, const words *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; i < a->n && same; i++)
        same = parry_str_eq(a->list[i].folded, b->list[i].folded);
    return same;
}

/* What begins as the query does; then what many asked; then as ranked. */
static int best_first(const void *x, const void *y)
{
    const choice *a = x, *b = y;
    if (a->match.first != b->match.first)
        return a->match.first ? -1 : 1;
    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static void consider(parry_arena *a, const parry_understood *u, const words *typed, parry_str phrase, uint64_t count,
                     choices *c)
{
    c->met++;
    if (c->n == KEPT) { /* the better half stays */
        qsort(c->list, c->n, sizeof *c->list, best_first);
        c->n = KEPT / 2;
    }
    if (phrase.n == 0 || phrase.n > PARRY_COMPLETION_BYTES || !can_fit(typed, c->needs, phrase))
        return;
    choice *x = &c->list[c->n];
    cut(a, phrase, &x->words);
    x->match = match_phrase(u, typed, &x->words);
    if (!x->match.fits || same_words(typed, &x->words))
        return;
    for (size_t i = 0; i < c->n; i++)
        if (same_words(&c->list[i].words, &x->words))
            return;
    x->text = phrase;
    x->count = count;
    x->order = c->met;
    c->n++;
}

/* ---- where they come from ------------------------------------------------------------------------------------------
 */

static void from_ranked(parry_arena *a, const parry_generation *g, const parry_understood *u, const words *typed,
                        const parry_ranked *ranked, size_t n, choices *c)
{
    size_t most = n < PARRY_COMPLETE_LOOKED_AT ? n : PARRY_COMPLETE_LOOKED_AT;
    for (int headings = 0; headings < 2; headings++) {
        for (size_t i = 0; i < most; i++) {
            const parry_segment *segment = parry_generation_get_info(g)->segments[ranked[i].c->segment].segment;
            parry_article_out x;
            parry_segment_article(segment, ranked[i].c->article, &x);
            if (headings == 0)
                consider(a, u, typed, x.title, 0, c);
            for (uint32_t k = 0; headings == 1 && k < x.nsections && k < HEADINGS; k++) {
                parry_section_in section;
                parry_segment_section(segment, ranked[i].c->article, k, &section);
                consider(a, u, typed, section.heading, 0, c);
            }
        }
    }
}

/* Too few letters to have found anything: titles that begin with that letter and hold a word that begins so. */
static void from_titles(parry_arena *a, const parry_generation *g, const parry_mask *masks, const parry_understood *u,
                        const words *typed, choices *c)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    size_t looked_at = 0;
    for (size_t i = 0; i < info->nsegments; i++) {
        const parry_segment_info *s = parry_segment_get_info(info->segments[i].segment);
        for (uint32_t k = 0; k < s->narticles && looked_at < TITLES_LOOKED_AT; k++) {
            parry_str title = parry_segment_text(info->segments[i].segment, s->article_row[k]);
            looked_at++;
            if (title.n == 0 || !parry_mask_shows(&masks[i], k))
                continue;
            unsigned char want = (unsigned char)typed->list[0].folded.p[0], have = (unsigned char)title.p[0];
            if (have < 0x80 && want < 0x80 && (have | 0x20) != (want | 0x20))
                continue; /* the cheap half of the comparison: it goes over all titles */
            consider(a, u, typed, title, 0, c);
        }
    }
}

static int by_folded(const void *x, const void *y)
{
    const parry_past_query *a = x, *b = y;
    int c = parry_str_cmp(a->folded, b->folded);
    return c != 0 ? c : (a->count < b->count) - (a->count > b->count);
}

static void from_past(parry_arena *a, const parry_generation *g, const parry_query *q, const parry_understood *u,
                      const words *typed, choices *c)
{
    const parry_past_queries *past = parry_generation_side(g, PARRY_SIDE_COMPLETIONS);
    parry_str first = typed->list[0].folded;
    size_t low = 0, high = past != NULL ? past->n : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (parry_str_cmp(past->list[mid].folded, first) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    size_t end = past != NULL && past->n - low > PAST_LOOKED_AT ? low + PAST_LOOKED_AT : past != NULL ? past->n : 0;
    for (; low < end && begins(past->list[low].folded, first); low++)
        if (q->audience.n == 0 || parry_str_eq(past->list[low].audience, q->audience))
            consider(a, u, typed, past->list[low].text, past->list[low].count, c);
}

/* ---- the table -----------------------------------------------------------------------------------------------------
 */

static parry_code parse_one(json_t *x, size_t i, parry_arena *a, parry_past_query *out, parry_err *err)
{
    const json_t *text = json_object_get(x, "text"), *count = json_object_get(x, "count"),
                 *audience = json_object_get(x, "audience");
    if (!json_is_string(text) || json_string_length(text) == 0 || json_string_length(text) > PARRY_COMPLETION_BYTES)
        return parry_fail(err, PARRY_INVALID, "completion %zu: text must have 1 to %d bytes", i,
                          PARRY_COMPLETION_BYTES);
    if (!json_is_integer(count) || json_integer_value(count) < PARRY_COMPLETION_VISITORS)
        return parry_fail(err, PARRY_INVALID, "completion %zu: count must be %d or more", i, PARRY_COMPLETION_VISITORS);
    if (audience != NULL && !json_is_string(audience))
        return parry_fail(err, PARRY_INVALID, "completion %zu: audience must be a name", i);
    out->text = parry_str_copy(a, parry_str_of(json_string_value(text)));
    out->audience = parry_str_copy(a, parry_str_of(audience != NULL ? json_string_value(audience) : ""));
    out->count = (uint64_t)json_integer_value(count);
    words w;
    cut(a, out->text, &w);
    out->folded = w.n > 0 ? w.list[0].folded : parry_str_of("");
    return PARRY_OK;
}

parry_code parry_past_queries_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    size_t n = json_array_size(document);
    if (!json_is_array(document) || n > PARRY_PAST_QUERIES)
        return parry_fail(err, PARRY_INVALID, "completions are no list of at most %d", PARRY_PAST_QUERIES);
    parry_past_query *list = PARRY_ARRAY(a, parry_past_query, n + 1);
    for (size_t i = 0; i < n; i++) {
        parry_code code = parse_one(json_array_get(document, i), i, a, &list[i], err);
        if (code != PARRY_OK)
            return code;
    }
    qsort(list, n, sizeof *list, by_folded);
    parry_past_queries *past = PARRY_NEW(a, parry_past_queries);
    *past = (parry_past_queries){list, n};
    *out = past;
    return PARRY_OK;
}

/* ---- all -----------------------------------------------------------------------------------------------------------
 */

/* The typed part in <mark>: of a word, as many bytes as were typed of it; the whole word where spelling differs. */
static parry_str marked(parry_arena *a, const choice *c)
{
    parry_buf b = PARRY_BUF(8 * PARRY_COMPLETION_BYTES);
    size_t at = 0;
    for (size_t i = 0; i < c->words.n; i++) {
        const word *w = &c->words.list[i];
        size_t typed = c->match.marks[i], whole = w->end - w->start;
        if (typed == 0)
            continue;
        typed = w->folded.n == whole && typed < whole ? typed : whole; /* folding changed its length: all of it */
        parry_snippet_escape(&b, parry_str_make(c->text.p + at, w->start - at));
        parry_buf_addz(&b, "<mark>");
        parry_snippet_escape(&b, parry_str_make(c->text.p + w->start, typed));
        parry_buf_addz(&b, "</mark>");
        at = w->start + typed;
    }
    parry_snippet_escape(&b, parry_str_from(c->text, at));
    parry_str html = parry_str_copy(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return html;
}

void parry_complete(parry_arena *a, const parry_generation *g, const parry_mask *masks, const parry_query *q,
                    const parry_understood *u, const parry_ranked *ranked, size_t n, parry_results *r)
{
    words typed;
    cut(a, q->text, &typed);
    if (typed.n == 0 || q->completions == 0)
        return;
    choices *c = PARRY_NEW(a, choices);
    find_needs(u, &typed, c->needs);
    if (q->nfilters == 0) /* of which articles a question found nothing is known here */
        from_past(a, g, q, u, &typed, c);
    if (n > 0)
        from_ranked(a, g, u, &typed, ranked, n, c);
    else
        from_titles(a, g, masks, u, &typed, c);
    qsort(c->list, c->n, sizeof *c->list, best_first);
    r->ncompletions = c->n < q->completions ? c->n : q->completions;
    r->completions = PARRY_ARRAY(a, parry_completion, r->ncompletions);
    for (size_t i = 0; i < r->ncompletions; i++)
        r->completions[i] = (parry_completion){c->list[i].text, marked(a, &c->list[i])};
}
