/* Histogram of latencies: log-linear buckets, 1 us to 100 s, at most 3 % wide; lock-free adds from any thread. */
#ifndef PARRY_BASE_HIST_H
#define PARRY_BASE_HIST_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_hist parry_hist;

parry_hist *parry_hist_new(void);
void parry_hist_free(parry_hist *h); /* NULL is fine */
void parry_hist_add(parry_hist *h, int64_t ns);
uint64_t parry_hist_count(const parry_hist *h);
int64_t parry_hist_quantile_ns(const parry_hist *h, double q); /* q in [0,1]; 0 where nothing was added */
int64_t parry_hist_max_ns(const parry_hist *h);
int64_t parry_hist_sum_ns(const parry_hist *h);
/* Prometheus text of one histogram in seconds (about 16 buckets from 100 us to 10 s); labels like `stage="text"` or "".
 * Without the # TYPE line: the caller writes one a name, before the first of its label sets. */
void parry_hist_prometheus(const parry_hist *h, const char *name, const char *labels, parry_buf *out);

#ifdef __cplusplus
}
#endif
#endif
