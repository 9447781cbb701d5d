/* A trial from the coin to the counts. */
#include "story.h"

#include "deflection/trial.h"

static parry_trial a_trial(void)
{
    parry_trial t = {.name = "form", .plan = {.share = 0.2, .base = 0.9, .treated = 0.8}, .window = 0};
    memset(t.salt.b, 7, sizeof t.salt.b);
    return t;
}

static void test_the_coin_falls_the_same_and_by_the_share(void **state)
{
    (void)state;
    enum { VISITORS = 20000 };
    parry_trial t = a_trial(), other = a_trial();
    size_t held = 0, differ = 0;
    other.salt.b[0] = 8;
    for (unsigned i = 0; i < VISITORS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "v-%u", i);
        parry_trial_draw a = parry_trial_draw_of(&t, parry_str_of(name)),
                         b = parry_trial_draw_of(&t, parry_str_of(name));
        parry_trial_draw c = parry_trial_draw_of(&other, parry_str_of(name));
        assert_true(a.held == b.held && memcmp(&a.unit, &b.unit, sizeof a.unit) == 0);
        assert_true(memcmp(&a.unit, &c.unit, sizeof a.unit) != 0);
        held += a.held;
        differ += a.held != c.held;
    }
    assert_in_range(held, 3774, 4226);   /* 4 standard deviations about 4,000 */
    assert_in_range(differ, 6000, 6800); /* 2 x 0.2 x 0.8 of them */
}

static parry_experiment_counts count(scratch *s, const parry_trial *t, const char *as_of, const char *const *lines,
                                     size_t n)
{
    parry_ledger *l = ledger_open(s, NULL);
    parry_deflection *d = NULL;
    parry_rows *r = NULL;
    parry_experiment_counts out;
    story_tell(s, l, lines, n);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    ok(parry_rows_open(d, &r, NULL));
    parry_rows_as_of(r, STORY_BEGIN + story_ms(parry_str_of(as_of)));
    ok(parry_trial_count(t, r, 0, INT64_MAX, &out, NULL));
    parry_rows_close(r);
    parry_deflection_close(d);
    parry_ledger_close(l);
    return out;
}
#define COUNT(s, t, as_of, lines) count((s), (t), (as_of), (lines), sizeof(lines) / sizeof *(lines))

static const char *const story[] = {
    /* held out, and wrote a ticket in the day */
    "0s form_opened visitor=ann", "0s assigned visitor=ann unit=u-ann experiment=form arm=holdout",
    "5m ticket_created visitor=ann ticket=1",
    /* treated: opened a suggestion, no ticket; met again later, which counts nothing */
    "1m form_opened visitor=bob", "1m assigned visitor=bob unit=u-bob experiment=form arm=treated",
    "2m click visitor=bob channel=form article=a position=1",
    "9d assigned visitor=bob unit=u-bob experiment=form arm=treated",
    /* treated: a ticket before, which does not count, and one after the window */
    "3m ticket_created visitor=cid ticket=2", "4m form_opened visitor=cid",
    "4m assigned visitor=cid unit=u-cid experiment=form arm=treated", "30h ticket_created visitor=cid ticket=3",
    /* treated, under another key a month later: one unit, and the ticket is its own */
    "5m form_opened visitor=dan1", "5m assigned visitor=dan1 unit=u-dan experiment=form arm=treated",
    "6m form_opened visitor=dan2", "6m assigned visitor=dan2 unit=u-dan experiment=form arm=treated",
    "7m ticket_created visitor=dan2 ticket=4",
    /* of another experiment; a bot; somebody without a name */
    "5m assigned visitor=eve unit=u-eve experiment=other arm=holdout",
    "5m assigned visitor=fox unit=u-fox experiment=form arm=treated bot=t", "9m form_opened session=gus",
    /* just now */
    "8d form_opened visitor=hal", "8d assigned visitor=hal unit=u-hal experiment=form arm=holdout"};

static void test_each_unit_counts_once_with_its_tickets_in_the_window(void **state)
{
    parry_trial t = a_trial();
    parry_experiment_counts c = COUNT(*state, &t, "8.5d", story);
    assert_int_equal(c.holdout.units, 1);
    assert_int_equal(c.holdout.tickets, 1);
    assert_int_equal(c.treated.units, 3);
    assert_int_equal(c.treated.tickets, 1);
    assert_int_equal(c.treated.clicked, 1);
    assert_int_equal(c.treated.clicked_tickets, 0);
    assert_int_equal(c.treated.potential, 1);
    assert_int_equal(c.open, 1);
    assert_int_equal(c.left_out, 1);
}

static void test_a_longer_window_has_the_later_ticket(void **state)
{
    parry_trial t = a_trial();
    t.window = 1;
    parry_experiment_counts c = COUNT(*state, &t, "20d", story);
    assert_int_equal(c.treated.tickets, 2);
    assert_int_equal(c.holdout.units, 2);
}

static void test_the_planned_end_takes_the_first_ones(void **state)
{
    parry_trial t = a_trial();
    t.plan.units = 2;
    parry_experiment_counts c = COUNT(*state, &t, "20d", story);
    assert_int_equal(c.holdout.units + c.treated.units, 2);
    assert_int_equal(c.treated.tickets, 0);
    t.plan = (parry_trial_plan){.share = 0.5, .base = 0.95, .treated = 0.05}; /* needs 1.84 */
    assert_int_equal(parry_trial_plan_units(&t.plan), 2);
    c = COUNT(*state, &t, "20d", story);
    assert_int_equal(c.holdout.units + c.treated.units, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_coin_falls_the_same_and_by_the_share),
        in_scratch(test_each_unit_counts_once_with_its_tickets_in_the_window),
        in_scratch(test_a_longer_window_has_the_later_ticket),
        in_scratch(test_the_planned_end_takes_the_first_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
