/* Meeting: a visitor comes to the ticket form while a hold-out runs (deflection/trial.h). Private to api/. */
#ifndef PARRY_API_DEFLECTION_MEETING_H
#define PARRY_API_DEFLECTION_MEETING_H

#include "api/app.h"
#include "deflection/trial.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The trial of the configuration into the app, if there is one. Once app->access is there: the salt comes from its
 * secret. */
void parry_meeting_open(parry_app *app);
void parry_meeting_close(parry_app *app);

/* Does one run, in which visitors are drawn? Pages then give a visitor a name. */
bool parry_meeting_runs(const parry_app *app);
/* Draws him, tells the ledger the first time, and says whether he sees no suggestions. Without a trial, or without a
 * name (empty), he sees them. Does not wait for the disk. */
bool parry_meet(parry_call *c, parry_str visitor);
/* The same of any trial. */
bool parry_meet_trial(parry_call *c, const parry_trial *t, parry_str visitor);

#ifdef __cplusplus
}
#endif
#endif
