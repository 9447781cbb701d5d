/* Judgements as authors keep them: a table of rows, grouped into queries. */
#include "eval/judgements.h"

#include "base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { QUERY_MAX = 2048, FIELDS = 5, COLUMNS_MAX = 32 };

typedef enum column { QUERY, ARTICLE, GRADE, AUDIENCE, SPLIT } column;
static const char *const column_names[FIELDS] = {"query", "article", "grade", "audience", "split"};

/* ---- one file ------------------------------------------------------------------------------------------------------
 */

typedef struct table {
    const char *file;
    int at[FIELDS]; /* which field of a line; -1: not there */
} table;

static parry_code read_head(table *t, parry_str line, parry_err *err)
{
    parry_str name;
    for (int i = 0; i < FIELDS; i++)
        t->at[i] = -1;
    for (int at = 0; at < COLUMNS_MAX && parry_str_split(&line, '\t', &name); at++)
        for (int i = 0; i < FIELDS; i++)
            if (parry_str_eqz(parry_str_trim(name), column_names[i]))
                t->at[i] = at;
    for (int i = QUERY; i <= GRADE; i++)
        if (t->at[i] < 0)
            return parry_fail(err, PARRY_INVALID,
                              "%s:1: no column \"%s\": the first line must name query, article and grade, separated by "
                              "tabs",
                              t->file, column_names[i]);
    return PARRY_OK;
}

static void cut_line(const table *t, parry_str line, parry_str fields[FIELDS])
{
    parry_str piece;
    for (int i = 0; i < FIELDS; i++)
        fields[i] = parry_str_of("");
    for (int at = 0; at < COLUMNS_MAX && parry_str_split(&line, '\t', &piece); at++)
        for (int i = 0; i < FIELDS; i++)
            if (t->at[i] == at)
                fields[i] = parry_str_trim(piece);
}

static bool grade_of(parry_str s, int *out)
{
    int value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || value > PARRY_GRADE_MAX)
            return false;
        value = value * 10 + (s.p[i] - '0');
    }
    *out = value;
    return s.n > 0 && value <= PARRY_GRADE_MAX;
}

static parry_code add_row(parry_arena *a, parry_judgement_rows *rows, parry_judgement_row row, parry_err *err)
{
    if (rows->n == PARRY_JUDGEMENT_ROWS_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "more than %d lines of judgements", PARRY_JUDGEMENT_ROWS_MAX);
    rows->rows = parry_arena_grow(a, rows->rows, rows->n, &rows->cap, sizeof row);
    rows->rows[rows->n++] = row;
    return PARRY_OK;
}

static parry_code read_line(parry_arena *a, const table *t, unsigned line, parry_str text, parry_judgement_rows *rows,
                            parry_err *err)
{
    parry_str f[FIELDS];
    cut_line(t, text, f);
    parry_judgement_row row = {.query = f[QUERY], .article = f[ARTICLE], .audience = f[AUDIENCE]};
    bool nothing = parry_str_eqz(row.article, "-");
    if (row.query.n == 0 || row.article.n == 0)
        return parry_fail(err, PARRY_INVALID, "%s:%u: want a query and an article (or \"-\" where nothing answers)",
                          t->file, line);
    if (row.query.n > QUERY_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "%s:%u: the query is over %d bytes", t->file, line, QUERY_MAX);
    if (!grade_of(f[GRADE], &row.grade) || (nothing && row.grade > 0))
        return parry_fail(err, PARRY_INVALID, "%s:%u: the grade must be 2 (answers), 1 (helps) or 0%s", t->file, line,
                          nothing ? ", and 0 where nothing answers" : "");
    if (f[SPLIT].n > 0 && !parry_str_eqz(f[SPLIT], "fit") && !parry_str_eqz(f[SPLIT], "held"))
        return parry_fail(err, PARRY_INVALID, "%s:%u: split must be fit or held", t->file, line);
    row.held = parry_str_eqz(f[SPLIT], "held");
    return add_row(a, rows, row, err);
}

static parry_code read_table(parry_arena *a, const char *path, parry_judgement_rows *rows, parry_err *err)
{
    parry_str rest, line;
    const char *slash = strrchr(path, '/');
    table t = {.file = slash != NULL ? slash + 1 : path};
    parry_code code = parry_file_read(a, path, PARRY_JUDGEMENTS_FILE_MAX, &rest, err);
    if (code == PARRY_OK && !parry_utf8_valid(rest, NULL))
        code = parry_fail(err, PARRY_INVALID, "%s is not UTF-8: save it as UTF-8", t.file);
    if (parry_str_starts(rest, "\xEF\xBB\xBF"))
        rest = parry_str_from(rest, 3);
    bool head = false;
    for (unsigned n = 1; code == PARRY_OK && parry_str_split(&rest, '\n', &line); n++) {
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        if (parry_str_trim(line).n == 0)
            continue;
        code = head ? read_line(a, &t, n, line, rows, err) : read_head(&t, line, err);
        head = true;
    }
    return code;
}

/* ---- a folder ------------------------------------------------------------------------------------------------------
 */

static int by_bytes(const void *x, const void *y) { return strcmp(*(char *const *)x, *(char *const *)y); }

/* The *.tsv of a folder, in order of their names. No such folder: none. */
static parry_code read_tables(parry_arena *a, const char *dir, const char *prefix, parry_judgement_rows *rows,
                              parry_err *err)
{
    DIR *d = opendir(dir);
    char **names = NULL;
    size_t n = 0, cap = 0;
    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        parry_str name = parry_str_of(e->d_name);
        if (name.p[0] == '.' || !parry_str_starts(name, prefix) || !parry_str_ends(name, ".tsv"))
            continue;
        names = parry_arena_grow(a, names, n, &cap, sizeof *names);
        names[n++] = parry_str_z(a, name);
    }
    if (d != NULL)
        closedir(d);
    if (n > 0)
        qsort(names, n, sizeof *names, by_bytes);
    parry_code code = PARRY_OK;
    for (size_t i = 0; code == PARRY_OK && i < n; i++)
        code = read_table(a, parry_str_printf(a, "%s/%s", dir, names[i]).p, rows, err);
    return code;
}

parry_code parry_judgements_read(parry_arena *a, const char *where, parry_judgement_rows *rows, parry_err *err)
{
    struct stat st;
    parry_str dir = parry_str_of(where);
    if (stat(where, &st) != 0)
        return parry_fail_errno(err, "cannot read %s", where);
    if (!S_ISDIR(st.st_mode))
        return read_table(a, where, rows, err);
    while (dir.n > 1 && dir.p[dir.n - 1] == '/')
        dir.n--;
    if (parry_str_ends(dir, "/judgements") || parry_str_eqz(dir, "judgements"))
        return read_tables(a, where, "", rows, err);
    parry_code code = read_tables(a, where, "judgements", rows, err);
    if (code == PARRY_OK)
        code = read_tables(a, parry_str_printf(a, "%s/judgements", where).p, "", rows, err);
    return code;
}

parry_code parry_judgements_answers(parry_arena *a, parry_store *store, parry_judgement_rows *rows, parry_err *err)
{
    parry_store_row *list;
    size_t n;
    parry_arena *each = parry_arena_new();
    parry_code code = parry_store_list(store, a, &list, &n, err);
    for (size_t i = 0; code == PARRY_OK && i < n; i++) {
        parry_article article;
        if (list[i].status != PARRY_PUBLISHED ||
            parry_store_version(store, each, list[i].hash, &article, NULL) != PARRY_OK)
            continue; /* one that no longer parses is not served either */
        for (size_t k = 0; code == PARRY_OK && k < article.nanswers; k++)
            code =
                add_row(a, rows,
                        (parry_judgement_row){.query = parry_str_copy(a, parry_utf8_cut(article.answers[k], QUERY_MAX)),
                                              .article = list[i].id,
                                              .audience = list[i].audience,
                                              .grade = 2},
                        err);
        parry_article_free(&article);
        parry_arena_reset(each);
    }
    parry_arena_free(each);
    return code;
}

/* ---- rows to queries -----------------------------------------------------------------------------------------------
 */

typedef struct place {
    const parry_judgement_row *row;
    size_t at; /* among the rows */
} place;

static int same_query(const parry_judgement_row *x, const parry_judgement_row *y)
{
    int order = parry_str_cmp(x->query, y->query);
    return order != 0 ? order : parry_str_cmp(x->audience, y->audience);
}

static int by_query(const void *x, const void *y)
{
    const place *p = x, *q = y;
    int order = same_query(p->row, q->row);
    return order != 0 ? order : (p->at > q->at) - (p->at < q->at);
}

/* first[i]: the row in which row i's query stands for the first time. */
static size_t *first_rows(parry_arena *a, const parry_judgement_rows *rows)
{
    place *sorted = PARRY_ARRAY(a, place, rows->n + 1);
    size_t *first = PARRY_ARRAY(a, size_t, rows->n + 1), head = 0;
    for (size_t i = 0; i < rows->n; i++)
        sorted[i] = (place){&rows->rows[i], i};
    qsort(sorted, rows->n, sizeof *sorted, by_query);
    for (size_t i = 0; i < rows->n; i++) {
        if (i == 0 || same_query(sorted[i].row, sorted[head].row) != 0)
            head = i;
        first[sorted[i].at] = sorted[head].at;
    }
    return first;
}

static parry_code add_to_query(parry_arena *a, parry_judged_query *q, const parry_judgement_row *row, parry_err *err)
{
    bool nothing = parry_str_eqz(row->article, "-");
    if (nothing == q->answerable)
        return parry_fail(err, PARRY_INVALID, "\"%.*s\" has both an article and \"-\": which is it?",
                          PARRY_FMT(q->text));
    q->held |= row->held;
    if (!nothing)
        parry_judged_add(a, q, row->article, row->grade);
    return PARRY_OK;
}

parry_code parry_judgements_join(parry_arena *a, const parry_judgement_rows *rows, parry_judged_set *set,
                                 parry_err *err)
{
    const size_t *first = first_rows(a, rows);
    parry_judged_query **query_of = PARRY_ARRAY(a, parry_judged_query *, rows->n + 1);
    parry_judged_query *queries = PARRY_ARRAY(a, parry_judged_query, rows->n + 1);
    size_t n = 0;
    for (int answerable = 1; answerable >= 0; answerable--)
        for (size_t i = 0; i < rows->n; i++) {
            const parry_judgement_row *row = &rows->rows[i];
            if (first[i] != i || parry_str_eqz(row->article, "-") == (answerable == 1))
                continue;
            query_of[i] = &queries[n];
            queries[n] =
                (parry_judged_query){.text = row->query, .audience = row->audience, .answerable = answerable == 1};
            queries[n].id = parry_str_printf(a, "q%zu", n + 1);
            n++;
        }
    parry_code code = PARRY_OK;
    for (size_t i = 0; code == PARRY_OK && i < rows->n; i++)
        code = add_to_query(a, query_of[first[i]], &rows->rows[i], err);
    if (code != PARRY_OK)
        return code;
    set->queries = queries;
    set->nqueries = n;
    parry_judged_join(a, set);
    return PARRY_OK;
}
