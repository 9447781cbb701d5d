/* The header only chooses among our keys; the algorithm is the key's, never the header's. So neither "none" nor an HMAC
 * made with a public key comes as far as the library. */
#include "access/tokens.h"

#include "access/inner.h"
#include "access/jwks.h"
#include "base/file.h"

#include <jwt.h>
#include <pthread.h>
#include <stdlib.h>

enum { PAIRS = 16 };

struct parry_tokens {
    parry_arena *arena;
    parry_tokens_options options;
    pthread_rwlock_t lock;   /* over the next two, which are made anew together */
    parry_arena *keys_arena; /* NULL before there are any */
    parry_jwks keys;
    struct {
        parry_str value, audience;
    } pairs[PAIRS];
    size_t npairs;
};

static parry_code refuse(parry_err *err, const char *why)
{
    return parry_fail(err, PARRY_DENIED, "this token is not accepted: %s", why);
}

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

static parry_code read_map(parry_tokens *t, parry_err *err)
{
    parry_str rest = parry_str_of(t->options.map), pair;
    while (parry_str_split(&rest, ' ', &pair)) {
        size_t eq = parry_str_find(pair, parry_str_of("="));
        if (pair.n == 0)
            continue;
        if (eq == 0 || eq + 1 >= pair.n || t->npairs == PAIRS)
            return parry_fail(err, PARRY_INVALID,
                              "access.jwt_map: VALUE=AUDIENCE pairs with spaces between, at most %d; not \"%.*s\"",
                              PAIRS, PARRY_FMT(parry_utf8_cut(pair, 60)));
        t->pairs[t->npairs].value = parry_str_make(pair.p, eq);
        t->pairs[t->npairs++].audience = parry_str_from(pair, eq + 1);
    }
    return PARRY_OK;
}

static void own_options(parry_tokens *t, const parry_tokens_options *o)
{
    t->options = (parry_tokens_options){.jwks_file = parry_str_z(t->arena, parry_str_of(o->jwks_file)),
                                        .issuer = parry_str_z(t->arena, parry_str_of(o->issuer)),
                                        .audience = parry_str_z(t->arena, parry_str_of(o->audience)),
                                        .claim = parry_str_z(t->arena, parry_str_of(o->claim)),
                                        .map = parry_str_z(t->arena, parry_str_of(o->map)),
                                        .leeway_s = o->leeway_s};
}

parry_code parry_tokens_reload(parry_tokens *t, parry_err *err)
{
    parry_arena *arena = parry_arena_new(), *old;
    parry_jwks keys;
    parry_str text;
    parry_code code = parry_file_read(arena, t->options.jwks_file, PARRY_JWKS_BYTES, &text, err);
    if (code == PARRY_OK) {
        code = parry_jwks_read(arena, text, &keys, err);
        if (code != PARRY_OK)
            parry_err_context(err, "%s", t->options.jwks_file);
    }
    if (code != PARRY_OK) {
        parry_arena_free(arena);
        return code;
    }
    (void)pthread_rwlock_wrlock(&t->lock);
    old = t->keys_arena;
    t->keys_arena = arena;
    t->keys = keys;
    (void)pthread_rwlock_unlock(&t->lock);
    if (old != NULL)
        parry_arena_free(old);
    return PARRY_OK;
}

parry_code parry_tokens_open(const parry_tokens_options *options, parry_tokens **out, parry_err *err)
{
    parry_tokens *t = parry_calloc(1, sizeof *t);
    t->arena = parry_arena_new();
    (void)pthread_rwlock_init(&t->lock, NULL);
    own_options(t, options);
    parry_code code = PARRY_OK;
    if (*t->options.issuer == 0 || *t->options.audience == 0)
        code = parry_fail(err, PARRY_INVALID,
                          "access.jwt_issuer and access.jwt_audience must say whose tokens are meant for "
                          "this server");
    if (code == PARRY_OK)
        code = read_map(t, err);
    if (code == PARRY_OK)
        code = parry_tokens_reload(t, err);
    if (code == PARRY_OK)
        *out = t;
    else
        parry_tokens_close(t);
    return code;
}

void parry_tokens_close(parry_tokens *t)
{
    if (t == NULL)
        return;
    if (t->keys_arena != NULL)
        parry_arena_free(t->keys_arena);
    (void)pthread_rwlock_destroy(&t->lock);
    parry_arena_free(t->arena);
    free(t);
}

/* ---- the header ---------------------------------------------------------------------------------------------------
 */

bool parry_token_looks(parry_str text)
{
    size_t dots = 0;
    for (size_t i = 0; i < text.n; i++)
        dots += text.p[i] == '.';
    return dots == 2 && parry_str_starts(text, "ey");
}

static json_t *part(parry_arena *a, parry_str encoded)
{
    parry_str plain;
    if (!parry_base64_read(a, encoded, &plain))
        return NULL;
    return json_loadb(plain.p, plain.n, JSON_REJECT_DUPLICATES, NULL);
}

/* With a kid: the key of that name. Without: the only one of its algorithm. */
static const parry_jwk *choose(const parry_tokens *t, const json_t *header)
{
    parry_str kid = parry_member_text(header, "kid"), alg = parry_member_text(header, "alg");
    const parry_jwk *found = NULL;
    for (size_t i = 0; i < t->keys.n; i++) {
        const parry_jwk *k = &t->keys.keys[i];
        if (!parry_str_eqz(alg, k->alg) || (kid.n > 0 && !parry_str_eq(kid, k->kid)))
            continue;
        if (found != NULL && kid.n == 0)
            return NULL;
        found = k;
    }
    return found;
}

/* ---- the claims ---------------------------------------------------------------------------------------------------
 */

/* NumericDate: seconds, possibly with a fraction. */
static bool when(const json_t *claims, const char *name, double *s)
{
    const json_t *j = json_object_get(claims, name);
    if (!json_is_number(j))
        return false;
    *s = json_number_value(j);
    return true;
}

static bool is_or_holds(const json_t *j, const char *want)
{
    if (json_is_string(j))
        return strcmp(json_string_value(j), want) == 0;
    for (size_t i = 0; i < json_array_size(j); i++) {
        const char *one = json_string_value(json_array_get(j, i));
        if (one != NULL && strcmp(one, want) == 0)
            return true;
    }
    return false;
}

static parry_code check_claims(const parry_tokens *t, const json_t *claims, int64_t now_ms, parry_err *err)
{
    double now = (double)now_ms / 1000, leeway = (double)t->options.leeway_s, exp, nbf = 0, iat = 0;
    parry_str sub = parry_member_text(claims, "sub");
    if (!when(claims, "exp", &exp) || now >= exp + leeway)
        return refuse(err, "it has no end (exp), or it is past");
    if (json_object_get(claims, "nbf") != NULL && (!when(claims, "nbf", &nbf) || now < nbf - leeway))
        return refuse(err, "it is not valid yet (nbf)");
    if (json_object_get(claims, "iat") != NULL && (!when(claims, "iat", &iat) || now < iat - leeway))
        return refuse(err, "it was made in the future (iat)");
    if (!json_is_string(json_object_get(claims, "iss")) ||
        !is_or_holds(json_object_get(claims, "iss"), t->options.issuer))
        return refuse(err, "another issuer (iss)");
    if (!is_or_holds(json_object_get(claims, "aud"), t->options.audience))
        return refuse(err, "it is for another audience (aud)");
    if (sub.n == 0)
        return refuse(err, "it names nobody (sub)");
    return PARRY_OK;
}

static void add_audience(const parry_tokens *t, const json_t *value, parry_str *list, size_t *n)
{
    for (size_t i = 0; i < t->npairs; i++) {
        if (parry_str_eq(t->pairs[i].value, parry_str_make(json_string_value(value), json_string_length(value))))
            list[(*n)++] = t->pairs[i].audience;
    }
}

/* No claim, or a value that stands for nothing: the audiences that are open to the public. */
static void choose_audiences(const parry_tokens *t, parry_arena *a, const json_t *claims, parry_identity *who)
{
    const json_t *claim = json_object_get(claims, t->options.claim);
    size_t values = json_is_array(claim) ? json_array_size(claim) : 1;
    values = values > PAIRS ? PAIRS : values;
    who->audiences = PARRY_ARRAY(a, parry_str, PAIRS * PAIRS);
    for (size_t i = 0; i < values; i++)
        add_audience(t, json_is_array(claim) ? json_array_get(claim, i) : claim, who->audiences, &who->naudiences);
}

/* ---- all of it ----------------------------------------------------------------------------------------------------
 */

static parry_code check_signature(const parry_jwk *key, const char *token, parry_err *err)
{
    jwt_t *jwt = NULL;
    if (key == NULL)
        return refuse(err, "no key here goes with its header");
    if (jwt_decode(&jwt, token, (const unsigned char *)key->key.p, (int)key->key.n) != 0)
        return refuse(err, "its signature is not right");
    bool same = strcmp(jwt_alg_str(jwt_get_alg(jwt)), key->alg) == 0;
    jwt_free(jwt);
    return same ? PARRY_OK : refuse(err, "its algorithm is not the key's");
}

static parry_code check_header(const json_t *header, parry_err *err)
{
    if (!json_is_object(header))
        return refuse(err, "its header cannot be read");
    if (json_object_get(header, "crit") != NULL)
        return refuse(err, "its header demands what is not known here (crit)");
    return PARRY_OK;
}

/* By the keys of this moment. */
static parry_code check_key(parry_tokens *t, const json_t *header, const char *token, parry_err *err)
{
    (void)pthread_rwlock_rdlock(&t->lock);
    parry_code code = check_signature(choose(t, header), token, err);
    (void)pthread_rwlock_unlock(&t->lock);
    return code;
}

parry_code parry_token_verify(parry_tokens *t, const parry_access *x, parry_arena *a, parry_str text, int64_t now_ms,
                              parry_identity *out, parry_err *err)
{
    parry_str rest = text, first, second;
    if (text.n > PARRY_JWT_MAX || !parry_token_looks(text) || !parry_str_split(&rest, '.', &first) ||
        !parry_str_split(&rest, '.', &second))
        return refuse(err, "it is not a JWT");
    json_t *header = part(a, first), *claims = part(a, second);
    parry_code code = check_header(header, err);
    if (code == PARRY_OK)
        code = check_key(t, header, parry_str_z(a, text), err);
    if (code == PARRY_OK && !json_is_object(claims))
        code = refuse(err, "its claims cannot be read");
    if (code == PARRY_OK)
        code = check_claims(t, claims, now_ms, err);
    if (code == PARRY_OK) {
        *out = (parry_identity){.who = PARRY_WHO_USER,
                                .id = parry_access_pseudonym(x, a, parry_member_text(claims, "sub")),
                                .rights = parry_right_bit(PARRY_RIGHT_SEARCH) | parry_right_bit(PARRY_RIGHT_EVENTS) |
                                          parry_right_bit(PARRY_RIGHT_HANDOFF)};
        choose_audiences(t, a, claims, out);
    }
    json_decref(header);
    json_decref(claims);
    return code;
}
