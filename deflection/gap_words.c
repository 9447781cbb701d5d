#include "deflection/gap_words.h"

#include <math.h>
#include <stdlib.h>

/* ---- numbering --------------------------------------------------------------------------------------------------- */

typedef struct seen {
    parry_str stem, exact;
    size_t text, place;
    uint32_t number;
} seen;

typedef struct all {
    parry_arena *a;
    seen *words;
    size_t n, cap;
} all;

/* "[email]" is no word that anybody wrote. */
static parry_str without_redacted(parry_arena *a, parry_str s)
{
    char *p = parry_arena_alloc(a, s.n + 1);
    memcpy(p, s.p ? s.p : "", s.n);
    for (size_t i = 0; i < s.n; i++) {
        size_t end = i + 1;
        while (end < s.n && p[end] >= 'a' && p[end] <= 'z')
            end++;
        if (p[i] == '[' && end > i + 1 && end < s.n && p[end] == ']')
            memset(p + i, ' ', end + 1 - i);
    }
    return parry_str_make(p, s.n);
}

static void add_words(all *w, parry_analyser *an, const parry_gap_text *t, size_t text)
{
    parry_token *tokens;
    size_t n;
    parry_str locale = t->locale.n > 0 ? t->locale : parry_str_of("en");
    parry_analyse(an, w->a, without_redacted(w->a, t->text), locale, &tokens, &n);
    for (size_t i = 0; i < n; i++) {
        const parry_token *k = &tokens[i];
        if (k->stop || k->part || k->exact.n == 0)
            continue;
        if (w->n == w->cap)
            w->words = parry_arena_grow(w->a, w->words, w->n, &w->cap, sizeof *w->words);
        w->words[w->n++] = (seen){k->stem.n > 0 ? k->stem : k->exact, k->exact, text, i, 0};
    }
}

static int by_stem(const void *a, const void *b)
{
    const seen *x = a, *y = b;
    int order = parry_str_cmp(x->stem, y->stem);
    if (order == 0)
        order = (x->text > y->text) - (x->text < y->text);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b)
{
    const seen *x = a, *y = b;
    int order = (x->text > y->text) - (x->text < y->text);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* Numbers in the order of the stems' bytes; a text's second use of a stem goes. */
static void number_stems(all *w, parry_gap_words *out)
{
    size_t kept = 0;
    qsort(w->words, w->n, sizeof *w->words, by_stem);
    for (size_t i = 0; i < w->n; i++) {
        bool same = kept > 0 && parry_str_eq(w->words[i].stem, w->words[kept - 1].stem);
        if (same && w->words[i].text == w->words[kept - 1].text)
            continue;
        if (!same)
            out->nstems++;
        w->words[i].number = (uint32_t)(out->nstems - 1);
        w->words[kept++] = w->words[i];
    }
    w->n = kept;
    out->seen = PARRY_ARRAY(w->a, size_t, out->nstems + 1);
    for (size_t i = 0; i < w->n; i++)
        out->seen[w->words[i].number]++;
}

/* ---- weights ----------------------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static parry_grouping_words weigh(const parry_gap_words *w, size_t text, size_t texts, parry_arena *a)
{
    size_t n = w->n[text];
    uint32_t *words = PARRY_ARRAY(a, uint32_t, n + 1);
    float *weights = PARRY_ARRAY(a, float, n + 1);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        words[i] = w->of[text][i].stem;
    qsort(words, n, sizeof *words, by_number);
    for (size_t i = 0; i < n; i++) {
        double idf = log(1 + (double)texts / (double)w->seen[words[i]]);
        weights[i] = (float)idf;
        sum += idf * idf;
    }
    for (size_t i = 0; i < n; i++)
        weights[i] = (float)((double)weights[i] / sqrt(sum));
    return (parry_grouping_words){words, weights, n};
}

void parry_gap_words_of(const parry_gap_text *texts, size_t n, parry_arena *a, parry_gap_words *out)
{
    all w = {.a = a};
    parry_analyser *an = parry_analyser_new();
    for (size_t i = 0; i < n; i++)
        add_words(&w, an, &texts[i], i);
    parry_analyser_free(an);
    *out = (parry_gap_words){.of = PARRY_ARRAY(a, const parry_gap_word *, n + 1), .n = PARRY_ARRAY(a, size_t, n + 1)};
    if (w.n > 0)
        number_stems(&w, out);
    if (w.n > 0)
        qsort(w.words, w.n, sizeof *w.words, by_place);
    parry_gap_word *words = PARRY_ARRAY(a, parry_gap_word, w.n + 1);
    for (size_t i = 0; i < w.n; i++) {
        words[i] = (parry_gap_word){w.words[i].number, w.words[i].exact};
        if (out->n[w.words[i].text]++ == 0)
            out->of[w.words[i].text] = &words[i];
    }
    out->weighed = PARRY_ARRAY(a, parry_grouping_words, n + 1);
    for (size_t i = 0; i < n; i++)
        out->weighed[i] = weigh(out, i, n, a);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

double *parry_gap_word_totals(const parry_gap_words *w, const parry_gap_text *texts, size_t n, parry_arena *a)
{
    double *total = PARRY_ARRAY(a, double, w->nstems + 1);
    for (size_t t = 0; t < n; t++) {
        for (size_t i = 0; i < w->n[t]; i++)
            total[w->of[t][i].stem] += (double)texts[t].visitors;
    }
    return total;
}

typedef struct use { /* of one stem, or of one way to write it, in the texts of a gap */
    uint32_t stem;
    parry_str exact;
    size_t text, place;
} use;

static int by_use(const void *a, const void *b)
{
    const use *x = a, *y = b;
    int order = (x->stem > y->stem) - (x->stem < y->stem);
    if (order == 0)
        order = parry_str_cmp(x->exact, y->exact);
    return order != 0 ? order : (x->text > y->text) - (x->text < y->text);
}

/* Distinct visitors of the texts of these uses. */
static size_t people_of(const parry_gap_text *texts, const use *uses, size_t n)
{
    size_t *list = parry_malloc((n + 1) * sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = uses[i].text;
    size_t people = parry_gap_people(texts, list, n, 0);
    free(list);
    return people;
}

typedef struct named {
    parry_str exact;
    double score, place;
} named;

static int by_score(const void *a, const void *b)
{
    const named *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return parry_str_cmp(x->exact, y->exact);
}

static int by_mean_place(const void *a, const void *b)
{
    const named *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return by_score(a, b);
}

/* The way of writing a stem that most visitors have; empty: none has enough. */
static parry_str written(const parry_gap_text *texts, const use *uses, size_t n, size_t people)
{
    parry_str best = {NULL, 0};
    size_t most = people - 1;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && parry_str_eq(uses[end].exact, uses[i].exact);)
            end++;
        size_t have = people_of(texts, uses + i, end - i);
        if (have > most) {
            most = have;
            best = uses[i].exact;
        }
    }
    return best;
}

static named judge(const parry_gap_text *texts, const use *uses, size_t n, double total, double mean, size_t people)
{
    double sum = 0, place = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)texts[uses[i].text].visitors;
        place += (double)texts[uses[i].text].visitors * (double)uses[i].place;
    }
    named out = {.exact = written(texts, uses, n, people), .place = sum > 0 ? place / sum : 0};
    out.score = out.exact.n > 0 ? sum * log(1 + mean / total) : 0;
    return out;
}

void parry_gap_name(const parry_gap_words *w, const parry_gap_text *texts, const double *total, double mean,
                    size_t people, parry_arena *a, parry_content_gap *gap)
{
    size_t n = 0, cap = 0, kept = 0;
    use *uses = NULL;
    for (size_t i = 0; i < gap->ntexts; i++) {
        size_t t = gap->texts[i];
        for (size_t k = 0; k < w->n[t]; k++) {
            if (n == cap)
                uses = parry_arena_grow(a, uses, n, &cap, sizeof *uses);
            uses[n++] = (use){w->of[t][k].stem, w->of[t][k].exact, t, k};
        }
    }
    if (n == 0)
        return;
    qsort(uses, n, sizeof *uses, by_use);
    named *names = PARRY_ARRAY(a, named, n);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && uses[end].stem == uses[i].stem;)
            end++;
        named one = judge(texts, uses + i, end - i, total[uses[i].stem], mean, people);
        if (one.score > 0)
            names[kept++] = one;
    }
    qsort(names, kept, sizeof *names, by_score);
    while (kept > 1 && (kept > PARRY_GAP_NAME_WORDS || names[kept - 1].score < names[0].score / 4))
        kept--; /* what hardly belongs to it says nothing */
    qsort(names, kept, sizeof *names, by_mean_place);
    for (gap->nwords = 0; gap->nwords < kept; gap->nwords++)
        gap->words[gap->nwords] = names[gap->nwords].exact;
}
