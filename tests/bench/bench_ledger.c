/* Records a second that the ledger makes durable, how long one waits for it, and bytes of the file a record: as it
 * grew, and once compacted.
 *
 *     bench_ledger FOLDER [SECONDS]     FOLDER: on the disk that is measured; emptied afterwards */
#include "base/clock.h"
#include "base/env.h"
#include "base/file.h"
#include "base/hist.h"
#include "bench.h"
#include "ledger/ledger.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { MOST = 64, PAYLOAD = 240 };

typedef struct run {
    parry_ledger *ledger;
    parry_hist *waits;
    size_t group;
    atomic_bool stop;
} run;

static void *write_on(void *arg)
{
    run *r = arg;
    char payload[PAYLOAD];
    parry_ledger_item items[PARRY_LEDGER_GROUP_MAX];
    memset(payload, 'x', sizeof payload);
    while (!atomic_load(&r->stop)) {
        parry_err err = {0};
        parry_ledger_ticket *t = NULL;
        for (size_t i = 0; i < r->group; i++)
            items[i] = (parry_ledger_item){.kind = PARRY_LEDGER_EVENT,
                                           .id = parry_uuid_v7(parry_clock_now_ms(parry_clock_system())),
                                           .payload = parry_str_make(payload, sizeof payload)};
        int64_t start = parry_mono_ns();
        must(parry_ledger_append(r->ledger, items, r->group, &t, &err), &err);
        must(parry_ledger_wait(r->ledger, t, &err), &err);
        parry_hist_add(r->waits, parry_mono_ns() - start);
        parry_ledger_release(r->ledger, t);
    }
    return NULL;
}

static double file_bytes(const char *dir)
{
    char path[4096];
    struct stat st = {0};
    (void)snprintf(path, sizeof path, "%s/data.mdb", dir);
    return stat(path, &st) == 0 ? (double)st.st_size : 0;
}

static void measure(const char *dir, size_t writers, size_t group, int64_t seconds)
{
    run r = {.group = group, .waits = parry_hist_new()};
    pthread_t threads[MOST];
    parry_err err = {0};
    must(parry_ledger_open(dir, NULL, &r.ledger, &err), &err);
    int64_t start = parry_mono_ns();
    for (size_t i = 0; i < writers; i++) {
        if (pthread_create(&threads[i], NULL, write_on, &r) != 0)
            exit(1);
    }
    parry_sleep_ms(seconds * 1000);
    atomic_store(&r.stop, true);
    for (size_t i = 0; i < writers; i++)
        (void)pthread_join(threads[i], NULL);
    double took_s = (double)(parry_mono_ns() - start) / 1e9;
    parry_ledger_stats s;
    parry_ledger_get_stats(r.ledger, &s);
    parry_ledger_close(r.ledger);
    double grown = file_bytes(dir) / (double)s.appended;
    must(parry_env_compact(dir, &err), &err);
    printf("%7zu %6zu %12.0f %12.0f %9.1f %9.1f %8.0f %8.0f\n", writers, group, (double)s.appended / took_s,
           (double)s.commits / took_s, (double)parry_hist_quantile_ns(r.waits, 0.5) / 1e6,
           (double)parry_hist_quantile_ns(r.waits, 0.99) / 1e6, grown, file_bytes(dir) / (double)s.appended);
    parry_hist_free(r.waits);
    must(parry_tree_remove(dir, &err), &err);
}

int main(int argc, char **argv)
{
    static const size_t runs[][2] = {{1, 1}, {4, 1}, {16, 1}, {64, 1}, {1, 10}, {8, 10}, {8, 100}, {4, 1000}};
    if (argc < 2 || parry_file_exists(argv[1])) {
        fprintf(stderr, "bench_ledger FOLDER [SECONDS]: the folder must not exist\n");
        return 2;
    }
    int64_t seconds = argc > 2 ? strtol(argv[2], NULL, 10) : 3;
    printf("writers  group    records/s    commits/s    p50 ms    p99 ms  bytes/r  compact\n");
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        measure(argv[1], runs[i][0], runs[i][1], seconds);
    return 0;
}
