/* Segments: what was written is what is read. */
#include "engine/analyse.h"
#include "test_segment_data.h"

#include <sys/stat.h>

enum { N = 25, DIM = 48 };

static parry_segment *open_sample(scratch *s, const char *name)
{
    parry_segment *segment = NULL;
    parry_err err = {0};
    if (parry_segment_open(s->dir, name, true, &segment, &err) != PARRY_OK)
        fail_msg("%s %s", err.at, err.msg);
    return segment;
}

static void articles_sections_and_rows_come_back(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(DIM);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, N));
    const parry_segment_info *info = parry_segment_get_info(segment);
    assert_int_equal(info->narticles, N);
    assert_int_equal(info->nrows, N * SAMPLE_ROWS);
    assert_int_equal(info->nvectors, N * 4);
    assert_int_equal(info->dim, DIM);
    assert_true(parry_hash_eq(info->model, o.model));
    for (uint32_t a = 0; a < N; a++) {
        parry_article_in in = sample_article(s->arena, a, DIM);
        parry_article_out out;
        parry_segment_article(segment, a, &out);
        assert_true(parry_str_eq(out.id, in.id) && parry_str_eq(out.title, in.title) &&
                    parry_str_eq(out.slug, in.slug));
        assert_true(parry_str_eq(out.locale, in.locale) && parry_str_eq(out.audience, in.audience));
        assert_true(parry_str_eq(out.category, in.category) && parry_str_eq(out.updated, in.updated));
        assert_true(parry_hash_eq(out.hash, in.hash));
        assert_int_equal(out.nsections, 2);
        parry_section_in section;
        parry_segment_section(segment, a, 1, &section);
        assert_str(section.heading, "Before you start");
        assert_str(section.path, "Help > Before you start");
        assert_str(section.anchor, "before-you-start");
        for (uint32_t r = 0; r < SAMPLE_ROWS; r++) {
            uint32_t row = info->article_row[a] + r;
            assert_int_equal(info->row_article[row], a);
            assert_int_equal(info->row_kind[row], in.rows[r].kind);
            assert_int_equal(info->row_section[row], in.rows[r].section);
            assert_true(parry_str_eq(parry_segment_text(segment, row), in.rows[r].text));
            assert_int_equal(info->row_vector[row] != PARRY_NO_ROW, in.rows[r].vector != NULL);
            if (in.rows[r].vector != NULL)
                assert_int_equal(info->vector_row[info->row_vector[row]], row);
        }
    }
    parry_segment_close(segment);
}

static void articles_are_found_by_id(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(0);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, N));
    uint32_t at = 99;
    for (uint32_t a = 0; a < N; a++) {
        assert_true(parry_segment_find(segment, parry_str_printf(s->arena, "article-%u", a), &at));
        assert_int_equal(at, a);
    }
    assert_false(parry_segment_find(segment, parry_str_of("article-"), &at));
    assert_false(parry_segment_find(segment, parry_str_of("article-999"), &at));
    assert_false(parry_segment_find(segment, parry_str_of(""), &at));
    parry_segment_close(segment);
}

/* What the index should hold, counted from the rows themselves. */
static size_t expected_postings(scratch *s, parry_str term, uint32_t *rows, uint32_t *tf)
{
    parry_analyser *an = parry_analyser_new();
    size_t n = 0;
    for (uint32_t a = 0; a < N; a++) {
        parry_article_in in = sample_article(s->arena, a, 0);
        for (uint32_t r = 0; r < SAMPLE_ROWS; r++) {
            parry_token *t;
            size_t count, times = 0;
            parry_analyse(an, s->arena, in.rows[r].text, in.locale, &t, &count);
            for (size_t i = 0; i < count; i++)
                times += parry_str_eq(t[i].exact, term) + parry_str_eq(t[i].stem, term);
            if (times == 0)
                continue;
            rows[n] = a * SAMPLE_ROWS + r;
            tf[n++] = (uint32_t)times;
        }
    }
    parry_analyser_free(an);
    return n;
}

static void postings_are_all_rows_of_a_term_with_counts(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(0);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, N));
    static const char *const terms[] = {"refund", "Zrefund",    "deliveri", "Zdeliveri", "the",  "err-1042",
                                        "err",    "sys/config", "number7",  "7",         "Zday", "no-such-term"};
    size_t met = 0;
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        uint32_t rows[N * SAMPLE_ROWS], tf[N * SAMPLE_ROWS];
        size_t n = expected_postings(s, parry_str_of(terms[i]), rows, tf);
        parry_postings p = {NULL, NULL, 99};
        ok(parry_segment_postings(segment, s->arena, parry_str_of(terms[i]), &p, NULL));
        assert_int_equal(p.n, n);
        for (size_t j = 0; j < n; j++) {
            assert_int_equal(p.row[j], rows[j]);
            assert_int_equal(p.tf[j], tf[j]);
        }
        met += n > 0;
    }
    assert_int_equal(met, 10); /* "deliveri" is a stem alone, and one term is unknown */
    parry_postings none = {NULL, NULL, 99};
    ok(parry_segment_postings(segment, s->arena, parry_str_of(""), &none, NULL));
    assert_int_equal(none.n, 0);
    parry_segment_close(segment);
}

static void lengths_count_words_and_kinds_are_summed(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(0);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, N));
    const parry_segment_info *info = parry_segment_get_info(segment);
    assert_int_equal(info->row_length[0], 4); /* About the refund number0 */
    assert_int_equal(info->row_length[1], 2); /* two identifiers, whatever their parts */
    assert_int_equal(info->row_length[5], 0);
    assert_int_equal(info->kind_rows[PARRY_ROW_PASSAGE], 2 * N);
    assert_int_equal(info->kind_length[PARRY_ROW_KEYWORDS], 2 * N);
    assert_int_equal(info->kind_length[PARRY_ROW_HEADING], 3 * N);
    assert_int_equal(info->kind_length[PARRY_ROW_ARTICLE], 0);
    parry_segment_close(segment);
}

static void stems_stay_out_of_the_vocabulary(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(0);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, N));
    parry_term t[64];
    assert_int_equal(parry_segment_prefix(segment, parry_str_of("Z"), t, 64), 0);
    assert_int_equal(parry_segment_prefix(segment, parry_str_of("deli"), t, 64), 1);
    assert_str(t[0].term, "delivery");
    assert_int_equal(parry_segment_near(segment, parry_str_of("delivrey"), 1, false, t, 64), 1);
    assert_str(t[0].term, "delivery");
    parry_segment_close(segment);
}

static void a_segment_without_vectors_finds_no_neighbours(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(0);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, 3));
    uint32_t rows[4];
    float scores[4], q[4] = {1, 0, 0, 0};
    size_t n = 9;
    ok(parry_segment_nearest(segment, q, NULL, 4, rows, scores, &n, NULL));
    assert_int_equal(n, 0);
    assert_true(parry_segment_cosine(segment, 0, q) == 0.0F);
    assert_int_equal(parry_segment_get_info(segment)->dim, 0);
    parry_segment_close(segment);
}

static void cosines_are_those_of_the_vectors_given(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(DIM);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, N));
    uint64_t seed = 5;
    float q[DIM];
    random_unit(&seed, DIM, q);
    for (uint32_t a = 0; a < N; a++) {
        parry_article_in in = sample_article(s->arena, a, DIM);
        for (uint32_t r = 0; r < SAMPLE_ROWS; r++) {
            double expect = 0;
            for (size_t d = 0; in.rows[r].vector != NULL && d < DIM; d++)
                expect += (double)in.rows[r].vector[d] * (double)q[d];
            assert_true(fabs((double)parry_segment_cosine(segment, a * SAMPLE_ROWS + r, q) - expect) < 1e-3);
        }
    }
    parry_segment_close(segment);
}

static void an_empty_segment_and_an_article_without_rows_are_fine(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(DIM);
    parry_segment *segment = open_sample(s, write_sample(s->arena, s->dir, &o, 0, 0));
    parry_postings p;
    ok(parry_segment_postings(segment, s->arena, parry_str_of("the"), &p, NULL));
    assert_int_equal(p.n, 0);
    parry_segment_close(segment);

    parry_segment_writer *w = NULL;
    const char *name = "0123456789abcdef0123456789abcdef";
    ok(parry_segment_writer_open(s->dir, name, &o, &w, NULL));
    parry_article_in bare = {.id = parry_str_of("bare")};
    ok(parry_segment_writer_add(w, &bare, NULL));
    ok(parry_segment_writer_finish(w, NULL));
    segment = open_sample(s, name);
    assert_int_equal(parry_segment_get_info(segment)->narticles, 1);
    parry_section_in section;
    parry_segment_section(segment, 0, 0, &section);
    assert_int_equal(section.heading.n, 0);
    parry_segment_close(segment);
}

static void the_name_is_a_hash_of_the_inputs(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(DIM), other = o;
    const char *name = sample_name(s->arena, &o, 0, 3);
    assert_string_equal(name, sample_name(s->arena, &o, 0, 3));
    assert_string_not_equal(name, sample_name(s->arena, &o, 0, 2));
    assert_string_not_equal(name, sample_name(s->arena, &o, 1, 3));
    other.chunking = 2;
    assert_string_not_equal(name, sample_name(s->arena, &other, 0, 3));
    other = o;
    other.model = parry_hash_of("another", 7);
    assert_string_not_equal(name, sample_name(s->arena, &other, 0, 3));
    other = o;
    other.hnsw_from = 1; /* how it is searched, not what is in it */
    assert_string_equal(name, sample_name(s->arena, &other, 0, 3));
    /* a golden one: what is on disk must keep its name from release to release */
    parry_segment_options plain = sample_options(0);
    assert_string_equal(sample_name(s->arena, &plain, 0, 1), "4b3564f88b1f555bc689021f1584bd68");
}

static void writing_it_again_is_fine(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(DIM);
    const char *name = sample_name(s->arena, &o, 0, 3);
    assert_false(parry_segment_exists(s->dir, name));
    assert_string_equal(write_sample(s->arena, s->dir, &o, 0, 3), name);
    assert_true(parry_segment_exists(s->dir, name));
    assert_string_equal(write_sample(s->arena, s->dir, &o, 0, 3), name);
    parry_segment_close(open_sample(s, name));
}

static size_t entries(const char *dir)
{
    struct stat st;
    assert_int_equal(stat(dir, &st), 0);
    return (size_t)st.st_nlink - 2; /* folders in it */
}

static void an_aborted_writer_leaves_nothing(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(DIM);
    parry_segment_writer *w = NULL;
    const char *name = sample_name(s->arena, &o, 0, 3);
    ok(parry_segment_writer_open(s->dir, name, &o, &w, NULL));
    parry_article_in in = sample_article(s->arena, 0, DIM);
    ok(parry_segment_writer_add(w, &in, NULL));
    parry_segment_writer *second = NULL;
    assert_int_equal(parry_segment_writer_open(s->dir, name, &o, &second, NULL), PARRY_CONFLICT);
    assert_int_equal(entries(s->dir), 1);
    parry_segment_writer_abort(w);
    assert_int_equal(entries(s->dir), 0);
    parry_segment_writer_abort(NULL);
}

static void impossible_articles_are_refused(void **state)
{
    scratch *s = *state;
    parry_segment_options o = sample_options(0);
    parry_segment_writer *w = NULL;
    assert_int_equal(parry_segment_writer_open(s->dir, "../escape", &o, &w, NULL), PARRY_INVALID);
    ok(parry_segment_writer_open(s->dir, "0123456789abcdef0123456789abcdef", &o, &w, NULL));
    parry_row_in row = {PARRY_ROW_KINDS, 0, parry_str_of("x"), NULL};
    parry_article_in in = {.id = parry_str_of("a"), .rows = &row, .nrows = 1};
    assert_int_equal(parry_segment_writer_add(w, &in, NULL), PARRY_INVALID);
    row = (parry_row_in){PARRY_ROW_PASSAGE, 2, parry_str_of("x"), NULL};
    assert_int_equal(parry_segment_writer_add(w, &in, NULL), PARRY_INVALID);
    row.section = 0;
    ok(parry_segment_writer_add(w, &in, NULL));
    ok(parry_segment_writer_add(w, &in, NULL)); /* its id again: seen when it is finished */
    parry_err err = {0};
    assert_int_equal(parry_segment_writer_finish(w, &err), PARRY_INVALID);
    assert_non_null(strstr(err.msg, "twice"));
    assert_int_equal(entries(s->dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(articles_sections_and_rows_come_back),
        in_scratch(articles_are_found_by_id),
        in_scratch(postings_are_all_rows_of_a_term_with_counts),
        in_scratch(lengths_count_words_and_kinds_are_summed),
        in_scratch(stems_stay_out_of_the_vocabulary),
        in_scratch(a_segment_without_vectors_finds_no_neighbours),
        in_scratch(cosines_are_those_of_the_vectors_given),
        in_scratch(an_empty_segment_and_an_article_without_rows_are_fine),
        in_scratch(the_name_is_a_hash_of_the_inputs),
        in_scratch(writing_it_again_is_fine),
        in_scratch(an_aborted_writer_leaves_nothing),
        in_scratch(impossible_articles_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
