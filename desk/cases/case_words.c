/* Words of cases as terms of their index. A term is a keyed hash of what kind it is and a word as the analyser gives it
 * (engine/analyse.h):
 *
 *     w  the word itself, and its stem by the language of the case
 *     p  its first 3 to 12 letters, as somebody types it
 *
 * Whoever has the index and not the key sees how often some word stands in which cases, and no word. */
#include "desk/cases/cases_inner.h"

#include "engine/analyse.h"

#include <sodium.h>
#include <stdlib.h>

enum { PREFIX_LEAST = 3, PREFIX_MOST = 12, ASK_WORDS = 16 };

struct parry_case_words {
    parry_secret key;
    parry_analyser *analyser;
    parry_arena *arena;
};

parry_case_words *parry_case_words_new(const parry_secret *key)
{
    parry_case_words *w = parry_calloc(1, sizeof *w);
    *w = (parry_case_words){*key, parry_analyser_new(), parry_arena_new()};
    return w;
}

void parry_case_words_free(parry_case_words *w)
{
    if (w == NULL)
        return;
    parry_analyser_free(w->analyser);
    parry_arena_free(w->arena);
    sodium_memzero(&w->key, sizeof w->key);
    free(w);
}

/* Keyed BLAKE2b: many are made for each case, and HMAC would take five times as long. */
static parry_case_term term_of(const parry_case_words *w, char kind, parry_str word)
{
    unsigned char text[1 + PARRY_TERM_MAX], hash[crypto_generichash_BYTES_MIN];
    size_t n = word.n < PARRY_TERM_MAX ? word.n : PARRY_TERM_MAX;
    parry_case_term term;
    text[0] = (unsigned char)kind;
    memcpy(text + 1, word.p, n);
    (void)crypto_generichash(hash, sizeof hash, text, n + 1, w->key.b, sizeof w->key.b);
    memcpy(term.b, hash, sizeof term.b);
    return term;
}

static parry_str stem_of(const parry_token *t) { return parry_str_from(t->stem, 1); } /* without its "Z" */

/* ---- into the index ---------------------------------------------------------------------------------------------- */

static void add(const parry_case_words *w, parry_case_doc *doc, char kind, parry_str word, unsigned weight)
{
    if (parry_case_doc_add(doc, term_of(w, kind, word), weight, NULL) != PARRY_OK)
        parry_oom(); /* nothing else can go wrong with a term so short */
}

static void add_prefixes(const parry_case_words *w, parry_case_doc *doc, parry_str word)
{
    unsigned cp, letters = 0;
    for (size_t at = 0; at < word.n && letters <= PREFIX_MOST; letters++) {
        if (letters >= PREFIX_LEAST)
            add(w, doc, 'p', parry_str_make(word.p, at), 0);
        at += parry_utf8_next(parry_str_from(word, at), &cp);
    }
}

void parry_case_words_add(parry_case_words *w, parry_case_doc *doc, parry_str text, parry_str language, unsigned weight,
                          bool name)
{
    parry_token *tokens;
    size_t n;
    parry_analyse(w->analyser, w->arena, text, name ? parry_str_of("") : language, &tokens, &n);
    for (size_t i = 0; i < n; i++) {
        const parry_token *t = &tokens[i];
        if (t->stop && !name)
            continue;
        add(w, doc, 'w', t->exact, weight);
        if (!name && !parry_str_eq(stem_of(t), t->exact))
            add(w, doc, 'w', stem_of(t), weight);
        add_prefixes(w, doc, t->exact);
    }
    parry_arena_reset(w->arena);
}

/* ---- what is asked for ------------------------------------------------------------------------------------------- */

static void offer(parry_case_group *g, parry_case_term term)
{
    bool known = g->n == PARRY_CASE_ALTERNATIVES;
    for (size_t i = 0; i < g->n && !known; i++)
        known = memcmp(g->terms[i].b, term.b, sizeof term.b) == 0;
    if (!known)
        g->terms[g->n++] = term;
}

/* Groups for the words of the text, in one language; those of others add their stems to them. */
static size_t read_words(parry_case_words *w, parry_arena *a, parry_str text, parry_str language, parry_token **out)
{
    size_t n = 0, kept = 0;
    parry_analyse(w->analyser, a, text, language, out, &n);
    for (size_t i = 0; i < n && kept < ASK_WORDS; i++) {
        if (!(*out)[i].part)
            (*out)[kept++] = (*out)[i];
    }
    return kept;
}

static bool ends_open(parry_str text)
{
    char last = text.n > 0 ? text.p[text.n - 1] : ' ';
    return last != ' ' && last != '\t' && last != '\n';
}

static void offer_prefix(const parry_case_words *w, parry_case_group *g, parry_str word)
{
    size_t letters = parry_utf8_count(word);
    if (letters >= PREFIX_LEAST && letters <= PREFIX_MOST)
        offer(g, term_of(w, 'p', word));
}

/* A word that says nothing in any language that cases are in is left out, unless nothing else is left. */
static size_t without_stops(parry_case_group *g, const bool *stop, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!stop[i])
            g[kept++] = g[i];
    }
    return kept > 0 ? kept : n;
}

void parry_case_words_ask(parry_case_words *w, parry_arena *a, parry_str text, const parry_str *languages,
                          size_t nlanguages, parry_case_group **groups, size_t *n)
{
    bool stop[ASK_WORDS];
    parry_token *tokens;
    size_t words = read_words(w, a, text, parry_str_of(""), &tokens);
    parry_case_group *g = PARRY_ARRAY(a, parry_case_group, words + 1);
    for (size_t i = 0; i < words; i++) {
        stop[i] = nlanguages > 0 && i + 1 < words;
        offer(&g[i], term_of(w, 'w', tokens[i].exact));
        if (i + 1 == words && ends_open(text))
            offer_prefix(w, &g[i], tokens[i].exact);
    }
    for (size_t l = 0; l < nlanguages; l++) {
        size_t same = read_words(w, a, text, languages[l], &tokens);
        for (size_t i = 0; i < words; i++) {
            bool there = i < same;
            stop[i] = stop[i] && there && tokens[i].stop;
            if (there)
                offer(&g[i], term_of(w, 'w', stem_of(&tokens[i])));
        }
    }
    *groups = g;
    *n = without_stops(g, stop, words);
}
