/* parry calibrate: makes probabilities those of this content, by its own judged queries. */
#include "cli/commands.h"
#include "cli/judged.h"
#include "cli/options.h"
#include "cli/print_reliability.h"
#include "cli/served.h"

#include "base/clock.h"
#include "base/file.h"
#include "engine/calibration.h"
#include "eval/calibrate.h"
#include "indexer/indexer.h"

#include <stdio.h>
#include <stdlib.h>

enum { LOCK_WAIT_MS = 10000 };

typedef struct calibrate_arguments {
    const char *split, *target, *confidence, *unanswerable;
    bool dry, json, forget;
    parry_calibrate_options o;
} calibrate_arguments;

/* ---- for people ----------------------------------------------------------------------------------------------------
 */

static void print_row(const char *name, double before, double after)
{
    printf("%-24s%11.4f%11.4f\n", name, before, after);
}

static void print_figures(const parry_calibrating *c)
{
    const parry_calibration_figures *b = &c->figures_before, *f = &c->figures_after;
    printf("%-24s%11s%11s\n", "", "in use", "fitted");
    print_row("ECE", b->ece, f->ece);
    print_row("  by luck alone", b->ece_luck, f->ece_luck);
    print_row("ECE, debiased", b->ece_debiased, f->ece_debiased);
    print_row("Brier", b->brier, f->brier);
    print_row("log loss", b->log_loss, f->log_loss);
    print_row("AUROC", b->separation, f->separation);
    print_row("AURC", b->aurc, f->aurc);
    print_row("mean probability", b->said, f->said);
    print_row("share that was right", b->was, f->was);
    print_row("answered", b->coverage, f->coverage);
    print_row("  of that, right", b->precision, f->precision);
    printf("\nin use: the %s calibration; fitted: each case said by a fit that did not see it (%d folds); by luck: "
           "the ECE\nthat faultless probabilities would show on so few cases\n",
           c->in_use.own ? "own" : "shipped", PARRY_FIT_FOLDS);
}

static size_t bins_of(const parry_calibrating *c, parry_bin bins[PARRY_CALIBRATION_BINS])
{
    return parry_reliability(c->after, c->cases.right, c->cases.weight, c->cases.n, PARRY_EQUAL_MASS,
                             PARRY_CALIBRATION_BINS, bins);
}

static void print_table(const parry_calibrating *c)
{
    parry_bin bins[PARRY_CALIBRATION_BINS];
    size_t n = bins_of(c, bins);
    putchar('\n');
    parry_print_bins(bins, n, "cases");
}

static void print_risk(const parry_calibrating *c)
{
    putchar('\n');
    parry_print_risk(c->after, c->cases.right, c->cases.weight, c->cases.n, PARRY_CALIBRATION_BINS);
}

static void print_calibrating(const parry_calibrating *c, const calibrate_arguments *args)
{
    printf("%zu queries that something answers (%zu asked again without it) and %zu that nothing answers:\n%zu cases "
           "where the first article is right, %zu where it is not; those that nothing answers weigh %.0f %%\n\n",
           c->answerable, c->without, c->unanswerable, c->right, c->wrong, 100 * args->o.unanswerable);
    if (c->unknown > 0)
        printf("%zu searches left out: they find nothing, or the model cannot read the query\n\n", c->unknown);
    print_figures(c);
    print_table(c);
    print_risk(c);
    printf("\nslope        %.4f\noffset       %.4f\n", c->sigmoid.slope, c->sigmoid.offset);
    if (c->promised)
        printf("threshold    %.4f: %.1f %% answered, precision %.4f, at least %.4f (%.0f %% sure)\n", c->promise.score,
               100 * c->promise.coverage, c->promise.precision, c->promise.bound, 100 * args->o.confidence);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------
 */

static json_t *figures_json(const parry_calibration_figures *f)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "ece", f->ece, "ece_by_luck",
                     f->ece_luck, "ece_debiased", f->ece_debiased, "brier", f->brier, "log_loss", f->log_loss, "auroc",
                     f->separation, "aurc", f->aurc, "said", f->said, "was", f->was, "coverage", f->coverage,
                     "precision", f->precision);
}

static json_t *table_json(const parry_calibrating *c)
{
    parry_bin bins[PARRY_CALIBRATION_BINS];
    return parry_bins_json(bins, bins_of(c, bins), "cases");
}

static void print_json(const parry_calibrating *c, json_t *table, bool published)
{
    json_auto_t *j = json_pack(
        "{s:O, s:b, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "calibration", table, "published", published,
        "answerable", (json_int_t)c->answerable, "unanswerable", (json_int_t)c->unanswerable, "without",
        (json_int_t)c->without, "right", (json_int_t)c->right, "wrong", (json_int_t)c->wrong, "in_use",
        figures_json(&c->figures_before), "fitted", figures_json(&c->figures_after), "reliability", table_json(c));
    json_object_set_new(json_object_get(j, "in_use"), "calibration", json_string(c->in_use.own ? "own" : "shipped"));
    json_object_set_new(j, "unknown", json_integer((json_int_t)c->unknown));
    json_object_set_new(j, "promise",
                        c->promised ? json_pack("{s:f, s:f, s:f}", "coverage", c->promise.coverage, "precision",
                                                c->promise.precision, "at_least", c->promise.bound)
                                    : json_null());
    json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
}

/* ---- the calibrating -----------------------------------------------------------------------------------------------
 */

static parry_code ask(const parry_cli *cli, parry_arena *a, const parry_judged_set *set,
                      const calibrate_arguments *args, parry_calibrating *out, parry_err *err)
{
    parry_encoder *encoder = NULL;
    parry_served served;
    parry_code code = parry_served_open(cli, "index", &served, err);
    if (code == PARRY_OK)
        code = parry_served_any(&served, err);
    if (code == PARRY_OK && parry_served_vectors(&served) && (code = parry_cli_encoder(cli, &encoder, err)) != PARRY_OK)
        parry_err_context(err, "uncalibrated: of answers by words alone no probability is known");
    if (code == PARRY_OK) {
        parry_searcher *s = parry_searcher_new(encoder);
        code = parry_calibrate(a, s, served.g, set, &args->o, out, err);
        parry_searcher_free(s);
    }
    parry_served_close(&served);
    parry_encoder_close(encoder);
    return code;
}

/* table: NULL takes it out. */
static parry_code publish(const parry_cli *cli, const json_t *table, parry_err *err)
{
    parry_store *store = NULL;
    parry_indexer *indexer = NULL;
    const parry_indexer_options o = {.passage_tokens = (uint32_t)cli->config.index.passage_tokens};
    parry_code code = PARRY_OK;
    if (!parry_file_exists(cli->data))
        return parry_fail(err, PARRY_NOT_FOUND, "there is no %s; run `parry index TREE` first", cli->data);
    if ((code = parry_store_open(cli->data, &store, err)) == PARRY_OK)
        code = parry_indexer_open(cli->data, store, &o, &indexer, err);
    if (code == PARRY_OK)
        code = parry_indexer_set_side(indexer, LOCK_WAIT_MS, PARRY_SIDE_CALIBRATION, table, err);
    parry_indexer_close(indexer);
    parry_store_close(store);
    return code;
}

static parry_code no_promise(const parry_calibrating *c, const calibrate_arguments *args, parry_err *err)
{
    return parry_fail(
        err, PARRY_INVALID,
        "no threshold keeps a precision of %.2f; the most that these queries can promise is %.2f. Nothing "
        "changed: give a lower --target, or judge more queries",
        args->o.target, c->best_bound);
}

static parry_code report(const parry_cli *cli, const calibrate_arguments *args, const parry_calibrating *c,
                         parry_err *err)
{
    char time[PARRY_TIME_TEXT];
    parry_time_text(parry_clock_now_ms(parry_clock_system()), time);
    json_auto_t *table = parry_calibration_json(c, &args->o, time);
    bool publishing = !args->dry && c->promised;
    parry_code code = publishing ? publish(cli, table, err) : PARRY_OK;
    if (code != PARRY_OK)
        return code;
    if (args->json)
        print_json(c, table, publishing);
    else
        print_calibrating(c, args);
    if (!args->json && c->promised)
        printf("\n%s\n", publishing ? "Published: searches use it from now on." : "Nothing changed (--dry-run).");
    return c->promised ? PARRY_OK : no_promise(c, args, err);
}

static parry_code calibrate(const parry_cli *cli, const char *where, const calibrate_arguments *args, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_judged_set set = {0};
    parry_calibrating c;
    parry_code code = parry_cli_judged(cli, a, where, args->split, &set, err);
    if (code == PARRY_OK)
        code = ask(cli, a, &set, args, &c, err);
    if (code == PARRY_OK)
        code = report(cli, args, &c, err);
    parry_arena_free(a);
    return code;
}

static parry_code forget(const parry_cli *cli, bool json, parry_err *err)
{
    parry_code code = publish(cli, NULL, err);
    if (code == PARRY_OK)
        puts(json ? "{\"calibration\": null}" : "Searches use the shipped calibration from now on.");
    return code;
}

/* ---- arguments -----------------------------------------------------------------------------------------------------
 */

static bool read_share(const char *name, const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    if (end != text && *end == 0 && *out > 0 && *out < 1)
        return true;
    parry_cli_misuse("calibrate", "--%s takes a number between 0 and 1, not \"%s\"", name, text);
    return false;
}

static bool read_shares(calibrate_arguments *args)
{
    return read_share("target", args->target, &args->o.target) &&
           read_share("confidence", args->confidence, &args->o.confidence) &&
           read_share("unanswerable", args->unanswerable, &args->o.unanswerable);
}

static const char what[] =
    "Fits to these articles how probable it is that the first answer answers, by their own judged queries: those of\n"
    "WHERE, as `parry judge` reads them, and the `answers:` of articles. Each is asked as it is and once more without\n"
    "what answers it. Chooses the probability from which on an answer is given as one, so that --target of those are\n"
    "right, and prints figures on cases that were not fitted on. Live at once, kept until it is fitted anew or\n"
    "forgotten. At least 30 queries must find an article that answers them. docs/calibration.md says the rest.";

int cmd_calibrate(parry_cli *cli, int argc, char **argv)
{
    calibrate_arguments args = {.target = ".9", .confidence = ".95", .unanswerable = ".2"};
    const parry_option options[] = {
        {.name = "target",
         .value = "P",
         .text = &args.target,
         .help = "Share of given answers to be right (default .9)."},
        {.name = "confidence", .value = "P", .text = &args.confidence, .help = "How sure of that (default .95)."},
        {.name = "unanswerable",
         .value = "SHARE",
         .text = &args.unanswerable,
         .help = "Share of people's questions that no article answers (default .2)."},
        {.name = "split", .value = "PART", .text = &args.split, .help = "Only queries of this part: fit or held."},
        {.name = "dry-run", .flag = &args.dry, .help = "Measure and print, change nothing."},
        {.name = "forget", .flag = &args.forget, .help = "Go back to the calibration that ships with Parry."},
        {.name = "json", .flag = &args.json, .help = "Print JSON."},
        {0}};
    const parry_usage usage = {.command = "calibrate",
                               .arguments = "[WHERE]",
                               .most = 1,
                               .what = what,
                               .options = options,
                               .examples = "  parry calibrate --data data examples/marketplace/judgements\n"
                                           "  parry calibrate --data data --split fit --dry-run content\n"
                                           "  parry calibrate --data data --target .8 --unanswerable .35 content\n"
                                           "  parry calibrate --data data --forget\n"};
    parry_err err = {0};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (!read_shares(&args))
        return parry_code_exit(PARRY_INVALID);
    const char *where = first < argc ? argv[first] : NULL;
    parry_code done = args.forget ? forget(cli, args.json, &err) : calibrate(cli, where, &args, &err);
    return done == PARRY_OK ? 0 : parry_cli_fail("calibrate", &err);
}
