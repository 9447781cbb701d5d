/* Experiment: who sees what, by a coin that always falls the same, and what may be said of it afterwards.
 *
 * The hold-out (docs/deflection.md): at the ticket form a share of the visitors sees no suggestions. Everything else
 * about the two groups is the same but for luck, and luck can be counted: the difference of their tickets is what the
 * suggestions did. Rankings are compared the same way. Pure; any thread. */
#ifndef PARRY_DEFLECTION_EXPERIMENT_H
#define PARRY_DEFLECTION_EXPERIMENT_H

#include "base/hash.h"
#include "deflection/anytime.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the coin -----------------------------------------------------------------------------------------------------
 */

enum { PARRY_EXPERIMENT_PARTS = 10000 };

typedef struct parry_draw {
    unsigned part; /* 0 to PARRY_EXPERIMENT_PARTS - 1 */
    uint64_t seed; /* for further coins of this unit; tells nothing of part */
} parry_draw;

/* HMAC-SHA256 of the unit (a visitor key, a query_id) under the experiment's salt, which never changes while it lives:
 * bytes 0 to 7 modulo 10^4, and bytes 8 to 15; both big-endian. */
parry_draw parry_experiment_draw(const parry_hash *salt, parry_str unit);
/* parts[i]: how many of 10^4 arm i gets; together at most 10^4. Returns n for a unit that is in none. */
size_t parry_experiment_arm(unsigned part, const unsigned *parts, size_t n);

/* ---- what may be said ---------------------------------------------------------------------------------------------
 */

typedef struct parry_arm_counts {
    uint64_t units;           /* assigned to it, whatever they saw, whose window W has passed */
    uint64_t tickets;         /* of these: at least one ticket in W */
    uint64_t clicked;         /* of units: opened a suggestion. Hold-out: 0 */
    uint64_t clicked_tickets; /* of clicked: at least one ticket in W */
    uint64_t potential;       /* of units: what is usually called deflected (rows.h: confirmed or potential) */
} parry_arm_counts;

typedef struct parry_experiment_counts { /* no bots; each unit once, in the order of its assignment */
    parry_arm_counts holdout, treated;
    uint64_t left_out; /* came without a stable id, so no arm can be told */
    uint64_t open;     /* assigned, but the window has not passed */
    bool ended;        /* as was planned; a few of the units may have turned out to be bots since, or were erased */
} parry_experiment_counts;

typedef enum parry_effect_status {
    PARRY_EFFECT_OK,         /* the planned end: the difference, with Newcombe's interval */
    PARRY_EFFECT_EARLY,      /* before it: an interval that holds at any look, and no difference */
    PARRY_EFFECT_NOT_ENOUGH, /* fewer than PARRY_EFFECT_LEAST units in an arm */
    PARRY_EFFECT_SRM,        /* the arms are not of the sizes they must be: something is broken, no number is right */
    PARRY_EFFECT_OFF,        /* no plan: nobody is held out */
    PARRY_EFFECT_STATUSES
} parry_effect_status;
const char *parry_effect_status_name(parry_effect_status s); /* "not_enough_data" */
enum { PARRY_EFFECT_LEAST = 100 };
extern const double parry_effect_srm_p; /* 0.001: less blocks */

typedef enum parry_derived_status { /* of what follows from the difference */
                                    PARRY_DERIVED_OK,
                                    PARRY_DERIVED_NO_DIFFERENCE, /* there is none to derive it from: see the effect's
                                                                    status */
                                    PARRY_DERIVED_FEW_CLICKS,    /* too few opened a suggestion to say anything of those
                                                                    who do */
                                    PARRY_DERIVED_NO_EFFECT,     /* the difference may be 0 or less: a ratio to it means
                                                                    nothing */
                                    PARRY_DERIVED_STATUSES
} parry_derived_status;
const char *parry_derived_status_name(parry_derived_status s); /* "no_effect" */

typedef struct parry_derived {
    parry_derived_status status;
    double value; /* this and the interval only where it is OK */
    parry_interval interval;
} parry_derived;

typedef struct parry_effect {
    parry_effect_status status;
    parry_trial_plan plan;
    parry_experiment_counts counts;
    double difference;        /* OK only: tickets per unit, hold-out less treated: above 0 is deflection */
    parry_interval interval;  /* of it, 95 %: OK Newcombe's, EARLY the always-valid one */
    double srm_p;             /* whatever the status */
    double detectable;        /* by as many units as there are now; */
    double detectable_at_end; /* and at the planned end: 80 % power, from the hold-out's rate or the planned one */
    bool detected, detected_at_end; /* false: not even a fall to 0 would be found */
    bool past_end;                  /* more units than planned: hand in the first ones only (see below) */
    parry_derived avoided;          /* tickets, among the treated */
    parry_derived per_clicker; /* CACE: of those who open a suggestion when they are shown, how many fewer tickets */
    parry_derived inflation;   /* potential rate of the treated / difference */
} parry_effect;

/* The planned end: plan.units, or as many as the plan's difference needs (parry_sample_size), and at least as many as
 * bring PARRY_EFFECT_LEAST into each arm. 0: there is no plan (nobody is held out; or neither units nor a difference is
 * said). */
uint64_t parry_trial_plan_units(const parry_trial_plan *plan);

/* No plan: OFF. Once the planned number of units is reached, hand in the first so many by time of assignment, for good:
 * an end that moves is a look that was not planned. And always from the first unit on: an interval that holds at every
 * look does not hold for a beginning that somebody picked.
 *
 * CACE is the Wald estimate (Imbens and Angrist 1994): nobody of the hold-out can click, and the suggestions are taken
 * to do nothing for who opens none. Its interval is Anderson and Rubin's (1949), here Fieller's. The inflation's
 * interval divides the ends of both, so it is rather too wide. */
parry_effect parry_effect_of(const parry_trial_plan *plan, const parry_experiment_counts *counts);
/* Tickets that the effect avoided among so many treated units, which need not be the counted ones. */
parry_derived parry_effect_avoided(const parry_effect *e, uint64_t treated);
/* For reports and the API; a new reference. What may not be said is null, with the status that says why. */
json_t *parry_effect_json(const parry_effect *e);

#ifdef __cplusplus
}
#endif
#endif
