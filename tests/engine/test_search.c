/* Search over small segments made here: ranking, typing, misspelling, audiences, snippets; and scores that do not
 * depend on how articles are spread over segments. Text alone: no model is needed. */
#include "centre.h"

#include <math.h>

static const centre_article samples[] = {
    {"refund-late", "customer", "en", "If your refund has not arrived",
     "Refunds take three to five business days. If a refund was not received after that, contact us. Keep order "
     "WF-2041-88317 "
     "at hand."},
    {"refund-times", "customer", "en", "Refund times",
     "How long a refund takes depends on how you paid. Cards take five days."},
    {"track", "customer", "en", "Track your delivery",
     "Follow the parcel with the link in the message. Delivery takes two days."},
    {"address", "customer", "en", "Change the delivery address",
     "The address can be changed until the parcel is packed."},
    {"payout", "merchant", "en", "Payout schedule",
     "Payouts are sent every Tuesday. A refund is taken off the next payout."},
    {"markup", "customer", "en", "Notes on <script>",
     "Never type <script>alert('refund')</script> & the like into a form."},
    {"stop", "customer", "en", "What to do", "To be or not to be is what it is."},
};
enum { NSAMPLES = sizeof samples / sizeof *samples };

static int set_up(void **state)
{
    *state = centre_of(samples, NSAMPLES);
    return 0;
}

static parry_results ask(centre *c, const char *text, bool typing, const char *audience)
{
    parry_query q = text_query(text, audience);
    q.typing = typing;
    return centre_search(c, q);
}

static void assert_first(centre *c, const char *text, bool typing, const char *id)
{
    parry_results r = ask(c, text, typing, "customer");
    if (r.n == 0 || !parry_str_eqz(r.hits[0].id, id))
        fail_msg("'%s' should find %s first, not %.*s", text, id, r.n ? (int)r.hits[0].id.n : 4,
                 r.n ? r.hits[0].id.p : "none");
}

static void test_words_find_the_article_that_holds_them(void **state)
{
    assert_first(*state, "refund not received", false, "refund-late");
    assert_first(*state, "parcel link", false, "track");
}

static void test_a_stem_finds_its_other_forms(void **state)
{
    assert_first(*state, "changing addresses", false, "address");
}

static void test_misspelt_words_are_read_as_the_nearest_known_ones(void **state)
{
    centre *c = *state;
    assert_first(c, "refnd not recieved", false, "refund-late");
    parry_results r = ask(c, "refnd not recieved", false, "customer");
    assert_true(parry_str_eqz(r.corrected, "refund not received"));
    assert_int_equal(ask(c, "refund", false, "customer").corrected.n, 0);
}

static void test_an_unfinished_word_is_read_as_a_beginning(void **state)
{
    centre *c = *state;
    assert_first(c, "track your deliv", true, "track");
    assert_int_equal(ask(c, "deliv", false, "customer").n == 0 || ask(c, "deliv", true, "customer").n >= 2, 1);
    assert_true(ask(c, "deliv", true, "customer").n >= 2);
}

static void test_an_exact_title_comes_first(void **state)
{
    assert_first(*state, "refund times", false, "refund-times");
}

static void test_an_identifier_is_found_whole(void **state)
{
    assert_first(*state, "refund WF-2041-88317", false, "refund-late");
}

static void test_another_audience_never_shows(void **state)
{
    centre *c = *state;
    static const char *const queries[] = {"payout", "payouts every tuesday", "refund", "payout schedule", "what"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        parry_results r = ask(c, queries[i], true, "customer");
        for (size_t h = 0; h < r.n; h++)
            assert_false(parry_str_eqz(r.hits[h].id, "payout"));
        assert_true(r.total >= r.n && r.total <= NSAMPLES - 1);
    }
    assert_int_equal(ask(c, "payout", false, "merchant").n, 1);
}

static void test_stop_words_alone_still_find_something(void **state)
{
    assert_first(*state, "it is to be", false, "stop");
}

static void test_snippets_are_escaped_and_marked(void **state)
{
    centre *c = *state;
    parry_results r = ask(c, "alert refund form", false, "customer");
    bool seen = false;
    for (size_t i = 0; i < r.n; i++) {
        assert_int_equal(parry_str_find(r.hits[i].snippet, parry_str_of("<script")), r.hits[i].snippet.n);
        if (parry_str_eqz(r.hits[i].id, "markup")) {
            seen = true;
            assert_true(parry_str_find(r.hits[i].snippet, parry_str_of("&lt;script&gt;")) < r.hits[i].snippet.n);
            assert_true(parry_str_find(r.hits[i].snippet, parry_str_of("<mark>refund</mark>")) < r.hits[i].snippet.n);
        }
    }
    assert_true(seen);
}

static void test_the_parts_of_a_score_sum_to_it(void **state)
{
    centre *c = *state;
    parry_results r = ask(c, "when does my refund arrive", false, "customer");
    assert_true(r.n > 0);
    assert_parts_sum(&r);
}

static void test_bad_queries_are_refused(void **state)
{
    centre *c = *state;
    char long_text[PARRY_QUERY_MAX_BYTES + 2];
    memset(long_text, 'a', sizeof long_text);
    parry_results r;
    parry_query empty = {.text = parry_str_of("  \t"), .limit = 10};
    parry_query huge = {.text = parry_str_make(long_text, sizeof long_text), .limit = 10};
    parry_query none = {.text = parry_str_of("refund"), .limit = 0};
    assert_int_equal(parry_search(c->searcher, c->generation, &empty, c->arena, &r, NULL), PARRY_INVALID);
    assert_int_equal(parry_search(c->searcher, c->generation, &huge, c->arena, &r, NULL), PARRY_TOO_LARGE);
    assert_int_equal(parry_search(c->searcher, c->generation, &none, c->arena, &r, NULL), PARRY_INVALID);
}

static void test_meaning_without_a_model_is_said_to_be_degraded(void **state)
{
    centre *c = *state;
    parry_query q = {.text = parry_str_of("refund"), .mode = PARRY_HYBRID, .limit = 3};
    parry_results r;
    assert_int_equal(parry_search(c->searcher, c->generation, &q, c->arena, &r, NULL), PARRY_OK);
    assert_true(r.degraded);
    assert_int_equal(r.mode, PARRY_TEXT);
}

static void write_some(centre *c, const char *segment, const size_t *which, size_t n)
{
    centre_article some[NSAMPLES];
    for (size_t i = 0; i < n; i++)
        some[i] = samples[which[i]];
    centre_write(c, segment, some, n);
}

static void test_scores_do_not_depend_on_segments_or_on_the_dead(void **state)
{
    centre *c = *state;
    static const char *const queries[] = {"refund", "refund not received", "delivery address", "refnd", "what is it"};
    enum { NQUERIES = sizeof queries / sizeof *queries };
    parry_results before[NQUERIES];
    parry_generation *first = parry_index_acquire(c->index); /* results borrow from it */
    for (size_t i = 0; i < NQUERIES; i++)
        before[i] = ask(c, queries[i], true, "");
    /* the same articles in three segments, two of them twice: the old versions are dead */
    uint32_t dead[] = {1, 2};
    parry_manifest_segment segments[] = {{.name = "00000000000000000000000000000002", .dead = dead, .ndead = 2},
                                         {.name = "00000000000000000000000000000003"},
                                         {.name = "00000000000000000000000000000004"}};
    write_some(c, segments[0].name, (size_t[]){6, 0, 2}, 3);
    write_some(c, segments[1].name, (size_t[]){0, 1, 3, 2}, 4);
    write_some(c, segments[2].name, (size_t[]){5, 4}, 2);
    centre_publish(c, segments, 3);
    for (size_t i = 0; i < NQUERIES; i++) {
        parry_results after = ask(c, queries[i], true, "");
        assert_int_equal(after.n, before[i].n);
        assert_int_equal(after.total, before[i].total);
        for (size_t h = 0; h < after.n; h++) {
            assert_true(parry_str_eq(after.hits[h].id, before[i].hits[h].id));
            assert_true(fabs(after.hits[h].score - before[i].hits[h].score) < 1e-6);
        }
    }
    parry_generation_release(first);
}

#define with_articles(test) cmocka_unit_test_setup_teardown(test, set_up, centre_drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_articles(test_words_find_the_article_that_holds_them),
        with_articles(test_a_stem_finds_its_other_forms),
        with_articles(test_misspelt_words_are_read_as_the_nearest_known_ones),
        with_articles(test_an_unfinished_word_is_read_as_a_beginning),
        with_articles(test_an_exact_title_comes_first),
        with_articles(test_an_identifier_is_found_whole),
        with_articles(test_another_audience_never_shows),
        with_articles(test_stop_words_alone_still_find_something),
        with_articles(test_snippets_are_escaped_and_marked),
        with_articles(test_the_parts_of_a_score_sum_to_it),
        with_articles(test_bad_queries_are_refused),
        with_articles(test_meaning_without_a_model_is_said_to_be_degraded),
        with_articles(test_scores_do_not_depend_on_segments_or_on_the_dead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
