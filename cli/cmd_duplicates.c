/* parry duplicates: articles that say the same, for who looks after the content. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/served.h"

#include "engine/search.h"
#include "indexer/duplicates.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static parry_article_out live(const parry_generation *g, parry_str id)
{
    parry_article_out x = {0};
    uint32_t segment, article;
    if (parry_generation_find(g, id, &segment, &article))
        parry_segment_article(parry_generation_get_info(g)->segments[segment].segment, article, &x);
    return x;
}

static json_t *article(const parry_generation *g, parry_str id)
{
    parry_article_out x = live(g, id);
    return json_pack("{s:o, s:o, s:o}", "id", parry_json_text(id), "title", parry_json_text(x.title), "audience",
                     parry_json_text(x.audience));
}

static void print_json(const parry_generation *g, const parry_duplicate *d, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:f, s:o, s:o, s:f, s:f, s:f}", "kind",
                                              parry_duplicate_kind_name(d[i].kind), "score", d[i].score, "a",
                                              article(g, d[i].a), "b", article(g, d[i].b), "a_in_b", d[i].a_in_b,
                                              "b_in_a", d[i].b_in_a, "meaning", d[i].meaning));
    json_auto_t *j = json_pack("{s:o}", "duplicates", list);
    json_dumpf(j, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(4));
    putchar('\n');
}

static void print_text(const parry_generation *g, const parry_duplicate *d, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        parry_article_out x = live(g, d[i].a), y = live(g, d[i].b);
        printf("%.2f  %-10s  %.*s  %s  %.*s\n", d[i].score, parry_duplicate_kind_name(d[i].kind), PARRY_FMT(d[i].a),
               d[i].kind == PARRY_CONTAINED ? "in" : "and", PARRY_FMT(d[i].b));
        printf("      %.*s | %.*s%s\n", PARRY_FMT(x.title), PARRY_FMT(y.title),
               parry_str_eq(x.audience, y.audience) ? "" : "  (for different readers)");
        if (d[i].kind == PARRY_PARAPHRASE)
            printf("      passages are %.2f alike in meaning\n", d[i].meaning);
        else
            printf("      %.0f %% of the first is in the second, %.0f %% of the second in the first\n",
                   d[i].a_in_b * 100, d[i].b_in_a * 100);
    }
    if (n == 0)
        printf("No two articles say the same.\n");
}

static int duplicates(const parry_cli *cli, double threshold, bool json)
{
    parry_err err = {0};
    parry_arena *a = parry_arena_new();
    parry_served served;
    parry_code code = parry_served_open(cli, "index", &served, &err);
    if (code == PARRY_OK) {
        parry_duplicate *list = NULL;
        size_t n = 0;
        parry_duplicates_find(served.g, threshold, a, &list, &n);
        if (json)
            print_json(served.g, list, n);
        else
            print_text(served.g, list, n);
    }
    parry_served_close(&served);
    parry_arena_free(a);
    return code == PARRY_OK ? 0 : parry_cli_fail("duplicates", &err);
}

int cmd_duplicates(parry_cli *cli, int argc, char **argv)
{
    bool json = false;
    const char *threshold = "0.5";
    const parry_option options[] = {
        {.name = "threshold",
         .value = "X",
         .text = &threshold,
         .help = "Pairs from this score on, 0 to 1 (default 0.5: the line between alike and the same)."},
        {.name = "json", .flag = &json, .help = "Print JSON."},
        {0}};
    const parry_usage usage = {
        .command = "duplicates",
        .options = options,
        .what = "Lists pairs of articles that say the same: copies, articles that another one holds whole (two that\n"
                "were merged), and paraphrases. Across audiences too, so the list is not for readers.",
        .examples = "  parry duplicates\n  parry duplicates --threshold 0.7 --json | jq '.duplicates[].a.id'\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    char *end;
    double x = strtod(threshold, &end);
    if (*threshold == 0 || *end != 0 || !(x >= 0 && x <= 1))
        return parry_cli_misuse("duplicates", "--threshold must be a number from 0 to 1, not \"%s\"", threshold);
    return duplicates(cli, x, json);
}
