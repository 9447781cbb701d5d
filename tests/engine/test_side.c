/* Side tables: written under the name of their content, listed by a manifest, served with it, swept with it. */
#include "engine/generation.h"
#include "engine/weights.h"
#include "test_segment_data.h"

static json_t *weights(const char *signal, double weight) { return json_pack("{s:{s:f}}", "hybrid", signal, weight); }

static void publish(scratch *s, uint64_t number, const char *name)
{
    parry_segment_options o = sample_options(0);
    parry_manifest_segment segment = {0};
    memcpy(segment.name, write_sample(s->arena, in(s, "segments"), &o, 0, 2), PARRY_NAME_TEXT);
    parry_manifest m = {.number = number, .segments = &segment, .nsegments = 1};
    snprintf(m.tables[PARRY_SIDE_WEIGHTS], PARRY_NAME_TEXT, "%s", name);
    ok(parry_manifest_publish(s->dir, &m, NULL));
}

static void write_weights(scratch *s, double title, char name[PARRY_NAME_TEXT])
{
    json_auto_t *document = weights("text.title", title);
    ok(parry_side_write(s->dir, PARRY_SIDE_WEIGHTS, document, name, NULL));
}

static double served_title(parry_index *ix)
{
    parry_generation *g = parry_index_acquire(ix);
    const parry_weight_factors *w = parry_generation_side(g, PARRY_SIDE_WEIGHTS);
    double title = w != NULL ? w->factor[PARRY_HYBRID][PARRY_SIGNAL_TEXT_TITLE] : -1;
    parry_generation_release(g);
    return title;
}

static const char *file_of(scratch *s, const char *name)
{
    return in(s, parry_str_printf(s->arena, "tables/weights-%s.json", name).p);
}

static void a_generation_serves_the_table_that_it_names(void **state)
{
    scratch *s = *state;
    char one[PARRY_NAME_TEXT], two[PARRY_NAME_TEXT];
    write_weights(s, 2.5, one);
    write_weights(s, 3.5, two);
    publish(s, 1, "");
    parry_index *ix = NULL;
    ok(parry_index_open(s->dir, &ix, NULL));
    assert_true(served_title(ix) < 0);
    publish(s, 2, one);
    ok(parry_index_refresh(ix, NULL, NULL));
    parry_generation *held = parry_index_acquire(ix);
    publish(s, 3, two);
    ok(parry_index_refresh(ix, NULL, NULL));
    assert_true(served_title(ix) > 3);
    const parry_weight_factors *before = parry_generation_side(held, PARRY_SIDE_WEIGHTS);
    assert_true(before->factor[PARRY_HYBRID][PARRY_SIGNAL_TEXT_TITLE] < 3);
    assert_float_equal(before->factor[PARRY_HYBRID][PARRY_SIGNAL_TEXT_PASSAGE], 1, 0);
    parry_generation_release(held);
    parry_index_close(ix);
}

static void a_table_that_would_not_load_is_not_written(void **state)
{
    scratch *s = *state;
    char name[PARRY_NAME_TEXT];
    json_t *bad[] = {weights("text.tilte", 1),    weights("text.title", -1),
                     weights("text.title", 4.5),  json_array(),
                     json_pack("{s:{}}", "both"), json_pack("{s:i}", "hybrid", 3)};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_err err = {0};
        assert_int_equal(parry_side_write(s->dir, PARRY_SIDE_WEIGHTS, bad[i], name, &err), PARRY_INVALID);
        assert_true(err.msg[0] != 0);
        json_decref(bad[i]);
    }
    assert_false(parry_file_exists(in(s, "tables")));
}

static void a_missing_or_damaged_table_is_not_published_nor_served(void **state)
{
    scratch *s = *state;
    char name[PARRY_NAME_TEXT];
    publish(s, 1, "");
    write_weights(s, 2.5, name);
    publish(s, 2, name);
    const void *parsed;
    ok(parry_side_read(s->dir, PARRY_SIDE_WEIGHTS, name, s->arena, &parsed, NULL));
    ok(parry_file_replace(file_of(s, name), parry_str_of("{\"hybrid\":{\"text.title\":3}}"), NULL));
    assert_int_equal(parry_side_read(s->dir, PARRY_SIDE_WEIGHTS, name, s->arena, &parsed, NULL), PARRY_CORRUPT);
    parry_index *ix = NULL;
    assert_int_equal(parry_index_open(s->dir, &ix, NULL), PARRY_CORRUPT);
    parry_manifest m;
    ok(parry_manifest_current(s->dir, s->arena, &m, NULL));
    m.number = 3;
    assert_int_equal(parry_manifest_publish(s->dir, &m, NULL), PARRY_INVALID);
}

static void tables_are_swept_with_the_generations_that_name_them(void **state)
{
    scratch *s = *state;
    char name[4][PARRY_NAME_TEXT];
    for (uint64_t k = 0; k < 4; k++) {
        write_weights(s, 1.0 + (double)k / 2, name[k]);
        publish(s, k + 1, name[k]);
    }
    ok(parry_generations_sweep(s->dir, 1, NULL));
    for (size_t k = 0; k < 4; k++)
        assert_int_equal(parry_file_exists(file_of(s, name[k])), k >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(a_generation_serves_the_table_that_it_names),
        in_scratch(a_table_that_would_not_load_is_not_written),
        in_scratch(a_missing_or_damaged_table_is_not_published_nor_served),
        in_scratch(tables_are_swept_with_the_generations_that_name_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
