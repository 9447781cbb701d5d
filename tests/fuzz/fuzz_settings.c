/* Any bytes as a file of _search/: read, or refused with a message; never anything else. */
#include "indexer/settings.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parry_arena *a = parry_arena_new();
    json_t *document = NULL;
    parry_err err = {0};
    parry_code code = parry_setting_parse(a, parry_str_make((const char *)data, size), &document, &err);
    for (int i = 0; i < PARRY_SETTINGS && code == PARRY_OK; i++) {
        parry_code first = parry_settings_check(parry_setting_names[i], document, &err);
        if (first != PARRY_OK && (first != PARRY_INVALID || err.msg[0] == 0))
            abort();
    }
    if (code != PARRY_OK && code != PARRY_INVALID && code != PARRY_TOO_LARGE)
        abort();
    json_decref(document);
    parry_arena_free(a);
    return 0;
}
