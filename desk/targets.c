/* From the outbox to a connector. */
#include "desk/targets.h"

#include "base/json.h"
#include "base/log.h"

/* ---- guesses ----------------------------------------------------------------------------------------------------- */

static parry_code better(const parry_desk_target *t, const parry_ticket *ticket, parry_arena *a, parry_handoff *r,
                         parry_err *err)
{
    parry_guess g;
    parry_err why = {0};
    if (parry_guess_best(t->guesser, ticket->subject, ticket->description, &g, &why) == PARRY_OK)
        return parry_handoffs_guessed(t->handoffs, r->id, &g, a, r, err);
    parry_log_err("classifier", &why); /* a ticket with its first guess is better than none */
    return PARRY_OK;
}

/* What the record has goes into the packet, beside what was chosen. */
static void put_guess(const parry_handoff *r, json_t *suggested)
{
    json_t *priority = parry_guess_json(parry_priority_name(r->priority), r->priority_probability);
    if (r->rule.n > 0)
        json_object_set_new(priority, "rule", parry_json_text(r->rule));
    if (r->queue_probability >= 0)
        json_object_set_new(suggested, "queue", parry_guess_json(parry_queue_name(r->queue), r->queue_probability));
    if (r->priority_probability >= 0)
        json_object_set(suggested, "priority", priority);
    json_decref(priority);
}

/* Before the first delivery the guess is made well, and kept: whatever dies meanwhile, nothing went out with another
 * one. NOT_FOUND: it was erased, and goes nowhere. */
static parry_code complete(const parry_desk_target *t, parry_arena *a, json_t *packet, parry_ticket *ticket,
                           parry_err *err)
{
    parry_handoff r;
    parry_uuid id;
    parry_code code =
        parry_uuid_parse(ticket->id, &id) ? parry_handoffs_get(t->handoffs, id, a, &r, NULL) : PARRY_INVALID;
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, code, "the hand-off was erased since");
    if (code != PARRY_OK)
        return PARRY_OK;
    code = r.first ? better(t, ticket, a, &r, err) : PARRY_OK;
    put_guess(&r, json_object_get(packet, "suggested"));
    ticket->queue = r.queue;
    ticket->priority = r.priority;
    ticket->queue_probability = r.queue_probability;
    ticket->priority_probability = r.priority_probability;
    ticket->rule = r.rule;
    return code;
}

/* ---- the outbox's ------------------------------------------------------------------------------------------------ */

static parry_fate send_ticket(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    const parry_desk_target *t = ctx;
    parry_arena *a = parry_arena_new();
    json_t *packet = NULL;
    parry_ticket ticket;
    parry_fate fate = PARRY_FATE_NEVER;
    if (parry_handoffs_open_packet(t->handoffs, item, a, &packet, &ticket, err) == PARRY_OK) {
        fate = PARRY_FATE_LATER;
        if (complete(t, a, packet, &ticket, err) == PARRY_OK)
            fate = parry_connector_kind_of(t->connector)->send(t->connector, &ticket, out, err);
    }
    json_decref(packet);
    parry_arena_free(a);
    return fate;
}

static parry_fate look_for(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    const parry_desk_target *t = ctx;
    return parry_connector_kind_of(t->connector)->look(t->connector, item, out, err);
}

parry_target parry_target_of(parry_desk_target *ctx)
{
    parry_target t = parry_connector_target(ctx->connector);
    t.send = send_ticket;
    t.look = parry_connector_kind_of(ctx->connector)->look != NULL ? look_for : NULL;
    t.ctx = ctx;
    return t;
}
