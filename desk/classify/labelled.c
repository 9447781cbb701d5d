/* Labelled cases out of a file. */
#include "desk/classify/labelled.h"

enum { COLUMNS_MAX = 64, NONE = -1 };

typedef struct columns {
    int text, queue, subject, priority; /* which one; NONE */
    size_t n;
} columns;

static parry_str without_return(parry_str line)
{
    return parry_str_ends(line, "\r") ? parry_str_make(line.p, line.n - 1) : line;
}

static size_t split(parry_str line, parry_str *fields)
{
    size_t n = 0;
    for (size_t at = 0, start = 0; at <= line.n && n < COLUMNS_MAX; at++) {
        if (at == line.n || line.p[at] == '\t') {
            fields[n++] = parry_str_trim(parry_str_make(line.p + start, at - start));
            start = at + 1;
        }
    }
    return n;
}

static parry_code read_columns(parry_str line, columns *out, parry_err *err)
{
    parry_str fields[COLUMNS_MAX];
    columns c = {NONE, NONE, NONE, NONE, split(line, fields)};
    const struct {
        const char *name;
        int *at;
    } known[] = {{"text", &c.text}, {"queue", &c.queue}, {"subject", &c.subject}, {"priority", &c.priority}};
    for (size_t i = 0; i < c.n; i++) {
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            if (parry_str_eqz(fields[i], known[k].name))
                *known[k].at = (int)i;
        }
    }
    if (c.text == NONE || c.queue == NONE)
        return parry_fail(err, PARRY_INVALID,
                          "line 1: name the columns, tabs between them: text and queue, and priority and subject where "
                          "there are some");
    *out = c;
    return PARRY_OK;
}

static parry_code read_queue(parry_str name, size_t line, unsigned char *out, parry_err *err)
{
    parry_queue q;
    if (!parry_queue_parse(name, &q))
        return parry_fail(err, PARRY_INVALID,
                          "line %zu: queue \"%.*s\": one of Login, Orders, Deliveries, Payments, Refunds", line,
                          PARRY_FMT(parry_utf8_cut(name, 40)));
    *out = (unsigned char)q;
    return PARRY_OK;
}

static parry_code read_priority(parry_str name, size_t line, unsigned char *out, parry_err *err)
{
    parry_priority p;
    if (!parry_priority_parse(name, &p))
        return parry_fail(err, PARRY_INVALID, "line %zu: priority \"%.*s\": one of critical, high, medium, low", line,
                          PARRY_FMT(parry_utf8_cut(name, 40)));
    *out = (unsigned char)p;
    return PARRY_OK;
}

static parry_code read_text(parry_arena *a, const columns *c, const parry_str *fields, size_t line, parry_str *out,
                            parry_err *err)
{
    parry_str text = fields[c->text], subject = c->subject == NONE ? (parry_str){NULL, 0} : fields[c->subject];
    if (!parry_utf8_valid(text, NULL) || !parry_utf8_valid(subject, NULL))
        return parry_fail(err, PARRY_INVALID, "line %zu: not UTF-8; convert the file (iconv -t utf-8)", line);
    if (text.n + subject.n == 0)
        return parry_fail(err, PARRY_INVALID, "line %zu: no text", line);
    if (parry_utf8_count(text) + parry_utf8_count(subject) > PARRY_TICKET_DESCRIPTION_MAX)
        return parry_fail(err, PARRY_INVALID, "line %zu: more than %d characters of text", line,
                          PARRY_TICKET_DESCRIPTION_MAX);
    *out = subject.n > 0 ? parry_str_printf(a, "%.*s. %.*s", PARRY_FMT(subject), PARRY_FMT(text)) : text;
    return PARRY_OK;
}

static parry_code read_line(parry_arena *a, const columns *c, parry_str line, size_t number, parry_labelled *l,
                            parry_err *err)
{
    parry_str fields[COLUMNS_MAX];
    size_t n = split(line, fields), i = l->n;
    if (n != c->n)
        return parry_fail(err, PARRY_INVALID, "line %zu: %zu columns where line 1 has %zu", number, n, c->n);
    if (i == PARRY_LABELLED_MOST)
        return parry_fail(err, PARRY_TOO_LARGE, "line %zu: more than %d cases; give the newest", number,
                          PARRY_LABELLED_MOST);
    parry_code code = read_text(a, c, fields, number, &l->text[i], err);
    if (code == PARRY_OK)
        code = read_queue(fields[c->queue], number, &l->queue[i], err);
    if (code == PARRY_OK && c->priority != NONE)
        code = read_priority(fields[c->priority], number, &l->priority[i], err);
    if (code != PARRY_OK)
        return code;
    l->line[i] = (uint32_t)number;
    l->n++;
    return PARRY_OK;
}

static size_t lines_of(parry_str file)
{
    size_t n = 1;
    for (size_t i = 0; i < file.n; i++)
        n += file.p[i] == '\n';
    return n < PARRY_LABELLED_MOST + 1 ? n : PARRY_LABELLED_MOST + 1;
}

parry_code parry_labelled_parse(parry_arena *a, parry_str file, parry_labelled *out, parry_err *err)
{
    size_t cap = lines_of(file), number = 0;
    columns c = {NONE, NONE, NONE, NONE, 0};
    parry_labelled l = {.text = PARRY_ARRAY(a, parry_str, cap),
                        .line = PARRY_ARRAY(a, uint32_t, cap),
                        .queue = PARRY_ARRAY(a, unsigned char, cap),
                        .priority = PARRY_ARRAY(a, unsigned char, cap)};
    if (parry_str_starts(file, "\xEF\xBB\xBF"))
        file = parry_str_from(file, 3);
    if (file.n == 0)
        return parry_fail(err, PARRY_INVALID, "the file is empty");
    parry_code code = PARRY_OK;
    for (parry_str line; code == PARRY_OK && parry_str_split(&file, '\n', &line);) {
        line = without_return(line);
        if (++number == 1)
            code = read_columns(line, &c, err);
        else if (parry_str_trim(line).n > 0)
            code = read_line(a, &c, line, number, &l, err);
    }
    if (code != PARRY_OK)
        return code;
    if (c.priority == NONE)
        l.priority = NULL;
    *out = l;
    return PARRY_OK;
}

parry_code parry_labelled_enough(const parry_labelled *l, parry_err *err)
{
    size_t count[PARRY_QUEUES] = {0};
    for (size_t i = 0; i < l->n; i++)
        count[l->queue[i]]++;
    for (int q = 0; q < PARRY_QUEUES; q++) {
        if (count[q] < PARRY_LABELLED_QUEUE_LEAST)
            return parry_fail(err, PARRY_INVALID, "queue %s has %zu cases: each of the five needs %d at least",
                              parry_queue_name((parry_queue)q), count[q], PARRY_LABELLED_QUEUE_LEAST);
    }
    if (l->n < PARRY_LABELLED_LEAST)
        return parry_fail(err, PARRY_INVALID, "%zu cases: give %d at least, a hundred are good", l->n,
                          PARRY_LABELLED_LEAST);
    return PARRY_OK;
}
