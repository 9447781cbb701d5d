/* Golden cases of deflection/collapse.h, each worked out by hand. */
#include "../base/testing.h"

#include "deflection/collapse.h"

enum { MOST = 64 };

/* A line of a case: after so many ms, this text. '!' submitted, '*' used (after '!' or alone), '.' neither. */
typedef struct step {
    int64_t after_ms;
    const char *how, *text;
} step;

/* final_of of each step. */
static void collapse(const step *steps, size_t n, size_t *final_of)
{
    parry_typed typed[MOST];
    int64_t at = 1700000000000;
    assert_true(n <= MOST);
    for (size_t i = 0; i < n; i++) {
        at += steps[i].after_ms;
        typed[i] = (parry_typed){.at_ms = at,
                                 .text = parry_str_of(steps[i].text),
                                 .submitted = strchr(steps[i].how, '!') != NULL,
                                 .used = strchr(steps[i].how, '*') != NULL};
    }
    parry_collapse(typed, n, final_of);
}

static void expect(const char *name, const step *steps, size_t n, const size_t *finals)
{
    size_t got[MOST];
    collapse(steps, n, got);
    for (size_t i = 0; i < n; i++)
        if (got[i] != finals[i])
            fail_msg("%s: %zu \"%s\" belongs to %zu, not to %zu", name, i, steps[i].text, got[i], finals[i]);
}

#define EXPECT(name, steps, ...) expect(name, steps, sizeof(steps) / sizeof *(steps), (const size_t[]){__VA_ARGS__})

static void test_letters_are_one_search(void **state)
{
    (void)state;
    static const step grown[] = {{0, ".", "r"}, {200, ".", "re"}, {200, ".", "refund"}, {900, ".", "refund late"}};
    EXPECT("grown", grown, 3, 3, 3, 3);
    static const step slip[] = {{0, ".", "refud"}, {300, ".", "refu"}, {300, ".", "refun"}, {300, ".", "refund"}};
    EXPECT("slip", slip, 3, 3, 3, 3);
    static const step seen[] = {{0, ".", "reset pasword"}, {3000, ".", "reset pas"}, {200, ".", "reset password"}};
    EXPECT("a slip that was seen late", seen, 2, 2, 2);
    static const step middle[] = {{0, ".", "reset password"}, {700, ".", "reset my password"}};
    EXPECT("put in the middle", middle, 1, 1);
    static const step pause[] = {{0, ".", "refund st"}, {200000, ".", "refund status"}};
    EXPECT("no one searches for half a word", pause, 1, 1);
    static const step boundary[] = {{0, ".", "refund"}, {50000, ".", "refund status"}};
    EXPECT("within a minute it goes on", boundary, 1, 1);
    static const step late[] = {{0, ".", "refund"}, {70000, ".", "refund status"}};
    EXPECT("after a minute it is another", late, 0, 1);
}

static void test_a_changed_mind_is_no_search(void **state)
{
    (void)state;
    static const step mind[] = {{0, ".", "reset pa"}, {900, ".", "re"}, {200, ".", "c"}, {300, ".", "cancel order"}};
    EXPECT("changed mind", mind, 3, 3, 3, 3);
    static const step cleared[] = {{0, ".", "reset pass"}, {1200, ".", "cancel order"}};
    EXPECT("cleared at once", cleared, 1, 1);
}

static void test_what_was_read_is_a_search(void **state)
{
    (void)state;
    static const step two[] = {
        {0, ".", "reset pass"}, {200, ".", "reset password"}, {9000, ".", "reset"},      {150, ".", "r"},
        {400, ".", "c"},        {200, ".", "cancel"},         {300, ".", "cancel order"}};
    EXPECT("read, deleted, another", two, 1, 1, 6, 6, 6, 6, 6);
    static const step all[] = {{0, ".", "reset password"}, {9000, ".", "can"}, {200, ".", "cancel order"}};
    EXPECT("read, replaced whole", all, 0, 2, 2);
    static const step head[] = {{0, ".", "how do i reset"}, {8000, ".", "how do i "}, {300, ".", "how do i cancel"}};
    EXPECT("the same beginning", head, 0, 2, 2);
    static const step model[] = {{0, ".", "iphone 12 case"}, {8000, ".", "iphone 13 case"}};
    EXPECT("another number is no slip", model, 0, 1);
    static const step slow[] = {{0, ".", "re"},      {2500, ".", "ref"},   {2500, ".", "refu"},  {2500, ".", "refun"},
                                {3500, ".", "canc"}, {2500, ".", "cance"}, {2500, ".", "cancel"}};
    EXPECT("a slow hand rests longer", slow, 6, 6, 6, 6, 6, 6, 6);
}

static void test_what_was_submitted_or_used_is_a_search(void **state)
{
    (void)state;
    static const step entered[] = {
        {0, ".", "refund"}, {100, "!", "refund"}, {6000, ".", "refund s"}, {200, "!", "refund status"}};
    EXPECT("submitted twice", entered, 1, 1, 3, 3);
    static const step clicked[] = {
        {0, ".", "pass"}, {300, "*", "password"}, {900, ".", "password r"}, {200, ".", "password reset"}};
    EXPECT("a click makes it final", clicked, 1, 1, 3, 3);
    static const step pages[] = {
        {0, ".", "refund"}, {100, "!", "refund"}, {8000, "!", "refund"}, {8000, "!", " Refund? "}};
    EXPECT("pages", pages, 1, 1, 1, 1);
    static const step again[] = {{0, "!", "refund"}, {9000, ".", "ref"}, {300, "!", "refund"}};
    EXPECT("typed once more", again, 0, 0, 0);
    static const step hurried[] = {{0, "!", "r"}, {150, "!", "re"}, {150, "!", "ref"}, {150, "!", "refund"}};
    EXPECT("a box that submits every letter", hurried, 3, 3, 3, 3);
    static const step row[] = {{0, "!", "refund"}, {20000, "!", "cancel order"}, {20000, "!", "delete account"}};
    EXPECT("one after another", row, 0, 1, 2);
    static const step hours[] = {{0, ".", "refu"}, {1900000, ".", "refund"}};
    EXPECT("another session", hours, 0, 1);
}

static void test_deleting_is_not_searching(void **state)
{
    (void)state;
    static const step left[] = {{0, ".", "reset password"}, {9000, ".", "reset passw"}, {200, ".", "reset p"}};
    EXPECT("left in the middle of deleting", left, 0, 0, 0);
    static const step entered[] = {{0, "!", "reset password"}, {9000, ".", "reset passw"}, {200, ".", "rese"}};
    EXPECT("the same after Enter", entered, 0, 0, 0);
    static const step shorter[] = {{0, ".", "reset password email"}, {9000, ".", "reset password"}};
    EXPECT("shortened by a word", shorter, 1, 1);
}

static void test_paste_and_picks(void **state)
{
    (void)state;
    static const step pick[] = {{0, ".", "pas"}, {300, ".", "passw"}, {4000, "!", "how to reset my password"}};
    EXPECT("picked", pick, 2, 2, 2);
    static const step paste[] = {{0, "!", "refund"}, {20000, ".", "error 0x80070057 while paying"}};
    EXPECT("pasted", paste, 0, 1);
}

static void test_scripts(void **state)
{
    (void)state;
    static const step korean[] = {{0, ".", "환"}, {300, ".", "환ㅂ"}, {300, ".", "환부"}, {300, ".", "환불"}};
    EXPECT("Hangul by its letters", korean, 3, 3, 3, 3);
    static const step pinyin[] = {
        {0, ".", "mi"}, {300, ".", "mima"}, {3000, ".", "密码"}, {300, ".", "密码chong"}, {2500, ".", "密码重置"}};
    EXPECT("pinyin", pinyin, 4, 4, 4, 4, 4);
    static const step kana[] = {{0, ".", "へんきん"}, {2500, ".", "返金"}};
    EXPECT("kana", kana, 1, 1);
    static const step accent[] = {{0, ".", "connexion e"}, {2500, ".", "Connexion échouée"}};
    EXPECT("accents", accent, 1, 1);
    static const step cyrillic[] = {{0, ".", "возв"}, {300, ".", "возврат"}, {8000, ".", "удалить"}};
    EXPECT("Cyrillic", cyrillic, 1, 1, 2);
    static const step arabic[] = {{0, ".", "استر"}, {300, ".", "استرداد"}};
    EXPECT("Arabic", arabic, 1, 1);
    static const step emoji[] = {{0, ".", "😡"}, {300, ".", "😡 refund"}, {300, ".", "😡 refund 🙏🏽"}};
    EXPECT("emoji", emoji, 2, 2, 2);
}

static void test_redacted_tokens(void **state)
{
    (void)state;
    static const step mail[] = {{0, ".", "mail to ann@exam"}, {2500, ".", "mail to [email]"}};
    EXPECT("an address", mail, 1, 1);
    static const step number[] = {{0, ".", "order 12345"},
                                  {200, ".", "order 123456"},
                                  {2500, ".", "order [number]"},
                                  {300, ".", "order [phone]"},
                                  {300, ".", "order [order] lost"}};
    EXPECT("a number", number, 4, 4, 4, 4, 4);
}

static void test_hostile_input_is_taken(void **state)
{
    scratch *s = *state;
    enum { N = 20000 };
    parry_typed *typed = PARRY_ARRAY(s->arena, parry_typed, N);
    size_t *final_of = PARRY_ARRAY(s->arena, size_t, N);
    char *bytes = parry_arena_alloc(s->arena, 4096);
    for (size_t i = 0; i < 4096; i++)
        bytes[i] = (char)(i * 2654435761u >> 13);
    for (size_t i = 0; i < N; i++)
        typed[i] =
            (parry_typed){.at_ms = i % 7 == 0 ? INT64_MIN / 4 : (int64_t)(i % 3) * (INT64_MAX / 8),
                          .text = parry_str_make(i % 11 == 0 ? NULL : bytes + i % 97, i % 11 == 0 ? 0 : i % 3999),
                          .submitted = i % 5 == 0,
                          .used = i % 13 == 0};
    parry_collapse(typed, N, final_of);
    for (size_t i = 0; i < N; i++) {
        assert_true(final_of[i] < N);
        assert_int_equal(final_of[final_of[i]], final_of[i]);
    }
}

static void test_a_folded_text(void **state)
{
    scratch *s = *state;
    static const char *const pairs[][2] = {
        {"  Refund\t\n status?! ", "refund status"},
        {"ＲＥＦＵＮＤ", "refund"},
        {"C#", "c#"},
        {"c++", "c++"},
        {"mail to [email]", "mail to [email]"},
        {"???", "???"},
        {"", ""},
        {"STRASSE straße", "strasse strasse"},
        {"«удалить»", "удалить"},
        {"e\xCC\x81t\xC3\xA9", "été"},
        {" . , ", ". ,"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        parry_str got = parry_collapse_fold(s->arena, parry_str_of(pairs[i][0]));
        if (!parry_str_eqz(got, pairs[i][1]))
            fail_msg("%s: %.*s", pairs[i][0], PARRY_FMT(got));
        parry_str twice = parry_collapse_fold(s->arena, got);
        assert_true(parry_str_eq(twice, got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_are_one_search),
        cmocka_unit_test(test_a_changed_mind_is_no_search),
        cmocka_unit_test(test_what_was_read_is_a_search),
        cmocka_unit_test(test_what_was_submitted_or_used_is_a_search),
        cmocka_unit_test(test_deleting_is_not_searching),
        cmocka_unit_test(test_paste_and_picks),
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_redacted_tokens),
        in_scratch(test_hostile_input_is_taken),
        in_scratch(test_a_folded_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
