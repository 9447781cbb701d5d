/* A typist: people at a search box, letter by letter, and which of their texts were searches. Hands are slow and fast,
 * boxes send every letter or wait for a pause, people slip, think, change their minds, read, go on. None of it knows
 * how deflection/collapse.c decides. Seeded: the same number is the same session. */
#ifndef PARRY_TESTS_DEFLECTION_TYPIST_H
#define PARRY_TESTS_DEFLECTION_TYPIST_H

#include "base/stats.h"
#include "deflection/collapse.h"

#include <math.h>

enum { TYPIST_TYPED = 4096, TYPIST_SEARCHES = 32 };

typedef struct typist {
    uint64_t seed;
    parry_arena *a;
    const parry_str *questions; /* in order of how often they are asked */
    size_t nquestions;
    /* The hand and the box of this session. */
    double letter_ms, think_ms, read_ms, wait_ms; /* wait_ms: the box's; 0: it sends every letter */
    double slips;
    int64_t now_ms;
    /* What the box holds, and what it sends. */
    uint32_t box[512];
    size_t nbox;
    int64_t typed_at_ms; /* of a text that waits to be sent; 0: none does */
    parry_typed sent[TYPIST_TYPED];
    size_t nsent;
    parry_str searched[TYPIST_SEARCHES]; /* folded, in order */
    size_t from[TYPIST_SEARCHES];        /* what was sent first while this search was being typed */
    size_t nsearched;
} typist;

static inline uint64_t typist_number(typist *t) { return parry_random_next(&t->seed); }
static inline double typist_share(typist *t) { return parry_random_share(&t->seed); }
static inline bool typist_does(typist *t, double share) { return typist_share(t) < share; }

static inline double typist_normal(typist *t) /* Box and Muller */
{
    double u = typist_share(t) + 1e-12, v = typist_share(t);
    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}
static inline double typist_about(typist *t, double median, double spread)
{
    return median * exp(spread * typist_normal(t));
}

static inline parry_str typist_text(typist *t)
{
    char *p = parry_arena_alloc(t->a, 4 * t->nbox + 1);
    size_t n = 0;
    for (size_t i = 0; i < t->nbox; i++)
        n += parry_utf8_put(t->box[i], p + n);
    return parry_str_make(p, n);
}

static inline void typist_send(typist *t, int64_t at_ms, bool submitted, bool used)
{
    t->typed_at_ms = 0;
    if (t->nbox > 0 && t->nsent < TYPIST_TYPED)
        t->sent[t->nsent++] = (parry_typed){at_ms, typist_text(t), submitted, used};
}

/* Time goes by; the box may find that it has waited long enough. */
static inline void typist_wait(typist *t, double ms)
{
    if (t->typed_at_ms > 0 && t->now_ms + (int64_t)ms >= t->typed_at_ms + (int64_t)t->wait_ms)
        typist_send(t, t->typed_at_ms + (int64_t)t->wait_ms, false, false);
    t->now_ms += (int64_t)ms;
}

static inline void typist_changed(typist *t)
{
    t->typed_at_ms = t->now_ms;
    if (t->wait_ms <= 0)
        typist_send(t, t->now_ms, false, false);
}

static inline void typist_key(typist *t, uint32_t c) /* 0: backspace */
{
    typist_wait(t, typist_about(t, c == 0 ? t->letter_ms * 0.7 : t->letter_ms, 0.35));
    if (c == 0)
        t->nbox -= t->nbox > 0;
    else if (t->nbox < 500)
        t->box[t->nbox++] = c;
    typist_changed(t);
}

/* Wrong letters, seen after some right ones, deleted; what was wrong is typed again by who called. */
static inline size_t typist_slip(typist *t, const uint32_t *c, size_t n)
{
    size_t late = typist_number(t) % 4, done = late < n ? late : n;
    typist_key(t, 'a' + (uint32_t)(typist_number(t) % 26));
    for (size_t i = 0; i < done; i++)
        typist_key(t, c[i]);
    typist_wait(t, typist_about(t, 1.5 * t->letter_ms, 0.5));
    for (size_t i = 0; i < done + 1; i++)
        typist_key(t, 0);
    return 0;
}

static inline void typist_type(typist *t, const uint32_t *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool word = i > 0 && c[i - 1] == ' ';
        if (i > 0 && typist_does(t, word ? 0.05 : 0.004))
            typist_wait(t, typist_about(t, t->think_ms, 0.9));
        if (typist_does(t, t->slips))
            (void)typist_slip(t, c + i, n - i);
        typist_key(t, c[i]);
    }
}

static inline size_t typist_letters(parry_str s, uint32_t *c, size_t cap)
{
    size_t n = 0;
    for (size_t at = 0; at < s.n && n < cap;)
        at += parry_utf8_next(parry_str_from(s, at), &c[n++]);
    return n;
}

static inline parry_str typist_question(typist *t) /* Zipf, by inversion of its continuous form */
{
    double n = (double)t->nquestions, k = pow(n + 1, typist_share(t));
    return t->questions[(size_t)k - 1 < t->nquestions ? (size_t)k - 1 : 0];
}

static inline void typist_clear(typist *t, size_t keep)
{
    if (typist_does(t, 0.5)) {
        typist_wait(t, typist_about(t, 2 * t->letter_ms, 0.5)); /* selected and typed over */
        t->nbox = keep < t->nbox ? keep : t->nbox;
        t->typed_at_ms = 0;
    }
    while (t->nbox > keep)
        typist_key(t, 0);
}

/* Half a question, a thought, and away with it. */
static inline void typist_change_mind(typist *t)
{
    uint32_t c[400];
    size_t n = typist_letters(typist_question(t), c, 400);
    typist_type(t, c, 1 + n * (20 + typist_number(t) % 60) / 100);
    typist_wait(t, typist_about(t, 2 * t->letter_ms + 300, 0.5));
    typist_clear(t, 0);
}

static inline void typist_write(typist *t, parry_str question)
{
    uint32_t c[400];
    size_t n = typist_letters(question, c, 400), same = 0;
    while (same < n && same < t->nbox && t->box[same] == c[same])
        same++;
    typist_clear(t, same >= 4 && typist_does(t, 0.5) ? same : 0);
    if (typist_does(t, 0.06)) { /* pasted */
        typist_wait(t, 800);
        memcpy(t->box, c, n * sizeof *c);
        t->nbox = n;
        typist_changed(t);
    } else if (t->nbox == 0 && n > 12 && typist_does(t, 0.1)) { /* begun, then picked from a list */
        typist_type(t, c, 4 + typist_number(t) % (n - 8));
        typist_wait(t, typist_about(t, 1500, 0.5));
        memcpy(t->box, c, n * sizeof *c);
        t->nbox = n;
        typist_send(t, t->now_ms, true, false);
    } else {
        typist_type(t, c + t->nbox, n - t->nbox);
    }
}

/* Submits it or not, reads, opens something or not, asks for pages. */
static inline void typist_read(typist *t)
{
    bool enter = typist_does(t, 0.4);
    if (enter) {
        typist_wait(t, t->letter_ms);
        typist_send(t, t->now_ms, true, false);
    }
    typist_wait(t, 500 + typist_about(t, t->read_ms, 0.6));
    if (typist_does(t, 0.3) && t->nsent > 0)
        t->sent[t->nsent - 1].used = true;
    for (int pages = 0; enter && pages < 2 && typist_does(t, 0.1); pages++) {
        typist_send(t, t->now_ms, true, false);
        typist_wait(t, typist_about(t, t->read_ms, 0.6));
    }
}

static inline void typist_search(typist *t)
{
    parry_str question = typist_question(t), folded = parry_collapse_fold(t->a, question);
    if (t->nsearched > 0 && parry_str_eq(t->searched[t->nsearched - 1], folded))
        return;
    t->from[t->nsearched] = t->nsent;
    if (typist_does(t, 0.06)) {
        typist_clear(t, 0);
        typist_change_mind(t);
    }
    typist_write(t, question);
    typist_read(t);
    t->searched[t->nsearched++] = folded;
}

static inline void typist_session(typist *t, uint64_t seed)
{
    t->seed = seed;
    t->nsent = t->nsearched = t->nbox = 0;
    t->now_ms = 1700000000000;
    t->letter_ms = typist_about(t, 220, 0.5);
    t->think_ms = typist_about(t, 2500, 0.5);
    t->read_ms = typist_about(t, 9000, 0.3);
    t->slips = 0.06 * typist_share(t);
    t->wait_ms = typist_does(t, 0.4) ? 0 : 80 + 500 * typist_share(t);
    size_t searches = 1 + typist_number(t) % 5;
    for (size_t i = 0; i < searches; i++) {
        typist_search(t);
        if (typist_does(t, 0.04)) /* away, and back in another session */
            typist_wait(t, 3600000);
    }
    typist_wait(t, 10000);
}
#endif
