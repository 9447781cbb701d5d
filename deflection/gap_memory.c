#include "deflection/gap_memory.h"

#include "base/json.h"

#include "base/hash.h"

#include <stdlib.h>

static void hash_text(parry_str text, char out[PARRY_GAP_TEXT_HASH])
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(parry_hash_of(text.p, text.n), hex);
    memcpy(out, hex, PARRY_GAP_TEXT_HASH - 1);
    out[PARRY_GAP_TEXT_HASH - 1] = 0;
}

static int64_t number_at(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }

bool parry_gap_memory_id(parry_str id)
{
    bool hex = id.n == PARRY_GAP_ID - 1 && id.p[0] == 'g';
    for (size_t i = 1; hex && i < id.n; i++)
        hex = (id.p[i] >= '0' && id.p[i] <= '9') || (id.p[i] >= 'a' && id.p[i] <= 'f');
    return hex;
}

json_t *parry_gap_memory_find(const json_t *memory, parry_str id)
{
    size_t i;
    json_t *gap;
    json_array_foreach(json_object_get(memory, "gaps"), i, gap)
    {
        if (parry_str_eq(parry_json_at(gap, "id"), id))
            return gap;
    }
    return NULL;
}

bool parry_gap_memory_has(const json_t *gap, parry_str text)
{
    char hash[PARRY_GAP_TEXT_HASH];
    size_t i;
    json_t *t;
    hash_text(text, hash);
    json_array_foreach(json_object_get(gap, "texts"), i, t)
    {
        if (json_is_string(t) && strcmp(json_string_value(t), hash) == 0)
            return true;
    }
    return false;
}

/* ---- matching ---------------------------------------------------------------------------------------------------- */

typedef struct known { /* a text today: whose it is now, and how many people it is of */
    char hash[PARRY_GAP_TEXT_HASH];
    size_t gap, people;
} known;

typedef struct pair { /* a gap now, and one before */
    size_t gap, before, shared;
    const char *id;
} pair;

static int by_hash(const void *a, const void *b) { return memcmp(a, b, PARRY_GAP_TEXT_HASH); }

static int by_shared(const void *a, const void *b)
{
    const pair *x = a, *y = b;
    if (x->shared != y->shared)
        return x->shared > y->shared ? -1 : 1;
    int order = strcmp(x->id, y->id);
    return order != 0 ? order : (x->gap > y->gap) - (x->gap < y->gap);
}

typedef struct matching {
    json_t *list; /* gaps before */
    parry_content_gap *gaps;
    size_t n, *people; /* of all texts of each gap now */
    known *texts;
    size_t ntexts;
    pair *pairs;
    size_t npairs, cap;
} matching;

static void know(matching *m, const parry_gap_text *texts)
{
    size_t room = 0;
    for (size_t i = 0; i < m->n; i++)
        room += m->gaps[i].ntexts;
    m->texts = parry_calloc(room + 1, sizeof *m->texts);
    m->people = parry_calloc(m->n + 1, sizeof *m->people);
    for (size_t i = 0; i < m->n; i++) {
        for (size_t k = 0; k < m->gaps[i].ntexts; k++) {
            const parry_gap_text *t = &texts[m->gaps[i].texts[k]];
            known *one = &m->texts[m->ntexts++];
            hash_text(t->text, one->hash);
            one->gap = i;
            one->people = t->visitors;
            m->people[i] += t->visitors;
        }
    }
    qsort(m->texts, m->ntexts, sizeof *m->texts, by_hash);
}

static void add_pair(matching *m, pair p)
{
    if (m->npairs == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 64;
        m->pairs = parry_realloc(m->pairs, m->cap * sizeof *m->pairs);
    }
    m->pairs[m->npairs++] = p;
}

/* The gaps now that share enough with one before. */
static void compare(matching *m, const json_t *gap, size_t before, size_t *shared)
{
    size_t i, all = 0;
    json_t *text;
    memset(shared, 0, (m->n + 1) * sizeof *shared);
    json_array_foreach(json_object_get(gap, "texts"), i, text)
    {
        known key = {.gap = 0};
        if (json_string_length(text) != PARRY_GAP_TEXT_HASH - 1)
            continue;
        memcpy(key.hash, json_string_value(text), PARRY_GAP_TEXT_HASH);
        const known *t = bsearch(&key, m->texts, m->ntexts, sizeof *m->texts, by_hash);
        if (t == NULL)
            continue;
        shared[t->gap] += t->people;
        all += t->people;
    }
    for (size_t g = 0; g < m->n; g++) {
        size_t least = all < m->people[g] ? all : m->people[g];
        if (shared[g] > 0 && 2 * shared[g] >= least)
            add_pair(m, (pair){g, before, shared[g], json_string_value(json_object_get(gap, "id"))});
    }
}

/* Each gap now and before at most once. */
static void give_ids(matching *m, json_t **of)
{
    size_t count = json_array_size(m->list);
    bool *taken = parry_calloc(count + 1, sizeof *taken);
    if (m->npairs > 0)
        qsort(m->pairs, m->npairs, sizeof *m->pairs, by_shared);
    for (size_t i = 0; i < m->npairs; i++) {
        const pair *p = &m->pairs[i];
        if (of[p->gap] != NULL || taken[p->before])
            continue;
        taken[p->before] = true;
        of[p->gap] = json_array_get(m->list, p->before);
        memcpy(m->gaps[p->gap].id, p->id, PARRY_GAP_ID);
        m->gaps[p->gap].since_ms = number_at(of[p->gap], "since");
    }
    free(taken);
}

static void new_id(const json_t *memory, parry_str audience, parry_content_gap *gap)
{
    for (unsigned again = 0; again == 0 || parry_gap_memory_find(memory, parry_str_of(gap->id)) != NULL; again++) {
        char hex[PARRY_HASH_HEX + 1];
        parry_hasher h;
        parry_hasher_start(&h);
        parry_hasher_adds(&h, audience);
        parry_hasher_adds(&h, gap->centre);
        parry_hasher_add(&h, &again, sizeof again);
        parry_hash_hex(parry_hasher_end(&h), hex);
        gap->id[0] = 'g';
        memcpy(gap->id + 1, hex, PARRY_GAP_ID - 2);
        gap->id[PARRY_GAP_ID - 1] = 0;
    }
}

static void remember(json_t *gap, const parry_gap_text *texts, const parry_content_gap *now, int64_t now_ms)
{
    json_t *list = json_array();
    for (size_t i = 0; i < now->ntexts && i < PARRY_GAP_MEMORY_TEXTS; i++) {
        char hash[PARRY_GAP_TEXT_HASH];
        hash_text(texts[now->texts[i]].text, hash);
        json_array_append_new(list, json_string(hash));
    }
    json_object_set_new(gap, "seen", json_integer(now_ms));
    json_object_set_new(gap, "texts", list);
}

static void forget(json_t *list, int64_t now_ms)
{
    for (size_t i = json_array_size(list); i > 0; i--) {
        const json_t *gap = json_array_get(list, i - 1);
        bool named = parry_gap_memory_id(parry_json_at(gap, "id"));
        bool old = number_at(gap, "seen") < now_ms - PARRY_GAP_MEMORY_DAYS * (int64_t)86400000;
        if (!named || (old && json_object_get(gap, "draft") == NULL))
            json_array_remove(list, i - 1);
    }
}

void parry_gaps_match(json_t *memory, parry_str audience, const parry_gap_text *texts, parry_content_gap *gaps,
                      size_t n, int64_t now_ms)
{
    matching m = {.gaps = gaps, .n = n};
    json_object_set_new(memory, "version", json_integer(1));
    if (!json_is_array(json_object_get(memory, "gaps")))
        json_object_set_new(memory, "gaps", json_array());
    m.list = json_object_get(memory, "gaps");
    forget(m.list, now_ms);
    know(&m, texts);
    json_t **of = parry_calloc(n + 1, sizeof(json_t *));
    size_t *shared = parry_calloc(n + 1, sizeof *shared);
    for (size_t i = 0; i < json_array_size(m.list); i++) {
        const json_t *gap = json_array_get(m.list, i);
        if (parry_str_eq(parry_json_at(gap, "audience"), audience))
            compare(&m, gap, i, shared);
    }
    give_ids(&m, of);
    for (size_t i = 0; i < n; i++) {
        if (of[i] == NULL) {
            new_id(memory, audience, &gaps[i]);
            gaps[i].since_ms = now_ms;
            of[i] = json_pack("{s:s, s:s%, s:I}", "id", gaps[i].id, "audience", audience.p ? audience.p : "",
                              audience.n, "since", (json_int_t)now_ms);
            json_array_append_new(m.list, of[i]);
        }
        remember(of[i], texts, &gaps[i], now_ms);
    }
    free(shared);
    free(of);
    free(m.texts);
    free(m.people);
    free(m.pairs);
}
