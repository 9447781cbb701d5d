/* A process that appends from several threads is killed at random moments. What it was told to be durable is there,
 * what it sends again is there once, and the chain is whole. 30 kills; with PARRY_SOAK set, 300. */
#include "support.h"

#include <signal.h>
#include <stdatomic.h>

enum { THREADS = 3, AGAIN = 40, GROUP = 5 };

typedef struct sender {
    parry_ledger *ledger;
    atomic_uint next;
    int out;
} sender;

/* Groups of five ids; each number that is durable goes into the pipe. */
static void *send_for_ever(void *arg)
{
    sender *s = arg;
    for (;;) {
        uint32_t ids[GROUP];
        parry_ledger_item items[GROUP];
        parry_ledger_ticket *t = NULL;
        for (size_t i = 0; i < GROUP; i++) {
            ids[i] = atomic_fetch_add(&s->next, 1);
            items[i] = item(numbered(ids[i]), "{\"type\":\"click\"}");
        }
        if (parry_ledger_append(s->ledger, items, GROUP, &t, NULL) != PARRY_OK ||
            parry_ledger_wait(s->ledger, t, NULL) != PARRY_OK || write(s->out, ids, sizeof ids) != (ssize_t)sizeof ids)
            _exit(1);
        parry_ledger_release(s->ledger, t);
    }
}

static void child(scratch *s, uint32_t from, int out)
{
    sender all = {.out = out};
    pthread_t threads[THREADS];
    if (parry_ledger_open(in(s, "ledger"), NULL, &all.ledger, NULL) != PARRY_OK)
        _exit(1);
    atomic_store(&all.next, from);
    for (size_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, send_for_ever, &all) != 0)
            _exit(1);
    }
    (void)pthread_join(threads[0], NULL);
    _exit(1);
}

/* Adds what is durable to acked[]; the next number to send. */
static uint32_t one_life(scratch *s, uint32_t from, useconds_t us, bool *acked, uint32_t most)
{
    int told[2];
    uint32_t id, top = from;
    assert_int_equal(pipe(told), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0)
        child(s, from, told[1]);
    close(told[1]);
    assert_int_equal(read(told[0], &id, sizeof id), sizeof id); /* it lives */
    acked[id] = true;
    usleep(us);
    kill(pid, SIGKILL);
    assert_int_equal(status_of(pid), -1);
    while (read(told[0], &id, sizeof id) == (ssize_t)sizeof id) {
        assert_true(id < most);
        acked[id] = true;
        top = id > top ? id : top;
    }
    close(told[0]);
    return top;
}

static void check(scratch *s, const bool *acked, uint32_t most)
{
    parry_ledger *l = ledger_open(s, NULL);
    parry_ledger_report report;
    parry_ledger_cursor *c;
    parry_ledger_record r;
    unsigned char *times = parry_arena_alloc(s->arena, most);
    parry_err err = {0};
    if (parry_ledger_verify(l, &report, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    ok(parry_ledger_read(l, 0, &c, NULL));
    while (parry_ledger_next(c, &r)) {
        uint32_t id = (uint32_t)(r.id.b[12] << 24 | r.id.b[13] << 16 | r.id.b[14] << 8 | r.id.b[15]);
        assert_true(id < most && !r.erased);
        times[id]++;
    }
    ok(parry_ledger_cursor_close(c, NULL));
    for (uint32_t i = 0; i < most; i++) {
        assert_true(times[i] <= 1);
        assert_true(times[i] == 1 || !acked[i]);
    }
    parry_ledger_close(l);
}

static void test_kills_lose_nothing_that_was_acknowledged_and_double_nothing(void **state)
{
    scratch *s = *state;
    enum { MOST = 1 << 20 };
    int kills = getenv("PARRY_SOAK") ? 300 : 30;
    bool *acked = parry_arena_alloc(s->arena, MOST * sizeof *acked);
    uint32_t from = 0, reached = 0;
    srandom(7);
    for (int i = 0; i < kills; i++) {
        uint32_t top = one_life(s, from, (useconds_t)(random() % 40000), acked, MOST);
        reached = top > reached ? top : reached;
        from = reached > AGAIN ? reached - AGAIN : 0; /* the last ones once more */
        if (i % 10 == 9)
            check(s, acked, MOST);
    }
    assert_true(reached > (uint32_t)kills);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_kills_lose_nothing_that_was_acknowledged_and_double_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
