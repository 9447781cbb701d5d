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
    PARRY_CHAR_DENSE   /* scripts without spaces between words: Han, kana, Hangul, Thai, Lao, Khmer, Burmese */
} parry_char_class;

/* The class of the character at s.p[at]; *len is its length in bytes. at < s.n. */
parry_char_class parry_char_class_at(parry_str s, size_t at, size_t *len);

typedef struct parry_folded {
    char plain[PARRY_WORD_MAX + 1];    /* NFKC, case folded, accents dropped: the exact term */
    char accented[PARRY_WORD_MAX + 1]; /* with accents, apostrophes dropped: what a stemmer knows */
    size_t nplain, naccented;
    bool digit; /* holds an ASCII digit */
} parry_folded;

/* The normal form of one word (or of an identifier whole), cut at PARRY_WORD_MAX bytes between characters. Linear, and
 * looks at no more than the first 192 bytes. */
void parry_fold(parry_str word, parry_folded *out);
/* Accents alone, as parry_fold drops them; in place, returns the new length. */
size_t parry_fold_accents(char *p, size_t n);

/* Languages that are stemmed; the others are PARRY_LANGUAGE_NONE. */
enum { PARRY_LANGUAGE_NONE = 0, PARRY_LANGUAGES = 22 };
unsigned parry_language_of(parry_str locale);          /* of the first subtag of BCP 47 */
const char *parry_language_stemmer(unsigned language); /* its name to Xapian */
bool parry_language_elides(unsigned language);         /* l'article, dell'ordine: the apostrophe ends a word */
/* Is the exact term a stop word of the language? */
bool parry_stop_word(unsigned language, parry_str term);
bool parry_stop_words_in_order(unsigned language); /* for the test */

#ifdef __cplusplus
}
#endif
#endif
