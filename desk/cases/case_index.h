/* The index of cases: the little of Xapian that it needs, as C. case_index.cc is the only C++ of desk/ and the only
 * file of it that includes <xapian.h>; nothing thrown crosses this line. Documents are numbered as cases are; a term is
 * PARRY_CASE_TERM bytes, a keyed hash, so that nothing here says a word.
 *
 * One writer, for one thread at a time; readers in any number, each for one thread at a time, beside it. */
#ifndef PARRY_DESK_CASE_INDEX_H
#define PARRY_DESK_CASE_INDEX_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_CASE_TERM = 6 /* two of a million words are alike by a chance of 1 in 500 */,
    PARRY_CASE_ALTERNATIVES = 24
};

typedef struct parry_case_term {
    unsigned char b[PARRY_CASE_TERM];
} parry_case_term;

/* ---- writing */
typedef struct parry_case_writer parry_case_writer;
typedef struct parry_case_doc parry_case_doc;

/* stamp: of what it is made from; CORRUPT where what is there has another one, or cannot be read: remove the folder,
 * and begin again. CONFLICT: another process writes it. */
PARRY_MUST parry_code parry_case_writer_open(const char *dir, parry_str stamp, parry_case_writer **out, parry_err *err);
/* What was not committed is put again by who goes by seq. NULL is fine. */
void parry_case_writer_close(parry_case_writer *w);
uint64_t parry_case_writer_seq(const parry_case_writer *w); /* that was committed last; 0: none */
/* Everything put, and seq, at once and durable. */
PARRY_MUST parry_code parry_case_writer_commit(parry_case_writer *w, uint64_t seq, parry_err *err);

parry_case_doc *parry_case_doc_new(void);
void parry_case_doc_free(parry_case_doc *d);
void parry_case_doc_clear(parry_case_doc *d); /* as new */
/* weight 0: it is found by the term, and not ranked by it. */
PARRY_MUST parry_code parry_case_doc_add(parry_case_doc *d, parry_case_term term, unsigned weight, parry_err *err);
/* In place of what the case had; empties the document. */
PARRY_MUST parry_code parry_case_writer_put(parry_case_writer *w, uint64_t id, parry_case_doc *d, parry_err *err);
PARRY_MUST parry_code parry_case_writer_remove(parry_case_writer *w, uint64_t id, parry_err *err); /* none is fine */

/* ---- reading */
typedef struct parry_case_reader parry_case_reader;

PARRY_MUST parry_code parry_case_reader_open(const char *dir, parry_case_reader **out, parry_err *err);
void parry_case_reader_close(parry_case_reader *r); /* NULL is fine */

typedef struct parry_case_group {
    parry_case_term terms[PARRY_CASE_ALTERNATIVES]; /* any of them */
    size_t n;
} parry_case_group;

typedef struct parry_case_search_query {
    const parry_case_group *groups;
    size_t ngroups;
    bool all;               /* of the groups; else any */
    const uint64_t *wanted; /* bits: of case i + 1 bit i */
    size_t nwanted;         /* bits */
    uint64_t *found;        /* not NULL: the bits of those that are found are set, and hits stays empty */
    size_t offset, limit;
} parry_case_search_query;

/* ids, best first by BM25, of equals the newest first, n of them; *total of them there are. Sees what was committed
 * last. Fails: CORRUPT. */
PARRY_MUST parry_code parry_case_reader_search(parry_case_reader *r, const parry_case_search_query *q, uint64_t *ids,
                                               size_t *n, size_t *total, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
