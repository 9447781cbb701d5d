/* Featured: what to show before anything is asked. Private to engine/. */
#ifndef PARRY_ENGINE_FEATURED_H
#define PARRY_ENGINE_FEATURED_H

#include "engine/show.h"

/* The first `most` articles that the masks show: those that their authors promote (front matter), then those changed
 * last. Returns how many there are in all; *out has at most `most`, in the arena, without any evidence. */
size_t parry_featured(parry_arena *a, const parry_generation *g, const parry_mask *masks, size_t most,
                      parry_ranked **out);
/* Of all that the masks show, by the fields of the query: r->facets. */
void parry_featured_facets(parry_arena *a, const parry_generation *g, const parry_mask *masks, unsigned fields,
                           parry_results *r);

#endif
