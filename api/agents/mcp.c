/* Which era a message is of, whether its headers agree with it, and the few methods there are. */
#include "api/agents/mcp.h"

#include "api/agents/jsonrpc.h"
#include "base/json.h"
#include "base/log.h"

#include <sodium.h>

static const char modern[] = "2026-07-28";
static const char *const handshake[] = {"2025-11-25", "2025-06-18"}; /* the first is offered */
#define META "io.modelcontextprotocol/"
enum { DISCOVER_TTL_MS = 3600000, TOOLS_TTL_MS = 300000, NAME_MAX_BYTES = 200 };

static const char instructions[] =
    "Articles of a help centre. Search before answering a question about the product, answer from the passages alone "
    "and "
    "cite their url. When no_confident_answer is true, say that you do not know and offer a person.";

typedef struct exchange {
    const parry_tool *tools;
    size_t ntools;
    struct parry_call *call;
    const parry_mcp_headers *headers;
    parry_rpc rpc;
    bool modern;
} exchange;

static bool is(const char *z, const char *other) { return parry_str_eqz(parry_str_of(z), other); }

static parry_mcp_reply refuse(const exchange *x, int status, int code, const char *message, json_t *data)
{
    return (parry_mcp_reply){status, parry_rpc_error(x->rpc.id, code, message, data)};
}

static json_t *server_info(void)
{
    return json_pack("{s:s, s:s, s:s}", "name", "parry", "title", "Parry help centre", "version", PARRY_VERSION);
}

static parry_mcp_reply result(const exchange *x, json_t *j)
{
    if (x->modern) {
        json_object_set_new(j, "resultType", json_string("complete"));
        json_object_set_new(j, "_meta", json_pack("{s:o}", META "serverInfo", server_info()));
    }
    return (parry_mcp_reply){200, parry_rpc_result(x->rpc.id, j)};
}

static json_t *versions(void)
{
    json_t *list = json_array();
    json_array_append_new(list, json_string(modern));
    for (size_t i = 0; i < sizeof handshake / sizeof *handshake; i++)
        json_array_append_new(list, json_string(handshake[i]));
    return list;
}

static bool of_handshake(parry_str version)
{
    for (size_t i = 0; i < sizeof handshake / sizeof *handshake; i++)
        if (parry_str_eqz(version, handshake[i]))
            return true;
    return false;
}

static void may_be_kept(const exchange *x, json_t *j, int ttl_ms)
{
    if (!x->modern)
        return;
    json_object_set_new(j, "ttlMs", json_integer(ttl_ms));
    json_object_set_new(j, "cacheScope", json_string("public"));
}

/* ---- methods ------------------------------------------------------------------------------------------------------
 */

static parry_mcp_reply discover(const exchange *x)
{
    json_t *j = json_pack("{s:o, s:{s:{}}, s:o, s:s}", "supportedVersions", versions(), "capabilities", "tools",
                          "serverInfo", server_info(), "instructions", instructions);
    may_be_kept(x, j, DISCOVER_TTL_MS);
    return result(x, j);
}

static parry_mcp_reply initialize(const exchange *x)
{
    const json_t *wanted = json_object_get(x->rpc.params, "protocolVersion");
    if (!json_is_string(wanted))
        return refuse(x, 200, PARRY_RPC_INVALID_PARAMS, "initialize needs params.protocolVersion, a string", NULL);
    const char *version = of_handshake(parry_json_str(wanted)) ? json_string_value(wanted) : handshake[0];
    return result(x, json_pack("{s:s, s:{s:{}}, s:o, s:s}", "protocolVersion", version, "capabilities", "tools",
                               "serverInfo", server_info(), "instructions", instructions));
}

static parry_mcp_reply list_tools(const exchange *x)
{
    if (json_object_get(x->rpc.params, "cursor") != NULL)
        return refuse(x, 200, PARRY_RPC_INVALID_PARAMS, "all tools are on the first page: there is no such cursor",
                      NULL);
    json_t *j = json_pack("{s:o}", "tools", parry_tools_listed(x->tools, x->ntools));
    may_be_kept(x, j, TOOLS_TTL_MS);
    return result(x, j);
}

/* The same twice, as the protocol wants it: for programs, and as text for hosts that know no structure. */
static json_t *called(const parry_tool_result *r)
{
    char *text = json_dumps(r->structured, JSON_COMPACT);
    json_t *content = json_pack("[{s:s, s:s}]", "type", "text", "text", text), *link;
    size_t i;
    json_array_foreach(r->links, i, link)
    {
        json_object_set_new(link, "type", json_string("resource_link"));
        json_array_append(content, link);
    }
    free(text);
    json_decref(r->links);
    return json_pack("{s:b, s:o, s:o}", "isError", 0, "structuredContent", r->structured, "content", content);
}

/* What a tool refuses is for the model to read and put right, so it is a result. What broke is for the log. */
static json_t *failed(const char *tool, parry_code code, const parry_err *err)
{
    bool broken = code == PARRY_CORRUPT || code == PARRY_IO;
    if (broken)
        parry_log(PARRY_ERROR, "tool", "name=%s code=%s at=%s msg=%s", tool, parry_code_name(code), err->at,
                  parry_logq(err->msg));
    return json_pack("{s:b, s:[{s:s, s:s}]}", "isError", 1, "content", "type", "text", "text",
                     broken ? "An internal error; try again later." : err->msg);
}

static parry_mcp_reply call_tool(const exchange *x)
{
    const json_t *name = json_object_get(x->rpc.params, "name");
    json_t *args = json_object_get(x->rpc.params, "arguments");
    const parry_tool *tool =
        json_is_string(name) ? parry_tool_named(x->tools, x->ntools, json_string_value(name)) : NULL;
    parry_tool_result r = {0};
    parry_err err = {0};
    if (tool == NULL)
        return refuse(x, 200, PARRY_RPC_INVALID_PARAMS,
                      json_is_string(name) ? "there is no tool of this name; see tools/list"
                                           : "tools/call needs params.name, a string",
                      NULL);
    if (args != NULL && !json_is_object(args))
        return refuse(x, 200, PARRY_RPC_INVALID_PARAMS, "arguments must be an object", NULL);
    parry_code code = parry_tool_call(tool, x->call, args, &r, &err);
    return result(x, code == PARRY_OK ? called(&r) : failed(tool->name, code, &err));
}

typedef struct method {
    const char *name;
    bool modern, handshake; /* the eras that have it */
    parry_mcp_reply (*answer)(const exchange *x);
} method;

static parry_mcp_reply ping(const exchange *x) { return result(x, json_object()); }

static const method methods[] = {
    {"server/discover", true, false, discover}, {"initialize", false, true, initialize}, {"ping", false, true, ping},
    {"tools/list", true, true, list_tools},     {"tools/call", true, true, call_tool},
};

static const method *method_named(const exchange *x)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (is(x->rpc.method, methods[i].name))
            return (x->modern ? methods[i].modern : methods[i].handshake) ? &methods[i] : NULL;
    return NULL;
}

/* ---- headers of the modern era ---------------------------------------------------------------------------------- */

static parry_mcp_reply mismatch(const exchange *x, const char *what)
{
    return refuse(x, 400, PARRY_MCP_HEADER_MISMATCH, what, NULL);
}

/* "=?base64?...?=" into what it says; anything else is itself. false: it says nothing that can be read. */
static bool decode_name(parry_str sent, char *out, size_t cap, parry_str *name)
{
    static const char begin[] = "=?base64?";
    size_t n = 0;
    *name = sent;
    if (!parry_str_starts(sent, begin) || !parry_str_ends(sent, "?=") || sent.n < sizeof begin + 1)
        return true;
    const char *p = sent.p + sizeof begin - 1, *end;
    size_t len = sent.n - (sizeof begin - 1) - 2;
    if (sodium_base642bin((unsigned char *)out, cap, p, len, NULL, &n, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != p + len)
        return false;
    *name = parry_str_make(out, n);
    return true;
}

static bool name_agrees(const exchange *x)
{
    char decoded[NAME_MAX_BYTES];
    parry_str name;
    const json_t *said = json_object_get(x->rpc.params, "name");
    return x->headers->name.p != NULL &&
           decode_name(parry_str_trim(x->headers->name), decoded, sizeof decoded, &name) && json_is_string(said) &&
           parry_str_eq(name, parry_json_str(said));
}

static bool headers_agree(const exchange *x, parry_mcp_reply *wrong)
{
    const parry_mcp_headers *h = x->headers;
    if (h->method.p == NULL || !parry_str_eqz(parry_str_trim(h->method), x->rpc.method)) {
        *wrong = mismatch(x, "the header Mcp-Method must be there and be the method of the message");
        return false;
    }
    if (is(x->rpc.method, "tools/call") && !name_agrees(x)) {
        *wrong = mismatch(x, "the header Mcp-Name must be there and be params.name of the message");
        return false;
    }
    return true;
}

/* ---- eras ---------------------------------------------------------------------------------------------------------
 */

static const json_t *meta(const exchange *x, const char *key)
{
    return json_object_get(json_object_get(x->rpc.params, "_meta"), key);
}

static parry_mcp_reply unsupported(const exchange *x, parry_str requested)
{
    json_t *data = json_pack("{s:o, s:o}", "supported", versions(), "requested",
                             json_stringn(requested.p != NULL ? requested.p : "", requested.n));
    return refuse(x, 400, PARRY_MCP_VERSION_UNSUPPORTED, "this version of the protocol is not spoken here", data);
}

/* The message says its version itself. */
static bool modern_envelope(const exchange *x, const json_t *version, parry_mcp_reply *wrong)
{
    parry_str header = parry_str_trim(x->headers->version);
    bool fine = false;
    if (!json_is_string(version))
        *wrong = refuse(x, 400, PARRY_RPC_INVALID_PARAMS, "params._meta[\"" META "protocolVersion\"] must be a string",
                        NULL);
    else if (x->headers->version.p == NULL || !parry_str_eq(header, parry_json_str(version)))
        *wrong = mismatch(x, "the header MCP-Protocol-Version must be there and be params._meta[\"" META
                             "protocolVersion\"]");
    else if (!parry_str_eqz(header, modern))
        *wrong = unsupported(x, header);
    else if (!json_is_object(meta(x, META "clientCapabilities")))
        *wrong = refuse(x, 400, PARRY_RPC_INVALID_PARAMS,
                        "params._meta[\"" META "clientCapabilities\"] must be an object", NULL);
    else
        fine = headers_agree(x, wrong);
    return fine;
}

/* The version that the message names decides; where it names none, the header. */
static bool era(exchange *x, parry_mcp_reply *wrong)
{
    const json_t *version = meta(x, META "protocolVersion");
    parry_str header = parry_str_trim(x->headers->version);
    x->modern = version != NULL || parry_str_eqz(header, modern);
    if (x->modern)
        return modern_envelope(x, version, wrong);
    if (x->headers->version.p == NULL || is(x->rpc.method, "initialize") || of_handshake(header))
        return true;
    *wrong = unsupported(x, header);
    return false;
}

static parry_mcp_reply answer_request(exchange *x)
{
    parry_mcp_reply wrong;
    if (!era(x, &wrong))
        return wrong;
    const method *m = method_named(x);
    return m != NULL ? m->answer(x)
                     : refuse(x, x->modern ? 404 : 200, PARRY_RPC_NO_METHOD, "there is no such method here", NULL);
}

parry_mcp_reply parry_mcp_answer(const parry_tool *tools, size_t ntools, struct parry_call *call,
                                 const parry_mcp_headers *headers, const json_t *message)
{
    exchange x = {.tools = tools, .ntools = ntools, .call = call, .headers = headers};
    if (message == NULL)
        return refuse(&x, 400, PARRY_RPC_PARSE, "the body is not JSON", NULL);
    x.rpc = parry_rpc_read(message);
    switch (x.rpc.kind) {
    case PARRY_RPC_REQUEST:
        return answer_request(&x);
    case PARRY_RPC_NOTIFICATION:
    case PARRY_RPC_RESPONSE:
        return (parry_mcp_reply){202, NULL};
    case PARRY_RPC_BATCH:
        return refuse(&x, 400, PARRY_RPC_INVALID_REQUEST, "one message a request: batches are not taken", NULL);
    case PARRY_RPC_WRONG:
        break;
    }
    return refuse(&x, 400, PARRY_RPC_INVALID_REQUEST, x.rpc.why, NULL);
}
