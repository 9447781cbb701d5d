/* What a key is limited to: as JSON, and one set of limits inside another. */
#include "access/keys_inner.h"

static const char *const fields[] = {"category", "product", "tag"};
enum { FIELDS = sizeof fields / sizeof *fields };

static json_t *values_json(const parry_limits *l, const char *field)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->nnarrowings; i++) {
        if (parry_str_eqz(l->narrowings[i].field, field))
            (void)json_array_append_new(list, parry_text_json(l->narrowings[i].value));
    }
    return list;
}

json_t *parry_limits_json(const parry_limits *l)
{
    json_t *audiences = json_array(), *filters = json_object();
    for (size_t i = 0; i < l->naudiences; i++)
        (void)json_array_append_new(audiences, parry_text_json(l->audiences[i]));
    for (size_t f = 0; f < FIELDS; f++) {
        json_t *list = values_json(l, fields[f]);
        if (json_array_size(list) > 0)
            (void)json_object_set(filters, fields[f], list);
        json_decref(list);
    }
    json_t *j = json_object();
    if (l->naudiences > 0)
        (void)json_object_set(j, "audiences", audiences);
    if (l->locale.n > 0)
        (void)json_object_set_new(j, "locale", parry_text_json(l->locale));
    if (json_object_size(filters) > 0)
        (void)json_object_set(j, "filters", filters);
    json_decref(audiences);
    json_decref(filters);
    return j;
}

static parry_code take_text(parry_arena *a, const json_t *j, const char *what, parry_str *out, parry_err *err)
{
    parry_str s = parry_str_make(json_string_value(j), json_string_length(j));
    if (!json_is_string(j) || s.n == 0 || s.n > PARRY_KEY_VALUE_MAX)
        return parry_fail(err, PARRY_INVALID, "%s: each is a text of 1 to %d bytes", what, PARRY_KEY_VALUE_MAX);
    *out = parry_str_copy(a, s);
    return PARRY_OK;
}

static parry_code read_audiences(parry_arena *a, const json_t *list, parry_limits *l, parry_err *err)
{
    size_t n = json_array_size(list);
    if (list == NULL)
        return PARRY_OK;
    if (!json_is_array(list) || n == 0 || n > PARRY_KEY_LIST_MAX)
        return parry_fail(err, PARRY_INVALID, "audiences: a list of 1 to %d names", PARRY_KEY_LIST_MAX);
    l->audiences = PARRY_ARRAY(a, parry_str, n);
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        code = take_text(a, json_array_get(list, i), "audiences", &l->audiences[l->naudiences++], err);
    return code;
}

static parry_code read_values(parry_arena *a, const char *field, const json_t *list, parry_limits *l, parry_err *err)
{
    parry_code code = PARRY_OK;
    bool one = json_is_string(list);
    size_t n = one ? 1 : json_array_size(list);
    if (n == 0 || l->nnarrowings + n > PARRY_KEY_LIST_MAX)
        return parry_fail(err, PARRY_INVALID, "filters.%s: a text or a list; %d values together at most", field,
                          PARRY_KEY_LIST_MAX);
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        parry_narrowing *to = &l->narrowings[l->nnarrowings++];
        to->field = parry_str_of(field);
        code = take_text(a, one ? list : json_array_get(list, i), "filters", &to->value, err);
    }
    return code;
}

static const char *known_field(const char *name)
{
    for (size_t f = 0; f < FIELDS; f++) {
        if (strcmp(fields[f], name) == 0)
            return fields[f];
    }
    return NULL;
}

static parry_code read_filters(parry_arena *a, json_t *filters, parry_limits *l, parry_err *err)
{
    const char *name;
    json_t *list;
    if (filters == NULL)
        return PARRY_OK;
    if (!json_is_object(filters))
        return parry_fail(err, PARRY_INVALID, "filters: an object of category, product, tag");
    l->narrowings = PARRY_ARRAY(a, parry_narrowing, PARRY_KEY_LIST_MAX);
    parry_code code = PARRY_OK;
    json_object_foreach(filters, name, list)
    {
        const char *field = known_field(name);
        code = field ? read_values(a, field, list, l, err)
                     : parry_fail(err, PARRY_INVALID, "filters: unknown field \"%.40s\"; known: category, product, tag",
                                  name);
        if (code != PARRY_OK)
            break;
    }
    return code;
}

parry_code parry_limits_read(parry_arena *a, const json_t *j, parry_limits *out, parry_err *err)
{
    parry_limits l = {0};
    const json_t *locale = json_object_get(j, "locale");
    parry_code code = read_audiences(a, json_object_get(j, "audiences"), &l, err);
    if (code == PARRY_OK && locale != NULL)
        code = take_text(a, locale, "locale", &l.locale, err);
    if (code == PARRY_OK)
        code = read_filters(a, json_object_get(j, "filters"), &l, err);
    if (code == PARRY_OK)
        *out = l;
    return code;
}

/* ---- one inside another -------------------------------------------------------------------------------------------
 */

static bool may_name(const parry_access *x, const parry_identity *outer, parry_str audience)
{
    for (size_t i = 0; i < outer->naudiences; i++) {
        if (parry_str_eq(outer->audiences[i], audience))
            return true;
    }
    return outer->naudiences == 0 && (outer->any_audience || parry_access_public(x, audience));
}

static bool narrow_audiences(const parry_access *x, parry_arena *a, const parry_limits *inner, parry_identity *who)
{
    if (inner->naudiences == 0) {
        who->any_audience = false; /* a key for browsers says which; unsaid are those open to the public */
        return true;
    }
    parry_str *kept = PARRY_ARRAY(a, parry_str, inner->naudiences);
    size_t n = 0;
    for (size_t i = 0; i < inner->naudiences; i++) {
        if (may_name(x, who, inner->audiences[i]))
            kept[n++] = inner->audiences[i];
    }
    who->audiences = kept;
    who->naudiences = n;
    who->any_audience = false;
    return n > 0;
}

/* "en" holds en and en-GB. */
static bool narrow_locale(parry_str inner, parry_identity *who)
{
    parry_str outer = who->locale;
    if (inner.n == 0)
        return true;
    bool within = outer.n == 0 || parry_str_eq(inner, outer) ||
                  (inner.n > outer.n && memcmp(inner.p, outer.p, outer.n) == 0 && inner.p[outer.n] == '-');
    if (within)
        who->locale = inner;
    return within;
}

static size_t count_of(const parry_narrowing *list, size_t n, const char *field, const parry_str *value)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += parry_str_eqz(list[i].field, field) && (value == NULL || parry_str_eq(list[i].value, *value));
    return found;
}

/* Of a field that both name, only the values that both hold; none in common: nothing may be seen. */
static bool narrow_filters(parry_arena *a, const parry_limits *inner, parry_identity *who)
{
    const parry_narrowing *outer = who->narrowings;
    size_t nouter = who->nnarrowings, n = 0;
    parry_narrowing *kept = PARRY_ARRAY(a, parry_narrowing, nouter + inner->nnarrowings + 1);
    for (size_t f = 0; f < FIELDS; f++) {
        bool in = count_of(inner->narrowings, inner->nnarrowings, fields[f], NULL) > 0;
        bool out = count_of(outer, nouter, fields[f], NULL) > 0;
        const parry_narrowing *from = in ? inner->narrowings : outer;
        size_t nfrom = in ? inner->nnarrowings : nouter, before = n;
        for (size_t i = 0; i < nfrom; i++) {
            bool mine = parry_str_eqz(from[i].field, fields[f]);
            if (mine && (!in || !out || count_of(outer, nouter, fields[f], &from[i].value) > 0))
                kept[n++] = from[i];
        }
        if ((in || out) && n == before)
            return false;
    }
    who->narrowings = kept;
    who->nnarrowings = n;
    return true;
}

bool parry_limits_narrow(const parry_access *x, parry_arena *a, const parry_limits *inner, parry_identity *who)
{
    return narrow_audiences(x, a, inner, who) && narrow_locale(inner->locale, who) && narrow_filters(a, inner, who);
}
