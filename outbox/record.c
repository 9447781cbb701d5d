/* An item as JSON; numbers are ms and counts, and what is empty is left out. */
#include "outbox/inner.h"

#include <jansson.h>
#include <stdlib.h>

const char *parry_outbox_state_name(parry_outbox_state s)
{
    static const char *const names[] = {"waiting", "sending", "delivered", "dead"};
    return (size_t)s < sizeof names / sizeof *names ? names[s] : "unknown";
}

/* ---- out --------------------------------------------------------------------------------------------------------- */

static void set_text(json_t *j, const char *name, parry_str s)
{
    if (s.n > 0)
        json_object_set_new(j, name, json_stringn(s.p, s.n));
}

static void set_number(json_t *j, const char *name, int64_t n)
{
    if (n != 0)
        json_object_set_new(j, name, json_integer(n));
}

void parry_outbox_write(const parry_outbox_record *r, parry_buf *out)
{
    const parry_outbox_item *i = &r->item;
    json_t *j = json_object();
    set_text(j, "target", i->target);
    set_text(j, "key", i->key);
    set_number(j, "state", (int64_t)i->state);
    set_number(j, "attempts", i->attempts);
    set_number(j, "unsure", i->unsure);
    set_number(j, "heard", i->heard);
    set_number(j, "created", i->created_ms);
    set_number(j, "changed", i->changed_ms);
    set_number(j, "due", i->due_ms);
    set_number(j, "delivered", i->delivered_ms);
    set_text(j, "error", i->error);
    set_text(j, "remote_id", parry_str_of(i->receipt.remote_id));
    set_text(j, "remote_url", parry_str_of(i->receipt.remote_url));
    set_text(j, "status", parry_str_of(i->receipt.status));
    set_number(j, "ended", i->receipt.ended);
    set_number(j, "looks", r->looks);
    set_number(j, "look", r->look_ms);
    set_number(j, "erased", r->erased);
    set_number(j, "orphan", r->orphan);
    char *text = json_dumps(j, JSON_COMPACT);
    parry_buf_addz(out, text);
    free(text);
    json_decref(j);
}

/* ---- in ---------------------------------------------------------------------------------------------------------- */

static parry_str get_text(const json_t *j, const char *name, parry_arena *a)
{
    const json_t *v = json_object_get(j, name);
    parry_str s = {json_string_value(v), json_string_length(v)};
    return s.n > 0 ? parry_str_copy(a, s) : parry_str_of("");
}

static int64_t get_number(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }

static void get_fixed(const json_t *j, const char *name, char out[PARRY_OUTBOX_REMOTE_MAX])
{
    const char *text = json_string_value(json_object_get(j, name));
    (void)snprintf(out, PARRY_OUTBOX_REMOTE_MAX, "%s", text != NULL ? text : "");
}

parry_code parry_outbox_read(parry_str value, uint64_t id, parry_arena *a, parry_outbox_record *out, parry_err *err)
{
    json_t *j = json_loadb(value.p, value.n, 0, NULL);
    int64_t state = get_number(j, "state");
    if (!json_is_object(j) || state < 0 || state > PARRY_OUTBOX_DEAD) {
        json_decref(j);
        return parry_fail(err, PARRY_CORRUPT, "item %llu of the outbox is damaged", (unsigned long long)id);
    }
    *out = (parry_outbox_record){.looks = (unsigned)get_number(j, "looks"),
                                 .look_ms = get_number(j, "look"),
                                 .erased = get_number(j, "erased") != 0,
                                 .orphan = get_number(j, "orphan") != 0};
    out->item = (parry_outbox_item){.id = id,
                                    .target = get_text(j, "target", a),
                                    .key = get_text(j, "key", a),
                                    .state = (parry_outbox_state)state,
                                    .attempts = (unsigned)get_number(j, "attempts"),
                                    .unsure = get_number(j, "unsure") != 0,
                                    .heard = (unsigned)get_number(j, "heard"),
                                    .created_ms = get_number(j, "created"),
                                    .changed_ms = get_number(j, "changed"),
                                    .due_ms = get_number(j, "due"),
                                    .delivered_ms = get_number(j, "delivered"),
                                    .error = get_text(j, "error", a)};
    get_fixed(j, "remote_id", out->item.receipt.remote_id);
    get_fixed(j, "remote_url", out->item.receipt.remote_url);
    get_fixed(j, "status", out->item.receipt.status);
    out->item.receipt.ended = get_number(j, "ended") != 0;
    json_decref(j);
    return PARRY_OK;
}
