/* A sigmoid by Newton's method. */
#include "eval/sigmoid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 100, HALVINGS = 30 };
static const double offset_max = 100, ridge = 1e-9, close_enough = 1e-10;

/* Cases with their smoothed targets. left_out: of folds, the one that is not seen; PARRY_FIT_FOLDS: none. */
typedef struct fit {
    const parry_cases *c;
    size_t left_out;
    double target[2]; /* of wrong and of right cases */
    bool flat;        /* the slope stays as it is */
} fit;

double parry_sigmoid_of(const parry_sigmoid *s, double logit) { return 1 / (1 + exp(-(s->offset + s->slope * logit))); }

static bool seen(const fit *f, size_t i) { return f->c->group[i] % PARRY_FIT_FOLDS != f->left_out; }

static void count(const fit *f, size_t *right, size_t *wrong)
{
    *right = *wrong = 0;
    for (size_t i = 0; i < f->c->n; i++)
        if (seen(f, i))
            *(f->c->right[i] ? right : wrong) += 1;
}

/* Minus the weighted log likelihood. */
static double loss(const fit *f, const parry_sigmoid *s)
{
    double sum = 0;
    for (size_t i = 0; i < f->c->n; i++) {
        if (!seen(f, i))
            continue;
        double z = s->offset + s->slope * f->c->logit[i], t = f->target[f->c->right[i]];
        double softplus = z > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
        sum += f->c->weight[i] * (softplus - t * z);
    }
    return sum;
}

/* Where Newton's step leads from s; false where it is there already. */
static bool newton_step(const fit *f, const parry_sigmoid *s, parry_sigmoid *step)
{
    double gs = 0, go = 0, hss = ridge, hso = 0, hoo = ridge;
    for (size_t i = 0; i < f->c->n; i++) {
        if (!seen(f, i))
            continue;
        double x = f->c->logit[i], w = f->c->weight[i], p = parry_sigmoid_of(s, x);
        double g = w * (p - f->target[f->c->right[i]]), h = w * p * (1 - p);
        gs += g * x;
        go += g;
        hss += h * x * x;
        hso += h * x;
        hoo += h;
    }
    if (f->flat) {
        *step = (parry_sigmoid){0, -go / hoo};
        return fabs(go) > close_enough;
    }
    double determinant = hss * hoo - hso * hso;
    *step = (parry_sigmoid){-(hoo * gs - hso * go) / determinant, -(hss * go - hso * gs) / determinant};
    return fabs(gs) > close_enough || fabs(go) > close_enough;
}

/* Goes along the step, or half of it, or a quarter ...; false where none of that is better. */
static bool go(const fit *f, parry_sigmoid step, parry_sigmoid *s, double *now)
{
    for (int k = 0; k < HALVINGS; k++) {
        double length = ldexp(1, -k);
        parry_sigmoid next = {s->slope + length * step.slope, s->offset + length * step.offset};
        double then = loss(f, &next);
        if (then < *now) {
            *s = next;
            *now = then;
            return true;
        }
    }
    return false;
}

static void descend(const fit *f, parry_sigmoid *s)
{
    double now = loss(f, s);
    parry_sigmoid step;
    for (int i = 0; i < STEPS && newton_step(f, s, &step) && go(f, step, s, &now); i++)
        continue;
}

static parry_sigmoid solve(const parry_cases *c, size_t left_out)
{
    size_t right, wrong;
    fit f = {.c = c, .left_out = left_out};
    count(&f, &right, &wrong);
    f.target[1] = ((double)right + 1) / ((double)right + 2);
    f.target[0] = 1 / ((double)wrong + 2);
    parry_sigmoid s = {0, 0};
    descend(&f, &s);
    if (s.slope < 0 || s.slope > PARRY_FIT_SLOPE_MAX) {
        s = (parry_sigmoid){s.slope < 0 ? 0 : PARRY_FIT_SLOPE_MAX, 0};
        f.flat = true;
        descend(&f, &s);
    }
    s.offset = fmax(-offset_max, fmin(offset_max, s.offset));
    return s;
}

static parry_code check(const parry_cases *c, parry_err *err)
{
    size_t right, wrong;
    const fit f = {.c = c, .left_out = PARRY_FIT_FOLDS};
    count(&f, &right, &wrong);
    if (right < PARRY_FIT_RIGHT_MIN || wrong < PARRY_FIT_WRONG_MIN)
        return parry_fail(err, PARRY_INVALID,
                          "too few cases: %zu where the first article is right (%d are needed) and %zu where it is not "
                          "(%d); judge more queries",
                          right, PARRY_FIT_RIGHT_MIN, wrong, PARRY_FIT_WRONG_MIN);
    return PARRY_OK;
}

parry_code parry_sigmoid_fit(const parry_cases *c, parry_sigmoid *out, parry_err *err)
{
    parry_code code = check(c, err);
    if (code == PARRY_OK)
        *out = solve(c, PARRY_FIT_FOLDS);
    return code;
}

parry_code parry_sigmoid_cross(const parry_cases *c, double *out, parry_err *err)
{
    parry_code code = check(c, err);
    for (size_t fold = 0; code == PARRY_OK && fold < PARRY_FIT_FOLDS; fold++) {
        const parry_sigmoid s = solve(c, fold);
        for (size_t i = 0; i < c->n; i++)
            if (c->group[i] % PARRY_FIT_FOLDS == fold)
                out[i] = parry_sigmoid_of(&s, c->logit[i]);
    }
    return code;
}
