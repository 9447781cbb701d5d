/* Told once: the ledger finds the record under the unit. Two that come at once change nothing, since the first counts.
 */
#include "api/deflection/meeting.h"

#include "access/access.h"
#include "access/secret.h"
#include "api/query_log.h"
#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>

/* The plan that it began with holds, whatever is configured by now; the ledger is told it the first time. */
static parry_code begin(parry_app *app, parry_meeting *m, parry_err *err)
{
    parry_trial_list all = {.n = 0};
    parry_trial *t = &m->trial;
    parry_code code = parry_trial_list_read(app->ledger, UINT64_MAX, &all, err);
    if (code != PARRY_OK)
        return code;
    const parry_trial *before = parry_trial_list_find(&all, parry_str_of(t->name));
    if (before == NULL)
        code = t->plan.share > 0 && t->plan.share < 1 ? parry_trial_begin(app->ledger, t, err) : PARRY_OK;
    else if (before->ranking != t->ranking)
        code = parry_fail(err, PARRY_INVALID, "%s.name: %s was the name of another kind of experiment: choose another",
                          t->ranking ? "ranking_test" : "experiment", t->name);
    else if (t->plan.share > 0 && !parry_trial_same_plan(before, t))
        parry_log(PARRY_WARN, "experiment",
                  "name=%s why=\"the plan it began with holds: another plan is another %s.name\"", parry_logq(t->name),
                  t->ranking ? "ranking_test" : "experiment");
    if (code == PARRY_OK && before != NULL) {
        atomic_store(&m->ended_ms, before->ended_ms);
        t->plan = t->plan.share > 0 ? before->plan : t->plan; /* 0: nobody is drawn any more */
        t->window = before->window;
    }
    parry_trial_list_free(&all);
    return code;
}

static parry_code open_one(parry_app *app, const parry_trial *t, parry_meeting **out, parry_err *err)
{
    parry_secret salt;
    char purpose[PARRY_TRIAL_NAME_MAX + 32];
    parry_meeting *m = parry_calloc(1, sizeof *m);
    m->trial = *t;
    (void)snprintf(purpose, sizeof purpose, "%s %s", t->ranking ? "ranking test" : "experiment", t->name);
    parry_access_derive(app->access, purpose, &salt);
    memcpy(m->trial.salt.b, salt.b, sizeof m->trial.salt.b);
    parry_code code = begin(app, m, err);
    atomic_store(&m->units, parry_trial_plan_units(&m->trial.plan)); /* until they are counted */
    *out = m;
    return code;
}

parry_code parry_meetings_open(parry_app *app, parry_err *err)
{
    parry_trial t;
    parry_code code = PARRY_OK;
    if (app->access == NULL || app->ledger == NULL || app->follow != NULL)
        return code;
    if (parry_trial_read(app->config, &t))
        code = open_one(app, &t, &app->holdout, err);
    if (code == PARRY_OK && parry_trial_read_ranking(app->config, &t))
        code = open_one(app, &t, &app->ranking_trial, err);
    return code;
}

void parry_meetings_close(parry_app *app)
{
    free(app->holdout);
    free(app->ranking_trial);
    app->holdout = app->ranking_trial = NULL;
}

/* ---- its end ------------------------------------------------------------------------------------------------------
 */

/* Who was drawn is treated as he was until the last window is over: else the hold-out would see suggestions within it.
 */
bool parry_meeting_runs(const parry_meeting *m)
{
    if (m == NULL || m->trial.plan.share <= 0 || m->trial.plan.share >= 1)
        return false;
    int64_t ended_ms = atomic_load(&m->ended_ms);
    return ended_ms == 0 || parry_clock_now_ms(parry_clock_system()) <= ended_ms + parry_windows_ms[m->trial.window];
}

static parry_code look(parry_app *app, parry_meeting *m, parry_rows *rows, parry_err *err)
{
    parry_experiment_counts c;
    uint64_t planned = m != NULL ? parry_trial_plan_units(&m->trial.plan) : 0;
    uint64_t had = m != NULL ? atomic_load(&m->units) : 0;
    if (planned == 0 || had < planned || atomic_load(&m->ended_ms) > 0)
        return PARRY_OK;
    parry_code code = parry_trial_count(&m->trial, rows, 0, INT64_MAX, &c, err);
    if (code != PARRY_OK)
        return code;
    uint64_t units = c.holdout.units + c.treated.units + c.open;
    atomic_fetch_sub(&m->units, had - units); /* those that came meanwhile stay in */
    if (units < planned)
        return PARRY_OK;
    code = parry_trial_end(app->ledger, &m->trial, units, err);
    if (code != PARRY_OK)
        return code;
    atomic_store(&m->ended_ms, parry_clock_now_ms(parry_clock_system()));
    parry_log(PARRY_INFO, "experiment", "name=%s state=ended units=%llu", parry_logq(m->trial.name),
              (unsigned long long)units);
    return PARRY_OK;
}

parry_code parry_meetings_look(parry_app *app, parry_rows *rows, parry_err *err)
{
    parry_code code = look(app, app->holdout, rows, err);
    return code == PARRY_OK ? look(app, app->ranking_trial, rows, err) : code;
}

/* ---- a visitor ----------------------------------------------------------------------------------------------------
 */

parry_met parry_meet(parry_call *c, parry_meeting *m, parry_str visitor)
{
    uint64_t seq;
    size_t n = 0;
    if (!parry_meeting_runs(m) || visitor.n == 0)
        return PARRY_MET_NOT;
    parry_trial_draw draw = parry_trial_draw_of(&m->trial, visitor);
    parry_met met = draw.held ? PARRY_MET_HELD : PARRY_MET_TREATED;
    parry_ledger_item item = parry_trial_record(&m->trial, &draw, c->app->visitors, visitor,
                                                parry_clock_now_ms(parry_clock_system()), c->arena);
    if (parry_ledger_about_numbers(c->app->ledger, draw.unit, 0, &seq, 1, &n, NULL) != PARRY_OK || n > 0)
        return met;
    if (atomic_load(&m->ended_ms) > 0)
        return PARRY_MET_NOT;
    if (parry_call_append(c, &item, 1, NULL, NULL) == PARRY_OK)
        atomic_fetch_add(&m->units, 1);
    else
        atomic_fetch_add(&c->app->queries_dropped, 1);
    return met;
}
