/* Completions, corrections, words run together and split. */
#include "engine/expand.h"

#include "engine/analyse_fold.h"
#include "engine/order.h"

#include <stdlib.h>

enum {
    COMPLETIONS = 12,                /* of an unfinished word */
    COMPLETION_FEW = 64,             /* looked at first ... */
    COMPLETION_MANY = 1024,          /* ... and where too few of those may be seen */
    COMPLETION_ROWS = 1 << 14,       /* that all of them may be in together: they are read at every keystroke */
    COMPLETION_ROWS_SHORT = 1 << 13, /* of one or two letters, which are typed the most */
    NEAR_CANDIDATES = 12,
    CORRECTIONS = 4,
    RARE_ROWS = 2,    /* a known word in no more rows may be a misspelt one ... */
    RARE_TIMES = 20,  /* ... where a near one is in so many times more */
    SPLIT_ROWS = 16,  /* a known word in no more rows may be two ... */
    SPLITS_TRIED = 3, /* ... the likeliest, each looked for in so many rows */
    SPLIT_TEXTS = 16,
    SPLIT_LEAST = 2, /* letters of a half */
};
static const float COMPLETED = 0.6F, CORRECTED = 0.9F, CORRECTED_TOO = 0.45F, OTHER_FIRST = 0.8F, MAYBE = 0.3F,
                   JOINED = 0.9F, DOUBTFUL = 0.5F;

static bool same_terms(const parry_variant *a, const parry_variant *b)
{
    if (a->nmore != b->nmore || !parry_str_eq(a->term, b->term))
        return false;
    for (size_t i = 0; i < a->nmore && a->more != NULL && b->more != NULL; i++)
        if (!parry_str_eq(a->more[i], b->more[i]))
            return false;
    return true;
}

void parry_group_add(parry_group *g, parry_variant v)
{
    for (size_t i = 0; i < g->nvariants; i++)
        if (same_terms(&g->variants[i], &v))
            return;
    if (v.term.n > 0 && g->nvariants < PARRY_MAX_VARIANTS)
        g->variants[g->nvariants++] = v;
}

void parry_add_variant(parry_group *g, parry_str term, float weight, bool exact, bool typo)
{
    parry_group_add(g, (parry_variant){.term = term, .weight = weight, .exact = exact, .typo = typo});
}

static size_t letters_of(parry_str word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.n; i++)
        n += ((unsigned char)word.p[i] & 0xC0) != 0x80;
    return n;
}

/* `source` as it was written; of an identifier and its parts only the one that `exact` is. */
static void add_stem(const parry_view *v, parry_group *g, parry_str source, parry_str exact, parry_str locale,
                     float weight, bool typo)
{
    parry_token *tokens = NULL;
    size_t n = 0;
    parry_analyse(v->analyser, v->arena, source, locale, &tokens, &n);
    for (size_t i = 0; i < n; i++)
        if (parry_str_eq(tokens[i].exact, exact))
            parry_add_variant(g, tokens[i].stem, weight, false, typo);
}

static void add_stems_of(const parry_view *v, parry_group *g, parry_str source, parry_str exact, float weight,
                         bool typo)
{
    for (size_t i = 0; i < v->spoken->nothers; i++)
        if (parry_spoken_fits(v->spoken->others[i], source))
            add_stem(v, g, source, exact, parry_str_of(parry_language_code(v->spoken->others[i])), weight, typo);
}

void parry_add_other_stems(const parry_view *v, parry_group *g, parry_str source, float weight, bool typo)
{
    add_stems_of(v, g, source, g->word, weight, typo);
}

static void add_with_stem(const parry_view *v, parry_group *g, parry_str word, float weight, bool typo)
{
    parry_add_variant(g, word, weight, true, typo);
    add_stem(v, g, word, word, v->locale, weight, typo);
    add_stems_of(v, g, word, word, weight, typo);
}

bool parry_has_separator(parry_str word)
{
    static const char separators[] = {'.', '/', '-', '_', ':'};
    for (size_t i = 0; i < word.n; i++)
        if (memchr(separators, word.p[i], sizeof separators) != NULL)
            return true;
    return false;
}

bool parry_has_digit(parry_str word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] >= '0' && word.p[i] <= '9')
            return true;
    return false;
}

/* ---- what there is ------------------------------------------------------------------------------------------------
 */

parry_code parry_is_shown(const parry_view *v, parry_str term, bool *shown, parry_err *err)
{
    *shown = false;
    for (size_t i = 0; i < v->info->nsegments && !*shown; i++) {
        parry_term t;
        bool exact = term.n > 0 && term.p[0] != 'Z' && term.p[0] != 'A', everything = v->masks[i].vectors == NULL;
        if (exact && parry_segment_near(v->info->segments[i].segment, term, 0, false, &t, 1) == 0)
            continue;
        *shown = exact && everything;
        if (*shown)
            break;
        parry_code code = parry_segment_shows(v->info->segments[i].segment, term, v->masks[i].articles, shown, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

uint64_t parry_rows_of(const parry_view *v, parry_str word)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < v->info->nsegments; i++) {
        parry_term t;
        if (parry_segment_near(v->info->segments[i].segment, word, 0, false, &t, 1) == 1)
            rows += t.rows;
    }
    return rows;
}

/* Terms found in several segments, added up. */
typedef struct term_list {
    parry_term *terms;
    size_t n;
    uint32_t *slots; /* where a term stands in `terms`, plus one; 0: free */
    uint32_t mask;   /* slots - 1; at most half of them are taken */
} term_list;

static term_list term_list_of_at_most(const parry_view *v, size_t cap)
{
    uint32_t slots = 16;
    while (slots < 2 * cap)
        slots *= 2;
    return (term_list){PARRY_ARRAY(v->arena, parry_term, cap), 0, PARRY_ARRAY(v->arena, uint32_t, slots), slots - 1};
}

static void collect(term_list *list, const parry_term *found, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        parry_str term = found[i].term;
        uint32_t h = 2166136261U; /* FNV-1a */
        for (size_t k = 0; k < term.n; k++)
            h = (h ^ (unsigned char)term.p[k]) * 16777619U;
        uint32_t *at = &list->slots[h & list->mask];
        while (*at != 0 && !parry_str_eq(list->terms[*at - 1].term, term))
            at = &list->slots[++h & list->mask];
        if (*at != 0) {
            list->terms[*at - 1].rows += found[i].rows;
            continue;
        }
        list->terms[list->n++] = found[i];
        *at = (uint32_t)list->n;
    }
}

static int likeliest_first(const void *x, const void *y)
{
    const parry_term *a = x, *b = y;
    if (a->edits != b->edits)
        return (a->edits > b->edits) - (a->edits < b->edits);
    if (a->other_first != b->other_first)
        return a->other_first ? 1 : -1;
    if (a->rows != b->rows)
        return (a->rows < b->rows) - (a->rows > b->rows);
    return parry_str_cmp(a->term, b->term);
}

static void sort_terms(term_list *list)
{
    if (list->n > 0)
        qsort(list->terms, list->n, sizeof *list->terms, likeliest_first);
}

/* ---- completions --------------------------------------------------------------------------------------------------
 */

static parry_code complete_from(const parry_view *v, parry_group *g, size_t cap, size_t *done, bool *all,
                                parry_err *err)
{
    term_list list = term_list_of_at_most(v, cap * v->info->nsegments);
    uint64_t rows = 0, most = letters_of(g->word) < 3 ? COMPLETION_ROWS_SHORT : COMPLETION_ROWS;
    *all = true;
    *done = 0;
    parry_term *found = PARRY_ARRAY(v->arena, parry_term, cap);
    for (size_t i = 0; i < v->info->nsegments; i++) {
        size_t n = parry_segment_prefix(v->info->segments[i].segment, g->word, found, cap);
        *all = *all && n < cap;
        collect(&list, found, n);
    }
    sort_terms(&list);
    for (size_t i = 0; i < list.n && *done < COMPLETIONS; i++) {
        bool shown = false;
        if (list.terms[i].rows > most - rows) /* so frequent that it says little */
            continue;
        parry_code code = parry_is_shown(v, list.terms[i].term, &shown, err);
        if (code != PARRY_OK)
            return code;
        if (!shown)
            continue;
        add_with_stem(v, g, list.terms[i].term, COMPLETED, false);
        rows += list.terms[i].rows;
        ++*done;
    }
    return PARRY_OK;
}

parry_code parry_complete_word(const parry_view *v, parry_group *g, parry_err *err)
{
    size_t done, before = g->nvariants;
    bool all;
    parry_code code = complete_from(v, g, COMPLETION_FEW, &done, &all, err);
    if (code != PARRY_OK || all || done == COMPLETIONS)
        return code;
    g->nvariants = before;
    return complete_from(v, g, COMPLETION_MANY, &done, &all, err);
}

/* ---- corrections --------------------------------------------------------------------------------------------------
 */

static bool is_listed(parry_str list, parry_str word)
{
    while (list.n > 0) {
        size_t n = 0;
        while (n < list.n && list.p[n] != ' ' && list.p[n] != ',')
            n++;
        if (n == word.n && strncasecmp(list.p, word.p, n) == 0)
            return true;
        list = parry_str_from(list, n + 1);
    }
    return false;
}

/* Edits that a word may be away. */
static unsigned allowed_edits(const parry_view *v, const parry_group *g)
{
    const parry_search_settings *s = v->settings;
    size_t letters = letters_of(g->word);
    bool digit = parry_has_digit(g->word);
    if (g->quoted || (g->identifier && !digit) || (digit && !s->typo_numbers) || is_listed(s->typo_off_words, g->word))
        return 0;
    if (s->typo_one_from == 0 || letters < 3)
        return 0;
    unsigned edits = letters < s->typo_one_from ? 0 : s->typo_two_from == 0 || letters < s->typo_two_from ? 1 : 2;
    if (v->more_edits > 0 && !parry_is_a_word(v, g->word))
        edits += v->more_edits;
    return edits > 2 ? 2 : edits;
}

static term_list near_terms(const parry_view *v, const parry_group *g, unsigned edits)
{
    term_list list = term_list_of_at_most(v, NEAR_CANDIDATES * v->info->nsegments);
    parry_term found[NEAR_CANDIDATES];
    for (size_t i = 0; i < v->info->nsegments; i++)
        collect(
            &list, found,
            parry_segment_near(v->info->segments[i].segment, g->word, edits, g->unfinished, found, NEAR_CANDIDATES));
    sort_terms(&list);
    return list;
}

bool parry_is_a_word(const parry_view *v, parry_str word)
{
    return v->tokenizer != NULL && parry_token_count(v->tokenizer, word) == 1;
}

/* Nobody wrote it. */
static parry_code correct_unknown(const parry_view *v, parry_group *g, const term_list *list, parry_err *err)
{
    unsigned fewest = 0;
    size_t done = 0;
    bool doubtful = parry_is_a_word(v, g->word);
    for (size_t i = 0; i < list->n && done < CORRECTIONS; i++) {
        const parry_term *t = &list->terms[i];
        bool shown = false;
        if (done > 0 && t->edits > fewest)
            break;
        parry_code code = parry_is_shown(v, t->term, &shown, err);
        if (code != PARRY_OK)
            return code;
        if (!shown || parry_str_eq(t->term, g->word) || parry_has_separator(t->term))
            continue;
        float weight = (done == 0 ? CORRECTED : CORRECTED_TOO) * (t->other_first ? OTHER_FIRST : 1.0F) *
                       (doubtful ? DOUBTFUL : 1.0F);
        add_with_stem(v, g, t->term, weight, true);
        if (done++ == 0) {
            *(doubtful ? &g->suggested : &g->corrected) = t->term;
            fewest = t->edits;
        }
    }
    return PARRY_OK;
}

/* Somebody wrote it, but hardly anybody. */
static parry_code correct_rare(const parry_view *v, parry_group *g, const term_list *list, parry_err *err)
{
    uint64_t rows = parry_rows_of(v, g->word);
    if (rows == 0) /* its stem is well known */
        return PARRY_OK;
    for (size_t i = 0; i < list->n && g->suggested.n == 0; i++) {
        const parry_term *t = &list->terms[i];
        bool shown = false;
        if (t->rows < RARE_TIMES * (rows + 1) || t->edits != 1 || t->other_first || parry_has_separator(t->term))
            continue;
        parry_code code = parry_is_shown(v, t->term, &shown, err);
        if (code != PARRY_OK)
            return code;
        if (shown) {
            add_with_stem(v, g, t->term, MAYBE, true);
            g->suggested = t->term;
        }
    }
    return PARRY_OK;
}

parry_code parry_correct(const parry_view *v, parry_group *g, parry_err *err)
{
    unsigned edits = allowed_edits(v, g);
    if (edits == 0 || (g->shown && (g->unfinished || parry_rows_of(v, g->word) > RARE_ROWS)))
        return PARRY_OK;
    term_list list = near_terms(v, g, g->shown ? 1 : edits);
    return g->shown ? correct_rare(v, g, &list, err) : correct_unknown(v, g, &list, err);
}

/* ---- two words in one ---------------------------------------------------------------------------------------------
 */

typedef struct split {
    parry_str half[2];
    uint64_t rows; /* of the rarer half */
    int rarer;
} split;

static int most_frequent_first(const void *x, const void *y)
{
    const split *a = x, *b = y;
    return (a->rows < b->rows) - (a->rows > b->rows);
}

static bool is_stop(const parry_view *v, parry_str word)
{
    parry_token *tokens = NULL;
    size_t n = 0;
    parry_analyse(v->analyser, v->arena, word, v->locale, &tokens, &n);
    return n > 0 && tokens[0].stop;
}

/* known: the word itself stands somewhere. Then it is two only if both say something: "mean" is not "me an". */
static size_t find_splits(const parry_view *v, parry_str word, bool known, split *out)
{
    size_t n = 0;
    for (size_t at = SPLIT_LEAST; at + SPLIT_LEAST <= word.n; at++) {
        split s = {{parry_str_make(word.p, at), parry_str_from(word, at)}, 0, 0};
        if (((unsigned char)word.p[at] & 0xC0) == 0x80 || letters_of(s.half[0]) < SPLIT_LEAST ||
            letters_of(s.half[1]) < SPLIT_LEAST)
            continue;
        uint64_t first = parry_rows_of(v, s.half[0]), second = first > 0 ? parry_rows_of(v, s.half[1]) : 0;
        if (second == 0 || is_stop(v, s.half[0]) || (known && is_stop(v, s.half[1])))
            continue;
        s.rarer = second < first;
        s.rows = second < first ? second : first;
        out[n++] = s;
    }
    qsort(out, n, sizeof *out, most_frequent_first);
    return n;
}

/* Do the halves stand side by side in one of the first texts that may be seen with the rarer one in it? */
static parry_code stands_somewhere(const parry_view *v, const split *s, bool *found, parry_err *err)
{
    size_t looked = 0;
    *found = false;
    for (size_t i = 0; i < v->info->nsegments; i++) {
        const parry_segment *segment = v->info->segments[i].segment;
        const parry_segment_info *info = parry_segment_get_info(segment);
        parry_postings p;
        parry_code code = parry_segment_postings(segment, v->arena, s->half[s->rarer], &p, err);
        if (code != PARRY_OK)
            return code;
        for (size_t k = 0; k < p.n && looked < SPLIT_TEXTS; k++) {
            if (!parry_mask_shows(&v->masks[i], info->row_article[p.row[k]]))
                continue;
            looked++;
            *found =
                parry_holds_phrase(v->analyser, v->arena, parry_segment_text(segment, p.row[k]), v->locale, s->half, 2);
            if (*found)
                return PARRY_OK;
        }
    }
    return PARRY_OK;
}

parry_code parry_split_word(const parry_view *v, const parry_group *g, parry_str halves[2], parry_err *err)
{
    split s[PARRY_TERM_MAX];
    uint64_t rows = parry_rows_of(v, g->word);
    halves[0] = halves[1] = parry_str_make(NULL, 0);
    if (g->quoted || g->stop || g->unfinished || g->word.n < 2 * SPLIT_LEAST || rows > SPLIT_ROWS)
        return PARRY_OK;
    size_t n = find_splits(v, g->word, g->shown, s);
    for (size_t i = 0; i < n && i < SPLITS_TRIED && s[i].rows > rows; i++) {
        bool found;
        parry_code code = stands_somewhere(v, &s[i], &found, err);
        if (code != PARRY_OK)
            return code;
        if (found) {
            halves[0] = s[i].half[0];
            halves[1] = s[i].half[1];
            return PARRY_OK;
        }
    }
    return PARRY_OK;
}

parry_code parry_join_words(const parry_view *v, parry_group *a, parry_group *b, parry_err *err)
{
    char both[PARRY_TERM_MAX];
    bool shown = false;
    if (a->pair || b->pair || a->stop || a->quoted || b->quoted || b->unfinished ||
        a->word.n + b->word.n >= sizeof both)
        return PARRY_OK;
    memcpy(both, a->word.p, a->word.n);
    memcpy(both + a->word.n, b->word.p, b->word.n);
    parry_str joined = parry_str_make(both, a->word.n + b->word.n);
    if (parry_rows_of(v, joined) == 0)
        return PARRY_OK;
    parry_code code = parry_is_shown(v, joined, &shown, err);
    if (code != PARRY_OK || !shown)
        return code;
    joined = parry_str_copy(v->arena, joined);
    add_with_stem(v, a, joined, JOINED, false);
    if (!b->stop)
        add_with_stem(v, b, joined, JOINED, false);
    a->shown = b->shown = true;
    return PARRY_OK;
}
