/* Text to terms in one pass. A chunk is what white space and punctuation leave standing:
 *
 *     ERR-1042        whole "err-1042", then its parts: joined "err1042", "err", "1042"
 *     customer’s      "customer"
 *     返金方法         a dense run: 返金, 金方, 方法
 *
 * Chunks are cut by class of character (Unicode's word break property), then each word is folded by itself, so that the
 * bytes of the original it came from stay known. */
#include "engine/analyse.h"

#include "engine/analyse_fold.h"
#include "engine/text_shim.h"

#include <stdlib.h>

const char parry_analyser_identity[] = "parry-1";

enum {
    PARTS_MAX = 16,       /* an identifier of more parts is a list of words */
    JOINED_PARTS_MAX = 4, /* more parts are not written together by anybody */
    UNIT_MAX = 31,        /* bytes of a character of a dense run with its marks: two of them make a term */
    CACHE_SLOTS = 1024,
    CACHED_BYTES = 22,
    KEEP_TOKENS = 1 << 16 /* scratch beyond this is given back */
};

/* Stems repeat as words do. Direct-mapped: a slot holds the last word that fell on it. */
typedef struct cached_stem {
    uint8_t language, nword, nstem;
    char word[CACHED_BYTES], stem[CACHED_BYTES];
} cached_stem;

struct parry_analyser {
    parry_stemmer *stemmers[PARRY_LANGUAGES]; /* made when first needed */
    parry_token *tokens;                      /* of the text at hand, copied into the arena at its end */
    size_t cap;
    cached_stem cache[CACHE_SLOTS];
};

typedef struct scan {
    parry_analyser *an;
    parry_arena *arena;
    parry_str text;
    unsigned language;
    bool elides;
    size_t n; /* tokens so far */
    uint32_t position;
} scan;

parry_analyser *parry_analyser_new(void) { return parry_calloc(1, sizeof(parry_analyser)); }

void parry_analyser_free(parry_analyser *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < PARRY_LANGUAGES; i++)
        parry_stemmer_free(a->stemmers[i]);
    free(a->tokens);
    free(a);
}

/* ---- stems --------------------------------------------------------------------------------------------------------
 */

static size_t stem_now(parry_analyser *an, unsigned language, parry_str word, char out[PARRY_WORD_MAX])
{
    if (an->stemmers[language] == NULL)
        an->stemmers[language] = parry_stemmer_new(parry_language_stemmer(language));
    size_t n = an->stemmers[language] ? parry_stemmer_stem(an->stemmers[language], word, out, PARRY_WORD_MAX) : 0;
    return n == 0 ? 0 : parry_fold_accents(out, n);
}

static cached_stem *slot_of(parry_analyser *an, unsigned language, parry_str word)
{
    uint32_t h = 2166136261U ^ language; /* FNV-1a */
    for (size_t i = 0; i < word.n; i++)
        h = (h ^ (unsigned char)word.p[i]) * 16777619U;
    return &an->cache[(h ^ (h >> 16)) % CACHE_SLOTS];
}

static size_t stem_of(parry_analyser *an, unsigned language, parry_str word, char out[PARRY_WORD_MAX])
{
    if (word.n > CACHED_BYTES)
        return stem_now(an, language, word, out);
    cached_stem *c = slot_of(an, language, word);
    if (c->language == language && c->nword == word.n && memcmp(c->word, word.p, word.n) == 0) {
        memcpy(out, c->stem, c->nstem);
        return c->nstem;
    }
    size_t n = stem_now(an, language, word, out);
    if (n <= CACHED_BYTES) {
        c->language = (uint8_t)language;
        c->nword = (uint8_t)word.n;
        c->nstem = (uint8_t)n;
        memcpy(c->word, word.p, word.n);
        memcpy(c->stem, out, n);
    }
    return n;
}

/* ---- tokens -------------------------------------------------------------------------------------------------------
 */

static parry_token *next_token(scan *s)
{
    parry_analyser *an = s->an;
    if (s->n == an->cap) {
        an->cap = an->cap ? an->cap * 2 : 256;
        an->tokens = parry_realloc(an->tokens, an->cap * sizeof *an->tokens);
    }
    return &an->tokens[s->n++];
}

/* Exact term and "Z" + stem, side by side in the arena. Words with digits are names of things and not stemmed. */
static void add(scan *s, const parry_folded *f, size_t start, size_t end, uint32_t position, bool part)
{
    if (f->nplain == 0)
        return;
    char stem[PARRY_WORD_MAX];
    parry_str exact = parry_str_make(f->plain, f->nplain);
    size_t n = 0;
    if (s->language != PARRY_LANGUAGE_NONE && !f->digit && f->naccented > 0)
        n = stem_of(s->an, s->language, parry_str_make(f->accented, f->naccented), stem);
    const char *from = n > 0 ? stem : f->plain;
    n = n > 0 ? n : f->nplain;
    char *p = parry_arena_alloc(s->arena, f->nplain + 1 + n);
    memcpy(p, f->plain, f->nplain);
    p[f->nplain] = 'Z';
    memcpy(p + f->nplain + 1, from, n);
    *next_token(s) = (parry_token){.exact = parry_str_make(p, f->nplain),
                                   .stem = parry_str_make(p + f->nplain, n + 1),
                                   .start = (uint32_t)start,
                                   .end = (uint32_t)end,
                                   .position = position,
                                   .stop = parry_stop_word(s->language, exact),
                                   .part = part};
}

/* customer's is customer. What is left must be a word. */
static void drop_possessive(parry_folded *f)
{
    if (f->nplain < 3 || f->plain[f->nplain - 1] != 's' || f->plain[f->nplain - 2] != '\'')
        return;
    f->nplain -= 2;
    if (f->naccented > 1 && f->accented[f->naccented - 1] == 's')
        f->naccented -= 1;
}

static parry_str slice(const scan *s, size_t start, size_t end)
{
    return parry_str_make(s->text.p + start, end - start);
}

static void add_word(scan *s, size_t start, size_t end, uint32_t position, bool part)
{
    parry_folded f;
    parry_fold(slice(s, start, end), &f);
    drop_possessive(&f);
    add(s, &f, start, end, position, part);
}

/* ---- words and identifiers ----------------------------------------------------------------------------------------
 */

static bool word_at(const scan *s, size_t at)
{
    size_t len;
    return at < s->text.n && parry_char_class_at(s->text, at, &len) == PARRY_CHAR_WORD;
}

/* The end of the word that begins at `at`. */
static size_t word_end(const scan *s, size_t at)
{
    while (at < s->text.n) {
        size_t len;
        parry_char_class c = parry_char_class_at(s->text, at, &len);
        if (c != PARRY_CHAR_WORD && c != PARRY_CHAR_EXTEND &&
            !(c == PARRY_CHAR_APOS && !s->elides && word_at(s, at + len)))
            break;
        at += len;
    }
    return at;
}

/* Where the word ends at `at` and . / - _ : and another word follow: the place of that word. */
static bool joined(const scan *s, size_t at, size_t *next, bool *hyphen)
{
    size_t len;
    if (at >= s->text.n || parry_char_class_at(s->text, at, &len) != PARRY_CHAR_JOIN || !word_at(s, at + len))
        return false;
    *hyphen = s->text.p[at] == '-' || (unsigned char)s->text.p[at] == 0xE2; /* U+2010, U+2011 */
    *next = at + len;
    return true;
}

/* e-mail is email, ERR-1042 is err1042: what is written with hyphens is also written without. */
static void add_joined(scan *s, const parry_folded *whole, size_t start, size_t end)
{
    parry_folded f = {.digit = whole->digit};
    for (size_t i = 0; i < whole->nplain; i++)
        if (whole->plain[i] != '-')
            f.plain[f.nplain++] = whole->plain[i];
    for (size_t i = 0; i < whole->naccented; i++)
        if (whole->accented[i] != '-')
            f.accented[f.naccented++] = whole->accented[i];
    add(s, &f, start, end, s->position, true);
}

static size_t chunk(scan *s, size_t start)
{
    size_t end = word_end(s, start), next, parts = 1;
    bool hyphen, all = true;
    while (joined(s, end, &next, &hyphen)) {
        end = word_end(s, next);
        all = all && hyphen;
        parts++;
    }
    bool whole = parts > 1 && parts <= PARTS_MAX && end - start <= PARRY_WORD_MAX;
    if (whole) {
        parry_folded f;
        parry_fold(slice(s, start, end), &f);
        drop_possessive(&f);
        add(s, &f, start, end, s->position, false);
        if (all && parts <= JOINED_PARTS_MAX)
            add_joined(s, &f, start, end);
    }
    for (size_t at = start, stop;; at = next) {
        stop = word_end(s, at);
        add_word(s, at, stop, s->position++, whole);
        if (!joined(s, stop, &next, &hyphen))
            return stop;
    }
}

/* ---- scripts without spaces ---------------------------------------------------------------------------------------
 */

typedef struct unit {
    parry_folded f;
    size_t start, end;
} unit;

/* A character with what hangs on it. */
static void take_unit(const scan *s, size_t at, unit *u)
{
    size_t len;
    u->start = at;
    (void)parry_char_class_at(s->text, at, &len);
    for (at += len; at < s->text.n; at += len)
        if (parry_char_class_at(s->text, at, &len) != PARRY_CHAR_EXTEND)
            break;
    u->end = at;
    parry_fold(slice(s, u->start, u->end), &u->f);
    u->f.nplain = parry_utf8_cut(parry_str_make(u->f.plain, u->f.nplain), UNIT_MAX).n;
    u->f.naccented = 0;
}

static void add_pair(scan *s, const unit *a, const unit *b)
{
    parry_folded f = a->f;
    memcpy(f.plain + f.nplain, b->f.plain, b->f.nplain);
    f.nplain += b->f.nplain;
    add(s, &f, a->start, b->end, s->position++, false);
}

static bool dense_at(const scan *s, size_t at)
{
    size_t len;
    return at < s->text.n && parry_char_class_at(s->text, at, &len) == PARRY_CHAR_DENSE;
}

static size_t dense_run(scan *s, size_t at)
{
    unit u[2];
    size_t n = 1;
    take_unit(s, at, &u[0]);
    for (; dense_at(s, u[(n - 1) % 2].end); n++) {
        take_unit(s, u[(n - 1) % 2].end, &u[n % 2]);
        add_pair(s, &u[(n - 1) % 2], &u[n % 2]);
    }
    if (n == 1)
        add(s, &u[0].f, u[0].start, u[0].end, s->position++, false);
    return u[(n - 1) % 2].end;
}

/* ---- the pass -----------------------------------------------------------------------------------------------------
 */

void parry_analyse(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, parry_token **tokens,
                   size_t *n)
{
    unsigned language = parry_language_of(locale);
    scan s = {.an = an, .arena = a, .text = text, .language = language, .elides = parry_language_elides(language)};
    for (size_t at = 0, len; at < text.n;) {
        parry_char_class c = parry_char_class_at(text, at, &len);
        if (c == PARRY_CHAR_WORD)
            at = chunk(&s, at);
        else if (c == PARRY_CHAR_DENSE)
            at = dense_run(&s, at);
        else
            at += len;
    }
    *tokens = PARRY_ARRAY(a, parry_token, s.n);
    if (s.n > 0)
        memcpy(*tokens, an->tokens, s.n * sizeof **tokens);
    *n = s.n;
    if (an->cap > KEEP_TOKENS) {
        free(an->tokens);
        an->tokens = NULL;
        an->cap = 0;
    }
}
