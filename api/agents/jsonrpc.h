/* JSON-RPC 2.0 messages as data: one message in, one reply out. Batches are another shape and are told apart. Pure. */
#ifndef PARRY_API_JSONRPC_H
#define PARRY_API_JSONRPC_H

#include "base/str.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_RPC_PARSE = -32700,
    PARRY_RPC_INVALID_REQUEST = -32600,
    PARRY_RPC_NO_METHOD = -32601,
    PARRY_RPC_INVALID_PARAMS = -32602,
    PARRY_RPC_INTERNAL = -32603
};

typedef enum parry_rpc_kind {
    PARRY_RPC_REQUEST,      /* method and id */
    PARRY_RPC_NOTIFICATION, /* method, no id: never answered */
    PARRY_RPC_RESPONSE,     /* to something that was never asked */
    PARRY_RPC_BATCH,        /* an array */
    PARRY_RPC_WRONG         /* none of these */
} parry_rpc_kind;

typedef struct parry_rpc { /* borrowed from the message */
    parry_rpc_kind kind;
    const char *method;   /* NULL but for requests and notifications */
    const json_t *id;     /* a string or a whole number; NULL where there is none */
    const json_t *params; /* an object; NULL where there is none */
    const char *why;      /* WRONG: what is wrong, for people */
} parry_rpc;

parry_rpc parry_rpc_read(const json_t *message);
/* {"jsonrpc", "id", "result"}; steals result. id NULL is null. New reference. */
json_t *parry_rpc_result(const json_t *id, json_t *result);
/* {"jsonrpc", "id", "error": {code, message, data}}; steals data, which may be NULL. New reference. */
json_t *parry_rpc_error(const json_t *id, int code, const char *message, json_t *data);

#ifdef __cplusplus
}
#endif
#endif
