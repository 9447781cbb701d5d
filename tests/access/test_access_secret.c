/* Secrets: what is sealed, what is compared, and the file that all rests on. */
#include "house.h"

#include "access/secret.h"
#include "base/clock.h"

#include <sys/stat.h>

static void test_base64_takes_back_what_it_gave_and_nothing_else(void **state)
{
    house *h = *state;
    unsigned char bytes[40];
    for (size_t n = 0; n < sizeof bytes; n++) {
        parry_str back;
        parry_random_bytes(bytes, sizeof bytes);
        assert_true(parry_base64_read(h->a, parry_base64_make(h->a, bytes, n), &back));
        assert_int_equal(back.n, n);
        assert_true(n == 0 || memcmp(back.p, bytes, n) == 0);
    }
    parry_str out;
    assert_false(parry_base64_read(h->a, lit("YQ=="), &out)); /* padding */
    assert_false(parry_base64_read(h->a, lit("a+b/"), &out)); /* the other alphabet */
    assert_false(parry_base64_read(h->a, lit("YR"), &out)); /* bits that mean nothing: a second spelling of one value */
}

static void test_a_compare_sees_every_byte(void **state)
{
    (void)state;
    char a[64], b[64];
    memset(a, 'x', sizeof a);
    for (size_t i = 0; i < sizeof a; i++) {
        memcpy(b, a, sizeof b);
        assert_true(parry_secret_equals(parry_str_make(a, 64), parry_str_make(b, 64)));
        b[i] ^= 1;
        assert_false(parry_secret_equals(parry_str_make(a, 64), parry_str_make(b, 64)));
    }
    assert_false(parry_secret_equals(parry_str_make(a, 63), parry_str_make(a, 64)));
    assert_true(parry_secret_equals(nothing, nothing));
}

static int64_t compare_ns(const char *a, const char *b, size_t n)
{
    int64_t best = INT64_MAX;
    for (int i = 0; i < 7; i++) {
        int64_t start = parry_mono_ns();
        assert_false(parry_secret_equal(a, b, n));
        int64_t took = parry_mono_ns() - start;
        best = took < best ? took : best;
    }
    return best;
}

/* Of a megabyte, so that one that ends at the first difference is a thousand times faster, whatever else runs here. */
static void test_a_compare_takes_as_long_wherever_the_difference_is(void **state)
{
    enum { BYTES = 1 << 20 };
    static char a[BYTES], first[BYTES], last[BYTES];
    (void)state;
    first[0] = last[BYTES - 1] = 'y';
    int64_t early = compare_ns(a, first, BYTES), late = compare_ns(a, last, BYTES);
    assert_true(early > late / 8);
}

/* RFC 4231, test case 2. */
static void test_the_keyed_hash_is_the_one_that_other_programs_compute(void **state)
{
    (void)state;
    parry_secret m = parry_secret_hmac(lit("Jefe"), lit("what do ya want for nothing?"));
    parry_hash want, got;
    memcpy(got.b, m.b, sizeof got.b);
    assert_true(parry_hash_parse(lit("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"), &want));
    assert_true(parry_hash_eq(want, got));
}

static void test_purposes_do_not_mix(void **state)
{
    (void)state;
    parry_secret key = {{7}};
    parry_secret a = parry_secret_mac(&key, "ab", lit("c")), b = parry_secret_mac(&key, "a", lit("bc"));
    assert_false(parry_secret_equal(a.b, b.b, sizeof a.b));
}

static void test_what_is_sealed_opens_for_its_owner_alone(void **state)
{
    house *h = *state;
    parry_secret key = {{1}}, other = {{2}};
    parry_str sealed = parry_secret_seal(h->a, &key, lit("ada"), lit("a secret")), plain;
    ok(parry_secret_open(h->a, &key, lit("ada"), sealed, &plain, NULL));
    assert_str(plain, "a secret");
    assert_int_equal(parry_secret_open(h->a, &other, lit("ada"), sealed, &plain, NULL), PARRY_CORRUPT);
    assert_int_equal(parry_secret_open(h->a, &key, lit("bob"), sealed, &plain, NULL), PARRY_CORRUPT);
    char *bad = parry_str_z(h->a, sealed);
    bad[30] = bad[30] == 'A' ? 'B' : 'A';
    assert_int_equal(parry_secret_open(h->a, &key, lit("ada"), parry_str_of(bad), &plain, NULL), PARRY_CORRUPT);
    assert_int_equal(parry_secret_open(h->a, &key, lit("ada"), lit("AAAA"), &plain, NULL), PARRY_CORRUPT);
    assert_false(parry_str_eq(sealed, parry_secret_seal(h->a, &key, lit("ada"), lit("a secret")))); /* a nonce each */
}

static void test_the_file_is_made_for_its_owner_alone_and_read_again(void **state)
{
    house *h = *state;
    const char *path = in(h->s, "new/folder/secret");
    parry_secret one, two;
    struct stat st;
    ok(parry_secret_file(path, &one, NULL));
    ok(parry_secret_file(path, &two, NULL));
    assert_true(parry_secret_equal(one.b, two.b, sizeof one.b));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(in(h->s, "new/folder"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(parry_secret_file(path, &two, NULL), PARRY_DENIED);
    assert_int_equal(chmod(path, 0600), 0);
    ok(parry_file_replace(path, lit("not hex\n"), NULL));
    assert_int_equal(parry_secret_file(path, &two, NULL), PARRY_CORRUPT);
}

static void test_another_secret_file_is_noticed_before_it_spoils_anything(void **state)
{
    house *h = *state;
    parry_err err = {0};
    parry_access_close(h->x);
    h->x = NULL;
    assert_int_equal(house_open(h, "another", &err), PARRY_CONFLICT);
    assert_non_null(strstr(err.msg, "access.secret_file"));
    ok(house_open(h, "secret", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(test_base64_takes_back_what_it_gave_and_nothing_else),
        cmocka_unit_test(test_a_compare_sees_every_byte),
        cmocka_unit_test(test_a_compare_takes_as_long_wherever_the_difference_is),
        cmocka_unit_test(test_the_keyed_hash_is_the_one_that_other_programs_compute),
        cmocka_unit_test(test_purposes_do_not_mix),
        in_house(test_what_is_sealed_opens_for_its_owner_alone),
        in_house(test_the_file_is_made_for_its_owner_alone_and_read_again),
        in_house(test_another_secret_file_is_noticed_before_it_spoils_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
