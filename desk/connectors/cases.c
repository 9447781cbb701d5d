/* The built-in case store as a kind. What it does is told by whoever opened the store. */
#include "desk/connectors/inner.h"

static const parry_connector_key keys[] = {{NULL, PARRY_SETTING_TEXT, NULL, NULL}};

static parry_fate not_open(parry_err *err)
{
    (void)parry_fail(err, PARRY_UNAVAILABLE, "the case store is not open");
    return PARRY_FATE_LATER;
}

static parry_fate cases_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    return c->store.send != NULL ? c->store.send(c->store.ctx, t, out, err) : not_open(err);
}

static parry_fate cases_look(parry_connector *c, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    return c->store.look != NULL ? c->store.look(c->store.ctx, item->key, out, err) : not_open(err);
}

static parry_code cases_test(parry_connector *c, parry_err *err)
{
    (void)c, (void)err;
    return PARRY_OK;
}

const parry_connector_kind parry_kind_cases = {.name = "cases",
                                               .help = "The built-in case store. It needs no settings, and is always "
                                                       "there, under the name `cases`.",
                                               .keys = keys,
                                               .once = PARRY_ONCE_KEY,
                                               .send = cases_send,
                                               .look = cases_look,
                                               .test = cases_test};
