/* Query text to groups of terms: stems, unfinished words, misspelt words. */
#include "engine/understand.h"

#include "engine/analyse_fold.h"

#include <stdlib.h>

enum { EXPANSIONS = 24, NEAR_CANDIDATES = 8 };
static const float CHARACTER = 0.5F; /* of a pair of ideographs that stands nowhere */
static const float ACCENTS = 0.5F;   /* an occurrence with the same accents counts so much more than one without */

/* Edits that a word of so many code points may be away: 0 to 4 letters none, 5 to 8 one, from 9 two. */
static unsigned allowed_edits(parry_str word)
{
    size_t letters = 0;
    for (size_t i = 0; i < word.n; i++)
        letters += ((unsigned char)word.p[i] & 0xC0) != 0x80;
    return letters < 5 ? 0 : letters < 9 ? 1 : 2;
}

static bool has_digit_or_separator(parry_str word)
{
    for (size_t i = 0; i < word.n; i++)
        if ((word.p[i] >= '0' && word.p[i] <= '9') || memchr("./-_:", word.p[i], 5) != NULL)
            return true;
    return false;
}

static void add_variant(parry_group *g, parry_str term, float weight, bool exact)
{
    for (size_t i = 0; i < g->nvariants; i++)
        if (parry_str_eq(g->variants[i].term, term))
            return;
    if (term.n > 0 && g->nvariants < PARRY_MAX_VARIANTS)
        g->variants[g->nvariants++] = (parry_variant){term, weight, exact, NULL};
}

/* What a query is understood against. */
typedef struct view {
    parry_analyser *analyser;
    const parry_generation_info *info;
    const parry_mask *masks;
    parry_arena *arena;
    const parry_spoken *spoken;
} view;

/* Does an article that may be seen hold exactly this word? */
static parry_code is_shown(const view *v, parry_str word, bool *shown, parry_err *err)
{
    *shown = false;
    for (size_t i = 0; i < v->info->nsegments && !*shown; i++) {
        const parry_segment *segment = v->info->segments[i].segment;
        const parry_segment_info *s = parry_segment_get_info(segment);
        parry_postings p;
        parry_code code = parry_segment_postings(segment, v->arena, word, &p, err);
        if (code != PARRY_OK)
            return code;
        for (size_t r = 0; r < p.n && !*shown; r++)
            *shown = parry_mask_shows(&v->masks[i], s->row_article[p.row[r]]);
    }
    return PARRY_OK;
}

/* A word in so many rows is taken as known without reading its postings: all it costs is a correction not offered. */
enum { SURELY_KNOWN = 64 };

static parry_code is_known(const view *v, parry_str word, bool *known, parry_err *err)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < v->info->nsegments; i++) {
        parry_term t;
        if (parry_segment_near(v->info->segments[i].segment, word, 0, false, &t, 1) == 1)
            rows += t.rows;
    }
    if (rows == 0 || rows >= SURELY_KNOWN) {
        *known = rows > 0;
        return PARRY_OK;
    }
    return is_shown(v, word, known, err);
}

/* Terms found in several segments, added up; the list is short. */
typedef struct term_list {
    parry_term terms[PARRY_MAX_VARIANTS * 4];
    size_t n;
} term_list;

static void collect(term_list *list, const parry_term *found, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        while (at < list->n && !parry_str_eq(list->terms[at].term, found[i].term))
            at++;
        if (at < list->n)
            list->terms[at].rows += found[i].rows;
        else if (list->n < sizeof list->terms / sizeof *list->terms)
            list->terms[list->n++] = found[i];
    }
}

static int by_edits_then_rows(const void *x, const void *y)
{
    const parry_term *a = x, *b = y;
    if (a->edits != b->edits)
        return (a->edits > b->edits) - (a->edits < b->edits);
    if (a->rows != b->rows)
        return (a->rows < b->rows) - (a->rows > b->rows);
    return parry_str_cmp(a->term, b->term);
}

/* `source` as it was written, `exact` as it is looked up; of an identifier and its parts only the one meant. */
static void add_stem(const view *v, parry_group *g, parry_str source, parry_str exact, parry_str locale, float weight)
{
    parry_token *tokens = NULL;
    size_t n = 0;
    parry_analyse(v->analyser, v->arena, source, locale, &tokens, &n);
    for (size_t i = 0; i < n; i++)
        if (parry_str_eq(tokens[i].exact, exact))
            add_variant(g, tokens[i].stem, weight, false);
}

/* The stems of a word in the languages that the query may have been asked in, beside the first. */
static void add_other_stems(const view *v, parry_group *g, parry_str source, parry_str exact, float weight)
{
    for (size_t i = 0; i < v->spoken->nothers; i++)
        if (parry_spoken_fits(v->spoken->others[i], source))
            add_stem(v, g, source, exact, parry_str_of(parry_language_code(v->spoken->others[i])), weight);
}

static void add_with_stem(const view *v, parry_group *g, parry_str word, float weight)
{
    add_variant(g, word, weight, true);
    add_stem(v, g, word, word, v->spoken->first, weight);
    add_other_stems(v, g, word, word, weight);
}

/* What an unfinished word may become: the most frequent words that begin with it. */
static void complete(const view *v, parry_group *g)
{
    term_list list = {.n = 0};
    parry_term found[EXPANSIONS];
    for (size_t i = 0; i < v->info->nsegments; i++)
        collect(&list, found, parry_segment_prefix(v->info->segments[i].segment, g->word, found, EXPANSIONS));
    qsort(list.terms, list.n, sizeof *list.terms, by_edits_then_rows);
    for (size_t i = 0; i < list.n && i < EXPANSIONS / 2; i++)
        add_with_stem(v, g, list.terms[i].term, 0.6F);
}

/* Read a word that stands nowhere as the nearest ones that do. */
static parry_code correct(const view *v, parry_group *g, parry_err *err)
{
    unsigned edits = allowed_edits(g->word), fewest = 0;
    if (edits == 0 || g->identifier)
        return PARRY_OK;
    term_list list = {.n = 0};
    parry_term found[NEAR_CANDIDATES];
    for (size_t i = 0; i < v->info->nsegments; i++)
        collect(
            &list, found,
            parry_segment_near(v->info->segments[i].segment, g->word, edits, g->unfinished, found, NEAR_CANDIDATES));
    qsort(list.terms, list.n, sizeof *list.terms, by_edits_then_rows);
    for (size_t i = 0; i < list.n; i++) {
        bool shown = false;
        if (g->corrected.n > 0 && list.terms[i].edits > fewest)
            break;
        parry_code code = is_shown(v, list.terms[i].term, &shown, err);
        if (code != PARRY_OK)
            return code;
        if (!shown || parry_str_eq(list.terms[i].term, g->word))
            continue;
        add_with_stem(v, g, list.terms[i].term, g->corrected.n == 0 ? 0.9F : 0.45F);
        if (g->corrected.n == 0) {
            g->corrected = list.terms[i].term;
            fewest = list.terms[i].edits;
        }
    }
    return PARRY_OK;
}

static parry_str with_corrections(parry_arena *a, parry_str text, const parry_token *tokens, const size_t *group_token,
                                  const parry_understood *u)
{
    parry_buf b = PARRY_BUF(8192);
    size_t at = 0;
    bool any = false;
    for (size_t i = 0; i < u->ngroups; i++) {
        if (u->groups[i].corrected.n == 0)
            continue;
        const parry_token *t = &tokens[group_token[i]];
        if (t->start < at)
            continue;
        parry_buf_add(&b, text.p + at, t->start - at);
        parry_buf_adds(&b, u->groups[i].corrected);
        at = t->end;
        any = true;
    }
    parry_buf_add(&b, text.p + at, text.n - at);
    parry_str out = any ? parry_str_copy(a, parry_buf_str(&b)) : parry_str_make(NULL, 0);
    parry_buf_free(&b);
    return out;
}

/* Is the word, or another one with its stem, anywhere that may be seen? */
static parry_code is_known_or_inflected(const view *v, const parry_group *g, bool *known, parry_err *err)
{
    parry_code code = is_known(v, g->word, known, err);
    for (size_t i = 0; i < g->nvariants && code == PARRY_OK && !*known; i++)
        if (!g->variants[i].exact)
            code = is_shown(v, g->variants[i].term, known, err);
    return code;
}

/* What the word stands for as it is: itself, with its accents if it has any, its stems. */
static void add_itself(const view *v, const parry_token *t, parry_str source, parry_group *group)
{
    add_variant(group, t->exact, 1.0F, true);
    add_variant(group, t->stem, 1.0F, false);
    if (t->besides != NULL)
        add_variant(group, t->besides->accented, ACCENTS, true);
    if (!t->pair)
        add_other_stems(v, group, source, t->exact, 1.0F);
}

static bool is_han(parry_str word)
{
    unsigned c;
    return word.n > 0 && parry_utf8_next(word, &c) > 0 && parry_script_of(c) == PARRY_SCRIPT_HAN;
}

static bool is_stop_character(parry_str c) { return parry_stop_word(parry_language_of(parry_str_of("zh")), c); }

/* Where no article has a pair of ideographs, those of its characters that are in no known pair beside it stand for it:
 * 摔碎 may stand nowhere where 摔坏 does. */
static parry_code add_characters(const view *v, const parry_token *tokens, size_t n, size_t at, parry_group *group,
                                 parry_err *err)
{
    const parry_token *t = &tokens[at];
    bool known = true, before = false, after = false;
    unsigned c;
    if (!t->pair || !is_han(t->exact) || t->besides == NULL)
        return PARRY_OK;
    parry_code code = is_known(v, t->exact, &known, err);
    if (code == PARRY_OK && !known && at > 0 && tokens[at - 1].end > t->start)
        code = is_known(v, tokens[at - 1].exact, &before, err);
    if (code == PARRY_OK && !known && at + 1 < n && tokens[at + 1].start < t->end)
        code = is_known(v, tokens[at + 1].exact, &after, err);
    if (code != PARRY_OK || known)
        return code;
    size_t first = parry_utf8_next(t->exact, &c);
    parry_str half[2] = {parry_str_make(t->exact.p, first), parry_str_from(t->exact, first)};
    for (int i = 0; i < 2; i++) {
        if ((i == 0 ? before : after) || is_stop_character(half[i]))
            continue;
        add_variant(group, half[i], CHARACTER, true);
        add_variant(group, parry_str_printf(v->arena, "Z%.*s", PARRY_FMT(half[i])), CHARACTER, false);
    }
    return PARRY_OK;
}

static parry_code expand(const view *v, const parry_token *t, parry_str source, parry_group *group, parry_err *err)
{
    bool known = true;
    add_itself(v, t, source, group);
    size_t itself = group->nvariants;
    if (group->unfinished)
        complete(v, group);
    bool completed = group->nvariants > itself;
    if (!group->stop && !t->part && !t->pair && !completed) {
        parry_code code = is_known_or_inflected(v, group, &known, err);
        if (code == PARRY_OK && !known)
            code = correct(v, group, err);
        if (code != PARRY_OK)
            return code;
    }
    if (group->unfinished && completed)
        group->stop = false; /* "wh" is not "who" until it is finished */
    return PARRY_OK;
}

parry_code parry_understand(parry_analyser *an, const parry_generation *g, const parry_mask *masks, parry_arena *a,
                            parry_str text, const parry_spoken *spoken, bool typing, parry_understood *out,
                            parry_err *err)
{
    view v = {an, parry_generation_get_info(g), masks, a, spoken};
    parry_token *tokens = NULL;
    size_t n = 0, group_token[PARRY_MAX_GROUPS];
    parry_code code = PARRY_OK;
    parry_analyse(an, a, text, spoken->first, &tokens, &n);
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < n && out->ngroups < PARRY_MAX_GROUPS; i++) {
        parry_group *group = &out->groups[out->ngroups];
        group->word = tokens[i].exact;
        group->stop = tokens[i].stop;
        group->pair = tokens[i].pair;
        group->identifier = !tokens[i].part && has_digit_or_separator(tokens[i].exact);
        group->unfinished = typing && i + 1 == n && tokens[i].end == text.n;
        group_token[out->ngroups++] = i;
        parry_str source = parry_str_make(text.p + tokens[i].start, tokens[i].end - tokens[i].start);
        code = expand(&v, &tokens[i], source, group, err);
        if (code == PARRY_OK)
            code = add_characters(&v, tokens, n, i, group, err);
        if (code != PARRY_OK)
            return code;
    }
    out->corrected = with_corrections(a, text, tokens, group_token, out);
    return PARRY_OK;
}
