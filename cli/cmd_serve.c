/* parry serve: what is in DATA (and in a watched tree) over HTTP, until SIGTERM or SIGINT. */
#include "cli/access.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/reload.h"
#include "cli/serve.h"

#include "access/keys.h"
#include "access/sessions.h"
#include "access/tokens.h"
#include "api/http/activation.h"
#include "api/server.h"
#include "base/file.h"
#include "base/log.h"
#include "content/import.h"
#include "copies/follow.h"
#include "desk/desk.h"
#include "indexer/indexer.h"
#include "indexer/publisher.h"
#include "indexer/settings.h"
#include "indexer/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LINK_MIN = 15, DRAIN_MS = 10000, LOCK_WAIT_MS = 60000, DESK_WAIT_MS = 3000, KEY_MAX = 1024, DAY_MS = 86400000 };

/* Everything that is open, in the order it opens. */
typedef struct house {
    parry_cli *cli;
    parry_arena *arena;
    const char *tree; /* NULL: none is watched */
    bool text_only;
    int fd;           /* bound; -1 once the server has it */
    bool handed_over; /* by who started us */
    char address[PARRY_ADDRESS_TEXT];
    parry_encoder *encoder;
    char no_meaning[300];
    bool loopback;
    parry_store *store;
    parry_ledger *ledger;
    parry_access *access;
    parry_tokens *tokens;
    parry_desk *desk; /* NULL: this server takes no tickets */
    parry_secret desk_key;
    parry_indexer *indexer;
    parry_publisher *publisher;
    parry_server *server;
    parry_watch *watch;
    parry_reload *reload;
    const parry_replica_of *replica; /* NULL: this server publishes itself */
    parry_lock lock;                 /* of a replica: nobody else publishes here */
    parry_follow *follow;
} house;

/* ---- signals
 * ------------------------------------------------------------------------------------------------------------ */

static int stop_event = -1;
static atomic_bool stopping, reloading;

static void on_signal(int signal)
{
    atomic_store(signal == SIGHUP ? &reloading : &stopping, true);
    int kept = errno;
    const uint64_t one = 1;
    if (write(stop_event, &one, sizeof one) < 0) {
        /* it is full: somebody asked before; or not there yet: the flag is looked at first */
    }
    errno = kept;
}

static void mask_signals(int how)
{
    sigset_t ours;
    (void)sigemptyset(&ours);
    (void)sigaddset(&ours, SIGTERM);
    (void)sigaddset(&ours, SIGINT);
    (void)sigaddset(&ours, SIGHUP);
    (void)pthread_sigmask(how, &ours, NULL);
}

/* SIGHUP while it starts: the configuration is read again once it serves. */
static void hold_reloads(void)
{
    struct sigaction again = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    (void)sigaction(SIGHUP, &again, NULL);
}

/* Until here another signal just kills, which the stores survive. A second one kills again: SA_RESETHAND. The threads
 * that start from here on keep them blocked, so that it is this one that is woken. */
static parry_code catch_signals(parry_err *err)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction again = {.sa_handler = on_signal}; /* nothing is restarted: waiting for it ends at once */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    stop_event = eventfd(0, EFD_CLOEXEC);
    if (stop_event < 0 || sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0 ||
        sigaction(SIGHUP, &again, NULL) != 0 || sigaction(SIGPIPE, &ignore, NULL) != 0 ||
        sigaction(SIGXFSZ, &ignore, NULL) != 0)
        return parry_fail_errno(err, "cannot catch signals");
    mask_signals(SIG_BLOCK);
    return PARRY_OK;
}

static void wait_for_signal(void)
{
    uint64_t n;
    while (read(stop_event, &n, sizeof n) < 0 && errno == EINTR)
        ;
}

/* A replica's, to its primary. */
static parry_code read_key(const house *h, parry_arena *a, parry_str *key, parry_err *err)
{
    *key = parry_str_make(NULL, 0);
    if (h->replica->key_file == NULL)
        return PARRY_OK;
    parry_code code = parry_file_read(a, h->replica->key_file, KEY_MAX, key, err);
    if (code != PARRY_OK)
        return code;
    *key = parry_str_trim(*key);
    for (size_t i = 0; i < key->n; i++) {
        if ((unsigned char)key->p[i] <= ' ' || (unsigned char)key->p[i] > '~')
            return parry_fail(err, PARRY_INVALID, "%s holds no key", h->replica->key_file);
    }
    return key->n > 0 ? PARRY_OK : parry_fail(err, PARRY_INVALID, "%s is empty", h->replica->key_file);
}

static void reload_key(const house *h)
{
    parry_arena *a = parry_arena_new();
    parry_err err = {0};
    parry_str key;
    if (read_key(h, a, &key, &err) == PARRY_OK) {
        parry_follow_key(h->follow, key);
        parry_log(PARRY_INFO, "reread", "what=%s", "replica_key");
    } else {
        parry_log_err("replica_key", &err);
    }
    parry_arena_free(a);
}

/* The configuration again, and the files that it names. */
static void reload(house *h)
{
    const parry_config *next = parry_reload_run(h->reload);
    if (next == NULL)
        return;
    parry_reload_log(next);
    parry_server_configure(h->server, next);
    parry_server_reload_files(h->server);
    if (h->follow != NULL && h->replica->key_file != NULL)
        reload_key(h);
}

static void serve_until_stopped(house *h)
{
    while (!atomic_load(&stopping)) {
        if (atomic_exchange(&reloading, false))
            reload(h);
        wait_for_signal();
    }
}

/* A connection is a descriptor, and the index wants some, too. */
static void allow_descriptors(void)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur == most.rlim_max)
        return;
    most.rlim_cur = most.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &most); /* else there are as many as there are */
}

/* ---- opening
 * --------------------------------------------------------------------------------------------------------------- */

/* Without weights the text alone is served, and /ready says why. */
static parry_code open_encoder(house *h, parry_err *err)
{
    parry_err why = {0};
    parry_code code = PARRY_NOT_FOUND;
    if (h->text_only)
        (void)parry_fail(&why, PARRY_NOT_FOUND, "no model: --text-only was given");
    else
        code = parry_cli_encoder(h->cli, &h->encoder, &why);
    if (code == PARRY_NOT_FOUND) {
        bool says = strncmp(why.msg, "no model", 8) == 0;
        (void)snprintf(h->no_meaning, sizeof h->no_meaning, "%s%s", says ? "" : "no model: ", why.msg);
        parry_log(PARRY_WARN, "text_only", "why=%s", parry_logq(h->no_meaning));
        return PARRY_OK;
    }
    if (code != PARRY_OK)
        *err = why;
    return code;
}

static void warn(void *ctx, parry_str path, int line, const char *msg)
{
    parry_arena *a = ctx;
    parry_log(PARRY_WARN, "import", "path=%s line=%d msg=%s", parry_logq(parry_str_z(a, path)), line, parry_logq(msg));
}

static parry_code import_tree(house *h, parry_err *err)
{
    parry_import_report r = {0};
    const parry_import_options options = {.warnings = {warn, h->arena}, .check = parry_settings_check};
    parry_code code = parry_import_tree(h->store, h->tree, &options, &r, err);
    if (code == PARRY_OK)
        parry_log(PARRY_INFO, "imported", "files=%zu added=%zu changed=%zu archived=%zu refused=%zu", r.files, r.added,
                  r.changed, r.archived, r.refused);
    return code;
}

static parry_code bring_up_to_date(house *h, parry_err *err)
{
    parry_index_report r = {0};
    const parry_config *config = &h->cli->config;
    const parry_indexer_options options = {.encoder = h->encoder,
                                           .threads = (unsigned)config->index.threads,
                                           .passage_tokens = (uint32_t)config->index.passage_tokens,
                                           .hnsw_from = (uint32_t)config->index.hnsw_from};
    parry_code code = parry_indexer_open(h->cli->data, h->store, &options, &h->indexer, err);
    if (code == PARRY_OK)
        code = parry_indexer_run(h->indexer, LOCK_WAIT_MS, &r, err);
    if (code == PARRY_OK)
        parry_log(PARRY_INFO, "indexed",
                  "generation=%llu articles=%zu passages=%zu embedded=%zu cached=%zu removed=%zu",
                  (unsigned long long)r.generation, r.articles, r.passages, r.embedded, r.cached, r.removed);
    return code;
}

static void after_run(void *ctx, const parry_index_report *report)
{
    house *h = ctx;
    if (report->published)
        parry_server_refresh(h->server);
}

/* ---- a replica
 * ------------------------------------------------------------------------------------------------------------ */

/* Before the store is open. */
static parry_code prepare_replica(house *h, parry_err *err)
{
    size_t damaged = 0;
    parry_code code = parry_fetch_check(h->replica->url, h->replica->plain, err);
    if (code == PARRY_OK)
        code = parry_dir_make(h->cli->data, err);
    if (code == PARRY_OK)
        code = parry_lock_take(&h->lock, parry_cli_path(h->cli, h->arena, "LOCK"), 0, err);
    if (code == PARRY_OK)
        code = parry_pull_prepare(h->cli->data, &damaged, err);
    if (code == PARRY_OK && damaged > 0)
        parry_log(PARRY_WARN, "replica", "damaged=%zu msg=%s", damaged, "\"fetched again before anything is served\"");
    return code;
}

static parry_code start_following(house *h, parry_err *err)
{
    parry_str key;
    parry_code code = read_key(h, h->arena, &key, err);
    const parry_follow_options options = {
        .fetch = {.url = h->replica->url, .key = key, .ca = h->replica->ca, .plain = h->replica->plain},
        .data_dir = h->cli->data,
        .store = h->store,
        .poll_ms = h->replica->poll_ms};
    return code == PARRY_OK ? parry_follow_start(&options, &h->follow, err) : code;
}

static parry_code start_serving(house *h, parry_err *err)
{
    const parry_server_options options = {.config = &h->cli->config,
                                          .store = h->store,
                                          .ledger = h->ledger,
                                          .index_dir = parry_cli_path(h->cli, h->arena, "index"),
                                          .publisher = h->publisher,
                                          .encoder = h->encoder,
                                          .access = h->access,
                                          .tokens = h->tokens,
                                          .desk = h->desk,
                                          .desk_key = &h->desk_key,
                                          .loopback = h->loopback,
                                          .no_meaning = h->no_meaning,

                                          .data_dir = h->cli->data,
                                          .follow = h->follow,
                                          .handed_over = h->handed_over};
    int fd = h->fd;
    h->fd = -1;
    return parry_server_start(&options, fd, &h->server, err);
}

static parry_code open_socket(house *h, parry_err *err)
{
    parry_code code =
        parry_activated_socket(getenv("LISTEN_PID"), getenv("LISTEN_FDS"), &h->fd, h->address, &h->loopback, err);
    h->handed_over = code == PARRY_OK && h->fd >= 0;
    if (code != PARRY_OK || h->handed_over)
        return code;
    return parry_bind(h->cli->config.serve.listen, &h->fd, h->address, &h->loopback, err);
}

static parry_code open_tokens(house *h, parry_err *err)
{
    const parry_config *config = &h->cli->config;
    const parry_tokens_options options = {config->access.jwks_file,    config->access.jwt_issuer,
                                          config->access.jwt_audience, config->access.jwt_claim,
                                          config->access.jwt_map,      config->access.jwt_leeway_s};
    return *options.jwks_file ? parry_tokens_open(&options, &h->tokens, err) : PARRY_OK;
}

/* A replica has none, nor has a second server on the same DATA. */
static parry_code open_desk(house *h, parry_err *err)
{
    const parry_config *config = &h->cli->config;
    parry_err why = {0};
    if (h->replica != NULL)
        return PARRY_OK;
    parry_access_derive(h->access, "desk", &h->desk_key);
    const parry_desk_options o = {.data = h->cli->data,
                                  .key = &h->desk_key,
                                  .clock = parry_clock_system(),
                                  .wait_ms = DESK_WAIT_MS,
                                  .connectors_file = config->desk.connectors_file,
                                  .hook_secret_file = config->desk.hook_secret_file,
                                  .targets = config->desk.targets,
                                  .public_url = config->desk.public_url,
                                  .access = h->access,
                                  .keep_handoffs_ms = config->desk.keep_handoffs_days * DAY_MS,
                                  .keep_cases_ms = config->desk.keep_cases_days * DAY_MS,
                                  .encoder = h->encoder,
                                  .notices = {config->alerts.webhook_url, config->alerts.secret_file,
                                              strcmp(config->alerts.private_address, "on") == 0}};
    parry_code code = parry_desk_open(&o, &h->desk, &why);
    if (code == PARRY_CONFLICT) {
        parry_log(PARRY_WARN, "desk", "msg=\"another server has it: no tickets are taken here\" why=%s",
                  parry_logq(why.msg));
        return PARRY_OK;
    }
    if (code == PARRY_OK)
        code = parry_desk_start(h->desk, &why);
    if (code != PARRY_OK)
        *err = why;
    return code;
}

static parry_code open_access(house *h, parry_err *err)
{
    bool any = true;
    parry_code code = parry_cli_access_over(h->cli, h->store, h->ledger, &h->access, err);
    if (code == PARRY_OK)
        code = open_tokens(h, err);
    if (code == PARRY_OK && !h->loopback)
        code = parry_key_any(h->access, &any, err);
    if (code == PARRY_OK && !any)
        code =
            parry_fail(err, PARRY_INVALID,
                       "%s can be reached from other machines, and there are no keys yet: make one first (`parry keys "
                       "create --help`), or listen on 127.0.0.1",
                       h->address);
    return code;
}

/* The port first: whether it is free should not be learned after minutes of indexing. */
static parry_code open_house(house *h, parry_err *err)
{
    parry_code code = open_socket(h, err);
    if (code == PARRY_OK && h->replica != NULL)
        code = prepare_replica(h, err);
    if (code == PARRY_OK)
        code = parry_store_open(h->cli->data, &h->store, err);
    if (code == PARRY_OK)
        code = parry_ledger_open(parry_cli_path(h->cli, h->arena, "ledger"), NULL, &h->ledger, err);
    if (code == PARRY_OK)
        code = open_access(h, err);
    if (code == PARRY_OK)
        code = open_encoder(h, err);
    if (code == PARRY_OK)
        code = open_desk(h, err);
    if (code == PARRY_OK && h->tree != NULL)
        code = import_tree(h, err);
    if (code == PARRY_OK && h->replica == NULL)
        code = bring_up_to_date(h, err);
    if (code == PARRY_OK)
        code = catch_signals(err);
    if (code == PARRY_OK && h->replica != NULL)
        code = start_following(h, err);
    if (code == PARRY_OK) {
        h->publisher = h->replica == NULL ? parry_publisher_new(h->indexer) : NULL;
        code = start_serving(h, err);
    }
    if (code == PARRY_OK && h->publisher != NULL)
        code = parry_publisher_start(h->publisher, after_run, h, err);
    if (code == PARRY_OK && h->tree != NULL)
        code = parry_watch_start(h->tree, h->store, h->publisher, h->cli->config.serve.watch_quiet_ms, &h->watch, err);
    return code;
}

static void close_house(house *h)
{
    if (h->server != NULL)
        (void)parry_server_drain(h->server, DRAIN_MS); /* first: a run may take long */
    parry_watch_stop(h->watch);
    parry_publisher_stop(h->publisher);
    parry_server_close(h->server);
    parry_publisher_free(h->publisher);
    parry_reload_free(h->reload);
    parry_follow_stop(h->follow);
    parry_indexer_close(h->indexer);
    parry_desk_close(h->desk); /* its threads may be encoding */
    parry_encoder_close(h->encoder);
    parry_access_close(h->access);
    parry_tokens_close(h->tokens);
    parry_ledger_close(h->ledger); /* what was appended is written first */
    parry_store_close(h->store);
    parry_lock_drop(&h->lock);
    if (h->fd >= 0)
        (void)close(h->fd);
    parry_arena_free(h->arena);
}

/* Behind the '#', where neither a log nor another site ever sees it. */
static void print_link(const house *h)
{
    parry_str token;
    parry_err err = {0};
    if (parry_link_make(h->access, h->arena, (int64_t)LINK_MIN * 60000, &token, &err) != PARRY_OK)
        parry_log_err("link", &err);
    else
        printf("to administer it, once and within %d minutes: http://%s/admin/sign-in#%.*s\n", LINK_MIN, h->address,
               PARRY_FMT(token));
}

static void announce(const house *h)
{
    const char *also = h->tree ? ", watching " : h->replica ? ", following " : "";
    printf("serving http%s://%s from %s%s%s%s\n", *h->cli->config.tls.cert_file ? "s" : "", h->address, h->cli->data,
           also,
           h->tree      ? h->tree
           : h->replica ? h->replica->url
                        : "",
           h->encoder ? "" : ", on text alone");
    if (h->loopback)
        print_link(h);
    (void)fflush(stdout);
}

/* --listen is one more --option, so that a reload knows of it. */
static parry_code listen_at(house *h, const char *address, parry_err *err)
{
    char *setting = parry_str_z(h->arena, parry_str_printf(h->arena, "serve.listen=%s", address));
    if (!parry_cli_setting(h->cli, setting))
        return parry_fail(err, PARRY_INVALID, "more than %d times --option; use a --config FILE", PARRY_CLI_SETTINGS);
    return parry_config_set(&h->cli->config, "serve.listen", address, err);
}

int parry_serve(parry_cli *cli, const parry_serving *s)
{
    house h = {.cli = cli, .tree = s->tree, .text_only = s->text_only, .fd = -1, .replica = s->replica, .lock = {-1}};
    parry_err err = {0};
    h.arena = parry_arena_new();
    hold_reloads();
    allow_descriptors();
    h.reload = parry_reload_new(cli);
    parry_reload_log(&cli->config);
    parry_code opened = s->listen ? listen_at(&h, s->listen, &err) : PARRY_OK;
    if (opened == PARRY_OK)
        opened = open_house(&h, &err);
    if (opened == PARRY_OK) {
        announce(&h);
        mask_signals(SIG_UNBLOCK);
        serve_until_stopped(&h);
    }
    close_house(&h);
    return opened == PARRY_OK ? 0 : parry_cli_fail(s->command, &err);
}

int cmd_serve(parry_cli *cli, int argc, char **argv)
{
    parry_serving serving = {.command = "serve"};
    const parry_option options[] = {
        {.name = "content",
         .value = "TREE",
         .text = &serving.tree,
         .help = "Import this tree of Markdown files and watch it."},
        {.name = "listen",
         .value = "HOST:PORT",
         .text = &serving.listen,
         .help = "Where to listen (default 127.0.0.1:8080)."},
        {.name = "text-only", .flag = &serving.text_only, .help = "Do without the model: words alone, no meaning."},
        {0}};
    const parry_usage usage = {
        .command = "serve",
        .options = options,
        .what = "Answers over HTTP: the help centre's pages, and the API under /v1. The index is brought up to date "
                "first.\n"
                "SIGTERM and SIGINT let running requests end, then leave. SIGHUP reads the configuration again.",
        .examples = "  parry serve --content docs\n  parry serve --data /var/lib/parry --listen 127.0.0.1:9000\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    return parry_serve(cli, &serving);
}
