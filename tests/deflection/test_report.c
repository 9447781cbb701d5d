/* Reports over rows that were made by hand: what is counted, of what, and what is null. */
#include "report_rows.h"

static parry_session_row *session(memory *m, unsigned who, int64_t at_ms, uint32_t flags, parry_outcome o)
{
    parry_session_row *s = &m->sessions[m->nsessions++];
    *s = (parry_session_row){.start_ms = at_ms, .end_ms = at_ms + 60000, .who = person(who), .flags = flags};
    s->flags |= PARRY_SESSION_VISITOR;
    for (int w = 0; w < PARRY_WINDOWS; w++)
        s->outcome[w] = (uint8_t)o;
    return s;
}

static parry_ticket_row *ticket(memory *m, unsigned who, int64_t at_ms, int64_t since_ms, uint32_t flags)
{
    parry_ticket_row *t = &m->tickets[m->ntickets++];
    *t = (parry_ticket_row){.at_ms = at_ms, .who = person(who), .since_ms = since_ms, .flags = flags};
    return t;
}

static parry_search_row *search(memory *m, unsigned who, int64_t at_ms, const char *text, uint32_t flags)
{
    parry_search_row *s = &m->searches[m->nsearches++];
    *s = (parry_search_row){.at_ms = at_ms, .who = person(who), .text = word(m, text), .letters = 3};
    s->flags = flags | PARRY_SEARCH_VISITOR;
    return s;
}

static parry_read_row *reading(memory *m, unsigned who, int64_t at_ms, const char *article, int vote, uint32_t dwell_ms)
{
    parry_read_row *r = &m->reads[m->nreads++];
    *r = (parry_read_row){.at_ms = at_ms, .who = person(who), .article = word(m, article), .dwell_ms = dwell_ms};
    r->vote = (int8_t)vote;
    return r;
}

static memory *new_memory(void) { return parry_calloc(1, sizeof(memory)); }

#define LATER (START + 30 * DAY)
#define DAYS "from=2026-10-07&to=2026-10-13"

/* ---- sessions --------------------------------------------------------------------------------------------------- */

/* 4 confirmed, 3 potential, 2 with a ticket, 1 ambiguous, 1 that saw nothing, and one that saw nothing and wrote. */
static memory *a_week(void)
{
    memory *m = new_memory();
    const uint32_t content = PARRY_SESSION_CONTENT;
    unsigned who = 1;
    for (int i = 0; i < 4; i++)
        session(m, who++, START + i * DAY, content | PARRY_SESSION_SOLVED, PARRY_OUTCOME_CONFIRMED);
    for (int i = 0; i < 3; i++)
        session(m, who++, START + i * DAY, content, PARRY_OUTCOME_POTENTIAL);
    for (int i = 0; i < 2; i++)
        session(m, who++, START + i * DAY, content, PARRY_OUTCOME_NONE)->ticket_ms = START + i * DAY + 3600000;
    for (unsigned i = 0; i < 3; i++) /* two of these, and one by mail */
        ticket(m, i < 2 ? 8 + i : 99, START + i * DAY + 3600000, i < 2 ? START + i * DAY : 0, 0);
    session(m, who++, START + 5 * DAY, content | PARRY_SESSION_NOT_SOLVED, PARRY_OUTCOME_AMBIGUOUS);
    session(m, who++, START + 5 * DAY, 0, PARRY_OUTCOME_UNENGAGED);
    session(m, who++, START + 5 * DAY, 0, PARRY_OUTCOME_UNENGAGED)->ticket_ms = START + 5 * DAY + 7200000;
    return m;
}

static void self_service_is_said_both_ways(void **state)
{
    (void)state;
    memory *m = a_week();
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "self-service", DAYS, 5);
    assert_cell(j, NULL, "sessions", 12, 12);
    assert_cell(j, NULL, "confirmed", 4, 12);
    assert_cell(j, NULL, "resolved", 7, 12);
    assert_cell(j, NULL, "tickets", 3, 3); /* two after content, one by mail */
    assert_cell(j, NULL, "rate_confirmed", 4.0 / 7, 7);
    assert_cell(j, NULL, "rate_resolved", 7.0 / 10, 10);
    assert_cell(j, NULL, "score", 10.0 / 3, 13); /* 10 visitors saw content, 3 have tickets */
    assert_between(j, NULL, "rate_resolved", 0.39678, 0.89221);
    json_decref(j);
    free(m);
}

static void classes_are_shares_of_who_saw_content(void **state)
{
    (void)state;
    memory *m = a_week();
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "outcomes", DAYS, 5);
    assert_cell(j, NULL, "unengaged", 2, 12);
    assert_cell(j, NULL, "confirmed", 0.4, 10);
    assert_cell(j, NULL, "potential", 0.3, 10);
    assert_cell(j, NULL, "none", 0.2, 10);
    assert_cell(j, NULL, "ambiguous", 0.1, 10);
    json_decref(j);
    free(m);
}

static void what_is_still_open_is_not_counted(void **state)
{
    (void)state;
    memory *m = a_week();
    parry_report_source s = memory_source(m, START + 3 * DAY); /* what ends later than day 1 may still have a ticket */
    json_t *j = report_with(&s, "outcomes", DAYS, 5);
    assert_cell(j, NULL, "open", 6, 12);      /* days 2 and 3: two confirmed, one potential; and three of day 5 */
    assert_cell(j, NULL, "none", 2.0 / 6, 6); /* the tickets of days 0 and 1 */
    json_decref(j);
    free(m);
}

static void money_is_a_range(void **state)
{
    (void)state;
    memory *m = a_week();
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "cost", DAYS, 5);
    assert_cell(j, NULL, "low", 80, 10);
    assert_cell(j, NULL, "high", 140, 10);
    assert_no_cell(j, NULL, "causal", "no experiment");
    assert_between(j, NULL, "low", 33.6360, 137.4652);
    json_decref(j);
    free(m);
}

static parry_effect_status status = PARRY_EFFECT_OK;

static parry_code an_experiment(const parry_report_source *ctx, const parry_report_request *q, parry_report_causal *out,
                                parry_err *err)
{
    (void)ctx, (void)q, (void)err;
    *out = (parry_report_causal){.experiment = "form"};
    out->effect = (parry_effect){.status = status,
                                 .difference = 0.1,
                                 .interval = {0.05, 0.15},
                                 .counts = {.holdout.units = 100, .treated.units = 900},
                                 .detected = true,
                                 .detectable = 0.09,
                                 .avoided = {PARRY_DERIVED_OK, 90, {45, 135}},
                                 .inflation = {PARRY_DERIVED_OK, 3, {2, 6}}};
    if (status != PARRY_EFFECT_OK)
        out->effect.avoided.status = out->effect.inflation.status = PARRY_DERIVED_NO_DIFFERENCE;
    return PARRY_OK;
}

static void an_experiment_says_how_inflated_the_usual_number_is(void **state)
{
    (void)state;
    memory *m = a_week();
    parry_report_source s = memory_source(m, LATER);
    s.causal = an_experiment;
    status = PARRY_EFFECT_OK;
    json_t *j = report_with(&s, "causal", DAYS, 5), *cost = report_with(&s, "cost", DAYS, 5);
    json_t *days = report_with(&s, "causal", DAYS "&by=day", 5);
    assert_cell(j, NULL, "effect", 0.1, 1000);
    assert_between(j, NULL, "effect", 0.05, 0.15);
    assert_cell(j, NULL, "tickets_avoided", 90, 1000);
    assert_cell(j, NULL, "inflation", 3, 1000);
    assert_between(j, NULL, "inflation", 2, 6);
    assert_cell(j, NULL, "detectable", 0.09, 1000);
    assert_cell(cost, NULL, "causal", 1800, 1000);
    assert_between(cost, NULL, "causal", 900, 2700);
    assert_no_cell(days, "2026-10-07", "effect", "of the whole only");
    json_decref(j), json_decref(cost), json_decref(days);
    free(m);
}

static void an_experiment_that_says_nothing_has_no_number(void **state)
{
    (void)state;
    static const char *const whys[] = {NULL, "before its planned end", "not enough data",
                                       "the arms are not of the sizes that they must be", "no experiment"};
    memory *m = a_week();
    parry_report_source s = memory_source(m, LATER);
    s.causal = an_experiment;
    for (status = PARRY_EFFECT_EARLY; status <= PARRY_EFFECT_OFF; status++) {
        json_t *j = report_with(&s, "causal", DAYS, 5), *cost = report_with(&s, "cost", DAYS, 5);
        assert_no_cell(j, NULL, "effect", whys[status]);
        assert_no_cell(j, NULL, "tickets_avoided", whys[status]);
        assert_no_cell(j, NULL, "inflation", whys[status]);
        assert_no_cell(cost, NULL, "causal", whys[status]);
        if (status == PARRY_EFFECT_EARLY) /* it holds at any look */
            assert_between(j, NULL, "effect", 0.05, 0.15);
        else
            assert_true(json_is_null(json_object_get(cell_of(j, NULL, "effect"), "interval")));
        json_decref(j), json_decref(cost);
    }
    free(m);
}

static void no_session_is_null_and_not_zero(void **state)
{
    (void)state;
    memory *m = new_memory();
    parry_report_source s = memory_source(m, LATER);
    size_t i;
    const json_t *kind;
    json_t *list = parry_report_list();
    json_array_foreach(json_object_get(list, "reports"), i, kind)
    {
        const char *name = json_string_value(json_object_get(kind, "name"));
        json_t *j = report_with(&s, name, DAYS, 5);
        const char *cell_name;
        json_t *cells = json_object_get((json_t *)(uintptr_t)row_of(j, NULL), "cells"), *c;
        json_object_foreach(cells, cell_name, c)
        {
            const json_t *v = json_object_get(c, "value");
            assert_true(json_is_null(v) || (json_is_integer(v) && json_integer_value(v) == 0));
            assert_int_equal(json_integer_value(json_object_get(c, "n")), 0);
        }
        json_decref(j);
    }
    json_decref(list);
    free(m);
}

static void every_day_of_the_range_has_a_row(void **state)
{
    (void)state;
    memory *m = a_week();
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "self-service", DAYS "&by=day", 5),
           *w = report_with(&s, "self-service", DAYS "&by=week", 5);
    assert_int_equal(json_array_size(json_object_get(j, "rows")), 7);
    assert_cell(j, "2026-10-07", "sessions", 3, 3); /* time alone hides nobody */
    assert_cell(j, "2026-10-11", "sessions", 0, 0);
    assert_no_cell(j, "2026-10-11", "rate_confirmed", "not enough data");
    assert_int_equal(json_array_size(json_object_get(w, "rows")), 2);
    assert_cell(w, "2026-10-05", "sessions", 9, 9); /* Monday's; Wednesday to Sunday are in it */
    json_decref(j), json_decref(w);
    free(m);
}

static void bots_and_the_team_are_left_out_and_counted(void **state)
{
    (void)state;
    memory *m = a_week();
    session(m, 90, START, PARRY_SESSION_BOT | PARRY_SESSION_CONTENT, PARRY_OUTCOME_POTENTIAL);
    for (unsigned i = 0; i < 5; i++)
        session(m, 91 + i, START, PARRY_SESSION_AGENT | PARRY_SESSION_CONTENT, PARRY_OUTCOME_POTENTIAL);
    m->sessions[0].flags &= ~(uint32_t)PARRY_SESSION_VISITOR;
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "outcomes", DAYS, 5), *with = report_with(&s, "outcomes", DAYS "&agents=with", 5);
    json_t *only = report_with(&s, "outcomes", DAYS "&agents=only", 5), *shares = report_with(&s, "shares", DAYS, 5);
    assert_cell(j, NULL, "sessions", 12, 12);
    assert_cell(with, NULL, "sessions", 17, 17);
    assert_cell(only, NULL, "sessions", 5, 5);
    assert_cell(shares, NULL, "sessions", 18, 18);
    assert_cell(shares, NULL, "bots", 1.0 / 18, 18);
    assert_cell(shares, NULL, "agents", 5.0 / 17, 17);
    assert_cell(shares, NULL, "unidentified", 1.0 / 12, 12);
    json_decref(j), json_decref(with), json_decref(only), json_decref(shares);
    free(m);
}

static void the_form_and_its_stages(void **state)
{
    (void)state;
    memory *m = new_memory();
    const uint32_t f = PARRY_SESSION_FORM, shown = f | PARRY_SESSION_SUGGESTED,
                   opened = shown | PARRY_SESSION_FORM_CLICK;
    session(m, 1, START, opened | PARRY_SESSION_SOLVED, PARRY_OUTCOME_CONFIRMED); /* said yes */
    session(m, 2, START, opened, PARRY_OUTCOME_POTENTIAL);                        /* left without a word */
    session(m, 3, START, opened | PARRY_SESSION_FORM_TICKET, PARRY_OUTCOME_NONE); /* opened one, and wrote */
    session(m, 4, START, shown | PARRY_SESSION_DISMISSED | PARRY_SESSION_FORM_TICKET, PARRY_OUTCOME_UNENGAGED);
    session(m, 5, START, f, PARRY_OUTCOME_UNENGAGED); /* nothing was shown */
    session(m, 6, START, 0, PARRY_OUTCOME_POTENTIAL)->clicks = 1;
    for (int i = 0; i < 6; i++)
        m->sessions[i].searches = 1;
    parry_report_source s = memory_source(m, LATER);
    json_t *form = report_with(&s, "form", DAYS, 5), *stages = report_with(&s, "stages", DAYS, 5);
    assert_cell(form, NULL, "form", 5, 5);
    assert_cell(form, NULL, "left", 3.0 / 5, 5);
    assert_cell(form, NULL, "explicit", 1.0 / 3, 3);
    assert_cell(form, NULL, "implicit", 1.0 / 4, 4);
    assert_cell(form, NULL, "submitted", 2.0 / 4, 4);
    assert_cell(form, NULL, "dismissed", 1.0 / 4, 4);
    assert_cell(stages, NULL, "stage1", 1.0 / 6, 6);
    assert_cell(stages, NULL, "stage2", 2.0 / 5, 5);
    json_decref(form), json_decref(stages);
    free(m);
}

static void guardrails_have_times_and_returns(void **state)
{
    (void)state;
    memory *m = new_memory();
    for (unsigned i = 1; i <= 7; i++) { /* tickets after 1 to 7 minutes; two had written before */
        parry_session_row *r = session(m, i, START, PARRY_SESSION_CONTENT, PARRY_OUTCOME_NONE);
        ticket(m, i, START + (int64_t)i * 60000, START,
               (i <= 2 ? PARRY_TICKET_AGAIN : 0) | (i <= 6 ? PARRY_TICKET_AFTER : 0));
        r->searches = 1;
        r->refined = i <= 3;
    }
    ticket(m, 99, START, 0, 0); /* by mail */
    m->sessions[0].flags |= PARRY_SESSION_ABANDONED;
    m->sessions[1].flags |= PARRY_SESSION_DWELLED;
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "guardrails", DAYS, 5);
    assert_cell(j, NULL, "abandoned", 1.0 / 7, 7);
    assert_cell(j, NULL, "dwelled", 1.0 / 7, 7);
    assert_cell(j, NULL, "reformulated", 3.0 / 7, 7);
    assert_cell(j, NULL, "tickets", 8, 8);
    assert_cell(j, NULL, "after_content", 6.0 / 8, 8);
    assert_cell(j, NULL, "time_to_ticket", 240, 7);
    assert_between(j, NULL, "time_to_ticket", 60, 420);
    assert_cell(j, NULL, "repeat_contact", 2.0 / 8, 8);
    json_decref(j);
    free(m);
}

/* ---- searches --------------------------------------------------------------------------------------------------- */

static void where_people_click(void **state)
{
    (void)state;
    memory *m = new_memory();
    const unsigned positions[] = {1, 1, 2, 4, 0}; /* 0: no click */
    for (unsigned i = 0; i < 5; i++) {
        parry_search_row *r = search(m, i, START, "a", 0);
        r->position = (uint16_t)positions[i];
        r->clicks = positions[i] > 0;
        r->paul = positions[i] > 0 ? (uint32_t)PARRY_PAUL_ONE >> (positions[i] - 1) : 0;
        r->flags |= i != 3 ? PARRY_SEARCH_FIRST : 0; /* the fourth search is of a session before */
    }
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "clicks", DAYS, 5);
    assert_cell(j, NULL, "ctr", 4.0 / 5, 5);
    assert_cell(j, NULL, "position", 2, 4);
    assert_cell(j, NULL, "mrr", (1 + 1 + 0.5 + 0.25) / 4, 4);
    assert_cell(j, NULL, "mrr0", (1 + 1 + 0.5 + 0.25) / 5, 5);
    assert_cell(j, NULL, "paul_score", (1 + 1 + 0.5 + 0.125) / 4, 4);
    json_decref(j);
    free(m);
}

static void many(memory *m, const char *text, unsigned from, unsigned n, int64_t at_ms, uint32_t flags)
{
    for (unsigned i = 0; i < n; i++)
        search(m, from + i, at_ms, text, flags);
}

static void texts_need_five_named_visitors(void **state)
{
    (void)state;
    memory *m = new_memory();
    many(m, "refund", 100, 9, START, PARRY_SEARCH_ZERO);
    many(m, "parcel", 200, 5, START, 0);
    many(m, "jane doe, elm street", 300, 4, START, PARRY_SEARCH_ZERO);
    many(m, "of a robot", 400, 9, START, PARRY_SEARCH_BOT);
    many(m, "one person's", 500, 1, START, 0);
    many(m, "one person's", 500, 8, START, 0);
    for (unsigned i = 0; i < 9; i++)
        m->searches[m->nsearches - 1 - i].who = person(500);
    many(m, "nameless", 600, 9, START, 0);
    for (unsigned i = 0; i < 9; i++)
        m->searches[m->nsearches - 1 - i].flags = 0;
    parry_report_source s = memory_source(m, LATER);
    json_t *top = report_with(&s, "top", DAYS, 5), *zero = report_with(&s, "zero-result", DAYS, 5);
    assert_int_equal(json_array_size(json_object_get(top, "rows")), 2);
    assert_cell(top, NULL, "searches", 9, 9);
    assert_cell(top, "parcel", "searches", 5, 5);
    assert_cell(top, "refund", "zero_result", 1, 9);
    assert_int_equal(json_integer_value(json_object_get(top, "hidden")), 3);
    assert_int_equal(json_array_size(json_object_get(zero, "rows")), 1); /* parcel had hits */
    for (parry_report_format f = PARRY_REPORT_JSON; f <= PARRY_REPORT_NDJSON; f++) {
        parry_buf b = PARRY_BUF(1 << 20);
        parry_report_write(top, f, &b);
        assert_non_null(strstr(b.p, "parcel"));
        assert_null(strstr(b.p, "jane"));
        assert_null(strstr(b.p, "person's"));
        assert_null(strstr(b.p, "nameless"));
        parry_buf_free(&b);
    }
    json_decref(top), json_decref(zero);
    free(m);
}

static void a_visitor_whose_key_changed_is_one(void **state)
{
    (void)state;
    memory *m = new_memory();
    many(m, "rotated", 1, 3, START, 0); /* the same three in the next period, under other keys */
    many(m, "rotated", 11, 3, START + 30 * DAY, 0);
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "top", "from=2026-10-07&to=2026-11-12", 5);
    assert_int_equal(json_array_size(json_object_get(j, "rows")), 0);
    json_decref(j);
    free(m);
}

static void what_rises_does_so_beyond_chance(void **state)
{
    (void)state;
    memory *m = new_memory();
    for (int d = -8; d < 0; d++) {
        many(m, "refund", 1, 20, START + d * DAY, 0);
        many(m, "strike", 30, 1, START + d * DAY, 0);
    }
    for (int d = 0; d < 8; d++) {
        many(m, "refund", 1, 20, START + d * DAY, 0);
        many(m, "strike", 1000 + 12 * (unsigned)d, 12, START + d * DAY, 0);
        many(m, "news", 2000 + 5 * (unsigned)d, 5, START + d * DAY, 0);
    }
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "rising", "from=2026-10-07&to=2026-10-14", 5);
    assert_int_equal(json_array_size(json_object_get(j, "rows")), 2);
    assert_cell(j, "strike", "searches", 96, 96);
    assert_cell(j, "strike", "before", 8, 8);
    assert_cell(j, "strike", "rise", 96.0 / 8 * (8 * 21) / (8 * 37), 104);
    assert_no_cell(j, "news", "rise", "none before");
    assert_true(json_is_null(json_array_get(json_object_get(cell_of(j, "news", "rise"), "interval"), 1)));
    json_decref(j);
    free(m);
}

/* Days of 13 searches, after days of 2 to 16; and one whose only news is somebody who searches it 60 times. */
static void what_is_noisy_or_one_persons_does_not_rise(void **state)
{
    (void)state;
    static const unsigned often[] = {4, 2, 16, 3, 6, 2, 14};
    memory *m = new_memory();
    for (int d = -28; d < 7; d++) {
        unsigned swing = d < 0 ? often[(unsigned)(d + 28) % 7] : 13;
        many(m, "noisy", 5000 + 20 * (unsigned)(d + 28), swing, START + d * DAY, 0);
        many(m, "one man's", 8000 + 2 * (unsigned)(d + 28), 2, START + d * DAY, 0);
        many(m, "steady", 1, 60, START + d * DAY, 0);
    }
    for (unsigned i = 0; i < 60; i++)
        many(m, "one man's", 9999, 1, START + DAY, 0);
    for (int d = 0; d < 7; d++) /* its days never swung */
        many(m, "grows", 12000 + 20 * (unsigned)d, 14, START + d * DAY, 0);
    for (int d = -28; d < 0; d++)
        many(m, "grows", 13000 + 20 * (unsigned)(d + 28), 6 + (unsigned)(d + 28) % 2, START + d * DAY, 0);
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "rising", "from=2026-10-07&to=2026-10-13", 5);
    assert_int_equal(json_array_size(json_object_get(j, "rows")), 1);
    assert_cell(j, "grows", "searches", 98, 98);
    json_decref(j);
    free(m);
}

/* ---- visitors --------------------------------------------------------------------------------------------------- */

/* 10 visitors with 10 searches each; of four of them none had a hit. By hand: the sum of (hits - 0.4 x 10)^2 is 240, so
 * the variance of the share is 240 x 10/9 / 100^2 = 0.02667, 11 times that of 100 searches of 100 people (0.24 / 99);
 * 100 / 11, less (t of 99 degrees / t of 9)^2 = 0.7694 for not knowing that well, are 6.99 searches. */
static void intervals_are_of_visitors(void **state)
{
    (void)state;
    memory *m = new_memory();
    for (unsigned i = 0; i < 100; i++)
        search(m, i % 10, START, "a", i % 10 < 4 ? PARRY_SEARCH_ZERO : 0);
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "searches", DAYS, 5);
    assert_cell(j, NULL, "zero_result", 0.4, 100);
    assert_between(j, NULL, "zero_result", 0.1416, 0.7293);
    assert_between(j, NULL, "exit", 0, 0.2775); /* never, by ten who may each be of one mind: Wilson's of 0 of 10 */
    for (unsigned i = 0; i < 100; i++)
        m->searches[i].who = person(i);
    json_t *alone = report_with(&s, "searches", DAYS, 5);
    assert_between(alone, NULL, "zero_result", 0.3094, 0.4980); /* Wilson's of 40 of 100 */
    json_decref(j), json_decref(alone);
    free(m);
}

/* 40 readings of 1 to 40 s. Of 40 people the median is between 14 and 27 s; where each of four has ten that follow each
 * other, as good as nothing is known; and of one it is one man's. */
static void medians_are_of_visitors(void **state)
{
    (void)state;
    memory *m = new_memory();
    for (unsigned i = 0; i < 40; i++)
        reading(m, i, START, "a", 0, 1000 * (i + 1));
    parry_report_source s = memory_source(m, LATER);
    json_t *alone = report_with(&s, "reading", DAYS, 5);
    assert_between(alone, NULL, "dwell", 13, 28);
    for (unsigned i = 0; i < 40; i++)
        m->reads[i].who = person(i / 2);
    json_t *pairs = report_with(&s, "reading", DAYS, 5);
    const json_t *one = cell_of(alone, NULL, "dwell"), *two = cell_of(pairs, NULL, "dwell");
    assert_true(json_number_value(json_array_get(json_object_get(two, "interval"), 0)) <
                json_number_value(json_array_get(json_object_get(one, "interval"), 0)));
    for (unsigned i = 0; i < 40; i++)
        m->reads[i].who = person(i / 10);
    json_t *tens = report_with(&s, "reading", DAYS, 5);
    assert_cell(tens, NULL, "dwell", 20.5, 40);
    assert_true(json_is_null(json_object_get(cell_of(tens, NULL, "dwell"), "interval")));
    json_decref(alone), json_decref(pairs), json_decref(tens);
    free(m);
}

/* ---- articles --------------------------------------------------------------------------------------------------- */

/* Visitors first to first + n - 1, one list of a test of rankings each. */
static void tested(memory *m, const char *test, parry_row_arm arm, unsigned first, unsigned n)
{
    for (unsigned who = first; who < first + n; who++) {
        parry_search_row *row = search(m, who, START, "refund", 0);
        row->test = parry_word_of(parry_str_of(test));
        row->arm = (uint8_t)arm;
    }
}

static void a_test_of_rankings_that_few_met_is_not_shown(void **state)
{
    (void)state;
    memory *m = new_memory();
    tested(m, "few", PARRY_ROW_SHADOW, 1, 4);
    tested(m, "enough", PARRY_ROW_SHADOW, 100, 5);
    parry_report_source s = memory_source(m, LATER);
    json_t *few = report_with(&s, "rankings", DAYS "&experiment=few", 5);
    json_t *enough = report_with(&s, "rankings", DAYS "&experiment=enough", 5),
           *all = report_with(&s, "rankings", DAYS, 5);
    assert_no_cell(few, NULL, "searches", "suppressed");
    assert_no_cell(few, NULL, "clicks", "suppressed");
    assert_cell(enough, NULL, "searches", 5, 5);
    assert_cell(all, NULL, "searches", 9, 9);
    json_decref(few);
    json_decref(enough);
    json_decref(all);
    free(m);
}

static void arms_of_the_wrong_sizes_are_not_compared(void **state)
{
    (void)state;
    memory *m = new_memory();
    parry_trial trial = {.ranking = true, .name = "skewed", .plan = {.share = 0.5}};
    const parry_trial_list trials = {&trial, 1};
    tested(m, "skewed", PARRY_ROW_PRODUCTION, 1, 300);
    tested(m, "skewed", PARRY_ROW_CHALLENGER, 1001, 150);
    parry_report_source s = memory_source(m, LATER);
    s.trials = &trials;
    json_t *j = report_with(&s, "rankings", DAYS "&experiment=skewed", 5);
    assert_no_cell(j, NULL, "clicked_difference", "the arms are not of the sizes that they must be");
    json_decref(j);
    trial.plan.share = 0.67;
    j = report_with(&s, "rankings", DAYS "&experiment=skewed", 5);
    assert_cell(j, NULL, "clicked_difference", 0, 450);
    json_decref(j);
    free(m);
}

static void articles_by_the_lower_bound(void **state)
{
    (void)state;
    memory *m = new_memory();
    for (unsigned i = 0; i < 5; i++) /* 5 of 5: lower bound .57 */
        reading(m, i, START, "few", 1, 2000);
    for (unsigned i = 0; i < 40; i++) /* 36 of 40: .77 */
        reading(m, 100 + i, START, "many", i < 36 ? 1 : -1, 1000 * (i + 1))->ticket[0] = i < 4;
    reading(m, 100, START + 1000, "many", 0, 0);
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "helpful", DAYS, 5), *all = report_with(&s, "reading", DAYS, 5);
    const json_t *first = json_array_get(json_object_get(j, "rows"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "by")), "many");
    assert_cell(j, "many", "views", 41, 41);
    assert_cell(j, "many", "readers", 40, 41);
    assert_cell(j, "many", "helpful", 0.9, 40);
    assert_between(j, "many", "helpful", 0.76949, 0.96043);
    assert_cell(j, "many", "dwell", 20.5, 40);
    assert_between(j, "many", "dwell", 13, 28); /* ranks 13 and 28 of 40 */
    assert_cell(j, "many", "attached", 4.0 / 40, 40);
    assert_cell(all, NULL, "views", 46, 46);
    json_decref(j), json_decref(all);
    free(m);
}

/* ---- the request, and the same again ---------------------------------------------------------------------------- */

static void a_request_that_is_wrong_says_where(void **state)
{
    (void)state;
    static const struct {
        const char *name, *query, *says;
    } wrong[] = {{"nothing", "", "no report nothing"},
                 {"top", "by=day", "by: top has rows of its own"},
                 {"form", "by=hour", "by: none, day"},
                 {"form", "window=1h", "window: 24h"},
                 {"form", "from=2026-10-08&to=2026-10-07", "from: a day that is not after"},
                 {"form", "from=2020-01-01&to=2026-10-07", "from: at most"},
                 {"form", "from=yesterday", "from: a day in UTC"},
                 {"form", "from=2026-10-07T10:00", "from: a day in UTC"},
                 {"form", "limit=0", "limit: a whole number"},
                 {"form", "limit=100000", "limit: a whole number"},
                 {"form", "generation=x", "generation: a whole number"},
                 {"form", "by=locale&locale=en", "by: locale is narrowed"},
                 {"form", "agents=yes", "agents: without"}};
    const parry_report_house house = {.k = 0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        parry_report_request q;
        parry_err err = {0};
        assert_int_not_equal(
            parry_report_read(wrong[i].name, of_query, (void *)(uintptr_t)wrong[i].query, LATER, &house, &q, &err),
            PARRY_OK);
        if (strncmp(err.msg, wrong[i].says, strlen(wrong[i].says)) != 0)
            fail_msg("%s?%s: %s", wrong[i].name, wrong[i].query, err.msg);
    }
}

static void count_one(void *ctx, const char *row, const char *cell, const char *was, const char *is)
{
    size_t *n = ctx;
    (void)row, (void)cell, (void)was, (void)is;
    ++*n;
}

static void a_report_is_made_again_from_itself(void **state)
{
    (void)state;
    memory *m = a_week();
    many(m, "refund", 100, 9, START, 0);
    parry_report_source s = memory_source(m, LATER);
    static const char *const asked[][2] = {{"self-service", DAYS "&by=day&window=72h"},
                                           {"top", DAYS "&limit=3"},
                                           {"guardrails", DAYS "&agents=with&audience=customer"},
                                           {"cost", DAYS}};
    for (size_t i = 0; i < 4; i++) {
        json_t *j = report_with(&s, asked[i][0], asked[i][1], 5), *again = NULL;
        char *text = json_dumps(j, JSON_REAL_PRECISION(9)), *other;
        json_t *read = json_loads(text, 0, NULL);
        parry_report_request q;
        parry_err err = {0};
        size_t wrong = 0;
        assert_int_equal(parry_report_again(read, &q, &err), PARRY_OK);
        assert_int_equal(parry_report_make(&s, &q, &again, &err), PARRY_OK);
        other = json_dumps(again, JSON_REAL_PRECISION(9));
        assert_string_equal(text, other);
        assert_true(parry_report_compare(read, again, count_one, &wrong) > 0);
        assert_int_equal(wrong, 0);
        json_t *cell = json_object_get(json_object_get(json_array_get(json_object_get(read, "rows"), 0), "cells"),
                                       i == 1   ? "searches"
                                       : i == 2 ? "tickets"
                                       : i == 3 ? "low"
                                                : "sessions");
        json_object_set_new(cell, "n", json_integer(999));
        (void)parry_report_compare(read, again, count_one, &wrong);
        assert_int_equal(wrong, 1);
        free(text), free(other);
        json_decref(j), json_decref(again), json_decref(read);
    }
    free(m);
}

static void an_erasure_is_said(void **state)
{
    (void)state;
    memory *m = a_week();
    parry_day_count day = {START / DAY + 1, 1};
    const parry_days erasures = {.p = &day, .n = 1};
    parry_report_source s = memory_source(m, LATER);
    s.erasures = &erasures;
    json_t *j = report_with(&s, "outcomes", DAYS, 5), *days = report_with(&s, "outcomes", DAYS "&by=day", 5);
    json_t *later = report_with(&s, "outcomes", "from=2026-10-09&to=2026-10-13", 5);
    assert_string_equal(json_string_value(json_object_get(cell_of(j, NULL, "confirmed"), "why")), "changed by erasure");
    assert_non_null(strstr(json_string_value(json_array_get(json_object_get(j, "notes"), 0)), "changed by erasure"));
    assert_true(json_object_get(cell_of(days, "2026-10-08", "confirmed"), "why") != NULL);
    assert_true(json_object_get(cell_of(days, "2026-10-07", "confirmed"), "why") == NULL);
    assert_true(json_object_get(cell_of(later, NULL, "confirmed"), "why") == NULL);
    json_decref(j), json_decref(days), json_decref(later);
    free(m);
}

static parry_code endless(void *ctx, int64_t from, int64_t until, bool (*fn)(void *, const parry_search_row *),
                          void *fn_ctx, parry_err *err)
{
    parry_search_row row = {.at_ms = from};
    (void)ctx, (void)until, (void)err;
    do
        row.text++;
    while (fn(fn_ctx, &row));
    return PARRY_OK;
}

static void what_would_take_too_much_memory_is_refused(void **state)
{
    (void)state;
    memory *m = new_memory();
    const parry_report_house house = {.k = 5};
    parry_report_source s = memory_source(m, LATER);
    parry_report_request q;
    parry_err err = {0};
    json_t *j = NULL;
    char query[] = DAYS;
    s.searches = endless;
    assert_int_equal(parry_report_read("top", of_query, query, LATER, &house, &q, &err), PARRY_OK);
    assert_int_equal(parry_report_make(&s, &q, &j, &err), PARRY_TOO_LARGE);
    assert_string_equal(err.msg, "more than 400000 rows: narrow the range");
    assert_true(j == NULL);
    free(m);
}

/* Sessions of ever other people: 320 MiB are used until it stops. */
static parry_code crowd(void *ctx, int64_t from, int64_t until, bool (*fn)(void *, const parry_session_row *),
                        void *fn_ctx, parry_err *err)
{
    parry_session_row row = {.start_ms = from, .end_ms = from};
    unsigned n = 0;
    (void)ctx, (void)until, (void)err;
    do
        row.who = person(n++);
    while (fn(fn_ctx, &row));
    return PARRY_OK;
}

static void so_many_visitors_are_refused(void **state)
{
    (void)state;
    memory *m = new_memory();
    const parry_report_house house = {.k = 5};
    parry_report_source s = memory_source(m, LATER);
    parry_report_request q;
    parry_err err = {0};
    json_t *j = NULL;
    char query[] = DAYS;
    s.sessions = crowd;
    assert_int_equal(parry_report_read("outcomes", of_query, query, LATER, &house, &q, &err), PARRY_OK);
    assert_int_equal(parry_report_make(&s, &q, &j, &err), PARRY_TOO_LARGE);
    assert_string_equal(err.msg, "more than 4000000 visitors, of all rows together: narrow the range");
    free(m);
}

static void a_spreadsheet_computes_nothing(void **state)
{
    (void)state;
    memory *m = new_memory();
    many(m, "=1+1,\"x\"", 1, 6, START, 0);
    parry_report_source s = memory_source(m, LATER);
    json_t *j = report_with(&s, "top", DAYS, 5);
    parry_buf b = PARRY_BUF(1 << 20);
    parry_report_write(j, PARRY_REPORT_CSV, &b);
    assert_non_null(strstr(b.p, "\"'=1+1,\"\"x\"\"\",searches,6,6,,,\"top.searches/2\",\r\n"));
    parry_buf_free(&b);
    json_decref(j);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(self_service_is_said_both_ways),
        cmocka_unit_test(classes_are_shares_of_who_saw_content),
        cmocka_unit_test(what_is_still_open_is_not_counted),
        cmocka_unit_test(money_is_a_range),
        cmocka_unit_test(an_experiment_says_how_inflated_the_usual_number_is),
        cmocka_unit_test(an_experiment_that_says_nothing_has_no_number),
        cmocka_unit_test(no_session_is_null_and_not_zero),
        cmocka_unit_test(every_day_of_the_range_has_a_row),
        cmocka_unit_test(bots_and_the_team_are_left_out_and_counted),
        cmocka_unit_test(the_form_and_its_stages),
        cmocka_unit_test(guardrails_have_times_and_returns),
        cmocka_unit_test(where_people_click),
        cmocka_unit_test(texts_need_five_named_visitors),
        cmocka_unit_test(a_visitor_whose_key_changed_is_one),
        cmocka_unit_test(what_rises_does_so_beyond_chance),
        cmocka_unit_test(what_is_noisy_or_one_persons_does_not_rise),
        cmocka_unit_test(intervals_are_of_visitors),
        cmocka_unit_test(medians_are_of_visitors),
        cmocka_unit_test(a_test_of_rankings_that_few_met_is_not_shown),
        cmocka_unit_test(arms_of_the_wrong_sizes_are_not_compared),
        cmocka_unit_test(articles_by_the_lower_bound),
        cmocka_unit_test(a_request_that_is_wrong_says_where),
        cmocka_unit_test(a_report_is_made_again_from_itself),
        cmocka_unit_test(an_erasure_is_said),
        cmocka_unit_test(what_would_take_too_much_memory_is_refused),
        cmocka_unit_test(so_many_visitors_are_refused),
        cmocka_unit_test(a_spreadsheet_computes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
