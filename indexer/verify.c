/* Every segment is opened with its checksums checked, and its live ids are gathered to be compared with one another. */
#include "indexer/verify.h"

#include <stdlib.h>

typedef struct check {
    parry_arena *arena;
    parry_str *ids; /* live */
    size_t n, cap;
    parry_verify_report report;
} check;

static parry_code check_dead(const parry_manifest_segment *m, const parry_segment_info *info, parry_err *err)
{
    for (size_t i = 0; i < m->ndead; i++) {
        if (m->dead[i] >= info->narticles || (i > 0 && m->dead[i] <= m->dead[i - 1]))
            return parry_fail(err, PARRY_CORRUPT, "segment %s: a wrong list of dead articles", m->name);
    }
    return PARRY_OK;
}

static void take_live(check *c, const parry_manifest_segment *m, const parry_segment *s)
{
    const parry_segment_info *info = parry_segment_get_info(s);
    size_t d = 0;
    for (uint32_t i = 0; i < info->narticles; i++) {
        if (d < m->ndead && m->dead[d] == i) {
            d++;
            continue;
        }
        parry_article_out a;
        parry_segment_article(s, i, &a);
        c->ids = parry_arena_grow(c->arena, c->ids, c->n, &c->cap, sizeof *c->ids);
        c->ids[c->n++] = parry_str_copy(c->arena, a.id);
        c->report.rows += info->article_row[i + 1] - info->article_row[i];
    }
    c->report.dead += m->ndead;
    c->report.vectors += info->nvectors;
}

static parry_code check_segment(check *c, const char *dir, const parry_manifest_segment *m, parry_err *err)
{
    parry_segment *s = NULL;
    parry_code code = parry_segment_open(dir, m->name, true, &s, err);
    if (code != PARRY_OK)
        return code;
    code = check_dead(m, parry_segment_get_info(s), err);
    if (code == PARRY_OK)
        take_live(c, m, s);
    parry_segment_close(s);
    return code;
}

static parry_code check_once_each(check *c, parry_err *err)
{
    if (c->n > 0)
        qsort(c->ids, c->n, sizeof *c->ids, parry_str_order);
    for (size_t i = 1; i < c->n; i++) {
        if (parry_str_eq(c->ids[i - 1], c->ids[i]))
            return parry_fail(err, PARRY_CORRUPT, "article %.*s is live twice", PARRY_FMT(c->ids[i]));
    }
    return PARRY_OK;
}

static parry_code check_manifest(check *c, const char *index_dir, parry_err *err)
{
    parry_manifest m;
    parry_code code = parry_manifest_current(index_dir, c->arena, &m, err);
    if (code != PARRY_OK)
        return code;
    if (m.number == 0)
        return parry_fail(err, PARRY_NOT_FOUND, "nothing was published in %s; run parry index", index_dir);
    char *dir = parry_str_z(c->arena, parry_str_printf(c->arena, "%s/segments", index_dir));
    for (size_t i = 0; i < m.nsegments && code == PARRY_OK; i++)
        code = check_segment(c, dir, &m.segments[i], err);
    c->report.generation = m.number;
    c->report.store_seq = m.store_seq;
    c->report.segments = m.nsegments;
    return code;
}

parry_code parry_index_verify(const char *index_dir, void (*each)(void *ctx, parry_str id), void *ctx,
                              parry_verify_report *report, parry_err *err)
{
    check c = {.arena = parry_arena_new()};
    parry_code code = check_manifest(&c, index_dir, err);
    if (code == PARRY_OK)
        code = check_once_each(&c, err);
    c.report.articles = c.n;
    for (size_t i = 0; i < c.n && each != NULL && code == PARRY_OK; i++)
        each(ctx, c.ids[i]);
    if (code == PARRY_OK)
        *report = c.report;
    parry_arena_free(c.arena);
    return code;
}
