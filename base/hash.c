/* SHA-256 by libsodium, hex, and the system's random numbers. */
#include "base/hash.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(((parry_hasher *)0)->state), "hasher state too small");
static_assert(crypto_hash_sha256_BYTES == PARRY_HASH_BYTES, "SHA-256 is 32 bytes");

enum { CHUNK_BYTES = 32 * 1024 };

static crypto_hash_sha256_state *state(parry_hasher *h) { return (void *)h->state; }

void parry_hasher_start(parry_hasher *h) { crypto_hash_sha256_init(state(h)); }

void parry_hasher_add(parry_hasher *h, const void *p, size_t n)
{
    if (n > 0)
        crypto_hash_sha256_update(state(h), p, n);
}

void parry_hasher_adds(parry_hasher *h, parry_str s)
{
    unsigned char len[8];
    for (unsigned i = 0; i < sizeof len; i++)
        len[i] = (unsigned char)((uint64_t)s.n >> (8 * i));
    parry_hasher_add(h, len, sizeof len);
    parry_hasher_add(h, s.p, s.n);
}

parry_hash parry_hasher_end(parry_hasher *h)
{
    parry_hash out;
    crypto_hash_sha256_final(state(h), out.b);
    return out;
}

parry_hash parry_hash_of(const void *p, size_t n)
{
    parry_hasher h;
    parry_hasher_start(&h);
    parry_hasher_add(&h, p, n);
    return parry_hasher_end(&h);
}

bool parry_hash_eq(parry_hash a, parry_hash b) { return memcmp(a.b, b.b, sizeof a.b) == 0; }

void parry_hash_hex(parry_hash h, char out[PARRY_HASH_HEX + 1])
{
    sodium_bin2hex(out, PARRY_HASH_HEX + 1, h.b, sizeof h.b);
}

bool parry_hash_parse(parry_str hex, parry_hash *out)
{
    parry_hash h;
    if (hex.n != PARRY_HASH_HEX || sodium_hex2bin(h.b, sizeof h.b, hex.p, hex.n, NULL, NULL, NULL) != 0)
        return false;
    *out = h;
    return true;
}

parry_code parry_hash_file(const char *path, parry_hash *out, parry_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return parry_fail_errno(err, "cannot open %s", path);
    parry_hasher h;
    parry_hasher_start(&h);
    char chunk[CHUNK_BYTES];
    ssize_t n;
    while ((n = read(fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0)
            parry_hasher_add(&h, chunk, (size_t)n);
    }
    parry_code code = n < 0 ? parry_fail_errno(err, "cannot read %s", path) : PARRY_OK;
    close(fd);
    if (code == PARRY_OK)
        *out = parry_hasher_end(&h);
    return code;
}

void parry_random_bytes(void *p, size_t n)
{
    if (sodium_init() < 0) { /* any number of times, from any thread; fails only without a system generator */
        fputs("parry: the system has no random numbers\n", stderr);
        abort();
    }
    randombytes_buf(p, n);
}
