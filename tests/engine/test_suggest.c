/* As you type: what holds while a word is open, who keeps the first place, and what a query may become. */
#include "engine/search.h"
#include "test_segment_data.h"

typedef struct sample {
    const char *id, *audience, *title, *heading, *text, *updated;
    bool promoted;
} sample;

static const sample samples[] = {
    {"refund-late", "customer", "Refund not received", "Refund to a card",
     "The refund takes five days. A refund waits.", "2026-05-01", false},
    {"refund-times", "customer", "Refund times", "By card", "A refund by card takes five days; a refund is slow.",
     "2026-07-01", false},
    {"return", "customer", "Return a parcel", "Print the label", "Return it within thirty days.", "2025-01-01", true},
    {"secret", "internal", "Refund fraud rules", "Refund abuse signs", "Refund abuse: rejoinder quotas.", "2027-01-01",
     true},
    {"secret-two", "internal", "Rejoinder rules", "Rejoinder quotas", "Rejoinder, rejoinder, rejoinder.", "", false},
    {"accent", "customer", "Rückerstattung & <b>Fristen</b>", "", "Rückerstattung dauert.", "", false},
};
enum { NSAMPLES = sizeof samples / sizeof *samples };
static const char name_of_segment[] = "00000000000000000000000000000001";

typedef struct fixture {
    scratch *scratch;
    parry_index *index;
    parry_generation *generation;
    parry_searcher *searcher;
} fixture;

static void write_samples(scratch *s)
{
    parry_segment_writer *w = NULL;
    parry_segment_options o = {0};
    ok(parry_segment_writer_open(in(s, "segments"), name_of_segment, &o, &w, NULL));
    for (size_t i = 0; i < NSAMPLES; i++) {
        const sample *x = &samples[i];
        parry_section_in section = {parry_str_of(x->heading), parry_str_of(x->heading), parry_str_of("a")};
        parry_row_in rows[] = {{PARRY_ROW_TITLE, 0, parry_str_of(x->title), NULL},
                               {PARRY_ROW_HEADING, 0, parry_str_of(x->heading), NULL},
                               {PARRY_ROW_PASSAGE, 0, parry_str_of(x->text), NULL}};
        parry_article_in a = {.id = parry_str_of(x->id),
                              .title = parry_str_of(x->title),
                              .slug = parry_str_of(x->id),
                              .locale = parry_str_of("en"),
                              .audience = parry_str_of(x->audience),
                              .category = parry_str_of(strcmp(x->id, "refund-times") == 0 ? "Money & billing" : ""),
                              .updated = parry_str_of(x->updated),
                              .promoted = x->promoted,
                              .sections = &section,
                              .nsections = 1,
                              .rows = rows,
                              .nrows = 3,
                              .hash = parry_hash_of(x->id, strlen(x->id))};
        ok(parry_segment_writer_add(w, &a, NULL));
    }
    ok(parry_segment_writer_finish(w, NULL));
}

static void publish(fixture *f, uint64_t number, parry_side kind, const char *table)
{
    parry_manifest_segment segment = {0};
    memcpy(segment.name, name_of_segment, sizeof name_of_segment);
    parry_manifest m = {.number = number, .segments = &segment, .nsegments = 1};
    if (table != NULL) {
        json_auto_t *document = json_loads(table, 0, NULL);
        ok(parry_side_write(f->scratch->dir, kind, document, m.tables[kind], NULL));
    }
    ok(parry_manifest_publish(f->scratch->dir, &m, NULL));
    if (f->index == NULL)
        ok(parry_index_open(f->scratch->dir, &f->index, NULL));
    ok(parry_index_refresh(f->index, NULL, NULL));
    if (f->generation != NULL)
        parry_generation_release(f->generation);
    f->generation = parry_index_acquire(f->index);
}

static int set_up(void **state)
{
    void *made = NULL;
    fixture *f = calloc(1, sizeof *f);
    assert_int_equal(scratch_make(&made), 0);
    f->scratch = made;
    write_samples(f->scratch);
    publish(f, 1, PARRY_SIDE_COMPLETIONS, NULL);
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
    void *made = f->scratch;
    free(f);
    return scratch_drop(&made);
}

static parry_results type(fixture *f, const char *text, const char *audience, bool steady, const char *previous)
{
    parry_query q = {.text = parry_str_of(text),
                     .typing = true,
                     .steady = steady,
                     .previous = parry_str_of(previous),
                     .audience = parry_str_of(audience),
                     .completions = 5,
                     .limit = 10};
    parry_results r = {0};
    ok(parry_search(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    return r;
}

static bool has(const parry_results *r, const char *completion)
{
    for (size_t i = 0; i < r->ncompletions; i++)
        if (parry_str_eqz(r->completions[i].text, completion))
            return true;
    return false;
}

static bool first_is(const parry_results *r, const char *id) { return r->n > 0 && parry_str_eqz(r->hits[0].id, id); }

static void an_open_word_is_asked_for_once_it_stands_out(void **state)
{
    fixture *f = *state;
    assert_int_equal(type(f, "ref", "customer", true, "").n, 0); /* too few letters */
    parry_results begun = type(f, "refu", "customer", true, ""), whole = type(f, "refund", "customer", false, "");
    assert_true(begun.n >= 2);
    assert_true(begun.n == whole.n && parry_str_eq(begun.hits[0].id, whole.hits[0].id));
    assert_false(begun.settled);
    assert_true(whole.settled);
    assert_true(type(f, "refund card ", "customer", true, "").settled);
}

static void while_it_is_open_the_finished_words_answer(void **state)
{
    fixture *f = *state;
    parry_results a = type(f, "return parcel", "customer", true, ""),
                  b = type(f, "return parcel x", "customer", true, "");
    assert_true(first_is(&a, "return") && first_is(&b, "return"));
    assert_true(fabs(a.hits[0].score - b.hits[0].score) < 1e-9);
}

static void the_first_place_is_kept_unless_clearly_beaten(void **state)
{
    fixture *f = *state;
    parry_results free_choice = type(f, "refund days ", "customer", true, "");
    assert_true(free_choice.n >= 2);
    const char *second = parry_str_z(f->scratch->arena, free_choice.hits[1].id);
    double gap = free_choice.hits[0].score - free_choice.hits[1].score;
    parry_results held = type(f, "refund days ", "customer", true, second);
    assert_true(gap < 2 && first_is(&held, second));
    assert_false(held.settled);
    assert_int_equal(held.n, free_choice.n); /* nobody is lost or there twice */
    parry_results beaten = type(f, "refund not received ", "customer", true, "refund-times");
    assert_true(first_is(&beaten, "refund-late"));
    parry_results settled = type(f, "refund days ", "customer", false, second);
    assert_true(parry_str_eq(settled.hits[0].id, free_choice.hits[0].id));
}

static void what_may_not_be_seen_ends_no_word_and_completes_nothing(void **state)
{
    fixture *f = *state;
    static const char *const typed[] = {"r",      "re",       "rej",      "rejo", "rejoinder",
                                        "refund", "refund f", "refund a", "fraud"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        for (int steady = 0; steady < 2; steady++) {
            parry_results r = type(f, typed[i], "customer", steady == 1, "secret");
            for (size_t h = 0; h < r.n; h++)
                assert_string_equal(parry_str_z(f->scratch->arena, r.hits[h].audience), "customer");
            assert_false(has(&r, "Refund fraud rules") || has(&r, "Refund abuse signs"));
            assert_false(has(&r, "Rejoinder rules") || has(&r, "Rejoinder quotas"));
        }
    }
    /* a word that only others may see changes nothing, not even a score */
    parry_results alone = type(f, "return parcel", "customer", true, ""),
                  beside = type(f, "return parcel rejo", "customer", true, "");
    assert_true(first_is(&beside, "return") && fabs(alone.hits[0].score - beside.hits[0].score) < 1e-9);
    parry_results staff = type(f, "rejo", "internal", true, "");
    assert_true(first_is(&staff, "secret-two") && has(&staff, "Rejoinder rules") && has(&staff, "Rejoinder quotas"));
}

static void titles_and_headings_complete_what_is_typed(void **state)
{
    fixture *f = *state;
    parry_results r = type(f, "re", "customer", true, "");
    assert_true(has(&r, "Refund times") && has(&r, "Return a parcel"));
    r = type(f, "refund t", "customer", true, "");
    assert_true(has(&r, "Refund times") && has(&r, "Refund to a card"));
    assert_false(has(&r, "Return a parcel"));
    for (size_t i = 0; i < r.ncompletions; i++)
        if (parry_str_eqz(r.completions[i].text, "Refund times"))
            assert_string_equal(parry_str_z(f->scratch->arena, r.completions[i].html),
                                "<mark>Refund</mark> <mark>t</mark>imes");
    r = type(f, "refund times", "customer", true, "");
    assert_false(has(&r, "Refund times")); /* it is that already */
    r = type(f, "card refund", "customer", true, "");
    assert_true(has(&r, "Refund to a card")); /* in any order */
    r = type(f, "refnd t", "customer", true, "");
    assert_true(has(&r, "Refund times")); /* and misspelt */
}

static void completions_are_escaped_and_fold_accents(void **state)
{
    fixture *f = *state;
    parry_results r = type(f, "ruck", "customer", false, "");
    assert_int_equal(r.ncompletions, 1);
    assert_string_equal(parry_str_z(f->scratch->arena, r.completions[0].html),
                        "<mark>Rückerstattung</mark> &amp; &lt;b&gt;Fristen&lt;/b&gt;");
}

static void past_queries_complete_for_those_who_asked_them(void **state)
{
    fixture *f = *state;
    publish(f, 2, PARRY_SIDE_COMPLETIONS,
            "[{\"text\":\"refund where is it\",\"count\":9,\"audience\":\"customer\"},"
            "{\"text\":\"refund abuse list\",\"count\":50,\"audience\":\"internal\"},"
            "{\"text\":\"refund of everybody\",\"count\":50}]");
    parry_results r = type(f, "refu", "customer", true, "");
    assert_string_equal(parry_str_z(f->scratch->arena, r.completions[0].text), "refund where is it");
    assert_false(has(&r, "refund abuse list") || has(&r, "refund of everybody"));
    r = type(f, "refu", "internal", true, "");
    assert_true(has(&r, "refund abuse list"));
    json_auto_t *few = json_loads("[{\"text\":\"my own name\",\"count\":4,\"audience\":\"customer\"}]", 0, NULL);
    char name[PARRY_NAME_TEXT];
    assert_int_equal(parry_side_write(f->scratch->dir, PARRY_SIDE_COMPLETIONS, few, name, NULL), PARRY_INVALID);
}

/* Whom a key keeps to some articles is not told what is asked about the others. */
static void past_queries_complete_for_nobody_who_sees_some_articles_only(void **state)
{
    fixture *f = *state;
    const parry_filter only = {.field = PARRY_FIELD_LOCALE, .set = 1, .value = parry_str_of("en")};
    parry_query q = {.text = parry_str_of("refu"),
                     .typing = true,
                     .audience = parry_str_of("customer"),
                     .completions = 5,
                     .limit = 10};
    parry_results r = {0};
    publish(f, 2, PARRY_SIDE_COMPLETIONS, "[{\"text\":\"refund where is it\",\"count\":9,\"audience\":\"customer\"}]");
    ok(parry_search(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_true(has(&r, "refund where is it"));
    q.filters = &only;
    q.nfilters = 1;
    ok(parry_search(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_true(r.n > 0);
    assert_false(has(&r, "refund where is it"));
}

static double page_points(fixture *f, const char *page, const char *id, double *score)
{
    parry_query q = {.text = parry_str_of("refund days"), .page = parry_str_of(page), .limit = 10, .explain = true};
    parry_results r = {0};
    ok(parry_search(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    for (size_t i = 0; i < r.n; i++) {
        double sum = 0, points = 0;
        for (size_t p = 0; p < r.hits[i].nparts; p++) {
            sum += r.hits[i].parts[p].points;
            points += strcmp(r.hits[i].parts[p].name, "page") == 0 ? r.hits[i].parts[p].points : 0;
        }
        assert_true(fabs(sum - r.hits[i].score) < 1e-9);
        if (parry_str_eqz(r.hits[i].id, id)) {
            *score = r.hits[i].score;
            return points;
        }
    }
    fail_msg("%s is not found", id);
    return 0;
}

static void the_page_that_the_host_declares_raises_what_it_is_about(void **state)
{
    fixture *f = *state;
    double plain = 0, raised = 0;
    assert_true(fabs(page_points(f, "", "refund-times", &plain)) < 1e-9);
    assert_true(page_points(f, "/help/Refund-Times?from=mail", "refund-times", &raised) > 0);
    assert_true(raised > plain);
    assert_true(page_points(f, "/billing/money/", "refund-times", &raised) > 0); /* by its category */
    assert_true(fabs(page_points(f, "/help/refund-times", "refund-late", &raised)) < 1e-9);
    assert_true(fabs(page_points(f, "/help?x=refund-times", "refund-times", &raised)) < 1e-9);
    assert_true(fabs(page_points(f, "/refund", "refund-times", &raised)) < 1e-9); /* half a name is none */
}

static void before_anything_is_asked_promoted_and_new_articles_show(void **state)
{
    fixture *f = *state;
    static const char *const want[] = {"return", "refund-times", "refund-late", "accent"};
    parry_query q = {.audience = parry_str_of("customer"), .limit = 10, .snippets = true};
    parry_results r;
    ok(parry_search_nothing(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_int_equal(r.n, 4);
    for (size_t i = 0; i < r.n; i++)
        assert_true(parry_str_eqz(r.hits[i].id, want[i]));
    assert_true(parry_str_eqz(r.hits[0].snippet, "Return it within thirty days."));
    q.offset = q.limit = 1;
    ok(parry_search_nothing(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_true(r.n == 1 && r.total == 4 && parry_str_eqz(r.hits[0].id, want[1]));
    const parry_filter none[] = {{.field = PARRY_FIELD_LOCALE, .set = 1, .value = parry_str_of("en")},
                                 {.field = PARRY_FIELD_CATEGORY, .set = 1, .value = parry_str_of("no such")},
                                 {.field = PARRY_FIELD_LOCALE, .set = 1, .value = parry_str_of("xx")}};
    q.filters = none; /* in any order */
    q.nfilters = 1;
    ok(parry_search_nothing(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_int_equal(r.total, 4);
    q.nfilters = 3;
    ok(parry_search_nothing(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_int_equal(r.total, 0);
    q.nfilters = 0;
    q.audience = parry_str_of("");
    q.offset = 0;
    ok(parry_search_nothing(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_true(r.total == NSAMPLES && parry_str_eqz(r.hits[0].id, "secret"));
    q.limit = 0;
    assert_int_equal(parry_search_nothing(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL), PARRY_INVALID);
}

static void what_is_read_most_comes_before_what_is_new(void **state)
{
    fixture *f = *state;
    static const char *const want[] = {"return", "accent", "refund-late", "refund-times"};
    parry_query q = {.audience = parry_str_of("customer"), .limit = 10};
    parry_results r;
    publish(f, 2, PARRY_SIDE_USAGE,
            "{\"accent\": {\"views\": 40}, \"refund-late\": {\"views\": 9}, \"secret\": {\"views\": 99}}");
    ok(parry_search_nothing(f->searcher, f->generation, &q, f->scratch->arena, &r, NULL));
    assert_int_equal(r.n, 4);
    for (size_t i = 0; i < r.n; i++)
        assert_true(parry_str_eqz(r.hits[i].id, want[i]));
}

static void a_kept_answer_is_never_another_audiences(void **state)
{
    fixture *f = *state;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(type(f, "refund abuse ", "internal", true, "").n, 1);
        parry_results r = type(f, "refund abuse ", "customer", true, "");
        assert_true(r.n >= 1 && !parry_str_eqz(r.hits[0].id, "secret"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_open_word_is_asked_for_once_it_stands_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(while_it_is_open_the_finished_words_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_place_is_kept_unless_clearly_beaten, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_may_not_be_seen_ends_no_word_and_completes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(titles_and_headings_complete_what_is_typed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(completions_are_escaped_and_fold_accents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(past_queries_complete_for_those_who_asked_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(past_queries_complete_for_nobody_who_sees_some_articles_only, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_page_that_the_host_declares_raises_what_it_is_about, set_up, tear_down),
        cmocka_unit_test_setup_teardown(before_anything_is_asked_promoted_and_new_articles_show, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_read_most_comes_before_what_is_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_kept_answer_is_never_another_audiences, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
