/* A ring that is left at both ends, and an estimate of what a search takes. */
#include "api/limits/line.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    LATE_TIMES = 3,       /* what a search takes, and ... */
    LATE_LEAST_US = 2000, /* ... at least so long: who waited longer is late */
    BURST_TIMES = 16,     /* what a search takes, and ... */
    BURST_LEAST_MS = 50,  /* ... at least so long somebody was late on end: load */
    FEW_TIMES = 2,        /* the threads: so many may wait then */
    LATELY = 64,          /* searches, of which the share of the refused is known */
    CALM_MS = 500,        /* nobody came for so long: no load */
    SERVED_SHARE = 16,    /* weight of one service time in the estimate: 1 / 16 */
    FIRST_SERVICE_MS = 4  /* guessed before the first was seen */
};
static const double calm_share = 0.125; /* fewer are refused: no load */
static const int64_t ms = 1000000, us = 1000;

typedef struct waiter {
    void *who;
    int64_t since_ns;
} waiter;

struct parry_line {
    pthread_mutex_t lock;
    waiter *ring;
    size_t room, few, first, n;
    int64_t most_ns;
    int64_t fine_ns; /* when nobody was late */
    int64_t came_ns; /* the last one */
    double refused;  /* a share, 0 to 1: of those that came lately, while it is loaded */
    parry_line_state state;
};

parry_line *parry_line_new(unsigned threads, size_t room, int64_t most_ns)
{
    parry_line *l = parry_calloc(1, sizeof *l);
    (void)pthread_mutex_init(&l->lock, NULL);
    l->few = (size_t)FEW_TIMES * threads;
    l->room = room > l->few ? room : l->few;
    l->ring = parry_calloc(l->room, sizeof *l->ring);
    l->most_ns = most_ns;
    l->state.service_ns = FIRST_SERVICE_MS * ms;
    return l;
}

void parry_line_free(parry_line *l)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_destroy(&l->lock);
    free(l->ring);
    free(l);
}

bool parry_line_takes(parry_line *l, int64_t now_ns)
{
    (void)pthread_mutex_lock(&l->lock);
    if (l->refused < calm_share || now_ns - l->came_ns > CALM_MS * ms)
        l->state.loaded = false;
    bool takes = l->n < (l->state.loaded ? l->few : l->room);
    l->refused += ((takes ? 0 : 1) - l->refused) / LATELY;
    l->came_ns = now_ns;
    (void)pthread_mutex_unlock(&l->lock);
    return takes;
}

bool parry_line_join(parry_line *l, void *who, int64_t now_ns)
{
    (void)pthread_mutex_lock(&l->lock);
    bool fits = l->n < l->room;
    if (l->n == 0)
        l->fine_ns = now_ns;
    if (fits)
        l->ring[(l->first + l->n++) % l->room] = (waiter){who, now_ns};
    (void)pthread_mutex_unlock(&l->lock);
    return fits;
}

/* ---- with the lock held, and somebody there ---------------------------------------------------------------------- */

static void *oldest(parry_line *l)
{
    void *who = l->ring[l->first].who;
    l->first = (l->first + 1) % l->room;
    l->n--;
    return who;
}

static void *newest(parry_line *l) { return l->ring[(l->first + --l->n) % l->room].who; }

static int64_t searches(const parry_line *l, int times, int64_t least_ns)
{
    int64_t took = times * l->state.service_ns;
    return took > least_ns ? took : least_ns;
}

static parry_called call(parry_line *l, int64_t now_ns)
{
    int64_t waited = now_ns - l->ring[l->first].since_ns;
    bool late = waited > searches(l, LATE_TIMES, LATE_LEAST_US * us);
    if (l->n == 1 || l->most_ns == 0)
        return (parry_called){oldest(l), true};
    if (!late) {
        l->fine_ns = now_ns;
    } else if (!l->state.loaded && l->n > l->few &&
               now_ns - l->fine_ns > searches(l, BURST_TIMES, BURST_LEAST_MS * ms)) {
        l->state.loaded = true;
        l->refused = 1;
    }
    if ((late && l->state.loaded) || (waited > l->most_ns && l->n > l->few))
        return (parry_called){oldest(l), false};
    return (parry_called){late || l->state.loaded ? newest(l) : oldest(l), true};
}

/* ------------------------------------------------------------------------------------------------------------------ */

parry_called parry_line_call(parry_line *l, int64_t now_ns)
{
    (void)pthread_mutex_lock(&l->lock);
    parry_called called = {NULL, false};
    if (l->n > 0)
        called = call(l, now_ns);
    (void)pthread_mutex_unlock(&l->lock);
    return called;
}

void *parry_line_dismiss(parry_line *l)
{
    (void)pthread_mutex_lock(&l->lock);
    void *who = l->n > 0 ? oldest(l) : NULL;
    (void)pthread_mutex_unlock(&l->lock);
    return who;
}

void parry_line_served(parry_line *l, int64_t took_ns)
{
    (void)pthread_mutex_lock(&l->lock);
    l->state.service_ns += (took_ns - l->state.service_ns) / SERVED_SHARE;
    (void)pthread_mutex_unlock(&l->lock);
}

parry_line_state parry_line_get(parry_line *l)
{
    (void)pthread_mutex_lock(&l->lock);
    parry_line_state state = l->state;
    (void)pthread_mutex_unlock(&l->lock);
    return state;
}
