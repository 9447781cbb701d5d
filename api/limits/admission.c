/* Windows of a tenth of a second. */
#include "api/limits/admission.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    WINDOW_MS = 100,
    CALM_MS = 1000,    /* without anybody late: no longer overloaded */
    LATE_LEAST = 4,    /* late requests in a window; fewer are a burst */
    PATIENCE_MS = 100, /* to be read takes less, where only the system is at work */
    OTHERS_SHARE = 2   /* of the patience: one half */
};
static const int64_t ms = 1000000;

struct parry_admission {
    pthread_mutex_t lock;
    int64_t patience_ns; /* 0: without end */
    int64_t window_ns;   /* its start */
    unsigned seen, late; /* in the window */
    int64_t late_ns;     /* when somebody was late last */
    bool overloaded;
};

const char *parry_class_name(parry_class c)
{
    static const char *const names[PARRY_CLASSES] = {"ops", "search", "events", "write", "sign_in"};
    return names[c];
}

parry_admission *parry_admission_new(int64_t most_ns)
{
    parry_admission *a = parry_calloc(1, sizeof *a);
    (void)pthread_mutex_init(&a->lock, NULL);
    a->patience_ns = most_ns < PATIENCE_MS * ms ? most_ns : PATIENCE_MS * ms;
    return a;
}

void parry_admission_free(parry_admission *a)
{
    if (a == NULL)
        return;
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

static void look(parry_admission *a, bool late, int64_t now_ns)
{
    if (now_ns - a->window_ns >= WINDOW_MS * ms) {
        if (a->late >= LATE_LEAST && 2 * a->late > a->seen)
            a->overloaded = true;
        a->window_ns = now_ns;
        a->seen = a->late = 0;
    }
    a->seen++;
    a->late += late;
    if (late)
        a->late_ns = now_ns;
    else if (now_ns - a->late_ns > CALM_MS * ms)
        a->overloaded = false;
}

bool parry_admit(parry_admission *a, parry_class c, int64_t waited_ns, int64_t now_ns)
{
    if (a->patience_ns == 0)
        return true;
    (void)pthread_mutex_lock(&a->lock);
    look(a, waited_ns > a->patience_ns, now_ns);
    int64_t limit = c == PARRY_CLASS_SEARCH ? a->patience_ns : a->patience_ns / OTHERS_SHARE;
    bool in = c == PARRY_CLASS_OPS || !a->overloaded || waited_ns <= limit;
    (void)pthread_mutex_unlock(&a->lock);
    return in;
}

bool parry_admission_overloaded(parry_admission *a)
{
    (void)pthread_mutex_lock(&a->lock);
    bool overloaded = a->overloaded;
    (void)pthread_mutex_unlock(&a->lock);
    return overloaded;
}
