/* Typed fields out of maps that people wrote. */
#include "engine/side_read.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

json_t *parry_side_map(const json_t *map)
{
    union {
        const json_t *as_given;
        json_t *to_iterate;
    } same = {.as_given = map};
    return same.to_iterate;
}

int parry_side_line(const json_t *map) { return (int)json_integer_value(json_object_get(map, PARRY_SIDE_LINE)); }

static bool among(const char *allowed, const char *key)
{
    parry_str rest = parry_str_of(allowed), name;
    while (parry_str_split(&rest, ' ', &name))
        if (parry_str_eqz(name, key))
            return true;
    return false;
}

parry_code parry_side_keys(const json_t *map, const char *allowed, parry_err *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(map))
        return parry_fail(err, PARRY_INVALID, "an entry is not a map of these keys: %s", allowed);
    json_object_foreach(parry_side_map(map), key, value)
    {
        if (strcmp(key, PARRY_SIDE_LINE) != 0 && !among(allowed, key))
            return parry_side_wrong(map, err, "there is no key \"%.40s\" here; the keys are: %s", key, allowed);
    }
    return PARRY_OK;
}

/* A whole number is the text that it looks like. */
static parry_code text_of(const json_t *map, const char *key, const json_t *value, parry_arena *a, parry_str *out,
                          parry_err *err)
{
    parry_str s = parry_str_make(json_string_value(value), json_string_length(value));
    if (json_is_integer(value))
        s = parry_str_printf(a, "%lld", (long long)json_integer_value(value));
    if (s.p == NULL)
        return parry_side_wrong(map, err, "%s is not a text; put it in quotes", key);
    s = parry_str_trim(s);
    if (s.n == 0 || s.n > PARRY_SIDE_TEXT_MAX)
        return parry_side_wrong(map, err, "%s has %zu bytes; 1 to %d", key, s.n, PARRY_SIDE_TEXT_MAX);
    *out = parry_str_copy(a, s);
    return PARRY_OK;
}

parry_code parry_side_text(const json_t *map, const char *key, parry_arena *a, parry_str *out, parry_err *err)
{
    const json_t *value = json_object_get(map, key);
    *out = parry_str_make(NULL, 0);
    return value == NULL ? PARRY_OK : text_of(map, key, value, a, out, err);
}

parry_code parry_side_texts(const json_t *map, const char *key, parry_arena *a, parry_str **out, size_t *n,
                            parry_err *err)
{
    const json_t *value = json_object_get(map, key);
    size_t count = value == NULL ? 0 : json_is_array(value) ? json_array_size(value) : 1;
    if (count > PARRY_SIDE_LIST_MAX)
        return parry_side_wrong(map, err, "%s has %zu items; at most %d", key, count, PARRY_SIDE_LIST_MAX);
    parry_str *list = PARRY_ARRAY(a, parry_str, count + 1);
    for (size_t i = 0; i < count; i++) {
        parry_code code = text_of(map, key, json_is_array(value) ? json_array_get(value, i) : value, a, &list[i], err);
        if (code != PARRY_OK)
            return code;
    }
    *out = list;
    *n = count;
    return PARRY_OK;
}

parry_code parry_side_number(const json_t *map, const char *key, double least, double most, double *out, parry_err *err)
{
    const json_t *value = json_object_get(map, key);
    double v = json_number_value(value);
    if (value == NULL)
        return PARRY_OK;
    if (!json_is_number(value) || !(v >= least && v <= most))
        return parry_side_wrong(map, err, "%s must be a number from %g to %g", key, least, most);
    *out = v;
    return PARRY_OK;
}

parry_code parry_side_bool(const json_t *map, const char *key, bool *out, parry_err *err)
{
    const json_t *value = json_object_get(map, key);
    if (value == NULL)
        return PARRY_OK;
    if (!json_is_boolean(value))
        return parry_side_wrong(map, err, "%s must be true or false", key);
    *out = json_is_true(value);
    return PARRY_OK;
}

parry_code parry_side_time(const json_t *map, const char *key, bool end, int64_t *unix_ms, parry_err *err)
{
    const json_t *value = json_object_get(map, key);
    int64_t ms;
    if (value == NULL)
        return PARRY_OK;
    parry_str s = parry_str_make(json_string_value(value), json_string_length(value));
    if (!parry_time_bound(s, end, &ms))
        return parry_side_wrong(map, err, "%s must be a day (2026-11-01) or a time in UTC (2026-11-01T09:00:00Z)", key);
    *unix_ms = ms;
    return PARRY_OK;
}
