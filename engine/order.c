/* Phrases, titles and neighbouring words, from the text. */
#include "engine/order.h"

/* How far a title is the query. */
static const float WORD_FOR_WORD = 2.0F, OTHER_SIGNS = 0.7F, OTHER_FORMS = 0.5F, OTHER_STOPS = 0.4F, OTHER_ORDER = 0.3F;

size_t parry_words_in_order(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, parry_token **out)
{
    parry_token *tokens = NULL;
    size_t n = 0, kept = 0;
    parry_analyse(an, a, text, locale, &tokens, &n);
    for (size_t i = 0; i < n; i++)
        if (i + 1 == n || tokens[i + 1].position != tokens[i].position) /* wholes come before their parts */
            tokens[kept++] = tokens[i];
    *out = tokens;
    return kept;
}

/* A word in small letters, cut at WORD_BYTES. */
enum { WORD_BYTES = 24 };
typedef struct plain_word {
    char p[WORD_BYTES];
    size_t n;
    bool other; /* there is more in the text than plain words: ask the analyser */
} plain_word;

/* The next word of a text of ASCII and typographic signs, as the analyser would break it; false at its end. */
static bool next_plain_word(parry_str text, size_t *at, plain_word *w)
{
    w->n = 0;
    w->other = false;
    for (; *at <= text.n; ++*at) {
        char c = *at < text.n ? text.p[*at] : ' ';
        bool apostrophe = c == '\'';
        if ((unsigned char)c >= 0x80) {
            w->other = !parry_str_starts(parry_str_from(text, *at), "\xE2\x80"); /* dashes, quotes, dots */
            if (w->other)
                return false;
            apostrophe = *at + 2 < text.n && text.p[*at + 2] == '\x99';
            *at += 2;
        }
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (letter || (apostrophe && w->n > 0)) {
            if (w->n < WORD_BYTES)
                w->p[w->n++] = letter ? c : '\'';
        } else if (w->n > 0) {
            w->n -= w->p[w->n - 1] == '\'';
            return true;
        }
    }
    return false;
}

static bool is_plainly(plain_word *w, parry_str term)
{
    if (w->n > 2 && w->p[w->n - 2] == '\'' && w->p[w->n - 1] == 's') /* customer's */
        w->n -= 2;
    size_t n = term.n < WORD_BYTES ? term.n : WORD_BYTES;
    return w->n == n && memcmp(w->p, term.p, n) == 0;
}

static bool goes_on(parry_str text, size_t at, const parry_str *phrase, size_t n)
{
    plain_word w;
    for (size_t k = 0; k < n; k++)
        if (!next_plain_word(text, &at, &w) || !is_plainly(&w, phrase[k]))
            return false;
    return true;
}

static bool side_by_side(const parry_token *words, size_t n, const parry_str *phrase, size_t nphrase)
{
    for (size_t i = 0; nphrase > 0 && i + nphrase <= n; i++) {
        size_t k = 0;
        while (k < nphrase && parry_str_eq(words[i + k].exact, phrase[k]))
            k++;
        if (k == nphrase)
            return true;
    }
    return false;
}

bool parry_holds_phrase(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, const parry_str *phrase,
                        size_t n)
{
    plain_word w;
    parry_token *words = NULL;
    for (size_t at = 0; next_plain_word(text, &at, &w);)
        if (is_plainly(&w, phrase[0]) && goes_on(text, at, phrase + 1, n - 1))
            return true;
    if (!w.other)
        return false;
    size_t nwords = parry_words_in_order(an, a, text, locale, &words);
    return side_by_side(words, nwords, phrase, n);
}

/* ---- titles -------------------------------------------------------------------------------------------------------
 */

/* Words of the query that the title begins with, the worst weight among them, and whether all are the same forms. */
static size_t common_beginning(const parry_token *words, size_t n, const parry_understood *u, float *worst,
                               bool *same_forms)
{
    size_t i = 0;
    *worst = 1;
    *same_forms = true;
    for (; i < n && i < u->norder; i++) {
        const parry_group *g = &u->groups[u->order[i]];
        float weight = parry_group_holds(g, &words[i]);
        if (weight <= 0)
            break;
        *worst = weight < *worst ? weight : *worst;
        *same_forms = *same_forms && parry_str_eq(g->word, words[i].exact);
    }
    return i;
}

/* The same words in the same order, stop words left out on both sides; the worst weight, or 0. */
static float same_order(const parry_token *words, size_t n, const parry_understood *u)
{
    float worst = 1;
    size_t at = 0, matched = 0;
    for (size_t i = 0; i < n; i++) {
        if (words[i].stop)
            continue;
        while (at < u->norder && u->groups[u->order[at]].stop)
            at++;
        float weight = at < u->norder ? parry_group_holds(&u->groups[u->order[at++]], &words[i]) : 0;
        if (weight <= 0)
            return 0;
        worst = weight < worst ? weight : worst;
        matched++;
    }
    while (at < u->norder && u->groups[u->order[at]].stop)
        at++;
    return at == u->norder && matched > 0 ? worst : 0;
}

/* The same words in any order. */
static float same_words(const parry_token *words, size_t n, const parry_understood *u)
{
    bool held[PARRY_MAX_GROUPS] = {false};
    float worst = 1;
    for (size_t i = 0; i < n; i++) {
        float best = 0;
        for (size_t g = 0; g < u->ngroups; g++) {
            float weight = parry_group_holds(&u->groups[g], &words[i]);
            held[g] = held[g] || weight > 0;
            best = weight > best ? weight : best;
        }
        if (best <= 0 && !words[i].stop)
            return 0;
        worst = best > 0 && best < worst ? best : worst;
    }
    for (size_t i = 0; i < u->norder; i++)
        if (!held[u->order[i]] && !u->groups[u->order[i]].stop)
            return 0;
    return worst;
}

/* Letters and digits that the title's first `n` words reach over, of all that it has. */
static float share_typed(const parry_token *words, size_t n, parry_str title, const parry_understood *u)
{
    size_t typed = words[n - 1].end;
    const parry_group *last = &u->groups[u->order[n - 1]];
    if (last->unfinished && typed - words[n - 1].start > last->word.n)
        typed = words[n - 1].start + last->word.n;
    return (float)typed / (float)title.n;
}

float parry_title_match(parry_analyser *an, parry_arena *a, parry_str title, parry_str locale,
                        const parry_understood *u)
{
    parry_token *words = NULL;
    float worst;
    bool same_forms;
    size_t n = parry_words_in_order(an, a, title, locale, &words);
    if (n == 0 || u->norder == 0)
        return 0;
    size_t common = common_beginning(words, n, u, &worst, &same_forms);
    parry_str asked = parry_str_trim(u->plain);
    if (common == u->norder && asked.n == title.n && strncasecmp(asked.p, title.p, asked.n) == 0)
        return worst * WORD_FOR_WORD;
    if (common == u->norder && (common < n || u->groups[u->order[common - 1]].unfinished))
        return u->typing ? worst * share_typed(words, common, title, u) : 0;
    if (common == u->norder)
        return worst * (same_forms ? OTHER_SIGNS : OTHER_FORMS);
    float order = same_order(words, n, u);
    return order > 0 ? order * OTHER_STOPS : same_words(words, n, u) * OTHER_ORDER;
}

/* ---- pairs --------------------------------------------------------------------------------------------------------
 */

/* What a word of a text is to the query; words repeat, so each is analysed once. Direct-mapped. */
enum { SLOTS = 512 };
typedef struct known_word {
    uint64_t groups; /* a bit each that stands for it */
    uint8_t n;
    bool stop;
    char word[WORD_BYTES];
} known_word;

_Static_assert(PARRY_MAX_GROUPS <= 64, "a bit each");

typedef struct query_pair {
    uint64_t first, second; /* bits of their groups */
} query_pair;

/* A word of the text at hand. */
typedef struct read_word {
    uint64_t groups;
    bool stop, looked_up;
    uint8_t n;
    char word[WORD_BYTES];
} read_word;

struct parry_pairs {
    parry_analyser *an;
    parry_arena *scratch; /* of one text */
    const parry_understood *u;
    parry_str locale;
    query_pair pairs[PARRY_MAX_ORDER];
    size_t npairs;
    known_word *words;    /* SLOTS of them */
    bool begins[32 * 32]; /* by its first two letters: may a word be one of the query's? */
    read_word *read;
    size_t n, cap;
};

static size_t beginning(const char *p, size_t n)
{
    return n == 0 ? 0 : (size_t)(p[0] & 31) * 32 + (n > 1 ? (size_t)(p[1] & 31) : 0);
}

/* Stemming leaves the first two letters alone; a shorter stem may be of anything that begins with its letter. */
static void note_beginnings(parry_pairs *p)
{
    for (size_t g = 0; g < p->u->ngroups; g++) {
        const parry_group *x = &p->u->groups[g];
        for (size_t i = 0; i < x->nvariants + x->unfinished; i++) {
            parry_str term = i == x->nvariants ? x->word : x->variants[i].term;
            term = i < x->nvariants && !x->variants[i].exact ? parry_str_from(term, 1) : term;
            if (term.n > 1)
                p->begins[beginning(term.p, term.n)] = true;
            else if (term.n == 1)
                memset(&p->begins[beginning(term.p, 1)], true, 32);
        }
    }
}

parry_pairs *parry_pairs_new(parry_analyser *an, parry_arena *a, const parry_understood *u)
{
    parry_pairs *p = PARRY_NEW(a, parry_pairs);
    p->an = an;
    p->u = u;
    p->scratch = a;
    p->words = PARRY_ARRAY(a, known_word, SLOTS);
    note_beginnings(p);
    size_t before = u->norder;
    for (size_t i = 0; i < u->norder; i++) {
        if (u->groups[u->order[i]].stop)
            continue;
        if (before < u->norder && u->order[before] != u->order[i])
            p->pairs[p->npairs++] = (query_pair){(uint64_t)1 << u->order[before], (uint64_t)1 << u->order[i]};
        before = i;
    }
    return p;
}

static uint64_t groups_of(const parry_understood *u, const parry_token *t)
{
    uint64_t bits = 0;
    for (size_t g = 0; g < u->ngroups; g++)
        bits |= parry_group_holds(&u->groups[g], t) > 0 ? (uint64_t)1 << g : 0U;
    return bits;
}

static read_word *push(parry_pairs *p)
{
    p->read = parry_arena_grow(p->scratch, p->read, p->n, &p->cap, sizeof *p->read);
    return &p->read[p->n++];
}

/* Any text, by the analyser. */
static void read_slowly(parry_pairs *p, parry_str text)
{
    parry_token *words = NULL;
    size_t n = parry_words_in_order(p->an, p->scratch, text, p->locale, &words);
    for (size_t i = 0; i < n; i++)
        *push(p) = (read_word){.groups = groups_of(p->u, &words[i]), .stop = words[i].stop, .looked_up = true};
}

static void look_up(parry_pairs *p, read_word *w)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < w->n; i++)
        h = (h ^ (unsigned char)w->word[i]) * 16777619U;
    known_word *k = &p->words[(h ^ (h >> 15)) % SLOTS];
    if (k->n != w->n || memcmp(k->word, w->word, w->n) != 0) {
        parry_token *tokens = NULL;
        size_t n = parry_words_in_order(p->an, p->scratch, parry_str_make(w->word, w->n), p->locale, &tokens);
        *k = (known_word){.groups = n == 1 ? groups_of(p->u, tokens) : 0, .stop = n == 1 && tokens[0].stop, .n = w->n};
        memcpy(k->word, w->word, w->n);
    }
    w->groups = k->groups;
    w->stop = k->stop;
    w->looked_up = true;
}

/* A word in small letters. Most are none of the query's, and their first two letters show it. */
static void take_word(parry_pairs *p, const char *word, size_t n)
{
    read_word *w = push(p);
    w->n = (uint8_t)n;
    memcpy(w->word, word, n);
    w->groups = 0;
    w->looked_up = false;
    if (p->begins[beginning(word, n)])
        look_up(p, w);
}

/* A text of ASCII and typographic signs, word by word, without the analyser; false where there is more in it. */
static bool read_plainly(parry_pairs *p, parry_str text)
{
    plain_word w;
    for (size_t at = 0; next_plain_word(text, &at, &w);)
        take_word(p, w.p, w.n);
    return !w.other;
}

/* Neighbours with stop words between them are neighbours. */
static uint64_t pairs_at(parry_pairs *p, size_t i)
{
    uint64_t held = 0;
    for (size_t next = i + 1; next < p->n; next++) {
        read_word *w = &p->read[next];
        if (!w->looked_up)
            look_up(p, w);
        for (size_t k = 0; w->groups != 0 && k < p->npairs; k++)
            if ((p->read[i].groups & p->pairs[k].first) != 0 && (w->groups & p->pairs[k].second) != 0)
                held |= (uint64_t)1 << k;
        if (!w->stop)
            break;
    }
    return held;
}

float parry_pairs_held(parry_pairs *p, parry_str text, parry_str locale)
{
    uint64_t held = 0;
    if (p->npairs == 0)
        return 0;
    if (!parry_str_eq(p->locale, locale))
        memset(p->words, 0, SLOTS * sizeof *p->words);
    p->locale = locale;
    p->n = 0;
    if (!read_plainly(p, text)) {
        p->n = 0;
        read_slowly(p, text);
    }
    for (size_t i = 0; i + 1 < p->n; i++)
        held |= p->read[i].groups != 0 ? pairs_at(p, i) : 0;
    return (float)__builtin_popcountll(held) / (float)p->npairs;
}
