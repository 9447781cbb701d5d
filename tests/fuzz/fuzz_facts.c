/* Any bytes as what browsers and programs told of one person: 8 bytes an event, or a line of JSON as it is. Rows are
 * made of them, the same whatever order they came in, and every one of them is counted once. */
#include "deflection/fact.h"
#include "deflection/session.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ONE = 8, MOST = 256 };
static const int64_t start_ms = 1790000000000;

static void must(bool good)
{
    if (!good)
        abort();
}

/* ---- facts ------------------------------------------------------------------------------------------------------- */

static const char *word(uint8_t b)
{
    static const char *const words[] = {"r",     "re", "refu", "refund", "refund card",
                                        "Login", "l",  "",     "refnud", "\xc3\xa4"};
    return words[b % (sizeof words / sizeof *words)];
}

/* A second to a day after the one before, or before it. */
static int64_t step_ms(uint8_t b)
{
    static const int64_t steps[] = {100, 1000, 5000, 61000, 1800000, 1800001, 86400000, -3600000};
    return steps[b % 8];
}

static json_t *event_of(const uint8_t *b, int64_t at_ms)
{
    static const char *const kinds[] = {"suggest", "search", "form", "algolia", "chat", "mcp"};
    static const char *const arms[] = {"holdout", "production", "challenger", "interleaved", "shadow"};
    parry_uuid query = {.b = {b[3]}};
    char id[PARRY_UUID_TEXT];
    parry_uuid_text(query, id);
    json_t *j = json_pack(
        "{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:[s, s], s:[s], s:b, s:s, s:s, s:i}", "type",
        parry_fact_name((parry_fact_type)(b[0] % PARRY_FACTS)), "at", (json_int_t)at_ms, "text", word(b[2]), "query_id",
        id, "article", word(b[4]), "ticket", word(b[4]), "by", kinds[b[5] % 6], "channel", word(b[5]), "position",
        b[6] % 30, "dwell_ms", (b[6] % 16) * (b[7] % 64) * 700, "shown", word(b[4]), word(b[7]), "articles", word(b[4]),
        "answered", b[6] & 1, "vote", b[7] & 1 ? "up" : "down", "experiment", word(b[7]), "score", b[7] % 6);
    json_t *test = json_pack("{s:s, s:s, s:[i, i], s:i, s:b}", "arm", arms[b[5] % 5], "teams", "abba", "other",
                             b[4] % 99, b[7] % 99, "pair", b[7] % 20, "swapped", b[6] & 2);
    (void)json_object_update(j, test);
    json_decref(test);
    return j;
}

static bool fact_of(parry_str payload, bool query, size_t seq, parry_arena *a, parry_fact *out)
{
    parry_ledger_record r = {.seq = seq + 1,
                             .at_ms = start_ms,
                             .kind = query ? PARRY_LEDGER_QUERY : PARRY_LEDGER_EVENT,
                             .id = {.b = {(uint8_t)seq, (uint8_t)(seq >> 8), 1}},
                             .payload = payload};
    return parry_fact_read(&r, a, out);
}

static size_t facts_of(const uint8_t *data, size_t size, parry_arena *a, parry_fact *out)
{
    size_t n = 0;
    int64_t at_ms = start_ms;
    for (size_t i = 0; i + ONE <= size && i < (size_t)ONE * MOST; i += ONE) {
        at_ms += step_ms(data[i + 1]);
        json_t *j = event_of(data + i, at_ms);
        char *text = json_dumps(j, JSON_COMPACT);
        must(text != NULL);
        n += fact_of(parry_str_of(text), data[i] & 128, i / ONE, a, &out[n]);
        free(text);
        json_decref(j);
    }
    return n;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static void check_session(const parry_session_row *s)
{
    must(s->start_ms <= s->end_ms && (s->seen_ms == 0 || (s->seen_ms >= s->start_ms && s->seen_ms <= s->end_ms)));
    must(s->ticket_ms == 0 || (s->ticket_ms >= s->start_ms && s->ticket_ms <= s->end_ms + 7 * 86400000LL));
    must((s->flags & PARRY_SESSION_SOLVED) == 0 || (s->flags & PARRY_SESSION_NOT_SOLVED) == 0);
}

static void check_rows(const parry_fact *facts, size_t n, const parry_session_rows *rows)
{
    size_t searches = 0, letters = 0, asked = 0;
    for (size_t i = 0; i < rows->nsessions; i++) {
        check_session(&rows->sessions[i]);
        must(i == 0 || rows->sessions[i - 1].end_ms <= rows->sessions[i].end_ms);
        searches += rows->sessions[i].searches;
    }
    for (size_t i = 0; i < rows->nsearches; i++) {
        const parry_search_row *r = &rows->searches[i];
        letters += r->letters;
        must(r->pair < PARRY_PLACES && r->opened_at >> PARRY_PLACES == 0);
        must(abs(r->credit) <= __builtin_popcount(r->opened_at) && __builtin_popcount(r->opened_at) <= r->clicks);
    }
    for (size_t i = 0; i < n; i++)
        asked += facts[i].type <= PARRY_FACT_SUGGEST && facts[i].text.n > 0;
    must(searches == rows->nsearches && letters == asked);
    for (size_t i = 0; i < rows->nreads; i++)
        must(rows->reads[i].dwell_ms <= 86400000 && rows->reads[i].vote >= -1 && rows->reads[i].vote <= 1);
}

static void same(const void *a, const void *b, size_t n, size_t m, size_t size)
{
    must(n == m && (n == 0 || memcmp(a, b, n * size) == 0));
}

static void check_same(const parry_session_rows *x, const parry_session_rows *y)
{
    same(x->sessions, y->sessions, x->nsessions, y->nsessions, sizeof *x->sessions);
    same(x->searches, y->searches, x->nsearches, y->nsearches, sizeof *x->searches);
    same(x->reads, y->reads, x->nreads, y->nreads, sizeof *x->reads);
    same(x->tickets, y->tickets, x->ntickets, y->ntickets, sizeof *x->tickets);
    same(x->units, y->units, x->nunits, y->nunits, sizeof *x->units);
}

static void make(parry_fact *facts, size_t n, parry_arena *a)
{
    const parry_ledger_subject who = {.b = {1}};
    parry_session_rows rows, again;
    parry_fact *turned = PARRY_ARRAY(a, parry_fact, n);
    for (size_t i = 0; i < n; i++)
        turned[i] = facts[n - 1 - i];
    parry_sessions_make(facts, n, &who, true, NULL, NULL, a, &rows);
    parry_sessions_make(turned, n, &who, true, NULL, NULL, a, &again);
    check_rows(facts, n, &rows);
    check_same(&rows, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parry_arena *a = parry_arena_new();
    parry_fact facts[MOST + 1];
    parry_str text = parry_str_make((const char *)data, size);
    size_t n = facts_of(data, size, a, facts);
    if (size > 0 && size < 4096 && data[0] == '{')
        n += fact_of(text, size % 2 == 0, MOST, a, &facts[n]);
    if (n > 0)
        make(facts, n, a);
    must(parry_arena_bytes(a) < (64U << 20));
    parry_arena_free(a);
    return 0;
}
