/* Damaged segments: whatever happened to a file, opening says so and nothing crashes. Most of this shows under asan. */
#include "engine/analyse.h"
#include "engine/segment_passages.h"
#include "test_segment_data.h"

#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>

enum { N = 12, DIM = 32 };

static const char *const files[] = {"text.glass",   "vectors.faiss",  "vectors.f16",
                                    "passages.bin", "vocabulary.bin", "segment.json"};
enum { FILES = sizeof files / sizeof *files };

static char *file_of(scratch *s, const char *name, const char *file)
{
    return in(s, parry_str_printf(s->arena, "%s/%s", name, file).p);
}

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
    assert_int_equal(parry_segment_open(s->dir, "0123456789abcdef0123456789abcdef", false, &segment, NULL),
                     PARRY_NOT_FOUND);
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

static void a_verified_segment_has_no_flipped_byte(void **state)
{
    flipped_bytes_are_told(state, UINT32_MAX, true, 0, 5);
}
static void a_verified_graph_has_no_flipped_byte(void **state) { flipped_bytes_are_told(state, 1, true, 1, 2); }
/* Libraries trust their headers: a byte of one that fell over is found without reading the file whole. */
static void headers_are_always_checked(void **state)
{
    scratch *s = *state;
    const char *name = whole(s, UINT32_MAX);
    for (size_t i = 0; i < 2; i++) {
        parry_str bytes;
        char *path = file_of(s, name, files[i]);
        ok(parry_file_read(s->arena, path, 1 << 24, &bytes, NULL));
        for (size_t at = 0; at < 100; at++) {
            parry_segment *segment = NULL;
            flip(path, bytes, at, 1);
            assert_int_equal(parry_segment_open(s->dir, name, false, &segment, NULL), PARRY_CORRUPT);
            flip(path, bytes, at, 0);
        }
    }
}
static void an_unverified_graph_is_verified_all_the_same(void **state)
{
    flipped_bytes_are_told(state, 1, false, 1, 2);
}

/* The bytes in the file, and in segment.json the hashes that they have: a segment from somebody who means harm. */
static void forge(scratch *s, const char *name, const char *file, parry_str bytes)
{
    char hex[2][PARRY_HASH_HEX + 1], *path = file_of(s, name, "segment.json");
    json_auto_t *root = json_load_file(path, 0, NULL);
    json_t *entry = json_object_get(json_object_get(root, "files"), file);
    assert_non_null(entry);
    parry_hash_hex(parry_hash_of(bytes.p, bytes.n), hex[0]);
    parry_hash_hex(parry_hash_of(bytes.p, bytes.n < 8192 ? bytes.n : 8192), hex[1]);
    json_object_set_new(entry, "bytes", json_integer((json_int_t)bytes.n));
    json_object_set_new(entry, "sha256", json_string(hex[0]));
    json_object_set_new(entry, "head_sha256", json_string(hex[1]));
    assert_int_equal(json_dump_file(root, path, 0), 0);
    write_bytes(file_of(s, name, file), bytes);
}

/* Opens it and, where it opens, searches it; whether it did. */
static bool opens(scratch *s, const char *name)
{
    parry_segment *segment = NULL;
    parry_code code = parry_segment_open(s->dir, name, true, &segment, NULL);
    assert_true(code == PARRY_OK || code == PARRY_CORRUPT);
    if (code == PARRY_OK)
        use(s, segment);
    parry_segment_close(segment);
    return code == PARRY_OK;
}

/* Of our own files every place, ordinal and count is checked: what passes can be searched, whatever it says. */
static void forged_columns_do_no_harm(void **state)
{
    scratch *s = *state;
    const char *name = whole(s, UINT32_MAX);
    uint64_t seed = 23;
    size_t passed = 0, refused = 0;
    for (size_t i = 2; i < 5; i++) {
        parry_str bytes;
        ok(parry_file_read(s->arena, file_of(s, name, files[i]), 1 << 24, &bytes, NULL));
        for (int round = 0; round < 400; round++) {
            char *noise = parry_arena_alloc(s->arena, bytes.n);
            memcpy(noise, bytes.p, bytes.n);
            size_t from = next_random(&seed) % bytes.n, n = 1 + next_random(&seed) % (round % 2 ? 64 : 2);
            for (size_t j = from; j < from + n && j < bytes.n; j++)
                noise[j] = (char)(next_random(&seed) % 3 ? next_random(&seed) : 0xFF);
            size_t cut = round % 10 == 0 ? from : bytes.n;
            forge(s, name, files[i], parry_str_make(noise, cut));
            if (opens(s, name))
                passed++;
            else
                refused++;
        }
        forge(s, name, files[i], bytes);
        assert_true(opens(s, name));
    }
    assert_true(passed > 100 && refused > 100); /* both ways were taken */
}

static void set_u64(char *p, size_t at, uint64_t v) { memcpy(p + at, &v, sizeof v); }
static uint64_t get_u64(const char *p, size_t at)
{
    uint64_t v;
    memcpy(&v, p + at, sizeof v);
    return v;
}

/* One value of each column of passages.bin pointed far away; a text or a length may say what it likes. */
static void a_column_that_points_outside_is_refused(void **state)
{
    scratch *s = *state;
    const char *name = whole(s, UINT32_MAX);
    parry_str bytes;
    ok(parry_file_read(s->arena, file_of(s, name, "passages.bin"), 1 << 24, &bytes, NULL));
    for (unsigned c = 0; c < PARRY_COLUMNS; c++) {
        size_t at = get_u64(bytes.p, 32 + 16 * c), n = get_u64(bytes.p, 40 + 16 * c);
        bool any_value = c == PARRY_COL_ROW_LENGTH || c == PARRY_COL_ROW_SECTION || c == PARRY_COL_ARTICLE_HASH ||
                         c == PARRY_COL_ROW_TEXT || c == PARRY_COL_ARTICLE_TEXT || c == PARRY_COL_SECTION_TEXT ||
                         c == PARRY_COL_ARTICLE_FLAGS;
        char *forged = parry_arena_alloc(s->arena, bytes.n);
        memcpy(forged, bytes.p, bytes.n);
        set_u64(forged, at + n / 2 / 8 * 8, 0x4000000040000000);
        forge(s, name, "passages.bin", parry_str_make(forged, bytes.n));
        assert_int_equal(opens(s, name), any_value);
        memcpy(forged, bytes.p, bytes.n);
        set_u64(forged, 32 + 16 * c, bytes.n - n + 64); /* the column itself beyond the end */
        forge(s, name, "passages.bin", parry_str_make(forged, bytes.n));
        assert_false(opens(s, name));
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
    replace_in_manifest(s, name, "\"format\": 3", "\"format\": 2");
    replace_in_manifest(s, name, parry_analyser_identity, "other-1");
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
        in_scratch(headers_are_always_checked),
        in_scratch(an_unverified_graph_is_verified_all_the_same),
        in_scratch(forged_columns_do_no_harm),
        in_scratch(a_column_that_points_outside_is_refused),
        in_scratch(a_manifest_of_another_kind_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
