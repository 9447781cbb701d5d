/* The line, simulated: searches come at times that are given, threads search for as long as is said, and the clock is
 * turned by hand. */
#include "api/limits/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t s = 1000000000, ms = 1000000;
enum { THREADS = 2, TOOK_MS = 4, MOST = 100000 };

typedef struct world {
    parry_line *line;
    int64_t now, begun, free_at[THREADS]; /* ns */
    int64_t came[MOST];                   /* when each search came; who it is, is its place here */
    size_t n, served, refused, waits;
    int64_t waited[MOST];  /* of those that were served */
    int64_t refused_after; /* the longest wait of one that was refused */
    bool was_loaded;
} world;

static world *begin(int64_t most_ms)
{
    world *w = parry_calloc(1, sizeof *w);
    w->line = parry_line_new(THREADS, 4096, most_ms * ms);
    w->now = w->begun = 1000 * s;
    for (int i = 0; i < 200; i++)
        parry_line_served(w->line, TOOK_MS * ms);
    return w;
}

static void end(world *w)
{
    assert_int_equal(w->served + w->refused, w->n);
    assert_null(parry_line_call(w->line, w->now).who);
    parry_line_free(w->line);
    free(w);
}

static void leaves(world *w, parry_called called)
{
    int64_t waited = w->now - *(int64_t *)called.who;
    if (called.in) {
        w->waited[w->served++] = waited;
    } else {
        w->refused++;
        w->refused_after = waited > w->refused_after ? waited : w->refused_after;
    }
}

/* Threads that are free take whom they may; to take one away costs them nothing. */
static void threads_look(world *w)
{
    for (int t = 0; t < THREADS; t++)
        while (w->free_at[t] <= w->now) {
            parry_called called = parry_line_call(w->line, w->now);
            if (called.who == NULL)
                break;
            leaves(w, called);
            if (called.in) {
                w->free_at[t] = w->now + TOOK_MS * ms;
                parry_line_served(w->line, TOOK_MS * ms);
            }
        }
    w->was_loaded = w->was_loaded || parry_line_get(w->line).loaded;
}

static void one_comes(world *w)
{
    assert_true(w->n < MOST);
    w->came[w->n++] = w->now;
    if (!parry_line_takes(w->line, w->now))
        w->refused++;
    else
        assert_true(parry_line_join(w->line, &w->came[w->n - 1], w->now));
}

/* For so long, so many a second, evenly. */
static void come(world *w, int64_t per_second, int64_t for_ms)
{
    int64_t step = per_second > 0 ? s / per_second : 0, next = w->now + step;
    for (int64_t until = w->now + for_ms * ms; w->now < until; w->now += ms / 10) {
        for (; step > 0 && next <= w->now; next += step)
            one_comes(w);
        threads_look(w);
    }
}

static void many_at_once(world *w, int n)
{
    while (n-- > 0)
        one_comes(w);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t waited_at(world *w, double share)
{
    qsort(w->waited, w->served, sizeof *w->waited, by_value);
    return w->waited[(size_t)((double)(w->served - 1) * share)];
}

/* ------------------------------------------------------------------------------------------------------------------ */

static void what_it_can_do_is_served_in_turn(void **state)
{
    (void)state;
    world *w = begin(250);
    come(w, 480, 2000); /* of the 500 that two threads can do */
    come(w, 0, 100);
    assert_int_equal(w->served, w->n);
    assert_in_range(waited_at(w, 1), 0, TOOK_MS * ms);
    end(w);
}

static void at_twice_the_capacity_who_is_served_waits_little_from_the_first_moment(void **state)
{
    (void)state;
    static const int64_t for_ms[] = {50, 200, 5000};
    for (size_t i = 0; i < sizeof for_ms / sizeof *for_ms; i++) {
        world *w = begin(250);
        come(w, 1000, for_ms[i]);
        assert_in_range(waited_at(w, 0.99), 0, 3 * TOOK_MS * ms + ms);
        come(w, 0, 1000);
        end(w);
    }
}

static void at_twice_the_capacity_half_is_served_and_the_others_soon_refused(void **state)
{
    (void)state;
    world *w = begin(250);
    come(w, 1000, 5000);
    assert_true(w->was_loaded);
    assert_in_range(w->served, 2400, 2600);
    assert_in_range(w->refused_after, 0, 90 * ms); /* before it was known for load; then: */
    w->refused_after = 0;
    come(w, 1000, 1000);
    assert_in_range(w->refused_after, 0, 4 * TOOK_MS * ms);
    come(w, 0, 1000);
    end(w);
}

static void a_burst_is_worked_off(void **state)
{
    (void)state;
    world *w = begin(250);
    for (int i = 0; i < 10; i++) { /* 72 ms of work, and then nobody */
        many_at_once(w, 36);
        come(w, 0, 200);
    }
    assert_int_equal(w->served, 360);
    assert_false(w->was_loaded);
    end(w);
}

static void load_is_over_when_hardly_anybody_is_refused(void **state)
{
    (void)state;
    world *w = begin(250);
    come(w, 1000, 500);
    assert_true(parry_line_get(w->line).loaded);
    come(w, 490, 1000);
    assert_false(parry_line_get(w->line).loaded);
    come(w, 1000, 500);
    assert_true(parry_line_get(w->line).loaded);
    come(w, 0, 501); /* and when nobody comes */
    size_t before = w->refused;
    many_at_once(w, 30);
    come(w, 0, 100);
    assert_int_equal(w->refused, before);
    end(w);
}

/* The cores are others': it takes long until a thread looks. */
static void who_waits_alone_or_with_a_few_is_served_however_long_it_took(void **state)
{
    (void)state;
    world *w = begin(250);
    for (int i = 0; i < 20; i++) {
        many_at_once(w, 1 + i % (2 * THREADS));
        w->now += 2 * s;
        threads_look(w);
        w->now += s;
        threads_look(w);
    }
    assert_int_equal(w->served, w->n);
    come(w, 1000, 1000);
    come(w, 0, 100);
    size_t before = w->refused;
    one_comes(w); /* even under load */
    w->now += s;
    assert_true(parry_line_get(w->line).loaded);
    threads_look(w);
    assert_int_equal(w->refused, before);
    end(w);
}

static void among_many_nobody_waits_for_longer_than_the_most(void **state)
{
    (void)state;
    world *w = begin(50);
    many_at_once(w, 60);
    come(w, 0, 300);
    assert_in_range(waited_at(w, 1), 0, 60 * ms); /* the last few are no longer many */
    assert_in_range(w->refused, 30, 40);
    end(w);
}

static void without_a_limit_nobody_is_refused_or_overtaken(void **state)
{
    (void)state;
    world *w = begin(0);
    come(w, 1000, 2000);
    come(w, 0, 3000);
    assert_int_equal(w->served, w->n);
    assert_in_range(w->waited[w->served - 1], w->waited[w->served / 2], 3 * s); /* later ones waited longer */
    end(w);
}

static void where_there_is_no_room_nobody_joins(void **state)
{
    (void)state;
    parry_line *l = parry_line_new(1, 3, 0);
    int who[4];
    for (int i = 0; i < 3; i++)
        assert_true(parry_line_takes(l, s) && parry_line_join(l, &who[i], s));
    assert_false(parry_line_takes(l, s));
    assert_false(parry_line_join(l, &who[3], s));
    assert_ptr_equal(parry_line_dismiss(l), &who[0]);
    assert_true(parry_line_join(l, &who[3], s));
    for (int i = 1; i < 4; i++)
        assert_ptr_equal(parry_line_call(l, s).who, &who[i]);
    assert_null(parry_line_dismiss(l));
    parry_line_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_can_do_is_served_in_turn),
        cmocka_unit_test(at_twice_the_capacity_who_is_served_waits_little_from_the_first_moment),
        cmocka_unit_test(at_twice_the_capacity_half_is_served_and_the_others_soon_refused),
        cmocka_unit_test(a_burst_is_worked_off),
        cmocka_unit_test(load_is_over_when_hardly_anybody_is_refused),
        cmocka_unit_test(who_waits_alone_or_with_a_few_is_served_however_long_it_took),
        cmocka_unit_test(among_many_nobody_waits_for_longer_than_the_most),
        cmocka_unit_test(without_a_limit_nobody_is_refused_or_overtaken),
        cmocka_unit_test(where_there_is_no_room_nobody_joins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
