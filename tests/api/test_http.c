/* Decoding, parameters, Accept, ETags, problems, the router, addresses, cut snippets: all without a socket. */
#include "api/http/encode.h"
#include "api/http/listen.h"
#include "api/http/problem.h"
#include "api/http/range.h"
#include "api/http/router.h"
#include "api/routes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static parry_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = parry_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    parry_arena_free(arena);
    return 0;
}

/* ---- decoding
 * ---------------------------------------------------------------------------------------------------------- */

static void decodes(const char *in, bool plus, const char *expected)
{
    parry_str out;
    assert_int_equal(parry_percent_decode(arena, parry_str_of(in), plus, &out, NULL), PARRY_OK);
    assert_true(parry_str_eqz(out, expected));
}

static void escapes_are_decoded_once(void **state)
{
    (void)state;
    decodes("", true, "");
    decodes("a%20b+c", true, "a b c");
    decodes("a+b", false, "a+b");
    decodes("%2541", true, "%41");
    decodes("%c3%A9", true, "\xc3\xa9");
    decodes("a%2Fb", false, "a/b");
}

static void what_cannot_be_decoded_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"%",   "a%",  "%2",  "%g0",       "%0g",   "%%20",
                                      "%00", "%ff", "%c3", "%ed%a0%80", "%c0%80"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_str out = parry_str_of("untouched");
        parry_err err = {0};
        assert_int_equal(parry_percent_decode(arena, parry_str_of(bad[i]), true, &out, &err), PARRY_INVALID);
        assert_true(parry_str_eqz(out, "untouched"));
        assert_true(err.msg[0] != 0);
    }
}

static void encoding_and_decoding_give_the_same_back(void **state)
{
    (void)state;
    char all[256];
    for (int i = 1; i < 128; i++)
        all[i - 1] = (char)i;
    all[127] = 0;
    parry_buf b = PARRY_BUF(2048);
    parry_percent_encode(parry_str_of(all), &b);
    assert_null(strpbrk(b.p, " &?#<>\"'+/"));
    decodes(b.p, true, all);
    parry_buf_free(&b);
}

static parry_code params(parry_request *r, const char *target, parry_err *err)
{
    memset(r, 0, sizeof *r);
    parry_request_target(r, parry_str_of(target));
    return parry_request_params(r, arena, err);
}

static void a_target_is_a_path_and_parameters(void **state)
{
    (void)state;
    parry_request r;
    parry_str v;
    assert_int_equal(params(&r, "/a/b?x=1&&y=%26+z&flag&e=&x=2=3", NULL), PARRY_OK);
    assert_true(parry_str_eqz(r.path, "/a/b"));
    assert_int_equal(r.nparams, 5);
    assert_true(parry_request_text(&r, "y", &v) && parry_str_eqz(v, "& z"));
    assert_true(parry_request_text(&r, "flag", &v) && v.n == 0);
    assert_true(parry_request_text(&r, "x", &v) && parry_str_eqz(v, "1"));
    assert_true(parry_str_eqz(r.params[4].value, "2=3"));
    assert_false(parry_request_text(&r, "none", &v));
    assert_int_equal(params(&r, "/", NULL), PARRY_OK);
    assert_int_equal(r.nparams, 0);
}

static void parameters_have_a_limit_and_their_errors_a_name(void **state)
{
    (void)state;
    parry_request r;
    parry_err err = {0};
    parry_buf b = PARRY_BUF(4096);
    parry_buf_addz(&b, "/?");
    for (int i = 0; i <= PARRY_PARAMS_MAX; i++)
        parry_buf_printf(&b, "p%d=%d&", i, i);
    assert_int_equal(params(&r, b.p, &err), PARRY_INVALID);
    parry_buf_free(&b);
    err = (parry_err){0};
    assert_int_equal(params(&r, "/?a=1&q=%ff", &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "parameter q: not valid UTF-8"));
}

static void unknown_and_repeated_parameters_are_named(void **state)
{
    (void)state;
    parry_request r;
    parry_err err = {0};
    assert_int_equal(params(&r, "/?q=1&limit=2", NULL), PARRY_OK);
    assert_int_equal(parry_request_check(&r, "q limit offset", NULL), PARRY_OK);
    assert_int_equal(parry_request_check(&r, "q", &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "\"limit\""));
    err = (parry_err){0};
    assert_int_equal(parry_request_check(&r, "", &err), PARRY_INVALID);
    assert_int_equal(params(&r, "/?q=1&q=1", NULL), PARRY_OK);
    err = (parry_err){0};
    assert_int_equal(parry_request_check(&r, "q", &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "q stands twice"));
    assert_int_equal(params(&r, "/?limi=1&=2", NULL), PARRY_OK);
    assert_int_equal(parry_request_check(&r, "limit", NULL), PARRY_INVALID); /* no prefix counts */
}

static void numbers_are_digits_within_a_range(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "/?n=",   "/?n=0", "/?n=101", "/?n=-1", "/?n=+5", "/?n=1e1", "/?n=5%20", "/?n=0x5", "/?n=99999999999999999999",
        "/?n=1.0"};
    parry_request r;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        size_t n = 7;
        assert_int_equal(params(&r, bad[i], NULL), PARRY_OK);
        assert_int_equal(parry_request_number(&r, "n", 1, 100, &n, NULL), PARRY_INVALID);
        assert_int_equal(n, 7);
    }
    size_t n = 7;
    assert_int_equal(params(&r, "/?m=100", NULL), PARRY_OK);
    assert_int_equal(parry_request_number(&r, "n", 1, 100, &n, NULL), PARRY_OK);
    assert_int_equal(n, 7);
    assert_int_equal(parry_request_number(&r, "m", 1, 100, &n, NULL), PARRY_OK);
    assert_int_equal(n, 100);
}

static void flags_are_four_words(void **state)
{
    (void)state;
    parry_request r;
    bool v = false;
    assert_int_equal(params(&r, "/?a=1&b=false&c=yes&d=", NULL), PARRY_OK);
    assert_int_equal(parry_request_flag(&r, "a", &v, NULL), PARRY_OK);
    assert_true(v);
    assert_int_equal(parry_request_flag(&r, "b", &v, NULL), PARRY_OK);
    assert_false(v);
    assert_int_equal(parry_request_flag(&r, "c", &v, NULL), PARRY_INVALID);
    assert_int_equal(parry_request_flag(&r, "d", &v, NULL), PARRY_INVALID);
}

/* ---- Accept and ETag
 * ------------------------------------------------------------------------------------------------- */

static size_t best(const char *accept)
{
    static const char *const types[] = {"application/json", "text/markdown", "text/html"};
    return parry_accept_best(parry_str_of(accept), types, 3);
}

static void accept_takes_what_is_liked_best(void **state)
{
    (void)state;
    assert_int_equal(best(NULL), 0);
    assert_int_equal(best("*/*"), 0);
    assert_int_equal(best("text/markdown"), 1);
    assert_int_equal(best("TEXT/Markdown; charset=utf-8"), 1);
    assert_int_equal(best("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"), 2);
    assert_int_equal(best("text/*"), 1);
    assert_int_equal(best("text/*;q=0.5, application/json;q=0.4"), 1);
    assert_int_equal(best("application/json;q=0, */*"), 1);
    assert_int_equal(best("text/markdown;q=0.1, text/html;q=0.100"), 1);
    assert_int_equal(best("image/png"), 3);
    assert_int_equal(best("*/*;q=0"), 3);
    assert_int_equal(best(";;,,q=,;q"), 3);
    assert_int_equal(best("te/*, text/htm, ext/html, */json"), 3);
}

static void etags_match_in_lists_weakly(void **state)
{
    (void)state;
    assert_true(parry_etag_matches(parry_str_of("\"ab\""), "ab"));
    assert_true(parry_etag_matches(parry_str_of("\"x\", W/\"ab\" "), "ab"));
    assert_true(parry_etag_matches(parry_str_of("*"), "ab"));
    assert_false(parry_etag_matches(parry_str_of("ab"), "ab"));
    assert_false(parry_etag_matches(parry_str_of("\"abc\", \"a\", \"\", \""), "ab"));
    assert_false(parry_etag_matches(parry_str_make(NULL, 0), "ab"));
}

static void a_tagged_response_becomes_304_for_who_has_it(void **state)
{
    (void)state;
    parry_request req = {0};
    parry_response res;
    parry_response_init(&res);
    res.tagged = true;
    parry_response_text(&res, "text/plain", parry_str_of("body"));
    parry_response_finish(&res, &req);
    assert_int_equal(res.status, 200);
    char quoted[PARRY_ETAG_TEXT + 2];
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", res.etag);
    assert_int_equal(strlen(res.etag), 32);
    const parry_header header = {parry_str_of("if-none-match"), parry_str_of(quoted)};
    req.headers = &header;
    req.nheaders = 1;
    parry_response_finish(&res, &req);
    assert_int_equal(res.status, 304);
    assert_int_equal(parry_response_bytes(&res).n, 0);
    parry_response_clear(&res);
}

static void request_ids_are_hexadecimal_and_differ(void **state)
{
    (void)state;
    char a[PARRY_REQUEST_ID_TEXT], b[PARRY_REQUEST_ID_TEXT];
    parry_request_id(a);
    parry_request_id(b);
    assert_int_equal(strspn(a, "0123456789abcdef"), 16);
    assert_string_not_equal(a, b);
}

/* ---- problems
 * ------------------------------------------------------------------------------------------------------------ */

static void a_problem_has_the_five_members(void **state)
{
    (void)state;
    for (unsigned p = 0; p < PARRY_PROBLEMS; p++) {
        json_t *j = parry_problem_json((parry_problem)p, "de\"tail", "id1");
        char type[80];
        (void)snprintf(type, sizeof type, "/problems/%s", parry_problem_name((parry_problem)p));
        parry_problem again;
        assert_string_equal(json_string_value(json_object_get(j, "type")), type);
        assert_int_equal(json_integer_value(json_object_get(j, "status")), parry_problem_status((parry_problem)p));
        assert_string_equal(json_string_value(json_object_get(j, "detail")), "de\"tail");
        assert_string_equal(json_string_value(json_object_get(j, "instance")), "id1");
        assert_true(json_string_length(json_object_get(j, "title")) > 0);
        assert_true(parry_problem_named(parry_str_of(parry_problem_name((parry_problem)p)), &again));
        assert_int_equal(again, p);
        json_decref(j);
    }
}

static void every_error_code_has_the_problem_of_its_status(void **state)
{
    (void)state;
    for (int code = PARRY_INVALID; code <= PARRY_IO; code++)
        assert_int_equal(parry_problem_status(parry_problem_of((parry_code)code)), parry_code_http((parry_code)code));
}

static void a_problem_replaces_whatever_was_there(void **state)
{
    (void)state;
    parry_response res;
    parry_response_init(&res);
    res.tagged = true;
    res.cache = "public";
    (void)snprintf(res.allow, sizeof res.allow, "GET");
    parry_response_text(&res, "text/html", parry_str_of("secret"));
    parry_problem_reply(&res, PARRY_PROBLEM_METHOD, "no", "id");
    assert_int_equal(res.status, 405);
    assert_string_equal(res.type, "application/problem+json");
    assert_null(strstr(res.body.p, "secret"));
    assert_false(res.tagged);
    assert_null(res.cache);
    assert_string_equal(res.allow, "GET");
    parry_response_clear(&res);
}

/* ---- bodies and codings
 * ---------------------------------------------------------------------------------------------------- */

static parry_code body_json(const char *body, json_t **out)
{
    const parry_request req = {.body = parry_str_of(body)};
    parry_err err;
    return parry_request_json(&req, out, &err);
}

static parry_code read_list_of(size_t n)
{
    json_t *j = NULL;
    parry_buf b = PARRY_BUF(1 << 20);
    parry_buf_addz(&b, "[\"[{\"");
    for (size_t i = 1; i < n; i++)
        parry_buf_addz(&b, i % 2 ? ",{}" : ",[]");
    parry_buf_addc(&b, ']');
    const parry_request r = {.body = parry_buf_str(&b)};
    parry_code code = parry_request_json(&r, &j, NULL);
    json_decref(j);
    parry_buf_free(&b);
    return code;
}

static void a_body_has_so_many_objects_and_lists(void **state)
{
    (void)state;
    assert_int_equal(read_list_of(PARRY_JSON_NODES), PARRY_OK);
    assert_int_equal(read_list_of(PARRY_JSON_NODES + 1), PARRY_INVALID);
}

static void a_body_is_strict_json_of_bounded_depth(void **state)
{
    (void)state;
    json_t *j = NULL;
    assert_int_equal(body_json("{\"a\": [1, \"]\\\"[[\"]}", &j), PARRY_OK);
    json_decref(j);
    static const char *const bad[] = {"", "  ", "{", "{\"a\":1,\"a\":2}", "1", "{} x", "{\"a\": \"\xff\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(body_json(bad[i], &j), PARRY_INVALID);
    char deep[2 * PARRY_JSON_DEPTH + 3] = "";
    memset(deep, '[', PARRY_JSON_DEPTH);
    memset(deep + PARRY_JSON_DEPTH, ']', PARRY_JSON_DEPTH);
    assert_int_equal(body_json(deep, &j), PARRY_OK);
    json_decref(j);
    memset(deep, '[', PARRY_JSON_DEPTH + 1);
    memset(deep + PARRY_JSON_DEPTH + 1, ']', PARRY_JSON_DEPTH + 1);
    assert_int_equal(body_json(deep, &j), PARRY_INVALID);
}

static void a_header_is_found_in_any_case_and_a_type_without_its_parameters(void **state)
{
    (void)state;
    const parry_header headers[] = {{parry_str_of("content-TYPE"), parry_str_of("Text/Markdown; charset=utf-8")}};
    const parry_request req = {.headers = headers, .nheaders = 1};
    assert_true(parry_request_is(&req, "text/markdown"));
    assert_false(parry_request_is(&req, "text/html"));
    assert_int_equal(parry_request_header(&req, "Accept").n, 0);
}

static void the_coding_is_the_one_that_the_request_likes_best(void **state)
{
    (void)state;
    static const struct {
        const char *accept, *coding;
    } cases[] = {{"", NULL},
                 {"gzip", "gzip"},
                 {"gzip, deflate, br, zstd", "zstd"},
                 {"zstd;q=0.5, gzip;q=0.8", "gzip"},
                 {"gzip;q=0, identity", NULL},
                 {"*", "zstd"},
                 {"zstd;q=0, *;q=0.1", "gzip"},
                 {"br", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *coding = parry_encoding_best(parry_str_of(cases[i].accept));
        assert_true(coding == cases[i].coding || strcmp(coding, cases[i].coding) == 0);
    }
}

static void a_header_from_a_stranger_cannot_break_the_reply(void **state)
{
    (void)state;
    parry_response res;
    parry_response_init(&res);
    parry_response_header(&res, "X-A", parry_str_of("fine"));
    parry_response_header(&res, "X-B", parry_str_of("a\r\nSet-Cookie: b"));
    assert_int_equal(res.nmore, 1);
    parry_response_clear(&res);
}

/* ---- router
 * -------------------------------------------------------------------------------------------------------------- */

static const parry_route table[] = {
    {"GET", "/a", "", NULL, PARRY_RIGHT_OPEN, 0, 0},
    {"POST", "/a", "", NULL, PARRY_RIGHT_OPEN, 0, 0},
    {"GET", "/a/{id}", "", NULL, PARRY_RIGHT_OPEN, 0, 0},
    {"GET", "/p", NULL, NULL, PARRY_RIGHT_OPEN, 0, PARRY_ROUTE_PAGE},
    {"GET", "/two/{x}/of/{y}/end", "", NULL, PARRY_RIGHT_OPEN, 0, 0},
};
enum { ROWS = sizeof table / sizeof *table };

static parry_matched find(const char *method, const char *path, bool pages, size_t *route, const char *tail)
{
    parry_str rest[PARRY_TAILS];
    parry_matched m = parry_route_find(table, ROWS, parry_str_of(method), parry_str_of(path), pages, route, rest);
    assert_true(m != PARRY_MATCHED || parry_str_eqz(rest[0], tail));
    return m;
}

static void a_pattern_may_have_two_names(void **state)
{
    (void)state;
    size_t i;
    parry_str rest[PARRY_TAILS];
    const parry_str get = parry_str_of("GET");
    assert_int_equal(parry_route_find(table, ROWS, get, parry_str_of("/two/1/of/2/3/end"), false, &i, rest),
                     PARRY_MATCHED);
    assert_true(parry_str_eqz(rest[0], "1") && parry_str_eqz(rest[1], "2/3"));
    static const char *const others[] = {"/two/1/2/of/3/end", "/two/1/of/2", "/two/1", "/two/", "/two/1/of/end"};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        assert_int_equal(parry_route_find(table, ROWS, get, parry_str_of(others[k]), false, &i, rest), PARRY_NO_ROUTE);
}

static void a_route_is_found_by_method_and_path(void **state)
{
    (void)state;
    size_t i;
    assert_int_equal(find("GET", "/a", false, &i, ""), PARRY_MATCHED);
    assert_int_equal(i, 0);
    assert_int_equal(find("HEAD", "/a", false, &i, ""), PARRY_MATCHED);
    assert_int_equal(i, 0);
    assert_int_equal(find("POST", "/a", false, &i, ""), PARRY_MATCHED);
    assert_int_equal(i, 1);
    assert_int_equal(find("GET", "/a/x/y%2F", false, &i, "x/y%2F"), PARRY_MATCHED);
    assert_int_equal(i, 2);
    assert_int_equal(find("GET", "/a/", false, &i, ""), PARRY_MATCHED);
}

static void what_is_not_in_the_table_is_told_apart(void **state)
{
    (void)state;
    size_t i;
    assert_int_equal(find("GET", "/b", false, &i, ""), PARRY_NO_ROUTE);
    assert_int_equal(i, ROWS);
    assert_int_equal(find("GET", "/ab", false, &i, ""), PARRY_NO_ROUTE);
    assert_int_equal(find("GET", "", false, &i, ""), PARRY_NO_ROUTE);
    assert_int_equal(find("PUT", "/a", false, &i, ""), PARRY_NO_METHOD);
    assert_int_equal(i, 0);
    assert_int_equal(find("HEAD", "/p", true, &i, ""), PARRY_MATCHED);
    assert_int_equal(find("GET", "/a", true, &i, ""), PARRY_NO_ROUTE);
    parry_buf allow = PARRY_BUF(64);
    parry_route_allow(table, ROWS, parry_str_of("/a"), &allow);
    assert_string_equal(allow.p, "GET, HEAD, POST, OPTIONS");
    parry_buf_free(&allow);
}

static void the_real_table_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < parry_nroutes; i++) {
        assert_non_null(parry_routes[i].handle);
        assert_true((parry_routes[i].flags & PARRY_ROUTE_PAGE) || parry_routes[i].params ||
                    parry_str_starts(parry_str_of(parry_routes[i].pattern), "/api/v2/") || /* other clients' own */
                    strncmp(parry_routes[i].pattern, "/1/", 3) == 0 ||
                    strcmp(parry_routes[i].pattern, "/assets/{name}") == 0);
        for (size_t j = 0; j < i; j++)
            assert_true(strcmp(parry_routes[i].pattern, parry_routes[j].pattern) != 0 ||
                        strcmp(parry_routes[i].method, parry_routes[j].method) != 0);
    }
}

/* Every address of the API is in its description, by method; what is for people is not. */
static void the_table_and_the_description_say_the_same(void **state)
{
    (void)state;
    const json_t *paths = json_object_get(parry_openapi(), "paths");
    size_t described = 0, routes = 0;
    const char *path;
    json_t *item;
    json_object_foreach(json_object_get(parry_openapi(), "paths"), path, item) described += json_object_size(item);
    for (size_t i = 0; i < parry_nroutes; i++) {
        const parry_route *r = &parry_routes[i];
        if ((r->flags & PARRY_ROUTE_PAGE) || strcmp(r->pattern, "/assets/{name}") == 0)
            continue;
        char method[8] = "";
        for (size_t k = 0; r->method[k] != 0; k++)
            method[k] = (char)(r->method[k] + 32);
        if (json_object_get(json_object_get(paths, r->pattern), method) == NULL)
            fail_msg("%s %s is not in docs/openapi.yaml", r->method, r->pattern);
        routes++;
    }
    assert_int_equal(described, routes);
}

/* ---- audiences
 * ------------------------------------------------------------------------------------------------------------ */

static void audiences_without_a_key_are_two_and_the_default(void **state)
{
    (void)state;
    parry_config config;
    parry_config_defaults(&config);
    parry_app app = {.config = &config};
    assert_int_equal(parry_audience_public(&app, parry_str_of("customer"), NULL), PARRY_OK);
    assert_int_equal(parry_audience_public(&app, parry_str_of("merchant"), NULL), PARRY_OK);
    assert_int_equal(parry_audience_public(&app, parry_str_of("internal"), NULL), PARRY_DENIED);
    assert_int_equal(parry_audience_public(&app, parry_str_of("Customer"), NULL), PARRY_INVALID);
    assert_int_equal(parry_audience_public(&app, parry_str_make("", 0), NULL), PARRY_INVALID);
    assert_string_equal(parry_audience_base(&app, parry_str_of("customer")), "");
    assert_string_equal(parry_audience_base(&app, parry_str_of("merchant")), "/merchant");
    config.serve.default_audience = "merchant";
    assert_string_equal(parry_audience_base(&app, parry_str_of("customer")), "/customer");
    assert_string_equal(parry_audience_base(&app, parry_str_of("merchant")), "");
    config.serve.default_audience = "partners";
    assert_int_equal(parry_audience_public(&app, parry_str_of("partners"), NULL), PARRY_OK);
    parry_config_free(&config);
}

static void a_prefix_names_the_audience_of_a_page(void **state)
{
    (void)state;
    static const struct {
        const char *path, *rest, *audience;
    } cases[] = {{"/merchant", "/", "merchant"},
                 {"/merchant/", "/", "merchant"},
                 {"/customer/articles/x", "/articles/x", "customer"},
                 {"/merchants", NULL, NULL},
                 {"/internal/", NULL, NULL},
                 {"/", NULL, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parry_str path = parry_str_of(cases[i].path), audience;
        assert_int_equal(parry_audience_prefix(&path, &audience), cases[i].rest != NULL);
        assert_true(parry_str_eqz(path, cases[i].rest ? cases[i].rest : cases[i].path));
        assert_true(cases[i].rest == NULL || parry_str_eqz(audience, cases[i].audience));
    }
}

/* ---- snippets and addresses
 * ------------------------------------------------------------------------------------------------- */

static void cut(const char *html, size_t n, const char *expected)
{
    parry_str out = parry_snippet_cut(arena, parry_str_of(html), n);
    assert_string_equal(parry_str_z(arena, out), expected);
}

static void a_cut_snippet_is_whole_html(void **state)
{
    (void)state;
    cut("short", 10, "short");
    cut("exact", 5, "exact");
    cut("longer", 5, "longe\u2026");
    cut("a <mark>refund</mark> b", 4, "a <mark>re</mark>\u2026");
    cut("<mark>ab</mark>cd", 2, "<mark>ab</mark>\u2026");
    cut("<mark>ab</mark>", 2, "<mark>ab</mark>");
    cut("&lt;&amp;&gt;", 2, "&lt;&amp;\u2026");
    cut("\xc3\xa9\xc3\xa9\xc3\xa9", 2, "\xc3\xa9\xc3\xa9\u2026");
    cut("a &", 10, "a &");
    cut("a <ma", 10, "a <ma");
    cut("", 0, "");
}

static void addresses_are_bound_and_loopback_is_told_apart(void **state)
{
    (void)state;
    static const char *const bad[] = {"8080",           ":8080",      "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536",
                                      "example.com:80", "127.0.0.1:", "",          "[::1]"};
    char text[PARRY_ADDRESS_TEXT];
    bool loopback = false;
    int fd = -1;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_err err = {0};
        assert_int_equal(parry_bind(bad[i], &fd, text, &loopback, &err), PARRY_INVALID);
        assert_non_null(strstr(err.msg, "--listen"));
        assert_int_equal(fd, -1);
    }
    static const char *const good[] = {"127.0.0.1:0", "localhost:0", "127.9.9.9:0"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(parry_bind(good[i], &fd, text, &loopback, NULL), PARRY_OK);
        assert_true(loopback);
        loopback = false;
        assert_true(parry_str_starts(parry_str_of(text), "127.") && !parry_str_ends(parry_str_of(text), ":0"));
        assert_int_equal(close(fd), 0);
    }
    loopback = true;
    assert_int_equal(parry_bind("0.0.0.0:0", &fd, text, &loopback, NULL), PARRY_OK);
    assert_false(loopback);
    assert_int_equal(close(fd), 0);
}

static void a_port_in_use_is_a_conflict(void **state)
{
    (void)state;
    char text[PARRY_ADDRESS_TEXT];
    int first = -1, second = -1;
    bool loopback;
    parry_err err = {0};
    assert_int_equal(parry_bind("127.0.0.1:0", &first, text, &loopback, NULL), PARRY_OK);
    assert_int_equal(listen(first, 1), 0);
    assert_int_equal(parry_bind(text, &second, text, &loopback, &err), PARRY_CONFLICT);
    assert_non_null(strstr(err.msg, "in use"));
    assert_int_equal(close(first), 0);
}

static void one_range_of_bytes_is_read_and_anything_else_passed_over(void **state)
{
    static const struct {
        const char *header;
        uint64_t size;
        parry_range_kind kind;
        uint64_t from, end;
    } cases[] = {
        {"", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"bytes=0-0", 10, PARRY_RANGE_PART, 0, 1},
        {"bytes=0-9", 10, PARRY_RANGE_PART, 0, 10},
        {"BYTES= 3-", 10, PARRY_RANGE_PART, 3, 10},
        {"bytes=9-99999999999999999999999999", 10, PARRY_RANGE_PART, 9, 10},
        {"bytes=-3", 10, PARRY_RANGE_PART, 7, 10},
        {"bytes=-18446744073709551617", 10, PARRY_RANGE_PART, 0, 10},
        {"bytes=-0", 10, PARRY_RANGE_BEYOND, 0, 0},
        {"bytes=10-", 10, PARRY_RANGE_BEYOND, 0, 0},
        {"bytes=18446744073709551616-", 10, PARRY_RANGE_BEYOND, 0, 0},
        {"bytes=0-", 0, PARRY_RANGE_BEYOND, 0, 0},
        {"bytes=-1", 0, PARRY_RANGE_BEYOND, 0, 0},
        {"bytes=5-4", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"bytes=-", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"bytes=", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"bytes=5", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"bytes=0-1,4-5", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"bytes=+1-2", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"bytes=--1", 10, PARRY_RANGE_WHOLE, 0, 0},
        {"byte=0-1", 10, PARRY_RANGE_WHOLE, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parry_range r = {0, 0};
        if (parry_range_read(parry_str_of(cases[i].header), cases[i].size, &r) != cases[i].kind ||
            r.from != cases[i].from || r.end != cases[i].end)
            fail_msg("%s of %d", cases[i].header, (int)cases[i].size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_are_decoded_once),
        cmocka_unit_test(what_cannot_be_decoded_is_refused),
        cmocka_unit_test(encoding_and_decoding_give_the_same_back),
        cmocka_unit_test(a_target_is_a_path_and_parameters),
        cmocka_unit_test(parameters_have_a_limit_and_their_errors_a_name),
        cmocka_unit_test(unknown_and_repeated_parameters_are_named),
        cmocka_unit_test(numbers_are_digits_within_a_range),
        cmocka_unit_test(flags_are_four_words),
        cmocka_unit_test(accept_takes_what_is_liked_best),
        cmocka_unit_test(etags_match_in_lists_weakly),
        cmocka_unit_test(a_tagged_response_becomes_304_for_who_has_it),
        cmocka_unit_test(request_ids_are_hexadecimal_and_differ),
        cmocka_unit_test(a_problem_has_the_five_members),
        cmocka_unit_test(every_error_code_has_the_problem_of_its_status),
        cmocka_unit_test(a_problem_replaces_whatever_was_there),
        cmocka_unit_test(a_route_is_found_by_method_and_path),
        cmocka_unit_test(a_pattern_may_have_two_names),
        cmocka_unit_test(a_body_is_strict_json_of_bounded_depth),
        cmocka_unit_test(a_body_has_so_many_objects_and_lists),
        cmocka_unit_test(a_header_is_found_in_any_case_and_a_type_without_its_parameters),
        cmocka_unit_test(the_coding_is_the_one_that_the_request_likes_best),
        cmocka_unit_test(a_header_from_a_stranger_cannot_break_the_reply),
        cmocka_unit_test(what_is_not_in_the_table_is_told_apart),
        cmocka_unit_test(the_real_table_is_sound),
        cmocka_unit_test(the_table_and_the_description_say_the_same),
        cmocka_unit_test(audiences_without_a_key_are_two_and_the_default),
        cmocka_unit_test(a_prefix_names_the_audience_of_a_page),
        cmocka_unit_test(a_cut_snippet_is_whole_html),
        cmocka_unit_test(addresses_are_bound_and_loopback_is_told_apart),
        cmocka_unit_test(a_port_in_use_is_a_conflict),
        cmocka_unit_test(one_range_of_bytes_is_read_and_anything_else_passed_over),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
