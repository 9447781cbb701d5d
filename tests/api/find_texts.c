/* Which of many texts are in some files: one pass over each, with every seven bytes looked up. Letters of ASCII count
 * the same in both cases. A short text of 0 to 9 and a to f alone is found where nothing of the kind, nor a -, stands
 * beside it: some key or some time has it by chance.
 *
 *     find_texts TEXTS FILE...        TEXTS: a file with one a line, each of 7 bytes or more
 *
 * Prints "FILE<tab>offset<tab>text" for the first place of each text in each file. Exit 2: it could not look. */
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>

enum { WINDOW = 7, BY_CHANCE = 16, BLOOM_BITS = 27, HEAD_BITS = 22, READ_MAX_GIB = 8 };

typedef struct text {
    const char *p;
    size_t n;
    uint32_t next; /* with the same end: its number + 1; 0: none */
    bool alone;    /* nothing of a number may stand beside it */
    size_t told;   /* in which file it was found last; 0: none */
} text;

typedef struct finder {
    text *texts;
    size_t n, cap;
    uint64_t *bloom;
    uint32_t *heads;
} finder;

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }
static bool is_of_number(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-'; }

static uint64_t hash_at(const char *p)
{
    uint64_t w = 0;
    memcpy(&w, p, WINDOW);
    return w * UINT64_C(0x9E3779B97F4A7C15);
}

/* The whole file in lower case; kept until the end. */
static char *read_lower(parry_arena *a, const char *path, size_t *n)
{
    parry_str file;
    parry_err err = {0};
    if (parry_file_read(a, path, (size_t)READ_MAX_GIB << 30, &file, &err) != PARRY_OK) {
        (void)fprintf(stderr, "find_texts: %s\n", err.msg);
        exit(2);
    }
    char *bytes = parry_arena_alloc(a, file.n + 1);
    for (size_t i = 0; i < file.n; i++)
        bytes[i] = lower(file.p[i]);
    *n = file.n;
    return bytes;
}

static void add(finder *f, parry_str line)
{
    text t = {.p = line.p, .n = line.n, .alone = line.n < BY_CHANCE};
    if (line.n < WINDOW) {
        (void)fprintf(stderr, "find_texts: a text of less than %d bytes\n", WINDOW);
        exit(2);
    }
    for (size_t i = 0; i < line.n; i++)
        t.alone = t.alone && is_of_number(line.p[i]);
    uint64_t h = hash_at(line.p + line.n - WINDOW), bit = h >> (64 - BLOOM_BITS), head = h >> (64 - HEAD_BITS);
    t.next = f->heads[head];
    if (f->n == f->cap) {
        f->cap = f->cap > 0 ? 2 * f->cap : 1024;
        f->texts = parry_realloc(f->texts, f->cap * sizeof *f->texts);
    }
    f->texts[f->n++] = t;
    f->heads[head] = (uint32_t)f->n;
    f->bloom[bit / 64] |= UINT64_C(1) << bit % 64;
}

static bool ends_at(const text *t, const char *bytes, size_t n, size_t end)
{
    if (t->n > end || memcmp(bytes + end - t->n, t->p, t->n) != 0)
        return false;
    size_t at = end - t->n;
    return !t->alone || !((at > 0 && is_of_number(bytes[at - 1])) || (end < n && is_of_number(bytes[end])));
}

static void look(finder *f, const char *path, const char *bytes, size_t n, size_t file)
{
    for (size_t at = 0; at + WINDOW <= n; at++) {
        uint64_t h = hash_at(bytes + at), bit = h >> (64 - BLOOM_BITS);
        if (!(f->bloom[bit / 64] >> bit % 64 & 1))
            continue;
        for (uint32_t i = f->heads[h >> (64 - HEAD_BITS)]; i != 0; i = f->texts[i - 1].next) {
            text *t = &f->texts[i - 1];
            if (t->told != file && ends_at(t, bytes, n, at + WINDOW)) {
                t->told = file;
                printf("%s\t%zu\t%.*s\n", path, at + WINDOW - t->n, (int)t->n, t->p);
            }
        }
    }
}

int main(int argc, char **argv)
{
    finder f = {NULL, 0, 0, parry_calloc((size_t)1 << (BLOOM_BITS - 6), sizeof *f.bloom),
                parry_calloc((size_t)1 << HEAD_BITS, sizeof *f.heads)};
    parry_arena *a = parry_arena_new();
    size_t n = 0;
    if (argc < 2)
        return 2;
    const char *all = read_lower(a, argv[1], &n);
    parry_str lines = parry_str_make(all, n), line;
    while (parry_str_split(&lines, '\n', &line)) {
        if (line.n > 0)
            add(&f, line);
    }
    for (int i = 2; i < argc; i++) {
        parry_arena *one = parry_arena_new();
        const char *bytes = read_lower(one, argv[i], &n);
        look(&f, argv[i], bytes, n, (size_t)i);
        parry_arena_free(one);
    }
    parry_arena_free(a);
    free(f.texts);
    free(f.bloom);
    free(f.heads);
    return 0;
}
