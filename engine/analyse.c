/* Text to terms in one pass. A chunk is what white space and punctuation leave standing:
 *
 *     ERR-1042        whole "err-1042", then its parts: joined "err1042", "err", "1042"
 *     customer’s      "customer"
 *     l’ordre         "l", "ordre"
 *     返金の方法       dense runs, one a script: 返金 and its characters, の, 方法 and its characters
 *
 * Chunks are cut by class of character (Unicode's word break property), then each word is folded by itself, so that the
 * bytes of the original it came from stay known. */
#include "engine/analyse.h"

#include "engine/analyse_fold.h"
#include "engine/text_shim.h"

#include <stdlib.h>

const char parry_analyser_identity[] = "parry-2";

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
    unsigned japanese, chinese;               /* languages */
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
    parry_light_stemmer *light; /* instead of Snowball's */
    bool stems, elides, turkic;
    size_t n; /* tokens so far */
    uint32_t position;
} scan;

parry_analyser *parry_analyser_new(void)
{
    parry_analyser *an = parry_calloc(1, sizeof *an);
    an->japanese = parry_language_of(parry_str_of("ja"));
    an->chinese = parry_language_of(parry_str_of("zh"));
    return an;
}

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

/* "Z" + stem or "A" + word, into the arena. */
static parry_str marked_term(scan *s, char mark, const char *word, size_t n)
{
    char *p = parry_arena_alloc(s->arena, n + 1);
    p[0] = mark;
    memcpy(p + 1, word, n);
    return parry_str_make(p, n + 1);
}

/* The stem of a word, without "Z", into out; 0 where it has none. */
static size_t find_stem(scan *s, const parry_folded *f, char out[PARRY_WORD_MAX])
{
    if (!s->stems || f->digit || f->naccented == 0)
        return 0;
    if (s->light == NULL)
        return stem_of(s->an, s->language, parry_str_make(f->accented, f->naccented), out);
    parry_str stem = s->light(parry_str_make(f->plain, f->nplain));
    memcpy(out, stem.p, stem.n);
    return stem.n;
}

static const parry_besides *accents_of(scan *s, const parry_folded *f, parry_str stem)
{
    char bare[PARRY_WORD_MAX];
    parry_besides *out = PARRY_NEW(s->arena, parry_besides);
    out->accented = marked_term(s, 'A', f->accented, f->naccented);
    bool snowball = s->stems && !f->digit && s->light == NULL;
    size_t n = snowball ? stem_of(s->an, s->language, parry_str_make(f->plain, f->nplain), bare) : 0;
    if (n > 0 && !parry_str_eq(parry_str_make(bare, n), parry_str_from(stem, 1)))
        out->bare = marked_term(s, 'Z', bare, n);
    return out;
}

/* Exact term and "Z" + stem, side by side in the arena. Words with digits are names of things and not stemmed. */
static parry_token *add(scan *s, const parry_folded *f, size_t start, size_t end, uint32_t position, bool part)
{
    if (f->nplain == 0)
        return NULL;
    char stem[PARRY_WORD_MAX];
    parry_str exact = parry_str_make(f->plain, f->nplain);
    size_t n = find_stem(s, f, stem);
    const char *from = n > 0 ? stem : f->plain;
    n = n > 0 ? n : f->nplain;
    char *p = parry_arena_alloc(s->arena, f->nplain + 1 + n);
    memcpy(p, f->plain, f->nplain);
    p[f->nplain] = 'Z';
    memcpy(p + f->nplain + 1, from, n);
    parry_str stem_term = parry_str_make(p + f->nplain, n + 1);
    parry_token *t = next_token(s);
    *t = (parry_token){.exact = parry_str_make(p, f->nplain),
                       .stem = stem_term,
                       .besides = f->accents ? accents_of(s, f, stem_term) : NULL,
                       .start = (uint32_t)start,
                       .end = (uint32_t)end,
                       .position = position,
                       .stop = parry_stop_word(s->language, exact),
                       .part = part};
    return t;
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
    parry_fold(slice(s, start, end), s->turkic, &f);
    drop_possessive(&f);
    (void)add(s, &f, start, end, position, part);
}

/* ---- words and identifiers ----------------------------------------------------------------------------------------
 */

static bool word_at(const scan *s, size_t at)
{
    size_t len;
    return at < s->text.n && parry_char_class_at(s->text, at, &len) == PARRY_CHAR_WORD;
}

static bool vowel_or_h(parry_str s)
{
    char c = s.n > 0 ? (char)(s.p[0] | 0x20) : 'x';
    return strchr("aeiouyh", c) != NULL || (s.n > 1 && (unsigned char)s.p[0] == 0xC3); /* é and its kind */
}

/* What Romance languages leave of a word before a vowel: l'article, qu'il, dell'ordine. Known in any locale, so that a
 * query finds it whatever language it is taken for. */
static bool elided(const scan *s, size_t start, size_t end, size_t next)
{
    static const char *const short_forms[] = {"l",    "d",     "j",     "n",      "m",     "t",    "s",
                                              "c",    "qu",    "un",    "dell",   "all",   "nell", "sull",
                                              "dall", "quest", "jusqu", "lorsqu", "puisqu"};
    if (!vowel_or_h(parry_str_from(s->text, next)))
        return false;
    for (size_t i = 0; i < sizeof short_forms / sizeof *short_forms; i++)
        if (strlen(short_forms[i]) == end - start && strncasecmp(short_forms[i], s->text.p + start, end - start) == 0)
            return true;
    return false;
}

/* The end of the word that begins at `start`. */
static size_t word_end(const scan *s, size_t start)
{
    size_t at = start;
    while (at < s->text.n) {
        size_t len;
        parry_char_class c = parry_char_class_at(s->text, at, &len);
        if (c != PARRY_CHAR_WORD && c != PARRY_CHAR_EXTEND &&
            !(c == PARRY_CHAR_APOS && !s->elides && word_at(s, at + len) && !elided(s, start, at, at + len)))
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
    parry_folded f = {.digit = whole->digit, .accents = whole->accents};
    for (size_t i = 0; i < whole->nplain; i++)
        if (whole->plain[i] != '-')
            f.plain[f.nplain++] = whole->plain[i];
    for (size_t i = 0; i < whole->naccented; i++)
        if (whole->accented[i] != '-')
            f.accented[f.naccented++] = whole->accented[i];
    (void)add(s, &f, start, end, s->position, true);
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
        parry_fold(slice(s, start, end), s->turkic, &f);
        drop_possessive(&f);
        (void)add(s, &f, start, end, s->position, false);
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
    parry_dense_kind kind;
} unit;

/* The class DENSE's character at `at`; false where there is another or none. */
static bool dense_at(const scan *s, size_t at, size_t *len, unsigned *c)
{
    if (at >= s->text.n || parry_char_class_at(s->text, at, len) != PARRY_CHAR_DENSE)
        return false;
    (void)parry_utf8_next(parry_str_from(s->text, at), c);
    return true;
}

/* A character with what hangs on it: marks, the consonant that a vowel was written before, or one stacked below. */
static bool take_unit(const scan *s, size_t at, unit *u)
{
    size_t len;
    unsigned c;
    if (!dense_at(s, at, &len, &c))
        return false;
    u->start = at;
    u->kind = parry_dense_kind_of(c);
    bool more = u->kind == PARRY_DENSE_BEFORE;
    u->kind = more ? PARRY_DENSE_ABUGIDA : u->kind;
    for (at += len; at < s->text.n; at += len) {
        bool extends = parry_char_class_at(s->text, at, &len) == PARRY_CHAR_EXTEND;
        if (!extends && !(more && dense_at(s, at, &len, &c)))
            break;
        (void)parry_utf8_next(parry_str_from(s->text, at), &c);
        more = parry_stacks(c);
    }
    u->end = at;
    parry_fold(slice(s, u->start, u->end), false, &u->f);
    u->f.nplain = parry_utf8_cut(parry_str_make(u->f.plain, u->f.nplain), UNIT_MAX).n;
    u->f.naccented = 0;
    u->f.accents = false;
    return true;
}

/* Scripts change where words do; only the long vowel goes with either kana. */
static bool same_run(parry_dense_kind *run, parry_dense_kind next)
{
    bool kana = *run == PARRY_DENSE_HIRAGANA || *run == PARRY_DENSE_KATAKANA || *run == PARRY_DENSE_LONG;
    if (*run == PARRY_DENSE_LONG && (next == PARRY_DENSE_HIRAGANA || next == PARRY_DENSE_KATAKANA))
        *run = next;
    return *run == next || (kana && next == PARRY_DENSE_LONG);
}

/* Known in any locale: hiragana is Japanese, and what Chinese says with these characters alone Japanese does not. */
static bool dense_stop(const scan *s, parry_dense_kind kind, parry_str term, bool alone)
{
    if (kind == PARRY_DENSE_HIRAGANA)
        return alone || parry_stop_word(s->an->japanese, term);
    return kind == PARRY_DENSE_HAN && parry_stop_word(s->an->chinese, term);
}

static parry_str single_of(scan *s, const unit *u) { return marked_term(s, 'Z', u->f.plain, u->f.nplain); }

/* singles: characters of this script mean something by themselves. last: of its run. */
static void add_pair(scan *s, const unit *a, const unit *b, bool singles, bool last)
{
    parry_folded f = a->f;
    memcpy(f.plain + f.nplain, b->f.plain, b->f.nplain);
    f.nplain += b->f.nplain;
    parry_token *t = add(s, &f, a->start, b->end, s->position++, false);
    if (t == NULL)
        return;
    t->pair = true;
    t->stop = dense_stop(s, a->kind, t->exact, false);
    if (!singles)
        return;
    parry_besides *besides = PARRY_NEW(s->arena, parry_besides);
    besides->single[0] = single_of(s, a);
    if (last)
        besides->single[1] = single_of(s, b);
    t->besides = besides;
}

static void add_unit(scan *s, const unit *u)
{
    parry_token *t = add(s, &u->f, u->start, u->end, s->position++, false);
    if (t == NULL)
        return;
    t->pair = true;
    t->stop = dense_stop(s, u->kind, t->exact, true);
}

/* A word of one syllable with a particle: 돈이, 돈을 have the stem 돈. */
static void stem_korean_pair(scan *s, parry_token *t, const unit *word, const unit *particle)
{
    static const char *const particles[] = {"이", "가", "은", "는", "을", "를", "도",
                                            "만", "의", "에", "로", "와", "과"};
    for (size_t i = 0; i < sizeof particles / sizeof *particles; i++)
        if (parry_str_eqz(parry_str_make(particle->f.plain, particle->f.nplain), particles[i]))
            t->stem = marked_term(s, 'Z', word->f.plain, word->f.nplain);
}

static bool next_in_run(const scan *s, const unit *u, parry_dense_kind *run, unit *next)
{
    return take_unit(s, u->end, next) && same_run(run, next->kind);
}

/* One run of one script: pairs of neighbours and, where a character means something by itself, the characters too. */
static size_t dense_run(scan *s, size_t at)
{
    unit u[3];
    size_t n = 0, first = s->n;
    if (!take_unit(s, at, &u[0]))
        return s->text.n; /* never: the caller looked */
    parry_dense_kind run = u[0].kind;
    bool singles = run == PARRY_DENSE_HAN || run == PARRY_DENSE_HANGUL;
    bool more = next_in_run(s, &u[0], &run, &u[1]);
    if (!more)
        add_unit(s, &u[0]);
    for (; more; n++) {
        more = next_in_run(s, &u[(n + 1) % 3], &run, &u[(n + 2) % 3]);
        add_pair(s, &u[n % 3], &u[(n + 1) % 3], singles, !more);
    }
    if (n == 1 && run == PARRY_DENSE_HANGUL && s->n > first)
        stem_korean_pair(s, &s->an->tokens[first], &u[0], &u[1]);
    return u[n % 3].end;
}

/* ---- the pass -----------------------------------------------------------------------------------------------------
 */

void parry_analyse(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale, parry_token **tokens,
                   size_t *n)
{
    unsigned language = parry_language_of(locale);
    scan s = {.an = an,
              .arena = a,
              .text = text,
              .language = language,
              .light = parry_language_light(language),
              .stems = parry_language_stems(language),
              .elides = parry_language_elides(language),
              .turkic = parry_language_turkic(language)};
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
