/* Reads a judged set. Names are looked up in sorted tables: sets are read once and are small. */
#include "eval/judged.h"

#include "base/file.h"
#include "eval/judgements.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 30 };

/* ---- names --------------------------------------------------------------------------------------------------------
 */

static int by_name(const void *x, const void *y)
{
    const parry_judged_name *a = x, *b = y;
    int order = parry_str_cmp(a->name, b->name);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

parry_judged_name *parry_judged_names(parry_arena *a, const parry_str *names, size_t n)
{
    parry_judged_name *sorted = PARRY_ARRAY(a, parry_judged_name, n + 1);
    for (size_t i = 0; i < n; i++)
        sorted[i] = (parry_judged_name){names[i], (uint32_t)i};
    qsort(sorted, n, sizeof *sorted, by_name);
    return sorted;
}

uint32_t parry_judged_find(const parry_judged_name *sorted, size_t n, parry_str name)
{
    size_t low = 0, high = name.n > 0 ? n : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (parry_str_cmp(sorted[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return name.n > 0 && low < n && parry_str_eq(sorted[low].name, name) ? sorted[low].at : PARRY_NO_DOCUMENT;
}

parry_str *parry_judged_exclude(parry_arena *a, const parry_judged_set *set, const parry_judged_query *q, bool gold,
                                size_t *n)
{
    parry_str *out = PARRY_ARRAY(a, parry_str, q->nexclude + q->njudgements + 1);
    *n = 0;
    for (size_t i = 0; i < q->nexclude; i++)
        out[(*n)++] = set->documents[q->exclude[i]].article;
    for (size_t i = 0; !gold && i < q->njudgements; i++)
        if (q->judgements[i].grade > 0 && q->judgements[i].document != PARRY_NO_DOCUMENT)
            out[(*n)++] = set->documents[q->judgements[i].document].article;
    return out;
}

uint32_t parry_judged_document(const parry_judged_set *set, parry_str article)
{
    return parry_judged_find(set->by_article, set->ndocuments, article);
}

typedef enum name_kind { BY_ID, BY_PATH, BY_ARTICLE } name_kind;

static parry_judged_name *names_of(parry_arena *a, const parry_judged_set *set, name_kind kind)
{
    parry_str *names = PARRY_ARRAY(a, parry_str, set->ndocuments + 1);
    for (size_t i = 0; i < set->ndocuments; i++) {
        const parry_document *d = &set->documents[i];
        names[i] = kind == BY_ID ? d->id : kind == BY_PATH ? d->path : d->article;
    }
    return parry_judged_names(a, names, set->ndocuments);
}

/* A document that was judged twice: the last word counts. */
static void drop_repeats(parry_arena *a, parry_judged_query *q)
{
    parry_str *names = PARRY_ARRAY(a, parry_str, q->njudgements + 1);
    for (size_t i = 0; i < q->njudgements; i++)
        names[i] = q->judgements[i].name;
    const parry_judged_name *sorted = parry_judged_names(a, names, q->njudgements);
    bool *drop = PARRY_ARRAY(a, bool, q->njudgements + 1);
    for (size_t i = 1; i < q->njudgements; i++)
        if (parry_str_eq(sorted[i].name, sorted[i - 1].name))
            drop[sorted[i - 1].at] = true;
    size_t kept = 0;
    for (size_t i = 0; i < q->njudgements; i++)
        if (!drop[i])
            q->judgements[kept++] = q->judgements[i];
    q->njudgements = kept;
}

void parry_judged_join(parry_arena *a, parry_judged_set *set)
{
    const parry_judged_name *ids = names_of(a, set, BY_ID), *paths = names_of(a, set, BY_PATH);
    size_t found[2] = {0, 0};
    set->nowhere = 0;
    for (size_t i = 0; i < set->nqueries; i++) {
        drop_repeats(a, &set->queries[i]);
        for (size_t k = 0; k < set->queries[i].njudgements; k++) {
            parry_judgement *j = &set->queries[i].judgements[k];
            uint32_t id = parry_judged_find(ids, set->ndocuments, j->name);
            uint32_t path = parry_judged_find(paths, set->ndocuments, j->name);
            j->document = id != PARRY_NO_DOCUMENT ? id : path;
            set->nowhere += j->document == PARRY_NO_DOCUMENT;
            found[0] += id != PARRY_NO_DOCUMENT;
            found[1] += path != PARRY_NO_DOCUMENT;
        }
    }
    for (size_t i = 0; found[1] > found[0] && i < set->ndocuments; i++)
        set->documents[i].id = set->documents[i].path;
    set->by_article = names_of(a, set, BY_ARTICLE);
}

void parry_judged_add(parry_arena *a, parry_judged_query *q, parry_str document, int grade)
{
    q->judgements = parry_arena_grow(a, q->judgements, q->njudgements, &q->capjudgements, sizeof *q->judgements);
    q->judgements[q->njudgements++] = (parry_judgement){document, PARRY_NO_DOCUMENT, grade};
}

/* ---- BEIR's files --------------------------------------------------------------------------------------------------
 */

typedef parry_code (*line_fn)(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err);

static parry_code each_line(parry_arena *a, const char *dir, const char *file, bool header, line_fn fn, void *ctx,
                            parry_err *err)
{
    char path[4096], where[160];
    parry_str rest, line;
    snprintf(path, sizeof path, "%s/%s", dir, file);
    parry_code code = parry_file_read(a, path, FILE_MAX, &rest, err);
    for (unsigned n = 1; code == PARRY_OK && parry_str_split(&rest, '\n', &line); n++) {
        line = parry_str_trim(line);
        if (line.n == 0 || (header && n == 1))
            continue;
        snprintf(where, sizeof where, "%s:%u", file, n);
        code = fn(ctx, a, line, where, err);
    }
    return code;
}

static parry_str field(parry_arena *a, const json_t *row, const char *key)
{
    const json_t *v = json_object_get(row, key);
    if (!json_is_string(v))
        return parry_str_of("");
    size_t n = json_string_length(v);
    char *text = parry_str_z(a, parry_str_make(json_string_value(v), n));
    for (size_t i = 0; i < n; i++)
        text[i] = text[i] == 0 ? ' ' : text[i]; /* a file of Markdown could not hold it */
    return parry_str_make(text, n);
}

static parry_code parse_row(parry_arena *a, parry_str line, const char *where, parry_document *out, parry_err *err)
{
    json_error_t je;
    json_t *row = json_loadb(line.p, line.n, JSON_ALLOW_NUL, &je);
    if (row == NULL)
        return parry_fail(err, PARRY_INVALID, "%s: not JSON: %s", where, je.text);
    *out = (parry_document){.id = field(a, row, "_id"), .title = field(a, row, "title"), .text = field(a, row, "text")};
    json_decref(row);
    return out->id.n > 0 ? PARRY_OK : parry_fail(err, PARRY_INVALID, "%s: no \"_id\"", where);
}

typedef struct document_list {
    parry_document *d;
    size_t n, cap;
} document_list;

static parry_code add_document(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err)
{
    document_list *list = ctx;
    parry_document d;
    parry_code code = parse_row(a, line, where, &d, err);
    if (code == PARRY_OK) {
        list->d = parry_arena_grow(a, list->d, list->n, &list->cap, sizeof d);
        list->d[list->n++] = d;
    }
    return code;
}

/* What is needed while qrels.tsv and exclude.tsv are read. */
typedef struct beir {
    parry_judged_query *queries;
    size_t nqueries;
    const parry_judged_name *by_id;             /* of the queries */
    const parry_judged_name *documents, *paths; /* for exclude.tsv */
    size_t ndocuments;
} beir;

static parry_judged_query *query_of(const beir *b, parry_str id)
{
    uint32_t at = parry_judged_find(b->by_id, b->nqueries, id);
    return at != PARRY_NO_DOCUMENT ? &b->queries[at] : NULL;
}

static parry_code add_judgement(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err)
{
    parry_str query, document, grade;
    if (!parry_str_split(&line, '\t', &query) || !parry_str_split(&line, '\t', &document) ||
        !parry_str_split(&line, '\t', &grade))
        return parry_fail(err, PARRY_INVALID, "%s: want query-id, corpus-id and score, separated by tabs", where);
    char *end, *digits = parry_str_z(a, parry_str_trim(grade));
    long value = strtol(digits, &end, 10);
    if (end == digits || *end != 0 || value < -1000 || value > 1000)
        return parry_fail(err, PARRY_INVALID, "%s: the score is no whole number", where);
    parry_judged_query *q = query_of(ctx, query);
    if (q != NULL)
        parry_judged_add(a, q, document, (int)value);
    return PARRY_OK;
}

static parry_code add_exclusion(void *ctx, parry_arena *a, parry_str line, const char *where, parry_err *err)
{
    const beir *b = ctx;
    parry_str query, document;
    if (!parry_str_split(&line, '\t', &query) || !parry_str_split(&line, '\t', &document))
        return parry_fail(err, PARRY_INVALID, "%s: want query-id and corpus-id, separated by a tab", where);
    parry_judged_query *q = query_of(b, query);
    document = parry_str_trim(document);
    uint32_t d = parry_judged_find(b->documents, b->ndocuments, document);
    if (d == PARRY_NO_DOCUMENT)
        d = parry_judged_find(b->paths, b->ndocuments, document);
    if (q == NULL || d == PARRY_NO_DOCUMENT)
        return PARRY_OK;
    q->exclude = parry_arena_grow(a, q->exclude, q->nexclude, &q->capexclude, sizeof *q->exclude);
    q->exclude[q->nexclude++] = d;
    return PARRY_OK;
}

static bool has_file(const char *dir, const char *file)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    return parry_file_exists(path);
}

/* Queries that have a judgement, then the ones known to have no answer. */
static void keep_judged(parry_arena *a, const beir *b, const document_list *oos, parry_judged_set *out)
{
    out->queries = PARRY_ARRAY(a, parry_judged_query, b->nqueries + oos->n + 1);
    for (size_t i = 0; i < b->nqueries; i++)
        if (b->queries[i].njudgements > 0)
            out->queries[out->nqueries++] = b->queries[i];
    for (size_t i = 0; i < oos->n; i++)
        out->queries[out->nqueries++] = (parry_judged_query){.id = oos->d[i].id, .text = oos->d[i].text};
}

static parry_str name_of_folder(parry_arena *a, const char *dir)
{
    size_t end = strlen(dir);
    while (end > 1 && dir[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && dir[start - 1] != '/')
        start--;
    return parry_str_copy(a, parry_str_make(dir + start, end - start));
}

/* Queries and judgements of BEIR's layout about the documents that `out` has already. */
static parry_code read_queries(parry_arena *a, const char *dir, parry_judged_set *out, parry_err *err)
{
    document_list queries = {0}, oos = {0};
    parry_code code = each_line(a, dir, "queries.jsonl", false, add_document, &queries, err);
    if (code == PARRY_OK && has_file(dir, "queries_oos.jsonl"))
        code = each_line(a, dir, "queries_oos.jsonl", false, add_document, &oos, err);
    if (code != PARRY_OK)
        return code;
    beir b = {.queries = PARRY_ARRAY(a, parry_judged_query, queries.n + 1), .nqueries = queries.n};
    parry_str *ids = PARRY_ARRAY(a, parry_str, queries.n + 1);
    for (size_t i = 0; i < queries.n; i++) {
        b.queries[i] = (parry_judged_query){.id = queries.d[i].id, .text = queries.d[i].text, .answerable = true};
        ids[i] = queries.d[i].id;
    }
    b.by_id = parry_judged_names(a, ids, queries.n);
    b.documents = names_of(a, out, BY_ID);
    b.paths = names_of(a, out, BY_PATH);
    b.ndocuments = out->ndocuments;
    const char *qrels = has_file(dir, "qrels.tsv") || !has_file(dir, "qrels/test.tsv") ? "qrels.tsv" : "qrels/test.tsv";
    code = each_line(a, dir, qrels, true, add_judgement, &b, err);
    if (code == PARRY_OK && has_file(dir, "exclude.tsv"))
        code = each_line(a, dir, "exclude.tsv", true, add_exclusion, &b, err);
    if (code != PARRY_OK)
        return code;
    keep_judged(a, &b, &oos, out);
    parry_judged_join(a, out);
    return PARRY_OK;
}

parry_code parry_judged_read(parry_arena *a, const char *dir, parry_judged_set *out, parry_err *err)
{
    document_list documents = {0};
    parry_code code = each_line(a, dir, "corpus.jsonl", false, add_document, &documents, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < documents.n; i++)
        documents.d[i].article = parry_str_printf(a, "d%zu", i);
    parry_judged_set set = {.name = name_of_folder(a, dir), .documents = documents.d, .ndocuments = documents.n};
    if ((code = read_queries(a, dir, &set, err)) == PARRY_OK)
        *out = set;
    return code;
}

parry_code parry_judged_keep(parry_judged_set *set, const char *split, parry_err *err)
{
    bool held = split != NULL && strcmp(split, "held") == 0;
    size_t n = 0;
    if (split == NULL)
        return PARRY_OK;
    if (!held && strcmp(split, "fit") != 0)
        return parry_fail(err, PARRY_INVALID, "no part of the queries is called \"%s\": use fit or held", split);
    for (size_t i = 0; i < set->nqueries; i++)
        if (set->queries[i].held == held)
            set->queries[n++] = set->queries[i];
    set->nqueries = n;
    return n > 0 ? PARRY_OK : parry_fail(err, PARRY_NOT_FOUND, "no query of the set is in the part \"%s\"", split);
}

/* ---- the articles of a store ---------------------------------------------------------------------------------------
 */

parry_code parry_judged_articles(parry_arena *a, parry_store *store, parry_document **documents, size_t *n,
                                 parry_err *err)
{
    parry_store_row *rows;
    size_t nrows, used = 0;
    parry_code code = parry_store_list(store, a, &rows, &nrows, err);
    if (code != PARRY_OK)
        return code;
    parry_document *d = PARRY_ARRAY(a, parry_document, nrows + 1);
    for (size_t i = 0; i < nrows; i++)
        if (rows[i].status == PARRY_PUBLISHED)
            d[used++] = (parry_document){.id = rows[i].id, .article = rows[i].id, .path = rows[i].path};
    *documents = d;
    *n = used;
    return PARRY_OK;
}

parry_code parry_judged_over(parry_arena *a, const char *dir, parry_store *store, parry_document *documents, size_t n,
                             parry_judged_set *out, parry_err *err)
{
    parry_judged_set set = {.name = name_of_folder(a, dir), .documents = documents, .ndocuments = n};
    parry_judgement_rows rows = {0};
    parry_code code;
    if (has_file(dir, "queries.jsonl")) {
        code = read_queries(a, dir, &set, err);
    } else {
        code = parry_judgements_read(a, dir, &rows, err);
        if (code == PARRY_OK && store != NULL)
            code = parry_judgements_answers(a, store, &rows, err);
        if (code == PARRY_OK)
            code = parry_judgements_join(a, &rows, &set, err);
    }
    if (code == PARRY_OK)
        *out = set;
    return code;
}
