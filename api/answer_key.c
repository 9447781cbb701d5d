/* A query's fields, one after the other: texts with their lengths before them, so that no two lists are alike. */
#include "api/answer_key.h"

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(parry_query) == 256, "a new field of parry_query belongs into its key: add it below");
#endif

static void add_number(parry_hasher *h, uint64_t n) { parry_hasher_add(h, &n, sizeof n); }

static void add_filters(parry_hasher *h, const parry_query *q)
{
    add_number(h, q->nfilters);
    for (size_t i = 0; i < q->nfilters; i++) {
        const parry_filter *f = &q->filters[i];
        add_number(h, (uint64_t)f->field);
        add_number(h, f->set);
        add_number(h, f->either);
        add_number(h, f->negated);
        parry_hasher_adds(h, f->value);
    }
    add_number(h, (uint64_t)q->updated_from_ms);
    add_number(h, (uint64_t)q->updated_until_ms);
}

static void add_texts(parry_hasher *h, const parry_query *q)
{
    const parry_str texts[] = {q->text, q->previous,     q->audience, q->locale, q->category,
                               q->page, q->page_product, q->rule_tag, q->why};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        parry_hasher_adds(h, texts[i]);
    add_number(h, q->nexclude);
    for (size_t i = 0; i < q->nexclude; i++)
        parry_hasher_adds(h, q->exclude[i]);
}

static void add_wishes(parry_hasher *h, const parry_query *q)
{
    const bool flags[] = {q->challenger, q->typing,   q->steady, q->explain,  q->grounds,
                          q->trusted,    q->snippets, q->marks,  q->sentences};
    parry_hasher_add(h, flags, sizeof flags);
    add_number(h, (uint64_t)q->mode);
    add_number(h, q->facets);
    add_number(h, (uint64_t)q->sort);
    add_number(h, q->offset);
    add_number(h, q->limit);
    add_number(h, q->completions);
    add_number(h, q->snippet_columns);
}

parry_hash parry_answer_key(const parry_call *c, const char *by, const parry_generation *g, const parry_query *q)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_add(&h, parry_answer_cache_salt(c->app->answers), PARRY_ANSWER_SALT_BYTES);
    add_number(&h, info->number);
    add_number(&h, info->store_seq);
    add_number(&h, (uintptr_t)c->config); /* each stays where it is until the end */
    parry_hasher_adds(&h, parry_str_of(by));
    parry_hasher_adds(&h, parry_str_of(c->base));
    add_texts(&h, q);
    add_filters(&h, q);
    add_wishes(&h, q);
    return parry_hasher_end(&h);
}
