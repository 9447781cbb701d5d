/* A cursor is ["LIST", "part", ...]. */
#include "api/paging.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

static const int form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

json_t *parry_paging_next(const char *list, bool more, const parry_str *parts, size_t n)
{
    if (!more)
        return json_null();
    assert(n <= PARRY_PAGING_PARTS);
    json_t *j = json_array();
    json_array_append_new(j, json_string(list));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(j, json_stringn(parts[i].p ? parts[i].p : "", parts[i].n));
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    if (text == NULL)
        parry_oom();
    size_t bytes = strlen(text), room = sodium_base64_encoded_len(bytes, form);
    char *coded = parry_malloc(room);
    (void)sodium_bin2base64(coded, room, (const unsigned char *)text, bytes, form);
    j = json_string(coded);
    free(coded);
    free(text);
    return j;
}

static json_t *decoded(parry_arena *a, parry_str text)
{
    unsigned char *bytes = parry_arena_alloc(a, text.n + 1);
    const char *end;
    size_t n;
    if (text.n == 0 || text.n > PARRY_PAGING_TEXT_MAX ||
        sodium_base642bin(bytes, text.n, text.p, text.n, NULL, &n, &end, form) != 0 || end != text.p + text.n)
        return NULL;
    return json_loadb((const char *)bytes, n, 0, NULL);
}

static bool take_parts(parry_arena *a, const json_t *j, const char *list, parry_str *parts, size_t n)
{
    const char *name = json_string_value(json_array_get(j, 0));
    bool fine = name != NULL && strcmp(name, list) == 0 && json_array_size(j) == n + 1;
    for (size_t i = 0; i < n && fine; i++) {
        const json_t *part = json_array_get(j, i + 1);
        fine = json_is_string(part);
        if (fine)
            parts[i] = parry_str_copy(a, parry_str_make(json_string_value(part), json_string_length(part)));
    }
    return fine;
}

parry_code parry_paging_after(const parry_request *req, parry_arena *a, const char *list, parry_str *parts, size_t n,
                              bool *given, parry_err *err)
{
    parry_str text, offset, found[PARRY_PAGING_PARTS];
    assert(n <= PARRY_PAGING_PARTS);
    *given = parry_request_text(req, "cursor", &text);
    if (!*given)
        return PARRY_OK;
    if (parry_request_text(req, "offset", &offset))
        return parry_fail(err, PARRY_INVALID, "cursor and offset both say where to begin: one of them");
    json_t *j = decoded(a, text);
    bool fine = take_parts(a, j, list, found, n);
    json_decref(j);
    if (!fine)
        return parry_fail(err, PARRY_INVALID, "cursor: what a reply gave as \"next\", unchanged, and for this list");
    memcpy(parts, found, n * sizeof *parts);
    return PARRY_OK;
}
