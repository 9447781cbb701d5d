/* Reliability and risk, for people and as JSON. */
#include "cli/print_reliability.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

void parry_print_bins(const parry_bin *bins, size_t n, const char *cases)
{
    printf("%22s%8s%8s%10s%18s\n", "probability", cases, "said", "was", "95 % interval");
    for (size_t i = 0; i < n; i++)
        printf("      %.3f to %.3f%8zu%8.3f%10.3f    %.3f to %.3f\n", bins[i].least, bins[i].most, bins[i].n,
               bins[i].said, bins[i].was, bins[i].low, bins[i].high);
}

json_t *parry_bins_json(const parry_bin *bins, size_t n, const char *cases)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:f}", cases, (json_int_t)bins[i].n,
                                              "least", bins[i].least, "most", bins[i].most, "said", bins[i].said, "was",
                                              bins[i].was, "low", bins[i].low, "high", bins[i].high));
    return list;
}

void parry_print_risk(const double *score, const bool *right, const double *weight, size_t n, int steps)
{
    parry_risk *curve = parry_malloc((n + 1) * sizeof *curve);
    size_t points = parry_risk_curve(score, right, weight, n, curve), at = 0;
    printf("%22s%10s%12s\n", "answering", "risk", "from");
    for (int step = 1; step <= steps && points > 0; step++) {
        while (at + 1 < points && curve[at].coverage < (double)step / steps - 1e-9)
            at++;
        printf("%20.1f %%%10.4f%12.4f\n", 100 * curve[at].coverage, curve[at].risk, curve[at].threshold);
    }
    free(curve);
}
