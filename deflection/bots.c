#include "deflection/bots.h"

#include "deflection/typing.h"

#include <stdlib.h>

/* ---- what it calls itself ---------------------------------------------------------------------------------------- */

/* In lower case. "bot" is looked at apart: there are telephones called Cubot. */
static const char *const names[] = {
    "crawl",
    "spider",
    "slurp",
    "headlesschrome",
    "phantomjs",
    "puppeteer",
    "playwright",
    "selenium",
    "lighthouse",
    "pingdom",
    "facebookexternalhit",
    "mediapartners-google",
    "statuscake",
    "site24x7",
    "datadog",
    "newrelicpinger",
    "blackbox-exporter",
    "kube-probe",
    "elb-healthchecker",
    "googlehc",
    "ia_archiver",
    "bingpreview",
    "archive.org",
    "+http://",
    "+https://",
};

enum { AGENT_MAX = 1000 };

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/* Googlebot/2.1, bingbot; not Cubot, not bottle. */
static bool is_bot_word(parry_str agent)
{
    for (size_t at = 0; at + 3 <= agent.n; at++) {
        if (memcmp(agent.p + at, "bot", 3) != 0 || (at + 3 < agent.n && is_letter(agent.p[at + 3])))
            continue;
        if (at < 2 || memcmp(agent.p + at - 2, "cu", 2) != 0)
            return true;
    }
    return false;
}

bool parry_bots_declared(parry_str user_agent, parry_str further)
{
    char p[AGENT_MAX], name[AGENT_MAX];
    parry_str agent = parry_utf8_cut(user_agent, sizeof p), one;
    for (size_t i = 0; i < agent.n; i++)
        p[i] = lower(agent.p[i]);
    agent.p = p;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (parry_str_find(agent, parry_str_of(names[i])) < agent.n)
            return true;
    }
    while (parry_str_split(&further, ' ', &one)) {
        for (size_t i = 0; i < one.n && i < sizeof name; i++)
            name[i] = lower(one.p[i]);
        if (one.n > 0 && one.n < sizeof name && parry_str_find(agent, parry_str_make(name, one.n)) < agent.n)
            return true;
    }
    return is_bot_word(agent);
}

/* ---- what no person does ----------------------------------------------------------------------------------------- */

enum {
    MINUTE_MS = 60000,
    DAY_MS = 86400000,
    RATE = 30,          /* in a minute: two seconds each, for a minute long */
    NUMBER = 500,       /* in a day: one every two minutes, for 16 hours */
    REGULAR = 30,       /* gaps in a row, before they are looked at */
    REGULAR_TENTH = 10, /* spread of the gaps, at most a tenth of their mean; people have about one */
    OPENED = 30,        /* articles opened, before reading is looked at */
    BLINK_MS = 500,     /* shorter, and nothing was read */
    IN_ORDER = 40,      /* texts in the order of the alphabet, each after the one before */
};

typedef struct watch {
    int64_t *act_ms; /* of unrelated searches and of articles opened */
    size_t nacts, first_of_minute, first_of_day;
    size_t opened, blinks, in_order;
    bool whole; /* the last search was asked for whole */
    parry_bots_sign sign;
} watch;

/* As many acts as `most` within the span that ends now. */
static bool too_many(const watch *w, size_t *first, int64_t span_ms, size_t most)
{
    int64_t now = w->act_ms[w->nacts - 1];
    while (now - w->act_ms[*first] >= span_ms)
        ++*first;
    return w->nacts - *first >= most;
}

/* The gaps between the last acts are all alike: sums of whole numbers, so the same on every machine. */
static bool is_regular(const watch *w)
{
    int64_t sum = 0, away = 0, mean;
    if (w->nacts <= REGULAR)
        return false;
    const int64_t *ms = w->act_ms + w->nacts - 1 - REGULAR;
    mean = (ms[REGULAR] - ms[0]) / REGULAR;
    for (size_t i = 0; i < REGULAR; i++) {
        int64_t gap = ms[i + 1] - ms[i];
        sum += gap;
        away += gap > mean ? gap - mean : mean - gap;
    }
    return mean >= 1000 && mean < DAY_MS && away * REGULAR_TENTH <= sum;
}

static void act(watch *w, int64_t at_ms)
{
    w->act_ms[w->nacts++] = at_ms;
    if (too_many(w, &w->first_of_minute, MINUTE_MS, RATE))
        w->sign = PARRY_BOTS_RATE;
    else if (too_many(w, &w->first_of_day, DAY_MS, NUMBER))
        w->sign = PARRY_BOTS_NUMBER;
    else if (is_regular(w))
        w->sign = PARRY_BOTS_REGULAR;
}

/* Letters are one search; the same one again, both asked for whole, is another act. */
static void searched(watch *w, const parry_fact *f, const parry_typing *before, const parry_typing *now, int order)
{
    parry_typing_step step = parry_typing_compare(before, now);
    bool again = step == PARRY_TYPING_SAME && w->whole && f->type == PARRY_FACT_SEARCH;
    w->whole = f->type == PARRY_FACT_SEARCH;
    if (f->text.n == 0 || (step != PARRY_TYPING_OTHER && !again && w->nacts > 0))
        return;
    w->in_order = order < 0 ? w->in_order + 1 : 0;
    if (w->in_order >= IN_ORDER)
        w->sign = PARRY_BOTS_LIST;
    act(w, f->at_ms);
}

static void opened(watch *w, const parry_fact *f, const parry_fact *next)
{
    bool told = f->type == PARRY_FACT_VIEW && f->dwell_ms >= 0;
    bool left = f->type == PARRY_FACT_CLICK && next != NULL && next->type <= PARRY_FACT_CLICK;
    if (f->type == PARRY_FACT_CLICK)
        act(w, f->at_ms);
    if (!told && !left)
        return;
    w->opened++;
    w->blinks += (told ? f->dwell_ms : next->at_ms - f->at_ms) < BLINK_MS;
    if (w->opened >= OPENED && w->blinks * 20 >= w->opened * 19)
        w->sign = PARRY_BOTS_NO_DWELL;
}

static int order_of(const parry_typing *a, const parry_typing *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++) {
        if (a->c[i] != b->c[i])
            return a->c[i] < b->c[i] ? -1 : 1;
    }
    return (a->n > b->n) - (a->n < b->n);
}

parry_bots_sign parry_bots_sign_of(const parry_fact *facts, size_t n)
{
    watch w = {.act_ms = parry_calloc(n + 1, sizeof *w.act_ms)};
    parry_arena *a = parry_arena_new();
    parry_typing text[2] = {{.n = 0}, {.n = 0}};
    size_t now = 0;
    for (size_t i = 0; i < n && w.sign == PARRY_BOTS_NONE; i++) {
        const parry_fact *f = &facts[i];
        if (f->bot)
            w.sign = PARRY_BOTS_SAID;
        else if (f->type == PARRY_FACT_SEARCH || f->type == PARRY_FACT_SUGGEST) {
            parry_arena_reset(a);
            parry_typing_of(a, f->text, &text[!now]);
            searched(&w, f, &text[now], &text[!now], order_of(&text[now], &text[!now]));
            now = !now;
        } else if (f->type == PARRY_FACT_CLICK || f->type == PARRY_FACT_VIEW)
            opened(&w, f, i + 1 < n ? &facts[i + 1] : NULL);
    }
    parry_arena_free(a);
    free(w.act_ms);
    return w.sign;
}

bool parry_bots_like(const parry_fact *facts, size_t n) { return parry_bots_sign_of(facts, n) != PARRY_BOTS_NONE; }

const char *parry_bots_name(parry_bots_sign s)
{
    static const char *const called[] = {"none", "said", "rate", "number", "regular", "no_dwell", "list"};
    return called[s];
}
