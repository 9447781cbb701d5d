#include "api/zendesk/numbers.h"

#include <sodium.h>
#include <stdlib.h>

/* SipHash under a key that everybody may know: it spreads, it hides nothing. */
static uint64_t hash(parry_str key, unsigned attempt, unsigned bits)
{
    unsigned char seed[crypto_shorthash_KEYBYTES] = "parry numbers"; /* and zeros */
    unsigned char out[crypto_shorthash_BYTES];
    uint64_t n = 0;
    seed[sizeof seed - 1] = (unsigned char)attempt;
    seed[sizeof seed - 2] = (unsigned char)(attempt >> 8);
    (void)crypto_shorthash(out, (const unsigned char *)(key.n > 0 ? key.p : ""), key.n, seed);
    for (size_t i = 0; i < sizeof out; i++)
        n = n << 8 | out[i];
    n >>= 64 - bits;
    return n > 0 ? n : 1;
}

uint64_t parry_number(parry_str key) { return hash(key, 0, PARRY_NUMBER_BITS); }

typedef struct named {
    uint64_t number;
    parry_str key;
    size_t at;
    unsigned attempt;
} named;

static int by_number(const void *pa, const void *pb)
{
    const named *a = pa, *b = pb;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    if (a->attempt != b->attempt) /* who had it first keeps it */
        return a->attempt < b->attempt ? -1 : 1;
    return parry_str_cmp(a->key, b->key);
}

void parry_numbers(const parry_str *keys, size_t n, unsigned bits, uint64_t *out)
{
    named *all = parry_calloc(n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = (named){hash(keys[i], 0, bits), keys[i], i, 0};
    for (bool again = n > 0; again;) {
        again = false;
        qsort(all, n, sizeof *all, by_number);
        for (size_t i = 1; i < n; i++) {
            if (all[i].number != all[i - 1].number)
                continue;
            size_t end = i;
            while (end < n && all[end].number == all[i - 1].number) {
                all[end].attempt++;
                all[end].number = hash(all[end].key, all[end].attempt, bits);
                end++;
            }
            again = true;
            i = end;
        }
    }
    for (size_t i = 0; i < n; i++)
        out[all[i].at] = all[i].number;
    free(all);
}
