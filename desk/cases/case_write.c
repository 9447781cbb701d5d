/* The case store: what is written, in one transaction each. */
#include "desk/cases/cases_inner.h"

enum { HISTORY_MAX = 2048 };

/* ---- limits ------------------------------------------------------------------------------------------------------ */

parry_code parry_case_check_text(const char *what, parry_str s, size_t most, bool line, parry_err *err)
{
    if (!parry_utf8_valid(s, NULL))
        return parry_fail(err, PARRY_INVALID, "%s: not UTF-8", what);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char b = (unsigned char)s.p[i];
        if (b == 0 || (b < ' ' && (line || (b != '\n' && b != '\r' && b != '\t'))))
            return parry_fail(err, PARRY_INVALID, "%s: holds a control character", what);
    }
    return parry_utf8_count(s) <= most ? PARRY_OK
                                       : parry_fail(err, PARRY_INVALID, "%s: over %zu characters", what, most);
}

static parry_code check_ticket(const parry_ticket *t, parry_err *err)
{
    parry_code code = parry_case_check_text("subject", t->subject, PARRY_TICKET_SUBJECT_MAX, true, err);
    if (code == PARRY_OK)
        code = parry_case_check_text("description", t->description, PARRY_TICKET_DESCRIPTION_MAX, false, err);
    if (code == PARRY_OK)
        code = parry_case_check_text("name", t->name, PARRY_TICKET_NAME_MAX, true, err);
    if (code == PARRY_OK)
        code = parry_case_check_text("e-mail", t->email, PARRY_TICKET_EMAIL_MAX, true, err);
    if (code == PARRY_OK && (t->subject.n == 0 || parry_str_find(t->email, parry_str_of("@")) >= t->email.n))
        code = parry_fail(err, PARRY_INVALID, "a case needs a subject and the e-mail of its customer");
    if (code == PARRY_OK && t->id.n > PARRY_CASE_EXTERNAL_MAX)
        code = parry_fail(err, PARRY_INVALID, "an external id has at most %d bytes", PARRY_CASE_EXTERNAL_MAX);
    if (code == PARRY_OK)
        code = parry_case_check_text("external id", t->id, PARRY_CASE_EXTERNAL_MAX, true, err);
    if (code == PARRY_OK && ((unsigned)t->queue >= PARRY_QUEUES || (unsigned)t->priority >= PARRY_PRIORITIES))
        code = parry_fail(err, PARRY_INVALID, "there is no such queue or priority");
    if (code == PARRY_OK && (unsigned)t->channel >= PARRY_CHANNELS)
        code = parry_fail(err, PARRY_INVALID, "there is no such channel");
    return code;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* One more than ever before. */
static parry_code next_number(parry_cases *c, parry_txn *t, const char *name, uint64_t *n, parry_err *err)
{
    parry_case_key k;
    parry_code code = parry_case_number(c, t, name, n, err);
    if (code != PARRY_OK)
        return code;
    ++*n;
    return parry_put(t, c->meta, parry_str_of(name), parry_case_id_key(&k, *n), err);
}

parry_code parry_case_feed(parry_cases *c, parry_txn *t, uint64_t id, parry_case_head *h, parry_err *err)
{
    parry_case_key k, v;
    parry_code code = PARRY_OK;
    if (h->seq > 0)
        code = parry_del(t, c->feed, parry_case_id_key(&k, h->seq), err);
    if (code == PARRY_OK)
        code = next_number(c, t, "seq", &h->seq, err);
    return code == PARRY_OK ? parry_put(t, c->feed, parry_case_id_key(&k, h->seq), parry_case_id_key(&v, id), err)
                            : code;
}

void parry_case_written(parry_cases *c, uint64_t seq)
{
    uint64_t was = atomic_load(&c->seq);
    while (seq > was && !atomic_compare_exchange_weak(&c->seq, &was, seq))
        ;
    if (seq > was)
        parry_case_search_wake(c->search);
}

/* What was written, once it is durable. */
static void take_in(parry_cases *c, uint64_t id, const parry_case_head *h)
{
    parry_case_heads_set(&c->heads, id, h);
    parry_case_written(c, h->seq);
}

static parry_str key_bytes(const parry_secret *k) { return parry_str_make((const char *)k->b, sizeof k->b); }

/* ---- making a case ----------------------------------------------------------------------------------------------- */

static parry_code add_comment(parry_cases *c, parry_txn *t, uint64_t id, parry_case_head *h, parry_case_comment *m,
                              const parry_secret *once, parry_err *err)
{
    if (h->ncomments >= PARRY_CASE_COMMENTS_MAX)
        return parry_fail(err, PARRY_TOO_LARGE, "a case has at most %d comments: make a new one",
                          PARRY_CASE_COMMENTS_MAX);
    m->id = ++h->ncomments;
    parry_code code = parry_case_files_add(c, t, id, h, m, err);
    return code == PARRY_OK ? parry_case_comment_save(c, t, id, m, once, err) : code;
}

typedef struct creating {
    parry_cases *c;
    const parry_ticket *ticket;
    int64_t now_ms;
    uint64_t id;
    parry_case_head head; /* version 0: it was there */
} creating;

/* What was searched and said before, so that nobody asks for it again. */
static parry_code add_journey(creating *w, parry_txn *t, parry_err *err)
{
    parry_buf text = PARRY_BUF(PARRY_CASE_COMMENT_MAX);
    parry_code code = PARRY_OK;
    if (w->ticket->packet != NULL)
        parry_ticket_journey_text(w->ticket, &text);
    parry_case_comment m = {.author = parry_str_of("System"),
                            .kind = PARRY_COMMENT_INTERNAL,
                            .text = parry_utf8_cut(parry_buf_str(&text), PARRY_CASE_COMMENT_MAX),
                            .created_ms = w->now_ms};
    if (m.text.n > 0)
        code = add_comment(w->c, t, w->id, &w->head, &m, NULL, err);
    parry_buf_free(&text);
    return code;
}

static void begin_head(creating *w)
{
    const parry_ticket *k = w->ticket;
    w->head = (parry_case_head){.created_ms = k->created_ms > 0 ? k->created_ms : w->now_ms,
                                .updated_ms = w->now_ms,
                                .version = 1,
                                .status = PARRY_CASE_NEW,
                                .priority = (uint8_t)k->priority,
                                .queue = (uint8_t)k->queue,
                                .channel = (uint8_t)k->channel,
                                .customer = parry_case_customer(w->c, k->email)};
    for (size_t i = 0; i < PARRY_CASE_LANGUAGE && i < k->locale.n && k->locale.p[i] != '-'; i++)
        w->head.language[i] = k->locale.p[i];
}

static parry_code write_new(creating *w, parry_txn *t, parry_err *err)
{
    parry_cases *c = w->c;
    const parry_ticket *from = w->ticket;
    const parry_case k = {.customer_name = from->name,
                          .customer_email = from->email,
                          .subject = from->subject,
                          .description = from->description,
                          .external_id = from->id,
                          .locale = from->locale,
                          .audience = from->audience};
    begin_head(w);
    parry_code code = next_number(c, t, "last", &w->id, err);
    if (code == PARRY_OK)
        code = parry_case_texts_save(c, t, w->id, &k, err);
    if (code == PARRY_OK && w->ticket->packet != NULL)
        code = parry_case_packet_save(c, t, w->id, w->ticket->packet, err);
    if (code == PARRY_OK)
        code = add_journey(w, t, err);
    if (code == PARRY_OK)
        code = parry_case_feed(c, t, w->id, &w->head, err);
    return code == PARRY_OK ? parry_case_head_save(c, t, w->id, &w->head, err) : code;
}

static parry_code write_create(void *ctx, parry_txn *t, parry_err *err)
{
    creating *w = ctx;
    parry_case_key k;
    parry_str name = w->ticket->id;
    parry_secret key = parry_case_key_of(w->c, "external", name);
    w->head.version = 0;
    w->id = 0;
    parry_code code = name.n > 0 ? parry_case_find_key(w->c, t, &key, &w->id, err) : PARRY_OK;
    if (code != PARRY_OK || w->id > 0)
        return code;
    code = write_new(w, t, err);
    if (code == PARRY_OK && name.n > 0)
        code = parry_put(t, w->c->keys, key_bytes(&key), parry_case_id_key(&k, w->id), err);
    return code;
}

parry_code parry_cases_create(parry_cases *c, const parry_ticket *t, uint64_t *id, parry_err *err)
{
    creating w = {.c = c, .ticket = t, .now_ms = parry_clock_now_ms(c->clock)};
    parry_code code = check_ticket(t, err);
    if (code == PARRY_OK)
        code = parry_group_do(c->group, write_create, &w, err);
    if (code != PARRY_OK)
        return code;
    if (w.head.version > 0)
        take_in(c, w.id, &w.head);
    *id = w.id;
    return PARRY_OK;
}

/* ---- changing it ------------------------------------------------------------------------------------------------- */

typedef struct changing {
    parry_cases *c;
    uint64_t id;
    const parry_case_change *change;
    int64_t now_ms;
    parry_case_head head;
    bool changed;
} changing;

static parry_code tell_text(changing *w, parry_txn *t, const char *text, parry_err *err)
{
    parry_case_comment m = {.author = parry_str_of("System"),
                            .kind = PARRY_COMMENT_SYSTEM,
                            .text = parry_utf8_cut(parry_str_of(text), HISTORY_MAX),
                            .created_ms = w->now_ms};
    w->changed = true;
    return add_comment(w->c, t, w->id, &w->head, &m, NULL, err);
}

static parry_code tell(changing *w, parry_txn *t, const char *what, const char *from, const char *to, const char *by,
                       parry_err *err)
{
    char text[HISTORY_MAX];
    (void)snprintf(text, sizeof text, "%s: %s -> %s, by %s", what, from, to, by);
    return tell_text(w, t, text, err);
}

static bool may_become(int from, int to)
{
    return (from == PARRY_CASE_NEW && to == PARRY_CASE_INPROGRESS) ||
           (from == PARRY_CASE_INPROGRESS && to == PARRY_CASE_DONE) ||
           (from == PARRY_CASE_DONE && to == PARRY_CASE_INPROGRESS);
}

static void set_status(parry_case_head *h, parry_case_status to, int64_t now_ms)
{
    h->reopened += h->status == PARRY_CASE_DONE;
    h->status = (uint8_t)to;
    h->done_ms = to == PARRY_CASE_DONE ? now_ms : 0;
    if (to == PARRY_CASE_INPROGRESS)
        h->inprogress_ms = now_ms;
}

static parry_code change_status(changing *w, parry_txn *t, parry_err *err)
{
    int to = w->change->status;
    const char *from = parry_case_status_name((parry_case_status)w->head.status);
    if (to < 0 || to == w->head.status)
        return PARRY_OK;
    if (!may_become(w->head.status, to))
        return parry_fail(err, PARRY_INVALID,
                          "status: a case that is %s does not become %s; the way is new, "
                          "inprogress, done, and back from done to inprogress",
                          from, parry_case_status_name((parry_case_status)to));
    set_status(&w->head, (parry_case_status)to, w->now_ms);
    return tell(w, t, "Status", from, parry_case_status_name((parry_case_status)to), w->change->by, err);
}

static parry_code change_priority(changing *w, parry_txn *t, parry_err *err)
{
    int to = w->change->priority;
    const char *from = parry_priority_name((parry_priority)w->head.priority);
    if (to < 0 || to == w->head.priority)
        return PARRY_OK;
    w->head.priority = (uint8_t)to;
    return tell(w, t, "Priority", from, parry_priority_name((parry_priority)to), w->change->by, err);
}

static parry_code change_queue(changing *w, parry_txn *t, parry_err *err)
{
    int to = w->change->queue;
    const char *from = parry_queue_name((parry_queue)w->head.queue);
    if (to < 0 || to == w->head.queue)
        return PARRY_OK;
    w->head.queue = (uint8_t)to;
    return tell(w, t, "Queue", from, parry_queue_name((parry_queue)to), w->change->by, err);
}

static parry_code change_assignee(changing *w, parry_txn *t, parry_err *err)
{
    const parry_str *to = w->change->assignee;
    char from[sizeof w->head.assignee];
    if (to == NULL || parry_str_eqz(*to, w->head.assignee))
        return PARRY_OK;
    memcpy(from, w->head.assignee, sizeof from);
    memset(w->head.assignee, 0, sizeof w->head.assignee);
    memcpy(w->head.assignee, to->p ? to->p : "", to->n);
    return tell(w, t, "Assignee", *from ? from : "nobody", to->n > 0 ? w->head.assignee : "nobody", w->change->by, err);
}

/* ---- its texts */

static parry_str hash_of_texts(parry_arena *a, parry_str subject, parry_str description, parry_str email)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_str all = parry_str_printf(a, "%zu %zu %.*s%.*s%.*s", subject.n, description.n, PARRY_FMT(subject),
                                     PARRY_FMT(description), PARRY_FMT(email));
    parry_hash_hex(parry_hash_of(all.p, all.n), hex);
    return parry_str_copy(a, parry_str_of(hex));
}

bool parry_case_came_from(const parry_case *k, const parry_ticket *t)
{
    parry_arena *a = parry_arena_new();
    parry_str now = k->first.n > 0 ? k->first : hash_of_texts(a, k->subject, k->description, k->customer_email);
    bool same = parry_str_eq(now, hash_of_texts(a, t->subject, t->description, t->email));
    parry_arena_free(a);
    return same;
}

static parry_code change_text(changing *w, parry_txn *t, const char *what, parry_str *is, const parry_str *to,
                              parry_arena *a, parry_err *err)
{
    parry_str was = *is;
    if (to == NULL || parry_str_eq(was, *to))
        return PARRY_OK;
    *is = *to;
    return tell(w, t, what, was.n > 0 ? parry_str_z(a, was) : "none", to->n > 0 ? parry_str_z(a, *to) : "none",
                w->change->by, err);
}

/* The history says that it changed, and not from what: it is long. */
static parry_code change_description(changing *w, parry_txn *t, parry_str *is, parry_err *err)
{
    char text[HISTORY_MAX];
    const parry_str *to = w->change->description;
    if (to == NULL || parry_str_eq(*is, *to))
        return PARRY_OK;
    *is = *to;
    (void)snprintf(text, sizeof text, "Description: changed, by %s", w->change->by);
    return tell_text(w, t, text, err);
}

static bool any_text(const parry_case_change *x)
{
    return x->subject != NULL || x->description != NULL || x->customer_name != NULL || x->customer_email != NULL;
}

/* The index reads it again. */
static parry_code change_texts(changing *w, parry_txn *t, parry_err *err)
{
    const parry_case_change *x = w->change;
    parry_case k = {.id = w->id};
    bool before = w->changed;
    if (!any_text(x))
        return PARRY_OK;
    parry_arena *a = parry_arena_new();
    parry_code code = parry_case_texts_load(w->c, t, w->id, a, &k, err);
    if (code == PARRY_OK && k.first.n == 0)
        k.first = hash_of_texts(a, k.subject, k.description, k.customer_email);
    w->changed = false;
    if (code == PARRY_OK)
        code = change_text(w, t, "Subject", &k.subject, x->subject, a, err);
    if (code == PARRY_OK)
        code = change_description(w, t, &k.description, err);
    if (code == PARRY_OK)
        code = change_text(w, t, "Customer", &k.customer_name, x->customer_name, a, err);
    if (code == PARRY_OK)
        code = change_text(w, t, "E-mail", &k.customer_email, x->customer_email, a, err);
    w->head.customer = code == PARRY_OK ? parry_case_customer(w->c, k.customer_email) : w->head.customer;
    if (code == PARRY_OK && w->changed)
        code = parry_case_texts_save(w->c, t, w->id, &k, err);
    if (code == PARRY_OK && w->changed)
        code = parry_case_feed(w->c, t, w->id, &w->head, err);
    w->changed = w->changed || before;
    parry_arena_free(a);
    return code;
}

static parry_code write_change(void *ctx, parry_txn *t, parry_err *err)
{
    changing *w = ctx;
    w->changed = false;
    parry_code code = parry_case_head_load(w->c, t, w->id, &w->head, err);
    if (code == PARRY_OK && w->change->version != 0 && w->change->version != w->head.version)
        code = parry_fail(err, PARRY_CONFLICT, "case %llu is at version %u by now", (unsigned long long)w->id,
                          w->head.version);
    if (code == PARRY_OK)
        code = change_status(w, t, err);
    if (code == PARRY_OK)
        code = change_priority(w, t, err);
    if (code == PARRY_OK)
        code = change_queue(w, t, err);
    if (code == PARRY_OK)
        code = change_assignee(w, t, err);
    if (code == PARRY_OK)
        code = change_texts(w, t, err);
    if (code != PARRY_OK || !w->changed)
        return code;
    w->head.version++;
    w->head.updated_ms = w->now_ms;
    return parry_case_head_save(w->c, t, w->id, &w->head, err);
}

static parry_code check_texts(const parry_case_change *x, parry_err *err)
{
    const parry_ticket t = {.subject = x->subject != NULL ? *x->subject : parry_str_of("as it is"),
                            .description = x->description != NULL ? *x->description : parry_str_of(""),
                            .name = x->customer_name != NULL ? *x->customer_name : parry_str_of(""),
                            .email = x->customer_email != NULL ? *x->customer_email : parry_str_of("@")};
    return any_text(x) ? check_ticket(&t, err) : PARRY_OK;
}

parry_code parry_cases_change(parry_cases *c, uint64_t id, const parry_case_change *change, parry_err *err)
{
    parry_case_change kept = *change;
    changing w = {.c = c, .id = id, .change = &kept, .now_ms = parry_clock_now_ms(c->clock)};
    parry_code code = PARRY_OK;
    kept.by = kept.by != NULL && *kept.by ? kept.by : "somebody";
    if (kept.status >= PARRY_CASE_STATUSES || kept.priority >= PARRY_PRIORITIES || kept.queue >= PARRY_QUEUES)
        code = parry_fail(err, PARRY_INVALID, "there is no such status, priority or queue");
    if (code == PARRY_OK && kept.assignee != NULL && kept.assignee->n > PARRY_CASE_ASSIGNEE_MAX)
        code = parry_fail(err, PARRY_INVALID, "assignee: over %d bytes", PARRY_CASE_ASSIGNEE_MAX);
    if (code == PARRY_OK && kept.assignee != NULL)
        code = parry_case_check_text("assignee", *kept.assignee, PARRY_CASE_ASSIGNEE_MAX, true, err);
    if (code == PARRY_OK)
        code = check_texts(&kept, err);
    if (code == PARRY_OK)
        code = parry_group_do(c->group, write_change, &w, err);
    if (code == PARRY_OK && w.changed)
        take_in(c, id, &w.head);
    return code;
}

/* ---- commenting on it -------------------------------------------------------------------------------------------- */

typedef struct commenting {
    changing in; /* its change is not used */
    parry_case_comment *comment;
    const parry_secret *once; /* NULL: none */
    uint64_t was;             /* the comment that was there */
} commenting;

static parry_code reopen(changing *w, parry_txn *t, parry_err *err)
{
    set_status(&w->head, PARRY_CASE_INPROGRESS, w->now_ms);
    return tell(w, t, "Status", "done", "inprogress", "the customer's comment", err);
}

static parry_code write_new_comment(commenting *m, parry_txn *t, parry_err *err)
{
    changing *w = &m->in;
    parry_case_head *h = &w->head;
    parry_case_comment *comment = m->comment;
    if (comment->reply_to > h->ncomments)
        return parry_fail(err, PARRY_INVALID, "case %llu has no comment %llu to reply to", (unsigned long long)w->id,
                          (unsigned long long)comment->reply_to);
    comment->created_ms = w->now_ms;
    parry_code code = add_comment(w->c, t, w->id, h, comment, m->once, err);
    if (code == PARRY_OK && comment->kind == PARRY_COMMENT_CUSTOMER && h->status == PARRY_CASE_DONE)
        code = reopen(w, t, err);
    if (comment->kind == PARRY_COMMENT_AGENT && h->first_reply_ms == 0)
        h->first_reply_ms = w->now_ms;
    h->version++;
    h->updated_ms = w->now_ms;
    if (code == PARRY_OK)
        code = parry_case_feed(w->c, t, w->id, h, err);
    return code == PARRY_OK ? parry_case_head_save(w->c, t, w->id, h, err) : code;
}

static parry_code write_comment(void *ctx, parry_txn *t, parry_err *err)
{
    commenting *m = ctx;
    parry_cases *c = m->in.c;
    parry_case_key k;
    m->was = 0;
    parry_code code = parry_case_head_load(c, t, m->in.id, &m->in.head, err);
    if (code == PARRY_OK && m->once != NULL)
        code = parry_case_find_key(c, t, m->once, &m->was, err);
    if (code != PARRY_OK || m->was > 0)
        return code;
    code = write_new_comment(m, t, err);
    if (code == PARRY_OK && m->once != NULL)
        code = parry_put(t, c->keys, key_bytes(m->once), parry_case_id_key(&k, m->comment->id), err);
    return code;
}

parry_code parry_cases_comment_once(parry_cases *c, uint64_t id, parry_str once, parry_arena *a,
                                    parry_case_comment *comment, parry_err *err)
{
    char kind[40];
    (void)snprintf(kind, sizeof kind, "comment %llu", (unsigned long long)id);
    parry_secret key = parry_case_key_of(c, kind, once);
    commenting m = {.in = {.c = c, .id = id, .now_ms = parry_clock_now_ms(c->clock)},
                    .comment = comment,
                    .once = once.n > 0 ? &key : NULL};
    parry_code code = parry_case_check_text("text", comment->text, PARRY_CASE_COMMENT_MAX, false, err);
    if (code == PARRY_OK)
        code = parry_case_check_text("author", comment->author, PARRY_CASE_AUTHOR_MAX, true, err);
    if (code == PARRY_OK && (comment->text.n == 0 || (unsigned)comment->kind >= PARRY_COMMENT_KINDS))
        code = parry_fail(err, PARRY_INVALID, "a comment needs a text");
    if (code == PARRY_OK)
        code = parry_case_files_check(comment, err);
    if (code == PARRY_OK)
        code = parry_group_do(c->group, write_comment, &m, err);
    if (code != PARRY_OK)
        return code;
    if (m.was == 0) {
        take_in(c, id, &m.in.head);
        return PARRY_OK;
    }
    parry_case_comment *list;
    size_t n = 0;
    code = parry_cases_comments_after(c, id, true, m.was - 1, 1, a, &list, &n, err);
    if (code == PARRY_OK && n == 1)
        *comment = list[0];
    return code;
}

parry_code parry_cases_comment(parry_cases *c, uint64_t id, parry_case_comment *comment, parry_err *err)
{
    return parry_cases_comment_once(c, id, parry_str_of(""), NULL, comment, err);
}
