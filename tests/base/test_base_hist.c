#include "testing.h"

#include "base/hist.h"
#include "base/work.h"

static int make(void **state)
{
    *state = parry_hist_new();
    return 0;
}

static int drop(void **state)
{
    parry_hist_free(*state);
    return 0;
}

static void assert_near(int64_t got, int64_t want, double share)
{
    double off = (double)(got - want) / (double)want;
    if (off > share || off < -share)
        fail_msg("%lld is %.2f %% off %lld", (long long)got, off * 100, (long long)want);
}

static void test_an_empty_histogram_says_zero(void **state)
{
    assert_int_equal(parry_hist_count(*state), 0);
    assert_int_equal(parry_hist_quantile_ns(*state, 0.5), 0);
    assert_int_equal(parry_hist_max_ns(*state), 0);
    assert_int_equal(parry_hist_sum_ns(*state), 0);
}

static void test_one_value_comes_back_within_three_percent_over_the_range(void **state)
{
    (void)state;
    for (int64_t ns = 1000; ns < 100000000000; ns += ns / 73) {
        parry_hist *h = parry_hist_new();
        parry_hist_add(h, ns + ns / 5); /* so that the maximum does not cap the answer */
        for (int i = 0; i < 9; i++)
            parry_hist_add(h, ns);
        assert_near(parry_hist_quantile_ns(h, 0.5), ns, 0.03);
        parry_hist_free(h);
    }
}

static void test_quantiles_of_a_long_tail_are_within_three_percent(void **state)
{
    enum { N = 100000 };
    static const double quantiles[] = {0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999};
    for (int i = 1; i <= N; i++) { /* the i-th smallest is known: u / (1 - u) ms */
        double u = (i - 0.5) / N;
        parry_hist_add(*state, (int64_t)(u / (1 - u) * 1e6));
    }
    for (size_t k = 0; k < sizeof quantiles / sizeof *quantiles; k++) {
        double u = (quantiles[k] * N - 0.5) / N;
        assert_near(parry_hist_quantile_ns(*state, quantiles[k]), (int64_t)(u / (1 - u) * 1e6), 0.03);
    }
    assert_int_equal(parry_hist_count(*state), N);
}

static void test_the_ends_are_the_least_and_the_greatest_value(void **state)
{
    parry_hist_add(*state, 5000);
    parry_hist_add(*state, 7000000);
    assert_near(parry_hist_quantile_ns(*state, 0), 5000, 0.03);
    assert_near(parry_hist_quantile_ns(*state, 0.5), 5000, 0.03); /* nearest rank: the first of two */
    assert_near(parry_hist_quantile_ns(*state, 0.51), 7000000, 0.03);
    assert_near(parry_hist_quantile_ns(*state, 1), 7000000, 0.03);
    assert_near(parry_hist_quantile_ns(*state, 7), 7000000, 0.03);
    assert_true(parry_hist_quantile_ns(*state, 1) <= parry_hist_max_ns(*state));
    assert_int_equal(parry_hist_max_ns(*state), 7000000);
    assert_int_equal(parry_hist_sum_ns(*state), 7005000);
}

static void test_values_out_of_range_are_counted_at_its_ends(void **state)
{
    parry_hist_add(*state, -5);
    parry_hist_add(*state, 0);
    parry_hist_add(*state, 1000000000000);
    assert_int_equal(parry_hist_count(*state), 3);
    assert_int_equal(parry_hist_max_ns(*state), 1000000000000);
    assert_true(parry_hist_quantile_ns(*state, 0.5) <= 1020);
    assert_near(parry_hist_quantile_ns(*state, 1), 100000000000, 0.03);
}

static void add_one(void *ctx, size_t i, unsigned worker)
{
    (void)worker;
    parry_hist_add(ctx, (int64_t)i + 1);
}

static void test_no_add_of_any_thread_is_lost(void **state)
{
    parry_parallel(2000000, 4, add_one, *state);
    assert_int_equal(parry_hist_count(*state), 2000000);
    assert_int_equal(parry_hist_max_ns(*state), 2000000);
    assert_int_equal(parry_hist_sum_ns(*state), 2000001000000);
}

static bool has(const parry_buf *b, const char *line) { return strstr(b->p, line) != NULL; }

static void test_the_prometheus_text_is_cumulative_and_adds_up(void **state)
{
    parry_buf out = PARRY_BUF(1 << 16);
    parry_hist_add(*state, 50000);
    parry_hist_add(*state, 800000);
    parry_hist_add(*state, 800000);
    parry_hist_add(*state, 20000000000);
    parry_hist_prometheus(*state, "parry_search_seconds", "stage=\"text\"", &out);
    assert_true(has(&out, "parry_search_seconds_bucket{stage=\"text\",le=\"0.0001\"} 1\n"));
    assert_true(has(&out, "parry_search_seconds_bucket{stage=\"text\",le=\"0.0005\"} 1\n"));
    assert_true(has(&out, "parry_search_seconds_bucket{stage=\"text\",le=\"0.001\"} 3\n"));
    assert_true(has(&out, "parry_search_seconds_bucket{stage=\"text\",le=\"10\"} 3\n"));
    assert_true(has(&out, "parry_search_seconds_bucket{stage=\"text\",le=\"+Inf\"} 4\n"));
    assert_true(has(&out, "parry_search_seconds_sum{stage=\"text\"} 20.001650000\n"));
    assert_true(has(&out, "parry_search_seconds_count{stage=\"text\"} 4\n"));
    parry_buf_clear(&out);
    parry_hist_prometheus(*state, "x", "", &out);
    assert_true(has(&out, "x_bucket{le=\"+Inf\"} 4\n"));
    assert_true(has(&out, "x_count 4\n"));
    parry_buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_empty_histogram_says_zero, make, drop),
        cmocka_unit_test(test_one_value_comes_back_within_three_percent_over_the_range),
        cmocka_unit_test_setup_teardown(test_quantiles_of_a_long_tail_are_within_three_percent, make, drop),
        cmocka_unit_test_setup_teardown(test_the_ends_are_the_least_and_the_greatest_value, make, drop),
        cmocka_unit_test_setup_teardown(test_values_out_of_range_are_counted_at_its_ends, make, drop),
        cmocka_unit_test_setup_teardown(test_no_add_of_any_thread_is_lost, make, drop),
        cmocka_unit_test_setup_teardown(test_the_prometheus_text_is_cumulative_and_adds_up, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
