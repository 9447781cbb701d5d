/* Slots: things of a list, found again by a hash of theirs. The list is the caller's, and so is what makes two things
 * the same; slots know of each thing its number and 32 bits of its hash. Open addressing, half full at most, 16 to 32
 * bytes a thing. Nothing is taken out. One thread.
 *
 *     for (uint32_t i = parry_slots_first(&s, hash, &at); i != PARRY_NO_SLOT; i = parry_slots_next(&s, hash, &at)) {
 *         if (list[i] is it)
 *             return i;
 *     }
 *     parry_slots_add(&s, hash, n++); */
#ifndef PARRY_BASE_SLOTS_H
#define PARRY_BASE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_slots { /* zeroed: nothing is in it */
    uint64_t *slots;
    size_t nslots, n; /* nslots: a power of two */
} parry_slots;

#define PARRY_NO_SLOT UINT32_MAX

/* Of bits that may say little by themselves, bits of which each depends on all (splitmix64's finish). */
uint64_t parry_slots_mix(uint64_t x);

/* Numbers of the things that may have this hash, one after the other; PARRY_NO_SLOT: no further one. */
uint32_t parry_slots_first(const parry_slots *s, uint64_t hash, size_t *at);
uint32_t parry_slots_next(const parry_slots *s, uint64_t hash, size_t *at);
/* number: below PARRY_NO_SLOT. At most 2^31 of them. */
void parry_slots_add(parry_slots *s, uint64_t hash, uint32_t number);
void parry_slots_free(parry_slots *s); /* zeroed after that; a zeroed one is fine */

#ifdef __cplusplus
}
#endif
#endif
