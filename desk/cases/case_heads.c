/* Heads in memory: a list is one pass over an array, and the best of what fits are kept in a heap of as many as are
 * asked for. */
#include "desk/cases/cases_inner.h"

#include <stdlib.h>

void parry_case_heads_open(parry_case_heads *h) { (void)pthread_rwlock_init(&h->lock, NULL); }

void parry_case_heads_close(parry_case_heads *h)
{
    (void)pthread_rwlock_destroy(&h->lock);
    free(h->all);
}

static uint64_t assignee_hash(parry_str who)
{
    uint64_t n = 0;
    if (who.n == 0)
        return 0;
    parry_hash hash = parry_hash_of(who.p, who.n);
    memcpy(&n, hash.b, sizeof n);
    return n | 1;
}

static void see_language(parry_case_heads *h, const char language[PARRY_CASE_LANGUAGE])
{
    bool known = language[0] == 0 || h->nlanguages == PARRY_CASE_LANGUAGES;
    for (size_t i = 0; i < h->nlanguages && !known; i++)
        known = memcmp(h->languages[i], language, PARRY_CASE_LANGUAGE) == 0;
    if (!known)
        memcpy(h->languages[h->nlanguages++], language, PARRY_CASE_LANGUAGE);
}

void parry_case_heads_set(parry_case_heads *h, uint64_t id, const parry_case_head *head)
{
    size_t at = (size_t)(id - 1);
    const parry_case_brief brief = {.created_ms = head->created_ms,
                                    .updated_ms = head->updated_ms,
                                    .assignee = assignee_hash(parry_str_of(head->assignee)),
                                    .customer = head->customer,
                                    .version = head->version,
                                    .status = head->status,
                                    .priority = head->priority,
                                    .queue = head->queue,
                                    .channel = head->channel};
    (void)pthread_rwlock_wrlock(&h->lock);
    if (at >= h->cap) {
        size_t cap = at + 1 > 2 * h->cap ? at + 1024 : 2 * h->cap;
        h->all = parry_realloc(h->all, cap * sizeof *h->all);
        memset(h->all + h->cap, 0, (cap - h->cap) * sizeof *h->all);
        h->cap = cap;
    }
    if (at >= h->n)
        h->n = at + 1;
    if (brief.version > h->all[at].version)
        h->all[at] = brief;
    see_language(h, head->language);
    (void)pthread_rwlock_unlock(&h->lock);
}

/* Stays so, whatever a write before it says later. */
void parry_case_heads_erase(parry_case_heads *h, uint64_t id)
{
    (void)pthread_rwlock_wrlock(&h->lock);
    if (id - 1 < h->n)
        h->all[id - 1] = (parry_case_brief){.version = PARRY_CASE_ERASED};
    (void)pthread_rwlock_unlock(&h->lock);
}

size_t parry_case_heads_done(parry_case_heads *h, int64_t before_ms, uint64_t *ids, size_t cap)
{
    size_t n = 0;
    (void)pthread_rwlock_rdlock(&h->lock);
    for (size_t i = 0; i < h->n && n < cap; i++) {
        const parry_case_brief *b = &h->all[i];
        if (parry_case_brief_there(b) && b->status == PARRY_CASE_DONE && b->updated_ms < before_ms)
            ids[n++] = i + 1;
    }
    (void)pthread_rwlock_unlock(&h->lock);
    return n;
}

/* ---- which fit --------------------------------------------------------------------------------------------------- */

typedef struct fitting {
    const parry_cases_wish *w;
    uint64_t assignee, customer;
    bool nobody;
} fitting;

static bool fits(const fitting *f, const parry_case_brief *b)
{
    const parry_cases_wish *w = f->w;
    return parry_case_brief_there(b) && (w->status < 0 || b->status == w->status) &&
           (w->priority < 0 || b->priority == w->priority) && (w->queue < 0 || b->queue == w->queue) &&
           (w->channel < 0 || b->channel == w->channel) && (f->customer == 0 || b->customer == f->customer) &&
           (!f->nobody || b->assignee == 0) && (f->assignee == 0 || b->assignee == f->assignee) &&
           (w->from_ms == 0 || b->created_ms >= w->from_ms) && (w->until_ms == 0 || b->created_ms < w->until_ms);
}

uint64_t *parry_case_heads_fit(parry_case_heads *h, const parry_cases_wish *w, uint64_t customer, size_t *n)
{
    bool nobody = parry_str_eqz(w->assignee, "-");
    const fitting f = {w, nobody ? 0 : assignee_hash(w->assignee), customer, nobody};
    (void)pthread_rwlock_rdlock(&h->lock);
    uint64_t *bits = parry_calloc(h->n / 64 + 1, sizeof *bits);
    for (size_t i = 0; i < h->n; i++)
        bits[i / 64] |= (uint64_t)fits(&f, &h->all[i]) << (i % 64);
    *n = h->n;
    (void)pthread_rwlock_unlock(&h->lock);
    return bits;
}

/* ---- in order ---------------------------------------------------------------------------------------------------- */

/* The smaller, the earlier it stands; of equals the newer number, but the older one where the oldest go first. */
static int64_t place_of(parry_cases_order order, const parry_case_brief *b)
{
    enum { TIME_BITS = 48 };
    switch (order) {
    case PARRY_CASES_OLDEST:
        return b->created_ms;
    case PARRY_CASES_UPDATED:
        return -b->updated_ms;
    case PARRY_CASES_PRIORITY:
        return ((int64_t)(PARRY_PRIORITIES - b->priority) << TIME_BITS) + b->created_ms;
    case PARRY_CASES_NEWEST:
    case PARRY_CASES_RELEVANCE:
        break;
    }
    return -b->created_ms;
}

static bool before(parry_cases_order order, const parry_cases_row *a, const parry_cases_row *b)
{
    bool rising = order == PARRY_CASES_OLDEST || order == PARRY_CASES_PRIORITY;
    if (a->place != b->place)
        return a->place < b->place;
    return rising ? a->id < b->id : a->id > b->id;
}

/* heap[0] is the last of those that are kept. */
static void sift_down(parry_cases_order order, parry_cases_row *heap, size_t n, size_t at)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && before(order, &heap[child], &heap[child + 1]))
            child++;
        if (!before(order, &heap[at], &heap[child]))
            return;
        parry_cases_row row = heap[at];
        heap[at] = heap[child];
        heap[child] = row;
    }
}

static void keep(parry_cases_order order, parry_cases_row *heap, size_t *n, size_t cap, parry_cases_row row)
{
    if (*n < cap) {
        heap[(*n)++] = row;
        for (size_t i = *n == cap ? cap / 2 : 0; i > 0; i--)
            sift_down(order, heap, cap, i - 1);
    } else if (cap > 0 && before(order, &row, &heap[0])) {
        heap[0] = row;
        sift_down(order, heap, cap, 0);
    }
}

/* The heap in order, its first one first. */
static void settle(parry_cases_order order, parry_cases_row *heap, size_t n)
{
    for (size_t i = n / 2; i > 0; i--)
        sift_down(order, heap, n, i - 1);
    for (size_t left = n; left > 1; left--) {
        parry_cases_row row = heap[0];
        heap[0] = heap[left - 1];
        heap[left - 1] = row;
        sift_down(order, heap, left - 1, 0);
    }
}

void parry_case_heads_order(parry_case_heads *h, const parry_cases_wish *w, const uint64_t *bits, size_t nbits,
                            parry_cases_row *rows, size_t *n, size_t *total)
{
    size_t cap = w->offset + w->limit, kept = 0, all = 0;
    parry_cases_row *heap = parry_calloc(cap + 1, sizeof *heap);
    (void)pthread_rwlock_rdlock(&h->lock);
    bool up = w->order == PARRY_CASES_OLDEST || w->order == PARRY_CASES_PRIORITY; /* the likely best ones first */
    for (size_t k = 0; k <= nbits / 64; k++) {
        size_t word = up ? k : nbits / 64 - k;
        for (uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) {
            size_t i = word * 64 + (size_t)__builtin_ctzll(rest);
            const parry_cases_row row = {i + 1, place_of(w->order, &h->all[i])};
            all++;
            if (w->after == NULL || before(w->order, w->after, &row))
                keep(w->order, heap, &kept, cap, row);
        }
    }
    (void)pthread_rwlock_unlock(&h->lock);
    settle(w->order, heap, kept);
    *n = kept > w->offset ? kept - w->offset : 0;
    memcpy(rows, heap + (*n > 0 ? w->offset : 0), *n * sizeof *rows);
    *total = all;
    free(heap);
}
