/* Bots: programs that search and click as people do. They are marked where the ledger is counted, never dropped; a
 * report says how many there were. Two rules, both open: what a program calls itself (seen where requests come in, and
 * not kept), and what no person does (bots.c has the numbers; docs/deflection.md says what each rests on). Pure; any
 * thread. */
#ifndef PARRY_DEFLECTION_BOTS_H
#define PARRY_DEFLECTION_BOTS_H

#include "deflection/fact.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a User-Agent says that it is a crawler, a monitor or a driven browser. An empty one says nothing, and neither
 * does a library for HTTP: a shop's own server asks for people. further: more names of them (config events.bots),
 * separated by spaces; case does not matter. */
bool parry_bots_declared(parry_str user_agent, parry_str further);

typedef enum parry_bots_sign {
    PARRY_BOTS_NONE,
    PARRY_BOTS_SAID,     /* its sender is known as one */
    PARRY_BOTS_RATE,     /* more unrelated searches, or articles opened, in a minute than can be read */
    PARRY_BOTS_NUMBER,   /* more of them in a day */
    PARRY_BOTS_REGULAR,  /* by a timer */
    PARRY_BOTS_NO_DWELL, /* opens much, reads nothing */
    PARRY_BOTS_LIST,     /* searches in the order of the alphabet */
} parry_bots_sign;
const char *parry_bots_name(parry_bots_sign s); /* "rate" */

/* facts: of one person, in order of time. Letters typed count as the search they grow into. Linear in the bytes of the
 * texts. */
parry_bots_sign parry_bots_sign_of(const parry_fact *facts, size_t n);
bool parry_bots_like(const parry_fact *facts, size_t n); /* any sign */

#ifdef __cplusplus
}
#endif
#endif
