/* Slots: whatever was added is found, and nothing else. */
#include "base/slots.h"
#include "base/stats.h"
#include "testing.h"

#include <stdlib.h>

enum { THINGS = 20000 };

typedef struct things {
    uint64_t list[THINGS];
    uint32_t n;
    parry_slots slots;
    uint64_t (*hash)(uint64_t x);
} things;

static uint32_t find(const things *t, uint64_t x)
{
    size_t at;
    uint64_t h = t->hash(x);
    for (uint32_t i = parry_slots_first(&t->slots, h, &at); i != PARRY_NO_SLOT;
         i = parry_slots_next(&t->slots, h, &at)) {
        assert_true(i < t->n);
        if (t->list[i] == x)
            return i;
    }
    return PARRY_NO_SLOT;
}

static void add(things *t, uint64_t x)
{
    t->list[t->n] = x;
    parry_slots_add(&t->slots, t->hash(x), t->n++);
}

static void check(uint64_t (*hash)(uint64_t x), uint32_t n)
{
    things *t = calloc(1, sizeof *t);
    uint64_t seed = 1;
    t->hash = hash;
    assert_true(find(t, 7) == PARRY_NO_SLOT); /* of none */
    for (uint32_t i = 0; i < n; i++)
        add(t, parry_random_next(&seed) | 1);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(find(t, t->list[i]), i);
        assert_true(find(t, t->list[i] ^ 1) == PARRY_NO_SLOT); /* all that are in are odd */
    }
    assert_true(2 * t->slots.n <= t->slots.nslots);
    parry_slots_free(&t->slots);
    parry_slots_free(&t->slots);
    assert_true(find(t, t->list[0]) == PARRY_NO_SLOT);
    free(t);
}

static uint64_t as_it_is(uint64_t x) { return x; }
static uint64_t high_bits_alone(uint64_t x) { return x & 0xFFFFFF0000000000u; }
static uint64_t one_of_four(uint64_t x) { return x & 6; }
static uint64_t always_the_same(uint64_t x) { return x & 0; }
static uint64_t at_the_very_end(uint64_t x) { return 0xFFFFFFFF00000000u ^ (x & 2); } /* it goes on at the beginning */

static void what_was_added_is_found(void **state)
{
    (void)state;
    check(as_it_is, THINGS);
    check(parry_slots_mix, THINGS);
    check(high_bits_alone, THINGS);
}

static void where_hashes_are_the_same_the_things_decide(void **state)
{
    (void)state;
    check(one_of_four, 500);
    check(always_the_same, 300);
    check(at_the_very_end, 300);
}

/* Two of one hash: each is handed out once. */
static void each_is_handed_out_once(void **state)
{
    (void)state;
    parry_slots s = {0};
    size_t at;
    unsigned seen[3] = {0};
    for (uint32_t i = 0; i < 3; i++)
        parry_slots_add(&s, 9, i);
    for (uint32_t i = parry_slots_first(&s, 9, &at); i != PARRY_NO_SLOT; i = parry_slots_next(&s, 9, &at))
        seen[i]++;
    assert_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    assert_true(parry_slots_first(&s, 8, &at) == PARRY_NO_SLOT);
    parry_slots_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found),
        cmocka_unit_test(where_hashes_are_the_same_the_things_decide),
        cmocka_unit_test(each_is_handed_out_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
