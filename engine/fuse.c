/* Signals to one score. */
#include "engine/fuse.h"

static const char *const names[PARRY_SIGNALS] = {
    [PARRY_SIGNAL_TEXT_ARTICLE] = "text.article",
    [PARRY_SIGNAL_TEXT_EXACT] = "text.exact",
    [PARRY_SIGNAL_TEXT_TITLE] = "text.title",
    [PARRY_SIGNAL_TEXT_PASSAGE] = "text.passage",
    [PARRY_SIGNAL_TEXT_SECOND] = "text.second",
    [PARRY_SIGNAL_COVERAGE] = "text.coverage",
    [PARRY_SIGNAL_TEXT_PAIRS] = "text.pairs",
    [PARRY_SIGNAL_VECTOR_PASSAGE] = "vector.passage",
    [PARRY_SIGNAL_VECTOR_SECOND] = "vector.second",
    [PARRY_SIGNAL_VECTOR_TITLE] = "vector.title",
    [PARRY_SIGNAL_VECTOR_ARTICLE] = "vector.article",
    [PARRY_SIGNAL_VECTOR_SENTENCE] = "vector.sentence",
    [PARRY_SIGNAL_VECTOR_SENTENCES] = "vector.sentences",
    [PARRY_SIGNAL_TITLE_IS_QUERY] = "title.is_query",
    [PARRY_SIGNAL_IDENTIFIER] = "identifier",
    [PARRY_SIGNAL_LANGUAGE] = "language",
};

const char *parry_signal_name(parry_signal s) { return names[s]; }

double parry_signal_value(const parry_candidate *c, parry_signal s)
{
    switch (s) {
    case PARRY_SIGNAL_TEXT_ARTICLE:
        return (double)c->text_article;
    case PARRY_SIGNAL_TEXT_EXACT:
        return (double)c->text_exact;
    case PARRY_SIGNAL_TEXT_TITLE:
        return (double)c->text_title;
    case PARRY_SIGNAL_TEXT_PASSAGE:
        return (double)c->text_passage;
    case PARRY_SIGNAL_TEXT_SECOND:
        return (double)c->text_second;
    case PARRY_SIGNAL_COVERAGE:
        return (double)c->coverage;
    case PARRY_SIGNAL_VECTOR_PASSAGE:
        return (double)c->vector_passage;
    case PARRY_SIGNAL_VECTOR_SECOND:
        return (double)c->vector_second;
    case PARRY_SIGNAL_VECTOR_TITLE:
        return (double)c->vector_title;
    case PARRY_SIGNAL_VECTOR_ARTICLE:
        return (double)c->vector_article;
    case PARRY_SIGNAL_VECTOR_SENTENCE:
        return (double)c->vector_sentence;
    case PARRY_SIGNAL_VECTOR_SENTENCES:
        return (double)c->vector_sentences;
    case PARRY_SIGNAL_TITLE_IS_QUERY:
        return (double)c->title_is_query;
    case PARRY_SIGNAL_TEXT_PAIRS:
        return (double)c->text_pairs;
    case PARRY_SIGNAL_IDENTIFIER:
        return c->holds_identifier ? 1.0 : 0.0;
    case PARRY_SIGNAL_LANGUAGE:
        return (double)c->in_language;
    case PARRY_SIGNALS:
        break;
    }
    return 0;
}

double parry_fuse_evidence(const double weight[PARRY_SIGNALS], const parry_candidate *c)
{
    double points = 0;
    for (int s = 0; s < PARRY_SIGNAL_TITLE_IS_QUERY; s++)
        points += weight[s] * parry_signal_value(c, (parry_signal)s);
    return points;
}

double parry_fuse(const double weight[PARRY_SIGNALS], const parry_candidate *c)
{
    double score = parry_fuse_evidence(weight, c);
    for (int s = PARRY_SIGNAL_TITLE_IS_QUERY; s < PARRY_SIGNALS; s++)
        score += weight[s] * parry_signal_value(c, (parry_signal)s);
    return score;
}

double parry_most_evidence(const double weight[PARRY_SIGNALS])
{
    double most = 0;
    for (int s = 0; s < PARRY_SIGNALS; s++)
        most += s >= PARRY_SIGNAL_TITLE_IS_QUERY ? 0 : weight[s];
    return most;
}
