/* Everything about one person is found, given and erased; nothing of anybody else's. */
#include "../ledger/support.h"

#include "base/env.h"
#include "deflection/privacy.h"
#include "ledger/events.h"

#include <unistd.h>

static const int64_t day = 86400000;
static const int64_t start = (int64_t)20000 * 86400000; /* 2024-10-04 */

typedef struct world {
    scratch *s;
    hand_clock clock;
    parry_ledger *l;
    parry_visitors *v;
    parry_redactor *r;
} world;

static void open_world(world *w, scratch *s)
{
    *w = (world){.s = s, .clock = HAND_CLOCK(start)};
    const parry_ledger_options o = {.clock = {hand_now, &w->clock}};
    w->l = ledger_open(s, &o);
    ok(parry_visitors_open(w->l, start, &w->v, NULL));
    w->r = parry_redactor_new();
}

static void close_world(world *w)
{
    parry_ledger_close(w->l);
    parry_visitors_free(w->v);
    parry_redactor_free(w->r);
}

static parry_ledger_record fetched(parry_ledger *l, uint64_t seq, parry_arena *a)
{
    parry_ledger_record r = {0};
    size_t n = 0;
    ok(parry_ledger_fetch(l, &seq, 1, a, &r, &n, NULL));
    assert_int_equal(n, 1);
    return r;
}

static void put(world *w, const parry_ledger_item *item)
{
    parry_ledger_ticket *t = NULL;
    ok(parry_ledger_append(w->l, item, 1, &t, NULL));
    ok(parry_ledger_wait(w->l, t, NULL));
    parry_ledger_release(w->l, t);
}

/* An event as a client sends it; query: 0 for none. */
static void event(world *w, const char *visitor, uint32_t query, const char *type, const char *text)
{
    parry_ledger_item one;
    char id[PARRY_UUID_TEXT];
    json_t *j = json_pack("{s:s, s:s}", "type", type, "text", text);
    if (strcmp(type, "not_solved") == 0) {
        (void)json_object_del(j, "text");
        (void)json_object_set_new(j, "comment", json_string(text));
    }
    parry_uuid_text(numbered(query), id);
    if (query > 0)
        (void)json_object_set_new(j, "query_id", json_string(id));
    if (visitor != NULL)
        (void)json_object_set_new(j, "visitor", json_string(visitor));
    const parry_event_context c = {.redactor = w->r, .visitors = w->v, .now_ms = w->clock.ms};
    ok(parry_event_read(&c, w->s->arena, j, &one, NULL));
    json_decref(j);
    put(w, &one);
}

/* A search as api/query_log.h records it. */
static void search(world *w, const char *visitor, uint32_t id, const char *text)
{
    parry_ledger_item one = {.kind = PARRY_LEDGER_QUERY, .id = numbered(id)};
    json_t *j = json_pack("{s:s, s:I, s:s}", "by", "search", "at", (json_int_t)w->clock.ms, "text", text);
    if (visitor != NULL)
        parry_event_set_key(w->v, j, "visitor", PARRY_PSEUDONYM_VISITOR, w->clock.ms, parry_str_of(visitor));
    parry_event_set_about(j, &one);
    char *payload = json_dumps(j, JSON_COMPACT);
    one.payload = parry_str_of(payload);
    put(w, &one);
    free(payload);
    json_decref(j);
}

static parry_held held(world *w, const char *visitor, parry_person *who)
{
    parry_held h;
    parry_person_of(w->v, w->clock.ms, parry_str_of(visitor), parry_str_of(NULL), parry_str_of(NULL), who);
    ok(parry_person_held(w->l, who, w->s->arena, &h, NULL));
    return h;
}

/* Of ada: 1 to 6. Of bob: 7 to 9. Of nobody: 10. */
static void events(world *w)
{
    search(w, "ada", 1, "adasone");
    w->clock.ms += 40 * day;
    search(w, NULL, 3, "adasnameless");
    event(w, "ada", 3, "search", "adasevent");
    event(w, NULL, 3, "not_solved", "adascomment");
    search(w, "ada", 2, "adastwo");
    event(w, NULL, 2, "not_solved", "adasother");
    event(w, "bob", 2, "search", "bobsevent");
    search(w, "bob", 4, "bobsone");
    event(w, NULL, 4, "not_solved", "bobscomment");
    search(w, NULL, 5, "nobodys");
}

static void test_all_of_a_person_is_found_in_every_period_and_by_query_id(void **state)
{
    world w;
    parry_person who;
    open_world(&w, *state);
    events(&w);
    parry_held h = held(&w, "ada", &who);
    static const uint64_t want[] = {1, 2, 3, 4, 5, 6};
    assert_int_equal(h.n, 6);
    assert_memory_equal(h.seqs, want, sizeof want);
    assert_int_equal(h.linked, 3);
    assert_true(who.n >= 2);
    h = held(&w, "carol", &who);
    assert_int_equal(h.n, 0);
    close_world(&w);
}

static parry_code collect(void *ctx, json_t *record, parry_err *err)
{
    (void)err;
    return json_array_append_new(ctx, record) == 0 ? PARRY_OK : PARRY_IO;
}

static void test_what_is_given_is_what_is_held(void **state)
{
    world w;
    parry_person who;
    json_t *all = json_array();
    open_world(&w, *state);
    events(&w);
    parry_held h = held(&w, "bob", &who);
    ok(parry_person_export(w.l, &h, collect, all, NULL));
    assert_int_equal(json_array_size(all), 3);
    const json_t *last = json_object_get(json_array_get(all, 2), "record");
    assert_string_equal(json_string_value(json_object_get(last, "comment")), "bobscomment");
    assert_string_equal(json_string_value(json_object_get(json_array_get(all, 1), "kind")), "query");
    json_decref(all);
    close_world(&w);
}

static bool found_in(const scratch *s, const char *path, const char *what)
{
    parry_str file;
    ok(parry_file_read(s->arena, path, 64 << 20, &file, NULL));
    return parry_str_find(file, parry_str_of(what)) < file.n;
}

static void test_erasing_leaves_the_chain_whole_and_no_byte_of_them(void **state)
{
    scratch *s = *state;
    world w;
    parry_person who;
    parry_ledger_report before, after;
    parry_days erasures = {NULL, 0, 0};
    size_t ndays = 0;
    open_world(&w, s);
    for (int i = 0; i < 300; i++)
        search(&w, NULL, (uint32_t)(1000 + i), "filling of many pages, so that some are split and some are used again");
    events(&w);
    ok(parry_ledger_verify(w.l, &before, NULL));
    parry_held h = held(&w, "ada", &who);
    const parry_erasing by = {.ledger = w.l, .actor = parry_str_of("person:eve"), .address = parry_str_of("127.0.0.1")};
    ok(parry_person_erase(&by, &h, &ndays, NULL));
    ok(parry_ledger_verify(w.l, &after, NULL));
    assert_int_equal(after.erased, 6);
    assert_int_equal(after.records, before.records + 1); /* the audit */
    assert_int_equal(ndays, 2);
    ok(parry_erasures_read(w.l, &erasures, NULL));
    assert_int_equal(erasures.n, 2);
    assert_int_equal(erasures.p[0].day, 20000);
    assert_int_equal(erasures.p[1].day, 20040);
    assert_int_equal(parry_erasures_count(&erasures, start, start + day), 1);
    assert_int_equal(parry_erasures_count(&erasures, start + 40 * day + 1, start + 40 * day + 2), 5);
    assert_int_equal(parry_erasures_count(&erasures, 0, start + 99 * day), 6);
    assert_int_equal(parry_erasures_count(&erasures, start + day, start + 40 * day), 0);
    parry_days_free(&erasures);
    assert_int_equal(held(&w, "ada", &who).n, 0);
    assert_int_equal(held(&w, "bob", &who).n, 3);
    close_world(&w);
    ok(parry_env_compact(in(s, "ledger"), NULL));
    assert_true(found_in(s, in(s, "ledger/data.mdb"), "bobsevent"));
    assert_false(found_in(s, in(s, "ledger/data.mdb"), "adas"));
    parry_ledger *l = ledger_open(s, NULL);
    ok(parry_ledger_verify(l, &before, NULL));
    assert_true(parry_hash_eq(before.head, after.head));
    parry_ledger_close(l);
}

/* One after the other, so that pages are used again and neighbours moved; and a long one. */
static void test_scrubbing_takes_the_bytes_off_the_open_file(void **state)
{
    scratch *s = *state;
    world w;
    parry_ledger_report report;
    bool is = true;
    char text[3000];
    open_world(&w, s);
    ok(parry_ledger_scrub(w.l, &is, NULL));
    assert_false(is);
    for (uint32_t i = 0; i < 600; i++) {
        size_t n = i % 7 == 0 ? sizeof text - 1 : 10 + 13 * i % 400;
        memset(text, 'x', n);
        memcpy(text, i % 3 == 0 ? "adas" : "bobs", 4);
        text[n] = 0;
        search(&w, i % 3 == 0 ? "ada" : "bob", 1000 + i, text);
    }
    for (uint64_t seq = 1; seq <= 600; seq += 3)
        ok(parry_ledger_erase(w.l, (uint64_t[]){seq}, 1, NULL));
    assert_true(found_in(s, in(s, "ledger/data.mdb"), "adas"));
    ok(parry_ledger_scrub(w.l, &is, NULL));
    assert_true(is);
    assert_false(found_in(s, in(s, "ledger/data.mdb"), "adas"));
    assert_true(found_in(s, in(s, "ledger/data.mdb"), "bobs"));
    ok(parry_ledger_verify(w.l, &report, NULL));
    assert_int_equal(report.erased, 200);
    for (uint32_t i = 0; i < 600; i++) /* what memory had goes nowhere */
        search(&w, "carol", 5000 + i, "carols");
    assert_false(found_in(s, in(s, "ledger/data.mdb"), "adas"));
    ok(parry_ledger_scrub(w.l, &is, NULL));
    assert_true(is);
    ok(parry_ledger_scrub(w.l, &is, NULL));
    assert_false(is);
    ok(parry_ledger_verify(w.l, &report, NULL));
    close_world(&w);
}

/* What somebody still reads stays until he is done; it is due until then. */
static void test_scrubbing_waits_for_who_reads(void **state)
{
    scratch *s = *state;
    world w;
    parry_ledger_cursor *c = NULL;
    parry_ledger_record r;
    bool is = false;
    open_world(&w, s);
    search(&w, "ada", 1, "adassearch");
    ok(parry_ledger_read(w.l, 1, &c, NULL));
    ok(parry_ledger_erase(w.l, (uint64_t[]){1}, 1, NULL));
    for (int i = 0; i < 4; i++) {
        ok(parry_ledger_scrub(w.l, &is, NULL));
        assert_true(is);
    }
    assert_true(parry_ledger_next(c, &r));
    assert_true(parry_str_find(r.payload, parry_str_of("adassearch")) < r.payload.n);
    ok(parry_ledger_cursor_close(c, NULL));
    for (is = true; is;)
        ok(parry_ledger_scrub(w.l, &is, NULL));
    assert_false(found_in(s, in(s, "ledger/data.mdb"), "adas"));
    close_world(&w);
}

static void test_the_audit_does_not_say_who_it_was(void **state)
{
    world w;
    parry_person who;
    parry_ledger_record r;
    char key[PARRY_VISITOR_TEXT];
    open_world(&w, *state);
    events(&w);
    parry_held h = held(&w, "ada", &who);
    const parry_erasing by = {.ledger = w.l, .actor = parry_str_of("cli:root"), .address = parry_str_of(NULL)};
    ok(parry_person_erase(&by, &h, NULL, NULL));
    r = fetched(w.l, 11, w.s->arena);
    parry_visitor_key(w.v, PARRY_PSEUDONYM_VISITOR, w.clock.ms, parry_str_of("ada"), key);
    assert_str(r.payload, "{\"action\":\"visitor.erase\",\"actor\":\"cli:root\",\"target\":\"ledger:records\",\"ok\":"
                          "true,\"records\":6,\"days\":{\"2024-10-04\":1,\"2024-11-13\":5},\"offsets\":\"1-6\"}");
    assert_true(parry_str_find(r.payload, parry_str_of(key)) == r.payload.n);
    close_world(&w);
}

static void test_erasing_who_is_not_there_is_told_too(void **state)
{
    world w;
    parry_person who;
    parry_days erasures = {NULL, 0, 0};
    int64_t at = 0;
    open_world(&w, *state);
    parry_held h = held(&w, "carol", &who);
    const parry_erasing by = {.ledger = w.l, .actor = parry_str_of("cli:root"), .address = parry_str_of(NULL)};
    ok(parry_person_erase(&by, &h, NULL, NULL));
    ok(parry_erasures_read(w.l, &erasures, NULL));
    assert_int_equal(erasures.n, 0);
    ok(parry_erasures_last(w.l, "visitor.erase", &at, NULL));
    assert_int_equal(at, start);
    ok(parry_erasures_last(w.l, "ledger.retain", &at, NULL));
    assert_int_equal(at, 0);
    close_world(&w);
}

static void test_the_file_of_an_open_ledger_is_left_alone(void **state)
{
    scratch *s = *state;
    fflush(NULL);
    int ready[2], done[2];
    char one;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    pid_t child = fork();
    if (child == 0) {
        parry_ledger *l = ledger_open(s, NULL);
        (void)!write(ready[1], "x", 1);
        (void)!read(done[0], &one, 1);
        parry_ledger_close(l);
        _exit(0);
    }
    assert_int_equal(read(ready[0], &one, 1), 1);
    assert_int_equal(parry_env_compact(in(s, "ledger"), NULL), PARRY_CONFLICT);
    assert_int_equal(write(done[1], "x", 1), 1);
    (void)status_of(child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_all_of_a_person_is_found_in_every_period_and_by_query_id),
        in_scratch(test_what_is_given_is_what_is_held),
        in_scratch(test_erasing_leaves_the_chain_whole_and_no_byte_of_them),
        in_scratch(test_scrubbing_takes_the_bytes_off_the_open_file),
        in_scratch(test_scrubbing_waits_for_who_reads),
        in_scratch(test_the_audit_does_not_say_who_it_was),
        in_scratch(test_erasing_who_is_not_there_is_told_too),
        in_scratch(test_the_file_of_an_open_ledger_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
