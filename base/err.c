/* The error record, and memory that either comes or ends the process. */
#include "base/err.h"

#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was cut in the middle of a character loses its rest: a message stands in JSON. */
static void mend_cuts(parry_err *err)
{
    parry_str msg = parry_str_of(err->msg);
    for (size_t at; !parry_utf8_valid(msg, &at);)
        err->msg[at] = '?';
}

static void put(parry_err *err, parry_code code, const char *file, int line, const char *fmt, va_list ap)
    PARRY_PRINTF(5, 0);
static void put(parry_err *err, parry_code code, const char *file, int line, const char *fmt, va_list ap)
{
    if (err == NULL)
        return;
    err->code = code;
    const char *slash = strrchr(file, '/');
    snprintf(err->at, sizeof err->at, "%s:%d", slash ? slash + 1 : file, line);
    vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    mend_cuts(err);
}

parry_code parry_fail_at(parry_err *err, parry_code code, const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put(err, code, file, line, fmt, ap);
    va_end(ap);
    return code;
}

parry_code parry_fail_errno_at(parry_err *err, const char *file, int line, const char *fmt, ...)
{
    int e = errno;
    parry_code code = PARRY_IO;
    if (e == ENOENT || e == ENOTDIR)
        code = PARRY_NOT_FOUND;
    else if (e == EACCES || e == EPERM || e == EROFS)
        code = PARRY_DENIED;
    va_list ap;
    va_start(ap, fmt);
    put(err, code, file, line, fmt, ap);
    va_end(ap);
    if (err != NULL) {
        char text[96];
        const char *why = strerror_r(e, text, sizeof text); /* GNU's */
        size_t n = strlen(err->msg);
        snprintf(err->msg + n, sizeof err->msg - n, ": %s", why);
    }
    return code;
}

void parry_err_context(parry_err *err, const char *fmt, ...)
{
    if (err == NULL)
        return;
    char old[sizeof err->msg];
    memcpy(old, err->msg, sizeof old);
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof err->msg)
        snprintf(err->msg + n, sizeof err->msg - (size_t)n, ": %.*s", (int)(sizeof err->msg - (size_t)n), old);
    mend_cuts(err);
}

struct code_row {
    const char *name;
    int http, exit;
};

static const struct code_row rows[] = {
    [PARRY_OK] = {"ok", 200, 0},
    [PARRY_INVALID] = {"invalid", 400, 2},
    [PARRY_NOT_FOUND] = {"not-found", 404, 3},
    [PARRY_DENIED] = {"denied", 403, 4},
    [PARRY_CONFLICT] = {"conflict", 409, 5},
    [PARRY_TOO_LARGE] = {"too-large", 413, 6},
    [PARRY_UNAVAILABLE] = {"unavailable", 503, 7},
    [PARRY_CORRUPT] = {"corrupt", 500, 8},
    [PARRY_IO] = {"io", 500, 9},
};

int parry_code_http(parry_code code) { return rows[code].http; }
int parry_code_exit(parry_code code) { return rows[code].exit; }
const char *parry_code_name(parry_code code) { return rows[code].name; }

void parry_oom(void)
{
    fputs("parry: out of memory\n", stderr);
    abort();
}

void *parry_malloc(unsigned long n)
{
    void *p = malloc(n ? n : 1);
    if (p == NULL)
        parry_oom();
    return p;
}

void *parry_calloc(unsigned long count, unsigned long size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);
    if (p == NULL)
        parry_oom();
    return p;
}

void *parry_realloc(void *p, unsigned long n)
{
    void *q = realloc(p, n ? n : 1);
    if (q == NULL)
        parry_oom();
    return q;
}
