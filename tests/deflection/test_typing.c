/* Typed sessions by the thousand (typist.h): how well the searches in them are found. 5,000; with PARRY_SOAK set,
 * 100,000. */
#include "../base/testing.h"

#include "typist.h"

#include <stdlib.h>

typedef struct score {
    size_t right, found, made, typed;
} score;

static size_t questions(parry_arena *a, parry_str *out, size_t cap)
{
    static const char *const files[] = {"account-orders-safety", "deliveries-payments-refunds", "merchants"};
    static const char *const others[] = {"не пришёл возврат денег",
                                         "как удалить аккаунт",
                                         "환불은 언제 되나요",
                                         "비밀번호 재설정",
                                         "استرداد المبلغ",
                                         "mot de passe oublié",
                                         "Rückerstattung dauert zu lange",
                                         "order [number] not here",
                                         "où est ma commande ?",
                                         "😡 no refund",
                                         "paro de funcionar la aplicación"};
    size_t n = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        parry_str rest, line, text, last = {NULL, 0};
        parry_str path = parry_str_printf(a, PARRY_SAMPLE "/judgements/%s.tsv", files[i]);
        ok(parry_file_read(a, path.p, 1 << 20, &rest, NULL));
        for (parry_str_split(&rest, '\n', &line); n + 20 < cap && parry_str_split(&rest, '\n', &line);) {
            if (!parry_str_split(&line, '\t', &text) || text.n == 0 || parry_str_eq(text, last))
                continue;
            out[n++] = last = text;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        out[n++] = parry_str_of(others[i]);
    return n;
}

/* Asked at any time, not by file: the order that Zipf goes by is shuffled. */
static void shuffle(typist *t, parry_str *q, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = typist_number(t) % i;
        parry_str held = q[i - 1];
        q[i - 1] = q[j];
        q[j] = held;
    }
}

/* A search that was found is right if its text is the one that was being written when it was sent, once. */
static void count(typist *t, score *s)
{
    size_t final_of[TYPIST_TYPED], at = 0;
    if (t->nsent == 0)
        return;
    parry_collapse(t->sent, t->nsent, final_of);
    s->made += t->nsearched;
    s->typed += t->nsent;
    for (size_t i = 0; i < t->nsent; i++) {
        if (final_of[i] != i)
            continue;
        s->found++;
        parry_str text = parry_collapse_fold(t->a, t->sent[i].text);
        size_t k = at;
        while (k < t->nsearched && !(parry_str_eq(t->searched[k], text) && t->from[k] <= i))
            k++;
        if (k == t->nsearched)
            continue;
        s->right++;
        at = k + 1;
    }
}

static void test_what_people_meant_is_found(void **state)
{
    scratch *s = *state;
    parry_str *q = PARRY_ARRAY(s->arena, parry_str, 2000);
    typist *t = parry_calloc(1, sizeof *t);
    score sum = {0};
    *t = (typist){.seed = 7, .questions = q, .nquestions = questions(s->arena, q, 2000)};
    shuffle(t, q, t->nquestions);
    for (uint64_t i = 0, n = getenv("PARRY_SOAK") ? 100000 : 5000; i < n; i++) {
        t->a = parry_arena_new();
        typist_session(t, 1000003 * i + 17);
        count(t, &sum);
        parry_arena_free(t->a);
    }
    double precision = (double)sum.right / (double)sum.found, recall = (double)sum.right / (double)sum.made;
    double f1 = 2 * precision * recall / (precision + recall);
    print_message("%zu texts, %zu searches: %zu found, precision %.4f, recall %.4f, F1 %.4f\n", sum.typed, sum.made,
                  sum.found, precision, recall, f1);
    free(t);
    assert_true(f1 > 0.98);
    assert_true(sum.typed > 5 * sum.made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {in_scratch(test_what_people_meant_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
