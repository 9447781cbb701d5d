/* The table of refiners, and one run of all of them. */
#include "indexer/refine.h"

#include "base/clock.h"
#include "base/log.h"
#include "indexer/duplicates.h"
#include "indexer/related.h"

/* The document of its side table (new reference); NULL: what is there still holds. */
typedef parry_code refiner_fn(const parry_generation *g, unsigned threads, const atomic_bool *stop, json_t **out,
                              parry_err *err);

static const struct {
    parry_side kind;
    refiner_fn *build;
} refiners[] = {
    {PARRY_SIDE_RELATED, parry_related_build},
    {PARRY_SIDE_DUPLICATES, parry_duplicates_build},
};

static parry_code refine_one(parry_indexer *ix, const parry_generation *g, size_t i, unsigned threads, int lock_wait_ms,
                             const atomic_bool *stop, size_t *tables, parry_err *err)
{
    json_t *document = NULL;
    parry_code code = refiners[i].build(g, threads, stop, &document, err);
    if (code == PARRY_OK && document != NULL) {
        code = parry_indexer_set_side(ix, lock_wait_ms, refiners[i].kind, document, err);
        *tables += code == PARRY_OK;
    }
    json_decref(document);
    return code;
}

parry_code parry_indexer_refine(parry_indexer *ix, unsigned threads, int lock_wait_ms, const atomic_bool *stop,
                                parry_refine_report *report, parry_err *err)
{
    parry_index *index = NULL;
    parry_refine_report r = {0};
    int64_t started = parry_mono_ns();
    parry_code code = parry_index_open(parry_indexer_dir(ix), &index, err);
    if (code != PARRY_OK)
        return code;
    parry_generation *g = parry_index_acquire(index);
    bool any = parry_generation_get_info(g)->number > 0;
    for (size_t i = 0; any && i < sizeof refiners / sizeof *refiners && code == PARRY_OK; i++)
        code = refine_one(ix, g, i, threads, lock_wait_ms, stop, &r.tables, err);
    parry_generation_release(g);
    if (code == PARRY_OK && r.tables > 0)
        code = parry_index_refresh(index, NULL, err);
    g = parry_index_acquire(index);
    r.generation = parry_generation_get_info(g)->number;
    parry_generation_release(g);
    parry_index_close(index);
    r.ns = parry_mono_ns() - started;
    if (code == PARRY_OK && report != NULL)
        *report = r;
    return code;
}

void parry_indexer_refine_aside(parry_indexer *ix, int lock_wait_ms, const atomic_bool *stop)
{
    parry_err err = {0};
    parry_refine_report report = {0};
    parry_code code = parry_indexer_refine(ix, 1, lock_wait_ms, stop, &report, &err);
    if (code == PARRY_OK && report.tables > 0)
        parry_log(PARRY_INFO, "refine", "generation=%llu tables=%zu dur_ms=%lld", (unsigned long long)report.generation,
                  report.tables, (long long)(report.ns / 1000000));
    else if (code != PARRY_OK && !atomic_load(stop))
        parry_log_err("refine", &err);
}
