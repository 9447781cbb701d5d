/* Small talk: greetings, thanks and farewells, which nothing is searched for, and asking for a person. By phrases in a
 * table, in the languages that it has (English, German, French, Spanish, Italian, Portuguese, Dutch, Polish); in others
 * nothing is small talk. Case, accents and punctuation do not count. Pure; any thread. */
#ifndef PARRY_API_SMALL_TALK_H
#define PARRY_API_SMALL_TALK_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_talk {
    PARRY_TALK_NEED, /* something that may be searched for */
    PARRY_TALK_GREETING,
    PARRY_TALK_THANKS, /* and "ok", "great" */
    PARRY_TALK_FAREWELL
} parry_talk;
const char *parry_talk_name(parry_talk t); /* "need", "greeting", "thanks", "farewell" */

typedef struct parry_small_talk {
    parry_talk talk; /* of the message without its greeting; GREETING where it is nothing else */
    parry_str rest;  /* slice of the message: without greetings before and thanks after; empty: small talk alone */
    bool person;     /* asks for a person */
} parry_small_talk;

/* Looks at the first PARRY_TALK_WORDS words only; a longer message is no small talk. */
enum { PARRY_TALK_WORDS = 64 };
parry_small_talk parry_small_talk_read(parry_str message);

#ifdef __cplusplus
}
#endif
#endif
