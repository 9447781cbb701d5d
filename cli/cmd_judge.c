/* parry judge: do the articles answer what their authors say they answer? */
#include "cli/commands.h"
#include "cli/judged.h"
#include "cli/options.h"
#include "cli/served.h"

#include "base/clock.h"
#include "eval/judge.h"

#include <stdio.h>
#include <stdlib.h>

enum { FLOORS = PARRY_MEASURES + 3, EXIT_UNDER = 1 };

/* What --fail-under may name: the measures, then these. From AUROC on, they are about unanswerable queries too. */
enum { PASS = PARRY_MEASURES, AUROC, ABSTAIN };

typedef struct judge_arguments {
    const char *mode, *split, *fail_under, *history;
    int64_t top;
    bool json, all, dry;
    double floors[FLOORS]; /* < 0: none */
} judge_arguments;

static const char *figure_key(int i)
{
    return i == PASS ? "pass" : i == AUROC ? "auroc" : i == ABSTAIN ? "abstain" : parry_measure_keys[i];
}

static const char *figure_name(int i)
{
    return i == PASS ? "pass" : i == AUROC ? "AUROC" : i == ABSTAIN ? "abstain" : parry_measure_names[i];
}

static double figure(const parry_judging *j, int i)
{
    return i == PASS ? j->pass : i == AUROC ? j->auroc : i == ABSTAIN ? j->abstain : j->mean[i];
}

/* Whether there is anything that it could be a figure of. */
static bool has_figure(const parry_judging *j, int i)
{
    return i < AUROC || (j->n > j->answerable && (i == AUROC || j->calibrated));
}

/* Of those before AUROC. */
static double past_figure(const parry_past *p, int i) { return i == PASS ? p->pass : p->mean[i]; }
static double change_of(const parry_past *p, int i) { return i == PASS ? p->pass_change : p->change[i].difference; }

/* ---- --fail-under --------------------------------------------------------------------------------------------------
 */

static bool read_floor(parry_str item, double floors[FLOORS])
{
    char text[64], *end;
    parry_str key;
    if (!parry_str_split(&item, '=', &key) || item.n == 0 || item.n >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", PARRY_FMT(item));
    double value = strtod(text, &end);
    for (int i = 0; i < FLOORS; i++) {
        if (!parry_str_eqz(parry_str_trim(key), figure_key(i)))
            continue;
        floors[i] = value;
        return *end == 0 && end != text && value >= 0 && value <= 1;
    }
    return false;
}

static bool read_floors(const char *text, double floors[FLOORS])
{
    parry_str rest = parry_str_of(text), item;
    for (int i = 0; i < FLOORS; i++)
        floors[i] = -1;
    while (text != NULL && parry_str_split(&rest, ',', &item))
        if (!read_floor(item, floors))
            return false;
    return true;
}

static bool over_floors(const judge_arguments *args, const parry_judging *j)
{
    bool fine = true;
    for (int i = 0; i < FLOORS; i++) {
        if (figure(j, i) >= args->floors[i])
            continue;
        fflush(stdout);
        fprintf(stderr, "parry judge: %s is %.4f, under %.4f\n", figure_name(i), figure(j, i), args->floors[i]);
        fine = false;
    }
    return fine;
}

/* ---- for people ----------------------------------------------------------------------------------------------------
 */

static void print_wanted(const parry_judged_query *q)
{
    for (size_t i = 0; i < q->njudgements; i++)
        if (q->judgements[i].grade > 0)
            printf("%s%.*s (%d%s)", i > 0 ? ", " : "", PARRY_FMT(q->judgements[i].name), q->judgements[i].grade,
                   q->judgements[i].document == PARRY_NO_DOCUMENT ? ", no published article" : "");
}

static void print_got(const parry_verdict *v)
{
    for (size_t i = 0; i < v->nfirst; i++)
        printf("%s%.*s", i > 0 ? ", " : "", PARRY_FMT(v->first[i]));
    printf("%s\n", v->nfirst == 0 ? "nothing" : "");
}

static void print_verdict(const parry_verdict *v)
{
    const parry_judged_query *q = v->query;
    printf("%s  %.*s%s%.*s",
           !v->known ? "none"
           : v->pass ? "pass"
                     : "FAIL",
           PARRY_FMT(q->audience), q->audience.n > 0 ? ": " : "", PARRY_FMT(q->text));
    if (!q->answerable) {
        printf("\n      wants no answer, said %.4f of ", v->said);
        print_got(v);
        return;
    }
    if (v->rank > 0)
        printf("  (%zu)\n      wants ", v->rank);
    else
        printf("  (not found)\n      wants ");
    print_wanted(q);
    printf("\n      got   ");
    print_got(v);
}

static void print_changes(const parry_judging *j, bool failing)
{
    bool any = false;
    for (size_t i = 0; i < j->n; i++) {
        const parry_verdict *v = &j->verdicts[i];
        bool before = v->past != NULL && v->past->rank > 0 && v->past->rank <= j->top;
        if (v->past == NULL || v->pass == before || v->pass == failing)
            continue;
        if (!any)
            printf("\n%s since then:\n", failing ? "failing" : "passing");
        any = true;
        printf("  %zu -> %zu  %.*s\n", v->past->rank, v->rank, PARRY_FMT(v->query->text));
    }
}

static void print_summary(const parry_judging *j, const parry_past *past)
{
    printf("%zu of %zu queries pass: an article of their highest grade is among the first %zu (%s, generation %llu)\n",
           j->passed, j->answerable, j->top, parry_mode_name(j->mode), (unsigned long long)j->generation);
    if (j->n > j->answerable)
        printf("%zu queries that nothing answers; AUROC: how well the first answer's %s tells them apart\n",
               j->n - j->answerable, j->calibrated ? "probability" : "score");
    if (j->n > j->answerable && j->calibrated)
        printf("%zu of those pass: what comes first is not likely enough to be given as an answer\n", j->abstained);
    printf("\n%-12s%9s%s\n", "", "now", past != NULL ? "   before   change" : "");
    for (int i = 0; i < FLOORS; i++) {
        if (!has_figure(j, i))
            continue;
        printf("%-12s%9.4f", figure_name(i), figure(j, i));
        if (past != NULL && i < AUROC)
            printf("%9.4f%+9.4f", past_figure(past, i), change_of(past, i));
        putchar('\n');
    }
    if (past == NULL)
        return;
    const parry_comparison *c = &past->change[PARRY_NDCG10];
    printf("\nbefore: %.*s, generation %llu, over the %zu queries in both; nDCG@10 rose for %zu and fell for %zu (p "
           "%.4f)\n",
           PARRY_FMT(past->time), (unsigned long long)past->generation, past->both, c->better, c->worse, c->p);
    print_changes(j, true);
    print_changes(j, false);
}

static void print_judging(const parry_judging *j, const parry_past *past, bool all)
{
    bool any = false;
    for (size_t i = 0; i < j->n; i++) {
        const parry_verdict *v = &j->verdicts[i];
        if (!all && (v->pass || !v->known))
            continue;
        print_verdict(v);
        any = true;
    }
    if (any)
        putchar('\n');
    print_summary(j, past);
}

/* ---- JSON ----------------------------------------------------------------------------------------------------------
 */

static json_t *verdict_json(const parry_verdict *v)
{
    const parry_judged_query *q = v->query;
    json_t *j = json_object(), *wants = json_array(), *got = json_array();
    json_object_set_new(j, "query", parry_json_text(q->text));
    json_object_set_new(j, "audience", parry_json_text(q->audience));
    json_object_set_new(j, "answerable", json_boolean(q->answerable));
    json_object_set_new(j, "said", json_real(v->said));
    for (size_t i = 0; i < q->njudgements; i++)
        json_array_append_new(wants, json_pack("{s:o, s:i, s:b}", "article", parry_json_text(q->judgements[i].name),
                                               "grade", q->judgements[i].grade, "published",
                                               q->judgements[i].document != PARRY_NO_DOCUMENT));
    for (size_t i = 0; i < v->nfirst; i++)
        json_array_append_new(got, parry_json_text(v->first[i]));
    json_object_set_new(j, "wants", wants);
    json_object_set_new(j, "got", got);
    if (v->known)
        json_object_set_new(j, "pass", json_boolean(v->pass));
    if (q->answerable) {
        json_object_set_new(j, "rank", v->rank > 0 ? json_integer((json_int_t)v->rank) : json_null());
        for (int m = 0; m < PARRY_MEASURES; m++)
            json_object_set_new(j, parry_measure_keys[m], json_real(v->of[m]));
    }
    if (v->past != NULL)
        json_object_set_new(j, "rank_before",
                            v->past->rank > 0 ? json_integer((json_int_t)v->past->rank) : json_null());
    return j;
}

static json_t *past_json(const parry_past *past)
{
    json_t *j = json_pack("{s:s%, s:I, s:I, s:f}", "time", past->time.p, past->time.n, "generation",
                          (json_int_t)past->generation, "queries_in_both", (json_int_t)past->both, "p",
                          past->change[PARRY_NDCG10].p);
    for (int i = 0; i < AUROC; i++)
        json_object_set_new(j, figure_key(i),
                            json_pack("{s:f, s:f}", "was", past_figure(past, i), "change", change_of(past, i)));
    return j;
}

static void print_json(const parry_judging *j, const parry_past *past)
{
    json_t *verdicts = json_array();
    for (size_t i = 0; i < j->n; i++)
        json_array_append_new(verdicts, verdict_json(&j->verdicts[i]));
    json_auto_t *json = json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:b}", "generation", (json_int_t)j->generation,
                                  "mode", parry_mode_name(j->mode), "top", (json_int_t)j->top, "answerable",
                                  (json_int_t)j->answerable, "unanswerable", (json_int_t)(j->n - j->answerable),
                                  "passed", (json_int_t)j->passed, "calibrated", j->calibrated);
    for (int i = 0; i < FLOORS; i++)
        if (has_figure(j, i))
            json_object_set_new(json, figure_key(i), json_real(figure(j, i)));
    json_object_set_new(json, "before", past != NULL ? past_json(past) : json_null());
    json_object_set_new(json, "queries", verdicts);
    json_dumpf(json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
}

/* ---- the judging ---------------------------------------------------------------------------------------------------
 */

static parry_code judge_index(const parry_cli *cli, parry_arena *a, const parry_judged_set *set,
                              const judge_arguments *args, parry_judging *out, parry_err *err)
{
    parry_encoder *encoder = NULL;
    parry_served served = {NULL, NULL};
    parry_mode mode = PARRY_HYBRID;
    parry_code code = parry_mode_parse(parry_str_of(args->mode), &mode, err);
    if (code == PARRY_OK)
        code = parry_served_open(cli, "index", &served, err);
    if (code == PARRY_OK)
        code = parry_served_any(&served, err);
    if (code == PARRY_OK && parry_served_vectors(&served) && mode != PARRY_TEXT)
        code = parry_cli_encoder_or_text(cli, "judge", &encoder, err);
    if (code == PARRY_OK) {
        parry_searcher *s = parry_searcher_new(encoder);
        code = parry_judge(a, s, served.g, set, mode, (size_t)args->top, out, err);
        parry_searcher_free(s);
    }
    parry_served_close(&served);
    parry_encoder_close(encoder);
    return code;
}

static parry_code report(const parry_cli *cli, parry_arena *a, const judge_arguments *args, parry_judging *j,
                         parry_err *err)
{
    parry_past past;
    char time[PARRY_TIME_TEXT];
    const char *history = args->history ? args->history : parry_cli_path(cli, a, "judgements/history.jsonl");
    bool before = parry_past_read(a, history, j, &past);
    if (args->json)
        print_json(j, before ? &past : NULL);
    else
        print_judging(j, before ? &past : NULL, args->all);
    if (args->dry)
        return PARRY_OK;
    parry_time_text(parry_clock_now_ms(parry_clock_system()), time);
    return parry_past_append(history, j, time, err);
}

static int judge(const parry_cli *cli, const char *where, const judge_arguments *args)
{
    parry_err err = {0};
    parry_arena *a = parry_arena_new();
    parry_judged_set set = {0};
    parry_judging j;
    parry_code code = parry_cli_judged(cli, a, where, args->split, &set, &err);
    if (code == PARRY_OK)
        code = judge_index(cli, a, &set, args, &j, &err);
    if (code == PARRY_OK)
        code = report(cli, a, args, &j, &err);
    int exit_code = code != PARRY_OK ? parry_cli_fail("judge", &err) : over_floors(args, &j) ? 0 : EXIT_UNDER;
    parry_arena_free(a);
    return exit_code;
}

static const char what[] =
    "Asks the index every judged query and says which articles are found: those of WHERE (a content tree with\n"
    "judgements*.tsv or judgements/*.tsv, that folder, or one such file) and those that articles say they answer\n"
    "(`answers:` in their front matter). A query passes when an article of its highest grade is among the first "
    "--top;\n"
    "one that nothing answers passes when what comes first is not likely enough to be given as an answer.\n"
    "Each run is compared with the one before; DATA/judgements/history.jsonl keeps the last 200.\n"
    "Exit code: 0; 1 where a figure is under --fail-under; as everywhere else on errors.";

int cmd_judge(parry_cli *cli, int argc, char **argv)
{
    judge_arguments args = {.mode = "hybrid", .top = 5};
    const parry_option options[] = {
        {.name = "top",
         .value = "N",
         .number = &args.top,
         .least = 1,
         .most = PARRY_SEARCH_MAX_LIMIT,
         .help = "Pass where the article is among the first N (default 5)."},
        {.name = "mode", .value = "MODE", .text = &args.mode, .help = "hybrid (default), text or vector."},
        {.name = "split", .value = "PART", .text = &args.split, .help = "Only queries of this part: fit or held."},
        {.name = "all", .flag = &args.all, .help = "Show every query, not only those that fail."},
        {.name = "json", .flag = &args.json, .help = "Print JSON, every query in it."},
        {.name = "fail-under",
         .value = "LIST",
         .text = &args.fail_under,
         .help = "Exit 1 where a figure is less: pass, ndcg10, recall5, recall10, mrr10, auroc, abstain."},
        {.name = "history", .value = "FILE", .text = &args.history, .help = "Keep the history in FILE instead."},
        {.name = "no-history", .flag = &args.dry, .help = "Compare, but keep nothing."},
        {0}};
    const parry_usage usage = {.command = "judge",
                               .arguments = "[WHERE]",
                               .most = 1,
                               .what = what,
                               .options = options,
                               .examples = "  parry judge --data data examples/marketplace/judgements\n"
                                           "  parry judge --data data --all --mode text content\n"
                                           "  parry judge --data data --fail-under ndcg10=.75,recall5=.85 content\n"
                                           "  parry judge --data data --json content | jq '.queries[] | "
                                           "select(.pass == false) | .query'\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (!read_floors(args.fail_under, args.floors))
        return parry_cli_misuse("judge", "--fail-under takes a list like ndcg10=.75,recall5=.85, not \"%s\"",
                                args.fail_under);
    return judge(cli, first < argc ? argv[first] : NULL, &args);
}
