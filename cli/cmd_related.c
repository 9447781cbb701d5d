/* parry related: the articles related to one, as its page lists them. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/served.h"

#include "engine/related.h"

#include <stdio.h>

typedef struct related_options {
    bool json;
    int64_t limit;
    const char *audience;
} related_options;

static void print_json(parry_str id, const parry_related *list, size_t n)
{
    json_t *related = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(related, json_pack("{s:s%, s:s%, s:f}", "id", list[i].id.p, list[i].id.n, "title",
                                                 list[i].title.p, list[i].title.n, "score", list[i].score));
    json_auto_t *j = json_pack("{s:s%, s:o}", "id", id.p, id.n, "related", related);
    json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(4));
    putchar('\n');
}

static parry_code list_related(const parry_generation *g, parry_str id, const related_options *o, parry_err *err)
{
    parry_related list[PARRY_RELATED_MAX];
    uint32_t segment, article;
    if (!parry_generation_find(g, id, &segment, &article))
        return parry_fail(err, PARRY_NOT_FOUND, "no live article has the id %.*s", PARRY_FMT(id));
    if (parry_generation_side(g, PARRY_SIDE_RELATED) == NULL)
        return parry_fail(err, PARRY_NOT_FOUND, "related articles have not been found yet; run `parry index`");
    size_t n = parry_related_of(g, id, parry_str_of(o->audience), list, (size_t)o->limit);
    if (o->json)
        print_json(id, list, n);
    for (size_t i = 0; i < n && !o->json; i++)
        printf("%.3f  %.*s  %.*s\n", list[i].score, PARRY_FMT(list[i].id), PARRY_FMT(list[i].title));
    if (n == 0 && !o->json)
        printf("None is near enough.\n");
    return PARRY_OK;
}

static int related(const parry_cli *cli, const char *id, const related_options *o)
{
    parry_err err = {0};
    parry_served served;
    parry_code code = parry_served_open(cli, "index", &served, &err);
    if (code == PARRY_OK)
        code = list_related(served.g, parry_str_of(id), o, &err);
    parry_served_close(&served);
    return code == PARRY_OK ? 0 : parry_cli_fail("related", &err);
}

int cmd_related(parry_cli *cli, int argc, char **argv)
{
    related_options o = {.limit = PARRY_RELATED_MAX, .audience = ""};
    const parry_option options[] = {
        {.name = "limit",
         .value = "N",
         .number = &o.limit,
         .least = 1,
         .most = PARRY_RELATED_MAX,
         .help = "At most N."},
        {.name = "audience", .value = "NAME", .text = &o.audience, .help = "Only if the article is for these readers."},
        {.name = "json", .flag = &o.json, .help = "Print JSON."},
        {0}};
    const parry_usage usage = {.command = "related",
                               .arguments = "ID",
                               .least = 1,
                               .most = 1,
                               .options = options,
                               .what =
                                   "Lists the articles nearest to one, in meaning and by the rare words they share.",
                               .examples = "  parry related refund-times\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    return related(cli, argv[first], &o);
}
