/* argon2id by libsodium, at most PARRY_HASHING at once. */
#include "access/password.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

static_assert(crypto_pwhash_argon2id_STRBYTES == PARRY_PASSWORD_HASH, "a hash has 128 bytes");

struct parry_passwords {
    pthread_mutex_t mutex;
    pthread_cond_t free;
    unsigned running, waiting;
    unsigned long long ops;
    size_t mem;
    char nobody[PARRY_PASSWORD_HASH]; /* of a password that nobody has */
};

parry_passwords *parry_passwords_new(bool light)
{
    parry_passwords *p = parry_calloc(1, sizeof *p);
    unsigned char random[32];
    if (sodium_init() < 0)
        abort();
    (void)pthread_mutex_init(&p->mutex, NULL);
    (void)pthread_cond_init(&p->free, NULL);
    p->ops = light ? crypto_pwhash_argon2id_OPSLIMIT_MIN : crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE;
    p->mem = light ? crypto_pwhash_argon2id_MEMLIMIT_MIN : crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE;
    randombytes_buf(random, sizeof random);
    if (crypto_pwhash_argon2id_str(p->nobody, (const char *)random, sizeof random, p->ops, p->mem) != 0)
        parry_oom();
    return p;
}

void parry_passwords_free(parry_passwords *p)
{
    if (p == NULL)
        return;
    (void)pthread_cond_destroy(&p->free);
    (void)pthread_mutex_destroy(&p->mutex);
    free(p);
}

static parry_code enter(parry_passwords *p, parry_err *err)
{
    parry_code code = PARRY_OK;
    (void)pthread_mutex_lock(&p->mutex);
    if (p->running == PARRY_HASHING && p->waiting == PARRY_HASHING_WAIT) {
        code = parry_fail(err, PARRY_UNAVAILABLE, "too many sign-ins at once; try again in a moment");
    } else {
        p->waiting++;
        while (p->running == PARRY_HASHING)
            (void)pthread_cond_wait(&p->free, &p->mutex);
        p->waiting--;
        p->running++;
    }
    (void)pthread_mutex_unlock(&p->mutex);
    return code;
}

static void leave(parry_passwords *p)
{
    (void)pthread_mutex_lock(&p->mutex);
    p->running--;
    (void)pthread_cond_signal(&p->free);
    (void)pthread_mutex_unlock(&p->mutex);
}

parry_code parry_password_fit(parry_str password, parry_str account, parry_err *err)
{
    if (password.n < PARRY_PASSWORD_MIN || password.n > PARRY_PASSWORD_MAX)
        return parry_fail(err, PARRY_INVALID, "a password has %d to %d bytes", PARRY_PASSWORD_MIN, PARRY_PASSWORD_MAX);
    if (!parry_utf8_valid(password, NULL))
        return parry_fail(err, PARRY_INVALID, "a password is UTF-8 text");
    if (parry_str_eq(password, account))
        return parry_fail(err, PARRY_INVALID, "a password is not the account's name");
    return PARRY_OK;
}

parry_code parry_password_hash(parry_passwords *p, parry_str password, char out[PARRY_PASSWORD_HASH], parry_err *err)
{
    parry_code code = enter(p, err);
    if (code != PARRY_OK)
        return code;
    int rc = crypto_pwhash_argon2id_str(out, password.p, password.n, p->ops, p->mem);
    leave(p);
    return rc == 0 ? PARRY_OK : parry_fail(err, PARRY_UNAVAILABLE, "no memory to hash a password; try again later");
}

parry_code parry_password_check(parry_passwords *p, parry_str hash, parry_str password, bool *right, parry_err *err)
{
    char known[PARRY_PASSWORD_HASH] = "";
    bool real = hash.n > 0 && hash.n < sizeof known && password.n <= PARRY_PASSWORD_MAX;
    memcpy(known, real ? hash.p : p->nobody, real ? hash.n : sizeof known);
    size_t n = password.n <= PARRY_PASSWORD_MAX ? password.n : PARRY_PASSWORD_MAX;
    parry_code code = enter(p, err);
    if (code != PARRY_OK)
        return code;
    int rc = crypto_pwhash_argon2id_str_verify(known, n ? password.p : "", n);
    leave(p);
    *right = rc == 0 && real;
    return PARRY_OK;
}
