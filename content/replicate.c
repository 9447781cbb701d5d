/* A store's articles told and taken in. Values go over as they are and are read once on arrival, so that nothing lands
 * in a store that its readers would stumble over. */
#include "content/replicate.h"

#include "content/source.h"
#include "content/store_inner.h"

#include <sodium.h>
#include <stdlib.h>

static parry_str from_json(const json_t *j)
{
    return json_is_string(j) ? parry_str_make(json_string_value(j), json_string_length(j)) : parry_str_make(NULL, 0);
}

static json_t *to_base64(parry_str bytes)
{
    size_t room = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = parry_malloc(room);
    sodium_bin2base64(text, room, (const unsigned char *)bytes.p, bytes.n, sodium_base64_VARIANT_ORIGINAL);
    json_t *j = json_stringn(text, room - 1);
    free(text);
    return j;
}

static bool from_base64(parry_arena *a, const json_t *j, parry_str *out)
{
    parry_str text = from_json(j);
    size_t n = 0;
    unsigned char *bytes = parry_arena_alloc(a, text.n + 1);
    if (text.p == NULL ||
        sodium_base642bin(bytes, text.n + 1, text.p, text.n, NULL, &n, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    *out = parry_str_make((const char *)bytes, n);
    return true;
}

/* The raw value; empty where nothing is stored. */
static parry_code value_of(parry_txn *t, parry_table table, parry_str key, parry_str *out, parry_err *err)
{
    parry_err why = {0};
    parry_code code = parry_get(t, table, key, out, &why);
    if (code == PARRY_NOT_FOUND) {
        *out = parry_str_make(NULL, 0);
        return PARRY_OK;
    }
    if (code != PARRY_OK && err != NULL)
        *err = why;
    return code;
}

/* ---- telling --------------------------------------------------------------------------------------------------------
 */

static parry_code tell_setting(parry_store *s, parry_txn *t, uint64_t seq, parry_str id, json_t **out, parry_err *err)
{
    parry_str value;
    parry_code code = value_of(t, s->settings, parry_str_from(id, 1), &value, err);
    if (code == PARRY_OK)
        *out = json_pack("{s:I, s:o, s:o}", "seq", (json_int_t)seq, "id", json_stringn(id.p, id.n), "setting",
                         value.p != NULL ? to_base64(value) : json_null());
    return code;
}

/* *out stays NULL where a later entry tells of the article. */
static parry_code tell_article(parry_store *s, parry_txn *t, uint64_t seq, parry_str id, json_t **out, parry_err *err)
{
    parry_str raw, source;
    parry_record r;
    char hex[PARRY_HASH_HEX + 1];
    parry_code code = parry_get(t, s->articles, id, &raw, err);
    if (code == PARRY_OK)
        code = parry_record_read(id, raw, &r, err);
    if (code != PARRY_OK || r.seq != seq)
        return code;
    code = parry_get(t, s->sources, parry_str_make((const char *)r.hash.b, PARRY_HASH_BYTES), &source, err);
    if (code != PARRY_OK)
        return code;
    parry_hash_hex(r.hash, hex);
    *out = json_pack("{s:I, s:o, s:o, s:s, s:o}", "seq", (json_int_t)seq, "id", json_stringn(id.p, id.n), "record",
                     to_base64(raw), "hash", hex, "source", to_base64(source));
    return code;
}

typedef struct telling {
    json_t *changes;
    uint64_t upto;
    size_t bytes;
    bool more;
} telling;

static parry_code tell_one(parry_store *s, parry_txn *t, telling *w, uint64_t seq, parry_str id, parry_err *err)
{
    json_t *change = NULL;
    parry_code code = parry_str_starts(id, "@") ? tell_setting(s, t, seq, id, &change, err)
                                                : tell_article(s, t, seq, id, &change, err);
    if (code != PARRY_OK)
        return code;
    w->upto = seq;
    if (change == NULL)
        return PARRY_OK;
    w->bytes += json_string_length(json_object_get(change, "source")) / 4 * 3 + 64;
    w->bytes += json_string_length(json_object_get(change, "setting")) / 4 * 3;
    json_array_append_new(w->changes, change);
    return PARRY_OK;
}

static parry_code tell(parry_store *s, parry_txn *t, uint64_t after, telling *w, parry_err *err)
{
    unsigned char from[8];
    parry_cursor *c = NULL;
    parry_str key, id;
    parry_key_u64(after < UINT64_MAX ? after + 1 : after, from);
    parry_code code = parry_cursor_open(t, s->log, parry_str_make((char *)from, sizeof from), &c, err);
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && parry_cursor_next(c, &key, &id)) {
        w->more = w->bytes >= PARRY_CHANGES_MAX_BYTES || json_array_size(w->changes) >= PARRY_CHANGES_MAX;
        if (w->more)
            break;
        code = tell_one(s, t, w, parry_key_u64_read(key), id, err);
    }
    parry_code closed = parry_cursor_close(c, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

parry_code parry_store_export(parry_store *s, uint64_t after, json_t **out, parry_err *err)
{
    parry_txn *t = NULL;
    telling w = {.changes = json_array(), .upto = after};
    parry_code code = parry_txn_read(s->env, &t, err);
    if (code == PARRY_OK)
        code = tell(s, t, after, &w, err);
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *out = json_pack("{s:I, s:I, s:b, s:o}", "after", (json_int_t)after, "upto", (json_int_t)w.upto, "more", w.more,
                         "changes", w.changes);
    else
        json_decref(w.changes);
    return code;
}

/* ---- taking in ------------------------------------------------------------------------------------------------------
 */

/* Drops key -> id, where it is still so. */
static parry_code drop_name(parry_txn *t, parry_table table, parry_str key, parry_str id, parry_err *err)
{
    parry_str owner;
    if (key.n == 0)
        return PARRY_OK;
    parry_code code = value_of(t, table, key, &owner, err);
    return code == PARRY_OK && parry_str_eq(owner, id) ? parry_del(t, table, key, err) : code;
}

static parry_code drop_names(parry_store *s, parry_txn *t, const parry_record *r, parry_err *err)
{
    char room[PARRY_PATH_KEY];
    parry_code code = drop_name(t, s->slugs, r->slug, r->id, err);
    return code == PARRY_OK ? drop_name(t, s->paths, parry_path_key(r->path, room), r->id, err) : code;
}

static parry_code give_names(parry_store *s, parry_txn *t, const parry_record *r, parry_err *err)
{
    char room[PARRY_PATH_KEY];
    parry_str owner = {NULL, 0}, path = parry_path_key(r->path, room);
    parry_code code = value_of(t, s->slugs, r->slug, &owner, err);
    if (code == PARRY_OK && (owner.p == NULL || !r->gone)) /* of what is gone others may have taken the name */
        code = parry_put(t, s->slugs, r->slug, r->id, err);
    if (code == PARRY_OK)
        code = value_of(t, s->paths, path, &owner, err);
    if (code == PARRY_OK && path.n > 0 && (owner.p == NULL || !r->gone))
        code = parry_put(t, s->paths, path, r->id, err);
    return code;
}

static parry_code forget_old(parry_store *s, parry_txn *t, parry_arena *a, parry_str id, parry_err *err)
{
    parry_str raw;
    parry_record old;
    parry_code code = value_of(t, s->articles, id, &raw, err);
    if (code != PARRY_OK || raw.p == NULL || parry_record_read(id, raw, &old, NULL) != PARRY_OK)
        return code;
    old = parry_record_copy(a, old);
    return drop_names(s, t, &old, err);
}

static bool read_version(parry_arena *a, const json_t *change, const parry_record *r, parry_str *source)
{
    parry_hash hash;
    return parry_hash_parse(from_json(json_object_get(change, "hash")), &hash) && parry_hash_eq(hash, r->hash) &&
           from_base64(a, json_object_get(change, "source"), source) && source->n > 0;
}

/* The bytes are those that the hash names. */
static bool is_version(parry_store *s, parry_txn *t, const parry_record *r)
{
    parry_source v;
    return parry_source_get(s, t, r->hash, &v, NULL) == PARRY_OK &&
           parry_hash_eq(parry_source_hash(v.bytes, v.path), r->hash);
}

static parry_code take_article(parry_store *s, parry_txn *t, parry_arena *a, uint64_t seq, parry_str id,
                               const json_t *change, parry_err *err)
{
    parry_str raw, source;
    parry_record r;
    if (!from_base64(a, json_object_get(change, "record"), &raw) || parry_record_read(id, raw, &r, NULL) != PARRY_OK ||
        r.seq != seq || r.slug.n == 0 || r.slug.n >= PARRY_PATH_KEY || !read_version(a, change, &r, &source))
        return parry_fail(err, PARRY_INVALID, "change %llu is none", (unsigned long long)seq);
    parry_code code = forget_old(s, t, a, id, err);
    if (code == PARRY_OK)
        code = parry_put(t, s->sources, parry_str_make((const char *)r.hash.b, PARRY_HASH_BYTES), source, err);
    if (code == PARRY_OK && !is_version(s, t, &r))
        code = parry_fail(err, PARRY_INVALID, "change %llu is not what its hash names", (unsigned long long)seq);
    if (code == PARRY_OK)
        code = parry_put(t, s->articles, id, raw, err);
    return code == PARRY_OK ? give_names(s, t, &r, err) : code;
}

static parry_code take_setting(parry_store *s, parry_txn *t, parry_arena *a, parry_str id, const json_t *change,
                               parry_err *err)
{
    parry_str value, name = parry_str_from(id, 1);
    const json_t *setting = json_object_get(change, "setting");
    if (json_is_null(setting))
        return parry_del(t, s->settings, name, err);
    if (!from_base64(a, setting, &value))
        return parry_fail(err, PARRY_INVALID, "the setting %.*s is none", PARRY_FMT(name));
    return parry_put(t, s->settings, name, value, err);
}

static parry_code take_one(parry_store *s, parry_txn *t, parry_arena *a, const json_t *change, parry_err *err)
{
    unsigned char key[8];
    parry_str id = from_json(json_object_get(change, "id"));
    json_int_t seq = json_integer_value(json_object_get(change, "seq"));
    if (seq <= 0 || id.n < 1 || id.n >= PARRY_PATH_KEY || parry_str_eqz(id, "@"))
        return parry_fail(err, PARRY_INVALID, "a change without seq or id");
    parry_code code = parry_str_starts(id, "@") ? take_setting(s, t, a, id, change, err)
                                                : take_article(s, t, a, (uint64_t)seq, id, change, err);
    parry_key_u64((uint64_t)seq, key);
    return code == PARRY_OK ? parry_put(t, s->log, parry_str_make((char *)key, sizeof key), id, err) : code;
}

static parry_code finish(parry_txn *t, parry_code code, parry_err *err)
{
    if (code == PARRY_OK)
        return parry_txn_commit(t, err);
    parry_txn_abort(t);
    return code;
}

parry_code parry_store_apply(parry_store *s, const json_t *page, uint64_t *upto, bool *more, parry_err *err)
{
    const json_t *changes = json_object_get(page, "changes"), *to = json_object_get(page, "upto");
    parry_txn *t = NULL;
    if (!json_is_array(changes) || !json_is_integer(to) || json_integer_value(to) < 0)
        return parry_fail(err, PARRY_INVALID, "this is no page of changes");
    parry_code code = parry_txn_write(s->env, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_arena *a = parry_arena_new();
    for (size_t i = 0; i < json_array_size(changes) && code == PARRY_OK; i++)
        code = take_one(s, t, a, json_array_get(changes, i), err);
    parry_arena_free(a);
    code = finish(t, code, err);
    if (code == PARRY_OK) {
        *upto = (uint64_t)json_integer_value(to);
        *more = json_is_true(json_object_get(page, "more"));
    }
    return code;
}

/* ---- another history ------------------------------------------------------------------------------------------------
 */

typedef struct pairs {
    parry_str *keys, *values;
    size_t n, cap, cap_values;
} pairs;

static parry_code read_all(parry_txn *t, parry_table table, parry_arena *a, pairs *out, parry_err *err)
{
    parry_cursor *c = NULL;
    parry_str key, value;
    parry_code code = parry_cursor_open(t, table, parry_str_make(NULL, 0), &c, err);
    if (code != PARRY_OK)
        return code;
    while (parry_cursor_next(c, &key, &value)) {
        out->keys = parry_arena_grow(a, out->keys, out->n, &out->cap, sizeof *out->keys);
        out->values = parry_arena_grow(a, out->values, out->n, &out->cap_values, sizeof *out->values);
        out->keys[out->n] = parry_str_copy(a, key);
        out->values[out->n++] = parry_str_copy(a, value);
    }
    return parry_cursor_close(c, err);
}

parry_code parry_store_apply_begin(parry_store *s, parry_err *err)
{
    parry_txn *t = NULL;
    pairs log = {0};
    parry_code code = parry_txn_write(s->env, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_arena *a = parry_arena_new();
    code = read_all(t, s->log, a, &log, err);
    for (size_t i = 0; i < log.n && code == PARRY_OK; i++)
        code = parry_del(t, s->log, log.keys[i], err);
    parry_arena_free(a);
    return finish(t, code, err);
}

/* An article that the log does not know at its number is of the history before. */
static parry_code drop_unknown(parry_store *s, parry_txn *t, parry_arena *a, parry_err *err)
{
    pairs articles = {0};
    parry_code code = read_all(t, s->articles, a, &articles, err);
    for (size_t i = 0; i < articles.n && code == PARRY_OK; i++) {
        unsigned char key[8];
        parry_record r;
        parry_str id = {NULL, 0};
        if (parry_record_read(articles.keys[i], articles.values[i], &r, NULL) == PARRY_OK) {
            parry_key_u64(r.seq, key);
            code = value_of(t, s->log, parry_str_make((char *)key, sizeof key), &id, err);
            if (code != PARRY_OK || parry_str_eq(id, r.id))
                continue;
            code = drop_names(s, t, &r, err);
        }
        if (code == PARRY_OK)
            code = parry_del(t, s->articles, articles.keys[i], err);
    }
    return code;
}

static bool is_logged(const pairs *log, parry_str setting)
{
    for (size_t i = 0; i < log->n; i++) {
        if (parry_str_starts(log->values[i], "@") && parry_str_eq(parry_str_from(log->values[i], 1), setting))
            return true;
    }
    return false;
}

static parry_code drop_settings(parry_store *s, parry_txn *t, parry_arena *a, parry_err *err)
{
    pairs log = {0}, settings = {0};
    parry_code code = read_all(t, s->log, a, &log, err);
    if (code == PARRY_OK)
        code = read_all(t, s->settings, a, &settings, err);
    for (size_t i = 0; i < settings.n && code == PARRY_OK; i++) {
        if (!is_logged(&log, settings.keys[i]))
            code = parry_del(t, s->settings, settings.keys[i], err);
    }
    return code;
}

parry_code parry_store_apply_end(parry_store *s, parry_err *err)
{
    parry_txn *t = NULL;
    parry_code code = parry_txn_write(s->env, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_arena *a = parry_arena_new();
    code = drop_unknown(s, t, a, err);
    if (code == PARRY_OK)
        code = drop_settings(s, t, a, err);
    parry_arena_free(a);
    return finish(t, code, err);
}
