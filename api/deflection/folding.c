/* A fold every few seconds, and what was erased off the disk. What failed is tried again, and told once. */
#include "api/deflection/folding.h"

#include "api/deflection/meeting.h"
#include "api/observe/vitals.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    EVERY_MS = 5000,
    POLL_MS = 100,
    RECORDS = 20000, /* of one fold: then it looks whether it is to stop */
    NICER = 10,
    SCRUB_MS = 3600000, /* at most so often, since all of both files is read */
};

struct parry_folding {
    parry_app *app;
    parry_deflection *rows;
    pthread_t thread;
    bool started;
    atomic_bool stop, failed;
    int64_t scrubbed_ms; /* 0: never yet */
    atomic_ullong seq;   /* that is in */
};

static parry_code fold(parry_folding *f, size_t *n, parry_err *err)
{
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    parry_rows *view = NULL;
    parry_code code = parry_deflection_fold(f->rows, RECORDS, now_ms, n, err);
    if (code == PARRY_OK)
        code = parry_rows_open(f->rows, &view, err);
    if (code == PARRY_OK)
        atomic_store(&f->seq, parry_rows_get_state(view).seq);
    parry_rows_close(view);
    return code;
}

parry_code parry_folding_now(parry_folding *f, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t n = RECORDS; code == PARRY_OK && n == RECORDS && !atomic_load(&f->stop);)
        code = fold(f, &n, err);
    return code;
}

parry_deflection *parry_folding_rows(parry_folding *f) { return f->rows; }

static void tell(parry_folding *f, parry_code code, const parry_err *err)
{
    bool before = atomic_exchange(&f->failed, code != PARRY_OK);
    if (code != PARRY_OK && !before)
        parry_log_err("deflection", err);
}

/* Takes what was erased off the disk. */
static parry_code scrub(parry_folding *f, parry_err *err)
{
    int64_t now_ms = parry_clock_now_ms(parry_clock_system());
    bool ledger = false, rows = false;
    if (f->scrubbed_ms > 0 && now_ms >= f->scrubbed_ms && now_ms - f->scrubbed_ms < SCRUB_MS)
        return PARRY_OK;
    parry_code code = parry_ledger_scrub(f->app->ledger, &ledger, err);
    if (code == PARRY_OK)
        code = parry_deflection_scrub(f->rows, &rows, err);
    if (code == PARRY_OK && (ledger || rows)) {
        f->scrubbed_ms = now_ms;
        parry_log(PARRY_INFO, "scrub", "took_ms=%lld", (long long)(parry_clock_now_ms(parry_clock_system()) - now_ms));
    }
    return code;
}

/* What the meetings counted is put right by this thread alone: whoever asks for a fold would do the same beside it. */
static parry_code look(parry_folding *f, parry_err *err)
{
    parry_rows *view = NULL;
    parry_code code = parry_rows_open(f->rows, &view, err);
    if (code == PARRY_OK)
        code = parry_meetings_look(f->app, view, err);
    parry_rows_close(view);
    return code;
}

static parry_code round_of(parry_folding *f, parry_err *err)
{
    parry_code code = parry_folding_now(f, err);
    if (code == PARRY_OK)
        code = look(f, err);
    return code == PARRY_OK ? scrub(f, err) : code;
}

static void *run(void *arg)
{
    parry_folding *f = arg;
    (void)setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICER); /* Linux: of this thread alone */
    while (!atomic_load(&f->stop)) {
        parry_err err = {0};
        tell(f, round_of(f, &err), &err);
        for (int waited = 0; waited < EVERY_MS && !atomic_load(&f->stop); waited += POLL_MS)
            parry_sleep_ms(POLL_MS);
    }
    return NULL;
}

static double behind(void *ctx)
{
    parry_folding *f = ctx;
    parry_ledger_stats stats;
    parry_ledger_get_stats(f->app->ledger, &stats);
    uint64_t seq = atomic_load(&f->seq);
    return stats.seq > seq ? (double)(stats.seq - seq) : 0;
}

static bool degraded(void *ctx, char why[PARRY_WHY_TEXT])
{
    parry_folding *f = ctx;
    if (!atomic_load(&f->failed))
        return false;
    (void)snprintf(why, PARRY_WHY_TEXT,
                   "reports are not up to date: see the log; DATA/deflection may be removed, it is "
                   "made again from the ledger");
    return true;
}

parry_code parry_folding_start(parry_app *app, parry_folding **out, parry_err *err)
{
    char dir[4200];
    parry_folding *f = parry_calloc(1, sizeof *f);
    f->app = app;
    (void)snprintf(dir, sizeof dir, "%s/deflection", app->data_dir);
    parry_code code = parry_deflection_open(dir, app->ledger, &f->rows, err);
    if (code == PARRY_OK && pthread_create(&f->thread, NULL, run, f) != 0)
        code = parry_fail(err, PARRY_UNAVAILABLE, "cannot start a thread");
    f->started = code == PARRY_OK;
    if (code != PARRY_OK) {
        parry_folding_stop(f);
        return code;
    }
    parry_metrics_gauge(app->metrics,
                        (parry_gauge){"parry_deflection_behind", "",
                                      "Records of the ledger that reports do not count yet.", false, behind, f});
    parry_vital_add(app, (parry_vital){"deflection", "part=\"deflection\"", degraded, f});
    *out = f;
    return PARRY_OK;
}

void parry_folding_stop(parry_folding *f)
{
    if (f == NULL)
        return;
    atomic_store(&f->stop, true);
    if (f->started)
        (void)pthread_join(f->thread, NULL);
    parry_deflection_close(f->rows);
    free(f);
}

/* A replica counts nothing, unless somebody asked for a report on its folder: then that is what makes it again. */
static parry_code erased_uncounted(const parry_app *app, parry_err *err)
{
    char dir[4200];
    (void)snprintf(dir, sizeof dir, "%s/deflection", app->data_dir != NULL ? app->data_dir : "");
    return parry_file_exists(dir) ? PARRY_OK : parry_deflection_none(app->ledger, err);
}

parry_code parry_folding_again(void *app, parry_err *err)
{
    const parry_app *a = app;
    return a->folding != NULL ? parry_deflection_again(a->folding->rows, err) : erased_uncounted(a, err);
}
