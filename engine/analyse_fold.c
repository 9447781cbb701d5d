/* The normal form of a word: NFKC, case folded, accents dropped. ASCII takes a short way; everything else goes through
 * libunistring once to take characters apart (NFKD, case fold) and once to put together what stays (NFC). */
#include "engine/analyse_fold.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <uniwbrk.h>

enum { SOURCE_MAX = 192, WORK_MAX = 2048 };

#define O PARRY_CHAR_OTHER
#define W PARRY_CHAR_WORD
#define J PARRY_CHAR_JOIN
#define A PARRY_CHAR_APOS
static const uint8_t ascii_class[128] = {
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, /* controls */
    O, O, O, O, O, O, O, A, O, O, O, O, O, J, J, J, W, W, W, W, W, W, W, W, W, W, J, O, O, O, O, O, /* '-./0-9: */
    O, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, O, O, O, O, J, /* A-Z_ */
    O, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, O, O, O, O, O, /* a-z */
};
#undef O
#undef W
#undef J
#undef A

typedef struct range {
    unsigned from, to;
} range;

static bool within(unsigned c, const range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= r[i].from && c <= r[i].to)
            return true;
    return false;
}
#define WITHIN(c, ranges) within((c), (ranges), sizeof(ranges) / sizeof *(ranges))

static const range dense[] = {
    {0x0E01, 0x0E3A}, {0x0E40, 0x0E4E},   {0x0E81, 0x0EC6},   {0x0EDC, 0x0EDF},                   /* Thai, Lao */
    {0x1000, 0x103F}, {0x1780, 0x17D3},                                                           /* Burmese, Khmer */
    {0x1100, 0x11FF}, {0xA960, 0xA97F},   {0xAC00, 0xD7FF},                                       /* Hangul */
    {0x2E80, 0x2FD5}, {0x3005, 0x3007},   {0x3021, 0x3029},   {0x3031, 0x3035}, {0x3038, 0x303C}, /* Han */
    {0x3041, 0x3096}, {0x309D, 0x309F},   {0x30A1, 0x30FA},   {0x30FC, 0x30FF}, {0x31F0, 0x31FF}, /* kana */
    {0x3131, 0x318E}, {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF}, {0xFF66, 0xFF9D},
    {0xFFA0, 0xFFDC}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFD},
};
/* What is written as part of the character before it although Unicode's word breaks do not say so. */
static const range attached[] = {{0x0E30, 0x0E3A}, {0x0E45, 0x0E45}, {0x0E47, 0x0E4E}, {0x0EB0, 0x0EBC},
                                 {0x0EC8, 0x0ECD}, {0x102B, 0x103E}, {0x17B4, 0x17D3}, {0x1160, 0x11FF},
                                 {0xD7B0, 0xD7FF}, {0xFF9E, 0xFF9F}};
/* Accents: Latin, Greek and Cyrillic marks, Hebrew points, Arabic vowel signs. Marks of other scripts are letters to
 * those who write them. */
static const range accents[] = {{0x0300, 0x036F}, {0x0483, 0x0487}, {0x0591, 0x05BD}, {0x05BF, 0x05BF},
                                {0x05C1, 0x05C7}, {0x0610, 0x061A}, {0x0640, 0x0640}, {0x064B, 0x065F},
                                {0x0670, 0x0670}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}};

static const range kanji[] = {{0x2E80, 0x2FD5}, {0x3005, 0x3007}, {0x3021, 0x3029}, {0x3038, 0x303B},
                              {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFD}};
static const range hangul[] = {
    {0x1100, 0x11FF}, {0x3131, 0x318E}, {0xA960, 0xA97F}, {0xAC00, 0xD7FF}, {0xFFA0, 0xFFDC}};
static const range hiragana[] = {{0x3041, 0x3096}, {0x309D, 0x309F}};
static const range abugida[] = {{0x0E01, 0x0EFF}, {0x1000, 0x103F}, {0x1780, 0x17D3}};

parry_dense_kind parry_dense_kind_of(unsigned c)
{
    if ((c >= 0x0E40 && c <= 0x0E44) || (c >= 0x0EC0 && c <= 0x0EC4))
        return PARRY_DENSE_BEFORE;
    if (WITHIN(c, abugida))
        return PARRY_DENSE_ABUGIDA;
    if (WITHIN(c, kanji))
        return PARRY_DENSE_HAN;
    if (WITHIN(c, hangul))
        return PARRY_DENSE_HANGUL;
    if (c == 0x30FC || c == 0xFF70)
        return PARRY_DENSE_LONG;
    return WITHIN(c, hiragana) ? PARRY_DENSE_HIRAGANA : PARRY_DENSE_KATAKANA;
}

bool parry_stacks(unsigned c) { return c == 0x17D2 || c == 0x1039; }

parry_script parry_script_of(unsigned c)
{
    static const struct {
        unsigned from, to;
        parry_script script;
    } blocks[] = {{0x0041, 0x005A, PARRY_SCRIPT_LATIN},    {0x0061, 0x007A, PARRY_SCRIPT_LATIN},
                  {0x00AA, 0x00AA, PARRY_SCRIPT_LATIN},    {0x00BA, 0x00BA, PARRY_SCRIPT_LATIN},
                  {0x00C0, 0x02AF, PARRY_SCRIPT_LATIN},    {0x0370, 0x03FF, PARRY_SCRIPT_GREEK},
                  {0x0400, 0x052F, PARRY_SCRIPT_CYRILLIC}, {0x0591, 0x05F4, PARRY_SCRIPT_HEBREW},
                  {0x0600, 0x06FF, PARRY_SCRIPT_ARABIC},   {0x0750, 0x077F, PARRY_SCRIPT_ARABIC},
                  {0x0E01, 0x0E5B, PARRY_SCRIPT_THAI},     {0x1100, 0x11FF, PARRY_SCRIPT_HANGUL},
                  {0x1E00, 0x1EFF, PARRY_SCRIPT_LATIN},    {0x1F00, 0x1FFF, PARRY_SCRIPT_GREEK},
                  {0x2000, 0x2DFF, PARRY_SCRIPT_NONE},     {0x3041, 0x30FF, PARRY_SCRIPT_KANA},
                  {0x3131, 0x318E, PARRY_SCRIPT_HANGUL},   {0x3005, 0x3007, PARRY_SCRIPT_HAN},
                  {0x3000, 0x303F, PARRY_SCRIPT_NONE},     {0x3400, 0x9FFF, PARRY_SCRIPT_HAN},
                  {0xAC00, 0xD7FF, PARRY_SCRIPT_HANGUL},   {0xF900, 0xFAFF, PARRY_SCRIPT_HAN},
                  {0xFB50, 0xFDFF, PARRY_SCRIPT_ARABIC},   {0xFE70, 0xFEFF, PARRY_SCRIPT_ARABIC},
                  {0xFF21, 0xFF5A, PARRY_SCRIPT_LATIN},    {0xFF66, 0xFF9F, PARRY_SCRIPT_KANA},
                  {0x20000, 0x3FFFD, PARRY_SCRIPT_HAN}};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (c >= blocks[i].from && c <= blocks[i].to)
            return blocks[i].script;
    return c < 0x0300 ? PARRY_SCRIPT_NONE : PARRY_SCRIPT_OTHER;
}

static bool apostrophe(unsigned c) { return c == '\'' || c == 0x2019 || c == 0x02BC || c == 0xFF07; }

static parry_char_class class_beyond_ascii(unsigned c)
{
    if (apostrophe(c))
        return PARRY_CHAR_APOS;
    if (c == 0x2010 || c == 0x2011 || c == 0xFF0D || c == 0xFF0E || c == 0xFF0F || c == 0xFF1A || c == 0xFF3F)
        return PARRY_CHAR_JOIN; /* hyphens, and the wide forms of - . / : _ */
    if (WITHIN(c, attached))
        return PARRY_CHAR_EXTEND;
    if (WITHIN(c, dense))
        return PARRY_CHAR_DENSE;
    int property = uc_wordbreak_property(c);
    if (property == WBP_EXTEND || property == WBP_FORMAT || property == WBP_ZWJ)
        return PARRY_CHAR_EXTEND;
    if (property == WBP_ALETTER || property == WBP_NUMERIC || property == WBP_HL)
        return PARRY_CHAR_WORD;
    return uc_is_property_alphabetic(c) ? PARRY_CHAR_WORD : PARRY_CHAR_OTHER;
}

parry_char_class parry_char_class_at(parry_str s, size_t at, size_t *len)
{
    unsigned char byte = (unsigned char)s.p[at];
    if (byte < 128) {
        *len = 1;
        return ascii_class[byte];
    }
    unsigned c;
    *len = parry_utf8_next(parry_str_from(s, at), &c);
    return class_beyond_ascii(c);
}

/* Letters that Unicode does not take apart and that people type without their strokes. Both Turkish i's become one,
 * whatever the locale, so that the same word is found from a query of any language. Arabic: the forms that keyboards of
 * other countries give, and the two endings that are written with dots or without. */
static const char *plain_letter(unsigned c)
{
    static const struct {
        unsigned c;
        const char *plain;
    } letters[] = {{0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"},
                   {0x0127, "h"},  {0x0131, "i"}, {0x0142, "l"}, {0x0153, "oe"}, {0x0167, "t"},
                   {0x0629, "ه"},  {0x0649, "ي"}, {0x0671, "ا"}, {0x06A9, "ك"},  {0x06CC, "ي"}};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].c == c)
            return letters[i].plain;
    return NULL;
}

/* A growing word that stops at a character's edge. */
typedef struct sink {
    char *p;
    size_t n, cap;
    bool full;
} sink;

static void put(sink *s, const char *p, size_t n)
{
    if (s->full || s->n + n > s->cap) {
        s->full = true;
        return;
    }
    memcpy(s->p + s->n, p, n);
    s->n += n;
}

static void put_char(sink *s, unsigned c)
{
    char bytes[4];
    put(s, bytes, parry_utf8_put(c, bytes));
}

/* й is a letter of its own, not an accented и. */
static bool short_i(unsigned before, unsigned c) { return c == 0x0306 && before == 0x0438; }

/* Not accents but ornaments: what stretches an Arabic line, and the dot that İ leaves on an i. */
static bool ornament(unsigned before, unsigned c) { return c == 0x0640 || (c == 0x0307 && before == 'i'); }

/* A character of a word taken apart; false where it goes. */
static bool keeps(unsigned before, unsigned c, bool drop)
{
    if (c < 128)
        return true;
    if (ornament(before, c) || uc_is_property_default_ignorable_code_point(c))
        return false;
    return !(drop && WITHIN(c, accents) && !short_i(before, c));
}

/* From NFKD and folded: what is invisible goes, and accents where `drop`; true where there were any. */
static bool filter(parry_str s, bool drop, sink *out)
{
    unsigned before = 0, c;
    bool any = false;
    for (size_t at = 0, len; at < s.n; at += len, before = c) {
        len = parry_utf8_next(parry_str_from(s, at), &c);
        if (apostrophe(c)) {
            if (drop)
                put_char(out, '\'');
            continue;
        }
        const char *plain = drop && c >= 128 ? plain_letter(c) : NULL;
        int digit = c >= 128 ? uc_decimal_value(c) : -1;
        if (plain != NULL)
            put(out, plain, strlen(plain));
        else if (digit >= 0)
            put_char(out, (unsigned)('0' + digit));
        else if (c == 0x2010)
            put_char(out, '-');
        else if (keeps(before, c, drop))
            put_char(out, c);
        any = any || plain != NULL || keeps(before, c, false) != keeps(before, c, drop);
    }
    return any;
}

static bool ascii(parry_str s)
{
    unsigned char any = 0;
    for (size_t i = 0; i < s.n; i++)
        any |= (unsigned char)s.p[i];
    return any < 128;
}

/* Put together again what was taken apart (Hangul, kana, й); into out[cap], cut between characters. */
static size_t compose(parry_str s, char *out, size_t cap)
{
    parry_str whole = s;
    uint8_t work[WORK_MAX], *p = NULL;
    if (!ascii(s)) {
        size_t n = sizeof work;
        p = u8_normalize(UNINORM_NFC, (const uint8_t *)s.p, s.n, work, &n);
        if (p != NULL)
            whole = parry_str_make((const char *)p, n);
    }
    whole = parry_utf8_cut(whole, cap);
    memcpy(out, whole.p, whole.n);
    if (p != work)
        free(p);
    return whole.n;
}

/* NFKD before folding as well as after: compatibility forms hide capitals (℡, 🅰) from the case fold. */
static size_t decompose(parry_str word, uint8_t out[WORK_MAX])
{
    uint8_t work[WORK_MAX];
    size_t n1 = sizeof work, n2 = WORK_MAX;
    uint8_t *apart = u8_normalize(UNINORM_NFKD, (const uint8_t *)word.p, word.n, work, &n1);
    if (apart == NULL)
        return 0;
    uint8_t *folded = u8_casefold(apart, n1, NULL, UNINORM_NFKD, out, &n2);
    if (apart != work)
        free(apart);
    if (folded == NULL)
        return 0;
    if (folded != out) { /* longer than a word can be */
        n2 = parry_utf8_cut(parry_str_make((const char *)folded, n2), WORK_MAX).n;
        memcpy(out, folded, n2);
        free(folded);
    }
    return n2;
}

/* The lower case of the two Turkish i's, which a case fold for all languages gets wrong; into out[2 * word.n]. */
static parry_str turkic_lower(parry_str word, char *out)
{
    sink to = {out, 0, 2 * SOURCE_MAX, false};
    for (size_t at = 0, len; at < word.n; at += len) {
        unsigned c;
        len = parry_utf8_next(parry_str_from(word, at), &c);
        if (c == 'I')
            put_char(&to, 0x0131);
        else if (c == 0x0130)
            put_char(&to, 'i');
        else
            put(&to, word.p + at, len);
    }
    return parry_str_make(out, to.n);
}

static void fold_unicode(parry_str word, bool turkic, parry_folded *out)
{
    uint8_t apart[WORK_MAX];
    char kept[WORK_MAX], lowered[2 * SOURCE_MAX];
    word = parry_utf8_cut(word, SOURCE_MAX);
    if (turkic)
        word = turkic_lower(word, lowered);
    parry_str s = parry_str_make((const char *)apart, decompose(word, apart));
    sink plain = {kept, 0, sizeof kept, false};
    out->accents = filter(s, true, &plain);
    out->nplain = compose(parry_str_make(kept, plain.n), out->plain, PARRY_WORD_MAX);
    sink accented = {kept, 0, sizeof kept, false};
    (void)filter(s, false, &accented);
    out->naccented = compose(parry_str_make(kept, accented.n), out->accented, PARRY_WORD_MAX);
}

static void fold_ascii(parry_str word, parry_folded *out)
{
    size_t n = word.n < PARRY_WORD_MAX ? word.n : PARRY_WORD_MAX, accented = 0;
    for (size_t i = 0; i < n; i++) {
        char c = word.p[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        out->plain[i] = c;
        out->accented[accented] = c;
        accented += c != '\'';
    }
    out->nplain = n;
    out->naccented = accented;
}

static bool has_digit(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= '0' && p[i] <= '9')
            return true;
    return false;
}

void parry_fold(parry_str word, bool turkic, parry_folded *out)
{
    word.n = word.n < SOURCE_MAX ? word.n : parry_utf8_cut(word, SOURCE_MAX).n;
    out->accents = false;
    if (ascii(word) && !(turkic && memchr(word.p, 'I', word.n) != NULL))
        fold_ascii(word, out);
    else
        fold_unicode(word, turkic, out);
    out->digit = has_digit(out->plain, out->nplain);
}

size_t parry_fold_accents(char *p, size_t n)
{
    parry_folded f;
    if (ascii(parry_str_make(p, n)))
        return n;
    parry_fold(parry_str_make(p, n), false, &f);
    size_t kept = f.nplain < n ? f.nplain : n; /* ß and its kind are gone already: it does not grow */
    kept = parry_utf8_cut(parry_str_make(f.plain, f.nplain), kept).n;
    memcpy(p, f.plain, kept);
    return kept;
}
