/* Numbers for names: clients of other systems know things by number only. A number is a hash of the name, so that it
 * is the same on every server and after every restart; 53 bits of it, since JavaScript's numbers hold no more. */
#ifndef PARRY_API_NUMBERS_H
#define PARRY_API_NUMBERS_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_NUMBER_BITS = 53 };

/* out[i]: the number of keys[i], at least 1. Keys are different from each other; where two hash alike, the first by
 * bytes keeps the number, and the other takes its next one: the same keys get the same numbers in whatever order they
 * come. bits: PARRY_NUMBER_BITS, but in tests. */
void parry_numbers(const parry_str *keys, size_t n, unsigned bits, uint64_t *out);
/* Of one name alone. */
uint64_t parry_number(parry_str key);

#ifdef __cplusplus
}
#endif
#endif
