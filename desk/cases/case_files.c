/* The case store: files that go along with comments. The comment says their names, types and sizes; the bytes stand in
 * a table of their own, each bound to its case and number. */
#include "desk/cases/cases_inner.h"

#include "base/json.h"

enum { NAME_MAX_CHARACTERS = 200, TYPE_MAX_CHARACTERS = 100, COMMENT_BYTES = 8 };

static parry_str place_of(parry_arena *a, uint64_t id, uint64_t file)
{
    return parry_str_printf(a, "file/%llu/%llu", (unsigned long long)id, (unsigned long long)file);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

parry_code parry_case_files_check(const parry_case_comment *m, parry_err *err)
{
    parry_code code = PARRY_OK;
    if (m->nfiles > PARRY_TICKET_ATTACHMENTS)
        return parry_fail(err, PARRY_TOO_LARGE, "attachments: at most %d", PARRY_TICKET_ATTACHMENTS);
    for (size_t i = 0; i < m->nfiles && code == PARRY_OK; i++) {
        const parry_attachment *f = &m->files[i].is;
        code = parry_case_check_text("attachments: name", f->name, NAME_MAX_CHARACTERS, true, err);
        if (code == PARRY_OK)
            code = parry_case_check_text("attachments: type", f->type, TYPE_MAX_CHARACTERS, true, err);
        if (code == PARRY_OK && (f->name.n == 0 || f->type.n == 0))
            code = parry_fail(err, PARRY_INVALID, "attachments: each has a name and a type");
        if (code == PARRY_OK && f->bytes.n > PARRY_TICKET_ATTACHMENT_MAX)
            code =
                parry_fail(err, PARRY_TOO_LARGE, "attachments: one is over %d MiB", PARRY_TICKET_ATTACHMENT_MAX >> 20);
    }
    return code;
}

static parry_code save(parry_cases *c, parry_txn *t, uint64_t id, uint64_t comment, const parry_case_file *f,
                       parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_case_key key;
    parry_str sealed = parry_secret_seal(a, &c->seal, place_of(a, id, f->id), f->is.bytes);
    char *value = parry_arena_alloc(a, COMMENT_BYTES + sealed.n);
    parry_key_u64(comment, (unsigned char *)value);
    memcpy(value + COMMENT_BYTES, sealed.p, sealed.n);
    parry_code code = parry_put(t, c->files, parry_case_comment_key(&key, id, f->id),
                                parry_str_make(value, COMMENT_BYTES + sealed.n), err);
    parry_arena_free(a);
    return code;
}

parry_code parry_case_files_add(parry_cases *c, parry_txn *t, uint64_t id, parry_case_head *h,
                                const parry_case_comment *m, parry_err *err)
{
    parry_code code = PARRY_OK;
    if (h->nfiles + m->nfiles > PARRY_CASE_FILES_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "a case has at most %d attachments: make a new one",
                          PARRY_CASE_FILES_MAX);
    for (size_t i = 0; i < m->nfiles && code == PARRY_OK; i++) {
        m->files[i].id = ++h->nfiles;
        m->files[i].size = m->files[i].is.bytes.n;
        code = save(c, t, id, m->id, &m->files[i], err);
    }
    return code;
}

/* ---- what a comment says of them --------------------------------------------------------------------------------- */

void parry_case_files_read(const json_t *list, parry_arena *a, parry_case_comment *out)
{
    const json_t *j;
    size_t i;
    if (json_array_size(list) == 0)
        return;
    out->files = PARRY_ARRAY(a, parry_case_file, json_array_size(list));
    json_array_foreach(list, i, j)
    {
        out->files[out->nfiles++] = (parry_case_file){.id = (uint64_t)json_integer_value(json_object_get(j, "id")),
                                                      .size = (uint64_t)json_integer_value(json_object_get(j, "size")),
                                                      .is = {.name = parry_str_copy(a, parry_json_at(j, "name")),
                                                             .type = parry_str_copy(a, parry_json_at(j, "type"))}};
    }
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static parry_code none(uint64_t id, uint64_t file, parry_err *err)
{
    return parry_fail(err, PARRY_NOT_FOUND, "case %llu has no attachment %llu", (unsigned long long)id,
                      (unsigned long long)file);
}

/* What its comment says of it. */
static parry_code find(parry_cases *c, parry_txn *t, uint64_t id, uint64_t comment, uint64_t file, bool internal,
                       parry_arena *a, parry_case_file *out, parry_err *err)
{
    parry_case_key k;
    parry_str value, key = parry_case_comment_key(&k, id, comment);
    parry_case_comment m;
    parry_code code = parry_get(t, c->comments, key, &value, NULL);
    if (code != PARRY_OK)
        return none(id, file, err);
    code = parry_case_comment_read(c, id, key, value, a, &m, err);
    if (code != PARRY_OK)
        return code;
    for (size_t i = 0; i < m.nfiles && (internal || m.kind != PARRY_COMMENT_INTERNAL); i++) {
        if (m.files[i].id == file) {
            *out = m.files[i];
            return PARRY_OK;
        }
    }
    return none(id, file, err);
}

static parry_code read_file(parry_cases *c, parry_txn *t, uint64_t id, uint64_t file, bool internal, parry_arena *a,
                            parry_case_file *out, parry_err *err)
{
    parry_case_key k;
    parry_str value;
    parry_code code = parry_get(t, c->files, parry_case_comment_key(&k, id, file), &value, NULL);
    if (code != PARRY_OK || value.n < COMMENT_BYTES)
        return none(id, file, err);
    code = find(c, t, id, parry_key_u64_read(value), file, internal, a, out, err);
    return code == PARRY_OK ? parry_secret_open(a, &c->seal, place_of(a, id, file),
                                                parry_str_from(value, COMMENT_BYTES), &out->is.bytes, err)
                            : code;
}

parry_code parry_cases_file(parry_cases *c, uint64_t id, uint64_t file, bool internal, parry_arena *a,
                            parry_case_file *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_case_head h;
    parry_case_file f;
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK)
        code = parry_case_head_load(c, t, id, &h, err); /* an erased one has none, though some may wait to be erased */
    if (code == PARRY_OK)
        code = read_file(c, t, id, file, internal, a, &f, err);
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *out = f;
    return code;
}
