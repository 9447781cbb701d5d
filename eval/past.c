/* The history of judgings: DATA/judgements/history.jsonl.
 *
 * Lines of JSON and no table of the store: it is neither truth nor derived from it, is written once a run and read from
 * its end, people and other tools (jq, a CI's cache) want it as it is, and a whole run is one append. */
#include "eval/judge.h"

#include "base/file.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SEED = 1, PERMUTATIONS = 10000, LOCK_WAIT_MS = 10000 };

static parry_str key_of(parry_arena *a, const parry_judged_query *q)
{
    return parry_str_printf(a, "%.*s\t%.*s", PARRY_FMT(q->audience), PARRY_FMT(q->text));
}

/* ---- reading -------------------------------------------------------------------------------------------------------
 */

static int by_key(const void *x, const void *y)
{
    return parry_str_cmp(((const parry_past_verdict *)x)->key, ((const parry_past_verdict *)y)->key);
}

static void read_verdicts(parry_arena *a, json_t *queries, parry_past *out)
{
    const char *key;
    json_t *value;
    out->verdicts = PARRY_ARRAY(a, parry_past_verdict, json_object_size(queries) + 1);
    json_object_foreach(queries, key, value)
    {
        json_int_t rank = json_integer_value(json_array_get(value, 0));
        parry_past_verdict *v = &out->verdicts[out->n++];
        *v = (parry_past_verdict){.key = parry_str_copy(a, parry_str_of(key)), .rank = rank > 0 ? (size_t)rank : 0};
        for (size_t m = 0; m < PARRY_MEASURES; m++)
            v->of[m] = json_number_value(json_array_get(value, 1 + m));
    }
    qsort(out->verdicts, out->n, sizeof *out->verdicts, by_key);
}

static bool read_run(parry_arena *a, parry_str line, const parry_judging *j, parry_past *out)
{
    json_auto_t *run = json_loadb(line.p, line.n, 0, NULL);
    const char *mode = json_string_value(json_object_get(run, "mode"));
    if (mode == NULL || strcmp(mode, parry_mode_name(j->mode)) != 0 ||
        json_integer_value(json_object_get(run, "top")) != (json_int_t)j->top)
        return false;
    *out = (parry_past){.generation = (uint64_t)json_integer_value(json_object_get(run, "generation"))};
    const char *time = json_string_value(json_object_get(run, "time"));
    out->time = parry_str_copy(a, parry_str_of(time != NULL ? time : "?"));
    read_verdicts(a, json_object_get(run, "queries"), out);
    return true;
}

static void find_past(parry_arena *a, parry_judging *j, parry_past *past)
{
    for (size_t i = 0; i < j->n; i++) {
        parry_verdict *v = &j->verdicts[i];
        parry_past_verdict key = {.key = key_of(a, v->query)};
        v->past = NULL;
        if (v->query->answerable && past->n > 0)
            v->past = bsearch(&key, past->verdicts, past->n, sizeof key, by_key);
        past->both += v->past != NULL;
    }
}

static void compare(parry_arena *a, const parry_judging *j, parry_past *past)
{
    double *now = PARRY_ARRAY(a, double, past->both + 1), *before = PARRY_ARRAY(a, double, past->both + 1);
    double share = 1 / (double)past->both;
    for (int m = 0; m < PARRY_MEASURES; m++) {
        size_t n = 0;
        for (size_t i = 0; i < j->n; i++) {
            const parry_verdict *v = &j->verdicts[i];
            if (v->past == NULL)
                continue;
            now[n] = v->of[m];
            before[n++] = v->past->of[m];
            past->mean[m] += v->past->of[m] * share;
        }
        past->change[m] = parry_compare(now, before, n, PERMUTATIONS, SEED);
    }
    for (size_t i = 0; i < j->n; i++) {
        const parry_verdict *v = &j->verdicts[i];
        if (v->past == NULL)
            continue;
        bool passed = v->past->rank > 0 && v->past->rank <= j->top;
        past->pass += passed * share;
        past->pass_change += (v->pass - passed) * share;
    }
}

bool parry_past_read(parry_arena *a, const char *path, parry_judging *j, parry_past *out)
{
    parry_map map;
    bool found = false;
    if (parry_map_open(path, &map, NULL) != PARRY_OK)
        return false;
    for (size_t end = map.n; !found && end > 0;) {
        size_t start = end;
        while (start > 0 && map.p[start - 1] != '\n')
            start--;
        found = end > start && read_run(a, parry_str_make((const char *)map.p + start, end - start), j, out);
        if (found)
            find_past(a, j, out);
        found = found && out->both > 0;
        end = start > 0 ? start - 1 : 0;
    }
    parry_map_close(&map);
    if (found)
        compare(a, j, out);
    return found;
}

/* ---- writing -------------------------------------------------------------------------------------------------------
 */

static json_t *run_json(parry_arena *a, const parry_judging *j, const char *time)
{
    json_t *queries = json_object();
    for (size_t i = 0; i < j->n; i++) {
        const parry_verdict *v = &j->verdicts[i];
        if (!v->query->answerable)
            continue;
        json_t *figures = json_pack("[I]", (json_int_t)v->rank);
        for (int m = 0; m < PARRY_MEASURES; m++)
            json_array_append_new(figures, json_real(v->of[m]));
        json_object_set_new(queries, key_of(a, v->query).p, figures);
    }
    json_t *run =
        json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:f, s:f}", "time", time, "generation", (json_int_t)j->generation,
                  "mode", parry_mode_name(j->mode), "top", (json_int_t)j->top, "answerable", (json_int_t)j->answerable,
                  "unanswerable", (json_int_t)(j->n - j->answerable), "pass", j->pass, "auroc", j->auroc);
    for (int m = 0; m < PARRY_MEASURES; m++)
        json_object_set_new(run, parry_measure_keys[m], json_real(j->mean[m]));
    json_object_set_new(run, "queries", queries);
    return run;
}

/* What a crash left of a line ends here, so that it spoils no other. */
static parry_code append(const char *path, const char *line, size_t n, parry_err *err)
{
    char last = '\n';
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0)
        return parry_fail_errno(err, "cannot write %s", path);
    off_t size = lseek(fd, 0, SEEK_END);
    bool fine = size >= 0 && (size == 0 || pread(fd, &last, 1, size - 1) == 1);
    fine = fine && (last == '\n' || write(fd, "\n", 1) == 1);
    for (size_t done = 0; fine && done < n;) {
        ssize_t wrote = write(fd, line + done, n - done);
        fine = wrote > 0;
        done += fine ? (size_t)wrote : 0;
    }
    fine = fine && fsync(fd) == 0;
    parry_code code = fine ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
    close(fd);
    return code;
}

/* Only the last runs stay. */
static parry_code forget(const char *path, parry_err *err)
{
    parry_map map;
    parry_code code = parry_map_open(path, &map, err);
    if (code != PARRY_OK)
        return code;
    size_t start = map.n;
    for (size_t ends = 0; start > 0; start--)
        if (map.p[start - 1] == '\n' && ++ends > PARRY_PAST_RUNS)
            break;
    if (start > 0)
        code = parry_file_replace(path, parry_str_make((const char *)map.p + start, map.n - start), err);
    parry_map_close(&map);
    return code;
}

parry_code parry_past_append(const char *path, const parry_judging *j, const char *time, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *slash = strrchr(path, '/');
    parry_lock lock = {-1};
    parry_code code = PARRY_OK;
    if (slash != NULL && slash > path)
        code = parry_dir_make(parry_str_z(a, parry_str_make(path, (size_t)(slash - path))), err);
    json_auto_t *run = run_json(a, j, time);
    char *text = json_dumps(run, JSON_COMPACT | JSON_REAL_PRECISION(10));
    parry_str line = parry_str_printf(a, "%s\n", text != NULL ? text : "");
    free(text);
    if (code == PARRY_OK)
        code = parry_lock_take(&lock, parry_str_printf(a, "%s.lock", path).p, LOCK_WAIT_MS, err);
    if (code == PARRY_OK)
        code = append(path, line.p, line.n, err);
    if (code == PARRY_OK)
        code = forget(path, err);
    parry_lock_drop(&lock);
    parry_arena_free(a);
    return code;
}
