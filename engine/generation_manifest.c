/* Manifests: reading and publishing them, and sweeping what none of them needs. */
#include "base/file.h"
#include "engine/generation_private.h"
#include "engine/segment_private.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { CURRENT_MAX = 64, FORMAT = 1 };
static const size_t manifest_max = (size_t)64 << 20;

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

/* "000142" or "000142\n": digits alone. */
static bool parse_number(parry_str s, uint64_t *out)
{
    uint64_t v = 0;
    s = parry_str_trim(s);
    if (s.n < 6 || s.n > 18)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    *out = v;
    return true;
}

parry_code parry_current_read(const char *index_dir, uint64_t *number, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_str text;
    parry_code code = parry_file_read(a, parry_str_printf(a, "%s/CURRENT", index_dir).p, CURRENT_MAX, &text, err);
    if (code == PARRY_NOT_FOUND) {
        *number = 0;
        code = PARRY_OK;
    } else if (code == PARRY_TOO_LARGE || (code == PARRY_OK && (!parse_number(text, number) || *number == 0))) {
        code = parry_fail(err, PARRY_CORRUPT, "%s/CURRENT does not name a generation", index_dir);
    }
    parry_arena_free(a);
    return code;
}

static bool parse_dead(json_t *list, parry_arena *a, parry_manifest_segment *s)
{
    s->ndead = json_array_size(list);
    s->dead = PARRY_ARRAY(a, uint32_t, s->ndead);
    for (size_t i = 0; i < s->ndead; i++) {
        json_t *item = json_array_get(list, i);
        json_int_t v = json_integer_value(item);
        if (!json_is_integer(item) || v < 0 || v > UINT32_MAX || (i > 0 && v <= (json_int_t)s->dead[i - 1]))
            return false;
        s->dead[i] = (uint32_t)v;
    }
    return true;
}

static bool parse_segments(json_t *list, parry_arena *a, parry_manifest *m)
{
    m->nsegments = json_array_size(list);
    m->segments = PARRY_ARRAY(a, parry_manifest_segment, m->nsegments);
    for (size_t i = 0; i < m->nsegments; i++) {
        const char *name = NULL;
        json_t *dead = NULL;
        if (json_unpack(json_array_get(list, i), "{s:s, s:o}", "name", &name, "dead", &dead) != 0 ||
            !parry_segment_name_valid(parry_str_of(name)) || !json_is_array(dead) ||
            !parse_dead(dead, a, &m->segments[i]))
            return false;
        memcpy(m->segments[i].name, name, PARRY_NAME_TEXT);
    }
    return true;
}

/* Kinds that this program does not know are of a newer one, which alone can use them. */
static bool parse_tables(json_t *root, parry_manifest *m)
{
    json_t *tables = json_object_get(root, "tables"), *name;
    const char *kind;
    json_object_foreach(tables, kind, name)
    {
        parry_side k;
        if (!json_is_string(name) || !parry_segment_name_valid(parry_str_of(json_string_value(name))))
            return false;
        if (parry_side_parse_name(kind, &k))
            memcpy(m->tables[k], json_string_value(name), PARRY_NAME_TEXT);
    }
    return true;
}

static bool parse_manifest(parry_str text, parry_arena *a, parry_manifest *m)
{
    json_auto_t *root = json_loadb(text.p, text.n, 0, NULL);
    json_t *segments = NULL;
    int format = 0;
    json_int_t its_number = 0, store_seq = 0, chunking = 0;
    const char *model = NULL;
    if (json_unpack(root, "{s:i, s:I, s:I, s:s, s:I, s:o}", "format", &format, "number", &its_number, "store_seq",
                    &store_seq, "model", &model, "chunking", &chunking, "segments", &segments) != 0)
        return false;
    m->number = (uint64_t)its_number;
    m->store_seq = (uint64_t)store_seq;
    m->chunking = (uint32_t)chunking;
    return format == FORMAT && its_number > 0 && store_seq >= 0 && chunking >= 0 && chunking <= UINT32_MAX &&
           parry_hash_parse(parry_str_of(model), &m->model) && json_is_array(segments) &&
           parse_segments(segments, a, m) && parse_tables(root, m);
}

parry_code parry_manifest_read(const char *index_dir, uint64_t number, parry_arena *a, parry_manifest *out,
                               parry_err *err)
{
    parry_manifest m = {0};
    parry_str text;
    const char *path = parry_str_printf(a, "%s/generations/%06llu.json", index_dir, (unsigned long long)number).p;
    parry_code code = parry_file_read(a, path, manifest_max, &text, err);
    if (code == PARRY_TOO_LARGE || (code == PARRY_OK && !(parse_manifest(text, a, &m) && m.number == number)))
        code =
            parry_fail(err, PARRY_CORRUPT, "%s is not a manifest of generation %llu", path, (unsigned long long)number);
    if (code == PARRY_OK)
        *out = m;
    return code;
}

parry_code parry_manifest_current(const char *index_dir, parry_arena *a, parry_manifest *out, parry_err *err)
{
    uint64_t number = 0;
    parry_code code = parry_current_read(index_dir, &number, err);
    if (code != PARRY_OK)
        return code;
    if (number == 0) {
        memset(out, 0, sizeof *out);
        return PARRY_OK;
    }
    code = parry_manifest_read(index_dir, number, a, out, err);
    if (code == PARRY_NOT_FOUND) /* it is named, so it has to be there */
        code = parry_fail(err, PARRY_CORRUPT, "%s/CURRENT names generation %llu, which is missing", index_dir,
                          (unsigned long long)number);
    return code;
}

parry_code parry_manifest_text(const char *index_dir, parry_arena *a, uint64_t *number, parry_str *text, parry_err *err)
{
    uint64_t current = 0;
    parry_str bytes = {NULL, 0};
    parry_code code = parry_current_read(index_dir, &current, err);
    if (code == PARRY_OK && current > 0)
        code = parry_file_read(
            a, parry_str_printf(a, "%s/generations/%06llu.json", index_dir, (unsigned long long)current).p,
            manifest_max, &bytes, err);
    if (code == PARRY_OK) {
        *number = current;
        *text = bytes;
    }
    return code;
}

parry_code parry_manifest_parse(parry_str text, parry_arena *a, parry_manifest *out, parry_err *err)
{
    parry_manifest m = {0};
    if (!parse_manifest(text, a, &m))
        return parry_fail(err, PARRY_CORRUPT, "this is not a manifest of a generation");
    *out = m;
    return PARRY_OK;
}

/* ---- publishing ---------------------------------------------------------------------------------------------------
 */

static json_t *manifest_json(const parry_manifest *m)
{
    char model[PARRY_HASH_HEX + 1];
    parry_hash_hex(m->model, model);
    json_t *segments = json_array();
    for (size_t i = 0; i < m->nsegments; i++) {
        json_t *dead = json_array();
        for (size_t d = 0; d < m->segments[i].ndead; d++)
            json_array_append_new(dead, json_integer((json_int_t)m->segments[i].dead[d]));
        json_array_append_new(segments, json_pack("{s:s, s:o}", "name", m->segments[i].name, "dead", dead));
    }
    json_t *tables = json_object();
    for (int k = 0; k < PARRY_SIDES; k++)
        if (m->tables[k][0])
            json_object_set_new(tables, parry_side_name((parry_side)k), json_string(m->tables[k]));
    return json_pack("{s:i, s:I, s:I, s:s, s:I, s:o, s:o}", "format", FORMAT, "number", (json_int_t)m->number,
                     "store_seq", (json_int_t)m->store_seq, "model", model, "chunking", (json_int_t)m->chunking,
                     "segments", segments, "tables", tables);
}

static parry_code check_manifest(const char *index_dir, const parry_manifest *m, parry_arena *a, parry_err *err)
{
    uint64_t current = 0;
    const char *segments = parry_str_printf(a, "%s/segments", index_dir).p;
    parry_code code = parry_current_read(index_dir, &current, err);
    if (code != PARRY_OK)
        return code;
    if (m->number <= current)
        return parry_fail(err, PARRY_CONFLICT, "generation %llu is published; %llu cannot follow it",
                          (unsigned long long)current, (unsigned long long)m->number);
    for (size_t i = 0; i < m->nsegments; i++) {
        const parry_manifest_segment *s = &m->segments[i];
        if (!parry_segment_name_valid(parry_str_of(s->name)) || !parry_segment_exists(segments, s->name))
            return parry_fail(err, PARRY_INVALID, "generation %llu names segment %.32s, which is not there",
                              (unsigned long long)m->number, s->name);
        for (size_t d = 1; d < s->ndead; d++)
            if (s->dead[d] <= s->dead[d - 1])
                return parry_fail(err, PARRY_INVALID, "the dead of segment %s are not in order", s->name);
    }
    for (int k = 0; k < PARRY_SIDES; k++) {
        const void *parsed;
        if (m->tables[k][0] && parry_side_read(index_dir, (parry_side)k, m->tables[k], a, &parsed, err) != PARRY_OK)
            return parry_fail(err, PARRY_INVALID, "generation %llu names the table %s-%.32s, which does not load",
                              (unsigned long long)m->number, parry_side_name((parry_side)k), m->tables[k]);
    }
    return PARRY_OK;
}

parry_code parry_manifest_publish(const char *index_dir, const parry_manifest *m, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *folder = parry_str_printf(a, "%s/generations", index_dir).p;
    const char *path = parry_str_printf(a, "%s/%06llu.json", folder, (unsigned long long)m->number).p;
    parry_code code = check_manifest(index_dir, m, a, err);
    if (code == PARRY_OK)
        code = parry_dir_make(folder, err);
    if (code == PARRY_OK) {
        json_auto_t *root = manifest_json(m);
        char *text = json_dumps(root, JSON_COMPACT);
        if (text == NULL)
            parry_oom();
        code = parry_file_replace(path, parry_str_of(text), err);
        free(text);
    }
    if (code == PARRY_OK) { /* the flip */
        parry_str number = parry_str_printf(a, "%06llu\n", (unsigned long long)m->number);
        code = parry_file_replace(parry_str_printf(a, "%s/CURRENT", index_dir).p, number, err);
    }
    parry_arena_free(a);
    return code;
}

/* ---- sweeping -----------------------------------------------------------------------------------------------------
 */

typedef struct names {
    const char **name;
    size_t n, cap;
} names;

static parry_code list_folder(parry_arena *a, const char *path, names *out, parry_err *err)
{
    DIR *d = opendir(path);
    if (d == NULL)
        return errno == ENOENT ? PARRY_OK : parry_fail_errno(err, "cannot list %s", path);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        out->name = parry_arena_grow(a, out->name, out->n, &out->cap, sizeof *out->name);
        out->name[out->n++] = parry_str_z(a, parry_str_of(e->d_name));
    }
    closedir(d);
    return PARRY_OK;
}

static int descending(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return (a < b) - (a > b);
}

static bool manifest_number(const char *file, uint64_t *number)
{
    parry_str s = parry_str_of(file);
    return parry_str_ends(s, ".json") && parse_number(parry_str_make(s.p, s.n - 5), number);
}

/* Numbers of the manifests up to the current one, newest first. */
static size_t published(parry_arena *a, const names *files, uint64_t current, uint64_t **out)
{
    uint64_t *list = PARRY_ARRAY(a, uint64_t, files->n), number;
    size_t n = 0;
    for (size_t i = 0; i < files->n; i++)
        if (manifest_number(files->name[i], &number) && number <= current)
            list[n++] = number;
    qsort(list, n, sizeof *list, descending);
    *out = list;
    return n;
}

parry_code parry_generations_list(const char *index_dir, parry_arena *a, uint64_t **numbers, size_t *n, parry_err *err)
{
    names files = {0};
    uint64_t current = 0;
    parry_code code = parry_current_read(index_dir, &current, err);
    if (code == PARRY_OK)
        code = list_folder(a, parry_str_printf(a, "%s/generations", index_dir).p, &files, err);
    if (code == PARRY_OK)
        *n = published(a, &files, current, numbers);
    return code;
}

typedef struct needed {
    parry_manifest *manifests;
    size_t n;
} needed;

static bool is_needed(const needed *k, const char *segment)
{
    for (size_t i = 0; i < k->n; i++)
        for (size_t s = 0; s < k->manifests[i].nsegments; s++)
            if (strcmp(k->manifests[i].segments[s].name, segment) == 0)
                return true;
    return false;
}

/* A named segment is whole: it loses its name before it loses its files. */
static parry_code remove_segment(parry_arena *a, const char *folder, const char *name, parry_err *err)
{
    const char *from = parry_str_printf(a, "%s/%s", folder, name).p;
    const char *to = parry_str_printf(a, "%s/" PARRY_TMP_PREFIX "%s-0", folder, name).p;
    parry_code code = parry_tree_remove(to, err);
    if (code != PARRY_OK)
        return code;
    if (rename(from, to) != 0)
        return parry_fail_errno(err, "cannot rename %s", from);
    return parry_tree_remove(to, err);
}

static parry_code sweep_segments(parry_arena *a, const char *folder, const needed *k, parry_err *err)
{
    names found = {0};
    parry_code code = list_folder(a, folder, &found, err);
    for (size_t i = 0; i < found.n && code == PARRY_OK; i++) {
        const char *name = found.name[i], *path = parry_str_printf(a, "%s/%s", folder, name).p;
        if (parry_str_starts(parry_str_of(name), PARRY_TMP_PREFIX))
            code = parry_folder_held(path) ? PARRY_OK : parry_tree_remove(path, err);
        else if (parry_segment_name_valid(parry_str_of(name)) && !is_needed(k, name))
            code = remove_segment(a, folder, name, err);
    }
    return code;
}

static bool is_table_needed(const needed *k, parry_side kind, const char *name)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->manifests[i].tables[kind], name) == 0)
            return true;
    return false;
}

static parry_code sweep_tables(parry_arena *a, const char *folder, const needed *k, parry_err *err)
{
    names found = {0};
    parry_code code = list_folder(a, folder, &found, err);
    for (size_t i = 0; i < found.n && code == PARRY_OK; i++) {
        parry_side kind;
        char name[PARRY_NAME_TEXT];
        bool table = parry_side_of_file(found.name[i], &kind, name);
        if ((table && !is_table_needed(k, kind, name)) || parry_str_ends(parry_str_of(found.name[i]), ".tmp"))
            code = parry_tree_remove(parry_str_printf(a, "%s/%s", folder, found.name[i]).p, err);
    }
    return code;
}

/* Manifests older than the oldest needed one; newer than the current one, of a publisher that died before its flip; and
 * the halves of files that were being replaced. */
static parry_code sweep_manifests(parry_arena *a, const char *folder, const names *files, uint64_t oldest,
                                  uint64_t current, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < files->n && code == PARRY_OK; i++) {
        uint64_t number;
        bool manifest = manifest_number(files->name[i], &number);
        bool old = manifest && (number < oldest || number > current);
        if (old || parry_str_ends(parry_str_of(files->name[i]), ".tmp"))
            code = parry_tree_remove(parry_str_printf(a, "%s/%s", folder, files->name[i]).p, err);
    }
    return code;
}

/* Halves of CURRENT, of publishers that died within their flip. */
static parry_code sweep_flips(parry_arena *a, const char *index_dir, parry_err *err)
{
    names found = {0};
    parry_code code = list_folder(a, index_dir, &found, err);
    for (size_t i = 0; i < found.n && code == PARRY_OK; i++) {
        parry_str name = parry_str_of(found.name[i]);
        if (parry_str_starts(name, "CURRENT.") && parry_str_ends(name, ".tmp"))
            code = parry_tree_remove(parry_str_printf(a, "%s/%s", index_dir, found.name[i]).p, err);
    }
    return code;
}

static parry_code read_needed(const char *index_dir, parry_arena *a, const uint64_t *numbers, size_t n, needed *out,
                              parry_err *err)
{
    out->manifests = PARRY_ARRAY(a, parry_manifest, n);
    parry_code code = PARRY_OK;
    for (out->n = 0; out->n < n && code == PARRY_OK; out->n++)
        code = parry_manifest_read(index_dir, numbers[out->n], a, &out->manifests[out->n], err);
    return code;
}

parry_code parry_generations_sweep(const char *index_dir, unsigned keep, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *folder = parry_str_printf(a, "%s/generations", index_dir).p;
    names files = {0};
    needed k = {0};
    uint64_t current = 0, *numbers = NULL;
    parry_code code = parry_current_read(index_dir, &current, err);
    if (code == PARRY_OK)
        code = list_folder(a, folder, &files, err);
    size_t n = code == PARRY_OK ? published(a, &files, current, &numbers) : 0;
    if (code == PARRY_OK && current != 0 && (n == 0 || numbers[0] != current))
        code = parry_fail(err, PARRY_CORRUPT, "%s/CURRENT names a missing generation: nothing is swept", index_dir);
    n = n < (size_t)keep + 1 ? n : (size_t)keep + 1;
    if (code == PARRY_OK)
        code = read_needed(index_dir, a, numbers, n, &k, err);
    if (code == PARRY_OK)
        code = sweep_manifests(a, folder, &files, n > 0 ? numbers[n - 1] : 0, current, err);
    if (code == PARRY_OK)
        code = sweep_flips(a, index_dir, err);
    if (code == PARRY_OK)
        code = sweep_segments(a, parry_str_printf(a, "%s/segments", index_dir).p, &k, err);
    if (code == PARRY_OK)
        code = sweep_tables(a, parry_str_printf(a, "%s/tables", index_dir).p, &k, err);
    parry_arena_free(a);
    return code;
}
