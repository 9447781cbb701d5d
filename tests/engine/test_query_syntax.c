/* What quotation marks and hyphens of a query mean, and what they do not. */
#include "engine/query_syntax.h"
#include "tests/base/testing.h"

typedef struct expectation {
    const char *text, *plain, *spans; /* of each span: + or -, " where it is quoted, its words, | */
    bool typing;
} expectation;

static void assert_read(parry_arena *a, const expectation *e)
{
    parry_syntax s;
    parry_str text = parry_str_of(e->text), got = parry_str_of("");
    parry_query_syntax(a, text, e->typing, &s);
    for (size_t i = 0; i < s.n; i++)
        got = parry_str_printf(a, "%.*s%s%s%.*s|", PARRY_FMT(got), s.spans[i].negated ? "-" : "+",
                               s.spans[i].quoted ? "\"" : "", (int)(s.spans[i].end - s.spans[i].start),
                               text.p + s.spans[i].start);
    assert_int_equal(s.plain.n, text.n);
    if (!parry_str_eqz(s.plain, e->plain) || !parry_str_eqz(got, e->spans))
        fail_msg("%s: plain '%.*s', spans '%.*s'", e->text, PARRY_FMT(s.plain), PARRY_FMT(got));
}

static void assert_all(void **state, const expectation *e, size_t n)
{
    scratch *s = *state;
    for (size_t i = 0; i < n; i++)
        assert_read(s->arena, &e[i]);
}
#define assert_all(state, table) (assert_all)(state, table, sizeof(table) / sizeof *(table))

static void plain_words_stay(void **state)
{
    static const expectation table[] = {
        {"where is my money", "where is my money", "", false},
        {"wi-fi e-mail WF-2041-88317", "wi-fi e-mail WF-2041-88317", "", false},
        {"paid - not delivered", "paid - not delivered", "", false},
        {"git push --force", "git push --force", "", false},
        {"error -5 at 12-14", "error -5 at 12-14", "", false},
        {"-", "-", "", false},
        {"don't 'do' it", "don't 'do' it", "", false},
    };
    assert_all(state, table);
}

static void quoted_words_are_a_phrase(void **state)
{
    static const expectation table[] = {
        {"\"gift card\" terms", " gift card  terms", "+\"gift card|", false},
        {"about \"gift card\"?", "about  gift card ?", "+\"gift card|", false},
        {"“gift card” terms", "   gift card    terms", "+\"gift card|", false},
        {"„gift card“", "   gift card   ", "+\"gift card|", false},
        {"«carte cadeau»", "  carte cadeau  ", "+\"carte cadeau|", false},
        {"\"one\" and \"two\"", " one  and  two ", "+\"one|+\"two|", false},
    };
    assert_all(state, table);
}

static void marks_without_a_partner_are_punctuation(void **state)
{
    static const expectation table[] = {
        {"15\" or 17\" screens", "15\" or 17\" screens", "", false},
        {"\"gift card", "\"gift card", "", false},
        {"gift card\"", "gift card\"", "", false},
        {"\"\"", "\"\"", "", false},
        {"-\"gift card", "-\"gift card", "", false},
    };
    assert_all(state, table);
}

static void a_hyphen_before_a_word_takes_it_away(void **state)
{
    static const expectation table[] = {
        {"refund -card", "refund      ", "-card|", false},
        {"-card refund", "      refund", "-card|", false},
        {"refund -gift-card now", "refund            now", "-gift-card|", false},
        {"refund -\"gift card\" now", "refund              now", "-\"gift card|", false},
        {"refund -ünter", "refund        ", "-ünter|", false},
        {"Get-Process -Name", "Get-Process -Name", "", false},
        {"sort -n", "sort -n", "", false},
        {"about -is/isnot", "about -is/isnot", "", false},
    };
    assert_all(state, table);
}

static void something_is_left_to_search_for(void **state)
{
    static const expectation table[] = {
        {"-refund", "-refund", "", false},
        {"-refund -card", "-refund -card", "", false},
        {"-\"gift card\"", "- gift card ", "+\"gift card|", false},
    };
    /* a hyphen before a lone phrase is nothing; the phrase stays one */
    scratch *s = *state;
    for (size_t i = 0; i < 2; i++)
        assert_read(s->arena, &table[i]);
}

static void an_unfinished_word_takes_nothing_away_yet(void **state)
{
    static const expectation table[] = {
        {"refund -car", "refund     ", "", true},
        {"refund -car ", "refund      ", "-car|", true},
        {"refund -car", "refund     ", "-car|", false},
    };
    assert_all(state, table);
}

static void more_than_a_few_are_words(void **state)
{
    scratch *s = *state;
    parry_syntax out;
    parry_buf b = PARRY_BUF(4096);
    for (int i = 0; i < 40; i++)
        parry_buf_addz(&b, "\"a b\" word -c ");
    parry_query_syntax(s->arena, parry_buf_str(&b), false, &out);
    assert_int_equal(out.n, PARRY_MAX_SPANS);
    parry_buf_free(&b);
}

static void any_bytes_will_do(void **state)
{
    scratch *s = *state;
    uint64_t seed = 7;
    static const char bytes[] = "\"\"\"--- ab1\xE2\x80\x9C\x9D\xC2\xAB\xFF(\n";
    for (int round = 0; round < 20000; round++) {
        char text[24];
        size_t n = 0;
        parry_syntax out;
        for (size_t len = 1 + (size_t)(round % 20); n < len; n++) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            text[n] = bytes[(seed >> 33) % (sizeof bytes - 1)];
        }
        parry_query_syntax(s->arena, parry_str_make(text, n), round % 2 == 1, &out);
        assert_int_equal(out.plain.n, n);
        for (size_t i = 0; i < out.n; i++)
            assert_true(out.spans[i].start < out.spans[i].end && out.spans[i].end <= n);
        parry_arena_reset(s->arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(plain_words_stay),
        in_scratch(quoted_words_are_a_phrase),
        in_scratch(marks_without_a_partner_are_punctuation),
        in_scratch(a_hyphen_before_a_word_takes_it_away),
        in_scratch(something_is_left_to_search_for),
        in_scratch(an_unfinished_word_takes_nothing_away_yet),
        in_scratch(more_than_a_few_are_words),
        in_scratch(any_bytes_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
