/* Tokens of the site's own users: signed here by GnuTLS as another system would, checked by ours. */
#include "house.h"

#include "access/secret.h"
#include "access/tokens.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <pthread.h>

/* RFC 7515, A.1 and A.3: made by others, with keys that stand there. */
#define RFC_OCT                                                                                                        \
    "{\"kty\":\"oct\",\"kid\":\"h\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-"                             \
    "1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}"
#define RFC_EC                                                                                                         \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_"  \
    "tue659LNpXW6pCyStikYjKIWI5a0\"}"

typedef struct signer {
    gnutls_privkey_t rsa, ec;
    parry_str pem; /* the RSA public key, as a stranger may have it */
    parry_tokens *t;
} signer;

static signer all;

static parry_str b64(house *h, gnutls_datum_t d)
{
    size_t skip = d.size > 0 && d.data[0] == 0 ? 1 : 0; /* a sign byte */
    return parry_base64_make(h->a, d.data + skip, d.size - skip);
}

static parry_str jwks(house *h, const char *more)
{
    gnutls_datum_t n, e, x, y;
    assert_int_equal(gnutls_privkey_export_rsa_raw(all.rsa, &n, &e, NULL, NULL, NULL, NULL, NULL, NULL), 0);
    assert_int_equal(gnutls_privkey_export_ecc_raw2(all.ec, NULL, &x, &y, NULL, GNUTLS_EXPORT_FLAG_NO_LZ), 0);
    parry_str out = parry_str_printf(h->a,
                                     "{\"keys\":[" RFC_OCT
                                     ",{\"kty\":\"RSA\",\"kid\":\"r\",\"use\":\"sig\",\"n\":\"%s\",\"e\":\"%s\"},"
                                     "{\"kty\":\"EC\",\"kid\":\"e\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}%s]}",
                                     b64(h, n).p, b64(h, e).p, parry_base64_make(h->a, x.data, x.size).p,
                                     parry_base64_make(h->a, y.data, y.size).p, more);
    gnutls_free(n.data), gnutls_free(e.data), gnutls_free(x.data), gnutls_free(y.data);
    return out;
}

static parry_code open_with(house *h, parry_str set, parry_tokens **out, parry_err *err)
{
    const char *path = in(h->s, "jwks.json");
    ok(parry_file_replace(path, set, NULL));
    const parry_tokens_options o = {path,   "https://shop.example",           "parry",
                                    "role", "seller=merchant staff=internal", 30};
    return parry_tokens_open(&o, out, err);
}

static int make(void **state)
{
    if (house_make(state) != 0)
        return 1;
    house *h = *state;
    gnutls_pubkey_t pub;
    gnutls_datum_t pem;
    gnutls_privkey_init(&all.rsa);
    gnutls_privkey_init(&all.ec);
    assert_int_equal(gnutls_privkey_generate(all.rsa, GNUTLS_PK_RSA, 2048, 0), 0);
    assert_int_equal(
        gnutls_privkey_generate(all.ec, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), 0);
    gnutls_pubkey_init(&pub);
    assert_int_equal(gnutls_pubkey_import_privkey(pub, all.rsa, 0, 0), 0);
    assert_int_equal(gnutls_pubkey_export2(pub, GNUTLS_X509_FMT_PEM, &pem), 0);
    all.pem = parry_str_copy(h->a, parry_str_make((char *)pem.data, pem.size));
    gnutls_free(pem.data);
    gnutls_pubkey_deinit(pub);
    ok(open_with(h, jwks(h, ""), &all.t, NULL));
    return 0;
}

static int drop(void **state)
{
    parry_tokens_close(all.t);
    gnutls_privkey_deinit(all.rsa);
    gnutls_privkey_deinit(all.ec);
    return house_drop(state);
}

static parry_str sign_public(house *h, const char *alg, parry_str body)
{
    gnutls_datum_t data = {(unsigned char *)parry_str_z(h->a, body), (unsigned)body.n}, sig, r, s;
    bool rsa = strcmp(alg, "RS256") == 0;
    assert_int_equal(gnutls_privkey_sign_data2(rsa ? all.rsa : all.ec,
                                               rsa ? GNUTLS_SIGN_RSA_SHA256 : GNUTLS_SIGN_ECDSA_SHA256, 0, &data, &sig),
                     0);
    if (rsa) {
        parry_str out = parry_base64_make(h->a, sig.data, sig.size);
        gnutls_free(sig.data);
        return out;
    }
    unsigned char both[64] = {0}; /* JWS wants r and s side by side, 32 bytes each */
    assert_int_equal(gnutls_decode_rs_value(&sig, &r, &s), 0);
    for (unsigned i = 0; i < 32 && i < r.size; i++)
        both[31 - i] = r.data[r.size - 1 - i];
    for (unsigned i = 0; i < 32 && i < s.size; i++)
        both[63 - i] = s.data[s.size - 1 - i];
    gnutls_free(sig.data), gnutls_free(r.data), gnutls_free(s.data);
    return parry_base64_make(h->a, both, sizeof both);
}

static parry_str oct_key(house *h)
{
    parry_str key;
    assert_true(parry_base64_read(
        h->a, lit("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"), &key));
    return key;
}

static parry_str token_of(house *h, const char *header, const char *claims, const char *how, parry_str hmac_key)
{
    parry_str body = parry_str_printf(h->a, "%s.%s", parry_base64_make(h->a, header, strlen(header)).p,
                                      parry_base64_make(h->a, claims, strlen(claims)).p);
    parry_str sig = lit("");
    if (strcmp(how, "HS256") == 0) {
        parry_secret m = parry_secret_hmac(hmac_key, body);
        sig = parry_base64_make(h->a, m.b, sizeof m.b);
    } else if (strcmp(how, "none") != 0) {
        sig = sign_public(h, how, body);
    }
    return parry_str_printf(h->a, "%.*s.%.*s", PARRY_FMT(body), PARRY_FMT(sig));
}

static const char *claims(house *h, const char *more)
{
    return parry_str_printf(h->a,
                            "{\"iss\":\"https://shop.example\",\"aud\":\"parry\",\"sub\":\"user-1\",\"exp\":%lld%s}",
                            (long long)(h->now_ms / 1000 + 60), more)
        .p;
}

static bool accepted(house *h, parry_str token, parry_identity *w)
{
    parry_identity room;
    parry_code code = parry_token_verify(all.t, h->x, h->a, token, h->now_ms, w ? w : &room, NULL);
    assert_true(code == PARRY_OK || code == PARRY_DENIED);
    return code == PARRY_OK;
}

static bool accepts(house *h, const char *body)
{
    return accepted(h, token_of(h, "{\"alg\":\"HS256\",\"kid\":\"h\"}", body, "HS256", oct_key(h)), NULL);
}

static void test_the_three_algorithms_are_accepted(void **state)
{
    house *h = *state;
    parry_identity w;
    assert_true(accepted(h, token_of(h, "{\"alg\":\"HS256\"}", claims(h, ""), "HS256", oct_key(h)), &w));
    assert_int_equal(w.who, PARRY_WHO_USER);
    assert_int_equal(w.id.n, 32);
    assert_true(accepted(h, token_of(h, "{\"alg\":\"RS256\",\"kid\":\"r\"}", claims(h, ""), "RS256", nothing), &w));
    for (int i = 0; i < 20; i++) /* r and s begin with zeros now and then */
        assert_true(accepted(h, token_of(h, "{\"alg\":\"ES256\",\"kid\":\"e\"}", claims(h, ""), "ES256", nothing), &w));
    assert_int_equal(w.naudiences, 0);
    assert_false(w.any_audience);
    assert_false(parry_rights_have(w.rights, PARRY_RIGHT_ARTICLES_READ));
}

static void test_tokens_of_the_standard_verify_up_to_their_claims(void **state)
{
    house *h = *state;
    parry_err err = {0};
    parry_identity w;
    const char *body = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const parry_str tokens[] = {
        parry_str_printf(
            h->a, "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.%s.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", body),
        parry_str_printf(h->a,
                         "eyJhbGciOiJFUzI1NiJ9.%s.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-"
                         "F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
                         body)};
    parry_tokens *t = NULL;
    ok(open_with(h, lit("{\"keys\":[" RFC_OCT "," RFC_EC "]}"), &t, NULL));
    for (size_t i = 0; i < 2; i++) {
        err = (parry_err){0};
        assert_int_equal(parry_token_verify(t, h->x, h->a, tokens[i], 1300819379000, &w, &err), PARRY_DENIED);
        assert_non_null(strstr(err.msg, "issuer")); /* so signature and end were right */
        err = (parry_err){0};
        assert_int_equal(parry_token_verify(t, h->x, h->a, tokens[i], 1300819380000 + 31000, &w, &err), PARRY_DENIED);
        assert_non_null(strstr(err.msg, "exp"));
    }
    parry_tokens_close(t);
}

static void test_none_and_confused_algorithms_are_refused(void **state)
{
    house *h = *state;
    const char *c = claims(h, "");
    const char *const nones[] = {"{\"alg\":\"none\"}", "{\"alg\":\"None\"}", "{\"alg\":\"NONE\",\"kid\":\"h\"}",
                                 "{\"alg\":\"\"}", "{}"};
    for (size_t i = 0; i < sizeof nones / sizeof *nones; i++)
        assert_false(accepted(h, token_of(h, nones[i], c, "none", nothing), NULL));
    /* The public key as the secret of an HMAC, by kid, without one, and as if it were ours. */
    assert_false(accepted(h, token_of(h, "{\"alg\":\"HS256\",\"kid\":\"r\"}", c, "HS256", all.pem), NULL));
    assert_false(accepted(h, token_of(h, "{\"alg\":\"HS256\"}", c, "HS256", all.pem), NULL));
    assert_false(accepted(h, token_of(h, "{\"alg\":\"HS256\",\"kid\":\"h\"}", c, "HS256", all.pem), NULL));
    assert_false(accepted(h, token_of(h, "{\"alg\":\"ES256\",\"kid\":\"r\"}", c, "RS256", nothing), NULL));
    assert_false(accepted(h, token_of(h, "{\"alg\":\"RS256\",\"kid\":\"e\"}", c, "RS256", nothing), NULL));
    assert_false(accepted(h, token_of(h, "{\"alg\":\"HS512\",\"kid\":\"h\"}", c, "HS256", oct_key(h)), NULL));
    assert_false(
        accepted(h, token_of(h, "{\"alg\":\"HS256\",\"kid\":\"h\",\"crit\":[\"b64\"]}", c, "HS256", oct_key(h)), NULL));
    assert_false(accepted(h, token_of(h, "{\"alg\":\"HS256\",\"alg\":\"none\"}", c, "HS256", oct_key(h)), NULL));
    /* A key that the token brings itself. */
    assert_false(accepted(
        h,
        token_of(h,
                 "{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE\"}}",
                 c, "HS256", lit("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        NULL));
}

static void test_every_changed_letter_is_refused(void **state)
{
    house *h = *state;
    parry_str token = token_of(h, "{\"alg\":\"HS256\",\"kid\":\"h\"}", claims(h, ""), "HS256", oct_key(h));
    for (size_t i = 0; i < token.n; i++) {
        char *bad = parry_str_z(h->a, token);
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        assert_false(accepted(h, parry_str_of(bad), NULL));
    }
    assert_false(accepted(h, parry_str_make(token.p, token.n - 1), NULL));
    assert_false(accepted(h, lit("ey.."), NULL));
    assert_false(accepted(h, lit("..."), NULL));
    char *huge = parry_arena_alloc(h->a, 100000);
    memset(huge, 'e', 100000);
    assert_false(accepted(h, parry_str_make(huge, 100000), NULL));
}

static const char *body(house *h, const char *iss, const char *aud, long long exp, const char *more)
{
    return parry_str_printf(h->a, "{\"iss\":%s,\"aud\":%s,\"exp\":%lld%s}", iss, aud, exp, more).p;
}

static void test_end_beginning_issuer_and_audience_are_checked_with_leeway(void **state)
{
    house *h = *state;
    long long now = h->now_ms / 1000;
    const char *iss = "\"https://shop.example\"", *sub = ",\"sub\":\"u\"";
    assert_true(accepts(h, body(h, iss, "\"parry\"", now - 29, sub)));
    assert_false(accepts(h, body(h, iss, "\"parry\"", now - 30, sub)));
    assert_true(accepts(h, body(h, iss, "[\"other\",\"parry\"]", now + 5, sub)));
    assert_false(accepts(h, body(h, iss, "[\"other\"]", now + 5, sub)));
    assert_false(accepts(h, body(h, iss, "null", now + 5, sub)));
    assert_false(accepts(h, body(h, "\"https://other.example\"", "\"parry\"", now + 5, sub)));
    assert_false(accepts(h, body(h, "[\"https://shop.example\"]", "\"parry\"", now + 5, sub)));
    assert_false(accepts(h, body(h, iss, "\"parry\"", now + 5, "")));
    assert_true(accepts(
        h, body(h, iss, "\"parry\"", now + 99, parry_str_printf(h->a, ",\"sub\":\"u\",\"nbf\":%lld", now + 30).p)));
    assert_false(accepts(
        h, body(h, iss, "\"parry\"", now + 99, parry_str_printf(h->a, ",\"sub\":\"u\",\"nbf\":%lld", now + 31).p)));
    assert_false(accepts(h, body(h, iss, "\"parry\"", now + 99, ",\"sub\":\"u\",\"nbf\":\"soon\"")));
    assert_false(accepts(
        h, body(h, iss, "\"parry\"", now + 99, parry_str_printf(h->a, ",\"sub\":\"u\",\"iat\":%lld", now + 40).p)));
    assert_false(accepts(h, "{\"iss\":\"https://shop.example\",\"aud\":\"parry\",\"sub\":\"u\"}")); /* no end */
    assert_false(accepts(h, "[1]"));
}

static void test_a_claim_chooses_the_audiences(void **state)
{
    house *h = *state;
    parry_identity w;
    const struct {
        const char *claim, *audiences;
    } rows[] = {{",\"role\":\"seller\"", "merchant"},
                {",\"role\":[\"seller\",\"staff\"]", "merchant internal"},
                {",\"role\":\"other\"", ""},
                {",\"role\":7", ""},
                {"", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parry_buf got = PARRY_BUF(100);
        assert_true(accepted(
            h, token_of(h, "{\"alg\":\"HS256\",\"kid\":\"h\"}", claims(h, rows[i].claim), "HS256", oct_key(h)), &w));
        for (size_t k = 0; k < w.naudiences; k++)
            parry_buf_printf(&got, "%s%.*s", k ? " " : "", PARRY_FMT(w.audiences[k]));
        assert_str(parry_buf_str(&got), rows[i].audiences);
        parry_buf_free(&got);
    }
}

static void test_weak_and_damaged_keys_are_not_taken(void **state)
{
    house *h = *state;
    const char *const bad[] = {"{}",
                               "{\"keys\":[]}",
                               "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2hvcnQ\"}]}",
                               "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
                               "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}]}",
                               "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQAB\"}]}",
                               "not json"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        parry_tokens *t = NULL;
        assert_int_equal(open_with(h, parry_str_of(bad[i]), &t, NULL), PARRY_INVALID);
        assert_null(t);
    }
    const parry_tokens_options o = {in(h->s, "jwks.json"), "", "", "", "", 0};
    parry_tokens *t = NULL;
    assert_int_equal(parry_tokens_open(&o, &t, NULL), PARRY_INVALID);
}

static void *reload_often(void *arg)
{
    (void)arg;
    for (int i = 0; i < 50; i++)
        ok(parry_tokens_reload(all.t, NULL));
    return NULL;
}

static void test_new_keys_count_from_the_next_token_on_and_a_bad_file_changes_nothing(void **state)
{
    house *h = *state;
    parry_identity w;
    pthread_t thread;
    parry_str token = token_of(h, "{\"alg\":\"HS256\"}", claims(h, ",\"role\":\"seller\""), "HS256", oct_key(h));
    ok(parry_file_replace(in(h->s, "jwks.json"), parry_str_of("{\"keys\":[]}"), NULL));
    assert_int_equal(parry_tokens_reload(all.t, NULL), PARRY_INVALID);
    assert_true(accepted(h, token, NULL));
    ok(parry_file_replace(in(h->s, "jwks.json"), jwks(h, ""), NULL));
    assert_int_equal(pthread_create(&thread, NULL, reload_often, NULL), 0);
    for (int i = 0; i < 50; i++)
        assert_true(accepted(h, token, &w));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_str(w.audiences[0], "merchant");
    ok(parry_file_replace(in(h->s, "jwks.json"), parry_str_of("{\"keys\":[" RFC_EC "]}"), NULL));
    ok(parry_tokens_reload(all.t, NULL));
    assert_false(accepted(h, token, NULL));
}

#define with_keys(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_keys(test_the_three_algorithms_are_accepted),
        with_keys(test_tokens_of_the_standard_verify_up_to_their_claims),
        with_keys(test_none_and_confused_algorithms_are_refused),
        with_keys(test_every_changed_letter_is_refused),
        with_keys(test_end_beginning_issuer_and_audience_are_checked_with_leeway),
        with_keys(test_a_claim_chooses_the_audiences),
        with_keys(test_weak_and_damaged_keys_are_not_taken),
        with_keys(test_new_keys_count_from_the_next_token_on_and_a_bad_file_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
