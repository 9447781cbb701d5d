/* The record of a hand-off, as JSON. */
#include "desk/handoff_inner.h"

#include "base/hash.h"
#include "base/json.h"

void parry_reference_of(parry_uuid id, char out[PARRY_REFERENCE_TEXT])
{
    static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    parry_hash h = parry_hash_of(id.b, sizeof id.b);
    for (size_t i = 0, k = 0; i < PARRY_REFERENCE_TEXT - 1; i++)
        out[i] = i == 4 ? '-' : letters[h.b[k++] % 32];
    out[PARRY_REFERENCE_TEXT - 1] = 0;
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static json_t *target_json(const parry_handoff_target *t)
{
    return json_pack("{s:o, s:I, s:i, s:s, s:s, s:s, s:b}", "name", parry_json_text(t->name), "item",
                     (json_int_t)t->item, "state", (int)t->state, "remote_id", t->receipt.remote_id, "remote_url",
                     t->receipt.remote_url, "status", t->receipt.status, "ended", t->receipt.ended);
}

json_t *parry_handoff_json(const parry_handoff *h)
{
    json_t *targets = json_array(), *j = json_object();
    for (size_t i = 0; i < h->ntargets; i++)
        json_array_append_new(targets, target_json(&h->targets[i]));
    json_object_set_new(j, "created", json_integer(h->created_ms));
    json_object_set_new(j, "queue", json_string(parry_queue_name(h->queue)));
    json_object_set_new(j, "queue_p", json_real(h->queue_probability));
    json_object_set_new(j, "priority", json_string(parry_priority_name(h->priority)));
    json_object_set_new(j, "priority_p", json_real(h->priority_probability));
    json_object_set_new(j, "rule", parry_json_text(h->rule));
    json_object_set_new(j, "first", json_boolean(h->first));
    json_object_set_new(j, "locale", parry_json_text(h->locale));
    json_object_set_new(j, "audience", parry_json_text(h->audience));
    json_object_set_new(j, "channel", parry_json_text(h->channel));
    json_object_set_new(j, "visitor", parry_json_text(h->visitor));
    json_object_set_new(j, "session", parry_json_text(h->session));
    json_object_set_new(j, "contact", parry_json_text(h->contact));
    json_object_set_new(j, "survey", json_integer(h->survey));
    json_object_set_new(j, "survey_at", json_integer(h->survey_ms));
    if (h->survey_nth > 0) {
        json_object_set_new(j, "survey_nth", json_integer(h->survey_nth));
        json_object_set_new(j, "survey_hash", parry_json_text(h->survey_hash));
    }
    json_object_set_new(j, "targets", targets);
    return j;
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static parry_str text_at(const json_t *j, const char *name, parry_arena *a)
{
    return parry_str_copy(a, parry_json_at(j, name));
}

static void read_fixed(const json_t *j, const char *name, char out[PARRY_OUTBOX_REMOTE_MAX])
{
    const char *z = json_string_value(json_object_get(j, name));
    (void)snprintf(out, PARRY_OUTBOX_REMOTE_MAX, "%s", z != NULL ? z : "");
}

static int64_t number_at(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }

static void read_targets(const json_t *list, parry_arena *a, parry_handoff *out)
{
    const json_t *j;
    size_t i;
    json_array_foreach(list, i, j)
    {
        if (out->ntargets == PARRY_HANDOFF_TARGETS)
            return;
        parry_handoff_target *t = &out->targets[out->ntargets++];
        t->name = text_at(j, "name", a);
        t->item = (uint64_t)number_at(j, "item");
        t->state = (parry_outbox_state)number_at(j, "state");
        t->receipt.ended = json_is_true(json_object_get(j, "ended"));
        read_fixed(j, "remote_id", t->receipt.remote_id);
        read_fixed(j, "remote_url", t->receipt.remote_url);
        read_fixed(j, "status", t->receipt.status);
    }
}

parry_code parry_handoff_read(parry_str value, parry_uuid id, parry_arena *a, parry_handoff *out, parry_err *err)
{
    json_t *j = json_loadb(value.p, value.n, 0, NULL);
    char reference[PARRY_REFERENCE_TEXT];
    parry_handoff h = {.id = id, .created_ms = number_at(j, "created"), .survey_ms = number_at(j, "survey_at")};
    bool fine = parry_queue_parse(text_at(j, "queue", a), &h.queue) &&
                parry_priority_parse(text_at(j, "priority", a), &h.priority);
    parry_reference_of(id, reference);
    h.reference = parry_str_copy(a, parry_str_of(reference));
    h.queue_probability = json_number_value(json_object_get(j, "queue_p"));
    h.priority_probability = json_number_value(json_object_get(j, "priority_p"));
    h.rule = text_at(j, "rule", a);
    h.first = json_is_true(json_object_get(j, "first"));
    h.locale = text_at(j, "locale", a);
    h.audience = text_at(j, "audience", a);
    h.channel = text_at(j, "channel", a);
    h.visitor = text_at(j, "visitor", a);
    h.session = text_at(j, "session", a);
    h.contact = text_at(j, "contact", a);
    h.survey = (int)number_at(j, "survey");
    h.survey_nth = (unsigned)number_at(j, "survey_nth");
    h.survey_hash = text_at(j, "survey_hash", a);
    read_targets(json_object_get(j, "targets"), a, &h);
    json_decref(j);
    if (!fine)
        return parry_fail(err, PARRY_CORRUPT, "the record of a hand-off is damaged, or of a later version");
    *out = h;
    return PARRY_OK;
}
