/* Projection, one level of names at a time. */
#include "api/fields.h"

static bool is_name(parry_str s)
{
    static const char in_names[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    size_t i = 0;
    while (i < s.n && memchr(in_names, s.p[i], sizeof in_names - 1) != NULL)
        i++;
    return s.n > 0 && i == s.n;
}

static parry_code check_path(parry_str path, parry_err *err)
{
    parry_str name;
    size_t depth = 0;
    bool fine = path.n > 0 && path.p[path.n - 1] != '.';
    while (fine && parry_str_split(&path, '.', &name))
        fine = is_name(name) && ++depth <= PARRY_FIELD_DEPTH;
    return fine ? PARRY_OK : parry_fail(err, PARRY_INVALID, "fields: names with commas between, like id,hits.url");
}

parry_code parry_fields_parse(parry_str text, parry_fields *out, parry_err *err)
{
    parry_fields f = {.n = 0};
    parry_str path;
    if (text.n == 0 || text.p[text.n - 1] == ',')
        return check_path(parry_str_make(NULL, 0), err);
    while (parry_str_split(&text, ',', &path)) {
        if (f.n == PARRY_FIELDS_MOST)
            return parry_fail(err, PARRY_INVALID, "fields: at most %d", PARRY_FIELDS_MOST);
        parry_code code = check_path(path, err);
        if (code != PARRY_OK)
            return code;
        f.paths[f.n++] = path;
    }
    *out = f;
    return PARRY_OK;
}

/* What is asked of one member: whole, or some of its own. */
static bool below(const parry_fields *f, parry_str name, bool *whole, parry_fields *rest)
{
    rest->n = 0;
    *whole = false;
    for (size_t i = 0; i < f->n; i++) {
        parry_str path = f->paths[i], first;
        (void)parry_str_split(&path, '.', &first);
        if (!parry_str_eq(first, name))
            continue;
        if (path.n == 0)
            *whole = true;
        else
            rest->paths[rest->n++] = path;
    }
    return *whole || rest->n > 0;
}

static json_t *keep_members(json_t *j, const parry_fields *fields)
{
    json_t *out = json_object(), *value;
    const char *name;
    parry_fields rest;
    bool whole;
    json_object_foreach(j, name, value)
    {
        if (!below(fields, parry_str_of(name), &whole, &rest))
            continue;
        json_object_set_new(out, name, whole ? json_incref(value) : parry_fields_keep(value, &rest));
    }
    return out;
}

json_t *parry_fields_keep(json_t *j, const parry_fields *fields)
{
    if (json_is_object(j))
        return keep_members(j, fields);
    if (!json_is_array(j))
        return json_incref(j);
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(j); i++)
        json_array_append_new(out, parry_fields_keep(json_array_get(j, i), fields));
    return out;
}

parry_code parry_fields_reply(const parry_request *req, parry_response *res, parry_err *err)
{
    parry_fields fields;
    parry_str text, bytes = parry_response_bytes(res);
    if (!parry_request_text(req, "fields", &text) || res->status != 200 || res->type == NULL ||
        strcmp(res->type, "application/json") != 0)
        return PARRY_OK;
    parry_code code = parry_fields_parse(text, &fields, err);
    if (code != PARRY_OK)
        return code;
    json_t *j = json_loadb(bytes.p, bytes.n, 0, NULL);
    if (j == NULL)
        return parry_fail(err, PARRY_IO, "a reply that is no JSON");
    parry_response_json(res, 200, "application/json", parry_fields_keep(j, &fields));
    json_decref(j);
    return PARRY_OK;
}
