/* What the files of the case store share. Private to desk/case*.c.
 *
 *   case_heads     id u64 -> head, packed (case_record.c)
 *   case_texts     id -> sealed JSON: customer, subject, description
 *   case_packets   id -> sealed JSON: the hand-off packet, where there is one
 *   case_comments  id, number u64 -> kind u8, created i64, sealed JSON: author, text, what it answers, its files
 *   case_files     id, number u64 -> the comment's number u64, sealed bytes
 *   case_keys      keyed hash of an external id -> id; of a comment's key -> its number
 *   case_feed      seq u64 -> id: what the index must read again; each case stands in it once, at its newest
 *   case_meta      "last" -> u64 id, "seq" -> u64, "store" -> 16 random bytes
 *   case_erased    id -> "": of an erased one there are comments or files yet
 *
 * Of an erased case its place in the feed stays. */
#ifndef PARRY_DESK_CASES_INNER_H
#define PARRY_DESK_CASES_INNER_H

#include "access/secret.h"
#include "desk/cases/case_index.h"
#include "desk/cases/cases.h"

#include <pthread.h>
#include <stdatomic.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PARRY_CASE_ERASED UINT32_MAX /* as a version: newer than any */

enum { PARRY_CASE_LANGUAGE = 4, PARRY_CASE_LANGUAGES = 8, PARRY_CASE_STORE_ID = 16 };

/* What of a case is not sealed. */
typedef struct parry_case_head {
    int64_t created_ms, updated_ms, first_reply_ms, inprogress_ms, done_ms;
    uint64_t seq;      /* its place in the feed */
    uint64_t customer; /* parry_case_customer of the address */
    uint32_t version;  /* 0: there is no such case */
    uint32_t ncomments, nfiles, reopened;
    uint8_t status, priority, queue, channel;
    char language[PARRY_CASE_LANGUAGE]; /* "en"; zeros: unknown */
    char assignee[PARRY_CASE_ASSIGNEE_MAX + 1];
} parry_case_head;

/* The same in memory, for lists. */
typedef struct parry_case_brief {
    int64_t created_ms, updated_ms;
    uint64_t assignee; /* hash; 0: nobody */
    uint64_t customer; /* keyed hash */
    uint32_t version;  /* 0: none; or PARRY_CASE_ERASED */
    uint8_t status, priority, queue, channel;
} parry_case_brief;

typedef struct parry_case_heads {
    pthread_rwlock_t lock;
    parry_case_brief *all; /* of case i + 1 */
    size_t n, cap;
    char languages[PARRY_CASE_LANGUAGES][PARRY_CASE_LANGUAGE]; /* seen */
    size_t nlanguages;
} parry_case_heads;

struct parry_search_thread;

struct parry_cases {
    parry_env *env;
    parry_group *group;
    parry_clock clock;
    parry_secret seal, names, words; /* keys derived from ours, one for each purpose */
    parry_table heads_table, texts, packets, comments, files, keys, feed, meta, erased;
    unsigned char store_id[PARRY_CASE_STORE_ID];
    _Atomic uint64_t seq; /* the newest of the feed */
    parry_case_heads heads;
    struct parry_case_search *search; /* NULL: none */
};

/* ---- case_record.c */
typedef struct parry_case_key {
    unsigned char b[16];
} parry_case_key;
parry_str parry_case_id_key(parry_case_key *k, uint64_t id);
parry_str parry_case_comment_key(parry_case_key *k, uint64_t id, uint64_t number);
void parry_case_head_write(const parry_case_head *h, parry_buf *out);
/* Of one of the form before, its text is opened for what it does not have. */
PARRY_MUST parry_code parry_case_head_read(parry_cases *c, parry_txn *t, uint64_t id, parry_str value,
                                           parry_case_head *out, parry_err *err);
PARRY_MUST parry_code parry_case_head_load(parry_cases *c, parry_txn *t, uint64_t id, parry_case_head *out,
                                           parry_err *err); /* NOT_FOUND */
PARRY_MUST parry_code parry_case_head_save(parry_cases *c, parry_txn *t, uint64_t id, const parry_case_head *h,
                                           parry_err *err);
PARRY_MUST parry_code parry_case_texts_save(parry_cases *c, parry_txn *t, uint64_t id, const parry_case *k,
                                            parry_err *err);
PARRY_MUST parry_code parry_case_texts_load(parry_cases *c, parry_txn *t, uint64_t id, parry_arena *a, parry_case *out,
                                            parry_err *err);
/* once: its key in case_keys, NULL for none; it goes with the comment. */
PARRY_MUST parry_code parry_case_comment_save(parry_cases *c, parry_txn *t, uint64_t id, const parry_case_comment *m,
                                              const parry_secret *once, parry_err *err);
/* false: it has none. */
bool parry_case_comment_once(parry_cases *c, uint64_t id, parry_str key, parry_str value, parry_arena *a,
                             parry_secret *once);
PARRY_MUST parry_code parry_case_comment_read(parry_cases *c, uint64_t id, parry_str key, parry_str value,
                                              parry_arena *a, parry_case_comment *out, parry_err *err);
PARRY_MUST parry_code parry_case_packet_save(parry_cases *c, parry_txn *t, uint64_t id, const json_t *packet,
                                             parry_err *err);

/* ---- case_files.c */
PARRY_MUST parry_code parry_case_files_check(const parry_case_comment *m, parry_err *err);
/* Numbers them and puts them beside their comment, which has its number. TOO_LARGE. */
PARRY_MUST parry_code parry_case_files_add(parry_cases *c, parry_txn *t, uint64_t id, parry_case_head *h,
                                           const parry_case_comment *m, parry_err *err);
void parry_case_files_read(const json_t *list, parry_arena *a, parry_case_comment *out);

/* ---- cases.c */
/* Of case_meta; 0 where it is not there. */
PARRY_MUST parry_code parry_case_number(parry_cases *c, parry_txn *t, const char *name, uint64_t *n, parry_err *err);
/* A name that others chose (it may be anything, a mail's address too) as a key of case_keys. */
parry_secret parry_case_key_of(const parry_cases *c, const char *kind, parry_str name);
/* An address, by which its cases are found; never 0. */
uint64_t parry_case_customer(const parry_cases *c, parry_str email);
/* What it stands for; 0: nothing. */
PARRY_MUST parry_code parry_case_find_key(parry_cases *c, parry_txn *t, const parry_secret *key, uint64_t *n,
                                          parry_err *err);

/* ---- case_write.c */
/* UTF-8 of at most so many characters, without those that control. line: also without breaks. INVALID names `what`. */
PARRY_MUST parry_code parry_case_check_text(const char *what, parry_str s, size_t most, bool line, parry_err *err);
/* The case to the end of the feed: its text is another one. */
PARRY_MUST parry_code parry_case_feed(parry_cases *c, parry_txn *t, uint64_t id, parry_case_head *h, parry_err *err);
void parry_case_written(parry_cases *c, uint64_t seq); /* and is durable: the index may read it */

/* ---- case_heads.c */
void parry_case_heads_open(parry_case_heads *h);
void parry_case_heads_close(parry_case_heads *h);
/* Takes a head in, unless a newer version of it is there. */
void parry_case_heads_set(parry_case_heads *h, uint64_t id, const parry_case_head *head);
void parry_case_heads_erase(parry_case_heads *h, uint64_t id);
/* The first ids, up to cap, of those that are done and did not change since; how many. */
size_t parry_case_heads_done(parry_case_heads *h, int64_t before_ms, uint64_t *ids, size_t cap);
/* Is there such a case? */
static inline bool parry_case_brief_there(const parry_case_brief *b)
{
    return b->version > 0 && b->version != PARRY_CASE_ERASED;
}
/* Which cases fit the wish, its text aside, and are of this customer (0: any): a bit each, of case i + 1 bit i; n bits.
 * The caller's, malloc. */
uint64_t *parry_case_heads_fit(parry_case_heads *h, const parry_cases_wish *w, uint64_t customer, size_t *n);
/* Of those with a bit the first `limit` rows in order after w->after and w->offset. */
void parry_case_heads_order(parry_case_heads *h, const parry_cases_wish *w, const uint64_t *bits, size_t nbits,
                            parry_cases_row *rows, size_t *n, size_t *total);

/* ---- case_search.c */
PARRY_MUST parry_code parry_case_search_open(parry_cases *c, const char *dir, parry_err *err);
void parry_case_search_close(struct parry_case_search *s); /* NULL is fine */
void parry_case_search_wake(struct parry_case_search *s);  /* the feed has more; NULL is fine */
uint64_t parry_case_search_seq(struct parry_case_search *s);
/* With w->text: narrows bits to what it finds, or with RELEVANCE gives the rows. */
PARRY_MUST parry_code parry_case_search_rows(parry_cases *c, const parry_cases_wish *w, uint64_t *bits, size_t nbits,
                                             parry_cases_row *rows, size_t *n, size_t *total, parry_err *err);
PARRY_MUST parry_code parry_case_search_narrow(parry_cases *c, const parry_cases_wish *w, uint64_t *bits, size_t nbits,
                                               parry_err *err);

/* ---- case_words.c: texts as terms of the index, hashed */
typedef struct parry_case_words parry_case_words; /* for one thread at a time */
parry_case_words *parry_case_words_new(const parry_secret *key);
void parry_case_words_free(parry_case_words *w); /* NULL is fine */
/* Adds what the case is found by to the document. */
void parry_case_words_add(parry_case_words *w, parry_case_doc *doc, parry_str text, parry_str language, unsigned weight,
                          bool name);
/* What is searched for, as groups of terms any of which will do; in the arena. */
void parry_case_words_ask(parry_case_words *w, parry_arena *a, parry_str text, const parry_str *languages,
                          size_t nlanguages, parry_case_group **groups, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
