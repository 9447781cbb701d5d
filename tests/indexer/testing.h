/* cmocka, and the two lines that most tests need. */
#ifndef PARRY_TESTS_INDEXER_TESTING_H
#define PARRY_TESTS_INDEXER_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"

/* A call that must go well; tells what went wrong. */
#define ok(call)                                                                                                       \
    do {                                                                                                               \
        parry_err err = {0};                                                                                           \
        parry_code ok_code = (call);                                                                                   \
        if (ok_code != PARRY_OK)                                                                                       \
            fail_msg("%s: %s at %s", parry_code_name(ok_code), err.msg, err.at);                                       \
    } while (0)

#define assert_str(s, z)                                                                                               \
    do {                                                                                                               \
        parry_str str_ = (s);                                                                                          \
        if (!parry_str_eqz(str_, (z)))                                                                                 \
            fail_msg("\"%.*s\" is not \"%s\"", PARRY_FMT(str_), (z));                                                  \
    } while (0)

#endif
