/* POST /mcp, GET /v1/tools.json and POST /v1/tools/{name}: one table of tools (api/agents/tools.h) in three manners. */
#include "api/routes.h"

#include "api/agents/mcp.h"
#include "api/desk/desk_api.h"

/* ---- MCP ----------------------------------------------------------------------------------------------------------
 */

/* A page may call where CORS lets its origin in, or where it is this server's own on this very machine: by another name
 * of the machine, any page could reach a server on its reader's own (DNS rebinding). Programs send no Origin. */
static bool origin_allowed(const parry_call *c)
{
    parry_str origin = parry_request_header(c->req, "Origin"), host = parry_request_header(c->req, "Host"), one;
    parry_str rest = parry_str_of(c->app->config->serve.cors_origins);
    if (origin.n == 0)
        return true;
    while (parry_str_split(&rest, ' ', &one))
        if (parry_str_eqz(one, "*") || (one.n > 0 && parry_str_eq(one, origin)))
            return true;
    parry_str name = parry_str_from(origin, parry_str_find(origin, parry_str_of("://")) + 3);
    return parry_host_loopback(host) && parry_str_eq(name, host);
}

static parry_str header_or_none(const parry_call *c, const char *name)
{
    parry_str value = parry_request_header(c->req, name);
    return value.n > 0 ? value : parry_str_make(NULL, 0);
}

parry_code parry_post_mcp(parry_call *c, parry_err *err)
{
    json_t *message = NULL;
    if (!origin_allowed(c))
        return parry_fail(err, PARRY_DENIED,
                          "pages of this Origin may not call; serve.cors_origins names those that may");
    if (parry_request_json(c->req, &message, NULL) != PARRY_OK)
        message = NULL;
    parry_mcp_headers headers = {header_or_none(c, "MCP-Protocol-Version"), header_or_none(c, "Mcp-Method"),
                                 header_or_none(c, "Mcp-Name")};
    parry_mcp_reply reply = parry_mcp_answer(parry_tools, parry_ntools, c, &headers, message);
    if (reply.body != NULL)
        parry_response_json(c->res, reply.status, "application/json", reply.body);
    else
        c->res->status = reply.status;
    json_decref(message);
    return PARRY_OK;
}

/* ---- the manner of OpenAI -------------------------------------------------------------------------------------------
 */

parry_code parry_get_tools(parry_call *c, parry_err *err)
{
    (void)err;
    c->res->tagged = true;
    parry_response_json(c->res, 200, "application/json", parry_tools_functions(parry_tools, parry_ntools));
    return PARRY_OK;
}

parry_code parry_post_tool(parry_call *c, parry_err *err)
{
    json_t *args = NULL;
    parry_tool_result r = {0};
    parry_str name = parry_str_from(c->req->path, strlen("/v1/tools/")); /* each has a row of its own in routes.c */
    const parry_tool *tool = parry_tool_named(parry_tools, parry_ntools, parry_str_z(c->arena, name));
    if (tool == NULL)
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such tool; see /v1/tools.json");
    parry_code code = parry_request_json(c->req, &args, err);
    if (code == PARRY_OK)
        code = parry_tool_call(tool, c, args, &r, err);
    if (code == PARRY_OK) {
        json_decref(r.links);
        parry_response_json(c->res, 200, "application/json", r.structured);
    }
    json_decref(args);
    if (r.wait_s == 0)
        return code;
    parry_handoff_say_wait(c, r.wait_s);
    return PARRY_OK;
}
