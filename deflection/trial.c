/* The coin's record, and the units that were drawn, each once. */
#include "deflection/trial.h"

#include "base/slots.h"
#include "deflection/session.h"
#include "ledger/events.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

static unsigned window_of(const char *name) { return parry_window_of(parry_str_of(name)) % PARRY_WINDOWS; }

static double share_of(double percent) { return round(percent * 100) / PARRY_EXPERIMENT_PARTS; }

bool parry_trial_read(const parry_config *c, parry_trial *out)
{
    *out = (parry_trial){.plan = {.share = share_of(c->experiment.holdout),
                                  .base = c->experiment.base / 100,
                                  .treated = c->experiment.treated / 100,
                                  .units = (uint64_t)c->experiment.units},
                         .window = window_of(c->experiment.window)};
    (void)snprintf(out->name, sizeof out->name, "%s", c->experiment.name);
    return *c->experiment.name != 0;
}

bool parry_trial_read_ranking(const parry_config *c, parry_trial *out)
{
    *out = (parry_trial){.ranking = true,
                         .plan = {.share = 1 - share_of(c->ranking_test.share),
                                  .base = c->ranking_test.base / 100,
                                  .treated = c->ranking_test.treated / 100,
                                  .units = (uint64_t)c->ranking_test.units},
                         .window = window_of(c->ranking_test.window)};
    (void)snprintf(out->name, sizeof out->name, "%s", c->ranking_test.name);
    return *c->ranking_test.name != 0 && strcmp(c->ranking_test.kind, "ab") == 0;
}

/* ---- arms ---------------------------------------------------------------------------------------------------------
 */

static const char *const arms[2][2] = {{"treated", "holdout"}, {"challenger", "production"}};

const char *parry_trial_arm(const parry_trial *t, bool held) { return arms[t->ranking][held]; }

bool parry_trial_arm_held(parry_str arm) { return parry_str_eqz(arm, arms[0][1]) || parry_str_eqz(arm, arms[1][1]); }

parry_trial_draw parry_trial_draw_of(const parry_trial *t, parry_str visitor)
{
    static const char purpose[] = "unit:";
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state h;
    parry_trial_draw out;
    unsigned parts[] = {(unsigned)(t->plan.share * PARRY_EXPERIMENT_PARTS + 0.5)};
    crypto_auth_hmacsha256_init(&h, t->salt.b, sizeof t->salt.b);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)purpose, sizeof purpose - 1);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)visitor.p, visitor.n);
    crypto_auth_hmacsha256_final(&h, mac);
    memcpy(out.unit.b, mac, sizeof out.unit.b);
    out.held = parry_experiment_arm(parry_experiment_draw(&t->salt, visitor).part, parts, 1) == 0;
    return out;
}

parry_ledger_item parry_trial_record(const parry_trial *t, const parry_trial_draw *d, const parry_visitors *v,
                                     parry_str visitor, int64_t at_ms, parry_arena *a)
{
    char unit[2 * sizeof d->unit.b + 1];
    sodium_bin2hex(unit, sizeof unit, d->unit.b, sizeof d->unit.b);
    json_t *j = json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", parry_fact_name(PARRY_FACT_ASSIGNED), "at",
                          (json_int_t)at_ms, "experiment", t->name, "arm", parry_trial_arm(t, d->held), "unit", unit);
    parry_event_set_key(v, j, "visitor", PARRY_PSEUDONYM_VISITOR, at_ms, visitor);
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT};
    parry_event_set_about(j, &item);
    char *text = json_dumps(j, JSON_COMPACT);
    item.payload = parry_str_copy(a, parry_str_of(text));
    item.id = parry_uuid_v7(at_ms); /* one of the unit would tell of him after he was erased */
    free(text);
    json_decref(j);
    return item;
}

/* ---- counting ---------------------------------------------------------------------------------------------------- */

typedef struct unit {
    parry_ledger_subject id;
    int64_t at_ms, ticket_ms;
    uint32_t flags;
    bool potential;
} unit;

typedef struct counting {
    const parry_trial *t;
    parry_word experiment;
    int64_t as_of_ms, window_ms;
    unit *units;         /* in order of their assignment */
    size_t n, cap, most; /* most: behind the planned end nobody is counted */
    parry_slots slots;   /* by its id, which is a hash */
    bool too_many;
    uint64_t left_out;
} counting;

static uint64_t hash_of(const parry_ledger_subject *id)
{
    uint64_t h;
    memcpy(&h, id->b, sizeof h);
    return h;
}

static unit *unit_of(const counting *c, const parry_ledger_subject *id)
{
    size_t at;
    for (uint32_t i = parry_slots_first(&c->slots, hash_of(id), &at); i != PARRY_NO_SLOT;
         i = parry_slots_next(&c->slots, hash_of(id), &at)) {
        if (memcmp(&c->units[i].id, id, sizeof *id) == 0)
            return &c->units[i];
    }
    return NULL;
}

/* What is usually called deflected: content was seen, and no ticket came. */
static bool is_potential(const counting *c, const parry_unit_row *row)
{
    parry_session_row session = {.flags = row->flags, .seen_ms = row->seen_ms, .ticket_ms = row->ticket_ms};
    parry_session_as_of(&session, c->as_of_ms);
    unsigned o = session.outcome[c->t->window];
    return o == PARRY_OUTCOME_CONFIRMED || o == PARRY_OUTCOME_POTENTIAL;
}

static bool on_unit(void *ctx, const parry_unit_row *row)
{
    counting *c = ctx;
    if (row->experiment != c->experiment || row->flags & PARRY_SESSION_BOT)
        return true;
    unit *before = unit_of(c, &row->unit);
    if (before != NULL) { /* under another visitor key, a month later */
        before->ticket_ms = before->ticket_ms > 0 ? before->ticket_ms : row->ticket_ms;
        return true;
    }
    if (c->n == c->most)
        return true; /* a ticket of a unit before may still come, under another key */
    if (c->n == PARRY_TRIAL_UNITS_MAX) {
        c->too_many = true;
        return false;
    }
    if (c->n == c->cap) {
        c->cap = c->cap > 0 ? 2 * c->cap : 1024;
        c->units = parry_realloc(c->units, c->cap * sizeof *c->units);
    }
    parry_slots_add(&c->slots, hash_of(&row->unit), (uint32_t)c->n);
    c->units[c->n++] = (unit){row->unit, row->at_ms, row->ticket_ms, row->flags, is_potential(c, row)};
    return true;
}

static bool on_session(void *ctx, const parry_session_row *row)
{
    counting *c = ctx;
    bool meets = c->t->ranking ? row->searches > 0 : (row->flags & PARRY_SESSION_FORM) != 0;
    bool nameless = meets && !(row->flags & (PARRY_SESSION_VISITOR | PARRY_SESSION_BOT));
    c->left_out += nameless;
    return true;
}

static void add_up(const counting *c, parry_experiment_counts *out)
{
    out->left_out = c->left_out;
    for (size_t i = 0; i < c->n; i++) {
        const unit *u = &c->units[i];
        parry_arm_counts *arm = u->flags & PARRY_UNIT_HELD ? &out->holdout : &out->treated;
        bool ticket = u->ticket_ms > 0 && u->ticket_ms <= u->at_ms + c->window_ms;
        bool clicked = u->flags & PARRY_SESSION_FORM_CLICK;
        if (c->as_of_ms <= u->at_ms + c->window_ms) {
            out->open++;
            continue;
        }
        arm->units++;
        arm->tickets += ticket;
        arm->clicked += clicked;
        arm->clicked_tickets += clicked && ticket;
        arm->potential += u->potential;
    }
}

parry_code parry_trial_count(const parry_trial *t, parry_rows *rows, int64_t from_ms, int64_t until_ms,
                             parry_experiment_counts *out, parry_err *err)
{
    uint64_t planned = parry_trial_plan_units(&t->plan);
    counting c = {.t = t,
                  .experiment = parry_word_of(parry_str_of(t->name)),
                  .as_of_ms = parry_rows_get_state(rows).as_of_ms,
                  .most = planned > 0 && planned < SIZE_MAX ? (size_t)planned : SIZE_MAX,
                  .window_ms = parry_windows_ms[t->window]};
    *out = (parry_experiment_counts){.open = 0};
    parry_code code = parry_rows_units(rows, from_ms, until_ms, on_unit, &c, err);
    if (code == PARRY_OK && c.too_many)
        code = parry_fail(err, PARRY_TOO_LARGE, "more than %d visitors: narrow the days", PARRY_TRIAL_UNITS_MAX);
    if (code == PARRY_OK && c.n > 0)
        code = parry_rows_sessions(rows, c.units[0].at_ms - PARRY_SESSION_GAP_MS, until_ms, on_session, &c, err);
    if (code == PARRY_OK)
        add_up(&c, out);
    out->ended = t->ended_ms > 0 && t->ended_ms < until_ms && out->open == 0;
    free(c.units);
    parry_slots_free(&c.slots);
    return code;
}
