/* parry search: one question to the index, for people at a terminal and for scripts. */
#include "cli/commands.h"
#include "cli/explain_text.h"
#include "cli/options.h"

#include "cli/search_batch.h"
#include "cli/served.h"

#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 100, INDENT = 4 };

typedef struct search_options {
    bool json, explain, batch, typing, no_snippets, drafts;
    int64_t limit;
    const char *mode, *audience, *locale, *category, *facets, *sort, *rule_tag, *page, *page_product, *why_not;
    parry_texts filters;
} search_options;

/* ---- a page for the terminal ----------------------------------------------------------------------------------------
 */

typedef struct style {
    const char *bold, *dim, *plain;
} style;

static style style_of_output(void)
{
    return isatty(STDOUT_FILENO) ? (style){"\033[1m", "\033[2m", "\033[0m"} : (style){"", "", ""};
}

/* One thing of a snippet: a tag, an entity or a code point. Returns its length; text gets what to print, 0 columns wide
 * for the tags. */
static size_t next_thing(parry_str s, const style *st, parry_str *text, int *columns)
{
    static const struct {
        const char *html, *text;
    } entities[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};
    *columns = 0;
    if (parry_str_starts(s, "<mark>")) {
        *text = parry_str_of(st->bold);
        return strlen("<mark>");
    }
    if (parry_str_starts(s, "</mark>")) {
        *text = parry_str_of(st->plain);
        return strlen("</mark>");
    }
    *columns = 1;
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (parry_str_starts(s, entities[i].html)) {
            *text = parry_str_of(entities[i].text);
            return strlen(entities[i].html);
        }
    }
    unsigned cp;
    size_t n = parry_utf8_next(s, &cp);
    *text = cp < ' ' || cp == 0x7F ? parry_str_of(" ") : parry_str_make(s.p, n); /* an article's escapes are not ours */
    return n;
}

/* Columns up to the next white space. */
static int word_columns(parry_str s, const style *st)
{
    int columns = 0;
    for (size_t at = 0; at < s.n && s.p[at] != ' ' && s.p[at] != '\n';) {
        parry_str text;
        int c;
        at += next_thing(parry_str_from(s, at), st, &text, &c);
        columns += c;
    }
    return columns;
}

static void print_snippet(parry_str s, const style *st)
{
    int column = printf("%*s", INDENT, "");
    for (size_t at = 0; at < s.n;) {
        parry_str text;
        int c;
        bool space = s.p[at] == ' ' || s.p[at] == '\n';
        at += next_thing(parry_str_from(s, at), st, &text, &c);
        if (space && column + 1 + word_columns(parry_str_from(s, at), st) > WIDTH) {
            column = printf("\n%*s", INDENT, "") - 1;
            continue;
        }
        printf("%.*s", PARRY_FMT(text));
        column += c;
    }
    printf("%s\n", st->plain);
}

static void print_hit(size_t rank, const parry_hit *h, const style *st)
{
    printf("%s%zu. %.*s%s", st->bold, rank, PARRY_FMT(h->title), st->plain);
    if (h->path.n > 0)
        printf(" > %.*s", PARRY_FMT(h->path));
    printf("  %s%.2f%s%s\n", st->dim, h->score, h->pinned ? " pinned" : "", st->plain);
    if (h->snippet.n > 0)
        print_snippet(h->snippet, st);
    printf("%*s%s/articles/%.*s%s%.*s%s\n", INDENT, "", st->dim, PARRY_FMT(h->slug), h->anchor.n ? "#" : "",
           PARRY_FMT(h->anchor), st->plain);
    parry_print_grounds(h, INDENT);
    putchar('\n');
}

static void print_facets(const parry_results *r)
{
    for (size_t f = 0; f < r->nfacets; f++) {
        printf("%s:", parry_field_name(r->facets[f].field));
        for (size_t v = 0; v < r->facets[f].n; v++)
            printf("%s %.*s (%zu)", v > 0 ? "," : "", PARRY_FMT(r->facets[f].values[v].value),
                   r->facets[f].values[v].n);
        putchar('\n');
    }
}

static void print_curation(const parry_results *r)
{
    for (size_t i = 0; i < r->nsynonyms; i++)
        printf("synonym: %.*s -> %.*s (x %.2f, synonyms.yaml:%d)\n", PARRY_FMT(r->synonyms[i].from),
               PARRY_FMT(r->synonyms[i].to), r->synonyms[i].weight, r->synonyms[i].line);
    for (size_t i = 0; i < r->nrules; i++)
        printf("rule: %.*s\n", PARRY_FMT(r->rules[i]));
}

/* Nothing where nothing is known: without a model every answer is as good as its words. */
static void print_sureness(const parry_query *q, const parry_results *r)
{
    if (r->probability < 0 || r->n == 0)
        return;
    double shown = r->probability > 0.99 ? 0.99 : r->probability; /* no answer is certain */
    const char *whose = r->own_calibration ? "" : ", by the shipped calibration";
    bool moved = q->sort != PARRY_BY_RELEVANCE || r->hits[0].pinned; /* then another may stand first */
    if (!parry_results_doubtful(r))
        printf("The %s article answers this with a probability of %.2f%s%s.\n\n", moved ? "likeliest" : "first", shown,
               r->answered ? "" : ", under the threshold", whose);
    else
        printf("No article is likely to answer this (probability %.2f%s). What comes nearest:\n\n", shown, whose);
}

/* Words are looked for only where the query may look. */
static bool scoped(const parry_query *q)
{
    return q->audience.n > 0 || q->locale.n > 0 || q->category.n > 0 || q->nfilters > 0 || q->updated_from_ms != 0 ||
           q->updated_until_ms != 0;
}

static void print_results(const parry_query *q, const parry_results *r)
{
    style st = style_of_output();
    if (r->corrected.n > 0)
        printf("Searched for: %.*s (%zu articles hold all of it)\n\n", PARRY_FMT(r->corrected), r->corrected_total);
    if (r->did_you_mean.n > 0)
        printf("Did you mean: %.*s (%zu article%s)\n\n", PARRY_FMT(r->did_you_mean), r->did_you_mean_total,
               r->did_you_mean_total == 1 ? "" : "s");
    if (r->unknown.n > 0)
        printf("No article%s has: %.*s\n\n", scoped(q) ? " under these filters" : "", PARRY_FMT(r->unknown));
    if ((r->relaxed & PARRY_RELAXED_PHRASES) != 0)
        printf("No article holds the phrase; its words were searched for.\n\n");
    if (r->explanation != NULL)
        parry_print_readings(r->explanation);
    print_sureness(q, r);
    for (size_t i = 0; i < r->n; i++)
        print_hit(i + 1, &r->hits[i], &st);
    if (r->n == 0)
        printf("No answer found.\n");
    print_facets(r);
    if (q->explain)
        print_curation(r);
    if (r->explanation != NULL && r->explanation->article != NULL)
        parry_print_why_not(r->explanation->article);
    if (q->explain)
        printf("generation %llu, %s%s, %zu articles ranked; us: understand %.0f, text %.0f, encode %.0f, vector %.0f, "
               "fuse %.0f, show %.0f\n",
               (unsigned long long)r->generation, parry_mode_name(r->mode), r->degraded ? " (asked for more)" : "",
               r->total, (double)r->understand_ns / 1e3, (double)r->text_ns / 1e3, (double)r->encode_ns / 1e3,
               (double)r->vector_ns / 1e3, (double)r->fuse_ns / 1e3, (double)r->show_ns / 1e3);
}

static void print_json(const parry_query *q, const parry_results *r)
{
    json_auto_t *json = parry_results_json(q, r, "");
    json_dumpf(json, stdout, JSON_INDENT(2));
    putchar('\n');
}

/* ---- the search
 * -------------------------------------------------------------------------------------------------------- */

static parry_code ask(const parry_cli *cli, const parry_generation *g, const parry_encoder *encoder,
                      const parry_query *q, const search_options *o, parry_err *err)
{
    if (o->batch)
        return parry_search_batch(g, encoder, &cli->config, q, stdin, stdout, err);
    parry_arena *a = parry_arena_new();
    parry_searcher *s = parry_searcher_new(encoder);
    parry_searcher_configure(s, &cli->config);
    parry_results results = {0};
    parry_code code = parry_search(s, g, q, a, &results, err);
    if (code == PARRY_OK && results.explanation != NULL && results.explanation->article != NULL)
        parry_complete_why_not(cli, a, results.explanation->article);
    if (code == PARRY_OK && o->json)
        print_json(q, &results);
    else if (code == PARRY_OK)
        print_results(q, &results);
    parry_searcher_free(s);
    parry_arena_free(a);
    return code;
}

static parry_code open_and_ask(const parry_cli *cli, const parry_query *q, const search_options *o, parry_err *err)
{
    parry_encoder *encoder = NULL;
    parry_served served;
    parry_code code = parry_served_open(cli, o->drafts ? "drafts" : "index", &served, err);
    if (code == PARRY_OK && (code = parry_served_any(&served, err)) == PARRY_NOT_FOUND && o->drafts)
        code = parry_fail(err, PARRY_NOT_FOUND, "no drafts are indexed yet; run `parry index --drafts` first");
    if (code == PARRY_OK && parry_served_vectors(&served) && q->mode != PARRY_TEXT)
        code = parry_cli_encoder_or_text(cli, "search", &encoder, err);
    if (code == PARRY_OK)
        code = ask(cli, served.g, encoder, q, o, err);
    parry_served_close(&served);
    parry_encoder_close(encoder);
    return code;
}

static parry_code read_time(parry_str text, bool until, int64_t *unix_ms, parry_err *err)
{
    if (!parry_time_bound(text, until, unix_ms))
        return parry_fail(err, PARRY_INVALID, "--filter: \"%.*s\" is no day (2026-11-01) and no time in UTC",
                          PARRY_FMT(text));
    return PARRY_OK;
}

/* FIELD=VALUE, or updated_from=DAY, updated_until=DAY. */
static parry_code read_filters(const search_options *o, parry_filter *filters, parry_query *q, parry_err *err)
{
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < o->filters.n && code == PARRY_OK; i++) {
        parry_str value = parry_str_of(o->filters.text[i]), name;
        if (!parry_str_split(&value, '=', &name) || value.n == 0)
            return parry_fail(err, PARRY_INVALID, "--filter takes FIELD=VALUE, not \"%s\"", o->filters.text[i]);
        if (parry_str_eqz(name, "updated_from")) {
            code = read_time(value, false, &q->updated_from_ms, err);
        } else if (parry_str_eqz(name, "updated_until")) {
            code = read_time(value, true, &q->updated_until_ms, err);
        } else {
            parry_filter f = {.value = value};
            code = parry_field_parse(name, &f.field, err);
            filters[q->nfilters++] = f;
        }
    }
    q->filters = filters;
    return code;
}

static parry_code read_facets(const search_options *o, parry_query *q, parry_err *err)
{
    parry_str rest = parry_str_of(o->facets), name;
    parry_field field;
    while (rest.n > 0 && parry_str_split(&rest, ',', &name)) {
        parry_code code = parry_field_parse(name, &field, err);
        if (code != PARRY_OK)
            return code;
        q->facets |= 1U << field;
    }
    return PARRY_OK;
}

static int search(const parry_cli *cli, const search_options *o, const char *text)
{
    parry_err err = {0};
    parry_query q = {.text = parry_str_of(text),
                     .audience = parry_str_of(o->audience),
                     .locale = parry_str_of(o->locale),
                     .category = parry_str_of(o->category),
                     .rule_tag = parry_str_of(o->rule_tag),
                     .page = parry_str_of(o->page),
                     .page_product = parry_str_of(o->page_product),
                     .limit = (size_t)o->limit,
                     .typing = o->typing,
                     .explain = o->explain || *o->why_not,
                     .grounds = o->explain || *o->why_not,
                     .trusted = true,
                     .why = parry_str_of(o->why_not),
                     .sentences = !o->no_snippets,
                     .snippets = !o->no_snippets};
    parry_filter filters[PARRY_TEXTS_MAX];
    if (read_filters(o, filters, &q, &err) != PARRY_OK || read_facets(o, &q, &err) != PARRY_OK ||
        parry_sort_parse(parry_str_of(o->sort), &q.sort, &err) != PARRY_OK ||
        parry_mode_parse(parry_str_of(o->mode), &q.mode, &err) != PARRY_OK ||
        open_and_ask(cli, &q, o, &err) != PARRY_OK)
        return parry_cli_fail("search", &err);
    return 0;
}

int cmd_search(parry_cli *cli, int argc, char **argv)
{
    search_options o = {.limit = 5,
                        .mode = "hybrid",
                        .audience = "",
                        .locale = "",
                        .category = "",
                        .facets = "",
                        .sort = "relevance",
                        .rule_tag = "",
                        .page = "",
                        .page_product = "",
                        .why_not = ""};
    const parry_option options[] = {
        {.name = "limit",
         .value = "N",
         .number = &o.limit,
         .least = 1,
         .most = PARRY_SEARCH_MAX_LIMIT,
         .help = "At most N answers (default 5)."},
        {.name = "mode", .value = "MODE", .text = &o.mode, .help = "hybrid (default), text or vector."},
        {.name = "audience",
         .value = "NAME",
         .text = &o.audience,
         .help = "Only articles for these readers (default: all)."},
        {.name = "locale", .value = "LOCALE", .text = &o.locale, .help = "Only articles of this language."},
        {.name = "category", .value = "NAME", .text = &o.category, .help = "Only articles of this category."},
        {.name = "filter",
         .value = "FIELD=VALUE",
         .texts = &o.filters,
         .help = "category, locale, product, tag, audience; updated_from, updated_until=DAY. Again: one of a field's."},
        {.name = "facets", .value = "FIELDS", .text = &o.facets, .help = "Count answers by these: category,tag ..."},
        {.name = "sort", .value = "ORDER", .text = &o.sort, .help = "relevance (default), updated or title."},
        {.name = "rule-tag", .value = "NAME", .text = &o.rule_tag, .help = "What curation rules may ask for."},
        {.name = "page",
         .value = "PATH",
         .text = &o.page,
         .help = "Raise articles that this page of the host's site is about."},
        {.name = "page-product",
         .value = "NAME",
         .text = &o.page_product,
         .help = "Raise articles of the product that this page is about (--filter leaves others out)."},
        {.name = "explain",
         .flag = &o.explain,
         .help = "Show how the words were read, what each score is made of, and the time each stage took."},
        {.name = "typing", .flag = &o.typing, .help = "The last word may be unfinished, as in a search box."},
        {.name = "no-snippets", .flag = &o.no_snippets, .help = "Leave out snippets and passages."},
        {.name = "batch",
         .flag = &o.batch,
         .help = "Read queries from standard input, a line each: text, or a JSON object with \"q\" and what it wants "
                 "otherwise "
                 "than these options (limit, mode, audience, locale, category, sort, rule_tag, page, page_product, "
                 "explain, "
                 "typing, snippets; offset; an id, which comes back); print a line of JSON each."},
        {.name = "why-not",
         .value = "ID",
         .text = &o.why_not,
         .help = "Say why the article of this id is not (or is) among the answers; with --explain."},
        {.name = "drafts", .flag = &o.drafts, .help = "Search the drafts, as `parry index --drafts` left them."},
        {.name = "json", .flag = &o.json, .help = "Print JSON, as the HTTP API does."},
        {0}};
    const parry_usage usage = {
        .command = "search",
        .arguments = "[QUERY]",
        .least = 0,
        .most = 1,
        .options = options,
        .what =
            "Asks the index one question and prints the best answers: title, section, a snippet, the path of its page.",
        .examples = "  parry search 'my parcel never came'\n"
                    "  parry search --audience merchant --explain 'payout is late'\n"
                    "  parry search --why-not refund-late 'my money'\n"
                    "  parry search --json --limit 1 ERR-1042 | jq -r '.hits[0].id'\n"

                    "  parry search --batch --limit 3 < queries.txt > answers.jsonl\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    if (o.batch == (first < argc))
        return parry_cli_misuse("search",
                                o.batch ? "--batch reads its queries from standard input" : "what to search for?");
    return search(cli, &o, o.batch ? "" : argv[first]);
}
