/* Alerting: a thread that judges the figures of deflection/alerts.h when an hour is over, and tells what it finds: the
 * ledger first, then the log, and the webhook through the desk's outbox. Where another process on the same DATA was
 * faster, that one told. Private to api/. */
#ifndef PARRY_API_DEFLECTION_ALERTING_H
#define PARRY_API_DEFLECTION_ALERTING_H

#include "api/app.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_alerting parry_alerting;

/* The app has a ledger and folding; adds readings. Before serving begins. */
PARRY_MUST parry_code parry_alerting_start(parry_app *app, parry_alerting **out, parry_err *err);
void parry_alerting_stop(parry_alerting *a); /* waits for what it is doing; before folding stops. NULL is fine */

/* {"as_of": ..., "figures": [...]} as it found them last, a new reference; before it ever looked: null and none. */
json_t *parry_alerting_found(parry_alerting *a);

#ifdef __cplusplus
}
#endif
#endif
