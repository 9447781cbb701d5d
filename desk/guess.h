/* Guesses: queue and priority of what somebody wrote, and how they stand in a packet. There are two of them: a first
 * one by words alone, a tenth of a millisecond, and the best one, which asks the encoder for the meaning as well: 2 to
 * 30 ms of one core, by length. So a ticket is accepted with the first, and goes out with the best (desk/targets.c).
 *
 * Threads: any; the encoder is asked by one at a time. */
#ifndef PARRY_DESK_GUESS_H
#define PARRY_DESK_GUESS_H

#include "desk/classify/classify.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_guesser parry_guesser;

/* With the classifier of a folder of data (desk/classify/train.h), by its first use. encoder: NULL: words alone;
 * borrowed. */
parry_guesser *parry_guesser_new(const char *data, const parry_encoder *encoder);
void parry_guesser_free(parry_guesser *g); /* NULL is fine */
/* The classifier is there from now on, which any other call sees to as well: a second or two where it must be trained.
 */
PARRY_MUST parry_code parry_guesser_warm(parry_guesser *g, parry_err *err);

/* Is a team's own classifier there, and could not be used, so that the shipped one guesses? The log has why. False
 * before it is warm. */
bool parry_guesser_fell_back(const parry_guesser *g);

/* subject may be empty; one that Parry made of the description is not counted twice. */
PARRY_MUST parry_code parry_guess_first(parry_guesser *g, parry_str subject, parry_str description, parry_guess *out,
                                        parry_err *err);
PARRY_MUST parry_code parry_guess_best(parry_guesser *g, parry_str subject, parry_str description, parry_guess *out,
                                       parry_err *err);
/* Is the best one another than the first? */
PARRY_MUST parry_code parry_guesser_has_better(parry_guesser *g, bool *better, parry_err *err);

/* {"value": ..., "probability": p}; null below 0: it was chosen, not guessed. */
json_t *parry_guess_json(const char *value, double probability);
/* {"subject": ..., "queue": {...}, "priority": {..., "rule": ...}}: what a packet suggests. */
json_t *parry_guess_suggested(const parry_guess *k, parry_str subject);

#ifdef __cplusplus
}
#endif
#endif
