/* Stories: what happened, a line each, into a ledger, and the rows that a store makes of it.
 *
 *     "5m click visitor=ann query_id=Q1 article=refunds position=1"
 *
 * When (from the story's beginning: s, m, h, d), the type ("query" is a query record by="search"), and fields as the
 * ledger has them. Names of people and ids are made into keys and UUIDs; "_" in a text is a blank; shown=a,b is a list;
 * id=Q1 gives the record its id. */
#ifndef PARRY_TESTS_DEFLECTION_STORY_H
#define PARRY_TESTS_DEFLECTION_STORY_H

#include "../ledger/support.h"

#include "base/hash.h"
#include "deflection/store.h"

#include <jansson.h>
#include <stdlib.h>

enum { STORY_ROWS = 64 };
#define STORY_BEGIN ((int64_t)1767225600000) /* 2026-01-01 */
#define STORY_DAY ((int64_t)86400000)

static inline parry_hash story_hash(parry_str name) { return parry_hash_of(name.p, name.n); }

static inline void story_key(parry_str name, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    parry_hash h = story_hash(name);
    for (size_t i = 0; i < 32; i++)
        out[i] = digits[i % 2 ? h.b[i / 2] & 15 : h.b[i / 2] >> 4];
    out[32] = 0;
}

static inline parry_ledger_subject story_who(const char *name)
{
    parry_ledger_subject s;
    parry_hash h = story_hash(parry_str_of(name));
    memcpy(s.b, h.b, sizeof s.b);
    return s;
}

static inline parry_uuid story_uuid(parry_str name)
{
    parry_hash h = story_hash(name);
    return parry_uuid_of(h.b);
}

static inline int64_t story_ms(parry_str when)
{
    char *unit;
    double n = strtod(when.p, &unit);
    int64_t ms = *unit == 's' ? 1000 : *unit == 'm' ? 60000 : *unit == 'h' ? 3600000 : STORY_DAY;
    return (int64_t)(n * (double)ms);
}

static inline bool story_among(const char *names, parry_str name)
{
    parry_str rest = parry_str_of(names), one;
    while (parry_str_split(&rest, ' ', &one))
        if (parry_str_eq(one, name))
            return true;
    return false;
}

static inline json_t *story_value(scratch *s, parry_str name, parry_str value)
{
    char key[33], id[PARRY_UUID_TEXT];
    char *z = parry_str_z(s->arena, value);
    parry_str piece;
    if (story_among("visitor session contact customer_id session_id unit", name)) {
        story_key(value, key);
        return json_string(key);
    }
    if (parry_str_eqz(name, "query_id")) {
        parry_uuid_text(story_uuid(value), id);
        return json_string(id);
    }
    if (story_among("position dwell_ms score total offset generation pair", name))
        return json_integer(strtoll(z, NULL, 10));
    if (story_among("probability confidence_score", name))
        return json_real(strtod(z, NULL));
    if (story_among("answered bot agent_handover_flag swapped", name))
        return json_boolean(*z == 't');
    if (parry_str_eqz(name, "other")) {
        json_t *list = json_array();
        while (parry_str_split(&value, ',', &piece))
            json_array_append_new(list, json_integer(strtoll(parry_str_z(s->arena, piece), NULL, 10)));
        return list;
    }
    if (story_among("shown articles", name)) {
        json_t *list = json_array();
        while (parry_str_split(&value, ',', &piece))
            json_array_append_new(list, json_stringn(piece.p, piece.n));
        return list;
    }
    for (char *c = z; *c != 0; c++)
        *c = *c == '_' ? ' ' : *c;
    return json_string(z);
}

static inline void story_tell_at(scratch *s, parry_ledger *l, const char *line)
{
    parry_str rest = parry_str_of(line), word, name;
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT};
    json_t *j = json_object();
    assert_true(parry_str_split(&rest, ' ', &word));
    int64_t at_ms = STORY_BEGIN + story_ms(word);
    json_object_set_new(j, "at", json_integer(at_ms));
    assert_true(parry_str_split(&rest, ' ', &word));
    if (parry_str_eqz(word, "query")) {
        item.kind = PARRY_LEDGER_QUERY;
        json_object_set_new(j, "by", json_string("search"));
        json_object_set_new(j, "total", json_integer(3));
    } else {
        json_object_set_new(j, "type", json_stringn(word.p, word.n));
    }
    item.id = story_uuid(parry_str_of(line)); /* the same line is the same record */
    while (parry_str_split(&rest, ' ', &word)) {
        assert_true(parry_str_split(&word, '=', &name));
        if (parry_str_eqz(name, "id"))
            item.id = story_uuid(word);
        else
            json_object_set_new(j, parry_str_z(s->arena, name), story_value(s, name, word));
    }
    char *text = json_dumps(j, JSON_COMPACT);
    item.payload = parry_str_of(text);
    ok(parry_ledger_append(l, &item, 1, NULL, NULL));
    free(text);
    json_decref(j);
}

/* Lines are told in the order in which they stand here, whatever their times. */
static inline void story_tell(scratch *s, parry_ledger *l, const char *const *lines, size_t n)
{
    parry_ledger_ticket *t = NULL;
    for (size_t i = 0; i < n; i++)
        story_tell_at(s, l, lines[i]);
    parry_ledger_item last = {.kind = PARRY_LEDGER_AUDIT, .payload = parry_str_of("{}")};
    ok(parry_ledger_append(l, &last, 1, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    parry_ledger_release(l, t);
}

typedef struct story_rows {
    parry_session_row sessions[STORY_ROWS];
    parry_search_row searches[STORY_ROWS];
    parry_read_row reads[STORY_ROWS];
    parry_ticket_row tickets[STORY_ROWS];
    size_t nsessions, nsearches, nreads, ntickets;
} story_rows;

static inline bool story_session(void *ctx, const parry_session_row *row)
{
    story_rows *r = ctx;
    r->sessions[r->nsessions++] = *row;
    return r->nsessions < STORY_ROWS;
}

static inline bool story_search(void *ctx, const parry_search_row *row)
{
    story_rows *r = ctx;
    r->searches[r->nsearches++] = *row;
    return r->nsearches < STORY_ROWS;
}

static inline bool story_read(void *ctx, const parry_read_row *row)
{
    story_rows *r = ctx;
    r->reads[r->nreads++] = *row;
    return r->nreads < STORY_ROWS;
}

static inline bool story_ticket(void *ctx, const parry_ticket_row *row)
{
    story_rows *r = ctx;
    r->tickets[r->ntickets++] = *row;
    return r->ntickets < STORY_ROWS;
}

/* All rows, as of so long after the beginning ("8d"). */
static inline story_rows story_read_rows(parry_deflection *d, const char *as_of)
{
    story_rows out = {0};
    parry_rows *r = NULL;
    ok(parry_rows_open(d, &r, NULL));
    parry_rows_as_of(r, STORY_BEGIN + story_ms(parry_str_of(as_of)));
    ok(parry_rows_sessions(r, 0, INT64_MAX, story_session, &out, NULL));
    ok(parry_rows_searches(r, 0, INT64_MAX, story_search, &out, NULL));
    ok(parry_rows_reads(r, 0, INT64_MAX, story_read, &out, NULL));
    ok(parry_rows_tickets(r, 0, INT64_MAX, story_ticket, &out, NULL));
    parry_rows_close(r);
    return out;
}

/* A story from its lines to its rows. */
static inline story_rows story_of(scratch *s, const char *const *lines, size_t n, const char *as_of)
{
    parry_ledger *l = ledger_open(s, NULL);
    parry_deflection *d = NULL;
    story_tell(s, l, lines, n);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    story_rows rows = story_read_rows(d, as_of);
    parry_deflection_close(d);
    parry_ledger_close(l);
    return rows;
}

#define STORY(s, as_of, ...)                                                                                           \
    story_of((s), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),     \
             (as_of))

#endif
