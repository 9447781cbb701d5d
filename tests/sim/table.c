#include "table.h"

#include <stdio.h>
#include <stdlib.h>

static bool begun, failed;

static void print(const char *what, size_t runs, double got, const char *wanted, bool share)
{
    if (!begun)
        printf("| what | runs | came out | wanted |\n|---|---:|---:|---|\n");
    begun = true;
    printf("| %s | %zu | ", what, runs);
    printf(share ? "%.2f %%" : "%.4f", share ? 100 * got : got);
    printf(" | %s |\n", wanted);
    fflush(stdout);
}

static void check(const char *what, size_t runs, double got, double low, double high, bool share)
{
    char wanted[80];
    bool ok = got >= low && got <= high;
    snprintf(wanted, sizeof wanted, share ? "%.4g to %.4g %%%s" : "%.4g to %.4g%s", share ? 100 * low : low,
             share ? 100 * high : high, ok ? "" : " **missed**");
    failed = failed || !ok;
    print(what, runs, got, wanted, share);
}

void sim_share(const char *what, size_t runs, double got, double low, double high)
{
    check(what, runs, got, low, high, true);
}

void sim_value(const char *what, size_t runs, double got, double low, double high)
{
    check(what, runs, got, low, high, false);
}

void sim_told(const char *what, size_t runs, double got) { print(what, runs, got, "", true); }

double sim_part(size_t k, size_t n) { return n > 0 ? (double)k / (double)n : -1; }

bool sim_failed(void) { return failed; }

size_t sim_runs(size_t small, size_t full) { return getenv("PARRY_SOAK") != NULL ? full : small; }
