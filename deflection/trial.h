/* Trial: the hold-out that is running. A visitor who comes to the ticket form is drawn into one of its two arms, and
 * the ledger is told once; in the hold-out he is shown no suggestions there. What he is called for the coin is an HMAC
 * of his own name under the trial's salt: it stays the same over the trial's life, while visitor keys change every 30
 * days (ledger/visitor.h). A trial's name is its identity: another name is another salt, and another trial.
 *
 * The ledger is told the plan when a trial begins, and goes by that one for good; and when it ends: once as many were
 * drawn as were planned. Then nobody new is drawn, and who was is treated as before until his window is over. So a
 * report on it can be made of the ledger alone, at any time. */
#ifndef PARRY_DEFLECTION_TRIAL_H
#define PARRY_DEFLECTION_TRIAL_H

#include "base/config.h"
#include "deflection/experiment.h"
#include "deflection/store.h"
#include "ledger/visitor.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_TRIAL_NAME_MAX = 60, PARRY_TRIAL_UNITS_MAX = 4000000 };

typedef struct parry_trial {
    bool ranking; /* two rankings: the held out get production's, the treated the challenger's; else the hold-out */
    char name[PARRY_TRIAL_NAME_MAX + 1];
    parry_hash salt;            /* secret: who knows it can tell who is in which arm */
    parry_trial_plan plan;      /* share above 0; units 0: as many as its difference needs */
    unsigned window;            /* of parry_windows_ms */
    int64_t began_ms, ended_ms; /* 0: not, or not yet */
} parry_trial;

/* The one that the configuration names (experiment.*), but for its salt. false: there is none. */
bool parry_trial_read(const parry_config *c, parry_trial *out);
/* The same of the A/B test of rankings (ranking_test.*). */
bool parry_trial_read_ranking(const parry_config *c, parry_trial *out);
/* "holdout", "production": which of a trial's two arms it is, and whether it is the one without the treatment. */
const char *parry_trial_arm(const parry_trial *t, bool held);
bool parry_trial_arm_held(parry_str arm);

typedef struct parry_trial_draw {
    parry_ledger_subject unit;
    bool held;
} parry_trial_draw;

/* visitor: as the client calls him; not empty. Any thread. */
parry_trial_draw parry_trial_draw_of(const parry_trial *t, parry_str visitor);
/* The record that says so ("assigned"), in the arena, found under his unit (parry_ledger_about). */
parry_ledger_item parry_trial_record(const parry_trial *t, const parry_trial_draw *d, const parry_visitors *v,
                                     parry_str visitor, int64_t at_ms, parry_arena *a);

/* ---- what the ledger was told (trial_told.c) --------------------------------------------------------------------- */

enum { PARRY_TRIALS_MAX = 500 }; /* what comes after is not known of */

typedef struct parry_trial_list { /* in the order they began, without their salts */
    parry_trial *list;
    size_t n;
} parry_trial_list;
/* By the records up to that one. */
PARRY_MUST parry_code parry_trial_list_read(parry_ledger *l, uint64_t until_seq, parry_trial_list *out, parry_err *err);
void parry_trial_list_free(parry_trial_list *t);
const parry_trial *parry_trial_list_find(const parry_trial_list *t, parry_str name); /* empty: the newest hold-out */

/* Durable when they return. Told again, they change nothing. */
PARRY_MUST parry_code parry_trial_begin(parry_ledger *l, const parry_trial *t, parry_err *err);
PARRY_MUST parry_code parry_trial_end(parry_ledger *l, const parry_trial *t, uint64_t units, parry_err *err);
bool parry_trial_same_plan(const parry_trial *a, const parry_trial *b);

/* ---- counting ---------------------------------------------------------------------------------------------------- */

/* Who was drawn in the days [from_ms, until_ms), the first plan.units of them, and what became of them as of the view's
 * moment. Fails: TOO_LARGE (more than PARRY_TRIAL_UNITS_MAX). */
PARRY_MUST parry_code parry_trial_count(const parry_trial *t, parry_rows *rows, int64_t from_ms, int64_t until_ms,
                                        parry_experiment_counts *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
