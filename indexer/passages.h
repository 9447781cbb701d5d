/* Sections to passages: whole sentences, about `target` tokens of the encoder (or words, without one), never across a
 * section; a lone over-long sentence is cut at clause, word or code point. What stands in a passage is the section's
 * text. */
#ifndef PARRY_INDEXER_PASSAGES_H
#define PARRY_INDEXER_PASSAGES_H

#include "content/article.h"
#include "engine/segment.h"
#include "models/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_CHUNKING_VERSION = 2 }; /* 2: keywords have a vector. Raised, every index is built anew */

/* The rows of an article, as engine/segment.h orders them, without vectors. tokenizer may be NULL. */
void parry_article_rows(parry_arena *a, const parry_article *article, const parry_tokenizer *tokenizer, uint32_t target,
                        parry_article_in *out);
/* One past the sentence that begins at byte `from` of a block (text without newlines): at . ! ? and their kin before
 * white space, at the full stops of Chinese and Japanese anywhere; not after abbreviations, initials and "1.". */
size_t parry_sentence_end(parry_str block, size_t from);
/* What is embedded for a row: a passage is read under its title and heading path, keywords under the title. Empty where
 * a row gets no vector of its own (HEADING, ARTICLE: the latter is the mean of its passages). */
parry_str parry_row_embed_text(parry_arena *a, const parry_article_in *article, const parry_row_in *row);

#ifdef __cplusplus
}
#endif
#endif
