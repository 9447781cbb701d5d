/* How long the vocabulary takes to find what a word may have meant or may become, over 150,000 terms.
 *
 *     bench_vocabulary [WORDS]     WORDS: a file of words, one a line; else they are made up from syllables */
#include "base/clock.h"
#include "base/file.h"
#include "base/hist.h"
#include "engine/analyse.h"
#include "engine/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TERMS = 150000, ASKED = 2000, CAP = 16, FILE_MAX = 64 << 20 };

static uint64_t seed = 1;

static uint32_t pick(uint32_t n)
{
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(seed >> 33) % n;
}

static parry_str made_up(parry_arena *a)
{
    static const char *const onset[] = {"",  "b", "c", "d",  "f",  "g",  "h",  "l",  "m",  "n",  "p",  "r",
                                        "s", "t", "v", "st", "tr", "pr", "re", "in", "de", "co", "un", "s"};
    static const char *const nucleus[] = {"a", "e", "i", "o", "u", "e", "a", "i", "ea", "ou", "io"};
    static const char *const coda[] = {"", "", "", "n", "r", "t", "s", "l", "ng", "nt", "ck", "m"};
    char word[64];
    size_t n = 0;
    for (uint32_t i = 0, parts = 2 + pick(3); i < parts; i++)
        n += (size_t)snprintf(word + n, sizeof word - n, "%s%s%s", onset[pick(24)], nucleus[pick(11)], coda[pick(12)]);
    return parry_str_copy(a, parry_str_make(word, n));
}

static int by_bytes(const void *x, const void *y)
{
    return parry_str_cmp(*(const parry_str *)x, *(const parry_str *)y);
}

static size_t read_words(parry_arena *a, const char *path, parry_str *terms)
{
    parry_str text, line;
    size_t n = 0;
    if (parry_file_read(a, path, FILE_MAX, &text, NULL) != PARRY_OK)
        exit(1);
    while (n < TERMS && parry_str_split(&text, '\n', &line))
        if (line.n > 0 && line.n <= PARRY_TERM_MAX)
            terms[n++] = line;
    return n;
}

/* Distinct terms in byte order. */
static size_t take_terms(parry_arena *a, const char *path, parry_str *terms)
{
    size_t n = path != NULL ? read_words(a, path, terms) : 0, distinct = 0;
    while (path == NULL && n < TERMS)
        terms[n++] = made_up(a);
    qsort(terms, n, sizeof *terms, by_bytes);
    for (size_t i = 0; i < n; i++)
        if (distinct == 0 || !parry_str_eq(terms[distinct - 1], terms[i]))
            terms[distinct++] = terms[i];
    return distinct;
}

/* With `edits` letters of it replaced. */
static parry_str misspelt(parry_arena *a, parry_str word, unsigned edits)
{
    char *p = parry_str_z(a, word);
    for (unsigned e = 0; e < edits; e++)
        p[pick((uint32_t)word.n)] = (char)('a' + pick(26));
    return parry_str_of(p);
}

static void report(const char *what, const parry_hist *h, size_t found)
{
    printf("%-34s%10.1f%10.1f%10.1f%10.1f\n", what, (double)parry_hist_quantile_ns(h, 0.5) / 1e3,
           (double)parry_hist_quantile_ns(h, 0.95) / 1e3, (double)parry_hist_quantile_ns(h, 0.99) / 1e3,
           (double)found / ASKED);
}

static void bench_near(parry_arena *a, const parry_terms *v, const parry_str *terms, size_t n, unsigned edits,
                       bool prefix)
{
    static const char *const names[] = {"near, 1 edit", "near, 1 edit, unfinished", "near, 2 edits",
                                        "near, 2 edits, unfinished"};
    parry_hist *h = parry_hist_new();
    parry_term out[CAP];
    size_t found = 0;
    for (size_t i = 0; i < ASKED;) {
        parry_str word = terms[pick((uint32_t)n)];
        if (word.n < (edits == 1 ? 5 : 9))
            continue;
        i++;
        word = misspelt(a, word, edits);
        int64_t begin = parry_mono_ns();
        found += parry_terms_near(v, word, edits, prefix, out, CAP);
        parry_hist_add(h, parry_mono_ns() - begin);
    }
    report(names[(edits - 1) * 2 + prefix], h, found);
    parry_hist_free(h);
}

static void bench_prefix(const parry_terms *v, const parry_str *terms, size_t n, size_t letters)
{
    parry_hist *h = parry_hist_new();
    parry_term out[CAP];
    char name[40];
    size_t found = 0;
    for (size_t i = 0; i < ASKED; i++) {
        parry_str word = terms[pick((uint32_t)n)];
        int64_t begin = parry_mono_ns();
        found += parry_terms_prefix(v, parry_str_make(word.p, word.n < letters ? word.n : letters), out, CAP);
        parry_hist_add(h, parry_mono_ns() - begin);
    }
    snprintf(name, sizeof name, "prefix of %zu", letters);
    report(name, h, found);
    parry_hist_free(h);
}

int main(int argc, char **argv)
{
    parry_arena *a = parry_arena_new();
    parry_str *terms = PARRY_ARRAY(a, parry_str, TERMS);
    size_t n = take_terms(a, argc > 1 ? argv[1] : NULL, terms);
    char path[] = "/tmp/parry-bench-XXXXXX";
    parry_terms_writer *w = parry_terms_writer_new();
    parry_terms *v = NULL;
    parry_err err = {0};
    for (size_t i = 0; i < n; i++)
        parry_terms_writer_add(w, terms[i], 1 + 2000 / (1 + pick(2000)));
    int fd = mkstemp(path);
    int64_t begin = parry_mono_ns();
    if (fd < 0 || parry_terms_writer_write(w, path, &err) != PARRY_OK || parry_terms_open(path, &v, &err) != PARRY_OK) {
        fprintf(stderr, "bench_vocabulary: %s\n", err.msg);
        return 1;
    }
    printf("%zu terms, written and opened in %.0f ms\n\n%-34s%10s%10s%10s%10s\n", n,
           (double)(parry_mono_ns() - begin) / 1e6, "microseconds", "p50", "p95", "p99", "found");
    for (unsigned edits = 1; edits <= 2; edits++)
        for (int prefix = 0; prefix <= 1; prefix++)
            bench_near(a, v, terms, n, edits, prefix == 1);
    for (size_t letters = 1; letters <= 4; letters++)
        bench_prefix(v, terms, n, letters);
    parry_terms_close(v);
    parry_terms_writer_free(w);
    unlink(path);
    close(fd);
    parry_arena_free(a);
    return 0;
}
