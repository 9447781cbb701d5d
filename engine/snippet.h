/* Snippet: the piece of a passage that answers. Private to engine/.
 *
 * Whole sentences where they fit, else whole words with an ellipsis, never a part of a grapheme. The words that match a
 * group of the query, by stem, spelling, synonym or as the beginning of an unfinished word, are marked.
 *
 *     plan      sentences of the passage, marks, the window that holds most of the query; weak where that is little
 *     centre    around the sentence that is nearest in meaning, where one was found
 *     render    HTML, plain text, and where the marks are in it */
#ifndef PARRY_ENGINE_SNIPPET_H
#define PARRY_ENGINE_SNIPPET_H

#include "engine/retrieve.h"
#include "engine/sentences.h"

enum { PARRY_SNIPPET_COLUMNS = 220, PARRY_SNIPPET_COLUMNS_MIN = 40 }; /* a wide character is two */

typedef struct parry_span {
    uint32_t start, end; /* bytes of the passage */
    uint32_t groups;     /* of the query: bit g */
} parry_span;

typedef struct parry_excerpt {
    const parry_segment *segment; /* where the passage is from, for the vectors of its sentences; NULL: nowhere */
    uint32_t article;
    parry_str passage;
    size_t width;
    const parry_sentence *sentences;
    size_t nsentences;
    const parry_span *spans;
    size_t nspans;
    double worth[PARRY_MAX_GROUPS]; /* of a group: its rarity */
    size_t first, last;             /* the sentences shown, [first, last) ... */
    uint32_t start, end;            /* ... and the bytes: within one sentence where that is too long */
    bool weak;                      /* under half of the query's words, and of their rarity, is in it */
    bool whole;                     /* the passage fits: there is nothing to choose */
} parry_excerpt;

/* words: how rare the query's words are; a group that is not among them counts like a common one. width: columns. */
parry_excerpt parry_excerpt_plan(parry_analyser *an, parry_arena *a, parry_str passage, parry_str locale,
                                 const parry_understood *u, const parry_word_stats *words, size_t nwords, size_t width);
/* The window with this sentence in it that holds most of the query. */
void parry_excerpt_centre(parry_arena *a, parry_excerpt *e, size_t sentence);
/* snippet, snippet_text, marks and nmarks of the hit. */
void parry_excerpt_render(parry_arena *a, const parry_excerpt *e, parry_hit *out);

/* Where a text holds words of the query, by groups; for what is shown whole (a title, a heading). */
parry_marks parry_excerpt_marks(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale,
                                const parry_understood *u);
/* The query's words, one a group; empty for those that are not marked. */
const parry_str *parry_excerpt_words(parry_arena *a, const parry_understood *u);

/* Text as HTML shows it; a line's end becomes a space. */
void parry_snippet_escape(parry_buf *b, parry_str s);

#endif
