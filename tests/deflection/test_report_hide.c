/* Who is hidden, over many random tables: nothing of fewer than k people is shown, nor can it be had by subtraction,
 * within a report and between reports that narrow by the same dimension. */
#include "report_rows.h"

#include "base/stats.h"

enum { PARTS = 12, PEOPLE = 40, TABLES = 3000, LOGS = 60, K = 5 };

/* ---- one whole and its parts ---------------------------------------------------------------------------------------
 */

typedef struct table {
    parry_report_part parts[PARTS];
    parry_ledger_subject people[PARTS][K];
    size_t n;
} table;

static void make_table(table *t, uint64_t *seed)
{
    memset(t, 0, sizeof *t);
    t->n = 1 + parry_random_below(seed, PARTS);
    for (size_t i = 0; i < t->n; i++) {
        size_t npeople = 1 + parry_random_below(seed, parry_random_below(seed, 3) == 0 ? 3 : K + 6);
        unsigned first = (unsigned)parry_random_below(seed, 30); /* parts share people */
        t->parts[i] = (parry_report_part){t->people[i], npeople < K ? npeople : K, npeople + first, i, false};
        for (size_t j = 0; j < t->parts[i].npeople; j++)
            t->people[i][j] = person(first + (unsigned)j);
    }
}

static size_t together(const table *t)
{
    parry_ledger_subject met[PARTS * K];
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        for (size_t j = 0; t->parts[i].hidden && j < t->parts[i].npeople; j++) {
            size_t k = 0;
            while (k < n && memcmp(&met[k], &t->people[i][j], sizeof met[k]) != 0)
                k++;
            if (k == n)
                met[n++] = t->people[i][j];
        }
    }
    return n;
}

static void nothing_is_had_by_subtraction(void **state)
{
    (void)state;
    uint64_t seed = 7;
    size_t seconds = 0;
    for (int i = 0; i < TABLES; i++) {
        table t;
        size_t small = 0, hidden = 0;
        make_table(&t, &seed);
        assert_true(parry_report_hide(t.parts, t.n, K) <= t.n);
        for (size_t j = 0; j < t.n; j++) {
            small += t.parts[j].npeople < K;
            hidden += t.parts[j].hidden;
            assert_true(t.parts[j].hidden || t.parts[j].npeople >= K);
        }
        seconds += hidden > small;
        if (small == 0)
            assert_int_equal(hidden, 0);
        else if (hidden < t.n) { /* something is shown: the difference is of two parts, and of k people, at least */
            assert_true(hidden >= 2);
            assert_true(together(&t) >= K);
        }
        assert_true(hidden <= small + 1);
    }
    assert_true(seconds > 100);
}

static void the_second_is_the_next_smallest(void **state)
{
    (void)state;
    parry_ledger_subject people[3][K];
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned j = 0; j < K; j++)
            people[i][j] = person(10 * i + j);
    }
    parry_report_part parts[] = {
        {people[0], 5, 90, 0, false}, {people[1], 2, 2, 1, false}, {people[2], 5, 30, 2, false}};
    assert_int_equal(parry_report_hide(parts, 3, K), 2);
    assert_false(parts[0].hidden);
    assert_true(parts[1].hidden && parts[2].hidden);
}

/* ---- reports that narrow -------------------------------------------------------------------------------------------
 */

static const char *const audiences[] = {"customer", "merchant", "courier"}, *const locales[] = {"en", "de", "fr"};

static void make_log(memory *m, uint64_t *seed)
{
    uint64_t rare[3][3];
    for (size_t i = 0; i < 9; i++)
        rare[i / 3][i % 3] = parry_random_below(seed, 12);
    for (size_t i = 0; i < 9; i++) {
        for (uint64_t j = 0; j < rare[i / 3][i % 3]; j++) {
            parry_session_row *s = &m->sessions[m->nsessions++];
            *s = (parry_session_row){.start_ms = START, .end_ms = START + 1, .flags = PARRY_SESSION_CONTENT};
            s->who = person((unsigned)(i * 20 + parry_random_below(seed, PEOPLE) % 12));
            s->in.audience = word(m, audiences[i / 3]);
            s->in.locale = word(m, locales[i % 3]);
            s->outcome[0] = PARRY_OUTCOME_POTENTIAL;
        }
    }
}

/* Sessions that a report shows for these; -1: hidden. *people: as counted here, without the report. */
static json_int_t shown(const parry_report_source *s, const char *audience, const char *locale, size_t *people)
{
    char query[128] = "from=2026-10-07&to=2026-10-07";
    const memory *m = s->ctx;
    parry_ledger_subject met[ROWS];
    *people = 0;
    for (size_t i = 0; i < m->nsessions; i++) {
        const parry_session_row *r = &m->sessions[i];
        size_t k = 0;
        if ((audience != NULL && !parry_str_eqz(memory_word(s->ctx, r->in.audience), audience)) ||
            (locale != NULL && !parry_str_eqz(memory_word(s->ctx, r->in.locale), locale)))
            continue;
        while (k < *people && memcmp(&met[k], &r->who, sizeof r->who) != 0)
            k++;
        if (k == *people)
            met[(*people)++] = r->who;
    }
    if (audience != NULL)
        (void)snprintf(query + strlen(query), 40, "&audience=%s", audience);
    if (locale != NULL)
        (void)snprintf(query + strlen(query), 40, "&locale=%s", locale);
    json_t *j = report_with(s, "outcomes", query, K);
    const json_t *value = json_object_get(cell_of(j, NULL, "sessions"), "value");
    json_int_t n = json_is_null(value) ? -1 : json_integer_value(value);
    json_decref(j);
    return n;
}

/* Of the values of one dimension (under `in` of the other), asked for one by one: what is not shown is nobody, or two
 * at least, or the whole is not shown either. */
static void cannot_subtract(const parry_report_source *s, bool by_audience, const char *in)
{
    size_t people, all;
    const char *const *values = by_audience ? audiences : locales;
    json_int_t whole = by_audience ? shown(s, NULL, in, &all) : shown(s, in, NULL, &all);
    size_t hidden = 0;
    for (size_t i = 0; i < 3; i++) {
        json_int_t n = by_audience ? shown(s, values[i], in, &people) : shown(s, in, values[i], &people);
        assert_true(n < 0 || people == 0 || people >= K);
        hidden += n < 0;
    }
    assert_true(whole < 0 || hidden != 1);
}

static void two_reports_do_not_differ_by_somebody(void **state)
{
    (void)state;
    uint64_t seed = 11;
    size_t seen = 0, gone = 0;
    for (int i = 0; i < LOGS; i++) {
        memory *m = parry_calloc(1, sizeof *m);
        size_t people;
        make_log(m, &seed);
        parry_report_source s = memory_source(m, START + 30 * DAY);
        cannot_subtract(&s, true, NULL);
        cannot_subtract(&s, false, NULL);
        for (size_t j = 0; j < 3; j++) {
            cannot_subtract(&s, true, locales[j]);
            cannot_subtract(&s, false, audiences[j]);
            seen += shown(&s, audiences[j], NULL, &people) > 0;
            gone += shown(&s, audiences[j], NULL, &people) < 0;
        }
        free(m);
    }
    assert_true(seen > 10 && gone > 10);
}

/* by=audience and audience=... show and hide the same. */
static void divided_and_narrowed_agree(void **state)
{
    (void)state;
    uint64_t seed = 13;
    for (int i = 0; i < LOGS; i++) {
        memory *m = parry_calloc(1, sizeof *m);
        size_t people;
        make_log(m, &seed);
        parry_report_source s = memory_source(m, START + 30 * DAY);
        json_t *j = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-07&by=audience", K);
        for (size_t a = 0; a < 3; a++) {
            json_int_t n = shown(&s, audiences[a], NULL, &people);
            assert_true((row_of(j, audiences[a]) != NULL) == (n > 0));
            if (n > 0)
                assert_cell(j, audiences[a], "sessions", (double)n, n);
        }
        json_decref(j);
        free(m);
    }
}

static void come(memory *m, unsigned from, unsigned n, int64_t day, const char *audience, const char *locale)
{
    for (unsigned i = 0; i < n; i++) {
        parry_session_row *s = &m->sessions[m->nsessions++];
        *s = (parry_session_row){.start_ms = START + day * DAY, .end_ms = START + day * DAY, .who = person(from + i)};
        s->in.audience = word(m, audience);
        s->in.locale = word(m, locale);
    }
}

/* Of everybody each day is shown; of the merchants the small one is not, nor the next smallest. */
static void days_of_some_are_hidden_and_days_of_all_are_not(void **state)
{
    (void)state;
    memory *m = parry_calloc(1, sizeof *m);
    const unsigned merchants[] = {9, 3, 7, 8};
    for (unsigned d = 0; d < 4; d++) {
        come(m, 100 * d, merchants[d], d, "merchant", "en");
        come(m, 100 * d + 50, 20, d, "customer", "en");
    }
    parry_report_source s = memory_source(m, START + 30 * DAY);
    json_t *all = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-10&by=day", K);
    json_t *some = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-10&by=day&audience=merchant", K);
    assert_cell(all, "2026-10-08", "sessions", 23, 23);
    assert_cell(some, "2026-10-07", "sessions", 9, 9);
    assert_no_cell(some, "2026-10-08", "sessions", "suppressed");
    assert_no_cell(some, "2026-10-09", "sessions", "suppressed");
    assert_cell(some, "2026-10-10", "sessions", 8, 8);
    assert_int_equal(json_integer_value(json_object_get(some, "hidden")), 2);
    json_decref(all), json_decref(some);
    free(m);
}

/* Everybody's day less the customers' would be the merchants', of whom there were two on the second day. */
static void a_day_is_hidden_where_its_rest_is_small(void **state)
{
    (void)state;
    memory *m = parry_calloc(1, sizeof *m);
    for (unsigned d = 0; d < 4; d++) {
        come(m, 100 * d, d == 1 ? 2 : 9, d, "merchant", "en");
        come(m, 100 * d + 50, 20 + d, d, "customer", "en");
    }
    parry_report_source s = memory_source(m, START + 30 * DAY);
    json_t *j = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-10&by=day&audience=customer", K);
    assert_no_cell(j, "2026-10-08", "sessions", "suppressed");
    assert_no_cell(j, "2026-10-07", "sessions", "suppressed"); /* the sum less the others would be that day's */
    assert_cell(j, "2026-10-09", "sessions", 22, 22);
    assert_cell(j, "2026-10-10", "sessions", 23, 23);
    json_decref(j);
    free(m);
}

enum { DAYS = 5 };

/* Over random days: a small cell is shown in no report, and is neither alone hidden in its day nor in its audience. */
static void no_small_day_is_had_by_one_subtraction(void **state)
{
    (void)state;
    uint64_t seed = 17;
    size_t small = 0, shown_cells = 0;
    for (int i = 0; i < LOGS; i++) {
        memory *m = parry_calloc(1, sizeof *m);
        unsigned people[3][DAYS];
        bool hidden[3][DAYS];
        for (unsigned d = 0; d < DAYS; d++) {
            for (unsigned a = 0; a < 3; a++) {
                people[a][d] = (unsigned)parry_random_below(&seed, parry_random_below(&seed, 4) == 0 ? 8 : 30);
                come(m, 1000 * a + 100 * d, people[a][d], d, audiences[a], "en");
            }
        }
        parry_report_source s = memory_source(m, START + 30 * DAY);
        for (unsigned a = 0; a < 3; a++) {
            char query[100], day[16];
            (void)snprintf(query, sizeof query, "from=2026-10-07&to=2026-10-11&by=day&audience=%s", audiences[a]);
            json_t *j = report_with(&s, "outcomes", query, K);
            for (unsigned d = 0; d < DAYS; d++) {
                (void)snprintf(day, sizeof day, "2026-10-%02u", 7 + d);
                hidden[a][d] = json_is_null(json_object_get(cell_of(j, day, "sessions"), "value"));
                shown_cells += !hidden[a][d];
            }
            json_decref(j);
        }
        for (unsigned a = 0; a < 3; a++) {
            for (unsigned d = 0; d < DAYS; d++) {
                size_t in_day = 0, in_audience = 0;
                if (people[a][d] == 0 || people[a][d] >= K)
                    continue;
                for (unsigned b = 0; b < 3; b++)
                    in_day += hidden[b][d];
                for (unsigned e = 0; e < DAYS; e++)
                    in_audience += hidden[a][e];
                assert_true(hidden[a][d] && in_day >= 2 && in_audience >= 2);
                small++;
            }
        }
        free(m);
    }
    assert_true(small > 50 && shown_cells > 200);
}

/* Three combinations have people enough and one has not: by one dimension all is there, by both nothing. */
static void two_dimensions_show_all_or_nothing(void **state)
{
    (void)state;
    memory *m = parry_calloc(1, sizeof *m);
    come(m, 0, 20, 0, "customer", "en");
    come(m, 100, 20, 0, "customer", "de");
    come(m, 200, 20, 0, "merchant", "en");
    come(m, 300, 2, 0, "merchant", "de");
    parry_report_source s = memory_source(m, START + 30 * DAY);
    json_t *one = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-07&audience=merchant", K);
    json_t *both = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-07&audience=merchant&locale=en", K);
    json_t *divided = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-07&audience=customer&by=locale", K);
    assert_cell(one, NULL, "sessions", 22, 22);
    assert_no_cell(both, NULL, "sessions", "suppressed");
    assert_int_equal(json_array_size(json_object_get(divided, "rows")), 0);
    come(m, 400, 3, 0, "merchant", "de");
    json_t *now = report_with(&s, "outcomes", "from=2026-10-07&to=2026-10-07&audience=customer&by=locale", K);
    assert_cell(now, "de", "sessions", 20, 20);
    json_decref(one), json_decref(both), json_decref(divided), json_decref(now);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_had_by_subtraction),
        cmocka_unit_test(the_second_is_the_next_smallest),
        cmocka_unit_test(two_reports_do_not_differ_by_somebody),
        cmocka_unit_test(divided_and_narrowed_agree),
        cmocka_unit_test(days_of_some_are_hidden_and_days_of_all_are_not),
        cmocka_unit_test(a_day_is_hidden_where_its_rest_is_small),
        cmocka_unit_test(no_small_day_is_had_by_one_subtraction),
        cmocka_unit_test(two_dimensions_show_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
