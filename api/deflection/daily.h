/* Daily: once a day what is older than it may be kept is erased, and the ledger's head is signed
 * (deflection/keeping.h). A thread of its own, which waits for the disk. Whether it is due stands in the ledger: a
 * server that was restarted, or a second one, does it no more often. */
#ifndef PARRY_API_DAILY_H
#define PARRY_API_DAILY_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_daily parry_daily;

/* The app, borrowed, has a ledger and access. Fails: UNAVAILABLE (no thread). */
PARRY_MUST parry_code parry_daily_start(parry_app *app, parry_daily **out, parry_err *err);
void parry_daily_stop(parry_daily *d); /* waits for what it is doing; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
