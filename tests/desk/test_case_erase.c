/* Cases that are erased: what is left of them, by hand and by age. */
#include "cases_support.h"
#include "desk_support.h"

enum { DAY = 86400000 };

static size_t list_all(desk *d)
{
    parry_cases_row rows[PARRY_CASES_LIST_MAX];
    size_t n, total;
    parry_cases_wish w = parry_cases_any();
    ok(parry_cases_list(d->cases, &w, rows, &n, &total, NULL));
    assert_int_equal(n, total);
    return n;
}

static size_t find(desk *d, const char *text)
{
    parry_cases_row rows[PARRY_CASES_LIST_MAX];
    size_t n, total;
    parry_cases_wish w = parry_cases_any();
    w.text = parry_str_of(text);
    w.order = PARRY_CASES_RELEVANCE;
    ok(parry_cases_list(d->cases, &w, rows, &n, &total, NULL));
    return total;
}

static uint64_t make_with_packet(desk *d, const char *id, const char *subject)
{
    parry_ticket t = a_ticket(id, subject, "The xylophone came broken.");
    json_t *packet = json_pack("{s:s, s:s}", "handoff_id", id, "attachment", "eHlsb3Bob25l");
    t.packet = packet;
    uint64_t n = make(d, &t);
    json_decref(packet);
    return n;
}

static void say_once(desk *d, scratch *s, uint64_t id, const char *once)
{
    parry_case_comment m = {
        .author = parry_str_of("Ada"), .kind = PARRY_COMMENT_AGENT, .text = parry_str_of("On its way")};
    ok(parry_cases_comment_once(d->cases, id, parry_str_of(once), s->arena, &m, NULL));
}

static void test_nothing_leads_to_an_erased_case(void **state)
{
    scratch *s = *state;
    desk d = {0};
    uint64_t n;
    parry_case k;
    json_t *packet;
    parry_cases_counts counts;
    desk_open(&d, s, "search");
    uint64_t one = make_with_packet(&d, "h-1", "Xylophone"), two = make_with_packet(&d, "h-2", "Xylophone");
    say_once(&d, s, one, "a");
    say_once(&d, s, one, "b");
    wait_indexed(&d);
    assert_int_equal(find(&d, "xylophone"), 2);
    ok(parry_cases_erase(d.cases, one, NULL));
    assert_int_equal(parry_cases_get(d.cases, one, s->arena, &k, NULL), PARRY_NOT_FOUND);
    assert_int_equal(parry_cases_packet(d.cases, one, &packet, NULL), PARRY_NOT_FOUND);
    assert_int_equal(parry_cases_by_external(d.cases, parry_str_of("h-1"), &n, NULL), PARRY_NOT_FOUND);
    assert_int_equal(say(&d, one, PARRY_COMMENT_AGENT, "Late"), PARRY_NOT_FOUND);
    assert_int_equal(set_status(&d, one, PARRY_CASE_INPROGRESS), PARRY_NOT_FOUND);
    assert_int_equal(parry_cases_erase(d.cases, one, NULL), PARRY_NOT_FOUND);
    assert_int_equal(list_all(&d), 1);
    parry_cases_count(d.cases, &counts);
    assert_int_equal(counts.by_status[PARRY_CASE_NEW], 1);
    wait_indexed(&d);
    assert_int_equal(find(&d, "xylophone"), 1);
    assert_int_equal(rows_of(d.env, "case_keys"), 1); /* "h-2" */
    assert_int_equal(rows_of(d.env, "case_comments"), 0);
    assert_int_equal(rows_of(d.env, "case_packets"), 1);
    assert_int_equal(get(&d, s, two).id, two);
    desk_close(&d);
}

static void test_it_stays_erased_and_its_number_is_not_given_again(void **state)
{
    scratch *s = *state;
    desk d = {0};
    desk_open(&d, s, "search");
    uint64_t one = make_with_packet(&d, "h-1", "Xylophone");
    ok(parry_cases_erase(d.cases, one, NULL));
    desk_close(&d);
    desk_open(&d, s, "other search"); /* made again from the feed */
    assert_int_equal(list_all(&d), 0);
    assert_int_equal(make_with_packet(&d, "h-1", "Marimba"), one + 1);
    wait_indexed(&d);
    assert_int_equal(find(&d, "marimba"), 1);
    assert_int_equal(list_all(&d), 1);
    desk_close(&d);
}

static void test_a_long_case_goes_with_all_its_comments(void **state)
{
    enum { MANY = 600 };
    scratch *s = *state;
    desk d = {0};
    desk_open(&d, s, NULL);
    uint64_t one = make_with_packet(&d, "h-1", "Xylophone"), two = make_one(&d, "Other", "");
    for (int i = 0; i < MANY; i++) {
        char once[16];
        (void)snprintf(once, sizeof once, "k%d", i);
        say_once(&d, s, one, i % 2 ? once : "");
        parry_arena_reset(s->arena);
    }
    say_once(&d, s, two, "mine");
    ok(parry_cases_erase(d.cases, one, NULL));
    assert_int_equal(rows_of(d.env, "case_comments"), 1);
    assert_int_equal(rows_of(d.env, "case_keys"), 1);
    assert_int_equal(rows_of(d.env, "case_erased"), 0);
    desk_close(&d);
}

/* As if the process had died after the first transaction. */
static void test_what_a_kill_left_is_erased_later(void **state)
{
    scratch *s = *state;
    desk d = {0};
    size_t n;
    parry_txn *t = NULL;
    parry_table heads, erased;
    unsigned char key[8];
    desk_open(&d, s, NULL);
    uint64_t one = make_one(&d, "Xylophone", "");
    say_once(&d, s, one, "a");
    ok(parry_env_table(d.env, "case_heads", &heads, NULL));
    ok(parry_env_table(d.env, "case_erased", &erased, NULL));
    parry_key_u64(one, key);
    ok(parry_txn_write(d.env, &t, NULL));
    ok(parry_del(t, heads, parry_str_make((const char *)key, 8), NULL));
    ok(parry_put(t, erased, parry_str_make((const char *)key, 8), parry_str_of(""), NULL));
    ok(parry_txn_commit(t, NULL));
    ok(parry_cases_retain(d.cases, 0, 100, &n, NULL));
    assert_int_equal(n, 0);
    assert_int_equal(rows_of(d.env, "case_comments") + rows_of(d.env, "case_keys") + rows_of(d.env, "case_erased"), 0);
    desk_close(&d);
}

static uint64_t make_done(desk *d, const char *subject)
{
    uint64_t id = make_one(d, subject, "");
    ok(set_status(d, id, PARRY_CASE_INPROGRESS));
    ok(set_status(d, id, PARRY_CASE_DONE));
    return id;
}

static void test_what_is_done_for_long_enough_is_erased_and_nothing_else(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1000 * (int64_t)DAY};
    size_t n;
    desk_open(&d, s, NULL);
    uint64_t open = make_one(&d, "Open", ""), old = make_done(&d, "Old"), reopened = make_done(&d, "Reopened");
    atomic_fetch_add(&d.now_ms, 10 * (int64_t)DAY);
    ok(say(&d, reopened, PARRY_COMMENT_CUSTOMER, "It is broken again"));
    uint64_t young = make_done(&d, "Young");
    ok(parry_cases_retain(d.cases, atomic_load(&d.now_ms) - 10 * (int64_t)DAY, 100, &n, NULL));
    assert_int_equal(n, 0); /* to the millisecond */
    atomic_fetch_add(&d.now_ms, 1);
    ok(parry_cases_retain(d.cases, atomic_load(&d.now_ms) - 10 * (int64_t)DAY, 100, &n, NULL));
    assert_int_equal(n, 1);
    parry_case k;
    assert_int_equal(parry_cases_get(d.cases, old, s->arena, &k, NULL), PARRY_NOT_FOUND);
    get(&d, s, open), get(&d, s, reopened), get(&d, s, young);
    ok(parry_cases_retain(d.cases, 0, 100, &n, NULL));
    assert_int_equal(n, 0);
    desk_close(&d);
}

static void test_many_are_erased_by_and_by(void **state)
{
    enum { MANY = 150 };
    scratch *s = *state;
    desk d = {.now_ms = DAY};
    size_t n, all = 0;
    uint64_t before, after, writes;
    desk_open(&d, s, NULL);
    for (int i = 0; i < MANY; i++)
        make_done(&d, "Old");
    atomic_fetch_add(&d.now_ms, DAY);
    parry_group_counts(d.group, &before, &writes);
    do {
        ok(parry_cases_retain(d.cases, atomic_load(&d.now_ms), 100, &n, NULL));
        all += n;
    } while (n >= 100);
    parry_group_counts(d.group, &after, &writes);
    assert_int_equal(all, MANY);
    assert_true(after - before >= MANY * 8 / 500); /* not all in one transaction */
    assert_int_equal(rows_of(d.env, "case_heads") + rows_of(d.env, "case_texts") + rows_of(d.env, "case_comments"), 0);
    desk_close(&d);
}

/* Everything that stands under any key of a table, one after the other. */
static parry_str values_of(desk *d, scratch *s, const char *name)
{
    parry_table table;
    parry_txn *t = NULL;
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_buf all = PARRY_BUF(MAP_BYTES);
    ok(parry_env_table(d->env, name, &table, NULL));
    ok(parry_txn_read(d->env, &t, NULL));
    ok(parry_cursor_open(t, table, parry_str_of(""), &c, NULL));
    while (parry_cursor_next(c, &key, &value))
        parry_buf_adds(&all, value);
    ok(parry_cursor_close(c, NULL));
    parry_txn_abort(t);
    parry_str copy = parry_str_copy(s->arena, parry_buf_str(&all));
    parry_buf_free(&all);
    return copy;
}

/* How many of the pieces of 24 bytes of what was sealed stand in the file. */
static size_t pieces_in(parry_str file, parry_str sealed)
{
    enum { PIECE = 24 };
    size_t n = 0;
    for (size_t i = 0; i + PIECE <= sealed.n; i += PIECE)
        n += parry_str_find(file, parry_str_make(sealed.p + i, PIECE)) < file.n;
    return n;
}

static void test_a_copy_has_nothing_of_what_was_erased_not_even_sealed(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_str was[3], live, copy;
    static const char *const tables[] = {"case_texts", "case_packets", "case_comments"};
    desk_open(&d, s, NULL);
    uint64_t one = make_with_packet(&d, "h-1", "Xylophone");
    ok(say(&d, one, PARRY_COMMENT_CUSTOMER, "The marimba, too"));
    for (size_t i = 0; i < 3; i++)
        was[i] = values_of(&d, s, tables[i]);
    for (int i = 0; i < 5; i++) /* others beside it, which stay */
        make_with_packet(&d, i % 2 ? "h-2" : "h-3", "Stays");
    ok(parry_cases_erase(d.cases, one, NULL));
    desk_close(&d);
    ok(parry_dir_make(in(s, "copy"), NULL));
    ok(parry_env_copy(in(s, "desk"), in(s, "copy"), NULL));
    ok(parry_file_read(s->arena, in(s, "desk/data.mdb"), MAP_BYTES, &live, NULL));
    ok(parry_file_read(s->arena, in(s, "copy/data.mdb"), MAP_BYTES, &copy, NULL));
    assert_int_equal(parry_str_find(live, parry_str_of("ylophone")), live.n);
    assert_int_equal(parry_str_find(live, parry_str_of("arimba")), live.n);
    for (size_t i = 0; i < 3; i++) {
        assert_true(was[i].n > 48);
        assert_int_equal(pieces_in(copy, was[i]), 0);
        assert_true(pieces_in(live, was[i]) > 0); /* pages that were given back: the test sees what it looks for */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_nothing_leads_to_an_erased_case),
        in_scratch(test_it_stays_erased_and_its_number_is_not_given_again),
        in_scratch(test_a_long_case_goes_with_all_its_comments),
        in_scratch(test_what_a_kill_left_is_erased_later),
        in_scratch(test_what_is_done_for_long_enough_is_erased_and_nothing_else),
        in_scratch(test_many_are_erased_by_and_by),
        in_scratch(test_a_copy_has_nothing_of_what_was_erased_not_even_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
