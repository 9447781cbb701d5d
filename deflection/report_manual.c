/* What reports there are: the table of definitions, for docs/reports.md and for programs. */
#include "deflection/report_inner.h"

static const char *divided(const parry_report_kind *k)
{
    switch (k->rows) {
    case REPORT_TEXTS:
        return "text";
    case REPORT_ARTICLES:
        return "article";
    case REPORT_ASKED:
        break;
    }
    return "as asked";
}

static void manual_of(const parry_report_kind *k, parry_buf *out)
{
    parry_buf_printf(out, "### %s\n\n%s. A row for each %s.\n\n", k->name, k->what,
                     k->rows == REPORT_ASKED ? "value of `by`" : divided(k));
    parry_buf_addz(out, "| cell | unit | what it is | after |\n|---|---|---|---|\n");
    for (const report_cell *c = k->cells; c < k->cells + k->ncells; c++)
        parry_buf_printf(out, "| `%s` | %s | %s | %s |\n", c->name, c->unit, c->words, c->source);
}

static bool same_cells(const parry_report_kind *k, const parry_report_kind **first)
{
    for (size_t i = 0; (*first = report_kind_at(i)) != k; i++) {
        if ((*first)->cells == k->cells)
            return true;
    }
    return false;
}

void parry_report_manual(parry_buf *out)
{
    const parry_report_kind *k, *first;
    for (size_t i = 0; (k = report_kind_at(i)) != NULL; i++) {
        parry_buf_addz(out, i > 0 ? "\n" : "");
        if (same_cells(k, &first))
            parry_buf_printf(out, "### %s\n\n%s. A row for each %s, with the cells of `%s`.\n", k->name, k->what,
                             k->rows == REPORT_ASKED ? "value of `by`" : divided(k), first->name);
        else
            manual_of(k, out);
    }
}

json_t *parry_report_list(void)
{
    json_t *reports = json_array();
    const parry_report_kind *k;
    for (size_t i = 0; (k = report_kind_at(i)) != NULL; i++) {
        json_t *cells = json_array();
        for (const report_cell *c = k->cells; c < k->cells + k->ncells; c++)
            json_array_append_new(cells,
                                  json_pack("{s:s, s:o, s:s, s:s, s:s}", "name", c->name, "definition",
                                            json_sprintf(REPORT_DEFINITION, k->name, c->name, PARRY_REPORT_VERSION),
                                            "unit", c->unit, "what", c->words, "after", c->source));
        json_array_append_new(reports, json_pack("{s:s, s:s, s:s, s:o}", "name", k->name, "what", k->what, "by",
                                                 divided(k), "cells", cells));
    }
    return json_pack("{s:o}", "reports", reports);
}
