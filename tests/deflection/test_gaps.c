/* Gaps: planted ones are found again, whatever order their searches come in and when they are resampled; what too few
 * people used is not shown; names, counts and trends of small logs worked out by hand. */
#include "../base/testing.h"

#include "planted.h"

#include "deflection/gap_report.h"

static found find(parry_arena *a, parry_gap_item *items, size_t n)
{
    found f;
    parry_gap_settings s = parry_gap_usual(now_ms);
    parry_gap_texts(items, n, a, &f.texts, &f.ntexts);
    parry_gaps_make(f.texts, f.ntexts, NULL, 0, &s, a, &f.gaps, &f.ngaps, &f.hidden);
    return f;
}

/* ---- by hand ----------------------------------------------------------------------------------------------------- */

static void test_what_people_miss_is_named_and_counted(void **state)
{
    scratch *s = *state;
    parry_gap_item items[40];
    size_t n = 0;
    for (uint64_t i = 1; i <= 5; i++)
        items[n++] = item("gift wrapping", i, (int64_t)i, FAILED);
    items[n++] = item("gift wrapping", 5, 5, FAILED | PARRY_GAP_TICKET);
    items[n++] = item("wrapping for a gift", 6, 2, FAILED | PARRY_GAP_ZERO);
    items[n++] = item("gift wrapping wanted for jane", 7, 2, PARRY_GAP_NAMED);      /* a ticket */
    items[n++] = item("gift wrapping", 99, 2, FAILED & ~(unsigned)PARRY_GAP_NAMED); /* nobody that can be told */
    for (uint64_t i = 1; i <= 9; i++)
        items[n++] = item("reset password", 20 + i, 1, PARRY_GAP_SEARCH | PARRY_GAP_NAMED); /* found */
    items[n++] = item("reset password", 40, 1, FAILED);
    for (uint64_t i = 1; i <= 4; i++)
        items[n++] = item("opening hours", 50 + i, 1, FAILED);
    found f = find(s->arena, items, n);
    assert_int_equal(f.ngaps, 1);
    assert_int_equal(f.hidden, 1); /* opening hours: four people */
    const parry_content_gap *g = f.gaps;
    assert_int_equal(g->visitors, 7);
    assert_int_equal(g->tickets, 2);
    assert_int_equal(g->searches, 8);
    assert_int_equal(g->zero, 1);
    assert_int_equal(g->abstained, 8);
    assert_int_equal(g->after, 1);
    assert_int_equal(g->nwords, 2);
    assert_str(g->words[0], "gift");
    assert_str(g->words[1], "wrapping");
    assert_int_equal(g->nsamples, 1);
    assert_str(g->samples[0], "gift wrapping"); /* not Jane's */
    assert_str(g->centre, "gift wrapping");
}

static void test_words_of_few_people_are_in_no_name(void **state)
{
    scratch *s = *state;
    parry_gap_item items[6];
    static const char *const texts[] = {"vat invoice acme", "vat invoice braun", "vat invoice clark",
                                        "vat invoice dorn", "vat invoice evans", "vat invoice frank"};
    for (uint64_t i = 0; i < 6; i++)
        items[i] = item(texts[i], i + 1, 1, FAILED);
    found f = find(s->arena, items, 6);
    assert_int_equal(f.ngaps, 1);
    assert_int_equal(f.gaps->nwords, 2);
    assert_str(f.gaps->words[0], "vat");
    assert_str(f.gaps->words[1], "invoice");
    assert_int_equal(f.gaps->nsamples, 0); /* each text is of one person */
    for (uint64_t i = 0; i < 6; i++)
        items[i] = item("vat [email] invoice", 1, (int64_t)i, FAILED);
    assert_int_equal(find(s->arena, items, 6).ngaps, 0); /* one person, six times */
}

/* now_ms is 25.9 days after a change of visitors' keys: before it, everybody had another one. */
static void test_one_person_under_two_keys_is_one(void **state)
{
    scratch *s = *state;
    parry_gap_item items[8];
    for (uint64_t i = 0; i < 8; i++)
        items[i] = item("gift wrapping", i, i < 4 ? 1 : 27, FAILED);
    assert_int_equal(find(s->arena, items, 8).ngaps, 0); /* four in each period: five is not sure */
    for (uint64_t i = 0; i < 8; i++)
        items[i] = item("gift wrapping", i, i < 5 ? 1 : 27, FAILED);
    found f = find(s->arena, items, 8);
    assert_int_equal(f.ngaps, 1);
    assert_int_equal(f.gaps->visitors, 5);
    assert_int_equal(f.gaps->nsamples, 1);
}

static void test_a_gap_rises_against_its_own_past(void **state)
{
    scratch *s = *state;
    parry_gap_item items[400];
    size_t n = 0;
    for (uint64_t i = 0; i < 60; i++)
        items[n++] = item("gift wrapping", i, (int64_t)(i % 6), FAILED);
    for (uint64_t i = 0; i < 12; i++)
        items[n++] = item("gift wrapping", 100 + i, 8 + (int64_t)i, FAILED);
    for (uint64_t i = 0; i < 56; i++)
        items[n++] = item("parcel insurance", 200 + i, (int64_t)(i % 28), FAILED);
    for (uint64_t i = 0; i < 30; i++)
        items[n++] = item("blue vouchers", 300 + i, 8 + (int64_t)(i % 20), FAILED);
    for (uint64_t i = 0; i < 12; i++)
        items[n++] = item("lost umbrella", 400 + i, (int64_t)(i % 6), FAILED);
    found f = find(s->arena, items, n);
    static const char *const trends[] = {"rising", "steady", "falling", "new"};
    assert_int_equal(f.ngaps, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(parry_gap_trend_name(f.gaps[i].trend), trends[i]);
    assert_int_equal(f.gaps[0].recent, 60);
    assert_int_equal(f.gaps[0].before, 12);
}

static void test_nothing_is_no_gap(void **state)
{
    scratch *s = *state;
    assert_int_equal(find(s->arena, NULL, 0).ngaps, 0);
    parry_gap_item items[10];
    for (uint64_t i = 0; i < 10; i++)
        items[i] = item(i % 2 ? "???" : "the of and", i, 1, FAILED); /* no words: each text is alone */
    found f = find(s->arena, items, 10);
    assert_int_equal(f.ngaps, 2);
    assert_int_equal(f.gaps[0].nwords, 0);
}

/* ---- planted (planted.h; how well they are found: tests/sim) ------------------------------------------------------
 */

static void test_the_order_says_nothing(void **state)
{
    scratch *s = *state;
    planted *l = parry_calloc(1, sizeof *l);
    plant(l, s->arena, 7, 7, 1);
    found a = find_planted(l, s->arena, true, 1), b = find_planted(l, s->arena, true, 2);
    assert_int_equal(a.ngaps, b.ngaps);
    for (size_t i = 0; i < a.ngaps; i++) {
        assert_true(parry_str_eq(a.gaps[i].centre, b.gaps[i].centre));
        assert_int_equal(a.gaps[i].visitors, b.gaps[i].visitors);
        assert_int_equal(a.gaps[i].ntexts, b.gaps[i].ntexts);
        assert_memory_equal(a.gaps[i].texts, b.gaps[i].texts, a.gaps[i].ntexts * sizeof *a.gaps[i].texts);
    }
    free(l);
}

/* The texts that both have, as each groups them. */
static double agreement(const found *x, const found *y, parry_arena *a)
{
    size_t *gx = gap_of(x, a), *gy = gap_of(y, a), n = 0;
    size_t *in_x = PARRY_ARRAY(a, size_t, x->ntexts + 1), *in_y = PARRY_ARRAY(a, size_t, x->ntexts + 1);
    for (size_t i = 0, j = 0; i < x->ntexts && j < y->ntexts;) {
        int order = parry_str_cmp(x->texts[i].text, y->texts[j].text);
        if (order == 0 && gx[i] <= x->ngaps && gy[j] <= y->ngaps) {
            in_x[n] = gx[i];
            in_y[n++] = gy[j];
        }
        i += order <= 0;
        j += order >= 0;
    }
    return ari(in_x, in_y, n);
}

static void test_a_resample_finds_the_same(void **state)
{
    scratch *s = *state;
    planted *l = parry_calloc(1, sizeof *l);
    plant(l, s->arena, 11, 1, 0.8);
    found a = find_planted(l, s->arena, true, 1);
    plant(l, s->arena, 11, 2, 0.8);
    found b = find_planted(l, s->arena, true, 1);
    double agree = agreement(&a, &b, s->arena);
    print_message("two samples of 80 %%: ARI %.3f\n", agree);
    assert_true(agree > 0.9);
    free(l);
}

static size_t people_of_topic(const planted *l, const found *f, size_t topic)
{
    size_t n = 0;
    for (size_t i = 0; i < f->ntexts; i++)
        n += topic_of(l, &f->texts[i]) == topic ? f->texts[i].visitors : 0;
    return n;
}

/* Ten days on, each with another four fifths of the people: of the gaps that have most people of a need, how many have
 * the id that it had. */
static void test_a_gap_keeps_its_id(void **state)
{
    scratch *s = *state;
    planted *l = parry_calloc(1, sizeof *l);
    json_t *memory = json_object();
    char before[TOPICS + 1][PARRY_GAP_ID] = {{0}};
    size_t same = 0, seen = 0;
    for (uint64_t day = 0; day < 10; day++) {
        plant(l, s->arena, 11, 100 + day, 0.8);
        found f = find_planted(l, s->arena, true, day);
        parry_gaps_match(memory, lit("customer"), f.texts, f.gaps, f.ngaps, now_ms + (int64_t)day * day_ms);
        for (size_t g = 0; g < f.ngaps; g++) {
            size_t most, topic = main_topic(l, &f, &f.gaps[g], &most);
            topic = 2 * most > people_of_topic(l, &f, topic) ? topic : 0;
            assert_true(parry_gap_memory_id(parry_str_of(f.gaps[g].id)));
            for (size_t k = 0; k < g; k++)
                assert_string_not_equal(f.gaps[g].id, f.gaps[k].id);
            if (topic == 0)
                continue;
            seen += before[topic][0] != 0;
            same += before[topic][0] != 0 && strcmp(before[topic], f.gaps[g].id) == 0;
            memcpy(before[topic], f.gaps[g].id, PARRY_GAP_ID);
        }
    }
    print_message("ids kept: %zu of %zu\n", same, seen);
    assert_true(seen >= 9 * TOPICS * 9 / 10);
    assert_true(100 * same >= 97 * seen);
    json_decref(memory);
    free(l);
}

static void test_what_is_remembered_has_no_words(void **state)
{
    scratch *s = *state;
    parry_gap_item items[6];
    for (uint64_t i = 0; i < 6; i++)
        items[i] = item("gift wrapping", i + 1, 1, FAILED);
    found f = find(s->arena, items, 6);
    json_t *memory = json_pack("{s:[{s:s}, i, {s:s, s:i}]}", "gaps", "id", "../x", 7, "id", "g00000000000a", "seen", 5);
    parry_gaps_match(memory, lit("customer"), f.texts, f.gaps, f.ngaps, now_ms);
    assert_int_equal(json_array_size(json_object_get(memory, "gaps")), 1); /* the others are none, or long gone */
    char *text = json_dumps(memory, JSON_COMPACT);
    assert_null(strstr(text, "gift"));
    free(text);
    json_t *gap = parry_gap_memory_find(memory, parry_str_of(f.gaps->id));
    assert_non_null(gap);
    assert_true(parry_gap_memory_has(gap, lit("gift wrapping")));
    assert_false(parry_gap_memory_has(gap, lit("gift")));
    char id[PARRY_GAP_ID];
    memcpy(id, f.gaps->id, sizeof id);
    parry_gaps_match(memory, lit("merchant"), f.texts, f.gaps, f.ngaps, now_ms); /* another audience's is another */
    assert_string_not_equal(id, f.gaps->id);
    json_decref(memory);
}

static void test_what_to_do_rests_on_what_is_near(void **state)
{
    (void)state;
    const parry_content_gap seen = {.searches = 10, .unclicked = 2}, unseen = {.searches = 10, .unclicked = 5};
    const struct {
        parry_gap_near near;
        const parry_content_gap *gap;
        const char *what;
    } cases[] = {
        {{.any = false, .probability = -1}, &seen, "write"},
        {{.any = true, .probability = 0.1, .doubtful = true, .twice = true}, &seen, "write"},
        {{.any = true, .probability = -1, .unknown_word = true}, &seen, "write"},
        {{.any = true, .probability = -1}, &seen, "extend"},
        {{.any = true, .probability = 0.4, .twice = true, .unknown_word = true}, &seen, "merge"},
        {{.any = true, .probability = 0.4, .unknown_word = true}, &unseen, "add_synonym"},
        {{.any = true, .probability = 0.8, .answered = true}, &unseen, "retitle"},
        {{.any = true, .probability = 0.8, .answered = true}, &seen, "extend"},
        {{.any = true, .probability = 0.8, .answered = true, .titled = true}, &unseen, "extend"},
        {{.any = true, .probability = 0.4}, &unseen, "extend"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(parry_gap_action_name(parry_gap_advise(cases[i].gap, &cases[i].near)), cases[i].what);
}

static void test_a_draft_is_ready_for_its_author(void **state)
{
    scratch *s = *state;
    json_t *gap = json_pack("{s:s, s:s, s:s, s:s, s:[s, s], s:[s, s], s:{s:s, s:s}, s:{s:s}}", "id", "g00000000000a",
                            "name", "gift wrapping", "audience", "customer", "locale", "en", "words", "gift",
                            "wrapping", "samples", "wrap: a \"gift\"", "--> gift", "nearest", "id", "gift-cards",
                            "category", "Orders", "action", "do", "extend");
    parry_str article, text = parry_gap_draft(gap, s->arena, &article);
    assert_str(article, "gift-wrapping-g00000000000a");
    assert_true(parry_str_starts(text, "---\nid: \"gift-wrapping-g00000000000a\"\ntitle: \"wrap: a \\\"gift\\\"\"\n"
                                       "audience: \"customer\"\nlocale: \"en\"\ncategory: \"Orders\"\n"
                                       "keywords: [\"gift\", \"wrapping\"]\n"));
    assert_true(parry_str_find(text, lit("related: [\"gift-cards\"]\nstatus: draft\n---\n")) < text.n);
    assert_true(parry_str_find(text, lit("- --  gift\n")) < text.n); /* it does not end the comment */
    json_decref(gap);
    gap = json_pack("{s:s, s:n, s:[], s:n}", "id", "g00000000000b", "name", "samples", "nearest");
    text = parry_gap_draft(gap, s->arena, &article);
    assert_str(article, "g00000000000b");
    assert_true(parry_str_find(text, lit("title: \"Untitled\"")) < text.n);
    json_decref(gap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_what_people_miss_is_named_and_counted),
        in_scratch(test_words_of_few_people_are_in_no_name),
        in_scratch(test_one_person_under_two_keys_is_one),
        in_scratch(test_a_gap_rises_against_its_own_past),
        in_scratch(test_nothing_is_no_gap),
        in_scratch(test_the_order_says_nothing),
        in_scratch(test_a_resample_finds_the_same),
        in_scratch(test_a_gap_keeps_its_id),
        in_scratch(test_what_is_remembered_has_no_words),
        cmocka_unit_test(test_what_to_do_rests_on_what_is_near),
        in_scratch(test_a_draft_is_ready_for_its_author),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
