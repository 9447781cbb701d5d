/* Ten fields into one record. */
#include "api/agents/chat_log.h"

#include "api/query_log.h"
#include "base/clock.h"
#include "base/json.h"

static void set_text(const parry_call *c, json_t *j, const json_t *fields, const char *name)
{
    const json_t *value = json_object_get(fields, name);
    if (json_is_string(value))
        parry_event_set_text(c->app->redactor, c->arena, j, name, parry_json_str(value));
    else
        json_object_set_new(j, name, json_null());
}

static void set_key(const parry_call *c, json_t *j, const json_t *fields, const char *name, parry_pseudonym as,
                    int64_t now_ms)
{
    const json_t *value = json_object_get(fields, name);
    if (json_is_string(value))
        parry_event_set_key(c->app->visitors, j, name, as, now_ms, parry_json_str(value));
    else
        json_object_set_new(j, name, json_null());
}

/* Of an address no more than that it was one. */
static json_t *entities(const parry_call *c, const json_t *fields)
{
    json_t *list = json_array();
    const json_t *e;
    size_t i;
    json_array_foreach(json_object_get(fields, "entities_extracted"), i, e)
    {
        parry_str value = parry_redact(c->app->redactor, c->arena, parry_json_str(json_object_get(e, "value")), NULL);
        json_array_append_new(
            list, json_pack("{s:O, s:o}", "type", json_object_get(e, "type"), "value", parry_json_text(value)));
    }
    return list;
}

static json_t *payload(const parry_call *c, const json_t *fields, int64_t now_ms)
{
    json_t *j = json_object();
    json_object_set_new(j, "type", json_string("chat"));
    json_object_set_new(j, "at", json_integer(now_ms));
    json_object_set_new(j, "audience", parry_json_text(c->audience));
    if (parry_call_bot(c))
        json_object_set_new(j, "bot", json_true());
    set_key(c, j, fields, "session_id", PARRY_PSEUDONYM_SESSION, now_ms);
    set_key(c, j, fields, "customer_id", PARRY_PSEUDONYM_VISITOR, now_ms);
    json_object_set(j, "timestamp", json_object_get(fields, "timestamp"));
    set_text(c, j, fields, "user_utterance");
    set_text(c, j, fields, "chatbot_response");
    json_object_set(j, "intent_detected", json_object_get(fields, "intent_detected"));
    json_object_set_new(j, "entities_extracted", entities(c, fields));
    json_object_set(j, "confidence_score", json_object_get(fields, "confidence_score"));
    json_object_set(j, "agent_handover_flag", json_object_get(fields, "agent_handover_flag"));
    json_object_set(j, "resolution_status", json_object_get(fields, "resolution_status"));
    return j;
}

void parry_chat_log(parry_call *c, const json_t *fields, const char *query_id, const char *transcript_id)
{
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    if (c->app->ledger == NULL)
        return;
    json_t *j = payload(c, fields, now_ms);
    json_object_set_new(j, "query_id", *query_id != 0 ? json_string(query_id) : json_null());
    json_object_set_new(j, "transcript_id", json_string(transcript_id));
    char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(6));
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT, .id = parry_uuid_v7(now_ms), .payload = parry_str_of(text)};
    parry_event_set_about(j, &item);
    if (parry_call_append(c, &item, 1, NULL, NULL) != PARRY_OK)
        atomic_fetch_add(&c->app->queries_dropped, 1);
    free(text);
    json_decref(j);
}
