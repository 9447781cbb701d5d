/* Records and versions as bytes.
 *
 *   record   u8 format, u8 status, u8 gone, u64 seq, 32 bytes hash, then path, slug, audience, wanted id, wanted slug
 *   version  u8 format, then path, id, slug, then the file's bytes to the end
 *
 * A text is u16 length and bytes. Numbers are big-endian. */
#include "content/store_inner.h"

#include <stdint.h>

enum { FORMAT = 1, FIXED = 3 + 8 + PARRY_HASH_BYTES };

parry_str parry_path_key(parry_str path, char room[PARRY_PATH_KEY])
{
    enum { LONGEST = 480 };
    if (path.n <= LONGEST)
        return path;
    room[0] = '/'; /* no path begins so */
    parry_hash_hex(parry_hash_of(path.p, path.n), room + 1);
    return parry_str_make(room, 1 + PARRY_HASH_HEX);
}

static void put_text(parry_buf *b, parry_str s)
{
    parry_buf_addc(b, (char)(s.n >> 8));
    parry_buf_addc(b, (char)s.n);
    parry_buf_adds(b, s);
}

static bool take_text(parry_str *rest, parry_str *out)
{
    if (rest->n < 2)
        return false;
    size_t n = (size_t)((unsigned char)rest->p[0] << 8 | (unsigned char)rest->p[1]);
    if (rest->n - 2 < n)
        return false;
    *out = parry_str_make(rest->p + 2, n);
    *rest = parry_str_from(*rest, n + 2);
    return true;
}

parry_code parry_record_read(parry_str id, parry_str value, parry_record *out, parry_err *err)
{
    parry_record r = {.id = id};
    parry_str rest = parry_str_from(value, FIXED);
    bool fine = value.n > FIXED && value.p[0] == FORMAT && value.p[1] >= PARRY_DRAFT && value.p[1] <= PARRY_ARCHIVED &&
                take_text(&rest, &r.path) && take_text(&rest, &r.slug) && take_text(&rest, &r.audience) &&
                take_text(&rest, &r.wanted_id) && take_text(&rest, &r.wanted_slug);
    if (!fine)
        return parry_fail(err, PARRY_CORRUPT, "the record of article %.*s is damaged; import into a new store",
                          PARRY_FMT(id));
    r.status = (parry_status)value.p[1];
    r.gone = value.p[2] != 0;
    r.seq = parry_key_u64_read(parry_str_from(value, 3));
    memcpy(r.hash.b, value.p + 11, PARRY_HASH_BYTES);
    *out = r;
    return PARRY_OK;
}

parry_code parry_record_get(parry_store *s, parry_txn *t, parry_str id, parry_record *out, parry_err *err)
{
    parry_str value;
    if (id.n == 0 || id.n > PARRY_PATH_KEY - 1)
        return parry_fail(err, PARRY_NOT_FOUND, "no article has this id");
    parry_code code = parry_get(t, s->articles, id, &value, err);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, PARRY_NOT_FOUND, "article %.*s", PARRY_FMT(id));
    return code == PARRY_OK ? parry_record_read(id, value, out, err) : code;
}

parry_code parry_record_at_path(parry_store *s, parry_txn *t, parry_str path, parry_record *out, parry_err *err)
{
    char room[PARRY_PATH_KEY];
    parry_str id;
    if (path.n == 0)
        return parry_fail(err, PARRY_NOT_FOUND, "an empty path");
    parry_code code = parry_get(t, s->paths, parry_path_key(path, room), &id, err);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, PARRY_NOT_FOUND, "no article came from %.*s", PARRY_FMT(path));
    return code == PARRY_OK ? parry_record_get(s, t, id, out, err) : code;
}

static parry_code next_seq(parry_store *s, parry_txn *t, uint64_t *seq, parry_err *err)
{
    parry_str key, value;
    parry_err why = {0};
    parry_code code = parry_last(t, s->log, &key, &value, &why);
    if (code == PARRY_OK || code == PARRY_NOT_FOUND) {
        *seq = code == PARRY_OK ? parry_key_u64_read(key) + 1 : 1;
        return PARRY_OK;
    }
    if (err != NULL)
        *err = why;
    return code;
}

parry_code parry_log_put(parry_store *s, parry_txn *t, parry_str what, parry_err *err)
{
    unsigned char key[8];
    uint64_t seq;
    parry_code code = next_seq(s, t, &seq, err);
    if (code != PARRY_OK)
        return code;
    parry_key_u64(seq, key);
    return parry_put(t, s->log, parry_str_make((char *)key, sizeof key), what, err);
}

parry_code parry_record_put(parry_store *s, parry_txn *t, parry_record *r, parry_err *err)
{
    unsigned char key[8];
    parry_code code = next_seq(s, t, &r->seq, err);
    if (code != PARRY_OK)
        return code;
    parry_buf b = PARRY_BUF(1 << 20);
    parry_key_u64(r->seq, key);
    parry_buf_addc(&b, FORMAT);
    parry_buf_addc(&b, (char)r->status);
    parry_buf_addc(&b, r->gone);
    parry_buf_add(&b, key, sizeof key);
    parry_buf_add(&b, r->hash.b, PARRY_HASH_BYTES);
    put_text(&b, r->path);
    put_text(&b, r->slug);
    put_text(&b, r->audience);
    put_text(&b, r->wanted_id);
    put_text(&b, r->wanted_slug);
    code = parry_put(t, s->log, parry_str_make((char *)key, sizeof key), r->id, err);
    if (code == PARRY_OK)
        code = parry_put(t, s->articles, r->id, parry_buf_str(&b), err);
    parry_buf_free(&b);
    return code;
}

parry_record parry_record_copy(parry_arena *a, parry_record r)
{
    parry_str *texts[] = {&r.id, &r.path, &r.slug, &r.audience, &r.wanted_id, &r.wanted_slug, NULL};
    for (size_t i = 0; texts[i] != NULL; i++)
        *texts[i] = parry_str_copy(a, *texts[i]);
    return r;
}

static parry_str hash_key(const parry_hash *h) { return parry_str_make((const char *)h->b, PARRY_HASH_BYTES); }

parry_code parry_source_get(parry_store *s, parry_txn *t, parry_hash hash, parry_source *out, parry_err *err)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_str value;
    parry_code code = parry_get(t, s->sources, hash_key(&hash), &value, err);
    parry_hash_hex(hash, hex);
    if (code == PARRY_NOT_FOUND)
        return parry_fail(err, PARRY_NOT_FOUND, "no version has the hash %s", hex);
    if (code != PARRY_OK)
        return code;
    parry_source v;
    parry_str rest = parry_str_from(value, 1);
    if (value.n == 0 || value.p[0] != FORMAT || !take_text(&rest, &v.path) || !take_text(&rest, &v.id) ||
        !take_text(&rest, &v.slug))
        return parry_fail(err, PARRY_CORRUPT, "version %s is damaged; import into a new store", hex);
    v.bytes = rest;
    *out = v;
    return PARRY_OK;
}

parry_code parry_source_put(parry_store *s, parry_txn *t, parry_hash hash, const parry_source *v, parry_err *err)
{
    parry_source there;
    if (parry_source_get(s, t, hash, &there, NULL) == PARRY_OK && parry_str_eq(there.id, v->id) &&
        parry_str_eq(there.slug, v->slug))
        return PARRY_OK;
    parry_buf b = PARRY_BUF(2 * (size_t)PARRY_ARTICLE_MAX_BYTES);
    parry_buf_addc(&b, FORMAT);
    put_text(&b, v->path);
    put_text(&b, v->id);
    put_text(&b, v->slug);
    parry_buf_adds(&b, v->bytes);
    parry_code code = parry_put(t, s->sources, hash_key(&hash), parry_buf_str(&b), err);
    parry_buf_free(&b);
    return code;
}
