/* Records of cases: heads packed in little-endian, everything that people wrote sealed. */
#include "desk/cases/case_json.h"
#include "desk/cases/cases_inner.h"

#include <stdlib.h>

enum { HEAD_VERSION = 2, HEAD_FIXED = 82, HEAD_1_FIXED = 69, COMMENT_FIXED = 9 };

static const char *const statuses[PARRY_CASE_STATUSES] = {"new", "inprogress", "done"};
static const char *const kinds[PARRY_COMMENT_KINDS] = {"customer", "agent", "internal", "system"};

const char *parry_case_status_name(parry_case_status s) { return s < PARRY_CASE_STATUSES ? statuses[s] : "unknown"; }
const char *parry_comment_kind_name(parry_comment_kind k) { return k < PARRY_COMMENT_KINDS ? kinds[k] : "unknown"; }

bool parry_case_status_parse(parry_str name, parry_case_status *out)
{
    for (unsigned i = 0; i < PARRY_CASE_STATUSES; i++) {
        if (parry_str_eqz(name, statuses[i])) {
            *out = (parry_case_status)i;
            return true;
        }
    }
    return false;
}

/* ---- keys -------------------------------------------------------------------------------------------------------- */

parry_str parry_case_id_key(parry_case_key *k, uint64_t id)
{
    parry_key_u64(id, k->b);
    return parry_str_make((const char *)k->b, 8);
}

parry_str parry_case_comment_key(parry_case_key *k, uint64_t id, uint64_t number)
{
    parry_key_u64(id, k->b);
    parry_key_u64(number, k->b + 8);
    return parry_str_make((const char *)k->b, 16);
}

/* ---- heads -------------------------------------------------------------------------------------------------------
 *
 *     0  version of this form   1  status   2  priority   3  queue   4..8  language
 *     8  version u32   12  ncomments u32   16  reopened u32
 *    20  created, updated, first reply, in progress, done: i64 each   60  seq u64
 *    68  channel   69  files u32   73  customer u64   81  length of the assignee, it
 *
 * Version 1 had the length at 68, and none of channel, files, customer. */

static void put_number(parry_buf *out, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        parry_buf_addc(out, (char)(n >> (8 * i)));
}

static uint64_t get_number(parry_str s, size_t at, unsigned bytes)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < bytes; i++)
        n |= (uint64_t)(unsigned char)s.p[at + i] << (8 * i);
    return n;
}

void parry_case_head_write(const parry_case_head *h, parry_buf *out)
{
    const int64_t times[] = {h->created_ms, h->updated_ms, h->first_reply_ms, h->inprogress_ms, h->done_ms};
    size_t n = strlen(h->assignee);
    parry_buf_addc(out, HEAD_VERSION);
    parry_buf_addc(out, (char)h->status);
    parry_buf_addc(out, (char)h->priority);
    parry_buf_addc(out, (char)h->queue);
    parry_buf_add(out, h->language, sizeof h->language);
    put_number(out, h->version, 4);
    put_number(out, h->ncomments, 4);
    put_number(out, h->reopened, 4);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        put_number(out, (uint64_t)times[i], 8);
    put_number(out, h->seq, 8);
    parry_buf_addc(out, (char)h->channel);
    put_number(out, h->nfiles, 4);
    put_number(out, h->customer, 8);
    parry_buf_addc(out, (char)n);
    parry_buf_add(out, h->assignee, n);
}

static parry_code unpack(parry_str s, parry_case_head *out, parry_err *err)
{
    bool before = s.n > 0 && s.p[0] == 1;
    size_t fixed = before ? HEAD_1_FIXED : HEAD_FIXED, n = s.n >= fixed ? (unsigned char)s.p[fixed - 1] : 0;
    if (s.n != fixed + n || n > PARRY_CASE_ASSIGNEE_MAX || (s.p[0] != HEAD_VERSION && !before))
        return parry_fail(err, PARRY_CORRUPT, "the head of a case is damaged, or of a later version");
    parry_case_head h = {.status = (uint8_t)s.p[1],
                         .priority = (uint8_t)s.p[2],
                         .queue = (uint8_t)s.p[3],
                         .version = (uint32_t)get_number(s, 8, 4),
                         .ncomments = (uint32_t)get_number(s, 12, 4),
                         .reopened = (uint32_t)get_number(s, 16, 4),
                         .created_ms = (int64_t)get_number(s, 20, 8),
                         .updated_ms = (int64_t)get_number(s, 28, 8),
                         .first_reply_ms = (int64_t)get_number(s, 36, 8),
                         .inprogress_ms = (int64_t)get_number(s, 44, 8),
                         .done_ms = (int64_t)get_number(s, 52, 8),
                         .seq = get_number(s, 60, 8),
                         .channel = before ? PARRY_CHANNEL_UNKNOWN : (uint8_t)s.p[68],
                         .nfiles = before ? 0 : (uint32_t)get_number(s, 69, 4),
                         .customer = before ? 0 : get_number(s, 73, 8)};
    if (h.status >= PARRY_CASE_STATUSES || h.priority >= PARRY_PRIORITIES || h.queue >= PARRY_QUEUES ||
        h.channel >= PARRY_CHANNELS || h.version == 0)
        return parry_fail(err, PARRY_CORRUPT, "the head of a case is damaged");
    memcpy(h.language, s.p + 4, sizeof h.language);
    memcpy(h.assignee, s.p + fixed, n);
    *out = h;
    return PARRY_OK;
}

/* One whose text does not open is of no customer, and is read nevertheless. */
static uint64_t customer_of(parry_cases *c, parry_txn *t, uint64_t id)
{
    parry_arena *a = parry_arena_new();
    parry_case k;
    bool there = parry_case_texts_load(c, t, id, a, &k, NULL) == PARRY_OK;
    uint64_t customer = there ? parry_case_customer(c, k.customer_email) : 0;
    parry_arena_free(a);
    return customer;
}

parry_code parry_case_head_read(parry_cases *c, parry_txn *t, uint64_t id, parry_str value, parry_case_head *out,
                                parry_err *err)
{
    parry_code code = unpack(value, out, err);
    if (code == PARRY_OK && out->customer == 0)
        out->customer = customer_of(c, t, id);
    return code;
}

parry_code parry_case_head_load(parry_cases *c, parry_txn *t, uint64_t id, parry_case_head *out, parry_err *err)
{
    parry_case_key k;
    parry_str value;
    parry_code code = parry_get(t, c->heads_table, parry_case_id_key(&k, id), &value, NULL);
    if (code != PARRY_OK)
        return parry_fail(err, code, "there is no case %llu", (unsigned long long)id);
    return parry_case_head_read(c, t, id, value, out, err);
}

parry_code parry_case_head_save(parry_cases *c, parry_txn *t, uint64_t id, const parry_case_head *h, parry_err *err)
{
    parry_case_key k;
    parry_buf b = PARRY_BUF(HEAD_FIXED + PARRY_CASE_ASSIGNEE_MAX);
    parry_case_head_write(h, &b);
    parry_code code = parry_put(t, c->heads_table, parry_case_id_key(&k, id), parry_buf_str(&b), err);
    parry_buf_free(&b);
    return code;
}

/* ---- what is sealed ---------------------------------------------------------------------------------------------- */

/* What a sealed text is bound to: its place, so that none can be put into another. */
static parry_str about(parry_arena *a, const char *what, uint64_t id, uint64_t number)
{
    return parry_str_printf(a, "%s/%llu/%llu", what, (unsigned long long)id, (unsigned long long)number);
}

/* JSON of `j`, sealed, after `before`. Steals j. */
static parry_code put_sealed(parry_cases *c, parry_txn *t, parry_table table, parry_str key, parry_str place,
                             parry_str before, json_t *j, parry_arena *a, parry_err *err)
{
    char *text = json_dumps(j, JSON_COMPACT);
    json_decref(j);
    if (text == NULL)
        return parry_fail(err, PARRY_INVALID, "what a case says is not UTF-8");
    parry_str sealed = parry_secret_seal(a, &c->seal, place, parry_str_of(text));
    free(text);
    char *bytes = parry_arena_alloc(a, before.n + sealed.n);
    memcpy(bytes, before.p ? before.p : "", before.n);
    memcpy(bytes + before.n, sealed.p, sealed.n);
    return parry_put(t, table, key, parry_str_make(bytes, before.n + sealed.n), err);
}

static parry_code open_sealed(parry_cases *c, parry_arena *a, parry_str place, parry_str sealed, json_t **out,
                              parry_err *err)
{
    parry_str text;
    parry_code code = parry_secret_open(a, &c->seal, place, sealed, &text, NULL);
    *out = code == PARRY_OK ? json_loadb(text.p, text.n, 0, NULL) : NULL;
    if (*out == NULL)
        return parry_fail(err, PARRY_CORRUPT, "%.*s does not open: it is damaged, or of another key", PARRY_FMT(place));
    return PARRY_OK;
}

static json_t *text(parry_str s) { return json_stringn(s.p ? s.p : "", s.n); }

static parry_str member(const json_t *j, const char *name, parry_arena *a)
{
    const json_t *v = json_object_get(j, name);
    return json_is_string(v) ? parry_str_copy(a, parry_str_make(json_string_value(v), json_string_length(v)))
                             : parry_str_of("");
}

parry_code parry_case_texts_save(parry_cases *c, parry_txn *t, uint64_t id, const parry_case *k, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_case_key key;
    json_t *j = json_pack("{s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*}", "name", text(k->customer_name), "email",
                          text(k->customer_email), "subject", text(k->subject), "description", text(k->description),
                          "external", text(k->external_id), "locale", text(k->locale), "audience", text(k->audience),
                          "first", text(k->first));
    parry_code code =
        put_sealed(c, t, c->texts, parry_case_id_key(&key, id), about(a, "case", id, 0), parry_str_of(""), j, a, err);
    parry_arena_free(a);
    return code;
}

parry_code parry_case_texts_load(parry_cases *c, parry_txn *t, uint64_t id, parry_arena *a, parry_case *out,
                                 parry_err *err)
{
    parry_case_key k;
    parry_str value;
    json_t *j = NULL;
    parry_code code = parry_get(t, c->texts, parry_case_id_key(&k, id), &value, NULL);
    if (code != PARRY_OK)
        return parry_fail(err, PARRY_CORRUPT, "case %llu has no text", (unsigned long long)id);
    code = open_sealed(c, a, about(a, "case", id, 0), value, &j, err);
    if (code != PARRY_OK)
        return code;
    out->customer_name = member(j, "name", a);
    out->customer_email = member(j, "email", a);
    out->subject = member(j, "subject", a);
    out->description = member(j, "description", a);
    out->external_id = member(j, "external", a);
    out->locale = member(j, "locale", a);
    out->audience = member(j, "audience", a);
    out->first = member(j, "first", a);
    json_decref(j);
    return PARRY_OK;
}

parry_code parry_case_comment_save(parry_cases *c, parry_txn *t, uint64_t id, const parry_case_comment *m,
                                   const parry_secret *once, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_case_key key;
    parry_buf before = PARRY_BUF(COMMENT_FIXED);
    parry_buf_addc(&before, (char)m->kind);
    put_number(&before, (uint64_t)m->created_ms, 8);
    parry_str key_text = once != NULL ? parry_base64_make(a, once->b, sizeof once->b) : parry_str_of("");
    json_t *j = json_pack("{s:o*, s:o*}", "author", text(m->author), "text", text(m->text));
    if (once != NULL)
        json_object_set_new(j, "once", text(key_text));
    if (m->reply_to > 0)
        json_object_set_new(j, "answers", json_integer((json_int_t)m->reply_to));
    if (m->nfiles > 0)
        json_object_set_new(j, "files", parry_case_files_json(m));
    parry_code code = put_sealed(c, t, c->comments, parry_case_comment_key(&key, id, m->id),
                                 about(a, "comment", id, m->id), parry_buf_str(&before), j, a, err);
    parry_buf_free(&before);
    parry_arena_free(a);
    return code;
}

parry_code parry_case_comment_read(parry_cases *c, uint64_t id, parry_str key, parry_str value, parry_arena *a,
                                   parry_case_comment *out, parry_err *err)
{
    json_t *j = NULL;
    uint64_t number = key.n == 16 ? parry_key_u64_read(parry_str_from(key, 8)) : 0;
    if (value.n < COMMENT_FIXED || (unsigned char)value.p[0] >= PARRY_COMMENT_KINDS)
        return parry_fail(err, PARRY_CORRUPT, "a comment of case %llu is damaged", (unsigned long long)id);
    parry_code code = open_sealed(c, a, about(a, "comment", id, number), parry_str_from(value, COMMENT_FIXED), &j, err);
    if (code != PARRY_OK)
        return code;
    *out = (parry_case_comment){.id = number,
                                .author = member(j, "author", a),
                                .kind = (parry_comment_kind)(unsigned char)value.p[0],
                                .text = member(j, "text", a),
                                .created_ms = (int64_t)get_number(value, 1, 8),
                                .reply_to = (uint64_t)json_integer_value(json_object_get(j, "answers"))};
    parry_case_files_read(json_object_get(j, "files"), a, out);
    json_decref(j);
    return PARRY_OK;
}

bool parry_case_comment_once(parry_cases *c, uint64_t id, parry_str key, parry_str value, parry_arena *a,
                             parry_secret *once)
{
    json_t *j = NULL;
    parry_str raw = {NULL, 0};
    uint64_t number = parry_key_u64_read(parry_str_from(key, 8));
    if (value.n < COMMENT_FIXED ||
        open_sealed(c, a, about(a, "comment", id, number), parry_str_from(value, COMMENT_FIXED), &j, NULL) != PARRY_OK)
        return false;
    bool there = parry_base64_read(a, member(j, "once", a), &raw) && raw.n == sizeof once->b;
    json_decref(j);
    if (there)
        memcpy(once->b, raw.p, raw.n);
    return there;
}

parry_code parry_case_packet_save(parry_cases *c, parry_txn *t, uint64_t id, const json_t *packet, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_case_key key;
    parry_code code = put_sealed(c, t, c->packets, parry_case_id_key(&key, id), about(a, "packet", id, 0),
                                 parry_str_of(""), json_deep_copy(packet), a, err);
    parry_arena_free(a);
    return code;
}

parry_code parry_cases_packet(parry_cases *c, uint64_t id, json_t **out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_txn *t = NULL;
    parry_case_key key;
    parry_str value;
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK && parry_get(t, c->packets, parry_case_id_key(&key, id), &value, NULL) != PARRY_OK)
        code = parry_fail(err, PARRY_NOT_FOUND, "case %llu came without a packet", (unsigned long long)id);
    if (code == PARRY_OK)
        code = open_sealed(c, a, about(a, "packet", id, 0), value, out, err);
    parry_txn_abort(t);
    parry_arena_free(a);
    return code;
}
