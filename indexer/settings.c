/* The store's settings as side tables. */
#include "indexer/settings.h"

static parry_side kind_of(const char *name)
{
    parry_side kind = PARRY_SIDES;
    (void)parry_side_parse_name(name, &kind);
    return kind;
}

parry_code parry_settings_check(const char *name, const json_t *document, parry_err *err)
{
    return parry_side_check(kind_of(name), document, err);
}

static parry_code write_table(const char *index_dir, parry_arena *a, parry_side kind, parry_str bytes,
                              char name[PARRY_NAME_TEXT], parry_err *err)
{
    json_t *document = NULL;
    parry_code code = parry_setting_parse(a, bytes, &document, err);
    if (code == PARRY_OK)
        code = parry_side_write(index_dir, kind, document, name, err);
    json_decref(document);
    return code;
}

static parry_code set_table(parry_store *s, const char *index_dir, parry_arena *a, const char *setting,
                            parry_manifest *m, size_t *refused, parry_err *err)
{
    parry_str bytes;
    parry_err why = {0};
    parry_side kind = kind_of(setting);
    char name[PARRY_NAME_TEXT] = "";
    parry_code code = parry_setting_get(s, a, setting, &bytes, err);
    if (code != PARRY_OK)
        return code;
    if (bytes.p != NULL)
        code = write_table(index_dir, a, kind, bytes, name, &why);
    if (code == PARRY_OK) {
        memcpy(m->tables[kind], name, sizeof name);
        return PARRY_OK;
    }
    if (code == PARRY_INVALID || code == PARRY_TOO_LARGE) { /* of another version of this program */
        ++*refused;
        return PARRY_OK;
    }
    if (err != NULL)
        *err = why;
    return code;
}

parry_code parry_settings_tables(parry_store *s, const char *index_dir, parry_manifest *m, size_t *refused,
                                 parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_code code = PARRY_OK;
    for (int i = 0; i < PARRY_SETTINGS && code == PARRY_OK; i++)
        code = set_table(s, index_dir, a, parry_setting_names[i], m, refused, err);
    parry_arena_free(a);
    return code;
}
