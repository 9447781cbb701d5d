/* Steady: what of a query holds while its last word is still being typed. Private to engine/.
 *
 * "where is my re" may become refund, return or receipt. Ranked by guesses, each letter takes the letter before's
 * answer back. So the finished words are asked for, and the unfinished one as soon as one word stands out among those
 * that begin so; then it is asked for as if it were finished, and what is first changes once a word instead of once a
 * letter. What is asked for stays the same for many letters, so that what it means can be kept. */
#ifndef PARRY_ENGINE_STEADY_H
#define PARRY_ENGINE_STEADY_H

#include "engine/understand.h"

enum { PARRY_STEADY_LETTERS = 4 }; /* code points typed before anything is asked for */
/* Of the most that evidence can add up to, the part by which another article must be better to take the first place. */
#define PARRY_HELD_SHARE 0.10

typedef struct parry_steady {
    parry_str text; /* to be asked for, its last word closed by a space; empty: nothing holds yet */
    bool settled;   /* it is the query as typed, and no word of it is open */
} parry_steady;

/* Only a word that an article which may be seen holds is taken as the end of a beginning. */
PARRY_MUST parry_code parry_steady_text(const parry_view *v, parry_str typed, parry_steady *out, parry_err *err);

#endif
