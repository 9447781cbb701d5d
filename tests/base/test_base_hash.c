#include "testing.h"

#include "base/hash.h"

/* FIPS 180-4 and NIST's example values. */
static const struct {
    const char *text, *hex;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};
static const char million_a[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void assert_hex(parry_hash h, const char *want)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(h, hex);
    assert_string_equal(hex, want);
}

static void test_known_vectors_come_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        assert_hex(parry_hash_of(vectors[i].text, strlen(vectors[i].text)), vectors[i].hex);
    assert_hex(parry_hash_of(NULL, 0), vectors[0].hex);
}

static void test_pieces_hash_like_the_whole(void **state)
{
    (void)state;
    parry_hasher h;
    parry_hasher_start(&h);
    char piece[100];
    memset(piece, 'a', sizeof piece);
    for (int i = 0; i < 10000; i++)
        parry_hasher_add(&h, piece, sizeof piece);
    assert_hex(parry_hasher_end(&h), million_a);
}

static parry_hash of_list(const char *a, const char *b)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_adds(&h, parry_str_of(a));
    parry_hasher_adds(&h, parry_str_of(b));
    return parry_hasher_end(&h);
}

static void test_lists_that_shift_bytes_hash_apart(void **state)
{
    (void)state;
    assert_true(parry_hash_eq(of_list("ab", "c"), of_list("ab", "c")));
    assert_false(parry_hash_eq(of_list("ab", "c"), of_list("a", "bc")));
    assert_false(parry_hash_eq(of_list("", "a"), of_list("a", "")));
    static const char bytes[] = "\2\0\0\0\0\0\0\0ab\1\0\0\0\0\0\0\0c"; /* the length comes first, little-endian */
    assert_true(parry_hash_eq(of_list("ab", "c"), parry_hash_of(bytes, sizeof bytes - 1)));
}

static void test_hex_comes_back_and_nothing_else_does(void **state)
{
    (void)state;
    parry_hash h = parry_hash_of("x", 1), back;
    char hex[PARRY_HASH_HEX + 1], text[PARRY_HASH_HEX + 2];
    parry_hash_hex(h, hex);
    assert_true(parry_hash_parse(parry_str_of(hex), &back));
    assert_true(parry_hash_eq(h, back));
    parry_hash kept = back;
    assert_false(parry_hash_parse(parry_str_make(hex, 63), &back));
    assert_false(parry_hash_parse(parry_str_make(hex, 62), &back));
    snprintf(text, sizeof text, "%s0", hex);
    assert_false(parry_hash_parse(parry_str_of(text), &back));
    for (const char *bad = "gG :-\n"; *bad; bad++) {
        memcpy(text, hex, sizeof hex);
        text[17] = *bad;
        assert_false(parry_hash_parse(parry_str_of(text), &back));
        text[17] = hex[17];
        text[63] = *bad;
        assert_false(parry_hash_parse(parry_str_of(text), &back));
    }
    assert_false(parry_hash_parse(parry_str_make(NULL, 0), &back));
    assert_true(parry_hash_eq(kept, back));
}

static void test_a_file_hashes_like_its_bytes(void **state)
{
    scratch *s = *state;
    size_t n = 200001; /* several chunks and a rest */
    char *bytes = parry_arena_alloc(s->arena, n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(i * 31 % 251);
    ok(parry_file_replace(in(s, "f"), parry_str_make(bytes, n), NULL));
    parry_hash h;
    ok(parry_hash_file(in(s, "f"), &h, NULL));
    assert_true(parry_hash_eq(h, parry_hash_of(bytes, n)));
    parry_err err;
    assert_int_equal(parry_hash_file(in(s, "none"), &h, &err), PARRY_NOT_FOUND);
    assert_int_equal(parry_hash_file(s->dir, &h, &err), PARRY_IO);
}

static void test_random_bytes_differ(void **state)
{
    (void)state;
    unsigned char a[32] = {0}, b[32] = {0};
    parry_random_bytes(a, sizeof a);
    parry_random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_vectors_come_out),
        cmocka_unit_test(test_pieces_hash_like_the_whole),
        cmocka_unit_test(test_lists_that_shift_bytes_hash_apart),
        cmocka_unit_test(test_hex_comes_back_and_nothing_else_does),
        in_scratch(test_a_file_hashes_like_its_bytes),
        cmocka_unit_test(test_random_bytes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
