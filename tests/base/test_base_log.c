/* stderr is turned into a file while a test logs, and read back. */
#include "testing.h"

#include "base/log.h"
#include "base/work.h"

#include <fcntl.h>
#include <math.h>

static int real_stderr = -1;

static void capture(scratch *s)
{
    int fd = open(in(s, "log"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    real_stderr = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    close(fd);
}

static parry_str captured(scratch *s)
{
    dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    parry_str text;
    ok(parry_file_read(s->arena, in(s, "log"), 1 << 24, &text, NULL));
    return text;
}

static bool has(parry_str text, const char *what) { return parry_str_find(text, parry_str_of(what)) < text.n; }

static void test_an_event_is_one_logfmt_line(void **state)
{
    scratch *s = *state;
    capture(s);
    parry_log(PARRY_INFO, "search", "req=%s dur_us=%d", "r1", 812);
    parry_str text = captured(s);
    assert_memory_equal(text.p, "ts=20", 5);
    assert_true(parry_str_ends(text, "Z level=info event=search req=r1 dur_us=812\n"));
}

static void test_below_the_level_nothing_is_written(void **state)
{
    scratch *s = *state;
    capture(s);
    parry_log(PARRY_DEBUG, "hidden", "a=%d", 1);
    parry_log_level(PARRY_ERROR);
    parry_log(PARRY_WARN, "hidden", "a=%d", 1);
    parry_log(PARRY_ERROR, "shown", "a=%d", 1);
    parry_log_level(PARRY_DEBUG);
    parry_log(PARRY_DEBUG, "detail", "a=%d", 1);
    parry_log_level(PARRY_INFO);
    parry_str text = captured(s);
    assert_false(has(text, "hidden"));
    assert_true(has(text, "level=error event=shown a=1\n"));
    assert_true(has(text, "level=debug event=detail a=1\n"));
}

static void test_a_value_cannot_break_out_of_its_line(void **state)
{
    scratch *s = *state;
    capture(s);
    parry_log(PARRY_INFO, "e", "v=%s", "a\nlevel=error event=forged");
    parry_log(PARRY_INFO, "e", "q=%s", parry_logq("a\n\"b\" \\ \x01 \xFF caf\xC3\xA9"));
    parry_str text = captured(s), line;
    assert_true(has(text, "v=a level=error event=forged\n"));
    assert_true(has(text, "q=\"a\\n\\\"b\\\" \\\\ \\x01 \\xff caf\xC3\xA9\"\n"));
    size_t lines = 0;
    while (parry_str_split(&text, '\n', &line))
        lines += line.n > 0;
    assert_int_equal(lines, 2);
}

static void test_a_line_too_long_is_cut_and_still_ends(void **state)
{
    scratch *s = *state;
    char *value = parry_arena_alloc(s->arena, 100001);
    memset(value, 'x', 100000);
    capture(s);
    parry_log(PARRY_INFO, "long", "v=%s", value);
    parry_log(PARRY_INFO, value, "%s", "v=1");
    parry_log(PARRY_INFO, "next", "%s", "");
    parry_str text = captured(s), line;
    for (int i = 0; i < 2; i++) {
        assert_true(parry_str_split(&text, '\n', &line));
        assert_true(line.n > 2000 && line.n < 4096);
    }
    assert_true(parry_str_split(&text, '\n', &line));
    assert_true(parry_str_ends(line, "event=next"));
}

static void test_quoted_values_are_cut_and_four_live_at_once(void **state)
{
    (void)state;
    char value[400];
    memset(value, 'y', sizeof value);
    value[199] = '\xC3'; /* a code point across the cut goes as a whole */
    value[200] = '\xA9';
    value[399] = 0;
    assert_int_equal(strlen(parry_logq(value)), 199 + 2);
    assert_string_equal(parry_logq(NULL), "\"\"");
    const char *a = parry_logq("a"), *b = parry_logq("b"), *c = parry_logq("c"), *d = parry_logq("d");
    assert_string_equal(a, "\"a\"");
    assert_string_equal(b, "\"b\"");
    assert_string_equal(c, "\"c\"");
    assert_string_equal(d, "\"d\"");
}

static void test_an_error_is_logged_whole(void **state)
{
    scratch *s = *state;
    parry_err err;
    (void)parry_fail(&err, PARRY_CORRUPT, "segment \"%s\"", "s1");
    capture(s);
    parry_log_err("open", &err);
    parry_str text = captured(s);
    assert_true(has(text, "level=error event=open code=corrupt at=test_base_log.c:"));
    assert_true(has(text, " msg=\"segment \\\"s1\\\"\"\n"));
}

/* The one line that was logged, without its time. */
static parry_str json_of(scratch *s)
{
    parry_log_json_lines(false);
    parry_str text = captured(s), line;
    assert_true(parry_str_split(&text, '\n', &line) && text.n == 0);
    assert_true(parry_str_starts(line, "{\"ts\":\"20") && line.n > 33);
    return parry_str_from(line, 33);
}

static void is_json(scratch *s, const char *want)
{
    parry_str got = json_of(s);
    if (!parry_str_eqz(got, want))
        fail_msg("got  %.*s\nwant %s", PARRY_FMT(got), want);
}

static void capture_json(scratch *s)
{
    parry_log_json_lines(true);
    capture(s);
}

static void test_as_json_numbers_are_numbers_and_texts_texts(void **state)
{
    scratch *s = *state;
    capture_json(s);
    parry_log(PARRY_INFO, "request", "req=%s id=%016llx status=%d bytes=%zu dur_us=%lld p=%.2f c=%c part=%d/%u",
              "12345", 0xABCULL, 200, sizeof(char), -7LL, 0.5, 'x', 1, 2U);
    is_json(s, "\"level\":\"info\",\"event\":\"request\",\"req\":\"12345\",\"id\":\"0000000000000abc\",\"status\":200,"
               "\"bytes\":1,\"dur_us\":-7,\"p\":0.50,\"c\":\"x\",\"part\":\"1/2\"}");
    capture_json(s);
    parry_log(PARRY_WARN, "odd", "nan=%f cut=%.*s empty=%s plain of it", (double)NAN, 2, "abc", "");
    is_json(
        s,
        "\"level\":\"warn\",\"event\":\"odd\",\"nan\":\"nan\",\"cut\":\"ab\",\"empty\":\"\",\"msg\":\"plain of it\"}");
    capture_json(s);
    parry_log(PARRY_INFO, "alone", NULL);
    is_json(s, "\"level\":\"info\",\"event\":\"alone\"}");
}

static void test_as_json_a_value_cannot_break_out_of_its_string(void **state)
{
    scratch *s = *state;
    capture_json(s);
    parry_log(PARRY_INFO, "e", "v=%s q=%s last=%d", "a\nb\" c=1 status=500 \xFF\x01",
              parry_logq("a\n\"b\" \\ \x01 \xFF caf\xC3\xA9"), 1);
    is_json(s, "\"level\":\"info\",\"event\":\"e\",\"v\":\"a\\u000ab\\\" c=1 status=500 \\ufffd\\u0001\","
               "\"q\":\"a\\u000a\\\"b\\\" \\\\ \\u0001 \xEF\xBF\xBD caf\xC3\xA9\",\"last\":1}");
    capture_json(s);
    parry_log(PARRY_INFO, "e", "v=%s w=%s", "\"half\" \"quoted\"", "\"\\\"");
    is_json(s, "\"level\":\"info\",\"event\":\"e\",\"v\":\"\\\"half\\\" \\\"quoted\\\"\",\"w\":\"\\\"\\\\\\\"\"}");
}

static void test_as_json_a_line_too_long_is_still_json(void **state)
{
    scratch *s = *state;
    char *value = parry_arena_alloc(s->arena, 100001);
    memset(value, '\x01', 100000);
    capture_json(s);
    parry_log(PARRY_INFO, "long", "v=%s w=%s n=%d", value, value, 12345);
    parry_str line = json_of(s);
    assert_true(line.n > 3000 && line.n < 4096 - 33);
    assert_true(parry_str_ends(line, "\\u0001\"}") || parry_str_ends(line, "12345}"));
}

static void log_one(void *ctx, size_t i, unsigned worker)
{
    (void)ctx, (void)worker;
    char value[41];
    memset(value, (int)('a' + i % 26), sizeof value - 1);
    value[40] = 0;
    parry_log(PARRY_INFO, "mix", "i=%zu v=%s", i, parry_logq(value));
}

static void test_lines_of_threads_do_not_mix(void **state)
{
    scratch *s = *state;
    capture(s);
    parry_parallel(2000, 4, log_one, NULL);
    parry_str text = captured(s), line;
    size_t lines = 0;
    while (parry_str_split(&text, '\n', &line) && line.n > 0) {
        size_t at = parry_str_find(line, lit(" v=\""));
        assert_true(parry_str_starts(line, "ts=") && at + 45 == line.n);
        for (size_t i = at + 4; i < line.n - 1; i++)
            assert_int_equal(line.p[i], line.p[at + 4]);
        lines++;
    }
    assert_int_equal(lines, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_an_event_is_one_logfmt_line),
        in_scratch(test_below_the_level_nothing_is_written),
        in_scratch(test_a_value_cannot_break_out_of_its_line),
        in_scratch(test_a_line_too_long_is_cut_and_still_ends),
        cmocka_unit_test(test_quoted_values_are_cut_and_four_live_at_once),
        in_scratch(test_an_error_is_logged_whole),
        in_scratch(test_as_json_numbers_are_numbers_and_texts_texts),
        in_scratch(test_as_json_a_value_cannot_break_out_of_its_string),
        in_scratch(test_as_json_a_line_too_long_is_still_json),
        in_scratch(test_lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
