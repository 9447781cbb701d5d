/* The folder's JSON files, and the check of its weights.
 *
 * Hashing 90 MB takes a third of a second, too long for each `parry search`. So what was found is kept in a file beside
 * the weights (`model.safetensors.sha256`) with what the file system says of them: device, inode, size, and the times
 * of the last change of content and of status. The last cannot be set by hand, so any write or replacement shows and is
 * hashed again. A file that was changed on the disk behind the file system's back does not show; delete the note to
 * check for that. */
#include "models/model.h"

#include "base/file.h"
#include "models/encoder.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_JSON = 1 << 20, MAX_NOTE = 256 };

const char *parry_model_file(parry_arena *a, const char *dir, const char *name)
{
    return parry_str_printf(a, "%s/%s", dir, name).p;
}

/* A missing file is {} where it is optional. The bytes go into *files too. */
static parry_code read_json(parry_arena *a, const char *path, bool optional, parry_hasher *files, json_t **out,
                            parry_err *err)
{
    if (optional && !parry_file_exists(path)) {
        *out = json_object();
        return PARRY_OK;
    }
    parry_str text;
    parry_code code = parry_file_read(a, path, MAX_JSON, &text, err);
    if (code != PARRY_OK)
        return code;
    json_error_t at;
    json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &at);
    if (!json_is_object(j)) {
        code = parry_fail(err, PARRY_CORRUPT, "%s:%d: %s", path, at.line, j ? "not a JSON object" : at.text);
        json_decref(j);
        return code;
    }
    if (files != NULL)
        parry_hasher_adds(files, text);
    *out = j;
    return PARRY_OK;
}

typedef struct number_row {
    const char *key;
    size_t at; /* offset in parry_model */
    size_t least, most;
} number_row;

static const number_row numbers[] = {
    {"hidden_size", offsetof(parry_model, hidden), 32, 4096},
    {"num_hidden_layers", offsetof(parry_model, layers), 1, 64},
    {"num_attention_heads", offsetof(parry_model, heads), 1, 128},
    {"intermediate_size", offsetof(parry_model, intermediate), 32, 32768},
    {"max_position_embeddings", offsetof(parry_model, positions), 8, 8192},
    {"type_vocab_size", offsetof(parry_model, types), 1, 16},
    {"vocab_size", offsetof(parry_model, words), 4, 4 << 20},
};

static parry_code read_numbers(const json_t *j, parry_model *m, parry_err *err)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const number_row *r = &numbers[i];
        json_int_t v = json_integer_value(json_object_get(j, r->key));
        if (v < (json_int_t)r->least || v > (json_int_t)r->most)
            return parry_fail(err, PARRY_CORRUPT, "config.json: %s must be %zu to %zu", r->key, r->least, r->most);
        size_t n = (size_t)v;
        memcpy((char *)m + r->at, &n, sizeof n);
    }
    return PARRY_OK;
}

static bool is_or_absent(const json_t *j, const char *key, const char *value)
{
    const json_t *v = json_object_get(j, key);
    return v == NULL || (json_is_string(v) && strcmp(json_string_value(v), value) == 0);
}

static parry_code read_config(const json_t *j, parry_model *m, parry_err *err)
{
    if (!is_or_absent(j, "model_type", "bert") || !is_or_absent(j, "hidden_act", "gelu") ||
        !is_or_absent(j, "position_embedding_type", "absolute"))
        return parry_fail(err, PARRY_INVALID, "config.json: not a BERT with gelu and absolute positions");
    parry_code code = read_numbers(j, m, err);
    if (code != PARRY_OK)
        return code;
    if (m->hidden % m->heads != 0 || m->hidden / m->heads % 32 != 0 || m->intermediate % 32 != 0)
        return parry_fail(err, PARRY_INVALID,
                          "config.json: hidden size, heads and their sizes must be multiples of 32");
    const json_t *epsilon = json_object_get(j, "layer_norm_eps");
    m->epsilon = epsilon ? (float)json_number_value(epsilon) : 1e-12F;
    if (!(m->epsilon >= 0 && m->epsilon < 1))
        return parry_fail(err, PARRY_CORRUPT, "config.json: layer_norm_eps must be from 0 to 1");
    m->max_tokens = m->positions;
    return PARRY_OK;
}

static parry_code read_limit(const json_t *j, parry_model *m, parry_err *err)
{
    const json_t *limit = json_object_get(j, "max_seq_length");
    if (!json_is_integer(limit))
        return PARRY_OK; /* null is "as many as there are positions" */
    json_int_t n = json_integer_value(limit);
    if (n < 3 || (size_t)n > m->positions)
        return parry_fail(err, PARRY_CORRUPT, "sentence_bert_config.json: max_seq_length must be 3 to %zu",
                          m->positions);
    m->max_tokens = (size_t)n;
    return PARRY_OK;
}

static parry_code read_pooling(const json_t *j, parry_model *m, parry_err *err)
{
    static const char *const others[] = {"pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
                                         "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"};
    bool first = json_is_true(json_object_get(j, "pooling_mode_cls_token"));
    bool mean = json_is_true(json_object_get(j, "pooling_mode_mean_tokens"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (json_is_true(json_object_get(j, others[i])))
            return parry_fail(err, PARRY_INVALID, "1_Pooling/config.json: %s is not supported", others[i]);
    if (first && mean)
        return parry_fail(err, PARRY_INVALID, "1_Pooling/config.json: one way of pooling, not two");
    m->pooling = first ? PARRY_POOL_FIRST : PARRY_POOL_MEAN;
    return PARRY_OK;
}

static parry_code read_casing(const json_t *j, parry_model *m, parry_err *err)
{
    (void)err;
    m->lower_case = !json_is_false(json_object_get(j, "do_lower_case"));
    return PARRY_OK;
}

typedef struct file_row {
    const char *name;
    bool optional;
    parry_code (*read)(const json_t *j, parry_model *m, parry_err *err);
} file_row;

static const file_row settings[] = {
    {"config.json", false, read_config},
    {"sentence_bert_config.json", true, read_limit},
    {"1_Pooling/config.json", true, read_pooling},
    {"tokenizer_config.json", true, read_casing},
};

static parry_code read_settings(parry_arena *a, parry_model *m, parry_hasher *files, parry_err *err)
{
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        json_auto_t *j = NULL;
        parry_code code =
            read_json(a, parry_model_file(a, m->dir, settings[i].name), settings[i].optional, files, &j, err);
        if (code == PARRY_OK)
            code = settings[i].read(j, m, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* What the file system says of it, as one line. */
static parry_code describe(parry_arena *a, const char *path, parry_str *out, parry_err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return parry_fail_errno(err, "cannot open %s", path);
    *out = parry_str_printf(a, "%ju %ju %jd %jd.%09ld %jd.%09ld ", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
                            (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                            (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
    return PARRY_OK;
}

static bool noted(parry_arena *a, const char *note, parry_str state, parry_hash *out)
{
    parry_str text;
    if (parry_file_read(a, note, MAX_NOTE, &text, NULL) != PARRY_OK || text.n < state.n)
        return false;
    return parry_str_eq(parry_str_make(text.p, state.n), state) &&
           parry_hash_parse(parry_str_trim(parry_str_from(text, state.n)), out);
}

/* A folder that cannot be written costs a hash at every start, no more. */
static void keep_note(parry_arena *a, const char *note, parry_str state, parry_hash h)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(h, hex);
    parry_code code = parry_file_replace(note, parry_str_printf(a, "%.*s%s\n", PARRY_FMT(state), hex), NULL);
    (void)code;
}

static parry_code hash_weights(parry_arena *a, const char *path, parry_hash *out, parry_err *err)
{
    const char *note = parry_str_printf(a, "%s.sha256", path).p;
    parry_str before, after;
    parry_code code = describe(a, path, &before, err);
    if (code != PARRY_OK || noted(a, note, before, out))
        return code;
    parry_hash h;
    code = parry_hash_file(path, &h, err);
    if (code != PARRY_OK)
        return code;
    if (describe(a, path, &after, NULL) == PARRY_OK && parry_str_eq(before, after)) /* nobody wrote meanwhile */
        keep_note(a, note, before, h);
    *out = h;
    return PARRY_OK;
}

static parry_str text_of(parry_arena *a, const json_t *j, const char *key)
{
    const json_t *v = json_object_get(j, key);
    return parry_str_copy(a, parry_str_make(json_string_value(v), json_string_length(v)));
}

static const char *last_part(parry_arena *a, const char *dir)
{
    parry_str s = parry_str_of(dir);
    while (s.n > 1 && s.p[s.n - 1] == '/')
        s.n--;
    const char *slash = memrchr(s.p, '/', s.n);
    size_t at = slash && s.n > 1 ? (size_t)(slash - s.p) + 1 : 0;
    return parry_str_z(a, parry_str_from(s, at));
}

/* parry-model.json, which is ours, and the weights it vouches for. */
static parry_code read_ours(parry_arena *a, parry_model *m, parry_err *err)
{
    json_auto_t *j = NULL;
    parry_code code = read_json(a, parry_model_file(a, m->dir, "parry-model.json"), true, NULL, &j, err);
    if (code != PARRY_OK)
        return code;
    parry_str name = text_of(a, j, "name");
    m->name = name.n ? name.p : last_part(a, m->dir);
    m->prefix[PARRY_QUERY] = text_of(a, j, "query_prefix");
    m->prefix[PARRY_PASSAGE] = text_of(a, j, "passage_prefix");
    const char *path = parry_model_file(a, m->dir, "model.safetensors");
    code = hash_weights(a, path, &m->weights, err);
    if (code != PARRY_OK)
        return code;
    parry_hash wanted;
    parry_str hex = text_of(a, j, "sha256");
    if (hex.n > 0 && (!parry_hash_parse(hex, &wanted) || !parry_hash_eq(wanted, m->weights)))
        return parry_fail(err, PARRY_CORRUPT, "%s is not what parry-model.json says (sha256): fetch the model again",
                          path);
    return PARRY_OK;
}

parry_code parry_model_read(parry_arena *a, const char *dir, parry_model *out, parry_err *err)
{
    parry_model m = {.dir = parry_str_z(a, parry_str_of(dir)), .lower_case = true};
    parry_hasher files;
    parry_hasher_start(&files);
    parry_code code = read_settings(a, &m, &files, err);
    if (code == PARRY_OK)
        code = read_ours(a, &m, err);
    parry_hash vocabulary;
    if (code == PARRY_OK)
        code = parry_hash_file(parry_model_file(a, dir, "vocab.txt"), &vocabulary, err);
    if (code != PARRY_OK)
        return code;
    parry_hasher_add(&files, &vocabulary, sizeof vocabulary);
    m.files = parry_hasher_end(&files);
    *out = m;
    return PARRY_OK;
}
