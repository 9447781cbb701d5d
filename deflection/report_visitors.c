/* What each visitor adds to a group: found by the group's number and his key. Intervals are of visitors,
 * since what one of them does hangs together. */
#include "deflection/report_inner.h"

#include <stdlib.h>

enum { FIRST = 256 };

void report_visitors_open(report_visitors *t, size_t counters)
{
    *t = (report_visitors){.size = sizeof(report_visitor) + counters * sizeof(uint32_t), .counters = counters};
}

void report_visitors_close(report_visitors *t)
{
    free(t->rows);
    parry_slots_free(&t->slots);
    *t = (report_visitors){.n = 0};
}

report_visitor *report_visitors_at(const report_visitors *t, uint32_t number)
{
    return (report_visitor *)(void *)(t->rows + (size_t)number * t->size);
}

static uint64_t hash_of(uint32_t group, const parry_ledger_subject *who)
{
    uint64_t words[2];
    memcpy(words, who, sizeof words);
    return parry_slots_mix(words[0] + parry_slots_mix(words[1] + parry_slots_mix(group)));
}

static report_visitor *another(report_visitors *t)
{
    if (t->n == t->cap) {
        t->cap = t->cap > 0 ? t->cap + t->cap / 2 : FIRST;
        t->rows = parry_realloc(t->rows, t->cap * t->size);
    }
    report_visitor *v = report_visitors_at(t, t->n++);
    memset(v, 0, t->size);
    return v;
}

uint32_t report_visitors_get(report_visitors *t, report_group *g, const parry_ledger_subject *who)
{
    size_t at;
    uint64_t hash = hash_of(g->number, who);
    for (uint32_t i = parry_slots_first(&t->slots, hash, &at); i != PARRY_NO_SLOT;
         i = parry_slots_next(&t->slots, hash, &at)) {
        const report_visitor *v = report_visitors_at(t, i);
        if (v->group == g->number && memcmp(&v->who, who, sizeof *who) == 0)
            return i;
    }
    if (t->n == PARRY_REPORT_DISTINCT_MAX)
        return UINT32_MAX;
    report_visitor *v = another(t);
    v->who = *who;
    v->group = g->number;
    v->next = g->visitors;
    g->visitors = t->n;
    parry_slots_add(&t->slots, hash, t->n - 1);
    return t->n - 1;
}
