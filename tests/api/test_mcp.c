/* MCP without a socket: both eras, what disagrees, what is refused; tools of the test's own. And schemas. */
#include "api/agents/jsonrpc.h"
#include "api/agents/mcp.h"
#include "api/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- tools of the test ------------------------------------------------------------------------------------------ */

static parry_code echo(struct parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err)
{
    (void)c;
    (void)err;
    out->structured = json_pack("{s:O}", "said", json_object_get(args, "text"));
    out->links = json_pack("[{s:s, s:s}]", "uri", "http://h/a.md", "name", "A");
    return PARRY_OK;
}

static parry_code breaks(struct parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err)
{
    (void)c;
    (void)args;
    (void)out;
    return parry_fail(err, PARRY_CORRUPT, "/secret/path is broken");
}

static const parry_tool tools[] = {
    {"echo", "Echo", "Says it again.",
     "{\"type\":\"object\",\"required\":[\"text\"],\"additionalProperties\":false,"
     "\"properties\":{\"text\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":5}}}",
     "{\"type\":\"object\"}", echo, false},
    {"fail", "Fail", "Fails.", "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{}}",
     "{\"type\":\"object\"}", breaks, false},
};

/* ---- asking ----------------------------------------------------------------------------------------------------- */

#define META                                                                                                           \
    "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","                                           \
    "\"io.modelcontextprotocol/clientCapabilities\":{}}"

static parry_mcp_reply ask(const char *version, const char *method, const char *name, const char *message)
{
    parry_mcp_headers h = {parry_str_of(version), parry_str_of(method), parry_str_of(name)};
    json_t *m = json_loads(message, 0, NULL);
    parry_mcp_reply r = parry_mcp_answer(tools, 2, NULL, &h, m);
    json_decref(m);
    return r;
}

/* The reply must have this status and, by path of members, this value (as compact JSON); code 0: no error. */
static void expect(parry_mcp_reply r, int status, int code)
{
    assert_int_equal(r.status, status);
    json_t *error = json_object_get(r.body, "error");
    assert_int_equal(json_integer_value(json_object_get(error, "code")), code);
    if (code != 0)
        assert_true(json_string_length(json_object_get(error, "message")) > 0);
    json_decref(r.body);
}

static json_t *result_of(parry_mcp_reply r)
{
    assert_int_equal(r.status, 200);
    json_t *result = json_incref(json_object_get(r.body, "result"));
    assert_non_null(result);
    json_decref(r.body);
    return result;
}

static void holds(const json_t *j, const char *name, const char *value)
{
    char *text = json_dumps(json_object_get(j, name), JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(text);
    assert_string_equal(text, value);
    free(text);
}

#define CALL(params) "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{" params "}}"
#define NOW "2026-07-28"

/* ---- the modern era --------------------------------------------------------------------------------------------- */

static void a_modern_client_discovers_lists_and_calls(void **state)
{
    (void)state;
    json_t *j = result_of(ask(NOW, "server/discover", NULL,
                              "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\",\"params\":{" META "}}"));
    holds(j, "resultType", "\"complete\"");
    holds(j, "supportedVersions", "[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\"]");
    holds(j, "capabilities", "{\"tools\":{}}");
    json_decref(j);
    j = result_of(ask(NOW, "tools/list", NULL,
                      "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/list\",\"params\":{" META "}}"));
    assert_int_equal(json_array_size(json_object_get(j, "tools")), 2);
    holds(j, "ttlMs", "300000");
    holds(j, "cacheScope", "\"public\"");
    json_decref(j);
    j = result_of(ask(NOW, "tools/call", "echo", CALL("\"name\":\"echo\",\"arguments\":{\"text\":\"hi\"}," META)));
    holds(j, "isError", "false");
    holds(j, "structuredContent", "{\"said\":\"hi\"}");
    holds(j, "content",
          "[{\"type\":\"text\",\"text\":\"{\\\"said\\\":\\\"hi\\\"}\"},"
          "{\"uri\":\"http://h/a.md\",\"name\":\"A\",\"type\":\"resource_link\"}]");
    json_decref(j);
}

static void headers_and_message_must_agree(void **state)
{
    (void)state;
    const char *call = CALL("\"name\":\"echo\",\"arguments\":{\"text\":\"hi\"}," META);
    expect(ask(NOW, "tools/call", "echo", call), 200, 0);
    expect(ask(NOW, "tools/call", "=?base64?ZWNobw==?=", call), 200, 0);
    expect(ask(NOW, "tools/call", "=?base64?ZWNo!!?=", call), 400, PARRY_MCP_HEADER_MISMATCH);
    expect(ask(NOW, "tools/call", "fail", call), 400, PARRY_MCP_HEADER_MISMATCH);
    expect(ask(NOW, "tools/call", NULL, call), 400, PARRY_MCP_HEADER_MISMATCH);
    expect(ask(NOW, "tools/list", "echo", call), 400, PARRY_MCP_HEADER_MISMATCH);
    expect(ask(NOW, NULL, "echo", call), 400, PARRY_MCP_HEADER_MISMATCH);
    expect(ask(NULL, "tools/call", "echo", call), 400, PARRY_MCP_HEADER_MISMATCH);
    expect(ask("2025-11-25", "tools/call", "echo", call), 400, PARRY_MCP_HEADER_MISMATCH);
}

static void an_unknown_version_is_told_which_there_are(void **state)
{
    (void)state;
    parry_mcp_reply r = ask("2031-01-01", "tools/list", NULL,
                            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":"
                            "{\"io.modelcontextprotocol/protocolVersion\":\"2031-01-01\"}}}");
    json_t *data = json_object_get(json_object_get(r.body, "error"), "data");
    holds(data, "supported", "[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\"]");
    holds(data, "requested", "\"2031-01-01\"");
    expect(r, 400, PARRY_MCP_VERSION_UNSUPPORTED);
    expect(ask("1999-01-01", NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"), 400,
           PARRY_MCP_VERSION_UNSUPPORTED);
}

static void a_modern_message_must_be_whole(void **state)
{
    (void)state;
    expect(ask(NOW, "tools/list", NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"), 400,
           PARRY_RPC_INVALID_PARAMS);
    expect(ask(NOW, "tools/list", NULL,
               "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"_meta\":"
               "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}"),
           400, PARRY_RPC_INVALID_PARAMS);
    expect(ask(NOW, "ping", NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{" META "}}"), 404,
           PARRY_RPC_NO_METHOD);
    expect(
        ask(NOW, "initialize", NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{" META "}}"),
        404, PARRY_RPC_NO_METHOD);
}

/* ---- the era of the handshake ----------------------------------------------------------------------------------- */

static void an_older_client_shakes_hands(void **state)
{
    (void)state;
    const char *hello = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                        "\"2025-06-18\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
    json_t *j = result_of(ask(NULL, NULL, NULL, hello));
    holds(j, "protocolVersion", "\"2025-06-18\"");
    holds(j, "capabilities", "{\"tools\":{}}");
    assert_null(json_object_get(j, "resultType"));
    json_decref(j);
    j = result_of(ask(NULL, NULL, NULL,
                      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
                      "\"2024-01-01\"}}"));
    holds(j, "protocolVersion", "\"2025-11-25\"");
    json_decref(j);
    expect(ask("2025-11-25", NULL, NULL, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"), 202, 0);
    expect(ask("2025-11-25", NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}"), 200, 0);
    expect(ask("2025-11-25", NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server/discover\"}"), 200,
           PARRY_RPC_NO_METHOD);
    j = result_of(ask("2025-11-25", NULL, NULL, CALL("\"name\":\"echo\",\"arguments\":{\"text\":\"hi\"}")));
    holds(j, "structuredContent", "{\"said\":\"hi\"}");
    assert_null(json_object_get(j, "resultType"));
    json_decref(j);
}

/* ---- both ------------------------------------------------------------------------------------------------------- */

static void what_is_no_message_is_refused(void **state)
{
    (void)state;
    expect(ask(NULL, NULL, NULL, "{"), 400, PARRY_RPC_PARSE);
    expect(ask(NULL, NULL, NULL, "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]"), 400,
           PARRY_RPC_INVALID_REQUEST);
    expect(ask(NULL, NULL, NULL, "{\"id\":1,\"method\":\"ping\"}"), 400, PARRY_RPC_INVALID_REQUEST);
    expect(ask(NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}"), 400,
           PARRY_RPC_INVALID_REQUEST);
    expect(ask(NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}"), 400, PARRY_RPC_INVALID_REQUEST);
    expect(ask(NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}"), 400,
           PARRY_RPC_INVALID_REQUEST);
    expect(ask(NULL, NULL, NULL, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"), 202, 0);
}

static void wrong_arguments_are_for_the_model_to_read(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        CALL("\"name\":\"echo\",\"arguments\":{}"),
        CALL("\"name\":\"echo\""),
        CALL("\"name\":\"echo\",\"arguments\":{\"text\":\"too long\"}"),
        CALL("\"name\":\"echo\",\"arguments\":{\"text\":\"hi\",\"more\":1}"),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_t *j = result_of(ask(NULL, NULL, NULL, wrong[i]));
        holds(j, "isError", "true");
        assert_null(json_object_get(j, "structuredContent"));
        json_decref(j);
    }
    expect(ask(NULL, NULL, NULL, CALL("\"name\":\"create_ticket\"")), 200, PARRY_RPC_INVALID_PARAMS);
    expect(ask(NULL, NULL, NULL, CALL("\"arguments\":{}")), 200, PARRY_RPC_INVALID_PARAMS);
}

static void what_broke_inside_is_not_told(void **state)
{
    (void)state;
    json_t *j = result_of(ask(NULL, NULL, NULL, CALL("\"name\":\"fail\",\"arguments\":{}")));
    char *text = json_dumps(j, 0);
    holds(j, "isError", "true");
    assert_null(strstr(text, "secret"));
    free(text);
    json_decref(j);
}

/* ---- schemas ---------------------------------------------------------------------------------------------------- */

static void schema_says(const char *schema, const char *value, const char *wrong)
{
    json_t *s = parry_schema_of(schema), *v = json_loads(value, JSON_DECODE_ANY, NULL);
    parry_err err = {0};
    parry_code code = parry_schema_check(s, v, &err);
    if (wrong == NULL) {
        assert_int_equal(code, PARRY_OK);
    } else {
        assert_int_equal(code, PARRY_INVALID);
        assert_string_equal(err.msg, wrong);
    }
    json_decref(s);
    json_decref(v);
}

static void schemas_name_what_is_wrong(void **state)
{
    (void)state;
    const char *turns =
        "{\"type\":\"object\",\"required\":[\"turns\"],\"additionalProperties\":false,\"properties\":"
        "{\"turns\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,\"items\":{\"type\":\"object\","
        "\"properties\":{\"role\":{\"enum\":[\"user\",\"bot\"]},\"n\":{\"type\":\"integer\",\"minimum\":"
        "1,\"maximum\":9},\"id\":{\"type\":\"string\",\"pattern\":\"" PARRY_SCHEMA_TOKEN "\"}}}}}}";
    schema_says(turns, "{\"turns\":[{\"role\":\"user\",\"n\":9,\"id\":\"a.B-1~\"}]}", NULL);
    schema_says(turns, "[]", "the body must be an object");
    schema_says(turns, "{}", "the body needs \"turns\"");
    schema_says(turns, "{\"turns\":[],\"x\":1}", "turns has 0 elements; at least 1");
    schema_says(turns, "{\"turns\":[{},{},{}]}", "turns has 3 elements; at most 2");
    schema_says(turns, "{\"turns\":[{}],\"x\":1}", "the body has no member \"x\"");
    schema_says(turns, "{\"turns\":[{},{\"role\":\"me\"}]}", "turns[1].role must be one of: user, bot");
    schema_says(turns, "{\"turns\":[{\"n\":0}]}", "turns[0].n must be at least 1");
    schema_says(turns, "{\"turns\":[{\"n\":10}]}", "turns[0].n must be at most 9");
    schema_says(turns, "{\"turns\":[{\"n\":2.0}]}", NULL);
    schema_says(turns, "{\"turns\":[{\"n\":1.5}]}", "turns[0].n must be an integer");
    schema_says(turns, "{\"turns\":[{\"id\":\"a b\"}]}", "turns[0].id may have letters, digits and . _ ~ - only");
    schema_says("{\"type\":\"string\",\"maxLength\":2}", "\"\xc3\xa9\xc3\xa9\"", NULL);
    schema_says("{\"type\":\"string\",\"maxLength\":2}", "\"abc\"", "the body has 3 characters; at most 2");
}

static void a_schema_may_not_promise_what_is_not_checked(void **state)
{
    (void)state;
    static const char *const unknown[] = {"{\"type\":\"string\",\"format\":\"email\"}",
                                          "{\"properties\":{\"a\":{\"oneOf\":[]}}}",
                                          "{\"items\":{\"pattern\":\"^a$\"}}", "{\"items\":{\"uniqueItems\":true}}"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        json_t *s = parry_schema_of(unknown[i]);
        assert_false(parry_schema_known(s));
        json_decref(s);
    }
    for (size_t i = 0; i < parry_ntools; i++) {
        json_t *in = parry_schema_of(parry_tools[i].input), *out = parry_schema_of(parry_tools[i].output);
        assert_true(parry_schema_known(in));
        assert_true(json_is_false(json_object_get(in, "additionalProperties")));
        assert_true(json_is_object(out));
        json_decref(in);
        json_decref(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_modern_client_discovers_lists_and_calls),
        cmocka_unit_test(headers_and_message_must_agree),
        cmocka_unit_test(an_unknown_version_is_told_which_there_are),
        cmocka_unit_test(a_modern_message_must_be_whole),
        cmocka_unit_test(an_older_client_shakes_hands),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(wrong_arguments_are_for_the_model_to_read),
        cmocka_unit_test(what_broke_inside_is_not_told),
        cmocka_unit_test(schemas_name_what_is_wrong),
        cmocka_unit_test(a_schema_may_not_promise_what_is_not_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
