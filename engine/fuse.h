/* Fuse: every signal of a candidate into one score. Private to engine/.
 *
 * The score is a sum over signals, value x weight: both sides measured on every candidate, none by its rank, so that a
 * strong list is not dragged down by a weak one. docs/ranking.md says how the weights were found. */
#ifndef PARRY_ENGINE_FUSE_H
#define PARRY_ENGINE_FUSE_H

#include "engine/retrieve.h"

typedef enum parry_signal {
    PARRY_SIGNAL_TEXT_ARTICLE,
    PARRY_SIGNAL_TEXT_EXACT,
    PARRY_SIGNAL_TEXT_TITLE,
    PARRY_SIGNAL_TEXT_PASSAGE,
    PARRY_SIGNAL_TEXT_SECOND,
    PARRY_SIGNAL_COVERAGE,
    PARRY_SIGNAL_TEXT_PAIRS,
    PARRY_SIGNAL_VECTOR_PASSAGE,
    PARRY_SIGNAL_VECTOR_SECOND,
    PARRY_SIGNAL_VECTOR_TITLE,
    PARRY_SIGNAL_VECTOR_ARTICLE,
    PARRY_SIGNAL_VECTOR_SENTENCE,
    PARRY_SIGNAL_VECTOR_SENTENCES,
    PARRY_SIGNAL_TITLE_IS_QUERY,
    PARRY_SIGNAL_IDENTIFIER,
    PARRY_SIGNAL_LANGUAGE,
    PARRY_SIGNALS
} parry_signal;

const char *parry_signal_name(parry_signal s); /* "text.article" ... */
double parry_signal_value(const parry_candidate *c, parry_signal s);
/* The score of an article that all evidence speaks for: without the two rules, title.is_query and identifier. */
double parry_most_evidence(const double weight[PARRY_SIGNALS]);
/* What the evidence alone gives: without the rules and language. exp of a difference is an odds (docs/curation.md). */
double parry_fuse_evidence(const double weight[PARRY_SIGNALS], const parry_candidate *c);
double parry_fuse(const double weight[PARRY_SIGNALS], const parry_candidate *c);

#endif
