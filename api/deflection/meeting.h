/* Meeting: visitors meet an experiment, the hold-out at the ticket form or the A/B test of rankings
 * (deflection/trial.h), and are drawn. Private to api/. */
#ifndef PARRY_API_DEFLECTION_MEETING_H
#define PARRY_API_DEFLECTION_MEETING_H

#include "api/app.h"
#include "deflection/trial.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_meeting {
    parry_trial trial;
    atomic_llong ended_ms; /* 0: it has not */
    atomic_ullong units;   /* that it has at most by now */
} parry_meeting;

/* The trials of the configuration into the app, if there are any, with the plans that they began with. None on a
 * replica: nobody counts there, so none would end, and its arms are of another secret. Once app->access is there: salts
 * come from its secret. Fails: INVALID (a name that was another kind's), and as the ledger. */
PARRY_MUST parry_code parry_meetings_open(parry_app *app, parry_err *err);
void parry_meetings_close(parry_app *app);

/* Ends those of which the rows have as many units as were planned. Counts only where so many may have come: call it
 * after each fold. */
PARRY_MUST parry_code parry_meetings_look(parry_app *app, parry_rows *rows, parry_err *err);

/* Does it run, or the windows of one that ended? NULL does not. Pages then give a visitor a name. */
bool parry_meeting_runs(const parry_meeting *m);

typedef enum parry_met {
    PARRY_MET_NOT, /* it does not run, he has no name, or he comes first after its end */
    PARRY_MET_HELD,
    PARRY_MET_TREATED
} parry_met;
/* Draws him, and tells the ledger the first time. m may be NULL. Does not wait for the disk. */
parry_met parry_meet(parry_call *c, parry_meeting *m, parry_str visitor);

#ifdef __cplusplus
}
#endif
#endif
