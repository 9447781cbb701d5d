#include "testing.h"

static parry_str z(const char *text) { return parry_str_of(text); }

static void test_the_empty_slice_is_equal_to_any_empty_slice(void **state)
{
    (void)state;
    parry_str none = {NULL, 0};
    assert_true(parry_str_eq(none, z("")));
    assert_true(parry_str_eqz(none, ""));
    assert_int_equal(parry_str_cmp(none, z("")), 0);
    assert_true(parry_str_starts(none, ""));
    assert_true(parry_str_ends(none, ""));
    assert_false(parry_str_starts(none, "a"));
    assert_int_equal(parry_str_trim(none).n, 0);
    assert_int_equal(parry_str_find(none, z("a")), 0);
}

static void test_order_is_by_bytes_and_shorter_first(void **state)
{
    (void)state;
    assert_true(parry_str_cmp(z("a"), z("ab")) < 0);
    assert_true(parry_str_cmp(z("b"), z("ab")) > 0);
    assert_true(parry_str_cmp(z("\xC3\xA9"), z("z")) > 0); /* bytes are unsigned */
    assert_int_equal(parry_str_cmp(z("ab"), z("ab")), 0);
}

static void test_starts_ends_find_and_from_meet_the_borders(void **state)
{
    (void)state;
    assert_true(parry_str_starts(z("refund.md"), "refund"));
    assert_true(parry_str_ends(z("refund.md"), ".md"));
    assert_false(parry_str_ends(z("md"), ".md"));
    assert_int_equal(parry_str_find(z("abcabc"), z("ca")), 2);
    assert_int_equal(parry_str_find(z("abc"), z("abcd")), 3);
    assert_int_equal(parry_str_find(z("abc"), z("")), 0);
    assert_str(parry_str_from(z("abc"), 1), "bc");
    assert_int_equal(parry_str_from(z("abc"), 3).n, 0);
    assert_int_equal(parry_str_from(z("abc"), 99).n, 0);
}

static void test_trim_takes_white_space_off_both_ends_only(void **state)
{
    (void)state;
    assert_str(parry_str_trim(z(" \t a b\r\n")), "a b");
    assert_int_equal(parry_str_trim(z(" \n\t ")).n, 0);
}

static void test_split_keeps_empty_pieces_and_ends_after_the_last(void **state)
{
    (void)state;
    parry_str rest = z("a,,b"), piece;
    assert_true(parry_str_split(&rest, ',', &piece));
    assert_str(piece, "a");
    assert_true(parry_str_split(&rest, ',', &piece));
    assert_str(piece, "");
    assert_true(parry_str_split(&rest, ',', &piece));
    assert_str(piece, "b");
    assert_false(parry_str_split(&rest, ',', &piece));
    rest = z("a,");
    assert_true(parry_str_split(&rest, ',', &piece));
    assert_true(parry_str_split(&rest, ',', &piece));
    assert_int_equal(piece.n, 0);
    assert_false(parry_str_split(&rest, ',', &piece));
}

static void test_copies_are_terminated_and_live_in_the_arena(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    parry_str cut = parry_str_make("abcdef", 3);
    assert_string_equal(parry_str_z(a, cut), "abc");
    parry_str copy = parry_str_copy(a, cut);
    assert_int_equal(copy.n, 3);
    assert_int_equal(copy.p[3], 0);
    assert_ptr_not_equal(copy.p, cut.p);
    assert_string_equal(parry_str_z(a, parry_str_make(NULL, 0)), "");
    assert_str(parry_str_printf(a, "%s-%d", "x", 42), "x-42");
    parry_arena_free(a);
}

static void test_a_buffer_grows_and_stays_terminated(void **state)
{
    (void)state;
    parry_buf b = PARRY_BUF(1000);
    assert_str(parry_buf_str(&b), "");
    for (int i = 0; i < 100; i++) {
        parry_buf_addc(&b, (char)('a' + i % 26));
        assert_int_equal(b.p[b.n], 0);
    }
    parry_buf_printf(&b, "<%d>", 7);
    parry_buf_addz(&b, "z");
    parry_buf_adds(&b, parry_str_make("tail and more", 4));
    assert_int_equal(b.n, 108);
    assert_string_equal(b.p + 100, "<7>ztail");
    assert_false(b.full);
    parry_buf_clear(&b);
    assert_string_equal(b.p, "");
    parry_buf_free(&b);
    assert_null(b.p);
}

static void test_a_buffer_takes_exactly_its_maximum_and_then_no_more(void **state)
{
    (void)state;
    parry_buf b = PARRY_BUF(4);
    parry_buf_addz(&b, "abcd");
    assert_false(b.full);
    parry_buf_addc(&b, 'e');
    assert_true(b.full);
    parry_buf_printf(&b, "%s", "");
    assert_str(parry_buf_str(&b), "abcd");
    parry_buf_clear(&b);
    parry_buf_printf(&b, "%d", 12345);
    assert_true(b.full);
    assert_int_equal(b.n, 0);
    parry_buf_clear(&b);
    parry_buf_addz(&b, "ok"); /* an append that fits comes after one that did not */
    assert_str(parry_buf_str(&b), "ok");
    parry_buf_free(&b);
}

static void test_every_code_point_survives_a_round_trip(void **state)
{
    (void)state;
    for (unsigned cp = 0; cp <= 0x10FFFF; cp++) {
        char bytes[4];
        if (cp >= 0xD800 && cp < 0xE000)
            continue;
        unsigned back = 0;
        size_t n = parry_utf8_put(cp, bytes);
        if (parry_utf8_next(parry_str_make(bytes, n), &back) != n || back != cp)
            fail_msg("U+%04X came back as U+%04X", cp, back);
    }
}

static const char *const bad_utf8[] = {
    "\x80", /* a continuation alone */
    "\xBF",
    "\xC0\xAF", /* overlong '/' */
    "\xC1\xBF",
    "\xE0\x9F\xBF",     /* overlong U+07FF */
    "\xF0\x8F\xBF\xBF", /* overlong U+FFFF */
    "\xED\xA0\x80",     /* surrogates */
    "\xED\xBF\xBF",
    "\xF4\x90\x80\x80", /* U+110000 */
    "\xF5\x80\x80\x80",
    "\xFF",
    "\xC3", /* cut short */
    "\xE2\x82",
    "\xF0\x9F\x98",
    "\xE2\x28\xA1",
};

static void test_bad_utf8_is_found_at_its_first_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_utf8 / sizeof *bad_utf8; i++) {
        char text[16];
        snprintf(text, sizeof text, "ab%s", bad_utf8[i]);
        size_t at = 99;
        if (parry_utf8_valid(z(text), &at) || at != 2)
            fail_msg("case %zu: place %zu", i, at);
        assert_false(parry_utf8_valid(z(text), NULL));
    }
    assert_true(parry_utf8_valid(z("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80 \xEF\xBF\xBD"), NULL));
    assert_true(parry_utf8_valid(lit("a\0b"), NULL));
    for (size_t n = 1; n < 4; n++) { /* what follows the slice is not its own */
        unsigned cp = 0;
        assert_int_equal(parry_utf8_next(parry_str_make("\xF0\x9F\x98\x80", n), &cp), 1);
        assert_int_equal(cp, 0xFFFD);
    }
}

static void test_cleaning_replaces_each_bad_byte_and_counts_it(void **state)
{
    (void)state;
    parry_arena *a = parry_arena_new();
    size_t bad = 99;
    parry_str good = z("caf\xC3\xA9");
    assert_ptr_equal(parry_utf8_clean(a, good, &bad).p, good.p);
    assert_int_equal(bad, 0);
    parry_str clean = parry_utf8_clean(a, z("a\xE2\x82z\xFF"), &bad);
    assert_str(clean, "a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD");
    assert_int_equal(bad, 3);
    for (size_t i = 0; i < sizeof bad_utf8 / sizeof *bad_utf8; i++)
        assert_true(parry_utf8_valid(parry_utf8_clean(a, z(bad_utf8[i]), NULL), NULL));
    parry_arena_free(a);
}

static void test_a_cut_never_splits_a_code_point(void **state)
{
    (void)state;
    parry_str s = z("a\xE2\x82\xAC"
                    "b"); /* a, the euro sign in three bytes, b */
    static const size_t kept[] = {0, 1, 1, 1, 4, 5, 5};
    for (size_t n = 0; n < sizeof kept / sizeof *kept; n++)
        assert_int_equal(parry_utf8_cut(s, n).n, kept[n]);
    assert_int_equal(parry_utf8_cut(parry_str_make(NULL, 0), 3).n, 0);
}

static void test_distance_counts_edits_of_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t edits;
    } pairs[] = {{"", "", 0},       {"", "abc", 3},           {"abc", "abc", 0},
                 {"abc", "axc", 1}, {"kitten", "sitting", 3}, {"ab", "ba", 2}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_int_equal(parry_str_distance(parry_str_of(pairs[i].a), parry_str_of(pairs[i].b)), pairs[i].edits);
        assert_int_equal(parry_str_distance(parry_str_of(pairs[i].b), parry_str_of(pairs[i].a)), pairs[i].edits);
    }
    char longer[PARRY_STR_DISTANCE_MAX + 1];
    memset(longer, 'a', sizeof longer);
    assert_int_equal(parry_str_distance(parry_str_make(longer, sizeof longer), parry_str_of("a")),
                     PARRY_STR_DISTANCE_MAX);
    assert_int_equal(parry_str_distance(parry_str_make(longer, sizeof longer - 1), parry_str_of("a")),
                     sizeof longer - 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_empty_slice_is_equal_to_any_empty_slice),
        cmocka_unit_test(test_order_is_by_bytes_and_shorter_first),
        cmocka_unit_test(test_starts_ends_find_and_from_meet_the_borders),
        cmocka_unit_test(test_trim_takes_white_space_off_both_ends_only),
        cmocka_unit_test(test_split_keeps_empty_pieces_and_ends_after_the_last),
        cmocka_unit_test(test_copies_are_terminated_and_live_in_the_arena),
        cmocka_unit_test(test_a_buffer_grows_and_stays_terminated),
        cmocka_unit_test(test_a_buffer_takes_exactly_its_maximum_and_then_no_more),
        cmocka_unit_test(test_every_code_point_survives_a_round_trip),
        cmocka_unit_test(test_bad_utf8_is_found_at_its_first_byte),
        cmocka_unit_test(test_cleaning_replaces_each_bad_byte_and_counts_it),
        cmocka_unit_test(test_a_cut_never_splits_a_code_point),
        cmocka_unit_test(test_distance_counts_edits_of_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
