/* Private to engine/analyse*.c: classes of characters, the normal form of one word, languages and their stop words. */
#ifndef PARRY_ENGINE_ANALYSE_FOLD_H
#define PARRY_ENGINE_ANALYSE_FOLD_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An exact term leaves a byte for the "Z" of its stem. */
enum { PARRY_WORD_MAX = 63 };

typedef enum parry_char_class {
    PARRY_CHAR_OTHER,  /* white space, punctuation, symbols: ends whatever came before */
    PARRY_CHAR_WORD,   /* letters and digits */
    PARRY_CHAR_EXTEND, /* marks and invisible characters: go with the character before them */
    PARRY_CHAR_JOIN,   /* . / - _ : between two words make one identifier of them */
    PARRY_CHAR_APOS,   /* an apostrophe between two letters belongs to the word */
    PARRY_CHAR_DENSE /* Han, kana, Hangul, Thai, Lao, Khmer, Burmese: words have no spaces between, or endings stick */
} parry_char_class;

/* The class of the character at s.p[at]; *len is its length in bytes. at < s.n. */
parry_char_class parry_char_class_at(parry_str s, size_t at, size_t *len);

/* What a character of the class DENSE is written in, and what it does to its neighbours. */
typedef enum parry_dense_kind {
    PARRY_DENSE_HAN,
    PARRY_DENSE_HIRAGANA,
    PARRY_DENSE_KATAKANA,
    PARRY_DENSE_LONG, /* the long vowel of either kana */
    PARRY_DENSE_HANGUL,
    PARRY_DENSE_BEFORE, /* a vowel of Thai and Lao that stands before the consonant it belongs to */
    PARRY_DENSE_ABUGIDA /* Thai, Lao, Khmer, Burmese */
} parry_dense_kind;
parry_dense_kind parry_dense_kind_of(unsigned c);
bool parry_stacks(unsigned c); /* Khmer and Burmese: the consonant after it is written below the one before */

typedef struct parry_folded {
    char plain[PARRY_WORD_MAX + 1];    /* NFKC, case folded, accents dropped: the exact term */
    char accented[PARRY_WORD_MAX + 1]; /* with accents, apostrophes dropped: what a stemmer knows */
    size_t nplain, naccented;
    bool digit;   /* holds an ASCII digit; digits of other scripts become those */
    bool accents; /* the two differ by more than apostrophes */
} parry_folded;

/* The normal form of one word (or of an identifier whole), cut at PARRY_WORD_MAX bytes between characters. Linear, and
 * looks at no more than the first 192 bytes. turkic: I is the capital of a dotless i; the plain form has one i only. */
void parry_fold(parry_str word, bool turkic, parry_folded *out);
/* Accents alone, as parry_fold drops them; in place, returns the new length. */
size_t parry_fold_accents(char *p, size_t n);

/* The alphabets that words of a language are written in, so far as telling languages apart needs them. */
typedef enum parry_script {
    PARRY_SCRIPT_NONE, /* digits, punctuation */
    PARRY_SCRIPT_LATIN,
    PARRY_SCRIPT_GREEK,
    PARRY_SCRIPT_CYRILLIC,
    PARRY_SCRIPT_HEBREW,
    PARRY_SCRIPT_ARABIC,
    PARRY_SCRIPT_KANA,
    PARRY_SCRIPT_HAN,
    PARRY_SCRIPT_HANGUL,
    PARRY_SCRIPT_THAI,
    PARRY_SCRIPT_OTHER,
    PARRY_SCRIPTS
} parry_script;
parry_script parry_script_of(unsigned c);

/* Languages known by name; the others are PARRY_LANGUAGE_NONE. */
enum { PARRY_LANGUAGE_NONE = 0, PARRY_LANGUAGES = 41 };
unsigned parry_language_of(parry_str locale);       /* of the first subtag of BCP 47 */
const char *parry_language_code(unsigned language); /* "de"; "" for NONE */
/* A stemmer of our own (engine/analyse_light.c): the stem of an exact term, a slice of it. */
typedef parry_str parry_light_stemmer(parry_str word);
parry_light_stemmer parry_stem_arabic, parry_stem_polish, parry_stem_czech, parry_stem_ukrainian, parry_stem_greek;
parry_light_stemmer *parry_language_light(unsigned language); /* NULL: none */
bool parry_language_stems(unsigned language);                 /* by either kind */
const char *parry_language_stemmer(unsigned language);        /* its name to Xapian; NULL: not by it */
parry_script parry_language_script(unsigned language);        /* NONE for NONE */
const char *parry_language_letters(unsigned language);        /* lower case, those beside a to z, or rare elsewhere */
bool parry_language_elides(unsigned language);                /* l'article, dell'ordine: any apostrophe ends a word */
bool parry_language_turkic(unsigned language);                /* dotless i */
/* Is the exact term a stop word of the language? */
bool parry_stop_word(unsigned language, parry_str term);
bool parry_stop_words_in_order(unsigned language); /* for the test */

#ifdef __cplusplus
}
#endif
#endif
