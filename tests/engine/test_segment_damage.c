/* Damaged segments: whatever happened to a file, opening says so and nothing crashes. Most of this shows under asan. */
#include "test_segment_data.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { N = 12, DIM = 32 };

static const char *const files[] = {"text.glass", "vectors.faiss", "vectors.f16", "passages.bin", "vocabulary.bin", "segment.json"};
enum { FILES = sizeof files / sizeof *files };

static char *file_of(scratch *s, const char *name, const char *file) { return in(s, parry_str_printf(s->arena, "%s/%s", name, file).p); }

static void write_bytes(const char *path, parry_str bytes)
{
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
    close(fd);
}

/* A search of everything that a segment has, for the sanitizers to watch. */
static void use(scratch *s, const parry_segment *segment)
{
    const parry_segment_info *info = parry_segment_get_info(segment);
    static const char *const terms[] = {"the", "refund", "Zrefund", "number3"};
    size_t bytes = 0, n = 0;
    for (uint32_t a = 0; a < info->narticles; a++) {
        parry_article_out out;
        parry_section_in section;
        parry_segment_article(segment, a, &out);
        for (uint32_t i = 0; i < out.nsections; i++)
            parry_segment_section(segment, a, i, &section);
        bytes += out.title.n ? (unsigned char)out.title.p[out.title.n - 1] : 0;
        uint32_t at;
        (void)parry_segment_find(segment, out.id, &at);
    }
    for (uint32_t r = 0; r < info->nrows; r++) {
        parry_str t = parry_segment_text(segment, r);
        bytes += t.n ? (unsigned char)t.p[t.n - 1] : 0;
    }
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        parry_postings p;
        parry_code code = parry_segment_postings(segment, s->arena, parry_str_of(terms[i]), &p, NULL);
        assert_true(code == PARRY_OK || code == PARRY_CORRUPT || code == PARRY_IO);
        for (size_t j = 0; code == PARRY_OK && j < p.n; j++)
            assert_true(p.row[j] < info->nrows);
        parry_term found[8];
        (void)parry_segment_prefix(segment, parry_str_of(terms[i]), found, 8);
        (void)parry_segment_near(segment, parry_str_of(terms[i]), 2, true, found, 8);
    }
    float q[DIM] = {1}, scores[9];
    uint32_t rows[9];
    if (info->dim == DIM && parry_segment_nearest(segment, q, NULL, 9, rows, scores, &n, NULL) == PARRY_OK)
        for (size_t i = 0; i < n; i++)
            assert_true(rows[i] < info->nrows);
    assert_true(bytes < SIZE_MAX);
}

/* Opens it; with verify nothing damaged may pass. */
static void open_damaged(scratch *s, const char *name, bool verify)
{
    parry_segment *segment = NULL;
    parry_err err = {0};
    parry_code code = parry_segment_open(s->dir, name, verify, &segment, &err);
    if (code == PARRY_OK) {
        if (verify)
            fail_msg("a damaged segment passed");
        use(s, segment);
        parry_segment_close(segment);
        return;
    }
    assert_null(segment);
    assert_true(code == PARRY_CORRUPT || code == PARRY_NOT_FOUND);
    assert_true(err.code == code && err.msg[0] != 0);
}

static const char *whole(scratch *s, uint32_t hnsw_from)
{
    parry_segment_options o = sample_options(DIM);
    o.hnsw_from = hnsw_from;
    return write_sample(s->arena, s->dir, &o, 0, N);
}

static void a_missing_file_is_told(void **state)
{
    scratch *s = *state;
    const char *name = whole(s, UINT32_MAX);
    for (size_t i = 0; i < FILES; i++) {
        char *path = file_of(s, name, files[i]), *aside = in(s, "aside");
        assert_int_equal(rename(path, aside), 0);
        open_damaged(s, name, true);
        open_damaged(s, name, false);
        assert_int_equal(rename(aside, path), 0);
    }
    parry_segment *segment = NULL;
    assert_int_equal(parry_segment_open(s->dir, "0123456789abcdef0123456789abcdef", false, &segment, NULL), PARRY_NOT_FOUND);
    assert_int_equal(parry_segment_open(s->dir, "../segments", false, &segment, NULL), PARRY_INVALID);
    ok(parry_segment_open(s->dir, name, true, &segment, NULL)); /* all is back */
    use(s, segment);
    parry_segment_close(segment);
}

static void a_truncated_file_is_told(void **state)
{
    scratch *s = *state;
    const char *name = whole(s, UINT32_MAX);
    for (size_t i = 0; i < FILES; i++) {
        parry_str bytes;
        char *path = file_of(s, name, files[i]);
        ok(parry_file_read(s->arena, path, 1 << 24, &bytes, NULL));
        for (size_t cut = 0; cut < bytes.n; cut += bytes.n / 13 + 1) {
            write_bytes(path, parry_str_make(bytes.p, cut));
            open_damaged(s, name, true);
            open_damaged(s, name, false);
        }
        write_bytes(path, bytes);
    }
}

static void flip(const char *path, parry_str bytes, size_t at, unsigned char with)
{
    char changed = (char)((unsigned char)bytes.p[at] ^ with);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, &changed, 1, (off_t)at) == 1);
    close(fd);
}

static void flipped_bytes_are_told(void **state, uint32_t hnsw_from, bool verify, size_t from, size_t to)
{
    scratch *s = *state;
    const char *name = whole(s, hnsw_from);
    uint64_t seed = 17;
    for (size_t i = from; i < to; i++) {
        parry_str bytes;
        char *path = file_of(s, name, files[i]);
        ok(parry_file_read(s->arena, path, 1 << 24, &bytes, NULL));
        for (int round = 0; round < 120; round++) { /* headers more than the rest */
            size_t at = next_random(&seed) % (round % 2 && bytes.n > 400 ? 400 : bytes.n);
            flip(path, bytes, at, (unsigned char)(1U << (next_random(&seed) % 8)));
            open_damaged(s, name, verify);
            flip(path, bytes, at, 0);
        }
    }
}

static void a_verified_segment_has_no_flipped_byte(void **state) { flipped_bytes_are_told(state, UINT32_MAX, true, 0, 5); }
static void a_verified_graph_has_no_flipped_byte(void **state) { flipped_bytes_are_told(state, 1, true, 1, 2); }
/* Of ours, every byte is checked or harmless; a graph's file is always verified. */
static void unverified_columns_do_no_harm(void **state) { flipped_bytes_are_told(state, UINT32_MAX, false, 2, 6); }
static void an_unverified_graph_is_verified_all_the_same(void **state) { flipped_bytes_are_told(state, 1, false, 1, 2); }

static void columns_of_random_bytes_do_no_harm(void **state)
{
    scratch *s = *state;
    const char *name = whole(s, UINT32_MAX);
    uint64_t seed = 23;
    for (size_t i = 2; i < 5; i++) {
        parry_str bytes;
        char *path = file_of(s, name, files[i]);
        ok(parry_file_read(s->arena, path, 1 << 24, &bytes, NULL));
        for (int round = 0; round < 200; round++) {
            char *noise = parry_arena_alloc(s->arena, bytes.n);
            memcpy(noise, bytes.p, bytes.n);
            size_t from = next_random(&seed) % bytes.n, n = 1 + next_random(&seed) % 64;
            for (size_t j = from; j < from + n && j < bytes.n; j++)
                noise[j] = (char)(next_random(&seed) % 3 ? next_random(&seed) : 0xFF);
            write_bytes(path, parry_str_make(noise, bytes.n));
            open_damaged(s, name, false);
        }
        write_bytes(path, bytes);
    }
}

static void replace_in_manifest(scratch *s, const char *name, const char *what, const char *with)
{
    parry_str bytes;
    char *path = file_of(s, name, "segment.json");
    ok(parry_file_read(s->arena, path, 1 << 20, &bytes, NULL));
    size_t at = parry_str_find(bytes, parry_str_of(what));
    assert_true(at < bytes.n);
    write_bytes(path, parry_str_printf(s->arena, "%.*s%s%s", (int)at, bytes.p, with, bytes.p + at + strlen(what)));
    open_damaged(s, name, false);
    write_bytes(path, bytes);
}

static void a_manifest_of_another_kind_is_refused(void **state)
{
    scratch *s = *state;
    const char *name = whole(s, UINT32_MAX);
    replace_in_manifest(s, name, "\"format\": 1", "\"format\": 2");
    replace_in_manifest(s, name, "parry-1", "other-1");
    replace_in_manifest(s, name, name, "0123456789abcdef0123456789abcdef");
    replace_in_manifest(s, name, "\"dim\": 32", "\"dim\": -32");
    replace_in_manifest(s, name, "\"dim\": 32", "\"dim\": 33");
    replace_in_manifest(s, name, "\"dim\": 32", "\"dim\": 999999999999");
    replace_in_manifest(s, name, "\"vectors\": 48", "\"vectors\": 47");
    replace_in_manifest(s, name, "\"vectors\": 48", "\"vectors\": 0");
    replace_in_manifest(s, name, "\"rows\": 72", "\"rows\": \"72\"");
    replace_in_manifest(s, name, "\"articles\": 12", "\"articles\": 13");
    replace_in_manifest(s, name, "\"vectors.faiss\": {", "\"vectors.other\": {");
    replace_in_manifest(s, name, "\"bytes\"", "\"bites\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(a_missing_file_is_told),
        in_scratch(a_truncated_file_is_told),
        in_scratch(a_verified_segment_has_no_flipped_byte),
        in_scratch(a_verified_graph_has_no_flipped_byte),
        in_scratch(unverified_columns_do_no_harm),
        in_scratch(an_unverified_graph_is_verified_all_the_same),
        in_scratch(columns_of_random_bytes_do_no_harm),
        in_scratch(a_manifest_of_another_kind_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
