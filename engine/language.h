/* Languages: in which a query was probably asked, among those that the articles are written in. Private to engine/.
 *
 * A guess decides two things: which words are stop words, and whose stems are looked up first. The stems of the other
 * languages in the same letters are looked up too, so that a wrong guess costs little. */
#ifndef PARRY_ENGINE_LANGUAGE_H
#define PARRY_ENGINE_LANGUAGE_H

#include "engine/analyse.h"
#include "engine/generation.h"

enum { PARRY_OTHER_LANGUAGES = 6 };

typedef struct parry_spoken {
    parry_str first; /* a locale: stop words and stems */
    double sure;     /* 0 to 1: how much speaks for `first` against the next one */
    bool several;    /* the articles are in several languages and none was told: a guess is worth something */
    unsigned others[PARRY_OTHER_LANGUAGES];
    size_t nothers; /* whose stems of words in their letters are looked up besides, likeliest first */
} parry_spoken;

/* present: a bit a language of engine/analyse_fold.h, the lowest for unknown ones; 0 counts as English. */
void parry_spoken_guess(parry_analyser *an, parry_arena *a, parry_str text, uint64_t present, parry_spoken *out);
/* Where the language is told: it alone. */
void parry_spoken_told(parry_str locale, parry_spoken *out);
/* One or the other: told where `locale` is not empty, else guessed among the languages of the generation's articles. */
void parry_spoken_in(parry_analyser *an, parry_arena *a, const parry_generation_info *info, parry_str text,
                     parry_str locale, parry_spoken *out);
/* Is the language written in the letters of this word? A language that is unknown may be. */
bool parry_spoken_fits(unsigned language, parry_str word);

#endif
