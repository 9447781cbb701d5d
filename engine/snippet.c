/* The window of a passage with the most of the query in it, escaped and marked. */
#include "engine/snippet.h"

static bool matches(const parry_understood *u, const parry_token *t, size_t *group)
{
    for (size_t g = 0; g < u->ngroups; g++) {
        if (u->groups[g].stop)
            continue;
        for (size_t v = 0; v < u->groups[g].nvariants; v++) {
            const parry_variant *x = &u->groups[g].variants[v];
            if (parry_str_eq(x->term, x->exact ? t->exact : t->stem)) {
                *group = g;
                return true;
            }
        }
    }
    return false;
}

typedef struct mark {
    uint32_t start, end;
    size_t group;
} mark;

static size_t find_marks(const parry_token *tokens, size_t n, const parry_understood *u, mark *marks)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t group = 0;
        if (!matches(u, &tokens[i], &group))
            continue;
        if (count > 0 && tokens[i].start < marks[count - 1].end) /* a part of an identifier marked already */
            continue;
        marks[count++] = (mark){tokens[i].start, tokens[i].end, group};
    }
    return count;
}

/* Start of the sentence or block that holds byte `at`. */
static size_t sentence_start(parry_str s, size_t at)
{
    while (at > 0) {
        char c = s.p[at - 1];
        if (c == '\n' || (at > 1 && c == ' ' && memchr(".!?", s.p[at - 2], 3) != NULL))
            break;
        at--;
    }
    return at;
}

/* Distinct words of the query in [from, from + PARRY_SNIPPET_BYTES), repeats counting little. */
static size_t worth(const mark *marks, size_t n, size_t from)
{
    unsigned seen = 0;
    size_t value = 0;
    for (size_t i = 0; i < n; i++) {
        if (marks[i].start < from || marks[i].end > from + PARRY_SNIPPET_BYTES)
            continue;
        unsigned b = 1U << (marks[i].group % 32);
        value += (seen & b) != 0 ? 1 : 16;
        seen |= b;
    }
    return value;
}

static size_t best_start(parry_str s, const mark *marks, size_t n)
{
    size_t best = 0, best_worth = worth(marks, n, 0);
    for (size_t i = 0; i < n; i++) {
        size_t from = sentence_start(s, marks[i].start);
        if (marks[i].end > from + PARRY_SNIPPET_BYTES) { /* a long sentence: begin a little before the word */
            from = marks[i].start > 60 ? marks[i].start - 60 : 0;
            while (from < marks[i].start && s.p[from] != ' ')
                from++;
            from += from < marks[i].start;
        }
        size_t w = worth(marks, n, from);
        if (w > best_worth) {
            best = from;
            best_worth = w;
        }
    }
    return best;
}

static size_t good_end(parry_str s, size_t from)
{
    if (s.n - from <= PARRY_SNIPPET_BYTES)
        return s.n;
    size_t limit = from + parry_utf8_cut(parry_str_from(s, from), PARRY_SNIPPET_BYTES).n;
    for (size_t end = limit; end > from + PARRY_SNIPPET_BYTES / 2; end--)
        if (s.p[end] == '\n' || (s.p[end] == ' ' && memchr(".!?", s.p[end - 1], 3) != NULL))
            return end;
    for (size_t end = limit; end > from + PARRY_SNIPPET_BYTES / 2; end--)
        if (s.p[end] == ' ')
            return end;
    return limit;
}

static void escape(parry_buf *b, parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<':
            parry_buf_addz(b, "&lt;");
            break;
        case '>':
            parry_buf_addz(b, "&gt;");
            break;
        case '&':
            parry_buf_addz(b, "&amp;");
            break;
        case '"':
            parry_buf_addz(b, "&quot;");
            break;
        case '\'':
            parry_buf_addz(b, "&#39;");
            break;
        case '\n':
            parry_buf_addc(b, ' ');
            break;
        default:
            parry_buf_addc(b, s.p[i]);
        }
    }
}

parry_str parry_snippet(parry_analyser *an, parry_arena *a, parry_str passage, parry_str locale,
                        const parry_understood *u)
{
    parry_token *tokens = NULL;
    size_t n = 0;
    parry_analyse(an, a, passage, locale, &tokens, &n);
    mark *marks = PARRY_ARRAY(a, mark, n);
    size_t nmarks = find_marks(tokens, n, u, marks);
    size_t from = best_start(passage, marks, nmarks), end = good_end(passage, from), at = from;
    parry_buf b = PARRY_BUF(8192);
    if (from > 0 && from != sentence_start(passage, from))
        parry_buf_addz(&b, "… ");
    for (size_t i = 0; i < nmarks; i++) {
        if (marks[i].start < from || marks[i].end > end)
            continue;
        escape(&b, parry_str_make(passage.p + at, marks[i].start - at));
        parry_buf_addz(&b, "<mark>");
        escape(&b, parry_str_make(passage.p + marks[i].start, marks[i].end - marks[i].start));
        parry_buf_addz(&b, "</mark>");
        at = marks[i].end;
    }
    escape(&b, parry_str_make(passage.p + at, end - at));
    if (end < passage.n && memchr(".!?", passage.p[end > 0 ? end - 1 : 0], 3) == NULL)
        parry_buf_addz(&b, " …");
    parry_str out = parry_str_copy(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return out;
}
