/* The words of gaps: numbered stems of texts, and a name out of a group's own. Private to deflection/gap*.c. */
#ifndef PARRY_DEFLECTION_GAP_WORDS_H
#define PARRY_DEFLECTION_GAP_WORDS_H

#include "deflection/gaps.h"
#include "deflection/grouping.h"

typedef struct parry_gap_word {
    uint32_t stem;   /* its number */
    parry_str exact; /* as it is written */
} parry_gap_word;

typedef struct parry_gap_words { /* of all texts */
    const parry_gap_word **of;   /* each text's words, in its order, each stem once */
    size_t *n;
    size_t *seen; /* how many texts have a stem */
    size_t nstems;
    parry_grouping_words *weighed; /* each text's, for grouping: tf is 1, idf over these texts */
} parry_gap_words;

void parry_gap_words_of(const parry_gap_text *texts, size_t n, parry_arena *a, parry_gap_words *out);

/* Fills the name of a gap whose texts are known: words that are many times as common in it as elsewhere (c-TF-IDF,
 * Grootendorst 2022, BERTopic), each written as most do, in the order they stand in. total: visitors of each stem over
 * all texts. */
void parry_gap_name(const parry_gap_words *w, const parry_gap_text *texts, const double *total, double mean,
                    size_t people, parry_arena *a, parry_content_gap *gap);
/* How many visitors used each stem, text by text (somebody who used two texts counts twice); nstems of them. */
double *parry_gap_word_totals(const parry_gap_words *w, const parry_gap_text *texts, size_t n, parry_arena *a);

/* Distinct visitors of these texts for whom it did not go well, in a way that has a bit of `any` (0: whatever). In
 * gaps.c. */
size_t parry_gap_people(const parry_gap_text *texts, const size_t *list, size_t n, unsigned any);

/* Fills recent, before, trend and p of all of them. In gap_trend.c. */
void parry_gap_trends(const parry_gap_text *texts, const parry_gap_settings *s, parry_content_gap *gaps, size_t n,
                      parry_arena *scratch);

#endif
