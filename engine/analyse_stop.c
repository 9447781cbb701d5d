/* Languages and their stop words: short lists of our own, as exact terms (accents dropped), in byte order. They mark a
 * word, they do not remove it. Words that carry the meaning of a help query (not, off, out, up) are not among
 * them, nor in English the question words: "who made you" has little else. */
#include "engine/analyse_fold.h"

#include <stdlib.h>

#define LIST(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

typedef struct language {
    char code[3];
    const char *stemmer;
    bool elides;
    const char *const *stop;
    size_t nstop;
} language;

static const language languages[PARRY_LANGUAGES] = {
    [PARRY_LANGUAGE_NONE] = {"", NULL, false, NULL, 0},
    {"en", "en", false,
     LIST("a", "about", "am", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
          "does", "for", "from", "had", "has", "have", "he", "her", "him", "his", "i", "i'd", "i'll", "i'm", "i've",
          "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "she", "should", "than", "that",
          "the", "their", "them", "there", "these", "they", "this", "those", "to", "was", "we", "we'd", "we'll",
          "we're", "we've", "were", "will", "with", "would", "you", "you'll", "you're", "you've", "your")},
    {"de", "de", false,
     LIST("aber", "als", "am", "an", "auch", "auf", "aus", "bei", "bin", "bis", "bitte", "da", "das", "dass", "dem",
          "den", "der", "des", "die", "dies", "diese", "diesen", "dieser", "dieses", "du", "durch", "ein", "eine",
          "einem", "einen", "einer", "eines", "er", "es", "fur", "habe", "haben", "hat", "ich", "ihr", "ihre", "im",
          "in", "ist", "kann", "konnen", "man", "mein", "meine", "meinem", "meinen", "meiner", "mich", "mir", "mit",
          "nach", "oder", "sich", "sie", "sind", "so", "uber", "um", "und", "uns", "vom", "von", "wann", "warum", "was",
          "welche", "wenn", "werden", "wie", "wir", "wird", "wo", "zu", "zum", "zur")},
    {"fr", "fr", true,
     LIST("a", "ai", "as", "au", "aux", "avec", "ce", "ces", "cet", "cette", "comment", "d", "dans", "de", "des", "du",
          "elle", "en", "est", "et", "il", "j", "je", "l", "la", "le", "les", "leur", "m", "ma", "me", "mes", "mon",
          "n", "nos", "notre", "nous", "on", "ou", "par", "pour", "puis", "qu", "quand", "que", "quel", "quelle", "qui",
          "quoi", "s", "sa", "se", "ses", "son", "sont", "sur", "t", "ta", "tes", "ton", "tu", "un", "une", "vos",
          "votre", "vous", "y")},
    {"es", "es", false,
     LIST("a", "al", "como", "con", "cual", "cuando", "de", "del", "donde", "el", "ella", "en", "es", "esta", "este",
          "esto", "ha", "hay", "he", "la", "las", "le", "les", "lo", "los", "me", "mi", "mis", "nos", "o", "para",
          "por", "puedo", "que", "quien", "se", "si", "son", "su", "sus", "te", "tu", "un", "una", "y", "yo")},
    {"it", "it", true,
     LIST("a", "ad", "ai", "al", "alla", "alle", "c", "che", "chi", "come", "con", "cosa", "cui", "d", "da", "dal",
          "dalla", "dei", "del", "della", "delle", "di", "dove", "e", "ed", "gli", "ha", "ho", "i", "il", "in", "io",
          "l", "la", "le", "lo", "mi", "mia", "mie", "miei", "mio", "nel", "nella", "o", "per", "posso", "quale",
          "quando", "questa", "questo", "si", "sono", "su", "sul", "sulla", "ti", "tra", "tu", "un", "una", "uno",
          "vi")},
    {"pt", "pt", false,
     LIST("a", "ao", "aos", "as", "com", "como", "da", "das", "de", "do", "dos", "e", "ela", "ele", "em", "essa",
          "esse", "esta", "este", "eu", "foi", "ha", "isso", "isto", "me", "meu", "meus", "minha", "minhas", "na",
          "nas", "no", "nos", "o", "onde", "os", "ou", "para", "pela", "pelo", "por", "posso", "qual", "quando", "que",
          "quem", "se", "seu", "sua", "um", "uma", "voce")},
    {"nl", "nl", false,
     LIST("aan", "al", "als", "bij", "dan", "dat", "de", "deze", "die", "dit", "door", "een", "en", "er", "heb",
          "heeft", "het", "hoe", "ik", "in", "is", "je", "jij", "kan", "kunnen", "maar", "me", "met", "mij", "mijn",
          "naar", "of", "om", "ons", "onze", "op", "te", "tot", "u", "uw", "van", "voor", "waar", "waarom", "wanneer",
          "wat", "we", "welke", "wie", "wij", "wordt", "ze", "zich", "zij", "zijn")},
    {"sv", "sv", false,
     LIST("ar", "att", "av", "da", "de", "den", "det", "dig", "din", "du", "en", "ett", "for", "fran", "hur", "i",
          "jag", "kan", "man", "med", "men", "mig", "min", "mitt", "nar", "och", "om", "pa", "sa", "sig", "som", "till",
          "vad", "var", "vi", "vilken")},
    {"da", "da", false,
     LIST("af", "at", "de", "den", "der", "det", "dig", "din", "du", "en", "er", "et", "for", "fra", "har", "hvad",
          "hvor", "hvordan", "hvorfor", "i", "jeg", "kan", "man", "med", "men", "mig", "min", "mit", "nar", "og", "om",
          "pa", "sig", "som", "til", "vi")},
    {"no", "no", false,
     LIST("av", "de", "deg", "den", "der", "det", "din", "du", "en", "er", "et", "for", "fra", "har", "hva", "hvor",
          "hvordan", "hvorfor", "i", "jeg", "kan", "man", "med", "meg", "men", "min", "mitt", "nar", "og", "om", "pa",
          "seg", "som", "til", "vi")},
    {"fi", "fi", false,
     LIST("en", "etta", "ja", "jos", "kun", "mika", "miksi", "milloin", "mina", "miten", "niin", "on", "se", "sina",
          "tai")},
    {"ru", "ru", false,
     LIST("а", "в", "вы", "где", "для", "до", "и", "из", "или", "к", "как", "когда", "мне", "мой", "моя", "мы", "на",
          "о", "об", "от", "по", "почему", "с", "со", "то", "ты", "у", "что", "это", "я")},
    {"tr", "tr", false,
     LIST("bir", "bu", "da", "de", "icin", "ile", "mi", "nasil", "ne", "neden", "nerede", "ve", "veya")},
    {"hu", "hu", false,
     LIST("a", "az", "de", "egy", "es", "ez", "hogy", "hogyan", "is", "mi", "miert", "mikor", "vagy")},
    {"ro", "ro", false,
     LIST("a", "ca", "ce", "cu", "cum", "de", "din", "este", "in", "la", "o", "pe", "pentru", "sa", "si", "un")},
    {"ca", "ca", true,
     LIST("a", "al", "amb", "com", "d", "de", "del", "el", "els", "en", "es", "i", "l", "la", "les", "o", "per", "que",
          "un", "una")},
    {"eu", "eu", false, NULL, 0},
    {"ga", "irish", false, NULL, 0},
    {"hy", "hy", false, NULL, 0},
    {"lt", "lt", false, NULL, 0},
    {"ar", "ar", false, NULL, 0},
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

unsigned parry_language_of(parry_str locale)
{
    if (locale.n < 2 || (locale.n > 2 && locale.p[2] != '-' && locale.p[2] != '_'))
        return PARRY_LANGUAGE_NONE;
    char code[2] = {lower(locale.p[0]), lower(locale.p[1])};
    if (code[0] == 'n' && (code[1] == 'b' || code[1] == 'n')) /* both written forms of Norwegian */
        code[1] = 'o';
    for (unsigned i = 1; i < PARRY_LANGUAGES; i++)
        if (memcmp(languages[i].code, code, 2) == 0)
            return i;
    return PARRY_LANGUAGE_NONE;
}

const char *parry_language_stemmer(unsigned l) { return languages[l].stemmer; }

bool parry_language_elides(unsigned l) { return languages[l].elides; }

bool parry_stop_word(unsigned l, parry_str term)
{
    const char *const *list = languages[l].stop;
    size_t low = 0, high = languages[l].nstop;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = parry_str_cmp(parry_str_of(list[mid]), term);
        if (c == 0)
            return true;
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

bool parry_stop_words_in_order(unsigned l)
{
    for (size_t i = 1; i < languages[l].nstop; i++)
        if (strcmp(languages[l].stop[i - 1], languages[l].stop[i]) >= 0)
            return false;
    return true;
}
