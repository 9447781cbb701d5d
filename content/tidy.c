/* Tidying, the loop: lines, fences, comments, code spans; what else there is stands in tidy_marks.c. */
#include "content/tidy.h"

#include "content/outline.h"
#include "content/tidy_inner.h"
#include "content/warn.h"

#include <stdint.h>
#include <strings.h>

/* Tables: cmark fills every row up to the width of the head, so width times rows is what costs. */
enum { COLUMNS_MAX = 500, CELLS_MAX = 200000 };

void parry_tidy_note(parry_tidier *t, parry_oddity what)
{
    if (t->odd[what].count++ == 0)
        t->odd[what].line = t->line;
}

void parry_tidy_drop(parry_tidier *t, size_t n)
{
    for (; n > 0 && t->at < t->in.n; n--, t->at++)
        if (t->in.p[t->at] == '\n') {
            parry_buf_addc(&t->out, '\n');
            t->line++;
        }
}

void parry_tidy_keep(parry_tidier *t, size_t n)
{
    for (; n > 0 && t->at < t->in.n; n--, t->at++) {
        parry_buf_addc(&t->out, t->in.p[t->at]);
        t->line += t->in.p[t->at] == '\n';
    }
}

size_t parry_tidy_upto(parry_str s, const char *end, size_t max)
{
    parry_str within = parry_str_make(s.p, s.n < max ? s.n : max);
    size_t at = parry_str_find(within, parry_str_of(end));
    return at < within.n ? at + strlen(end) : 0;
}

void parry_tidy_plain(parry_tidier *t, parry_str words)
{
    for (size_t i = 0; i < words.n; i++) {
        if (strchr("\\`*_{}[]<>&#!|~$", words.p[i]) != NULL && words.p[i] != 0)
            parry_buf_addc(&t->out, '\\');
        parry_buf_addc(&t->out, words.p[i] == '\n' ? ' ' : words.p[i]);
    }
}

static size_t run(parry_str s, char c)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == c)
        n++;
    return n;
}

static parry_str row_of(parry_str rest) /* up to its first '\n' */
{
    const char *end = rest.n ? memchr(rest.p, '\n', rest.n) : NULL;
    return end ? parry_str_make(rest.p, (size_t)(end - rest.p)) : rest;
}

static size_t indent_of(parry_str row) /* spaces and quote signs before the text */
{
    size_t n = 0;
    while (n < row.n && (row.p[n] == ' ' || row.p[n] == '\t' || row.p[n] == '>'))
        n++;
    return n;
}

/* Opens, closes or continues a fenced block; true where the line is code or a fence. */
static bool fence_line(parry_tidier *t, parry_str row)
{
    parry_str text = parry_str_from(row, indent_of(row));
    size_t ticks = run(text, '`'), waves = run(text, '~'), n = ticks > waves ? ticks : waves;
    if (t->fence != 0) {
        bool ends = n >= t->fence_n && text.p[0] == t->fence && parry_str_trim(parry_str_from(text, n)).n == 0;
        if (ends)
            t->fence = 0;
        return true;
    }
    if (text.n > 2 && (text.p[0] == '-' || text.p[0] == '*') && text.p[1] == ' ' && n == 0) { /* "- ```" */
        text = parry_str_from(text, 2);
        ticks = run(text, '`'), waves = run(text, '~'), n = ticks > waves ? ticks : waves;
    }
    if (n < 3 || (ticks > 0 && memchr(text.p + n, '`', text.n - n) != NULL))
        return false;
    t->fence = text.p[0];
    t->fence_n = n;
    return true;
}

/* How many columns a delimiter row "|---|:-:|" announces; 0 where the line is none. */
static size_t delimiter_columns(parry_str row)
{
    size_t bars = 0, dashes = 0;
    for (size_t i = 0; i < row.n; i++) {
        bars += row.p[i] == '|';
        dashes += row.p[i] == '-';
        if (strchr("|-: \t>", row.p[i]) == NULL || row.p[i] == 0)
            return 0;
    }
    return bars > 0 && dashes > 0 ? bars + 1 : 0;
}

static void watch_table(parry_tidier *t, parry_str row)
{
    size_t columns = delimiter_columns(row);
    if (columns > 0)
        t->columns = columns;
    if (t->columns == 0)
        return;
    if (t->cells_left >= t->columns) {
        t->cells_left -= t->columns;
        return;
    }
    parry_tidy_note(t, PARRY_ODD_TABLE);
    parry_buf_addc(&t->out, '\n'); /* the table ends here */
    t->columns = 0;
}

static void unsafe_tag(parry_tidier *t)
{
    static const char *const names[] = {"script", "style", "iframe", "object", "embed", "form", "svg"};
    parry_str rest = parry_str_from(parry_tidy_rest(t), 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (rest.n > n && strncasecmp(rest.p, names[i], n) == 0 && strchr(" \t\n>/", rest.p[n]) != NULL)
            parry_tidy_note(t, PARRY_ODD_UNSAFE);
    }
}

static void comment(parry_tidier *t)
{
    size_t n = t->no_comment_end ? 0 : parry_tidy_upto(parry_tidy_rest(t), "-->", SIZE_MAX);
    t->no_comment_end = n == 0;
    if (n > 0) {
        parry_tidy_keep(t, n);
        return;
    }
    parry_tidy_note(t, PARRY_ODD_COMMENT);
    parry_buf_addz(&t->out, "&lt;");
    t->at++;
}

/* A code span that closes in its own line, or the run of backticks alone. */
static void code_span(parry_tidier *t, parry_str row_rest)
{
    size_t n = run(row_rest, '`');
    for (size_t i = n; i < row_rest.n;) {
        size_t more = run(parry_str_from(row_rest, i), '`');
        if (more == n) {
            parry_tidy_keep(t, i + n);
            return;
        }
        i += more ? more : 1;
    }
    parry_tidy_keep(t, n);
}

/* One step within a line. A line of a million backtick runs costs its square, so the look-ahead is bounded. */
static void inline_step(parry_tidier *t)
{
    enum { LOOK = 4000 };
    parry_str rest = parry_tidy_rest(t);
    switch (rest.p[0]) {
    case '\\':
        parry_tidy_keep(t, rest.n > 1 && rest.p[1] != '\n' ? 2 : 1);
        return;
    case '`':
        code_span(t, row_of(parry_str_make(rest.p, rest.n < LOOK ? rest.n : LOOK)));
        return;
    case '[':
        if (parry_tidy_bang(t) || parry_tidy_wikilink(t))
            return;
        break;
    case ':':
        if (parry_tidy_image(t))
            return;
        break;
    case '{':
        if (parry_tidy_braces(t))
            return;
        break;
    case '<':
        if (parry_str_starts(rest, "<!--")) {
            comment(t);
            return;
        }
        if (parry_tidy_component(t))
            return;
        unsafe_tag(t);
        break;
    default:
        break;
    }
    parry_tidy_keep(t, 1);
}

/* "#\u00A0Heading", "-\u00A0item": the no-break space that editors put after a mark hides it from cmark. */
static bool hidden_mark(parry_tidier *t, parry_str row, size_t indent)
{
    size_t n = run(parry_str_from(row, indent), '#');
    if (n == 0 && indent < row.n && strchr("-*+", row.p[indent]) != NULL)
        n = 1;
    if (n == 0 || n > 6 || !parry_str_starts(parry_str_from(row, indent + n), "\xC2\xA0"))
        return false;
    parry_tidy_keep(t, indent + n);
    t->at += 2;
    parry_buf_addc(&t->out, ' ');
    return true;
}

/* [!NOTE] makes a callout of the quote that it begins (outline.c); anywhere else it is a mark without an effect. */
static void stray_callout(parry_tidier *t, parry_str row, size_t indent)
{
    size_t n = 0;
    bool quote = memchr(row.p, '>', indent) != NULL;
    if ((quote && !t->after_quote) || parry_callout_of(parry_str_from(row, indent), &n) == NULL)
        return;
    parry_tidy_keep(t, indent);
    parry_tidy_drop(t, n);
}

/* The length of a list mark or quote sign at s with the spaces after it; 0 where there is none. */
static size_t container(parry_str s)
{
    size_t n = 0, gap = 0;
    while (n < s.n && n < 9 && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    if (n > 0)
        n += n < s.n && (s.p[n] == '.' || s.p[n] == ')') ? 1 : s.n;
    else if (s.n > 0 && strchr("-+*>", s.p[0]) != NULL)
        n = 1;
    if (n == 0 || n >= s.n)
        return 0;
    while (n + gap < s.n && (s.p[n + gap] == ' ' || s.p[n + gap] == '\t'))
        gap++;
    return gap > 0 || s.p[0] == '>' ? n + gap : 0;
}

/* Lists and quotes in one line nest as deep as it is long; nobody reads beyond a hundred, and what is left is text. */
static bool shallow(parry_tidier *t, parry_str row)
{
    enum { NEST_MAX = 100 };
    size_t indent = 0, n = 0, depth = 0;
    while (indent < row.n && (row.p[indent] == ' ' || row.p[indent] == '\t'))
        indent++;
    for (size_t at = indent; depth <= NEST_MAX; at += n, depth++) {
        n = container(parry_str_from(row, at));
        if (n == 0)
            return false;
        if (depth < NEST_MAX)
            continue;
        parry_tidy_note(t, PARRY_ODD_NESTING);
        parry_tidy_keep(t, at);
        if (row.p[at] >= '0' && row.p[at] <= '9') /* "1." is escaped at its point */
            parry_tidy_keep(t, strcspn(row.p + at, ".)"));
        parry_buf_addc(&t->out, '\\');
    }
    return true;
}

static bool contents_mark(parry_str text) /* where a table of contents was meant to be */
{
    static const char *const marks[] = {"[toc]", "[[toc]]", "[[_toc_]]", "{:toc}", "{{toc}}", "{{< toc >}}"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (text.n == strlen(marks[i]) && strncasecmp(text.p, marks[i], text.n) == 0)
            return true;
    return parry_str_starts(text, "{:") && parry_str_ends(text, "}"); /* kramdown's attributes */
}

/* Whole lines that are no Markdown; true where the line was taken. */
static bool special_line(parry_tidier *t, parry_str row, size_t indent)
{
    parry_str text = parry_str_trim(parry_str_from(row, indent));
    if (text.n == 0)
        return false;
    if (contents_mark(text)) {
        parry_tidy_drop(t, row.n);
        return true;
    }
    return parry_tidy_directive_line(t, row, indent) || (t->after_blank && parry_tidy_module_line(t, row));
}

/* Bars beyond the widest table are written as entities: cmark takes seconds for a row of some ten
 * thousand cells. */
static void wide_row(parry_tidier *t, parry_str row)
{
    size_t bars = 0, end = t->at + row.n;
    parry_tidy_note(t, PARRY_ODD_TABLE);
    while (t->at < end) {
        if (t->in.p[t->at] == '|' && ++bars > COLUMNS_MAX) {
            parry_buf_addz(&t->out, "&#124;");
            t->at++;
        } else {
            parry_tidy_keep(t, 1);
        }
    }
}

static size_t bars_in(parry_str row)
{
    size_t n = 0;
    for (size_t i = 0; i < row.n; i++)
        n += row.p[i] == '|';
    return n;
}

static void one_line(parry_tidier *t)
{
    parry_str row = row_of(parry_tidy_rest(t));
    size_t indent = indent_of(row);
    bool blank = indent == row.n;
    if (fence_line(t, row)) {
        parry_tidy_keep(t, row.n);
    } else if (blank) {
        t->columns = 0;
        shallow(t, row); /* a line of nothing but '>' */
        parry_tidy_keep(t, (size_t)(row.p + row.n - (t->in.p + t->at)));
    } else if (bars_in(row) > COLUMNS_MAX) {
        wide_row(t, row);
    } else if (!special_line(t, row, indent)) {
        watch_table(t, row);
        if (!shallow(t, row) && !hidden_mark(t, row, indent))
            stray_callout(t, row, indent);
        while (t->at < t->in.n && t->in.p[t->at] != '\n')
            inline_step(t);
    }
    t->after_blank = blank;
    t->after_quote = !blank && memchr(row.p, '>', indent) != NULL;
    if (t->at < t->in.n)
        parry_tidy_keep(t, 1);
}

static void say(const parry_tidier *t, parry_str path, const parry_warnings *w)
{
    static const char *const what[PARRY_ODDITIES] = {
        [PARRY_ODD_INCLUDE] = "%zu [!INCLUDE] shown by label, the file is not read",
        [PARRY_ODD_DIRECTIVE] = "%zu directives (:::, [!...]) taken out, their text kept",
        [PARRY_ODD_MDX] = "%zu pieces of MDX (import, export, components) taken out",
        [PARRY_ODD_TEMPLATE] = "%zu template tags ({{ }}, {%% %%}) taken out",
        [PARRY_ODD_UNSAFE] = "%zu HTML elements that articles may not hold (script, style, iframe, form) taken out",
        [PARRY_ODD_COMMENT] = "%zu HTML comment never closed, shown as text",
        [PARRY_ODD_NESTING] = "%zu lines nest lists or quotes too deeply, the rest of the line is text",
        [PARRY_ODD_TABLE] = "%zu rows are too much for a table, shown as text",
    };
    for (int i = 0; i < PARRY_ODDITIES; i++)
        if (t->odd[i].count > 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            parry_warn(w, path, t->odd[i].line, what[i], t->odd[i].count);
#pragma GCC diagnostic pop
        }
}

parry_str parry_tidy(parry_arena *a, parry_str body, parry_str path, int line, const parry_warnings *w)
{
    parry_tidier t = {.in = body, .line = line, .after_blank = true, .cells_left = CELLS_MAX};
    t.out = (parry_buf)PARRY_BUF(8 * (size_t)PARRY_ARTICLE_MAX_BYTES);
    t.mdx = parry_str_ends(path, ".mdx");
    while (t.at < body.n)
        one_line(&t);
    say(&t, path, w);
    parry_str out = parry_str_copy(a, parry_buf_str(&t.out));
    parry_buf_free(&t.out);
    return out;
}
