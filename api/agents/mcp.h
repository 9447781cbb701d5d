/* MCP (Model Context Protocol): one JSON-RPC message and its headers in, a status and one message out. Two eras of the
 * protocol at one address, told apart message by message; nothing is kept between messages.
 *
 *     2026-07-28   every request names the version in params._meta and in its headers, which must agree
 *     2025-11-25   initialize, then anything; 2025-06-18, which differs in nothing that is used here, is spoken too
 *
 * A result in the first era has "resultType" and, where it may be kept, "ttlMs" and "cacheScope". Knows no socket. */
#ifndef PARRY_API_MCP_H
#define PARRY_API_MCP_H

#include "api/agents/tools.h"
#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_MCP_HEADER_MISMATCH = -32020, PARRY_MCP_VERSION_UNSUPPORTED = -32022 };

typedef struct parry_mcp_headers { /* values as sent; p NULL where there is none */
    parry_str version;             /* MCP-Protocol-Version */
    parry_str method;              /* Mcp-Method */
    parry_str name;                /* Mcp-Name; may be =?base64?...?= */
} parry_mcp_headers;

typedef struct parry_mcp_reply {
    int status;
    json_t *body; /* new reference; NULL with 202, which has none */
} parry_mcp_reply;

/* message NULL: the body was no JSON. call is handed to the tools. */
parry_mcp_reply parry_mcp_answer(const parry_tool *tools, size_t ntools, struct parry_call *call,
                                 const parry_mcp_headers *headers, const json_t *message);

#ifdef __cplusplus
}
#endif
#endif
