/* An analyser and an arena, made and dropped. */
#include "analysing.h"

#include <stdlib.h>

int analysing_make(void **state)
{
    analysing *f = parry_calloc(1, sizeof *f);
    f->an = parry_analyser_new();
    f->arena = parry_arena_new();
    *state = f;
    return 0;
}

int analysing_drop(void **state)
{
    analysing *f = *state;
    parry_analyser_free(f->an);
    parry_arena_free(f->arena);
    free(f);
    return 0;
}
