/* The classifier: what it says of tickets, which files it takes and which it refuses, and what it is kept in. By words
 * alone: meaning is measured by test_train.py. */
#include "tests/base/testing.h"

#include "desk/classify/train.h"

#include <math.h>
#include <stdlib.h>

static parry_classifier *trained(scratch *s, const char *tsv, parry_trained *report)
{
    parry_labelled cases;
    parry_classifier *c = NULL;
    parry_str file = parry_str_of(tsv);
    ok(parry_labelled_parse(s->arena, file, &cases, NULL));
    ok(parry_train(s->arena, &cases, parry_hash_of(file.p, file.n), NULL, NULL, report, &c, NULL));
    return c;
}

/* A classifier of the shipped cases, made once. */
static parry_classifier *shipped;

static int make_shipped(void **state)
{
    (void)state;
    void *held;
    (void)scratch_make(&held);
    scratch *s = held;
    parry_trained report;
    shipped = trained(s, parry_str_z(s->arena, parry_labelled_shipped()), &report);
    return scratch_drop(&held);
}

static int drop_shipped(void **state)
{
    (void)state;
    parry_classifier_free(shipped);
    return 0;
}

static parry_guess said_of(const char *text)
{
    parry_guess c;
    parry_classify(shipped, parry_str_of(text), NULL, &c);
    return c;
}

static void assert_whole(const parry_guess *c)
{
    double queues = 0, priorities = 0;
    for (int q = 0; q < PARRY_QUEUES; q++) {
        assert_true(c->queues[q] >= 0 && c->queues[q] <= 1);
        queues += c->queues[q];
    }
    for (int p = 0; p < PARRY_PRIORITIES; p++) {
        assert_true(c->priorities[p] >= 0 && c->priorities[p] <= 1);
        priorities += c->priorities[p];
    }
    assert_true(fabs(queues - 1) < 1e-9 && fabs(priorities - 1) < 1e-9);
    assert_true(fabs(c->queue_probability - c->queues[c->queue]) < 1e-12);
    assert_true(fabs(c->priority_probability - c->priorities[c->priority]) < 1e-12);
}

static void probabilities_are_whole_and_plain_tickets_find_their_queue(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        parry_queue queue;
    } rows[] = {{"i cannot log in, the password is refused", PARRY_QUEUE_LOGIN},
                {"please cancel my order, I ordered the wrong size", PARRY_QUEUE_ORDERS},
                {"my parcel has not been delivered, tracking stands still", PARRY_QUEUE_DELIVERIES},
                {"CARD DECLINED AT CHECKOUT, CANNOT PAY", PARRY_QUEUE_PAYMENTS},
                {"I sent it back and still have no refund", PARRY_QUEUE_REFUNDS}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parry_guess c = said_of(rows[i].text);
        assert_whole(&c);
        assert_int_equal(c.queue, rows[i].queue);
        assert_true(c.queue_probability > .6);
        assert_false(c.by_meaning);
        assert_int_equal(c.nnear, PARRY_CLASS_NEAR);
        assert_true(c.near[0].line > 1 && c.near[0].similarity >= c.near[1].similarity);
    }
}

static void what_is_like_no_case_is_improbable(void **state)
{
    (void)state;
    static const char *const texts[] = {"xqzw vvkj pqrx", "\xF0\x9F\x99\x82\xF0\x9F\x99\x82",
                                        "lorem ipsum dolor sit amet", "\xE4\xBD\xA0\xE5\xA5\xBD"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        parry_guess c = said_of(texts[i]);
        assert_whole(&c);
        assert_true(c.queue_probability < .55);
    }
}

static void an_empty_text_gets_the_shares_and_no_evidence(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "   \n", "...!?"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        parry_guess c = said_of(texts[i]);
        assert_whole(&c);
        assert_true(c.queue_probability < .25);
        assert_int_equal(c.nnear, 0);
        assert_null(c.rule);
    }
}

static void length_and_broken_bytes_do_no_harm(void **state)
{
    scratch *s = *state;
    enum { LONG = 1 << 20 };
    char *p = parry_arena_alloc(s->arena, LONG);
    const char *word = "refund ";
    for (size_t i = 0; i < LONG; i++)
        p[i] = word[i % 7];
    parry_guess c;
    parry_classify(shipped, parry_str_make(p, LONG), NULL, &c);
    assert_whole(&c);
    assert_int_equal(c.queue, PARRY_QUEUE_REFUNDS);
    for (size_t i = 0; i < LONG; i++)
        p[i] = (char)(i * 37 + i / 251);
    parry_classify(shipped, parry_str_make(p, LONG), NULL, &c);
    assert_whole(&c);
    memset(p, 'a', LONG);
    parry_classify(shipped, parry_str_make(p, LONG), NULL, &c);
    assert_whole(&c);
}

static void a_rule_decides_and_is_told(void **state)
{
    (void)state;
    parry_guess c = said_of("You took the money twice for one order");
    assert_int_equal(c.priority, PARRY_PRIORITY_HIGH);
    assert_string_equal(c.rule, "money taken twice");
    c = said_of("Somebody hacked me and reads my messages");
    assert_int_equal(c.priority, PARRY_PRIORITY_CRITICAL);
    assert_string_equal(c.rule, "account taken over");
    c = said_of("How long does delivery take?");
    assert_int_equal(c.priority, PARRY_PRIORITY_LOW);
    assert_null(c.rule);
    assert_whole(&c);
}

/* However sure the model is that a question is a harmless one. */
static void a_rule_is_not_overruled(void **state)
{
    (void)state;
    parry_guess c =
        said_of("What is the return policy, how do I send things back, how long does it take, is it free, what "
                "are the rules, can I return sale items, which sizes are there, my lawyer likes to know");
    assert_whole(&c);
    assert_int_equal(c.priority, PARRY_PRIORITY_CRITICAL);
    assert_string_equal(c.rule, "law");
    assert_true(c.priorities[PARRY_PRIORITY_LOW] > c.priority_probability);
}

static void a_subject_is_said_once(void **state)
{
    scratch *s = *state;
    assert_str(parry_classify_text(s->arena, lit("Late parcel"), lit("Late parcel, again")), "Late parcel, again");
    assert_str(parry_classify_text(s->arena, lit("Late"), lit("My parcel")), "Late. My parcel");
    assert_str(parry_classify_text(s->arena, lit(""), lit(" My parcel ")), "My parcel");
    assert_str(parry_classify_text(s->arena, lit("Late"), lit("")), "Late. ");
}

/* ---- files of cases ---- */

#define HEAD "text\tqueue\tpriority\n"

static void a_wrong_line_is_named(void **state)
{
    scratch *s = *state;
    static const struct {
        const char *file, *why;
    } rows[] = {
        {"", "empty"},
        {"where is it\tDeliveries\n", "line 1: name the columns"},
        {"text\tpriority\nhi\tlow\n", "line 1: name the columns"},
        {HEAD "a b\tLogin\tlow\nhi there\tBilling\tlow\n", "line 3: queue \"Billing\""},
        {HEAD "hi there\tLogin\turgent\n", "line 2: priority \"urgent\""},
        {HEAD "\nhi\tLogin\n", "line 3: 2 columns where line 1 has 3"},
        {HEAD "hi\tLogin\tlow\tmore\n", "line 2: 4 columns"},
        {HEAD "  \tLogin\tlow\n", "line 2: no text"},
        {HEAD "h\xFFi\tLogin\tlow\n", "line 2: not UTF-8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parry_labelled l;
        parry_err err = {0};
        assert_int_equal(parry_labelled_parse(s->arena, parry_str_of(rows[i].file), &l, &err), PARRY_INVALID);
        if (strstr(err.msg, rows[i].why) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.msg, rows[i].why);
    }
}

static void a_text_that_is_too_long_is_named(void **state)
{
    scratch *s = *state;
    parry_buf b = PARRY_BUF(1 << 20);
    parry_buf_addz(&b, HEAD);
    for (int i = 0; i <= PARRY_TICKET_DESCRIPTION_MAX; i++)
        parry_buf_addc(&b, 'a');
    parry_buf_addz(&b, "\tLogin\tlow\n");
    parry_labelled l;
    parry_err err = {0};
    assert_int_equal(parry_labelled_parse(s->arena, parry_buf_str(&b), &l, &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "line 2: more than 16000"));
    parry_buf_free(&b);
}

static void columns_stand_in_any_order_and_others_are_passed_over(void **state)
{
    scratch *s = *state;
    parry_labelled l;
    ok(parry_labelled_parse(s->arena,
                            lit("\xEF\xBB\xBFqueue\tintent\ttext\tsubject\r\nLogin\tx\tcant get in\tHelp\r\n\r\n"
                                "Orders\ty\tcancel it\t"),
                            &l, NULL));
    assert_int_equal(l.n, 2);
    assert_null(l.priority);
    assert_str(l.text[0], "Help. cant get in");
    assert_str(l.text[1], "cancel it");
    assert_int_equal(l.queue[1], PARRY_QUEUE_ORDERS);
    assert_int_equal(l.line[1], 4);
}

static const char *repeated(scratch *s, int of_each, const char *left_out)
{
    static const char *const words[] = {"password", "cancel", "parcel", "card", "refund"};
    parry_buf b = PARRY_BUF(1 << 20);
    parry_buf_addz(&b, "text\tqueue\n");
    for (int i = 0; i < of_each; i++) {
        for (int q = 0; q < PARRY_QUEUES; q++) {
            if (strcmp(parry_queue_name((parry_queue)q), left_out) != 0)
                parry_buf_printf(&b, "%s trouble %c\t%s\n", words[q], 'a' + i % 26, parry_queue_name((parry_queue)q));
        }
    }
    const char *text = parry_str_z(s->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return text;
}

static void too_little_to_learn_from_is_said(void **state)
{
    scratch *s = *state;
    const struct {
        const char *file, *why;
    } rows[] = {{repeated(s, 10, "Payments"), "queue Payments has 0 cases"},
                {repeated(s, 3, ""), "15 cases: give 20"},
                {"text\tqueue\n", "queue Login has 0"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parry_labelled l;
        parry_trained report;
        parry_classifier *c = NULL;
        parry_err err = {0};
        ok(parry_labelled_parse(s->arena, parry_str_of(rows[i].file), &l, NULL));
        assert_int_equal(parry_train(s->arena, &l, (parry_hash){{0}}, NULL, NULL, &report, &c, &err), PARRY_INVALID);
        assert_null(c);
        if (strstr(err.msg, rows[i].why) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", err.msg, rows[i].why);
    }
}

static void twenty_cases_are_enough_and_their_priorities_are_the_shipped_ones(void **state)
{
    scratch *s = *state;
    parry_trained report;
    parry_classifier *c = trained(s, repeated(s, 4, ""), &report);
    assert_false(report.own_priority);
    assert_int_equal(report.queue_by_words.n, 20);
    assert_int_equal(report.queue_by_meaning.n, 0);
    parry_guess is;
    parry_classify(c, lit("my refund"), NULL, &is);
    assert_whole(&is);
    assert_int_equal(is.queue, PARRY_QUEUE_REFUNDS);
    parry_hash file;
    assert_int_equal(parry_classifier_cases(c, &file), 20);
    parry_classifier_free(c);
}

static void the_same_wording_is_never_in_two_folds(void **state)
{
    scratch *s = *state;
    parry_buf b = PARRY_BUF(1 << 20);
    parry_buf_addz(&b, "text\tqueue\n");
    /* Without a word in common between cases of a queue, what was held out can only be found by a copy of itself. */
    static const char *const alone[] = {"abcd", "efgh", "ijkl", "mnop", "qrst"};
    for (int i = 0; i < 8; i++) {
        for (int q = 0; q < PARRY_QUEUES; q++)
            parry_buf_printf(&b, "%s %d!\t%s\n", alone[q], 100 + i, parry_queue_name((parry_queue)q));
    }
    parry_trained report;
    parry_classifier *c = trained(s, parry_str_z(s->arena, parry_buf_str(&b)), &report);
    size_t right = 0;
    for (size_t i = 0; i < report.queue_by_words.n; i++)
        right += report.queue_by_words.said[i] == report.queue_by_words.truth[i];
    assert_true(right <= 8); /* one queue may be guessed */
    parry_classifier_free(c);
    parry_buf_free(&b);
}

/* ---- the file it is kept in ---- */

static void what_was_saved_says_the_same(void **state)
{
    scratch *s = *state;
    parry_classifier *again = NULL;
    ok(parry_classifier_save(shipped, in(s, "c"), NULL));
    ok(parry_classifier_open(in(s, "c"), NULL, &again, NULL));
    static const char *const texts[] = {"where is my parcel", "urgent, charged twice", "", "zzz"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        parry_guess a = said_of(texts[i]), b;
        parry_classify(again, parry_str_of(texts[i]), NULL, &b);
        assert_memory_equal(a.queues, b.queues, sizeof a.queues);
        assert_memory_equal(a.priorities, b.priorities, sizeof a.priorities);
        assert_int_equal(a.nnear, b.nnear);
    }
    assert_false(parry_classifier_by_meaning(again));
    parry_classifier_free(again);
}

static void the_same_cases_give_the_same_bytes(void **state)
{
    scratch *s = *state;
    parry_trained report;
    parry_str first, second;
    for (int i = 0; i < 2; i++) {
        parry_classifier *c = trained(s, repeated(s, 6, ""), &report);
        ok(parry_classifier_save(c, in(s, i == 0 ? "1" : "2"), NULL));
        parry_classifier_free(c);
    }
    ok(parry_file_read(s->arena, in(s, "1"), 1 << 26, &first, NULL));
    ok(parry_file_read(s->arena, in(s, "2"), 1 << 26, &second, NULL));
    assert_true(parry_str_eq(first, second));
}

static void refused(scratch *s, parry_str bytes)
{
    parry_classifier *c = NULL;
    parry_err err = {0};
    ok(parry_file_replace(in(s, "damaged"), bytes, NULL));
    assert_int_equal(parry_classifier_open(in(s, "damaged"), NULL, &c, &err), PARRY_CORRUPT);
    assert_null(c);
    assert_non_null(strstr(err.msg, "parry desk train"));
}

static void damage_is_found(void **state)
{
    scratch *s = *state;
    parry_str bytes;
    ok(parry_classifier_save(shipped, in(s, "c"), NULL));
    ok(parry_file_read(s->arena, in(s, "c"), 1 << 26, &bytes, NULL));
    for (size_t n = 0; n < bytes.n; n += 1 + bytes.n / 7)
        refused(s, parry_str_make(bytes.p, n));
    parry_str damaged = parry_str_copy(s->arena, bytes);
    char *p = parry_str_z(s->arena, damaged);
    memcpy(p, bytes.p, bytes.n);
    p[bytes.n / 2] ^= 1;
    refused(s, parry_str_make(p, bytes.n));
    parry_classifier *c = NULL;
    assert_int_equal(parry_classifier_open(in(s, "none"), NULL, &c, NULL), PARRY_NOT_FOUND);
}

/* ---- the one of a folder ---- */

static void a_folder_has_the_shipped_one_until_a_team_trains(void **state)
{
    scratch *s = *state;
    parry_classifier *c = NULL;
    parry_hash file;
    parry_trained report;
    size_t many = parry_classifier_cases(shipped, &file);
    parry_err own_err;
    ok(parry_classifier_save(shipped, in(s, PARRY_CLASSIFIER_SHIPPED), NULL));
    ok(parry_classifier_ready(s->dir, NULL, &own_err, &c, NULL));
    assert_int_equal(own_err.code, PARRY_OK);
    assert_int_equal(parry_classifier_cases(c, &file), many);
    parry_classifier_free(c);
    parry_classifier *own = trained(s, repeated(s, 4, ""), &report);
    ok(parry_classifier_save(own, in(s, PARRY_CLASSIFIER_OWN), NULL));
    parry_classifier_free(own);
    ok(parry_classifier_ready(s->dir, NULL, &own_err, &c, NULL));
    assert_int_equal(parry_classifier_cases(c, &file), 20);
    assert_int_equal(own_err.code, PARRY_OK);
    parry_classifier_free(c);
    ok(parry_file_replace(in(s, PARRY_CLASSIFIER_OWN), lit("nonsense"), NULL));
    ok(parry_classifier_ready(s->dir, NULL, &own_err, &c, NULL));
    assert_int_equal(parry_classifier_cases(c, &file), many);
    assert_int_equal(own_err.code, PARRY_CORRUPT);
    parry_classifier_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probabilities_are_whole_and_plain_tickets_find_their_queue),
        cmocka_unit_test(what_is_like_no_case_is_improbable),
        cmocka_unit_test(an_empty_text_gets_the_shares_and_no_evidence),
        in_scratch(length_and_broken_bytes_do_no_harm),
        cmocka_unit_test(a_rule_decides_and_is_told),
        cmocka_unit_test(a_rule_is_not_overruled),
        in_scratch(a_subject_is_said_once),
        in_scratch(a_wrong_line_is_named),
        in_scratch(a_text_that_is_too_long_is_named),
        in_scratch(columns_stand_in_any_order_and_others_are_passed_over),
        in_scratch(too_little_to_learn_from_is_said),
        in_scratch(twenty_cases_are_enough_and_their_priorities_are_the_shipped_ones),
        in_scratch(the_same_wording_is_never_in_two_folds),
        in_scratch(what_was_saved_says_the_same),
        in_scratch(the_same_cases_give_the_same_bytes),
        in_scratch(damage_is_found),
        in_scratch(a_folder_has_the_shipped_one_until_a_team_trains),
    };
    return cmocka_run_group_tests(tests, make_shipped, drop_shipped);
}
