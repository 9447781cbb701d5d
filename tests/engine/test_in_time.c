/* Deadlines: meaning is left out where it would come too late, and the words still answer. */
#include "tests/indexer/fake_encoder.h"
#include "tests/indexer/home.h"
#include "tests/indexer/testing.h"

#include "engine/in_time.h"
#include "engine/search.h"

enum { SLOW_MS = 60 };
static const int64_t ms = 1000000;

typedef struct fixture {
    home *home;
    parry_encoder *encoder;
    parry_index *index;
    parry_generation *g;
    parry_searcher *searcher;
} fixture;

static int set_up(void **state)
{
    fixture *f = parry_calloc(1, sizeof *f);
    f->encoder = fake_encoder_new("model");
    f->home = home_new(f->encoder);
    home_add(f->home, "refunds.md", "A refund reaches your card after five business days.");
    home_add(f->home, "delivery.md", "A parcel reaches your door after two business days.");
    home_run_only(f->home);
    ok(parry_index_open(f->home->index, &f->index, &err));
    f->g = parry_index_acquire(f->index);
    f->searcher = parry_searcher_new(f->encoder);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    parry_searcher_free(f->searcher);
    parry_generation_release(f->g);
    parry_index_close(f->index);
    home_free(f->home);
    parry_encoder_close(f->encoder);
    free(f);
    return 0;
}

/* in_ms 0: without a deadline. */
static parry_results ask(fixture *f, const char *text, parry_mode mode, int64_t in_ms)
{
    parry_results r;
    const parry_query q = {.text = parry_str_of(text),
                           .mode = mode,
                           .limit = 5,
                           .deadline_ns = in_ms != 0 ? parry_mono_ns() + in_ms * ms : 0};
    ok(parry_search(f->searcher, f->g, &q, f->home->arena, &r, &err));
    return r;
}

static void answers_by_words(const parry_results *r, const char *first)
{
    assert_int_equal(r->mode, PARRY_TEXT);
    assert_true(r->degraded);
    assert_true(r->probability < 0);
    assert_int_equal(r->encode_ns, 0);
    assert_true(r->n > 0 && parry_str_eqz(r->hits[0].id, first));
}

static void what_was_slow_is_left_out_where_there_is_no_time_for_it(void **state)
{
    fixture *f = *state;
    fake_encoder_slow(f->encoder, SLOW_MS);
    parry_results r = ask(f, "refund card", PARRY_HYBRID, SLOW_MS / 2); /* nothing is known yet: it is tried */
    assert_int_equal(r.mode, PARRY_HYBRID);
    r = ask(f, "refund days", PARRY_HYBRID, SLOW_MS / 2);
    answers_by_words(&r, "refunds");
    r = ask(f, "parcel door", PARRY_VECTOR, SLOW_MS / 2);
    answers_by_words(&r, "delivery");
    r = ask(f, "refund day", PARRY_HYBRID, 100 * SLOW_MS);
    assert_int_equal(r.mode, PARRY_HYBRID);
    assert_false(r.degraded);
    r = ask(f, "refund reach", PARRY_HYBRID, 0);
    assert_int_equal(r.mode, PARRY_HYBRID);
}

static void a_deadline_that_passed_never_fails(void **state)
{
    fixture *f = *state;
    parry_results r = ask(f, "refund card", PARRY_HYBRID, -5);
    answers_by_words(&r, "refunds");
    r = ask(f, "refund card", PARRY_TEXT, -5);
    assert_false(r.degraded);
}

static void the_estimate_rises_at_once_and_gives_way_in_time(void **state)
{
    (void)state;
    parry_in_time t = {0};
    parry_in_time_took(&t, 2 * ms);
    assert_true(parry_in_time_for_meaning(&t, 12 * ms, 10 * ms));
    assert_false(parry_in_time_for_meaning(&t, 11 * ms, 10 * ms));
    for (int i = 0; i < 4; i++)
        parry_in_time_took(&t, 50 * ms);
    assert_true(t.cost_ns > 45 * ms);
    int refused = 0;
    while (!parry_in_time_for_meaning(&t, 20 * ms, 10 * ms))
        refused++;
    assert_in_range(refused, 50, 200);
    assert_true(parry_in_time_for_meaning(&t, 0, 10 * ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_slow_is_left_out_where_there_is_no_time_for_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_deadline_that_passed_never_fails, set_up, tear_down),
        cmocka_unit_test(the_estimate_rises_at_once_and_gives_way_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
