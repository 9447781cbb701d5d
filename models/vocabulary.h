/* A vocabulary: pieces of words to their ids, from a file with one piece a line (the line number is the id). Pieces
 * that continue a word are written "##ing" in the file and kept apart from those that start one.
 *
 * Immutable once open: any number of threads. */
#ifndef PARRY_MODELS_VOCABULARY_H
#define PARRY_MODELS_VOCABULARY_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_vocabulary parry_vocabulary;

/* Fails: NOT_FOUND, TOO_LARGE (over 64 MB), CORRUPT (no piece at all). Of a piece that stands twice the last line
 * counts. */
PARRY_MUST parry_code parry_vocabulary_open(const char *path, parry_vocabulary **out, parry_err *err);
void parry_vocabulary_close(parry_vocabulary *v); /* NULL is fine */

/* The id of a piece as the file writes it ("[CLS]", "##ing"), or -1. */
int32_t parry_vocabulary_id(const parry_vocabulary *v, parry_str piece);
/* The longest piece that `rest` begins with: its id, and its length in bytes in *n; -1 where there is none. `inside`:
 * rest continues a word. */
int32_t parry_vocabulary_longest(const parry_vocabulary *v, parry_str rest, bool inside, size_t *n);
size_t parry_vocabulary_count(const parry_vocabulary *v); /* lines */

#ifdef __cplusplus
}
#endif
#endif
