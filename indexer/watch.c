/* The watching thread: wait, gather, import, have it published. */
#include "indexer/watch.h"

#include "base/clock.h"
#include "base/log.h"
#include "content/import.h"
#include "indexer/settings.h"
#include "indexer/tree_events.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    RESCAN_MS = 3000,    /* between readings of the tree where there is no inotify */
    RETRY_MS = 2000,     /* after something went wrong */
    LONGEST_GATHER = 20, /* times quiet_ms: a file that never rests must not hold up the others */
};

struct parry_watch {
    char *tree;
    parry_store *store;
    parry_publisher *publisher;
    int64_t quiet_ms;
    int stop_fd;
    pthread_t thread;
    parry_tree_events *events; /* NULL: the tree is read again and again */
    bool hopeless;             /* inotify's limits are reached: not tried again */
    bool whole;                /* the next import reads the whole tree */
    bool failed;               /* the last import did */
};

static void warn(void *ctx, parry_str path, int line, const char *msg)
{
    (void)ctx;
    char name[256];
    size_t n = path.n < sizeof name ? path.n : sizeof name - 1;
    if (n > 0)
        memcpy(name, path.p, n);
    name[n] = 0;
    parry_log(PARRY_WARN, "import", "file=%s line=%d msg=%s", parry_logq(name), line, parry_logq(msg));
}

/* Waits for events or the end; returns false at the end. ms < 0: without limit. */
static bool wait_for(parry_watch *w, int64_t ms, bool *events)
{
    struct pollfd fds[2] = {{w->stop_fd, POLLIN, 0}, {w->events ? parry_tree_events_fd(w->events) : -1, POLLIN, 0}};
    int n = poll(fds, 2, ms < 0 ? -1 : ms > INT32_MAX ? INT32_MAX : (int)ms);
    *events = n > 0 && (fds[1].revents & POLLIN);
    return !(n > 0 && fds[0].revents);
}

/* From now on the tree is read again and again; but where it only went away, inotify may come back with it. */
static void lose_events(parry_watch *w, const parry_err *err)
{
    parry_tree_events_close(w->events);
    w->events = NULL;
    w->whole = true;
    w->hopeless = err->code == PARRY_UNAVAILABLE;
    parry_log(PARRY_WARN, "watch", "mode=rescan every_ms=%d why=%s", RESCAN_MS, parry_logq(err->msg));
}

static void open_events(parry_watch *w, bool first)
{
    parry_err err = {0};
    if (w->events != NULL || w->hopeless)
        return;
    parry_code code = parry_tree_events_open(w->tree, &w->events, &err);
    if (code == PARRY_OK)
        w->whole = true;
    else if (first || code == PARRY_UNAVAILABLE)
        lose_events(w, &err);
}

/* Reads events until none came for quiet_ms; false at the end. */
static bool gather(parry_watch *w)
{
    int64_t started = parry_mono_ns(), longest_ns = w->quiet_ms * LONGEST_GATHER * 1000000;
    bool readable = true, news = false;
    while (w->events != NULL && readable) {
        parry_err err = {0};
        bool some = false;
        if (parry_tree_events_read(w->events, &some, &err) != PARRY_OK) {
            lose_events(w, &err);
            return true;
        }
        news = news || some;
        if (parry_mono_ns() - started > longest_ns)
            break;
        if (!wait_for(w, news ? w->quiet_ms : 0, &readable))
            return false;
    }
    return true;
}

static parry_code import_changes(parry_watch *w, parry_err *err)
{
    const parry_import_options options = {.warnings = {warn, NULL}, .check = parry_settings_check};
    parry_import_report report = {0};
    parry_arena *a = parry_arena_new();
    parry_str *paths = NULL;
    size_t n = 0;
    bool all = true;
    if (w->events != NULL)
        parry_tree_events_take(w->events, a, &paths, &n, &all);
    parry_code code = PARRY_OK;
    if (all || w->whole || w->events == NULL)
        code = parry_import_tree(w->store, w->tree, &options, &report, err);
    else if (n > 0)
        code = parry_import_paths(w->store, w->tree, paths, n, &options, &report, err);
    parry_arena_free(a);
    w->whole = code != PARRY_OK; /* what was gathered is lost: read everything next time */
    if (report.added + report.changed + report.archived + report.settings > 0)
        parry_log(PARRY_INFO, "import", "added=%zu changed=%zu archived=%zu refused=%zu settings=%zu", report.added,
                  report.changed, report.archived, report.refused, report.settings);
    return code;
}

static void bring_up(parry_watch *w)
{
    parry_err err = {0};
    open_events(w, false);
    parry_code code = import_changes(w, &err);
    if (code == PARRY_OK) /* also where nothing changed: another process may have imported */
        parry_publisher_poke(w->publisher);
    else if (!w->failed) /* once, not every two seconds */
        parry_log_err("watch", &err);
    w->failed = code != PARRY_OK;
}

static void *watch_thread(void *arg)
{
    parry_watch *w = arg;
    w->whole = w->failed = true; /* the first round does everything */
    open_events(w, true);
    bring_up(w);
    for (;;) {
        bool events;
        int64_t ms = w->failed ? RETRY_MS : w->events ? -1 : RESCAN_MS;
        if (!wait_for(w, ms, &events) || !gather(w))
            return NULL;
        bring_up(w);
    }
}

static parry_code check_folder(const char *tree, parry_err *err)
{
    struct stat st;
    if (stat(tree, &st) != 0)
        return parry_fail_errno(err, "cannot watch %s", tree);
    return S_ISDIR(st.st_mode) ? PARRY_OK : parry_fail(err, PARRY_INVALID, "cannot watch %s: not a folder", tree);
}

static void free_watch(parry_watch *w)
{
    parry_tree_events_close(w->events);
    if (w->stop_fd >= 0)
        close(w->stop_fd);
    free(w->tree);
    free(w);
}

parry_code parry_watch_start(const char *tree, parry_store *store, parry_publisher *publisher, int64_t quiet_ms,
                             parry_watch **out, parry_err *err)
{
    parry_code code = check_folder(tree, err);
    if (code != PARRY_OK)
        return code;
    parry_watch *w = parry_calloc(1, sizeof *w);
    *w = (parry_watch){.tree = strdup(tree),
                       .store = store,
                       .publisher = publisher,
                       .quiet_ms = quiet_ms,
                       .stop_fd = eventfd(0, EFD_CLOEXEC)};
    if (w->tree == NULL)
        parry_oom();
    if (w->stop_fd < 0)
        code = parry_fail_errno(err, "cannot make an eventfd");
    if (code == PARRY_OK && (errno = pthread_create(&w->thread, NULL, watch_thread, w)) != 0)
        code = parry_fail_errno(err, "cannot start the watching thread");
    if (code == PARRY_OK)
        *out = w;
    else
        free_watch(w);
    return code;
}

void parry_watch_stop(parry_watch *w)
{
    if (w == NULL)
        return;
    uint64_t one = 1;
    while (write(w->stop_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
    pthread_join(w->thread, NULL);
    free_watch(w);
}
