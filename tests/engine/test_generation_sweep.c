/* Sweeping: what is needed stays, what a dead process left goes; and killing a publisher anywhere loses nothing. */
#include "base/clock.h"
#include "engine/generation.h"
#include "test_segment_data.h"

#include <signal.h>
#include <sys/stat.h>

static const char *segment_of(scratch *s, uint32_t number)
{
    parry_segment_options o = sample_options(0);
    return write_sample(s->arena, in(s, "segments"), &o, number, 1);
}

/* Generation `number` is segment `number` and the one before it. */
static void publish(scratch *s, uint32_t number)
{
    parry_manifest_segment segments[2] = {0};
    memcpy(segments[0].name, segment_of(s, number - 1), PARRY_NAME_TEXT);
    memcpy(segments[1].name, segment_of(s, number), PARRY_NAME_TEXT);
    parry_manifest m = {.number = number, .segments = segments, .nsegments = 2};
    ok(parry_manifest_publish(s->dir, &m, NULL));
}

static bool segment_there(scratch *s, uint32_t number)
{
    parry_segment_options o = sample_options(0);
    return parry_segment_exists(in(s, "segments"), sample_name(s->arena, &o, number, 1));
}

static bool manifest_there(scratch *s, uint32_t number)
{
    return parry_file_exists(in(s, parry_str_printf(s->arena, "generations/%06u.json", number).p));
}

static void what_is_kept_keeps_its_segments(void **state)
{
    scratch *s = *state;
    for (uint32_t k = 1; k <= 6; k++)
        publish(s, k);
    ok(parry_generations_sweep(s->dir, 2, NULL)); /* 6, 5, 4 and their segments 3 to 6 */
    for (uint32_t k = 0; k <= 6; k++) {
        assert_int_equal(segment_there(s, k), k >= 3);
        assert_int_equal(manifest_there(s, k), k >= 4);
    }
    ok(parry_generations_sweep(s->dir, 0, NULL));
    for (uint32_t k = 0; k <= 6; k++) {
        assert_int_equal(segment_there(s, k), k >= 5);
        assert_int_equal(manifest_there(s, k), k >= 6);
    }
    ok(parry_generations_sweep(s->dir, 100, NULL)); /* again, more than there are */
    assert_true(segment_there(s, 5) && segment_there(s, 6) && manifest_there(s, 6));
}

static void an_index_that_is_not_there_is_swept_already(void **state)
{
    scratch *s = *state;
    ok(parry_generations_sweep(s->dir, 1, NULL));
    ok(parry_generations_sweep(in(s, "nothing"), 1, NULL));
}

static void nothing_is_swept_where_the_current_manifest_is_missing(void **state)
{
    scratch *s = *state;
    publish(s, 1);
    publish(s, 2);
    assert_int_equal(unlink(in(s, "generations/000002.json")), 0);
    assert_int_equal(parry_generations_sweep(s->dir, 0, NULL), PARRY_CORRUPT);
    assert_true(segment_there(s, 0) && segment_there(s, 1) && segment_there(s, 2));
}

static void what_a_dead_writer_left_goes(void **state)
{
    scratch *s = *state;
    publish(s, 1);
    char *left = in(s, "segments/.tmp-0123456789abcdef0123456789abcdef-1");
    ok(parry_dir_make(left, NULL));
    ok(parry_file_replace(in(s, "segments/.tmp-0123456789abcdef0123456789abcdef-1/passages.bin"), parry_str_of("x"),
                          NULL));
    ok(parry_file_replace(in(s, "generations/000002.json"), parry_str_of("{}"), NULL)); /* written, never flipped to */
    ok(parry_file_replace(in(s, "CURRENT.0123456789abcdef.tmp"), parry_str_of("0000"), NULL));
    ok(parry_file_replace(in(s, "segments/README"), parry_str_of("not ours"), NULL));
    ok(parry_file_replace(in(s, "notes.tmp"), parry_str_of("not ours"), NULL));
    ok(parry_generations_sweep(s->dir, 0, NULL));
    assert_false(parry_file_exists(left));
    assert_false(manifest_there(s, 2));
    assert_true(manifest_there(s, 1) && segment_there(s, 1));
    assert_false(parry_file_exists(in(s, "CURRENT.0123456789abcdef.tmp")));
    assert_true(parry_file_exists(in(s, "CURRENT")));
    assert_true(parry_file_exists(in(s, "segments/README")) && parry_file_exists(in(s, "notes.tmp")));
}

static void what_a_living_writer_holds_stays(void **state)
{
    scratch *s = *state;
    publish(s, 1);
    parry_segment_options o = sample_options(0);
    parry_segment_writer *w = NULL;
    ok(parry_segment_writer_open(in(s, "segments"), sample_name(s->arena, &o, 7, 1), &o, &w, NULL));
    ok(parry_generations_sweep(s->dir, 0, NULL));
    parry_article_in article = sample_article(s->arena, 7, 0);
    ok(parry_segment_writer_add(w, &article, NULL));
    ok(parry_segment_writer_finish(w, NULL));
    assert_true(segment_there(s, 7));
}

/* A child publishes one generation after the other and is killed at a random moment; what is left is served, and the
 * next publisher goes on from there. */
static void a_publisher_may_be_killed_at_any_moment(void **state)
{
    scratch *s = *state;
    uint64_t seed = 31;
    publish(s, 1);
    for (int round = 0; round < 12; round++) {
        pid_t child = fork();
        if (child == 0) {
            parry_manifest m;
            for (;;) {
                if (parry_manifest_current(s->dir, s->arena, &m, NULL) != PARRY_OK)
                    _exit(1);
                publish(s, (uint32_t)m.number + 1);
                if (parry_generations_sweep(s->dir, 1, NULL) != PARRY_OK)
                    _exit(1);
            }
        }
        parry_sleep_ms(5 + next_random(&seed) % 120);
        kill(child, SIGKILL);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status)); /* it did not give up by itself */
        parry_index *ix = NULL;
        ok(parry_index_open(s->dir, &ix, NULL));
        parry_generation *g = parry_index_acquire(ix);
        const parry_generation_info *info = parry_generation_get_info(g);
        assert_int_equal(info->narticles, 2);
        for (size_t i = 0; i < info->nsegments; i++) {
            parry_segment *verified = NULL;
            ok(parry_segment_open(in(s, "segments"), parry_segment_get_info(info->segments[i].segment)->name, true,
                                  &verified, NULL));
            parry_segment_close(verified);
        }
        parry_generation_release(g);
        parry_index_close(ix);
        ok(parry_generations_sweep(s->dir, 1, NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(what_is_kept_keeps_its_segments),
        in_scratch(an_index_that_is_not_there_is_swept_already),
        in_scratch(nothing_is_swept_where_the_current_manifest_is_missing),
        in_scratch(what_a_dead_writer_left_goes),
        in_scratch(what_a_living_writer_holds_stays),
        in_scratch(a_publisher_may_be_killed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
