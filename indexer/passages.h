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

/* Raised, every index is built anew. 2: keywords have a vector. 3: sentences have. 4: "No. 5", "U.S." and "Yahoo! is"
 * end no sentence. */
enum { PARRY_CHUNKING_VERSION = 4 };
enum { PARRY_SENTENCES = 16 }; /* of an article that are embedded, at most */

/* The rows of an article, as engine/segment.h orders them, without vectors. tokenizer may be NULL. */
void parry_article_rows(parry_arena *a, const parry_article *article, const parry_tokenizer *tokenizer, uint32_t target,
                        parry_article_in *out);
/* The sentences of an article's passages that are embedded: all of a short one, which are its SENTENCE rows in that
 * order, or PARRY_SENTENCES evenly spread ones. Slices of the passages; the number of them. */
size_t parry_article_sentences(const parry_article_in *in, parry_str out[PARRY_SENTENCES]);
/* What is embedded for a row: a passage is read under its title and heading path, keywords under the title. Empty where
 * a row gets no vector of its own (HEADING; SENTENCES and ARTICLE are means). */
parry_str parry_row_embed_text(parry_arena *a, const parry_article_in *article, const parry_row_in *row);

#ifdef __cplusplus
}
#endif
#endif
