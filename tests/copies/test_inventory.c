#include "tests/base/testing.h"

#include "copies/inventory.h"

static void test_a_path_leads_down_or_is_none(void **state)
{
    (void)state;
    const char *const fine[] = {"a", "a/b", "index/segments/x/text.glass", "..a/b..", ".hidden", "a b"};
    const char *const bad[] = {"", "/", "/etc/passwd", "../x", "a/../b", "a/..", "..", ".", "a/./b", "a//b", "a/"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
        assert_true(parry_path_inside(parry_str_of(fine[i])));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(parry_path_inside(parry_str_of(bad[i])));
    assert_false(parry_path_inside(lit("a\0b")));
}

static void test_what_is_written_is_read(void **state)
{
    scratch *s = *state;
    parry_inventory v = {.arena = s->arena, .made_ms = 1795271400123, .generation = 7, .store_seq = 9}, r = {0};
    parry_inventory_add(&v, "store/data.mdb", 11, parry_hash_of("x", 1));
    parry_inventory_add(&v, "index/CURRENT", 7, parry_hash_of("y", 1));
    ok(parry_inventory_write(&v, s->dir, NULL));
    ok(parry_inventory_read(s->arena, s->dir, &r, NULL));
    assert_true(r.made_ms == v.made_ms && r.generation == 7 && r.store_seq == 9 && r.n == 2 && r.bytes == 18);
    const parry_inventory_row *row = parry_inventory_find(&r, lit("index/CURRENT"));
    assert_true(row != NULL && row->bytes == 7 && parry_hash_eq(row->hash, parry_hash_of("y", 1)));
    assert_null(parry_inventory_find(&r, lit("index")));
}

static void test_a_damaged_inventory_is_refused(void **state)
{
    scratch *s = *state;
    parry_inventory r = {0};
    const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"format\": 2}",
        "{\"format\":1,\"made\":\"2026-11-21\",\"generation\":1,\"store_seq\":1,\"files\":[{\"path\":\"../"
        "x\",\"bytes\":1,"
        "\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}]}",
        "{\"format\":1,\"made\":\"2026-11-21\",\"generation\":1,\"store_seq\":1,\"files\":[{\"path\":\"x\",\"bytes\":-"
        "1,"
        "\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}]}",
        "{\"format\":1,\"made\":\"2026-11-21\",\"generation\":1,\"store_seq\":1,\"files\":[{\"path\":\"x\",\"bytes\":1,"
        "\"sha256\":\"00\"}]}"};
    assert_int_equal(parry_inventory_read(s->arena, s->dir, &r, NULL), PARRY_NOT_FOUND);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ok(parry_file_replace(in(s, PARRY_INVENTORY_FILE), parry_str_of(bad[i]), NULL));
        assert_int_equal(parry_inventory_read(s->arena, s->dir, &r, NULL), PARRY_CORRUPT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_leads_down_or_is_none),
        in_scratch(test_what_is_written_is_read),
        in_scratch(test_a_damaged_inventory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
