#include "fake_encoder.h"
#include "home.h"
#include "testing.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "indexer/tree_events.h"
#include "indexer/watch.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { QUIET_MS = 30, PATIENCE_MS = 20000 };

typedef struct watched {
    home *home;
    parry_encoder *encoder;
    parry_publisher *publisher;
    parry_watch *watch;
    atomic_ullong generation;
} watched;

static void note(void *ctx, const parry_index_report *report)
{
    watched *w = ctx;
    atomic_store(&w->generation, report->generation);
}

static int set_up(void **state)
{
    watched *w = parry_calloc(1, sizeof *w);
    parry_log_level(PARRY_ERROR);
    w->encoder = fake_encoder_new("model");
    w->home = home_new(w->encoder);
    home_write(w->home, "apples.md", "An apple a day.");
    w->publisher = parry_publisher_new(w->home->indexer);
    ok(parry_publisher_start(w->publisher, note, w, &err));
    ok(parry_watch_start(w->home->tree, w->home->store, w->publisher, QUIET_MS, &w->watch, &err));
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    watched *w = *state;
    parry_watch_stop(w->watch);
    parry_publisher_free(w->publisher);
    home_free(w->home);
    parry_encoder_close(w->encoder);
    free(w);
    return 0;
}

/* Waits until the live ids are these. */
static void await(watched *w, const char *ids)
{
    const char *now = "";
    for (int64_t until = parry_mono_ns() + (int64_t)PATIENCE_MS * 1000000; parry_mono_ns() < until;) {
        now = atomic_load(&w->generation) > 0 ? home_ids(w->home) : "";
        if (strcmp(now, ids) == 0)
            return;
        parry_sleep_ms(10);
    }
    fail_msg("\"%s\" instead of \"%s\"", now, ids);
}

static void await_found(watched *w, const char *word, const char *id)
{
    for (int64_t until = parry_mono_ns() + (int64_t)PATIENCE_MS * 1000000; parry_mono_ns() < until;) {
        if (strstr(home_search(w->home, NULL, word), id) != NULL)
            return;
        parry_sleep_ms(10);
    }
    fail_msg("%s does not find %s", word, id);
}

static void what_was_there_is_caught_up_with(void **state) { await(*state, "apples"); }

static void files_come_change_move_and_go(void **state)
{
    watched *w = *state;
    await(w, "apples");
    home_write(w->home, "pears.md", "Pears ripen late.");
    await(w, "apples pears");
    home_write(w->home, "pears.md", "Quinces, rather.");
    await_found(w, "quinces", "pears");
    home_rename(w->home, "pears.md", "quinces.md");
    await(w, "apples quinces");
    home_remove(w->home, "apples.md");
    await(w, "quinces");
}

static void folders_come_move_and_go(void **state)
{
    watched *w = *state;
    await(w, "apples");
    home_write(w->home, "fruit/stone/plums.md", "Plums are for jam.");
    await(w, "apples fruit/stone/plums");
    home_write(w->home, "fruit/stone/cherries.md", "Cherries.");
    await(w, "apples fruit/stone/cherries fruit/stone/plums");
    home_rename(w->home, "fruit", "obst");
    await(w, "apples obst/stone/cherries obst/stone/plums");
    home_write(w->home, "obst/stone/peaches.md", "Peaches."); /* the moved folder is still watched */
    await(w, "apples obst/stone/cherries obst/stone/peaches obst/stone/plums");
    ok(parry_tree_remove(parry_str_z(w->home->arena, parry_str_printf(w->home->arena, "%s/obst", w->home->tree)),
                         &err));
    await(w, "apples");
}

static void many_files_at_once_are_one_or_few_generations(void **state)
{
    watched *w = *state;
    await(w, "apples");
    unsigned long long before = atomic_load(&w->generation);
    char path[40];
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "bulk/b%03d.md", i);
        home_write(w->home, path, "Bulk.");
    }
    for (int64_t until = parry_mono_ns() + (int64_t)PATIENCE_MS * 1000000; parry_mono_ns() < until;
         parry_sleep_ms(20)) {
        if (home_verify(w->home).articles == 201)
            break;
    }
    assert_int_equal(home_verify(w->home).articles, 201);
    assert_true(atomic_load(&w->generation) - before < 30);
}

static void a_tree_that_is_away_for_a_moment_comes_back(void **state)
{
    watched *w = *state;
    char away[100];
    await(w, "apples");
    snprintf(away, sizeof away, "%s/away", w->home->dir);
    assert_int_equal(rename(w->home->tree, away), 0);
    parry_sleep_ms(300);
    assert_string_equal(home_ids(w->home), "apples"); /* nothing is archived because of it */
    assert_int_equal(rename(away, w->home->tree), 0);
    home_write(w->home, "pears.md", "Pears.");
    await(w, "apples pears");
}

static void stopping_is_quick(void **state)
{
    watched *w = *state;
    await(w, "apples");
    int64_t started = parry_mono_ns();
    parry_watch_stop(w->watch);
    parry_publisher_stop(w->publisher);
    assert_true(parry_mono_ns() - started < (int64_t)2000 * 1000000);
    w->watch = NULL;
}

static void only_a_folder_can_be_watched(void **state)
{
    watched *w = *state;
    parry_watch *none = NULL;
    parry_err err = {0};
    assert_int_equal(parry_watch_start("/nowhere/at/all", w->home->store, w->publisher, 1, &none, &err),
                     PARRY_NOT_FOUND);
    assert_int_equal(parry_watch_start("/etc/passwd", w->home->store, w->publisher, 1, &none, &err), PARRY_INVALID);
    assert_null(none);
}

/* ---- events alone
 * ---------------------------------------------------------------------------------------------------- */

static const char *take_all(parry_tree_events *t, parry_arena *a)
{
    bool news, all;
    parry_str *paths;
    size_t n;
    parry_buf b = PARRY_BUF(10000);
    ok(parry_tree_events_read(t, &news, &err));
    parry_tree_events_take(t, a, &paths, &n, &all);
    assert_int_equal(news, n > 0 || all);
    for (size_t i = 0; i < n; i++)
        parry_buf_printf(&b, "%s%.*s", i ? " " : "", PARRY_FMT(paths[i]));
    const char *z = all ? "*" : parry_str_z(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return z;
}

static void a_synonym_is_live_once_it_is_written(void **state)
{
    watched *w = *state;
    await(w, "apples");
    home_write(w->home, "_search/synonyms.yaml", "- words: [apples, russets]");
    await_found(w, "russets", "apples");
    home_write(w->home, "_search/synonyms.yaml", "- words: [apples, bramleys]");
    await_found(w, "bramleys", "apples");
}

static void events_name_markdown_files_once_and_nothing_else(void **state)
{
    home *h = ((watched *)*state)->home;
    parry_tree_events *t;
    ok(parry_tree_events_open(h->tree, &t, &err));
    assert_string_equal(take_all(t, h->arena), "");
    home_write(h, "a.md", "A."); /* by a temporary file and a rename, as editors do */
    home_write(h, "a.md", "B.");
    home_write(h, "sub/c.md", "C.");
    home_write(h, "node_modules/d.md", "D.");
    home_write(h, ".git/e.md", "E.");
    home_write(h, "_parts/f.md", "F.");
    home_write(h, "_search/g.md", "G.");
    ok(parry_file_replace(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/picture.png", h->tree)),
                          parry_str_of("x"), &err));
    ok(parry_file_replace(parry_str_z(h->arena, parry_str_printf(h->arena, "%s/.#lock.md", h->tree)), parry_str_of("x"),
                          &err));
    assert_string_equal(take_all(t, h->arena), "_search a.md sub");
    home_write(h, "sub/c.md", "CC.");
    assert_string_equal(take_all(t, h->arena), "sub/c.md");
    home_write(h, "_search/g.md", "GG.");
    home_write(h, "_search/rules.yaml", "x");
    home_write(h, "_search/sub/rules.yaml", "x");
    home_write(h, "sub/_search/rules.yaml", "x");
    assert_string_equal(take_all(t, h->arena), "_search/rules.yaml");
    assert_string_equal(take_all(t, h->arena), "");
    parry_tree_events_close(t);
}

static void a_folder_that_left_the_tree_is_no_longer_watched(void **state)
{
    home *h = ((watched *)*state)->home;
    parry_tree_events *t;
    home_write(h, "sub/deep/c.md", "C.");
    ok(parry_tree_events_open(h->tree, &t, &err));
    home_rename(h, "sub", "../outside");
    assert_string_equal(take_all(t, h->arena), "sub");
    home_write(h, "../outside/deep/c.md", "CC.");
    home_write(h, "../outside/d.md", "D.");
    assert_string_equal(take_all(t, h->arena), "");
    home_rename(h, "../outside", "back");
    assert_string_equal(take_all(t, h->arena), "back");
    home_write(h, "back/deep/c.md", "C.");
    assert_string_equal(take_all(t, h->arena), "back/deep/c.md");
    parry_tree_events_close(t);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        test(what_was_there_is_caught_up_with),
        test(files_come_change_move_and_go),
        test(folders_come_move_and_go),
        test(many_files_at_once_are_one_or_few_generations),
        test(a_tree_that_is_away_for_a_moment_comes_back),
        test(a_synonym_is_live_once_it_is_written),
        test(stopping_is_quick),
        test(only_a_folder_can_be_watched),
        test(events_name_markdown_files_once_and_nothing_else),
        test(a_folder_that_left_the_tree_is_no_longer_watched),
    };
    return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
