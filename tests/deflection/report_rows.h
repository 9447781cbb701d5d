/* Rows in memory as a source of reports, and cells read out of a report. For the tests of reports. */
#ifndef PARRY_TESTS_REPORT_ROWS_H
#define PARRY_TESTS_REPORT_ROWS_H

#include "deflection/report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROWS = 4096, WORDS = 8192 };
#define DAY ((int64_t)86400000)
#define START ((int64_t)1791331200000) /* 2026-10-07, a Wednesday, when a period of visitors' keys is 3 days old */

typedef struct memory {
    parry_session_row sessions[ROWS];
    parry_search_row searches[ROWS];
    parry_read_row reads[ROWS];
    parry_ticket_row tickets[ROWS];
    size_t nsessions, nsearches, nreads, ntickets;
    const char *words[WORDS];
    size_t nwords;
} memory;

#define WALK(name, row, list, count, time)                                                                             \
    static inline parry_code name(void *ctx, int64_t from, int64_t until, bool (*fn)(void *, const row *),             \
                                  void *fn_ctx, parry_err *err)                                                        \
    {                                                                                                                  \
        memory *m = ctx;                                                                                               \
        (void)err;                                                                                                     \
        for (size_t i = 0; i < m->count; i++) {                                                                        \
            if (m->list[i].time >= from && m->list[i].time < until && !fn(fn_ctx, &m->list[i]))                        \
                break;                                                                                                 \
        }                                                                                                              \
        return PARRY_OK;                                                                                               \
    }
WALK(walk_sessions, parry_session_row, sessions, nsessions, start_ms)
WALK(walk_searches, parry_search_row, searches, nsearches, at_ms)
WALK(walk_reads, parry_read_row, reads, nreads, at_ms)
WALK(walk_tickets, parry_ticket_row, tickets, ntickets, at_ms)

static inline parry_word word(memory *m, const char *z)
{
    m->words[m->nwords++] = z;
    return parry_word_of(parry_str_of(z));
}

static inline parry_str memory_word(void *ctx, parry_word w)
{
    memory *m = ctx;
    for (size_t i = 0; i < m->nwords; i++) {
        if (parry_word_of(parry_str_of(m->words[i])) == w)
            return parry_str_of(m->words[i]);
    }
    return parry_str_of("");
}

static inline parry_ledger_subject person(unsigned n)
{
    parry_ledger_subject s = {{0}};
    memcpy(s.b, &n, sizeof n);
    s.b[15] = 1;
    return s;
}

/* All rows begin with their time. */
static inline int in_time(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static inline parry_report_source memory_source(memory *m, int64_t as_of_ms)
{
    qsort(m->sessions, m->nsessions, sizeof *m->sessions, in_time);
    qsort(m->searches, m->nsearches, sizeof *m->searches, in_time);
    qsort(m->reads, m->nreads, sizeof *m->reads, in_time);
    qsort(m->tickets, m->ntickets, sizeof *m->tickets, in_time);
    return (parry_report_source){.ctx = m,
                                 .state = {.seq = 7, .as_of_ms = as_of_ms},
                                 .sessions = walk_sessions,
                                 .searches = walk_searches,
                                 .reads = walk_reads,
                                 .tickets = walk_tickets,
                                 .word = memory_word};
}

/* "from=2026-10-03&by=day" */
static inline parry_str of_query(void *ctx, const char *name)
{
    parry_str rest = parry_str_of(ctx), pair;
    size_t n = strlen(name);
    while (parry_str_split(&rest, '&', &pair)) {
        if (pair.n > n && memcmp(pair.p, name, n) == 0 && pair.p[n] == '=')
            return parry_str_from(pair, n + 1);
    }
    return parry_str_make(NULL, 0);
}

static inline json_t *report_with(const parry_report_source *s, const char *name, const char *query, unsigned k)
{
    const parry_report_house house = {.k = k, .cost = 20, .currency = parry_str_of("EUR")};
    parry_report_request q;
    parry_err err = {0};
    json_t *j = NULL;
    if (parry_report_read(name, of_query, (void *)(uintptr_t)query, START + 40 * DAY, &house, &q, &err) != PARRY_OK ||
        parry_report_make(s, &q, &j, &err) != PARRY_OK)
        fail_msg("%s?%s: %s", name, query, err.msg);
    return j;
}

/* The row of that name (NULL: the first). */
static inline const json_t *row_of(const json_t *report, const char *by)
{
    size_t i;
    const json_t *row;
    json_array_foreach(json_object_get(report, "rows"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "by"));
        if (by == NULL || (name != NULL && strcmp(name, by) == 0))
            return row;
    }
    return NULL;
}

static inline const json_t *cell_of(const json_t *report, const char *by, const char *cell)
{
    const json_t *j = json_object_get(json_object_get(row_of(report, by), "cells"), cell);
    if (j == NULL)
        fail_msg("there is no cell %s of %s", cell, by != NULL ? by : "the first row");
    return j;
}

static inline void assert_cell(const json_t *report, const char *by, const char *cell, double value, json_int_t n)
{
    const json_t *j = cell_of(report, by, cell);
    double is = json_number_value(json_object_get(j, "value"));
    if (!json_is_number(json_object_get(j, "value")) || fabs(is - value) > 1e-9 ||
        json_integer_value(json_object_get(j, "n")) != n) {
        char *text = json_dumps(j, 0);
        fail_msg("%s of %s: %s, not %g of %lld", cell, by != NULL ? by : "the first row", text, value, (long long)n);
    }
}

static inline void assert_no_cell(const json_t *report, const char *by, const char *cell, const char *why)
{
    const json_t *j = cell_of(report, by, cell);
    assert_true(json_is_null(json_object_get(j, "value")));
    assert_string_equal(json_string_value(json_object_get(j, "why")), why);
}

static inline void assert_between(const json_t *report, const char *by, const char *cell, double lo, double hi)
{
    const json_t *i = json_object_get(cell_of(report, by, cell), "interval");
    assert_true(fabs(json_number_value(json_array_get(i, 0)) - lo) < 1e-4);
    assert_true(fabs(json_number_value(json_array_get(i, 1)) - hi) < 1e-4);
}

#endif
