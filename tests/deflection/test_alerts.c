/* Alerts over days that pass by hand: what is out of its own past opens one, once, and ends it again. How often luck
 * does, and how soon a doubling is seen, is printed. PARRY_SOAK set: full size. */
#include "../ledger/support.h"
#include "report_rows.h"

#include "base/clock.h"
#include "deflection/alerts.h"

#include <stdio.h>

enum { LONG = 200, KNOWN = 64, HOUR = 3600000, MINUTE = 60000 };

/* What happens on each hour of many days, and what was told of it. */
typedef struct world {
    parry_trials hours[PARRY_ALERT_VOTES][24 * LONG];
    parry_alert_votes article; /* days filled from votes */
    parry_trials votes[LONG];
    bool with_article;
    parry_alert told[KNOWN];
    size_t ntold, opened, ended;
    parry_alerts_judged now;
    parry_arena *arena;
    uint64_t random;
} world;

static world *world_new(uint64_t seed)
{
    world *w = parry_calloc(1, sizeof *w);
    w->arena = parry_arena_new();
    w->random = seed;
    return w;
}

static void world_free(world *w)
{
    parry_arena_free(w->arena);
    free(w);
}

static parry_trials draw(uint64_t *random, double rate, unsigned n)
{
    parry_trials t = {.n = n};
    for (unsigned i = 0; i < n; i++)
        t.k += parry_random_share(random) < rate;
    return t;
}

/* A day of one figure, all of it at noon. */
static void day_is(world *w, parry_alert_figure f, size_t d, uint64_t k, uint64_t n)
{
    w->hours[f][24 * d + 12] = (parry_trials){k, n};
}

static parry_alert_counts *counts_at(world *w, int64_t at_ms)
{
    parry_alert_counts *c = PARRY_NEW(w->arena, parry_alert_counts);
    memset(c, 0, sizeof *c);
    c->as_of_ms = START + at_ms;
    c->k = 5;
    c->from_ms = (c->as_of_ms / DAY - (PARRY_ALERT_DAYS - 1)) * DAY;
    int64_t skip = (c->from_ms - START) / HOUR;
    for (unsigned f = 0; f < PARRY_ALERT_VOTES; f++) {
        for (int64_t i = 0; i < PARRY_ALERT_HOURS; i++) {
            if (skip + i >= 0 && skip + i < 24 * LONG && (skip + i + 1) * HOUR <= at_ms)
                c->hours[f][i] = w->hours[f][skip + i];
        }
    }
    w->article.article = parry_str_of("refunds");
    for (int64_t d = 0; d < PARRY_ALERT_DAYS; d++)
        w->article.days[d] = skip / 24 + d >= 0 ? w->votes[skip / 24 + d] : (parry_trials){0};
    c->articles = PARRY_NEW(w->arena, parry_alert_votes *);
    c->articles[0] = &w->article;
    c->narticles = w->with_article;
    return c;
}

/* Looks, and remembers what a server would have told. */
static const parry_alerts_judged *look(world *w, int64_t at_ms)
{
    parry_arena_reset(w->arena);
    parry_alerts_judge(counts_at(w, at_ms), w->told, w->ntold, w->arena, &w->now);
    for (size_t i = 0; i < w->now.nended; i++) {
        for (size_t k = 0; k < w->ntold; k++) {
            if (strcmp(w->told[k].id, w->now.ended[i].id) == 0)
                w->told[k] = w->now.ended[i];
        }
        w->ended++;
    }
    for (size_t i = 0; i < w->now.nopened && w->ntold < KNOWN; i++)
        w->told[w->ntold++] = w->now.opened[i];
    w->opened += w->now.nopened;
    return &w->now;
}

/* When day d is over and judged. */
static const parry_alerts_judged *after(world *w, size_t d) { return look(w, (int64_t)(d + 1) * DAY + 30 * MINUTE); }

static void steady(world *w, parry_alert_figure f, size_t from, size_t until)
{
    for (size_t d = from; d < until; d++)
        day_is(w, f, d, 98 + d % 5, 1000);
}

/* ---- how good it is ---------------------------------------------------------------------------------------------- */

static size_t runs_of(size_t small, size_t full) { return getenv("PARRY_SOAK") != NULL ? full : small; }

/* A past of 56 days and 28 days more, each figure at its rate. Alarms a figure and day. */
static double alarms_by_luck(size_t runs)
{
    size_t days = 0, alarms = 0;
    for (size_t r = 0; r < runs; r++) {
        world *w = world_new(4000 + r);
        for (size_t d = 0; d < 90; d++) {
            w->hours[PARRY_ALERT_ZERO_RESULT][24 * d] = draw(&w->random, 0.1, 1000);
            w->hours[PARRY_ALERT_ABSTENTION][24 * d] = draw(&w->random, 0.3, 1000);
            w->hours[PARRY_ALERT_DEFLECTION][24 * d] = draw(&w->random, 0.8, 300);
            w->votes[d] = draw(&w->random, 0.7, 8);
        }
        w->with_article = true;
        for (size_t d = 60; d < 88; d++) {
            (void)after(w, d);
            days += PARRY_ALERT_FIGURES;
        }
        alarms += w->opened;
        world_free(w);
    }
    return (double)alarms / (double)days;
}

/* Is a rate that is `times` of what it was seen within so many days? *other: at its end it was still open. */
static double seen(double rate, double times, size_t days, size_t runs, uint64_t seed)
{
    size_t found = 0;
    for (size_t r = 0; r < runs; r++) {
        world *w = world_new(seed + r);
        for (size_t d = 0; d < 90; d++)
            w->hours[PARRY_ALERT_ZERO_RESULT][24 * d] = draw(&w->random, d < 60 ? rate : rate * times, 1000);
        for (size_t d = 60; d < 60 + days && w->opened == 0; d++)
            (void)after(w, d);
        found += w->opened > 0;
        world_free(w);
    }
    return (double)found / (double)runs;
}

static double votes_seen(size_t runs)
{
    size_t found = 0;
    for (size_t r = 0; r < runs; r++) {
        world *w = world_new(9000 + r);
        w->with_article = true;
        for (size_t d = 0; d < 90; d++)
            w->votes[d] = draw(&w->random, d < 60 ? 0.8 : 0.2, 4);
        for (size_t d = 60; d < 67 && w->opened == 0; d++)
            (void)after(w, d);
        found += w->opened > 0;
        world_free(w);
    }
    return (double)found / (double)runs;
}

static void luck_rings_seldom_and_a_doubling_at_once(void **state)
{
    (void)state;
    size_t runs = runs_of(60, 2000);
    double luck = alarms_by_luck(runs), doubled = seen(0.1, 2, 1, runs, 5000), grown = seen(0.1, 1.25, 10, runs, 6000);
    double votes = votes_seen(runs);
    print_message("%zu runs: a figure's alarms by luck %.4f a day; a doubling seen on its first day %.3f; a rise by a "
                  "quarter within ten days %.3f; votes that fall from 80 to 20 percent within a week %.3f\n",
                  runs, luck, doubled, grown, votes);
    assert_true(luck < 0.005);
    assert_true(doubled >= 0.99);
    assert_true(grown >= 0.9);
    assert_true(votes >= 0.95);
}

/* ---- what is told ------------------------------------------------------------------------------------------------ */

static void nothing_is_said_of_a_short_past(void **state)
{
    (void)state;
    world *w = world_new(1);
    steady(w, PARRY_ALERT_ZERO_RESULT, 0, PARRY_ALERT_LEAST - 1);
    day_is(w, PARRY_ALERT_ZERO_RESULT, PARRY_ALERT_LEAST - 1, 900, 1000);
    const parry_alerts_judged *now = after(w, PARRY_ALERT_LEAST - 1);
    assert_int_equal(now->nopened, 0);
    assert_int_equal(now->figures[PARRY_ALERT_ZERO_RESULT].state, PARRY_ALERT_FEW);
    assert_int_equal(now->figures[PARRY_ALERT_ZERO_RESULT].periods, PARRY_ALERT_LEAST - 1);
    day_is(w, PARRY_ALERT_ZERO_RESULT, PARRY_ALERT_LEAST - 1, 100, 1000);
    day_is(w, PARRY_ALERT_ZERO_RESULT, PARRY_ALERT_LEAST, 900, 1000);
    now = after(w, PARRY_ALERT_LEAST);
    assert_int_equal(now->nopened, 1);
    assert_string_equal(now->opened[0].id, "zero_result-2026-10-21");
    assert_true(now->opened[0].now.k == 900 && now->opened[0].value > now->opened[0].high);
    world_free(w);
}

static void one_is_told_once_and_ends(void **state)
{
    (void)state;
    world *w = world_new(1);
    steady(w, PARRY_ALERT_ZERO_RESULT, 0, 40);
    for (size_t d = 30; d < 33; d++)
        day_is(w, PARRY_ALERT_ZERO_RESULT, d, 300, 1000);
    for (size_t d = 28; d < 33; d++) {
        (void)after(w, d);
        (void)after(w, d);
    }
    assert_int_equal(w->opened, 1);
    assert_int_equal(w->ended, 0);
    const parry_alerts_judged *now = after(w, 33);
    assert_int_equal(now->nended, 1);
    assert_int_equal(now->ended[0].end, PARRY_ALERT_BACK);
    assert_int_equal((now->ended[0].until_ms - START) / DAY, 33);
    now = after(w, 39); /* and its days are part of no past, nor of a drift */
    assert_int_equal(w->opened, 1);
    assert_true(fabs(now->figures[PARRY_ALERT_ZERO_RESULT].control.centre - 0.1) < 0.001);
    world_free(w);
}

static void what_stays_is_usual_after_a_while(void **state)
{
    (void)state;
    world *w = world_new(1);
    steady(w, PARRY_ALERT_ZERO_RESULT, 0, 30);
    for (size_t d = 30; d < 60; d++)
        day_is(w, PARRY_ALERT_ZERO_RESULT, d, 298 + d % 5, 1000);
    for (size_t d = 29; d < 60; d++)
        (void)after(w, d);
    assert_int_equal(w->opened, 1);
    assert_int_equal(w->told[0].end, PARRY_ALERT_USUAL);
    assert_int_equal(w->now.figures[PARRY_ALERT_ZERO_RESULT].state, PARRY_ALERT_WITHIN);
    assert_true(fabs(w->now.figures[PARRY_ALERT_ZERO_RESULT].control.centre - 0.3) < 0.001);
    world_free(w);
}

static void only_the_bad_side_is_told(void **state)
{
    (void)state;
    world *w = world_new(1);
    for (unsigned f = 0; f < PARRY_ALERT_VOTES; f++) {
        for (size_t d = 0; d < 30; d++)
            day_is(w, (parry_alert_figure)f, d, 498 + d % 5, 1000);
    }
    day_is(w, PARRY_ALERT_ZERO_RESULT, 30, 300, 1000);
    day_is(w, PARRY_ALERT_ABSTENTION, 30, 300, 1000);
    day_is(w, PARRY_ALERT_DEFLECTION, 30, 700, 1000);
    (void)look(w, 33 * DAY);
    (void)after(w, 30);
    assert_int_equal(w->opened, 0);
    day_is(w, PARRY_ALERT_DEFLECTION, 30, 300, 1000);
    (void)after(w, 30); /* whose outcomes are open for another day */
    assert_int_equal(w->opened, 0);
    (void)after(w, 31);
    assert_int_equal(w->opened, 0);
    (void)look(w, 32 * DAY + 2 * HOUR);
    assert_int_equal(w->opened, 1);
    assert_string_equal(w->told[0].id, "deflection-2026-11-06");
    world_free(w);
}

static void hours_are_looked_at_where_there_are_many(void **state)
{
    (void)state;
    for (unsigned many = 0; many < 2; many++) {
        world *w = world_new(1);
        unsigned n = many ? 400 : 100;
        for (size_t i = 0; i < (size_t)24 * 40; i++)
            w->hours[PARRY_ALERT_ABSTENTION][i] = (parry_trials){n / 10 + i % 5, n};
        for (size_t i = 24 * 30 + 14; i < 24 * 30 + 16; i++)
            w->hours[PARRY_ALERT_ABSTENTION][i] = (parry_trials){n / 2, n};
        for (int64_t i = 13; i < 19; i++)
            (void)look(w, 30 * DAY + i * HOUR + 11 * MINUTE);
        assert_int_equal(w->opened, many);
        assert_int_equal(w->ended, many);
        if (many) {
            assert_int_equal(w->told[0].how, PARRY_ALERT_HOUR);
            assert_int_equal(w->told[0].since_ms, START + 30 * DAY + 14 * HOUR);
            assert_int_equal(w->told[0].until_ms, START + 30 * DAY + 16 * HOUR);
            (void)after(w, 30); /* the day is out, too: it was told */
            assert_int_equal(w->opened, 1);
        }
        world_free(w);
    }
}

static void votes_that_crash_name_their_article(void **state)
{
    (void)state;
    world *w = world_new(1);
    w->with_article = true;
    for (size_t d = 0; d < 60; d++)
        w->votes[d] = (parry_trials){d % 7 == 0 ? 2 : 3, 3};
    for (size_t d = 40; d < 48; d++)
        w->votes[d] = (parry_trials){0, 3};
    for (size_t d = 38; d < 56; d++)
        (void)after(w, d);
    assert_int_equal(w->opened, 1);
    assert_int_equal(w->ended, 1);
    assert_string_equal(w->told[0].article.p, "refunds");
    assert_int_equal(w->told[0].how, PARRY_ALERT_WEEK);
    assert_memory_equal(w->told[0].id, "votes-2026-11-", 14);
    assert_int_equal(w->told[0].end, PARRY_ALERT_BACK);
    world_free(w);
}

/* ---- from rows --------------------------------------------------------------------------------------------------- */

static void read_by(memory *m, unsigned who, int64_t at_ms, int8_t vote, uint32_t flags, parry_word article)
{
    m->reads[m->nreads++] =
        (parry_read_row){.at_ms = START + at_ms, .who = person(who), .flags = flags, .article = article, .vote = vote};
}

static void search(memory *m, int64_t at_ms, uint32_t flags)
{
    m->searches[m->nsearches++] = (parry_search_row){.at_ms = START + at_ms, .who = person(1), .flags = flags};
}

static const parry_trials *hour_at(const parry_alert_counts *c, parry_alert_figure f, int64_t at_ms)
{
    return &c->hours[f][(START + at_ms - c->from_ms) / HOUR];
}

static void bots_and_the_team_are_left_out_and_few_people_are_nobody(void **state)
{
    (void)state;
    memory *m = parry_calloc(1, sizeof *m);
    parry_arena *a = parry_arena_new();
    parry_alert_counts *c = NULL;
    parry_word liked = word(m, "liked"), quiet = word(m, "quiet");
    search(m, HOUR, PARRY_SEARCH_ZERO);
    search(m, HOUR, PARRY_SEARCH_KNOWN | PARRY_SEARCH_ANSWERED);
    search(m, HOUR, PARRY_SEARCH_KNOWN);
    search(m, HOUR, 0);
    search(m, HOUR, PARRY_SEARCH_ZERO | PARRY_SEARCH_BOT);
    search(m, HOUR, PARRY_SEARCH_ZERO | PARRY_SEARCH_AGENT);
    for (unsigned i = 0; i < 6; i++) {
        read_by(m, i, HOUR, i < 4 ? 1 : -1, i == 5 ? PARRY_READ_BOT : 0, liked);
        read_by(m, i % 4, HOUR + i, 1, 0, quiet);
    }
    m->sessions[m->nsessions++] = (parry_session_row){
        .start_ms = START + HOUR, .end_ms = START + HOUR, .seen_ms = START + HOUR, .flags = PARRY_SESSION_CONTENT};
    m->sessions[0].outcome[0] = PARRY_OUTCOME_POTENTIAL;
    m->sessions[m->nsessions++] = m->sessions[0];
    m->sessions[1].flags |= PARRY_SESSION_BOT;
    m->tickets[m->ntickets++] = (parry_ticket_row){.at_ms = START + HOUR};
    parry_report_source s = memory_source(m, START + 3 * DAY);
    ok(parry_alerts_count(&s, 5, a, &c, NULL));
    const parry_trials *zero = hour_at(c, PARRY_ALERT_ZERO_RESULT, HOUR),
                       *none = hour_at(c, PARRY_ALERT_ABSTENTION, HOUR),
                       *solved = hour_at(c, PARRY_ALERT_DEFLECTION, HOUR);
    assert_true(zero->k == 1 && zero->n == 4);
    assert_true(none->k == 2 && none->n == 3);
    assert_true(solved->k == 1 && solved->n == 2);
    assert_int_equal(c->narticles, 1);
    assert_string_equal(c->articles[0]->article.p, "liked");
    const parry_trials *votes = &c->articles[0]->days[(START - c->from_ms) / DAY];
    assert_true(votes->k == 4 && votes->n == 5);
    parry_arena_free(a);
    free(m);
}

/* ---- the ledger -------------------------------------------------------------------------------------------------- */

static void what_was_told_outlives_the_process(void **state)
{
    scratch *s = *state;
    hand_clock clock = HAND_CLOCK(START + 31 * DAY);
    const parry_ledger_options o = {.clock = {hand_now, &clock}};
    parry_ledger *l = ledger_open(s, &o);
    parry_alert one = {.id = "votes-2026-11-06-00112233aabbccdd",
                       .figure = PARRY_ALERT_VOTES,
                       .how = PARRY_ALERT_WEEK,
                       .article = parry_str_of("refunds"),
                       .since_ms = START + 24 * DAY,
                       .now = {3, 20},
                       .value = 0.15,
                       .expected = 0.8,
                       .low = 0.5,
                       .high = 1};
    bool again = true;
    ok(parry_alert_tell(l, &one, clock.ms, &again, NULL));
    assert_false(again);
    ok(parry_alert_tell(l, &one, clock.ms, &again, NULL));
    assert_true(again);
    parry_ledger_close(l);
    clock.ms += DAY;
    l = ledger_open(s, &o);
    ok(parry_alert_tell(l, &one, clock.ms, &again, NULL));
    assert_true(again);
    parry_alert *told = NULL;
    size_t n = 0;
    ok(parry_alerts_read(l, s->arena, &told, &n, NULL));
    assert_int_equal(n, 1);
    assert_string_equal(told[0].id, one.id);
    assert_true(parry_str_eqz(told[0].article, "refunds") && told[0].since_ms == one.since_ms && told[0].now.k == 3);
    assert_int_equal(told[0].told_ms, START + 31 * DAY);
    told[0].end = PARRY_ALERT_BACK;
    told[0].until_ms = START + 32 * DAY;
    ok(parry_alert_tell(l, &told[0], clock.ms, &again, NULL));
    assert_false(again);
    ok(parry_alerts_read(l, s->arena, &told, &n, NULL));
    assert_int_equal(n, 1);
    assert_int_equal(told[0].end, PARRY_ALERT_BACK);
    assert_true(told[0].told_ms == START + 31 * DAY && told[0].ended_ms == START + 32 * DAY);
    parry_ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_said_of_a_short_past),
        cmocka_unit_test(one_is_told_once_and_ends),
        cmocka_unit_test(what_stays_is_usual_after_a_while),
        cmocka_unit_test(only_the_bad_side_is_told),
        cmocka_unit_test(hours_are_looked_at_where_there_are_many),
        cmocka_unit_test(votes_that_crash_name_their_article),
        cmocka_unit_test(bots_and_the_team_are_left_out_and_few_people_are_nobody),
        in_scratch(what_was_told_outlives_the_process),
        cmocka_unit_test(luck_rings_seldom_and_a_doubling_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
