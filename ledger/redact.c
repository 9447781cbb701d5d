/* Redaction in three steps: a plain copy of the text (its shadow) with a map back; each pattern over the shadow, where
 * what it finds is blotted out; the text again, with the blots named. */
#include "ledger/redact.h"

#include "base/file.h"
#include "ledger/redact_rules.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unictype.h>

enum { MATCH_LIMIT = 200000, OWN_MATCH_LIMIT = 20000, BLOT = 0x01 };

/* A candidate of a pattern: how much of it is the thing, from its beginning; 0: it is not one. */
typedef size_t (*checker)(parry_str candidate);

typedef struct rule {
    parry_personal kind;
    const char *pattern; /* where group 1 took part, that is what goes; else all of it */
    checker check;       /* NULL: the pattern says it all */
} rule;

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_alnum(char c) { return is_digit(c) || is_letter(c); }

/* ISO/IEC 7812-1, annex B. */
static bool luhn(const char *digits, size_t n)
{
    unsigned sum = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned d = (unsigned)(digits[n - 1 - i] - '0');
        if (i % 2 == 1)
            d = d > 4 ? 2 * d - 9 : 2 * d;
        sum += d;
    }
    return sum % 10 == 0;
}

/* The longest run of 13 to 19 digits, ending where digits end for a while, that has its check digit. */
static size_t card(parry_str s)
{
    char digits[20];
    size_t n = 0, best = 0;
    for (size_t i = 0; i < s.n && n < 19; i++) {
        if (!is_digit(s.p[i]))
            continue;
        digits[n++] = s.p[i];
        bool ends = i + 1 == s.n || !is_digit(s.p[i + 1]);
        if (n >= 13 && ends && luhn(digits, n))
            best = i + 1;
    }
    return best;
}

/* ISO 13616: the first four behind the rest, letters as 10 to 35, modulo 97 is 1. */
static bool iban_right(const char *s, size_t n)
{
    unsigned rest = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s[(i + 4) % n];
        unsigned v = is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
        rest = (v < 10 ? rest * 10 + v : rest * 100 + v) % 97;
    }
    return rest == 1;
}

static size_t iban(parry_str s)
{
    char packed[34];
    size_t n = 0, best = 0;
    for (size_t i = 0; i < s.n && n < sizeof packed; i++) {
        if (!is_alnum(s.p[i]))
            continue;
        packed[n++] = s.p[i];
        bool ends = i + 1 == s.n || !is_alnum(s.p[i + 1]);
        if (n >= 15 && ends && iban_right(packed, n))
            best = i + 1;
    }
    return best;
}

static size_t ipv6(parry_str s)
{
    char z[INET6_ADDRSTRLEN + 1] = "";
    struct in6_addr address;
    size_t colons = 0, digits = 0;
    if (s.n > 2 && s.p[s.n - 1] == ':' && s.p[s.n - 2] != ':') /* "from fe80::1: no reply" */
        s.n--;
    if (s.n >= sizeof z)
        return 0;
    memcpy(z, s.p, s.n);
    for (size_t i = 0; i < s.n; i++) {
        colons += z[i] == ':';
        digits += is_digit(z[i]);
    }
    return colons >= 2 && digits > 0 && inet_pton(AF_INET6, z, &address) == 1 ? s.n : 0;
}

static size_t phone(parry_str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++)
        digits += is_digit(s.p[i]);
    return digits >= 6 && digits <= 15 ? s.n : 0;
}

/* Long, and of letters and digits so mixed that nobody thought of it. */
static size_t token(parry_str s)
{
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i < s.n; i++) {
        digits += is_digit(s.p[i]);
        letters += is_letter(s.p[i]);
    }
    return digits >= 3 && letters >= 3 ? s.n : 0;
}

/* Digits of it, and no more. */
static size_t luhn_digits(parry_str s)
{
    char digits[64];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof digits; i++) {
        if (is_digit(s.p[i]))
            digits[n++] = s.p[i];
    }
    return n > 1 && luhn(digits, n) ? s.n : 0;
}

/* Spain's DNI and NIE: the letter is the number modulo 23. */
static size_t dni(parry_str s)
{
    static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
    unsigned number = 0, digits = 0;
    char first = (char)(s.p[0] & ~0x20), last = (char)(s.p[s.n - 1] & ~0x20);
    if (first >= 'X' && first <= 'Z') {
        number = (unsigned)(first - 'X');
        digits = 1;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (is_digit(s.p[i])) {
            number = number * 10 + (unsigned)(s.p[i] - '0');
            digits++;
        }
    }
    return digits == 8 && letters[number % 23] == last ? s.n : 0;
}

/* Italy's codice fiscale: 16 letters and digits, the last of them a check (D.M. 12 March 1974, annex). */
static size_t codice(parry_str s)
{
    static const unsigned char odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                        20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    unsigned sum = 0;
    for (size_t i = 0; i + 1 < s.n; i++) {
        char c = s.p[i];
        unsigned v = is_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a');
        sum += i % 2 == 0 ? odd[v] : v;
    }
    return sum % 26 == (unsigned)((s.p[s.n - 1] | 0x20) - 'a') ? s.n : 0;
}

/* Brazil's CPF: two check digits modulo 11. */
static size_t cpf(parry_str s)
{
    unsigned d[11], n = 0;
    for (size_t i = 0; i < s.n && n < 11; i++) {
        if (is_digit(s.p[i]))
            d[n++] = (unsigned)(s.p[i] - '0');
    }
    for (unsigned at = 9; at < 11 && n == 11; at++) {
        unsigned sum = 0;
        for (unsigned i = 0; i < at; i++)
            sum += d[i] * (at + 1 - i);
        if (sum * 10 % 11 % 10 != d[at])
            return 0;
    }
    return n == 11 ? s.n : 0;
}

/* ---- the patterns ------------------------------------------------------------------------------------------------ */

#define DOMAIN "[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,6}"
#define SECRET                                                                                                         \
    "(?:pass(?:word|wort|code|phrase)?|pwd|pin|otp|tan|cvv|cvc|secret|token|api[ _-]?key|kennwort|sig|signature)"
#define CUE                                                                                                            \
    "(?:order|purchase|invoice|ticket|case|customer|account|tracking|reference|ref|booking|shipment|parcel|"           \
    "transaction|rma|bestellung|bestell|auftrags?|rechnungs?|kunden?|sendungs?|commande|facture|pedido|factura|"       \
    "ordine|ordre|fattura|zam\\w{1,3}wieni\\w)"
#define NO_YEAR "(?!(?:19|20)\\d\\d\\b(?!-\\d))"
#define NO_DATES                                                                                                       \
    "(?:\\b\\d{4}[-./]\\d{1,2}[-./]\\d{1,2}\\b|\\b\\d{1,2}[-./]\\d{1,2}[-./](?:19|20)\\d\\d\\b)(*SKIP)(*F)|"

static const rule rules[] = {
    {PARRY_PERSONAL_KEY,
     "-----BEGIN [A-Z ]{0,40}KEY[A-Z ]{0,10}-----[\\s\\S]{0,8192}?(?:-----END [A-Z ]{0,60}-----|\\z)", NULL},
    {PARRY_PERSONAL_KEY, "(?-i:\\beyJ[\\w-]{5,4096}\\.[\\w-]{2,8192}(?:\\.[\\w-]{0,2048})?)", NULL},
    {PARRY_PERSONAL_KEY,
     "\\b(?:(?:sk|pk|rk|whsec)[_-](?=[\\w-]{0,200}\\d)[\\w-]{8,200}|gh[opusr]_\\w{20,255}|github_pat_\\w{20,255}|"
     "glpat-[\\w-]{16,255}|xox[abeprs]-[\\w-]{10,255}|npm_\\w{30,255}|hf_\\w{30,255}|shp(?:at|ss|ca)_\\w{20,255}|"
     "ya29\\.[\\w-]{20,1024}|SG\\.[\\w-]{16,255}\\.[\\w-]{16,255})",
     NULL},
    {PARRY_PERSONAL_KEY, "(?-i:\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b|\\bAIza[\\w-]{30,60})", NULL},
    {PARRY_PERSONAL_KEY, "\\b(?:bearer|basic)\\s{1,4}(?=\\S{0,200}\\d)([\\w.~+/=-]{12,4096})", NULL},
    {PARRY_PERSONAL_KEY, SECRET "\\s{0,4}=\\s{0,4}([^\\s&]{3,512})", NULL},
    {PARRY_PERSONAL_KEY, "\\b" SECRET "\\s{0,4}(?::|is|ist|lautet|->)\\s{1,4}(?=\\S{0,200}[\\d@#$%^&*])(\\S{3,200})",
     NULL},
    {PARRY_PERSONAL_KEY, "\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b", NULL},
    {PARRY_PERSONAL_KEY, "(?<!\\w)\\w{24,512}+", token},
    {PARRY_PERSONAL_EMAIL, "(?<![\\w.+'-])[\\w.+'-]{1,64}@(?:" DOMAIN "|[\\w-]{0,40}[a-z][\\w-]{3,40})", NULL},
    {PARRY_PERSONAL_EMAIL, "\"[^\"\\r\\n]{1,64}\"@" DOMAIN, NULL},
    {PARRY_PERSONAL_EMAIL,
     "(?<![\\w.+-])[\\w.+-]{1,64}\\s?(?:\\(at\\)|\\[at\\]|\\{at\\}|<at>)\\s?[\\w-]{1,63}"
     "(?:\\s?(?:\\.|\\(dot\\)|\\[dot\\]|\\{dot\\}|<dot>)\\s?[\\w-]{1,63}){1,5}",
     NULL},
    {PARRY_PERSONAL_EMAIL, "(?<![\\w.+-])[\\w.+-]{1,64} at [\\w-]{2,63} dot [a-z]{2,12}\\b", NULL},
    {PARRY_PERSONAL_IBAN, "(?<!\\w)[a-z]{2}\\d\\d(?:[ -]?[a-z0-9]){11,30}", iban},
    {PARRY_PERSONAL_ID, "(?<!\\w)[xyz]?[ -]?\\d{7,8}[ -]?[a-z](?!\\w)", dni},
    {PARRY_PERSONAL_ID, "(?<!\\w)[a-z]{6}\\d{2}[a-ehlmprst]\\d{2}[a-z]\\d{3}[a-z](?!\\w)", codice},
    {PARRY_PERSONAL_ID, "(?<!\\w)\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}(?!\\w)", cpf},
    {PARRY_PERSONAL_ID, /* Britain's National Insurance number has no check; but no other thing looks so */
     "(?<!\\w)(?!bg|gb|nk|kn|tn|nt|zz)[abceghj-prstw-z][abceghj-nprstw-z] ?\\d\\d ?\\d\\d ?\\d\\d ?[a-d](?!\\w)", NULL},
    {PARRY_PERSONAL_CARD, "(?<!\\w)\\d(?:[ .+-]?\\d){12,22}", card},
    {PARRY_PERSONAL_IP, "(?<![\\w:.])[0-9a-f:]{2,39}(?:(?:\\.\\d{1,3}){3})?(?!\\w)", ipv6},
    {PARRY_PERSONAL_IP,
     "(?<![\\w.])(?<!version )(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?!\\w|\\.\\d)",
     NULL},
    {PARRY_PERSONAL_IP, "(?<![\\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\\w:-])", NULL},
    {PARRY_PERSONAL_ORDER, "\\b\\d{3}-\\d{7}-\\d{7}\\b|\\b1Z[0-9A-Z]{16}\\b", NULL},
    {PARRY_PERSONAL_PHONE, "(?<![\\w.+])(?:\\+|00(?=[1-9]))[\\s(]{0,2}\\d(?:[ ().\\/-]{0,3}\\d){6,14}(?!\\w)", phone},
    {PARRY_PERSONAL_PHONE, "(?<![\\w.+-])(?:1[ .-]?)?\\(?\\d{3}\\)?[ .-]?\\d{3}[ .-]\\d{4}(?!\\w)", NULL},
    {PARRY_PERSONAL_PHONE, NO_DATES "(?<![\\w.,-])\\(?0\\d(?:[ ().\\/-]{0,2}\\d){6,12}(?!\\w)", phone},
    {PARRY_PERSONAL_PHONE,
     "\\b(?:phone|tel|telefon|telephone|mobile|mobil|cell|handy|whatsapp|fax|call me|text me)\\b\\.?"
     "(?:\\s{0,2}(?:number|nummer|no|nr|is|ist|at|on|under|unter|:|\\.)){0,3}\\s{0,2}(\\(?\\d(?:[ "
     "().\\/-]{0,2}\\d){5,14})(?!\\w)",
     phone},
    {PARRY_PERSONAL_PHONE, "(?<!\\w)[78][ -]?\\(\\d{3,5}\\)[ -]?\\d{1,3}[ -]?\\d\\d[ -]?\\d\\d(?!\\w)",
     NULL},                                                                          /* ru, kz */
    {PARRY_PERSONAL_PHONE, "(?<!\\w)\\(\\d\\d\\) ?9?\\d{4}[ -]\\d{4}(?!\\w)", NULL}, /* br */
    {PARRY_PERSONAL_PHONE, "(?<![\\w.,-])\\d{3}-\\d{4}(?![\\w-])", NULL},
    {PARRY_PERSONAL_ORDER,
     "\\b" CUE "(?:[ "
     "_-]?(?:no|nr|num|number|nummer|numero|n\\x{FA}mero|id|code))?\\.?\\s{0,3}(?:is|ist|:|=)?\\s{0,3}#?\\s{"
     "0,2}" NO_YEAR "((?=[\\w-]{0,40}\\d[\\w-]{0,40}\\d[\\w-]{0,40}\\d)[a-z0-9][\\w-]{3,40})",
     NULL},
    {PARRY_PERSONAL_ORDER, "(?<!\\w)#\\s?[a-z]{0,5}-?\\d{4,20}(?:-\\d{1,12}){0,4}", NULL},
    {PARRY_PERSONAL_ORDER,
     "\\b(?:(?:ORD|ORDER|INV|RMA|TKT|TRK|CUST|SHIP)[-_ ]?|(?:PO|SO|RE|RG|KD|CS|MP|TX)[-_])" NO_YEAR
     "\\d{4,20}(?:-\\d{1,12}){0,4}\\b",
     NULL},
    {PARRY_PERSONAL_ORDER, "\\b[a-z]{1,6}[-_]?\\d{8,24}[a-z]{0,4}\\b", NULL},
    {PARRY_PERSONAL_NUMBER, "(?<![\\w.,])\\d{7,}+(?!\\w)", NULL},
    {PARRY_PERSONAL_NUMBER, NO_DATES "(?<![\\w.,])(?=[\\d \\/-]{0,20}\\d{3})\\d(?:[ \\/-]?\\d){8,40}(?!\\w)", NULL},
    /* Those of some places, in the order of `places`. */
    {PARRY_PERSONAL_PHONE, "(?<![\\w.,-])[2-9]\\d(?: \\d\\d){3}(?! ?\\w)", NULL},
    {PARRY_PERSONAL_PHONE, "(?<![\\w.,-])[2-9]\\d\\d \\d\\d \\d{3}(?! ?\\d)(?!\\w)", NULL},
    {PARRY_PERSONAL_PHONE, "(?<![\\w.,-])[235689]\\d{3}[ -]\\d{4}(?![\\w-])", NULL},
    {PARRY_PERSONAL_PHONE, "(?<![\\w.,-])[235-9]\\d{2} \\d{4}(?![\\w-])", NULL},
};
/* Only where the text is known to be of one of these: elsewhere such numbers are sizes, models, years. */
static const char *const places[] = {"da no nb nn", "no nb nn", "en-SG zh-SG ms-SG en-HK zh-HK zh-Hant-HK", "is et"};
enum {
    RULES = sizeof rules / sizeof *rules,
    PLACES = sizeof places / sizeof *places,
    EVERYWHERE = RULES - PLACES,
};

static const char *const names[PARRY_PERSONALS] = {"key",   "email", "iban",   "card", "ip",
                                                   "phone", "order", "number", "id",   "own"};
const char *parry_personal_name(parry_personal p) { return names[p]; }

struct parry_redactor {
    pcre2_code *code[RULES];
    pcre2_match_context *limits, *own_limits;
    _Atomic(parry_own_rules *) own; /* with those that were before: somebody may still read by them */
};

static pcre2_match_context *limited(uint32_t steps)
{
    pcre2_match_context *c = pcre2_match_context_create(NULL);
    if (c == NULL)
        parry_oom();
    (void)pcre2_set_match_limit(c, steps);
    return c;
}

parry_redactor *parry_redactor_new(void)
{
    parry_redactor *r = parry_calloc(1, sizeof *r);
    for (size_t i = 0; i < RULES; i++) {
        int error;
        size_t at;
        r->code[i] = parry_redact_compile(rules[i].pattern, &error, &at);
        assert(r->code[i] != NULL && "a pattern of ours is wrong");
    }
    r->limits = limited(MATCH_LIMIT);
    r->own_limits = limited(OWN_MATCH_LIMIT);
    return r;
}

parry_code parry_redactor_load(parry_redactor *r, parry_str yaml, parry_err *err)
{
    parry_own_rules *next;
    parry_code code = parry_own_rules_read(yaml, &next, err);
    if (code != PARRY_OK)
        return code;
    next->before = atomic_load(&r->own);
    while (!atomic_compare_exchange_weak(&r->own, &next->before, next))
        ;
    return PARRY_OK;
}

parry_code parry_redactor_load_file(parry_redactor *r, const char *path, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_str text;
    parry_code code = parry_file_read(a, path, PARRY_OWN_BYTES, &text, err);
    if (code == PARRY_OK && (code = parry_redactor_load(r, text, err)) != PARRY_OK)
        parry_err_context(err, "%s", path);
    parry_arena_free(a);
    return code;
}

size_t parry_redactor_rules(const parry_redactor *r)
{
    const parry_own_rules *own = atomic_load(&((parry_redactor *)(uintptr_t)r)->own);
    return own != NULL ? own->n : 0;
}

void parry_redactor_free(parry_redactor *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < RULES; i++)
        pcre2_code_free(r->code[i]);
    pcre2_match_context_free(r->limits);
    pcre2_match_context_free(r->own_limits);
    parry_own_rules_free(atomic_load(&r->own));
    free(r);
}

/* ---- the shadow -------------------------------------------------------------------------------------------------- */

typedef struct shadow {
    char *p;
    uint32_t *from;      /* n + 1: where in the text each byte comes from */
    unsigned char *kind; /* n: 1 + what it is part of, or 0 */
    size_t n;
} shadow;

static int hex(char c)
{
    if (is_digit(c))
        return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* "%40" is '@'. */
static size_t percent(parry_str s, unsigned *cp)
{
    if (s.n < 3 || s.p[0] != '%' || hex(s.p[1]) < 0 || hex(s.p[2]) < 0)
        return 0;
    unsigned c = (unsigned)(hex(s.p[1]) << 4 | hex(s.p[2]));
    if (c < ' ' || c > '~')
        return 0;
    *cp = c;
    return 3;
}

static bool invisible(unsigned cp)
{
    return cp == 0xAD || (cp >= 0x200B && cp <= 0x200F) || (cp >= 0x202A && cp <= 0x202E) ||
           (cp >= 0x2060 && cp <= 0x2069) || cp == 0xFEFF || (cp >= 0xFE00 && cp <= 0xFE0F);
}

/* What a code point stands for; 0: nothing. */
static unsigned plain(unsigned cp)
{
    if (cp == BLOT)
        return ' ';
    if (cp < 0x80)
        return cp;
    if (invisible(cp))
        return 0;
    int digit = uc_decimal_value(cp);
    if (digit >= 0)
        return (unsigned)('0' + digit);
    if (cp >= 0xFF01 && cp <= 0xFF5E)
        return cp - 0xFEE0;
    if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212 || cp == 0xFE58 || cp == 0xFE63)
        return '-';
    if (cp == 0xA0 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x202F || cp == 0x205F || cp == 0x3000)
        return ' ';
    return cp;
}

static shadow cast(parry_arena *a, parry_str text)
{
    shadow s = {PARRY_ARRAY(a, char, text.n + 4), PARRY_ARRAY(a, uint32_t, text.n + 4),
                PARRY_ARRAY(a, unsigned char, text.n + 4), 0};
    for (size_t at = 0; at < text.n;) {
        unsigned cp;
        char utf8[4];
        parry_str rest = parry_str_from(text, at);
        size_t n = percent(rest, &cp);
        if (n == 0)
            n = parry_utf8_next(rest, &cp);
        unsigned meant = plain(cp);
        size_t len = meant == 0 && cp != 0 ? 0 : parry_utf8_put(meant, utf8);
        if (len > n) { /* a bad byte stands for U+FFFD, which has more: it ends whatever stood before */
            utf8[0] = ' ';
            len = 1;
        }
        for (size_t i = 0; i < len; i++) {
            s.from[s.n] = (uint32_t)at;
            s.p[s.n++] = utf8[i];
        }
        at += n;
    }
    s.from[s.n] = (uint32_t)text.n;
    return s;
}

/* ---- finding ----------------------------------------------------------------------------------------------------- */

/* Kinds from PARRY_PERSONALS on are the rules of one's own, in their order. */
static void blot(shadow *s, size_t begin, size_t end, size_t kind)
{
    memset(s->p + begin, BLOT, end - begin);
    memset(s->kind + begin, (int)kind + 1, end - begin);
}

typedef struct hunt {
    const pcre2_code *code;
    const pcre2_match_context *limits;
    checker check;
    size_t kind, hits; /* hits: at most so many */
} hunt;

/* One match; where the search goes on. */
static size_t take(shadow *s, const hunt *h, const PCRE2_SIZE *ends, uint32_t groups, bool *found)
{
    size_t begin = ends[0], end = ends[1];
    if (groups > 1 && ends[2] != PCRE2_UNSET) {
        begin = ends[2];
        end = ends[3];
    }
    size_t n = h->check ? h->check(parry_str_make(s->p + begin, end - begin)) : end - begin;
    if (n == 0)
        return h->check == card || h->check == iban ? ends[0] + 1 : end; /* another may begin inside */
    blot(s, begin, begin + n, h->kind);
    *found = true;
    return begin + n;
}

/* false: the pattern gave up. */
static bool apply(const hunt *h, shadow *s, pcre2_match_data *data, bool *found)
{
    size_t at = 0, hits = 0;
    while (at < s->n) {
        int rc = pcre2_match(h->code, (PCRE2_SPTR)s->p, s->n, at, 0, data, (pcre2_match_context *)(uintptr_t)h->limits);
        if (rc == PCRE2_ERROR_NOMATCH)
            return true;
        if (rc < 0 || ++hits > h->hits)
            return false;
        size_t next = take(s, h, pcre2_get_ovector_pointer(data), (uint32_t)rc, found);
        at = next > at ? next : at + 1;
        while (at < s->n && ((unsigned char)s->p[at] & 0xC0) == 0x80)
            at++;
    }
    return true;
}

static bool find_own(const parry_redactor *red, const parry_own_rules *own, parry_str locale, shadow *s,
                     pcre2_match_data *data, unsigned *found)
{
    static const checker checks[] = {[PARRY_OWN_ANY] = NULL, [PARRY_OWN_LUHN] = luhn_digits, [PARRY_OWN_MOD97] = iban};
    bool read = true, hit = false;
    for (size_t i = 0; own != NULL && i < own->n && read; i++) {
        const parry_own_rule *r = &own->rule[i];
        const hunt h = {r->code, red->own_limits, checks[r->check], PARRY_PERSONALS + i, PARRY_OWN_HITS};
        read = !parry_own_rule_fits(r, locale) || apply(&h, s, data, &hit);
    }
    *found |= hit ? 1U << PARRY_PERSONAL_OWN : 0;
    return read;
}

static bool for_locale(size_t i, parry_str locale)
{
    parry_str rest = parry_str_of(i < EVERYWHERE ? "" : places[i - EVERYWHERE]), one;
    bool is = i < EVERYWHERE;
    while (!is && parry_str_split(&rest, ' ', &one))
        is = parry_locale_within(locale, one);
    return is;
}

static bool find(const parry_redactor *red, const parry_own_rules *own, parry_str locale, shadow *s, unsigned *found)
{
    pcre2_match_data *data = pcre2_match_data_create(4, NULL);
    if (data == NULL)
        parry_oom();
    bool read = find_own(red, own, locale, s, data, found);
    for (size_t i = 0; i < RULES && read; i++) {
        bool hit = false;
        const hunt h = {red->code[i], red->limits, rules[i].check, rules[i].kind, SIZE_MAX};
        read = !for_locale(i, locale) || apply(&h, s, data, &hit);
        *found |= hit ? 1U << rules[i].kind : 0;
    }
    pcre2_match_data_free(data);
    return read;
}

static const char *name_of(const parry_own_rules *own, size_t kind)
{
    return kind < PARRY_PERSONALS ? names[kind] : own->rule[kind - PARRY_PERSONALS].name;
}

static parry_str named(parry_arena *a, const parry_own_rules *own, parry_str text, const shadow *s)
{
    parry_buf out = PARRY_BUF(48 * PARRY_REDACT_MAX_BYTES);
    for (size_t i = 0; i < s->n;) {
        size_t end = i + 1;
        while (end < s->n && s->kind[end] == s->kind[i])
            end++;
        size_t begin = i == 0 ? 0 : s->from[i];
        if (s->kind[i] > 0)
            parry_buf_printf(&out, "[%s]", name_of(own, s->kind[i] - 1U));
        else
            parry_buf_add(&out, text.p + begin, s->from[end] - begin);
        i = end;
    }
    parry_str copy = parry_str_copy(a, parry_buf_str(&out));
    parry_buf_free(&out);
    return copy;
}

parry_str parry_redact_in(const parry_redactor *r, parry_arena *a, parry_str locale, parry_str text, unsigned *found)
{
    unsigned mine = 0;
    const parry_own_rules *own = atomic_load(&((parry_redactor *)(uintptr_t)r)->own);
    text = parry_utf8_cut(text, PARRY_REDACT_MAX_BYTES);
    shadow s = cast(a, text);
    if (!find(r, own, locale, &s, &mine)) {
        mine = (1U << PARRY_PERSONALS) - 1;
        text = parry_str_of("[unreadable]");
    } else if (mine != 0) {
        text = named(a, own, text, &s);
    }
    if (found != NULL)
        *found |= mine;
    return text;
}

parry_str parry_redact(const parry_redactor *r, parry_arena *a, parry_str text, unsigned *found)
{
    return parry_redact_in(r, a, parry_str_make(NULL, 0), text, found);
}
