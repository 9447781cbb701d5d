/* Redaction: what names a person is taken out of text before it is written anywhere: e-mail and network addresses,
 * phone, card, bank account and order numbers, keys and tokens, and other long numbers. Each becomes its kind in
 * brackets: "refund to [email]". Names and street addresses are not found.
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
    PARRY_PERSONALS
} parry_personal;
const char *parry_personal_name(parry_personal p); /* "email" */

typedef struct parry_redactor parry_redactor;

parry_redactor *parry_redactor_new(void);
void parry_redactor_free(parry_redactor *r); /* NULL is fine */
/* The text without what is personal: itself where nothing was found, else new in the arena; valid UTF-8 if it was.
 * *found (may be NULL): a bit 1 << parry_personal each; added to. Any thread. */
parry_str parry_redact(const parry_redactor *r, parry_arena *a, parry_str text, unsigned *found);

#ifdef __cplusplus
}
#endif
#endif
