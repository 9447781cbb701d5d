/* Jobs: a few threads for handlers that may block (a commit, a password's hash, a publish), so that the threads that
 * answer searches never do. First come, first served; a bounded queue. */
#ifndef PARRY_API_JOBS_H
#define PARRY_API_JOBS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_jobs parry_jobs;

/* Fails: UNAVAILABLE (no threads). */
PARRY_MUST parry_code parry_jobs_open(unsigned threads, size_t queue_max, parry_jobs **out, parry_err *err);
/* Runs fn(arg) soon on one of the threads; false, and it is not run, where the queue is full. Any thread. */
bool parry_jobs_run(parry_jobs *j, void (*fn)(void *arg), void *arg);
size_t parry_jobs_waiting(const parry_jobs *j);
/* Those that wait are not run: instead(arg) of each is, on the caller's thread. Further ones may come. */
void parry_jobs_drop(parry_jobs *j, void (*instead)(void *arg));
void parry_jobs_close(parry_jobs *j); /* after all that was taken has run; NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
