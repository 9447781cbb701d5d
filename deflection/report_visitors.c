/* What each visitor adds to a group: open addressing over the group's number and his key. Intervals are of visitors,
 * since what one of them does hangs together. */
#include "deflection/report_inner.h"

#include <stdlib.h>

enum { SLOTS_FIRST = 256 };

void report_visitors_open(report_visitors *t, size_t counters)
{
    *t = (report_visitors){.size = sizeof(report_visitor) + counters * sizeof(uint32_t), .counters = counters};
}

void report_visitors_close(report_visitors *t)
{
    free(t->rows);
    free(t->slots);
    *t = (report_visitors){.n = 0};
}

report_visitor *report_visitors_at(const report_visitors *t, uint32_t number)
{
    return (report_visitor *)(void *)(t->rows + (size_t)number * t->size);
}

static uint32_t *slot_of(const report_visitors *t, uint32_t group, const parry_ledger_subject *who)
{
    uint64_t words[2];
    memcpy(words, who, sizeof words);
    size_t at = report_mix(words[0] + report_mix(words[1] + report_mix(group))) & (t->nslots - 1);
    for (; t->slots[at] != 0; at = (at + 1) & (t->nslots - 1)) {
        const report_visitor *v = report_visitors_at(t, t->slots[at] - 1);
        if (v->group == group && memcmp(&v->who, who, sizeof *who) == 0)
            break;
    }
    return &t->slots[at];
}

static void make_room(report_visitors *t)
{
    if (t->n == t->cap) {
        t->cap = t->cap > 0 ? t->cap + t->cap / 2 : SLOTS_FIRST;
        t->rows = parry_realloc(t->rows, t->cap * t->size);
    }
    if (2 * (t->n + 1) <= t->nslots)
        return;
    t->nslots = t->nslots > 0 ? 2 * t->nslots : SLOTS_FIRST;
    free(t->slots);
    t->slots = parry_calloc(t->nslots, sizeof *t->slots);
    for (uint32_t i = 0; i < t->n; i++) {
        const report_visitor *v = report_visitors_at(t, i);
        *slot_of(t, v->group, &v->who) = i + 1;
    }
}

uint32_t report_visitors_get(report_visitors *t, report_group *g, const parry_ledger_subject *who)
{
    make_room(t);
    uint32_t *slot = slot_of(t, g->number, who);
    if (*slot != 0)
        return *slot - 1;
    if (t->n == PARRY_REPORT_DISTINCT_MAX)
        return UINT32_MAX;
    report_visitor *v = report_visitors_at(t, t->n);
    memset(v, 0, t->size);
    v->who = *who;
    v->group = g->number;
    v->next = g->visitors;
    *slot = g->visitors = ++t->n;
    return t->n - 1;
}
