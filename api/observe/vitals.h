/* Vitals: the parts of the server that can work less well than they should. /ready names those that do, and why;
 * /metrics says the same in numbers. A module with such a part adds it, and readings of what it counts
 * (parry_metrics_gauge), before serving begins. Private to api/. */
#ifndef PARRY_API_VITALS_H
#define PARRY_API_VITALS_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The app's own parts (meaning, index, refresh, store, disk, ledger, trace) and readings. Once its members are there.
 */
void parry_vitals_open(parry_app *app);
/* At most PARRY_VITALS; the name is static. */
void parry_vital_add(parry_app *app, parry_vital part);
/* {"meaning": "no model: ..."}: parts that are degraded, and why, for people; a new reference. */
json_t *parry_vitals_json(const parry_app *app);

/* Is there more free on the disk of DATA than limits.disk_reserve_mb, or can that not be known? Any thread. */
bool parry_disk_spare(const parry_app *app);

#ifdef __cplusplus
}
#endif
#endif
