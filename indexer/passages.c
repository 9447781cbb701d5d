/* Articles to rows. A section's text is cut into sentences (slices of it), and sentences are gathered into passages:
 * again slices of it, from the first sentence's beginning to the last one's end. Nothing is copied.
 *
 *     section.text   |Open the app. Choose Orders.|Refunds take 3 days! Some banks need longer.|
 *     sentences       ------------- -------------- -------------------- -----------------------
 *     passages        ------------------------------------------------- -----------------------
 */
#include "indexer/passages.h"

#include "engine/sentences.h"

#include <assert.h>

enum {
    BYTES_PER_TOKEN = 16, /* at most, in the budget: a megabyte of base64 is one unknown token, but no passage */
    TITLE_SECTION = 0,
};

/* ---- the budget ------------------------------------------------------------------------------------------------- */

/* Written without spaces between words: a character counts as a word. */
static bool stands_alone(unsigned cp)
{
    return (cp >= 0x3040 && cp <= 0x30FF) || (cp >= 0x3400 && cp <= 0x9FFF) || (cp >= 0xF900 && cp <= 0xFAFF) ||
           (cp >= 0x0E00 && cp <= 0x0EFF) || (cp >= 0x20000 && cp <= 0x3FFFF);
}

static size_t count_words(parry_str s)
{
    size_t words = 0;
    bool inside = false;
    for (size_t at = 0; at < s.n;) {
        unsigned cp;
        at += parry_utf8_next(parry_str_from(s, at), &cp);
        bool alone = stands_alone(cp), letter = !alone && !parry_is_space(cp);
        words += alone || (letter && !inside);
        inside = letter;
    }
    return words;
}

static size_t cost(const parry_tokenizer *t, parry_str s)
{
    size_t n = t ? parry_token_count(t, s) : count_words(s), least = s.n / BYTES_PER_TOKEN;
    return n > least ? n : least;
}

/* ---- over-long sentences ---------------------------------------------------------------------------------------- */

/* The longest prefix within the budget, on a code point boundary; at least one code point. */
static size_t longest_prefix(const parry_tokenizer *t, parry_str s, uint32_t target)
{
    parry_str window = parry_utf8_cut(s, (size_t)target * BYTES_PER_TOKEN);
    unsigned cp;
    size_t low = parry_utf8_next(s, &cp), high = window.n; /* low fits, or has to */
    while (low < high) {
        size_t middle = parry_utf8_cut(s, low + (high - low + 1) / 2).n;
        if (middle <= low) {
            size_t step = parry_utf8_next(parry_str_from(s, low), &cp);
            if (low + step > high)
                break;
            middle = low + step;
        }
        if (cost(t, parry_str_make(s.p, middle)) <= target)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static bool ends_clause(unsigned cp)
{
    return cp == ',' || cp == ';' || cp == ':' || cp == '|' || cp == 0x2013 || cp == 0x2014 || cp == 0x3001 ||
           cp == 0xFF0C || cp == 0xFF1B || cp == 0xFF1A || cp == 0x060C; /* – — 、 ， ； ： ، */
}

/* Where to cut: after the last clause or, failing that, the last word of the second half of what fits. */
static size_t cut_place(const parry_tokenizer *t, parry_str s, uint32_t target)
{
    size_t most = longest_prefix(t, s, target), clause = 0, word = 0;
    for (size_t at = 0; at < most;) {
        unsigned cp, after = ' ';
        at += parry_utf8_next(parry_str_from(s, at), &cp);
        if (at < s.n)
            parry_utf8_next(parry_str_from(s, at), &after);
        if (parry_is_space(after) || (cp >= 0x3000 && ends_clause(cp)))
            *(ends_clause(cp) ? &clause : &word) = at;
    }
    if (clause >= most / 2 && clause > 0)
        return clause;
    return word >= most / 2 && word > 0 ? word : most;
}

/* ---- passages --------------------------------------------------------------------------------------------------- */

typedef struct sentence {
    size_t start, end; /* bytes of the section's text */
    size_t cost;
} sentence;

typedef struct sentences {
    parry_arena *arena;
    const parry_tokenizer *tokenizer;
    uint32_t target;
    sentence *list;
    size_t n, cap, cost;
} sentences;

static void add_sentence(sentences *out, parry_str text, size_t start, size_t end)
{
    parry_str s = parry_str_trim(parry_str_make(text.p + start, end - start));
    start = s.n ? (size_t)(s.p - text.p) : end;
    while (s.n > 0) {
        size_t c = cost(out->tokenizer, s), take = s.n;
        if (c > out->target) {
            take = cut_place(out->tokenizer, s, out->target);
            c = cost(out->tokenizer, parry_str_make(s.p, take));
        }
        out->list = parry_arena_grow(out->arena, out->list, out->n, &out->cap, sizeof *out->list);
        out->list[out->n++] = (sentence){start, start + take, c};
        out->cost += c;
        parry_str rest = parry_str_trim(parry_str_from(s, take));
        start = rest.n ? (size_t)(rest.p - text.p) : start + take;
        s = rest;
    }
}

static void split_sentences(sentences *out, parry_str text)
{
    parry_str rest = text, block;
    while (parry_str_split(&rest, '\n', &block)) {
        for (size_t at = 0; at < block.n;) {
            size_t end = parry_sentence_end(block, at), base = (size_t)(block.p - text.p);
            add_sentence(out, text, base + at, base + end);
            at = end;
        }
    }
}

/* Rows under construction. */
typedef struct rows {
    parry_arena *arena;
    parry_row_in *list;
    size_t n, cap;
} rows;

static void add_row(rows *r, parry_row_kind kind, size_t section, parry_str text)
{
    r->list = parry_arena_grow(r->arena, r->list, r->n, &r->cap, sizeof *r->list);
    r->list[r->n++] = (parry_row_in){.kind = kind, .section = (uint32_t)section, .text = text};
}

/* Evenly: a section of 1.1 targets becomes two passages of about half each rather than one and a scrap. */
static void add_passages(rows *r, const parry_tokenizer *tokenizer, uint32_t target, size_t section, parry_str text)
{
    sentences all = {.arena = r->arena, .tokenizer = tokenizer, .target = target};
    split_sentences(&all, text);
    size_t parts = (all.cost + target - 1) / target, aim = parts ? (all.cost + parts - 1) / parts : 0;
    for (size_t i = 0; i < all.n;) {
        size_t sum = all.list[i].cost, from = all.list[i].start, to = all.list[i].end;
        for (i++; i < all.n && sum < aim && sum + all.list[i].cost <= target; i++) {
            sum += all.list[i].cost;
            to = all.list[i].end;
        }
        add_row(r, PARRY_ROW_PASSAGE, section, parry_str_make(text.p + from, to - from));
    }
}

/* ---- sentences for themselves ----------------------------------------------------------------------------------- */

enum { LEAST_SENTENCE = 3 }; /* bytes */

typedef struct sentence_walk {
    const parry_article_in *in;
    size_t row;
    parry_str rest, block; /* of the row's text, of the line at hand */
} sentence_walk;

static bool next_sentence(sentence_walk *w, parry_str *out)
{
    for (;;) {
        if (w->block.n > 0) {
            size_t end = parry_sentence_end(w->block, 0);
            *out = parry_str_trim(parry_str_make(w->block.p, end));
            w->block = parry_str_from(w->block, end);
            if (out->n >= LEAST_SENTENCE)
                return true;
        } else if (!parry_str_split(&w->rest, '\n', &w->block)) {
            while (w->row < w->in->nrows && w->in->rows[w->row].kind != PARRY_ROW_PASSAGE)
                w->row++;
            if (w->row == w->in->nrows)
                return false;
            w->rest = w->in->rows[w->row++].text;
        }
    }
}

static size_t count_sentences(const parry_article_in *in)
{
    sentence_walk w = {.in = in};
    parry_str s;
    size_t n = 0;
    while (next_sentence(&w, &s))
        n++;
    return n;
}

size_t parry_article_sentences(const parry_article_in *in, parry_str out[PARRY_SENTENCES])
{
    sentence_walk w = {.in = in};
    size_t of = count_sentences(in), wanted = of < PARRY_SENTENCES ? of : PARRY_SENTENCES, n = 0;
    parry_str s;
    for (size_t i = 0; n < wanted && next_sentence(&w, &s); i++)
        if (i == n * of / wanted)
            out[n++] = s;
    return n;
}

static void add_sentences(rows *r)
{
    parry_str list[PARRY_SENTENCES];
    parry_article_in so_far = {.rows = r->list, .nrows = r->n};
    size_t n = parry_article_sentences(&so_far, list);
    if (n == 0)
        return;
    if (count_sentences(&so_far) == n)
        for (size_t i = 0; i < n; i++)
            add_row(r, PARRY_ROW_SENTENCE, TITLE_SECTION, list[i]);
    add_row(r, PARRY_ROW_SENTENCES, TITLE_SECTION, (parry_str){NULL, 0});
}

static parry_str join(parry_arena *a, const parry_str *list, size_t count, const char *between)
{
    size_t n = 0, nbetween = strlen(between);
    for (size_t i = 0; i < count; i++)
        n += list[i].n + nbetween;
    char *p = parry_arena_alloc(a, n + 1), *end = p;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            end = (char *)mempcpy(end, between, nbetween);
        if (list[i].n > 0)
            end = (char *)mempcpy(end, list[i].p, list[i].n);
    }
    return parry_str_make(p, (size_t)(end - p));
}

static parry_section_in *copy_sections(parry_arena *a, const parry_article *article, size_t *n)
{
    *n = article->nsections ? article->nsections : 1; /* the title's row needs one to stand in */
    parry_section_in *s = PARRY_ARRAY(a, parry_section_in, *n);
    for (size_t i = 0; i < article->nsections; i++) {
        const parry_section *from = &article->sections[i];
        s[i] = (parry_section_in){from->heading, from->path, from->anchor};
    }
    return s;
}

void parry_article_rows(parry_arena *a, const parry_article *article, const parry_tokenizer *tokenizer, uint32_t target,
                        parry_article_in *out)
{
    assert(target > 0);
    rows r = {.arena = a};
    add_row(&r, PARRY_ROW_TITLE, TITLE_SECTION, article->title);
    if (article->nkeywords > 0)
        add_row(&r, PARRY_ROW_KEYWORDS, TITLE_SECTION, join(a, article->keywords, article->nkeywords, ", "));
    for (size_t i = 0; i < article->nsections; i++) {
        const parry_section *s = &article->sections[i];
        if (s->heading.n > 0)
            add_row(&r, PARRY_ROW_HEADING, i, s->heading);
        add_passages(&r, tokenizer, target, i, s->text);
    }
    add_sentences(&r);
    add_row(&r, PARRY_ROW_ARTICLE, TITLE_SECTION, (parry_str){NULL, 0});
    *out = (parry_article_in){.id = article->id,
                              .title = article->title,
                              .slug = article->slug,
                              .locale = article->locale,
                              .audience = article->audience,
                              .category = article->category,
                              .updated = article->updated,
                              .product = article->product,
                              .tags = join(a, article->tags, article->ntags, "\n"),
                              .promoted = article->promoted,
                              .hash = article->hash};
    out->sections = copy_sections(a, article, &out->nsections);
    out->rows = r.list;
    out->nrows = r.n;
}

parry_str parry_row_embed_text(parry_arena *a, const parry_article_in *article, const parry_row_in *row)
{
    switch (row->kind) {
    case PARRY_ROW_TITLE:
    case PARRY_ROW_SENTENCE:
        return row->text;
    case PARRY_ROW_PASSAGE: {
        parry_str path = article->sections[row->section].path;
        const char *colon = path.n ? ": " : "";
        return parry_str_printf(a, "%.*s%s%.*s\n%.*s", PARRY_FMT(article->title), colon, PARRY_FMT(path),
                                PARRY_FMT(row->text));
    }
    case PARRY_ROW_KEYWORDS:
        return parry_str_printf(a, "%.*s: %.*s", PARRY_FMT(article->title), PARRY_FMT(row->text));
    case PARRY_ROW_HEADING:
    case PARRY_ROW_SENTENCES:
    case PARRY_ROW_ARTICLE:
    case PARRY_ROW_KINDS:
        break;
    }
    return (parry_str){NULL, 0};
}
