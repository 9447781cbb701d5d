/* JWK to PEM by GnuTLS. */
#include "access/jwks.h"

#include "access/inner.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

static bool number(parry_arena *a, const json_t *j, const char *name, parry_str *out)
{
    return parry_base64_read(a, parry_member_text(j, name), out) && out->n > 0;
}

static gnutls_datum_t datum(parry_str s)
{
    union {
        const char *from;
        unsigned char *to;
    } u = {s.p}; /* GnuTLS reads what it is given, but does not say so */
    return (gnutls_datum_t){u.to, (unsigned)s.n};
}

static parry_code export_pem(parry_arena *a, gnutls_pubkey_t key, parry_str *pem, parry_err *err)
{
    gnutls_datum_t text = {0};
    if (gnutls_pubkey_export2(key, GNUTLS_X509_FMT_PEM, &text) != 0)
        return parry_fail(err, PARRY_INVALID, "the key cannot be used");
    *pem = parry_str_copy(a, parry_str_make((char *)text.data, text.size));
    gnutls_free(text.data);
    return PARRY_OK;
}

static parry_code read_rsa(parry_arena *a, const json_t *j, gnutls_pubkey_t key, parry_err *err)
{
    parry_str n, e;
    unsigned bits = 0;
    if (!number(a, j, "n", &n) || !number(a, j, "e", &e))
        return parry_fail(err, PARRY_INVALID, "an RSA key needs n and e in base64url");
    gnutls_datum_t dn = datum(n), de = datum(e);
    if (gnutls_pubkey_import_rsa_raw(key, &dn, &de) != 0)
        return parry_fail(err, PARRY_INVALID, "n and e make no RSA key");
    if (gnutls_pubkey_get_pk_algorithm(key, &bits) != GNUTLS_PK_RSA || bits < PARRY_RSA_BITS)
        return parry_fail(err, PARRY_INVALID, "an RSA key of %u bits is too weak; it has %d at least", bits,
                          PARRY_RSA_BITS);
    return PARRY_OK;
}

static parry_code read_ec(parry_arena *a, const json_t *j, gnutls_pubkey_t key, parry_err *err)
{
    parry_str x, y;
    if (!number(a, j, "x", &x) || !number(a, j, "y", &y))
        return parry_fail(err, PARRY_INVALID, "an EC key needs x and y in base64url");
    gnutls_datum_t dx = datum(x), dy = datum(y);
    if (gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_SECP256R1, &dx, &dy) != 0 ||
        gnutls_pubkey_verify_params(key) != 0)
        return parry_fail(err, PARRY_INVALID, "x and y are no point of P-256");
    return PARRY_OK;
}

static parry_code read_public(parry_arena *a, const json_t *j, bool rsa, parry_str *pem, parry_err *err)
{
    gnutls_pubkey_t key;
    if (gnutls_pubkey_init(&key) != 0)
        parry_oom();
    parry_code code = rsa ? read_rsa(a, j, key, err) : read_ec(a, j, key, err);
    if (code == PARRY_OK)
        code = export_pem(a, key, pem, err);
    gnutls_pubkey_deinit(key);
    return code;
}

static parry_code read_oct(parry_arena *a, const json_t *j, parry_str *key, parry_err *err)
{
    parry_str k;
    if (!number(a, j, "k", &k) || k.n < PARRY_HMAC_BYTES)
        return parry_fail(err, PARRY_INVALID, "an oct key needs k in base64url, %d bytes at least", PARRY_HMAC_BYTES);
    *key = parry_str_copy(a, k);
    return PARRY_OK;
}

/* The one algorithm of a key's type; NULL: not for us. */
static const char *algorithm(const json_t *j)
{
    parry_str kty = parry_member_text(j, "kty"), alg = parry_member_text(j, "alg"), use = parry_member_text(j, "use");
    const char *mine = parry_str_eqz(kty, "oct")                                                         ? "HS256"
                       : parry_str_eqz(kty, "RSA")                                                       ? "RS256"
                       : parry_str_eqz(kty, "EC") && parry_str_eqz(parry_member_text(j, "crv"), "P-256") ? "ES256"
                                                                                                         : NULL;
    if (mine == NULL || (alg.n > 0 && !parry_str_eqz(alg, mine)) || (use.n > 0 && !parry_str_eqz(use, "sig")))
        return NULL;
    return mine;
}

static parry_code read_key(parry_arena *a, const json_t *j, parry_jwks *out, parry_err *err)
{
    const char *alg = algorithm(j);
    if (alg == NULL)
        return PARRY_OK;
    if (out->n == PARRY_JWKS_MAX)
        return parry_fail(err, PARRY_INVALID, "more than %d keys", PARRY_JWKS_MAX);
    parry_jwk k = {.kid = parry_str_copy(a, parry_member_text(j, "kid")), .alg = alg};
    parry_code code = strcmp(alg, "HS256") == 0 ? read_oct(a, j, &k.key, err)
                                                : read_public(a, j, strcmp(alg, "RS256") == 0, &k.key, err);
    if (code == PARRY_OK)
        out->keys[out->n++] = k;
    return code;
}

parry_code parry_jwks_read(parry_arena *a, parry_str text, parry_jwks *out, parry_err *err)
{
    parry_jwks set = {.n = 0};
    parry_code code = PARRY_OK;
    json_t *j = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL), *keys = json_object_get(j, "keys");
    if (!json_is_array(keys))
        code = parry_fail(err, PARRY_INVALID, "a JWKS is {\"keys\": [...]}");
    for (size_t i = 0; i < json_array_size(keys) && code == PARRY_OK; i++) {
        code = read_key(a, json_array_get(keys, i), &set, err);
        if (code != PARRY_OK)
            parry_err_context(err, "key %zu", i + 1);
    }
    json_decref(j);
    if (code == PARRY_OK && set.n == 0)
        code = parry_fail(err, PARRY_INVALID, "there is no key for HS256, RS256 or ES256 in it");
    if (code == PARRY_OK)
        *out = set;
    return code;
}
