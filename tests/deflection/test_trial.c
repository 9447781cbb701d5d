/* A trial from the coin to the counts. */
#include "story.h"

#include "deflection/report.h"
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
}

enum { EACH_DAY = 120 };

/* Two days: on each 120 are held out, who all write a ticket, and 120 are shown suggestions, of whom none does. */
static void tell_two_days(scratch *s, parry_ledger *l)
{
    for (int i = 0; i < 4 * EACH_DAY; i++) {
        char line[120];
        int hours = i < 2 * EACH_DAY ? 1 : 25;
        (void)snprintf(line, sizeof line, "%dh assigned visitor=v%d unit=u%d experiment=form arm=%s", hours, i, i,
                       i % 2 ? "holdout" : "treated");
        story_tell_at(s, l, line);
        (void)snprintf(line, sizeof line, "%dh ticket_created visitor=v%d ticket=t%d", hours + 1, i, i);
        if (i % 2)
            story_tell_at(s, l, line);
    }
}

static parry_report_causal asked_from(const parry_report_source *s, int64_t from_ms)
{
    parry_report_causal out = {0};
    parry_report_request q = {.from_ms = from_ms, .until_ms = STORY_BEGIN + 9 * STORY_DAY};
    ok(s->causal(s, &q, &out, NULL));
    json_decref(out.detail);
    return out;
}

static void test_days_choose_the_tickets_that_were_avoided_and_not_the_effect(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_deflection *d = NULL;
    parry_rows *r = NULL;
    parry_trial t = a_trial();
    t.plan = (parry_trial_plan){.share = 0.5, .base = 0.9, .treated = 0.5, .units = 3 * EACH_DAY};
    tell_two_days(s, l);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    ok(parry_rows_open(d, &r, NULL));
    parry_rows_as_of(r, STORY_BEGIN + 9 * STORY_DAY);
    const parry_trial_list only = {&t, 1};
    parry_report_source source = parry_report_source_of(r, &only);
    parry_report_causal all = asked_from(&source, 0), second = asked_from(&source, STORY_BEGIN + STORY_DAY),
                        none = asked_from(&source, STORY_BEGIN + 3 * STORY_DAY);
    assert_int_equal(all.effect.status, PARRY_EFFECT_OK);
    assert_int_equal(all.effect.counts.holdout.units + all.effect.counts.treated.units, 3 * EACH_DAY);
    assert_int_equal(second.effect.counts.treated.units, all.effect.counts.treated.units);
    assert_true(all.effect.avoided.value > 239.9 && all.effect.avoided.value < 240.1); /* behind the planned end, too */
    assert_true(second.effect.avoided.value > 119.9 && second.effect.avoided.value < 120.1);
    assert_true(none.effect.avoided.value < 0.1 && none.effect.interval.low > 0.9);
    t.plan.units = 0;
    t.plan.treated = 0.1; /* needs 5; 280 bring a hundred into each arm */
    all = asked_from(&source, 0);
    assert_int_equal(all.effect.counts.holdout.units + all.effect.counts.treated.units, 280);
    assert_int_equal(all.effect.status, PARRY_EFFECT_OK);
    parry_rows_close(r);
    parry_deflection_close(d);
    parry_ledger_close(l);
}

/* ---- what the ledger was told ------------------------------------------------------------------------------------ */

static void test_a_plan_is_the_one_it_began_with(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_trial_list list;
    parry_trial t = a_trial(), other = a_trial();
    t.plan.units = 300;
    t.window = 2;
    (void)snprintf(other.name, sizeof other.name, "later");
    ok(parry_trial_begin(l, &t, NULL));
    ok(parry_trial_begin(l, &other, NULL));
    t.plan.share = 0.5; /* told again, otherwise: too late */
    ok(parry_trial_begin(l, &t, NULL));
    ok(parry_trial_end(l, &t, 300, NULL));
    ok(parry_trial_list_read(l, UINT64_MAX, &list, NULL));
    assert_int_equal(list.n, 2);
    const parry_trial *form = parry_trial_list_find(&list, parry_str_of("form")),
                      *newest = parry_trial_list_find(&list, parry_str_of(""));
    assert_true(form->plan.share == 0.2 && form->plan.base == 0.9 && form->plan.treated == 0.8);
    assert_int_equal(form->plan.units, 300);
    assert_int_equal(form->window, 2);
    assert_true(form->began_ms > 0 && form->ended_ms >= form->began_ms);
    assert_string_equal(newest->name, "later");
    assert_int_equal(newest->ended_ms, 0);
    assert_null(parry_trial_list_find(&list, parry_str_of("never")));
    assert_false(parry_trial_same_plan(form, &t));
    t.plan.share = 0.2;
    assert_true(parry_trial_same_plan(form, &t));
    parry_trial_list_free(&list);
    ok(parry_trial_list_read(l, 2, &list, NULL)); /* as of when it had not ended */
    assert_int_equal(list.n, 2);
    assert_int_equal(parry_trial_list_find(&list, parry_str_of("form"))->ended_ms, 0);
    parry_trial_list_free(&list);
    parry_ledger_close(l);
}

/* It ended as planned, and two of its units turned out to be bots: what is there is said, and not that more come. */
static void test_who_turned_out_a_bot_does_not_undo_its_end(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_deflection *d = NULL;
    parry_rows *r = NULL;
    parry_trial t = a_trial();
    t.plan = (parry_trial_plan){.share = 0.5, .base = 0.9, .treated = 0.5, .units = 4 * EACH_DAY + 2};
    const parry_trial_list only = {&t, 1};
    tell_two_days(s, l);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    ok(parry_rows_open(d, &r, NULL));
    parry_rows_as_of(r, STORY_BEGIN + 9 * STORY_DAY);
    parry_report_source source = parry_report_source_of(r, &only);
    assert_int_equal(asked_from(&source, 0).effect.status, PARRY_EFFECT_EARLY);
    t.ended_ms = STORY_BEGIN + 2 * STORY_DAY;
    assert_int_equal(asked_from(&source, 0).effect.status, PARRY_EFFECT_OK);
    t.ended_ms = STORY_BEGIN + 12 * STORY_DAY; /* a report on the days before its end */
    assert_int_equal(asked_from(&source, 0).effect.status, PARRY_EFFECT_EARLY);
    parry_report_request q = {.until_ms = STORY_BEGIN + 9 * STORY_DAY, .experiment = parry_str_of("never")};
    parry_report_causal out = {0};
    parry_err err = {0};
    assert_int_equal(source.causal(&source, &q, &out, &err), PARRY_INVALID);
    assert_string_equal(err.msg, "experiment: none is called never; there are form");
    parry_rows_close(r);
    parry_deflection_close(d);
    parry_ledger_close(l);
}

/* What stays of an erased record is its id: that is of nobody. */
static void test_who_was_drawn_is_found_by_his_unit_and_erased_without_a_trace(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_visitors *v = NULL;
    parry_ledger_ticket *t = NULL;
    parry_trial trial = a_trial();
    uint64_t seq = 0;
    size_t n = 0;
    ok(parry_visitors_open(l, STORY_BEGIN, &v, NULL));
    parry_trial_draw d = parry_trial_draw_of(&trial, parry_str_of("ann"));
    parry_ledger_item one = parry_trial_record(&trial, &d, v, parry_str_of("ann"), STORY_BEGIN, s->arena);
    parry_ledger_item other = parry_trial_record(&trial, &d, v, parry_str_of("ann"), STORY_BEGIN, s->arena);
    assert_true(memcmp(&one.id, &other.id, sizeof one.id) != 0);
    ok(parry_ledger_append(l, &one, 1, &t, NULL));
    ok(parry_ledger_wait(l, t, NULL));
    parry_ledger_release(l, t);
    ok(parry_ledger_about_numbers(l, d.unit, 0, &seq, 1, &n, NULL));
    assert_int_equal(n, 1);
    ok(parry_ledger_erase(l, &seq, 1, NULL));
    ok(parry_ledger_about_numbers(l, d.unit, 0, &seq, 1, &n, NULL));
    assert_int_equal(n, 0);
    parry_visitors_free(v);
    parry_ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_coin_falls_the_same_and_by_the_share),
        in_scratch(test_each_unit_counts_once_with_its_tickets_in_the_window),
        in_scratch(test_a_longer_window_has_the_later_ticket),
        in_scratch(test_the_planned_end_takes_the_first_ones),
        in_scratch(test_days_choose_the_tickets_that_were_avoided_and_not_the_effect),
        in_scratch(test_a_plan_is_the_one_it_began_with),
        in_scratch(test_who_turned_out_a_bot_does_not_undo_its_end),
        in_scratch(test_who_was_drawn_is_found_by_his_unit_and_erased_without_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
