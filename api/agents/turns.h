/* Turns: the last messages of a conversation as what to search for.
 *
 *     1. Messages of the customer with nothing of the other side between are one need (a burst), unless half an hour
 *        lies between them. Small talk is left out; a last burst of nothing else is no need.
 *     2. Two readings: the newest need alone, and the newest said twice with the two before it after it, which gives
 * its words more weight (engine/understand.h). Both are searched; the likelier answer wins (docs/chatbots.md says what
 * was measured).
 *     3. What is too long is cut at a word: of the newest the end is dropped, of the others what is oldest.
 *
 * Pure; strings live in the arena or are slices of the turns. */
#ifndef PARRY_API_TURNS_H
#define PARRY_API_TURNS_H

#include "api/agents/small_talk.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_TURNS_MAX = 50, PARRY_TURN_MAX_CHARS = 4000, PARRY_BURST_MS = 30 * 60 * 1000 };

typedef struct parry_turn {
    parry_str text;
    bool user;     /* of the customer; else of the bot or an agent */
    int64_t at_ms; /* Unix ms; 0: not known */
} parry_turn;

typedef struct parry_need {
    parry_str newest; /* empty: there is nothing to search for */
    parry_str whole;  /* with what was said before; empty: nothing was */
    parry_talk talk;  /* of the last burst: NEED where there is something to search for */
    bool person;      /* the last burst asks for a person */
} parry_need;

/* turns: oldest first. most: bytes of either reading, at least 16. */
void parry_turns_read(parry_arena *a, const parry_turn *turns, size_t n, size_t most, parry_need *out);

#ifdef __cplusplus
}
#endif
#endif
