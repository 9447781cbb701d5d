/* The vocabulary against a slow and obvious version of itself. */
#include "engine/analyse.h"
#include "engine/vocabulary.h"
#include "test_segment_data.h"

typedef struct words {
    parry_str *term;
    uint32_t *rows;
    size_t n;
} words;

static int by_bytes(const void *x, const void *y)
{
    return parry_str_cmp(*(const parry_str *)x, *(const parry_str *)y);
}

/* Short words over few letters, so that many are near each other; some beyond ASCII. */
static words random_words(parry_arena *a, size_t n, uint64_t seed)
{
    static const char *const letters[] = {"a", "b", "c", "d", "é", "返"};
    words w = {PARRY_ARRAY(a, parry_str, n), PARRY_ARRAY(a, uint32_t, n), 0};
    for (size_t i = 0; i < n; i++) {
        parry_buf b = PARRY_BUF(100);
        for (uint32_t len = 1 + next_random(&seed) % 7; len > 0; len--)
            parry_buf_addz(&b, letters[next_random(&seed) % 6]);
        w.term[i] = parry_str_copy(a, parry_buf_str(&b));
        parry_buf_free(&b);
    }
    qsort(w.term, n, sizeof *w.term, by_bytes);
    for (size_t i = 0; i < n; i++)
        if (w.n == 0 || !parry_str_eq(w.term[w.n - 1], w.term[i]))
            w.term[w.n++] = w.term[i];
    for (size_t i = 0; i < w.n; i++)
        w.rows[i] = 1 + next_random(&seed) % 20;
    return w;
}

static parry_terms *stored(scratch *s, const words *w)
{
    parry_terms_writer *writer = parry_terms_writer_new();
    parry_terms *v = NULL;
    for (size_t i = 0; i < w->n; i++)
        parry_terms_writer_add(writer, w->term[i], w->rows[i]);
    ok(parry_terms_writer_write(writer, in(s, "vocabulary.bin"), NULL));
    parry_terms_writer_free(writer);
    ok(parry_terms_open(in(s, "vocabulary.bin"), &v, NULL));
    assert_int_equal(parry_terms_size(v), w->n);
    return v;
}

static size_t decode(parry_str s, unsigned *cp)
{
    size_t n = 0;
    for (size_t at = 0; at < s.n;)
        at += parry_utf8_next(parry_str_from(s, at), &cp[n++]);
    return n;
}

/* Optimal string alignment, the textbook's full table; with prefix, the least over all prefixes of t. Ways that have
 * more than one error in the first `guarded` letters of q are closed. */
static unsigned distance(parry_str q, parry_str t, bool prefix, bool guard)
{
    unsigned a[70], b[70], d[70][70];
    size_t m = decode(q, a), n = decode(t, b), guarded = guard && m * 2 / 3 > 0 ? m * 2 / 3 - 1 : 0;
    for (size_t i = 0; i <= n; i++)
        for (size_t j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = (unsigned)(i + j) + (guarded > 0 && j <= guarded && i + j > 1 ? 100U : 0U);
                continue;
            }
            unsigned best = d[i - 1][j - 1] + (a[j - 1] != b[i - 1]);
            best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
            best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[j - 1] == b[i - 2] && a[j - 2] == b[i - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best + (guard && j <= guarded && best > 1 ? 100U : 0U);
        }
    unsigned least = d[n][m];
    for (size_t i = 0; prefix && i < n; i++)
        least = d[i][m] < least ? d[i][m] : least;
    return least;
}

static int best_first(const void *x, const void *y)
{
    const parry_term *a = x, *b = y;
    if (a->edits != b->edits)
        return a->edits < b->edits ? -1 : 1;
    if (a->other_first != b->other_first)
        return a->other_first ? 1 : -1;
    if (a->rows != b->rows)
        return a->rows > b->rows ? -1 : 1;
    return parry_str_cmp(a->term, b->term);
}

static void same(const parry_term *expect, size_t nexpect, const parry_term *got, size_t ngot, size_t cap)
{
    assert_int_equal(ngot, nexpect < cap ? nexpect : cap);
    for (size_t i = 0; i < ngot; i++) {
        assert_true(parry_str_eq(got[i].term, expect[i].term));
        assert_int_equal(got[i].rows, expect[i].rows);
        assert_int_equal(got[i].edits, expect[i].edits);
        assert_int_equal(got[i].other_first, expect[i].other_first);
    }
}

static bool same_first(parry_str a, parry_str b)
{
    unsigned x, y;
    parry_utf8_next(a, &x);
    parry_utf8_next(b, &y);
    return x == y;
}

static void near_terms_are_those_of_the_textbook(void **state)
{
    scratch *s = *state;
    words w = random_words(s->arena, 1500, 1), queries = random_words(s->arena, 120, 2);
    parry_terms *v = stored(s, &w);
    parry_term *expect = PARRY_ARRAY(s->arena, parry_term, w.n), *got = PARRY_ARRAY(s->arena, parry_term, w.n);
    for (size_t i = 0; i < queries.n; i++)
        for (unsigned mode = 0; mode < 6; mode++) {
            unsigned edits = mode / 2;
            bool prefix = mode % 2;
            size_t n = 0, cap = i % 2 ? w.n : 5;
            for (size_t j = 0; j < w.n; j++) {
                unsigned d = distance(queries.term[i], w.term[j], prefix, prefix && edits == 2);
                if (d <= edits)
                    expect[n++] =
                        (parry_term){w.term[j], w.rows[j], d, edits > 0 && !same_first(queries.term[i], w.term[j])};
            }
            qsort(expect, n, sizeof *expect, best_first);
            same(expect, n, got, parry_terms_near(v, queries.term[i], edits, prefix, got, cap), cap);
        }
    parry_terms_close(v);
}

static void prefixes_give_the_most_frequent_first(void **state)
{
    scratch *s = *state;
    words w = random_words(s->arena, 1500, 3);
    parry_terms *v = stored(s, &w);
    static const char *const prefixes[] = {"", "a", "ab", "é", "返", "\xE8", "abc", "zz", "\xFF"};
    parry_term *expect = PARRY_ARRAY(s->arena, parry_term, w.n), *got = PARRY_ARRAY(s->arena, parry_term, w.n);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        for (size_t cap = 0; cap < 40; cap += 13) {
            size_t n = 0;
            for (size_t j = 0; j < w.n; j++)
                if (parry_str_starts(w.term[j], prefixes[i]))
                    expect[n++] = (parry_term){.term = w.term[j], .rows = w.rows[j]};
            qsort(expect, n, sizeof *expect, best_first);
            same(expect, n, got, parry_terms_prefix(v, parry_str_of(prefixes[i]), got, cap), cap);
        }
    parry_terms_close(v);
}

static void hostile_words_are_near_nothing(void **state)
{
    scratch *s = *state;
    words w = random_words(s->arena, 100, 4);
    parry_terms *v = stored(s, &w);
    parry_term got[4];
    char longest[PARRY_TERM_MAX + 1];
    memset(longest, 'a', sizeof longest);
    assert_int_equal(parry_terms_near(v, parry_str_make(longest, sizeof longest), 2, false, got, 4), 0);
    assert_int_equal(parry_terms_near(v, parry_str_make(longest, PARRY_TERM_MAX), 2, true, got, 4), 0);
    assert_int_equal(parry_terms_near(v, parry_str_of(""), 2, false, got, 4), 0);
    assert_int_equal(parry_terms_near(v, parry_str_of("\xFF\xFE\xC3\xE8"), 2, true, got, 4), 0);
    assert_int_equal(parry_terms_near(v, parry_str_of("a"), 2, false, got, 0), 0);
    parry_terms_close(v);
}

static void the_longest_terms_are_compared_to_their_end(void **state)
{
    scratch *s = *state;
    char text[2][PARRY_TERM_MAX];
    memset(text, 'a', sizeof text);
    text[1][PARRY_TERM_MAX - 1] = 'b';
    parry_str terms[] = {parry_str_make(text[0], PARRY_TERM_MAX), parry_str_make(text[1], PARRY_TERM_MAX)};
    uint32_t rows[] = {1, 1};
    words w = {terms, rows, 2};
    parry_terms *v = stored(s, &w);
    parry_term got[4];
    assert_int_equal(parry_terms_near(v, terms[0], 1, false, got, 4), 2);
    assert_int_equal(got[0].edits, 0);
    assert_int_equal(got[1].edits, 1);
    assert_int_equal(parry_terms_near(v, parry_str_make(text[0], PARRY_TERM_MAX - 2), 2, true, got, 4), 2);
    parry_terms_close(v);
}

static void a_vocabulary_without_terms_is_fine(void **state)
{
    words w = {NULL, NULL, 0};
    parry_terms *v = stored(*state, &w);
    parry_term got[4];
    assert_int_equal(parry_terms_prefix(v, parry_str_of(""), got, 4), 0);
    assert_int_equal(parry_terms_near(v, parry_str_of("a"), 2, true, got, 4), 0);
    parry_terms_close(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(near_terms_are_those_of_the_textbook), in_scratch(prefixes_give_the_most_frequent_first),
        in_scratch(hostile_words_are_near_nothing),       in_scratch(the_longest_terms_are_compared_to_their_end),
        in_scratch(a_vocabulary_without_terms_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
