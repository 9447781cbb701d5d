/* How commands show how far probabilities can be trusted. */
#ifndef PARRY_CLI_PRINT_RELIABILITY_H
#define PARRY_CLI_PRINT_RELIABILITY_H

#include "eval/reliability.h"

#include <jansson.h>

/* The reliability table; cases: what its rows count ("queries"). */
void parry_print_bins(const parry_bin *bins, size_t n, const char *cases);
json_t *parry_bins_json(const parry_bin *bins, size_t n, const char *cases); /* new reference */
/* The risk of answering 1/steps, 2/steps ... of the cases, surest first; arguments as in eval/reliability.h. */
void parry_print_risk(const double *score, const bool *right, const double *weight, size_t n, int steps);

#endif
