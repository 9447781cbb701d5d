/* The list of lists is short (segments are merged down to a few dozen), so it is searched from end to end. */
#include "indexer/catalogue.h"

#include <stdlib.h>

struct parry_catalogue {
    char *segments_dir;
    parry_held **list;
    size_t n, cap;
};

parry_catalogue *parry_catalogue_new(const char *segments_dir)
{
    parry_catalogue *c = parry_calloc(1, sizeof *c);
    c->segments_dir = strdup(segments_dir);
    if (c->segments_dir == NULL)
        parry_oom();
    return c;
}

static void free_held(parry_held *h)
{
    if (h == NULL)
        return;
    parry_arena_free(h->arena);
    free(h);
}

void parry_catalogue_free(parry_catalogue *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n; i++)
        free_held(c->list[i]);
    free(c->list);
    free(c->segments_dir);
    free(c);
}

/* CORRUPT where ids do not ascend: this indexer writes them so, and looks them up so. */
static parry_code read_articles(const parry_segment *s, parry_held *h, parry_err *err)
{
    const parry_segment_info *info = parry_segment_get_info(s);
    h->n = info->narticles;
    h->articles = PARRY_ARRAY(h->arena, parry_version, h->n + 1);
    h->rows = PARRY_ARRAY(h->arena, uint32_t, h->n + 1);
    for (uint32_t i = 0; i < info->narticles; i++) {
        parry_article_out a;
        parry_segment_article(s, i, &a);
        h->articles[i] = (parry_version){parry_str_copy(h->arena, a.id), parry_str_copy(h->arena, a.slug),
                                         parry_str_copy(h->arena, a.audience), a.hash};
        h->rows[i] = info->article_row[i + 1] - info->article_row[i];
        if (i > 0 && parry_version_cmp(&h->articles[i - 1], &h->articles[i]) >= 0)
            return parry_fail(err, PARRY_CORRUPT, "segment %s: its articles are not in order", h->name);
    }
    return PARRY_OK;
}

static parry_code read_segment(parry_catalogue *c, const char *name, parry_held **out, parry_err *err)
{
    parry_segment *s = NULL;
    parry_code code = parry_segment_open(c->segments_dir, name, false, &s, err);
    if (code != PARRY_OK)
        return code;
    parry_held *h = parry_calloc(1, sizeof *h);
    memcpy(h->name, name, strnlen(name, PARRY_NAME_TEXT - 1));
    h->arena = parry_arena_new();
    code = read_articles(s, h, err);
    parry_segment_close(s);
    if (code == PARRY_OK)
        *out = h;
    else
        free_held(h);
    return code;
}

parry_code parry_catalogue_get(parry_catalogue *c, const char *name, const parry_held **out, parry_err *err)
{
    if (!parry_segment_exists(c->segments_dir, name))
        return parry_fail(err, PARRY_NOT_FOUND, "segment %s is gone from %s", name, c->segments_dir);
    for (size_t i = 0; i < c->n; i++) {
        if (strcmp(c->list[i]->name, name) == 0) {
            *out = c->list[i];
            return PARRY_OK;
        }
    }
    parry_held *h;
    parry_code code = read_segment(c, name, &h, err);
    if (code != PARRY_OK)
        return code;
    if (c->n == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 16;
        c->list = parry_realloc(c->list, c->cap * sizeof(parry_held *));
    }
    c->list[c->n++] = h;
    *out = h;
    return PARRY_OK;
}

static bool in_manifest(const parry_manifest *m, const char *name)
{
    for (size_t i = 0; i < m->nsegments; i++) {
        if (strcmp(m->segments[i].name, name) == 0)
            return true;
    }
    return false;
}

void parry_catalogue_keep(parry_catalogue *c, const parry_manifest *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (in_manifest(m, c->list[i]->name))
            c->list[kept++] = c->list[i];
        else
            free_held(c->list[i]);
    }
    c->n = kept;
}

bool parry_held_find(const parry_held *h, parry_str id, size_t *ordinal)
{
    parry_version key = {.id = id};
    const parry_version *at = bsearch(&key, h->articles, h->n, sizeof key, parry_version_cmp);
    if (at == NULL)
        return false;
    *ordinal = (size_t)(at - h->articles);
    return true;
}
