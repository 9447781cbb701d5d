/* Sentences of a text, for passages when indexing and for snippets when showing. Any thread. */
#ifndef PARRY_ENGINE_SENTENCES_H
#define PARRY_ENGINE_SENTENCES_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

bool parry_is_space(unsigned cp); /* white space of Unicode */
/* One past the sentence that begins at byte `from` of a block (text without newlines): at . ! ? and their kin before
 * white space, at the full stops of Chinese and Japanese anywhere; not after abbreviations, initials and "1.", nor
 * before a lower-case word. Thai and the like have no full stops: there a block is a sentence. */
size_t parry_sentence_end(parry_str block, size_t from);

typedef struct parry_sentence {
    uint32_t start, end; /* bytes of the text, without white space around */
} parry_sentence;
/* All of a text, into the arena; a newline ends one too. text: under 4 GiB. */
parry_sentence *parry_sentences(parry_arena *a, parry_str text, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
