/* Windows of a tenth of a second, and an estimate of what a search takes. */
#include "api/limits/admission.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    WINDOW_MS = 100,
    CALM_MS = 1000,      /* without anybody late: no longer overloaded */
    LATE_LEAST = 4,      /* late requests in a window; fewer are a burst */
    PATIENCE_MAX = 100,  /* ms */
    PATIENCE_TIMES = 3,  /* what a search takes */
    SERVED_SHARE = 16,   /* weight of one service time in the estimate: 1 / 16 */
    OTHERS_SHARE = 2,    /* of the patience: one half */
    EASE_MOST = 8,       /* times the patience, where nearly all are refused */
    FIRST_SERVICE_MS = 4 /* guessed before the first was seen */
};
static const int64_t ms = 1000000;

struct parry_admission {
    pthread_mutex_t lock;
    int64_t most_ns, least_ns, service_ns; /* of a search, a moving mean */
    int64_t window_ns;                     /* its start */
    unsigned seen, late, in;               /* in the window */
    int64_t ease;                          /* 1 to EASE_MOST */
    int64_t late_ns;                       /* when somebody was late last */
    parry_admission_state state;
};

const char *parry_class_name(parry_class c)
{
    static const char *const names[PARRY_CLASSES] = {"ops", "search", "events", "write", "sign_in"};
    return names[c];
}

static int64_t patience_of(const parry_admission *a)
{
    int64_t p = PATIENCE_TIMES * a->service_ns;
    p = (p < a->least_ns ? a->least_ns : p) * a->ease;
    return p > PATIENCE_MAX * ms ? PATIENCE_MAX * ms : p;
}

parry_admission *parry_admission_new(int64_t most_ns, int64_t least_ns)
{
    parry_admission *a = parry_calloc(1, sizeof *a);
    (void)pthread_mutex_init(&a->lock, NULL);
    a->most_ns = most_ns;
    a->least_ns = least_ns;
    a->service_ns = FIRST_SERVICE_MS * ms;
    a->ease = 1;
    a->state.patience_ns = patience_of(a);
    return a;
}

void parry_admission_free(parry_admission *a)
{
    if (a == NULL)
        return;
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

/* Where hardly anybody is let in, it is not they who make each other wait: a machine whose cores others use runs every
 * request late. */
static void ease(parry_admission *a)
{
    if (a->state.overloaded && a->seen >= LATE_LEAST && 4 * a->in < a->seen)
        a->ease = a->ease < EASE_MOST ? 2 * a->ease : a->ease;
    else if (a->ease > 1 && 2 * a->in > a->seen)
        a->ease /= 2;
}

static void look(parry_admission *a, bool late, int64_t now_ns)
{
    if (now_ns - a->window_ns >= WINDOW_MS * ms) {
        if (a->late >= LATE_LEAST && 2 * a->late > a->seen)
            a->state.overloaded = true;
        ease(a);
        a->window_ns = now_ns;
        a->seen = a->late = a->in = 0;
        a->state.patience_ns = patience_of(a);
    }
    a->seen++;
    a->late += late;
    if (late)
        a->late_ns = now_ns;
    else if (now_ns - a->late_ns > CALM_MS * ms)
        a->state.overloaded = false;
}

static int64_t limit_of(const parry_admission *a, parry_class c)
{
    if (!a->state.overloaded)
        return INT64_MAX;
    if (a->state.patience_ns > a->most_ns)
        return a->most_ns;
    return c == PARRY_CLASS_SEARCH ? a->state.patience_ns : a->state.patience_ns / OTHERS_SHARE;
}

bool parry_admit(parry_admission *a, parry_class c, int64_t waited_ns, int64_t now_ns)
{
    if (a->most_ns == 0)
        return true;
    (void)pthread_mutex_lock(&a->lock);
    look(a, waited_ns > a->state.patience_ns, now_ns);
    bool in = c == PARRY_CLASS_OPS || waited_ns <= limit_of(a, c);
    a->in += in;
    (*(in ? &a->state.admitted[c] : &a->state.refused[c]))++;
    (void)pthread_mutex_unlock(&a->lock);
    return in;
}

void parry_admission_served(parry_admission *a, parry_class c, int64_t took_ns)
{
    if (c != PARRY_CLASS_SEARCH)
        return;
    (void)pthread_mutex_lock(&a->lock);
    a->service_ns += (took_ns - a->service_ns) / SERVED_SHARE;
    (void)pthread_mutex_unlock(&a->lock);
}

void parry_admission_get(parry_admission *a, parry_admission_state *out)
{
    (void)pthread_mutex_lock(&a->lock);
    *out = a->state;
    (void)pthread_mutex_unlock(&a->lock);
}
