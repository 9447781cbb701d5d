/* A process that makes, changes and comments is killed at random moments: everything it was told is done is there, each
 * external id once, and the index finds after the next start what the store holds. 30 kills; with PARRY_SOAK set, 300.
 */
#include "cases_support.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>

enum { THREADS = 3, MOST = 20000, FIRST_WORD_MS = 120000 };

/* What a child says of one external id, once it is durable. */
typedef struct told {
    uint32_t number;
    uint32_t step; /* 1: made, 2: in progress, 3: commented on */
} told;

typedef struct working {
    desk *d;
    atomic_uint next;
    int pipe;
} working;

static void say_done(working *w, uint32_t number, uint32_t step)
{
    told t = {number, step};
    if (write(w->pipe, &t, sizeof t) != (ssize_t)sizeof t)
        _exit(1);
}

static void *work(void *arg)
{
    working *w = arg;
    for (;;) {
        char id[32], text[32];
        uint64_t n;
        uint32_t number = atomic_fetch_add(&w->next, 1);
        (void)snprintf(id, sizeof id, "external-%u", number);
        (void)snprintf(text, sizeof text, "word%u", number);
        parry_ticket t = a_ticket(id, text, "a common text");
        if (parry_cases_create(w->d->cases, &t, &n, NULL) != PARRY_OK)
            _exit(1);
        say_done(w, number, 1);
        if (set_status(w->d, n, PARRY_CASE_INPROGRESS) != PARRY_OK)
            _exit(1);
        say_done(w, number, 2);
        (void)snprintf(text, sizeof text, "comment%u", number);
        if (say(w->d, n, PARRY_COMMENT_CUSTOMER, text) != PARRY_OK)
            _exit(1);
        say_done(w, number, 3);
        parry_sleep_ms(2);
    }
}

static void child(scratch *s, uint32_t from, int pipe)
{
    desk d = {0};
    pthread_t threads[THREADS];
    working w = {.d = &d, .pipe = pipe};
    desk_open(&d, s, "search");
    atomic_store(&w.next, from);
    for (size_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, work, &w) != 0)
            _exit(1);
    }
    (void)pthread_join(threads[0], NULL);
    _exit(1);
}

/* Killed so long after it began, or (late) after it first told of something: however slow the machine, some of both. */
static uint32_t one_life(scratch *s, uint32_t from, bool late, useconds_t us, uint32_t *steps)
{
    int ends[2];
    told t;
    uint32_t top = from;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        child(s, from, ends[1]);
    close(ends[1]);
    if (late)
        assert_int_equal(poll(&(struct pollfd){.fd = ends[0], .events = POLLIN}, 1, FIRST_WORD_MS), 1);
    usleep(us);
    kill(pid, SIGKILL);
    assert_int_equal(status_of(pid), -1);
    while (read(ends[0], &t, sizeof t) == (ssize_t)sizeof t) {
        assert_true(t.number < MOST);
        steps[t.number] = t.step > steps[t.number] ? t.step : steps[t.number];
        top = t.number + 1 > top ? t.number + 1 : top;
    }
    close(ends[0]);
    return top > THREADS ? top - THREADS : 0; /* some of them again: they may be there, and must not be twice */
}

static size_t found(desk *d, const char *text, uint64_t *id)
{
    parry_cases_row row;
    size_t n, total;
    parry_cases_wish w = parry_cases_any();
    w.text = parry_str_of(text);
    w.limit = 1;
    ok(parry_cases_list(d->cases, &w, &row, &n, &total, NULL));
    *id = n > 0 ? row.id : 0;
    return total;
}

/* By its number: what was told holds, and what is there is found by its words, and only it. */
static void check_one(desk *d, scratch *s, uint32_t number, uint32_t step)
{
    char id[32], text[32];
    uint64_t n = 0, hit;
    (void)snprintf(id, sizeof id, "external-%u", number);
    if (parry_cases_by_external(d->cases, parry_str_of(id), &n, NULL) != PARRY_OK) {
        assert_int_equal(step, 0);
        return;
    }
    parry_case k = get(d, s, n);
    assert_str(k.external_id, id);
    if (step >= 2)
        assert_int_equal(k.status, PARRY_CASE_INPROGRESS);
    if (step >= 3)
        assert_true(k.ncomments >= 2);
    (void)snprintf(text, sizeof text, "word%u ", number);
    assert_int_equal(found(d, text, &hit), 1);
    assert_int_equal(hit, n);
    (void)snprintf(text, sizeof text, "comment%u ", number);
    assert_int_equal(found(d, text, &hit), k.ncomments >= 2 ? 1 : 0);
}

static void test_what_was_told_is_there_once_and_is_found(void **state)
{
    scratch *s = *state;
    desk d = {0};
    uint32_t *steps = parry_calloc(MOST, sizeof *steps), next = 0, all = 0;
    unsigned kills = getenv("PARRY_SOAK") != NULL ? 300 : 30;
    uint64_t hit;
    srand(11);
    for (unsigned i = 0; i < kills; i++)
        next = one_life(s, next, i % 2 == 1, (useconds_t)(rand() % 150000), steps);
    desk_open(&d, s, "search");
    wait_indexed(&d);
    for (uint32_t i = 0; i < next + THREADS + 1; i++) {
        check_one(&d, s, i, steps[i]);
        all += steps[i] > 0;
        parry_arena_reset(s->arena);
    }
    parry_cases_counts n;
    parry_cases_count(d.cases, &n);
    assert_int_equal(n.by_status[PARRY_CASE_NEW] + n.by_status[PARRY_CASE_INPROGRESS], found(&d, "common ", &hit));
    print_message("%u kills, %u told, %llu there\n", kills, all,
                  (unsigned long long)(n.by_status[PARRY_CASE_NEW] + n.by_status[PARRY_CASE_INPROGRESS]));
    assert_true(all > 0);
    desk_close(&d);
    free(steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {in_scratch(test_what_was_told_is_there_once_and_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
