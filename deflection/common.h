/* Common: which texts so many distinct visitors wrote that showing one says nothing about any of them (k-anonymity). A
 * text counts where PARRY_COMMON_VISITORS visitors wrote it within one period of their keys (30 days;
 * ledger/visitor.h): over two periods one visitor would be two. Sessions are no visitors: one person may have many.
 * Case and blanks at the ends do not tell texts apart (collapse.h).
 *
 * It is made from the whole ledger, in memory (about 32 bytes a text, at most PARRY_COMMON_TEXTS of them: what comes
 * after is not common), and kept up with it. Any thread. */
#ifndef PARRY_DEFLECTION_COMMON_H
#define PARRY_DEFLECTION_COMMON_H

#include "ledger/ledger.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_COMMON_VISITORS = 5, PARRY_COMMON_TEXTS = 3000000 };

typedef struct parry_common parry_common;

parry_common *parry_common_new(parry_ledger *l); /* of nothing yet; the ledger is borrowed */
void parry_common_free(parry_common *c);         /* NULL is fine */
/* Takes in what the ledger has by now; where something was erased since, all of it anew. */
PARRY_MUST parry_code parry_common_update(parry_common *c, parry_err *err);
bool parry_common_has(parry_common *c, parry_str text);

/* Takes every text out of a payload that is not common, in place: "name": null, and the names under "withheld". What is
 * no text of somebody's (kinds, ids, keys, numbers) stays. */
void parry_common_withhold(parry_common *c, json_t *payload);

#ifdef __cplusplus
}
#endif
#endif
