/* What every tool has in common: looked up by name, held against its schema, listed in two manners. */
#include "api/agents/tools.h"

#include "api/schema.h"
#include "base/str.h"

const parry_tool *parry_tool_named(const parry_tool *tools, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (parry_str_eqz(parry_str_of(name), tools[i].name))
            return &tools[i];
    return NULL;
}

parry_code parry_tool_call(const parry_tool *tool, struct parry_call *c, json_t *args, parry_tool_result *out,
                           parry_err *err)
{
    json_t *schema = parry_schema_of(tool->input), *none = json_object();
    json_t *given = args != NULL ? args : none;
    parry_code code = parry_schema_check(schema, given, err);
    if (code != PARRY_OK)
        parry_err_context(err, "%s", tool->name);
    else
        code = tool->run(c, given, out, err);
    json_decref(none);
    json_decref(schema);
    return code;
}

/* None of them touches anything but these articles and this desk; what writes is done once for one idempotency_key. */
static json_t *annotations(const parry_tool *tool)
{
    json_t *j = json_pack("{s:s, s:b, s:b}", "title", tool->title, "readOnlyHint", !tool->writes, "openWorldHint", 0);
    if (tool->writes) {
        json_object_set_new(j, "destructiveHint", json_false());
        json_object_set_new(j, "idempotentHint", json_true());
    }
    return j;
}

json_t *parry_tools_listed(const parry_tool *tools, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "name", tools[i].name, "title",
                                              tools[i].title, "description", tools[i].description, "inputSchema",
                                              parry_schema_of(tools[i].input), "outputSchema",
                                              parry_schema_of(tools[i].output), "annotations", annotations(&tools[i])));
    return list;
}

json_t *parry_tools_functions(const parry_tool *tools, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:{s:s, s:s, s:o}}", "type", "function", "function", "name",
                                              tools[i].name, "description", tools[i].description, "parameters",
                                              parry_schema_of(tools[i].input)));
    return list;
}
