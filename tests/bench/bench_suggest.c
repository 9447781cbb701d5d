/* What a keystroke costs: queries typed letter by letter into a whole index, in process, on one thread; every stage
 * apart and together. Usage: bench_suggest DATA QUERIES [EVERY]: a query a line, of which each EVERY-th is typed
 * (default 1). The model is $PARRY_MODEL, else the one in the per-user cache; without one it is text alone, and says
 * so.
 *
 * Stages are wall time. `cpu` is the same keystroke in time on a core, which neighbours do not lengthen. A box that has
 * nothing typed into it yet is the first keystroke of nothing, so it is left out. `parry_search` answers from a fresh
 * arena each time, as the server does. */
#include "tests/bench/bench.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/hist.h"
#include "engine/search.h"

enum { FIELDS = 8, LETTER_CLASSES = 4, QUERIES_MAX_BYTES = 16 << 20, HITS = 6, COMPLETIONS = 5 };
static const char *const names[FIELDS] = {"understand", "text", "encode", "vector", "fuse", "show", "total", "cpu"};

typedef struct bench {
    parry_encoder *encoder;
    parry_index *index;
    parry_generation *generation;
    parry_searcher *searcher;
    parry_hist *stage[FIELDS];
    parry_hist *by_letters[LETTER_CLASSES]; /* cpu of queries of 1, 2, 3 and more letters */
    parry_arena *arena;
    size_t queries;
    bool steady;
    char previous[512]; /* id of what was first a letter before */
} bench;

static void open_encoder(bench *b)
{
    char path[4096];
    parry_err err;
    const char *told = getenv("PARRY_MODEL");
    parry_model_default_dir(getenv("XDG_CACHE_HOME"), getenv("HOME"), path, sizeof path);
    if (parry_encoder_open(told != NULL ? told : path, PARRY_PRECISION_AUTO, &b->encoder, &err) != PARRY_OK)
        printf("text alone: %s\n", err.msg);
}

/* One keystroke. */
static void press(bench *b, parry_str typed, bool count)
{
    parry_query q = {.text = typed,
                     .typing = true,
                     .limit = HITS,
                     .snippets = true,
                     .completions = COMPLETIONS,
                     .steady = b->steady,
                     .previous = parry_str_of(b->previous)};
    parry_results r = {0};
    parry_err err;
    int64_t wall = parry_mono_ns(), cpu = cpu_ns();
    must(parry_search(b->searcher, b->generation, &q, b->arena, &r, &err), &err);
    cpu = cpu_ns() - cpu;
    wall = parry_mono_ns() - wall;
    snprintf(b->previous, sizeof b->previous, "%.*s", r.n > 0 ? (int)r.hits[0].id.n : 0, r.n > 0 ? r.hits[0].id.p : "");
    parry_arena_reset(b->arena);
    if (!count)
        return;
    int64_t ns[FIELDS] = {r.understand_ns, r.text_ns, r.encode_ns, r.vector_ns, r.fuse_ns, r.show_ns, wall, cpu};
    for (int i = 0; i < FIELDS; i++)
        parry_hist_add(b->stage[i], ns[i]);
    parry_hist_add(b->by_letters[typed.n < LETTER_CLASSES ? typed.n - 1 : LETTER_CLASSES - 1], cpu);
}

static void type(bench *b, parry_str query, bool count)
{
    b->previous[0] = 0;
    for (size_t at = 0; at < query.n;) {
        unsigned cp;
        at += parry_utf8_next(parry_str_from(query, at), &cp);
        if (query.p[at - 1] != ' ')
            press(b, parry_str_make(query.p, at), count);
    }
    b->queries += count;
}

static void type_all(bench *b, parry_str text, size_t every, size_t most, bool count)
{
    parry_str line;
    for (size_t i = 0; parry_str_split(&text, '\n', &line) && i < most; i++)
        if (i % every == 0 && parry_str_trim(line).n > 0)
            type(b, parry_str_trim(line), count);
}

static void print_row(const char *name, const parry_hist *h)
{
    printf("%-10s", name);
    const double at[] = {0.5, 0.9, 0.95, 0.99};
    for (int i = 0; i < 4; i++)
        printf(" %8.2f", (double)parry_hist_quantile_ns(h, at[i]) / 1e6);
    printf(" %8.2f\n", (double)parry_hist_max_ns(h) / 1e6);
}

static void print_all(const bench *b)
{
    const parry_generation_info *info = parry_generation_get_info(b->generation);
    printf("%s\n%llu articles, %llu passages, %llu vectors in %zu segments; %zu queries, %llu keystrokes, %s\n",
           b->steady ? "while typing (steady)" : "each asked as it stands (settled)",
           (unsigned long long)info->narticles, (unsigned long long)info->npassages, (unsigned long long)info->nvectors,
           info->nsegments, b->queries, (unsigned long long)parry_hist_count(b->stage[0]),
           b->encoder == NULL                                            ? "text alone"
           : parry_encoder_precision(b->encoder) == PARRY_PRECISION_BF16 ? "bf16"
                                                                         : "f32");
    printf("%-10s %8s %8s %8s %8s %8s\n", "ms", "p50", "p90", "p95", "p99", "max");
    for (int i = 0; i < FIELDS; i++)
        print_row(names[i], b->stage[i]);
    static const char *const letters[LETTER_CLASSES] = {"1 letter", "2 letters", "3 letters", "4 and on"};
    for (int i = 0; i < LETTER_CLASSES; i++)
        print_row(letters[i], b->by_letters[i]);
}

static void measure(bench *b, parry_str text, size_t every)
{
    for (int i = 0; i < FIELDS; i++)
        b->stage[i] = parry_hist_new();
    for (int i = 0; i < LETTER_CLASSES; i++)
        b->by_letters[i] = parry_hist_new();
    b->queries = 0;
    type_all(b, text, 1, 10, false); /* warm */
    type_all(b, text, every, SIZE_MAX, true);
    print_all(b);
    for (int i = 0; i < FIELDS; i++)
        parry_hist_free(b->stage[i]);
    for (int i = 0; i < LETTER_CLASSES; i++)
        parry_hist_free(b->by_letters[i]);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: bench_suggest DATA QUERIES [EVERY]\n");
        return 0; /* `./dev bench` has no index to hand */
    }
    bench b = {.arena = parry_arena_new()};
    parry_err err;
    parry_str text;
    parry_arena *a = parry_arena_new();
    size_t every = argc > 3 ? (size_t)strtoul(argv[3], NULL, 10) : 1;
    must(parry_file_read(a, argv[2], QUERIES_MAX_BYTES, &text, &err), &err);
    must(parry_index_open(parry_str_printf(a, "%s/index", argv[1]).p, &b.index, &err), &err);
    b.generation = parry_index_acquire(b.index);
    if (parry_generation_get_info(b.generation)->narticles == 0) {
        fprintf(stderr, "bench_suggest: nothing is indexed in %s; run `parry index --data %s TREE` first\n", argv[1],
                argv[1]);
        return 1;
    }
    open_encoder(&b);
    b.searcher = parry_searcher_new(b.encoder);
    for (int steady = 1; steady >= 0; steady--) {
        b.steady = steady == 1;
        measure(&b, text, every > 0 ? every : 1);
    }
    parry_searcher_free(b.searcher);
    parry_generation_release(b.generation);
    parry_index_close(b.index);
    parry_encoder_close(b.encoder);
    parry_arena_free(b.arena);
    parry_arena_free(a);
    return 0;
}
