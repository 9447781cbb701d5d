/* Windows of a tenth of a second, and an estimate of what a search takes. */
#include "api/limits/turns.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    WINDOW_MS = 100,
    CALM_WINDOWS = 5,       /* in a row: no longer overloaded */
    LATE_LEAST = 4,         /* in a window; fewer are a burst */
    LATE_TIMES = 3,         /* what a search takes, and ... */
    LATE_LEAST_MS = 10,     /* ... at least so long: then it is late */
    PATIENCE_MIN_US = 1000, /* under load everybody waits for one search, and at least so long */
    SERVED_SHARE = 16,      /* weight of one service time in the estimate: 1 / 16 */
    FIRST_SERVICE_MS = 4    /* guessed before the first was seen */
};
static const int64_t ms = 1000000, us = 1000;

struct parry_turns {
    pthread_mutex_t lock;
    unsigned threads;
    int64_t most_ns;
    int64_t window_ns;            /* its start */
    unsigned seen, late, refused; /* in the window */
    unsigned calm;                /* windows in a row in which few were refused */
    parry_turns_state state;
};

parry_turns *parry_turns_new(unsigned threads, int64_t most_ns)
{
    parry_turns *t = parry_calloc(1, sizeof *t);
    (void)pthread_mutex_init(&t->lock, NULL);
    t->threads = threads;
    t->most_ns = most_ns;
    t->state.service_ns = FIRST_SERVICE_MS * ms;
    return t;
}

void parry_turns_free(parry_turns *t)
{
    if (t == NULL)
        return;
    (void)pthread_mutex_destroy(&t->lock);
    free(t);
}

static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static int64_t limit_of(const parry_turns *t)
{
    int64_t patience = larger(t->state.service_ns, PATIENCE_MIN_US * us);
    return t->state.overloaded && patience < t->most_ns ? patience : t->most_ns;
}

static void look(parry_turns *t, int64_t now_ns)
{
    if (now_ns - t->window_ns < WINDOW_MS * ms)
        return;
    bool nobody_came = now_ns - t->window_ns > CALM_WINDOWS * WINDOW_MS * ms;
    bool standing = t->late >= LATE_LEAST && 2 * t->late > t->seen;
    t->calm = standing || (t->refused > 0 && 4 * t->refused >= t->seen) ? 0 : t->calm + 1;
    if (nobody_came || t->calm >= CALM_WINDOWS)
        t->state.overloaded = false;
    else if (standing)
        t->state.overloaded = true;
    t->window_ns = now_ns;
    t->seen = t->late = t->refused = 0;
}

bool parry_turns_queue(parry_turns *t, size_t ahead, int64_t now_ns)
{
    if (t->most_ns == 0)
        return true;
    (void)pthread_mutex_lock(&t->lock);
    look(t, now_ns);
    int64_t wait = (int64_t)ahead * t->state.service_ns / (int64_t)t->threads;
    bool in = wait <= limit_of(t) || !t->state.overloaded;
    t->seen += !in; /* the others are seen when their turn comes */
    t->refused += !in;
    (void)pthread_mutex_unlock(&t->lock);
    return in;
}

bool parry_turns_take(parry_turns *t, size_t ahead, int64_t waited_ns, int64_t now_ns)
{
    if (t->most_ns == 0)
        return true;
    (void)pthread_mutex_lock(&t->lock);
    look(t, now_ns);
    bool in = waited_ns <= (ahead > 0 ? limit_of(t) : t->most_ns);
    t->seen++;
    t->refused += !in;
    t->late += ahead > 0 && waited_ns > larger(LATE_TIMES * t->state.service_ns, LATE_LEAST_MS * ms);
    (void)pthread_mutex_unlock(&t->lock);
    return in;
}

void parry_turns_served(parry_turns *t, int64_t took_ns)
{
    (void)pthread_mutex_lock(&t->lock);
    t->state.service_ns += (took_ns - t->state.service_ns) / SERVED_SHARE;
    (void)pthread_mutex_unlock(&t->lock);
}

parry_turns_state parry_turns_get(parry_turns *t)
{
    (void)pthread_mutex_lock(&t->lock);
    parry_turns_state state = t->state;
    (void)pthread_mutex_unlock(&t->lock);
    return state;
}
