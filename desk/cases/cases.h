/* The case store: where tickets live where there is no other system, and what the desk works on. A case has a number, a
 * queue, a priority, a status, somebody it is assigned to, and comments, some of them internal. What people wrote is
 * sealed on disk; the heads that lists are made from (numbers, times, enumerations) are not, and are kept in memory
 * (about 100 bytes a case).
 *
 *     new -> inprogress -> done; done -> inprogress again, which a comment of the customer does by itself
 *
 * Full text finds cases by what they say, their customer and their number, a second after it was written at the
 * latest; docs/desk.md says what its index holds.
 *
 * Threads: any. Writes share commits (base/group.h) and return when they are durable. One process works in it; another
 * one may read beside it (index_dir NULL), and sees the lists as they were when it opened, and may erase, which the
 * first one sees with parry_cases_notice. */
#ifndef PARRY_DESK_CASES_H
#define PARRY_DESK_CASES_H

#include "base/clock.h"
#include "base/group.h"
#include "desk/ticket.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_CASES_TABLES = 9,
    PARRY_CASE_COMMENT_MAX = 16000, /* characters */
    PARRY_CASE_COMMENTS_MAX = 5000, /* of one case */
    PARRY_CASE_FILES_MAX = 100,     /* of one case; PARRY_TICKET_ATTACHMENTS of one comment */
    PARRY_CASE_AUTHOR_MAX = 200,    /* characters */
    PARRY_CASE_ASSIGNEE_MAX = 64,   /* bytes */
    PARRY_CASE_EXTERNAL_MAX = 512,  /* bytes */
    PARRY_CASES_LIST_MAX = 100,
    PARRY_CASES_OFFSET_MAX = 10000,
    PARRY_CASES_TEXT_MAX = 512, /* characters of what is searched for */
};

typedef enum parry_case_status {
    PARRY_CASE_NEW,
    PARRY_CASE_INPROGRESS,
    PARRY_CASE_DONE,
    PARRY_CASE_STATUSES
} parry_case_status;
const char *parry_case_status_name(parry_case_status s); /* "inprogress" */
bool parry_case_status_parse(parry_str name, parry_case_status *out);

typedef struct parry_case {
    uint64_t id; /* 1, 2, 3 ... */
    parry_str customer_name, customer_email, subject, description;
    parry_priority priority;
    parry_case_status status;
    parry_queue queue;
    parry_channel channel;
    parry_str assignee;    /* id of a person; empty: nobody */
    parry_str external_id; /* of the hand-off that it came from; empty: made here */
    parry_str locale, audience;
    int64_t created_ms, updated_ms;
    int64_t first_reply_ms;         /* of an agent, to the customer; 0: not yet */
    int64_t inprogress_ms, done_ms; /* when it last became so; 0: never, or it is not done any more */
    uint32_t reopened;              /* times */
    uint32_t version;               /* counts changes and comments from 1, for If-Match */
    uint32_t ncomments;             /* of every kind */
    parry_str first; /* hash of subject, description and address as they came, in hex; empty: they were not changed */
} parry_case;        /* strings in the arena it was read with */

typedef enum parry_comment_kind {
    PARRY_COMMENT_CUSTOMER,
    PARRY_COMMENT_AGENT,
    PARRY_COMMENT_INTERNAL, /* for agents alone */
    PARRY_COMMENT_SYSTEM,   /* what changed, and who changed it */
    PARRY_COMMENT_KINDS
} parry_comment_kind;
const char *parry_comment_kind_name(parry_comment_kind k); /* "internal" */

typedef struct parry_case_file {
    uint64_t id;         /* within its case, from 1 */
    parry_attachment is; /* its bytes: as it is written, and of parry_cases_file; else empty */
    uint64_t size;       /* bytes */
} parry_case_file;

typedef struct parry_case_comment {
    uint64_t id;      /* within its case, from 1 */
    parry_str author; /* customer's name, agent's name, or "System" */
    parry_comment_kind kind;
    parry_str text;
    int64_t created_ms;
    uint64_t reply_to; /* the comment that it answers; 0: none */
    parry_case_file *files;
    size_t nfiles;
} parry_case_comment;

typedef struct parry_cases parry_cases;

/* index_dir: of the full-text index, which is derived: it is made again where it is missing, damaged or of another
 * store, and brought up to date on a thread of its own; NULL: nothing is searched. key: 32 bytes, seals and hashes; a
 * store reads only with the key it was written with. Fails: CORRUPT (a damaged head), IO. */
PARRY_MUST parry_code parry_cases_open(parry_env *env, parry_group *group, const char *index_dir,
                                       const unsigned char key[32], parry_clock clock, parry_cases **out,
                                       parry_err *err);
void parry_cases_close(parry_cases *c); /* NULL is fine */

/* ---- writing: what changes goes into the case's history as a System comment ---- */

/* A ticket becomes a case; the same external id (t->id) again is the same case, whatever else the ticket says. What was
 * searched and said before becomes its first comment, internal. INVALID: no subject, too long, no address. */
PARRY_MUST parry_code parry_cases_create(parry_cases *c, const parry_ticket *t, uint64_t *id, parry_err *err);

typedef struct parry_case_change { /* what is NULL or -1 stays */
    int status, priority, queue;   /* enumerations */
    const parry_str *assignee;     /* empty: nobody */
    const char *by;                /* who does it, for the history */
    uint32_t version;              /* must be the case's; 0: any */
    const parry_str *subject, *description, *customer_name, *customer_email;
} parry_case_change;
/* What is so already changes nothing. NOT_FOUND; CONFLICT: another version; INVALID: no such value or way, or a text
 * that parry_cases_create would not take. */
PARRY_MUST parry_code parry_cases_change(parry_cases *c, uint64_t id, const parry_case_change *change, parry_err *err);
/* comment->id, created_ms, and id and size of its files are set. What they are was looked at by who brings them.
 * INVALID also where there is no comment to reply to; TOO_LARGE: so many, or such files. The first one of an agent is
 * the first reply; one of the customer reopens what is done. once (may be empty): the same again for the same case is
 * the same comment, which is then read into *comment, its strings in the arena. */
PARRY_MUST parry_code parry_cases_comment_once(parry_cases *c, uint64_t id, parry_str once, parry_arena *a,
                                               parry_case_comment *comment, parry_err *err);
PARRY_MUST parry_code parry_cases_comment(parry_cases *c, uint64_t id, parry_case_comment *comment, parry_err *err);

/* Was the case made from this ticket: subject, description and address, whatever became of them since? */
bool parry_case_came_from(const parry_case *k, const parry_ticket *t);

/* ---- erasing: what is gone comes back from a backup alone; its number is never given again ---- */

/* A case with its comments, packet and attachments, and everything that it was found by. NOT_FOUND. */
PARRY_MUST parry_code parry_cases_erase(parry_cases *c, uint64_t id, parry_err *err);
/* Those that are done and did not change since before_ms (0: none), about `most` of them; *n: how many, less than most:
 * there are no more. In transactions of 500 records or 10 ms. What a process that died left of others is erased, too.
 */
PARRY_MUST parry_code parry_cases_retain(parry_cases *c, int64_t before_ms, size_t most, size_t *n, parry_err *err);
/* Takes in what another process wrote. Cheap where nothing was: once a second is fine. */
PARRY_MUST parry_code parry_cases_notice(parry_cases *c, parry_err *err);

/* ---- reading ---- */

PARRY_MUST parry_code parry_cases_get(parry_cases *c, uint64_t id, parry_arena *a, parry_case *out, parry_err *err);
PARRY_MUST parry_code parry_cases_by_external(parry_cases *c, parry_str external_id, uint64_t *id, parry_err *err);
/* In order; internal: those too. after: only those with a greater id; at most cap of them. */
PARRY_MUST parry_code parry_cases_comments_after(parry_cases *c, uint64_t id, bool internal, uint64_t after, size_t cap,
                                                 parry_arena *a, parry_case_comment **out, size_t *n, parry_err *err);
PARRY_MUST parry_code parry_cases_comments(parry_cases *c, uint64_t id, bool internal, parry_arena *a,
                                           parry_case_comment **out, size_t *n, parry_err *err);
/* A file of a comment, with its bytes; internal: of those too. NOT_FOUND. */
PARRY_MUST parry_code parry_cases_file(parry_cases *c, uint64_t id, uint64_t file, bool internal, parry_arena *a,
                                       parry_case_file *out, parry_err *err);
/* The hand-off packet it was made from. A new reference. NOT_FOUND: no such case, or it has none. */
PARRY_MUST parry_code parry_cases_packet(parry_cases *c, uint64_t id, json_t **out, parry_err *err);

typedef enum parry_cases_order {
    PARRY_CASES_NEWEST, /* by when they were made */
    PARRY_CASES_OLDEST,
    PARRY_CASES_UPDATED,  /* newest change first */
    PARRY_CASES_PRIORITY, /* critical first, of one priority the oldest first */
    PARRY_CASES_RELEVANCE /* with text alone (BM25); newest where there is none */
} parry_cases_order;

typedef struct parry_cases_row {
    uint64_t id;
    int64_t place; /* in this order, for `after` */
} parry_cases_row;

typedef struct parry_cases_wish {
    int status, priority, queue, channel; /* -1: any */
    parry_str assignee;                   /* empty: anybody's; "-": nobody's */
    parry_str customer;                   /* whole address, in any case of its letters; empty: of anybody */
    parry_str text;                       /* all of its words, or where no case has all, any; empty: all cases */
    int64_t from_ms, until_ms;            /* created in [from, until); 0: open */
    parry_cases_order order;
    const parry_cases_row *after; /* only what comes after this row; NULL: all. Not by relevance */
    size_t offset, limit;         /* at most PARRY_CASES_OFFSET_MAX and _LIST_MAX */
} parry_cases_wish;
static inline parry_cases_wish parry_cases_any(void)
{
    parry_cases_wish w = {-1, -1, -1, -1, {0, 0}, {0, 0}, {0, 0}, 0, 0, PARRY_CASES_NEWEST, 0, 0, PARRY_CASES_LIST_MAX};
    return w;
}
/* Up to w->limit rows in order, n of them; *total: how many there are without after, offset and limit. Fails: INVALID
 * (over a limit), UNAVAILABLE (text, and there is no index). */
PARRY_MUST parry_code parry_cases_list(parry_cases *c, const parry_cases_wish *w, parry_cases_row *rows, size_t *n,
                                       size_t *total, parry_err *err);

/* How many there are by status, and how many writes the index does not have yet. */
typedef struct parry_cases_counts {
    uint64_t by_status[PARRY_CASE_STATUSES];
    uint64_t unindexed;
} parry_cases_counts;
void parry_cases_count(parry_cases *c, parry_cases_counts *out);

#ifdef __cplusplus
}
#endif
#endif
