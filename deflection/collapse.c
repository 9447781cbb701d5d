/* What is typed is a curve: a text grows to a peak, is cut back by deletion, grows again. Each peak is a candidate; it
 * is a search of its own if it was meant (submitted, used) or was read before something unrelated took its place, and
 * else a step to the next peak.
 *
 *     reset pasword | reset pas | reset password | .. | res | .. | refund status
 *              peak   falling     peak (the same,      falling    peak (unrelated: the one before was read, so two)
 *                                 put right) */
#include "deflection/collapse.h"

#include "deflection/rows.h"
#include "deflection/typing.h"

enum {
    REST_MIN_MS = 2000,     /* shorter, and nobody read a list of hits */
    REST_MAX_MS = 8000,     /* of a slow hand */
    REST_LETTERS = 3,       /* how many letters' time is more than a pause for thought */
    PACE_MS = 250,          /* a keystroke, until it is known */
    PACE_MAX_MS = 4000,     /* longer is a pause */
    SHORT = 2,              /* characters that say nothing unless they are submitted: fewer */
    ON_MS = 60 * 1000,      /* a text that goes on later is another search: the minute of PARRY_REFINED_MS */
    ON_IN_WORD_MS = 300000, /* nobody searched for half a word */
    PICK_MS = 15000,        /* how long a list of completions is read */
    HURRIED_MS = 1000,      /* nobody submits, reads, and types on within it: a box that submits every letter */
};

typedef struct text { /* one text as it stood: one or more entries that say the same */
    size_t at, end;   /* which of them is it, if it is a search; and the last of them */
    int64_t since_ms; /* the last of them */
    bool submitted, used, rested;
    parry_typing w;
} text;

typedef struct state {
    const parry_typed *typed;
    size_t *final_of;
    size_t open; /* the first entry that belongs to none yet */
    bool held;   /* there is a peak */
    text peak, now;
    bool falling;    /* now is what deletion left of the peak */
    int64_t pace_ms; /* a keystroke, as the last ones were */
} state;

static bool is_meant(const text *t) { return t->submitted || t->used; }

static void close_at(state *s, size_t at, size_t end)
{
    for (; s->open <= end; s->open++)
        s->final_of[s->open] = at;
}

/* The peak gives way to `now`: as a search of its own, or as a step to it. */
static void settle(state *s)
{
    if (s->held) {
        parry_typing_step step = parry_typing_compare(&s->peak.w, &s->now.w);
        bool kin = step == PARRY_TYPING_GROWN || step == PARRY_TYPING_SHRUNK || step == PARRY_TYPING_CORRECTED ||
                   parry_typing_mended(&s->peak.w, &s->now.w);
        if (step == PARRY_TYPING_SAME && is_meant(&s->peak)) {
            s->peak.end = s->now.end;
            s->peak.used = s->peak.used || s->now.used;
            s->peak.rested = s->now.rested;
            return;
        }
        if (is_meant(&s->peak) || (!kin && step != PARRY_TYPING_SAME && s->peak.rested))
            close_at(s, s->peak.at, s->peak.end);
    }
    s->peak = s->now;
    s->held = true;
}

/* Nothing follows: `now` is the last text, or what is left of the peak, cut through a word. */
static void finish(state *s)
{
    if (s->falling && !is_meant(&s->now) && parry_typing_mid_word(&s->peak.w, &s->now.w)) {
        close_at(s, s->peak.at, s->now.end);
    } else {
        settle(s);
        close_at(s, s->peak.at, s->peak.end);
    }
    s->held = s->falling = false;
}

static void start(state *s, size_t i, const parry_typing *w)
{
    const parry_typed *t = &s->typed[i];
    s->now = (text){i, i, t->at_ms, t->submitted, t->used, false, *w};
}

/* The same text once more: a page of it, or what was typed is submitted. */
static void repeat(state *s, size_t i)
{
    const parry_typed *t = &s->typed[i];
    if (!s->now.submitted)
        s->now.at = i;
    s->now.end = i;
    s->now.since_ms = t->at_ms; /* a blank typed, a page asked for: not at rest yet */
    s->now.submitted = s->now.submitted || t->submitted;
    s->now.used = s->now.used || t->used;
}

static int64_t rest_ms(const state *s)
{
    int64_t ms = REST_LETTERS * s->pace_ms;
    return ms < REST_MIN_MS ? REST_MIN_MS : ms > REST_MAX_MS ? REST_MAX_MS : ms;
}

static void keep_pace(state *s, int64_t gap_ms, int64_t keys)
{
    int64_t ms = gap_ms / keys;
    if (ms >= 0 && ms < PACE_MAX_MS)
        s->pace_ms = ms < s->pace_ms ? (s->pace_ms + ms) / 2 : (7 * s->pace_ms + ms) / 8;
}

static bool goes_on(const state *s, const parry_typing *w, int64_t gap_ms)
{
    return gap_ms <= (parry_typing_mid_word(w, &s->now.w) ? ON_IN_WORD_MS : ON_MS);
}

/* `now` is left for a text that does not grow out of it. What deletion left counts only if it was read, too. */
static void leave(state *s)
{
    bool scrap = s->falling && !is_meant(&s->now) && (!s->now.rested || parry_typing_mid_word(&s->peak.w, &s->now.w));
    if (!scrap)
        settle(s);
    s->falling = false;
}

static void shrink(state *s)
{
    if (!s->falling || is_meant(&s->now))
        settle(s);
    s->falling = true;
}

static void grow(state *s, const parry_typing *w, int64_t gap_ms)
{
    if (is_meant(&s->now) || !goes_on(s, w, gap_ms)) {
        s->now.submitted = true; /* so long a pause says it was meant */
        settle(s);
    }
    s->falling = false;
}

static void change(state *s, bool step)
{
    if (step && !is_meant(&s->now) && !s->falling)
        return;
    leave(s);
}

static void next(state *s, size_t i, const parry_typing *w)
{
    parry_typing_step step = parry_typing_compare(&s->now.w, w);
    int64_t gap_ms = s->typed[i].at_ms - s->now.since_ms;
    if (step == PARRY_TYPING_SAME) {
        repeat(s, i);
        return;
    }
    if (gap_ms < HURRIED_MS && step != PARRY_TYPING_OTHER && s->typed[i].submitted)
        s->now.submitted = false;
    int64_t keys = (int64_t)parry_typing_keys(&s->now.w, w);
    s->now.rested = s->now.w.n >= SHORT && gap_ms - keys * s->pace_ms >= rest_ms(s);
    switch (step) {
    case PARRY_TYPING_GROWN:
        grow(s, w, gap_ms);
        keep_pace(s, gap_ms, keys);
        break;
    case PARRY_TYPING_SHRUNK:
        shrink(s);
        keep_pace(s, gap_ms, keys);
        break;
    case PARRY_TYPING_CORRECTED:
        change(s, true);
        break;
    case PARRY_TYPING_EDITED:
        change(s, !s->now.rested);
        break;
    case PARRY_TYPING_PICKED:
        change(s, gap_ms <= PICK_MS);
        break;
    case PARRY_TYPING_SAME:
    case PARRY_TYPING_OTHER:
        leave(s);
        break;
    }
    start(s, i, w);
}

void parry_collapse(const parry_typed *typed, size_t n, size_t *final_of)
{
    state s = {.typed = typed, .final_of = final_of, .pace_ms = PACE_MS};
    parry_arena *a = parry_arena_new();
    for (size_t i = 0; i < n; i++) {
        parry_typing w;
        parry_typing_of(a, typed[i].text, &w);
        bool apart = i > 0 && typed[i].at_ms - typed[i - 1].at_ms > PARRY_SESSION_GAP_MS;
        if (apart) {
            finish(&s);
            s.pace_ms = PACE_MS;
        }
        if (i == 0 || apart)
            start(&s, i, &w);
        else
            next(&s, i, &w);
        parry_arena_reset(a);
    }
    finish(&s);
    parry_arena_free(a);
}
