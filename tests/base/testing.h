/* What the tests of base share: cmocka with its own includes, and a folder of their own that goes away again. */
#ifndef PARRY_TESTS_BASE_TESTING_H
#define PARRY_TESTS_BASE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"

#include <sys/wait.h>
#include <unistd.h>

#define ok(call) assert_int_equal((call), PARRY_OK)
#define assert_str(s, z) assert_true(parry_str_eqz((s), (z)))
#define lit(z) parry_str_make(("" z), sizeof(z) - 1) /* keeps zero bytes inside */

/* What *state of a test holds. */
typedef struct scratch {
    parry_arena *arena;
    char dir[64];
} scratch;

static inline int scratch_make(void **state)
{
    scratch *s = parry_calloc(1, sizeof *s);
    s->arena = parry_arena_new();
    snprintf(s->dir, sizeof s->dir, "/tmp/parry-test-XXXXXX");
    *state = s;
    return mkdtemp(s->dir) == NULL;
}

static inline int scratch_drop(void **state)
{
    scratch *s = *state;
    parry_code code = parry_tree_remove(s->dir, NULL);
    parry_arena_free(s->arena);
    free(s);
    return code != PARRY_OK;
}

static inline char *in(scratch *s, const char *name)
{
    return parry_str_z(s->arena, parry_str_printf(s->arena, "%s/%s", s->dir, name));
}

/* The exit status of a forked child; -1 when it died otherwise. */
static inline int status_of(pid_t child)
{
    int status = 0;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

#define in_scratch(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_drop)
#endif
