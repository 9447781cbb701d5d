/* Mustache: what it escapes, how it nests, and that no input, template or data, does more than it should. */
#include "web/mustache.h"
#include "web/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static parry_str partials(void *ctx, parry_str name)
{
    (void)ctx;
    if (parry_str_eqz(name, "hello"))
        return parry_str_of("Hello {{name}}!");
    if (parry_str_eqz(name, "again"))
        return parry_str_of("x{{>again}}");
    return parry_str_make(NULL, 0);
}

static parry_code render(const char *text, const char *json, parry_buf *out, parry_err *err)
{
    json_t *data = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(data);
    parry_code code = parry_mustache(parry_str_of(text), data, partials, NULL, out, err);
    json_decref(data);
    return code;
}

static void gives(const char *text, const char *json, const char *expected)
{
    parry_buf out = PARRY_BUF(4096);
    parry_err err = {0};
    assert_int_equal(render(text, json, &out, &err), PARRY_OK);
    assert_string_equal(out.p ? out.p : "", expected);
    parry_buf_free(&out);
}

static void fails(const char *text, const char *json, parry_code code, const char *in_message)
{
    parry_buf out = PARRY_BUF(4096);
    parry_err err = {0};
    assert_int_equal(render(text, json, &out, &err), code);
    assert_int_equal(err.code, code);
    assert_non_null(strstr(err.msg, in_message));
    parry_buf_free(&out);
}

static void a_value_is_escaped_and_a_triple_is_not(void **state)
{
    (void)state;
    const char *json = "{\"v\": \"<a href=\\\"x\\\">'&\"}";
    gives("{{v}}", json, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    gives("{{{v}}}", json, "<a href=\"x\">'&");
    gives("{{&v}}{{& v }}", "{\"v\": \"<\"}", "<<");
}

static void data_is_never_read_as_a_template(void **state)
{
    (void)state;
    gives("{{v}}{{{v}}}", "{\"v\": \"{{w}}{{>hello}}\", \"w\": \"secret\"}", "{{w}}{{&gt;hello}}{{w}}{{>hello}}");
}

static void names_that_are_not_there_or_are_no_text_show_nothing(void **state)
{
    (void)state;
    gives("[{{none}}{{a}}{{b}}{{c}}{{a.b.c}}{{}}{{..}}]", "{\"a\": {}, \"b\": [1], \"c\": null}", "[]");
    gives("{{n}} {{t}} {{f}}", "{\"n\": -3, \"t\": true, \"f\": 1.5}", "-3 true 1.5");
    gives("{{v}}", "\"top\"", "");
    gives("{{.}}", "\"top\"", "top");
}

static void dotted_names_look_in_the_nearest_context_that_has_the_first_part(void **state)
{
    (void)state;
    gives("{{a.b.c}}", "{\"a\": {\"b\": {\"c\": \"deep\"}}}", "deep");
    gives("{{#in}}{{a.b}}{{/in}}", "{\"a\": {\"b\": \"outer\"}, \"in\": {\"a\": {}}}", "");
    gives("{{#in}}{{a.b}}{{/in}}", "{\"a\": {\"b\": \"outer\"}, \"in\": {\"x\": 1}}", "outer");
}

static void sections_show_true_values_objects_and_each_element(void **state)
{
    (void)state;
    gives("{{#l}}<{{.}}>{{/l}}", "{\"l\": [1, \"b\", 3]}", "<1><b><3>");
    gives("{{#l}}{{n}}{{o}}{{/l}}", "{\"o\": \"-\", \"l\": [{\"n\": 1}, {\"n\": 2, \"o\": \"+\"}]}", "1-2+");
    gives("{{#o}}{{x}}{{/o}}{{#t}}yes{{/t}}", "{\"o\": {\"x\": 1}, \"t\": true}", "1yes");
    gives("{{#s}}{{.}}{{/s}}", "{\"s\": \"text\"}", "text");
    gives("{{#a}}{{#a}}{{.}}{{/a}}{{/a}}", "{\"a\": \"in\"}", "in");
}

static void inverted_sections_show_what_sections_do_not(void **state)
{
    (void)state;
    const char *const nothing[] = {"{}", "{\"v\": false}", "{\"v\": null}", "{\"v\": []}", "{\"v\": \"\"}"};
    for (size_t i = 0; i < 5; i++)
        gives("{{#v}}yes{{/v}}{{^v}}no{{/v}}", nothing[i], "no");
    gives("{{#v}}yes{{/v}}{{^v}}no{{/v}}", "{\"v\": 0}", "yes"); /* a number is a value, not a truth */
}

static void tags_alone_on_a_line_take_the_line_along(void **state)
{
    (void)state;
    gives("a\n{{#v}}\nb\n  {{! note }}  \n{{/v}}\nc\n", "{\"v\": true}", "a\nb\nc\n");
    gives("a {{#v}}b{{/v}} c\n", "{\"v\": true}", "a b c\n");
    gives("  {{v}}\n", "{\"v\": 1}", "  1\n");
}

static void partials_run_in_the_context_of_their_place(void **state)
{
    (void)state;
    gives("{{#p}}{{>hello}} {{/p}}", "{\"p\": [{\"name\": \"A\"}, {\"name\": \"<B>\"}]}", "Hello A! Hello &lt;B&gt;! ");
    fails("a\n{{>none}}", "{}", PARRY_NOT_FOUND, "line 2: no partial none");
}

static void a_wrong_template_is_refused_with_its_line(void **state)
{
    (void)state;
    fails("a\nb {{v", "{}", PARRY_INVALID, "line 2: a tag does not close");
    fails("{{{v}}", "{}", PARRY_INVALID, "does not close");
    fails("a\n\n{{#v}}", "{}", PARRY_INVALID, "line 3: no end of section v");
    fails("{{/v}}", "{}", PARRY_INVALID, "nothing is open");
    fails("{{#a}}{{#b}}{{/a}}{{/b}}", "{\"a\": true}", PARRY_INVALID, "another section");
    fails("{{#a}}{{/a}", "{}", PARRY_INVALID, "no end of section");
}

static void partials_that_include_themselves_end(void **state)
{
    (void)state;
    fails("{{>again}}", "{}", PARRY_INVALID, "too many");
}

static void deep_sections_end(void **state)
{
    (void)state;
    parry_buf text = PARRY_BUF(1 << 20);
    for (int i = 0; i < 200; i++)
        parry_buf_addz(&text, "{{#v}}");
    for (int i = 0; i < 200; i++)
        parry_buf_addz(&text, "{{/v}}");
    fails(text.p, "{\"v\": true}", PARRY_INVALID, "too many");
    parry_buf_free(&text);
}

static void a_page_stops_at_its_maximum(void **state)
{
    (void)state;
    json_t *list = json_array(), *data = json_pack("{s:o}", "l", list);
    for (int i = 0; i < 1000; i++)
        json_array_append_new(list, json_string("0123456789"));
    parry_buf out = PARRY_BUF(500);
    parry_err err = {0};
    assert_int_equal(parry_mustache(parry_str_of("{{#l}}{{#l}}{{.}}{{/l}}{{/l}}"), data, NULL, NULL, &out, &err),
                     PARRY_TOO_LARGE);
    assert_true(out.n <= 500);
    parry_buf_free(&out);
    json_decref(data);
}

/* Every prefix and every one-byte change of a template renders or fails, and no more. */
static void broken_templates_do_no_harm(void **state)
{
    (void)state;
    static const char whole[] = "a {{#l}}\n{{{.}}}{{^x}}{{>hello}}{{/x}}\n{{/l}} {{&b.c}} {{! c }}{{d}}";
    const char *json = "{\"l\": [1, {\"x\": true}], \"b\": {\"c\": \"<\"}}";
    char text[sizeof whole];
    for (size_t i = 0; i < sizeof whole; i++) {
        for (const char *c = "{}#/>^&! \nx"; *c; c++) {
            memcpy(text, whole, sizeof whole);
            text[i] = *c;
            text[sizeof whole - 1] = 0;
            parry_buf out = PARRY_BUF(4096);
            (void)(render(text, json, &out, NULL) == PARRY_OK);
            text[i] = 0;
            (void)(render(text, json, &out, NULL) == PARRY_OK);
            parry_buf_free(&out);
        }
    }
}

static void every_embedded_page_renders_with_hostile_data(void **state)
{
    (void)state;
    static const char *const pages[] = {"home", "category", "article", "search", "error"};
    const char *xss = "\"><script>alert(1)</script>";
    json_t *item =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "title", xss, "url", "/x", "name", xss, "section", xss, "heading", xss);
    json_t *data = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b}", "title", xss, "query", xss,
                             "site_name", xss, "category", xss, "detail", xss, "updated_text", xss, "any", 1, "asked",
                             1, "found", 1, "has_toc", 1, "has_related", 1);
    static const char *const lists[] = {"categories", "recent", "articles", "hits", "toc", "related"};
    for (size_t i = 0; i < 6; i++)
        json_object_set_new(data, lists[i], json_pack("[O]", item));
    for (size_t i = 0; i < 5; i++) {
        parry_buf out = PARRY_BUF(PARRY_PAGE_MAX_BYTES);
        parry_err err = {0};
        assert_int_equal(parry_page(pages[i], data, &out, &err), PARRY_OK);
        assert_null(strstr(out.p, "<script>alert"));
        assert_non_null(strstr(out.p, "&lt;script&gt;alert"));
        assert_non_null(strstr(out.p, "</html>"));
        assert_null(strstr(out.p, "{{"));
        parry_buf_free(&out);
    }
    json_decref(item);
    json_decref(data);
}

static void a_page_that_is_not_there_is_not_found(void **state)
{
    (void)state;
    parry_buf out = PARRY_BUF(1000);
    parry_err err = {0};
    json_t *data = json_object();
    assert_int_equal(parry_page("nothing", data, &out, &err), PARRY_NOT_FOUND);
    json_decref(data);
    parry_buf_free(&out);
}

static void assets_are_found_by_their_whole_name(void **state)
{
    (void)state;
    const parry_asset *css = parry_asset_find(parry_str_of("style.css"));
    assert_non_null(css);
    assert_string_equal(css->type, "text/css; charset=utf-8");
    assert_int_equal(strlen(css->hash), 16);
    assert_true(css->bytes.n > 1000 && css->bytes.p[css->bytes.n] == 0);
    assert_null(parry_asset_find(parry_str_of("style")));
    assert_null(parry_asset_find(parry_str_of("../static/style.css")));
    assert_null(parry_asset_find(parry_str_make(NULL, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_escaped_and_a_triple_is_not),
        cmocka_unit_test(data_is_never_read_as_a_template),
        cmocka_unit_test(names_that_are_not_there_or_are_no_text_show_nothing),
        cmocka_unit_test(dotted_names_look_in_the_nearest_context_that_has_the_first_part),
        cmocka_unit_test(sections_show_true_values_objects_and_each_element),
        cmocka_unit_test(inverted_sections_show_what_sections_do_not),
        cmocka_unit_test(tags_alone_on_a_line_take_the_line_along),
        cmocka_unit_test(partials_run_in_the_context_of_their_place),
        cmocka_unit_test(a_wrong_template_is_refused_with_its_line),
        cmocka_unit_test(partials_that_include_themselves_end),
        cmocka_unit_test(deep_sections_end),
        cmocka_unit_test(a_page_stops_at_its_maximum),
        cmocka_unit_test(broken_templates_do_no_harm),
        cmocka_unit_test(every_embedded_page_renders_with_hostile_data),
        cmocka_unit_test(a_page_that_is_not_there_is_not_found),
        cmocka_unit_test(assets_are_found_by_their_whole_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
