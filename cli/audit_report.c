/* parry audit REPORT: a report made again, of the ledger alone. The rows are folded anew, into a folder of their own,
 * up to the record that the report was made at, and told as of its moment: nothing of what made it the first time is
 * used. */
#include "cli/reports.h"

#include "base/clock.h"
#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEP = 20000 };

typedef struct audit {
    const parry_cli *cli;
    json_t *report, *again;
    parry_report_request q;
    uint64_t seq;
    int64_t as_of_ms;
    parry_ledger *ledger;
    char *dir; /* in the arena; NULL: none was made */
    parry_arena *arena;
    parry_days erasures;
    parry_trial_list trials;
    size_t differ;
} audit;

static parry_code read_report(audit *a, const char *path, parry_err *err)
{
    json_error_t at;
    const char *as_of;
    a->report = json_load_file(path, 0, &at);
    if (a->report == NULL)
        return parry_fail(err, PARRY_INVALID, "%s: no report as JSON (line %d: %s)", path, at.line, at.text);
    json_int_t seq = json_integer_value(json_object_get(json_object_get(a->report, "ledger"), "seq"));
    as_of = json_string_value(json_object_get(a->report, "as_of"));
    if (seq < 0 || as_of == NULL || !parry_time_parse(parry_str_of(as_of), &a->as_of_ms, NULL))
        return parry_fail(err, PARRY_INVALID, "%s: says neither when nor where in the ledger it was made", path);
    a->seq = (uint64_t)seq;
    return parry_report_again(a->report, &a->q, err);
}

/* The ledger must be the one that the report was made of. */
static parry_code same_chain(const audit *a, parry_err *err)
{
    parry_hash head;
    if (a->seq == 0)
        return PARRY_OK;
    char hex[PARRY_HASH_HEX + 1];
    const char *said = json_string_value(json_object_get(json_object_get(a->report, "ledger"), "head"));
    parry_code code = parry_ledger_hash_at(a->ledger, a->seq, &head, err);
    if (code != PARRY_OK)
        return code == PARRY_NOT_FOUND ? parry_fail(err, PARRY_CORRUPT,
                                                    "the ledger ends before record %llu, where the "
                                                    "report was made",
                                                    (unsigned long long)a->seq)
                                       : code;
    parry_hash_hex(head, hex);
    if (said == NULL || strcmp(said, hex) != 0)
        return parry_fail(err, PARRY_CORRUPT, "record %llu is not the one that the report was made at",
                          (unsigned long long)a->seq);
    return PARRY_OK;
}

static parry_code fold(const audit *a, parry_deflection *d, parry_err *err)
{
    bool seen = isatty(STDERR_FILENO) != 0;
    parry_code code = PARRY_OK;
    for (uint64_t done = 0; done < a->seq && code == PARRY_OK;) {
        size_t n = 0, most = a->seq - done < STEP ? (size_t)(a->seq - done) : STEP;
        code = parry_deflection_fold(d, most, a->as_of_ms, &n, err);
        done += n;
        if (code == PARRY_OK && n == 0)
            code = parry_fail(err, PARRY_CORRUPT, "the ledger ends at record %llu", (unsigned long long)done);
        if (seen)
            fprintf(stderr, "\r%3llu %% of %llu records ", (unsigned long long)(100 * done / a->seq),
                    (unsigned long long)a->seq);
    }
    if (seen)
        fprintf(stderr, "\r%40s\r", "");
    return code;
}

static parry_code make_again(audit *a, parry_err *err)
{
    parry_deflection *d = NULL;
    parry_rows *rows = NULL;
    parry_code code = parry_deflection_open(a->dir, a->ledger, &d, err);
    if (code == PARRY_OK)
        code = fold(a, d, err);
    if (code == PARRY_OK)
        code = parry_rows_open(d, &rows, err);
    if (code == PARRY_OK)
        code = parry_trial_list_read(a->ledger, a->seq, &a->trials, err);
    if (code == PARRY_OK) {
        parry_rows_as_of(rows, a->as_of_ms);
        parry_report_source source = parry_report_source_of(rows, &a->trials);
        source.erasures = &a->erasures;
        code = parry_report_make(&source, &a->q, &a->again, err);
    }
    parry_rows_close(rows);
    parry_deflection_close(d);
    return code;
}

static void differs(void *ctx, const char *row, const char *cell, const char *was, const char *is)
{
    audit *a = ctx;
    a->differ++;
    printf("%s %s\n  the report %s\n  the ledger %s\n", row, cell, was, is);
}

static parry_code run(audit *a, const char *path, size_t *cells, parry_err *err)
{
    parry_code code = read_report(a, path, err);
    if (code == PARRY_OK)
        code = parry_ledger_open(parry_cli_path(a->cli, a->arena, "ledger"), NULL, &a->ledger, err);
    if (code == PARRY_OK)
        code = same_chain(a, err);
    if (code == PARRY_OK)
        code = parry_erasures_read(a->ledger, &a->erasures, err);
    if (code != PARRY_OK)
        return code;
    char *dir = parry_cli_path(a->cli, a->arena, "audit.XXXXXX");
    if (mkdtemp(dir) == NULL)
        return parry_fail_errno(err, "%s cannot be made", dir);
    a->dir = dir;
    code = make_again(a, err);
    if (code == PARRY_OK)
        *cells = parry_report_compare(a->report, a->again, differs, a);
    return code;
}

int parry_cli_audit_report(const parry_cli *cli, const char *path)
{
    parry_err err = {0};
    size_t cells = 0;
    audit a = {.cli = cli, .arena = parry_arena_new()};
    parry_code code = run(&a, path, &cells, &err);
    if (code == PARRY_OK && a.differ > 0)
        code = parry_fail(&err, PARRY_CORRUPT, "%zu differ from what the ledger gives, of %zu cells%s", a.differ, cells,
                          parry_erasures_count(&a.erasures, a.q.from_ms, a.q.until_ms) > 0
                              ? "; records of these days were erased"
                              : "");
    if (code == PARRY_OK)
        printf("%zu cells are what the first %llu records of the ledger give\n", cells, (unsigned long long)a.seq);
    parry_err left = {0};
    if (a.dir != NULL && parry_tree_remove(a.dir, &left) != PARRY_OK)
        fprintf(stderr, "parry audit: %s is left behind: %s\n", a.dir, left.msg);
    parry_trial_list_free(&a.trials);
    parry_days_free(&a.erasures);
    json_decref(a.report);
    json_decref(a.again);
    parry_ledger_close(a.ledger);
    parry_arena_free(a.arena);
    return code == PARRY_OK ? 0 : parry_cli_fail("audit", &err);
}
