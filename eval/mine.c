/* Second tries to candidates for synonyms: read, sort, compare neighbours, count. */
#include "eval/mine.h"

#include "base/clock.h"
#include "engine/boosts.h"
#include "engine/wording.h"

#include <stdlib.h>

typedef struct query_row {
    parry_str session, query;
    int64_t ms;
    size_t line;
} query_row;

typedef struct pair {
    parry_str from, to, session;
} pair;

typedef struct mining {
    parry_arena *arena;
    parry_analyser *analyser;
    parry_str locale;
    query_row *rows;
    size_t nrows, rows_cap;
    pair *pairs;
    size_t npairs, pairs_cap;
} mining;

/* ---- reading --------------------------------------------------------------------------------------------------------
 */

static bool read_time(parry_str s, int64_t *ms)
{
    int64_t seconds = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || i > 11)
            return parry_time_parse(s, ms, NULL);
        seconds = seconds * 10 + (s.p[i] - '0');
    }
    *ms = seconds * 1000;
    return s.n > 0;
}

static parry_code read_row(mining *m, parry_str line, size_t number, parry_err *err)
{
    parry_str rest = line, session = {NULL, 0}, time = {NULL, 0};
    query_row row = {.line = number};
    bool three = parry_str_split(&rest, '\t', &session) && parry_str_split(&rest, '\t', &time) && rest.p != NULL;
    if (three && line.n <= PARRY_MINE_LINE_MAX && read_time(time, &row.ms)) {
        row.session = session;
        row.query = parry_utf8_clean(m->arena, rest, NULL);
        m->rows = parry_arena_grow(m->arena, m->rows, m->nrows, &m->rows_cap, sizeof *m->rows);
        m->rows[m->nrows++] = row;
        return PARRY_OK;
    }
    if (three && number == 1)
        return PARRY_OK; /* a heading */
    return parry_fail(err, PARRY_INVALID, "line %zu: not session, time and query with tabs between (at most %d bytes)",
                      number, PARRY_MINE_LINE_MAX);
}

static parry_code read_rows(mining *m, parry_str tsv, parry_err *err)
{
    parry_str rest = tsv, line;
    parry_code code = PARRY_OK;
    for (size_t number = 1; code == PARRY_OK && parry_str_split(&rest, '\n', &line); number++) {
        if (parry_str_ends(line, "\r"))
            line.n--;
        if (parry_str_trim(line).n > 0)
            code = read_row(m, line, number, err);
    }
    return code;
}

static int by_session_and_time(const void *x, const void *y)
{
    const query_row *a = x, *b = y;
    int c = parry_str_cmp(a->session, b->session);
    if (c != 0)
        return c;
    if (a->ms != b->ms)
        return a->ms < b->ms ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

/* ---- comparing ------------------------------------------------------------------------------------------------------
 */

/* The same word, inflected or misspelt: one in three letters may differ. */
static bool alike(const parry_wording *a, size_t i, const parry_wording *b, size_t j)
{
    parry_str x = a->exact[i], y = b->exact[j];
    size_t longer = x.n > y.n ? x.n : y.n;
    return parry_str_eq(a->stem[i], b->stem[j]) || parry_str_distance(x, y) * 3 <= longer;
}

static bool holds(const parry_wording *p, size_t from, size_t to, parry_str stem)
{
    for (size_t i = from; i < to; i++)
        if (parry_str_eq(p->stem[i], stem))
            return true;
    return false;
}

static parry_str words(parry_arena *a, const parry_wording *p, size_t from, size_t to)
{
    parry_str s = p->exact[from];
    for (size_t i = from + 1; i < to; i++)
        s = parry_str_printf(a, "%.*s %.*s", PARRY_FMT(s), PARRY_FMT(p->exact[i]));
    return s;
}

/* Do the differing words say something other than each other? */
static bool worth_a_pair(const parry_wording *a, size_t from, size_t a_to, const parry_wording *b, size_t b_to)
{
    size_t na = a_to - from, nb = b_to - from, shared = 0;
    if (na == 0 || nb == 0 || na > PARRY_MINED_WORDS || nb > PARRY_MINED_WORDS)
        return false;
    if (na == 1 && nb == 1 && alike(a, from, b, from))
        return false;
    for (size_t i = from; i < a_to; i++)
        shared += holds(b, from, b_to, a->stem[i]);
    return shared == 0;
}

static void compare(mining *m, const query_row *before, const query_row *after)
{
    parry_wording a = parry_wording_of(m->analyser, m->arena, before->query, m->locale);
    parry_wording b = parry_wording_of(m->analyser, m->arena, after->query, m->locale);
    size_t from = 0, same_end = 0, shorter = a.n < b.n ? a.n : b.n;
    while (from < shorter && parry_str_eq(a.stem[from], b.stem[from]))
        from++;
    while (same_end < shorter - from && parry_str_eq(a.stem[a.n - 1 - same_end], b.stem[b.n - 1 - same_end]))
        same_end++;
    size_t a_to = a.n - same_end, b_to = b.n - same_end;
    if (!worth_a_pair(&a, from, a_to, &b, b_to))
        return;
    m->pairs = parry_arena_grow(m->arena, m->pairs, m->npairs, &m->pairs_cap, sizeof *m->pairs);
    m->pairs[m->npairs++] = (pair){words(m->arena, &a, from, a_to), words(m->arena, &b, from, b_to), before->session};
}

/* ---- counting -------------------------------------------------------------------------------------------------------
 */

static int by_from_and_to(const void *x, const void *y)
{
    const pair *a = x, *b = y;
    int c = parry_str_cmp(a->from, b->from);
    c = c != 0 ? c : parry_str_cmp(a->to, b->to);
    return c != 0 ? c : parry_str_cmp(a->session, b->session);
}

static int by_session(const void *x, const void *y)
{
    const parry_str *a = x, *b = y;
    return parry_str_cmp(*a, *b);
}

/* Different sessions among pairs [from, to). */
static size_t sessions_in(parry_arena *a, const pair *pairs, size_t from, size_t to)
{
    parry_str *s = PARRY_ARRAY(a, parry_str, to - from);
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        s[i - from] = pairs[i].session;
    qsort(s, to - from, sizeof *s, by_session);
    for (size_t i = 0; i < to - from; i++)
        n += i == 0 || !parry_str_eq(s[i], s[i - 1]);
    return n;
}

static size_t run_of(const mining *m, size_t from, bool with_to)
{
    size_t to = from;
    while (to < m->npairs && parry_str_eq(m->pairs[to].from, m->pairs[from].from) &&
           (!with_to || parry_str_eq(m->pairs[to].to, m->pairs[from].to)))
        to++;
    return to;
}

static int best_first(const void *x, const void *y)
{
    const parry_mined *a = x, *b = y;
    if (a->bound > b->bound || a->bound < b->bound)
        return a->bound < b->bound ? 1 : -1;
    int c = parry_str_cmp(a->from, b->from);
    return c != 0 ? c : parry_str_cmp(a->to, b->to);
}

static bool has_pair(const parry_mined *list, size_t n, parry_str from, parry_str to)
{
    for (size_t i = 0; i < n; i++)
        if (parry_str_eq(list[i].from, from) && parry_str_eq(list[i].to, to))
            return true;
    return false;
}

static size_t count(mining *m, size_t least, parry_mined **out)
{
    parry_mined *list = NULL;
    size_t n = 0, cap = 0;
    for (size_t from = 0; from < m->npairs;) {
        size_t end = run_of(m, from, false), of = sessions_in(m->arena, m->pairs, from, end);
        for (size_t at = from; at < end;) {
            size_t to = run_of(m, at, true), sessions = sessions_in(m->arena, m->pairs, at, to);
            if (sessions >= least) {
                list = parry_arena_grow(m->arena, list, n, &cap, sizeof *list);
                list[n++] = (parry_mined){.from = m->pairs[at].from,
                                          .to = m->pairs[at].to,
                                          .sessions = sessions,
                                          .of = of,
                                          .bound = parry_wilson((double)sessions, (double)(of - sessions))};
            }
            at = to;
        }
        from = end;
    }
    for (size_t i = 0; i < n; i++)
        list[i].both = has_pair(list, n, list[i].to, list[i].from);
    if (n > 0)
        qsort(list, n, sizeof *list, best_first);
    *out = list;
    return n;
}

parry_code parry_mine_synonyms(parry_arena *a, parry_str tsv, parry_str locale, size_t least, parry_mined **out,
                               size_t *n, parry_err *err)
{
    mining m = {.arena = a, .locale = locale};
    parry_code code = read_rows(&m, tsv, err);
    if (code != PARRY_OK)
        return code;
    m.analyser = parry_analyser_new();
    if (m.nrows > 0)
        qsort(m.rows, m.nrows, sizeof *m.rows, by_session_and_time);
    for (size_t i = 1; i < m.nrows; i++) {
        const query_row *before = &m.rows[i - 1], *after = &m.rows[i];
        if (parry_str_eq(before->session, after->session) && after->ms - before->ms <= PARRY_MINE_GAP_MS)
            compare(&m, before, after);
    }
    parry_analyser_free(m.analyser);
    if (m.npairs > 0)
        qsort(m.pairs, m.npairs, sizeof *m.pairs, by_from_and_to);
    *n = count(&m, least < 1 ? 1 : least, out);
    return PARRY_OK;
}
