/* Golden stories: events into a ledger, a ledger into rows, rows into reports, and every cell against what was worked
 * out by hand beside the events (golden/NAME.story). A story has
 *
 *     0s query visitor=ann text=refund     an event (story.h)
 *     as of 9d                             when the reports are made
 *     k 3                                  from here on; 1 before
 *     report top from=2026-01-01&to=...    what is asked
 *     rows 3 hidden 0                      how many it has, and how many are hidden
 *     row refund                           which row the cells are of: the first one unless told
 *       searches  3 of 3   # A3, C1, D1    a cell, its value (a number, a/b, null) and n; each of the row has its line
 */
#include "report_rows.h"
#include "story.h"

#include "base/file.h"

typedef struct golden {
    scratch *s;
    parry_ledger *ledger;
    parry_deflection *rows;
    parry_rows *view;
    parry_report_source source;
    const char *name;
    int line;
    unsigned k;
    json_t *report; /* asked last */
    const json_t *row;
    size_t cells; /* of the row that were compared */
} golden;

static parry_str word_of(parry_str *rest)
{
    *rest = parry_str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ')
        n++;
    parry_str w = parry_str_make(rest->p, n);
    *rest = parry_str_from(*rest, n);
    return w;
}

static double number_of(golden *g, parry_str text)
{
    parry_str top, rest = text;
    (void)parry_str_split(&rest, '/', &top);
    double a = strtod(parry_str_z(g->s->arena, top), NULL);
    return rest.n > 0 ? a / strtod(parry_str_z(g->s->arena, rest), NULL) : a;
}

#define fail_here(g, ...)                                                                                              \
    do {                                                                                                               \
        print_error("golden/%s:%d: ", (g)->name, (g)->line);                                                           \
        fail_msg(__VA_ARGS__);                                                                                         \
    } while (0)

static void end_row(golden *g)
{
    size_t all = json_object_size(json_object_get(g->row, "cells"));
    if (g->row != NULL && g->cells > 0 && g->cells != all)
        fail_here(g, "%zu of %zu cells before this line were worked out", g->cells, all);
    g->cells = 0;
}

static void end_report(golden *g)
{
    end_row(g);
    json_decref(g->report);
    g->report = NULL;
    g->row = NULL;
}

static void open_view(golden *g, parry_str as_of)
{
    (void)word_of(&as_of);
    parry_ledger_item last = {.kind = PARRY_LEDGER_AUDIT, .payload = parry_str_of("{}")};
    parry_ledger_ticket *t = NULL;
    ok(parry_ledger_append(g->ledger, &last, 1, &t, NULL));
    ok(parry_ledger_wait(g->ledger, t, NULL));
    parry_ledger_release(g->ledger, t);
    ok(parry_deflection_catch_up(g->rows, STORY_BEGIN + story_ms(parry_str_trim(as_of)), NULL, NULL, NULL));
    ok(parry_rows_open(g->rows, &g->view, NULL));
    g->source = parry_report_source_of(g->view, NULL);
}

static void ask(golden *g, parry_str rest)
{
    parry_str name = word_of(&rest);
    end_report(g);
    g->report =
        report_with(&g->source, parry_str_z(g->s->arena, name), parry_str_z(g->s->arena, parry_str_trim(rest)), g->k);
    g->row = row_of(g->report, NULL);
}

static void count_rows(golden *g, parry_str rest)
{
    double rows = number_of(g, word_of(&rest));
    (void)word_of(&rest);
    double hidden = number_of(g, word_of(&rest));
    if ((double)json_array_size(json_object_get(g->report, "rows")) != rows ||
        json_number_value(json_object_get(g->report, "hidden")) != hidden)
        fail_here(g, "%zu rows, %lld hidden", json_array_size(json_object_get(g->report, "rows")),
                  json_integer_value(json_object_get(g->report, "hidden")));
}

static void choose_row(golden *g, parry_str rest)
{
    char *name = parry_str_z(g->s->arena, word_of(&rest));
    for (char *c = name; *c != 0; c++)
        *c = *c == '_' ? ' ' : *c;
    end_row(g);
    g->row = row_of(g->report, name);
    if (g->row == NULL)
        fail_here(g, "there is no row %s", name);
}

static void compare_cell(golden *g, parry_str rest)
{
    char *name = parry_str_z(g->s->arena, word_of(&rest));
    const json_t *cell = json_object_get(json_object_get(g->row, "cells"), name);
    parry_str value = word_of(&rest), of = word_of(&rest);
    double n = number_of(g, word_of(&rest));
    const json_t *is = json_object_get(cell, "value");
    bool null = parry_str_eqz(value, "null");
    if (cell == NULL || !parry_str_eqz(of, "of"))
        fail_here(g, "no cell %s, or no `of`", name);
    if (null != json_is_null(is) || (!null && fabs(json_number_value(is) - number_of(g, value)) > 1e-12) ||
        (double)json_integer_value(json_object_get(cell, "n")) != n)
        fail_here(g, "%s is %s", name, json_dumps(cell, 0));
    g->cells++;
}

static void take_line(golden *g, const char *line)
{
    parry_str text = parry_str_of(line), rest = text, first;
    size_t remark = parry_str_find(text, parry_str_of("#"));
    rest = parry_str_trim(parry_str_make(text.p, remark));
    text = rest;
    if (text.n == 0)
        return;
    first = word_of(&rest);
    if (line[0] == ' ')
        compare_cell(g, text);
    else if (parry_str_eqz(first, "report"))
        ask(g, rest);
    else if (parry_str_eqz(first, "rows"))
        count_rows(g, rest);
    else if (parry_str_eqz(first, "row"))
        choose_row(g, rest);
    else if (parry_str_eqz(first, "k"))
        g->k = (unsigned)number_of(g, word_of(&rest));
    else if (parry_str_eqz(first, "as"))
        open_view(g, rest);
    else
        story_tell_at(g->s, g->ledger, parry_str_z(g->s->arena, text));
}

static void play(void **state, const char *name)
{
    golden g = {.s = *state, .name = name, .k = 1};
    char path[200], *line = NULL;
    size_t room = 0;
    (void)snprintf(path, sizeof path, PARRY_SOURCE_DIR "/tests/deflection/golden/%s", name);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    g.ledger = ledger_open(g.s, NULL);
    ok(parry_deflection_open(in(g.s, "deflection"), g.ledger, &g.rows, NULL));
    for (ssize_t n; (n = getline(&line, &room, f)) > 0;) {
        line[n - (line[n - 1] == '\n')] = 0;
        g.line++;
        take_line(&g, line);
    }
    end_report(&g);
    free(line);
    (void)fclose(f);
    parry_rows_close(g.view);
    parry_deflection_close(g.rows);
    parry_ledger_close(g.ledger);
}

#define STORY_TEST(name)                                                                                               \
    static void the_story_of_##name(void **state)                                                                      \
    {                                                                                                                  \
        play(state, #name ".story");                                                                                   \
    }
STORY_TEST(outcomes)
STORY_TEST(funnel)
STORY_TEST(searches)
STORY_TEST(articles)
STORY_TEST(chat)
STORY_TEST(rankings)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(the_story_of_outcomes), in_scratch(the_story_of_funnel), in_scratch(the_story_of_searches),
        in_scratch(the_story_of_articles), in_scratch(the_story_of_chat),   in_scratch(the_story_of_rankings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
