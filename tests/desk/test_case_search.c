/* Full text: what finds a case, how soon, and what becomes of an index that is damaged, gone or of another time. */
#include "cases_support.h"

#include <fcntl.h>

static const char *found(desk *d, scratch *s, const char *text)
{
    parry_cases_wish w = parry_cases_any();
    w.text = parry_str_of(text);
    w.order = PARRY_CASES_RELEVANCE;
    return listed(d, s, &w);
}

static void fill(desk *d)
{
    make_one(d, "Refund has not arrived", "I returned the lamps two weeks ago, order ORD-44712."); /* 1 */
    parry_ticket t = a_ticket("", "Cannot sign in", "The password is refused.");                   /* 2 */
    t.name = parry_str_of("Zoë Brandström");
    t.email = parry_str_of("zoe.b@north.example");
    t.queue = PARRY_QUEUE_LOGIN;
    make(d, &t);
    make_one(d, "Parcel is damaged", "A lamp was broken. I want a refund of the refund fee."); /* 3 */
    t = a_ticket("", "Rückerstattung fehlt", "Die Bestellungen sind noch nicht da.");          /* 4 */
    t.locale = parry_str_of("de");
    make(d, &t);
}

/* With those four, and an index that has them. */
static void open_filled(desk *d, scratch *s)
{
    desk_open(d, s, "search");
    fill(d);
    wait_indexed(d);
}

static void reopen(desk *d, scratch *s)
{
    desk_open(d, s, "search");
    wait_indexed(d);
}

/* How many are found, in any order; the first ten of them are read. */
static parry_code count_found(desk *d, const char *text, parry_cases_order order, size_t *total)
{
    parry_cases_row rows[10];
    size_t n;
    parry_cases_wish w = parry_cases_any();
    w.text = parry_str_of(text);
    w.limit = 10;
    w.order = order;
    return parry_cases_list(d->cases, &w, rows, &n, total, NULL);
}

static void test_words_find_what_was_written(void **state)
{
    scratch *s = *state;
    desk d = {0};
    open_filled(&d, s);
    assert_string_equal(found(&d, s, "password"), "2");
    assert_string_equal(found(&d, s, "PASSWORDS"), "2");
    assert_string_equal(found(&d, s, "refund lamps"), "1 3"); /* both words; in the subject it counts more */
    assert_string_equal(found(&d, s, "ord-44712"), "1");
    assert_string_equal(found(&d, s, "44712"), "1");
    assert_string_equal(found(&d, s, "#2"), "2");
    assert_string_equal(found(&d, s, "brandstrom"), "2");
    assert_string_equal(found(&d, s, "zoe.b@north.example"), "2");
    assert_string_equal(found(&d, s, "bestellung"), "4"); /* by the German stem */
    assert_string_equal(found(&d, s, "rueckerstattung"), found(&d, s, "rückerstattung"));
    assert_string_equal(found(&d, s, "the password of the"), "2");
    assert_string_equal(found(&d, s, "nowhere"), "");
    assert_string_equal(found(&d, s, "?!"), "");
    desk_close(&d);
}

static void test_the_last_word_may_be_its_beginning(void **state)
{
    scratch *s = *state;
    desk d = {0};
    open_filled(&d, s);
    assert_string_equal(found(&d, s, "pas"), "2");
    assert_string_equal(found(&d, s, "pa"), "");
    assert_string_equal(found(&d, s, "passw"), "2");
    assert_string_equal(found(&d, s, "passw "), "");
    assert_string_equal(found(&d, s, "refund dama"), "3");
    assert_string_equal(found(&d, s, "mirab"), "4 3 1");
    desk_close(&d);
}

static void test_where_no_case_has_all_words_any_will_do(void **state)
{
    scratch *s = *state;
    desk d = {0};
    open_filled(&d, s);
    assert_string_equal(found(&d, s, "password giraffe"), "2");
    desk_close(&d);
}

static void test_text_and_filters_hold_together_and_in_every_order(void **state)
{
    scratch *s = *state;
    desk d = {0};
    open_filled(&d, s);
    ok(set_status(&d, 1, PARRY_CASE_INPROGRESS));
    parry_cases_wish w = parry_cases_any();
    w.text = parry_str_of("refund");
    w.order = PARRY_CASES_OLDEST;
    assert_string_equal(listed(&d, s, &w), "1 3");
    w.order = PARRY_CASES_NEWEST;
    assert_string_equal(listed(&d, s, &w), "3 1");
    w.status = PARRY_CASE_INPROGRESS;
    assert_string_equal(listed(&d, s, &w), "1");
    w.order = PARRY_CASES_RELEVANCE;
    assert_string_equal(listed(&d, s, &w), "1");
    w.status = PARRY_CASE_DONE;
    assert_string_equal(listed(&d, s, &w), "");
    parry_cases_row row;
    size_t n, total;
    w.status = -1;
    w.limit = 1;
    ok(parry_cases_list(d.cases, &w, &row, &n, &total, NULL));
    assert_int_equal(n, 1);
    assert_int_equal(total, 2);
    desk_close(&d);
}

static void test_what_is_written_is_found_within_a_second(void **state)
{
    scratch *s = *state;
    desk d = {0};
    open_filled(&d, s);
    for (int i = 0; i < 3; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "hedgehog%d", i);
        ok(say(&d, 2, i == 1 ? PARRY_COMMENT_INTERNAL : PARRY_COMMENT_CUSTOMER, text));
        int64_t begin = parry_mono_ns();
        while (strcmp(found(&d, s, text), "2") != 0 && parry_mono_ns() - begin < (int64_t)10 * 1000000000)
            parry_sleep_ms(5);
        assert_string_equal(found(&d, s, text), "2");
        print_message("found after %lld ms\n", (long long)((parry_mono_ns() - begin) / 1000000));
    }
    assert_string_equal(found(&d, s, "password"), "2"); /* and by what it said before */
    parry_case_change change = no_change();
    parry_str subject = parry_str_of("Porcupine");
    change.subject = &subject;
    ok(parry_cases_change(d.cases, 2, &change, NULL));
    wait_indexed(&d);
    assert_string_equal(found(&d, s, "porcupine"), "2");
    desk_close(&d);
}

static void test_a_missing_index_is_made_again(void **state)
{
    scratch *s = *state;
    desk d = {0};
    open_filled(&d, s);
    desk_close(&d);
    ok(parry_tree_remove(in(s, "search"), NULL));
    reopen(&d, s);
    assert_string_equal(found(&d, s, "password"), "2");
    desk_close(&d);
}

static void scribble(scratch *s, const char *file)
{
    char junk[4096];
    memset(junk, 0x5A, sizeof junk);
    int fd = open(in(s, file), O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
    close(fd);
}

static void test_a_damaged_index_is_made_again(void **state)
{
    static const char *const files[] = {"search/iamglass", "search/postlist.glass", "search/termlist.glass"};
    scratch *s = *state;
    desk d = {0};
    open_filled(&d, s);
    desk_close(&d);
    for (size_t i = 0; i < 3; i++) {
        const char *hits = "";
        scribble(s, files[i]);
        desk_open(&d, s, "search");
        ok(say(&d, 2, PARRY_COMMENT_CUSTOMER, "again")); /* the damage of a part is seen when it is used */
        for (int tries = 0; tries < 2000 && strcmp(hits, "2") != 0; tries++) {
            size_t total;
            parry_code code = count_found(&d, "password again", PARRY_CASES_NEWEST, &total);
            assert_true(code == PARRY_OK || code == PARRY_UNAVAILABLE);
            hits = code == PARRY_OK ? found(&d, s, "password again") : "";
            parry_sleep_ms(5);
        }
        assert_string_equal(hits, "2");
        desk_close(&d);
    }
}

static parry_code damage(void *ctx, parry_txn *t, parry_err *err)
{
    unsigned char key[8];
    parry_key_u64(2, key);
    return parry_put(t, *(parry_table *)ctx, parry_str_make((const char *)key, sizeof key), parry_str_of("junk"), err);
}

static void test_a_damaged_case_keeps_no_other_from_being_found(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_table texts;
    desk_open(&d, s, NULL);
    fill(&d);
    ok(parry_env_table(d.env, "case_texts", &texts, NULL));
    ok(parry_group_do(d.group, damage, &texts, NULL));
    desk_close(&d);
    reopen(&d, s);
    assert_string_equal(found(&d, s, "password"), "");
    assert_string_equal(found(&d, s, "parcel"), "3");
    desk_close(&d);
}

static void copy_file(scratch *s, const char *from, const char *to)
{
    parry_str bytes;
    ok(parry_file_read(s->arena, in(s, from), MAP_BYTES, &bytes, NULL));
    ok(parry_file_replace(in(s, to), bytes, NULL));
}

/* A store restored from a copy: its index is of a later time, and of cases that are no more. */
static void test_an_index_ahead_of_its_store_is_made_again(void **state)
{
    scratch *s = *state;
    desk d = {0};
    desk_open(&d, s, "search");
    fill(&d);
    desk_close(&d);
    copy_file(s, "desk/data.mdb", "copy");
    desk_open(&d, s, "search");
    make_one(&d, "A hedgehog", "");
    wait_indexed(&d);
    desk_close(&d);
    copy_file(s, "copy", "desk/data.mdb");
    reopen(&d, s);
    assert_string_equal(found(&d, s, "hedgehog"), "");
    assert_string_equal(found(&d, s, "password"), "2");
    desk_close(&d);
}

static void test_without_an_index_lists_work_and_text_does_not(void **state)
{
    scratch *s = *state;
    desk d = {0};
    size_t total;
    desk_open(&d, s, NULL);
    fill(&d);
    parry_cases_wish w = parry_cases_any();
    assert_string_equal(listed(&d, s, &w), "4 3 2 1");
    assert_int_equal(count_found(&d, "password", PARRY_CASES_NEWEST, &total), PARRY_UNAVAILABLE);
    desk_close(&d);
}

/* ---- against a plain loop ---------------------------------------------------------------------------------------- */

enum { MANY = 600, ASKED = 300, NAMED = 12 };

typedef struct plain {
    parry_case_status status;
    parry_priority priority;
    parry_queue queue;
    const char *assignee;
    unsigned words; /* a bit each */
    int64_t created_ms;
} plain;

static uint32_t roll(uint32_t *any, uint32_t sides)
{
    *any = *any * 1664525u + 1013904223u;
    return (*any >> 12) % sides;
}

static const char *const names[NAMED] = {"apricot", "beetle", "cobalt", "dolphin", "ember",  "falcon",
                                         "glacier", "hazel",  "indigo", "jasper",  "kitten", "lagoon"};

static plain make_plain(desk *d, uint32_t *any)
{
    static const char *const agents[] = {"", "ada", "ben"};
    plain p = {.status = (parry_case_status)roll(any, 2),
               .priority = (parry_priority)roll(any, PARRY_PRIORITIES),
               .queue = (parry_queue)roll(any, PARRY_QUEUES),
               .assignee = agents[roll(any, 3)],
               .words = roll(any, 1 << NAMED) & roll(any, 1 << NAMED),
               .created_ms = 1 + roll(any, 50)};
    parry_buf text = PARRY_BUF(4096);
    parry_str who = parry_str_of(p.assignee);
    for (unsigned w = 0; w < NAMED; w++) {
        if (p.words >> w & 1)
            parry_buf_printf(&text, "%s, ", names[w]);
    }
    parry_buf_addz(&text, ".");
    parry_ticket t = a_ticket("", "Subject", text.p);
    t.priority = p.priority, t.queue = p.queue, t.created_ms = p.created_ms;
    uint64_t id = make(d, &t);
    parry_case_change change = no_change();
    change.status = p.status == PARRY_CASE_INPROGRESS ? PARRY_CASE_INPROGRESS : -1;
    change.assignee = &who;
    ok(parry_cases_change(d->cases, id, &change, NULL));
    parry_buf_free(&text);
    return p;
}

static bool fits_plainly(const plain *p, const parry_cases_wish *w, unsigned word)
{
    return (w->status < 0 || (int)p->status == w->status) && (w->priority < 0 || (int)p->priority == w->priority) &&
           (w->queue < 0 || (int)p->queue == w->queue) &&
           (w->assignee.n == 0 || parry_str_eqz(w->assignee, *p->assignee ? p->assignee : "-")) &&
           (w->text.n == 0 || (p->words >> word & 1)) && (w->from_ms == 0 || p->created_ms >= w->from_ms) &&
           (w->until_ms == 0 || p->created_ms < w->until_ms);
}

static void ask_once(desk *d, const plain *all, uint32_t *any)
{
    static const char *const who[] = {"", "ada", "ben", "-"};
    unsigned word = roll(any, NAMED);
    parry_cases_row rows[PARRY_CASES_LIST_MAX];
    size_t n, total, expected = 0;
    parry_cases_wish w = parry_cases_any();
    w.status = (int)roll(any, 4) - 1;
    w.priority = (int)roll(any, 5) - 1;
    w.queue = (int)roll(any, 6) - 1;
    w.assignee = parry_str_of(who[roll(any, 4)]);
    w.text = parry_str_of(roll(any, 2) ? names[word] : "");
    w.from_ms = roll(any, 2) ? 1 + roll(any, 50) : 0;
    w.until_ms = roll(any, 2) ? 1 + roll(any, 50) : 0;
    w.order = (parry_cases_order)roll(any, 5);
    ok(parry_cases_list(d->cases, &w, rows, &n, &total, NULL));
    for (size_t i = 0; i < MANY; i++)
        expected += fits_plainly(&all[i], &w, word);
    assert_int_equal(total, expected);
    assert_int_equal(n, expected < PARRY_CASES_LIST_MAX ? expected : PARRY_CASES_LIST_MAX);
    for (size_t i = 0; i < n; i++) {
        const plain *p = &all[rows[i].id - 1], *before = i > 0 ? &all[rows[i - 1].id - 1] : p;
        assert_true(fits_plainly(p, &w, word));
        if (w.order == PARRY_CASES_NEWEST)
            assert_true(before->created_ms >= p->created_ms);
        if (w.order == PARRY_CASES_OLDEST)
            assert_true(before->created_ms <= p->created_ms);
        if (w.order == PARRY_CASES_PRIORITY)
            assert_true(before->priority >= p->priority);
    }
}

static void test_lists_and_searches_are_those_of_a_plain_loop(void **state)
{
    scratch *s = *state;
    desk d = {0};
    uint32_t any = 5;
    plain *all = parry_calloc(MANY, sizeof *all);
    desk_open(&d, s, "search");
    for (size_t i = 0; i < MANY; i++)
        all[i] = make_plain(&d, &any);
    wait_indexed(&d);
    for (size_t i = 0; i < ASKED; i++)
        ask_once(&d, all, &any);
    desk_close(&d);
    free(all);
}

static void *search_for_ever(void *arg)
{
    desk *d = arg;
    for (int i = 0; i < 400; i++) {
        size_t total;
        ok(count_found(d, "refund", i % 2 ? PARRY_CASES_RELEVANCE : PARRY_CASES_NEWEST, &total));
    }
    return NULL;
}

static void test_searches_go_on_while_it_is_written(void **state)
{
    scratch *s = *state;
    desk d = {0};
    pthread_t threads[2];
    desk_open(&d, s, "search");
    fill(&d);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, search_for_ever, &d), 0);
    for (int i = 0; i < 60; i++) {
        make_one(&d, "Another refund", "of some text");
        parry_sleep_ms(10);
    }
    for (int i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    wait_indexed(&d);
    size_t total;
    ok(count_found(&d, "refund", PARRY_CASES_NEWEST, &total));
    assert_int_equal(total, 62);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_words_find_what_was_written),
        in_scratch(test_the_last_word_may_be_its_beginning),
        in_scratch(test_where_no_case_has_all_words_any_will_do),
        in_scratch(test_text_and_filters_hold_together_and_in_every_order),
        in_scratch(test_what_is_written_is_found_within_a_second),
        in_scratch(test_a_missing_index_is_made_again),
        in_scratch(test_a_damaged_index_is_made_again),
        in_scratch(test_a_damaged_case_keeps_no_other_from_being_found),
        in_scratch(test_an_index_ahead_of_its_store_is_made_again),
        in_scratch(test_without_an_index_lists_work_and_text_does_not),
        in_scratch(test_searches_go_on_while_it_is_written),
        in_scratch(test_lists_and_searches_are_those_of_a_plain_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
