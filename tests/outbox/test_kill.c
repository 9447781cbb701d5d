/* A process that accepts and delivers is killed at random moments. The other side is a folder where a file is what was
 * delivered, and which can be searched: nothing that was accepted is lost, nothing is there twice. 30 kills; with
 * PARRY_SOAK set, 300. */
#include "support.h"

#include <fcntl.h>
#include <signal.h>

enum { THREADS = 3, MOST = 200000 };

/* Delivers by appending the key to a log: as long as nobody looks first, a repeated one stands there twice. */
static parry_fate log_send(void *ctx, const parry_outbox_item *i, parry_receipt *out, parry_err *err)
{
    char line[64];
    uint32_t any;
    (void)out;
    parry_random_bytes(&any, sizeof any);
    if (any % 10 == 0) {
        (void)parry_fail(err, PARRY_UNAVAILABLE, "not now");
        return PARRY_FATE_LATER;
    }
    int n = snprintf(line, sizeof line, "%.*s\n", PARRY_FMT(i->key));
    if (write(*(int *)ctx, line, (size_t)n) != n)
        return PARRY_FATE_UNSURE;
    return any % 10 == 1 ? PARRY_FATE_UNSURE : PARRY_FATE_DELIVERED; /* it has it, and the answer is lost */
}

static parry_fate log_look(void *ctx, const parry_outbox_item *i, parry_receipt *out, parry_err *err)
{
    enum { ALL = 8 << 20 };
    char wanted[64], *all = parry_malloc(ALL);
    (void)out, (void)err;
    ssize_t n = pread(*(int *)ctx, all + 1, ALL - 2, 0);
    all[0] = '\n';
    all[n + 1] = 0;
    (void)snprintf(wanted, sizeof wanted, "\n%.*s\n", PARRY_FMT(i->key));
    bool found = strstr(all, wanted) != NULL;
    free(all);
    return found ? PARRY_FATE_DELIVERED : PARRY_FATE_ABSENT;
}

typedef struct accepting {
    box *b;
    atomic_uint next;
    int told;
} accepting;

static void *accept_for_ever(void *arg)
{
    accepting *a = arg;
    for (;;) {
        char key[16];
        uint32_t n = atomic_fetch_add(&a->next, 1);
        (void)snprintf(key, sizeof key, "k%u", n);
        putting p = {a->b->outbox, "log", key, "payload", 0};
        if (parry_group_do(a->b->group, put_in, &p, NULL) != PARRY_OK ||
            write(a->told, &n, sizeof n) != (ssize_t)sizeof n)
            _exit(1);
        parry_outbox_wake(a->b->outbox);
        parry_sleep_ms(3);
    }
}

static const parry_outbox_options quick = {
    .backoff_ms = 2, .backoff_max_ms = 10, .breaker_failures = 50, .lease_ms = 300, .attempts_max = 1000};

static void open_with_log(box *b, scratch *s, int *log)
{
    parry_target t = {.name = "log", .send = log_send, .look = log_look, .ctx = log, .workers = 3};
    *log = open(in(s, "log"), O_RDWR | O_CREAT | O_APPEND, 0600);
    box_open(b, s, &quick);
    ok(parry_outbox_start(b->outbox, &t, 1, NULL));
}

static void child(scratch *s, uint32_t from, int told)
{
    box b = {0};
    int log;
    pthread_t threads[THREADS];
    accepting a = {.b = &b, .told = told};
    open_with_log(&b, s, &log);
    atomic_store(&a.next, from);
    for (size_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, accept_for_ever, &a) != 0)
            _exit(1);
    }
    (void)pthread_join(threads[0], NULL);
    _exit(1);
}

/* The next number that nobody took. */
static uint32_t one_life(scratch *s, uint32_t from, useconds_t us, bool *acked)
{
    int told[2];
    uint32_t n, top = from;
    assert_int_equal(pipe(told), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        child(s, from, told[1]);
    close(told[1]);
    assert_int_equal(read(told[0], &n, sizeof n), sizeof n); /* it lives */
    acked[n] = true;
    usleep(us);
    kill(pid, SIGKILL);
    assert_int_equal(status_of(pid), -1);
    while (read(told[0], &n, sizeof n) == (ssize_t)sizeof n) {
        assert_true(n < MOST);
        acked[n] = true;
        top = n > top ? n : top;
    }
    close(told[0]);
    return top + THREADS + 2;
}

static void drain(scratch *s)
{
    box b = {0};
    int log;
    uint64_t counts[4] = {1};
    int64_t oldest;
    open_with_log(&b, s, &log);
    for (int i = 0; i < 4000 && counts[PARRY_OUTBOX_WAITING] > 0; i++) {
        parry_sleep_ms(5);
        ok(parry_outbox_counts(b.outbox, counts, &oldest, NULL));
    }
    assert_int_equal(counts[PARRY_OUTBOX_WAITING], 0);
    assert_int_equal(counts[PARRY_OUTBOX_DEAD], 0);
    box_close(&b);
    close(log);
}

static void test_nothing_is_lost_and_nothing_is_there_twice(void **state)
{
    scratch *s = *state;
    bool *acked = parry_calloc(MOST, sizeof *acked), *there = parry_calloc(MOST, sizeof *there);
    unsigned kills = getenv("PARRY_SOAK") != NULL ? 300 : 30, n, lost = 0, twice = 0, all = 0;
    uint32_t next = 0;
    srand(7);
    for (unsigned i = 0; i < kills; i++)
        next = one_life(s, next, (useconds_t)(rand() % 60000), acked);
    drain(s);
    FILE *f = fopen(in(s, "log"), "r");
    assert_non_null(f);
    while (fscanf(f, "k%u\n", &n) == 1) {
        twice += there[n];
        there[n] = true;
    }
    fclose(f);
    for (uint32_t i = 0; i < MOST; i++) {
        lost += acked[i] && !there[i];
        all += acked[i];
    }
    print_message("%u kills, %u accepted: %u lost, %u twice\n", kills, all, lost, twice);
    assert_int_equal(lost, 0);
    assert_int_equal(twice, 0);
    assert_true(all > kills);
    free(acked);
    free(there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {in_scratch(test_nothing_is_lost_and_nothing_is_there_twice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
