/* Typing: how one text of a search relates to the text after it: typed on, shortened, corrected, or another one. Pure;
 * any thread. */
#ifndef PARRY_DEFLECTION_TYPING_H
#define PARRY_DEFLECTION_TYPING_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_TYPING_MAX = 256 }; /* characters that are compared; what is longer counts as its beginning */

/* A text as it is compared: folded (parry_collapse_fold), taken apart (so Hangul grows by its letters, and é by its
 * accent), each redacted token ("[email]") one character of its own. */
typedef struct parry_typing {
    size_t n;
    uint32_t c[PARRY_TYPING_MAX];
} parry_typing;
#define PARRY_TYPING_REDACTED 0xE000u /* what a redacted token is, whatever its kind */

void parry_typing_of(parry_arena *a, parry_str text, parry_typing *out);

typedef enum parry_typing_step {
    PARRY_TYPING_SAME,
    PARRY_TYPING_GROWN,     /* the first is the beginning of the second */
    PARRY_TYPING_SHRUNK,    /* the second is the beginning of the first */
    PARRY_TYPING_CORRECTED, /* a slip put right; what an input method chose; a number that was redacted once whole */
    PARRY_TYPING_EDITED,    /* one place in it was changed */
    PARRY_TYPING_PICKED,    /* the second has all words of the first, whose last may be begun only */
    PARRY_TYPING_OTHER
} parry_typing_step;
parry_typing_step parry_typing_compare(const parry_typing *from, const parry_typing *to);

/* Keystrokes from one to the other; many deletions count as few (a key held down, a word marked). */
size_t parry_typing_keys(const parry_typing *from, const parry_typing *to);

/* `to` begins as `from` does, but for a few letters at the end of it that were put right. */
bool parry_typing_mended(const parry_typing *from, const parry_typing *to);

/* whole: with `part` as its beginning. The cut goes through a word. */
bool parry_typing_mid_word(const parry_typing *whole, const parry_typing *part);

#ifdef __cplusplus
}
#endif
#endif
