/* Content gaps: what is planted in a log, and what is found of it (planted.h). */
#include "sections.h"
#include "table.h"

#include "../deflection/planted.h"

#include <stdio.h>

static judged find(bool meaning, double near, size_t runs)
{
    judged sum = {0};
    planted *l = parry_calloc(1, sizeof *l);
    for (uint64_t seed = 101; seed < 101 + runs; seed++) {
        parry_arena *a = parry_arena_new();
        plant(l, a, seed, seed, 1);
        l->near = near;
        found f = find_planted(l, a, meaning, seed);
        judged j = judge(l, &f, a);
        sum.precision += j.precision;
        sum.recall += j.recall;
        sum.together += j.together;
        sum.alike += j.alike;
        sum.ari += j.ari;
        parry_arena_free(a);
    }
    free(l);
    double n = (double)runs;
    return (judged){sum.precision / n, sum.recall / n, sum.together / n, sum.alike / n, sum.ari / n};
}

static void row(const char *how, const char *what, size_t runs, double got, double least)
{
    char text[120];
    snprintf(text, sizeof text, "gaps, %s: %s", how, what);
    sim_value(text, runs, got, least, 1);
}

static void rows(const char *how, bool meaning, double near)
{
    size_t runs = sim_runs(3, 50);
    judged j = find(meaning, near, runs);
    row(how, "shown, of mostly one planted need (precision)", runs, j.precision, 0.9);
    row(how, "planted needs recovered (recall)", runs, j.recall, 0.9);
    row(how, "BCubed precision, of people", runs, j.alike, 0.9);
    row(how, "BCubed recall, of people", runs, j.together, 0.8);
    row(how, "ARI of texts", runs, j.ari, 0.8);
}

void sim_gaps(void)
{
    rows("words alone", false, 0);
    rows("with vectors", true, 0.95);
}
