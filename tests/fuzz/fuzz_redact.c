/* Any bytes as text: untouched where nothing was found, and valid UTF-8 stays so. */
#include "ledger/redact.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static parry_redactor *redactor;
    if (redactor == NULL)
        redactor = parry_redactor_new();
    parry_arena *a = parry_arena_new();
    parry_str text = parry_str_make((const char *)data, size);
    unsigned found = 0;
    parry_str out = parry_redact(redactor, a, text, &found);
    bool whole = size <= PARRY_REDACT_MAX_BYTES;
    if (found == 0 && whole && !parry_str_eq(out, text))
        abort();
    if (parry_utf8_valid(text, NULL) && !parry_utf8_valid(out, NULL))
        abort();
    parry_arena_free(a);
    return 0;
}
