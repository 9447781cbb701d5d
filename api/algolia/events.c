/* Insights events, read strictly: what is stored is counted later. */
#include "api/algolia/events.h"

#include "api/algolia/reply.h"

enum { NAME_MAX_BYTES = 64, TOKEN_MAX = 129, OBJECT_MAX = 512, INDEX_MAX = 200, QUERY_ID = 32 };

static const char *const types[] = {"click", "conversion", "view"};

static parry_code wrong(parry_err *err, const char *name, const char *what)
{
    return parry_fail(err, PARRY_INVALID, "%s %s", name, what);
}

/* needed: may not be missing or empty. */
static parry_code read_text(const json_t *event, const char *name, size_t most, bool needed, parry_str *out,
                            parry_err *err)
{
    const json_t *j = json_object_get(event, name);
    if (j == NULL || json_is_null(j))
        return needed ? wrong(err, name, "is missing") : PARRY_OK;
    if (!json_is_string(j) || (needed && json_string_length(j) == 0) || json_string_length(j) > most)
        return parry_fail(err, PARRY_INVALID, "%s must be a string of %d to %zu bytes", name, needed ? 1 : 0, most);
    *out = parry_str_make(json_string_value(j), json_string_length(j));
    return PARRY_OK;
}

static bool printable(parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] > 0x7E)
            return false;
    return true;
}

static parry_code read_type(const json_t *event, parry_algolia_event *e, parry_err *err)
{
    parry_str type = {NULL, 0};
    parry_code code = read_text(event, "eventType", NAME_MAX_BYTES, true, &type, err);
    if (code != PARRY_OK)
        return code;
    for (int t = PARRY_ALGOLIA_CLICK; t <= PARRY_ALGOLIA_VIEW; t++) {
        if (parry_str_eqz(type, types[t])) {
            e->type = (parry_algolia_event_type)t;
            return PARRY_OK;
        }
    }
    return wrong(err, "eventType", "must be click, conversion or view");
}

static parry_code read_query_id(const json_t *event, parry_algolia_event *e, parry_err *err)
{
    parry_code code = read_text(event, "queryID", QUERY_ID, false, &e->query_id, err);
    bool hex = e->query_id.n == 0 || e->query_id.n == QUERY_ID;
    for (size_t i = 0; i < e->query_id.n && hex; i++)
        hex = strchr("0123456789abcdef", e->query_id.p[i]) != NULL;
    return code == PARRY_OK && !hex ? wrong(err, "queryID", "must be 32 hexadecimal digits") : code;
}

static parry_code read_objects(const json_t *event, parry_algolia_event *e, parry_err *err)
{
    const json_t *list = json_object_get(event, "objectIDs");
    size_t n = json_array_size(list);
    if (list != NULL && !json_is_null(list) && (!json_is_array(list) || n > PARRY_ALGOLIA_OBJECTS))
        return wrong(err, "objectIDs", "must be a list of at most 20 strings");
    for (size_t i = 0; i < n; i++) {
        const json_t *j = json_array_get(list, i);
        if (!json_is_string(j) || json_string_length(j) == 0 || json_string_length(j) > OBJECT_MAX)
            return wrong(err, "objectIDs", "must be strings of 1 to 512 bytes");
        e->objects[i] = parry_str_make(json_string_value(j), json_string_length(j));
    }
    e->nobjects = n;
    return PARRY_OK;
}

static parry_code read_positions(const json_t *event, parry_algolia_event *e, parry_err *err)
{
    const json_t *list = json_object_get(event, "positions");
    bool after_search = e->type == PARRY_ALGOLIA_CLICK && e->query_id.n > 0;
    if (list == NULL || json_is_null(list))
        return after_search ? wrong(err, "positions", "are missing: a click with a queryID has them") : PARRY_OK;
    if (!json_is_array(list) || json_array_size(list) != e->nobjects)
        return wrong(err, "positions", "must be as many as objectIDs");
    for (size_t i = 0; i < e->nobjects; i++) {
        const json_t *j = json_array_get(list, i);
        if (!json_is_integer(j) || json_integer_value(j) < 1 || json_integer_value(j) > UINT32_MAX)
            return wrong(err, "positions", "are numbers from 1");
        e->positions[i] = (uint32_t)json_integer_value(j);
    }
    return PARRY_OK;
}

static parry_code read_time(const json_t *event, parry_algolia_event *e, parry_err *err)
{
    const json_t *j = json_object_get(event, "timestamp");
    if (j == NULL || json_is_null(j))
        return PARRY_OK;
    if (!json_is_integer(j) || json_integer_value(j) < 0)
        return wrong(err, "timestamp", "must be milliseconds since 1970");
    e->timestamp_ms = json_integer_value(j);
    return PARRY_OK;
}

static parry_code read_event(const json_t *event, parry_algolia_event *e, parry_err *err)
{
    if (!json_is_object(event))
        return parry_fail(err, PARRY_INVALID, "an event is an object");
    parry_code code = read_type(event, e, err);
    if (code == PARRY_OK)
        code = read_text(event, "eventName", NAME_MAX_BYTES, true, &e->name, err);
    if (code == PARRY_OK && !printable(e->name))
        code = wrong(err, "eventName", "must be printable ASCII");
    if (code == PARRY_OK)
        code = read_text(event, "index", INDEX_MAX, true, &e->index, err);
    if (code == PARRY_OK)
        code = read_text(event, "userToken", TOKEN_MAX, true, &e->user, err);
    if (code == PARRY_OK)
        code = read_text(event, "authenticatedUserToken", TOKEN_MAX, false, &e->signed_in_user, err);
    if (code == PARRY_OK)
        code = read_query_id(event, e, err);
    if (code == PARRY_OK)
        code = read_objects(event, e, err);
    if (code == PARRY_OK)
        code = read_positions(event, e, err);
    return code == PARRY_OK ? read_time(event, e, err) : code;
}

/* What InstantSearch tells its makers of itself. */
static bool of_no_person(const json_t *event)
{
    const char *type = json_string_value(json_object_get(event, "eventType"));
    return type != NULL && strcmp(type, "instantsearch") == 0;
}

parry_code parry_algolia_events_read(parry_arena *a, const json_t *body, parry_algolia_event **out, size_t *n,
                                     parry_err *err)
{
    const json_t *list = json_object_get(body, "events");
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > PARRY_ALGOLIA_EVENTS)
        return parry_fail(err, PARRY_INVALID, "the body is {\"events\": [...]} with at most %d events",
                          PARRY_ALGOLIA_EVENTS);
    parry_algolia_event *all = PARRY_ARRAY(a, parry_algolia_event, count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (of_no_person(json_array_get(list, i)))
            continue;
        parry_code code = read_event(json_array_get(list, i), &all[kept++], err);
        if (code != PARRY_OK) {
            parry_err_context(err, "events[%zu]", i);
            return code;
        }
    }
    *out = all;
    *n = kept;
    return PARRY_OK;
}

/* ---- as Parry's own -----------------------------------------------------------------------------------------------
 */

static const char *type_of(const parry_algolia_event *e)
{
    switch (e->type) {
    case PARRY_ALGOLIA_CLICK:
        return "click";
    case PARRY_ALGOLIA_CONVERSION:
        return parry_str_eqz(e->name, "Solved")           ? "solved"
               : parry_str_eqz(e->name, "Ticket Created") ? "not_solved"
                                                          : "view";
    case PARRY_ALGOLIA_VIEW:
        break;
    }
    return e->nobjects > 1 || parry_str_eqz(e->name, "Hits Viewed") ? "impression" : "view";
}

static json_t *event_json(const parry_algolia_event *e, const char *type)
{
    json_t *j = json_pack("{s:s, s:s}", "type", type, "channel", "search");
    parry_str visitor = e->signed_in_user.n > 0 ? e->signed_in_user : e->user;
    json_object_set_new(j, "visitor", parry_json_text(visitor));
    if (e->timestamp_ms > 0)
        json_object_set_new(j, "at", json_integer(e->timestamp_ms));
    if (e->query_id.n == QUERY_ID) {
        const char *p = e->query_id.p;
        json_object_set_new(j, "query_id", json_sprintf("%.8s-%.4s-%.4s-%.4s-%.12s", p, p + 8, p + 12, p + 16, p + 20));
    }
    return j;
}

static void add_each(const parry_algolia_event *e, const char *type, json_t *list)
{
    for (size_t i = 0; i < e->nobjects; i++) {
        json_t *j = event_json(e, type);
        json_object_set_new(j, "article", parry_json_text(parry_algolia_article(e->objects[i])));
        if (e->type == PARRY_ALGOLIA_CLICK && e->positions[i] > 0)
            json_object_set_new(j, "position", json_integer(e->positions[i]));
        json_array_append_new(list, j);
    }
}

json_t *parry_algolia_events_json(const parry_algolia_event *events, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        const parry_algolia_event *e = &events[i];
        const char *type = type_of(e);
        if (strcmp(type, "impression") != 0) {
            add_each(e, type, list);
            continue;
        }
        json_t *j = event_json(e, type), *articles = json_array();
        for (size_t k = 0; k < e->nobjects; k++)
            json_array_append_new(articles, parry_json_text(parry_algolia_article(e->objects[k])));
        json_object_set_new(j, "articles", articles);
        json_array_append_new(list, j);
    }
    return list;
}
