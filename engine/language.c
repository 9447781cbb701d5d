/* A guess from what is cheap and hard to fake: the letters, then stop words. Every present language in whose script
 * some of the query is gets points: 2 a stop word, 1 a letter that it has beside a to z, less 1 for one that it has
 * not.
 */
#include "engine/language.h"

#include "engine/analyse_fold.h"

#include <stdlib.h>

enum { STOP_WORD = 2 };
_Static_assert(PARRY_LANGUAGES <= 64, "a bit each");

typedef struct guess {
    size_t letters; /* of the query in its script, a syllable or ideograph counting as three */
    unsigned language;
    int points;
} guess;

static void count_scripts(parry_str text, size_t letters[PARRY_SCRIPTS])
{
    for (size_t at = 0; at < text.n;) {
        unsigned c;
        at += parry_utf8_next(parry_str_from(text, at), &c);
        letters[parry_script_of(c)]++;
    }
    letters[PARRY_SCRIPT_NONE] = 0;
    for (int s = PARRY_SCRIPT_KANA; s <= PARRY_SCRIPT_HANGUL; s++)
        letters[s] *= 3;
    letters[PARRY_SCRIPT_KANA] += letters[PARRY_SCRIPT_KANA] > 0 ? letters[PARRY_SCRIPT_HAN] : 0;
}

static bool has_letter(unsigned language, unsigned c)
{
    parry_str letters = parry_str_of(parry_language_letters(language));
    for (size_t at = 0; at < letters.n;) {
        unsigned x;
        at += parry_utf8_next(parry_str_from(letters, at), &x);
        if (x == c)
            return true;
    }
    return false;
}

/* Letters as they are typed; capitals with accents are few and say nothing. */
static int letter_points(unsigned language, parry_str text)
{
    parry_script script = parry_language_script(language);
    int points = 0;
    for (size_t at = 0; at < text.n;) {
        unsigned c;
        at += parry_utf8_next(parry_str_from(text, at), &c);
        if (c < 128 || (c >= 0xC0 && c <= 0xDE))
            continue;
        if (has_letter(language, c))
            points++;
        else if (script == PARRY_SCRIPT_LATIN && parry_script_of(c) == script)
            points--;
    }
    return points;
}

static int word_points(unsigned language, const parry_token *t, size_t n)
{
    int points = 0;
    for (size_t i = 0; i < n; i++)
        points += !t[i].part && parry_stop_word(language, t[i].exact) ? STOP_WORD : 0;
    return points;
}

static int likelier(const void *x, const void *y)
{
    const guess *a = x, *b = y;
    if (a->letters != b->letters)
        return a->letters < b->letters ? 1 : -1;
    if (a->points != b->points)
        return a->points < b->points ? 1 : -1;
    return a->language < b->language ? -1 : a->language > b->language;
}

/* Words of English, say, stand in their articles as they are. */
static bool any_unstemmed(uint64_t present)
{
    for (unsigned l = 0; l < PARRY_LANGUAGES; l++)
        if ((present >> l & 1) != 0 && !parry_language_stems(l))
            return true;
    return false;
}

/* One stop word, or two letters, more than the next language in the same script. */
static double how_sure(const guess *g, size_t n)
{
    if (n == 0)
        return 0;
    if (n == 1 || parry_language_script(g[1].language) != parry_language_script(g[0].language))
        return 1;
    int lead = g[0].points - g[1].points;
    return lead >= STOP_WORD ? 1 : (double)lead / STOP_WORD;
}

void parry_spoken_guess(parry_analyser *an, parry_arena *a, parry_str text, uint64_t present, parry_spoken *out)
{
    size_t letters[PARRY_SCRIPTS] = {0}, n = 0, nguesses = 0;
    parry_token *tokens = NULL;
    guess guesses[PARRY_LANGUAGES];
    count_scripts(text, letters);
    parry_analyse(an, a, text, parry_str_of(""), &tokens, &n);
    for (unsigned l = 1; l < PARRY_LANGUAGES; l++) {
        size_t used = letters[parry_language_script(l)];
        if ((present >> l & 1) != 0 && used > 0)
            guesses[nguesses++] = (guess){used, l, letter_points(l, text) + word_points(l, tokens, n)};
    }
    qsort(guesses, nguesses, sizeof *guesses, likelier);
    *out = (parry_spoken){.first = parry_str_of(present == 0 ? "en" : "")};
    if (nguesses > 0)
        out->first = parry_str_of(parry_language_code(guesses[0].language));
    out->several = (present & (present - 1)) != 0;
    out->sure = how_sure(guesses, nguesses);
    if (any_unstemmed(present))
        out->others[out->nothers++] = PARRY_LANGUAGE_NONE;
    for (size_t i = 1; i < nguesses && out->nothers < PARRY_OTHER_LANGUAGES; i++)
        if (parry_language_stems(guesses[i].language))
            out->others[out->nothers++] = guesses[i].language;
}

void parry_spoken_told(parry_str locale, parry_spoken *out) { *out = (parry_spoken){.first = locale}; }

void parry_spoken_in(parry_analyser *an, parry_arena *a, const parry_generation_info *info, parry_str text,
                     parry_str locale, parry_spoken *out)
{
    uint64_t present = 0;
    for (size_t i = 0; i < info->nsegments; i++)
        present |= parry_segment_get_info(info->segments[i].segment)->languages;
    if (locale.n > 0)
        parry_spoken_told(locale, out);
    else
        parry_spoken_guess(an, a, text, present, out);
}

bool parry_spoken_fits(unsigned language, parry_str word)
{
    for (size_t at = 0; at < word.n && language != PARRY_LANGUAGE_NONE;) {
        unsigned c;
        at += parry_utf8_next(parry_str_from(word, at), &c);
        parry_script script = parry_script_of(c);
        if (script != PARRY_SCRIPT_NONE)
            return script == parry_language_script(language);
    }
    return true;
}
