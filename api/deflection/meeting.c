/* Told once: the ledger knows the record again by its id for 8 days; after that a second one changes nothing, since the
 * first counts. */
#include "api/deflection/meeting.h"

#include "access/access.h"
#include "access/secret.h"
#include "api/query_log.h"
#include "base/clock.h"

#include <stdlib.h>

void parry_meeting_open(parry_app *app)
{
    parry_trial t;
    parry_secret salt;
    char purpose[PARRY_TRIAL_NAME_MAX + 32];
    if (app->access == NULL || app->ledger == NULL || !parry_trial_read(app->config, &t))
        return;
    (void)snprintf(purpose, sizeof purpose, "experiment %s", t.name);
    parry_access_derive(app->access, purpose, &salt);
    memcpy(t.salt.b, salt.b, sizeof t.salt.b);
    app->trial = parry_malloc(sizeof *app->trial);
    *app->trial = t;
}

void parry_meeting_close(parry_app *app)
{
    free(app->trial);
    app->trial = NULL;
}

bool parry_meeting_runs(const parry_app *app) { return app->trial != NULL && app->trial->plan.share > 0; }

bool parry_meet(parry_call *c, parry_str visitor)
{
    return parry_meeting_runs(c->app) && visitor.n > 0 && parry_meet_trial(c, c->app->trial, visitor);
}

bool parry_meet_trial(parry_call *c, const parry_trial *t, parry_str visitor)
{
    uint64_t seq;
    parry_trial_draw draw = parry_trial_draw_of(t, visitor);
    parry_ledger_item item =
        parry_trial_record(t, &draw, c->app->visitors, visitor, parry_clock_now_ms(parry_clock_system()), c->arena);
    if (parry_ledger_find(c->app->ledger, item.id, &seq, NULL) == PARRY_NOT_FOUND &&
        parry_call_append(c, &item, 1, NULL, NULL) != PARRY_OK)
        atomic_fetch_add(&c->app->queries_dropped, 1);
    return draw.held;
}
