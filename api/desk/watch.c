/* Readings of the outbox, and when it is called degraded. */
#include "api/desk/watch.h"

#include "api/observe/vitals.h"
#include "base/clock.h"
#include "desk/desk.h"

enum { OLD_MS = 15 * 60 * 1000 };

typedef struct backlog {
    uint64_t counts[4]; /* by parry_outbox_state */
    int64_t oldest_ms;
} backlog;

static backlog read_backlog(const parry_app *app)
{
    backlog b = {.oldest_ms = 0};
    (void)!parry_outbox_counts(parry_desk_outbox(app->desk), b.counts, &b.oldest_ms, NULL);
    return b;
}

static double waiting(void *app) { return (double)read_backlog(app).counts[PARRY_OUTBOX_WAITING]; }
static double dead(void *app) { return (double)read_backlog(app).counts[PARRY_OUTBOX_DEAD]; }

static double oldest_s(void *app)
{
    backlog b = read_backlog(app);
    int64_t now = parry_clock_now_ms(parry_clock_system());
    return b.oldest_ms > 0 && now > b.oldest_ms ? (double)(now - b.oldest_ms) / 1000 : 0;
}

static size_t read_stats(const parry_app *app, parry_outbox_stats stats[PARRY_DESK_TARGETS])
{
    return parry_outbox_get_stats(parry_desk_outbox(app->desk), stats, PARRY_DESK_TARGETS);
}

static double open_breakers(void *app)
{
    parry_outbox_stats stats[PARRY_DESK_TARGETS];
    size_t all = read_stats(app, stats), n = 0;
    for (size_t i = 0; i < all; i++)
        n += stats[i].breaker != PARRY_BREAKER_CLOSED;
    return (double)n;
}

enum outcome { DELIVERED, LATER, UNSURE, NEVER };

static double attempts(const parry_app *app, enum outcome what)
{
    parry_outbox_stats stats[PARRY_DESK_TARGETS];
    size_t all = read_stats(app, stats);
    uint64_t n = 0;
    for (size_t i = 0; i < all; i++) {
        const parry_outbox_stats *s = &stats[i];
        n += what == DELIVERED ? s->delivered : what == LATER ? s->later : what == UNSURE ? s->unsure : s->never;
    }
    return (double)n;
}

static double delivered(void *app) { return attempts(app, DELIVERED); }
static double later(void *app) { return attempts(app, LATER); }
static double unsure(void *app) { return attempts(app, UNSURE); }
static double never(void *app) { return attempts(app, NEVER); }

static bool not_delivered(void *ctx, char why[PARRY_WHY_TEXT])
{
    const parry_app *app = ctx;
    backlog b = read_backlog(app);
    int64_t now = parry_clock_now_ms(parry_clock_system());
    if (b.counts[PARRY_OUTBOX_DEAD] > 0)
        (void)snprintf(why, PARRY_WHY_TEXT, "%llu deliveries were given up; see `parry outbox list --state dead`",
                       (unsigned long long)b.counts[PARRY_OUTBOX_DEAD]);
    else if (b.oldest_ms > 0 && now - b.oldest_ms > OLD_MS)
        (void)snprintf(why, PARRY_WHY_TEXT, "a delivery waits for %lld minutes; see `parry outbox list`",
                       (long long)((now - b.oldest_ms) / 60000));
    else
        return false;
    return true;
}

static bool not_its_own(void *ctx, char why[PARRY_WHY_TEXT])
{
    const parry_app *app = ctx;
    bool fell_back = parry_guesser_fell_back(parry_desk_guesser(app->desk));
    if (fell_back)
        (void)snprintf(why, PARRY_WHY_TEXT,
                       "the desk's own cannot be used, and the shipped one guesses; the log says why");
    return fell_back;
}

void parry_desk_watch(parry_app *app)
{
    const parry_gauge all[] = {
        {"parry_outbox_waiting", "", "Deliveries that wait or are being made.", false, waiting, app},
        {"parry_outbox_dead", "", "Deliveries that were given up.", false, dead, app},
        {"parry_outbox_oldest_seconds", "", "For how long the oldest waits.", false, oldest_s, app},
        {"parry_outbox_breakers_open", "", "Targets that nothing is sent to for now.", false, open_breakers, app},
        {"parry_outbox_attempts_total", "outcome=\"delivered\"", "Attempts to deliver.", true, delivered, app},
        {"parry_outbox_attempts_total", "outcome=\"later\"", "Attempts to deliver.", true, later, app},
        {"parry_outbox_attempts_total", "outcome=\"unsure\"", "Attempts to deliver.", true, unsure, app},
        {"parry_outbox_attempts_total", "outcome=\"never\"", "Attempts to deliver.", true, never, app},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        parry_metrics_gauge(app->metrics, all[i]);
    parry_vital_add(app, (parry_vital){"outbox", "part=\"outbox\"", not_delivered, app});
    parry_vital_add(app, (parry_vital){"classifier", "part=\"classifier\"", not_its_own, app});
}
