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
static void make_guesses(const parry_plan *p, guess out[GUESSES])
{
    out[0] = guess_of(p->base, p->treated, p->share, 0.5);
    for (int i = 0; i < ELSEWHERE; i++) {
        double root = sin((i + 0.5) * M_PI_2 / ELSEWHERE);
        out[1 + i] = guess_of(root * root, root * root, p->share, 0.5 / ELSEWHERE);
    }
}

/* The stake that wins most where the truth is as far off as the planned end can tell. */
static double best_stake(const parry_plan *p, double threshold)
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
    for (out->n = 0; out->n < STAKES && (out->n == 0 || stake > best / 40); stake /= 1.5) {
        double off = log(stake / best);
        out->stake[out->n] = stake;
        out->part[out->n] = -off * off / 2;
        sum += exp(out->part[out->n++]);
    }
    for (size_t i = 0; i < out->n; i++)
        out->part[i] = sum > 0 ? out->part[i] - log(sum) : -log((double)out->n);
}

typedef struct bets { /* of one side */
    guess guesses[GUESSES];
    stakes stakes[GUESSES];
    double counts[CELLS];
    int side;
} bets;

static void make_bets(const parry_plan *p, parry_count h, parry_count t, double threshold, int side, bets *out)
{
    assert(p->share > 0 && p->share < 1 && p->units > 0 && h.k <= h.n && t.k <= t.n);
    out->side = side;
    make_guesses(p, out->guesses);
    for (int i = 0; i < GUESSES; i++)
        make_stakes(&out->guesses[i], side, best_stake(p, threshold), &out->stakes[i]);
    const uint64_t counts[CELLS] = {h.k, h.n - h.k, t.k, t.n - t.k};
    for (int c = 0; c < CELLS; c++)
        out->counts[c] = (double)counts[c];
}

/* log(exp(a) + exp(b)) */
static double add_logs(double a, double b)
{
    double most = fmax(a, b);
    return most + log1p(exp(fmin(a, b) - most));
}

/* Log of what one unit of money has become. Falls as side x d rises. */
static double gain(const bets *b, double d)
{
    double all = -1e300;
    for (int i = 0; i < GUESSES; i++) {
        for (size_t j = 0; j < b->stakes[i].n; j++) {
            double sum = b->guesses[i].purse + b->stakes[i].part[j];
            for (int c = 0; c < CELLS; c++) {
                if (b->counts[c] > 0)
                    sum += b->counts[c] * log1p(b->stakes[i].stake[j] * b->side * (b->guesses[i].outcome[c] - d));
            }
            all = add_logs(all, sum);
        }
    }
    return all;
}

/* The d where the gain passes the threshold, to 1e-12; the end of the scale where it never does. */
static double passes(const bets *b, double threshold)
{
    double in = b->side, out = -b->side; /* from here it is inside, from there outside */
    if (gain(b, out) < threshold)
        return out;
    for (int i = 0; i < 42; i++) {
        double middle = (in + out) / 2;
        if (gain(b, middle) < threshold)
            in = middle;
        else
            out = middle;
    }
    return out;
}

parry_interval parry_anytime_interval(const parry_plan *p, parry_count holdout, parry_count treated, double confidence)
{
    double threshold = log(2 / (1 - confidence));
    bets more, less;
    make_bets(p, holdout, treated, threshold, 1, &more);
    make_bets(p, holdout, treated, threshold, -1, &less);
    parry_interval i = {passes(&more, threshold), passes(&less, threshold)};
    if (i.low > i.high) /* every d is excluded: as unlikely as a miss */
        i.low = i.high = (i.low + i.high) / 2;
    return i;
}

bool parry_anytime_excludes(const parry_plan *p, parry_count holdout, parry_count treated, double confidence, double d)
{
    double threshold = log(2 / (1 - confidence));
    bets b;
    for (int side = 1; side >= -1; side -= 2) {
        make_bets(p, holdout, treated, threshold, side, &b);
        if (gain(&b, d) >= threshold)
            return true;
    }
    return false;
}
