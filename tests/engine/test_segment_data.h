/* What the tests of segments and generations share: made-up articles with unit vectors, the same for the same seed. */
#ifndef PARRY_TESTS_ENGINE_SEGMENT_DATA_H
#define PARRY_TESTS_ENGINE_SEGMENT_DATA_H

#include "tests/base/testing.h"

#include "engine/segment.h"

#include <math.h>

static inline uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*state >> 33);
}

/* Unit length; a sum of uniform numbers is near enough to a normal one. */
static inline void random_unit(uint64_t *state, size_t dim, float *v)
{
    double sum = 0;
    for (size_t i = 0; i < dim; i++) {
        v[i] = 0;
        for (int j = 0; j < 4; j++)
            v[i] += (float)next_random(state) / (float)(1U << 31) - 0.5F;
        sum += (double)v[i] * (double)v[i];
    }
    for (size_t i = 0; i < dim; i++)
        v[i] = (float)((double)v[i] / sqrt(sum));
}

enum { SAMPLE_ROWS = 6 };

/* Article `number`: a title, keywords, a heading, two passages and the article's own row; vectors where dim > 0. */
static inline parry_article_in sample_article(parry_arena *a, uint32_t number, size_t dim)
{
    static const char *words[] = {"refund", "delivery", "password", "invoice",
                                  "parcel", "voucher",  "account",  "merchant"};
    uint64_t seed = number + 1;
    parry_section_in *sections = PARRY_ARRAY(a, parry_section_in, 2);
    sections[0] = (parry_section_in){parry_str_of(""), parry_str_of(""), parry_str_of("")};
    sections[1] = (parry_section_in){parry_str_of("Before you start"), parry_str_of("Help > Before you start"),
                                     parry_str_of("before-you-start")};
    parry_row_in *rows = PARRY_ARRAY(a, parry_row_in, SAMPLE_ROWS);
    const char *word = words[number % 8], *other = words[(number / 8 + 3) % 8];
    rows[0] = (parry_row_in){PARRY_ROW_TITLE, 0, parry_str_printf(a, "About the %s number%u", word, number), NULL};
    rows[1] = (parry_row_in){PARRY_ROW_KEYWORDS, 0, parry_str_of("ERR-1042 sys/config"), NULL};
    rows[2] = (parry_row_in){PARRY_ROW_HEADING, 1, sections[1].heading, NULL};
    rows[3] = (parry_row_in){PARRY_ROW_PASSAGE, 0,
                             parry_str_printf(a, "Your %s waits. A %s may take %u days.", word, other, number), NULL};
    rows[4] = (parry_row_in){PARRY_ROW_PASSAGE, 1,
                             parry_str_printf(a, "The %s and the %s and the %s.", word, word, other), NULL};
    rows[5] = (parry_row_in){PARRY_ROW_ARTICLE, 0, parry_str_make(NULL, 0), NULL};
    for (size_t i = 0; i < SAMPLE_ROWS && dim > 0; i++) {
        if (rows[i].kind == PARRY_ROW_KEYWORDS || rows[i].kind == PARRY_ROW_HEADING)
            continue;
        float *v = PARRY_ARRAY(a, float, dim);
        random_unit(&seed, dim, v);
        rows[i].vector = v;
    }
    parry_article_in article = {.id = parry_str_printf(a, "article-%u", number),
                                .title = rows[0].text,
                                .slug = parry_str_printf(a, "about-%u", number),
                                .locale = parry_str_of("en"),
                                .audience = parry_str_of(number % 3 == 0 ? "merchant" : "customer"),
                                .category = parry_str_of("orders"),
                                .updated = parry_str_of("2026-11-21"),
                                .sections = sections,
                                .nsections = 2,
                                .rows = rows,
                                .nrows = SAMPLE_ROWS};
    article.hash = parry_hash_of(article.title.p, article.title.n);
    return article;
}

static inline parry_segment_options sample_options(size_t dim)
{
    parry_segment_options o = {.dim = dim, .hnsw_from = UINT32_MAX, .chunking = 1};
    if (dim > 0)
        o.model = parry_hash_of("model", 5);
    return o;
}

static inline char *sample_name(parry_arena *a, const parry_segment_options *o, uint32_t first, uint32_t n)
{
    parry_str *ids = PARRY_ARRAY(a, parry_str, n);
    parry_hash *hashes = PARRY_ARRAY(a, parry_hash, n);
    for (uint32_t i = 0; i < n; i++) {
        parry_article_in in = sample_article(a, first + i, 0);
        ids[i] = in.id;
        hashes[i] = in.hash;
    }
    char *name = parry_arena_alloc(a, PARRY_NAME_TEXT);
    parry_segment_name(o, ids, hashes, n, name);
    return name;
}

/* A segment of articles first to first + n - 1 in dir; its name. */
static inline char *write_sample(parry_arena *a, const char *dir, const parry_segment_options *o, uint32_t first,
                                 uint32_t n)
{
    char *name = sample_name(a, o, first, n);
    parry_segment_writer *w = NULL;
    parry_err err = {0};
    if (parry_segment_writer_open(dir, name, o, &w, &err) != PARRY_OK)
        fail_msg("%s %s", err.at, err.msg);
    for (uint32_t i = 0; i < n; i++) {
        parry_arena *scratch_arena = parry_arena_new();
        parry_article_in in = sample_article(scratch_arena, first + i, o->dim);
        ok(parry_segment_writer_add(w, &in, NULL));
        parry_arena_free(scratch_arena);
    }
    if (parry_segment_writer_finish(w, &err) != PARRY_OK)
        fail_msg("%s %s", err.at, err.msg);
    return name;
}

#endif
