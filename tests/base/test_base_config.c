#include "testing.h"

#include "base/config.h"

static parry_code load_text(scratch *s, parry_config *c, const char *text, parry_err *err)
{
    ok(parry_file_replace(in(s, "parry.yaml"), parry_str_of(text), NULL));
    return parry_config_load(c, in(s, "parry.yaml"), err);
}

/* The text is refused, the message names FILE:LINE and holds `what`, and the configuration stays as it was. */
static void refused(scratch *s, const char *text, int line, const char *what)
{
    parry_config c, before;
    parry_err err = {0};
    char place[80];
    parry_config_defaults(&c);
    before = c;
    snprintf(place, sizeof place, "%s:%d: ", in(s, "parry.yaml"), line);
    assert_int_equal(load_text(s, &c, text, &err), PARRY_INVALID);
    if (strncmp(err.msg, place, strlen(place)) != 0 || strstr(err.msg, what) == NULL)
        fail_msg("got \"%s\", want %s ... %s", err.msg, place, what);
    assert_memory_equal(&c, &before, sizeof c);
    assert_int_equal(load_text(s, &c, text, NULL), PARRY_INVALID);
    parry_config_free(&c);
}

static void test_the_defaults_stand_without_any_file(void **state)
{
    (void)state;
    parry_config c;
    parry_config_defaults(&c);
    assert_string_equal(c.encoder.model_dir, "");
    assert_string_equal(c.encoder.precision, "auto");
    assert_int_equal(c.index.threads, 0);
    assert_int_equal(c.index.passage_tokens, 128);
    assert_int_equal(c.index.hnsw_from, 50000);
    assert_string_equal(c.serve.listen, "127.0.0.1:8080");
    assert_int_equal(c.serve.threads, 0);
    assert_int_equal(c.serve.max_connections, 1024);
    assert_int_equal(c.serve.idle_timeout_s, 30);
    assert_int_equal(c.serve.max_body_bytes, 1048576);
    assert_int_equal(c.serve.max_query_bytes, 2048);
    assert_int_equal(c.serve.watch_quiet_ms, 100);
    assert_string_equal(c.serve.default_audience, "customer");
    assert_string_equal(c.serve.site_name, "Parry");
    assert_string_equal(c.log.level, "info");
    parry_config_free(&c);
}

static void test_a_file_changes_what_it_names_and_nothing_else(void **state)
{
    scratch *s = *state;
    parry_config c;
    parry_err err;
    parry_config_defaults(&c);
    ok(load_text(s, &c,
                 "# a comment\n"
                 "encoder:\n  precision: bf16\n"
                 "index: {passage_tokens: 240}\n"
                 "serve:\n  listen: \"[::1]:0\"\n  site_name: 'Caf\xC3\xA9: help'\n  max_query_bytes: 0100\n"
                 "log:\n  # level: debug\n",
                 &err));
    assert_string_equal(c.encoder.precision, "bf16");
    assert_int_equal(c.index.passage_tokens, 240);
    assert_string_equal(c.serve.listen, "[::1]:0");
    assert_string_equal(c.serve.site_name, "Caf\xC3\xA9: help");
    assert_int_equal(c.serve.max_query_bytes, 100); /* decimal, not octal */
    assert_string_equal(c.log.level, "info");
    assert_int_equal(c.index.hnsw_from, 50000);
    ok(load_text(s, &c, "encoder.precision: f32\n", &err)); /* over what was there; flat is fine */
    assert_string_equal(c.encoder.precision, "f32");
    assert_int_equal(c.index.passage_tokens, 240);
    parry_config_free(&c);
}

static void test_an_empty_file_is_fine(void **state)
{
    scratch *s = *state;
    parry_config c;
    parry_config_defaults(&c);
    ok(load_text(s, &c, "", NULL));
    ok(load_text(s, &c, "# nothing but a comment\n", NULL));
    ok(load_text(s, &c, "---\n...\n", NULL));
    parry_config_free(&c);
}

static void test_a_wrong_key_is_named_with_its_line_and_a_hint(void **state)
{
    scratch *s = *state;
    refused(s, "log:\n  level: info\n\nencoder:\n  precison: f32\n", 5,
            "encoder.precison: unknown; did you mean encoder.precision?");
    refused(s, "colour: blue\n", 1, "colour: unknown; remove it");
    refused(s, "encodr:\n  precision: f32\n", 2, "did you mean encoder.precision?");
    refused(s, "encoder:\n  precision: f32\nencoder:\n  precision: f32\n", 4, "encoder.precision: stands twice");
    refused(s, "index: 5\n", 1, "index: unknown");
    refused(s, "colour:\n", 1, "colour: unknown");
    refused(s, "? [a, b]\n: c\n", 1, "plain name");
}

static void test_a_number_out_of_its_range_is_refused(void **state)
{
    scratch *s = *state;
    refused(s, "index:\n  passage_tokens: 31\n", 2,
            "index.passage_tokens: \"31\" must be a whole number from 32 to 240");
    refused(s, "index:\n  passage_tokens: 241\n", 2, "from 32 to 240");
    static const char *const bad[] = {"1e2", "x", "''", "12 3", "99999999999999999999", "-1", "+64", "0x40", "64.0"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[80];
        snprintf(text, sizeof text, "index:\n  passage_tokens: %s\n", bad[i]);
        refused(s, text, 2, "must be a whole number");
    }
    parry_config c;
    parry_config_defaults(&c);
    ok(load_text(s, &c, "index:\n  passage_tokens: 32\n", NULL));
    assert_int_equal(c.index.passage_tokens, 32);
    parry_config_free(&c);
}

static void test_words_texts_and_addresses_are_checked(void **state)
{
    scratch *s = *state;
    refused(s, "encoder:\n  precision: f16\n", 2, "\"f16\" must be one of: auto f32 bf16");
    refused(s, "encoder:\n  precision: \"auto f32\"\n", 2, "must be one of");
    refused(s, "serve:\n  site_name: ''\n", 2, "1 to 200 bytes");
    refused(s, "serve:\n  site_name: \"a\\nb\"\n", 2, "control character");
    refused(s, "serve:\n  site_name: \"a\\0b\"\n", 2, "one plain value");
    refused(s, "serve:\n  site_name: [a]\n", 2, "one plain value");
    refused(s, "serve:\n  site_name: {a: b}\n", 2, "one plain value");
    static const char *const bad[] = {"localhost", ":80", "a:", "a:65536", "a:-1", "a:http"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[80];
        snprintf(text, sizeof text, "serve:\n  listen: \"%s\"\n", bad[i]);
        refused(s, text, 2, "must be HOST:PORT");
    }
}

static void test_what_is_not_yaml_is_refused_with_its_line(void **state)
{
    scratch *s = *state;
    refused(s, "log:\n  level: info\n\tx: y\n", 3, "not valid YAML");
    refused(s, "a: [1, 2\n", 2, "not valid YAML");
    refused(s, "log:\n  level: info\n# \xFF\n", 3, "not valid YAML");
    refused(s, "- a\n- b\n", 1, "key: value");
    refused(s, "just words\n", 1, "key: value");
    refused(s, "log:\n  level: warn\n---\nlog:\n  level: info\n", 4, "second document");
    refused(s, "log: *nowhere\n", 1, "not valid YAML");
}

static void test_a_missing_or_giant_file_is_told_apart(void **state)
{
    scratch *s = *state;
    parry_config c;
    parry_err err;
    parry_config_defaults(&c);
    assert_int_equal(parry_config_load(&c, in(s, "none.yaml"), &err), PARRY_NOT_FOUND);
    char *giant = parry_arena_alloc(s->arena, 1 << 20);
    memset(giant, '#', (1 << 20) - 1);
    assert_int_equal(load_text(s, &c, giant, &err), PARRY_TOO_LARGE);
    parry_config_free(&c);
}

static void test_one_key_is_set_as_from_the_file(void **state)
{
    (void)state;
    parry_config c;
    parry_err err;
    char value[] = "f32";
    parry_config_defaults(&c);
    ok(parry_config_set(&c, "encoder.precision", value, &err));
    value[0] = 'x'; /* the configuration keeps its own copy */
    assert_string_equal(c.encoder.precision, "f32");
    assert_int_equal(parry_config_set(&c, "encoder.precision", "f64", &err), PARRY_INVALID);
    assert_string_equal(c.encoder.precision, "f32");
    assert_int_equal(parry_config_set(&c, "serve.threads", "1025", &err), PARRY_INVALID);
    assert_int_equal(parry_config_set(&c, "", "x", &err), PARRY_INVALID);
    assert_int_equal(parry_config_set(&c, "precision", "f32", NULL), PARRY_INVALID);
    parry_config_free(&c);
}

static void test_the_manual_names_every_key_with_default_and_range(void **state)
{
    (void)state;
    static const char *const keys[] = {"encoder.model_dir",      "encoder.precision",     "index.threads",
                                       "index.passage_tokens",   "index.hnsw_from",       "serve.listen",
                                       "serve.threads",          "serve.max_connections", "serve.idle_timeout_s",
                                       "serve.max_body_bytes",   "serve.max_query_bytes", "serve.watch_quiet_ms",
                                       "serve.default_audience", "serve.site_name",       "log.level"};
    parry_buf out = PARRY_BUF(1 << 16);
    parry_config_manual(&out);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(strstr(out.p, keys[i]));
    assert_non_null(strstr(out.p, "32 to 240 tokens; default 128\n"));
    assert_non_null(strstr(out.p, "auto | f32 | bf16; default auto\n"));
    parry_buf_free(&out);
}

static void test_a_decimal_is_digits_and_a_point_within_its_range(void **state)
{
    (void)state;
    static const char *const bad[] = {"", ".5", "1.", "-0", "1e-1", "0x1", "nan", "1.0001", "0,5", "0.5 "};
    parry_config c;
    parry_config_defaults(&c);
    ok(parry_config_set(&c, "trace.ratio", "0.125", NULL));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(parry_config_set(&c, "trace.ratio", bad[i], NULL), PARRY_INVALID);
    assert_true(c.trace.ratio > 0.1249 && c.trace.ratio < 0.1251);
    parry_config_free(&c);
}

static void note(void *ctx, const char *key, bool live)
{
    char *told = ctx;
    (void)snprintf(told + strlen(told), 200 - strlen(told), "%s%s ", key, live ? "" : "!");
}

static void test_only_live_keys_are_taken_from_a_file_read_again(void **state)
{
    (void)state;
    parry_config running, wanted, next;
    char told[200] = "";
    parry_config_defaults(&running);
    parry_config_defaults(&wanted);
    ok(parry_config_set(&running, "serve.listen", "127.0.0.1:9000", NULL));
    ok(parry_config_set(&running, "serve.site_name", "Before", NULL));
    ok(parry_config_set(&wanted, "log.level", "debug", NULL));
    ok(parry_config_set(&wanted, "trace.ratio", "0.5", NULL));
    parry_config_live(&running, &wanted, &next, note, told);
    parry_config_free(&wanted);
    assert_string_equal(told, "serve.listen! serve.site_name log.level trace.ratio ");
    assert_string_equal(next.serve.listen, "127.0.0.1:9000");
    assert_string_equal(next.serve.site_name, "Parry");
    assert_string_equal(next.log.level, "debug");
    assert_true(next.trace.ratio > 0.49 && next.trace.ratio < 0.51);
    assert_string_equal(running.serve.site_name, "Before");
    parry_config_free(&running);
    parry_config_free(&next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_defaults_stand_without_any_file),
        in_scratch(test_a_file_changes_what_it_names_and_nothing_else),
        in_scratch(test_an_empty_file_is_fine),
        in_scratch(test_a_wrong_key_is_named_with_its_line_and_a_hint),
        in_scratch(test_a_number_out_of_its_range_is_refused),
        in_scratch(test_words_texts_and_addresses_are_checked),
        in_scratch(test_what_is_not_yaml_is_refused_with_its_line),
        in_scratch(test_a_missing_or_giant_file_is_told_apart),
        cmocka_unit_test(test_one_key_is_set_as_from_the_file),
        cmocka_unit_test(test_a_decimal_is_digits_and_a_point_within_its_range),
        cmocka_unit_test(test_only_live_keys_are_taken_from_a_file_read_again),
        cmocka_unit_test(test_the_manual_names_every_key_with_default_and_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
