/* Packets read back as tickets, and a journey as text. */
#include "desk/ticket.h"

#include "base/clock.h"
#include "base/json.h"

#include <sodium.h>

/* ---- names ------------------------------------------------------------------------------------------------------- */

static const char *const queues[PARRY_QUEUES] = {"Login", "Orders", "Deliveries", "Payments", "Refunds"};
static const char *const priorities[PARRY_PRIORITIES] = {"low", "medium", "high", "critical"};
static const char *const channels[PARRY_CHANNELS] = {"", "form", "email", "phone", "chat", "agent", "api"};

const char *parry_queue_name(parry_queue q) { return (size_t)q < PARRY_QUEUES ? queues[q] : "unknown"; }
const char *parry_priority_name(parry_priority p) { return (size_t)p < PARRY_PRIORITIES ? priorities[p] : "unknown"; }
const char *parry_channel_name(parry_channel c) { return (size_t)c < PARRY_CHANNELS ? channels[c] : ""; }

static bool named(parry_str name, const char *const *names, size_t n, size_t *out)
{
    for (size_t i = 0; i < n; i++) {
        if (parry_str_eqz(name, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

bool parry_queue_parse(parry_str name, parry_queue *out)
{
    size_t at;
    bool found = named(name, queues, PARRY_QUEUES, &at);
    if (found)
        *out = (parry_queue)at;
    return found;
}

bool parry_priority_parse(parry_str name, parry_priority *out)
{
    size_t at;
    bool found = named(name, priorities, PARRY_PRIORITIES, &at);
    if (found)
        *out = (parry_priority)at;
    return found;
}

bool parry_channel_parse(parry_str name, parry_channel *out)
{
    size_t at;
    bool found = named(name, channels, PARRY_CHANNELS, &at) && at != PARRY_CHANNEL_UNKNOWN;
    if (found)
        *out = (parry_channel)at;
    return found;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static double chosen(const json_t *suggested, const char *name, parry_str *value)
{
    const json_t *s = json_object_get(suggested, name), *p = json_object_get(s, "probability");
    *value = parry_json_at(s, "value");
    return json_is_number(p) ? json_number_value(p) : -1;
}

static bool read_attachment(parry_arena *a, const json_t *j, parry_attachment *out)
{
    parry_str coded = parry_json_at(j, "base64");
    unsigned char *bytes = parry_arena_alloc(a, coded.n + 1);
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(bytes, coded.n + 1, coded.p, coded.n, NULL, &n, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != coded.p + coded.n)
        return false;
    *out =
        (parry_attachment){parry_json_at(j, "name"), parry_json_at(j, "type"), parry_str_make((const char *)bytes, n)};
    return true;
}

static bool read_attachments(parry_arena *a, const json_t *list, parry_ticket *out)
{
    const json_t *j;
    size_t i;
    json_array_foreach(list, i, j)
    {
        if (i == PARRY_TICKET_ATTACHMENTS || !read_attachment(a, j, &out->attachments[i]))
            return false;
        out->nattachments = i + 1;
    }
    return true;
}

static parry_code damaged(parry_err *err)
{
    return parry_fail(err, PARRY_CORRUPT, "a hand-off packet is damaged, or of a later version");
}

parry_code parry_ticket_read_head(const json_t *packet, parry_ticket *out, parry_err *err)
{
    const json_t *t = json_object_get(packet, "ticket"), *who = json_object_get(packet, "requester");
    const json_t *suggested = json_object_get(packet, "suggested");
    parry_str queue, priority;
    parry_ticket k = {.id = parry_json_at(packet, "handoff_id"),
                      .subject = parry_json_at(t, "subject"),
                      .description = parry_json_at(t, "description"),
                      .name = parry_json_at(who, "name"),
                      .email = parry_json_at(who, "email"),
                      .locale = parry_json_at(packet, "locale"),
                      .audience = parry_json_at(packet, "audience"),
                      .rule = parry_json_at(json_object_get(suggested, "priority"), "rule"),
                      .follow_url = parry_json_at(packet, "follow_url"),
                      .packet = packet};
    (void)parry_channel_parse(parry_json_at(packet, "channel"), &k.channel);
    k.queue_probability = chosen(suggested, "queue", &queue);
    k.priority_probability = chosen(suggested, "priority", &priority);
    bool fine = k.id.n > 0 && k.subject.n > 0 &&
                parry_time_parse(parry_json_at(packet, "created_at"), &k.created_ms, NULL) &&
                parry_queue_parse(queue, &k.queue) && parry_priority_parse(priority, &k.priority);
    if (!fine)
        return damaged(err);
    *out = k;
    return PARRY_OK;
}

parry_code parry_ticket_read(parry_arena *a, const json_t *packet, parry_ticket *out, parry_err *err)
{
    parry_ticket k;
    parry_code code = parry_ticket_read_head(packet, &k, err);
    if (code != PARRY_OK)
        return code;
    if (!read_attachments(a, json_object_get(json_object_get(packet, "ticket"), "attachments"), &k))
        return damaged(err);
    *out = k;
    return PARRY_OK;
}

/* ---- what an agent reads ----------------------------------------------------------------------------------------- */

static void add_articles(parry_buf *out, const char *what, const json_t *list)
{
    const json_t *j;
    size_t i;
    json_array_foreach(list, i, j)
    {
        parry_str title = parry_json_at(j, "title"), id = parry_json_at(j, "id");
        int64_t dwell = json_integer_value(json_object_get(j, "dwell_ms"));
        parry_buf_printf(out, "    %s: %.*s", what, PARRY_FMT(title.n > 0 ? title : id));
        if (dwell > 0)
            parry_buf_printf(out, " (%lld s)", (long long)((dwell + 500) / 1000));
        parry_buf_addc(out, '\n');
    }
}

static void add_search(parry_buf *out, const json_t *j)
{
    const json_t *p = json_object_get(j, "probability");
    parry_buf_printf(out, "- searched for \"%.*s\"", PARRY_FMT(parry_json_at(j, "text")));
    if (json_is_number(p))
        parry_buf_printf(out, ", answered with probability %.2f", json_number_value(p));
    if (json_array_size(json_object_get(j, "shown")) == 0)
        parry_buf_addz(out, ", nothing found");
    else if (json_is_false(json_object_get(j, "answered")))
        parry_buf_addz(out, ", no confident answer");
    parry_buf_addc(out, '\n');
    add_articles(out, "opened", json_object_get(j, "opened"));
}

static void add_turn(parry_buf *out, const json_t *j)
{
    parry_buf_printf(out, "- %.*s: %.*s\n", PARRY_FMT(parry_json_at(j, "role")), PARRY_FMT(parry_json_at(j, "text")));
}

static void add_list(parry_buf *out, const char *title, const json_t *list, void (*add)(parry_buf *, const json_t *))
{
    const json_t *j;
    size_t i;
    if (json_array_size(list) > 0)
        parry_buf_printf(out, "%s\n", title);
    json_array_foreach(list, i, j) add(out, j);
}

void parry_ticket_journey_text(const parry_ticket *t, parry_buf *out)
{
    const json_t *journey = json_object_get(t->packet, "journey");
    add_list(out, "Before this ticket:", json_object_get(journey, "searches"), add_search);
    if (json_array_size(json_object_get(journey, "read")) > 0) {
        parry_buf_addz(out, "Read:\n");
        add_articles(out, "read", json_object_get(journey, "read"));
    }
    add_list(out, "Said to the assistant:", json_object_get(journey, "said"), add_turn);
}
