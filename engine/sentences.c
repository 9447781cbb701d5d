/* Where sentences end. */
#include "engine/sentences.h"

bool parry_is_space(unsigned cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200A) ||
           cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static bool ends_anywhere(unsigned cp) /* no space follows these */
{
    return cp == 0x3002 || cp == 0xFF01 || cp == 0xFF1F || cp == 0xFF61; /* 。！？｡ */
}

static bool ends_before_space(unsigned cp)
{
    return cp == '.' || cp == '!' || cp == '?' || cp == 0x2026 || cp == 0x0964 || cp == 0x0965 || cp == 0x061F ||
           cp == 0x06D4 || cp == 0x1362 || cp == 0x104B; /* … । ॥ ؟ ۔ ። ။ */
}

static bool closes(unsigned cp) /* quotes and brackets that belong to the sentence they follow */
{
    return cp == '"' || cp == '\'' || cp == ')' || cp == ']' || cp == 0xBB || cp == 0x2019 || cp == 0x201D ||
           cp == 0x300D || cp == 0x300F || cp == 0xFF09 || cp == 0x3011;
}

static unsigned char lower(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); }

static bool same_word(parry_str word, const char *z)
{
    size_t i = 0;
    for (; i < word.n && z[i]; i++) {
        if (lower(word.p[i]) != (unsigned char)z[i])
            return false;
    }
    return i == word.n && z[i] == 0;
}

static bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

/* "U.S", "d.h": letters with full stops between. */
static bool is_initials(parry_str word)
{
    for (size_t i = 0; i < word.n; i++) {
        if (i % 2 == 0 ? !is_letter(word.p[i]) : word.p[i] != '.')
            return false;
    }
    return word.n >= 3 && word.n % 2 == 1;
}

/* "e.g.", "J." and the like; `word` is what stands before the full stop, back to the white space. */
static bool is_abbreviation(parry_str word)
{
    static const char *const known[] = {"e.g",  "i.e", "cf",  "a.k.a",  "mr",  "mrs", "ms",  "dr",
                                        "prof", "st",  "vs",  "approx", "fig", "nr",  "inc", "dept",
                                        "ext",  "max", "min", "z.b",    "bzw", "usw", "ggf"};
    while (word.n > 0 && (word.p[0] == '(' || word.p[0] == '"' || word.p[0] == '['))
        word = parry_str_from(word, 1);
    if (word.n == 1 && is_letter(word.p[0]) && word.p[0] != 'I')
        return true;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (same_word(word, known[i]))
            return true;
    }
    return is_initials(word);
}

/* Only with a number behind it: "No. 5", "Jan. 31". */
static bool is_counted(parry_str word)
{
    static const char *const known[] = {"no",  "nos", "art", "p",   "pp",  "sec", "vol", "ch",  "jan", "feb",
                                        "mar", "apr", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "abs"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (same_word(word, known[i]))
            return true;
    }
    return false;
}

static bool all_digits(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return s.n > 0;
}

/* Is the full stop at block.p[dot] the end of the sentence that begins at `from`? `next`: where the next word begins.
 */
static bool stop_ends(parry_str block, size_t from, size_t dot, size_t next)
{
    size_t word = dot;
    while (word > from && block.p[word - 1] != ' ' && block.p[word - 1] != '\t')
        word--;
    parry_str before = parry_str_make(block.p + word, dot - word);
    if (word == from && all_digits(before)) /* "1. Open the app" */
        return false;
    if (next < block.n && block.p[next] >= '0' && block.p[next] <= '9' && is_counted(before))
        return false;
    return !is_abbreviation(before);
}

static size_t skip_if(parry_str s, size_t at, bool (*is)(unsigned))
{
    for (unsigned cp; at < s.n;) {
        size_t n = parry_utf8_next(parry_str_from(s, at), &cp);
        if (!is(cp))
            break;
        at += n;
    }
    return at;
}

size_t parry_sentence_end(parry_str block, size_t from)
{
    for (size_t at = from; at < block.n;) {
        unsigned cp;
        size_t mark = at;
        at += parry_utf8_next(parry_str_from(block, at), &cp);
        bool anywhere = ends_anywhere(cp);
        if (!anywhere && !ends_before_space(cp))
            continue;
        size_t end = skip_if(block, at, ends_before_space); /* "?!", "..." */
        end = skip_if(block, skip_if(block, end, ends_anywhere), closes);
        size_t next = skip_if(block, end, parry_is_space);
        bool goes_on = next < block.n && block.p[next] >= 'a' && block.p[next] <= 'z';
        if (next == block.n || anywhere ||
            (next > end && !goes_on && (cp != '.' || end > at || stop_ends(block, from, mark, next))))
            return end;
    }
    return block.n;
}

parry_sentence *parry_sentences(parry_arena *a, parry_str text, size_t *n)
{
    parry_sentence *list = NULL;
    parry_str rest = text, block;
    size_t cap = 0;
    *n = 0;
    while (parry_str_split(&rest, '\n', &block)) {
        for (size_t at = 0; at < block.n;) {
            size_t end = parry_sentence_end(block, at);
            parry_str s = parry_str_trim(parry_str_make(block.p + at, end - at));
            at = end;
            if (s.n == 0)
                continue;
            size_t start = (size_t)(s.p - text.p);
            list = parry_arena_grow(a, list, *n, &cap, sizeof *list);
            list[(*n)++] = (parry_sentence){(uint32_t)start, (uint32_t)(start + s.n)};
        }
    }
    return list;
}
