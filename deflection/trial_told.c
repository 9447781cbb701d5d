/* What the ledger was told of experiments: records of its audit, under a name of their own in its table of whom records
 * are about. The plan that a report goes by is the one that its experiment began with. */
#include "deflection/trial.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdlib.h>

#define BEGAN "experiment.began"
#define ENDED "experiment.ended"
enum { RECORDS = 2 * PARRY_TRIALS_MAX };

/* No visitor's key: these are of random bytes. */
static parry_ledger_subject own_subject(void)
{
    parry_ledger_subject s = {{0}};
    static const char name[] = "parry: experiments";
    parry_hash h = parry_hash_of(name, sizeof name - 1);
    memcpy(s.b, h.b, sizeof s.b);
    return s;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static double number_at(const json_t *j, const char *name) { return json_number_value(json_object_get(j, name)); }

static bool read_plan(const json_t *j, parry_trial *out)
{
    parry_str name = parry_json_at(j, "name");
    *out = (parry_trial){.ranking = json_is_true(json_object_get(j, "ranking")),
                         .plan = {.share = number_at(j, "share"),
                                  .base = number_at(j, "base"),
                                  .treated = number_at(j, "treated"),
                                  .units = (uint64_t)number_at(j, "units")}};
    if (name.n == 0 || name.n > PARRY_TRIAL_NAME_MAX || !(out->plan.share > 0 && out->plan.share < 1))
        return false;
    memcpy(out->name, name.p, name.n);
    out->window = parry_window_of(parry_json_at(j, "window"));
    return out->window < PARRY_WINDOWS;
}

static parry_trial *find(const parry_trial_list *t, parry_str name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (parry_str_eqz(name, t->list[i].name))
            return &t->list[i];
    }
    return NULL;
}

static void take(const parry_ledger_record *r, parry_trial_list *out)
{
    json_t *j = json_loadb(r->payload.p, r->payload.n, 0, NULL), *said = json_object_get(j, "experiment");
    parry_trial one, *there = find(out, parry_json_at(said, "name"));
    if (there != NULL && there->ended_ms == 0 && parry_str_eqz(parry_json_at(j, "action"), ENDED)) {
        there->ended_ms = r->at_ms;
    } else if (there == NULL && out->n < PARRY_TRIALS_MAX && parry_str_eqz(parry_json_at(j, "action"), BEGAN) &&
               read_plan(said, &one)) {
        one.began_ms = r->at_ms;
        out->list[out->n++] = one;
    }
    json_decref(j);
}

parry_code parry_trial_list_read(parry_ledger *l, uint64_t until_seq, parry_trial_list *out, parry_err *err)
{
    size_t n = 0;
    parry_arena *a = parry_arena_new();
    parry_ledger_record *records = PARRY_ARRAY(a, parry_ledger_record, RECORDS);
    parry_code code = parry_ledger_about(l, own_subject(), 1, a, records, RECORDS, &n, err);
    if (code == PARRY_OK) {
        *out = (parry_trial_list){.list = parry_calloc(PARRY_TRIALS_MAX, sizeof(parry_trial))};
        for (size_t i = 0; i < n && records[i].seq <= until_seq; i++)
            take(&records[i], out);
    }
    parry_arena_free(a);
    return code;
}

void parry_trial_list_free(parry_trial_list *t)
{
    free(t->list);
    *t = (parry_trial_list){.n = 0};
}

const parry_trial *parry_trial_list_find(const parry_trial_list *t, parry_str name)
{
    if (name.n > 0)
        return find(t, name);
    for (size_t i = t->n; i > 0; i--) {
        if (!t->list[i - 1].ranking)
            return &t->list[i - 1];
    }
    return NULL;
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static parry_code tell(parry_ledger *l, const char *action, const parry_trial *t, json_t *said, parry_err *err)
{
    parry_ledger_ticket *ticket = NULL;
    parry_hasher h;
    json_t *j = json_pack("{s:s, s:s, s:o, s:b, s:o}", "action", action, "actor", "parry", "target",
                          json_sprintf("experiment:%s", t->name), "ok", 1, "experiment", said);
    char *text = json_dumps(j, JSON_COMPACT);
    parry_hasher_start(&h);
    parry_hasher_adds(&h, parry_str_of(action));
    parry_hasher_adds(&h, parry_str_of(t->name));
    const parry_ledger_item item = {.kind = PARRY_LEDGER_AUDIT,
                                    .id = parry_uuid_of(parry_hasher_end(&h).b),
                                    .payload = parry_str_of(text),
                                    .about = {own_subject()}};
    parry_code code = parry_ledger_append(l, &item, 1, &ticket, err);
    if (code == PARRY_OK)
        code = parry_ledger_wait(l, ticket, err);
    parry_ledger_release(l, ticket);
    free(text);
    json_decref(j);
    return code;
}

parry_code parry_trial_begin(parry_ledger *l, const parry_trial *t, parry_err *err)
{
    json_t *plan = json_pack("{s:s, s:b, s:f, s:f, s:f, s:I, s:s}", "name", t->name, "ranking", (int)t->ranking,
                             "share", t->plan.share, "base", t->plan.base, "treated", t->plan.treated, "units",
                             (json_int_t)t->plan.units, "window", parry_windows[t->window]);
    return tell(l, BEGAN, t, plan, err);
}

parry_code parry_trial_end(parry_ledger *l, const parry_trial *t, uint64_t units, parry_err *err)
{
    return tell(l, ENDED, t, json_pack("{s:s, s:I}", "name", t->name, "units", (json_int_t)units), err);
}

static bool near(double a, double b) { return a > b ? a - b < 1e-9 : b - a < 1e-9; }

bool parry_trial_same_plan(const parry_trial *a, const parry_trial *b)
{
    return near(a->plan.share, b->plan.share) && near(a->plan.base, b->plan.base) &&
           near(a->plan.treated, b->plan.treated) && a->plan.units == b->plan.units && a->window == b->window;
}
