/* Strings in and out of jansson. */
#include "base/json.h"

parry_str parry_json_str(const json_t *j)
{
    return json_is_string(j) ? parry_str_make(json_string_value(j), json_string_length(j)) : parry_str_of("");
}

parry_str parry_json_at(const json_t *object, const char *name)
{
    return parry_json_str(json_object_get(object, name));
}

json_t *parry_json_text(parry_str s)
{
    json_t *j = json_stringn(s.p != NULL ? s.p : "", s.n);
    return j != NULL ? j : json_string("");
}
