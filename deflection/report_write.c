/* Reports as text, and two of them compared. */
#include "deflection/report_inner.h"

#include <stdlib.h>

enum { HOW = JSON_COMPACT | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY, COLUMNS = 6 };

parry_code parry_report_format_read(parry_str name, parry_report_format *out, parry_err *err)
{
    static const char *const names[] = {"json", "csv", "ndjson"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (parry_str_eqz(name, names[i])) {
            *out = (parry_report_format)i;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "format: json, csv or ndjson");
}

static void add_json(const json_t *j, size_t how, parry_buf *out)
{
    char *text = json_dumps(j, how);
    parry_buf_addz(out, text);
    parry_buf_addc(out, '\n');
    free(text);
}

/* ---- CSV -------------------------------------------------------------------------------------------------------- */

/* RFC 4180; what a spreadsheet would compute is a text here. */
static void add_text(const char *text, size_t n, parry_buf *out)
{
    parry_buf_addc(out, '"');
    if (n > 0 && strchr("=+-@\t\r", text[0]) != NULL)
        parry_buf_addc(out, '\'');
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"')
            parry_buf_addc(out, '"');
        parry_buf_addc(out, text[i]);
    }
    parry_buf_addc(out, '"');
}

static void add_value(const json_t *v, parry_buf *out)
{
    if (json_is_string(v)) {
        add_text(json_string_value(v), json_string_length(v), out);
    } else if (v != NULL && !json_is_null(v)) {
        char *text = json_dumps(v, HOW);
        parry_buf_addz(out, text);
        free(text);
    }
}

static void add_csv(const json_t *report, parry_buf *out)
{
    size_t i;
    const json_t *row, *cell;
    const char *name;
    parry_buf_addz(out, "by,cell,value,n,low,high,definition,why\r\n");
    json_array_foreach(json_object_get(report, "rows"), i, row)
    {
        void *at = json_object_iter(json_object_get(row, "cells"));
        for (; at != NULL; at = json_object_iter_next(json_object_get(row, "cells"), at)) {
            name = json_object_iter_key(at);
            cell = json_object_iter_value(at);
            const json_t *interval = json_object_get(cell, "interval");
            const json_t *columns[COLUMNS] = {json_object_get(cell, "value"),      json_object_get(cell, "n"),
                                              json_array_get(interval, 0),         json_array_get(interval, 1),
                                              json_object_get(cell, "definition"), json_object_get(cell, "why")};
            add_value(json_object_get(row, "by"), out);
            parry_buf_printf(out, ",%s", name);
            for (size_t c = 0; c < COLUMNS; c++) {
                parry_buf_addc(out, ',');
                add_value(columns[c], out);
            }
            parry_buf_addz(out, "\r\n");
        }
    }
}

static void add_ndjson(const json_t *report, parry_buf *out)
{
    size_t i;
    const json_t *row;
    json_t *head = json_copy((json_t *)(uintptr_t)report);
    (void)json_object_del(head, "rows");
    add_json(head, HOW, out);
    json_decref(head);
    json_array_foreach(json_object_get(report, "rows"), i, row) add_json(row, HOW, out);
}

void parry_report_write(const json_t *report, parry_report_format f, parry_buf *out)
{
    switch (f) {
    case PARRY_REPORT_JSON:
        add_json(report, JSON_INDENT(2) | JSON_REAL_PRECISION(9), out);
        break;
    case PARRY_REPORT_CSV:
        add_csv(report, out);
        break;
    case PARRY_REPORT_NDJSON:
        add_ndjson(report, out);
        break;
    }
}

/* ---- compared --------------------------------------------------------------------------------------------------- */

typedef struct comparing {
    parry_report_differs *told;
    void *ctx;
    size_t cells;
} comparing;

/* As they are written: what a report says is its text. */
static void compare(comparing *c, const json_t *row, const char *cell, const json_t *was, const json_t *is)
{
    char *name = json_dumps(row, HOW), *a = was != NULL ? json_dumps(was, HOW) : NULL;
    char *b = is != NULL ? json_dumps(is, HOW) : NULL;
    c->cells++;
    if ((a == NULL) != (b == NULL) || (a != NULL && strcmp(a, b) != 0))
        c->told(c->ctx, name != NULL ? name : "null", cell, a != NULL ? a : "(not there)",
                b != NULL ? b : "(not there)");
    free(name);
    free(a);
    free(b);
}

static void compare_rows(comparing *c, json_t *was, json_t *is)
{
    const json_t *by = json_object_get(was != NULL ? was : is, "by");
    json_t *a = json_object_get(was, "cells"), *b = json_object_get(is, "cells");
    const char *name;
    json_t *cell;
    if (!json_equal(json_object_get(was, "by"), json_object_get(is, "by"))) {
        compare(c, by, "by", json_object_get(was, "by"), json_object_get(is, "by"));
        return;
    }
    json_object_foreach(a, name, cell) compare(c, by, name, cell, json_object_get(b, name));
    json_object_foreach(b, name, cell)
    {
        if (json_object_get(a, name) == NULL)
            compare(c, by, name, NULL, cell);
    }
}

size_t parry_report_compare(const json_t *report, const json_t *again, parry_report_differs *told, void *ctx)
{
    static const char *const whole[] = {"from",  "to",     "by",     "filters",  "window", "agents",
                                        "as_of", "ledger", "hidden", "left_out", "notes"};
    json_t *a = json_object_get(report, "rows"), *b = json_object_get(again, "rows");
    size_t n = json_array_size(a) > json_array_size(b) ? json_array_size(a) : json_array_size(b);
    comparing c = {told, ctx, 0};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        compare(&c, NULL, whole[i], json_object_get(report, whole[i]), json_object_get(again, whole[i]));
    c.cells = 0;
    for (size_t i = 0; i < n; i++)
        compare_rows(&c, json_array_get(a, i), json_array_get(b, i));
    return c.cells;
}
