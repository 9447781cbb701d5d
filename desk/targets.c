/* From the outbox to a connector. */
#include "desk/targets.h"

static parry_fate send_ticket(void *ctx, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    const parry_desk_target *t = ctx;
    parry_arena *a = parry_arena_new();
    json_t *packet = NULL;
    parry_ticket ticket;
    parry_fate fate = PARRY_FATE_NEVER;
    if (parry_handoffs_open_packet(t->handoffs, item, a, &packet, &ticket, err) == PARRY_OK)
        fate = parry_connector_kind_of(t->connector)->send(t->connector, &ticket, out, err);
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
