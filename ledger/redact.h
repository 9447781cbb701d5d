/* Redaction: what names a person is taken out of text before it is written anywhere: e-mail and network addresses,
 * phone, card, bank account and order numbers, keys and tokens, and other long numbers. Each becomes its kind in
 * brackets: "refund to [email]". Names and street addresses are not found. Short numbers that are phone numbers in some
 * places only are found where the text's locale is known to be of one.
 *
 * Digits of every script, full-width letters, odd dashes and blanks, invisible characters and %XX are read as what they
 * stand for. Where a pattern gives up, the whole text goes: nothing that was not read to its end is kept.
 *
 * The patterns are bounded: the time is linear in the text. */
#ifndef PARRY_LEDGER_REDACT_H
#define PARRY_LEDGER_REDACT_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_REDACT_MAX_BYTES = 64 * 1024 }; /* longer text is cut there: what is not read is not kept */

typedef enum parry_personal {
    PARRY_PERSONAL_KEY,
    PARRY_PERSONAL_EMAIL,
    PARRY_PERSONAL_IBAN,
    PARRY_PERSONAL_CARD, /* with Luhn's check digit */
    PARRY_PERSONAL_IP,   /* IPv4, IPv6, MAC */
    PARRY_PERSONAL_PHONE,
    PARRY_PERSONAL_ORDER,
    PARRY_PERSONAL_NUMBER, /* another one of 7 digits or more */
    PARRY_PERSONAL_ID,  /* of a person, by their state: where the number itself tells (a check, or a form of its own) */
    PARRY_PERSONAL_OWN, /* what a rule of one's own found; the text has the rule's name */
    PARRY_PERSONALS
} parry_personal;
const char *parry_personal_name(parry_personal p); /* "email" */

typedef struct parry_redactor parry_redactor;

parry_redactor *parry_redactor_new(void);
/* Rules of one's own beside them, which come first, in place of those loaded before: a YAML list of maps,
 *     - name: policy                  # "[policy]"; a-z 0-9 _
 *       pattern: '\bPOL-(\d{6})\b'    # PCRE2, case does not matter; where group 1 took part, that is what goes
 *       locale: de                    # maybe: texts of de, de-AT and unknown locale alone
 *       check: luhn                   # maybe: luhn (of its digits), mod97 (as an IBAN's)
 * at most 64. Patterns are held in limits: where one gives up, the whole text goes. Any thread; who is reading goes on
 * with what was there. INVALID: "line 3: what is wrong", and nothing changed. */
PARRY_MUST parry_code parry_redactor_load(parry_redactor *r, parry_str yaml, parry_err *err);
/* The same of a file of at most 256 KiB; errors name it. Fails also: NOT_FOUND, DENIED, TOO_LARGE. */
PARRY_MUST parry_code parry_redactor_load_file(parry_redactor *r, const char *path, parry_err *err);
size_t parry_redactor_rules(const parry_redactor *r); /* of one's own */
void parry_redactor_free(parry_redactor *r);          /* NULL is fine */
/* The text without what is personal: itself where nothing was found, else new in the arena; valid UTF-8 if it was.
 * *found (may be NULL): a bit 1 << parry_personal each; added to. Any thread. */
parry_str parry_redact(const parry_redactor *r, parry_arena *a, parry_str text, unsigned *found);

/* The same of a text whose locale is known ("de-AT"; empty: it is not). */
parry_str parry_redact_in(const parry_redactor *r, parry_arena *a, parry_str locale, parry_str text, unsigned *found);

#ifdef __cplusplus
}
#endif
#endif
