/* Cases: made, changed, commented on, listed; and what the disk holds of them. */
#include "cases_support.h"

#include <dirent.h>
#include <fcntl.h>

static void test_a_ticket_becomes_a_case(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 5000};
    desk_open(&d, s, NULL);
    parry_ticket t = a_ticket("0199-a", "Where is my money", "It was to come on Monday.\n\nThanks");
    t.created_ms = 4000;
    uint64_t id = make(&d, &t);
    parry_case k = get(&d, s, id);
    assert_int_equal(id, 1);
    assert_str(k.subject, "Where is my money");
    assert_str(k.description, "It was to come on Monday.\n\nThanks");
    assert_str(k.customer_name, "Mirabel Quenneville");
    assert_str(k.customer_email, "mirabel@quenneville.example");
    assert_str(k.external_id, "0199-a");
    assert_str(k.locale, "en");
    assert_str(k.assignee, "");
    assert_int_equal(k.status, PARRY_CASE_NEW);
    assert_int_equal(k.queue, PARRY_QUEUE_REFUNDS);
    assert_int_equal(k.created_ms, 4000);
    assert_int_equal(k.updated_ms, 5000);
    assert_int_equal(k.version, 1);
    assert_int_equal(k.first_reply_ms, 0);
    assert_int_equal(parry_cases_get(d.cases, 2, s->arena, &k, NULL), PARRY_NOT_FOUND);
    desk_close(&d);
}

static void test_the_same_external_id_is_the_same_case(void **state)
{
    scratch *s = *state;
    desk d = {0};
    uint64_t id;
    desk_open(&d, s, NULL);
    parry_ticket a = a_ticket("x1", "One", "a"), b = a_ticket("x2", "Two", "b"), again = a_ticket("x1", "Three", "c");
    assert_int_equal(make(&d, &a), 1);
    assert_int_equal(make(&d, &b), 2);
    assert_int_equal(make(&d, &again), 1);
    desk_close(&d);
    desk_open(&d, s, NULL);
    assert_int_equal(make(&d, &again), 1);
    assert_str(get(&d, s, 1).subject, "One");
    ok(parry_cases_by_external(d.cases, parry_str_of("x2"), &id, NULL));
    assert_int_equal(id, 2);
    assert_int_equal(parry_cases_by_external(d.cases, parry_str_of("x3"), &id, NULL), PARRY_NOT_FOUND);
    assert_int_equal(make_one(&d, "Without", ""), 3);
    assert_int_equal(make_one(&d, "Without", ""), 4);
    desk_close(&d);
}

static void test_what_cannot_be_a_case_is_refused(void **state)
{
    scratch *s = *state;
    desk d = {0};
    uint64_t id = 0;
    char long_subject[PARRY_TICKET_SUBJECT_MAX + 2];
    memset(long_subject, 's', sizeof long_subject - 1);
    long_subject[sizeof long_subject - 1] = 0;
    desk_open(&d, s, NULL);
    parry_ticket bad[6];
    for (size_t i = 0; i < 6; i++)
        bad[i] = a_ticket("", "Subject", "text");
    bad[0].subject = parry_str_of("");
    bad[1].subject = parry_str_of(long_subject);
    bad[2].email = parry_str_of("nobody");
    bad[3].description = lit("zero\0byte");
    bad[4].name = parry_str_of("two\nlines");
    bad[5].subject = parry_str_of("\xff\xfe");
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(parry_cases_create(d.cases, &bad[i], &id, NULL), PARRY_INVALID);
    assert_int_equal(make_one(&d, "Good", ""), 1);
    desk_close(&d);
}

static void test_a_case_goes_its_way_and_back(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1000};
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    assert_int_equal(set_status(&d, id, PARRY_CASE_DONE), PARRY_INVALID);
    d.now_ms = 2000;
    ok(set_status(&d, id, PARRY_CASE_INPROGRESS));
    assert_int_equal(set_status(&d, id, PARRY_CASE_NEW), PARRY_INVALID);
    d.now_ms = 3000;
    ok(set_status(&d, id, PARRY_CASE_DONE));
    parry_case k = get(&d, s, id);
    assert_int_equal(k.inprogress_ms, 2000);
    assert_int_equal(k.done_ms, 3000);
    assert_int_equal(k.version, 3);
    d.now_ms = 4000;
    ok(set_status(&d, id, PARRY_CASE_INPROGRESS));
    k = get(&d, s, id);
    assert_int_equal(k.done_ms, 0);
    assert_int_equal(k.reopened, 1);
    assert_int_equal(k.inprogress_ms, 4000);
    desk_close(&d);
}

static void test_what_the_customer_says_reopens_what_is_done(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_case_comment *list;
    size_t n;
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    ok(set_status(&d, id, PARRY_CASE_INPROGRESS));
    ok(set_status(&d, id, PARRY_CASE_DONE));
    ok(say(&d, id, PARRY_COMMENT_AGENT, "You are welcome"));
    assert_int_equal(get(&d, s, id).status, PARRY_CASE_DONE);
    ok(say(&d, id, PARRY_COMMENT_CUSTOMER, "It is still not here"));
    assert_int_equal(get(&d, s, id).status, PARRY_CASE_INPROGRESS);
    ok(parry_cases_comments(d.cases, id, true, s->arena, &list, &n, NULL));
    assert_int_equal(n, 5);
    assert_str(list[4].text, "Status: done -> inprogress, by the customer's comment");
    assert_str(list[4].author, "System");
    parry_cases_wish w = parry_cases_any();
    w.status = PARRY_CASE_INPROGRESS;
    assert_string_equal(listed(&d, s, &w), "1");
    desk_close(&d);
}

static void test_every_change_stands_in_the_history(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_case_comment *list;
    size_t n;
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    parry_str ada = parry_str_of("ada"), nobody = parry_str_of("");
    parry_case_change change = {.status = PARRY_CASE_INPROGRESS,
                                .priority = PARRY_PRIORITY_CRITICAL,
                                .queue = PARRY_QUEUE_PAYMENTS,
                                .assignee = &ada,
                                .by = "ben"};
    ok(parry_cases_change(d.cases, id, &change, NULL));
    ok(parry_cases_change(d.cases, id, &change, NULL)); /* it is so already */
    parry_case k = get(&d, s, id);
    assert_str(k.assignee, "ada");
    assert_int_equal(k.version, 2);
    change = no_change();
    change.assignee = &nobody;
    ok(parry_cases_change(d.cases, id, &change, NULL));
    static const char *const told[] = {"Status: new -> inprogress, by ben", "Priority: medium -> critical, by ben",
                                       "Queue: Refunds -> Payments, by ben", "Assignee: nobody -> ada, by ben",
                                       "Assignee: ada -> nobody, by ada"};
    ok(parry_cases_comments(d.cases, id, false, s->arena, &list, &n, NULL));
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++) {
        assert_str(list[i].text, told[i]);
        assert_int_equal(list[i].kind, PARRY_COMMENT_SYSTEM);
        assert_int_equal(list[i].id, i + 1);
    }
    desk_close(&d);
}

static void test_texts_are_put_right_and_the_history_says_so(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_case_comment *list;
    size_t n;
    desk_open(&d, s, NULL);
    const parry_ticket t = a_ticket("e-1", "Refnud", "Of two lamps");
    uint64_t id = make(&d, &t);
    parry_str subject = parry_str_of("Refund"), email = parry_str_of("m@q.example"), text = parry_str_of("Of three"),
              wrong = parry_str_of("nobody"), empty = parry_str_of("");
    parry_case_change change = no_change();
    change.subject = &subject, change.customer_email = &email, change.description = &text;
    change.customer_name = &empty;
    ok(parry_cases_change(d.cases, id, &change, NULL));
    ok(parry_cases_change(d.cases, id, &change, NULL)); /* it is so already */
    parry_case k = get(&d, s, id);
    assert_str(k.subject, "Refund");
    assert_str(k.customer_email, "m@q.example");
    assert_str(k.description, "Of three");
    assert_str(k.customer_name, "");
    assert_str(k.external_id, "e-1");
    assert_int_equal(k.version, 2);
    static const char *const told[] = {"Subject: Refnud -> Refund, by ada", "Description: changed, by ada",
                                       "Customer: Mirabel Quenneville -> none, by ada",
                                       "E-mail: mirabel@quenneville.example -> m@q.example, by ada"};
    ok(parry_cases_comments(d.cases, id, false, s->arena, &list, &n, NULL));
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++)
        assert_str(list[i].text, told[i]);
    change.customer_email = &wrong;
    assert_int_equal(parry_cases_change(d.cases, id, &change, NULL), PARRY_INVALID);
    change = no_change();
    change.subject = &empty;
    assert_int_equal(parry_cases_change(d.cases, id, &change, NULL), PARRY_INVALID);
    parry_ticket other = t;
    other.subject = subject;
    assert_true(parry_case_came_from(&k, &t)); /* whatever became of it */
    assert_false(parry_case_came_from(&k, &other));
    desk_close(&d);
}

static void test_of_two_changes_of_one_version_one_is_refused(void **state)
{
    scratch *s = *state;
    desk d = {0};
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    parry_case_change change = no_change();
    change.priority = PARRY_PRIORITY_HIGH;
    change.version = 1;
    ok(parry_cases_change(d.cases, id, &change, NULL));
    change.priority = PARRY_PRIORITY_LOW;
    assert_int_equal(parry_cases_change(d.cases, id, &change, NULL), PARRY_CONFLICT);
    assert_int_equal(get(&d, s, id).priority, PARRY_PRIORITY_HIGH);
    change.version = 2;
    ok(parry_cases_change(d.cases, id, &change, NULL));
    assert_int_equal(parry_cases_change(d.cases, 99, &change, NULL), PARRY_NOT_FOUND);
    desk_close(&d);
}

static void test_internal_notes_are_for_agents_and_are_no_reply(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 1000};
    parry_case_comment *list;
    size_t n;
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", "");
    ok(say(&d, id, PARRY_COMMENT_INTERNAL, "Looks like fraud"));
    assert_int_equal(get(&d, s, id).first_reply_ms, 0);
    d.now_ms = 2000;
    ok(say(&d, id, PARRY_COMMENT_AGENT, "We look into it"));
    d.now_ms = 3000;
    ok(say(&d, id, PARRY_COMMENT_AGENT, "Done"));
    assert_int_equal(get(&d, s, id).first_reply_ms, 2000);
    ok(parry_cases_comments(d.cases, id, false, s->arena, &list, &n, NULL));
    assert_int_equal(n, 2);
    assert_str(list[0].text, "We look into it");
    ok(parry_cases_comments(d.cases, id, true, s->arena, &list, &n, NULL));
    assert_int_equal(n, 3);
    ok(parry_cases_comments_after(d.cases, id, true, 1, 1, s->arena, &list, &n, NULL));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].id, 2);
    assert_int_equal(say(&d, id, PARRY_COMMENT_AGENT, ""), PARRY_INVALID);
    assert_int_equal(say(&d, 9, PARRY_COMMENT_AGENT, "x"), PARRY_NOT_FOUND);
    desk_close(&d);
}

static void test_a_comment_that_comes_again_is_there_once(void **state)
{
    scratch *s = *state;
    desk d = {0};
    desk_open(&d, s, NULL);
    uint64_t id = make_one(&d, "Subject", ""), other = make_one(&d, "Other", "");
    const parry_case_comment text = {
        .author = parry_str_of("Ada"), .kind = PARRY_COMMENT_AGENT, .text = parry_str_of("Hello")};
    parry_case_comment m = text, again = text, there = text;
    again.text = parry_str_of("Another text");
    ok(parry_cases_comment_once(d.cases, id, parry_str_of("k"), s->arena, &m, NULL));
    ok(parry_cases_comment_once(d.cases, id, parry_str_of("k"), s->arena, &again, NULL));
    ok(parry_cases_comment_once(d.cases, other, parry_str_of("k"), s->arena, &there, NULL));
    assert_int_equal(again.id, m.id);
    assert_str(again.text, "Hello");
    assert_int_equal(get(&d, s, id).ncomments, 1);
    assert_int_equal(get(&d, s, other).ncomments, 1);
    desk_close(&d);
}

static void test_a_packet_comes_back_and_the_journey_is_the_first_note(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_case_comment *list;
    size_t n;
    json_t *back = NULL, *packet = json_pack("{s:i, s:{s:[{s:s, s:b}]}}", "version", 1, "journey", "searches", "text",
                                             "refund late", "answered", 0);
    desk_open(&d, s, NULL);
    parry_ticket t = a_ticket("p1", "Subject", "");
    t.packet = packet;
    uint64_t id = make(&d, &t);
    ok(parry_cases_packet(d.cases, id, &back, NULL));
    assert_true(json_equal(back, packet));
    ok(parry_cases_comments(d.cases, id, true, s->arena, &list, &n, NULL));
    assert_int_equal(n, 1);
    assert_int_equal(list[0].kind, PARRY_COMMENT_INTERNAL);
    assert_true(parry_str_find(list[0].text, parry_str_of("refund late")) < list[0].text.n);
    uint64_t plain = make_one(&d, "Without", "");
    assert_int_equal(parry_cases_packet(d.cases, plain, &back, NULL), PARRY_NOT_FOUND);
    json_decref(back);
    json_decref(packet);
    desk_close(&d);
}

/* ---- lists ------------------------------------------------------------------------------------------------------- */

static uint64_t make_at(desk *d, int64_t ms, parry_priority priority, parry_queue queue)
{
    parry_ticket t = a_ticket("", "Subject", "");
    t.created_ms = ms;
    t.priority = priority;
    t.queue = queue;
    return make(d, &t);
}

static void test_lists_are_filtered_and_ordered(void **state)
{
    scratch *s = *state;
    desk d = {.now_ms = 9000};
    parry_str ada = parry_str_of("ada");
    desk_open(&d, s, NULL);
    make_at(&d, 3000, PARRY_PRIORITY_LOW, PARRY_QUEUE_LOGIN);       /* 1 */
    make_at(&d, 1000, PARRY_PRIORITY_CRITICAL, PARRY_QUEUE_ORDERS); /* 2 */
    make_at(&d, 2000, PARRY_PRIORITY_CRITICAL, PARRY_QUEUE_LOGIN);  /* 3 */
    make_at(&d, 3000, PARRY_PRIORITY_HIGH, PARRY_QUEUE_ORDERS);     /* 4 */
    parry_case_change change = no_change();
    change.assignee = &ada;
    d.now_ms = 9500;
    ok(parry_cases_change(d.cases, 2, &change, NULL));
    for (int again = 0; again < 2; again++) { /* the second time as it was read from the disk */
        parry_cases_wish w = parry_cases_any();
        assert_string_equal(listed(&d, s, &w), "4 1 3 2");
        w.order = PARRY_CASES_OLDEST;
        assert_string_equal(listed(&d, s, &w), "2 3 1 4");
        w.order = PARRY_CASES_UPDATED;
        assert_string_equal(listed(&d, s, &w), "2 4 3 1");
        w.order = PARRY_CASES_PRIORITY;
        assert_string_equal(listed(&d, s, &w), "2 3 4 1");
        w.queue = PARRY_QUEUE_LOGIN;
        assert_string_equal(listed(&d, s, &w), "3 1");
        w.priority = PARRY_PRIORITY_LOW;
        assert_string_equal(listed(&d, s, &w), "1");
        w = parry_cases_any();
        w.assignee = ada;
        assert_string_equal(listed(&d, s, &w), "2");
        w.assignee = parry_str_of("-");
        assert_string_equal(listed(&d, s, &w), "4 1 3");
        w = parry_cases_any();
        w.from_ms = 2000, w.until_ms = 3000;
        assert_string_equal(listed(&d, s, &w), "3");
        w.status = PARRY_CASE_DONE;
        assert_string_equal(listed(&d, s, &w), "");
        desk_close(&d);
        desk_open(&d, s, NULL);
    }
    desk_close(&d);
}

/* The head of a case as the form before this one had it: no channel, no files, nothing of the customer. */
static void age_head(desk *d, scratch *s, uint64_t id)
{
    enum { OLD_LENGTH = 68, NEW_LENGTH = 81 };
    unsigned char raw[8];
    parry_table heads;
    parry_txn *t = NULL;
    parry_str value, key = parry_str_make((const char *)raw, 8);
    parry_key_u64(id, raw);
    ok(parry_env_table(d->env, "case_heads", &heads, NULL));
    ok(parry_txn_write(d->env, &t, NULL));
    ok(parry_get(t, heads, key, &value, NULL));
    char *old = parry_str_z(s->arena, value);
    size_t n = value.n;
    old[0] = 1;
    memmove(old + OLD_LENGTH, old + NEW_LENGTH, n - NEW_LENGTH);
    ok(parry_put(t, heads, key, parry_str_make(old, n - (NEW_LENGTH - OLD_LENGTH)), NULL));
    ok(parry_txn_commit(t, NULL));
}

static const char *of_customer(desk *d, scratch *s, const char *email, int channel)
{
    parry_cases_wish w = parry_cases_any();
    w.customer = parry_str_of(email);
    w.channel = channel;
    return listed(d, s, &w);
}

static void test_lists_by_channel_and_customer(void **state)
{
    scratch *s = *state;
    desk d = {0};
    const parry_str ann = parry_str_of("Ann@Shop.example");
    desk_open(&d, s, NULL);
    for (int i = 0; i < 3; i++) {
        parry_ticket t = a_ticket("", "Subject", "");
        t.channel = i == 0 ? PARRY_CHANNEL_UNKNOWN : PARRY_CHANNEL_PHONE;
        t.email = i == 2 ? ann : t.email;
        make(&d, &t);
    }
    parry_case_change change = no_change();
    change.customer_email = &ann;
    ok(parry_cases_change(d.cases, 1, &change, NULL));
    for (int again = 0; again < 3; again++) { /* as it was written, read again, and of the form before */
        assert_string_equal(of_customer(&d, s, " ann@shop.EXAMPLE", -1), "3 1");
        assert_string_equal(of_customer(&d, s, "mirabel@quenneville.example", -1), "2");
        assert_string_equal(of_customer(&d, s, "ann@shop", -1), "");
        assert_string_equal(of_customer(&d, s, "", PARRY_CHANNEL_PHONE), again < 2 ? "3 2" : "2");
        assert_string_equal(of_customer(&d, s, "Ann@shop.example", PARRY_CHANNEL_PHONE), again < 2 ? "3" : "");
        assert_int_equal(get(&d, s, 3).channel, again < 2 ? PARRY_CHANNEL_PHONE : PARRY_CHANNEL_UNKNOWN);
        if (again == 1)
            age_head(&d, s, 3);
        desk_close(&d);
        desk_open(&d, s, NULL);
    }
    ok(set_status(&d, 3, PARRY_CASE_INPROGRESS)); /* which writes it in the form of today */
    assert_str(get(&d, s, 3).assignee, "");
    assert_string_equal(of_customer(&d, s, "ann@shop.example", -1), "3 1");
    desk_close(&d);
}

static void walk(desk *d, parry_cases_order order, size_t n)
{
    parry_cases_row rows[PARRY_CASES_LIST_MAX], all[PARRY_CASES_LIST_MAX];
    size_t got, total, seen = 0;
    parry_cases_wish w = parry_cases_any();
    w.order = order;
    ok(parry_cases_list(d->cases, &w, all, &got, &total, NULL));
    assert_int_equal(got, n);
    assert_int_equal(total, n);
    w.limit = 7;
    do {
        ok(parry_cases_list(d->cases, &w, rows, &got, &total, NULL));
        assert_int_equal(total, n);
        for (size_t i = 0; i < got; i++)
            assert_int_equal(rows[i].id, all[seen++].id);
        w.after = &rows[got - 1];
    } while (got == 7);
    assert_int_equal(seen, n);
    w.after = NULL;
    w.offset = 20;
    ok(parry_cases_list(d->cases, &w, rows, &got, &total, NULL));
    assert_int_equal(got, 7);
    assert_int_equal(rows[0].id, all[20].id);
    w.offset = n;
    ok(parry_cases_list(d->cases, &w, rows, &got, &total, NULL));
    assert_int_equal(got, 0);
}

static void test_pages_are_the_whole_list(void **state)
{
    enum { ALL = 60 };
    scratch *s = *state;
    desk d = {.now_ms = 100000};
    uint32_t any = 1;
    desk_open(&d, s, NULL);
    for (int i = 0; i < ALL; i++) {
        any = any * 1664525u + 1013904223u;
        make_at(&d, 1000 + (int64_t)(any >> 16) % 20, (parry_priority)(any >> 8 & 3), PARRY_QUEUE_LOGIN);
    }
    for (int order = PARRY_CASES_NEWEST; order <= PARRY_CASES_PRIORITY; order++)
        walk(&d, (parry_cases_order)order, ALL);
    parry_cases_wish w = parry_cases_any();
    parry_cases_row rows[1];
    size_t n, total;
    w.limit = PARRY_CASES_LIST_MAX + 1;
    assert_int_equal(parry_cases_list(d.cases, &w, rows, &n, &total, NULL), PARRY_INVALID);
    desk_close(&d);
}

/* ---- on disk ----------------------------------------------------------------------------------------------------- */

static bool folder_holds(scratch *s, const char *dir, const char *what)
{
    bool found = false;
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    for (struct dirent *e; (e = readdir(folder)) != NULL;) {
        char *path = parry_str_z(s->arena, parry_str_printf(s->arena, "%s/%s", dir, e->d_name));
        parry_str bytes;
        if (e->d_name[0] == '.')
            continue;
        if (e->d_type == DT_DIR) {
            found = folder_holds(s, path, what) || found;
        } else if (parry_file_read(s->arena, path, 1 << 30, &bytes, NULL) == PARRY_OK) {
            found = found || parry_str_find(bytes, parry_str_of(what)) < bytes.n;
        }
    }
    closedir(folder);
    return found;
}

static void test_nothing_that_people_wrote_stands_on_disk(void **state)
{
    scratch *s = *state;
    desk d = {0};
    desk_open(&d, s, "desk/search");
    parry_ticket t =
        a_ticket("message-id-zanzibar@mail.example", "Xylophone broken", "The marimbatic one, order ZX-90210");
    json_t *packet = json_pack("{s:{s:[{s:s}]}}", "journey", "searches", "text", "glockenspiel");
    t.packet = packet;
    uint64_t id = make(&d, &t);
    ok(say(&d, id, PARRY_COMMENT_CUSTOMER, "Call me at +49 170 5550199"));
    ok(say(&d, id, PARRY_COMMENT_INTERNAL, "She is bassoonish"));
    wait_indexed(&d);
    desk_close(&d);
    static const char *const planted[] = {"Xylophone",   "xylophon",    "marimbatic",   "marimbat", "90210",
                                          "Quenneville", "quenneville", "mirabel",      "Mirabel",  "zanzibar",
                                          "5550199",     "bassoon",     "glockenspiel", "xyl"};
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        if (folder_holds(s, s->dir, planted[i]))
            fail_msg("%s stands on disk", planted[i]);
    }
    int fd = open(in(s, "planted"), O_WRONLY | O_CREAT, 0600); /* the search itself finds what is there */
    assert_int_equal(write(fd, "..Xylophone..", 13), 13);
    close(fd);
    assert_true(folder_holds(s, s->dir, "Xylophone"));
    json_decref(packet);
}

static void test_another_key_opens_nothing(void **state)
{
    scratch *s = *state;
    desk d = {0};
    parry_case k;
    static const unsigned char other[32] = "another key";
    desk_open(&d, s, NULL);
    make_one(&d, "Subject", "");
    desk_close(&d);
    ok(desk_try(&d, s, NULL, other));
    assert_int_equal(parry_cases_get(d.cases, 1, s->arena, &k, NULL), PARRY_CORRUPT);
    desk_close(&d);
}

/* ---- many at once ------------------------------------------------------------------------------------------------ */

typedef struct racing {
    desk *d;
    unsigned who;
} racing;

enum { RACERS = 4, RACES = 60 };

static void *race(void *arg)
{
    racing *r = arg;
    for (unsigned i = 0; i < RACES; i++) {
        char id[16];
        uint64_t n;
        parry_cases_row rows[10];
        size_t got, total;
        parry_cases_wish w = parry_cases_any();
        w.limit = 10;
        (void)snprintf(id, sizeof id, "r%u", i); /* all of them try the same one */
        parry_ticket t = a_ticket(id, "Subject", "");
        parry_case_change change = no_change();
        change.priority = (int)((i + r->who) % PARRY_PRIORITIES);
        ok(parry_cases_create(r->d->cases, &t, &n, NULL));
        ok(parry_cases_change(r->d->cases, n, &change, NULL));
        ok(parry_cases_list(r->d->cases, &w, rows, &got, &total, NULL));
    }
    return NULL;
}

static void test_many_threads_agree(void **state)
{
    scratch *s = *state;
    desk d = {0};
    pthread_t threads[RACERS];
    racing r[RACERS];
    desk_open(&d, s, "search");
    for (unsigned i = 0; i < RACERS; i++) {
        r[i] = (racing){&d, i};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &r[i]), 0);
    }
    for (unsigned i = 0; i < RACERS; i++)
        (void)pthread_join(threads[i], NULL);
    for (int priority = 0; priority < PARRY_PRIORITIES; priority++) { /* memory says what the disk says */
        parry_cases_row rows[PARRY_CASES_LIST_MAX];
        size_t n, total;
        parry_cases_wish w = parry_cases_any();
        w.priority = priority;
        ok(parry_cases_list(d.cases, &w, rows, &n, &total, NULL));
        for (size_t i = 0; i < n; i++)
            assert_int_equal(get(&d, s, rows[i].id).priority, priority);
    }
    parry_cases_counts n;
    parry_cases_count(d.cases, &n);
    assert_int_equal(n.by_status[PARRY_CASE_NEW], RACES);
    desk_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_ticket_becomes_a_case),
        in_scratch(test_the_same_external_id_is_the_same_case),
        in_scratch(test_what_cannot_be_a_case_is_refused),
        in_scratch(test_a_case_goes_its_way_and_back),
        in_scratch(test_what_the_customer_says_reopens_what_is_done),
        in_scratch(test_every_change_stands_in_the_history),
        in_scratch(test_texts_are_put_right_and_the_history_says_so),
        in_scratch(test_of_two_changes_of_one_version_one_is_refused),
        in_scratch(test_internal_notes_are_for_agents_and_are_no_reply),
        in_scratch(test_a_comment_that_comes_again_is_there_once),
        in_scratch(test_a_packet_comes_back_and_the_journey_is_the_first_note),
        in_scratch(test_lists_are_filtered_and_ordered),
        in_scratch(test_lists_by_channel_and_customer),
        in_scratch(test_pages_are_the_whole_list),
        in_scratch(test_nothing_that_people_wrote_stands_on_disk),
        in_scratch(test_another_key_opens_nothing),
        in_scratch(test_many_threads_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
