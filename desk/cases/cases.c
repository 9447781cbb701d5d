/* The case store: reading, lists, opening. */
#include "desk/cases/cases_inner.h"

#include <stdlib.h>

/* ---- small things both need ---------------------------------------------------------------------------------------
 */

parry_code parry_case_number(parry_cases *c, parry_txn *t, const char *name, uint64_t *n, parry_err *err)
{
    parry_str value;
    parry_code code = parry_get(t, c->meta, parry_str_of(name), &value, NULL);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND)
        return parry_fail(err, code, "the cases cannot be read");
    *n = code == PARRY_OK ? parry_key_u64_read(value) : 0;
    return PARRY_OK;
}

parry_secret parry_case_key_of(const parry_cases *c, const char *kind, parry_str name)
{
    return parry_secret_mac(&c->names, kind, name);
}

uint64_t parry_case_customer(const parry_cases *c, parry_str email)
{
    uint64_t n = 0;
    parry_arena *a = parry_arena_new();
    char *lower = parry_str_z(a, parry_str_trim(email));
    for (char *p = lower; *p != 0; p++)
        *p = *p >= 'A' && *p <= 'Z' ? (char)(*p | 0x20) : *p;
    parry_secret key = parry_case_key_of(c, "customer", parry_str_of(lower));
    parry_arena_free(a);
    memcpy(&n, key.b, sizeof n);
    return n | 1;
}

parry_code parry_case_find_key(parry_cases *c, parry_txn *t, const parry_secret *key, uint64_t *n, parry_err *err)
{
    parry_str value;
    parry_code code = parry_get(t, c->keys, parry_str_make((const char *)key->b, sizeof key->b), &value, NULL);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND)
        return parry_fail(err, code, "the cases cannot be read");
    *n = code == PARRY_OK ? parry_key_u64_read(value) : 0;
    return PARRY_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void fill(uint64_t id, const parry_case_head *h, parry_arena *a, parry_case *out)
{
    out->id = id;
    out->priority = (parry_priority)h->priority;
    out->status = (parry_case_status)h->status;
    out->queue = (parry_queue)h->queue;
    out->channel = (parry_channel)h->channel;
    out->assignee = parry_str_copy(a, parry_str_of(h->assignee));
    out->created_ms = h->created_ms;
    out->updated_ms = h->updated_ms;
    out->first_reply_ms = h->first_reply_ms;
    out->inprogress_ms = h->inprogress_ms;
    out->done_ms = h->done_ms;
    out->reopened = h->reopened;
    out->version = h->version;
    out->ncomments = h->ncomments;
}

parry_code parry_cases_get(parry_cases *c, uint64_t id, parry_arena *a, parry_case *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_case_head h;
    parry_case k = {0};
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK)
        code = parry_case_head_load(c, t, id, &h, err);
    if (code == PARRY_OK)
        code = parry_case_texts_load(c, t, id, a, &k, err);
    parry_txn_abort(t);
    if (code != PARRY_OK)
        return code;
    fill(id, &h, a, &k);
    *out = k;
    return PARRY_OK;
}

parry_code parry_cases_by_external(parry_cases *c, parry_str external_id, uint64_t *id, parry_err *err)
{
    parry_txn *t = NULL;
    uint64_t n = 0;
    parry_secret key = parry_case_key_of(c, "external", external_id);
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK)
        code = parry_case_find_key(c, t, &key, &n, err);
    parry_txn_abort(t);
    if (code == PARRY_OK && n == 0)
        code = parry_fail(err, PARRY_NOT_FOUND, "there is no case of this external id");
    if (code == PARRY_OK)
        *id = n;
    return code;
}

static parry_code walk_comments(parry_cases *c, parry_txn *t, uint64_t id, bool internal, uint64_t after, size_t cap,
                                parry_arena *a, parry_case_comment *out, size_t *n, parry_err *err)
{
    parry_case_key from, mine;
    parry_cursor *cursor = NULL;
    parry_str key, value, own = parry_case_id_key(&mine, id);
    parry_code code = parry_cursor_open(t, c->comments, parry_case_comment_key(&from, id, after + 1), &cursor, err);
    if (code != PARRY_OK)
        return code;
    while (code == PARRY_OK && *n < cap && parry_cursor_next(cursor, &key, &value) && key.n == 16 &&
           memcmp(key.p, own.p, own.n) == 0) {
        code = parry_case_comment_read(c, id, key, value, a, &out[*n], err);
        *n += code == PARRY_OK && (internal || out[*n].kind != PARRY_COMMENT_INTERNAL);
    }
    parry_code closed = parry_cursor_close(cursor, code == PARRY_OK ? err : NULL);
    return code == PARRY_OK ? closed : code;
}

parry_code parry_cases_comments_after(parry_cases *c, uint64_t id, bool internal, uint64_t after, size_t cap,
                                      parry_arena *a, parry_case_comment **out, size_t *n, parry_err *err)
{
    parry_txn *t = NULL;
    parry_case_head h;
    parry_case_comment *list = NULL;
    size_t count = 0;
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK)
        code = parry_case_head_load(c, t, id, &h, err);
    if (code == PARRY_OK) {
        size_t most = h.ncomments > after ? (size_t)(h.ncomments - after) : 0;
        cap = cap < most ? cap : most;
        list = PARRY_ARRAY(a, parry_case_comment, cap + 1);
        code = walk_comments(c, t, id, internal, after, cap, a, list, &count, err);
    }
    parry_txn_abort(t);
    if (code != PARRY_OK)
        return code;
    *out = list;
    *n = count;
    return PARRY_OK;
}

parry_code parry_cases_comments(parry_cases *c, uint64_t id, bool internal, parry_arena *a, parry_case_comment **out,
                                size_t *n, parry_err *err)
{
    return parry_cases_comments_after(c, id, internal, 0, PARRY_CASE_COMMENTS_MAX, a, out, n, err);
}

parry_code parry_cases_list(parry_cases *c, const parry_cases_wish *w, parry_cases_row *rows, size_t *n, size_t *total,
                            parry_err *err)
{
    if (w->limit > PARRY_CASES_LIST_MAX || w->offset > PARRY_CASES_OFFSET_MAX ||
        parry_utf8_count(w->text) > PARRY_CASES_TEXT_MAX)
        return parry_fail(err, PARRY_INVALID, "at most %d cases at once, from at most %d on, and %d characters of text",
                          PARRY_CASES_LIST_MAX, PARRY_CASES_OFFSET_MAX, PARRY_CASES_TEXT_MAX);
    size_t nbits;
    bool text = parry_str_trim(w->text).n > 0;
    uint64_t customer = w->customer.n > 0 ? parry_case_customer(c, w->customer) : 0;
    uint64_t *bits = parry_case_heads_fit(&c->heads, w, customer, &nbits);
    parry_code code = PARRY_OK;
    if (text && w->order == PARRY_CASES_RELEVANCE) {
        code = parry_case_search_rows(c, w, bits, nbits, rows, n, total, err);
    } else {
        if (text)
            code = parry_case_search_narrow(c, w, bits, nbits, err);
        if (code == PARRY_OK)
            parry_case_heads_order(&c->heads, w, bits, nbits, rows, n, total);
    }
    free(bits);
    return code;
}

void parry_cases_count(parry_cases *c, parry_cases_counts *out)
{
    parry_cases_counts n = {.unindexed = 0};
    (void)pthread_rwlock_rdlock(&c->heads.lock);
    for (size_t i = 0; i < c->heads.n; i++) {
        if (parry_case_brief_there(&c->heads.all[i]))
            n.by_status[c->heads.all[i].status]++;
    }
    (void)pthread_rwlock_unlock(&c->heads.lock);
    uint64_t seq = atomic_load(&c->seq), done = c->search != NULL ? parry_case_search_seq(c->search) : seq;
    n.unindexed = seq > done ? seq - done : 0;
    *out = n;
}

/* ---- open -------------------------------------------------------------------------------------------------------- */

static parry_code open_tables(parry_cases *c, parry_err *err)
{
    const struct {
        const char *name;
        parry_table *table;
    } all[] = {{"case_heads", &c->heads_table}, {"case_texts", &c->texts}, {"case_packets", &c->packets},
               {"case_comments", &c->comments}, {"case_files", &c->files}, {"case_keys", &c->keys},
               {"case_feed", &c->feed},         {"case_meta", &c->meta},   {"case_erased", &c->erased}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        parry_code code = parry_env_table(c->env, all[i].name, all[i].table, err);
        if (code != PARRY_OK)
            return code;
    }
    return PARRY_OK;
}

/* The store's own name, made once, which its index carries. */
static parry_code write_store_id(void *ctx, parry_txn *t, parry_err *err)
{
    parry_cases *c = ctx;
    parry_str value;
    parry_code code = parry_get(t, c->meta, parry_str_of("store"), &value, NULL);
    if (code == PARRY_OK && value.n == sizeof c->store_id) {
        memcpy(c->store_id, value.p, sizeof c->store_id);
        return PARRY_OK;
    }
    parry_random_bytes(c->store_id, sizeof c->store_id);
    return parry_put(t, c->meta, parry_str_of("store"), parry_str_make((const char *)c->store_id, sizeof c->store_id),
                     err);
}

static parry_code load_heads(parry_cases *c, parry_err *err)
{
    parry_txn *t = NULL;
    parry_cursor *cursor = NULL;
    parry_str key, value;
    uint64_t seq = 0;
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK)
        code = parry_case_number(c, t, "seq", &seq, err);
    if (code == PARRY_OK)
        code = parry_cursor_open(t, c->heads_table, parry_str_of(""), &cursor, err);
    while (code == PARRY_OK && parry_cursor_next(cursor, &key, &value)) {
        parry_case_head h;
        uint64_t id = parry_key_u64_read(key);
        code = parry_case_head_read(c, t, id, value, &h, err);
        if (code == PARRY_OK)
            parry_case_heads_set(&c->heads, id, &h);
    }
    if (cursor != NULL) {
        parry_code closed = parry_cursor_close(cursor, code == PARRY_OK ? err : NULL);
        code = code == PARRY_OK ? closed : code;
    }
    parry_txn_abort(t);
    atomic_store(&c->seq, seq);
    return code;
}

parry_code parry_cases_open(parry_env *env, parry_group *group, const char *index_dir, const unsigned char key[32],
                            parry_clock clock, parry_cases **out, parry_err *err)
{
    parry_cases *c = parry_calloc(1, sizeof *c);
    parry_secret given;
    memcpy(given.b, key, sizeof given.b);
    c->env = env;
    c->group = group;
    c->clock = clock;
    c->seal = parry_secret_mac(&given, "cases: seal", parry_str_of(""));
    c->names = parry_secret_mac(&given, "cases: names", parry_str_of(""));
    c->words = parry_secret_mac(&given, "cases: words", parry_str_of(""));
    parry_case_heads_open(&c->heads);
    parry_code code = open_tables(c, err);
    if (code == PARRY_OK)
        code = parry_group_do(group, write_store_id, c, err);
    if (code == PARRY_OK)
        code = load_heads(c, err);
    if (code == PARRY_OK && index_dir != NULL)
        code = parry_case_search_open(c, index_dir, err);
    if (code == PARRY_OK)
        *out = c;
    else
        parry_cases_close(c);
    return code;
}

void parry_cases_close(parry_cases *c)
{
    if (c == NULL)
        return;
    parry_case_search_close(c->search);
    parry_case_heads_close(&c->heads);
    free(c);
}
