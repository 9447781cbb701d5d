/* Query text to groups of terms. */
#include "engine/understand.h"

#include "engine/analyse_fold.h"
#include "engine/expand.h"
#include "engine/order.h"
#include "engine/synonyms.h"

#include <stdlib.h>

static const float ACCENTS = 0.5F;   /* an occurrence with the same accents counts so much more than one without */
static const float CHARACTER = 0.5F; /* of a pair of ideographs that stands nowhere */
enum { NO_GROUP = 255, WEIGHED_MAX = 256 };

/* A query on its way. */
typedef struct reading {
    const parry_view *v;
    parry_understood *out;
    parry_syntax syntax;
    parry_token *tokens;
    size_t n;
    uint8_t *group; /* of each token, or NO_GROUP */
} reading;

float parry_group_holds(const parry_group *g, const parry_token *word)
{
    float best = 0;
    for (size_t i = 0; i < g->nvariants; i++) {
        const parry_variant *x = &g->variants[i];
        if (x->weight > best && x->nmore == 0 && parry_str_eq(x->term, x->exact ? word->exact : word->stem))
            best = x->weight;
    }
    if (g->unfinished && word->exact.n >= g->word.n && memcmp(word->exact.p, g->word.p, g->word.n) == 0)
        best = 1;
    return best;
}

/* ---- words to groups ----------------------------------------------------------------------------------------------
 */

/* How much a word is worth of the room there is: rare before frequent before unknown before stop words. */
typedef struct worth {
    uint64_t key;
    size_t token;
} worth;

static int most_worth_first(const void *x, const void *y)
{
    const worth *a = x, *b = y;
    return a->key != b->key ? (a->key > b->key) - (a->key < b->key) : (a->token > b->token) - (a->token < b->token);
}

static bool said_before(const reading *r, size_t token)
{
    for (size_t i = 0; i < token; i++)
        if (parry_str_eq(r->tokens[i].exact, r->tokens[token].exact))
            return true;
    return false;
}

/* keep[i]: token i gets a group. A pasted letter has more words than there is room for. */
static void choose(const reading *r, bool *keep)
{
    worth *w = PARRY_ARRAY(r->v->arena, worth, WEIGHED_MAX);
    size_t n = 0;
    for (size_t i = 0; i < r->n && n < WEIGHED_MAX; i++)
        if (!said_before(r, i))
            w[n++].token = i;
    for (size_t i = 0; n > PARRY_MAX_GROUPS && i < n; i++) {
        const parry_token *t = &r->tokens[w[i].token];
        uint64_t rows = parry_rows_of(r->v, t->exact);
        w[i].key = (rows > 0 ? rows : UINT32_MAX) + (t->stop ? (uint64_t)UINT32_MAX * 2 : 0);
    }
    if (n > PARRY_MAX_GROUPS)
        qsort(w, n, sizeof *w, most_worth_first);
    for (size_t i = 0; i < n && i < PARRY_MAX_GROUPS; i++)
        keep[w[i].token] = true;
}

static bool in_quotes(const reading *r, const parry_token *t)
{
    for (size_t i = 0; i < r->syntax.n; i++)
        if (r->syntax.spans[i].quoted && t->start >= r->syntax.spans[i].start && t->end <= r->syntax.spans[i].end)
            return true;
    return false;
}

static parry_group *start_group(reading *r, size_t token)
{
    const parry_token *t = &r->tokens[token];
    parry_group *g = &r->out->groups[r->out->ngroups++];
    g->word = t->exact;
    g->times = 1;
    g->stop = t->stop;
    g->part = t->part;
    g->pair = t->pair;
    g->quoted = in_quotes(r, t);
    g->identifier = !t->part && (parry_has_digit(t->exact) || parry_has_separator(t->exact));
    g->unfinished = r->out->typing && t->end == r->syntax.plain.n && !g->quoted;
    parry_add_variant(g, t->exact, 1.0F, true, false);
    parry_add_variant(g, t->stem, 1.0F, false, false);
    if (t->besides != NULL)
        parry_add_variant(g, t->besides->accented, ACCENTS, true, false);
    if (!t->pair)
        parry_add_other_stems(r->v, g, parry_str_make(r->syntax.plain.p + t->start, t->end - t->start), 1.0F, false);
    return g;
}

static uint8_t group_of_word(const reading *r, size_t token)
{
    for (size_t i = 0; i < token; i++)
        if (r->group[i] != NO_GROUP && parry_str_eq(r->tokens[i].exact, r->tokens[token].exact))
            return r->group[i];
    return NO_GROUP;
}

/* A place in the text has a word, and before it perhaps the identifiers that begin there. */
static bool stands_above_parts(const reading *r, size_t i)
{
    return i + 1 < r->n && r->tokens[i + 1].position == r->tokens[i].position;
}

static void say_again(const reading *r, parry_group *g, const parry_token *t)
{
    g->times = (uint8_t)(g->times < PARRY_MOST_TIMES ? g->times + 1 : g->times);
    g->unfinished = g->unfinished || (r->out->typing && t->end == r->syntax.plain.n);
}

static void group_words(reading *r)
{
    bool *keep = PARRY_ARRAY(r->v->arena, bool, r->n + 1);
    r->group = PARRY_ARRAY(r->v->arena, uint8_t, r->n + 1);
    choose(r, keep);
    for (size_t i = 0; i < r->n; i++) {
        r->group[i] = group_of_word(r, i);
        if (keep[i]) {
            r->group[i] = (uint8_t)r->out->ngroups;
            start_group(r, i);
        } else if (r->group[i] != NO_GROUP) {
            say_again(r, &r->out->groups[r->group[i]], &r->tokens[i]);
        }
        if (r->group[i] != NO_GROUP && !stands_above_parts(r, i) && r->out->norder < PARRY_MAX_ORDER)
            r->out->order[r->out->norder++] = r->group[i];
    }
}

/* ---- phrases ------------------------------------------------------------------------------------------------------
 */

static void read_phrases(reading *r, parry_str text)
{
    for (size_t i = 0; i < r->syntax.n; i++) {
        const parry_marked *s = &r->syntax.spans[i];
        parry_phrase *p = &r->out->phrases[r->out->nphrases];
        parry_token *words = NULL;
        size_t n = parry_words_in_order(r->v->analyser, r->v->arena,
                                        parry_str_make(text.p + s->start, s->end - s->start), r->v->locale, &words);
        if (n == 0)
            continue;
        *p = (parry_phrase){.words = PARRY_ARRAY(r->v->arena, parry_str, n),
                            .stems = PARRY_ARRAY(r->v->arena, parry_str, n),
                            .n = n,
                            .quoted = s->quoted,
                            .negated = s->negated};
        for (size_t k = 0; k < n; k++) {
            p->words[k] = words[k].exact;
            p->stems[k] = words[k].stem;
        }
        r->out->nphrases++;
    }
}

/* ---- what they may stand for --------------------------------------------------------------------------------------
 */

static parry_code look_up(reading *r, parry_err *err)
{
    for (size_t i = 0; i < r->out->ngroups; i++) {
        parry_group *g = &r->out->groups[i];
        for (size_t k = 0; k < g->nvariants && !g->shown; k++) {
            parry_code code = parry_is_shown(r->v, g->variants[k].term, &g->shown, err);
            if (code != PARRY_OK)
                return code;
        }
    }
    return PARRY_OK;
}

static parry_code join_neighbours(reading *r, parry_err *err)
{
    for (size_t i = 0; i + 1 < r->out->norder; i++) {
        parry_group *a = &r->out->groups[r->out->order[i]], *b = &r->out->groups[r->out->order[i + 1]];
        parry_code code = a == b ? PARRY_OK : parry_join_words(r->v, a, b, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* v2.3.1 is 2.3.1. */
static void add_version(const parry_view *v, parry_group *g)
{
    bool with = g->word.n > 1 && g->word.p[0] == 'v' && g->word.p[1] >= '0' && g->word.p[1] <= '9';
    bool without = g->identifier && g->word.p[0] >= '0' && g->word.p[0] <= '9' && memchr(g->word.p, '.', g->word.n);
    if (with)
        parry_add_variant(g, parry_str_from(g->word, 1), 1.0F, true, false);
    else if (without && g->word.n < PARRY_TERM_MAX)
        parry_add_variant(g, parry_str_printf(v->arena, "v%.*s", PARRY_FMT(g->word)), 1.0F, true, false);
}

static uint8_t group_for_half(reading *r, const parry_group *whole, parry_str word)
{
    parry_token *tokens = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->out->ngroups; i++)
        if (parry_str_eq(r->out->groups[i].word, word))
            return (uint8_t)i;
    parry_analyse(r->v->analyser, r->v->arena, word, r->v->locale, &tokens, &n);
    if (n == 0 || r->out->ngroups == PARRY_MAX_GROUPS)
        return NO_GROUP;
    parry_group *g = &r->out->groups[r->out->ngroups];
    g->word = word;
    g->times = 1;
    g->shown = true;
    g->stop = tokens[0].stop;
    parry_add_variant(g, word, 1.0F, true, false);
    parry_add_variant(g, tokens[0].stem, 1.0F, false, false);
    for (size_t i = 0; i < whole->nvariants && !g->stop; i++)
        parry_add_variant(g, whole->variants[i].term, 1.0F, whole->variants[i].exact, false);
    return (uint8_t)r->out->ngroups++;
}

/* In the order of words, two take the place of one. */
static void replace_in_order(parry_understood *u, uint8_t one, const uint8_t two[2])
{
    for (size_t i = 0; i < u->norder; i++) {
        if (u->order[i] != one || u->norder == PARRY_MAX_ORDER)
            continue;
        memmove(&u->order[i + 2], &u->order[i + 1], u->norder - i - 1);
        u->order[i] = two[0];
        u->order[i + 1] = two[1];
        u->norder++;
        i++;
    }
}

static parry_code split(reading *r, size_t number, parry_err *err)
{
    parry_group *g = &r->out->groups[number];
    parry_str halves[2];
    parry_code code = parry_split_word(r->v, g, halves, err);
    if (code != PARRY_OK || halves[0].n == 0)
        return code;
    uint8_t two[2] = {group_for_half(r, g, halves[0]), group_for_half(r, g, halves[1])};
    if (two[0] == NO_GROUP || two[1] == NO_GROUP || two[0] == two[1])
        return PARRY_OK;
    if (!g->shown && !parry_is_a_word(r->v, g->word))
        g->corrected = parry_str_printf(r->v->arena, "%.*s %.*s", PARRY_FMT(halves[0]), PARRY_FMT(halves[1]));
    g->silent = true;
    replace_in_order(r->out, (uint8_t)number, two);
    return PARRY_OK;
}

static parry_code expand(reading *r, size_t number, bool above_parts, parry_err *err)
{
    parry_group *g = &r->out->groups[number];
    parry_code code = PARRY_OK;
    size_t own = g->nvariants;
    add_version(r->v, g);
    if (g->unfinished)
        code = parry_complete_word(r->v, g, err);
    bool completed = g->nvariants > own;
    if (completed)
        g->stop = false; /* "wh" is not "who" until it is finished */
    if (above_parts && !g->shown && !completed) {
        g->silent = true; /* its parts speak for it */
        return code;
    }
    if (g->stop || completed || above_parts || g->pair || parry_synonyms_know_group(r->v->synonyms, g))
        return code; /* a pair is no word, so neither misspelt nor two in one */
    if (code == PARRY_OK)
        code = split(r, number, err);
    if (code == PARRY_OK && !g->silent)
        code = parry_correct(r->v, g, err);
    return code;
}

static bool is_han(parry_str word)
{
    unsigned c;
    return word.n > 0 && parry_utf8_next(word, &c) > 0 && parry_script_of(c) == PARRY_SCRIPT_HAN;
}

static bool is_stop_character(parry_str c) { return parry_stop_word(parry_language_of(parry_str_of("zh")), c); }

static bool shown_beside(const reading *r, size_t a, size_t b)
{
    bool overlap = r->tokens[a].start < r->tokens[b].end && r->tokens[b].start < r->tokens[a].end;
    return overlap && r->group[b] != NO_GROUP && r->out->groups[r->group[b]].shown;
}

/* Where no article has a pair of ideographs, those of its characters that are in no known pair beside it stand for it:
 * 摔碎 may stand nowhere where 摔坏 does. */
static void add_characters(const reading *r, size_t at, parry_group *g)
{
    const parry_token *t = &r->tokens[at];
    unsigned c;
    if (!t->pair || g->shown || t->besides == NULL || !is_han(t->exact))
        return;
    size_t first = parry_utf8_next(t->exact, &c);
    parry_str half[2] = {parry_str_make(t->exact.p, first), parry_str_from(t->exact, first)};
    bool beside[2] = {at > 0 && shown_beside(r, at, at - 1), at + 1 < r->n && shown_beside(r, at, at + 1)};
    for (int i = 0; i < 2; i++) {
        if (beside[i] || is_stop_character(half[i]))
            continue;
        parry_add_variant(g, half[i], CHARACTER, true, false);
        parry_add_variant(g, parry_str_printf(r->v->arena, "Z%.*s", PARRY_FMT(half[i])), CHARACTER, false, false);
    }
}

static parry_code expand_all(reading *r, parry_err *err)
{
    for (size_t i = 0; i < r->n; i++) {
        uint8_t g = r->group[i];
        bool first = g != NO_GROUP && parry_str_eq(r->tokens[i].exact, r->out->groups[g].word);
        for (size_t k = 0; k < i && first; k++)
            first = r->group[k] != g;
        if (first)
            add_characters(r, i, &r->out->groups[g]);
        parry_code code = first ? expand(r, g, stands_above_parts(r, i), err) : PARRY_OK;
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* ---- what to tell -------------------------------------------------------------------------------------------------
 */

/* The query with other words in place of its own: other[g] for group g, where it is not empty. */
static parry_str reworded(const reading *r, parry_str text, const parry_str *other)
{
    parry_buf b = PARRY_BUF(8192);
    size_t at = 0;
    bool any = false;
    for (size_t i = 0; i < r->n; i++) {
        const parry_token *t = &r->tokens[i];
        if (r->group[i] == NO_GROUP || other[r->group[i]].n == 0 || t->start < at)
            continue;
        parry_buf_add(&b, text.p + at, t->start - at);
        parry_buf_adds(&b, other[r->group[i]]);
        at = t->end;
        any = true;
    }
    parry_buf_add(&b, text.p + at, text.n - at);
    parry_str out = any ? parry_str_copy(r->v->arena, parry_buf_str(&b)) : parry_str_make(NULL, 0);
    parry_buf_free(&b);
    return out;
}

/* An author said what else it is called, so it was not searched for in vain. Whatever that finds: to whom nothing of it
 * may be shown is told the same. */
static bool has_synonym(const parry_group *g)
{
    bool any = false;
    for (size_t i = 0; i < g->nvariants && !any; i++)
        any = g->variants[i].synonym.n > 0;
    return any;
}

static parry_str unknown_words(const reading *r)
{
    parry_buf b = PARRY_BUF(4096);
    for (size_t i = 0; i < r->out->ngroups; i++) {
        const parry_group *g = &r->out->groups[i];
        if (g->shown || g->silent || g->unfinished || g->corrected.n > 0 || has_synonym(g))
            continue;
        parry_buf_addz(&b, b.n > 0 ? " " : "");
        parry_buf_adds(&b, g->word);
    }
    parry_str out = b.n > 0 ? parry_str_copy(r->v->arena, parry_buf_str(&b)) : parry_str_make(NULL, 0);
    parry_buf_free(&b);
    return out;
}

parry_code parry_understand(const parry_view *v, parry_str text, bool typing, parry_understood *out, parry_err *err)
{
    reading r = {.v = v, .out = out};
    bool any = false;
    parry_str corrected[PARRY_MAX_GROUPS], suggested[PARRY_MAX_GROUPS];
    memset(out, 0, sizeof *out);
    out->typing = typing;
    parry_query_syntax(v->arena, text, typing, &r.syntax);
    out->plain = r.syntax.plain;
    parry_analyse(v->analyser, v->arena, out->plain, v->locale, &r.tokens, &r.n);
    group_words(&r);
    read_phrases(&r, text);
    parry_code code = look_up(&r, err);
    if (code == PARRY_OK)
        code = join_neighbours(&r, err);
    if (code == PARRY_OK)
        code = expand_all(&r, err);
    if (code != PARRY_OK)
        return code;
    parry_synonyms_apply(v, out);
    for (size_t i = 0; i < PARRY_MAX_GROUPS; i++) {
        const parry_group *g = &out->groups[i];
        corrected[i] = g->corrected;
        suggested[i] = g->suggested.n > 0 ? g->suggested : g->corrected;
        any = any || g->suggested.n > 0;
        out->doubtful = out->doubtful || (g->suggested.n > 0 && !g->shown);
    }
    out->corrected = reworded(&r, text, corrected);
    out->meaning = reworded(&r, out->plain, corrected);
    if (out->meaning.n == 0)
        out->meaning = out->plain;
    if (any)
        out->suggested = reworded(&r, text, suggested);
    out->unknown = unknown_words(&r);
    return PARRY_OK;
}
