/* parry eval: how good the answers are, over a judged set. */
#include "cli/commands.h"
#include "cli/options.h"

#include "eval/evaluate.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct eval_arguments {
    const char *set, *mode, *run, *signals, *keep;
    bool json, quiet;
} eval_arguments;

static void show_progress(void *ctx, size_t articles, size_t of_articles, size_t passages, size_t embedded)
{
    (void)ctx;
    (void)embedded;
    fprintf(stderr, "\rindexing: %zu of %zu documents, %zu passages ", articles, of_articles, passages);
    if (articles == of_articles)
        fputc('\n', stderr);
}

static json_t *stage_json(const parry_hist *h)
{
    return json_pack("{s:f, s:f, s:f}", "p50", (double)parry_hist_quantile_ns(h, 0.5) / 1e3, "p95",
                     (double)parry_hist_quantile_ns(h, 0.95) / 1e3, "p99",
                     (double)parry_hist_quantile_ns(h, 0.99) / 1e3);
}

static void print_json(const parry_judged_set *set, const parry_evaluation *e)
{
    json_t *stages = json_object();
    for (int i = 0; i < PARRY_STAGES; i++)
        json_object_set_new(stages, parry_stage_names[i], stage_json(e->stages[i]));
    json_t *j =
        json_pack("{s:s%, s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:o}", "set", set->name.p, set->name.n, "mode",
                  parry_mode_name(e->mode), "documents", (json_int_t)e->documents, "passages", (json_int_t)e->passages,
                  "queries", (json_int_t)e->queries, "unanswerable", (json_int_t)e->unanswerable, "ndcg@10", e->ndcg10,
                  "recall@10", e->recall10, "mrr@10", e->mrr10, "auroc", e->auroc, "latency_us", stages);
    json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(j);
}

static void print_table(const parry_judged_set *set, const parry_evaluation *e)
{
    printf("set        %.*s: %zu documents, %zu passages, %zu queries", PARRY_FMT(set->name), e->documents, e->passages,
           e->queries);
    if (e->unanswerable > 0)
        printf(" and %zu that nothing answers", e->unanswerable);
    printf("\nmode       %s\n\n", parry_mode_name(e->mode));
    printf("nDCG@10    %.4f\nrecall@10  %.4f\nMRR@10     %.4f\n", e->ndcg10, e->recall10, e->mrr10);
    if (e->unanswerable > 0)
        printf("AUROC      %.4f  (best score of answerable against unanswerable queries)\n", e->auroc);
    printf("\nlatency, microseconds\n%-12s%10s%10s%10s\n", "stage", "p50", "p95", "p99");
    for (int i = 0; i < PARRY_STAGES; i++)
        printf("%-12s%10.0f%10.0f%10.0f\n", parry_stage_names[i],
               (double)parry_hist_quantile_ns(e->stages[i], 0.5) / 1e3,
               (double)parry_hist_quantile_ns(e->stages[i], 0.95) / 1e3,
               (double)parry_hist_quantile_ns(e->stages[i], 0.99) / 1e3);
}

static parry_code open_output(const char *path, FILE **f, parry_err *err)
{
    *f = NULL;
    if (path == NULL)
        return PARRY_OK;
    *f = fopen(path, "w");
    return *f != NULL ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
}

static parry_code close_output(FILE *f, const char *path, parry_err *err)
{
    if (f == NULL || fclose(f) == 0)
        return PARRY_OK;
    return parry_fail_errno(err, "cannot write %s", path);
}

static parry_code evaluate(parry_cli *cli, const eval_arguments *args, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_encoder *encoder = NULL;
    parry_judged_set set;
    parry_evaluation e;
    parry_evaluation_options o = {
        .data_dir = args->keep,
        .indexer = {.threads = (unsigned)cli->config.index.threads,
                    .passage_tokens = (uint32_t)cli->config.index.passage_tokens,
                    .hnsw_from = (uint32_t)cli->config.index.hnsw_from,
                    .progress = !args->quiet && isatty(STDERR_FILENO) ? show_progress : NULL}};
    parry_code code = parry_mode_parse(parry_str_of(args->mode), &o.mode, err);
    if (code == PARRY_OK)
        code = parry_judged_read(a, args->set, &set, err);
    if (code == PARRY_OK)
        code = parry_cli_encoder_or_text(cli, "eval", &encoder, err);
    if (code == PARRY_OK)
        code = open_output(args->run, &o.run, err);
    if (code == PARRY_OK)
        code = open_output(args->signals, &o.signals, err);
    o.indexer.encoder = encoder;
    if (code == PARRY_OK && (code = parry_evaluate(&set, &o, &e, err)) == PARRY_OK) {
        if (args->json)
            print_json(&set, &e);
        else
            print_table(&set, &e);
        parry_evaluation_free(&e);
    }
    parry_code closed = close_output(o.run, args->run, code == PARRY_OK ? err : NULL);
    if (closed == PARRY_OK)
        closed = close_output(o.signals, args->signals, code == PARRY_OK ? err : NULL);
    parry_encoder_close(encoder);
    parry_arena_free(a);
    return code != PARRY_OK ? code : closed;
}

int cmd_eval(parry_cli *cli, int argc, char **argv)
{
    eval_arguments args = {.mode = "hybrid"};
    const parry_option options[] = {
        {.name = "set",
         .value = "DIR",
         .text = &args.set,
         .help = "The judged set: corpus.jsonl, queries.jsonl, qrels.tsv; "
                 "perhaps queries_oos.jsonl and exclude.tsv."},
        {.name = "mode", .value = "M", .text = &args.mode, .help = "hybrid, text or vector."},
        {.name = "json", .flag = &args.json, .help = "Print JSON."},
        {.name = "run", .value = "FILE", .text = &args.run, .help = "Write a TREC run file, separated by tabs."},
        {.name = "signals",
         .value = "FILE",
         .text = &args.signals,
         .help = "Write what ranking measured about every candidate, for tests/quality/fit."},
        {.name = "keep",
         .value = "DIR",
         .text = &args.keep,
         .help = "Build the index in DIR and leave it there, so that the next run finds the vectors."},
        {.name = "quiet", .flag = &args.quiet, .help = "No progress."},
        {0}};
    const parry_usage usage = {
        .command = "eval",
        .options = options,
        .what = "Indexes the corpus of a judged set (BEIR's layout) in a throw-away folder, asks every judged query, "
                "and prints "
                "nDCG@10, recall@10, MRR@10 and the latency of each stage.",
        .examples =
            "  parry eval --set beir/scifact\n  parry eval --set beir/scifact --mode text --run text.run --json\n"};
    int first = 0, code = 0;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (args.set == NULL)
        return parry_cli_misuse("eval", "which set? give --set DIR");
    parry_err err = {0};
    if (evaluate(cli, &args, &err) != PARRY_OK)
        return parry_cli_fail("eval", &err);
    return 0;
}
