/* parry embed: JSON lines of text in, JSON lines of token ids and vectors out. For experiments and for comparing the
 * encoder with another implementation. */
#include "cli/commands.h"
#include "cli/options.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { DIGITS = 9 }; /* of a float, so that it reads back as the same */

typedef struct embedder {
    parry_encoder *encoder;
    parry_encoder_scratch *scratch;
    parry_text_kind kind;
    float *vector;
    int32_t *ids;
} embedder;

static json_t *ids_json(const embedder *e, parry_str text)
{
    size_t n = parry_encoder_ids(e->encoder, e->kind, text, e->ids, parry_encoder_max_tokens(e->encoder));
    json_t *ids = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(ids, json_integer(e->ids[i]));
    return ids;
}

static json_t *vector_json(const embedder *e)
{
    json_t *vector = json_array();
    for (size_t i = 0; i < parry_encoder_dim(e->encoder); i++)
        json_array_append_new(vector, json_real((double)e->vector[i]));
    return vector;
}

static parry_code embed_line(embedder *e, parry_str line, size_t number, parry_err *err)
{
    json_error_t why;
    json_auto_t *in = json_loadb(line.p, line.n, 0, &why);
    const char *text;
    size_t n;
    if (in == NULL)
        return parry_fail(err, PARRY_INVALID, "line %zu: not JSON: %s", number, why.text);
    if (json_unpack(in, "{s:s%}", "text", &text, &n) != 0)
        return parry_fail(err, PARRY_INVALID, "line %zu: give each line as {\"text\": \"...\"}", number);
    parry_str s = parry_str_make(text, n);
    parry_code code = parry_encode(e->encoder, e->scratch, e->kind, s, e->vector, err);
    if (code != PARRY_OK)
        return code;
    json_auto_t *out = json_pack("{s:o, s:o}", "ids", ids_json(e, s), "vector", vector_json(e));
    json_dumpf(out, stdout, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    return putchar('\n') != EOF && fflush(stdout) == 0 ? PARRY_OK : parry_fail_errno(err, "cannot write the output");
}

static parry_code embed_all(embedder *e, parry_err *err)
{
    char *line = NULL;
    size_t cap = 0, number = 0;
    parry_code code = PARRY_OK;
    for (ssize_t n; code == PARRY_OK && (n = getline(&line, &cap, stdin)) >= 0;) {
        parry_str s = parry_str_trim(parry_str_make(line, (size_t)n));
        number++;
        if (s.n > 0)
            code = embed_line(e, s, number, err);
    }
    free(line);
    return code;
}

static const char what[] =
    "Reads lines of JSON, {\"text\": \"...\"}, and prints for each its token ids and its unit vector,\n"
    "{\"ids\": [...], \"vector\": [...]}.";

int cmd_embed(parry_cli *cli, int argc, char **argv)
{
    bool query = false, passage = false;
    const parry_option options[] = {
        {.name = "query", .flag = &query, .help = "The texts are queries."},
        {.name = "passage", .flag = &passage, .help = "The texts are passages (the default)."},
        {0}};
    const parry_usage usage = {.command = "embed",
                               .what = what,
                               .options = options,
                               .examples = "  echo '{\"text\": \"late refund\"}' | parry embed --query\n"
                                           "  parry embed --option encoder.precision=f32 < passages.jsonl\n"};
    int first, exit_code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &exit_code))
        return exit_code;
    if (query && passage)
        return parry_cli_misuse("embed", "--query and --passage exclude each other");
    parry_err err = {0};
    embedder e = {.kind = query ? PARRY_QUERY : PARRY_PASSAGE};
    parry_code code = parry_cli_encoder(cli, &e.encoder, &err);
    if (code == PARRY_OK) {
        e.scratch = parry_encoder_scratch_new(e.encoder);
        e.vector = parry_calloc(parry_encoder_dim(e.encoder), sizeof *e.vector);
        e.ids = parry_calloc(parry_encoder_max_tokens(e.encoder), sizeof *e.ids);
        code = embed_all(&e, &err);
    }
    free(e.ids);
    free(e.vector);
    parry_encoder_scratch_free(e.scratch);
    parry_encoder_close(e.encoder);
    return code == PARRY_OK ? 0 : parry_cli_fail("embed", &err);
}
