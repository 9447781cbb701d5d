/* The encoder: a tiny model of random weights for what opening refuses, the real one against the original's vectors. */
#include "tests/models/testing.h"

#include <pthread.h>

enum { DIM = 384 };

static const char tiny_config[] =
    "{\"model_type\":\"bert\",\"hidden_act\":\"gelu\",\"hidden_size\":32,\"num_hidden_layers\":2,"
    "\"num_attention_heads\":1,\"intermediate_size\":64,\"max_position_embeddings\":16,"
    "\"type_vocab_size\":2,\"vocab_size\":8,\"layer_norm_eps\":1e-12}";

typedef struct tensor_row {
    const char *name;
    size_t rows, cols;
} tensor_row;

static const tensor_row embedding_rows[] = {
    {"embeddings.word_embeddings.weight", 8, 32},
    {"embeddings.position_embeddings.weight", 16, 32},
    {"embeddings.token_type_embeddings.weight", 2, 32},
    {"embeddings.LayerNorm.weight", 32, 0},
    {"embeddings.LayerNorm.bias", 32, 0},
};

static const tensor_row layer_rows[] = {
    {"attention.self.query.weight", 32, 32},
    {"attention.self.query.bias", 32, 0},
    {"attention.self.key.weight", 32, 32},
    {"attention.self.key.bias", 32, 0},
    {"attention.self.value.weight", 32, 32},
    {"attention.self.value.bias", 32, 0},
    {"attention.output.dense.weight", 32, 32},
    {"attention.output.dense.bias", 32, 0},
    {"attention.output.LayerNorm.weight", 32, 0},
    {"attention.output.LayerNorm.bias", 32, 0},
    {"intermediate.dense.weight", 64, 32},
    {"intermediate.dense.bias", 64, 0},
    {"output.dense.weight", 32, 64},
    {"output.dense.bias", 32, 0},
    {"output.LayerNorm.weight", 32, 0},
    {"output.LayerNorm.bias", 32, 0},
};

static size_t add_tensor(parry_buf *header, const char *name, tensor_row t, size_t at)
{
    size_t end = at + t.rows * (t.cols ? t.cols : 1) * sizeof(float);
    parry_buf_printf(header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%zu", at ? "," : "", name, t.rows);
    if (t.cols > 0)
        parry_buf_printf(header, ",%zu", t.cols);
    parry_buf_printf(header, "],\"data_offsets\":[%zu,%zu]}", at, end);
    return end;
}

static void add_header(parry_buf *header, size_t layers, size_t *bytes)
{
    size_t at = 0;
    parry_buf_addc(header, '{');
    for (size_t i = 0; i < sizeof embedding_rows / sizeof *embedding_rows; i++)
        at = add_tensor(header, embedding_rows[i].name, embedding_rows[i], at);
    for (size_t l = 0; l < layers; l++) {
        for (size_t i = 0; i < sizeof layer_rows / sizeof *layer_rows; i++) {
            char name[100];
            snprintf(name, sizeof name, "encoder.layer.%zu.%s", l, layer_rows[i].name);
            at = add_tensor(header, name, layer_rows[i], at);
        }
    }
    parry_buf_addc(header, '}');
    *bytes = at;
}

static void put_weights(scratch *s, size_t layers)
{
    parry_buf header = PARRY_BUF(1 << 20), file = PARRY_BUF(1 << 20);
    uint64_t seed = 1;
    size_t bytes;
    add_header(&header, layers, &bytes);
    for (unsigned i = 0; i < 8; i++)
        parry_buf_addc(&file, (char)(header.n >> (8 * i) & 0xFF));
    parry_buf_adds(&file, parry_buf_str(&header));
    for (size_t i = 0; i < bytes / sizeof(float); i++) {
        float x = noise(&seed);
        parry_buf_add(&file, &x, sizeof x);
    }
    ok(parry_file_replace(in(s, "model.safetensors"), parry_buf_str(&file), NULL));
    parry_buf_free(&header);
    parry_buf_free(&file);
}

static void put(scratch *s, const char *name, const char *text)
{
    ok(parry_file_replace(in(s, name), parry_str_of(text), NULL));
}

static void put_tiny(scratch *s)
{
    put(s, "config.json", tiny_config);
    put(s, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nrefund\norder\nquery\n");
    put_weights(s, 2);
}

static parry_code try_open(scratch *s, parry_err *err)
{
    parry_encoder *e = NULL;
    parry_code code = parry_encoder_open(s->dir, PARRY_PRECISION_F32, &e, err);
    if (code == PARRY_OK)
        parry_encoder_close(e);
    else
        assert_null(e);
    return code;
}

static void test_a_missing_folder_or_file_is_not_found(void **state)
{
    scratch *s = *state;
    parry_err err;
    parry_encoder *e;
    assert_int_equal(parry_encoder_open(in(s, "none"), PARRY_PRECISION_AUTO, &e, &err), PARRY_NOT_FOUND);
    static const char *const needed[] = {"config.json", "vocab.txt", "model.safetensors"};
    for (size_t i = 0; i < 3; i++) {
        put_tiny(s);
        ok(try_open(s, &err));
        assert_int_equal(unlink(in(s, needed[i])), 0);
        assert_int_equal(try_open(s, &err), PARRY_NOT_FOUND);
        assert_non_null(strstr(err.msg, needed[i]));
    }
}

static void test_a_config_that_is_not_berts_is_invalid_and_one_out_of_range_corrupt(void **state)
{
    scratch *s = *state;
    parry_err err;
    put_tiny(s);
    put(s, "config.json", "{\"model_type\":\"t5\"}");
    assert_int_equal(try_open(s, &err), PARRY_INVALID);
    put(s, "config.json", "{\"model_type\":\"bert\",\"hidden_act\":\"relu\"}");
    assert_int_equal(try_open(s, &err), PARRY_INVALID);
    put(s, "config.json", "{\"hidden_size\":-1}");
    assert_int_equal(try_open(s, &err), PARRY_CORRUPT);
    put(s, "config.json", "{\"hidden_size\":32");
    assert_int_equal(try_open(s, &err), PARRY_CORRUPT);
    put(s, "config.json", "[]");
    assert_int_equal(try_open(s, &err), PARRY_CORRUPT);
}

static void test_weights_that_do_not_fit_the_config_are_corrupt(void **state)
{
    scratch *s = *state;
    parry_err err;
    put_tiny(s);
    put_weights(s, 1); /* a layer is missing */
    assert_int_equal(try_open(s, &err), PARRY_CORRUPT);
    put_tiny(s);
    assert_int_equal(truncate(in(s, "model.safetensors"), 4096), 0);
    assert_int_equal(try_open(s, &err), PARRY_CORRUPT);
    put_tiny(s);
    put(s, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\n"); /* an id past the embeddings */
    assert_int_equal(try_open(s, &err), PARRY_CORRUPT);
}

static void test_weights_are_checked_against_their_hash_even_after_they_were_good(void **state)
{
    scratch *s = *state;
    parry_err err;
    parry_hash h;
    char hex[PARRY_HASH_HEX + 1];
    put_tiny(s);
    ok(parry_hash_file(in(s, "model.safetensors"), &h, NULL));
    parry_hash_hex(h, hex);
    put(s, "parry-model.json", parry_str_printf(s->arena, "{\"name\":\"tiny\",\"sha256\":\"%s\"}", hex).p);
    ok(try_open(s, &err));
    ok(try_open(s, &err)); /* by the note now */
    assert_true(parry_file_exists(in(s, "model.safetensors.sha256")));
    FILE *f = fopen(in(s, "model.safetensors"), "r+b"); /* the size stays */
    assert_non_null(f);
    assert_int_equal(fseek(f, -1, SEEK_END), 0);
    fputc(0x42, f);
    fclose(f);
    assert_int_equal(try_open(s, &err), PARRY_CORRUPT);
    assert_non_null(strstr(err.msg, "sha256"));
}

static void test_a_tiny_model_encodes_and_its_prefixes_tell_queries_from_passages(void **state)
{
    scratch *s = *state;
    parry_encoder *e;
    float q[32], p[32];
    int32_t ids[16];
    put_tiny(s);
    put(s, "parry-model.json", "{\"name\":\"tiny\",\"query_prefix\":\"query \"}");
    ok(parry_encoder_open(s->dir, PARRY_PRECISION_F32, &e, NULL));
    assert_string_equal(parry_encoder_name(e), "tiny");
    assert_int_equal(parry_encoder_dim(e), 32);
    assert_int_equal(parry_encoder_max_tokens(e), 16);
    assert_int_equal(parry_encoder_ids(e, PARRY_QUERY, lit("refund"), ids, 16), 4);
    assert_int_equal(ids[1], 7);
    assert_int_equal(parry_encoder_ids(e, PARRY_PASSAGE, lit("refund"), ids, 16), 3);
    parry_encoder_scratch *room = parry_encoder_scratch_new(e);
    ok(parry_encode(e, room, PARRY_QUERY, lit("refund"), q, NULL));
    ok(parry_encode(e, room, PARRY_PASSAGE, lit("query refund"), p, NULL));
    assert_memory_equal(q, p, sizeof q);
    ok(parry_encode(e, room, PARRY_PASSAGE, lit("refund"), p, NULL));
    assert_true(cosine(q, p, 32) < 0.9999);
    parry_encoder_scratch_free(room);
    parry_encoder_close(e);
}

static void test_precisions_are_parsed_and_the_default_folder_follows_xdg(void **state)
{
    (void)state;
    parry_precision p;
    char path[256];
    ok(parry_precision_parse("bf16", &p, NULL));
    assert_int_equal(p, PARRY_PRECISION_BF16);
    ok(parry_precision_parse("auto", &p, NULL));
    assert_int_equal(p, PARRY_PRECISION_AUTO);
    assert_int_equal(parry_precision_parse("f64", &p, NULL), PARRY_INVALID);
    parry_model_default_dir("/c", "/h", path, sizeof path);
    assert_string_equal(path, "/c/parry/models/all-MiniLM-L6-v2");
    parry_model_default_dir(NULL, "/h", path, sizeof path);
    assert_string_equal(path, "/h/.cache/parry/models/all-MiniLM-L6-v2");
    parry_model_default_dir("relative", "/h", path, sizeof path);
    assert_string_equal(path, "/h/.cache/parry/models/all-MiniLM-L6-v2");
}

/* NULL where the model or the precision is not here. */
static parry_encoder *open_model(scratch *s, parry_precision precision)
{
    parry_encoder *e = NULL;
    parry_err err;
    parry_code code = parry_encoder_open(model_dir(s), precision, &e, &err);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND && code != PARRY_UNAVAILABLE)
        fail_msg("%s", err.msg);
    return e;
}

static void against_the_reference(scratch *s, parry_precision precision, double floor)
{
    parry_encoder *e = open_model(s, precision);
    reference r;
    if (e == NULL)
        skip_because(NO_MODEL " or this CPU cannot do the precision");
    if (!read_reference(s, &r)) {
        parry_encoder_close(e);
        skip_because(NO_REFERENCE);
    }
    parry_encoder_scratch *room = parry_encoder_scratch_new(e);
    float *all = PARRY_ARRAY(s->arena, float, r.n *DIM), one[DIM];
    ok(parry_encode_batch(e, room, PARRY_PASSAGE, r.texts, r.n, all, NULL));
    double worst = 1, apart = 1;
    for (size_t i = 0; i < r.n; i++) {
        worst = fmin(worst, cosine(all + i * DIM, r.vectors + i * DIM, DIM));
        ok(parry_encode(e, room, PARRY_PASSAGE, r.texts[i], one, NULL));
        apart = fmin(apart, cosine(all + i * DIM, one, DIM));
    }
    print_message("worst cosine: %.9f to the original, %.9f of batch to one by one\n", worst, apart);
    assert_true(worst >= floor);
    assert_true(apart > 0.9999);
    parry_encoder_scratch_free(room);
    parry_encoder_close(e);
}

static void test_f32_equals_the_original_on_every_line(void **state)
{
    against_the_reference(*state, PARRY_PRECISION_F32, 0.99999);
}

static void test_bf16_is_close_to_the_original_on_every_line(void **state)
{
    against_the_reference(*state, PARRY_PRECISION_BF16, 0.999);
}

/* Lengths 3 to 256 in one batch, in no order of length, and every `step`th against itself alone: a neighbour that
 * leaked would show. */
static void every_length(scratch *s, parry_precision precision, size_t step)
{
    enum { TEXTS = 127 };
    parry_encoder *e = open_model(s, precision);
    if (e == NULL)
        skip_because(NO_MODEL " or this CPU cannot do the precision");
    parry_encoder_scratch *room = parry_encoder_scratch_new(e);
    static const char *const words[] = {"order ", "late ", "my ", "refund ", "password ", "where ", "card "};
    parry_str texts[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) {
        parry_buf b = PARRY_BUF(1 << 16);
        for (size_t k = 0; k < 2 * ((i * 101) % TEXTS) + i % 2 + 1; k++)
            parry_buf_addz(&b, words[(i + k * k) % 7]);
        texts[i] = parry_str_copy(s->arena, parry_buf_str(&b));
        parry_buf_free(&b);
    }
    float *all = PARRY_ARRAY(s->arena, float, TEXTS *DIM), one[DIM];
    ok(parry_encode_batch(e, room, PARRY_PASSAGE, texts, TEXTS, all, NULL));
    for (size_t i = 0; i < TEXTS; i += step) {
        ok(parry_encode(e, room, PARRY_PASSAGE, texts[i], one, NULL));
        assert_true(cosine(all + i * DIM, one, DIM) > 0.9999);
        assert_true(fabs(cosine(one, one, DIM) - 1) < 1e-6);
    }
    parry_encoder_scratch_free(room);
    parry_encoder_close(e);
}

static void test_a_batch_equals_one_by_one_at_every_length_in_f32(void **state)
{
    every_length(*state, PARRY_PRECISION_F32, 5);
}

static void test_a_batch_equals_one_by_one_at_every_length_in_bf16(void **state)
{
    every_length(*state, PARRY_PRECISION_BF16, 1);
}

static void test_precisions_have_identities_of_their_own(void **state)
{
    scratch *s = *state;
    parry_encoder *f = open_model(s, PARRY_PRECISION_F32), *b = open_model(s, PARRY_PRECISION_BF16);
    bool both = f != NULL && b != NULL;
    bool differ = both && !parry_hash_eq(parry_encoder_identity(f), parry_encoder_identity(b));
    parry_encoder_close(f);
    parry_encoder_close(b);
    if (!both)
        skip_because(NO_MODEL " or this CPU cannot do bf16");
    assert_true(differ);
}

typedef struct worker {
    const parry_encoder *e;
    float vectors[8][DIM];
} worker;

static void *encode_all(void *arg)
{
    worker *w = arg;
    parry_encoder_scratch *room = parry_encoder_scratch_new(w->e);
    parry_str text = lit("my card was charged twice for one order and nobody answers");
    for (size_t i = 0; i < 8; i++)
        if (parry_encode(w->e, room, PARRY_QUERY, parry_utf8_cut(text, 7 * (i + 1)), w->vectors[i], NULL) != PARRY_OK)
            abort();
    parry_encoder_scratch_free(room);
    return NULL;
}

static void test_threads_share_an_encoder(void **state)
{
    parry_encoder *e = open_model(*state, PARRY_PRECISION_AUTO);
    if (e == NULL)
        skip_because(NO_MODEL);
    static worker workers[3];
    pthread_t threads[3];
    for (size_t i = 0; i < 3; i++) {
        workers[i].e = e;
        assert_int_equal(pthread_create(&threads[i], NULL, encode_all, &workers[i]), 0);
    }
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 1; i < 3; i++)
        assert_memory_equal(workers[0].vectors, workers[i].vectors, sizeof workers[0].vectors);
    parry_encoder_close(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_missing_folder_or_file_is_not_found),
        in_scratch(test_a_config_that_is_not_berts_is_invalid_and_one_out_of_range_corrupt),
        in_scratch(test_weights_that_do_not_fit_the_config_are_corrupt),
        in_scratch(test_weights_are_checked_against_their_hash_even_after_they_were_good),
        in_scratch(test_a_tiny_model_encodes_and_its_prefixes_tell_queries_from_passages),
        in_scratch(test_precisions_are_parsed_and_the_default_folder_follows_xdg),
        in_scratch(test_f32_equals_the_original_on_every_line),
        in_scratch(test_bf16_is_close_to_the_original_on_every_line),
        in_scratch(test_a_batch_equals_one_by_one_at_every_length_in_f32),
        in_scratch(test_a_batch_equals_one_by_one_at_every_length_in_bf16),
        in_scratch(test_precisions_have_identities_of_their_own),
        in_scratch(test_threads_share_an_encoder),
    };
    return cmocka_run_group_tests_name("encoder", tests, NULL, NULL);
}
