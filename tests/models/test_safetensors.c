/* Safetensors: what is right is read, what lies is refused, and no byte turned over makes it crash. */
#include "tests/models/testing.h"

#include "models/safetensors.h"

static const char good[] = "{\"__metadata__\":{\"format\":\"pt\"},"
                           "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                           "\"h\":{\"dtype\":\"F16\",\"shape\":[4],\"data_offsets\":[24,32]},"
                           "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[32,36]},"
                           "\"i\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[36,44]}}";
static const float numbers[6] = {1, -2, 3.5F, 0, 1e30F, -7};
static const uint16_t halves[4] = {0x3C00, 0xC500, 0x0001, 0x7BFF}; /* 1, -5, 2^-24, 65504 */
static const uint16_t shorts[2] = {0x3F80, 0xC040};                 /* 1, -3 */

static parry_buf file_of(const char *header, uint64_t claimed)
{
    parry_buf b = PARRY_BUF(1 << 20);
    for (unsigned i = 0; i < 8; i++)
        parry_buf_addc(&b, (char)(claimed >> (8 * i) & 0xFF));
    parry_buf_addz(&b, header);
    parry_buf_add(&b, numbers, sizeof numbers);
    parry_buf_add(&b, halves, sizeof halves);
    parry_buf_add(&b, shorts, sizeof shorts);
    parry_buf_add(&b, "12345678", 8);
    return b;
}

static parry_code open_bytes(scratch *s, parry_str bytes, parry_safetensors **out)
{
    parry_err err = {0};
    FILE *file = fopen(in(s, "f"), "wb"); /* not parry_file_replace: a thousand times to the disk and back */
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, file), bytes.n);
    fclose(file);
    parry_code code = parry_safetensors_open(in(s, "f"), out, &err);
    assert_int_equal(code, err.code);
    return code;
}

static parry_code open_header(scratch *s, const char *header, uint64_t claimed, parry_safetensors **out)
{
    parry_buf b = file_of(header, claimed);
    parry_code code = open_bytes(s, parry_buf_str(&b), out);
    parry_buf_free(&b);
    return code;
}

static void test_tensors_of_each_float_type_are_read(void **state)
{
    scratch *s = *state;
    parry_safetensors *f;
    parry_tensor t;
    float out[6];
    ok(open_header(s, good, sizeof good - 1, &f));
    ok(parry_safetensors_matrix(f, "a", 2, 3, &t, NULL));
    parry_tensor_floats(&t, 0, 6, out);
    assert_memory_equal(out, numbers, sizeof numbers);
    parry_tensor_floats(&t, 3, 2, out);
    assert_memory_equal(out, numbers + 3, 8);
    ok(parry_safetensors_matrix(f, "h", 4, 0, &t, NULL));
    parry_tensor_floats(&t, 0, 4, out);
    const float want[4] = {1, -5, 0x1p-24F, 65504};
    assert_memory_equal(out, want, sizeof want);
    ok(parry_safetensors_matrix(f, "b", 2, 0, &t, NULL));
    parry_tensor_floats(&t, 0, 2, out);
    assert_true(out[0] == 1 && out[1] == -3);
    parry_safetensors_close(f);
}

static void test_a_tensor_missing_or_of_another_shape_is_an_error(void **state)
{
    parry_safetensors *f;
    parry_tensor t;
    parry_err err;
    ok(open_header(*state, good, sizeof good - 1, &f));
    assert_int_equal(parry_safetensors_find(f, "none", &t, &err), PARRY_NOT_FOUND);
    assert_int_equal(parry_safetensors_find(f, "__metadata__", &t, &err), PARRY_NOT_FOUND);
    assert_int_equal(parry_safetensors_matrix(f, "a", 3, 2, &t, &err), PARRY_CORRUPT);
    assert_int_equal(parry_safetensors_matrix(f, "a", 6, 0, &t, &err), PARRY_CORRUPT);
    assert_int_equal(parry_safetensors_matrix(f, "i", 1, 0, &t, &err), PARRY_CORRUPT);
    parry_safetensors_close(f);
}

static void test_a_file_cut_off_anywhere_is_refused(void **state)
{
    scratch *s = *state;
    parry_safetensors *f = NULL;
    parry_buf b = file_of(good, sizeof good - 1);
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(open_bytes(s, parry_str_make(b.p, n), &f), PARRY_CORRUPT);
    parry_buf_free(&b);
    parry_err err;
    assert_int_equal(parry_safetensors_open(in(s, "none"), &f, &err), PARRY_NOT_FOUND);
    assert_null(f);
}

static void test_a_header_that_lies_is_refused(void **state)
{
    static const char *const lies[] = {
        "[]",
        "{",
        "{\"a\":1}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,3]}}",
        "{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[40,48]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-4,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{}}",
    };
    parry_safetensors *f = NULL;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        if (open_header(*state, lies[i], strlen(lies[i]), &f) != PARRY_CORRUPT)
            fail_msg("taken for good: %s", lies[i]);
    const uint64_t lengths[] = {0, 1, sizeof good, 1 << 30, UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        assert_int_equal(open_header(*state, good, lengths[i], &f), PARRY_CORRUPT);
}

/* Reads what opens, so that a sanitizer sees a wrong place. */
static void touch(const parry_safetensors *f)
{
    static const char *const names[] = {"a", "h", "b"};
    parry_tensor t;
    for (size_t i = 0; i < 3; i++) {
        if (parry_safetensors_find(f, names[i], &t, NULL) != PARRY_OK || t.dtype == PARRY_DTYPE_OTHER)
            continue;
        float *out = parry_malloc(t.count * sizeof *out);
        parry_tensor_floats(&t, 0, t.count, out);
        free(out);
    }
}

static void test_bytes_turned_over_at_random_never_crash_it(void **state)
{
    uint64_t seed = 1;
    for (int round = 0; round < 400; round++) {
        parry_buf b = file_of(good, sizeof good - 1);
        for (int i = 0; i < 3; i++) {
            size_t at = (size_t)((noise(&seed) + 1) / 2 * (float)(b.n - 1));
            b.p[at] = (char)(noise(&seed) * 127);
        }
        parry_safetensors *f = NULL;
        if (open_bytes(*state, parry_buf_str(&b), &f) == PARRY_OK)
            touch(f);
        parry_safetensors_close(f);
        parry_buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_tensors_of_each_float_type_are_read),
        in_scratch(test_a_tensor_missing_or_of_another_shape_is_an_error),
        in_scratch(test_a_file_cut_off_anywhere_is_refused),
        in_scratch(test_a_header_that_lies_is_refused),
        in_scratch(test_bytes_turned_over_at_random_never_crash_it),
    };
    return cmocka_run_group_tests_name("safetensors", tests, NULL, NULL);
}
