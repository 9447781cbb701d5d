/* Typed sessions by the thousand (typist.h): how well the searches in them are found. */
#include "sections.h"
#include "table.h"

#include "../deflection/typist.h"
#include "base/err.h"
#include "base/file.h"

#include <stdlib.h>

enum { QUESTIONS = 2000 };

typedef struct score {
    size_t right, found, made, typed;
} score;

static size_t questions(parry_arena *a, parry_str out[QUESTIONS])
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
        if (parry_file_read(a, path.p, 1 << 20, &rest, NULL) != PARRY_OK)
            return 0;
        for (parry_str_split(&rest, '\n', &line); n + 20 < QUESTIONS && parry_str_split(&rest, '\n', &line);) {
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

static score type(parry_arena *a, size_t sessions)
{
    parry_str *q = PARRY_ARRAY(a, parry_str, QUESTIONS);
    typist *t = parry_calloc(1, sizeof *t);
    score sum = {0};
    *t = (typist){.seed = 7, .questions = q, .nquestions = questions(a, q)};
    shuffle(t, q, t->nquestions);
    for (uint64_t i = 0; i < sessions && t->nquestions > 0; i++) {
        t->a = parry_arena_new();
        typist_session(t, 1000003 * i + 17);
        count(t, &sum);
        parry_arena_free(t->a);
    }
    free(t);
    return sum;
}

void sim_typing(void)
{
    size_t runs = sim_runs(5000, 100000);
    parry_arena *a = parry_arena_new();
    score s = type(a, runs);
    double precision = sim_part(s.right, s.found), recall = sim_part(s.right, s.made);
    sim_value("keystrokes become searches: texts sent a search", runs, sim_part(s.typed, s.made), 5, 100);
    sim_value("searches found in what was typed: precision", runs, precision, 0.98, 1);
    sim_value("the same: recall", runs, recall, 0.98, 1);
    sim_value("the same: F1", runs, 2 * precision * recall / (precision + recall), 0.98, 1);
    parry_arena_free(a);
}
