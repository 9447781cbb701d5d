/* Synonyms out of second tries, over made-up sessions. */
#include "tests/base/testing.h"

#include "eval/mine.h"

#include <stdio.h>

/* "from>to sessions/of;" each, best first. */
static const char *mined(parry_arena *a, const char *tsv, size_t least)
{
    parry_mined *list = NULL;
    size_t n = 0;
    parry_err err = {0};
    parry_buf b = PARRY_BUF(1 << 20);
    if (parry_mine_synonyms(a, parry_str_of(tsv), parry_str_of("en"), least, &list, &n, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    for (size_t i = 0; i < n; i++)
        parry_buf_printf(&b, "%.*s>%.*s %zu/%zu%s;", PARRY_FMT(list[i].from), PARRY_FMT(list[i].to), list[i].sessions,
                         list[i].of, list[i].both ? " both" : "");
    const char *z = parry_str_z(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return z;
}

static void what_many_replace_by_one_thing_comes_first(void **state)
{
    scratch *s = *state;
    parry_buf b = PARRY_BUF(1 << 20);
    parry_buf_addz(&b, "session\ttime\tquery\n");
    for (int i = 0; i < 9; i++) /* nine mean a refund, one something else; and wallets become three things */
        parry_buf_printf(&b, "s%d\t%d\tlate %s\ns%d\t%d\tlate Refund\n", i, 100 + i, "cash back", i, 130 + i);
    parry_buf_addz(&b, "s9\t5\tlate cash back\ns9\t9\tlate invoices\n");
    static const char *const things[] = {"balance", "voucher", "card"};
    for (int i = 0; i < 9; i++)
        parry_buf_printf(&b, "w%d\t%d\twallet\nw%d\t%d\t%s\n", i, 5, i, 6, things[i % 3]);
    assert_string_equal(mined(s->arena, parry_str_z(s->arena, parry_buf_str(&b)), 3),
                        "cash back>refund 9/10;wallet>balance 3/9;wallet>card 3/9;wallet>voucher 3/9;");
    parry_buf_free(&b);
}

static void one_persons_tries_count_once(void **state)
{
    scratch *s = *state;
    const char *tsv = "a\t1\twallet\na\t2\tbalance\na\t3\twallet\na\t4\tbalance\nb\t1\twallet\nb\t2\tbalance\n";
    assert_string_equal(mined(s->arena, tsv, 2), "wallet>balance 2/2;");
    assert_string_equal(mined(s->arena, tsv, 3), "");
    assert_string_equal(mined(s->arena, tsv, 1), "wallet>balance 2/2 both;balance>wallet 1/1 both;");
}

static void typing_misspelling_and_other_topics_are_no_synonyms(void **state)
{
    scratch *s = *state;
    static const char *const pairs[][2] = {
        {"refu", "refund"},                                              /* typing on */
        {"refund", "refund late"},                                       /* narrowing */
        {"refund late please", "refund"},                                /* widening */
        {"refnd", "refund"},                                             /* misspelt */
        {"refunds", "refund"},                                           /* the same stem */
        {"refund not received", "not received refund"},                  /* the same words */
        {"how do I change my address", "parcel was stolen by a monkey"}, /* too much differs */
        {"refund", "refund"},
        {"?!", "refund"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *tsv = parry_str_printf(s->arena, "a\t1\t%s\na\t2\t%s\n", pairs[i][0], pairs[i][1]).p;
        assert_string_equal(mined(s->arena, tsv, 1), "");
    }
}

static void order_time_and_session_decide_who_follows_whom(void **state)
{
    scratch *s = *state;
    assert_string_equal(mined(s->arena, "a\t20\tbalance\na\t10\twallet\n", 1), "wallet>balance 1/1;");
    assert_string_equal(mined(s->arena, "a\t10\twallet\nb\t20\tbalance\n", 1), "");
    assert_string_equal(mined(s->arena, "a\t10\twallet\na\t131\tbalance\n", 1), "");
    assert_string_equal(
        mined(s->arena, "a\t2026-11-21T09:00:00Z\twallet\r\na\t2026-11-21T09:01:00Z\tbalance\r\n\r\n", 1),
        "wallet>balance 1/1;");
}

static void a_bad_line_is_named(void **state)
{
    scratch *s = *state;
    parry_mined *list;
    size_t n;
    static const struct {
        const char *tsv, *says;
    } bad[] = {{"a\t1\twallet\nb\t2\n", "line 2"}, {"a\t1\tb\nc\tsoon\td\n", "line 2"}, {"only this", "line 1"}};
    for (size_t i = 0; i < 3; i++) {
        parry_err err = {0};
        assert_int_equal(parry_mine_synonyms(s->arena, parry_str_of(bad[i].tsv), lit("en"), 1, &list, &n, &err),
                         PARRY_INVALID);
        assert_non_null(strstr(err.msg, bad[i].says));
    }
    assert_string_equal(mined(s->arena, "", 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(what_many_replace_by_one_thing_comes_first),
        in_scratch(one_persons_tries_count_once),
        in_scratch(typing_misspelling_and_other_topics_are_no_synonyms),
        in_scratch(order_time_and_session_decide_who_follows_whom),
        in_scratch(a_bad_line_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
