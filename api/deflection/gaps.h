/* Gaps as they were made last (deflection/gap_report.h). Making them reads a month and searches for each, some seconds
 * where much is asked; so what was made is kept for ten minutes, as long as the same articles are served. Private to
 * api/. */
#ifndef PARRY_API_DEFLECTION_GAPS_H
#define PARRY_API_DEFLECTION_GAPS_H

#include "api/app.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_gap_shelf parry_gap_shelf;
parry_gap_shelf *parry_gap_shelf_new(void);
void parry_gap_shelf_free(parry_gap_shelf *s); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
