/* parry cases: what the case store holds, read and erased beside a running server too. */
#include "cli/access.h"
#include "cli/commands.h"
#include "cli/options.h"

#include "access/secret.h"
#include "base/file.h"
#include "desk/cases/case_json.h"
#include "desk/desk.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct reading {
    const char *status, *priority, *queue, *channel, *customer, *assignee, *format, *email;
    int64_t limit;
    bool json;
    const char *number, *file; /* of a case, of its attachment */
    parry_cases_wish wish;
    parry_cases_row last; /* shown */
    parry_arena *a;
    parry_cases *cases;
    parry_handoffs *handoffs;
    const parry_access *access;
    uint64_t erased;
} reading;

/* ---- the wish ---------------------------------------------------------------------------------------------------- */

static parry_code read_wish(reading *r, parry_err *err)
{
    parry_case_status status;
    parry_priority priority;
    parry_queue queue;
    parry_channel channel;
    r->wish = parry_cases_any();
    r->wish.assignee = parry_str_of(strcmp(r->assignee, "none") == 0 ? "-" : r->assignee);
    if (*r->status && !parry_case_status_parse(parry_str_of(r->status), &status))
        return parry_fail(err, PARRY_INVALID, "--status: new, inprogress or done");
    if (*r->priority && !parry_priority_parse(parry_str_of(r->priority), &priority))
        return parry_fail(err, PARRY_INVALID, "--priority: critical, high, medium or low");
    if (*r->queue && !parry_queue_parse(parry_str_of(r->queue), &queue))
        return parry_fail(err, PARRY_INVALID, "--queue: Login, Orders, Deliveries, Payments or Refunds");
    if (*r->channel && !parry_channel_parse(parry_str_of(r->channel), &channel))
        return parry_fail(err, PARRY_INVALID, "--channel: form, email, phone, chat, agent or api");
    r->wish.customer = parry_str_of(r->email != NULL ? r->email : r->customer);
    r->wish.channel = *r->channel ? (int)channel : -1;
    r->wish.status = *r->status ? (int)status : -1;
    r->wish.priority = *r->priority ? (int)priority : -1;
    r->wish.queue = *r->queue ? (int)queue : -1;
    return PARRY_OK;
}

/* Each case of the wish, up to `most` of them. */
static parry_code each(reading *r, int64_t most, parry_code (*show)(reading *r, const parry_case *k, parry_err *err),
                       parry_err *err)
{
    parry_cases_row rows[PARRY_CASES_LIST_MAX];
    size_t n = PARRY_CASES_LIST_MAX, total;
    parry_code code = PARRY_OK;
    while (code == PARRY_OK && n == PARRY_CASES_LIST_MAX && most > 0) {
        code = parry_cases_list(r->cases, &r->wish, rows, &n, &total, err);
        for (size_t i = 0; i < n && code == PARRY_OK && most > 0; i++, most--) {
            parry_case k;
            parry_err why = {0};
            code = parry_cases_get(r->cases, rows[i].id, r->a, &k, &why);
            if (code == PARRY_OK)
                code = show(r, &k, err);
            else if (code == PARRY_NOT_FOUND) /* it was erased since */
                code = PARRY_OK;
            else
                (void)parry_fail(err, code, "%s", why.msg);
            parry_arena_reset(r->a);
            r->last = rows[i];
            r->wish.after = &r->last;
        }
    }
    return code;
}

/* ---- the verbs --------------------------------------------------------------------------------------------------- */

static void print(parry_buf *b)
{
    (void)fwrite(b->p, 1, b->n, stdout);
    parry_buf_clear(b);
}

enum { LINE_MAX_BYTES = 32 << 20 };

static parry_code line_of(reading *r, const parry_case *k, parry_err *err)
{
    parry_buf b = PARRY_BUF(LINE_MAX_BYTES);
    parry_case_comment *list = NULL;
    size_t n = 0;
    parry_code code =
        parry_cases_comments_after(r->cases, k->id, true, 0, PARRY_CASE_LINE_COMMENTS, r->a, &list, &n, err);
    if (code == PARRY_OK)
        parry_case_line(k, list, n, &b);
    print(&b);
    parry_buf_free(&b);
    return code;
}

static parry_code csv_of(reading *r, const parry_case *k, parry_err *err)
{
    parry_buf b = PARRY_BUF(LINE_MAX_BYTES);
    (void)r, (void)err;
    parry_case_csv(k, &b);
    print(&b);
    parry_buf_free(&b);
    return PARRY_OK;
}

static parry_code row_of(reading *r, const parry_case *k, parry_err *err)
{
    char created[PARRY_TIME_TEXT];
    if (r->json)
        return line_of(r, k, err);
    parry_time_text(k->created_ms, created);
    printf("%llu\t%s\t%s\t%s\t%s\t%s\t%.*s\t%.*s\n", (unsigned long long)k->id, created,
           parry_case_status_name(k->status), parry_priority_name(k->priority), parry_queue_name(k->queue),
           k->assignee.n > 0 ? k->assignee.p : "-", PARRY_FMT(k->customer_email), PARRY_FMT(k->subject));
    return PARRY_OK;
}

static parry_code list(reading *r, parry_err *err)
{
    if (!r->json)
        printf("id\tcreated\tstatus\tpriority\tqueue\tassignee\tcustomer\tsubject\n");
    return each(r, r->limit, row_of, err);
}

static parry_code export(reading *r, parry_err *err)
{
    bool csv = strcmp(r->format, "csv") == 0;
    if (!csv && strcmp(r->format, "ndjson") != 0)
        return parry_fail(err, PARRY_INVALID, "--format: csv or ndjson");
    r->wish.order = PARRY_CASES_OLDEST;
    if (csv && csv_of(r, NULL, err) != PARRY_OK)
        return PARRY_IO;
    return each(r, INT64_MAX, csv ? csv_of : line_of, err);
}

static void show_comment(const parry_case_comment *m)
{
    char at[PARRY_TIME_TEXT];
    parry_time_text(m->created_ms, at);
    printf("\n%s  %.*s (%s, %llu", at, PARRY_FMT(m->author), parry_comment_kind_name(m->kind),
           (unsigned long long)m->id);
    if (m->reply_to > 0)
        printf(" to %llu", (unsigned long long)m->reply_to);
    printf(")\n%.*s\n", PARRY_FMT(m->text));
    for (size_t i = 0; i < m->nfiles; i++)
        printf("attachment %llu: %.*s, %.*s, %llu bytes\n", (unsigned long long)m->files[i].id,
               PARRY_FMT(m->files[i].is.name), PARRY_FMT(m->files[i].is.type), (unsigned long long)m->files[i].size);
}

static parry_code show_comments(reading *r, uint64_t id, parry_err *err)
{
    parry_case_comment *all = NULL;
    size_t n = 0;
    parry_code code = parry_cases_comments(r->cases, id, true, r->a, &all, &n, err);
    for (size_t i = 0; i < n && code == PARRY_OK; i++)
        show_comment(&all[i]);
    return code;
}

static parry_code read_number(const char *text, uint64_t *id, parry_err *err)
{
    char *end = NULL;
    *id = strtoull(text, &end, 10);
    return *end == 0 && *id > 0 ? PARRY_OK
                                : parry_fail(err, PARRY_INVALID,
                                             "a case and its attachments are named by their numbers, as `parry cases "
                                             "list` and `show` show them");
}

static parry_code show(reading *r, parry_err *err)
{
    char created[PARRY_TIME_TEXT];
    parry_case k;
    uint64_t id;
    parry_code code = read_number(r->number, &id, err);
    if (code == PARRY_OK)
        code = parry_cases_get(r->cases, id, r->a, &k, err);
    if (code != PARRY_OK || r->json)
        return code == PARRY_OK ? line_of(r, &k, err) : code;
    parry_time_text(k.created_ms, created);
    const char *channel = parry_channel_name(k.channel);
    printf("%llu  %.*s\n%s%s%s  %s, %s, %s, %s\n%.*s <%.*s>\n\n%.*s\n", (unsigned long long)k.id, PARRY_FMT(k.subject),
           created, *channel ? " by " : "", channel, parry_case_status_name(k.status), parry_priority_name(k.priority),
           parry_queue_name(k.queue), k.assignee.n > 0 ? k.assignee.p : "nobody's", PARRY_FMT(k.customer_name),
           PARRY_FMT(k.customer_email), PARRY_FMT(k.description));
    return show_comments(r, id, err);
}

/* Its bytes. */
static parry_code attachment(reading *r, parry_err *err)
{
    uint64_t id, number;
    parry_case_file f;
    parry_code code = read_number(r->number, &id, err);
    if (code == PARRY_OK)
        code = read_number(r->file, &number, err);
    if (code == PARRY_OK)
        code = parry_cases_file(r->cases, id, number, true, r->a, &f, err);
    if (code == PARRY_OK && fwrite(f.is.bytes.p, 1, f.is.bytes.n, stdout) != f.is.bytes.n)
        code = parry_fail(err, PARRY_IO, "cannot write to standard output");
    return code;
}

/* ---- erasing ----------------------------------------------------------------------------------------------------- */

/* The audit is told of each: what was erased before a failure is known. */
static parry_code erase_one(reading *r, uint64_t id, parry_err *err)
{
    const parry_actor by = parry_cli_actor(r->a);
    parry_str number = parry_str_printf(r->a, "%llu", (unsigned long long)id);
    parry_code code = parry_desk_erase_case(r->cases, r->handoffs, id, err);
    if (code == PARRY_OK)
        code = parry_access_tell(r->access, &by, "case.erase", "case", number, true, NULL, err);
    r->erased += code == PARRY_OK;
    return code;
}

static parry_code erase_it(reading *r, const parry_case *k, parry_err *err) { return erase_one(r, k->id, err); }

static parry_code erase(reading *r, parry_err *err)
{
    uint64_t id;
    parry_code code;
    if ((r->number != NULL) == (r->email != NULL))
        return parry_fail(err, PARRY_INVALID, "erase needs the number of a case, or --email ADDRESS");
    if (r->email != NULL && strchr(r->email, '@') == NULL)
        return parry_fail(err, PARRY_INVALID, "--email: the address of a customer");
    r->wish.order = PARRY_CASES_OLDEST;
    if (r->email != NULL)
        code = each(r, INT64_MAX, erase_it, err);
    else if ((code = read_number(r->number, &id, err)) == PARRY_OK)
        code = erase_one(r, id, err);
    if (code == PARRY_OK || r->erased > 0)
        printf("%llu erased\n", (unsigned long long)r->erased);
    return code;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

/* Without the index, which is the server's. */
static parry_code open_cases(const parry_cli_house *house, const parry_desk_visit *visit, reading *r, parry_err *err)
{
    parry_secret key;
    parry_access_derive(house->access, "desk", &key);
    return parry_cases_open(visit->env, visit->group, NULL, key.b, parry_clock_system(), &r->cases, err);
}

static int run(const parry_cli *cli, reading *r, parry_code (*verb)(reading *r, parry_err *err))
{
    parry_err err = {0};
    parry_cli_house house = {NULL, NULL, NULL};
    parry_desk_visit visit = {.env = NULL};
    r->a = parry_arena_new();
    parry_code code = read_wish(r, &err);
    if (code == PARRY_OK)
        code = parry_desk_visit_open(cli->data, &visit, &err);
    if (code == PARRY_OK)
        code = parry_cli_house_open(cli, &house, &err);
    if (code == PARRY_OK)
        code = open_cases(&house, &visit, r, &err);
    r->handoffs = visit.handoffs;
    r->access = house.access;
    if (code == PARRY_OK)
        code = verb(r, &err);
    parry_cases_close(r->cases);
    parry_desk_visit_close(&visit);
    parry_cli_house_close(&house);
    parry_arena_free(r->a);
    return code == PARRY_OK ? 0 : parry_cli_fail("cases", &err);
}

static int choose(const parry_cli *cli, reading *r, int argc, char **argv)
{
    static const struct {
        const char *name;
        int arguments; /* -1: one, or none */
        parry_code (*run)(reading *r, parry_err *err);
    } verbs[] = {{"list", 0, list},
                 {"show", 1, show},
                 {"attachment", 2, attachment},
                 {"export", 0, export},
                 {"erase", -1, erase}};
    for (size_t v = 0; v < sizeof verbs / sizeof *verbs; v++) {
        if (strcmp(argv[0], verbs[v].name) != 0)
            continue;
        if (verbs[v].arguments >= 0 ? argc - 1 != verbs[v].arguments : argc > 2)
            return parry_cli_misuse("cases", "%s takes %d argument(s)", verbs[v].name, abs(verbs[v].arguments));
        r->number = argc > 1 ? argv[1] : NULL;
        r->file = argc > 2 ? argv[2] : NULL;
        return run(cli, r, verbs[v].run);
    }
    return parry_cli_misuse("cases", "there is no `parry cases %s`", argv[0]);
}

int cmd_cases(parry_cli *cli, int argc, char **argv)
{
    reading r = {.status = "",
                 .priority = "",
                 .queue = "",
                 .channel = "",
                 .customer = "",
                 .assignee = "",
                 .format = "ndjson",
                 .limit = 25};
    const parry_option options[] = {
        {.name = "status", .value = "STATUS", .text = &r.status, .help = "new, inprogress or done."},
        {.name = "priority", .value = "PRIORITY", .text = &r.priority, .help = "critical, high, medium or low."},
        {.name = "queue",
         .value = "QUEUE",
         .text = &r.queue,
         .help = "Login, Orders, Deliveries, Payments or Refunds."},
        {.name = "channel", .value = "CHANNEL", .text = &r.channel, .help = "form, email, phone, chat, agent or api."},
        {.name = "customer", .value = "ADDRESS", .text = &r.customer, .help = "list, export: whose cases."},
        {.name = "assignee", .value = "ID", .text = &r.assignee, .help = "A person's id, or none."},
        {.name = "limit",
         .value = "N",
         .number = &r.limit,
         .least = 1,
         .most = 1000000,
         .help = "list: at most N (25)."},
        {.name = "format", .value = "FORM", .text = &r.format, .help = "export: ndjson (default) or csv."},
        {.name = "email", .value = "ADDRESS", .text = &r.email, .help = "erase: every case of this customer."},
        {.name = "json", .flag = &r.json, .help = "list, show: JSON, one object a line."},
        {0}};
    const parry_usage usage = {
        .command = "cases",
        .arguments = "list | show ID | attachment ID NUMBER | export | erase ID",
        .least = 1,
        .most = 3,
        .options = options,
        .what = "The cases of this help centre (docs/desk.md), the newest first; an export has all of them, the oldest "
                "first.\nIt opens what people wrote, so it needs the secret file, and nobody is told who read it. "
                "`erase` is "
                "for good,\nand the audit says who did it.",
        .examples = "  parry cases list --status new --queue Refunds\n"
                    "  parry cases list --customer mirabel@shop.example\n"
                    "  parry cases show 1042\n"
                    "  parry cases attachment 1042 1 > receipt.pdf\n"
                    "  parry cases export --format csv > cases.csv\n"
                    "  parry cases erase 1042\n"
                    "  parry cases erase --email mirabel@shop.example\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    return choose(cli, &r, argc - first, argv + first);
}
