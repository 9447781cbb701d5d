/* Told: what the ledger, and so the report, hears of a hand-off. Private to api/. */
#ifndef PARRY_API_DESK_TOLD_H
#define PARRY_API_DESK_TOLD_H

#include "api/app.h"
#include "desk/handoff.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ticket_created, under the hand-off's own id, so that it counts once. Does not wait for the disk. */
void parry_handoff_tell(parry_app *app, const parry_handoff *h);
/* The same for those that were accepted last and that the ledger does not have: the process that accepted them died
 * before the ledger's next commit. Once, before serving begins. */
void parry_handoffs_tell_again(parry_app *app);

#ifdef __cplusplus
}
#endif
#endif
