/* JSON held against a schema, member by member; the first that is wrong is named by its path. */
#include "api/schema.h"

#include "base/json.h"

#include <assert.h>
#include <math.h>

enum { PATH_MAX_BYTES = 120, DEPTH_MAX = 16 };

typedef struct place {
    char path[PATH_MAX_BYTES]; /* "turns[2].role"; empty: the whole */
    int depth;
    parry_err *err;
} place;

static parry_code check(const json_t *schema, json_t *value, place at);

static const char *name_of(const place *at) { return at->path[0] != 0 ? at->path : "the body"; }

static place member(const place *at, const char *name)
{
    place below = {.depth = at->depth + 1, .err = at->err};
    (void)snprintf(below.path, sizeof below.path, "%.80s%s%.38s", at->path, at->path[0] != 0 ? "." : "", name);
    return below;
}

static place element(const place *at, size_t i)
{
    place below = {.depth = at->depth + 1, .err = at->err};
    (void)snprintf(below.path, sizeof below.path, "%.90s[%zu]", at->path, i);
    return below;
}

/* ---- type ------------------------------------------------------------------------------------------------------- */

/* 5.0 is a whole number, too. */
static bool is_whole(const json_t *value)
{
    return json_is_integer(value) || (json_is_real(value) && rint(json_real_value(value)) == json_real_value(value));
}

static bool has_type(const json_t *value, const char *type)
{
    parry_str t = parry_str_of(type);
    return (parry_str_eqz(t, "object") && json_is_object(value)) ||
           (parry_str_eqz(t, "array") && json_is_array(value)) ||
           (parry_str_eqz(t, "string") && json_is_string(value)) || (parry_str_eqz(t, "integer") && is_whole(value)) ||
           (parry_str_eqz(t, "number") && json_is_number(value)) ||
           (parry_str_eqz(t, "boolean") && json_is_boolean(value));
}

static parry_code check_type(const json_t *schema, const json_t *value, const place *at)
{
    const char *type = json_string_value(json_object_get(schema, "type"));
    if (type == NULL || has_type(value, type))
        return PARRY_OK;
    bool an = type[0] == 'o' || type[0] == 'a' || type[0] == 'i';
    return parry_fail(at->err, PARRY_INVALID, "%s must be %s %s", name_of(at), an ? "an" : "a", type);
}

/* ---- strings and numbers ---------------------------------------------------------------------------------------- */

static size_t code_points(parry_str s)
{
    size_t n = 0;
    unsigned cp;
    for (; s.n > 0; n++)
        s = parry_str_from(s, parry_utf8_next(s, &cp));
    return n;
}

static bool is_token(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && strchr("._~-", c) == NULL)
            return false;
    }
    return s.n > 0;
}

static bool bound(const json_t *schema, const char *name, json_int_t *out)
{
    const json_t *j = json_object_get(schema, name);
    if (j != NULL)
        *out = json_integer_value(j);
    return j != NULL;
}

static parry_code check_count(const json_t *schema, size_t n, const char *least, const char *most, const char *what,
                              const place *at)
{
    json_int_t limit;
    if (bound(schema, least, &limit) && (json_int_t)n < limit)
        return parry_fail(at->err, PARRY_INVALID, "%s has %zu %s; at least %lld", name_of(at), n, what, limit);
    if (bound(schema, most, &limit) && (json_int_t)n > limit)
        return parry_fail(at->err, PARRY_INVALID, "%s has %zu %s; at most %lld", name_of(at), n, what, limit);
    return PARRY_OK;
}

static parry_code check_string(const json_t *schema, const json_t *value, const place *at)
{
    parry_str s = parry_json_str(value);
    parry_code code = check_count(schema, code_points(s), "minLength", "maxLength", "characters", at);
    if (code == PARRY_OK && memchr(s.p, 0, s.n) != NULL)
        return parry_fail(at->err, PARRY_INVALID, "%s holds a zero byte", name_of(at));
    if (code == PARRY_OK && json_object_get(schema, "pattern") != NULL && !is_token(s))
        return parry_fail(at->err, PARRY_INVALID, "%s may have letters, digits and . _ ~ - only", name_of(at));
    return code;
}

static parry_code check_number(const json_t *schema, const json_t *value, const place *at)
{
    json_int_t limit;
    if (bound(schema, "minimum", &limit) && json_number_value(value) < (double)limit)
        return parry_fail(at->err, PARRY_INVALID, "%s must be at least %lld", name_of(at), limit);
    if (bound(schema, "maximum", &limit) && json_number_value(value) > (double)limit)
        return parry_fail(at->err, PARRY_INVALID, "%s must be at most %lld", name_of(at), limit);
    return PARRY_OK;
}

static parry_code check_enum(const json_t *schema, const json_t *value, const place *at)
{
    const json_t *values = json_object_get(schema, "enum"), *v;
    size_t i;
    parry_buf list = PARRY_BUF(160);
    if (values == NULL)
        return PARRY_OK;
    json_array_foreach(values, i, v)
    {
        if (json_equal(v, value)) {
            parry_buf_free(&list);
            return PARRY_OK;
        }
        parry_buf_printf(&list, "%s%s", i > 0 ? ", " : "", json_string_value(v));
    }
    parry_code code = parry_fail(at->err, PARRY_INVALID, "%s must be one of: %s", name_of(at), list.p);
    parry_buf_free(&list);
    return code;
}

/* ---- objects and arrays ----------------------------------------------------------------------------------------- */

static parry_code check_required(const json_t *schema, const json_t *value, const place *at)
{
    const json_t *name;
    size_t i;
    json_array_foreach(json_object_get(schema, "required"), i, name)
    {
        if (json_object_get(value, json_string_value(name)) == NULL)
            return parry_fail(at->err, PARRY_INVALID, "%s needs \"%s\"", name_of(at), json_string_value(name));
    }
    return PARRY_OK;
}

static parry_code check_object(const json_t *schema, json_t *value, const place *at)
{
    const json_t *properties = json_object_get(schema, "properties");
    bool closed = json_is_false(json_object_get(schema, "additionalProperties"));
    const char *name;
    json_t *v;
    parry_code code = check_required(schema, value, at);
    json_object_foreach(value, name, v)
    {
        const json_t *of = json_object_get(properties, name);
        if (code == PARRY_OK && of == NULL && closed)
            return parry_fail(at->err, PARRY_INVALID, "%s has no member \"%.60s\"", name_of(at), name);
        if (code == PARRY_OK && of != NULL)
            code = check(of, v, member(at, name));
    }
    return code;
}

static parry_code check_array(const json_t *schema, const json_t *value, const place *at)
{
    const json_t *items = json_object_get(schema, "items");
    json_t *v;
    size_t i;
    parry_code code = check_count(schema, json_array_size(value), "minItems", "maxItems", "elements", at);
    json_array_foreach(value, i, v)
    {
        if (code != PARRY_OK || items == NULL)
            return code;
        code = check(items, v, element(at, i));
    }
    return code;
}

static parry_code check(const json_t *schema, json_t *value, place at)
{
    assert(at.depth < DEPTH_MAX); /* as deep as the schema, which is ours */
    parry_code code = check_type(schema, value, &at);
    if (code == PARRY_OK)
        code = check_enum(schema, value, &at);
    if (code != PARRY_OK)
        return code;
    if (json_is_string(value))
        return check_string(schema, value, &at);
    if (json_is_number(value))
        return check_number(schema, value, &at);
    if (json_is_array(value))
        return check_array(schema, value, &at);
    return json_is_object(value) ? check_object(schema, value, &at) : PARRY_OK;
}

parry_code parry_schema_check(const json_t *schema, json_t *value, parry_err *err)
{
    return check(schema, value, (place){.err = err});
}

/* ---- the schemas themselves ------------------------------------------------------------------------------------- */

static bool known_word(const char *word)
{
    static const char *const words[] = {"type",      "required",    "properties", "additionalProperties",
                                        "items",     "minItems",    "maxItems",   "enum",
                                        "minLength", "maxLength",   "minimum",    "maximum",
                                        "title",     "description", "default",    "examples"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (parry_str_eqz(parry_str_of(word), words[i]))
            return true;
    return false;
}

bool parry_schema_known(json_t *schema)
{
    const char *word;
    json_t *v, *below;
    bool known = json_is_object(schema);
    json_object_foreach(schema, word, v)
    {
        parry_str w = parry_str_of(word);
        const char *name;
        if (parry_str_eqz(w, "pattern"))
            known &= parry_str_eqz(parry_json_str(v), PARRY_SCHEMA_TOKEN);
        else
            known &= known_word(word);
        if (parry_str_eqz(w, "items"))
            known &= parry_schema_known(v);
        if (parry_str_eqz(w, "properties")) {
            json_object_foreach(v, name, below) known &= parry_schema_known(below);
        }
    }
    return known;
}

json_t *parry_schema_of(const char *text)
{
    json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert(j != NULL);
    return j;
}
