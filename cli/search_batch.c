/* Lines of queries in, lines of answers out. */
#include "cli/search_batch.h"

#include <stdlib.h>

enum { LINE_MAX_BYTES = 64 * 1024 };

/* One line without its end into b; false at the end of the file. What is over LINE_MAX_BYTES is read and dropped, and
 * b says so by being full. */
static bool read_line(FILE *in, parry_buf *b)
{
    int c = getc(in);
    parry_buf_clear(b);
    b->full = false;
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc(in))
        parry_buf_addc(b, (char)c);
    return true;
}

static parry_code take_text(json_t *line, const char *name, parry_str *out, parry_err *err)
{
    json_t *v = json_object_get(line, name);
    if (v == NULL)
        return PARRY_OK;
    if (!json_is_string(v))
        return parry_fail(err, PARRY_INVALID, "\"%s\" must be a string", name);
    *out = parry_str_make(json_string_value(v), json_string_length(v));
    return PARRY_OK;
}

static parry_code take_flag(json_t *line, const char *name, bool *out, parry_err *err)
{
    json_t *v = json_object_get(line, name);
    if (v == NULL)
        return PARRY_OK;
    if (!json_is_boolean(v))
        return parry_fail(err, PARRY_INVALID, "\"%s\" must be true or false", name);
    *out = json_is_true(v);
    return PARRY_OK;
}

static parry_code take_number(json_t *line, const char *name, size_t *out, parry_err *err)
{
    json_t *v = json_object_get(line, name);
    if (v == NULL)
        return PARRY_OK;
    if (!json_is_integer(v) || json_integer_value(v) < 0)
        return parry_fail(err, PARRY_INVALID, "\"%s\" must be a whole number", name);
    *out = (size_t)json_integer_value(v);
    return PARRY_OK;
}

static const char known[] = "q id limit offset mode audience locale category sort rule_tag page page_product explain "
                            "typing snippets";

static bool is_known(parry_str name)
{
    parry_str rest = parry_str_of(known), word;
    while (parry_str_split(&rest, ' ', &word))
        if (parry_str_eq(word, name))
            return true;
    return false;
}

static parry_code check_names(json_t *line, parry_err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach(line, name, value)
    {
        if (!is_known(parry_str_of(name)))
            return parry_fail(err, PARRY_INVALID, "unknown member \"%.40s\"; known here: %s", name, known);
    }
    return PARRY_OK;
}

static parry_code read_texts(json_t *line, parry_query *q, parry_err *err)
{
    const struct {
        const char *name;
        parry_str *out;
    } texts[] = {{"q", &q->text},
                 {"audience", &q->audience},
                 {"locale", &q->locale},
                 {"category", &q->category},
                 {"rule_tag", &q->rule_tag},
                 {"page", &q->page},
                 {"page_product", &q->page_product}};
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && code == PARRY_OK; i++)
        code = take_text(line, texts[i].name, texts[i].out, err);
    return code;
}

static parry_code read_mode_and_sort(json_t *line, parry_query *q, parry_err *err)
{
    parry_str mode = parry_str_of(""), sort = parry_str_of("");
    parry_code code = take_text(line, "mode", &mode, err);
    if (code == PARRY_OK && mode.n > 0)
        code = parry_mode_parse(mode, &q->mode, err);
    if (code == PARRY_OK)
        code = take_text(line, "sort", &sort, err);
    return code == PARRY_OK && sort.n > 0 ? parry_sort_parse(sort, &q->sort, err) : code;
}

/* The strings of q borrow from the line. */
static parry_code read_object(json_t *line, parry_query *q, parry_err *err)
{
    parry_code code = check_names(line, err);
    if (code == PARRY_OK)
        code = read_texts(line, q, err);
    if (code == PARRY_OK)
        code = read_mode_and_sort(line, q, err);
    if (code == PARRY_OK)
        code = take_flag(line, "typing", &q->typing, err);
    if (code == PARRY_OK)
        code = take_flag(line, "explain", &q->explain, err);
    if (code == PARRY_OK)
        code = take_flag(line, "snippets", &q->snippets, err);
    if (code == PARRY_OK)
        code = take_number(line, "limit", &q->limit, err);
    return code == PARRY_OK ? take_number(line, "offset", &q->offset, err) : code;
}

static parry_code read_query(parry_buf *text, parry_query *q, json_t **line, parry_err *err)
{
    if (text->full)
        return parry_fail(err, PARRY_TOO_LARGE, "the line is over %d bytes", LINE_MAX_BYTES);
    if (text->n == 0 || text->p[0] != '{') {
        q->text = parry_buf_str(text);
        return PARRY_OK;
    }
    json_error_t why;
    if ((*line = json_loadb(text->p, text->n, 0, &why)) == NULL)
        return parry_fail(err, PARRY_INVALID, "the line is not JSON: %s", why.text);
    return read_object(*line, q, err);
}

static json_t *answer(parry_searcher *s, const parry_generation *g, const parry_query *defaults, parry_arena *a,
                      parry_buf *text)
{
    parry_query q = *defaults;
    parry_results r = {0};
    parry_err err = {0};
    json_t *line = NULL, *out;
    parry_code code = read_query(text, &q, &line, &err);
    if (code == PARRY_OK)
        code = parry_search(s, g, &q, a, &r, &err);
    out = code == PARRY_OK ? parry_results_json(&q, &r, "") : json_pack("{s:s}", "error", err.msg);
    json_t *id = json_object_get(line, "id");
    if (id != NULL)
        json_object_set(out, "id", id);
    json_decref(line);
    return out;
}

parry_code parry_search_batch(const parry_generation *g, const parry_encoder *encoder, const parry_config *config,
                              const parry_query *defaults, FILE *in, FILE *out, parry_err *err)
{
    parry_searcher *s = parry_searcher_new(encoder);
    parry_searcher_configure(s, config);
    parry_arena *a = parry_arena_new();
    parry_buf line = PARRY_BUF(LINE_MAX_BYTES);
    bool good = true;
    while (good && read_line(in, &line)) {
        json_t *j = answer(s, g, defaults, a, &line);
        good = json_dumpf(j, out, JSON_COMPACT) == 0 && putc('\n', out) != EOF && fflush(out) == 0;
        json_decref(j);
        parry_arena_reset(a);
    }
    parry_code code = good && !ferror(in) ? PARRY_OK : parry_fail_errno(err, "cannot %s", good ? "read" : "write");
    parry_buf_free(&line);
    parry_arena_free(a);
    parry_searcher_free(s);
    return code;
}
