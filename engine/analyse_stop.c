/* Languages: their stemmers, letters and stop words. Where two are equally likely the earlier is taken.
 *
 * Stop words are short lists of our own, as exact terms (accents dropped), in byte order; for Japanese pairs of
 * hiragana, for Chinese single characters and pairs. They mark a word, they do not remove it. Words that carry the
 * meaning of a help query (not, off, out, up) are not among them, nor in English the question words: "who made you" has
 * little else. */
#include "engine/analyse_fold.h"

#include <stdlib.h>

#define LIST(...) (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)

typedef struct language {
    char code[3];
    parry_script script;
    const char *stemmer;
    parry_light_stemmer *light;
    const char *letters;
    bool elides, turkic;
    const char *const *stop;
    size_t nstop;
} language;

static const language languages[PARRY_LANGUAGES] = {
    [PARRY_LANGUAGE_NONE] = {"", PARRY_SCRIPT_NONE, NULL, NULL, "", false, false, NULL, 0},
    {"en", PARRY_SCRIPT_LATIN, "en", NULL, "", false, false,
     LIST("a", "about", "am", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
          "does", "for", "from", "had", "has", "have", "he", "her", "him", "his", "i", "i'd", "i'll", "i'm", "i've",
          "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "she", "should", "than", "that",
          "the", "their", "them", "there", "these", "they", "this", "those", "to", "was", "we", "we'd", "we'll",
          "we're", "we've", "were", "will", "with", "would", "you", "you'll", "you're", "you've", "your")},
    {"de", PARRY_SCRIPT_LATIN, "german2", NULL, "äöüß", false, false,
     LIST("aber", "als", "am", "an", "auch", "auf", "aus", "bei", "bin", "bis", "bitte", "da", "das", "dass", "dein",
          "deine", "deinen", "deiner", "dem", "den", "denn", "der", "des", "die", "dies", "diese", "diesen", "dieser",
          "dieses", "doch", "dort", "du", "durch", "ein", "eine", "einem", "einen", "einer", "eines", "er", "es", "fur",
          "gibt", "habe", "haben", "hallo", "hat", "hier", "ich", "ihr", "ihre", "im", "immer", "in", "ist", "jetzt",
          "kann", "konnen", "man", "mein", "meine", "meinem", "meinen", "meiner", "mich", "mir", "mit", "moglich",
          "muss", "musste", "nach", "nun", "ob", "oder", "schon", "sein", "seine", "sich", "sie", "sind", "so", "soll",
          "sollte", "uber", "um", "und", "uns", "unser", "unsere", "unter", "vom", "von", "vor", "wann", "war", "warum",
          "was", "welche", "wenn", "werden", "wie", "wieder", "wir", "wird", "wo", "wurde", "wurden", "zu", "zum",
          "zur")},
    {"fr", PARRY_SCRIPT_LATIN, "fr", NULL, "àâæçèéêëîïôùûüœ", true, false,
     LIST("a", "ai", "as", "au", "aurais", "aux", "avais", "avec", "avez", "avoir", "bonjour", "ce", "ces", "cet",
          "cette", "chez", "comment", "d", "dans", "de", "des", "du", "elle", "en", "est", "et", "etre", "faire",
          "fait", "ici", "il", "ils", "j", "jai", "je", "l", "la", "le", "les", "leur", "m", "ma", "mais", "me",
          "merci", "mes", "mon", "n", "ne", "nos", "notre", "nous", "on", "ont", "ou", "par", "peut", "peux", "plus",
          "pour", "pourquoi", "puis", "qu", "quand", "que", "quel", "quelle", "qui", "quoi", "s", "sa", "se", "ses",
          "si", "son", "sont", "sur", "svp", "t", "ta", "tes", "ton", "tu", "un", "une", "vos", "votre", "vous", "y")},
    {"es", PARRY_SCRIPT_LATIN, "es", NULL, "áéíñóúü¿¡", false, false,
     LIST("a", "al", "ante", "antes", "aqui", "como", "con", "cual", "cuando", "cuanto", "de", "del", "desde", "donde",
          "el", "ella", "en", "es", "esa", "ese", "eso", "esos", "esta", "estan", "este", "esto", "estoy", "fue", "ha",
          "hacer", "hay", "he", "hola", "la", "las", "le", "les", "lo", "los", "mas", "me", "mi", "mis", "muy", "nos",
          "o", "para", "pero", "por", "porque", "puedo", "pues", "que", "quien", "se", "ser", "si", "sobre", "son",
          "su", "sus", "te", "tengo", "tu", "un", "una", "y", "ya", "yo")},
    {"it", PARRY_SCRIPT_LATIN, "it", NULL, "àèéìòù", true, false,
     LIST("a", "ad", "ai", "al", "alla", "alle", "anche", "buongiorno", "c", "che", "chi", "ciao", "come", "con",
          "cosa", "cui", "d", "da", "dal", "dalla", "degli", "dei", "del", "della", "delle", "di", "dopo", "dove", "e",
          "ed", "gli", "grazie", "ha", "ho", "i", "il", "in", "io", "l", "la", "le", "lo", "ma", "mi", "mia", "mie",
          "miei", "mio", "nel", "nella", "o", "per", "perche", "piu", "posso", "puo", "quale", "quando", "questa",
          "questo", "si", "sono", "su", "sul", "sulla", "ti", "tra", "tu", "un", "una", "uno", "vi")},
    {"pt", PARRY_SCRIPT_LATIN, "pt", NULL, "àáâãçéêíóôõú", false, false,
     LIST("a", "ao", "aos", "as", "com", "como", "da", "das", "de", "depois", "do", "dos", "e", "ela", "ele", "em",
          "essa", "esse", "esta", "este", "estou", "eu", "foi", "ha", "isso", "isto", "ja", "mais", "mas", "me", "meu",
          "meus", "minha", "minhas", "muito", "na", "nas", "no", "nos", "o", "ola", "onde", "os", "ou", "para", "pela",
          "pelo", "por", "porque", "posso", "qual", "quando", "que", "quem", "sao", "se", "ser", "seu", "sua", "tem",
          "tenho", "um", "uma", "voce")},
    {"nl", PARRY_SCRIPT_LATIN, "nl", NULL, "éëïóöü", false, false,
     LIST("aan", "al", "als", "bij", "dan", "dat", "de", "deze", "die", "dit", "door", "dus", "een", "en", "er", "heb",
          "heeft", "het", "hoe", "hun", "ik", "in", "is", "je", "jij", "jullie", "kan", "kun", "kunnen", "maar", "me",
          "met", "mij", "mijn", "naar", "nog", "of", "om", "omdat", "ons", "onze", "ook", "op", "over", "te", "toch",
          "tot", "u", "uit", "uw", "van", "voor", "waar", "waarom", "wanneer", "was", "wat", "we", "welke", "wie",
          "wij", "worden", "wordt", "zal", "ze", "zich", "zij", "zijn", "zou")},
    {"sv", PARRY_SCRIPT_LATIN, "sv", NULL, "åäéö", false, false,
     LIST("alla", "ar", "att", "av", "da", "de", "den", "det", "detta", "dig", "din", "du", "efter", "eller", "en",
          "ett", "for", "fran", "har", "hon", "hur", "i", "jag", "kan", "kunna", "man", "med", "men", "mig", "min",
          "mina", "mitt", "nar", "ni", "nu", "och", "om", "pa", "sa", "sig", "ska", "skulle", "som", "till", "vad",
          "var", "vara", "varfor", "vart", "vi", "vilken")},
    {"da", PARRY_SCRIPT_LATIN, "da", NULL, "æøåé", false, false,
     LIST("af", "alle", "at", "blive", "de", "den", "der", "det", "dig", "din", "du", "efter", "eller", "en", "er",
          "et", "for", "fra", "har", "hvad", "hvor", "hvordan", "hvorfor", "i", "jeg", "kan", "kunne", "man", "med",
          "men", "mig", "min", "mine", "mit", "nar", "nu", "og", "om", "pa", "sig", "skal", "skulle", "som", "til",
          "vaere", "var", "vi")},
    {"no", PARRY_SCRIPT_LATIN, "no", NULL, "æøåé", false, false,
     LIST("alle", "av", "blir", "de", "deg", "den", "der", "det", "din", "du", "eller", "en", "er", "et", "etter",
          "for", "fra", "har", "hva", "hvor", "hvordan", "hvorfor", "i", "jeg", "kan", "kunne", "man", "med", "meg",
          "men", "min", "mine", "mitt", "na", "nar", "og", "om", "pa", "seg", "skal", "skulle", "som", "til", "vaere",
          "var", "vi")},
    {"fi", PARRY_SCRIPT_LATIN, "fi", NULL, "äöå", false, false,
     LIST("en", "etta", "han", "he", "ja", "jo", "jos", "kuin", "kuinka", "kun", "me", "mika", "miksi", "milloin",
          "mina", "minun", "missa", "miten", "mutta", "ne", "niin", "nyt", "olen", "on", "ovat", "se", "sen", "sina",
          "tai", "tama", "voi", "voin")},
    {"ru", PARRY_SCRIPT_CYRILLIC, "ru", NULL, "ёъыэ", false, false,
     LIST("а", "бы", "был", "была", "было", "в", "вам", "вас", "во", "вот", "все", "вы", "где", "да", "для", "до", "ее",
          "если", "есть", "еще", "же", "за", "здравствуйте", "и", "из", "или", "их", "к", "как", "какой", "ко", "когда",
          "который", "ли", "меня", "мне", "моего", "моей", "можно", "мои", "моих", "мой", "моя", "мы", "на", "надо",
          "нас", "наш", "но", "о", "об", "он", "она", "они", "от", "по", "почему", "при", "с", "со", "так", "там", "то",
          "только", "ты", "у", "уже", "чего", "чем", "что", "чтобы", "это", "этот", "эту", "я")},
    {"tr", PARRY_SCRIPT_LATIN, "tr", NULL, "çğıöşüâ", false, true,
     LIST("ama", "artik", "bana", "ben", "beni", "benim", "bir", "bu", "bunu", "cok", "da", "daha", "de", "diye",
          "gibi", "hala", "hangi", "hem", "her", "icin", "ile", "ise", "kadar", "ki", "lutfen", "merhaba", "mi", "mu",
          "nasil", "ne", "neden", "nerede", "nereden", "niye", "o", "olarak", "oldu", "olur", "once", "sonra", "su",
          "var", "ve", "veya", "ya")},
    {"hu", PARRY_SCRIPT_LATIN, "hu", NULL, "áéíóöőúüű", false, false,
     LIST("a", "az", "be", "csak", "de", "egy", "el", "en", "es", "ez", "fel", "ha", "hogy", "hogyan", "is", "ki", "le",
          "meg", "mert", "mi", "miert", "mikor", "milyen", "mint", "nekem", "vagy", "van", "volt")},
    {"ro", PARRY_SCRIPT_LATIN, "ro", NULL, "ăâîșşțţ", false, false,
     LIST("a", "aceasta", "acest", "al", "ale", "am", "are", "as", "au", "ca", "cand", "care", "ce", "cu", "cum", "de",
          "din", "el", "este", "eu", "fi", "fost", "in", "la", "ma", "mai", "mea", "meu", "mi", "o", "pe", "pentru",
          "sa", "se", "si", "sunt", "un", "unde", "une", "va")},
    {"ca", PARRY_SCRIPT_LATIN, "ca", NULL, "àçèéíïòóúü·", true, false,
     LIST("a", "al", "amb", "com", "d", "de", "del", "el", "els", "en", "es", "i", "l", "la", "les", "o", "per", "que",
          "un", "una")},
    {"eu", PARRY_SCRIPT_LATIN, "eu", NULL, "ñ", false, false, NULL, 0},
    {"ga", PARRY_SCRIPT_LATIN, "irish", NULL, "áéíóú", false, false, NULL, 0},
    {"hy", PARRY_SCRIPT_OTHER, "hy", NULL, "", false, false, NULL, 0},
    {"lt", PARRY_SCRIPT_LATIN, "lt", NULL, "ąčęėįšųūž", false, false, NULL, 0},
    {"ar", PARRY_SCRIPT_ARABIC, NULL, parry_stem_arabic, "", false, false,
     LIST("اذا", "اريد", "التي", "الذي", "الي", "ان", "انا", "او", "اي", "بعد", "به", "بها", "تم", "ثم", "ذلك", "علي",
          "عليه", "عن", "عند", "عندي", "فقط", "في", "قد", "كان", "كم", "كيف", "لدي", "لقد", "لكن", "لماذا", "له", "لي",
          "ما", "متي", "مع", "من", "منذ", "هذا", "هذه", "هل", "هنا", "هو", "هي", "و", "وين", "يا", "يتم")},
    {"id", PARRY_SCRIPT_LATIN, "indonesian", NULL, "", false, false,
     LIST("ada", "adalah", "agar", "akan", "anda", "apa", "apakah", "atau", "bagaimana", "bagi", "bisa", "dan", "dari",
          "dengan", "di", "dia", "ini", "itu", "juga", "kami", "kapan", "karena", "ke", "kenapa", "kita", "mana",
          "mengapa", "pada", "saya", "sudah", "telah", "untuk", "yang")},
    {"ne", PARRY_SCRIPT_OTHER, "nepali", NULL, "", false, false, NULL, 0},
    {"ta", PARRY_SCRIPT_OTHER, "tamil", NULL, "", false, false, NULL, 0},
    {"pl", PARRY_SCRIPT_LATIN, NULL, parry_stem_polish, "ąćęłńóśźż", false, false,
     LIST("a", "aby", "ale", "bo", "by", "byc", "bylo", "co", "czy", "dla", "do", "gdy", "gdzie", "i", "ich", "ile",
          "jak", "jaki", "jako", "jest", "jestem", "juz", "kiedy", "kto", "ktora", "ktore", "ktory", "ma", "mam", "mi",
          "mnie", "moge", "moj", "moja", "moje", "mozna", "na", "nad", "o", "od", "on", "ona", "oraz", "po", "pod",
          "przez", "przy", "sa", "sie", "skad", "ta", "tak", "tam", "te", "tego", "tej", "to", "w", "we", "z", "za",
          "ze")},
    {"cs", PARRY_SCRIPT_LATIN, NULL, parry_stem_czech, "áčďéěíňóřšťúůýž", false, false,
     LIST("a", "aby", "ale", "by", "bych", "co", "do", "i", "ja", "jak", "jake", "je", "jsem", "jsou", "k", "kde",
          "kdy", "kdyz", "kolik", "mam", "me", "mi", "moje", "muj", "muze", "na", "nebo", "o", "od", "po", "pro",
          "proc", "s", "se", "si", "to", "u", "uz", "v", "ve", "z", "za", "ze")},
    {"sk", PARRY_SCRIPT_LATIN, NULL, parry_stem_czech, "áäčďéíĺľňóôŕšťúýž", false, false, NULL, 0},
    {"hr", PARRY_SCRIPT_LATIN, NULL, NULL, "čćđšž", false, false, NULL, 0},
    {"uk", PARRY_SCRIPT_CYRILLIC, NULL, parry_stem_ukrainian, "єіїґ", false, false,
     LIST("а", "або", "але", "в", "ви", "все", "від", "де", "для", "до", "же", "з", "за", "к", "коли", "ли", "мене",
          "мені", "ми", "можна", "моя", "мій", "на", "не", "о", "от", "по", "при", "та", "так", "те", "ти", "то", "у",
          "це", "цей", "чи", "чому", "що", "щоб", "я", "як", "який", "є", "і", "із")},
    {"bg", PARRY_SCRIPT_CYRILLIC, NULL, NULL, "ъ", false, false, NULL, 0},
    {"el", PARRY_SCRIPT_GREEK, NULL, parry_stem_greek, "", false, false,
     LIST("αν", "απο", "αυτο", "για", "ειναι", "εχω", "η", "θα", "και", "με", "μια", "μου", "να", "ο", "οι", "οταν",
          "που", "πωσ", "σασ", "σε", "στη", "στην", "στο", "στον", "τα", "τη", "την", "τησ", "τι", "το", "τον", "του",
          "των")},
    {"he", PARRY_SCRIPT_HEBREW, NULL, NULL, "", false, false,
     LIST("אבל", "או", "איך", "אם", "אני", "את", "הוא", "היא", "זה", "כי", "כמה", "לי", "מה", "מי", "מתי", "עוד", "על",
          "עם", "של")},
    {"fa", PARRY_SCRIPT_ARABIC, NULL, NULL, "پچژگکی", false, false, NULL, 0},
    {"az", PARRY_SCRIPT_LATIN, NULL, NULL, "əçğıöşü", false, true, NULL, 0},
    {"vi", PARRY_SCRIPT_LATIN, NULL, NULL, "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", false,
     false,
     LIST("anh", "ban", "bi", "cac", "cach", "cai", "cho", "co", "cua", "da", "de", "duoc", "em", "gi", "hay", "khi",
          "la", "lai", "lam", "mot", "nao", "nay", "nhu", "nhung", "o", "sao", "the", "thi", "toi", "trong", "tu", "va",
          "ve", "voi")},
    {"hi", PARRY_SCRIPT_OTHER, NULL, NULL, "", false, false, NULL, 0},
    {"ja", PARRY_SCRIPT_KANA, NULL, NULL, "", false, false,
     LIST("から", "こと", "この", "した", "して", "する", "せん", "その", "たい", "って", "です", "では", "とは",
          "など", "にて", "には", "ので", "のに", "まし", "ます", "ませ", "また", "れる")},
    {"zh", PARRY_SCRIPT_HAN, NULL, NULL, "", false, false,
     LIST("个", "么", "也", "了", "什么", "你", "可以", "吗", "吧", "呢", "和", "啊", "在", "就", "怎么", "您", "我",
          "我的", "是", "有", "的", "着", "过", "还", "这", "那", "都")},
    {"ko", PARRY_SCRIPT_HANGUL, NULL, NULL, "", false, false, NULL, 0},
    {"th", PARRY_SCRIPT_THAI, NULL, NULL, "", false, false, NULL, 0},
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

parry_light_stemmer *parry_language_light(unsigned l) { return languages[l].light; }

bool parry_language_stems(unsigned l) { return languages[l].stemmer != NULL || languages[l].light != NULL; }

const char *parry_language_code(unsigned l) { return languages[l].code; }

const char *parry_language_stemmer(unsigned l) { return languages[l].stemmer; }

parry_script parry_language_script(unsigned l) { return languages[l].script; }

const char *parry_language_letters(unsigned l) { return languages[l].letters; }

bool parry_language_elides(unsigned l) { return languages[l].elides; }

bool parry_language_turkic(unsigned l) { return languages[l].turkic; }

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
