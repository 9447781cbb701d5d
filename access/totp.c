/* One-time codes by liboath; compared by our one compare, not by the library's strcmp. */
#include "access/totp.h"

#include "access/secret.h"

#include <liboath/oath.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void start(void)
{
    if (oath_init() != OATH_OK)
        abort();
}

static bool is_code_of(parry_str secret, uint64_t step, parry_str code)
{
    char want[PARRY_TOTP_DIGITS + 2] = "";
    if (oath_hotp_generate(secret.p, secret.n, step, PARRY_TOTP_DIGITS, false, OATH_HOTP_DYNAMIC_TRUNCATION, want) !=
        OATH_OK)
        return false;
    return parry_secret_equals(parry_str_of(want), code);
}

bool parry_totp_check(parry_str secret, int64_t now_ms, parry_str code, uint64_t *step)
{
    uint64_t now = (uint64_t)(now_ms / 1000 / PARRY_TOTP_STEP_S), found = 0;
    (void)pthread_once(&once, start);
    for (uint64_t s = now - 1; s <= now + 1; s++) {
        if (is_code_of(secret, s, code) && s > *step)
            found = s;
    }
    if (found != 0)
        *step = found;
    return found != 0;
}

parry_str parry_totp_base32(parry_arena *a, parry_str secret)
{
    char *text = NULL;
    size_t n = 0;
    (void)pthread_once(&once, start);
    if (oath_base32_encode(secret.p, secret.n, &text, &n) != OATH_OK)
        parry_oom();
    parry_str out = parry_str_copy(a, parry_str_make(text, n));
    free(text);
    return out;
}

parry_str parry_totp_uri(parry_arena *a, const char *issuer, parry_str account, parry_str base32)
{
    return parry_str_printf(a, "otpauth://totp/%s:%.*s?secret=%.*s&issuer=%s&digits=%d&period=%d", issuer,
                            PARRY_FMT(account), PARRY_FMT(base32), issuer, PARRY_TOTP_DIGITS, PARRY_TOTP_STEP_S);
}
