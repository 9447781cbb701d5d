/* Search over small segments made here: ranking, typing, misspelling, audiences, snippets; and scores that do not
 * depend on how articles are spread over segments. Text alone: no model is needed. */
#include "base/file.h"
#include "engine/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct sample {
    const char *id, *audience, *title, *text;
} sample;

static const sample samples[] = {
    {"refund-late", "customer", "If your refund has not arrived",
     "Refunds take three to five business days. If a refund was not received after that, contact us. Keep order "
     "WF-2041-88317 "
     "at hand."},
    {"refund-times", "customer", "Refund times",
     "How long a refund takes depends on how you paid. Cards take five days."},
    {"track", "customer", "Track your delivery",
     "Follow the parcel with the link in the message. Delivery takes two days."},
    {"address", "customer", "Change the delivery address", "The address can be changed until the parcel is packed."},
    {"payout", "merchant", "Payout schedule", "Payouts are sent every Tuesday. A refund is taken off the next payout."},
    {"markup", "customer", "Notes on <script>", "Never type <script>alert('refund')</script> & the like into a form."},
    {"stop", "customer", "What to do", "To be or not to be is what it is."},
};
enum { NSAMPLES = sizeof samples / sizeof *samples };

typedef struct fixture {
    char dir[64];
    parry_arena *arena;
    parry_index *index;
    parry_generation *generation;
    parry_searcher *searcher;
} fixture;

static char *in(fixture *f, const char *name)
{
    return parry_str_z(f->arena, parry_str_printf(f->arena, "%s/%s", f->dir, name));
}

static void add_sample(fixture *f, parry_segment_writer *w, const sample *s)
{
    parry_section_in section = {parry_str_of("A <b>section</b>"), parry_str_of("A section"), parry_str_of("a-section")};
    parry_row_in rows[] = {
        {PARRY_ROW_TITLE, 0, parry_str_of(s->title), NULL},
        {PARRY_ROW_PASSAGE, 0, parry_str_of(s->text), NULL},
    };
    parry_article_in a = {.id = parry_str_of(s->id),
                          .title = parry_str_of(s->title),
                          .slug = parry_str_of(s->id),
                          .locale = parry_str_of("en"),
                          .audience = parry_str_of(s->audience),
                          .category = parry_str_of("Help"),
                          .sections = &section,
                          .nsections = 1,
                          .rows = rows,
                          .nrows = 2,
                          .hash = parry_hash_of(s->text, strlen(s->text))};
    assert_int_equal(parry_segment_writer_add(w, &a, NULL), PARRY_OK);
    (void)f;
}

static void write_segment(fixture *f, const char *name, const size_t *which, size_t n)
{
    parry_segment_writer *w = NULL;
    parry_segment_options o = {0};
    parry_err err = {0};
    if (parry_segment_writer_open(in(f, "segments"), name, &o, &w, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < n; i++)
        add_sample(f, w, &samples[which[i]]);
    if (parry_segment_writer_finish(w, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
}

static void publish(fixture *f, uint64_t number, parry_manifest_segment *segments, size_t n)
{
    parry_manifest m = {.number = number, .segments = segments, .nsegments = n};
    parry_err err = {0};
    if (parry_manifest_publish(f->dir, &m, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    if (f->index == NULL)
        assert_int_equal(parry_index_open(f->dir, &f->index, &err), PARRY_OK);
    assert_int_equal(parry_index_refresh(f->index, NULL, &err), PARRY_OK);
    if (f->generation != NULL)
        parry_generation_release(f->generation);
    f->generation = parry_index_acquire(f->index);
}

static const char *const one_name = "00000000000000000000000000000001";

static void name_segment(parry_manifest_segment *s, const char *name) { snprintf(s->name, sizeof s->name, "%s", name); }

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/parry-search-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->arena = parry_arena_new();
    size_t all[NSAMPLES];
    for (size_t i = 0; i < NSAMPLES; i++)
        all[i] = i;
    write_segment(f, one_name, all, NSAMPLES);
    parry_manifest_segment s = {0};
    name_segment(&s, one_name);
    publish(f, 1, &s, 1);
    f->searcher = parry_searcher_new(NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    parry_searcher_free(f->searcher);
    parry_generation_release(f->generation);
    parry_index_close(f->index);
    assert_int_equal(parry_tree_remove(f->dir, NULL), PARRY_OK);
    parry_arena_free(f->arena);
    free(f);
    return 0;
}

static parry_results ask(fixture *f, const char *text, bool typing, const char *audience)
{
    parry_query q = {.text = parry_str_of(text),
                     .mode = PARRY_TEXT,
                     .typing = typing,
                     .audience = parry_str_of(audience),
                     .limit = 10,
                     .snippets = true,
                     .explain = true};
    parry_results r = {0};
    parry_err err = {0};
    if (parry_search(f->searcher, f->generation, &q, f->arena, &r, &err) != PARRY_OK)
        fail_msg("%s: %s", text, err.msg);
    return r;
}

static void assert_first(fixture *f, const char *text, bool typing, const char *id)
{
    parry_results r = ask(f, text, typing, "customer");
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
    fixture *f = *state;
    assert_first(f, "refnd not recieved", false, "refund-late");
    parry_results r = ask(f, "refnd not recieved", false, "customer");
    assert_true(parry_str_eqz(r.corrected, "refund not received"));
    assert_int_equal(ask(f, "refund", false, "customer").corrected.n, 0);
}

static void test_an_unfinished_word_is_read_as_a_beginning(void **state)
{
    fixture *f = *state;
    assert_first(f, "track your deliv", true, "track");
    assert_int_equal(ask(f, "deliv", false, "customer").n == 0 || ask(f, "deliv", true, "customer").n >= 2, 1);
    assert_true(ask(f, "deliv", true, "customer").n >= 2);
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
    fixture *f = *state;
    static const char *const queries[] = {"payout", "payouts every tuesday", "refund", "payout schedule", "what"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        parry_results r = ask(f, queries[i], true, "customer");
        for (size_t h = 0; h < r.n; h++)
            assert_false(parry_str_eqz(r.hits[h].id, "payout"));
        assert_true(r.total >= r.n && r.total <= NSAMPLES - 1);
    }
    assert_int_equal(ask(f, "payout", false, "merchant").n, 1);
}

static void test_stop_words_alone_still_find_something(void **state)
{
    assert_first(*state, "it is to be", false, "stop");
}

static void test_snippets_are_escaped_and_marked(void **state)
{
    fixture *f = *state;
    parry_results r = ask(f, "alert refund form", false, "customer");
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
    fixture *f = *state;
    parry_results r = ask(f, "when does my refund arrive", false, "customer");
    assert_true(r.n > 0);
    for (size_t i = 0; i < r.n; i++) {
        double sum = 0;
        for (size_t p = 0; p < r.hits[i].nparts; p++)
            sum += r.hits[i].parts[p].points;
        assert_true(fabs(sum - r.hits[i].score) < 1e-9);
    }
}

static void test_bad_queries_are_refused(void **state)
{
    fixture *f = *state;
    char long_text[PARRY_QUERY_MAX_BYTES + 2];
    memset(long_text, 'a', sizeof long_text);
    parry_results r;
    parry_query empty = {.text = parry_str_of("  \t"), .limit = 10};
    parry_query huge = {.text = parry_str_make(long_text, sizeof long_text), .limit = 10};
    parry_query none = {.text = parry_str_of("refund"), .limit = 0};
    assert_int_equal(parry_search(f->searcher, f->generation, &empty, f->arena, &r, NULL), PARRY_INVALID);
    assert_int_equal(parry_search(f->searcher, f->generation, &huge, f->arena, &r, NULL), PARRY_TOO_LARGE);
    assert_int_equal(parry_search(f->searcher, f->generation, &none, f->arena, &r, NULL), PARRY_INVALID);
}

static void test_meaning_without_a_model_is_said_to_be_degraded(void **state)
{
    fixture *f = *state;
    parry_query q = {.text = parry_str_of("refund"), .mode = PARRY_HYBRID, .limit = 3};
    parry_results r;
    assert_int_equal(parry_search(f->searcher, f->generation, &q, f->arena, &r, NULL), PARRY_OK);
    assert_true(r.degraded);
    assert_int_equal(r.mode, PARRY_TEXT);
}

static void test_scores_do_not_depend_on_segments_or_on_the_dead(void **state)
{
    fixture *f = *state;
    static const char *const queries[] = {"refund", "refund not received", "delivery address", "refnd", "what is it"};
    enum { NQUERIES = sizeof queries / sizeof *queries };
    parry_results before[NQUERIES];
    parry_generation *first = parry_index_acquire(f->index); /* results borrow from it */
    for (size_t i = 0; i < NQUERIES; i++)
        before[i] = ask(f, queries[i], true, "");
    /* the same articles in three segments, two of them twice: the old versions are dead */
    write_segment(f, "00000000000000000000000000000002", (size_t[]){6, 0, 2}, 3);
    write_segment(f, "00000000000000000000000000000003", (size_t[]){0, 1, 3, 2}, 4);
    write_segment(f, "00000000000000000000000000000004", (size_t[]){5, 4}, 2);
    parry_manifest_segment s[3] = {0};
    uint32_t dead[] = {1, 2};
    name_segment(&s[0], "00000000000000000000000000000002");
    name_segment(&s[1], "00000000000000000000000000000003");
    name_segment(&s[2], "00000000000000000000000000000004");
    s[0].dead = dead;
    s[0].ndead = 2;
    publish(f, 2, s, 3);
    for (size_t i = 0; i < NQUERIES; i++) {
        parry_results after = ask(f, queries[i], true, "");
        assert_int_equal(after.n, before[i].n);
        assert_int_equal(after.total, before[i].total);
        for (size_t h = 0; h < after.n; h++) {
            assert_true(parry_str_eq(after.hits[h].id, before[i].hits[h].id));
            assert_true(fabs(after.hits[h].score - before[i].hits[h].score) < 1e-6);
        }
    }
    parry_generation_release(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words_find_the_article_that_holds_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_stem_finds_its_other_forms, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_misspelt_words_are_read_as_the_nearest_known_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_unfinished_word_is_read_as_a_beginning, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_exact_title_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_identifier_is_found_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_audience_never_shows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop_words_alone_still_find_something, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_snippets_are_escaped_and_marked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_parts_of_a_score_sum_to_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_queries_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_meaning_without_a_model_is_said_to_be_degraded, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scores_do_not_depend_on_segments_or_on_the_dead, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
