/* The finished words of a query, and the likely end of the last one. */
#include "engine/steady.h"

#include "engine/expand.h"

#include <stdlib.h>

enum { WORDS = 24, LETTERS = 3 };
/* Of the rows that hold any word that begins so, the share that must hold the word as typed, or the one completion. */
static const double SHARE_AS_TYPED = 0.3, SHARE_COMPLETED = 0.5;

/* Words with one stem, in all segments. */
typedef struct family {
    parry_str word, stem; /* the most frequent of them */
    uint64_t rows, most;
    bool stop;
} family;

typedef struct guess {
    const parry_view *v;
    family family[WORDS * 4];
    size_t n;
    uint64_t rows; /* of all */
} guess;

static void add_term(guess *s, const parry_term *t)
{
    parry_token *tokens = NULL;
    size_t n = 0, i = 0;
    parry_analyse(s->v->analyser, s->v->arena, t->term, s->v->locale, &tokens, &n);
    parry_str stem = n > 0 ? tokens[0].stem : t->term;
    while (i < s->n && !parry_str_eq(s->family[i].stem, stem))
        i++;
    if (i == sizeof s->family / sizeof *s->family)
        return;
    if (i == s->n)
        s->family[s->n++] = (family){t->term, stem, 0, 0, n > 0 && tokens[0].stop};
    family *f = &s->family[i];
    f->rows += t->rows;
    s->rows += t->rows;
    if (t->rows > f->most) {
        f->most = t->rows;
        f->word = t->term;
    }
}

static int most_rows_first(const void *x, const void *y)
{
    const family *a = x, *b = y;
    return a->rows != b->rows ? (a->rows < b->rows) - (a->rows > b->rows) : parry_str_cmp(a->stem, b->stem);
}

static size_t letters_of(parry_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

/* The most frequent family that the query may see; NULL where there is none. */
static parry_code most_likely(guess *s, parry_str typed, const family **out, parry_err *err)
{
    parry_term found[WORDS];
    for (size_t i = 0; i < s->v->info->nsegments; i++) {
        size_t n = parry_segment_prefix(s->v->info->segments[i].segment, typed, found, WORDS);
        for (size_t k = 0; k < n; k++)
            add_term(s, &found[k]);
    }
    if (s->n > 0)
        qsort(s->family, s->n, sizeof *s->family, most_rows_first);
    *out = NULL;
    for (size_t i = 0; i < s->n && *out == NULL; i++) {
        bool shown = false;
        parry_code code = parry_is_shown(s->v, s->family[i].word, &shown, err);
        if (code != PARRY_OK)
            return code;
        *out = shown ? &s->family[i] : NULL;
    }
    return PARRY_OK;
}

/* The word that `typed` is taken for; empty while that is open. alone: no other word says anything, so the likeliest
 * will do, or what nobody wrote, as it stands: it may be misspelt. */
static parry_code finish_word(guess *s, parry_str typed, bool alone, parry_str *word, parry_err *err)
{
    const family *best = NULL;
    *word = parry_str_make(NULL, 0);
    if (letters_of(typed) < LETTERS)
        return PARRY_OK;
    parry_code code = most_likely(s, typed, &best, err);
    if (code != PARRY_OK)
        return code;
    bool stands = s->rows > 0 && (double)parry_rows_of(s->v, typed) >= SHARE_AS_TYPED * (double)s->rows;
    if (stands || (best == NULL && alone))
        *word = typed;
    else if (best != NULL && !best->stop && (alone || (double)best->rows >= SHARE_COMPLETED * (double)s->rows))
        *word = best->word;
    return PARRY_OK;
}

/* Scripts without spaces: what is typed is never seen to be finished. */
static bool spaceless(parry_str s)
{
    for (size_t at = 0; at < s.n;) {
        unsigned cp;
        at += parry_utf8_next(parry_str_from(s, at), &cp);
        if (cp >= 0x2E80 || (cp >= 0x0E00 && cp <= 0x0EFF))
            return true;
    }
    return false;
}

/* Where the finished words end, not counting stop words that nothing follows yet: they say nothing alone. */
static size_t end_of_content(const parry_token *t, size_t n)
{
    while (n > 0 && t[n - 1].stop)
        n--;
    return n > 0 ? t[n - 1].end : 0;
}

/* The last word, an identifier whole. */
static size_t last_word(const parry_token *t, size_t n)
{
    while (n > 1 && t[n - 1].part)
        n--;
    return n - 1;
}

parry_code parry_steady_text(const parry_view *v, parry_str typed, parry_steady *out, parry_err *err)
{
    guess *s = PARRY_NEW(v->arena, guess);
    parry_token *t = NULL;
    size_t n = 0;
    parry_str word = parry_str_make(NULL, 0);
    s->v = v;
    parry_analyse(v->analyser, v->arena, typed, v->locale, &t, &n);
    const parry_token *last = n > 0 ? &t[last_word(t, n)] : NULL;
    bool open = last != NULL && last->end == typed.n;
    if (last == NULL || (open && spaceless(last->exact))) {
        *out = (parry_steady){typed, true};
        return PARRY_OK;
    }
    if (letters_of(typed) < PARRY_STEADY_LETTERS) {
        *out = (parry_steady){word, false};
        return PARRY_OK;
    }
    size_t content = end_of_content(t, open ? (size_t)(last - t) : n);
    if (open && !last->stop) {
        parry_code code = finish_word(s, last->exact, content == 0, &word, err);
        if (code != PARRY_OK)
            return code;
    }
    parry_str text = parry_str_make(typed.p, content);
    if (word.n > 0)
        text = parry_str_printf(v->arena, "%.*s%.*s", (int)last->start, typed.p, PARRY_FMT(word));
    bool settled = !open && parry_str_eq(text, parry_str_trim(typed));
    if (text.n > 0)
        text = settled ? typed : parry_str_printf(v->arena, "%.*s ", PARRY_FMT(text));
    *out = (parry_steady){text, settled};
    return PARRY_OK;
}
