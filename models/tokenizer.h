/* WordPiece, as BERT's uncased vocabulary wants it (Devlin et al. 2018; Schuster and Nakajima 2012): control characters
 * dropped, white space folded, CJK ideographs set apart, lower case, NFD without combining marks (Mn), punctuation set
 * apart, then the longest known piece first; a word over 100 code points or with an unknown rest is [UNK].
 *
 * Immutable once open: any number of threads. */
#ifndef PARRY_MODELS_TOKENIZER_H
#define PARRY_MODELS_TOKENIZER_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_tokenizer parry_tokenizer;

/* From a vocab.txt, one piece a line, the line number its id. Fails: NOT_FOUND, CORRUPT (no [UNK], [CLS] or [SEP]). */
PARRY_MUST parry_code parry_tokenizer_open(const char *vocab_path, bool lower_case, parry_tokenizer **out,
                                           parry_err *err);
void parry_tokenizer_close(parry_tokenizer *t); /* NULL is fine */

/* Ids with [CLS] first and [SEP] last, cut to at most `cap` (>= 2) in all; the count. Bad UTF-8 counts as U+FFFD. */
size_t parry_tokenize(const parry_tokenizer *t, parry_str text, int32_t *ids, size_t cap);
size_t parry_tokenizer_words(const parry_tokenizer *t); /* ids are below it */
/* How many tokens the text has, without [CLS] and [SEP] and without a limit. */
size_t parry_token_count(const parry_tokenizer *t, parry_str text);
/* How much of the text the vocabulary can read: the share of its letters in pieces of three letters or more, or in
 * words that are one piece; 0 to 1. Text in a language that the model never learned falls into crumbs, which mean
 * nothing. Ideographs count where the vocabulary has thousands of them; digits, punctuation and words of one letter do
 * not count. 1 where nothing does. */
double parry_tokenizer_grasp(const parry_tokenizer *t, parry_str text);

#ifdef __cplusplus
}
#endif
#endif
