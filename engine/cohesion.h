/* Cohesion: how alike an article's sentences are, and whether the question is as near to them as they are to one
 * another. A close-knit article that the question is not quite near to is about something else; of a loose one no more
 * was to be expected. Local scale of the same kind: Breunig et al. 2000 (LOF). Private to engine/. */
#ifndef PARRY_ENGINE_COHESION_H
#define PARRY_ENGINE_COHESION_H

#include "engine/show.h"

typedef struct parry_cohesion {
    double
        cohesion;  /* mean cosine of the first article's sentences with their mean, 0 to 1; 1 where there is but one */
    double excess; /* vector.sentences of the question, less the mean cosine of a sentence with the others' mean */
} parry_cohesion;

/* Of the first of n ranked articles; what nothing is known of (few sentences) is taken from the first ten. Sentences
 * are those of a short article, of a longer one its passages (though vector.sentences is of sixteen of its sentences;
 * so it was fitted). Both 0 where n is 0 or there are no vectors. */
parry_cohesion parry_cohesion_of(const parry_generation *g, parry_arena *a, const parry_ranked *ranked, size_t n);

#endif
