/* The table of what was tried on made-up people whose truth is known: a row a claim, with what was promised and what
 * came out. A row out of its bounds fails the program. One thread. */
#ifndef PARRY_TESTS_SIM_TABLE_H
#define PARRY_TESTS_SIM_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* Prints the row, as Markdown; low <= got <= high or it fails. Shares are printed as percents. */
void sim_share(const char *what, size_t runs, double got, double low, double high);
void sim_value(const char *what, size_t runs, double got, double low, double high);
void sim_told(const char *what, size_t runs, double got); /* a share, for comparison: nothing was promised */
double sim_part(size_t k, size_t n);                      /* k/n; -1, which no bounds hold, where n is 0 */

bool sim_failed(void); /* a row did */

/* PARRY_SOAK set: full; else small. */
size_t sim_runs(size_t small, size_t full);

#endif
