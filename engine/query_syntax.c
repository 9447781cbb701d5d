/* Phrases and negations of a query, in one pass over its bytes. */
#include "engine/query_syntax.h"

#include <ctype.h>

/* Bytes of the quotation mark at s.p[at]; 0 where there is none. */
static size_t mark_at(parry_str s, size_t at)
{
    static const char *const marks[] = {"\"", "\u201C", "\u201D", "\u201E", "\u00AB", "\u00BB", "\uFF02"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (parry_str_starts(parry_str_from(s, at), marks[i]))
            return strlen(marks[i]);
    return 0;
}

static bool space_at(parry_str s, size_t at) { return at >= s.n || isspace((unsigned char)s.p[at]) != 0; }

/* A letter or a digit, or a piece of one beyond ASCII. */
static bool word_at(parry_str s, size_t at)
{
    return at < s.n && (isalnum((unsigned char)s.p[at]) != 0 || (unsigned char)s.p[at] >= 0x80) && mark_at(s, at) == 0;
}

/* The mark that closes what was opened before `at`: a word does not go on after it. s.n where there is none. */
static size_t closing(parry_str s, size_t at)
{
    for (size_t i = at; i < s.n; i++) {
        size_t n = mark_at(s, i);
        if (n > 0 && i > at && !word_at(s, i + n))
            return i;
    }
    return s.n;
}

typedef struct parse {
    parry_str text;
    char *plain;
    parry_syntax *out;
    bool typing, hyphens;
} parse;

static void blank(parse *p, size_t from, size_t to) { memset(p->plain + from, ' ', to - from); }

static void add_span(parse *p, size_t start, size_t end, bool quoted, bool negated)
{
    p->out->spans[p->out->n++] = (parry_marked){(uint32_t)start, (uint32_t)end, quoted, negated};
}

/* A phrase that opens at `at`; returns where it ends, or `at` where it does not. */
static size_t phrase(parse *p, size_t at, bool negated)
{
    size_t open = mark_at(p->text, at), close = open > 0 ? closing(p->text, at + open) : p->text.n;
    if (close == p->text.n)
        return at;
    size_t end = close + mark_at(p->text, close);
    add_span(p, at + open, close, true, negated);
    blank(p, at, negated ? end : at + open);
    blank(p, close, end);
    return end;
}

/* -Name, -v, -is/isnot and --flag are what programs are told, and stand for themselves: who does not want a word writes
 * it small, and whole. */
static bool unwanted_at(parry_str s, size_t at)
{
    enum { LEAST = 3 };
    size_t end = at;
    for (; !space_at(s, end); end++)
        if (isupper((unsigned char)s.p[end]) != 0 || strchr("/=:", s.p[end]) != NULL)
            return false;
    return word_at(s, at) && isdigit((unsigned char)s.p[at]) == 0 && end - at >= LEAST;
}

static size_t without_word(parse *p, size_t at)
{
    size_t end = at;
    while (!space_at(p->text, end))
        end++;
    if (!p->typing || end < p->text.n)
        add_span(p, at, end, false, true);
    blank(p, at, end);
    return end;
}

/* The thing that begins at a word's beginning; returns where it ends, or `at` where it is just a word. */
static size_t thing(parse *p, size_t at)
{
    if (p->text.p[at] != '-')
        return phrase(p, at, false);
    size_t next = at + 1, end = at;
    if (!p->hyphens)
        return at;
    if (mark_at(p->text, next) > 0) {
        size_t stop = phrase(p, next, true);
        end = stop > next ? stop : at;
    } else if (unwanted_at(p->text, next)) {
        end = without_word(p, next);
    }
    if (end > at)
        blank(p, at, next);
    return end;
}

static void run(parse *p)
{
    bool begins = true;
    p->out->n = 0;
    memcpy(p->plain, p->text.p, p->text.n);
    for (size_t at = 0; at < p->text.n && p->out->n < PARRY_MAX_SPANS;) {
        size_t end = begins ? thing(p, at) : at;
        at = end > at ? end : at + 1;
        begins = space_at(p->text, at - 1) || p->text.p[at - 1] == '(';
    }
}

static bool any_word(parry_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (word_at(s, i))
            return true;
    return false;
}

void parry_query_syntax(parry_arena *a, parry_str text, bool typing, parry_syntax *out)
{
    char *plain = parry_arena_alloc(a, text.n + 1);
    parse p = {.text = text, .plain = plain, .out = out, .typing = typing, .hyphens = true};
    out->plain = parry_str_make(plain, text.n);
    run(&p);
    p.hyphens = false;
    if (!any_word(out->plain))
        run(&p);
}
