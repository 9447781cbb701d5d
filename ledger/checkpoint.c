/* Checkpoints: an entry, its head, and its HMAC. */
#include "ledger/checkpoint.h"

#include "ledger/inner.h"

#include <sodium.h>
#include <stdlib.h>

static void mac_of(const json_t *entry, const unsigned char key[PARRY_CHECKPOINT_KEY], parry_hash *out)
{
    static const char purpose[] = "parry: a checkpoint of the ledger";
    crypto_auth_hmacsha256_state h;
    char *text = json_dumps(entry, JSON_COMPACT | JSON_SORT_KEYS);
    crypto_auth_hmacsha256_init(&h, key, PARRY_CHECKPOINT_KEY);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)purpose, sizeof purpose);
    crypto_auth_hmacsha256_update(&h, (const unsigned char *)text, strlen(text));
    crypto_auth_hmacsha256_final(&h, out->b);
    free(text);
}

parry_code parry_checkpoint_sign(parry_ledger *l, const unsigned char key[PARRY_CHECKPOINT_KEY], json_t *entry,
                                 parry_err *err)
{
    parry_ledger_head head = {0};
    parry_txn *t;
    parry_hash mac;
    char hex[PARRY_HASH_HEX + 1];
    parry_code code = parry_txn_read(l->env, &t, err);
    if (code != PARRY_OK)
        return code;
    code = parry_ledger_head_get(l, t, &head, err);
    parry_txn_abort(t);
    if (code != PARRY_OK)
        return code;
    parry_hash_hex(head.hash, hex);
    (void)json_object_set_new(entry, "seq", json_integer((json_int_t)head.seq));
    (void)json_object_set_new(entry, "head", json_string(hex));
    (void)json_object_del(entry, "mac");
    mac_of(entry, key, &mac);
    parry_hash_hex(mac, hex);
    (void)json_object_set_new(entry, "mac", json_string(hex));
    return PARRY_OK;
}

static bool read_hash(const json_t *entry, const char *name, parry_hash *out)
{
    const json_t *j = json_object_get(entry, name);
    return json_is_string(j) && parry_hash_parse(parry_str_make(json_string_value(j), json_string_length(j)), out);
}

bool parry_checkpoint_read(parry_str payload, const unsigned char key[PARRY_CHECKPOINT_KEY], parry_checkpoint *out)
{
    parry_hash said, mac;
    if (parry_str_find(payload, parry_str_of("\"mac\":")) == payload.n)
        return false;
    json_t *j = json_loadb(payload.p, payload.n, 0, NULL);
    const json_t *seq = json_object_get(j, "seq");
    bool is = read_hash(j, "head", &out->head) && read_hash(j, "mac", &said) && json_is_integer(seq);
    if (is) {
        out->seq = (uint64_t)json_integer_value(seq);
        (void)json_object_del(j, "mac");
        mac_of(j, key, &mac);
        out->genuine = sodium_memcmp(mac.b, said.b, sizeof mac.b) == 0;
    }
    json_decref(j);
    return is;
}
