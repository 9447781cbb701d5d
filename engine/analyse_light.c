/* Light stemmers of our own, for languages that Snowball does not have, or serves badly: a beginning and one ending a
 * pass are cut from the exact term as long as enough is left. They need not find a word's root, only bring its forms
 * together.
 *
 * Arabic follows Larkey, Ballesteros and Connell 2002 (light stemming), with the possessives in a pass of their own: so
 * بطاقتي "my card", بطاقات "cards" and البطاقة "the card" are all بطاق. */
#include "engine/analyse_fold.h"

typedef struct affixes {
    const char *const *beginnings, *const *first, *const *second; /* longest first; NULL ends a list; may be NULL */
    size_t least;                                                 /* letters that an ending leaves */
} affixes;

#define LIST(...)                                                                                                      \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }

static const affixes arabic = {
    LIST("وال", "بال", "كال", "فال", "لل", "ال"),
    LIST("ها", "هم", "كم", "نا", "ني", "ه", "ك", "ي"),
    LIST("ات", "ون", "ين", "ان", "يه", "ت"),
    3,
};

static const affixes polish = {
    NULL,
    LIST("owie", "iami", "iego", "iemu", "ami", "ach", "ego", "emu", "owi", "ymi", "imi", "ych", "ich", "iej", "ej",
         "om", "em", "ow", "ie", "ia", "iu", "a", "e", "i", "o", "u", "y"),
    NULL,
    3,
};

static const affixes czech = {
    NULL,
    LIST("ovi", "emi", "ami", "ich", "ych", "iho", "eho", "imu", "emu", "ech", "ach", "uv", "em", "um", "am", "ou",
         "im", "ym", "mi", "a", "e", "i", "o", "u", "y"),
    NULL,
    3,
};

static const affixes ukrainian = {
    NULL,
    LIST("ами", "ями", "ові", "еві", "ого", "ому", "ими", "ах", "ях", "ів", "ей", "ою", "ею", "ий", "ій", "іі", "оі",
         "их", "ом", "ем", "ам", "ям", "а", "я", "о", "е", "є", "и", "і", "у", "ю", "ь"),
    NULL,
    3,
};

static const affixes greek = {
    NULL,
    LIST("ουσ", "εισ", "ων", "εσ", "ασ", "ησ", "οσ", "ου", "οι", "α", "η", "ο", "ι", "ε"),
    NULL,
    3,
};

static size_t letters(parry_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static bool ends_with(parry_str s, parry_str end)
{
    return s.n > end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

static parry_str cut_ending(parry_str s, const char *const *endings, size_t least)
{
    for (; endings != NULL && *endings != NULL; endings++) {
        parry_str end = parry_str_of(*endings);
        if (ends_with(s, end) && letters(s) >= letters(end) + least)
            return parry_str_make(s.p, s.n - end.n);
    }
    return s;
}

/* Again until none is left: الإلغاء and الغاء are one word. */
static parry_str cut_beginnings(parry_str s, const char *const *beginnings)
{
    for (const char *const *b = beginnings; b != NULL && *b != NULL;) {
        bool cut = parry_str_starts(s, *b) && letters(s) >= letters(parry_str_of(*b)) + 2;
        s = cut ? parry_str_from(s, strlen(*b)) : s;
        b = cut ? beginnings : b + 1;
    }
    return s;
}

static parry_str stem(const affixes *a, parry_str word)
{
    word = cut_beginnings(word, a->beginnings);
    return cut_ending(cut_ending(word, a->first, a->least), a->second, a->least);
}

parry_str parry_stem_arabic(parry_str word) { return stem(&arabic, word); }
parry_str parry_stem_polish(parry_str word) { return stem(&polish, word); }
parry_str parry_stem_czech(parry_str word) { return stem(&czech, word); }
parry_str parry_stem_ukrainian(parry_str word) { return stem(&ukrainian, word); }
parry_str parry_stem_greek(parry_str word) { return stem(&greek, word); }
