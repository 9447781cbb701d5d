/* A person's one-time codes: started, confirmed, used, ended. The secret is sealed under the secret file and bound to
 * the person; recovery codes are kept as keyed hashes. */
#include "access/people_inner.h"

#include "access/totp.h"

#include <sodium.h>

enum { RECOVERY_BYTES = 10 }; /* 80 bits: 16 letters of base32 */

static parry_code code_start(void *ctx, parry_access *x, parry_str id, json_t *record, json_t *told, parry_err *err)
{
    const parry_str *secret = ctx;
    (void)told;
    if (parry_member_text(record, "totp").n > 0)
        return parry_fail(err, PARRY_CONFLICT, "one-time codes are on already; end them first");
    parry_arena *a = parry_arena_new();
    (void)json_object_set_new(record, "totp_pending", parry_text_json(parry_secret_seal(a, &x->master, id, *secret)));
    parry_arena_free(a);
    return PARRY_OK;
}

parry_code parry_person_codes_start(parry_access *x, parry_arena *a, const parry_actor *by, parry_str id,
                                    parry_str *base32, parry_str *uri, parry_err *err)
{
    char *random = parry_arena_alloc(a, PARRY_TOTP_BYTES);
    parry_random_bytes(random, PARRY_TOTP_BYTES);
    parry_str secret = parry_str_make(random, PARRY_TOTP_BYTES);
    parry_code code = parry_person_alter(x, by, "person.codes_start", id, code_start, &secret, err);
    if (code != PARRY_OK)
        return code;
    *base32 = parry_totp_base32(a, secret);
    *uri = parry_totp_uri(a, "Parry", id, *base32);
    return PARRY_OK;
}

/* Grouped and in either case as people type them: compared as "abcdefghijklmnop". */
static parry_str plain_code(parry_arena *a, parry_str typed)
{
    char *p = parry_arena_alloc(a, typed.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c != '-' && c != ' ')
            p[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    return parry_str_make(p, n);
}

static parry_str recovery_hash(const parry_access *x, parry_arena *a, parry_str id, parry_str code)
{
    parry_secret m = parry_secret_mac(&x->master, "recovery",
                                      parry_str_printf(a, "%.*s %.*s", PARRY_FMT(id), PARRY_FMT(plain_code(a, code))));
    return parry_base64_make(a, m.b, sizeof m.b);
}

static parry_str new_recovery(parry_arena *a)
{
    unsigned char random[RECOVERY_BYTES];
    parry_random_bytes(random, sizeof random);
    parry_str b32 = plain_code(a, parry_totp_base32(a, parry_str_make((char *)random, sizeof random)));
    return parry_str_printf(a, "%.4s-%.4s-%.4s-%.4s", b32.p, b32.p + 4, b32.p + 8, b32.p + 12);
}

static bool opens(const parry_access *x, parry_arena *a, parry_str id, const json_t *record, const char *member,
                  parry_str code, uint64_t *step)
{
    parry_str secret;
    return parry_secret_open(a, &x->master, id, parry_member_text(record, member), &secret, NULL) == PARRY_OK &&
           parry_totp_check(secret, parry_access_now(x), code, step);
}

typedef struct confirm {
    parry_arena *arena;
    parry_str code, *recovery;
} confirm;

static parry_code code_confirm(void *ctx, parry_access *x, parry_str id, json_t *record, json_t *told, parry_err *err)
{
    confirm *c = ctx;
    uint64_t step = 0;
    (void)told;
    if (parry_member_text(record, "totp_pending").n == 0)
        return parry_fail(err, PARRY_INVALID, "no one-time codes were started; start them first");
    if (!opens(x, c->arena, id, record, "totp_pending", c->code, &step))
        return parry_fail(err, PARRY_INVALID, "this is not the code of this moment; check the clock of the device");
    json_t *hashes = json_array();
    for (size_t i = 0; i < PARRY_RECOVERY_CODES; i++) {
        c->recovery[i] = new_recovery(c->arena);
        (void)json_array_append_new(hashes, parry_text_json(recovery_hash(x, c->arena, id, c->recovery[i])));
    }
    (void)json_object_set(record, "totp", json_object_get(record, "totp_pending"));
    (void)json_object_del(record, "totp_pending");
    (void)json_object_set_new(record, "totp_step", json_integer((json_int_t)step));
    (void)json_object_set_new(record, "recovery", hashes);
    return PARRY_OK;
}

parry_code parry_person_codes_confirm(parry_access *x, parry_arena *a, const parry_actor *by, parry_str id,
                                      parry_str code, parry_str recovery[PARRY_RECOVERY_CODES], parry_err *err)
{
    parry_str made[PARRY_RECOVERY_CODES];
    confirm c = {a, code, made};
    parry_code done = parry_person_alter(x, by, "person.codes_on", id, code_confirm, &c, err);
    if (done == PARRY_OK)
        memcpy(recovery, made, sizeof made);
    return done;
}

static parry_code code_off(void *ctx, parry_access *x, parry_str id, json_t *record, json_t *told, parry_err *err)
{
    static const char *const members[] = {"totp", "totp_pending", "totp_step", "recovery"};
    (void)ctx, (void)x, (void)id, (void)told, (void)err;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        (void)json_object_del(record, members[i]);
    return PARRY_OK;
}

parry_code parry_person_codes_off(parry_access *x, const parry_actor *by, parry_str id, parry_err *err)
{
    return parry_person_alter(x, by, "person.codes_off", id, code_off, NULL, err);
}

static bool take_recovery(parry_access *x, parry_arena *a, parry_str id, json_t *record, parry_str code)
{
    json_t *hashes = json_object_get(record, "recovery");
    parry_str mine = recovery_hash(x, a, id, code);
    for (size_t i = 0; i < json_array_size(hashes); i++) {
        const json_t *one = json_array_get(hashes, i);
        if (!parry_secret_equals(mine, parry_str_make(json_string_value(one), json_string_length(one))))
            continue;
        (void)json_array_remove(hashes, i);
        return true;
    }
    return false;
}

bool parry_person_take_code(parry_access *x, parry_str id, json_t *record, parry_str code)
{
    enum { LONGEST = 64 };
    if (code.n == 0 || code.n > LONGEST)
        return false;
    parry_arena *a = parry_arena_new();
    uint64_t step = (uint64_t)parry_member_number(record, "totp_step");
    bool good = opens(x, a, id, record, "totp", code, &step);
    if (good)
        (void)json_object_set_new(record, "totp_step", json_integer((json_int_t)step));
    else
        good = take_recovery(x, a, id, record, code);
    parry_arena_free(a);
    return good;
}
