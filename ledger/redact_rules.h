/* Rules of one's own, read and compiled. Private to ledger/. */
#ifndef PARRY_LEDGER_REDACT_RULES_H
#define PARRY_LEDGER_REDACT_RULES_H

#include "base/str.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PARRY_OWN_RULES = 64,
    PARRY_OWN_NAME = 32,
    PARRY_OWN_PATTERN = 1000,  /* bytes */
    PARRY_OWN_HITS = 1000,     /* of one rule in one text; more, and the whole text goes */
    PARRY_OWN_BYTES = 1 << 18, /* of the file */
};

typedef enum parry_own_check { PARRY_OWN_ANY, PARRY_OWN_LUHN, PARRY_OWN_MOD97 } parry_own_check;

typedef struct parry_own_rule {
    char name[PARRY_OWN_NAME + 1], locale[36]; /* locale "": every text */
    parry_own_check check;
    pcre2_code *code;
} parry_own_rule;

typedef struct parry_own_rules {
    struct parry_own_rules *before; /* that these took the place of: who reads by them goes on */
    size_t n;
    parry_own_rule rule[PARRY_OWN_RULES];
} parry_own_rules;

/* INVALID: "line 3: what is wrong". */
PARRY_MUST parry_code parry_own_rules_read(parry_str yaml, parry_own_rules **out, parry_err *err);
void parry_own_rules_free(parry_own_rules *r);               /* and those before; NULL is fine */
bool parry_locale_within(parry_str locale, parry_str range); /* "de-AT" is within "de" */
/* Is it for texts of this locale? Where either is not said, it is. */
bool parry_own_rule_fits(const parry_own_rule *r, parry_str locale);

pcre2_code *parry_redact_compile(const char *pattern, int *error, size_t *at); /* NULL: it is wrong */

#ifdef __cplusplus
}
#endif
#endif
