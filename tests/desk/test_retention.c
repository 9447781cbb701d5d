/* How long the desk keeps what it was given, by a clock that is turned by hand. */
#include "desk_support.h"

#include "access/secret.h"
#include "desk/retention.h"

#include <stdatomic.h>

enum { MAP = 64 << 20, TABLES = PARRY_OUTBOX_TABLES + PARRY_HANDOFFS_TABLES + PARRY_CASES_TABLES + 8 };
static const int64_t day = 86400000;

typedef struct desk {
    parry_env *env;
    parry_group *group;
    parry_cases *cases;
    parry_handoffs *handoffs;
    parry_outbox *outbox;
    atomic_uint sent;
    atomic_bool refuses, holds, held; /* holds: it waits while it is being sent; held: it does */
    _Atomic int64_t now_ms;
} desk;

static int64_t now_of(void *ctx) { return atomic_load(&((desk *)ctx)->now_ms); }

static parry_fate take(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    desk *d = ctx;
    while (atomic_load(&d->holds)) {
        atomic_store(&d->held, true);
        parry_sleep_ms(1);
    }
    if (atomic_load(&d->refuses)) {
        (void)parry_fail(err, PARRY_INVALID, "never");
        return PARRY_FATE_NEVER;
    }
    (void)snprintf(out->remote_id, sizeof out->remote_id, "T-%llu", (unsigned long long)item->id);
    atomic_fetch_add(&d->sent, 1);
    return PARRY_FATE_DELIVERED;
}

/* To `target`, which is started, or is not. */
static void desk_open(desk *d, scratch *s, const char *target, bool starts)
{
    static const unsigned char key[32] = {1};
    static const parry_secret master = {{7}};
    const parry_clock clock = {now_of, d};
    const parry_handoffs_options ho = {.master = &master, .clock = clock};
    ok(parry_env_open(in(s, "desk"), MAP, TABLES, &d->env, NULL));
    d->group = parry_group_new(d->env);
    ok(parry_cases_open(d->env, d->group, NULL, key, clock, &d->cases, NULL));
    ok(parry_handoffs_open(d->env, d->group, &ho, &d->handoffs, NULL));
    const parry_outbox_options oo = {.told = parry_handoffs_told, .told_ctx = d->handoffs, .clock = clock};
    ok(parry_outbox_open(d->env, d->group, &oo, &d->outbox, NULL));
    parry_handoffs_use(d->handoffs, d->outbox, &target, 1);
    const parry_target t = {.name = target, .send = take, .ctx = d, .workers = 1};
    if (starts)
        ok(parry_outbox_start(d->outbox, &t, 1, NULL));
}

static void desk_close(desk *d)
{
    parry_outbox_close(d->outbox);
    parry_handoffs_close(d->handoffs);
    parry_cases_close(d->cases);
    parry_group_free(d->group);
    parry_env_close(d->env);
}

static void advance(desk *d, int64_t ms)
{
    atomic_fetch_add(&d->now_ms, ms);
    parry_outbox_wake(d->outbox);
}

static parry_retention_report run(desk *d, int64_t keep_handoffs_ms, int64_t keep_cases_ms)
{
    parry_retention_report r;
    const parry_retention_options o = {.cases = d->cases,
                                       .handoffs = d->handoffs,
                                       .outbox = d->outbox,
                                       .clock = {now_of, d},
                                       .keep_handoffs_ms = keep_handoffs_ms,
                                       .keep_cases_ms = keep_cases_ms};
    ok(parry_retention_run(&o, false, &r, NULL));
    return r;
}

static parry_uuid accept(desk *d, scratch *s, const char *once)
{
    parry_handoff h;
    bool again;
    json_t *p = json_pack("{s:{s:s, s:s}, s:{s:s, s:s}, s:{s:{s:s}, s:{s:s}}, s:s, s:s, s:s}", "requester", "name",
                          "Ann", "email", "ann@example.org", "ticket", "subject", "Lost", "description", "It is lost.",
                          "suggested", "queue", "value", "Deliveries", "priority", "value", "high", "locale", "en",
                          "audience", "customer", "channel", "form");
    const parry_handoff_wish w = {.once = parry_str_of(once), .packet = p};
    ok(parry_handoffs_accept(d->handoffs, &w, s->arena, &h, &again, NULL));
    json_decref(p);
    return h.id;
}

static bool there(desk *d, scratch *s, parry_uuid id)
{
    parry_handoff h;
    return parry_handoffs_get(d->handoffs, id, s->arena, &h, NULL) == PARRY_OK;
}

static uint64_t rows_of_all(desk *d)
{
    static const char *const names[] = {"handoffs",        "handoff_once", "handoff_remotes", "outbox_items",
                                        "outbox_payloads", "outbox_due",   "outbox_open",     "outbox_dead"};
    uint64_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        n += rows_of(d->env, names[i]);
    return n;
}

static void test_a_record_goes_after_its_time_with_everything_that_leads_to_it(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000};
    parry_handoff h;
    desk_open(&d, s, "helpdesk", true);
    parry_uuid old = accept(&d, s, "key");
    until(d.handoffs, s, old, PARRY_OUTBOX_DELIVERED);
    advance(&d, 30 * day);
    parry_uuid young = accept(&d, s, "other");
    until(d.handoffs, s, young, PARRY_OUTBOX_DELIVERED);
    assert_int_equal(run(&d, 30 * day, 0).handoffs, 0); /* to the millisecond */
    advance(&d, 1);
    assert_int_equal(run(&d, 30 * day, 0).handoffs, 1);
    assert_false(there(&d, s, old));
    assert_true(there(&d, s, young));
    assert_int_equal(rows_of(d.env, "handoff_once"), 1);
    assert_int_equal(rows_of(d.env, "handoff_remotes"), 1);
    assert_int_equal(rows_of(d.env, "outbox_items"), 1);
    assert_int_equal(parry_handoffs_again(d.handoffs, parry_str_of("key"), parry_str_of(""), s->arena, &h, NULL),
                     PARRY_NOT_FOUND);
    parry_uuid again = accept(&d, s, "key"); /* another one, by now */
    assert_false(parry_uuid_eq(again, old));
    until(d.handoffs, s, again, PARRY_OUTBOX_DELIVERED);
    advance(&d, 1000 * day);
    assert_int_equal(run(&d, 0, 0).handoffs, 0); /* for ever */
    assert_int_equal(run(&d, 30 * day, 0).handoffs, 2);
    assert_int_equal(rows_of_all(&d), 0);
    desk_close(&d);
}

static void test_what_waits_keeps_its_record(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000};
    desk_open(&d, s, "helpdesk", false);
    parry_uuid id = accept(&d, s, "key");
    advance(&d, 100 * day);
    size_t n;
    ok(parry_handoffs_retain(d.handoffs, atomic_load(&d.now_ms), 100, true, &n, NULL));
    assert_int_equal(n, 0);
    assert_true(there(&d, s, id));
    desk_close(&d);
}

static void test_what_goes_to_a_target_that_is_none_is_listed_as_dead_and_lives_again(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000};
    parry_outbox_item item;
    parry_txn *t = NULL;
    size_t n = 0;
    desk_open(&d, s, "formerly", false);
    parry_uuid id = accept(&d, s, "key");
    desk_close(&d);
    desk_open(&d, s, "helpdesk", true);
    assert_int_equal(run(&d, 0, 0).outbox.given_up, 1);
    until(d.handoffs, s, id, PARRY_OUTBOX_DEAD);
    ok(parry_txn_read(d.env, &t, NULL));
    ok(parry_outbox_list(d.outbox, t, PARRY_OUTBOX_DEAD, parry_str_of("formerly"), 0, s->arena, &item, 1, &n, NULL));
    parry_txn_abort(t);
    assert_int_equal(n, 1);
    assert_true(parry_str_find(item.error, parry_str_of("desk.targets")) < item.error.n);
    assert_int_equal(run(&d, 0, 0).outbox.given_up, 0);
    desk_close(&d);
    desk_open(&d, s, "formerly", true); /* it was a slip */
    until(d.handoffs, s, id, PARRY_OUTBOX_DELIVERED);
    assert_int_equal(d.sent, 1);
    desk_close(&d);
}

static void test_what_was_refused_stays_dead_when_its_target_comes_back(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000, .refuses = true};
    desk_open(&d, s, "helpdesk", true);
    parry_uuid id = accept(&d, s, "key");
    until(d.handoffs, s, id, PARRY_OUTBOX_DEAD);
    desk_close(&d);
    atomic_store(&d.refuses, false);
    desk_open(&d, s, "other", true);
    run(&d, 0, 0);
    desk_close(&d);
    desk_open(&d, s, "helpdesk", true);
    parry_sleep_ms(100);
    until(d.handoffs, s, id, PARRY_OUTBOX_DEAD);
    assert_int_equal(d.sent, 0);
    desk_close(&d);
}

static void test_what_goes_to_a_target_that_is_none_is_erased_in_its_time(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000};
    desk_open(&d, s, "formerly", true);
    until(d.handoffs, s, accept(&d, s, "delivered"), PARRY_OUTBOX_DELIVERED);
    desk_close(&d);
    desk_open(&d, s, "formerly", false);
    accept(&d, s, "waits");
    desk_close(&d);
    desk_open(&d, s, "helpdesk", true);
    assert_int_equal(run(&d, 0, 0).outbox.given_up, 1);
    assert_int_equal(rows_of(d.env, "outbox_payloads"), 2);
    advance(&d, day);
    assert_int_equal(run(&d, 0, 0).outbox.erased, 1); /* of what was delivered, after 24 hours */
    assert_int_equal(rows_of(d.env, "outbox_payloads"), 1);
    advance(&d, 29 * day);
    parry_retention_report r = run(&d, 0, 0);
    assert_int_equal(r.outbox.erased, 1); /* of what was given up, after 30 days */
    assert_int_equal(r.outbox.removed, 1);
    assert_int_equal(rows_of(d.env, "outbox_payloads"), 0);
    advance(&d, 150 * day);
    assert_int_equal(run(&d, 0, 0).outbox.removed, 1); /* after 180 */
    assert_int_equal(run(&d, 30 * day, 0).handoffs, 2);
    assert_int_equal(rows_of_all(&d), 0);
    desk_close(&d);
}

static void test_the_threads_own_erasures_are_counted(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000};
    uint64_t erased = 0;
    desk_open(&d, s, "helpdesk", true);
    until(d.handoffs, s, accept(&d, s, ""), PARRY_OUTBOX_DELIVERED);
    advance(&d, day);
    for (int i = 0; i < 1000 && erased == 0; i++) {
        parry_sleep_ms(5);
        erased += run(&d, 0, 0).outbox.erased;
    }
    assert_int_equal(erased, 1);
    assert_int_equal(rows_of(d.env, "outbox_payloads"), 0);
    desk_close(&d);
}

/* ---- the audit --------------------------------------------------------------------------------------------------- */

static parry_code hear(void *ctx, const json_t *entry, parry_err *err)
{
    json_t *entries = ctx;
    (void)err;
    return json_array_append_new(entries, json_deep_copy(entry)) == 0 ? PARRY_OK : PARRY_IO;
}

static json_int_t number_in(const json_t *entry, const char *name)
{
    return json_integer_value(json_object_get(entry, name));
}

static void test_the_audit_says_what_was_erased_how_many_and_up_to_when(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000}; /* 2023-11-14T22:13:20Z */
    parry_access *access;
    parry_retention_report r;
    json_t *entries = json_array();
    desk_open(&d, s, "helpdesk", true);
    const parry_access_options ao = {
        .secret_file = in(s, "secret"), .clock = {now_of, &d}, .audit = hear, .audit_ctx = entries, .light = true};
    ok(parry_access_open(d.env, &ao, &access, NULL));
    json_array_clear(entries);
    const parry_retention_options o = {d.cases, d.handoffs, d.outbox, access, {now_of, &d}, 30 * day, 0};
    until(d.handoffs, s, accept(&d, s, ""), PARRY_OUTBOX_DELIVERED);
    ok(parry_retention_run(&o, false, &r, NULL));
    assert_int_equal(json_array_size(entries), 0); /* nothing happened */
    ok(parry_retention_run(&o, true, &r, NULL));
    assert_int_equal(json_array_size(entries), 1); /* but that it ran is told once a day */
    advance(&d, 40 * day);
    ok(parry_retention_run(&o, false, &r, NULL));
    const json_t *told = json_array_get(entries, 1);
    assert_int_equal(json_array_size(entries), 2);
    assert_string_equal(json_string_value(json_object_get(told, "action")), "desk.retention");
    assert_string_equal(json_string_value(json_object_get(told, "actor")), "parry:retention");
    assert_int_equal(number_in(told, "handoffs"), 1);
    assert_string_equal(json_string_value(json_object_get(told, "handoffs_until")), "2023-11-24T22:13:20.000Z");
    assert_int_equal(number_in(told, "cases"), 0);
    assert_null(json_object_get(told, "cases_until")); /* they are kept for ever */
    parry_access_close(access);
    desk_close(&d);
    json_decref(entries);
}

static void test_a_hand_off_is_forgotten_at_once(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000};
    size_t n;
    desk_open(&d, s, "helpdesk", true);
    parry_uuid id = accept(&d, s, "key");
    until(d.handoffs, s, id, PARRY_OUTBOX_DELIVERED);
    ok(parry_handoffs_forget(d.handoffs, id, NULL));
    ok(parry_handoffs_forget(d.handoffs, id, NULL));
    assert_false(there(&d, s, id));
    assert_int_equal(rows_of_all(&d), 1); /* its key, which leads nowhere until the next thorough run */
    ok(parry_handoffs_retain(d.handoffs, 0, 100, true, &n, NULL));
    assert_int_equal(rows_of_all(&d), 0);
    desk_close(&d);
}

static void test_what_is_being_sent_is_forgotten_too(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1700000000000, .holds = true};
    size_t n;
    desk_open(&d, s, "helpdesk", true);
    parry_uuid id = accept(&d, s, "");
    while (!atomic_load(&d.held))
        parry_sleep_ms(1);
    ok(parry_handoffs_forget(d.handoffs, id, NULL));
    atomic_store(&d.holds, false);
    while (atomic_load(&d.sent) == 0)
        parry_sleep_ms(1);
    parry_outbox_close(d.outbox); /* what came of it is settled */
    d.outbox = NULL;
    ok(parry_handoffs_retain(d.handoffs, 0, 100, true, &n, NULL));
    assert_int_equal(rows_of_all(&d), 0);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_record_goes_after_its_time_with_everything_that_leads_to_it),
        in_scratch(test_what_waits_keeps_its_record),
        in_scratch(test_what_goes_to_a_target_that_is_none_is_listed_as_dead_and_lives_again),
        in_scratch(test_what_was_refused_stays_dead_when_its_target_comes_back),
        in_scratch(test_what_goes_to_a_target_that_is_none_is_erased_in_its_time),
        in_scratch(test_the_threads_own_erasures_are_counted),
        in_scratch(test_the_audit_says_what_was_erased_how_many_and_up_to_when),
        in_scratch(test_a_hand_off_is_forgotten_at_once),
        in_scratch(test_what_is_being_sent_is_forgotten_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
