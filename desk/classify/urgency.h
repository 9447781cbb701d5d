/* Urgency: what must never be missed because a model thought otherwise. A table of rules over the words of a ticket; a
 * rule says which priority it speaks for, and whether it may be overruled.
 *
 * Pure; any thread. */
#ifndef PARRY_DESK_URGENCY_H
#define PARRY_DESK_URGENCY_H

#include "desk/classify/features.h"
#include "desk/ticket.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A phrase: words in a row; "*" at a word's end: any ending; ".." between two words: up to 4 others may stand between
 * them; "a/b": either. */
typedef struct parry_urgency {
    const char *name; /* "account taken over" */
    parry_priority priority;
    bool must;                  /* never less than this; otherwise evidence among other evidence */
    const char *const *phrases; /* until NULL */
} parry_urgency;

const parry_urgency *parry_urgencies(size_t *n); /* gravest first */
/* The first that one of the text's phrases meets; NULL: none. */
const parry_urgency *parry_urgency_of(const parry_terms *words);
/* The same of one phrase. */
bool parry_phrase_in(const char *phrase, const parry_terms *words);

#ifdef __cplusplus
}
#endif
#endif
