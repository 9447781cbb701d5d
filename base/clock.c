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

/* n digits off the front. */
static bool take_digits(parry_str *s, size_t n, int *out)
{
    int value = 0;
    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        value = value * 10 + (s->p[i] - '0');
    }
    *s = parry_str_from(*s, n);
    *out = value;
    return true;
}

static bool take_char(parry_str *s, char c)
{
    bool there = s->n > 0 && s->p[0] == c;
    if (there)
        *s = parry_str_from(*s, 1);
    return there;
}

static bool take_time(parry_str *s, struct tm *t, int *ms)
{
    if (!take_digits(s, 2, &t->tm_hour) || !take_char(s, ':') || !take_digits(s, 2, &t->tm_min))
        return false;
    if (take_char(s, ':') && !take_digits(s, 2, &t->tm_sec))
        return false;
    if (take_char(s, '.') && !take_digits(s, 3, ms))
        return false;
    return t->tm_hour < 24 && t->tm_min < 60 && t->tm_sec < 60;
}

bool parry_time_parse(parry_str text, int64_t *unix_ms, bool *day)
{
    struct tm t = {0};
    int year, month, date, ms = 0;
    parry_str s = text;
    if (!take_digits(&s, 4, &year) || !take_char(&s, '-') || !take_digits(&s, 2, &month) || !take_char(&s, '-') ||
        !take_digits(&s, 2, &date) || year < 1)
        return false;
    bool with_time = take_char(&s, 'T') || take_char(&s, ' ');
    if (with_time && !take_time(&s, &t, &ms))
        return false;
    if (with_time)
        (void)take_char(&s, 'Z');
    t.tm_year = year - 1900;
    t.tm_mon = month - 1;
    t.tm_mday = date;
    time_t seconds = timegm(&t); /* it carries the 31st of June into July: no such day */
    if (s.n > 0 || t.tm_mon != month - 1 || t.tm_mday != date)
        return false;
    *unix_ms = (int64_t)seconds * MS_PER_S + ms;
    if (day != NULL)
        *day = !with_time;
    return true;
}

bool parry_time_bound(parry_str text, bool end, int64_t *unix_ms)
{
    static const int64_t day_ms = 86400000;
    bool day = false;
    if (!parry_time_parse(text, unix_ms, &day))
        return false;
    *unix_ms += day && end ? day_ms : 0;
    return true;
}
