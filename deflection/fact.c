/* Payloads of the ledger's writers, read by a table of names. */
#include "deflection/fact.h"

#include "base/json.h"

#include <jansson.h>

static const char *const names[PARRY_FACTS] = {
    "search",         "suggest",        "impression", "click",       "view",
    "vote",           "solved",         "not_solved", "form_opened", "form_suggestion_shown",
    "ticket_created", "article_linked", "survey",     "chat",        "assigned"};

const char *parry_fact_name(parry_fact_type t) { return names[t]; }

enum { SHOWN_MAX = 100 };

typedef struct reading {
    const json_t *j;
    parry_arena *a;
} reading;

static parry_str text_at(const reading *r, const char *name) { return parry_str_copy(r->a, parry_json_at(r->j, name)); }

static void set_subject(const reading *r, const char *name, parry_ledger_subject *out)
{
    (void)parry_ledger_subject_parse(parry_json_at(r->j, name), out);
}

static int64_t number_at(const reading *r, const char *name, int64_t missing)
{
    const json_t *v = json_object_get(r->j, name);
    return json_is_integer(v) ? json_integer_value(v) : missing;
}

static size_t size_at(const reading *r, const char *name)
{
    int64_t n = number_at(r, name, 0);
    return n > 0 ? (size_t)n : 0;
}

static void set_shown(const reading *r, const char *name, parry_fact *out)
{
    const json_t *list = json_object_get(r->j, name), *v;
    size_t i, n = json_array_size(list);
    if (n == 0)
        return;
    parry_str *shown = PARRY_ARRAY(r->a, parry_str, n < SHOWN_MAX ? n : SHOWN_MAX);
    json_array_foreach(list, i, v)
    {
        if (i < SHOWN_MAX)
            shown[out->nshown++] = parry_str_copy(r->a, parry_json_str(v));
    }
    out->shown = shown;
}

static double real_at(const reading *r, const char *name, double missing)
{
    const json_t *v = json_object_get(r->j, name);
    return json_is_number(v) ? json_number_value(v) : missing;
}

/* ---- what most of them have -------------------------------------------------------------------------------------- */

static void read_common(const reading *r, parry_fact *out)
{
    out->at_ms = number_at(r, "at", out->at_ms);
    out->bot = json_is_true(json_object_get(r->j, "bot"));
    set_subject(r, "visitor", &out->visitor);
    set_subject(r, "session", &out->session);
    set_subject(r, "contact", &out->contact);
    out->text = text_at(r, "text");
    out->locale = text_at(r, "locale");
    out->audience = text_at(r, "audience");
    out->channel = text_at(r, "channel");
    out->page = text_at(r, "page");
    const json_t *query = json_object_get(r->j, "query_id");
    if (json_is_string(query))
        (void)parry_uuid_parse(parry_str_of(json_string_value(query)), &out->query_id);
}

static void read_list(const reading *r, parry_fact *out)
{
    out->by = text_at(r, "by");
    out->category = text_at(r, "category");
    out->offset = size_at(r, "offset");
    out->total = size_at(r, "total");
    out->generation = size_at(r, "generation");
    out->probability = real_at(r, "probability", -1);
    out->answered = json_is_true(json_object_get(r->j, "answered"));
    set_shown(r, "shown", out);
}

/* What a test of rankings did with it. */
static void read_ranking(const reading *r, parry_fact *out)
{
    const json_t *other = json_object_get(r->j, "other"), *v;
    size_t i, n = json_array_size(other);
    out->experiment = text_at(r, "experiment");
    out->arm = text_at(r, "arm");
    out->teams = text_at(r, "teams");
    out->pair = (unsigned)size_at(r, "pair");
    out->swapped = json_is_true(json_object_get(r->j, "swapped"));
    if (n == 0)
        return;
    unsigned *list = PARRY_ARRAY(r->a, unsigned, n < SHOWN_MAX ? n : SHOWN_MAX);
    json_array_foreach(other, i, v)
    {
        json_int_t place = json_integer_value(v);
        if (i < SHOWN_MAX)
            list[out->nother++] = place > 0 && place <= SHOWN_MAX ? (unsigned)place : 0;
    }
    out->other = list;
}

static void read_event(const reading *r, parry_fact *out)
{
    parry_str vote = text_at(r, "vote");
    out->device = text_at(r, "device");
    out->article = text_at(r, "article");
    out->ticket = text_at(r, "ticket");
    out->handoff = text_at(r, "handoff");
    out->reason = text_at(r, "reason");
    out->comment = text_at(r, "comment");
    out->position = (unsigned)size_at(r, "position");
    out->dwell_ms = number_at(r, "dwell_ms", -1);
    out->score = (int)number_at(r, "score", 0);
    out->vote = parry_str_eqz(vote, "up") - parry_str_eqz(vote, "down");
    set_shown(r, "articles", out);
}

static void read_assigned(const reading *r, parry_fact *out)
{
    set_subject(r, "unit", &out->unit);
    out->experiment = text_at(r, "experiment");
    out->arm = text_at(r, "arm");
}

/* The chatbot's log has names of its own (docs/chatbots.md). */
static void read_chat(const reading *r, parry_fact *out)
{
    set_subject(r, "customer_id", &out->visitor);
    set_subject(r, "session_id", &out->session);
    out->text = text_at(r, "user_utterance");
    out->intent = text_at(r, "intent_detected");
    out->resolution = text_at(r, "resolution_status");
    out->probability = real_at(r, "confidence_score", -1);
    out->handover = json_is_true(json_object_get(r->j, "agent_handover_flag"));
    out->answered = parry_str_eqz(out->resolution, "answered") || parry_str_eqz(out->resolution, "offered");
}

/* What support staff ask to see why is no search of a customer's. */
static bool read_query(const reading *r, parry_fact *out)
{
    read_list(r, out);
    read_ranking(r, out);
    bool typed = parry_str_eqz(out->by, "suggest") || parry_str_eqz(out->by, "algolia");
    bool form = parry_str_eqz(out->by, "form");
    out->type = form ? PARRY_FACT_FORM_SUGGESTION_SHOWN : typed ? PARRY_FACT_SUGGEST : PARRY_FACT_SEARCH;
    out->query_id = out->id;
    return !parry_str_eqz(out->by, "explain");
}

static bool read_typed(const reading *r, parry_fact *out)
{
    const char *type = json_string_value(json_object_get(r->j, "type"));
    for (unsigned t = 0; type != NULL && t < PARRY_FACTS; t++) {
        if (strcmp(type, names[t]) != 0)
            continue;
        out->type = (parry_fact_type)t;
        read_event(r, out);
        if (out->type == PARRY_FACT_CHAT)
            read_chat(r, out);
        if (out->type == PARRY_FACT_ASSIGNED)
            read_assigned(r, out);
        if (out->type <= PARRY_FACT_SUGGEST && parry_uuid_none(out->query_id))
            out->query_id = out->id;
        return true;
    }
    return false;
}

bool parry_fact_read(const parry_ledger_record *rec, parry_arena *a, parry_fact *out)
{
    bool counts = false;
    *out = (parry_fact){.seq = rec->seq, .at_ms = rec->at_ms, .id = rec->id, .probability = -1, .dwell_ms = -1};
    if (rec->erased || (rec->kind != PARRY_LEDGER_QUERY && rec->kind != PARRY_LEDGER_EVENT))
        return false;
    json_t *j = json_loadb(rec->payload.p, rec->payload.n, 0, NULL);
    reading r = {j, a};
    if (json_is_object(j)) {
        read_common(&r, out);
        counts = rec->kind == PARRY_LEDGER_QUERY ? read_query(&r, out) : read_typed(&r, out);
    }
    json_decref(j);
    return counts;
}
