#include "copies/inventory.h"

#include "base/clock.h"
#include "base/file.h"

#include <jansson.h>
#include <stdlib.h>

enum { FORMAT = 1, PATH_BYTES = 2048 };
static const size_t inventory_max = (size_t)256 << 20;

bool parry_path_inside(parry_str path)
{
    parry_str rest = path, part;
    if (path.n == 0 || path.n > PATH_BYTES || path.p[path.n - 1] == '/' || memchr(path.p, 0, path.n) != NULL)
        return false;
    while (parry_str_split(&rest, '/', &part)) {
        if (part.n == 0 || parry_str_eqz(part, ".") || parry_str_eqz(part, ".."))
            return false;
    }
    return true;
}

void parry_inventory_add(parry_inventory *v, const char *path, uint64_t bytes, parry_hash hash)
{
    v->rows = parry_arena_grow(v->arena, v->rows, v->n, &v->cap, sizeof *v->rows);
    v->rows[v->n++] = (parry_inventory_row){parry_str_copy(v->arena, parry_str_of(path)), bytes, hash};
    v->bytes += bytes;
}

const parry_inventory_row *parry_inventory_find(const parry_inventory *v, parry_str path)
{
    for (size_t i = 0; i < v->n; i++) {
        if (parry_str_eq(v->rows[i].path, path))
            return &v->rows[i];
    }
    return NULL;
}

/* ---- writing --------------------------------------------------------------------------------------------------------
 */

static json_t *row_json(const parry_inventory_row *r)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(r->hash, hex);
    return json_pack("{s:s, s:I, s:s}", "path", r->path.p, "bytes", (json_int_t)r->bytes, "sha256", hex);
}

parry_code parry_inventory_write(const parry_inventory *v, const char *dir, parry_err *err)
{
    char made[PARRY_TIME_TEXT];
    parry_arena *a = parry_arena_new();
    json_t *files = json_array();
    for (size_t i = 0; i < v->n; i++)
        json_array_append_new(files, row_json(&v->rows[i]));
    parry_time_text(v->made_ms, made);
    json_auto_t *root =
        json_pack("{s:i, s:s, s:s, s:I, s:I, s:o}", "format", FORMAT, "made", made, "version", PARRY_VERSION,
                  "generation", (json_int_t)v->generation, "store_seq", (json_int_t)v->store_seq, "files", files);
    char *text = root != NULL ? json_dumps(root, JSON_INDENT(1)) : NULL;
    if (text == NULL)
        parry_oom();
    parry_code code =
        parry_file_replace(parry_str_printf(a, "%s/" PARRY_INVENTORY_FILE, dir).p, parry_str_of(text), err);
    free(text);
    parry_arena_free(a);
    return code;
}

/* ---- reading --------------------------------------------------------------------------------------------------------
 */

static bool read_row(parry_inventory *v, json_t *row)
{
    const char *path = NULL, *hex = NULL;
    json_int_t bytes = -1;
    parry_hash hash;
    if (json_unpack(row, "{s:s, s:I, s:s}", "path", &path, "bytes", &bytes, "sha256", &hex) != 0 || bytes < 0 ||
        !parry_path_inside(parry_str_of(path)) || !parry_hash_parse(parry_str_of(hex), &hash))
        return false;
    parry_inventory_add(v, path, (uint64_t)bytes, hash);
    return true;
}

static bool parse(parry_str text, parry_inventory *v)
{
    json_auto_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    const char *made = NULL;
    json_t *files = NULL;
    int format = 0;
    json_int_t generation = -1, seq = -1;
    if (json_unpack(root, "{s:i, s:s, s:I, s:I, s:o}", "format", &format, "made", &made, "generation", &generation,
                    "store_seq", &seq, "files", &files) != 0 ||
        format != FORMAT || generation < 0 || seq < 0 || !parry_time_parse(parry_str_of(made), &v->made_ms, NULL) ||
        !json_is_array(files) || json_array_size(files) > PARRY_INVENTORY_FILES_MAX)
        return false;
    v->generation = (uint64_t)generation;
    v->store_seq = (uint64_t)seq;
    for (size_t i = 0; i < json_array_size(files); i++) {
        if (!read_row(v, json_array_get(files, i)))
            return false;
    }
    return true;
}

parry_code parry_inventory_read(parry_arena *a, const char *dir, parry_inventory *out, parry_err *err)
{
    parry_inventory v = {.arena = a};
    parry_str text;
    const char *path = parry_str_printf(a, "%s/" PARRY_INVENTORY_FILE, dir).p;
    parry_code code = parry_file_read(a, path, inventory_max, &text, err);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, PARRY_NOT_FOUND, "%s is no backup: it has no " PARRY_INVENTORY_FILE, dir);
    if (code == PARRY_OK && !parse(text, &v))
        code = parry_fail(err, PARRY_CORRUPT, "%s is damaged", path);
    if (code == PARRY_OK)
        *out = v;
    return code;
}
