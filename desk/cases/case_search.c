/* Search of cases: a thread that brings the index up to the feed of the store, and readers beside it.
 *
 * The index is derived. It says itself which seq of the feed it has, and has it with everything before in one commit;
 * so a kill at any moment costs what was not committed, which the feed still has. What is damaged, of another store or
 * ahead of it (a store restored from a copy) is removed and made again. */
#include "desk/cases/cases_inner.h"

#include "base/file.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum {
    BATCH_MS = 200,      /* of work before a commit ... */
    FAR_BEHIND = 2000,   /* ... but where this many writes wait, */
    FAR_BATCH_MS = 5000, /* which are found later anyway, fewer commits take less time together */
    PAUSE_MS = 100,      /* between commits, so that many writes share one */
    RETRY_MS = 1000,     /* after a failure */
    INDEX_FORM = 1,      /* goes up with what is written into the index */
    DOC_BYTES = 1 << 18, /* of a case: what comes after is not searched */
    COMMENTS_AT_ONCE = 100,
    SUBJECT_WEIGHT = 3,
    NAME_WEIGHT = 2,
};

typedef struct asker { /* what one search needs; kept for the next */
    parry_case_reader *reader;
    parry_case_words *words;
    unsigned epoch;
    struct asker *next;
} asker;

typedef struct parry_case_search {
    parry_cases *c;
    char *dir;
    parry_case_words *words; /* the thread's */
    parry_case_doc *doc;
    parry_case_writer *writer; /* NULL: to be opened again */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stop, started;
    atomic_bool rebuild;
    atomic_uint epoch; /* odd while the folder is removed and begun again: nothing is to be read there */
    _Atomic uint64_t seq;
    asker *idle;
} parry_case_search;

/* ---- one case as a document -------------------------------------------------------------------------------------- */

static void add_text(parry_case_search *s, parry_str text, parry_str language, unsigned weight, bool name, size_t *room)
{
    parry_str part = parry_utf8_cut(text, *room);
    parry_case_words_add(s->words, s->doc, part, language, weight, name);
    *room -= part.n;
}

static parry_code add_comments(parry_case_search *s, uint64_t id, parry_str language, parry_arena *a, size_t *room,
                               parry_err *err)
{
    uint64_t after = 0;
    size_t n = COMMENTS_AT_ONCE;
    while (n == COMMENTS_AT_ONCE && *room > 0) {
        parry_case_comment *list;
        parry_code code = parry_cases_comments_after(s->c, id, true, after, COMMENTS_AT_ONCE, a, &list, &n, err);
        if (code != PARRY_OK)
            return code;
        for (size_t i = 0; i < n; i++) {
            if (list[i].kind != PARRY_COMMENT_SYSTEM)
                add_text(s, list[i].text, language, 1, false, room);
            for (size_t f = 0; f < list[i].nfiles; f++)
                add_text(s, list[i].files[f].is.name, language, 1, true, room);
            after = list[i].id;
        }
    }
    return PARRY_OK;
}

static parry_code fill_doc(parry_case_search *s, uint64_t id, parry_arena *a, parry_err *err)
{
    parry_case k;
    size_t room = DOC_BYTES;
    parry_code code = parry_cases_get(s->c, id, a, &k, err);
    if (code != PARRY_OK)
        return code;
    parry_str number = parry_str_printf(a, "%llu", (unsigned long long)id);
    add_text(s, number, k.locale, NAME_WEIGHT, true, &room);
    add_text(s, k.customer_name, k.locale, NAME_WEIGHT, true, &room);
    add_text(s, k.customer_email, k.locale, NAME_WEIGHT, true, &room);
    add_text(s, k.subject, k.locale, SUBJECT_WEIGHT, false, &room);
    add_text(s, k.description, k.locale, 1, false, &room);
    return add_comments(s, id, k.locale, a, &room, err);
}

/* A case that cannot be read is found by what of it could be: it keeps no other one from being found. */
static parry_code put_case(parry_case_search *s, uint64_t id, parry_arena *a, parry_err *err)
{
    parry_err why = {0};
    parry_code code = fill_doc(s, id, a, &why);
    if (code == PARRY_NOT_FOUND) { /* erased, before it was read or while it was */
        parry_case_doc_clear(s->doc);
        return parry_case_writer_remove(s->writer, id, err);
    }
    if (code != PARRY_OK)
        parry_log_err("case_index", &why);
    return parry_case_writer_put(s->writer, id, s->doc, err);
}

/* ---- the thread -------------------------------------------------------------------------------------------------- */

enum { FEED_AT_ONCE = 64 };

typedef struct fed {
    uint64_t seq, id;
} fed;

static parry_code read_feed(parry_cases *c, uint64_t after, fed *out, size_t *n, parry_err *err)
{
    parry_txn *t = NULL;
    parry_cursor *cursor = NULL;
    parry_case_key from;
    parry_str key, value;
    *n = 0;
    parry_code code = parry_txn_read(c->env, &t, err);
    if (code == PARRY_OK)
        code = parry_cursor_open(t, c->feed, parry_case_id_key(&from, after + 1), &cursor, err);
    if (code == PARRY_OK) {
        while (*n < FEED_AT_ONCE && parry_cursor_next(cursor, &key, &value))
            out[(*n)++] = (fed){parry_key_u64_read(key), parry_key_u64_read(value)};
        code = parry_cursor_close(cursor, err);
    }
    parry_txn_abort(t);
    return code;
}

static bool stopping(parry_case_search *s)
{
    (void)pthread_mutex_lock(&s->mutex);
    bool stop = s->stop;
    (void)pthread_mutex_unlock(&s->mutex);
    return stop;
}

/* What the feed has, for BATCH_MS, and a commit. *more: there may be more. */
static parry_code catch_up(parry_case_search *s, bool *more, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    fed list[FEED_AT_ONCE];
    uint64_t seq = parry_case_writer_seq(s->writer);
    bool far = atomic_load(&s->c->seq) > seq + FAR_BEHIND;
    int64_t until_ns = parry_mono_ns() + (int64_t)(far ? FAR_BATCH_MS : BATCH_MS) * 1000000;
    size_t n = FEED_AT_ONCE;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == FEED_AT_ONCE && parry_mono_ns() < until_ns && !stopping(s)) {
        code = read_feed(s->c, seq, list, &n, err);
        for (size_t i = 0; i < n && code == PARRY_OK; i++) {
            code = put_case(s, list[i].id, a, err);
            parry_arena_reset(a);
            seq = list[i].seq;
        }
    }
    parry_arena_free(a);
    if (code == PARRY_OK && seq != parry_case_writer_seq(s->writer))
        code = parry_case_writer_commit(s->writer, seq, err);
    if (code == PARRY_OK)
        atomic_store(&s->seq, seq);
    *more = code == PARRY_OK && n == FEED_AT_ONCE;
    return code;
}

/* Says what it is made from; hex, since it is printed in no place and compared as text. */
static void stamp_of(const parry_cases *c, char out[PARRY_HASH_HEX + 1])
{
    char form[PARRY_CASE_STORE_ID + 1];
    parry_hash hash;
    memcpy(form, c->store_id, PARRY_CASE_STORE_ID);
    form[PARRY_CASE_STORE_ID] = INDEX_FORM;
    parry_secret mac = parry_secret_mac(&c->words, "stamp", parry_str_make(form, sizeof form));
    memcpy(hash.b, mac.b, sizeof hash.b);
    parry_hash_hex(hash, out);
}

static parry_code open_writer(parry_case_search *s, parry_err *err)
{
    char stamp[PARRY_HASH_HEX + 1];
    stamp_of(s->c, stamp);
    parry_code code = parry_dir_make(s->dir, err);
    if (code == PARRY_OK)
        code = parry_case_writer_open(s->dir, parry_str_of(stamp), &s->writer, err);
    if (code == PARRY_OK && parry_case_writer_seq(s->writer) > atomic_load(&s->c->seq))
        code = parry_fail(err, PARRY_CORRUPT, "the index of cases is ahead of their store");
    return code;
}

static void drop_writer(parry_case_search *s)
{
    parry_case_writer_close(s->writer);
    s->writer = NULL;
}

/* Opens it; what cannot be used is removed first. */
static parry_code open_or_begin(parry_case_search *s, parry_err *err)
{
    parry_err why = {0};
    parry_code code = atomic_exchange(&s->rebuild, false) ? PARRY_CORRUPT : open_writer(s, &why);
    if (code != PARRY_OK && code != PARRY_CONFLICT) {
        parry_log(PARRY_WARN, "case_index", "msg=\"made again\" why=%s", parry_logq(why.msg));
        drop_writer(s);
        atomic_store(&s->epoch, atomic_load(&s->epoch) | 1);
        code = parry_tree_remove(s->dir, err);
        if (code == PARRY_OK)
            code = open_writer(s, err);
    } else if (code != PARRY_OK && err != NULL) {
        *err = why;
    }
    if (code != PARRY_OK)
        return code;
    atomic_store(&s->seq, parry_case_writer_seq(s->writer));
    if (atomic_load(&s->epoch) & 1)
        atomic_fetch_add(&s->epoch, 1);
    return PARRY_OK;
}

static void wait_ms(parry_case_search *s, int64_t ms, bool for_work)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(ms / 1000);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    (void)pthread_mutex_lock(&s->mutex);
    int rc = 0;
    while (!s->stop && rc != ETIMEDOUT && !atomic_load(&s->rebuild) &&
           !(for_work && atomic_load(&s->c->seq) > atomic_load(&s->seq)))
        rc = pthread_cond_timedwait(&s->changed, &s->mutex, &until);
    (void)pthread_mutex_unlock(&s->mutex);
}

static void *run(void *arg)
{
    enum { LONG_MS = 60000 };
    parry_case_search *s = arg;
    while (!stopping(s)) {
        bool more = false;
        parry_err err = {0};
        parry_code code = PARRY_OK;
        if (atomic_load(&s->rebuild))
            drop_writer(s);
        if (s->writer == NULL)
            code = open_or_begin(s, &err);
        if (code == PARRY_OK)
            code = catch_up(s, &more, &err);
        if (code != PARRY_OK) {
            parry_log_err("case_index", &err);
            drop_writer(s);
            atomic_store(&s->rebuild, code == PARRY_CORRUPT);
            parry_sleep_ms(stopping(s) ? 0 : RETRY_MS);
        } else if (!more) {
            wait_ms(s, PAUSE_MS, false);
            wait_ms(s, LONG_MS, true);
        }
    }
    drop_writer(s);
    return NULL;
}

parry_code parry_case_search_open(parry_cases *c, const char *dir, parry_err *err)
{
    parry_case_search *s = parry_calloc(1, sizeof *s);
    pthread_condattr_t monotonic;
    size_t n = strlen(dir);
    s->c = c;
    s->dir = parry_malloc(n + 1);
    memcpy(s->dir, dir, n + 1);
    s->words = parry_case_words_new(&c->words);
    s->doc = parry_case_doc_new();
    (void)pthread_mutex_init(&s->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&s->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    parry_code code = open_or_begin(s, err);
    if (code == PARRY_OK && pthread_create(&s->thread, NULL, run, s) != 0)
        code = parry_fail(err, PARRY_UNAVAILABLE, "cannot start the thread of the index of cases");
    s->started = code == PARRY_OK;
    if (code == PARRY_OK)
        c->search = s;
    else
        parry_case_search_close(s);
    return code;
}

void parry_case_search_close(parry_case_search *s)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&s->mutex);
    s->stop = true;
    (void)pthread_cond_broadcast(&s->changed);
    (void)pthread_mutex_unlock(&s->mutex);
    if (s->started)
        (void)pthread_join(s->thread, NULL);
    drop_writer(s);
    for (asker *k = s->idle, *next; k != NULL; k = next) {
        next = k->next;
        parry_case_reader_close(k->reader);
        parry_case_words_free(k->words);
        free(k);
    }
    parry_case_doc_free(s->doc);
    parry_case_words_free(s->words);
    (void)pthread_cond_destroy(&s->changed);
    (void)pthread_mutex_destroy(&s->mutex);
    free(s->dir);
    free(s);
}

void parry_case_search_wake(parry_case_search *s)
{
    if (s == NULL)
        return;
    (void)pthread_mutex_lock(&s->mutex);
    (void)pthread_cond_signal(&s->changed);
    (void)pthread_mutex_unlock(&s->mutex);
}

uint64_t parry_case_search_seq(parry_case_search *s) { return atomic_load(&s->seq); }

/* ---- searching --------------------------------------------------------------------------------------------------- */

static asker *take_asker(parry_case_search *s)
{
    (void)pthread_mutex_lock(&s->mutex);
    asker *k = s->idle;
    if (k != NULL)
        s->idle = k->next;
    (void)pthread_mutex_unlock(&s->mutex);
    if (k == NULL) {
        k = parry_calloc(1, sizeof *k);
        k->words = parry_case_words_new(&s->c->words);
    }
    return k;
}

static void give_asker(parry_case_search *s, asker *k)
{
    (void)pthread_mutex_lock(&s->mutex);
    k->next = s->idle;
    s->idle = k;
    (void)pthread_mutex_unlock(&s->mutex);
}

/* A reader of the folder as it is now. */
static parry_code ready_asker(parry_case_search *s, asker *k, parry_err *err)
{
    unsigned epoch = atomic_load(&s->epoch);
    if (epoch & 1)
        return parry_fail(err, PARRY_UNAVAILABLE, "it is being made again");
    if (k->reader != NULL && k->epoch == epoch)
        return PARRY_OK;
    parry_case_reader_close(k->reader);
    k->reader = NULL;
    k->epoch = epoch;
    return parry_case_reader_open(s->dir, &k->reader, err);
}

static size_t languages_of(parry_cases *c, parry_arena *a, parry_str out[PARRY_CASE_LANGUAGES])
{
    (void)pthread_rwlock_rdlock(&c->heads.lock);
    size_t n = c->heads.nlanguages;
    for (size_t i = 0; i < n; i++)
        out[i] = parry_str_copy(
            a, parry_str_make(c->heads.languages[i], strnlen(c->heads.languages[i], PARRY_CASE_LANGUAGE)));
    (void)pthread_rwlock_unlock(&c->heads.lock);
    return n;
}

/* All of the words; where no case has them all, any. What is wrong with the index mends itself: UNAVAILABLE. */
static parry_code ask(parry_cases *c, parry_str text, parry_case_search_query *q, uint64_t *ids, size_t *n,
                      size_t *total, parry_err *err)
{
    parry_case_search *s = c->search;
    if (s == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "these cases are read without their index: nothing can be searched");
    parry_arena *a = parry_arena_new();
    parry_str languages[PARRY_CASE_LANGUAGES];
    parry_case_group *groups;
    size_t nlanguages = languages_of(c, a, languages);
    asker *k = take_asker(s);
    parry_err why = {0};
    parry_code code = ready_asker(s, k, &why);
    if (code == PARRY_OK) {
        parry_case_words_ask(k->words, a, text, languages, nlanguages, &groups, &q->ngroups);
        q->groups = groups;
        q->all = true;
        code = parry_case_reader_search(k->reader, q, ids, n, total, &why);
    }
    if (code == PARRY_OK && *total == 0 && q->ngroups > 1) {
        q->all = false;
        code = parry_case_reader_search(k->reader, q, ids, n, total, &why);
    }
    bool damaged = code != PARRY_OK && k->epoch == atomic_load(&s->epoch); /* else it was made again meanwhile */
    give_asker(s, k);
    parry_arena_free(a);
    if (damaged) {
        parry_log_err("case_search", &why);
        atomic_store(&s->rebuild, true);
        parry_case_search_wake(s);
    }
    return code == PARRY_OK
               ? PARRY_OK
               : parry_fail(err, PARRY_UNAVAILABLE, "the index of cases is being made again; try in a moment");
}

parry_code parry_case_search_rows(parry_cases *c, const parry_cases_wish *w, uint64_t *bits, size_t nbits,
                                  parry_cases_row *rows, size_t *n, size_t *total, parry_err *err)
{
    uint64_t ids[PARRY_CASES_LIST_MAX];
    parry_case_search_query q = {.wanted = bits, .nwanted = nbits, .offset = w->offset, .limit = w->limit};
    parry_code code = ask(c, w->text, &q, ids, n, total, err);
    for (size_t i = 0; i < *n && code == PARRY_OK; i++)
        rows[i] = (parry_cases_row){ids[i], 0};
    return code;
}

parry_code parry_case_search_narrow(parry_cases *c, const parry_cases_wish *w, uint64_t *bits, size_t nbits,
                                    parry_err *err)
{
    size_t n, total, words = nbits / 64 + 1;
    uint64_t *found = parry_calloc(words, sizeof *found);
    parry_case_search_query q = {.wanted = bits, .nwanted = nbits, .found = found};
    parry_code code = ask(c, w->text, &q, NULL, &n, &total, err);
    if (code == PARRY_OK)
        memcpy(bits, found, words * sizeof *bits);
    free(found);
    return code;
}
