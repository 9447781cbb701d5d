/* Log-linear buckets after HdrHistogram: each power of two of nanoseconds is cut into 64 equal parts, so that a bucket
 * is at most 1/64 = 1.6 % wide and its middle is off by 0.8 % at most.
 *
 *     2^9 ns         2^10             2^11                            2^37
 *     |64 x 8 ns     |64 x 16 ns      |64 x 32 ns       ...           |
 */
#include "base/hist.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    PART_BITS = 6,
    PARTS = 1 << PART_BITS,
    LOW_BIT = 9,   /* 512 ns is the last power of two below 1 us */
    HIGH_BIT = 36, /* 68.7 s the last below 100 s */
    BUCKETS = (HIGH_BIT - LOW_BIT + 1) * PARTS
};
static const int64_t least_ns = 1000, most_ns = 100000000000;

struct parry_hist {
    _Atomic uint64_t count;
    _Atomic int64_t sum, max;
    _Atomic uint64_t buckets[BUCKETS];
};

static size_t bucket_of(int64_t ns)
{
    int64_t v = ns < least_ns ? least_ns : ns > most_ns ? most_ns : ns;
    int bit = 63 - __builtin_clzll((unsigned long long)v);
    size_t part = (size_t)(v >> (bit - PART_BITS)) & (PARTS - 1);
    return (size_t)(bit - LOW_BIT) * PARTS + part;
}

static int64_t middle_of(size_t bucket)
{
    int bit = LOW_BIT + (int)(bucket / PARTS);
    int64_t width = (int64_t)1 << (bit - PART_BITS);
    return ((int64_t)1 << bit) + (int64_t)(bucket % PARTS) * width + width / 2;
}

static uint64_t in_bucket(const parry_hist *h, size_t i)
{
    return atomic_load_explicit(&h->buckets[i], memory_order_relaxed);
}

parry_hist *parry_hist_new(void) { return parry_calloc(1, sizeof(parry_hist)); }

void parry_hist_free(parry_hist *h) { free(h); }

void parry_hist_add(parry_hist *h, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    atomic_fetch_add_explicit(&h->buckets[bucket_of(ns)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->sum, ns, memory_order_relaxed);
    int64_t max = atomic_load_explicit(&h->max, memory_order_relaxed);
    while (ns > max &&
           !atomic_compare_exchange_weak_explicit(&h->max, &max, ns, memory_order_relaxed, memory_order_relaxed))
        ;
}

uint64_t parry_hist_count(const parry_hist *h) { return atomic_load_explicit(&h->count, memory_order_relaxed); }
int64_t parry_hist_max_ns(const parry_hist *h) { return atomic_load_explicit(&h->max, memory_order_relaxed); }
int64_t parry_hist_sum_ns(const parry_hist *h) { return atomic_load_explicit(&h->sum, memory_order_relaxed); }

/* The buckets are added up instead of trusting `count`: adds go on meanwhile and the two need not agree. */
static uint64_t total(const parry_hist *h)
{
    uint64_t n = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        n += in_bucket(h, i);
    return n;
}

int64_t parry_hist_quantile_ns(const parry_hist *h, double q)
{
    uint64_t n = total(h), seen = 0;
    if (n == 0)
        return 0;
    double at = (q < 0 ? 0 : q > 1 ? 1 : q) * (double)n;
    uint64_t rank = (uint64_t)at;
    if (rank < n && ((double)rank < at || rank == 0))
        rank++; /* the nearest-rank definition: the ceiling, at least 1 */
    int64_t max = parry_hist_max_ns(h);
    for (size_t i = 0; i < BUCKETS; i++) {
        seen += in_bucket(h, i);
        if (seen >= rank)
            return middle_of(i) < max ? middle_of(i) : max;
    }
    return max;
}

/* Buckets of the text, as label and ns; a value counts by the middle of its own bucket. */
static const struct {
    const char *le;
    int64_t ns;
} bounds[] = {
    {"0.0001", 100000},  {"0.00025", 250000}, {"0.0005", 500000},  {"0.001", 1000000},
    {"0.0025", 2500000}, {"0.005", 5000000},  {"0.01", 10000000},  {"0.025", 25000000},
    {"0.05", 50000000},  {"0.1", 100000000},  {"0.25", 250000000}, {"0.5", 500000000},
    {"1", 1000000000},   {"2.5", 2500000000}, {"5", 5000000000},   {"10", 10000000000},
};

static void bucket_line(parry_buf *out, const char *name, const char *labels, const char *le, uint64_t n)
{
    parry_buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", name, labels, *labels ? "," : "", le,
                     (unsigned long long)n);
}

void parry_hist_prometheus(const parry_hist *h, const char *name, const char *labels, parry_buf *out)
{
    uint64_t n = 0;
    size_t i = 0;
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        for (; i < BUCKETS && middle_of(i) <= bounds[b].ns; i++)
            n += in_bucket(h, i);
        bucket_line(out, name, labels, bounds[b].le, n);
    }
    for (; i < BUCKETS; i++)
        n += in_bucket(h, i);
    bucket_line(out, name, labels, "+Inf", n);
    const char *open = *labels ? "{" : "", *close = *labels ? "}" : "";
    parry_buf_printf(out, "%s_sum%s%s%s %.9f\n", name, open, labels, close, (double)parry_hist_sum_ns(h) / 1e9);
    parry_buf_printf(out, "%s_count%s%s%s %llu\n", name, open, labels, close, (unsigned long long)n);
}
