/* Work on all cores: call fn(ctx, i, worker) for every i in [0, n), each once, in no order, on up to `threads` threads;
 * worker in [0, threads) names the thread, for scratch of its own. Returns when all are done. */
#ifndef PARRY_BASE_WORK_H
#define PARRY_BASE_WORK_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

unsigned parry_cores(void); /* cores this process may use, at least 1 */
void parry_parallel(size_t n, unsigned threads, void (*fn)(void *ctx, size_t i, unsigned worker), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
