/* The case store at size: how long a list with filters takes, a search, and a start; made of synthetic cases, always
 * the same ones. Lists and searches read the 25 cases that they show, as the API does.
 *
 *     bench_cases FOLDER [CASES]     FOLDER: on the disk that is measured; its cases stay for the next time
 *     bench_cases seed DATA SECRET [CASES]     only makes them, in the DATA and with the secret file of a server that
 *                                              does not run: for bench_cases.py */
#include "access/secret.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hist.h"
#include "bench.h"
#include "desk/cases/cases.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { WRITERS = 48, WORDS = 6000, SHOWN = 25, ROUNDS = 1000, USUAL = 100000 };

static const unsigned char key[32] = {7};

/* ---- what cases say ---------------------------------------------------------------------------------------------- */

typedef struct dice {
    uint64_t state;
} dice;

static uint32_t roll(dice *d, uint32_t sides)
{
    d->state = d->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((d->state >> 33) % sides);
}

/* Words of three syllables, the first ones far more often: about as Zipf has it. */
static void add_word(dice *d, parry_buf *out, uint32_t n)
{
    static const char *const syllables[] = {"ra", "mo",  "ti", "len", "sor", "ba", "cu",  "def", "gan", "hil",
                                            "jo", "kem", "pu", "vas", "wed", "xi", "yol", "zan", "ner", "fos"};
    (void)d;
    parry_buf_printf(out, "%s%s%s", syllables[n % 20], syllables[n / 20 % 20], syllables[n / 400 % 20]);
}

static uint32_t some_word(dice *d)
{
    uint32_t range = 1u << roll(d, 13);
    return roll(d, range < WORDS ? range : WORDS);
}

static void add_words(dice *d, parry_buf *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        parry_buf_addz(out, i > 0 ? " " : "");
        add_word(d, out, some_word(d));
    }
}

static void make_case(parry_cases *c, uint32_t i)
{
    dice d = {i * 2654435761u + 1};
    parry_buf subject = PARRY_BUF(200), text = PARRY_BUF(16000), name = PARRY_BUF(200), email = PARRY_BUF(254);
    char id[24];
    uint64_t n;
    parry_err err = {0};
    (void)snprintf(id, sizeof id, "bench-%u", i);
    add_words(&d, &subject, 4 + roll(&d, 5));
    add_words(&d, &text, 20 + roll(&d, 80));
    parry_buf_printf(&text, " order ORD-%u", roll(&d, 900000) + 100000);
    add_words(&d, &name, 2);
    add_word(&d, &email, roll(&d, WORDS));
    parry_buf_printf(&email, "%u@", roll(&d, 1000));
    add_word(&d, &email, roll(&d, 50));
    parry_buf_addz(&email, ".example");
    const parry_ticket t = {.id = parry_str_of(id),
                            .created_ms = 1700000000000 + (int64_t)i * 60000,
                            .subject = parry_buf_str(&subject),
                            .description = parry_buf_str(&text),
                            .name = parry_buf_str(&name),
                            .email = parry_buf_str(&email),
                            .locale = parry_str_of("en"),
                            .audience = parry_str_of("customer"),
                            .queue = (parry_queue)roll(&d, PARRY_QUEUES),
                            .priority = (parry_priority)roll(&d, PARRY_PRIORITIES)};
    must(parry_cases_create(c, &t, &n, &err), &err);
    parry_str agents[] = {parry_str_of("ada"), parry_str_of("ben"), parry_str_of("cleo"), parry_str_of("dan")};
    parry_case_change change = {
        .status = PARRY_CASE_INPROGRESS, .priority = -1, .queue = -1, .assignee = &agents[roll(&d, 4)], .by = "bench"};
    if (roll(&d, 10) < 8)
        must(parry_cases_change(c, n, &change, &err), &err);
    change.status = PARRY_CASE_DONE;
    change.assignee = NULL;
    if (roll(&d, 10) < 8 && parry_cases_change(c, n, &change, NULL) != PARRY_OK)
        (void)n; /* it was not begun */
    parry_buf_clear(&text);
    add_words(&d, &text, 30);
    parry_case_comment m = {.author = parry_str_of("Ada"), .kind = PARRY_COMMENT_AGENT, .text = parry_buf_str(&text)};
    if (roll(&d, 2) == 0)
        must(parry_cases_comment(c, n, &m, &err), &err);
    parry_buf_free(&subject), parry_buf_free(&text), parry_buf_free(&name), parry_buf_free(&email);
}

typedef struct making {
    parry_cases *c;
    atomic_uint next;
    uint32_t end;
} making;

static void *make_some(void *arg)
{
    making *m = arg;
    for (uint32_t i; (i = atomic_fetch_add(&m->next, 1)) < m->end;)
        make_case(m->c, i);
    return NULL;
}

/* ---- what is measured -------------------------------------------------------------------------------------------- */

static double since_s(int64_t start) { return (double)(parry_mono_ns() - start) / 1e9; }

/* Of all threads. */
static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long resident_mib(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f == NULL || fscanf(f, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    if (f != NULL)
        (void)fclose(f);
    return resident * sysconf(_SC_PAGESIZE) >> 20;
}

static uint64_t there(parry_cases *c)
{
    parry_cases_counts n;
    parry_cases_count(c, &n);
    return n.by_status[0] + n.by_status[1] + n.by_status[2];
}

static void wait_indexed(parry_cases *c)
{
    parry_cases_counts n = {.unindexed = 1};
    while (n.unindexed > 0) {
        parry_sleep_ms(20);
        parry_cases_count(c, &n);
    }
}

static void make_all(parry_cases *c, uint32_t n)
{
    making m = {.c = c, .end = n};
    pthread_t threads[WRITERS];
    int64_t start = parry_mono_ns();
    atomic_store(&m.next, (uint32_t)there(c));
    for (size_t i = 0; i < WRITERS; i++) {
        if (pthread_create(&threads[i], NULL, make_some, &m) != 0)
            exit(1);
    }
    for (size_t i = 0; i < WRITERS; i++)
        (void)pthread_join(threads[i], NULL);
    printf("made              %8.1f s for %u cases\n", since_s(start), n);
    start = parry_mono_ns();
    wait_indexed(c);
    printf("index behind by   %8.1f s more\n", since_s(start));
}

static size_t read_page(parry_cases *c, const parry_cases_wish *w)
{
    parry_arena *a = parry_arena_new();
    parry_cases_row rows[PARRY_CASES_LIST_MAX];
    size_t n = 0, total = 0;
    parry_err err = {0};
    must(parry_cases_list(c, w, rows, &n, &total, &err), &err);
    for (size_t i = 0; i < n; i++) {
        parry_case k;
        must(parry_cases_get(c, rows[i].id, a, &k, &err), &err);
    }
    parry_arena_free(a);
    return total;
}

static parry_cases_wish some_filters(dice *d)
{
    static const char *const who[] = {"ada", "ben", "-", "", "", ""};
    parry_cases_wish w = parry_cases_any();
    w.limit = SHOWN;
    w.status = (int)roll(d, 4) - 1;
    w.priority = (int)roll(d, 5) - 1;
    w.queue = (int)roll(d, 6) - 1;
    w.assignee = parry_str_of(who[roll(d, 6)]);
    w.order = (parry_cases_order)roll(d, 4);
    w.offset = roll(d, 4) == 0 ? roll(d, 1000) : 0;
    return w;
}

/* One to three words, some common, some rare; sometimes the last one is begun alone, a number or a name. */
static void some_text(dice *d, parry_buf *out)
{
    uint32_t words = 1 + roll(d, 3);
    parry_buf_clear(out);
    if (roll(d, 6) == 0) {
        parry_buf_printf(out, "ORD-%u", roll(d, 900000) + 100000);
        return;
    }
    add_words(d, out, words);
    if (roll(d, 2) == 0)
        out->n -= roll(d, 3);
    else
        parry_buf_addc(out, ' ');
}

static void report(const char *what, const parry_hist *h)
{
    printf("%-24s p50 %7.2f ms   p95 %7.2f ms   p99 %7.2f ms\n", what, (double)parry_hist_quantile_ns(h, 0.5) / 1e6,
           (double)parry_hist_quantile_ns(h, 0.95) / 1e6, (double)parry_hist_quantile_ns(h, 0.99) / 1e6);
}

static void measure(parry_cases *c, const char *what, bool filters, int text)
{
    parry_hist *h = parry_hist_new();
    parry_buf words = PARRY_BUF(PARRY_CASES_TEXT_MAX);
    dice d = {42};
    for (int i = 0; i < ROUNDS; i++) {
        parry_cases_wish w = some_filters(&d);
        if (!filters) {
            w = parry_cases_any();
            w.limit = SHOWN;
        }
        some_text(&d, &words);
        if (text >= 0) {
            w.text = parry_buf_str(&words);
            w.order = (parry_cases_order)text;
        }
        int64_t start = cpu_ns();
        (void)read_page(c, &w);
        parry_hist_add(h, cpu_ns() - start);
    }
    report(what, h);
    parry_hist_free(h);
    parry_buf_free(&words);
}

/* As a server has them: its folders, and the key that it derives. */
static int seed(const char *data, const char *secret_file, uint32_t n)
{
    parry_err err = {0};
    parry_env *env = NULL;
    parry_cases *c = NULL;
    parry_secret secret;
    char desk[512], index[sizeof desk + 8];
    (void)snprintf(desk, sizeof desk, "%s/desk", data);
    (void)snprintf(index, sizeof index, "%s/search", desk);
    must(parry_secret_file(secret_file, &secret, &err), &err);
    secret = parry_secret_mac(&secret, "desk", parry_str_of(""));
    must(parry_dir_make(desk, &err), &err);
    must(parry_env_open(desk, (size_t)64 << 30, PARRY_CASES_TABLES, &env, &err), &err);
    parry_group *group = parry_group_new(env);
    must(parry_cases_open(env, group, index, secret.b, parry_clock_system(), &c, &err), &err);
    make_all(c, n);
    parry_cases_close(c);
    parry_group_free(group);
    parry_env_close(env);
    return 0;
}

int main(int argc, char **argv)
{
    parry_err err = {0};
    parry_env *env = NULL;
    parry_cases *c = NULL;
    char desk[512], index[512];
    if (argc < 2)
        return 2;
    if (strcmp(argv[1], "seed") == 0)
        return argc < 4 ? 2 : seed(argv[2], argv[3], argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : USUAL);
    uint32_t n = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : USUAL;
    (void)snprintf(desk, sizeof desk, "%s/desk", argv[1]);
    (void)snprintf(index, sizeof index, "%s/search", argv[1]);
    must(parry_dir_make(argv[1], &err), &err);
    must(parry_env_open(desk, (size_t)64 << 30, PARRY_CASES_TABLES, &env, &err), &err);
    parry_group *group = parry_group_new(env);
    must(parry_cases_open(env, group, index, key, parry_clock_system(), &c, &err), &err);
    make_all(c, n);
    parry_cases_close(c);
    long before = resident_mib();
    int64_t start = parry_mono_ns();
    must(parry_cases_open(env, group, index, key, parry_clock_system(), &c, &err), &err);
    printf("open              %8.3f s, %ld MiB more\n", since_s(start), resident_mib() - before);
    measure(c, "list", false, -1);
    measure(c, "list, filters", true, -1);
    measure(c, "search, by relevance", false, PARRY_CASES_RELEVANCE);
    measure(c, "search, newest", false, PARRY_CASES_NEWEST);
    measure(c, "search, filters", true, PARRY_CASES_RELEVANCE);
    printf("resident          %8ld MiB\n", resident_mib());
    parry_cases_close(c);
    must(parry_tree_remove(index, &err), &err);
    start = parry_mono_ns();
    double cpu = cpu_s();
    must(parry_cases_open(env, group, index, key, parry_clock_system(), &c, &err), &err);
    wait_indexed(c);
    printf("index made again  %8.1f s, %.1f s on a core\n", since_s(start), cpu_s() - cpu);
    parry_cases_close(c);
    parry_group_free(group);
    parry_env_close(env);
    return 0;
}
