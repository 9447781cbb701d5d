/* Rules for what must never be missed. Words are as desk/classify/features.h reads them: lower case, no apostrophes
 * ("wasnt").
 */
#include "desk/classify/urgency.h"

enum { GAP = 4, PHRASE_WORDS = 12 };

#define PHRASES(...)                                                                                                   \
    (const char *const[])                                                                                              \
    {                                                                                                                  \
        __VA_ARGS__, NULL                                                                                              \
    }

static const parry_urgency rules[] = {
    {"account taken over", PARRY_PRIORITY_CRITICAL, true,
     PHRASES("hacked", "hacker*", "hijack*", "took my/our account", "stranger logs in", "broke/breaks in",
             "account/shop .. compromised", "taken over .. account", "took over .. account",
             "someone/somebody/stranger/anyone .. in/into/inside .. my/our account/shop",
             "password was/got/has .. changed .. not/wasnt/didnt/without", "login/logins/signin .. wasnt/isnt me/us",
             "broke/broken/breaks into .. account/shop/portal", "phish*", "password .. stolen", "stole .. password")},
    {"fraud", PARRY_PRIORITY_CRITICAL, true,
     PHRASES("fraud*", "i/we never made/authorised/authorized/permitted", "never gave permission", "scam*",
             "identity theft", "card .. stolen", "stolen .. card", "stole .. card",
             "payment/payments/charge/charges/transaction/transactions .. never made/authorised/authorized",
             "payment/payments/charge/charges .. did not/didnt make/authorise/authorize",
             "unauthorised/unauthorized payment/payments/charge/charges/transaction/transactions/purchase/purchases",
             "bank/payout .. changed/altered .. not/wasnt/isnt us/me", "tricked into", "blackmail*",
             "demands money to")},
    {"somebody is in danger", PARRY_PRIORITY_CRITICAL, true,
     PHRASES("caught/catch/on fire", "burned/burnt/burns my/his/her/our hand/hands/skin/face/kitchen/carpet", "injur*",
             "hospital", "ambulance", "electric shock", "electrocuted", "exploded", "explosion", "gas leak", "poison*",
             "allergic reaction", "threatened", "threatens", "threatening me/us", "stalk*", "assault*",
             "attacked me/us", "bitten by", "touched my daughter/son/child", "broke our/my door",
             "afraid of him/her/them", "weapons", "suicid*", "kill myself", "police", "collapsed with .. baby")},
    {"a child", PARRY_PRIORITY_CRITICAL, true,
     PHRASES("child abuse", "grooming", "underage", "writing/texts/writes .. my/our daughter/son/child",
             "my .. daughter/son/child .. stranger/burn*/choked/swallowed/hurt", "man .. writing to him/her")},
    {"other people's data", PARRY_PRIORITY_CRITICAL, true,
     PHRASES("data breach", "data leak", "other/another peoples/persons/customers .. bank/cards/card/address/addresses",
             "other/another peoples/persons/customers .. data/details/profile/profiles/orders",
             "other/another people/person/customer .. bank/cards/card/address/addresses",
             "profile/profiles/orders/addresses/details/data .. of/from other/another",
             "see another/other/someone/somebody .. account/address/addresses/orders/profile", "opens their account",
             "customers names/addresses/data .. open/public/visible")},
    {"law", PARRY_PRIORITY_CRITICAL, true,
     PHRASES("lawyer*", "solicitor", "attorney", "legal action", "to court", "in court", "sue you", "suing", "lawsuit",
             "ombudsman", "trading standards", "consumer authority/protection")},
    {"money taken twice", PARRY_PRIORITY_HIGH, true,
     PHRASES("charged/billed/debited .. twice", "i/we paid twice", "paid twice for",
             "charged/billed/debited .. two/0 times", "double charge*", "charged double", "taken/took .. twice",
             "taken/took .. two/0 times", "withdrawals of the same")},
    {"health", PARRY_PRIORITY_HIGH, true, PHRASES("medicine", "medication", "insulin", "inhaler", "baby formula")},
    {"many are hit", PARRY_PRIORITY_HIGH, true,
     PHRASES("all/none/nobody/every .. our customers/staff/orders/shipments/listings", "all of our", "nobody can pay",
             "whole office/team/shop .. locked", "every card fails", "no new orders")},
    {"need", PARRY_PRIORITY_HIGH, false,
     PHRASES("cant/cannot .. pay .. rent/salaries/suppliers/staff", "no money for", "for .. doctor", "debt collector*",
             "account is empty")},
    {"time presses", PARRY_PRIORITY_HIGH, false,
     PHRASES("asap", "urgent*", "emergency", "immediately", "at once", "right now", "right away",
             "within .. hour/hours", "in an hour", "before .. too late", "by tonight/tomorrow/today",
             "for/is/due/until/on tomorrow", "tomorrow morning", "tonight", "within/in .. minutes", "before 0 pm/am",
             "standing still", "need it today", "today please", "deadline", "wedding", "funeral", "birthday today",
             "fly/flight/leave/leaving on", "please hurry", "stop it/them/this .. now/today/immediately")},
    {"no hurry", PARRY_PRIORITY_LOW, false,
     PHRASES("no hurry", "no rush", "not urgent", "whenever you", "just wondering", "just curious", "out of curiosity",
             "feature request", "would be nice", "some day", "suggestion")},
};

const parry_urgency *parry_urgencies(size_t *n)
{
    *n = sizeof rules / sizeof *rules;
    return rules;
}

/* ---- phrases ---- */

static bool one_meets(parry_str pattern, parry_str word)
{
    if (parry_str_ends(pattern, "*"))
        return word.n >= pattern.n - 1 && memcmp(word.p, pattern.p, pattern.n - 1) == 0;
    return parry_str_eq(pattern, word);
}

static bool meets(parry_str patterns, parry_str word)
{
    for (parry_str one; parry_str_split(&patterns, '/', &one);) {
        if (one_meets(one, word))
            return true;
    }
    return false;
}

typedef struct phrase {
    parry_str part[PHRASE_WORDS];
    size_t n;
} phrase;

static phrase parts_of(const char *text)
{
    phrase p = {.n = 0};
    parry_str rest = parry_str_of(text);
    while (p.n < PHRASE_WORDS && parry_str_split(&rest, ' ', &p.part[p.n]))
        p.n++;
    return p;
}

/* Does the phrase from its part `from` stand at word `at`? Gaps are few and short, so that this ends soon. */
static bool stands_at(const phrase *p, size_t from, const parry_terms *w, size_t at)
{
    if (from == p->n)
        return true;
    if (parry_str_eqz(p->part[from], "..")) {
        for (size_t skip = 0; skip <= GAP && at + skip < w->n; skip++) {
            if (stands_at(p, from + 1, w, at + skip))
                return true;
        }
        return false;
    }
    return at < w->n && meets(p->part[from], w->word[at]) && stands_at(p, from + 1, w, at + 1);
}

bool parry_phrase_in(const char *text, const parry_terms *words)
{
    phrase p = parts_of(text);
    for (size_t at = 0; at < words->n; at++) {
        if (stands_at(&p, 0, words, at))
            return true;
    }
    return false;
}

const parry_urgency *parry_urgency_of(const parry_terms *words)
{
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        for (const char *const *p = rules[r].phrases; *p != NULL; p++) {
            if (parry_phrase_in(*p, words))
                return &rules[r];
        }
    }
    return NULL;
}
