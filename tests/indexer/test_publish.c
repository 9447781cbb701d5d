#include "fake_encoder.h"
#include "home.h"
#include "testing.h"

#include "base/file.h"
#include "engine/generation.h"
#include "indexer/merge.h"

#include <sys/stat.h>

static parry_encoder *encoder;

static int set_up(void **state)
{
    encoder = fake_encoder_new("model one");
    *state = home_new(encoder);
    return 0;
}

static int tear_down(void **state)
{
    home_free(*state);
    parry_encoder_close(encoder);
    return 0;
}

static void write_three(home *h)
{
    home_write(h, "apples.md", "An apple a day. It keeps the doctor away.\n\n## Storing\n\nKeep apples cool.");
    home_write(h, "pears.md", "Pears ripen late. Eat them soft.");
    home_write(h, "plums.md", "Plums are for jam.");
}

static bool found(home *h, const char *query, const char *id)
{
    char start[100];
    snprintf(start, sizeof start, "%s ", id);
    const char *hits = home_search(h, encoder, query), *at = strstr(hits, start);
    return at != NULL && (at == hits || at[-1] == '\n');
}

static void the_first_run_publishes_everything(void **state)
{
    home *h = *state;
    write_three(h);
    parry_index_report r = home_run(h);
    assert_true(r.published && r.rebuilt);
    assert_int_equal(r.generation, 1);
    assert_int_equal(r.articles, 3);
    assert_int_equal(r.passages, 4);
    assert_int_equal(r.embedded, 13); /* and three titles, and six sentences by themselves */
    assert_int_equal(r.segments, 1);
    assert_string_equal(home_ids(h), "apples pears plums");
    assert_true(found(h, "ripen", "pears"));
}

static void an_empty_store_publishes_an_empty_generation(void **state)
{
    home *h = *state;
    parry_index_report r = home_run(h);
    assert_true(r.published);
    assert_int_equal(r.segments, 0);
    assert_string_equal(home_ids(h), "");
}

static void nothing_changed_publishes_nothing(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    parry_index_report r = home_run(h);
    assert_false(r.published);
    assert_int_equal(r.generation, 1);
    assert_int_equal(r.segments, 1);
    home_reopen(h);
    assert_false(home_run(h).published);
}

static void a_changed_article_makes_a_small_segment(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    home_write(h, "pears.md", "Quinces are no pears. Eat them soft.");
    parry_index_report r = home_run(h);
    assert_true(r.published && !r.rebuilt);
    assert_int_equal(r.generation, 2);
    assert_int_equal(r.articles, 1);
    assert_int_equal(r.embedded, 2); /* the title and one of the sentences are known */
    assert_int_equal(r.cached, 2);
    assert_string_equal(home_ids(h), "apples pears plums");
    assert_true(found(h, "quinces", "pears"));
    assert_null(strstr(home_search(h, NULL, "ripen"), "pears"));
}

static void a_new_article_comes_and_a_vanished_one_goes(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    home_write(h, "sub/figs.md", "Figs are sweet.");
    home_remove(h, "plums.md");
    parry_index_report r = home_run(h);
    assert_int_equal(r.articles, 1);
    assert_int_equal(r.removed, 1);
    assert_string_equal(home_ids(h), "apples pears sub/figs");
    assert_null(strstr(home_search(h, NULL, "jam"), "plums"));
}

static void a_rename_moves_the_id_and_encodes_nothing_twice(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    home_write(h, "keep.md", "---\nid: stable\ntitle: Stable\n---\nA stable id.");
    home_run(h);
    size_t before = fake_encoder_encoded(encoder);
    home_rename(h, "plums.md", "prunes.md");
    home_rename(h, "keep.md", "kept.md");
    home_run(h);
    assert_non_null(strstr(home_ids(h), "prunes"));
    assert_null(strstr(home_ids(h), "plums"));
    assert_int_equal(fake_encoder_encoded(encoder), before);
}

static void an_old_text_comes_back_without_encoding(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    const char *first = home_search(h, encoder, "pears soft");
    home_write(h, "pears.md", "Something else altogether. Not fruit.");
    home_run(h);
    size_t before = fake_encoder_encoded(encoder);
    write_three(h);
    parry_index_report r = home_run(h);
    assert_int_equal(r.articles, 1);
    assert_int_equal(r.embedded, 0);
    assert_int_equal(fake_encoder_encoded(encoder), before);
    assert_string_equal(home_search(h, encoder, "pears soft"), first);
    for (int i = 0; i < 6; i++) { /* to and fro, with merges in between */
        home_write(h, "pears.md", i % 2 ? "Pears ripen late. Eat them soft." : "Something else altogether. Not fruit.");
        home_run(h);
        assert_string_equal(home_ids(h), "apples pears plums");
    }
    assert_string_equal(home_search(h, encoder, "pears soft"), first);
}

static void import_only(home *h)
{
    const parry_import_options options = {0};
    parry_import_report imported;
    ok(parry_import_tree(h->store, h->tree, &options, &imported, &err));
}

static void there_and_back_between_two_runs_builds_nothing(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    home_write(h, "pears.md", "Something else altogether.");
    import_only(h);
    write_three(h);
    parry_index_report r = home_run(h);
    assert_true(r.published); /* the generation is up to date with the store's newer sequence number */
    assert_int_equal(r.articles, 0);
    assert_int_equal(r.segments, 1);
    assert_int_equal(home_verify(h).dead, 0);
}

/* Two files want one slug; when the first goes, the other may have it, though its text is the same. */
static void what_the_store_calls_an_article_is_what_the_index_calls_it(void **state)
{
    home *h = *state;
    write_three(h);
    home_write(h, "north/office.md", "The office in the north.");
    home_write(h, "south/office.md", "The office in the south.");
    home_run(h);
    home_check_against_store(h);
    home_remove(h, "north/office.md");
    home_run(h);
    home_check_against_store(h);
    home_write(h, "south/office.md", "The office in the south, with a door.");
    home_run(h);
    home_check_against_store(h);
    home_write(h, "north/office.md", "The office in the north.");
    home_run(h);
    home_check_against_store(h);
}

static void drafts_and_unsearchable_articles_stay_out(void **state)
{
    home *h = *state;
    write_three(h);
    ok(parry_file_replace(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/draft.md", h->tree)),
                          parry_str_of("---\ntitle: Draft\nstatus: draft\n---\nSecret kiwis.\n"), &err));
    ok(parry_file_replace(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/hidden.md", h->tree)),
                          parry_str_of("---\ntitle: Hidden\nsearch: false\n---\nSecret kiwis.\n"), &err));
    home_run(h);
    assert_string_equal(home_ids(h), "apples pears plums");
    ok(parry_file_replace(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/pears.md", h->tree)),
                          parry_str_of("---\ntitle: Pears\nsearch: false\n---\nSecret kiwis.\n"), &err));
    parry_index_report r = home_run(h);
    assert_true(r.published);
    assert_string_equal(home_ids(h), "apples plums");
    assert_false(home_run(h).published);
}

static void another_model_rebuilds_and_the_first_one_is_still_known(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    const char *first = home_search(h, encoder, "apple storing");
    parry_encoder *other = fake_encoder_new("model two");
    h->options.encoder = other;
    home_reopen(h);
    parry_index_report r = home_run(h);
    assert_true(r.rebuilt && r.published);
    assert_int_equal(r.embedded, 13);
    h->options.encoder = NULL;
    home_reopen(h);
    r = home_run(h);
    assert_true(r.rebuilt);
    assert_int_equal(home_verify(h).vectors, 0);
    h->options.encoder = encoder;
    home_reopen(h);
    r = home_run(h);
    assert_true(r.rebuilt);
    assert_int_equal(r.embedded, 0);
    assert_string_equal(home_search(h, encoder, "apple storing"), first);
    parry_encoder_close(other);
}

static void another_passage_length_rebuilds(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    h->options.passage_tokens = 5;
    home_reopen(h);
    parry_index_report r = home_run(h);
    assert_true(r.rebuilt);
    assert_true(r.passages > 4);
    assert_false(home_run(h).published);
}

static const char *segment_file(home *h, const char *file)
{
    parry_manifest m;
    ok(parry_manifest_current(h->index, h->arena, &m, &err));
    return parry_str_z(h->arena, parry_str_printf(h->arena, "%s/segments/%s/%s", h->index, m.segments[0].name, file));
}

static void a_missing_segment_is_rebuilt(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    ok(parry_tree_remove(segment_file(h, ""), &err));
    parry_index_report r = home_run(h); /* by the same indexer, which knows the segment's list by heart */
    assert_true(r.rebuilt);
    assert_int_equal(r.embedded, 0);
    assert_string_equal(home_ids(h), "apples pears plums");
}

static void a_damaged_segment_is_rebuilt(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    const char *first = home_search(h, encoder, "apple");
    ok(parry_file_replace(segment_file(h, "passages.bin"), parry_str_of("rubbish"), &err));
    home_reopen(h);
    parry_index_report r = home_run(h);
    assert_true(r.rebuilt);
    assert_string_equal(home_ids(h), "apples pears plums");
    assert_string_equal(home_search(h, encoder, "apple"), first);
}

/* As after a kill between the segment's end and the flip. */
static void forget_generations(home *h)
{
    ok(parry_tree_remove(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/CURRENT", h->index)), &err));
    ok(parry_tree_remove(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/generations", h->index)), &err));
    home_reopen(h);
}

static void the_segment_of_a_killed_run_is_taken_as_it_is(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    struct stat before, after;
    const char *file = segment_file(h, "segment.json");
    assert_int_equal(stat(file, &before), 0);
    forget_generations(h);
    parry_index_report r = home_run(h);
    assert_true(r.rebuilt);
    assert_int_equal(r.articles, 3);
    assert_int_equal(r.passages, 4);
    assert_int_equal(r.cached, 13);
    assert_int_equal(stat(file, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_string_equal(home_ids(h), "apples pears plums");
}

static void but_not_where_a_single_bit_of_it_differs(void **state)
{
    home *h = *state;
    char path[40];
    for (int i = 0; i < 100; i++) { /* beyond the heads of files, which are checked at every opening */
        snprintf(path, sizeof path, "p%03d.md", i);
        home_write(h, path, "A passage.");
    }
    home_run(h);
    parry_str bytes;
    const char *file = segment_file(h, "vectors.f16");
    ok(parry_file_read(h->arena, file, 1 << 20, &bytes, &err));
    char *changed = parry_str_z(h->arena, bytes);
    changed[bytes.n - 1] ^= 1;
    ok(parry_file_replace(file, parry_str_make(changed, bytes.n), &err));
    forget_generations(h);
    home_run(h);
    assert_int_equal(home_verify(h).articles, 100); /* reads every byte */
}

/* A backup of the store from before the last changes: the index must not stay ahead of it. */
static void a_store_that_went_back_rebuilds(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    home_remove(h, "apples.md");
    home_write(h, "pears.md", "Other pears.");
    parry_store_close(h->store);
    ok(parry_tree_remove(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/store", h->data)), &err));
    ok(parry_store_open(h->data, &h->store, &err));
    home_reopen(h);
    parry_index_report r = home_run(h);
    assert_true(r.rebuilt);
    assert_int_equal(r.generation, 2);
    assert_string_equal(home_ids(h), "pears plums");
    home_check_against_store(h);
}

static void an_article_points_where_its_passages_point(void **state)
{
    home *h = *state;
    home_write(h, "plums.md", "Plums are for jam.");
    home_run(h);
    parry_manifest m;
    parry_segment *s;
    float q[1000];
    ok(parry_manifest_current(h->index, h->arena, &m, &err));
    char *segments = parry_str_z(h->arena, parry_str_printf(h->arena, "%s/segments", h->index));
    ok(parry_segment_open(segments, m.segments[0].name, true, &s, &err));
    const parry_segment_info *info = parry_segment_get_info(s);
    assert_int_equal(info->nrows, 5); /* title, passage, sentence, sentences, article */
    ok(parry_encode(encoder, NULL, PARRY_PASSAGE, parry_str_of("About plums\nPlums are for jam."), q, &err));
    assert_true(parry_segment_cosine(s, 1, q) > 0.999f);
    assert_true(parry_segment_cosine(s, 4, q) > 0.999f);
    assert_true(parry_segment_cosine(s, 0, q) < 0.99f);
    ok(parry_encode(encoder, NULL, PARRY_PASSAGE, parry_str_of("Plums are for jam."), q, &err));
    assert_true(parry_segment_cosine(s, 2, q) > 0.999f);
    assert_true(parry_segment_cosine(s, 3, q) > 0.999f);
    parry_segment_close(s);
}

static void an_article_without_text_points_where_its_title_points(void **state)
{
    home *h = *state;
    char *file = parry_str_z(h->arena, parry_str_printf(h->arena, "%s/plums.md", h->tree));
    ok(parry_file_replace(file, parry_str_of("---\ntitle: Plums\nkeywords: [jam, stone fruit]\n---\n"), &err));
    home_run(h);
    parry_manifest m;
    parry_segment *s;
    float q[1000];
    ok(parry_manifest_current(h->index, h->arena, &m, &err));
    char *segments = parry_str_z(h->arena, parry_str_printf(h->arena, "%s/segments", h->index));
    ok(parry_segment_open(segments, m.segments[0].name, true, &s, &err));
    assert_int_equal(parry_segment_get_info(s)->nrows, 3); /* title, keywords, article */
    ok(parry_encode(encoder, NULL, PARRY_PASSAGE, parry_str_of("Plums"), q, &err));
    assert_true(parry_segment_cosine(s, 2, q) > 0.999f);
    ok(parry_encode(encoder, NULL, PARRY_PASSAGE, parry_str_of("Plums: jam, stone fruit"), q, &err));
    assert_true(parry_segment_cosine(s, 1, q) > 0.999f);
    parry_segment_close(s);
}

static void a_failing_encoder_leaves_what_is_served(void **state)
{
    home *h = *state;
    write_three(h);
    home_run(h);
    home_write(h, "pears.md", "Quinces are no pears.");
    fake_encoder_fail_after(encoder, 0);
    parry_index_report r = {.generation = 77};
    parry_err why = {0};
    import_only(h);
    assert_int_equal(parry_indexer_run(h->indexer, 0, &r, &why), PARRY_IO);
    assert_int_equal(r.generation, 77);
    assert_int_equal(home_verify(h).generation, 1);
    fake_encoder_fail_after(encoder, SIZE_MAX);
    assert_int_equal(home_run_only(h).generation, 2);
    assert_string_equal(home_ids(h), "apples pears plums");
}

static void the_lock_of_another_is_respected(void **state)
{
    home *h = *state;
    write_three(h);
    parry_lock lock = {-1};
    parry_err why = {0};
    ok(parry_lock_take(&lock, parry_str_z(h->arena, parry_str_printf(h->arena, "%s/LOCK", h->data)), 0, &err));
    assert_int_equal(parry_indexer_run(h->indexer, 0, NULL, &why), PARRY_CONFLICT);
    parry_lock_drop(&lock);
    home_run(h);
}

/* Our own dice: a library's thread may take from rand()'s. */
static unsigned dice(unsigned sides)
{
    static uint64_t x = 3;
    x = x * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((x >> 33) % sides);
}

/* Many edits, one at a time: the bounds hold, and what is found is what one run over the same tree finds. */
static void merges_change_neither_ids_nor_scores(void **state)
{
    home *h = *state;
    char path[40], text[400];
    static const char *const words[] = {"parcel", "refund", "late", "merchant", "card", "courier", "label", "account"};
    size_t merged = 0;
    for (int edit = 0; edit < 120 || home_verify(h).segments == 1; edit++) {
        snprintf(path, sizeof path, "a%02d.md", dice(40));
        text[0] = 0;
        for (unsigned i = 5 + dice(40); i > 0; i--)
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s ", words[dice(8)], i % 7 ? "" : ".");
        home_write(h, path, text);
        parry_index_report r = home_run(h);
        merged += r.merged;
        assert_true(r.segments <= PARRY_MOST_BIG + PARRY_MOST_SMALL);
        assert_true(r.published);
    }
    assert_true(merged > 10);
    home_check_against_store(h);
    home *fresh = home_new(encoder);
    snprintf(fresh->tree, sizeof fresh->tree, "%s", h->tree);
    home_run(fresh);
    assert_int_equal(home_verify(fresh).segments, 1);
    assert_string_equal(home_ids(fresh), home_ids(h));
    static const char *const queries[] = {"late parcel", "refund to my card", "courier label", "about a07", "merchant"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        assert_string_equal(home_search(h, encoder, queries[i]), home_search(fresh, encoder, queries[i]));
        assert_string_equal(home_search(h, NULL, queries[i]), home_search(fresh, NULL, queries[i]));
    }
    home_free(fresh);
}

static size_t calls, last_articles;
static void count_progress(void *ctx, size_t articles, size_t of, size_t passages, size_t embedded)
{
    (void)ctx, (void)passages, (void)embedded;
    assert_true(articles <= of && articles >= last_articles);
    last_articles = articles;
    calls++;
}

static void progress_goes_up_to_the_end(void **state)
{
    home *h = *state;
    char path[40];
    for (int i = 0; i < 300; i++) {
        snprintf(path, sizeof path, "p%03d.md", i);
        home_write(h, path, "One sentence. And another one of these.");
    }
    h->options.progress = count_progress;
    home_reopen(h);
    home_run(h);
    assert_true(calls > 1);
    assert_int_equal(last_articles, 300);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_first_run_publishes_everything),
        test(an_empty_store_publishes_an_empty_generation),
        test(nothing_changed_publishes_nothing),
        test(a_changed_article_makes_a_small_segment),
        test(a_new_article_comes_and_a_vanished_one_goes),
        test(a_rename_moves_the_id_and_encodes_nothing_twice),
        test(an_old_text_comes_back_without_encoding),
        test(there_and_back_between_two_runs_builds_nothing),
        test(what_the_store_calls_an_article_is_what_the_index_calls_it),
        test(drafts_and_unsearchable_articles_stay_out),
        test(another_model_rebuilds_and_the_first_one_is_still_known),
        test(another_passage_length_rebuilds),
        test(a_missing_segment_is_rebuilt),
        test(a_damaged_segment_is_rebuilt),
        test(the_segment_of_a_killed_run_is_taken_as_it_is),
        test(but_not_where_a_single_bit_of_it_differs),
        test(a_store_that_went_back_rebuilds),
        test(an_article_points_where_its_passages_point),
        test(an_article_without_text_points_where_its_title_points),
        test(a_failing_encoder_leaves_what_is_served),
        test(the_lock_of_another_is_respected),
        test(merges_change_neither_ids_nor_scores),
        test(progress_goes_up_to_the_end),
    };
    return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
