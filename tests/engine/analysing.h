/* An analyser and an arena for its terms: the fixture of the tests of terms. */
#ifndef PARRY_TESTS_ENGINE_ANALYSING_H
#define PARRY_TESTS_ENGINE_ANALYSING_H

#include "engine/analyse.h"

typedef struct analysing {
    parry_analyser *an;
    parry_arena *arena;
} analysing;

int analysing_make(void **state);
int analysing_drop(void **state);

#endif
