/* The packet as a document that goes along with a ticket, and what of it anybody may read. */
#include "desk/connectors/inner.h"

#include <stdlib.h>

static parry_str dumped(parry_arena *a, const json_t *j, size_t flags)
{
    char *text = json_dumps(j, flags);
    parry_str kept = parry_str_copy(a, parry_str_of(text));
    free(text);
    return kept;
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

json_t *parry_connector_packet(const parry_ticket *t)
{
    json_t *packet = json_copy((json_t *)(uintptr_t)t->packet);
    json_t *ticket = json_copy(json_object_get(packet, "ticket")), *names = json_array();
    const json_t *file;
    size_t i;
    json_array_foreach(json_object_get(ticket, "attachments"), i, file)
    {
        json_t *named = json_copy((json_t *)(uintptr_t)file);
        (void)json_object_del(named, "base64");
        (void)json_array_append_new(names, named);
    }
    (void)json_object_set_new(ticket, "attachments", names);
    (void)json_object_set_new(packet, "ticket", ticket);
    return packet;
}

parry_str parry_connector_document(parry_arena *a, const json_t *packet, bool indented)
{
    return dumped(a, packet, indented ? JSON_INDENT(2) : JSON_COMPACT);
}

size_t parry_connector_files(parry_arena *a, const parry_ticket *t, parry_attachment out[PARRY_CONNECTOR_FILES])
{
    json_t *packet = parry_connector_packet(t);
    size_t n = t->nattachments;
    memcpy(out, t->attachments, n * sizeof *out);
    out[n++] = (parry_attachment){parry_str_of(PARRY_TICKET_DOCUMENT), parry_str_of("application/json"),
                                  parry_connector_document(a, packet, true)};
    json_decref(packet);
    return n;
}

/* ---- what anybody may read --------------------------------------------------------------------------------------- */

static void keep(json_t *to, const json_t *from, const char *name)
{
    json_t *value = json_object_get(from, name);
    if (value != NULL)
        (void)json_object_set(to, name, value);
}

static void keep_all(json_t *to, const json_t *from, const char *const *names)
{
    for (; *names != NULL; names++)
        keep(to, from, *names);
}

/* One without a title is not for this audience, or no article at all: anything may stand in its id. */
static json_t *titled(const json_t *list)
{
    json_t *kept = json_array(), *j;
    size_t i;
    json_array_foreach(list, i, j)
    {
        if (parry_json_at(j, "title").n > 0)
            (void)json_array_append(kept, j);
    }
    return kept;
}

/* Without its words, and its id, by which the words are found. */
static json_t *public_search(const json_t *search, bool articles)
{
    static const char *const names[] = {"at", "probability", "answered", NULL};
    json_t *j = json_object();
    keep_all(j, search, names);
    if (articles) {
        (void)json_object_set_new(j, "shown", titled(json_object_get(search, "shown")));
        (void)json_object_set_new(j, "opened", titled(json_object_get(search, "opened")));
    }
    return j;
}

static json_t *public_journey(const json_t *journey, bool articles)
{
    json_t *j = json_object(), *searches = json_array();
    const json_t *search;
    size_t i;
    json_array_foreach(json_object_get(journey, "searches"), i, search)(void)
        json_array_append_new(searches, public_search(search, articles));
    (void)json_object_set_new(j, "searches", searches);
    if (articles)
        (void)json_object_set_new(j, "read", titled(json_object_get(journey, "read")));
    keep(j, journey, "seconds");
    return j;
}

static json_t *public_guess(const json_t *guess)
{
    static const char *const names[] = {"value", "probability", NULL};
    json_t *j = json_object();
    keep_all(j, guess, names);
    return j;
}

json_t *parry_connector_public_packet(const parry_ticket *t, bool articles)
{
    static const char *const names[] = {"version", "handoff_id", "reference", "created_at", "redactions",
                                        "locale",  "audience",   "channel",   "consent",    NULL};
    const json_t *suggested = json_object_get(t->packet, "suggested");
    const json_t *journey = json_object_get(t->packet, "journey");
    json_t *j = json_object(), *guesses = json_object();
    keep_all(j, t->packet, names);
    (void)json_object_set_new(guesses, "queue", public_guess(json_object_get(suggested, "queue")));
    (void)json_object_set_new(guesses, "priority", public_guess(json_object_get(suggested, "priority")));
    (void)json_object_set_new(j, "suggested", guesses);
    if (journey != NULL)
        (void)json_object_set_new(j, "journey", public_journey(journey, articles));
    return j;
}
