/* A hand-off as an event of the ledger. */
#include "api/desk/told.h"

#include "api/observe/vitals.h"
#include "api/query_log.h"
#include "base/clock.h"
#include "base/log.h"
#include "desk/desk.h"

#include <stdlib.h>

/* The ledger's commits are far closer together; and it knows an id again for 8 days (ledger/ledger.h). */
static const int64_t untold_ms = 60 * 1000, known_ms = (int64_t)7 * 86400 * 1000;

static json_t *event_of(const parry_handoff *h)
{
    char id[PARRY_UUID_TEXT];
    parry_uuid_text(h->id, id);
    json_t *j = json_pack("{s:s, s:I, s:o, s:s, s:o, s:o}", "type", "ticket_created", "at", (json_int_t)h->created_ms,
                          "ticket", parry_json_text(h->reference), "handoff", id, "audience",
                          parry_json_text(h->audience), "channel", parry_json_text(h->channel));
    if (h->visitor.n > 0)
        json_object_set_new(j, "visitor", parry_json_text(h->visitor));
    if (h->session.n > 0)
        json_object_set_new(j, "session", parry_json_text(h->session));
    if (h->contact.n > 0)
        json_object_set_new(j, "contact", parry_json_text(h->contact));
    return j;
}

void parry_handoff_tell(parry_app *app, const parry_handoff *h)
{
    if (app->ledger == NULL)
        return;
    json_t *j = event_of(h);
    char *text = json_dumps(j, JSON_COMPACT);
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT, .id = h->id, .payload = parry_str_of(text)};
    parry_event_set_about(j, &item);
    if (!parry_disk_spare(app) || parry_ledger_append(app->ledger, &item, 1, NULL, NULL) != PARRY_OK)
        atomic_fetch_add(&app->queries_dropped, 1);
    free(text);
    json_decref(j);
}

typedef struct telling {
    parry_app *app;
    int64_t now_ms;
    size_t n;
} telling;

static parry_code tell_missing(void *ctx, const parry_handoff *h, parry_err *err)
{
    telling *x = ctx;
    uint64_t seq;
    if (h->created_ms < x->now_ms - known_ms)
        return PARRY_OK;
    parry_code code = parry_ledger_find(x->app->ledger, h->id, &seq, NULL);
    if (code != PARRY_NOT_FOUND)
        return code == PARRY_OK ? code : parry_fail(err, code, "the ledger cannot be asked for a hand-off");
    parry_handoff_tell(x->app, h);
    x->n++;
    return PARRY_OK;
}

void parry_handoffs_tell_again(parry_app *app)
{
    telling x = {app, parry_clock_now_ms(parry_clock_system()), 0};
    parry_err err = {0};
    if (app->ledger == NULL)
        return;
    if (parry_handoffs_newest(parry_desk_handoffs(app->desk), untold_ms, tell_missing, &x, &err) != PARRY_OK)
        parry_log_err("desk", &err);
    if (x.n > 0)
        parry_log(PARRY_INFO, "desk", "msg=\"told the ledger of tickets that it had not heard of\" n=%zu", x.n);
}
