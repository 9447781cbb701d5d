/* parry desk: the classifier of queues and priorities, trained on a team's own cases and asked on the command line. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/print_classes.h"

#include "base/clock.h"
#include "base/file.h"
#include "desk/classify/score.h"
#include "desk/subject.h"

#include <stdio.h>
#include <unistd.h>

typedef struct desk_arguments {
    const char *out, *test;
    int64_t doubts;
    bool json, words;
} desk_arguments;

/* ---- parry desk train ---- */

static void show_progress(void *ctx, const char *what, size_t done, size_t of)
{
    (void)ctx;
    if (done > 0)
        fprintf(stderr, "parry desk: %s: %zu of %zu cases\n", what, done, of);
    else
        fprintf(stderr, "parry desk: %s: %zu cases\n", what, of);
}

static parry_code read_cases(parry_arena *a, const char *path, parry_labelled *out, parry_hash *file, parry_err *err)
{
    parry_str bytes;
    parry_code code = parry_file_read(a, path, PARRY_LABELLED_BYTES, &bytes, err);
    if (code != PARRY_OK)
        return code;
    *file = parry_hash_of(bytes.p, bytes.n);
    return parry_labelled_parse(a, bytes, out, err);
}

typedef struct training {
    parry_arena *arena;
    parry_encoder *encoder; /* NULL: words alone */
    parry_classifier *classifier;
    json_t *report;
    size_t doubts;
    bool json;
} training;

static void show(training *t, const char *name, const char *title, const parry_unseen *h)
{
    if (h->n == 0)
        return;
    parry_score s = parry_score_of(t->arena, h);
    if (t->json) {
        json_t *j = parry_score_json(&s);
        json_object_set_new(j, "doubts", parry_doubts_json(t->arena, h, t->doubts));
        json_object_set_new(t->report, name, j);
    } else {
        parry_print_score(title, &s);
        parry_print_doubts(t->arena, h, t->doubts);
    }
}

static parry_code test_on(training *t, const char *path, parry_err *err)
{
    parry_labelled cases;
    parry_hash file;
    parry_unseen queue, priority;
    parry_code code = read_cases(t->arena, path, &cases, &file, err);
    if (code != PARRY_OK)
        parry_err_context(err, "%s", path);
    if (code == PARRY_OK && t->encoder != NULL)
        code = parry_train_test(t->arena, t->classifier, &cases, t->encoder, &queue, &priority, err);
    if (code == PARRY_OK && t->encoder != NULL) {
        show(t, "test_queue", "queues of the test file", &queue);
        show(t, "test_priority", "priorities of the test file", &priority);
    }
    if (code == PARRY_OK)
        code = parry_train_test(t->arena, t->classifier, &cases, NULL, &queue, &priority, err);
    if (code == PARRY_OK) {
        show(t, "test_queue_by_words", "queues of the test file, by words alone", &queue);
        show(t, "test_priority_by_words", "priorities of the test file, by words alone", &priority);
    }
    return code;
}

static parry_code train(training *t, const char *path, parry_err *err)
{
    const parry_train_progress progress = {show_progress, NULL};
    parry_labelled cases;
    parry_hash file;
    parry_trained r;
    parry_code code = read_cases(t->arena, path, &cases, &file, err);
    if (code == PARRY_OK)
        code = parry_labelled_enough(&cases, err);
    if (code != PARRY_OK) {
        parry_err_context(err, "%s", path);
        return code;
    }
    code = parry_train(t->arena, &cases, file, t->encoder, &progress, &r, &t->classifier, err);
    if (code != PARRY_OK)
        return code;
    show(t, "queue", "queues, of cases not learned from (cross-fitted)", &r.queue_by_meaning);
    show(t, "queue_by_words", "queues, cross-fitted, by words alone", &r.queue_by_words);
    if (!r.own_priority && !t->json)
        puts("The file has no priorities: they were learned from the cases that come with Parry.\n");
    if (r.own_priority) {
        show(t, "priority", "priorities, of cases not learned from (cross-fitted)", &r.priority_by_meaning);
        show(t, "priority_by_words", "priorities, cross-fitted, by words alone", &r.priority_by_words);
    }
    return PARRY_OK;
}

static parry_code save(const training *t, const char *path, parry_err *err)
{
    parry_code code = parry_classifier_save(t->classifier, path, err);
    if (code == PARRY_OK)
        fprintf(stderr, "parry desk: wrote %s\n", path);
    return code;
}

static int run_train(parry_cli *cli, const char *file, const desk_arguments *args)
{
    parry_err err = {0};
    training t = {
        .arena = parry_arena_new(), .json = args->json, .doubts = (size_t)args->doubts, .report = json_object()};
    const char *out = args->out != NULL ? args->out : parry_cli_path(cli, t.arena, PARRY_CLASSIFIER_OWN);
    parry_code code = args->out == NULL ? parry_dir_make(cli->data, &err) : PARRY_OK;
    if (code == PARRY_OK && !args->words)
        code = parry_cli_encoder_or_text(cli, "desk", &t.encoder, &err);
    if (code == PARRY_OK)
        code = train(&t, file, &err);
    if (code == PARRY_OK && args->test != NULL)
        code = test_on(&t, args->test, &err);
    if (code == PARRY_OK)
        code = save(&t, out, &err);
    if (code == PARRY_OK && args->json) {
        json_dumpf(t.report, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        putchar('\n');
    }
    json_decref(t.report);
    parry_classifier_free(t.classifier);
    parry_encoder_close(t.encoder);
    parry_arena_free(t.arena);
    return code == PARRY_OK ? 0 : parry_cli_fail("desk train", &err);
}

/* ---- parry desk classify ---- */

static parry_code encode(const parry_encoder *e, parry_str text, float *vector, parry_err *err)
{
    parry_encoder_scratch *s = parry_encoder_scratch_new(e);
    parry_code code = parry_encode(e, s, PARRY_QUERY, text, vector, err);
    parry_encoder_scratch_free(s);
    return code;
}

static parry_code classify(parry_arena *a, const parry_classifier *c, const parry_encoder *e, const char *text,
                           bool json, parry_err *err)
{
    parry_str said = parry_str_of(text);
    float *vector = NULL;
    parry_guess found;
    if (!parry_utf8_valid(said, NULL))
        return parry_fail(err, PARRY_INVALID, "the text is not UTF-8");
    if (parry_classifier_by_meaning(c)) {
        vector = PARRY_ARRAY(a, float, parry_encoder_dim(e));
        parry_code code = encode(e, said, vector, err);
        if (code != PARRY_OK)
            return code;
    }
    parry_classify(c, said, vector, &found);
    parry_str subject = parry_suggest_subject(a, said);
    if (json) {
        json_auto_t *out = parry_class_json(&found, subject);
        json_dumpf(out, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        putchar('\n');
    } else
        parry_print_class(&found, subject);
    return PARRY_OK;
}

static int run_classify(parry_cli *cli, const char *text, const desk_arguments *args)
{
    parry_err err = {0}, own = {0};
    parry_arena *a = parry_arena_new();
    parry_encoder *encoder = NULL;
    parry_classifier *c = NULL;
    parry_code code = PARRY_OK;
    if (!args->words)
        code = parry_cli_encoder_or_text(cli, "desk", &encoder, &err);
    if (code == PARRY_OK)
        code = args->out != NULL ? parry_classifier_open(args->out, encoder, &c, &err)
                                 : parry_classifier_ready(cli->data, encoder, &own, &c, &err);
    if (code == PARRY_OK && own.code != PARRY_OK)
        fprintf(stderr, "parry desk classify: %s; what ships with Parry answers\n", own.msg);
    if (code == PARRY_OK)
        code = classify(a, c, encoder, text, args->json, &err);
    parry_classifier_free(c);
    parry_encoder_close(encoder);
    parry_arena_free(a);
    return code == PARRY_OK ? 0 : parry_cli_fail("desk classify", &err);
}

/* ---- the command ---- */

static const char what[] =
    "What suggests the queue and the priority of a ticket.\n"
    "\n"
    "  train FILE     learn from labelled cases; measures itself on cases that it did not learn from\n"
    "  classify TEXT  say queue, priority and subject, how probable they are, and what they rest on\n"
    "\n"
    "FILE has a case a line, tabs between columns, and names its columns in the first line:\n"
    "  text       what the person wrote\n"
    "  queue      Login, Orders, Deliveries, Payments or Refunds\n"
    "  priority   critical, high, medium or low; where there is no such column, what ships with Parry is learned\n"
    "  subject    put before the text, where there is such a column\n"
    "Other columns are passed over. 20 to 100,000 cases; a hundred a queue are good.\n"
    "\n"
    "A server takes what was trained when it starts. Remove DATA/classifier to go back to what ships with Parry.";

int cmd_desk(parry_cli *cli, int argc, char **argv)
{
    desk_arguments args = {.out = NULL};
    const parry_option options[] = {
        {.name = "out", .value = "FILE", .text = &args.out, .help = "train: write FILE, not DATA/classifier."},
        {.name = "test", .value = "FILE", .text = &args.test, .help = "train: measure on these cases too."},
        {.name = "from", .value = "FILE", .text = &args.out, .help = "classify: ask this classifier."},
        {.name = "doubts",
         .value = "N",
         .number = &args.doubts,
         .least = 0,
         .most = 1000,
         .help = "train: list N lines whose labels look wrong."},
        {.name = "words", .flag = &args.words, .help = "Without the encoder: by words alone."},
        {.name = "json", .flag = &args.json, .help = "Print JSON."},
        {0}};
    const parry_usage usage = {.command = "desk",
                               .arguments = "train FILE | classify TEXT",
                               .least = 2,
                               .most = 2,
                               .what = what,
                               .options = options,
                               .examples =
                                   "  parry desk classify 'charged twice, and no parcel'\n"
                                   "  parry desk train --data data cases.tsv\n"
                                   "  parry desk train --data data --doubts 20 cases.tsv\n"
                                   "  parry desk train --out classifier --test held.tsv --json cases.tsv\n"
                                   "  parry desk classify --from classifier --json 'cant log in' | jq .queue\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (strcmp(argv[first], "train") == 0)
        return run_train(cli, argv[first + 1], &args);
    if (strcmp(argv[first], "classify") == 0)
        return run_classify(cli, argv[first + 1], &args);
    return parry_cli_misuse("desk", "train or classify, not \"%s\"", argv[first]);
}
