/* A slot is 32 bits of the hash, which say where it belongs, and the number + 1; 0 is free. */
#include "base/slots.h"

#include "base/err.h"

#include <assert.h>
#include <stdlib.h>

enum { FIRST = 256 };

uint64_t parry_slots_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static uint32_t tag_of(uint64_t hash) { return (uint32_t)(hash ^ (hash >> 32)); }

/* From *at on: the next slot of that hash. */
static uint32_t look(const parry_slots *s, uint64_t hash, size_t *at)
{
    uint32_t tag = tag_of(hash);
    for (; s->slots[*at] != 0; *at = (*at + 1) & (s->nslots - 1)) {
        if ((uint32_t)(s->slots[*at] >> 32) == tag)
            return (uint32_t)s->slots[*at] - 1;
    }
    return PARRY_NO_SLOT;
}

uint32_t parry_slots_first(const parry_slots *s, uint64_t hash, size_t *at)
{
    if (s->nslots == 0)
        return PARRY_NO_SLOT;
    *at = tag_of(hash) & (s->nslots - 1);
    return look(s, hash, at);
}

uint32_t parry_slots_next(const parry_slots *s, uint64_t hash, size_t *at)
{
    *at = (*at + 1) & (s->nslots - 1);
    return look(s, hash, at);
}

static void place(parry_slots *s, uint64_t slot)
{
    size_t at = (size_t)(slot >> 32) & (s->nslots - 1);
    while (s->slots[at] != 0)
        at = (at + 1) & (s->nslots - 1);
    s->slots[at] = slot;
}

static void grow(parry_slots *s)
{
    parry_slots old = *s;
    s->nslots = old.nslots > 0 ? 2 * old.nslots : FIRST;
    s->slots = parry_calloc(s->nslots, sizeof *s->slots);
    for (size_t i = 0; i < old.nslots; i++) {
        if (old.slots[i] != 0)
            place(s, old.slots[i]);
    }
    free(old.slots);
}

void parry_slots_add(parry_slots *s, uint64_t hash, uint32_t number)
{
    assert(number != PARRY_NO_SLOT);
    if (2 * (s->n + 1) > s->nslots)
        grow(s);
    place(s, (uint64_t)tag_of(hash) << 32 | (number + 1));
    s->n++;
}

void parry_slots_free(parry_slots *s)
{
    free(s->slots);
    *s = (parry_slots){0};
}
