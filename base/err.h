/* One error for the whole house.
 *
 * Every function that can fail returns a parry_code and takes a caller-owned parry_err last. The first cause wins: a
 * function that gets a failure from below returns its code and leaves the text alone; context is added once, at the
 * edge of a folder, with parry_err_context. Outputs stay untouched on failure. A NULL err is allowed everywhere. A bug
 * is an assert, not an error; out of memory ends the process (parry_oom). */
#ifndef PARRY_BASE_ERR_H
#define PARRY_BASE_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define PARRY_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define PARRY_MUST __attribute__((warn_unused_result))
#define PARRY_NORETURN __attribute__((noreturn))
#else
#define PARRY_PRINTF(f, a)
#define PARRY_MUST
#define PARRY_NORETURN
#endif

typedef enum parry_code {
    PARRY_OK = 0,
    PARRY_INVALID,     /* the caller's input is wrong               HTTP 400, exit 2 */
    PARRY_NOT_FOUND,   /* what was named does not exist             HTTP 404, exit 3 */
    PARRY_DENIED,      /* not allowed                               HTTP 403, exit 4 */
    PARRY_CONFLICT,    /* exists already, or is held by another     HTTP 409, exit 5 */
    PARRY_TOO_LARGE,   /* over a declared limit                     HTTP 413, exit 6 */
    PARRY_UNAVAILABLE, /* needs something that is not here now      HTTP 503, exit 7 */
    PARRY_CORRUPT,     /* data on disk is not what it should be     HTTP 500, exit 8 */
    PARRY_IO,          /* the system refused: disk, network, rights HTTP 500, exit 9 */
} parry_code;

typedef struct parry_err {
    parry_code code;
    char at[48];   /* "file:line" where it was first raised */
    char msg[240]; /* one line: what happened and what to do; valid UTF-8 */
} parry_err;

/* Fill err (if not NULL) and return code. */
#define parry_fail(err, code, ...) parry_fail_at((err), (code), __FILE__, __LINE__, __VA_ARGS__)
parry_code parry_fail_at(parry_err *err, parry_code code, const char *file, int line, const char *fmt, ...)
    PARRY_PRINTF(5, 6);
/* The same with errno's text appended; ENOENT becomes NOT_FOUND, EACCES and EPERM DENIED, everything else IO. */
#define parry_fail_errno(err, ...) parry_fail_errno_at((err), __FILE__, __LINE__, __VA_ARGS__)
parry_code parry_fail_errno_at(parry_err *err, const char *file, int line, const char *fmt, ...) PARRY_PRINTF(4, 5);
#ifdef __clang_analyzer__ /* does not see that what they return is never PARRY_OK */
#undef parry_fail
#undef parry_fail_errno
#define parry_fail(err, code, ...) (parry_fail_at((err), (code), __FILE__, __LINE__, __VA_ARGS__), (code))
#define parry_fail_errno(err, ...) (parry_fail_errno_at((err), __FILE__, __LINE__, __VA_ARGS__), PARRY_IO)
#endif
/* Put "context: " before the message; code and place stay. */
void parry_err_context(parry_err *err, const char *fmt, ...) PARRY_PRINTF(2, 3);

int parry_code_http(parry_code code);         /* 200 for OK */
int parry_code_exit(parry_code code);         /* 0 for OK */
const char *parry_code_name(parry_code code); /* "not-found": stable, for problem types and logs */

PARRY_NORETURN void parry_oom(void); /* says so on stderr and aborts; the stores are crash-safe */
void *parry_malloc(unsigned long n); /* never NULL */
void *parry_calloc(unsigned long count, unsigned long size);
void *parry_realloc(void *p, unsigned long n);

#ifdef __cplusplus
}
#endif
#endif
