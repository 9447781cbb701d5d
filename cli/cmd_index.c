/* parry index: a tree of Markdown files into the store, and the store into the index. */
#include "cli/commands.h"
#include "cli/options.h"

#include "base/clock.h"
#include "base/file.h"
#include "content/import.h"
#include "indexer/refine.h"
#include "indexer/settings.h"
#include "indexer/verify.h"

#include <stdio.h>
#include <unistd.h>

enum { TERMINAL_MS = 100, PLAIN_MS = 2000, LOCK_WAIT_MS = 60000 };

typedef struct index_options {
    bool quiet, text_only, verify, list, drafts;
    int64_t threads;
} index_options;

/* The line that moves while it works. */
typedef struct meter {
    bool quiet, terminal, dirty; /* dirty: the terminal's line holds something */
    int64_t started_ns, shown_ns;
} meter;

static meter meter_start(bool quiet)
{
    int64_t now = parry_mono_ns();
    return (meter){.quiet = quiet, .terminal = isatty(STDERR_FILENO), .started_ns = now, .shown_ns = now};
}

static bool meter_due(meter *m)
{
    int64_t now = parry_mono_ns(), every_ms = m->terminal ? TERMINAL_MS : PLAIN_MS;
    if (m->quiet || now - m->shown_ns < every_ms * 1000000)
        return false;
    m->shown_ns = now;
    return true;
}

static double seconds_since(int64_t ns) { return (double)(parry_mono_ns() - ns) / 1e9; }

static void meter_show(meter *m, const char *text)
{
    fprintf(stderr, m->terminal ? "\r%s\033[K" : "%s\n", text);
    m->dirty = m->terminal;
}

static void meter_clear(meter *m)
{
    if (m->dirty)
        fputs("\r\033[K", stderr);
    m->dirty = false;
}

static void import_progress(void *ctx, size_t done, size_t total)
{
    char text[100];
    if (!meter_due(ctx))
        return;
    snprintf(text, sizeof text, "reading: %zu of %zu files", done, total);
    meter_show(ctx, text);
}

static void index_progress(void *ctx, size_t articles, size_t of, size_t passages, size_t embedded)
{
    (void)embedded;
    meter *m = ctx;
    if (!meter_due(m))
        return;
    double s = seconds_since(m->started_ns), left = articles ? s * (double)(of - articles) / (double)articles : 0;
    char text[160];
    snprintf(text, sizeof text, "indexing: %zu of %zu articles, %.0f passages/s, %.0f s left", articles, of,
             s > 0 ? (double)passages / s : 0.0, left);
    meter_show(m, text);
}

static void warn(void *ctx, parry_str path, int line, const char *msg)
{
    meter *m = ctx;
    if (m->quiet)
        return;
    meter_clear(m);
    if (line > 0)
        fprintf(stderr, "%.*s:%d: %s\n", PARRY_FMT(path), line, msg);
    else
        fprintf(stderr, "%.*s: %s\n", PARRY_FMT(path), msg);
}

static parry_code import_tree(parry_store *store, const char *tree, const index_options *o, parry_err *err)
{
    meter m = meter_start(o->quiet);
    const parry_import_options options = {
        .warnings = {warn, &m}, .progress = import_progress, .progress_ctx = &m, .check = parry_settings_check};
    parry_import_report r = {0};
    parry_code code = parry_import_tree(store, tree, &options, &r, err);
    meter_clear(&m);
    if (code == PARRY_OK && !o->quiet)
        printf(
            "read %zu files in %.1f s: %zu new, %zu changed, %zu the same, %zu archived, %zu refused, %zu warnings\n",
            r.files, seconds_since(m.started_ns), r.added, r.changed, r.unchanged, r.archived, r.refused, r.warnings);
    return code;
}

static void print_report(const parry_index_report *r, double seconds)
{
    if (!r->published) {
        printf("nothing to do: generation %llu is up to date\n", (unsigned long long)r->generation);
        return;
    }
    printf(
        "generation %llu in %.1f s: %zu articles and %zu passages in, %zu articles out; %zu texts encoded, %zu known; "
        "%zu segments%s\n",
        (unsigned long long)r->generation, seconds, r->articles, r->passages, r->removed, r->embedded, r->cached,
        r->segments,
        r->rebuilt  ? ", all new"
        : r->merged ? ", merged"
                    : "");
    if (r->settings_refused > 0)
        printf("%zu files of _search/ are not what this program takes: what they said before stays\n",
               r->settings_refused);
    if (r->refused > 0)
        printf("%zu articles were left out: their files no longer parse\n", r->refused);
}

static parry_code refine(parry_indexer *ix, const index_options *o, parry_err *err)
{
    parry_refine_report r = {0};
    parry_code code = parry_indexer_refine(ix, (unsigned)o->threads, LOCK_WAIT_MS, NULL, &r, err);
    if (code == PARRY_OK && !o->quiet && r.tables > 0)
        printf("generation %llu: related and duplicate articles found in %.1f s\n", (unsigned long long)r.generation,
               (double)r.ns / 1e9);
    return code;
}

static parry_code bring_up(const parry_cli *cli, parry_store *store, const parry_encoder *encoder,
                           const index_options *o, parry_err *err)
{
    meter m = meter_start(o->quiet);
    const parry_indexer_options options = {.encoder = encoder,
                                           .threads = (unsigned)(o->threads ? o->threads : cli->config.index.threads),
                                           .passage_tokens = (uint32_t)cli->config.index.passage_tokens,
                                           .hnsw_from = (uint32_t)cli->config.index.hnsw_from,
                                           .drafts = o->drafts,
                                           .progress = index_progress,
                                           .progress_ctx = &m};
    parry_indexer *ix = NULL;
    parry_index_report report = {0};
    parry_code code = parry_indexer_open(cli->data, store, &options, &ix, err);
    if (code == PARRY_OK)
        code = parry_indexer_run(ix, LOCK_WAIT_MS, &report, err);
    meter_clear(&m);
    if (code == PARRY_OK && !o->quiet)
        print_report(&report, seconds_since(m.started_ns));
    if (code == PARRY_OK)
        code = refine(ix, o, err);
    parry_indexer_close(ix);
    return code;
}

static int index_tree(const parry_cli *cli, const char *tree, const index_options *o)
{
    parry_err err = {0};
    parry_encoder *encoder = NULL;
    parry_store *store = NULL;
    parry_code code = PARRY_OK;
    if (tree != NULL && !parry_file_exists(tree)) /* before a mistyped path makes a folder of data */
        code = parry_fail(&err, PARRY_NOT_FOUND, "there is no %s", tree);
    if (code == PARRY_OK && !o->text_only)
        code = parry_cli_encoder_or_text(cli, "index", &encoder, &err);
    if (code == PARRY_OK)
        code = parry_store_open(cli->data, &store, &err);
    if (code == PARRY_OK && tree != NULL)
        code = import_tree(store, tree, o, &err);
    if (code == PARRY_OK)
        code = bring_up(cli, store, encoder, o, &err);
    parry_store_close(store);
    parry_encoder_close(encoder);
    return code == PARRY_OK ? 0 : parry_cli_fail("index", &err);
}

static void print_id(void *ctx, parry_str id)
{
    (void)ctx;
    printf("%.*s\n", PARRY_FMT(id));
}

static int verify_index(const parry_cli *cli, bool list)
{
    parry_err err = {0};
    parry_verify_report r = {0};
    parry_arena *a = parry_arena_new();
    char *dir = parry_cli_path(cli, a, "index");
    parry_code code = parry_index_verify(dir, list ? print_id : NULL, NULL, &r, &err);
    parry_arena_free(a);
    if (code != PARRY_OK)
        return parry_cli_fail("index", &err);
    if (!list)
        printf("generation %llu is whole: %zu articles, %zu rows, %zu vectors, %zu segments, %zu dead articles\n",
               (unsigned long long)r.generation, r.articles, r.rows, r.vectors, r.segments, r.dead);
    return 0;
}

static const char what[] =
    "Reads every Markdown file of TREE into Parry's data and brings the index up to date: new and changed files\n"
    "go in, vanished ones go out, the rest is left alone. Killed at any moment, the next run does the rest. What\n"
    "is being served meanwhile stays whole. Without TREE, only brings the index up to date with what was read before.";

int cmd_index(parry_cli *cli, int argc, char **argv)
{
    index_options o = {0};
    const parry_option options[] = {
        {.name = "threads", .value = "N", .number = &o.threads, .most = 1024, .help = "Threads; 0 takes all cores."},
        {.name = "text-only", .flag = &o.text_only, .help = "No vectors: search by words alone."},
        {.name = "drafts",
         .flag = &o.drafts,
         .help = "Index the drafts, apart from what is served, for `parry search --drafts`."},
        {.name = "quiet", .flag = &o.quiet, .help = "No progress, no warnings, no summary."},
        {.name = "verify", .flag = &o.verify, .help = "Read the whole index and check it; change nothing."},
        {.name = "list", .flag = &o.list}, /* with --verify: the ids, for tests */
        {0}};
    const parry_usage usage = {.command = "index",
                               .arguments = "[TREE]",
                               .most = 1,
                               .what = what,
                               .options = options,
                               .examples = "  parry index --data /var/lib/parry docs/help\n"
                                           "  parry index --quiet --threads 2 content\n"
                                           "  parry index --data /var/lib/parry --verify\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (o.verify || o.list)
        return first < argc ? parry_cli_misuse("index", "--verify takes no TREE") : verify_index(cli, o.list);
    return index_tree(cli, first < argc ? argv[first] : NULL, &o);
}
