/* How BERT's uncased text clean-up sees a code point: the rules of Hugging Face's BertNormalizer and BertPreTokenizer
 * (tokenizers 0.10 to 0.21), which every published vector of such a model was made with.
 *
 * Their category tables are those of Unicode 8.0 and stay so, while libunistring moves on: bert_text.c lists the code
 * points where the two differ, so that an upgrade of the library cannot change a vector. */
#ifndef PARRY_MODELS_BERT_TEXT_H
#define PARRY_MODELS_BERT_TEXT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_bert_class {
    PARRY_BERT_LETTER, /* part of a word: whatever is none of the others, unassigned code points too */
    PARRY_BERT_DROP,   /* control, format, private use, U+FFFD: as if it were not there */
    PARRY_BERT_SPACE,
    PARRY_BERT_MARK,        /* Mn: dropped once the text is decomposed */
    PARRY_BERT_PUNCTUATION, /* a word of its own */
    PARRY_BERT_IDEOGRAPH,   /* a word of its own */
} parry_bert_class;

parry_bert_class parry_bert_class_of(unsigned cp);

/* The full canonical decomposition (NFD) of one code point, not yet reordered; returns how many, 1 for itself. */
enum { PARRY_BERT_DECOMPOSED = 8 };
size_t parry_bert_decompose(unsigned cp, unsigned out[PARRY_BERT_DECOMPOSED]);
unsigned parry_bert_lower(unsigned cp);
unsigned parry_bert_combining(unsigned cp); /* canonical combining class; 0 for a starter */

#ifdef __cplusplus
}
#endif
#endif
