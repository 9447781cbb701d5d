#include "tests/base/testing.h"

#include "base/json.h"

static void strings_come_out_as_they_stand_and_others_empty(void **state)
{
    (void)state;
    json_t *j = json_pack("{s:s%, s:i}", "text", "a\0b", (size_t)3, "number", 7);
    parry_str s = parry_json_at(j, "text");
    assert_int_equal(s.n, 3);
    assert_memory_equal(s.p, "a\0b", 3);
    const parry_str empty[] = {parry_json_at(j, "number"), parry_json_at(j, "none"), parry_json_at(NULL, "x"),
                               parry_json_str(NULL), parry_json_str(j)};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        assert_true(empty[i].p != NULL && empty[i].n == 0);
    json_decref(j);
}

static void strings_go_in_and_what_is_not_utf_8_does_not(void **state)
{
    (void)state;
    const struct {
        parry_str in;
        const char *out;
    } rows[] = {{lit("caf\xC3\xA9"), "caf\xC3\xA9"}, {{NULL, 0}, ""}, {lit("\xC3"), ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *j = parry_json_text(rows[i].in);
        assert_string_equal(json_string_value(j), rows[i].out);
        json_decref(j);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_come_out_as_they_stand_and_others_empty),
        cmocka_unit_test(strings_go_in_and_what_is_not_utf_8_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
