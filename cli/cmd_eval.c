/* parry eval: how good the answers are, over a judged set. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/print_eval.h"

#include "eval/trec.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct eval_arguments {
    const char *set, *tree, *mode, *run, *qrels, *per_query, *signals, *keep, *precision, *split;
    bool ablate, gold_removed, json, quiet;
    double target; /* of precision */
} eval_arguments;

static void show_progress(void *ctx, size_t articles, size_t of_articles, size_t passages, size_t embedded)
{
    (void)ctx;
    (void)embedded;
    fprintf(stderr, "\rindexing: %zu of %zu documents, %zu passages ", articles, of_articles, passages);
    if (articles == of_articles)
        fputc('\n', stderr);
}

/* ---- files ---------------------------------------------------------------------------------------------------------
 */

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
    if (f == NULL)
        return PARRY_OK;
    bool fine = !ferror(f);
    return fclose(f) == 0 && fine ? PARRY_OK : parry_fail_errno(err, "cannot write %s", path);
}

/* A run file a way of ranking, opened when its first ranking comes. */
typedef struct run_files {
    const char *path;
    bool many; /* then the way's name goes behind the path */
    const char *columns[PARRY_EVALUATION_COLUMNS];
    FILE *files[PARRY_EVALUATION_COLUMNS];
    size_t n;
    parry_code code;
    parry_err err;
} run_files;

static FILE *run_file(run_files *r, const char *column)
{
    char path[4096];
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->columns[i], column) == 0)
            return r->files[i];
    const char *name = strncmp(column, "- ", 2) == 0 ? column + 2 : column;
    bool without = name != column;
    snprintf(path, sizeof path, "%s%s%s%s", r->path, r->many ? "." : "", r->many && without ? "without-" : "",
             r->many ? name : "");
    r->columns[r->n] = column;
    r->code = open_output(path, &r->files[r->n], &r->err);
    return r->files[r->n++];
}

static void write_ranking(void *ctx, const parry_judged_set *set, const parry_judged_query *q, const char *column,
                          const parry_ranking *ranking)
{
    run_files *r = ctx;
    FILE *f = r->code == PARRY_OK ? run_file(r, column) : NULL;
    char tag[160];
    snprintf(tag, sizeof tag, "parry-%s", strncmp(column, "- ", 2) == 0 ? column + 2 : column);
    if (f != NULL)
        parry_trec_run(f, set, q, tag, ranking);
}

static parry_code close_runs(run_files *r, parry_err *err)
{
    parry_code code = r->code;
    if (code != PARRY_OK && err != NULL)
        *err = r->err;
    for (size_t i = 0; i < r->n; i++) {
        parry_code closed = close_output(r->files[i], r->path, code == PARRY_OK ? err : NULL);
        code = code == PARRY_OK ? closed : code;
    }
    return code;
}

static parry_code write_tables(const eval_arguments *args, const parry_judged_set *set, const parry_evaluation *e,
                               parry_err *err)
{
    FILE *f;
    parry_code code = open_output(args->qrels, &f, err);
    if (f != NULL) {
        parry_trec_qrels(f, set);
        code = close_output(f, args->qrels, err);
    }
    if (code == PARRY_OK && (code = open_output(args->per_query, &f, err)) == PARRY_OK && f != NULL) {
        parry_per_query(f, set, e);
        code = close_output(f, args->per_query, err);
    }
    return code;
}

/* ---- the evaluation ------------------------------------------------------------------------------------------------
 */

/* Without a model every mode is text. */
static parry_code choose_modes(const char *mode, bool model, parry_evaluation_options *o, parry_err *err)
{
    if (strcmp(mode, "all") != 0) {
        o->nmodes = 1;
        return parry_mode_parse(parry_str_of(mode), &o->modes[0], err);
    }
    static const parry_mode all[PARRY_EVALUATION_MODES] = {PARRY_HYBRID, PARRY_TEXT, PARRY_VECTOR};
    o->nmodes = model ? PARRY_EVALUATION_MODES : 1;
    o->modes[0] = PARRY_TEXT;
    if (model)
        memcpy(o->modes, all, sizeof all);
    return PARRY_OK;
}

static void print(const eval_arguments *args, const parry_judged_set *set, const parry_evaluation *e)
{
    if (!args->json) {
        print_evaluation(set, e, args->target);
        return;
    }
    json_auto_t *json = evaluation_json(set, e, args->target);
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
}

static parry_code run(const eval_arguments *args, const parry_evaluation_options *o, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const parry_corpus corpus = {.set = args->set, .tree = args->tree};
    parry_judged_set set;
    parry_evaluation e;
    parry_code code = parry_evaluate(a, &corpus, o, &set, &e, err);
    if (code == PARRY_OK) {
        code = write_tables(args, &set, &e, err);
        if (code == PARRY_OK)
            print(args, &set, &e);
        parry_evaluation_free(&e);
    }
    parry_arena_free(a);
    return code;
}

static parry_code evaluate(parry_cli *cli, const eval_arguments *args, parry_err *err)
{
    parry_encoder *encoder = NULL;
    run_files runs = {.path = args->run, .many = args->ablate || strcmp(args->mode, "all") == 0};
    parry_evaluation_options o = {
        .ablate = args->ablate,
        .gold_removed = args->gold_removed,
        .split = args->split,
        .data_dir = args->keep,
        .ranked = args->run != NULL ? write_ranking : NULL,
        .ranked_ctx = &runs,
        .indexer = {.threads = (unsigned)cli->config.index.threads,
                    .passage_tokens = (uint32_t)cli->config.index.passage_tokens,
                    .hnsw_from = (uint32_t)cli->config.index.hnsw_from,
                    .progress = !args->quiet && isatty(STDERR_FILENO) ? show_progress : NULL}};
    parry_code code = choose_modes(args->mode, true, &o, err);
    if (code == PARRY_OK)
        code = parry_cli_encoder_or_text(cli, "eval", &encoder, err);
    if (code == PARRY_OK)
        code = choose_modes(args->mode, encoder != NULL, &o, err);
    if (code == PARRY_OK)
        code = open_output(args->signals, &o.signals, err);
    o.indexer.encoder = encoder;
    if (code == PARRY_OK)
        code = run(args, &o, err);
    parry_code closed = close_runs(&runs, code == PARRY_OK ? err : NULL);
    if (closed == PARRY_OK)
        closed = close_output(o.signals, args->signals, code == PARRY_OK ? err : NULL);
    parry_encoder_close(encoder);
    return code != PARRY_OK ? code : closed;
}

static const char what[] =
    "Indexes the documents of a judged set in a throw-away folder, asks every judged query, and prints how good the\n"
    "answers are (nDCG@10, recall, MRR@10), how well the first answer's score tells right from wrong, and the latency\n"
    "of each stage. DIR is a set in BEIR's layout: corpus.jsonl, queries.jsonl, qrels.tsv or qrels/test.tsv, perhaps\n"
    "queries_oos.jsonl and exclude.tsv; or a Markdown tree, in DIR/content or DIR itself, with judgements*.tsv or\n"
    "judgements/*.tsv beside it (docs/evaluation.md).";

int cmd_eval(parry_cli *cli, int argc, char **argv)
{
    eval_arguments args = {.mode = "hybrid", .precision = "0.9"};
    const parry_option options[] = {
        {.name = "set", .value = "DIR", .text = &args.set, .help = "The judged set."},
        {.name = "tree",
         .value = "DIR",
         .text = &args.tree,
         .help = "The Markdown tree that the set is about; its judgements name documents by id or by path."},
        {.name = "mode",
         .value = "M",
         .text = &args.mode,
         .help = "hybrid (default), text, vector, or all side by side."},
        {.name = "ablate", .flag = &args.ablate, .help = "Also take each signal out in turn."},
        {.name = "gold-removed",
         .flag = &args.gold_removed,
         .help = "Ask again without the articles that answer: the AUROC of telling the two apart."},
        {.name = "precision",
         .value = "P",
         .text = &args.precision,
         .help = "Print the threshold from which on precision is at least P (default 0.9)."},
        {.name = "split", .value = "PART", .text = &args.split, .help = "Only queries of this part: fit or held."},
        {.name = "json", .flag = &args.json, .help = "Print JSON."},
        {.name = "run",
         .value = "FILE",
         .text = &args.run,
         .help = "Write a TREC run; with several ways of ranking FILE.hybrid, FILE.text, ..."},
        {.name = "qrels", .value = "FILE", .text = &args.qrels, .help = "Write the judgements as TREC qrels."},
        {.name = "per-query",
         .value = "FILE",
         .text = &args.per_query,
         .help = "Write what each query reached, and the differences, separated by tabs."},
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
    const parry_usage usage = {.command = "eval",
                               .options = options,
                               .what = what,
                               .examples = "  parry eval --set beir/scifact\n"
                                           "  parry eval --set examples/marketplace --mode all --gold-removed\n"
                                           "  parry eval --set anchors --tree help-center --ablate --json\n"
                                           "  parry eval --set beir/scifact --run out.run --qrels out.qrels && "
                                           "ir_measures out.qrels out.run nDCG@10 R@10 RR@10\n"};
    int first = 0, code = 0;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (args.set == NULL)
        args.set = args.tree;
    if (args.set == NULL)
        return parry_cli_misuse("eval", "which set? give --set DIR");
    char *end;
    args.target = strtod(args.precision, &end);
    if (end == args.precision || *end != 0 || !(args.target > 0 && args.target < 1))
        return parry_cli_misuse("eval", "--precision takes a share between 0 and 1, not \"%s\"", args.precision);
    parry_err err = {0};
    if (evaluate(cli, &args, &err) != PARRY_OK)
        return parry_cli_fail("eval", &err);
    return 0;
}
