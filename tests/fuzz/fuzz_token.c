/* Any bytes as a key, a token, and as what is signed in them: without the right signature nobody is let in, and whoever
 * is has no more rights than searching and telling events. */
#include "access/keys_inner.h"
#include "access/secret.h"
#include "access/tokens.h"
#include "base/file.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char hmac_key[] = "0123456789abcdef0123456789abcdef";
static const int64_t now_ms = 1700000000000;
static parry_access *access;
static parry_tokens *tokens;
static parry_str secret_key; /* may search, of customers alone */
static parry_arena *kept;    /* as long as the program */

static void must(bool good)
{
    if (!good)
        abort();
}

static void make_key(parry_arena *a)
{
    parry_str audience = parry_str_of("customer");
    const parry_actor by = {parry_str_of("test"), {NULL, 0}};
    parry_key k = {.name = parry_str_of("k"), .limits = {.audiences = &audience, .naudiences = 1}}, made;
    must(parry_rights_parse(parry_str_of("search"), &k.rights, NULL) == PARRY_OK &&
         parry_key_create(access, a, &by, &k, &made, &secret_key, NULL) == PARRY_OK);
}

static void open_all(void)
{
    parry_arena *a = kept = parry_arena_new();
    parry_env *env = NULL;
    char dir[] = "/tmp/parry-fuzz-XXXXXX";
    must(mkdtemp(dir) != NULL);
    const char *secret = parry_str_printf(a, "%s/secret", dir).p, *jwks = parry_str_printf(a, "%s/jwks", dir).p;
    parry_str k = parry_base64_make(a, hmac_key, sizeof hmac_key - 1);
    parry_str set = parry_str_printf(a, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"%.*s\"}]}", PARRY_FMT(k));
    const parry_tokens_options t = {jwks, "us", "parry", "role", "seller=merchant staff=internal", 30};
    const parry_access_options o = {
        .secret_file = secret, .clock = parry_clock_system(), .default_audience = "customer", .light = true};
    must(parry_env_open(dir, 1 << 24, 8, &env, NULL) == PARRY_OK &&
         parry_access_open(env, &o, &access, NULL) == PARRY_OK && parry_file_replace(jwks, set, NULL) == PARRY_OK &&
         parry_tokens_open(&t, &tokens, NULL) == PARRY_OK);
    make_key(a);
}

static void check(const parry_identity *who)
{
    const parry_rights open = parry_right_bit(PARRY_RIGHT_SEARCH) | parry_right_bit(PARRY_RIGHT_EVENTS);
    must((who->rights & ~open) == 0 && !who->any_audience);
}

static parry_str signed_with(parry_arena *a, parry_str key, parry_str body)
{
    parry_secret mac = parry_secret_hmac(key, body);
    parry_str tail = parry_base64_make(a, mac.b, sizeof mac.b);
    return parry_str_printf(a, "%.*s.%.*s", PARRY_FMT(body), PARRY_FMT(tail));
}

static void as_it_is(parry_arena *a, parry_str text)
{
    parry_identity who;
    (void)parry_key_looks_secret(text);
    must(parry_key_verify(access, a, text, &who, NULL) != PARRY_OK);
    must(parry_token_verify(tokens, access, a, text, now_ms, &who, NULL) != PARRY_OK);
}

static void as_claims(parry_arena *a, parry_str text)
{
    parry_identity who;
    parry_str head = parry_base64_make(a, "{\"alg\":\"HS256\"}", 15), claims = parry_base64_make(a, text.p, text.n);
    parry_str token =
        signed_with(a, parry_str_of(hmac_key), parry_str_printf(a, "%.*s.%.*s", PARRY_FMT(head), PARRY_FMT(claims)));
    if (parry_token_verify(tokens, access, a, token, now_ms, &who, NULL) == PARRY_OK)
        check(&who);
}

static void as_limits(parry_arena *a, parry_str text)
{
    parry_identity who;
    parry_secret signer = parry_secret_hmac(secret_key, parry_str_of("parry search key"));
    parry_str id = parry_str_make(secret_key.p + strlen(PARRY_SECRET_PREFIX), PARRY_KEY_ID);
    parry_str params = parry_base64_make(a, text.p, text.n);
    parry_str body = parry_str_printf(a, "%.*s.%.*s", PARRY_FMT(id), PARRY_FMT(params));
    parry_str key = signed_with(a, parry_str_make((const char *)signer.b, sizeof signer.b), body);
    key = parry_str_printf(a, PARRY_SEARCH_PREFIX "%.*s", PARRY_FMT(key));
    if (parry_key_verify(access, a, key, &who, NULL) != PARRY_OK)
        return;
    check(&who);
    must(who.naudiences == 1 && parry_str_eqz(who.audiences[0], "customer"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (access == NULL)
        open_all();
    parry_arena *a = parry_arena_new();
    parry_str text = parry_str_make((const char *)data, size);
    as_it_is(a, text);
    if (size <= 4096) {
        as_claims(a, text);
        as_limits(a, text);
    }
    must(parry_arena_bytes(a) < (16U << 20));
    parry_arena_free(a);
    return 0;
}
