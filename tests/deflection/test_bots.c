/* Golden logs of bots, each breaking one rule, and of people who come near; a typist's sessions are people's. */
#include "../base/testing.h"

#include "typist.h"

#include "deflection/bots.h"

enum { MOST = 2000 };
static const int64_t start_ms = 1700000000000;

typedef struct story {
    parry_arena *a;
    parry_fact facts[MOST];
    size_t n;
    int64_t now_ms;
} story;

static void add(story *l, int64_t after_ms, parry_fact_type type, const char *text)
{
    assert_true(l->n < MOST);
    l->now_ms += after_ms;
    l->facts[l->n++] = (parry_fact){.at_ms = l->now_ms, .type = type, .text = parry_str_of(text), .dwell_ms = -1};
}

static story *fresh(scratch *s)
{
    story *l = PARRY_NEW(s->arena, story);
    l->a = s->arena;
    l->now_ms = start_ms;
    return l;
}

/* A text unlike the others, in no order. */
static const char *text_of(story *l, size_t i)
{
    uint64_t x = (i + 1) * 0x9E3779B97F4A7C15u;
    return parry_str_z(l->a,
                       parry_str_printf(l->a, "%c%c%c %c%c%c", 'a' + (int)(x >> 8 & 15), 'b' + (int)(x >> 16 & 15),
                                        'c' + (int)(x >> 24 & 15), 'd' + (int)(x >> 32 & 15), 'e' + (int)(x >> 40 & 15),
                                        'f' + (int)(x >> 48 & 15)));
}

#define assert_sign(l, sign) assert_string_equal(parry_bots_name(parry_bots_sign_of((l)->facts, (l)->n)), sign)

static void test_what_calls_itself_a_bot(void **state)
{
    (void)state;
    static const char *const bots[] = {
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "GPTBot/1.2",
        "UptimeRobot/2.0",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/126.0.0.0 Safari/537.36",
        "kube-probe/1.29",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
        "my-MONITOR/1",
        "facebookexternalhit/1.1"};
    static const char *const people[] = {
        "",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_NOTE_S) AppleWebKit/537.36",
        "Mozilla/5.0 (Linux; Android 9; CUBOT) X",
        "python-requests/2.32",
        "curl/8.5",
        "Bottle/1.0",
        "okhttp/4.12",
        "b",
        "bo"};
    for (size_t i = 0; i < sizeof bots / sizeof *bots; i++)
        if (!parry_bots_declared(parry_str_of(bots[i]), parry_str_of("other  My-Monitor")))
            fail_msg("%s", bots[i]);
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        if (parry_bots_declared(parry_str_of(people[i]), parry_str_of(" my-monitor ")))
            fail_msg("%s", people[i]);
}

static void test_said(void **state)
{
    story *l = fresh(*state);
    add(l, 0, PARRY_FACT_SEARCH, "refund");
    assert_false(parry_bots_like(l->facts, l->n));
    l->facts[0].bot = true;
    assert_sign(l, "said");
    assert_false(parry_bots_like(NULL, 0));
}

static void test_rate(void **state)
{
    story *l = fresh(*state);
    for (size_t i = 0; i < 29; i++)
        add(l, 1500 + (int64_t)(i * i % 7) * 80, PARRY_FACT_SEARCH, text_of(l, i));
    assert_sign(l, "none");
    add(l, 1500, PARRY_FACT_SEARCH, text_of(l, 29));
    assert_sign(l, "rate");
}

static void test_number(void **state)
{
    story *l = fresh(*state);
    for (size_t i = 0; i < 500; i++)
        add(l, i % 2 == 0 ? 60000 : 300000, PARRY_FACT_SEARCH, text_of(l, i));
    assert_sign(l, "none");
    l = fresh(*state);
    for (size_t i = 0; i < 500; i++)
        add(l, i % 2 == 0 ? 30000 : 240000, PARRY_FACT_SEARCH, text_of(l, i));
    assert_sign(l, "number");
}

static void test_regular(void **state)
{
    story *l = fresh(*state);
    for (size_t i = 0; i < 31; i++)
        add(l, 60000 + (int64_t)(i % 3) * 500, PARRY_FACT_SEARCH, "refund");
    assert_sign(l, "regular");
    l = fresh(*state);
    for (size_t i = 0; i < 31; i++)
        add(l, 60000 + (int64_t)(i % 3) * 15000, PARRY_FACT_SEARCH, "refund");
    assert_sign(l, "none");
}

static void test_no_dwell(void **state)
{
    story *l = fresh(*state);
    for (size_t i = 0; i < 30; i++) {
        add(l, 20000 + (int64_t)(i * i % 11) * 3000, PARRY_FACT_CLICK, "");
        add(l, 200, PARRY_FACT_VIEW, "");
        l->facts[l->n - 1].dwell_ms = 150;
    }
    assert_sign(l, "no_dwell");
    for (size_t i = 0; i < l->n; i++)
        l->facts[i].dwell_ms = l->facts[i].type == PARRY_FACT_VIEW && i % 8 == 1 ? 9000 : l->facts[i].dwell_ms;
    assert_sign(l, "none");
    for (size_t i = 0; i < l->n; i++)
        l->facts[i].dwell_ms = -1; /* not told: nothing follows from it */
    assert_sign(l, "none");
}

static void test_list(void **state)
{
    story *l = fresh(*state);
    for (size_t i = 0; i < 41; i++) {
        parry_str s = parry_str_printf(l->a, "%c%c%s", 'a' + (int)(i / 4), 'b' + (int)(i % 4) * 5, text_of(l, i));
        add(l, 20000 + (int64_t)(i * i % 11) * 3000, PARRY_FACT_SEARCH, s.p);
    }
    assert_sign(l, "list");
    l->facts[20].text = l->facts[0].text;
    assert_sign(l, "none");
}

/* A month of somebody who types fast, searches every day, and reads. */
static void test_people_who_type_fast_are_people(void **state)
{
    (void)state;
    static const char *const asked[] = {"how do i reset my password", "refund not received", "cancel my order",
                                        "change delivery address",    "parcel stolen",       "close my account"};
    parry_str questions[6];
    for (size_t i = 0; i < 6; i++)
        questions[i] = parry_str_of(asked[i]);
    typist *t = parry_calloc(1, sizeof *t);
    *t = (typist){.questions = questions, .nquestions = 6};
    for (uint64_t person = 0; person < 200; person++) {
        parry_arena *a = parry_arena_new();
        parry_fact *facts = PARRY_ARRAY(a, parry_fact, 40 * TYPIST_TYPED);
        size_t n = 0;
        t->a = a;
        for (uint64_t day = 0; day < 20; day++) {
            typist_session(t, person * 1000 + day);
            for (size_t i = 0; i < t->nsent; i++)
                facts[n++] = (parry_fact){.at_ms = t->sent[i].at_ms + (int64_t)day * 86400000,
                                          .type = t->sent[i].submitted ? PARRY_FACT_SEARCH : PARRY_FACT_SUGGEST,
                                          .text = t->sent[i].text,
                                          .dwell_ms = -1};
        }
        parry_bots_sign sign = parry_bots_sign_of(facts, n);
        if (sign != PARRY_BOTS_NONE)
            fail_msg("person %llu: %s", (unsigned long long)person, parry_bots_name(sign));
        parry_arena_free(a);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_calls_itself_a_bot),
        in_scratch(test_said),
        in_scratch(test_rate),
        in_scratch(test_number),
        in_scratch(test_regular),
        in_scratch(test_no_dwell),
        in_scratch(test_list),
        in_scratch(test_people_who_type_fast_are_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
