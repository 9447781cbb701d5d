/* Reports at size: synthetic events of a quarter through the ledger and the store's own fold, then every report by day
 * over the whole quarter, from rows. The events are always the same ones.
 *
 *     bench_reports FOLDER [EVENTS]     FOLDER: on the disk that is measured; what is in it is used again
 *
 * Seven events a session on average: what was typed, a search, a click, a reading, and sometimes a vote, the form, its
 * suggestions, a ticket. Visitors come back; texts and articles are as uneven as they are. */
#include "base/clock.h"
#include "base/file.h"
#include "base/stats.h"
#include "bench.h"
#include "deflection/alerts.h"

#include <dirent.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { USUAL = 200000, DAYS = 92, TEXTS = 20000, ARTICLES = 500, LINE_BYTES = 400 };
static const int64_t day_ms = 86400000, begin_ms = 1782864000000; /* 2026-07-01 */

/* ---- events ------------------------------------------------------------------------------------------------------ */

typedef struct making {
    parry_ledger *ledger;
    parry_ledger_item items[PARRY_LEDGER_GROUP_MAX];
    char (*lines)[LINE_BYTES];
    size_t n;
    uint64_t made, of, seed;
    parry_ledger_subject who;
    char visitor[33], query[PARRY_UUID_TEXT];
    int64_t at_ms;
} making;

static uint32_t roll(making *m, uint32_t sides) { return (uint32_t)parry_random_below(&m->seed, sides); }

/* Small numbers far more often: about as Zipf has it. */
static uint32_t uneven(making *m, uint32_t most)
{
    return (uint32_t)(exp(parry_random_share(&m->seed) * log((double)most)) - 1);
}

static void flush(making *m)
{
    parry_ledger_ticket *t = NULL;
    parry_err err = {0};
    if (m->n == 0)
        return;
    must(parry_ledger_append(m->ledger, m->items, m->n, &t, &err), &err);
    must(parry_ledger_wait(m->ledger, t, &err), &err);
    parry_ledger_release(m->ledger, t);
    m->n = 0;
}

static parry_uuid some_id(making *m)
{
    unsigned char b[PARRY_UUID_BYTES];
    uint64_t halves[2] = {parry_random_next(&m->seed), parry_random_next(&m->seed)};
    memcpy(b, halves, sizeof b);
    return parry_uuid_of(b);
}

static void PARRY_PRINTF(4, 5) tell(making *m, parry_ledger_kind kind, parry_uuid id, const char *fmt, ...)
{
    char *line = m->lines[m->n];
    va_list ap;
    va_start(ap, fmt);
    int n = snprintf(line, LINE_BYTES, "{\"at\":%lld,\"visitor\":\"%s\",", (long long)m->at_ms, m->visitor);
    n += vsnprintf(line + n, (size_t)(LINE_BYTES - n), fmt, ap);
    va_end(ap);
    m->items[m->n] =
        (parry_ledger_item){.kind = kind, .id = id, .payload = parry_str_make(line, (size_t)n), .about = {m->who}};
    m->made++;
    if (++m->n == PARRY_LEDGER_GROUP_MAX)
        flush(m);
}

static void search(making *m, uint32_t text, bool typed)
{
    uint32_t first = text % ARTICLES, p = roll(m, 100);
    parry_uuid id = some_id(m);
    parry_uuid_text(id, m->query);
    tell(
        m, PARRY_LEDGER_QUERY, id,
        "\"by\":\"%s\",\"text\":\"question %u%s\",\"audience\":\"%s\",\"locale\":\"%s\",\"total\":%u,\"generation\":%u,"
        "\"probability\":0.%02u,\"answered\":%s,\"shown\":[\"a-%u\",\"a-%u\",\"a-%u\"]}",
        typed ? "suggest" : "search", typed ? text / 10 : text, typed ? "" : "?", roll(m, 8) ? "customer" : "merchant",
        roll(m, 4) ? "en" : "de", p < 3 ? 0 : 40, 1 + text % 3, p, p >= 50 ? "true" : "false", first, first + 1,
        first + 2);
}

static void event(making *m, const char *type, const char *more)
{
    tell(m, PARRY_LEDGER_EVENT, some_id(m), "\"type\":\"%s\",\"query_id\":\"%s\",\"device\":\"%s\"%s}", type, m->query,
         roll(m, 3) ? "mobile" : "desktop", more);
}

static void read_article(making *m, uint32_t article)
{
    char more[100];
    (void)snprintf(more, sizeof more, ",\"article\":\"a-%u\",\"position\":%u", article, 1 + uneven(m, 8));
    event(m, "click", more);
    m->at_ms += 1000 + roll(m, 60000);
    (void)snprintf(more, sizeof more, ",\"article\":\"a-%u\",\"dwell_ms\":%u", article, 900 + roll(m, 60000));
    event(m, "view", more);
    if (roll(m, 12) == 0) {
        (void)snprintf(more, sizeof more, ",\"article\":\"a-%u\",\"vote\":\"%s\"", article, roll(m, 4) ? "up" : "down");
        event(m, "vote", more);
    }
}

static void visit(making *m, int64_t start_ms, uint64_t visitor)
{
    uint32_t text = uneven(m, TEXTS);
    uint64_t halves[2] = {visitor, ~visitor};
    memcpy(m->who.b, halves, sizeof m->who.b);
    (void)snprintf(m->visitor, sizeof m->visitor, "%016llx%016llx", (unsigned long long)__builtin_bswap64(visitor),
                   (unsigned long long)__builtin_bswap64(~visitor));
    m->at_ms = start_ms;
    search(m, text, true);
    m->at_ms += 700;
    search(m, text, false);
    m->at_ms += 3000;
    if (roll(m, 10) < 7)
        read_article(m, (text + roll(m, 3)) % ARTICLES);
    if (roll(m, 3) == 0) { /* again, in other words */
        m->at_ms += 9000;
        search(m, uneven(m, TEXTS), false);
        m->at_ms += 2000;
        read_article(m, roll(m, ARTICLES));
    }
    if (roll(m, 6) == 0) {
        m->at_ms += 20000;
        event(m, "form_opened", "");
        event(m, "form_suggestion_shown", ",\"articles\":[\"a-1\",\"a-2\"]");
        m->at_ms += 60000;
        if (roll(m, 2) == 0)
            tell(m, PARRY_LEDGER_EVENT, some_id(m), "\"type\":\"ticket_created\",\"ticket\":\"T-%llu\"}",
                 (unsigned long long)m->made);
    }
}

static void make_events(const char *dir, uint64_t of, parry_ledger **ledger)
{
    parry_err err = {0};
    parry_ledger_stats stats;
    must(parry_ledger_open(dir, NULL, ledger, &err), &err);
    parry_ledger_get_stats(*ledger, &stats);
    if (stats.seq >= of)
        return;
    making m = {.ledger = *ledger, .of = of, .seed = 42};
    m.lines = parry_malloc(PARRY_LEDGER_GROUP_MAX * sizeof *m.lines);
    int64_t start = parry_mono_ns();
    for (int64_t next = begin_ms; m.made < of;) { /* in order of time, as they come in */
        uint64_t period =
            (uint64_t)((next - begin_ms) / (30 * day_ms)); /* of visitors' keys: whoever comes back is new */
        visit(&m, next, 1 + uneven(&m, (uint32_t)(of / 8 + 16)) + period * 1000000000);
        next = begin_ms + (int64_t)((double)m.made / (double)of * (double)(DAYS * day_ms - 3600000));
    }
    flush(&m);
    free(m.lines);
    printf("events            %10.1f s for %llu\n", (double)(parry_mono_ns() - start) / 1e9,
           (unsigned long long)m.made);
}

/* ---- what is measured -------------------------------------------------------------------------------------------- */

static uint64_t bytes_of(const char *dir)
{
    uint64_t sum = 0;
    char path[1024];
    struct stat st;
    struct dirent *e;
    DIR *d = opendir(dir);
    while (d != NULL && (e = readdir(d)) != NULL) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
            sum += (uint64_t)st.st_blocks * 512;
    }
    if (d != NULL)
        (void)closedir(d);
    return sum;
}

/* Of the process: its own memory, without the pages of the store that the system keeps for everybody. */
static long own_kib(const char *name)
{
    char line[200];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtol(line + strlen(name) + 1, NULL, 10);
    }
    if (f != NULL)
        (void)fclose(f);
    return kib;
}

static void fold(const char *dir, parry_ledger *ledger, parry_deflection **out)
{
    parry_err err = {0};
    int64_t start = parry_mono_ns(), cpu = cpu_ns();
    must(parry_deflection_open(dir, ledger, out, &err), &err);
    must(parry_deflection_catch_up(*out, begin_ms + (DAYS + 8) * day_ms, NULL, NULL, &err), &err);
    printf("fold              %10.1f s, %.1f s on a core\n", (double)(parry_mono_ns() - start) / 1e9,
           (double)(cpu_ns() - cpu) / 1e9);
}

static parry_str asked(void *ctx, const char *name)
{
    static const char *const fixed[][2] = {{"from", "2026-07-01"}, {"to", "2026-09-30"}};
    const char *by = ctx;
    for (size_t i = 0; i < 2; i++) {
        if (strcmp(name, fixed[i][0]) == 0)
            return parry_str_of(fixed[i][1]);
    }
    return parry_str_of(strcmp(name, "by") == 0 ? by : NULL);
}

static int64_t measure(parry_deflection *d, const char *name, const char *by)
{
    const parry_report_house house = {.k = 5, .cost = 20};
    parry_report_request q;
    parry_rows *rows = NULL;
    parry_err err = {0};
    json_t *report = NULL;
    parry_buf text = PARRY_BUF(64 << 20);
    int64_t start = parry_mono_ns(), cpu = cpu_ns();
    must(parry_report_read(name, asked, (void *)(uintptr_t)by, 0, &house, &q, &err), &err);
    must(parry_rows_open(d, &rows, &err), &err);
    const parry_report_source s = parry_report_source_of(rows, NULL);
    must(parry_report_make(&s, &q, &report, &err), &err);
    parry_report_write(report, PARRY_REPORT_JSON, &text);
    cpu = cpu_ns() - cpu;
    printf("%-14s %-6s %8.0f ms %8.0f ms on a core %6zu rows %8zu KiB   own memory %ld MiB\n", name, by,
           (double)(parry_mono_ns() - start) / 1e6, (double)cpu / 1e6, json_array_size(json_object_get(report, "rows")),
           text.n >> 10, own_kib("RssAnon") >> 10);
    json_decref(report);
    parry_buf_free(&text);
    parry_rows_close(rows);
    return cpu;
}

static void measure_all(parry_deflection *d)
{
    size_t i;
    const json_t *kind;
    json_t *list = parry_report_list();
    int64_t worst = 0;
    json_array_foreach(json_object_get(list, "reports"), i, kind)
    {
        const char *by = json_string_value(json_object_get(kind, "by"));
        int64_t took =
            measure(d, json_string_value(json_object_get(kind, "name")), strcmp(by, "as asked") == 0 ? "day" : by);
        worst = took > worst ? took : worst;
    }
    printf("the longest takes %10.0f ms on a core\n", (double)worst / 1e6);
    json_decref(list);
}

/* What alerting does once an hour. */
static void measure_alerts(parry_deflection *d)
{
    parry_rows *rows = NULL;
    parry_err err = {0};
    parry_alert_counts *counts = NULL;
    parry_alerts_judged judged;
    parry_arena *a = parry_arena_new();
    int64_t cpu = cpu_ns();
    must(parry_rows_open(d, &rows, &err), &err);
    parry_rows_as_of(rows, begin_ms + DAYS * day_ms);
    const parry_report_source s = parry_report_source_of(rows, NULL);
    must(parry_alerts_count(&s, PARRY_REPORT_K, a, &counts, &err), &err);
    parry_alerts_judge(counts, NULL, 0, a, &judged);
    cpu = cpu_ns() - cpu;
    printf("alerts            %10.0f ms on a core, %zu articles, %zu opened\n", (double)cpu / 1e6,
           judged.figures[PARRY_ALERT_VOTES].periods, judged.nopened);
    parry_rows_close(rows);
    parry_arena_free(a);
}

int main(int argc, char **argv)
{
    parry_err err = {0};
    parry_ledger *ledger = NULL;
    parry_deflection *d = NULL;
    char of_ledger[512], of_rows[512];
    if (argc < 2) {
        fprintf(stderr, "bench_reports FOLDER [EVENTS]\n");
        return 2;
    }
    uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : USUAL;
    (void)snprintf(of_ledger, sizeof of_ledger, "%s/ledger", argv[1]);
    (void)snprintf(of_rows, sizeof of_rows, "%s/deflection", argv[1]);
    must(parry_dir_make(argv[1], &err), &err);
    make_events(of_ledger, events, &ledger);
    fold(of_rows, ledger, &d);
    printf("ledger            %10.0f bytes an event\nrows              %10.0f bytes an event\n",
           (double)bytes_of(of_ledger) / (double)events, (double)bytes_of(of_rows) / (double)events);
    measure_all(d);
    measure_alerts(d);
    printf("peak              %10ld MiB, pages of the store included\n", own_kib("VmHWM") >> 10);
    parry_deflection_close(d);
    parry_ledger_close(ledger);
    return 0;
}
