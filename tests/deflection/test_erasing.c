/* Erasing that is cut off: whatever was killed between the records and what is made of them, the next fold ends it. */
#include "story.h"

#include "base/env.h"
#include "deflection/erasures.h"

#include <signal.h>
#include <unistd.h>

enum { PEOPLE = 20, OF_ONE = 3 };

static void tell_all(scratch *s, parry_ledger *l)
{
    for (int i = 0; i < PEOPLE; i++) {
        char lines[OF_ONE][200];
        (void)snprintf(lines[0], sizeof lines[0], "%ds query id=Q%d visitor=v%d session=s%d text=only_of_%d shown=a", i,
                       i, i, i, i);
        (void)snprintf(lines[1], sizeof lines[1], "%ds click query_id=Q%d session=s%d article=a position=1", i + 3, i,
                       i);
        (void)snprintf(lines[2], sizeof lines[2], "%ds view visitor=v%d article=a dwell_ms=5000", i + 4, i);
        for (size_t k = 0; k < OF_ONE; k++)
            story_tell_at(s, l, lines[k]);
    }
    story_tell(s, l, NULL, 0);
}

static parry_code again(void *ctx, parry_err *err) { return parry_deflection_again(ctx, err); }
static parry_code die(void *ctx, parry_err *err)
{
    (void)ctx, (void)err;
    return raise(SIGKILL) == 0 ? PARRY_OK : PARRY_IO;
}

/* In a process of its own, which is killed: as soon as the records are gone, or after us microseconds. */
static void erase_killed(scratch *s, int i, int us)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        uint64_t seqs[OF_ONE], first = (uint64_t)i * OF_ONE + 1;
        parry_ledger *l = ledger_open(s, NULL);
        parry_deflection *d = NULL;
        for (uint64_t k = 0; k < OF_ONE; k++)
            seqs[k] = first + k;
        ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
        const parry_erasing e = {.ledger = l, .erased = us == 0 ? die : again, .ctx = d};
        ok(parry_erasing_run(&e, seqs, OF_ONE, NULL, NULL));
        _exit(0);
    }
    if (us > 0) {
        (void)usleep((useconds_t)us);
        (void)kill(child, SIGKILL);
    }
    (void)status_of(child);
}

static bool is_erased(scratch *s, parry_ledger *l, int i)
{
    uint64_t seq = (uint64_t)i * OF_ONE + 1;
    parry_ledger_record r;
    size_t n = 0;
    ok(parry_ledger_fetch(l, &seq, 1, s->arena, &r, &n, NULL));
    return n == 0;
}

static size_t notes_of(parry_ledger *l)
{
    parry_ledger_note notes[100];
    size_t n = 0;
    ok(parry_ledger_notes(l, notes, 100, &n, NULL));
    return n;
}

static bool has_word(parry_deflection *d, int i)
{
    char text[40];
    parry_rows *r = NULL;
    (void)snprintf(text, sizeof text, "only of %d", i);
    ok(parry_rows_open(d, &r, NULL));
    bool is = parry_rows_word(r, parry_word_of(parry_str_of(text))).n > 0;
    parry_rows_close(r);
    return is;
}

static void as_if_made_now(scratch *s, parry_ledger *l, parry_deflection *d)
{
    parry_deflection *fresh = NULL;
    story_rows is = story_read_rows(d, "9d"), want;
    ok(parry_tree_remove(in(s, "fresh"), NULL));
    ok(parry_deflection_open(in(s, "fresh"), l, &fresh, NULL));
    ok(parry_deflection_catch_up(fresh, STORY_BEGIN, NULL, NULL, NULL));
    want = story_read_rows(fresh, "9d");
    assert_memory_equal(&is, &want, sizeof is);
    parry_deflection_close(fresh);
}

static void test_a_kill_between_the_records_and_their_rows_leaves_nothing(void **state)
{
    scratch *s = *state;
    parry_deflection *d = NULL;
    size_t cut = 0, n;
    parry_ledger *l = ledger_open(s, NULL);
    tell_all(s, l);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    srandom(3);
    for (int i = 0; i < PEOPLE; i++) {
        parry_deflection_close(d);
        parry_ledger_close(l);
        erase_killed(s, i, i % 2 == 0 ? 0 : (int)(random() % 40000) + 1);
        l = ledger_open(s, NULL);
        ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
        cut += notes_of(l) > 0;
        assert_true(i % 2 != 0 || (is_erased(s, l, i) && has_word(d, i)));
        ok(parry_deflection_fold(d, SIZE_MAX, STORY_BEGIN, &n, NULL));
        assert_int_equal(has_word(d, i), !is_erased(s, l, i));
        assert_int_equal(notes_of(l), 0);
        as_if_made_now(s, l, d);
    }
    assert_true(cut >= PEOPLE / 2);
    parry_deflection_close(d);
    parry_ledger_close(l);
}

static uint64_t count_of(scratch *s, const char *name)
{
    parry_env *e = NULL;
    parry_table table;
    parry_txn *t = NULL;
    uint64_t n = 0;
    ok(parry_env_open(in(s, "deflection"), 64 << 20, 20, &e, NULL));
    ok(parry_env_table(e, name, &table, NULL));
    ok(parry_txn_read(e, &t, NULL));
    ok(parry_count(t, table, &n, NULL));
    parry_txn_abort(t);
    parry_env_close(e);
    return n;
}

/* Which session and which search were whose, and which records. */
static void test_nothing_says_any_more_what_was_whose(void **state)
{
    scratch *s = *state;
    parry_deflection *d = NULL;
    parry_ledger *l = ledger_open(s, NULL);
    tell_all(s, l);
    ok(parry_deflection_open(in(s, "deflection"), l, &d, NULL));
    ok(parry_deflection_catch_up(d, STORY_BEGIN, NULL, NULL, NULL));
    for (uint64_t seq = 1; seq <= (uint64_t)(PEOPLE - 1) * OF_ONE; seq++)
        ok(parry_ledger_erase(l, &seq, 1, NULL));
    ok(parry_deflection_again(d, NULL));
    parry_deflection_close(d);
    parry_ledger_close(l);
    assert_int_equal(count_of(s, "alias"), 2); /* of the last one: his session, and his search */
    assert_int_equal(count_of(s, "own"), OF_ONE);
    assert_int_equal(count_of(s, "people"), 1);
    assert_int_equal(count_of(s, "dirty"), 0);
}

/* On a replica, say: its records go with their age, too. */
static void test_where_nothing_is_counted_nothing_is_noted_for_ever(void **state)
{
    scratch *s = *state;
    parry_ledger *l = ledger_open(s, NULL);
    tell_all(s, l);
    uint64_t seqs[OF_ONE] = {1, 2, 3};
    ok(parry_ledger_erase(l, seqs, OF_ONE, NULL));
    assert_true(notes_of(l) > 0);
    ok(parry_deflection_none(l, NULL));
    assert_int_equal(notes_of(l), 0);
    parry_ledger_close(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_a_kill_between_the_records_and_their_rows_leaves_nothing),
        in_scratch(test_nothing_says_any_more_what_was_whose),
        in_scratch(test_where_nothing_is_counted_nothing_is_noted_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
