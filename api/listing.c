/* Listing: live articles of all segments, sorted, kept beside a reference to their generation, which owns the strings.
 */
#include "api/listing.h"

#include "api/zendesk/numbers.h"

#include <pthread.h>

typedef struct kept {
    parry_listing c; /* first: a listing that was handed out is one of these */
    parry_generation *g;
    parry_listing_row *rows;
    unsigned users;
} kept;

struct parry_listings {
    pthread_mutex_t mutex;
    kept *newest; /* counted as one user */
};

static int compare(const void *pa, const void *pb)
{
    const parry_listing_row *a = pa, *b = pb;
    int d = parry_str_cmp(a->audience, b->audience);
    if (d == 0)
        d = parry_str_cmp(a->category, b->category);
    if (d == 0)
        d = parry_str_cmp(a->title, b->title);
    return d != 0 ? d : parry_str_cmp(a->id, b->id);
}

static size_t take_segment(const parry_live_segment *s, parry_listing_row *rows)
{
    size_t n = 0;
    uint32_t narticles = parry_segment_get_info(s->segment)->narticles;
    for (uint32_t i = 0; i < narticles; i++) {
        if (s->live != NULL && !(s->live[i / 8] >> (i % 8) & 1))
            continue;
        parry_article_out a;
        parry_segment_article(s->segment, i, &a);
        rows[n++] = (parry_listing_row){a.id,       a.title,   a.slug,    a.locale, a.audience,
                                        a.category, a.updated, a.product, a.tags,   0};
    }
    return n;
}

static void number_rows(parry_listing_row *rows, size_t n)
{
    parry_str *slugs = parry_calloc(n + 1, sizeof *slugs);
    uint64_t *numbers = parry_calloc(n + 1, sizeof *numbers);
    for (size_t i = 0; i < n; i++)
        slugs[i] = rows[i].slug;
    parry_numbers(slugs, n, PARRY_NUMBER_BITS, numbers);
    for (size_t i = 0; i < n; i++)
        rows[i].number = numbers[i];
    free(numbers);
    free(slugs);
}

static kept *make(parry_generation *g)
{
    const parry_generation_info *info = parry_generation_get_info(g);
    kept *k = parry_calloc(1, sizeof *k);
    size_t most = 0;
    for (size_t i = 0; i < info->nsegments; i++)
        most += parry_segment_get_info(info->segments[i].segment)->narticles;
    k->rows = parry_calloc(most + 1, sizeof *k->rows);
    for (size_t i = 0; i < info->nsegments; i++)
        k->c.n += take_segment(&info->segments[i], k->rows + k->c.n);
    qsort(k->rows, k->c.n, sizeof *k->rows, compare);
    number_rows(k->rows, k->c.n);
    k->c.generation = info->number;
    k->c.rows = k->rows;
    k->g = g;
    k->users = 1;
    return k;
}

static void drop(kept *k)
{
    if (k == NULL || --k->users > 0)
        return;
    parry_generation_release(k->g);
    free(k->rows);
    free(k);
}

parry_listings *parry_listings_new(void)
{
    parry_listings *k = parry_calloc(1, sizeof *k);
    (void)pthread_mutex_init(&k->mutex, NULL);
    return k;
}

void parry_listings_free(parry_listings *k)
{
    if (k == NULL)
        return;
    drop(k->newest);
    (void)pthread_mutex_destroy(&k->mutex);
    free(k);
}

/* Others wait while it is made: they need it too, and it is some milliseconds for 10,000 articles. */
parry_listing *parry_listing_acquire(parry_listings *k, parry_index *ix)
{
    (void)pthread_mutex_lock(&k->mutex);
    parry_generation *g = parry_index_acquire(ix);
    if (k->newest != NULL && k->newest->c.generation == parry_generation_get_info(g)->number) {
        parry_generation_release(g);
    } else {
        drop(k->newest);
        k->newest = make(g);
    }
    kept *c = k->newest;
    c->users++;
    (void)pthread_mutex_unlock(&k->mutex);
    return &c->c;
}

void parry_listing_release(parry_listings *k, parry_listing *c)
{
    if (c == NULL)
        return;
    (void)pthread_mutex_lock(&k->mutex);
    drop((kept *)c); /* it is the first member of what was made here */
    (void)pthread_mutex_unlock(&k->mutex);
}

/* First row in [from, end) whose field is not below (or, with `after`, is above) the value. */
static size_t bound(const parry_listing *c, size_t from, size_t end, parry_str value, bool category, bool after)
{
    while (from < end) {
        size_t mid = from + (end - from) / 2;
        int d = parry_str_cmp(category ? c->rows[mid].category : c->rows[mid].audience, value);
        if (d < 0 || (after && d == 0))
            from = mid + 1;
        else
            end = mid;
    }
    return from;
}

void parry_listing_audience(const parry_listing *c, parry_str audience, size_t *from, size_t *n)
{
    *from = bound(c, 0, c->n, audience, false, false);
    *n = bound(c, *from, c->n, audience, false, true) - *from;
}

void parry_listing_category(const parry_listing *c, parry_str category, size_t *from, size_t *n)
{
    size_t end = *from + *n;
    *from = bound(c, *from, end, category, true, false);
    *n = bound(c, *from, end, category, true, true) - *from;
}

size_t parry_listing_past(const parry_listing *c, size_t from, size_t n, parry_str category, parry_str title,
                          parry_str id)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const parry_listing_row *row = &c->rows[from + mid];
        const parry_listing_row place = {.audience = row->audience, .category = category, .title = title, .id = id};
        if (compare(row, &place) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
