/* Folding: a thread of low priority that keeps the rows of deflection (deflection/store.h) up with the ledger. Private
 * to api/. */
#ifndef PARRY_API_DEFLECTION_FOLDING_H
#define PARRY_API_DEFLECTION_FOLDING_H

#include "api/app.h"
#include "deflection/store.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_folding parry_folding;

/* Opens DATA/deflection and starts; the app's reading and part "deflection". Before serving begins. */
PARRY_MUST parry_code parry_folding_start(parry_app *app, parry_folding **out, parry_err *err);
void parry_folding_stop(parry_folding *f); /* NULL is fine; before the ledger is closed */

/* Takes in what came since, for a report that is to be of now: waits where much did. */
PARRY_MUST parry_code parry_folding_now(parry_folding *f, parry_err *err);
parry_deflection *parry_folding_rows(parry_folding *f); /* borrowed */

/* As parry_erased_fn of an app: the rows of whose records were erased, made again. */
PARRY_MUST parry_code parry_folding_again(void *app, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
