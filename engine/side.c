/* Side tables on disk, and the parser of each kind. */
#include "engine/side.h"

#include "base/file.h"
#include "engine/boosts.h"
#include "engine/calibration.h"
#include "engine/challenger.h"
#include "engine/complete.h"
#include "engine/duplicates.h"
#include "engine/related.h"
#include "engine/rules.h"
#include "engine/segment_private.h"
#include "engine/synonyms.h"
#include "engine/weights.h"

#include <stdio.h>
#include <stdlib.h>

static const size_t table_max = (size_t)256 << 20;

typedef struct table_kind {
    const char *name;
    parry_code (*parse)(const json_t *document, parry_arena *a, const void **out, parry_err *err);
} table_kind;

static const table_kind kinds[PARRY_SIDES] = {
    [PARRY_SIDE_WEIGHTS] = {"weights", parry_weight_factors_parse},
    [PARRY_SIDE_CALIBRATION] = {"calibration", parry_calibration_parse},
    [PARRY_SIDE_RELATED] = {"related", parry_related_parse},
    [PARRY_SIDE_DUPLICATES] = {"duplicates", parry_duplicates_parse},
    [PARRY_SIDE_SYNONYMS] = {"synonyms", parry_synonyms_parse},
    [PARRY_SIDE_RULES] = {"rules", parry_rules_parse},
    [PARRY_SIDE_BOOSTS] = {"boosts", parry_boosts_parse},
    [PARRY_SIDE_USAGE] = {"usage", parry_usage_parse},
    [PARRY_SIDE_COMPLETIONS] = {"completions", parry_past_queries_parse},
    [PARRY_SIDE_CHALLENGER] = {"challenger", parry_challenger_parse},
};

const char *parry_side_name(parry_side kind) { return kinds[kind].name; }

bool parry_side_parse_name(const char *name, parry_side *out)
{
    for (int k = 0; k < PARRY_SIDES; k++) {
        if (strcmp(kinds[k].name, name) == 0) {
            *out = (parry_side)k;
            return true;
        }
    }
    return false;
}

bool parry_side_of_file(const char *file, parry_side *kind, char name[PARRY_NAME_TEXT])
{
    for (int k = 0; k < PARRY_SIDES; k++) {
        parry_str s = parry_str_of(file), head = parry_str_of(kinds[k].name);
        if (!parry_str_starts(s, kinds[k].name) || s.n != head.n + 1 + (PARRY_NAME_TEXT - 1) + 5 ||
            s.p[head.n] != '-' || !parry_str_ends(s, ".json") ||
            !parry_segment_name_valid(parry_str_make(s.p + head.n + 1, PARRY_NAME_TEXT - 1)))
            continue;
        *kind = (parry_side)k;
        memcpy(name, s.p + head.n + 1, PARRY_NAME_TEXT - 1);
        name[PARRY_NAME_TEXT - 1] = 0;
        return true;
    }
    return false;
}

static const char *path_of(parry_arena *a, const char *index_dir, parry_side kind, const char *name)
{
    return parry_str_printf(a, "%s/tables/%s-%s.json", index_dir, kinds[kind].name, name).p;
}

static void name_of(const char *text, size_t n, char name[PARRY_NAME_TEXT])
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(parry_hash_of(text, n), hex);
    memcpy(name, hex, PARRY_NAME_TEXT - 1);
    name[PARRY_NAME_TEXT - 1] = 0;
}

parry_code parry_side_parse(parry_side kind, const json_t *document, parry_arena *a, const void **out, parry_err *err)
{
    return kinds[kind].parse(document, a, out, err);
}

parry_code parry_side_check(parry_side kind, const json_t *document, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const void *parsed = NULL;
    parry_code code = kinds[kind].parse(document, a, &parsed, err);
    parry_arena_free(a);
    return code;
}

parry_code parry_side_write(const char *index_dir, parry_side kind, const json_t *document, char name[PARRY_NAME_TEXT],
                            parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_code code = parry_side_check(kind, document, err);
    if (code == PARRY_OK)
        code = parry_dir_make(parry_str_printf(a, "%s/tables", index_dir).p, err);
    if (code == PARRY_OK) {
        char *text = json_dumps(document, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
        if (text == NULL)
            parry_oom();
        name_of(text, strlen(text), name);
        const char *path = path_of(a, index_dir, kind, name);
        if (!parry_file_exists(path))
            code = parry_file_replace(path, parry_str_of(text), err);
        free(text);
    }
    parry_arena_free(a);
    return code;
}

parry_code parry_side_read(const char *index_dir, parry_side kind, const char *name, parry_arena *a, const void **out,
                           parry_err *err)
{
    parry_arena *scratch = parry_arena_new();
    parry_str text;
    char found[PARRY_NAME_TEXT] = "";
    const char *path = path_of(scratch, index_dir, kind, name);
    json_t *document = NULL;
    parry_code code = parry_file_read(scratch, path, table_max, &text, err);
    if (code == PARRY_OK) {
        name_of(text.p, text.n, found);
        document = strcmp(found, name) == 0 ? json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL) : NULL;
        code = document != NULL ? kinds[kind].parse(document, a, out, err) : PARRY_CORRUPT;
    }
    if (code != PARRY_OK && code != PARRY_IO && code != PARRY_NOT_FOUND)
        code = parry_fail(err, PARRY_CORRUPT, "%s is damaged: remove the index, it is rebuilt from the store", path);
    json_decref(document);
    parry_arena_free(scratch);
    return code;
}
