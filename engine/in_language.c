/* Which candidates are in the query's language. */
#include "engine/in_language.h"

#include "engine/analyse_fold.h"

static unsigned language_of(const parry_generation_info *info, const parry_candidate *c)
{
    parry_article_out x;
    parry_segment_article(info->segments[c->segment].segment, c->article, &x);
    return parry_language_of(x.locale);
}

/* Where letters and stop words leave the language open, the words tell it: that of the articles that hold the most of
 * them, the surer the more it is ahead of the next. */
static unsigned language_by_words(const parry_candidates *all, const unsigned *language, double *sure)
{
    float best[PARRY_LANGUAGES] = {0}, second = 0;
    unsigned first = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->c[i].coverage > best[language[i]])
            best[language[i]] = all->c[i].coverage;
    for (unsigned l = 1; l < PARRY_LANGUAGES; l++)
        first = best[l] > best[first] ? l : first;
    for (unsigned l = 0; l < PARRY_LANGUAGES; l++)
        second = l != first && best[l] > second ? best[l] : second;
    double lead = 2 * ((double)best[first] - (double)second);
    *sure = lead < 1 ? lead : 1;
    return first;
}

float parry_in_language(const parry_generation_info *info, const parry_understood *u, const parry_candidate *c)
{
    return u->language_sure > 0 && language_of(info, c) == u->language ? u->language_sure : 0;
}

void parry_measure_language(const parry_generation_info *info, const parry_spoken *spoken, parry_arena *a,
                            parry_understood *u, parry_candidates *all)
{
    if (!spoken->several)
        return;
    unsigned *language = PARRY_ARRAY(a, unsigned, all->n), by_words;
    double sure = 0;
    for (size_t i = 0; i < all->n; i++)
        language[i] = language_of(info, &all->c[i]);
    by_words = language_by_words(all, language, &sure);
    u->language = sure > spoken->sure ? by_words : parry_language_of(spoken->first);
    u->language_sure = (float)(sure > spoken->sure ? sure : spoken->sure);
    for (size_t i = 0; i < all->n; i++)
        all->c[i].in_language = parry_in_language(info, u, &all->c[i]);
}
