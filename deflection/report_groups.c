/* Groups of a report: open addressing over keys, and the people in each, up to k of them. */
#include "deflection/report_inner.h"
#include "ledger/visitor.h"

#include <stdlib.h>

static uint64_t hash_of(const report_key *key)
{
    uint64_t h = 0;
    for (size_t i = 0; i < PARRY_REPORT_KEY; i++)
        h = parry_slots_mix(h + 0x9E3779B97F4A7C15u + key->v[i]);
    return h;
}

void report_groups_open(report_groups *t, size_t counters, unsigned k)
{
    *t = (report_groups){.arena = parry_arena_new(), .counters = counters, .k = k};
}

void report_groups_close(report_groups *t)
{
    for (size_t i = 0; i < t->n; i++)
        free(t->list[i]->values);
    parry_slots_free(&t->slots);
    parry_arena_free(t->arena);
    *t = (report_groups){.arena = NULL};
}

report_group *report_groups_get(report_groups *t, const report_key *key)
{
    size_t at;
    uint64_t hash = hash_of(key);
    for (uint32_t i = parry_slots_first(&t->slots, hash, &at); i != PARRY_NO_SLOT;
         i = parry_slots_next(&t->slots, hash, &at)) {
        if (memcmp(&t->list[i]->key, key, sizeof *key) == 0)
            return t->list[i];
    }
    if (t->n == PARRY_REPORT_GROUPS_MAX)
        return NULL;
    report_group *g = parry_arena_alloc(t->arena, sizeof *g + t->counters * sizeof *g->n);
    g->key = *key;
    g->number = (uint32_t)t->n;
    g->people = PARRY_ARRAY(t->arena, parry_ledger_subject, t->k);
    t->list = parry_arena_grow(t->arena, t->list, t->n, &t->cap, sizeof(void *));
    t->list[t->n++] = g;
    parry_slots_add(&t->slots, hash, g->number);
    return g;
}

static bool among(const parry_ledger_subject *people, size_t n, const parry_ledger_subject *who)
{
    for (size_t i = 0; i < n; i++) {
        if (memcmp(&people[i], who, sizeof *who) == 0)
            return true;
    }
    return false;
}

void report_group_meet(report_groups *t, report_group *g, int64_t at_ms, const parry_ledger_subject *who, bool counts)
{
    g->rows++;
    if (!counts || g->npeople == t->k)
        return;
    if (g->period != at_ms / PARRY_VISITOR_PERIOD_MS)
        g->npeople = 0;
    g->period = at_ms / PARRY_VISITOR_PERIOD_MS;
    if (!among(g->people, g->npeople, who))
        g->people[g->npeople++] = *who;
}

/* ---- hiding ------------------------------------------------------------------------------------------------------ */

/* How many people the hidden ones have together, counted up to k. */
static size_t hidden_people(const parry_report_part *parts, size_t n, unsigned k)
{
    parry_ledger_subject met[PARRY_REPORT_K_MAX];
    size_t nmet = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; parts[i].hidden && j < parts[i].npeople && nmet < k; j++) {
            if (!among(met, nmet, &parts[i].people[j]))
                met[nmet++] = parts[i].people[j];
        }
    }
    return nmet;
}

static parry_report_part *smallest_shown(parry_report_part *parts, size_t n)
{
    parry_report_part *least = NULL;
    for (parry_report_part *p = parts; p < parts + n; p++) {
        if (!p->hidden && (least == NULL || p->rows < least->rows || (p->rows == least->rows && p->key < least->key)))
            least = p;
    }
    return least;
}

size_t parry_report_hide(parry_report_part *parts, size_t n, unsigned k)
{
    size_t hidden = 0;
    for (size_t i = 0; i < n; i++) {
        parts[i].hidden |= parts[i].npeople < k;
        hidden += parts[i].hidden;
    }
    while (hidden > 0 && (hidden == 1 || hidden_people(parts, n, k) < k)) {
        parry_report_part *next = smallest_shown(parts, n);
        if (next == NULL)
            break;
        next->hidden = true;
        hidden++;
    }
    return hidden;
}

void report_groups_hide_some(report_group *const *list, size_t n, unsigned k)
{
    parry_report_part *parts = parry_calloc(n + 1, sizeof *parts);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (list[i]->rows > 0) /* nobody needs no hiding */
            parts[m++] = (parry_report_part){list[i]->people, list[i]->npeople, list[i]->rows, i, list[i]->hidden};
    }
    (void)parry_report_hide(parts, m, k);
    for (size_t i = 0; i < m; i++)
        list[parts[i].key]->hidden = parts[i].hidden;
    free(parts);
}

void report_groups_hide(report_groups *t) { report_groups_hide_some(t->list, t->n, t->k); }
