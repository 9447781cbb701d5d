/* /docs: the API's description as a page, a section a tag, an entry an operation. */
#include "api/routes.h"

#include "base/html.h"

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

/* An example as people read it. */
static json_t *pretty_json(json_t *example)
{
    if (json_is_string(example))
        return json_incref(example);
    char *pretty = json_dumps(example, JSON_INDENT(2) | JSON_REAL_PRECISION(12) | JSON_ENCODE_ANY);
    json_t *out = json_string(pretty);
    free(pretty);
    return out;
}

/* The first example among the forms of a body or a reply, and its media type (may be NULL); null where there is none.
 */
static json_t *example_text(const json_t *body, const char **media)
{
    const char *type;
    json_t *form;
    json_object_foreach(json_object_get(body, "content"), type, form)
    {
        json_t *example = example_of(form);
        if (example == NULL)
            continue;
        if (media != NULL)
            *media = type;
        return pretty_json(example);
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
        json_object_set_new(one, "example", example_text(r, NULL));
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

/* ---- as a command -------------------------------------------------------------------------------------------------
 */

static const char *text_in(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

/* As one word of a shell. */
static void put_quoted(const char *text, parry_buf *out)
{
    parry_buf_addz(out, "'");
    for (; *text != 0; text++) {
        if (*text == '\'')
            parry_buf_addz(out, "'\\''");
        else
            parry_buf_addc(out, *text);
    }
    parry_buf_addz(out, "'");
}

static void put_example(const json_t *parameter, parry_buf *out)
{
    json_t *text = pretty_json(json_object_get(parameter, "example"));
    parry_percent_encode(parry_str_of(json_string_value(text)), out);
    json_decref(text);
}

static const json_t *parameter_named(const json_t *parameters, parry_str name)
{
    size_t i = 0;
    while (i < json_array_size(parameters) && !parry_str_eqz(name, text_in(json_array_get(parameters, i), "name")))
        i++;
    return json_array_get(parameters, i);
}

static void put_path(parry_str path, const json_t *parameters, parry_buf *out)
{
    parry_str piece, name;
    while (parry_str_split(&path, '{', &piece)) {
        parry_buf_adds(out, piece);
        if (parry_str_split(&path, '}', &name))
            put_example(parameter_named(parameters, name), out);
    }
}

/* What it needs of query and headers. */
static void put_needed(const json_t *parameters, const char *in, parry_buf *out)
{
    const json_t *p;
    size_t i, n = 0;
    json_array_foreach(parameters, i, p)
    {
        if (!json_is_true(json_object_get(p, "required")) || strcmp(text_in(p, "in"), in) != 0)
            continue;
        if (strcmp(in, "header") == 0) {
            parry_buf_printf(out, " \\\n  -H '%s: %s'", text_in(p, "name"), text_in(p, "example"));
            continue;
        }
        parry_buf_printf(out, "%c%s=", n++ == 0 ? '?' : '&', text_in(p, "name"));
        put_example(p, out);
    }
}

/* curl as the examples have it: $PARRY is the server's address, $KEY a key where one is needed everywhere. */
static json_t *curl_json(const json_t *operation, const json_t *body)
{
    const char *method = text_in(operation, "method"), *right = text_in(operation, "right"), *media = "";
    const json_t *parameters = json_object_get(operation, "parameters");
    json_t *sent = example_text(body, &media);
    parry_buf out = PARRY_BUF(64 * 1024);
    parry_buf_printf(&out, "curl%s%s \"$PARRY", strcmp(method, "GET") == 0 ? "" : " -X ",
                     strcmp(method, "GET") == 0 ? "" : method);
    put_path(parry_str_of(text_in(operation, "path")), parameters, &out);
    put_needed(parameters, "query", &out);
    parry_buf_addz(&out, "\"");
    if (*right != 0 && strcmp(right, "search") != 0 && strcmp(right, "events") != 0)
        parry_buf_addz(&out, " -H \"Authorization: Bearer $KEY\"");
    put_needed(parameters, "header", &out);
    if (json_is_string(sent)) {
        parry_buf_printf(&out, " \\\n  -H 'Content-Type: %s' --data-binary ", media);
        put_quoted(json_string_value(sent), &out);
    }
    json_decref(sent);
    json_t *command = parry_json_text(parry_buf_str(&out));
    parry_buf_free(&out);
    return command;
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
    json_object_set_new(j, "curl", curl_json(j, resolved(json_object_get(operation, "requestBody"))));
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
