/* What a JSON-RPC message is, and the two shapes of a reply. */
#include "api/agents/jsonrpc.h"

static parry_rpc wrong(const char *why) { return (parry_rpc){.kind = PARRY_RPC_WRONG, .why = why}; }

static parry_rpc read_call(const json_t *m, const json_t *method, const json_t *id)
{
    const json_t *params = json_object_get(m, "params");
    if (!json_is_string(method))
        return wrong("method must be a string");
    if (params != NULL && !json_is_object(params))
        return wrong("params must be an object");
    return (parry_rpc){.kind = id != NULL ? PARRY_RPC_REQUEST : PARRY_RPC_NOTIFICATION,
                       .method = json_string_value(method),
                       .id = id,
                       .params = params};
}

parry_rpc parry_rpc_read(const json_t *m)
{
    if (json_is_array(m))
        return (parry_rpc){.kind = PARRY_RPC_BATCH};
    if (!json_is_object(m))
        return wrong("a message is a JSON object");
    const json_t *version = json_object_get(m, "jsonrpc"), *id = json_object_get(m, "id");
    const json_t *method = json_object_get(m, "method");
    if (!json_is_string(version) || !parry_str_eqz(parry_str_of(json_string_value(version)), "2.0"))
        return wrong("jsonrpc must be \"2.0\"");
    if (id != NULL && !json_is_string(id) && !json_is_integer(id))
        return wrong("id must be a string or a whole number");
    if (method != NULL)
        return read_call(m, method, id);
    if (json_object_get(m, "result") != NULL || json_object_get(m, "error") != NULL)
        return (parry_rpc){.kind = PARRY_RPC_RESPONSE, .id = id};
    return wrong("a message needs a method");
}

static json_t *reply(const json_t *id)
{
    json_t *j = json_object();
    json_object_set_new(j, "jsonrpc", json_string("2.0"));
    json_object_set_new(j, "id", id != NULL ? json_deep_copy(id) : json_null());
    return j;
}

json_t *parry_rpc_result(const json_t *id, json_t *result)
{
    json_t *j = reply(id);
    json_object_set_new(j, "result", result);
    return j;
}

json_t *parry_rpc_error(const json_t *id, int code, const char *message, json_t *data)
{
    json_t *j = reply(id), *error = json_object();
    json_object_set_new(error, "code", json_integer(code));
    json_object_set_new(error, "message", json_string(message));
    if (data != NULL)
        json_object_set_new(error, "data", data);
    json_object_set_new(j, "error", error);
    return j;
}
