/* Export: one record into lines. */
#include "deflection/export.h"

#include "base/clock.h"
#include "base/uuid.h"

#include <stdlib.h>

enum { COMPACT = JSON_COMPACT | JSON_REAL_PRECISION(6), KEY_TEXT = 64, MESSAGE_MAX = 1024 };

static void add_line(parry_buf *out, json_t *j)
{
    char *text = json_dumps(j, COMPACT);
    parry_buf_addz(out, text);
    parry_buf_addc(out, '\n');
    free(text);
    json_decref(j);
}

static void key_of(const parry_ledger_record *r, char out[KEY_TEXT])
{
    char id[PARRY_UUID_TEXT];
    if (parry_uuid_none(r->id)) {
        (void)snprintf(out, KEY_TEXT, "%llu", (unsigned long long)r->seq);
        return;
    }
    parry_uuid_text(r->id, id);
    (void)snprintf(out, KEY_TEXT, "%s", id);
}

/* NULL: erased. A new reference. */
static json_t *payload_of(const parry_ledger_record *r, parry_common *common)
{
    if (r->erased)
        return NULL;
    json_t *payload = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    if (common != NULL && payload != NULL)
        parry_common_withhold(common, payload);
    return payload;
}

static void add_message(const parry_ledger_record *r, parry_common *common, parry_buf *out)
{
    char key[KEY_TEXT], at[PARRY_TIME_TEXT];
    json_t *payload = payload_of(r, common);
    key_of(r, key);
    parry_time_text(r->at_ms, at);
    add_line(out, json_pack("{s:I, s:s, s:s, s:s, s:o?}", "offset", (json_int_t)r->seq, "key", key, "kind",
                            parry_ledger_kind_name(r->kind), "at", at, "payload", payload));
}

/* ---- UBI --------------------------------------------------------------------------------------------------------- */

static void copy(json_t *to, const char *name, const json_t *from, const char *member)
{
    json_t *v = json_object_get(from, member);
    if (v != NULL && !json_is_null(v))
        (void)json_object_set(to, name, v);
}

static void copy_all(json_t *to, const json_t *from, const char *const *names)
{
    for (; *names != NULL; names++)
        copy(to, *names, from, *names);
}

static json_t *action(const char *what, const char *index, const char *id)
{
    return json_pack("{s:{s:s, s:s}}", what, "_index", index, "_id", id);
}

static void set_time(json_t *document, const parry_ledger_record *r, const json_t *payload)
{
    const json_t *at = json_object_get(payload, "at");
    char text[PARRY_TIME_TEXT];
    parry_time_text(json_is_integer(at) ? json_integer_value(at) : r->at_ms, text);
    (void)json_object_set_new(document, "timestamp", json_string(text));
}

/* A visitor's key, else a session's. */
static void set_client(json_t *document, const json_t *payload)
{
    copy(document, "client_id", payload, "session");
    copy(document, "client_id", payload, "visitor");
}

static json_t *query_document(const parry_ledger_record *r, const json_t *payload, const char *id)
{
    static const char *const attributes[] = {
        "audience",   "locale",      "category", "page",     "offset",  "generation", "mode",
        "total",      "probability", "answered", "doubtful", "took_us", "redacted",   "withheld",
        "experiment", "arm",         "teams",    "other",    "pair",    "swapped",    NULL};
    const json_t *text = json_object_get(payload, "text");
    json_t *more = json_object();
    copy_all(more, payload, attributes);
    json_t *d = json_pack("{s:s, s:s, s:s, s:s, s:o}", "query_id", id, "query_response_id", id, "object_id_field", "id",
                          "user_query", json_is_string(text) ? json_string_value(text) : "", "query_attributes", more);
    copy(d, "application", payload, "by");
    copy(d, "query_response_hit_ids", payload, "shown");
    set_client(d, payload);
    set_time(d, r, payload);
    return d;
}

/* Of one object; NULL: of none. ordinal 0: no position is known. */
static json_t *attributes_of(const json_t *payload, const json_t *object, const char *type, json_int_t ordinal)
{
    static const char *const names[] = {"dwell_ms", "vote",     "score",      "reason", "ticket", "handoff",
                                        "audience", "locale",   "channel",    "device", "page",   "redacted",
                                        "withheld", "ahead_ms", "experiment", "arm",    NULL};
    json_t *a = json_pack("{s:{s:I}}", "position", "ordinal", ordinal);
    copy_all(a, payload, names);
    if (object != NULL)
        (void)json_object_set_new(
            a, "object",
            json_pack("{s:O, s:s, s:s}", "object_id", object, "object_id_field", "id", "object_id_type", type));
    return a;
}

static void set_message(json_t *d, const json_t *payload)
{
    static const char *const names[] = {"comment", "text"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *text = json_object_get(payload, names[i]);
        parry_str s = parry_str_make(json_string_value(text), json_string_length(text));
        s = parry_utf8_cut(s, MESSAGE_MAX);
        if (json_is_string(text))
            (void)json_object_set_new(d, "message", json_stringn(s.p, s.n));
    }
}

static void add_event(const parry_ledger_record *r, const json_t *payload, const char *id, json_t *attributes,
                      parry_buf *out)
{
    const char *type = json_string_value(json_object_get(payload, "type"));
    json_t *d = json_pack("{s:s, s:o}", "action_name", type, "event_attributes", attributes);
    copy(d, "application", payload, "channel");
    copy(d, "query_id", payload, "query_id");
    copy(d, "session_id", payload, "session");
    set_client(d, payload);
    set_message(d, payload);
    set_time(d, r, payload);
    if (strcmp(type, "search") == 0 || strcmp(type, "suggest") == 0)
        (void)json_object_set_new(d, "message_type", json_string("QUERY"));
    add_line(out, action("index", "ubi_events", id));
    add_line(out, d);
}

/* A list of articles is one document each, in their order. */
static void add_events(const parry_ledger_record *r, const json_t *payload, const char *id, parry_buf *out)
{
    const json_t *list = json_object_get(payload, "articles"), *article = json_object_get(payload, "article");
    const json_t *ticket = json_object_get(payload, "ticket");
    for (size_t i = 0; i < json_array_size(list); i++) {
        char one[KEY_TEXT + 24];
        (void)snprintf(one, sizeof one, "%s-%zu", id, i + 1);
        json_t *a = attributes_of(payload, json_array_get(list, i), "article", (json_int_t)i + 1);
        (void)json_object_set_new(a, "record", json_string(id));
        add_event(r, payload, one, a, out);
    }
    if (json_array_size(list) > 0)
        return;
    const json_t *object = article != NULL ? article : ticket;
    json_t *a = attributes_of(payload, object, article != NULL ? "article" : "ticket",
                              json_integer_value(json_object_get(payload, "position")));
    (void)json_object_set_new(a, "record", json_string(id));
    add_event(r, payload, id, a, out);
}

static void add_ubi(const parry_ledger_record *r, parry_common *common, parry_buf *out)
{
    char id[KEY_TEXT];
    bool query = r->kind == PARRY_LEDGER_QUERY;
    key_of(r, id);
    if (r->erased) {
        add_line(out, action("delete", query ? "ubi_queries" : "ubi_events", id));
        return;
    }
    json_t *payload = payload_of(r, common);
    if (query && json_is_object(payload)) {
        add_line(out, action("index", "ubi_queries", id));
        add_line(out, query_document(r, payload, id));
    } else if (json_is_string(json_object_get(payload, "type"))) {
        add_events(r, payload, id, out);
    }
    json_decref(payload);
}

void parry_export_record(parry_export_form form, const parry_ledger_record *r, parry_common *common, parry_buf *out)
{
    bool known = r->kind == PARRY_LEDGER_QUERY || r->kind == PARRY_LEDGER_EVENT;
    if (form == PARRY_EXPORT_STREAM && (known || common == NULL))
        add_message(r, common, out);
    else if (form == PARRY_EXPORT_UBI && known)
        add_ubi(r, common, out);
}
