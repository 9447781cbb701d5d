/* How fast text becomes terms: bench_analyse FILE LOCALE reads the file over and over and prints millions of tokens a
 * second, the best of seven rounds. */
#include "base/clock.h"
#include "base/file.h"
#include "engine/analyse.h"

#include <stdio.h>

enum { ROUNDS = 7, REPEATS = 20 };

static double million_a_second(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale)
{
    size_t tokens = 0;
    int64_t begin = parry_mono_ns();
    for (int i = 0; i < REPEATS; i++) {
        parry_token *t;
        size_t n;
        parry_arena_reset(a);
        parry_analyse(an, a, text, locale, &t, &n);
        tokens += n;
    }
    return (double)tokens * 1e3 / (double)(parry_mono_ns() - begin);
}

int main(int argc, char **argv)
{
    parry_map map;
    parry_err err = {0};
    if (argc != 3 || parry_map_open(argv[1], &map, &err) != PARRY_OK) {
        fprintf(stderr, "usage: bench_analyse FILE LOCALE   %s\n", err.msg);
        return 2;
    }
    parry_analyser *an = parry_analyser_new();
    parry_arena *a = parry_arena_new();
    double best = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double v = million_a_second(an, a, parry_str_make((const char *)map.p, map.n), parry_str_of(argv[2]));
        best = v > best ? v : best;
    }
    printf("%s: %.2f million tokens/s\n", argv[2], best);
    parry_arena_free(a);
    parry_analyser_free(an);
    parry_map_close(&map);
    return 0;
}
