/* Tools: what a language model may call. One table of name, schemas and function serves MCP's tools/list and tools/call
 * (api/agents/mcp.h), the tool file of OpenAI's manner (/v1/tools.json) and POST /v1/tools/{name}. Knows no protocol.
 */
#ifndef PARRY_API_TOOLS_H
#define PARRY_API_TOOLS_H

#include "base/str.h"

#include <jansson.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct parry_call;

/* New references; both are there where the tool succeeded. */
typedef struct parry_tool_result {
    json_t *structured; /* object, as the output schema says */
    json_t *links;      /* [{uri, name, mimeType}]: articles that it speaks of; may be empty */
    unsigned wait_s;    /* of what failed: over 0, it was too many, and may be tried again after so many seconds */
} parry_tool_result;

/* args: already held against the input schema, defaults not filled in. Fails with what the model can put right
 * (INVALID, NOT_FOUND, DENIED, TOO_LARGE, UNAVAILABLE), or with what it cannot (CORRUPT, IO). */
typedef parry_code (*parry_tool_run)(struct parry_call *c, const json_t *args, parry_tool_result *out, parry_err *err);

typedef struct parry_tool {
    const char *name, *title, *description;
    const char *input, *output; /* JSON Schemas as text, of what api/schema.h knows; objects at the top */
    parry_tool_run run;
    bool writes; /* else it only reads */
} parry_tool;

extern const parry_tool parry_tools[]; /* always in this order */
extern const size_t parry_ntools;

/* ---- those of tools_desk.c: they wait for the disk */
PARRY_MUST parry_code parry_tool_report_outcome(struct parry_call *c, const json_t *args, parry_tool_result *out,
                                                parry_err *err);
PARRY_MUST parry_code parry_tool_create_ticket(struct parry_call *c, const json_t *args, parry_tool_result *out,
                                               parry_err *err);

/* NULL where there is none of that name. */
const parry_tool *parry_tool_named(const parry_tool *tools, size_t n, const char *name);
/* Checks the arguments (NULL: none) and runs it. Fails: INVALID (against the schema), and as its function does. */
PARRY_MUST parry_code parry_tool_call(const parry_tool *tool, struct parry_call *c, json_t *args,
                                      parry_tool_result *out, parry_err *err);

/* [{name, title, description, inputSchema, outputSchema, annotations}] as MCP lists them. New reference. */
json_t *parry_tools_listed(const parry_tool *tools, size_t n);
/* [{"type": "function", "function": {name, description, parameters}}]. New reference. */
json_t *parry_tools_functions(const parry_tool *tools, size_t n);

#ifdef __cplusplus
}
#endif
#endif
