/* Signals to one score. */
#include "engine/fuse.h"

typedef struct signal_row {
    const char *name;
    double weight[3]; /* by parry_mode: hybrid, text, vector */
} signal_row;

/* tests/quality/fit/fit.py finds these; the last two are rules: an exact title or identifier comes first. */
static const signal_row signals[PARRY_SIGNALS] = {
    [PARRY_SIGNAL_TEXT_ARTICLE] = {"text.article", {0.0, 2.8, 0}},
    [PARRY_SIGNAL_TEXT_EXACT] = {"text.exact", {1.6, 5.2, 0}},
    [PARRY_SIGNAL_TEXT_TITLE] = {"text.title", {0.2, 9.0, 0}},
    [PARRY_SIGNAL_TEXT_PASSAGE] = {"text.passage", {4.7, 7.4, 0}},
    [PARRY_SIGNAL_TEXT_SECOND] = {"text.second", {0.0, 1.7, 0}},
    [PARRY_SIGNAL_COVERAGE] = {"text.coverage", {2.7, 2.3, 0}},
    [PARRY_SIGNAL_VECTOR_PASSAGE] = {"vector.passage", {2.5, 0, 10}},
    [PARRY_SIGNAL_VECTOR_SECOND] = {"vector.second", {3.4, 0, 3}},
    [PARRY_SIGNAL_VECTOR_TITLE] = {"vector.title", {3.0, 0, 1}},
    [PARRY_SIGNAL_VECTOR_ARTICLE] = {"vector.article", {7.3, 0, 10}},
    [PARRY_SIGNAL_TITLE_IS_QUERY] = {"title.is_query", {5, 5, 5}},
    [PARRY_SIGNAL_IDENTIFIER] = {"identifier", {2, 2, 0}},
};

const char *parry_signal_name(parry_signal s) { return signals[s].name; }

double parry_signal_weight(parry_mode mode, parry_signal s) { return signals[s].weight[mode]; }

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
    case PARRY_SIGNAL_TITLE_IS_QUERY:
        return c->title_is_query ? 1.0 : 0.0;
    case PARRY_SIGNAL_IDENTIFIER:
        return c->holds_identifier ? 1.0 : 0.0;
    case PARRY_SIGNALS:
        break;
    }
    return 0;
}

double parry_fuse(parry_mode mode, const parry_candidate *c)
{
    double score = 0;
    for (int s = 0; s < PARRY_SIGNALS; s++)
        score += parry_signal_weight(mode, (parry_signal)s) * parry_signal_value(c, (parry_signal)s);
    return score;
}
