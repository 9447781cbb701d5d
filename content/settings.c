/* Settings files: found, read, checked, kept. */
#include "content/settings.h"

#include "base/file.h"
#include "base/yaml.h"
#include "content/import_inner.h"
#include "content/source.h"
#include "content/warn.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

const char *const parry_setting_names[PARRY_SETTINGS] = {"synonyms", "rules", "boosts", "challenger"};

static const parry_str no_bytes = {NULL, 0};

bool parry_setting_path(parry_str path)
{
    if (parry_str_eqz(path, PARRY_SETTINGS_FOLDER))
        return true;
    return parry_str_starts(path, PARRY_SETTINGS_FOLDER "/") && parry_str_ends(path, ".yaml");
}

static parry_code parse_text(parry_arena *a, parry_str text, json_t **out, parry_err *err)
{
    json_t *value;
    parry_code code = parry_yaml_json(a, text, PARRY_SETTINGS_LINE, &value, err);
    if (code == PARRY_OK)
        *out = json_is_null(value) ? json_array() : value; /* nothing but comments: null is nobody's to release */
    return code;
}

parry_code parry_setting_parse(parry_arena *a, parry_str bytes, json_t **out, parry_err *err)
{
    parry_str text;
    if (bytes.n > PARRY_SETTING_MAX_BYTES)
        return parry_fail(err, PARRY_TOO_LARGE, "over %d bytes", PARRY_SETTING_MAX_BYTES);
    if (parry_str_trim(bytes).n == 0)
        return parse_text(a, no_bytes, out, err);
    parry_code code = parry_source_text(a, bytes, parry_str_of(PARRY_SETTINGS_FOLDER), NULL, &text, err);
    return code == PARRY_OK ? parse_text(a, text, out, err) : code;
}

static parry_code get_in(parry_store *s, parry_txn *t, parry_arena *a, const char *name, parry_str *bytes,
                         parry_err *err)
{
    parry_str value;
    parry_err why = {0};
    parry_code code = parry_get(t, s->settings, parry_str_of(name), &value, &why);
    if (code == PARRY_OK)
        *bytes = parry_str_copy(a, value);
    else if (code == PARRY_NOT_FOUND)
        *bytes = no_bytes;
    else if (err != NULL)
        *err = why;
    return code == PARRY_NOT_FOUND ? PARRY_OK : code;
}

parry_code parry_setting_get(parry_store *s, parry_arena *a, const char *name, parry_str *bytes, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = get_in(s, t, a, name, bytes, err);
    parry_txn_abort(t);
    return code;
}

/* ---- importing ----------------------------------------------------------------------------------------------------
 */

/* No links: they could lead out of the tree. NOT_FOUND where there is nothing. */
static parry_code look(const char *path, bool folder, parry_err *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOTDIR ? PARRY_NOT_FOUND : parry_fail_errno(err, "cannot be read");
    if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
        return parry_fail(err, PARRY_INVALID, "is not a %s", folder ? "folder" : "regular file");
    return PARRY_OK;
}

static parry_code read_file(const parry_run *r, parry_str path, parry_str *bytes, parry_err *err)
{
    const char *file = parry_tree_file(r->arena, &r->tree, path);
    parry_code code = look(parry_tree_file(r->arena, &r->tree, parry_str_of(PARRY_SETTINGS_FOLDER)), true, err);
    if (code == PARRY_OK)
        code = look(file, false, err);
    return code == PARRY_OK ? parry_file_read(r->arena, file, PARRY_SETTING_MAX_BYTES, bytes, err) : code;
}

static parry_code check(const parry_run *r, const char *name, parry_str bytes, parry_err *err)
{
    json_t *document = NULL;
    parry_code code = parry_setting_parse(r->arena, bytes, &document, err);
    if (code == PARRY_OK && r->options != NULL && r->options->check != NULL)
        code = r->options->check(name, document, err);
    json_decref(document);
    return code;
}

static parry_code keep(parry_run *r, const char *name, parry_str bytes, bool gone, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_write(r->store->env, &t, err);
    if (code == PARRY_OK && gone)
        code = parry_del(t, r->store->settings, parry_str_of(name), err);
    else if (code == PARRY_OK)
        code = parry_put(t, r->store->settings, parry_str_of(name), bytes, err);
    if (code == PARRY_OK)
        code = parry_log_put(r->store, t, parry_str_printf(r->arena, "@%s", name), err);
    if (code != PARRY_OK) {
        parry_txn_abort(t);
        return code;
    }
    r->report.settings++;
    return parry_txn_commit(t, err);
}

/* "line 12: ..." taken apart, as whoever refused a document says it; 0 where it says none. */
static int line_in(const char **msg)
{
    static const char start[] = "line ";
    char *end;
    if (strncmp(*msg, start, sizeof start - 1) != 0)
        return 0;
    long line = strtol(*msg + sizeof start - 1, &end, 10);
    if (strncmp(end, ": ", 2) != 0 || line <= 0 || line > INT_MAX)
        return 0;
    *msg = end + 2;
    return (int)line;
}

static parry_code import_one(parry_run *r, const char *name, parry_err *err)
{
    parry_str path = parry_str_printf(r->arena, PARRY_SETTINGS_FOLDER "/%s.yaml", name), bytes = no_bytes, before;
    parry_err why = {0};
    parry_code code = parry_setting_get(r->store, r->arena, name, &before, err);
    if (code != PARRY_OK)
        return code;
    parry_code read = read_file(r, path, &bytes, &why);
    bool gone = read == PARRY_NOT_FOUND;
    if (gone ? before.p == NULL : read == PARRY_OK && before.p != NULL && parry_str_eq(before, bytes))
        return PARRY_OK;
    if (read == PARRY_OK)
        read = check(r, name, bytes, &why);
    if (!gone && read != PARRY_OK) {
        const char *what = why.msg;
        int line = line_in(&what);
        parry_warn(&r->warnings, path, line, "refused: %s%s", what, before.p ? "; what was read before stays" : "");
        return PARRY_OK;
    }
    return keep(r, name, bytes, gone, err);
}

parry_code parry_settings_import(parry_run *r, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (int i = 0; i < PARRY_SETTINGS && code == PARRY_OK; i++)
        code = import_one(r, parry_setting_names[i], err);
    return code;
}
