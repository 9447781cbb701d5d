/* Bets on four numbers.
 *
 *   a unit of           with a ticket                    without
 *   the hold-out        h - t + (1 - h) / share          h - t - h / share
 *   the treated         h - t - (1 - t) / (1 - share)    h - t + t / (1 - share)
 *
 * h and t are a guess of the two rates. With any guess the mean is the true difference; with a good one the four lie
 * close around it, and the interval is narrow. So a half of the purse goes to the plan's guess, and a half to guesses
 * all over the scale. Each guess's money is spread over stakes, small ones for many units, around what suits the
 * planned end. All of that is decided before the first unit. */
#include "deflection/anytime.h"

#include <assert.h>
#include <math.h>

enum { CELLS = 4, ELSEWHERE = 9, GUESSES = 1 + ELSEWHERE, STAKES = 40 };

typedef struct guess {
    double outcome[CELLS]; /* hold-out with and without, treated with and without */
    double purse;          /* log of its part of the money */
} guess;

typedef struct stakes {
    double stake[STAKES], part[STAKES]; /* part: log of its part of the guess's purse */
    size_t n;
} stakes;

static guess guess_of(double h, double t, double share, double part)
{
    return (guess){
        .outcome = {h - t + (1 - h) / share, h - t - h / share, h - t - (1 - t) / (1 - share), h - t + t / (1 - share)},
        .purse = log(part)};
}

/* Evenly spaced in the angle whose squared sine is the rate: there a wrong guess costs the same everywhere. */
static void make_guesses(const parry_trial_plan *p, guess out[GUESSES])
{
    out[0] = guess_of(p->base, p->treated, p->share, 0.5);
    for (int i = 0; i < ELSEWHERE; i++) {
        double root = sin((i + 0.5) * M_PI_2 / ELSEWHERE);
        out[1 + i] = guess_of(root * root, root * root, p->share, 0.5 / ELSEWHERE);
    }
}

/* The stake that wins most where the truth is as far off as the planned end can tell. */
static double best_stake(const parry_trial_plan *p, double threshold)
{
    double h = fmin(fmax(p->base, 1e-4), 1 - 1e-4), t = fmin(fmax(p->treated, 1e-4), 1 - 1e-4);
    double variance = h * (1 - h) / p->share + t * (1 - t) / (1 - p->share);
    return 1.3 * sqrt(2 * threshold / (variance * (double)p->units));
}

/* side 1: the bets that the difference is more than d; -1: less. No stake can lose everything, at no d. */
static void make_stakes(const guess *g, int side, double best, stakes *out)
{
    double least = HUGE_VAL, sum = 0;
    for (int c = 0; c < CELLS; c++)
        least = fmin(least, side * g->outcome[c]);
    double stake = 0.95 / (1 - least);
    out->n = 0;
    do {
        double off = log(stake / best);
        out->stake[out->n] = stake;
        out->part[out->n] = -off * off / 2;
        sum += exp(out->part[out->n++]);
        stake /= 1.5;
    } while (out->n < STAKES && stake > best / 40);
    for (size_t i = 0; i < out->n; i++)
        out->part[i] = sum > 0 ? out->part[i] - log(sum) : -log((double)out->n);
}

/* Every stake of every guess, on one side, tried on d. Returns how many. */
static size_t bet(const parry_trial_plan *p, double threshold, int side, double d, parry_anytime *out)
{
    guess guesses[GUESSES];
    stakes s;
    size_t n = 0;
    make_guesses(p, guesses);
    for (int i = 0; i < GUESSES; i++) {
        make_stakes(&guesses[i], side, best_stake(p, threshold), &s);
        for (size_t j = 0; j < s.n; j++, n++) {
            out->bets[side < 0][n].money = guesses[i].purse + s.part[j];
            for (int c = 0; c < CELLS; c++)
                out->bets[side < 0][n].gained[c] = log1p(s.stake[j] * side * (guesses[i].outcome[c] - d));
        }
    }
    return n;
}

void parry_anytime_prepare(const parry_trial_plan *p, double confidence, double d, parry_anytime *out)
{
    static_assert(GUESSES * STAKES <= PARRY_ANYTIME_BETS, "room for all bets");
    assert(p->share > 0 && p->share < 1 && p->units > 0);
    out->threshold = log(2 / (1 - confidence));
    for (int side = 1; side >= -1; side -= 2)
        out->n[side < 0] = bet(p, out->threshold, side, d, out);
}

/* Log of what one unit of money has become. Falls as d rises on the first side, and grows on the other. */
static double gain(const parry_anytime *a, int less, parry_trials h, parry_trials t)
{
    const double counts[CELLS] = {(double)h.k, (double)(h.n - h.k), (double)t.k, (double)(t.n - t.k)};
    double logs[PARRY_ANYTIME_BETS], most = -HUGE_VAL, sum = 0;
    for (size_t i = 0; i < a->n[less]; i++) {
        logs[i] = a->bets[less][i].money;
        for (int c = 0; c < CELLS; c++)
            logs[i] += counts[c] * a->bets[less][i].gained[c];
        most = fmax(most, logs[i]);
    }
    for (size_t i = 0; i < a->n[less]; i++)
        sum += logs[i] - most > -40 ? exp(logs[i] - most) : 0; /* the rest is less than the last digit */
    return most + log(sum);
}

bool parry_anytime_excludes(const parry_anytime *a, parry_trials holdout, parry_trials treated)
{
    assert(holdout.k <= holdout.n && treated.k <= treated.n);
    return gain(a, 0, holdout, treated) >= a->threshold || gain(a, 1, holdout, treated) >= a->threshold;
}

/* The d where the gain passes the threshold, to 1e-12; the end of the scale where it never does. */
static double passes(const parry_trial_plan *p, double confidence, int less, parry_trials h, parry_trials t)
{
    double out = less ? 1 : -1, in = -out; /* from here it is outside, from there inside */
    parry_anytime a;
    parry_anytime_prepare(p, confidence, out, &a);
    if (gain(&a, less, h, t) < a.threshold)
        return out;
    for (int i = 0; i < 42; i++) {
        double middle = (in + out) / 2;
        parry_anytime_prepare(p, confidence, middle, &a);
        if (gain(&a, less, h, t) < a.threshold)
            in = middle;
        else
            out = middle;
    }
    return out;
}

parry_interval parry_anytime_interval(const parry_trial_plan *p, parry_trials holdout, parry_trials treated,
                                      double confidence)
{
    assert(holdout.k <= holdout.n && treated.k <= treated.n);
    parry_interval i = {passes(p, confidence, 0, holdout, treated), passes(p, confidence, 1, holdout, treated)};
    if (i.low > i.high) /* every d is excluded: as unlikely as a miss */
        i.low = i.high = (i.low + i.high) / 2;
    return i;
}
