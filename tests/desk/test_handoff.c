/* Hand-offs through the outbox to a fake target, and back. */
#include "desk_support.h"

#include "base/work.h"

#include <stdatomic.h>

enum { MAP = 64 << 20, TABLES = PARRY_OUTBOX_TABLES + PARRY_HANDOFFS_TABLES };

typedef struct desk {
    parry_env *env;
    parry_group *group;
    parry_handoffs *handoffs;
    parry_outbox *outbox;
    parry_secret master;
    atomic_uint sent;
    char subject[64];
    int64_t now_ms; /* 0: the system's clock */
} desk;

static int64_t now_of(void *ctx) { return ((const desk *)ctx)->now_ms; }

static parry_fate take(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    desk *d = ctx;
    parry_arena *a = parry_arena_new();
    json_t *packet = NULL;
    parry_ticket t;
    parry_code code = parry_handoffs_open_packet(d->handoffs, item, a, &packet, &t, err);
    if (code == PARRY_OK) {
        (void)snprintf(d->subject, sizeof d->subject, "%.*s", PARRY_FMT(t.subject));
        (void)snprintf(out->remote_id, sizeof out->remote_id, "T-%llu", (unsigned long long)item->id);
        (void)snprintf(out->status, sizeof out->status, "open");
        atomic_fetch_add(&d->sent, 1);
    }
    json_decref(packet);
    parry_arena_free(a);
    return code == PARRY_OK ? PARRY_FATE_DELIVERED : PARRY_FATE_NEVER;
}

static void desk_open(desk *d, scratch *s, bool starts)
{
    static const char *const names[] = {"helpdesk"};
    parry_handoffs_options ho = {.master = &d->master, .follow_base = "https://help.example/ticket/"};
    if (d->now_ms > 0)
        ho.clock = (parry_clock){now_of, d};
    ok(parry_env_open(in(s, "desk"), MAP, TABLES, &d->env, NULL));
    d->group = parry_group_new(d->env);
    ok(parry_handoffs_open(d->env, d->group, &ho, &d->handoffs, NULL));
    parry_outbox_options oo = {.told = parry_handoffs_told, .told_ctx = d->handoffs};
    ok(parry_outbox_open(d->env, d->group, &oo, &d->outbox, NULL));
    parry_handoffs_use(d->handoffs, d->outbox, names, 1);
    parry_target t = {.name = "helpdesk", .send = take, .ctx = d, .workers = 1};
    if (starts)
        ok(parry_outbox_start(d->outbox, &t, 1, NULL));
}

static void desk_close(desk *d)
{
    parry_outbox_close(d->outbox);
    parry_handoffs_close(d->handoffs);
    parry_group_free(d->group);
    parry_env_close(d->env);
}

static json_t *packet_of(const char *subject)
{
    return json_pack("{s:{s:s, s:s}, s:{s:s, s:s}, s:{s:{s:s, s:f}, s:{s:s, s:f}}, s:s, s:s, s:s}", "requester", "name",
                     "Ann Example", "email", "ann@example.org", "ticket", "subject", subject, "description",
                     "It never came.", "suggested", "queue", "value", "Deliveries", "probability", 0.9, "priority",
                     "value", "high", "probability", 0.7, "locale", "en", "audience", "customer", "channel", "form");
}

static parry_handoff accept(desk *d, scratch *s, const char *once, const char *subject, bool *again)
{
    parry_handoff h;
    json_t *p = packet_of(subject);
    parry_handoff_wish w = {.once = parry_str_of(once), .packet = p, .contact = parry_str_of("c0ffee")};
    ok(parry_handoffs_accept(d->handoffs, &w, s->arena, &h, again, NULL));
    json_decref(p);
    return h;
}

static void test_a_hand_off_arrives_and_its_fate_flows_back(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    bool again;
    parry_uuid id;
    desk_open(&d, s, true);
    parry_handoff h = accept(&d, s, "", "Parcel lost", &again);
    assert_false(again);
    assert_int_equal(h.queue, PARRY_QUEUE_DELIVERIES);
    assert_int_equal(h.reference.n, 9);
    h = until(d.handoffs, s, h.id, PARRY_OUTBOX_DELIVERED);
    assert_string_equal(d.subject, "Parcel lost");
    assert_string_equal(h.targets[0].receipt.remote_id, "T-1");
    parry_receipt solved = {.remote_id = "T-1", .status = "solved", .ended = true};
    ok(parry_handoffs_hear(d.handoffs, NULL, parry_str_of("helpdesk"), &solved, &id, NULL));
    assert_true(parry_uuid_eq(id, h.id));
    h = until(d.handoffs, s, h.id, PARRY_OUTBOX_DELIVERED);
    assert_string_equal(h.targets[0].receipt.status, "solved");
    parry_receipt other = {.remote_id = "T-9", .status = "solved"};
    assert_int_equal(parry_handoffs_hear(d.handoffs, NULL, parry_str_of("helpdesk"), &other, &id, NULL),
                     PARRY_NOT_FOUND);
    desk_close(&d);
}

static parry_handoff answer(desk *d, scratch *s, parry_uuid id, int score, const char *comment, unsigned nth)
{
    parry_handoff told, kept;
    ok(parry_handoffs_survey(d->handoffs, id, score, parry_str_of(comment), s->arena, &told, NULL));
    ok(parry_handoffs_get(d->handoffs, id, s->arena, &kept, NULL));
    assert_int_equal(kept.survey, score);
    assert_int_equal(kept.survey_nth, nth);
    assert_int_equal(told.survey_nth, nth);
    assert_int_equal(told.survey_ms, kept.survey_ms);
    return kept;
}

static void test_an_answer_counts_once_however_often_it_is_sent(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    bool again;
    parry_handoff h;
    desk_open(&d, s, true);
    parry_uuid id = accept(&d, s, "", "Parcel lost", &again).id;
    h = answer(&d, s, id, 4, "", 1);
    assert_int_equal(answer(&d, s, id, 4, "", 1).survey_ms, h.survey_ms);
    (void)answer(&d, s, id, 4, "thank you", 2);
    (void)answer(&d, s, id, 4, "thank you", 2);
    (void)answer(&d, s, id, 1, "", 3);
    h = answer(&d, s, id, 4, "", 4); /* back again is another answer */
    assert_int_equal(parry_str_find(h.survey_hash, parry_str_of("thank")), h.survey_hash.n);
    assert_int_equal(parry_handoffs_survey(d.handoffs, parry_uuid_v7(1), 4, parry_str_of(""), s->arena, &h, NULL),
                     PARRY_NOT_FOUND);
    desk_close(&d);
}

typedef struct dropping {
    parry_outbox *outbox;
    uint64_t item;
} dropping;

static parry_code drop_in(void *ctx, parry_txn *t, parry_err *err)
{
    const dropping *x = ctx;
    return parry_outbox_drop(x->outbox, t, x->item, err);
}

static void test_what_is_heard_after_the_outbox_forgot_is_still_ours(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    bool again;
    parry_uuid id;
    desk_open(&d, s, true);
    parry_handoff h = until(d.handoffs, s, accept(&d, s, "", "Parcel lost", &again).id, PARRY_OUTBOX_DELIVERED);
    dropping x = {d.outbox, h.targets[0].item};
    ok(parry_group_do(d.group, drop_in, &x, NULL));
    parry_receipt solved = {.remote_id = "T-1", .status = "solved", .ended = true};
    ok(parry_handoffs_hear(d.handoffs, NULL, parry_str_of("helpdesk"), &solved, &id, NULL));
    assert_true(parry_uuid_eq(id, h.id));
    ok(parry_handoffs_get(d.handoffs, h.id, s->arena, &h, NULL));
    assert_string_equal(h.targets[0].receipt.status, "solved");
    assert_true(h.targets[0].receipt.ended);
    desk_close(&d);
}

static void test_a_first_guess_is_bettered_once_and_what_was_chosen_stays(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    bool again;
    parry_handoff h;
    json_t *p = packet_of("Parcel lost");
    json_object_del(json_object_get(json_object_get(p, "suggested"), "queue"), "probability");
    parry_handoff_wish w = {.packet = p, .first = true};
    parry_guess better = {.priority = PARRY_PRIORITY_CRITICAL, .priority_probability = 1.0 / 3, .rule = "fraud"};
    parry_guess other = {.priority = PARRY_PRIORITY_LOW, .priority_probability = .5};
    desk_open(&d, s, false);
    ok(parry_handoffs_accept(d.handoffs, &w, s->arena, &h, &again, NULL));
    assert_true(h.first && h.priority == PARRY_PRIORITY_HIGH);
    ok(parry_handoffs_guessed(d.handoffs, h.id, &better, s->arena, &h, NULL));
    double kept = h.priority_probability;
    ok(parry_handoffs_guessed(d.handoffs, h.id, &other, s->arena, &h, NULL));
    assert_true(!h.first && h.queue == PARRY_QUEUE_DELIVERIES && h.queue_probability < 0);
    assert_true(h.priority == PARRY_PRIORITY_CRITICAL && h.priority_probability == kept);
    assert_string_equal(parry_str_z(s->arena, h.rule), "fraud");
    h = accept(&d, s, "", "Parcel lost", &again);
    ok(parry_handoffs_guessed(d.handoffs, h.id, &better, s->arena, &h, NULL)); /* its guess is not a first one */
    assert_int_equal(h.priority, PARRY_PRIORITY_HIGH);
    assert_int_equal(parry_handoffs_guessed(d.handoffs, parry_uuid_v7(1), &better, s->arena, &h, NULL),
                     PARRY_NOT_FOUND);
    json_decref(p);
    desk_close(&d);
}

static void test_the_same_request_is_the_same_hand_off(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    bool again;
    desk_open(&d, s, true);
    parry_handoff one = accept(&d, s, "key-1", "Parcel lost", &again);
    assert_false(again);
    parry_handoff two = accept(&d, s, "key-1", "Parcel lost", &again);
    assert_true(again);
    assert_true(parry_uuid_eq(one.id, two.id));
    accept(&d, s, "key-2", "Parcel lost", &again);
    assert_false(again);
    until(d.handoffs, s, one.id, PARRY_OUTBOX_DELIVERED);
    for (int i = 0; i < 400 && d.sent < 2; i++)
        parry_sleep_ms(5);
    assert_int_equal(d.sent, 2);
    desk_close(&d);
}

static void test_a_key_that_comes_with_another_request_is_refused(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    bool again;
    parry_handoff h;
    json_t *p = packet_of("Parcel lost");
    parry_handoff_wish w = {.once = parry_str_of("k"), .request = parry_str_of("{1}"), .packet = p};
    desk_open(&d, s, false);
    ok(parry_handoffs_accept(d.handoffs, &w, s->arena, &h, &again, NULL));
    ok(parry_handoffs_again(d.handoffs, w.once, w.request, s->arena, &h, NULL));
    ok(parry_handoffs_again(d.handoffs, w.once, parry_str_of(""), s->arena, &h, NULL)); /* not compared */
    w.request = parry_str_of("{2}");
    assert_int_equal(parry_handoffs_again(d.handoffs, w.once, w.request, s->arena, &h, NULL), PARRY_CONFLICT);
    assert_int_equal(parry_handoffs_accept(d.handoffs, &w, s->arena, &h, &again, NULL), PARRY_CONFLICT);
    w.once = parry_str_of("k2");
    ok(parry_handoffs_accept(d.handoffs, &w, s->arena, &h, &again, NULL));
    assert_false(again);
    json_decref(p);
    desk_close(&d);
}

typedef struct seen {
    parry_uuid ids[8];
    size_t n;
} seen;

static parry_code see(void *ctx, const parry_handoff *h, parry_err *err)
{
    seen *x = ctx;
    assert_string_equal(h->contact.p, "c0ffee");
    if (x->n == 2)
        return parry_fail(err, PARRY_CONFLICT, "enough");
    x->ids[x->n++] = h->id;
    return PARRY_OK;
}

static void test_the_newest_are_those_within_a_time_of_the_last_one(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}, .now_ms = 1700000000000};
    bool again;
    seen x = {.n = 0};
    desk_open(&d, s, false);
    ok(parry_handoffs_newest(d.handoffs, 1000, see, &x, NULL));
    assert_int_equal(x.n, 0);
    accept(&d, s, "", "An old one", &again);
    d.now_ms += 10000;
    parry_handoff two = accept(&d, s, "", "A newer one", &again);
    d.now_ms += 1000;
    parry_handoff three = accept(&d, s, "", "The newest", &again);
    ok(parry_handoffs_newest(d.handoffs, 1000, see, &x, NULL));
    assert_int_equal(x.n, 2);
    assert_true(parry_uuid_eq(x.ids[0], two.id) && parry_uuid_eq(x.ids[1], three.id));
    x.n = 0;
    assert_int_equal(parry_handoffs_newest(d.handoffs, 11000, see, &x, NULL), PARRY_CONFLICT);
    x.n = 0;
    ok(parry_handoffs_newest(d.handoffs, 10999, see, &x, NULL));
    desk_close(&d);
}

static void test_nothing_that_a_person_wrote_stands_on_disk(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    bool again;
    parry_str all;
    desk_open(&d, s, false);
    accept(&d, s, "k", "Zebrafinch lost", &again);
    desk_close(&d);
    ok(parry_file_read(s->arena, in(s, "desk/data.mdb"), MAP, &all, NULL));
    static const char *const words[] = {"Zebrafinch", "ann@example.org", "Ann Example", "It never came"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_int_equal(parry_str_find(all, parry_str_of(words[i])), all.n);
    assert_true(parry_str_find(all, parry_str_of("Deliveries")) < all.n); /* the test can find what is there */
}

static void test_another_secret_opens_nothing(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}}, other = {.master = {{8}}};
    bool again;
    desk_open(&d, s, false);
    parry_handoff h = accept(&d, s, "k", "Lost", &again);
    desk_close(&d);
    desk_open(&other, s, true);
    until(other.handoffs, s, h.id, PARRY_OUTBOX_DEAD);
    assert_int_equal(other.sent, 0);
    desk_close(&other);
}

static void test_a_link_leads_to_its_hand_off_alone_and_ends(void **state)
{
    scratch *s = *state;
    desk d = {.master = {{7}}};
    char link[64];
    parry_uuid one = parry_uuid_v7(1), found;
    desk_open(&d, s, false);
    parry_handoffs_link(d.handoffs, one, link, sizeof link);
    ok(parry_handoffs_follow(d.handoffs, parry_str_of(link), &found, NULL));
    assert_true(parry_uuid_eq(one, found));
    for (size_t i = 0; i < strlen(link); i++) {
        char before = link[i];
        link[i] = before == 'A' ? 'B' : 'A';
        bool last = i + 1 == strlen(link); /* its lowest bits say nothing */
        assert_true(last || parry_handoffs_follow(d.handoffs, parry_str_of(link), &found, NULL) == PARRY_NOT_FOUND);
        link[i] = before;
    }
    assert_int_equal(parry_handoffs_follow(d.handoffs, parry_str_of(""), &found, NULL), PARRY_NOT_FOUND);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_hand_off_arrives_and_its_fate_flows_back),
        in_scratch(test_an_answer_counts_once_however_often_it_is_sent),
        in_scratch(test_what_is_heard_after_the_outbox_forgot_is_still_ours),
        in_scratch(test_a_first_guess_is_bettered_once_and_what_was_chosen_stays),
        in_scratch(test_the_same_request_is_the_same_hand_off),
        in_scratch(test_a_key_that_comes_with_another_request_is_refused),
        in_scratch(test_the_newest_are_those_within_a_time_of_the_last_one),
        in_scratch(test_nothing_that_a_person_wrote_stands_on_disk),
        in_scratch(test_another_secret_opens_nothing),
        in_scratch(test_a_link_leads_to_its_hand_off_alone_and_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
