/* System clocks, and a time as RFC 3339 text. */
#include "base/clock.h"

#include <errno.h>
#include <time.h>

enum { MS_PER_S = 1000, NS_PER_MS = 1000000 };
/* Four digits of year: 0001-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z. */
static const int64_t first_ms = -62135596800000, last_ms = 253402300799999;

static int64_t system_now_ms(void *ctx)
{
    (void)ctx;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * MS_PER_S + t.tv_nsec / NS_PER_MS;
}

parry_clock parry_clock_system(void)
{
    parry_clock c = {system_now_ms, NULL};
    return c;
}

int64_t parry_mono_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * MS_PER_S * NS_PER_MS + t.tv_nsec;
}

void parry_sleep_ms(int64_t ms)
{
    if (ms <= 0)
        return;
    struct timespec left = {.tv_sec = ms / MS_PER_S, .tv_nsec = ms % MS_PER_S * NS_PER_MS};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

static char *digits(char *at, int width, int value, char after)
{
    for (int i = width - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    at[width] = after;
    return at + width + 1;
}

void parry_time_text(int64_t unix_ms, char out[PARRY_TIME_TEXT])
{
    int64_t at = unix_ms < first_ms ? first_ms : unix_ms > last_ms ? last_ms : unix_ms;
    int64_t ms = at % MS_PER_S;
    if (ms < 0)
        ms += MS_PER_S;
    time_t s = (at - ms) / MS_PER_S;
    struct tm t;
    gmtime_r(&s, &t);
    char *p = digits(out, 4, t.tm_year + 1900, '-');
    p = digits(p, 2, t.tm_mon + 1, '-');
    p = digits(p, 2, t.tm_mday, 'T');
    p = digits(p, 2, t.tm_hour, ':');
    p = digits(p, 2, t.tm_min, ':');
    p = digits(p, 2, t.tm_sec, '.');
    digits(p, 3, (int)ms, 'Z');
    out[PARRY_TIME_TEXT - 1] = 0;
}
