/* Code points as BERT's clean-up sees them. libunistring knows the categories; the ranges below take back what Unicode
 * learned after 8.0, where the original stands still. Found by running the original over every code point and pairs of
 * combining marks; tests/models/test_tokenizer.c keeps samples of each kind. */
#include "models/bert_text.h"

#include <stdbool.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

typedef struct range {
    unsigned first, last;
} range;

/* Marks, punctuation and format characters assigned after Unicode 8.0: plain letters to the original. Sorted. */
static const range younger[] = {
    {0x61D, 0x61D},     {0x7FD, 0x7FD},     {0x890, 0x891},     {0x898, 0x89F},     {0x8CA, 0x8E2},
    {0x9FD, 0x9FE},     {0xA76, 0xA76},     {0xAFA, 0xAFF},     {0xB55, 0xB55},     {0xC04, 0xC04},
    {0xC3C, 0xC3C},     {0xC77, 0xC77},     {0xC84, 0xC84},     {0xD00, 0xD00},     {0xD3B, 0xD3C},
    {0xD81, 0xD81},     {0xEBA, 0xEBA},     {0x180F, 0x180F},   {0x1885, 0x1886},   {0x1ABF, 0x1ACE},
    {0x1B7D, 0x1B7E},   {0x1DF6, 0x1DFB},   {0x2E43, 0x2E4F},   {0x2E52, 0x2E5D},   {0xA82C, 0xA82C},
    {0xA8C5, 0xA8C5},   {0xA8FF, 0xA8FF},   {0xA9BD, 0xA9BD},   {0x10D24, 0x10D27}, {0x10EAB, 0x10EAD},
    {0x10F46, 0x10F50}, {0x10F55, 0x10F59}, {0x10F82, 0x10F89}, {0x11070, 0x11070}, {0x11073, 0x11074},
    {0x110C2, 0x110C2}, {0x110CD, 0x110CD}, {0x111CF, 0x111CF}, {0x1123E, 0x1123E}, {0x1133B, 0x1133B},
    {0x11438, 0x1143F}, {0x11442, 0x11444}, {0x11446, 0x11446}, {0x1144B, 0x1144F}, {0x1145A, 0x1145B},
    {0x1145D, 0x1145E}, {0x11660, 0x1166C}, {0x116B9, 0x116B9}, {0x1182F, 0x11837}, {0x11839, 0x1183B},
    {0x11938, 0x11938}, {0x1193B, 0x1193C}, {0x1193E, 0x1193E}, {0x11943, 0x11946}, {0x119D4, 0x119D7},
    {0x119DA, 0x119DB}, {0x119E0, 0x119E0}, {0x119E2, 0x119E2}, {0x11A01, 0x11A0A}, {0x11A33, 0x11A38},
    {0x11A3B, 0x11A47}, {0x11A51, 0x11A56}, {0x11A59, 0x11A5B}, {0x11A8A, 0x11A96}, {0x11A98, 0x11A9C},
    {0x11A9E, 0x11AA2}, {0x11C30, 0x11C36}, {0x11C38, 0x11C3D}, {0x11C3F, 0x11C3F}, {0x11C41, 0x11C45},
    {0x11C70, 0x11C71}, {0x11C92, 0x11CA7}, {0x11CAA, 0x11CB0}, {0x11CB2, 0x11CB3}, {0x11CB5, 0x11CB6},
    {0x11D31, 0x11D36}, {0x11D3A, 0x11D3A}, {0x11D3C, 0x11D3D}, {0x11D3F, 0x11D45}, {0x11D47, 0x11D47},
    {0x11D90, 0x11D91}, {0x11D95, 0x11D95}, {0x11D97, 0x11D97}, {0x11EF3, 0x11EF4}, {0x11EF7, 0x11EF8},
    {0x11FFF, 0x11FFF}, {0x12FF1, 0x12FF2}, {0x13430, 0x13438}, {0x16E97, 0x16E9A}, {0x16F4F, 0x16F4F},
    {0x16FE2, 0x16FE2}, {0x16FE4, 0x16FE4}, {0x1CF00, 0x1CF2D}, {0x1CF30, 0x1CF46}, {0x1E000, 0x1E006},
    {0x1E008, 0x1E018}, {0x1E01B, 0x1E021}, {0x1E023, 0x1E024}, {0x1E026, 0x1E02A}, {0x1E130, 0x1E136},
    {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF}, {0x1E944, 0x1E94A}, {0x1E95E, 0x1E95F},
};

/* Set apart as words: tokenizers' is_chinese_char, its gap before U+2B920 included. Sorted. */
static const range ideographs[] = {
    {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF},
    {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F},
};

static bool within(const range *r, size_t n, unsigned cp)
{
    size_t low = 0;
    while (n > 0) {
        size_t half = n / 2;
        if (cp > r[low + half].last) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return cp >= r[low].first && cp <= r[low].last;
}

#define WITHIN(table, cp)                                                                                              \
    ((cp) >= (table)[0].first && (cp) <= (table)[sizeof(table) / sizeof *(table)-1].last &&                            \
     within((table), sizeof(table) / sizeof *(table), (cp)))

/* Three code points changed their category after Unicode 8.0. */
static bool changed(unsigned cp, parry_bert_class *c)
{
    if (cp != 0x166D && cp != 0x1734 && cp != 0x111C9)
        return false;
    *c = cp == 0x1734 ? PARRY_BERT_MARK : PARRY_BERT_PUNCTUATION;
    return true;
}

/* ASCII symbols such as $ and ~ are punctuation to BERT, whatever Unicode says. */
static bool ascii_punctuation(unsigned cp)
{
    return (cp >= '!' && cp <= '/') || (cp >= ':' && cp <= '@') || (cp >= '[' && cp <= '`') || (cp >= '{' && cp <= '~');
}

parry_bert_class parry_bert_class_of(unsigned cp)
{
    parry_bert_class c;
    if (cp == '\t' || cp == '\n' || cp == '\r' || cp == ' ')
        return PARRY_BERT_SPACE;
    if (cp == 0xFFFD)
        return PARRY_BERT_DROP;
    if (changed(cp, &c))
        return c;
    if (WITHIN(younger, cp))
        return PARRY_BERT_LETTER;
    if (WITHIN(ideographs, cp))
        return PARRY_BERT_IDEOGRAPH;
    uint32_t category = uc_general_category(cp).bitmask;
    if (category & (UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs | UC_CATEGORY_MASK_Co))
        return PARRY_BERT_DROP;
    if (category & UC_CATEGORY_MASK_Mn)
        return PARRY_BERT_MARK;
    if ((category & UC_CATEGORY_MASK_P) || ascii_punctuation(cp))
        return PARRY_BERT_PUNCTUATION;
    return category & UC_CATEGORY_MASK_Z ? PARRY_BERT_SPACE : PARRY_BERT_LETTER;
}

/* Only the first of a canonical decomposition decomposes further (Unicode 3.7), so it is taken apart in a loop. */
size_t parry_bert_decompose(unsigned cp, unsigned out[PARRY_BERT_DECOMPOSED])
{
    unsigned tail[PARRY_BERT_DECOMPOSED];
    size_t n = 0;
    ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
    while (n < PARRY_BERT_DECOMPOSED - 1 && !WITHIN(younger, cp)) {
        int found = uc_canonical_decomposition(cp, parts);
        if (found < 1)
            break;
        if (found == 2)
            tail[n++] = parts[1];
        cp = parts[0];
    }
    out[0] = cp;
    for (size_t i = 0; i < n; i++)
        out[i + 1] = tail[n - 1 - i];
    return n + 1;
}

unsigned parry_bert_lower(unsigned cp) { return uc_tolower(cp); }
unsigned parry_bert_combining(unsigned cp) { return WITHIN(younger, cp) ? 0U : (unsigned)uc_combining_class(cp); }
