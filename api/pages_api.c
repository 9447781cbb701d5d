/* /docs: the API's description as a page, a section a tag, an entry an operation. */
#include "api/routes.h"

#include "web/mustache.h"

static const char *const methods[] = {"get", "post", "put", "patch", "delete"};

/* What "$ref": "#/components/KIND/NAME" stands for; j itself where it is no reference. Borrowed. */
static const json_t *resolved(const json_t *j)
{
    parry_str rest = parry_str_of(json_string_value(json_object_get(j, "$ref"))), step;
    if (rest.n == 0)
        return j;
    const json_t *at = parry_openapi();
    (void)parry_str_split(&rest, '/', &step); /* "#" */
    while (at != NULL && parry_str_split(&rest, '/', &step))
        at = json_object_getn(at, step.p, step.n);
    return at;
}

/* null where it is missing, for a template would take that of what is around it. */
static void copy(json_t *to, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    json_object_set_new(to, key, value != NULL ? json_incref(value) : json_null());
}

/* The description as HTML: what stands between backticks is code. "" where there is none. */
static void copy_description(json_t *to, const json_t *from)
{
    parry_str rest = parry_str_of(json_string_value(json_object_get(from, "description"))), part;
    parry_buf html = PARRY_BUF(64 * 1024);
    for (bool code = false; parry_str_split(&rest, '`', &part); code = !code) {
        parry_buf_addz(&html, code ? "<code>" : "");
        parry_html_escape(part, &html);
        parry_buf_addz(&html, code ? "</code>" : "");
    }
    json_object_set_new(to, "description", parry_json_text(parry_buf_str(&html)));
    parry_buf_free(&html);
}

static json_t *parameters_json(const json_t *operation)
{
    json_t *list = json_array();
    const json_t *all = json_object_get(operation, "parameters");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *p = resolved(json_array_get(all, i));
        json_t *one = json_object();
        copy(one, p, "name");
        copy(one, p, "in");
        copy(one, p, "required");
        copy_description(one, p);
        copy(one, p, "example");
        json_array_append_new(list, one);
    }
    return list;
}

/* Of one form: its example, or the first where it has several. Borrowed; NULL where there is none. */
static json_t *example_of(json_t *form)
{
    json_t *several = json_object_get(form, "examples");
    void *first = json_object_iter(several);
    return first != NULL ? json_object_get(json_object_iter_value(first), "value") : json_object_get(form, "example");
}

/* The first example among the forms of a body or a reply, as people read it; null where there is none. */
static json_t *example_text(const json_t *body)
{
    const char *type;
    json_t *form;
    json_object_foreach(json_object_get(body, "content"), type, form)
    {
        json_t *example = example_of(form);
        if (json_is_string(example))
            return json_incref(example);
        if (example == NULL)
            continue;
        char *pretty = json_dumps(example, JSON_INDENT(2) | JSON_REAL_PRECISION(12));
        json_t *out = json_string(pretty);
        free(pretty);
        return out;
    }
    return json_null();
}

static json_t *responses_json(const json_t *operation)
{
    json_t *list = json_array(), *response;
    const char *status;
    json_object_foreach(json_object_get(operation, "responses"), status, response)
    {
        if (strcmp(status, "default") == 0)
            continue;
        const json_t *r = resolved(response);
        json_t *one = json_pack("{s:s}", "status", status);
        copy_description(one, r);
        json_object_set_new(one, "example", example_text(r));
        json_array_append_new(list, one);
    }
    return list;
}

/* What the route asks for; null where it is open to everybody. */
static json_t *right_json(const char *method, const char *path)
{
    for (const parry_route *r = parry_routes; r < parry_routes + parry_nroutes; r++) {
        if (strcmp(r->method, method) == 0 && strcmp(r->pattern, path) == 0 && r->right != PARRY_RIGHT_OPEN)
            return json_string(parry_right_name(r->right));
    }
    return json_null();
}

static json_t *operation_json(const char *method, const char *path, const json_t *operation)
{
    char upper[8] = "";
    for (size_t i = 0; method[i] != 0 && i + 1 < sizeof upper; i++)
        upper[i] = (char)(method[i] - 32);
    json_t *j = json_pack("{s:s, s:s, s:o, s:o}", "method", upper, "path", path, "parameters",
                          parameters_json(operation), "responses", responses_json(operation));
    copy(j, operation, "operationId");
    copy(j, operation, "summary");
    copy_description(j, operation);
    json_object_set_new(j, "right", right_json(upper, path));
    json_object_set_new(j, "any_parameters", json_boolean(json_array_size(json_object_get(j, "parameters")) > 0));
    json_object_set_new(j, "body", example_text(resolved(json_object_get(operation, "requestBody"))));
    return j;
}

/* The operations of a tag, in the order of the description. */
static json_t *operations_json(const char *tag)
{
    json_t *list = json_array(), *item;
    const char *path;
    json_object_foreach(json_object_get(parry_openapi(), "paths"), path, item)
    {
        for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
            const json_t *operation = json_object_get(item, methods[m]);
            const char *own = json_string_value(json_array_get(json_object_get(operation, "tags"), 0));
            if (own != NULL && strcmp(own, tag) == 0)
                json_array_append_new(list, operation_json(methods[m], path, operation));
        }
    }
    return list;
}

parry_code parry_get_api_page(parry_call *c, parry_err *err)
{
    json_t *tags = json_array(), *tag;
    size_t i;
    json_array_foreach(json_object_get(parry_openapi(), "tags"), i, tag)
    {
        json_t *one = json_object();
        copy(one, tag, "name");
        copy_description(one, tag);
        json_object_set_new(one, "operations", operations_json(json_string_value(json_object_get(tag, "name"))));
        json_array_append_new(tags, one);
    }
    c->res->tagged = true;
    return parry_page_reply(
        c, "api", json_pack("{s:s, s:o, s:s}", "title", "The API", "tags", tags, "version", PARRY_VERSION), err);
}
