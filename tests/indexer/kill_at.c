/* Preloaded into parry by crash.py: counts the calls that make something last (fsync and its kin, rename, unlink) and
 * kills the process with SIGKILL just before call number PARRY_KILL_AT. At the end of a run that was not killed, the
 * count is written to the file named by PARRY_KILL_COUNT. */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static void count_call(void)
{
    const char *at = getenv("PARRY_KILL_AT");
    long n = atomic_fetch_add(&calls, 1) + 1;
    if (at != NULL && n == strtol(at, NULL, 10))
        kill(getpid(), SIGKILL);
}

static void *real(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);
    if (f == NULL)
        abort();
    return f;
}

/* The address goes through memory: ISO C knows no cast from an object pointer to a function's. */
#define PASS_ON(type, name, parameters, arguments)                                                                     \
    type name parameters;                                                                                              \
    type name parameters                                                                                               \
    {                                                                                                                  \
        type(*next) parameters;                                                                                        \
        *(void **)(&next) = real(#name);                                                                               \
        count_call();                                                                                                  \
        return next arguments;                                                                                         \
    }

PASS_ON(int, fsync, (int fd), (fd))
PASS_ON(int, fdatasync, (int fd), (fd))
PASS_ON(int, msync, (void *p, size_t n, int flags), (p, n, flags))
PASS_ON(int, rename, (const char *from, const char *to), (from, to))
PASS_ON(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
PASS_ON(int, unlink, (const char *path), (path))
PASS_ON(int, rmdir, (const char *path), (path))
PASS_ON(int, remove, (const char *path), (path))

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("PARRY_KILL_COUNT");
    FILE *f = path ? fopen(path, "we") : NULL;
    if (f == NULL)
        return;
    fprintf(f, "%ld\n", atomic_load(&calls));
    fclose(f);
}
