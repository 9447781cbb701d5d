/* Targets: connectors as the outbox sees them. A payload is opened, read as a ticket, its first guess made a better
 * one, and handed to its connector. */
#ifndef PARRY_DESK_TARGETS_H
#define PARRY_DESK_TARGETS_H

#include "desk/connector.h"
#include "desk/guess.h"
#include "desk/handoff.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_desk_target { /* what a target's ctx points to */
    parry_handoffs *handoffs;
    parry_guesser *guesser;
    parry_connector *connector;
} parry_desk_target;

/* ctx is borrowed for as long as the outbox delivers. */
parry_target parry_target_of(parry_desk_target *ctx);

#ifdef __cplusplus
}
#endif
#endif
