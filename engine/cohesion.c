/* Cohesion, from the vectors of an article's own rows. */
#include "engine/cohesion.h"

#include <math.h>

enum { LOOKED_AT = 10 };
static const double PRIOR = 2; /* sentences that the first ten stand for */

typedef struct kin {
    double to_mean, to_others; /* mean cosines of a sentence with the mean of all, and of the others */
    double n;
} kin;

/* With u the unit mean of n unit vectors s, their sum is n x c x u where c is the mean of s.u; so all follows from s.u.
 */
static kin kin_of(const double *cosines, size_t n)
{
    kin k = {1, 0, (double)n};
    double c = 0;
    for (size_t i = 0; i < n; i++)
        c += cosines[i] / k.n;
    if (n < 2)
        return k;
    k.to_mean = c;
    for (size_t i = 0; i < n; i++) {
        double sum = k.n * c, length = sqrt(fmax(sum * sum - 2 * sum * cosines[i] + 1, 1e-6));
        k.to_others += (sum * cosines[i] - 1) / length / k.n;
    }
    return k;
}

/* Short articles have rows of sentences and of their mean; others of passages and of theirs. */
static kin read_kin(const parry_segment *segment, uint32_t article, float *mean, double *cosines)
{
    const parry_segment_info *s = parry_segment_get_info(segment);
    uint32_t from = s->article_row[article], to = s->article_row[article + 1], mean_row = to;
    bool sentences = false;
    for (uint32_t r = from; r < to; r++)
        sentences = sentences || s->row_kind[r] == PARRY_ROW_SENTENCE;
    uint8_t part = sentences ? PARRY_ROW_SENTENCE : PARRY_ROW_PASSAGE;
    uint8_t whole = sentences ? PARRY_ROW_SENTENCES : PARRY_ROW_ARTICLE;
    for (uint32_t r = from; r < to; r++)
        mean_row = s->row_kind[r] == whole ? r : mean_row;
    size_t n = 0;
    if (mean_row == to || !parry_segment_vector(segment, mean_row, mean))
        return kin_of(cosines, 0);
    for (uint32_t r = from; r < to; r++)
        if (s->row_kind[r] == part && s->row_vector[r] != PARRY_NO_ROW)
            cosines[n++] = (double)parry_segment_cosine(segment, r, mean);
    return kin_of(cosines, n);
}

static kin kin_of_ranked(const parry_generation *g, parry_arena *a, const parry_ranked *x)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    const parry_segment *segment = info->segments[x->c->segment].segment;
    const parry_segment_info *s = parry_segment_get_info(segment);
    size_t rows = s->article_row[x->c->article + 1] - s->article_row[x->c->article];
    return read_kin(segment, x->c->article, PARRY_ARRAY(a, float, info->dim), PARRY_ARRAY(a, double, rows));
}

parry_cohesion parry_cohesion_of(const parry_generation *g, parry_arena *a, const parry_ranked *ranked, size_t n)
{
    double sum = 0, count = 0;
    kin first = {1, 0, 0};
    if (n == 0 || parry_generation_get_info(g)->dim == 0)
        return (parry_cohesion){0, 0};
    for (size_t i = 0; i < n && i < LOOKED_AT; i++) {
        kin k = kin_of_ranked(g, a, &ranked[i]);
        first = i == 0 ? k : first;
        sum += k.n > 1 ? k.n * k.to_others : 0;
        count += k.n > 1 ? k.n : 0;
    }
    double usual = count > 0 ? sum / count : 0, known = first.n > 1 ? first.n : 0;
    double own = (known * first.to_others + PRIOR * usual) / (known + PRIOR);
    return (parry_cohesion){first.to_mean, (double)ranked[0].c->vector_sentences - own};
}
