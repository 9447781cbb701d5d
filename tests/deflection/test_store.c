/* The store: whose a record is, and that the rows are the same whatever the steps in which they were made. */
#include "story.h"

/* ---- whose a record is ------------------------------------------------------------------------------------------- */

static bool is_who(const parry_ledger_subject *who, const char *name)
{
    parry_ledger_subject s = story_who(name);
    return memcmp(who, &s, sizeof s) == 0;
}

/* A page's search says nobody's name; the click on it does. */
static void test_a_query_is_of_who_refers_to_it(void **state)
{
    story_rows r = STORY(*state, "9d", "0s query id=Q1 by=page text=refund shown=a",
                         "3s click session=s query_id=Q1 article=a position=1");
    assert_int_equal(r.nsessions, 1);
    assert_true(is_who(&r.sessions[0].who, "s"));
    assert_int_equal(r.searches[0].clicks, 1);
}

/* Votes of somebody without a name go to whom the query is of. */
static void test_a_nameless_event_is_of_whom_its_query_is_of(void **state)
{
    story_rows r = STORY(*state, "9d", "0s query id=Q1 visitor=ann text=refund shown=a",
                         "1s view visitor=ann article=a", "3s solved query_id=Q1");
    assert_int_equal(r.nsessions, 1);
    assert_int_equal(r.sessions[0].outcome[0], PARRY_OUTCOME_CONFIRMED);
}

static void test_a_lone_query_is_a_session_of_its_own(void **state)
{
    story_rows r = STORY(*state, "9d", "0s query id=Q1 text=refund shown=a", "1s query id=Q2 text=parcel shown=b",
                         "2s solved query_id=Q1");
    assert_int_equal(r.nsessions, 2);
    assert_int_equal(r.sessions[0].flags & (PARRY_SESSION_VISITOR | PARRY_SESSION_SOLVED), PARRY_SESSION_SOLVED);
}

/* First a session without a name, then the same with one: all of it is the visitor's. */
static void test_a_session_becomes_the_visitors(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view session=s article=a", "9s view session=s visitor=ann article=b",
                         "20s view session=s article=c");
    assert_int_equal(r.nsessions, 1);
    assert_true(is_who(&r.sessions[0].who, "ann"));
    assert_int_equal(r.sessions[0].views, 3);
}

static void test_a_ticket_by_mail_is_of_whose_address_it_is(void **state)
{
    story_rows r =
        STORY(*state, "9d", "0s view visitor=ann article=a", "9s ticket_created visitor=ann contact=mail ticket=1",
              "1d view visitor=bob article=a", "2d ticket_created contact=mail ticket=2");
    assert_int_equal(r.ntickets, 2);
    assert_true(is_who(&r.tickets[1].who, "ann"));
    assert_int_equal(r.sessions[1].outcome[2], PARRY_OUTCOME_POTENTIAL);
}

/* The ticket is told before anybody knows whose the address is. */
static void test_an_address_that_is_known_later_brings_its_ticket(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view visitor=ann article=a", "1h ticket_created contact=mail ticket=1",
                         "2d ticket_created visitor=ann contact=mail ticket=2");
    assert_true(is_who(&r.tickets[0].who, "ann"));
    assert_int_equal(r.sessions[0].ticket_ms, STORY_BEGIN + 3600000);
}

static void test_a_hand_off_joins_the_ticket_of_another_system(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view session=s article=a",
                         "60s ticket_created session=s handoff=h ticket=H-1", "1d survey handoff=h score=2");
    assert_int_equal(r.sessions[0].survey, 2);
}

/* ---- the same in any steps --------------------------------------------------------------------------------------- */

static unsigned dice(unsigned *seed, unsigned sides)
{
    *seed = *seed * 1103515245U + 12345U;
    return (*seed >> 16) % sides;
}

/* Somebody does something; who, and how he is called, is chance. Events come late, and out of order. */
static void tell_chance(scratch *s, parry_ledger *l, unsigned *seed, unsigned i)
{
    static const char *const what[] = {"query by=page text=refund shown=a,b",
                                       "query by=suggest text=ref shown=a",
                                       "click article=a position=2",
                                       "view article=b dwell_ms=12000",
                                       "vote article=a vote=up",
                                       "solved",
                                       "not_solved",
                                       "form_opened",
                                       "form_suggestion_shown articles=a,b",
                                       "ticket_created ticket=T%u",
                                       "survey score=3"};
    char line[256], type[64], keys[128] = "";
    unsigned person = dice(seed, 12), k = dice(seed, 11);
    (void)snprintf(type, sizeof type, k == 9 ? "ticket_created ticket=T%u" : "%.0u%s", k == 9 ? i : 0, what[k]);
    size_t n = 0;
    if (dice(seed, 2))
        n += (size_t)snprintf(keys + n, sizeof keys - n, " session=s%u.%u", person, dice(seed, 3));
    if (dice(seed, 3) == 0)
        n += (size_t)snprintf(keys + n, sizeof keys - n, " visitor=v%u", person + dice(seed, 2));
    if (dice(seed, 3) == 0)
        n += (size_t)snprintf(keys + n, sizeof keys - n, " contact=c%u", person / 2);
    if (dice(seed, 4) == 0)
        n += (size_t)snprintf(keys + n, sizeof keys - n, " handoff=h%u", dice(seed, 40));
    if (k > 1 && dice(seed, 2))
        (void)snprintf(keys + n, sizeof keys - n, " query_id=Q%u", dice(seed, i + 1));
    (void)snprintf(line, sizeof line, "%us %s%s%s%u", 600 * i - 60 * dice(seed, 600), type, keys,
                   k < 2 ? " id=Q" : " page=p", i);
    story_tell_at(s, l, line);
}

typedef struct every {
    parry_hasher h;
    size_t n;
} every;

static bool on_session(void *ctx, const parry_session_row *row)
{
    every *e = ctx;
    parry_hasher_add(&e->h, row, sizeof *row);
    e->n++;
    return true;
}

static bool on_search(void *ctx, const parry_search_row *row)
{
    every *e = ctx;
    parry_hasher_add(&e->h, row, sizeof *row);
    e->n++;
    return true;
}

static bool on_read(void *ctx, const parry_read_row *row)
{
    every *e = ctx;
    parry_hasher_add(&e->h, row, sizeof *row);
    e->n++;
    return true;
}

static bool on_ticket(void *ctx, const parry_ticket_row *row)
{
    every *e = ctx;
    parry_hasher_add(&e->h, row, sizeof *row);
    e->n++;
    return true;
}

static parry_hash hash_of(parry_deflection *d, size_t *n)
{
    every e = {.n = 0};
    parry_rows *r = NULL;
    parry_hasher_start(&e.h);
    ok(parry_rows_open(d, &r, NULL));
    parry_rows_as_of(r, STORY_BEGIN + 20 * STORY_DAY);
    ok(parry_rows_sessions(r, 0, INT64_MAX, on_session, &e, NULL));
    ok(parry_rows_searches(r, 0, INT64_MAX, on_search, &e, NULL));
    ok(parry_rows_reads(r, 0, INT64_MAX, on_read, &e, NULL));
    ok(parry_rows_tickets(r, 0, INT64_MAX, on_ticket, &e, NULL));
    parry_rows_close(r);
    *n = e.n;
    return parry_hasher_end(&e.h);
}

static void test_rows_are_the_same_whatever_the_steps(void **state)
{
    enum { EVENTS = 1500 };
    scratch *s = *state;
    unsigned seed = 7;
    size_t n = 0, in_steps = 0, at_once = 0;
    parry_ledger *l = ledger_open(s, NULL);
    parry_deflection *steps = NULL, *once = NULL;
    ok(parry_deflection_open(in(s, "steps"), l, &steps, NULL));
    for (unsigned i = 0; i < EVENTS; i++) {
        tell_chance(s, l, &seed, i);
        if (dice(&seed, 20) == 0) {
            story_tell(s, l, NULL, 0);
            ok(parry_deflection_fold(steps, dice(&seed, 30), STORY_BEGIN, &n, NULL));
        }
        if (dice(&seed, 300) == 0) { /* a restart in between */
            parry_deflection_close(steps);
            ok(parry_deflection_open(in(s, "steps"), l, &steps, NULL));
        }
    }
    story_tell(s, l, NULL, 0);
    ok(parry_deflection_catch_up(steps, STORY_BEGIN, NULL, NULL, NULL));
    ok(parry_deflection_open(in(s, "once"), l, &once, NULL));
    ok(parry_deflection_catch_up(once, STORY_BEGIN, NULL, NULL, NULL));
    assert_true(parry_hash_eq(hash_of(steps, &in_steps), hash_of(once, &at_once)));
    assert_int_equal(in_steps, at_once);
    assert_true(at_once > EVENTS / 2);
    ok(parry_deflection_fold(once, SIZE_MAX, STORY_BEGIN, &n, NULL));
    assert_int_equal(n, 0);
    parry_deflection_close(steps);
    parry_deflection_close(once);
    parry_ledger_close(l);
}

/* ---- erasing, and another ledger --------------------------------------------------------------------------------- */

static void test_what_is_erased_is_forgotten(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    parry_deflection *d = NULL;
    static const char *const lines[] = {"0s query id=Q1 visitor=ann text=only_anns shown=a",
                                        "1s query id=Q2 visitor=bob text=refund shown=a"};
    story_tell(s, l, lines, 2);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    story_rows before = story_read_rows(d, "1d"), after;
    assert_int_equal(before.nsearches, 2);
    ok(parry_ledger_erase(l, (uint64_t[]){1}, 1, NULL));
    ok(parry_deflection_again(d, NULL));
    after = story_read_rows(d, "1d");
    assert_int_equal(after.nsearches, 1);
    assert_int_equal(after.nsessions, 1);
    parry_rows *r = NULL;
    ok(parry_rows_open(d, &r, NULL));
    assert_str(parry_rows_word(r, parry_word_of(parry_str_of("only anns"))), "");
    assert_str(parry_rows_word(r, parry_word_of(parry_str_of("refund"))), "refund");
    parry_rows_close(r);
    parry_deflection_close(d);
    parry_ledger_close(l);
}

static void test_the_store_of_another_ledger_is_made_anew(void **state)
{
    scratch *s = *state;
    parry_deflection *d = NULL;
    static const char *const one[] = {"0s view visitor=ann article=a", "1s view visitor=ann article=b"};
    static const char *const other[] = {"0s view visitor=bob article=b"};
    parry_ledger *l = ledger_open(s, NULL);
    story_tell(s, l, one, 2);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    parry_deflection_close(d);
    parry_ledger_close(l);
    ok(parry_tree_remove(in(s, "ledger"), NULL));
    l = ledger_open(s, NULL);
    story_tell(s, l, other, 1);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    story_rows r = story_read_rows(d, "1d");
    assert_int_equal(r.nsessions, 1);
    assert_true(is_who(&r.sessions[0].who, "bob"));
    parry_deflection_close(d);
    parry_ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_query_is_of_who_refers_to_it),
        in_scratch(test_a_nameless_event_is_of_whom_its_query_is_of),
        in_scratch(test_a_lone_query_is_a_session_of_its_own),
        in_scratch(test_a_session_becomes_the_visitors),
        in_scratch(test_a_ticket_by_mail_is_of_whose_address_it_is),
        in_scratch(test_an_address_that_is_known_later_brings_its_ticket),
        in_scratch(test_a_hand_off_joins_the_ticket_of_another_system),
        in_scratch(test_rows_are_the_same_whatever_the_steps),
        in_scratch(test_what_is_erased_is_forgotten),
        in_scratch(test_the_store_of_another_ledger_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
