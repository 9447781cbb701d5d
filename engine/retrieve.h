/* Retrieve: candidates by text and candidates by vector, each an article with the evidence found for it. Private to
 * engine/. This is the seam: another store of postings or vectors fills the same records. */
#ifndef PARRY_ENGINE_RETRIEVE_H
#define PARRY_ENGINE_RETRIEVE_H

#include "engine/understand.h"

/* Everything measured about one article for one query; no pointers, it may be kept beyond the query. Text values are
 * BM25 over the most the query could reach, so 0 to 1; vector values are cosines. */
typedef struct parry_candidate {
    uint32_t segment, article;
    float text_article; /* all fields in one bag, fields weighted (BM25F) */
    float text_exact;   /* the same, exact forms alone */
    float text_title;   /* the title alone */
    float text_passage; /* its best passage */
    float text_second;  /* its second best */
    float coverage;     /* share of the query's idf that it holds anywhere */
    float vector_passage, vector_second, vector_title, vector_article;
    float vector_sentence,
        vector_sentences;         /* the nearest sentence (of a long article: passage), and the mean of them */
    float in_language;            /* 0 to 1: how surely it is in the language of the query */
    float title_is_query;         /* 0 to 2, as parry_title_match gives it: 2 is to the letter */
    float text_pairs;             /* share of the query's neighbours side by side in its title or best passage */
    bool holds_identifier;        /* it holds an identifier of the query, whole */
    int32_t text_row, vector_row; /* the best passages; PARRY_NO_ROW */
} parry_candidate;

/* A word that was looked up, and how rare it is: counted over live rows of every audience, as scores are. */
typedef struct parry_word_stats {
    const parry_group *group;
    uint64_t articles, titles, passages;             /* live ones that hold it, not counting synonyms ... */
    uint64_t any_articles, any_titles, any_passages; /* ... and counting them */
    float synonym;                                   /* the most that a synonym of it counts */
    float idf, idf_title, idf_passage;
} parry_word_stats;

typedef struct parry_candidates {
    parry_candidate *c;
    size_t n;
    double idf_sum;          /* of the query's words: how much there was to match */
    size_t text_matched;     /* articles that hold any word */
    size_t text_all;         /* articles that hold all of those that any holds, guesses aside */
    parry_word_stats *words; /* of the text side */
    size_t nwords;
    const struct parry_text_scoring *scoring; /* of the text side: what any article reaches; NULL of the other */
} parry_candidates;

enum { PARRY_CANDIDATES = 100 }; /* that each side brings */
enum { PARRY_PAIRS_READ = 24 };  /* of those of a side, first ones first: their texts are read for pairs of words */

/* Best first by text_article; at most PARRY_CANDIDATES, and every title_is_query. */
PARRY_MUST parry_code parry_retrieve_text(const parry_view *v, const parry_understood *u, parry_candidates *out,
                                          parry_err *err);
/* Articles of the nearest vectors; only the vector fields are set. */
PARRY_MUST parry_code parry_retrieve_vector(const parry_generation *g, const parry_mask *masks, const float *query,
                                            parry_arena *a, parry_candidates *out, parry_err *err);
/* Fill the text fields of a candidate, all but title_is_query and text_pairs, as the retrieval of `text` scored it; an
 * article that it left out by its masks has none. */
void parry_measure_text(const parry_candidates *text, parry_candidate *c);
/* Fill text_pairs: titles and best passages of n candidates are read. */
void parry_measure_pairs(const parry_view *v, const parry_understood *u, parry_candidate *c, size_t n);
/* Fill the vector fields of a candidate from its own rows, exactly. */
void parry_measure_vectors(const parry_generation *g, const float *query, parry_candidate *c);

#endif
