/* Preloaded into a server: tells which compare its secrets go through. PARRY_SPY_WATCH is "name:hex,name:hex"; a line
 * "name function" a compare that looks at one of them is added to PARRY_SPY_LOG. One process, never in production. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WATCHED = 8, BYTES = 16 }; /* so many first bytes tell a secret */

static struct {
    char name[32];
    unsigned char bytes[BYTES];
} watched[WATCHED];
static size_t nwatched;
static int log_fd = -1;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("PARRY_SPY_WATCH"), *path = getenv("PARRY_SPY_LOG");
    for (int used = 0;
         at != NULL && nwatched < WATCHED && sscanf(at, "%31[^:]:%n", watched[nwatched].name, &used) == 1;) {
        for (size_t i = 0; i < BYTES; i++)
            (void)sscanf(at + used + 2 * i, "%2hhx", &watched[nwatched].bytes[i]);
        nwatched++;
        at = strchr(at, ',');
        at = at != NULL ? at + 1 : NULL;
    }
    log_fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
}

/* By its own loop: the functions below are what it would call. */
static int begins(const unsigned char *p, const unsigned char *with)
{
    for (size_t i = 0; i < BYTES; i++)
        if (p[i] != with[i])
            return 0;
    return 1;
}

static void look(const char *function, const void *a, const void *b, size_t n)
{
    for (size_t i = 0; n >= BYTES && i < nwatched; i++)
        if (begins(a, watched[i].bytes) || begins(b, watched[i].bytes))
            dprintf(log_fd, "%s %s\n", watched[i].name, function);
}

static int compare(const void *a, const void *b, size_t n, int text)
{
    const unsigned char *x = a, *y = b;
    for (size_t i = 0; i < n; i++)
        if (x[i] != y[i] || (text && x[i] == 0))
            return x[i] - y[i];
    return 0;
}

static size_t shorter(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != 0 && b[n] != 0)
        n++;
    return n;
}

int memcmp(const void *a, const void *b, size_t n)
{
    look("memcmp", a, b, n);
    return compare(a, b, n, 0);
}

int bcmp(const void *a, const void *b, size_t n)
{
    look("bcmp", a, b, n);
    return compare(a, b, n, 0);
}

int strcmp(const char *a, const char *b)
{
    look("strcmp", a, b, shorter(a, b));
    return compare(a, b, shorter(a, b) + 1, 1);
}

int strncmp(const char *a, const char *b, size_t n)
{
    look("strncmp", a, b, n < shorter(a, b) ? n : shorter(a, b));
    return compare(a, b, n, 1);
}

int sodium_memcmp(const void *a, const void *b, size_t n); /* libsodium's */
int sodium_memcmp(const void *a, const void *b, size_t n)
{
    look("sodium_memcmp", a, b, n);
    return compare(a, b, n, 0) == 0 ? 0 : -1;
}
