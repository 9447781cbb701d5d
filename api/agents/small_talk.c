/* Phrases over folded words. */
#include "api/agents/small_talk.h"

#include "engine/analyse_fold.h"

typedef struct phrase {
    const char *text; /* folded words, one space between */
    parry_talk talk;
} phrase;

#define HI PARRY_TALK_GREETING
#define THANKS PARRY_TALK_THANKS
#define BYE PARRY_TALK_FAREWELL
static const phrase phrases[] = {
    {"hi", HI},
    {"hi there", HI},
    {"hello", HI},
    {"hello there", HI},
    {"helo", HI},
    {"hey", HI},
    {"hey there", HI},
    {"hiya", HI},
    {"greetings", HI},
    {"good morning", HI},
    {"good afternoon", HI},
    {"good evening", HI},
    {"good day", HI},
    {"dear sir", HI},
    {"dear sir or madam", HI},
    {"how are you", HI},
    {"anyone there", HI},
    {"is anyone there", HI},
    {"thanks", THANKS},
    {"thanks a lot", THANKS},
    {"thanks so much", THANKS},
    {"many thanks", THANKS},
    {"thank you", THANKS},
    {"thank you so much", THANKS},
    {"thank you very much", THANKS},
    {"thx", THANKS},
    {"ty", THANKS},
    {"cheers", THANKS},
    {"ok", THANKS},
    {"okay", THANKS},
    {"k", THANKS},
    {"great", THANKS},
    {"perfect", THANKS},
    {"awesome", THANKS},
    {"cool", THANKS},
    {"got it", THANKS},
    {"that helps", THANKS},
    {"that helped", THANKS},
    {"that worked", THANKS},
    {"it worked", THANKS},
    {"that s all", THANKS},
    {"thats all", THANKS},
    {"bye", BYE},
    {"bye bye", BYE},
    {"goodbye", BYE},
    {"good bye", BYE},
    {"see you", BYE},
    {"have a nice day", BYE},
    {"have a good day", BYE},
    {"good night", BYE},
    {"hallo", HI},
    {"guten tag", HI},
    {"guten morgen", HI},
    {"guten abend", HI},
    {"moin", HI},
    {"servus", HI},
    {"danke", THANKS},
    {"danke schon", THANKS},
    {"vielen dank", THANKS},
    {"besten dank", THANKS},
    {"alles klar", THANKS},
    {"tschuss", BYE},
    {"auf wiedersehen", BYE},
    {"bonjour", HI},
    {"bonsoir", HI},
    {"salut", HI},
    {"merci", THANKS},
    {"merci beaucoup", THANKS},
    {"d accord", THANKS},
    {"parfait", THANKS},
    {"au revoir", BYE},
    {"bonne journee", BYE},
    {"hola", HI},
    {"buenos dias", HI},
    {"buenas tardes", HI},
    {"buenas noches", HI},
    {"buenas", HI},
    {"gracias", THANKS},
    {"muchas gracias", THANKS},
    {"vale", THANKS},
    {"adios", BYE},
    {"hasta luego", BYE},
    {"ciao", HI},
    {"buongiorno", HI},
    {"buonasera", HI},
    {"salve", HI},
    {"grazie", THANKS},
    {"grazie mille", THANKS},
    {"arrivederci", BYE},
    {"ola", HI},
    {"bom dia", HI},
    {"boa tarde", HI},
    {"boa noite", HI},
    {"obrigado", THANKS},
    {"obrigada", THANKS},
    {"muito obrigado", THANKS},
    {"muito obrigada", THANKS},
    {"tchau", BYE},
    {"goedemorgen", HI},
    {"goedemiddag", HI},
    {"goedenavond", HI},
    {"goedendag", HI},
    {"hoi", HI},
    {"dank je", THANKS},
    {"dank je wel", THANKS},
    {"dank u", THANKS},
    {"dank u wel", THANKS},
    {"bedankt", THANKS},
    {"tot ziens", BYE},
    {"doei", BYE},
    {"czesc", HI},
    {"dzien dobry", HI},
    {"dobry wieczor", HI},
    {"witam", HI},
    {"dzieki", THANKS},
    {"dziekuje", THANKS},
    {"do widzenia", BYE},
};

/* Asking for a person: one of `first`, at most REACH words, then one of `second`; or a whole message that is one of
 * `alone`, a "please" aside. */
enum { REACH = 4 };
static const char *const first[] = {"talk",     "speak",   "chat",      "connect",   "transfer", "forward",
                                    "need",     "want",    "get",       "reach",     "give",     "put",
                                    "sprechen", "reden",   "verbinden", "parler",    "hablar",   "parlare",
                                    "falar",    "spreken", "praten",    "rozmawiac", "rozmowa",  "porozmawiac"};
static const char *const second[] = {
    "human",         "humans",         "human being",  "real person",      "live person",
    "live agent",    "support agent",  "agent",        "operator",         "representative",
    "rep",           "advisor",        "adviser",      "customer service", "customer support",
    "someone real",  "menschen",       "mitarbeiter",  "mitarbeiterin",    "kundendienst",
    "kundenservice", "conseiller",     "humain",       "agente",           "persona",
    "humano",        "operatore",      "atendente",    "pessoa",           "medewerker",
    "mens",          "klantenservice", "konsultantem", "czlowiekiem"};
/* After these alone, since one may well need or want somebody who is no agent. */
static const char *const said[] = {"talk", "speak", "chat", "connect"};
static const char *const anybody[] = {"person",    "someone", "somebody", "people", "your team", "support", "jemandem",
                                      "quelqu un", "alguien", "qualcuno", "alguem", "iemand",    "kims"};
static const char *const alone[] = {
    "human",          "agent",       "operator",   "representative", "live agent",  "live chat",
    "real person",    "a human",     "a person",   "person",         "human agent", "customer service",
    "speak to agent", "mitarbeiter", "mensch",     "conseiller",     "agente",      "operador",
    "operatore",      "atendente",   "medewerker", "konsultant"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* ---- words --------------------------------------------------------------------------------------------------------
 */

typedef struct word {
    char text[PARRY_WORD_MAX + 1]; /* folded */
    size_t start, end;             /* bytes of the message */
} word;

typedef struct words {
    word list[PARRY_TALK_WORDS];
    size_t n;
    bool more; /* than fit */
} words;

static void add_word(words *w, parry_str message, size_t start, size_t end)
{
    parry_folded folded;
    if (w->n == PARRY_TALK_WORDS) {
        w->more = true;
        return;
    }
    parry_fold(parry_str_make(message.p + start, end - start), false, &folded);
    word *next = &w->list[w->n++];
    memcpy(next->text, folded.plain, folded.nplain);
    next->text[folded.nplain] = 0;
    next->start = start;
    next->end = end;
}

/* Apostrophes part words here, so that "that's" needs one spelling in the tables. */
static void read_words(parry_str message, words *w)
{
    size_t start = 0, len;
    bool inside = false;
    for (size_t at = 0; at < message.n && !w->more; at += len) {
        parry_char_class c = parry_char_class_at(message, at, &len);
        bool belongs = c == PARRY_CHAR_WORD || c == PARRY_CHAR_DENSE || (inside && c == PARRY_CHAR_EXTEND);
        if (belongs && !inside)
            start = at;
        else if (!belongs && inside)
            add_word(w, message, start, at);
        inside = belongs;
    }
    if (inside)
        add_word(w, message, start, message.n);
}

/* How many words from `at` on the phrase takes; 0: it does not stand there. */
static size_t stands_at(const words *w, size_t at, const char *text)
{
    parry_str rest = parry_str_of(text), piece;
    size_t n = 0;
    for (; rest.n > 0 && parry_str_split(&rest, ' ', &piece); n++)
        if (at + n >= w->n || !parry_str_eqz(piece, w->list[at + n].text))
            return 0;
    return n;
}

/* ---- small talk ---------------------------------------------------------------------------------------------------
 */

/* The longest phrase that stands there. */
static size_t phrase_at(const words *w, size_t at, parry_talk *talk)
{
    size_t most = 0;
    for (size_t i = 0; i < COUNT(phrases); i++) {
        size_t n = stands_at(w, at, phrases[i].text);
        if (n > most) {
            most = n;
            *talk = phrases[i].talk;
        }
    }
    return most;
}

/* Words [*from, *to) without greetings before and thanks or farewells after; what was said, where that is all. */
static parry_talk strip(const words *w, size_t *from, size_t *to)
{
    parry_talk talk = PARRY_TALK_NEED, all = PARRY_TALK_NEED;
    size_t n;
    for (; *from < w->n && (n = phrase_at(w, *from, &talk)) > 0; *from += n)
        all = talk > all ? talk : all;
    if (*from == w->n)
        return all;
    if (all > PARRY_TALK_GREETING) /* "great, but where is it": the great one may mean something */
        *from = 0;
    for (size_t at = *from; at < w->n; at++) {
        size_t end = at;
        while (end < w->n && (n = phrase_at(w, end, &talk)) > 0 && talk != PARRY_TALK_GREETING)
            end += n;
        if (end == w->n && at > *from) {
            *to = at;
            break;
        }
    }
    return PARRY_TALK_NEED;
}

/* ---- a person -----------------------------------------------------------------------------------------------------
 */

static bool one_of(const words *w, size_t at, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (stands_at(w, at, list[i]) > 0)
            return true;
    return false;
}

static bool within_reach(const words *w, size_t at, const char *const *list, size_t n)
{
    for (size_t i = at + 1; i < w->n && i <= at + REACH; i++)
        if (one_of(w, i, list, n))
            return true;
    return false;
}

static bool asks_person(const words *w)
{
    for (size_t at = 0; at < w->n; at++) {
        if (one_of(w, at, first, COUNT(first)) && within_reach(w, at, second, COUNT(second)))
            return true;
        if (one_of(w, at, said, COUNT(said)) && within_reach(w, at, anybody, COUNT(anybody)))
            return true;
    }
    size_t n = w->n > 0 && stands_at(w, w->n - 1, "please") > 0 ? w->n - 1 : w->n;
    for (size_t i = 0; i < COUNT(alone); i++)
        if (n > 0 && stands_at(w, 0, alone[i]) == n)
            return true;
    return false;
}

/* -------------------------------------------------------------------------------------------------------------------
 */

const char *parry_talk_name(parry_talk t)
{
    switch (t) {
    case PARRY_TALK_NEED:
        return "need";
    case PARRY_TALK_GREETING:
        return "greeting";
    case PARRY_TALK_THANKS:
        return "thanks";
    case PARRY_TALK_FAREWELL:
        return "farewell";
    }
    return "";
}

parry_small_talk parry_small_talk_read(parry_str message)
{
    words w;
    w.n = 0;
    w.more = false;
    parry_small_talk out = {PARRY_TALK_NEED, parry_str_trim(message), false};
    read_words(message, &w);
    if (w.n == 0) { /* "???", a smile, nothing */
        out.talk = PARRY_TALK_THANKS;
        out.rest.n = 0;
        return out;
    }
    out.person = asks_person(&w);
    size_t from = 0, to = w.n;
    out.talk = w.more ? PARRY_TALK_NEED : strip(&w, &from, &to);
    if (out.talk != PARRY_TALK_NEED)
        out.rest.n = 0;
    else if (from > 0 || to < w.n)
        out.rest = parry_str_trim(parry_str_make(message.p + w.list[from].start,
                                                 (to < w.n ? w.list[to].start : message.n) - w.list[from].start));
    return out;
}
