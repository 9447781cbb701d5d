/* What every benchmark needs: time on a core, and calls that must go well. */
#ifndef PARRY_TESTS_BENCH_BENCH_H
#define PARRY_TESTS_BENCH_BENCH_H

#include "base/err.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Time on a core, so that neighbours do not count; on a quiet machine it is the time that passes. */
static inline int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline void must(parry_code code, const parry_err *err)
{
    if (code == PARRY_OK)
        return;
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, err->msg);
    exit(parry_code_exit(code));
}

#endif
