/* A ring of guests under one lock, and counters of holders. A socket is shut only under the lock, and a guest leaves
 * under it before its socket is closed: no other connection that gets the same number is ever met. */
#include "api/limits/reaper.h"

#include "base/clock.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { SWEEP_MS = 200, HOLDERS = 16384 };

struct parry_guest {
    parry_guest *before, *after;
    int fd;
    size_t holder;
    _Atomic int64_t by_ns;
    bool shut; /* under the lock */
};

struct parry_reaper {
    pthread_mutex_t lock;
    parry_guest ring; /* its head; no guest */
    atomic_uint held[HOLDERS];
    unsigned char key[crypto_shorthash_KEYBYTES];
    pthread_t thread;
    bool running;
    atomic_bool stop;
};

parry_reaper *parry_reaper_new(void)
{
    parry_reaper *r = parry_calloc(1, sizeof *r);
    if (sodium_init() < 0)
        parry_oom();
    crypto_shorthash_keygen(r->key);
    (void)pthread_mutex_init(&r->lock, NULL);
    r->ring.before = r->ring.after = &r->ring;
    return r;
}

static void *keep_sweeping(void *arg)
{
    parry_reaper *r = arg;
    while (!atomic_load(&r->stop)) {
        (void)parry_reaper_sweep(r, parry_mono_ns());
        parry_sleep_ms(SWEEP_MS);
    }
    return NULL;
}

parry_code parry_reaper_start(parry_reaper *r, parry_err *err)
{
    if (pthread_create(&r->thread, NULL, keep_sweeping, r) != 0)
        return parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    r->running = true;
    return PARRY_OK;
}

void parry_reaper_free(parry_reaper *r)
{
    if (r == NULL)
        return;
    atomic_store(&r->stop, true);
    if (r->running)
        (void)pthread_join(r->thread, NULL);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}

static size_t holder_of(const parry_reaper *r, const parry_ip *who)
{
    uint64_t hash;
    parry_ip h = parry_ip_holder(who);
    (void)crypto_shorthash((unsigned char *)&hash, h.byte, sizeof h.byte, r->key);
    return hash % HOLDERS;
}

parry_guest *parry_reaper_enter(parry_reaper *r, int fd, const parry_ip *who, int64_t by_ns)
{
    parry_guest *g = parry_calloc(1, sizeof *g);
    g->fd = fd;
    g->holder = holder_of(r, who);
    atomic_store(&g->by_ns, by_ns);
    (void)atomic_fetch_add(&r->held[g->holder], 1);
    (void)pthread_mutex_lock(&r->lock);
    g->before = &r->ring;
    g->after = r->ring.after;
    g->before->after = g->after->before = g;
    (void)pthread_mutex_unlock(&r->lock);
    return g;
}

bool parry_reaper_leave(parry_reaper *r, parry_guest *g)
{
    if (g == NULL)
        return false;
    (void)pthread_mutex_lock(&r->lock);
    g->before->after = g->after;
    g->after->before = g->before;
    bool shut = g->shut;
    (void)pthread_mutex_unlock(&r->lock);
    (void)atomic_fetch_sub(&r->held[g->holder], 1);
    free(g);
    return shut;
}

void parry_guest_by(parry_guest *g, int64_t by_ns) { atomic_store(&g->by_ns, by_ns); }
int64_t parry_guest_due(const parry_guest *g) { return atomic_load(&g->by_ns); }

size_t parry_reaper_held(const parry_reaper *r, const parry_ip *who)
{
    return atomic_load(&r->held[holder_of(r, who)]);
}

size_t parry_reaper_sweep(parry_reaper *r, int64_t now_ns)
{
    size_t n = 0;
    (void)pthread_mutex_lock(&r->lock);
    for (parry_guest *g = r->ring.after; g != &r->ring; g = g->after) {
        int64_t by = atomic_load(&g->by_ns);
        if (by == 0 || by > now_ns)
            continue;
        (void)shutdown(g->fd, SHUT_RDWR);
        atomic_store(&g->by_ns, 0);
        g->shut = true;
        n++;
    }
    (void)pthread_mutex_unlock(&r->lock);
    return n;
}
