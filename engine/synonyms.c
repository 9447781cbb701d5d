/* Synonyms, parsed once a generation and applied to each query's groups. */
#include "engine/synonyms.h"

#include "engine/expand.h"
#include "engine/filter.h"
#include "engine/side_read.h"

#include <math.h>
#include <stdlib.h>

/* ---- parsing ------------------------------------------------------------------------------------------------------
 */

typedef struct parsing {
    parry_arena *arena;
    parry_analyser *analyser;
    parry_synonym *list;
    size_t n, cap;
} parsing;

static parry_code phrases_of(parsing *p, const json_t *map, const char *key, parry_str locale, parry_wording **out,
                             size_t *n, parry_err *err)
{
    parry_str *texts = NULL;
    parry_code code = parry_side_texts(map, key, p->arena, &texts, n, err);
    if (code != PARRY_OK)
        return code;
    if (*n > PARRY_SYNONYM_WORDS_MAX)
        return parry_side_wrong(map, err, "%s has %zu items; at most %d", key, *n, PARRY_SYNONYM_WORDS_MAX);
    *out = PARRY_ARRAY(p->arena, parry_wording, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        (*out)[i] = parry_wording_of(p->analyser, p->arena, texts[i], locale.n > 0 ? locale : parry_str_of("en"));
        if ((*out)[i].n == 0 || (*out)[i].n > PARRY_SYNONYM_TERMS_MAX)
            return parry_side_wrong(map, err, "\"%.60s\" has %zu words; 1 to %d", texts[i].p, (*out)[i].n,
                                    PARRY_SYNONYM_TERMS_MAX);
    }
    return PARRY_OK;
}

static parry_code add(parsing *p, const json_t *map, const parry_synonym *s, parry_err *err)
{
    if (p->n == PARRY_SYNONYMS_MAX)
        return parry_side_wrong(map, err, "more than %d synonyms", PARRY_SYNONYMS_MAX);
    p->list = parry_arena_grow(p->arena, p->list, p->n, &p->cap, sizeof *p->list);
    p->list[p->n++] = *s;
    return PARRY_OK;
}

/* Each phrase of the set leads to the others. */
static parry_code add_set(parsing *p, const json_t *map, parry_synonym s, const parry_wording *set, size_t n,
                          parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < n && code == PARRY_OK; i++) {
        parry_wording *others = PARRY_ARRAY(p->arena, parry_wording, n);
        s.from = &set[i];
        s.to = others;
        s.nto = 0;
        for (size_t k = 0; k < n; k++)
            if (k != i)
                others[s.nto++] = set[k];
        code = add(p, map, &s, err);
    }
    return code;
}

static parry_code add_one_way(parsing *p, const json_t *map, parry_synonym s, const parry_wording *from, size_t nfrom,
                              const parry_wording *to, size_t nto, parry_err *err)
{
    parry_code code = PARRY_OK;
    s.to = to;
    s.nto = nto;
    for (size_t i = 0; i < nfrom && code == PARRY_OK; i++) {
        s.from = &from[i];
        code = add(p, map, &s, err);
    }
    return code;
}

static parry_code parse_entry(parsing *p, const json_t *map, parry_err *err)
{
    parry_synonym s = {.line = parry_side_line(map)};
    parry_wording *words = NULL, *from = NULL, *to = NULL;
    size_t nwords = 0, nfrom = 0, nto = 0;
    double weight = PARRY_SYNONYM_WEIGHT;
    parry_code code = parry_side_keys(map, "words from to locale weight", err);
    if (code == PARRY_OK)
        code = parry_side_text(map, "locale", p->arena, &s.locale, err);
    if (code == PARRY_OK)
        code = parry_side_number(map, "weight", 0.1, 0.9, &weight, err);
    if (code == PARRY_OK)
        code = phrases_of(p, map, "words", s.locale, &words, &nwords, err);
    if (code == PARRY_OK)
        code = phrases_of(p, map, "from", s.locale, &from, &nfrom, err);
    if (code == PARRY_OK)
        code = phrases_of(p, map, "to", s.locale, &to, &nto, err);
    if (code != PARRY_OK)
        return code;
    s.weight = (float)weight;
    if (nwords >= 2 && nfrom == 0 && nto == 0)
        return add_set(p, map, s, words, nwords, err);
    if (nwords == 0 && nfrom > 0 && nto > 0)
        return add_one_way(p, map, s, from, nfrom, to, nto, err);
    return parry_side_wrong(map, err, "%s", "write `words` with at least two, or `from` and `to`");
}

static int by_term(const void *x, const void *y)
{
    const parry_synonym_key *a = x, *b = y;
    int c = parry_str_cmp(a->term, b->term);
    return c != 0 ? c : (a->synonym > b->synonym) - (a->synonym < b->synonym);
}

static const parry_synonyms *index_of(const parsing *p)
{
    size_t terms = 0, nfirst = 0, nwords = 0;
    for (size_t i = 0; i < p->n; i++)
        terms += 2 * p->list[i].from->n;
    parry_synonym_key *first = PARRY_ARRAY(p->arena, parry_synonym_key, 2 * p->n + 1);
    parry_str *words = PARRY_ARRAY(p->arena, parry_str, terms + 1);
    for (uint32_t i = 0; i < p->n; i++) {
        const parry_wording *from = p->list[i].from;
        first[nfirst++] = (parry_synonym_key){from->exact[0], i};
        first[nfirst++] = (parry_synonym_key){from->stem[0], i};
        for (size_t k = 0; k < from->n; k++) {
            words[nwords++] = from->exact[k];
            words[nwords++] = from->stem[k];
        }
    }
    if (p->n > 0) {
        qsort(first, nfirst, sizeof *first, by_term);
        qsort(words, nwords, sizeof *words, parry_str_order);
    }
    parry_synonyms *s = PARRY_NEW(p->arena, parry_synonyms);
    *s = (parry_synonyms){p->list, p->n, first, nfirst, words, nwords};
    return s;
}

parry_code parry_synonyms_parse(const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    parsing p = {.arena = a, .analyser = parry_analyser_new()};
    parry_code code = PARRY_OK;
    if (!json_is_array(document))
        code = parry_fail(err, PARRY_INVALID, "synonyms are a list of entries, each `- words: [one, another]`");
    for (size_t i = 0; i < json_array_size(document) && code == PARRY_OK; i++)
        code = parse_entry(&p, json_array_get(document, i), err);
    if (code == PARRY_OK)
        *out = index_of(&p);
    parry_analyser_free(p.analyser);
    return code;
}

/* ---- applying -----------------------------------------------------------------------------------------------------
 */

static bool knows(const parry_synonyms *s, parry_str term)
{
    return s->nwords > 0 && bsearch(&term, s->words, s->nwords, sizeof *s->words, parry_str_order) != NULL;
}

bool parry_synonyms_know_group(const parry_synonyms *s, const parry_group *g)
{
    bool known = false;
    for (size_t i = 0; s != NULL && i < g->nvariants && !known; i++)
        known = knows(s, g->variants[i].term);
    return known;
}

/* As typed, or as it was corrected; not what it may become, nor another synonym. */
static bool as_typed(const parry_variant *v) { return v->weight >= 0.9F && v->synonym.n == 0; }

static bool group_is(const parry_group *g, parry_str exact, parry_str stem)
{
    for (size_t i = 0; i < g->nvariants; i++)
        if (as_typed(&g->variants[i]) && parry_str_eq(g->variants[i].term, g->variants[i].exact ? exact : stem))
            return true;
    return false;
}

/* The words of the query, in their order, that a phrase may be made of: u->order gives groups. */
static bool stands_at(const parry_understood *u, size_t at, const parry_wording *p)
{
    if (at + p->n > u->norder)
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (!group_is(&u->groups[u->order[at + i]], p->exact[i], p->stem[i]))
            return false;
    return true;
}

/* Rows that hold all words of a phrase at most; by the vocabularies, so dead rows count too. */
static uint64_t rows_of(const parry_view *v, const parry_wording *p)
{
    uint64_t fewest = UINT64_MAX;
    for (size_t w = 0; w < p->n; w++) {
        uint64_t rows = parry_rows_of(v, p->exact[w]);
        fewest = rows < fewest ? rows : fewest;
    }
    return fewest;
}

/* How much less the synonym tells than the word: idf over idf, at most 1. */
static float tells(const parry_view *v, const parry_group *g, const parry_wording *to)
{
    double n = (double)v->info->kind_rows[PARRY_ROW_PASSAGE] + 1;
    double typed = (double)parry_rows_of(v, g->word), synonym = (double)rows_of(v, to);
    if (typed <= 0 || synonym <= typed || n <= typed)
        return 1;
    return (float)(log1p(n / synonym) / log1p(n / typed));
}

static void add_phrase(const parry_view *v, parry_group *g, const parry_synonym *s, const parry_wording *to)
{
    float weight = s->weight * tells(v, g, to);
    for (int exact = 0; exact < 2; exact++) {
        const parry_str *terms = exact ? to->exact : to->stem;
        parry_group_add(g, (parry_variant){.term = terms[0],
                                           .more = terms + 1,
                                           .nmore = to->n - 1,
                                           .weight = weight,
                                           .exact = exact != 0,
                                           .synonym = to->text,
                                           .kind = "synonym"});
    }
}

static void tell(parry_understood *u, const parry_synonym *s, const parry_wording *to)
{
    for (size_t i = 0; i < u->nsynonyms; i++)
        if (parry_str_eq(u->synonyms[i].from, s->from->text) && parry_str_eq(u->synonyms[i].to, to->text))
            return;
    if (u->nsynonyms < PARRY_SYNONYMS_TOLD)
        u->synonyms[u->nsynonyms++] = (parry_synonym_used){s->from->text, to->text, (double)s->weight, s->line};
}

static void apply_one(const parry_view *v, const parry_synonym *s, size_t at, parry_understood *u)
{
    bool only_stops = true;
    for (size_t i = at; i < at + s->from->n; i++)
        only_stops = only_stops && u->groups[u->order[i]].stop;
    if (only_stops)
        u->groups[u->order[at]].stop = false; /* together they mean something */
    for (size_t t = 0; t < s->nto; t++) {
        for (size_t i = at; i < at + s->from->n; i++)
            add_phrase(v, &u->groups[u->order[i]], s, &s->to[t]);
        tell(u, s, &s->to[t]);
    }
}

static size_t first_key(const parry_synonyms *s, parry_str term)
{
    size_t low = 0, high = s->nfirst;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (parry_str_cmp(s->first[mid].term, term) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void apply_at(const parry_view *v, parry_str term, size_t at, parry_understood *u)
{
    const parry_synonyms *s = v->synonyms;
    for (size_t k = first_key(s, term); k < s->nfirst && parry_str_eq(s->first[k].term, term); k++) {
        const parry_synonym *x = &s->list[s->first[k].synonym];
        if (parry_locale_fits(v->locale, x->locale) && stands_at(u, at, x->from))
            apply_one(v, x, at, u);
    }
}

void parry_synonyms_apply(const parry_view *v, parry_understood *u)
{
    for (size_t i = 0; v->synonyms != NULL && i < u->norder; i++) {
        const parry_group *group = &u->groups[u->order[i]];
        size_t typed = group->nvariants; /* what is added here leads no further */
        for (size_t k = 0; k < typed && !group->quoted; k++)
            if (as_typed(&group->variants[k]))
                apply_at(v, group->variants[k].term, i, u);
    }
}
