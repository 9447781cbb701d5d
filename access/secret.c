/* Secrets by libsodium. */
#include "access/secret.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_MAX = 4096,
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
};

bool parry_secret_equal(const void *a, const void *b, size_t n) { return sodium_memcmp(a, b, n) == 0; }

bool parry_secret_equals(parry_str a, parry_str b)
{
    return a.n == b.n && (a.n == 0 || parry_secret_equal(a.p, b.p, a.n));
}

void parry_token_random(char out[PARRY_TOKEN_TEXT])
{
    unsigned char bytes[PARRY_SECRET_BYTES];
    parry_random_bytes(bytes, sizeof bytes);
    sodium_bin2base64(out, PARRY_TOKEN_TEXT, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

parry_str parry_base64_make(parry_arena *a, const void *p, size_t n)
{
    size_t cap = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = parry_arena_alloc(a, cap);
    sodium_bin2base64(text, cap, p, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return parry_str_make(text, cap - 1);
}

bool parry_base64_read(parry_arena *a, parry_str text, parry_str *out)
{
    unsigned char *p = parry_arena_alloc(a, text.n + 1);
    size_t n = 0;
    if (sodium_base642bin(p, text.n + 1, text.p ? text.p : "", text.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *out = parry_str_make((char *)p, n);
    return true;
}

static parry_secret mac(const void *key, size_t nkey, parry_str first, parry_str second)
{
    parry_secret out;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, nkey);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)first.p, first.n);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)second.p, second.n);
    crypto_auth_hmacsha256_final(&state, out.b);
    return out;
}

parry_secret parry_secret_mac(const parry_secret *key, const char *purpose, parry_str what)
{
    return mac(key->b, sizeof key->b, parry_str_make(purpose, strlen(purpose) + 1), what);
}

parry_secret parry_secret_hmac(parry_str key, parry_str what)
{
    return mac(key.p, key.n, what, parry_str_make(NULL, 0));
}

parry_str parry_secret_seal(parry_arena *a, const parry_secret *key, parry_str about, parry_str plain)
{
    unsigned char *p = parry_arena_alloc(a, NONCE + plain.n + TAG);
    parry_secret k = parry_secret_mac(key, "seal", parry_str_make(NULL, 0));
    parry_random_bytes(p, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(p + NONCE, NULL, (const unsigned char *)plain.p, plain.n,
                                               (const unsigned char *)about.p, about.n, NULL, p, k.b);
    sodium_memzero(&k, sizeof k);
    return parry_base64_make(a, p, NONCE + plain.n + TAG);
}

parry_code parry_secret_open(parry_arena *a, const parry_secret *key, parry_str about, parry_str sealed,
                             parry_str *plain, parry_err *err)
{
    parry_str raw;
    if (!parry_base64_read(a, sealed, &raw) || raw.n < NONCE + TAG)
        return parry_fail(err, PARRY_CORRUPT, "a sealed secret is damaged");
    const unsigned char *p = (const unsigned char *)raw.p;
    unsigned char *out = parry_arena_alloc(a, raw.n);
    unsigned long long n = 0;
    parry_secret k = parry_secret_mac(key, "seal", parry_str_make(NULL, 0));
    int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, p + NONCE, raw.n - NONCE,
                                                        (const unsigned char *)about.p, about.n, p, k.b);
    sodium_memzero(&k, sizeof k);
    if (rc != 0)
        return parry_fail(err, PARRY_CORRUPT, "a sealed secret does not open with this access.secret_file");
    *plain = parry_str_make((char *)out, (size_t)n);
    return PARRY_OK;
}

/* ---- the file -----------------------------------------------------------------------------------------------------
 */

/* The folder that path lies in. */
static parry_code folder_of(const char *path, char folder[PATH_MAX], parry_err *err)
{
    const char *slash = strrchr(path, '/');
    int n = slash == NULL   ? snprintf(folder, PATH_MAX, ".")
            : slash == path ? snprintf(folder, PATH_MAX, "/")
                            : snprintf(folder, PATH_MAX, "%.*s", (int)(slash - path), path);
    return n > 0 && n < PATH_MAX ? PARRY_OK
                                 : parry_fail(err, PARRY_INVALID, "access.secret_file: the path is too long");
}

static parry_code make_folder(const char *folder, parry_err *err)
{
    if (parry_file_exists(folder))
        return PARRY_OK;
    parry_code code = parry_dir_make(folder, err);
    if (code == PARRY_OK && chmod(folder, 0700) != 0)
        code = parry_fail_errno(err, "cannot set the mode of %s", folder);
    return code;
}

/* Written beside and linked to its name: two processes that start at once end up with the same secret. */
static parry_code make_file(const char *path, parry_err *err)
{
    parry_secret s;
    char hex[PARRY_HASH_HEX + 2], temp[PATH_MAX];
    parry_random_bytes(s.b, sizeof s.b);
    sodium_bin2hex(hex, sizeof hex, s.b, sizeof s.b);
    hex[PARRY_HASH_HEX] = '\n';
    int n = snprintf(temp, sizeof temp, "%s.%ld.tmp", path, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof temp)
        return parry_fail(err, PARRY_INVALID, "access.secret_file: the path is too long");
    (void)unlink(temp);
    int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return parry_fail_errno(err, "cannot make %s", temp);
    parry_code code = PARRY_OK;
    if (write(fd, hex, PARRY_HASH_HEX + 1) != PARRY_HASH_HEX + 1 || fsync(fd) != 0)
        code = parry_fail_errno(err, "cannot write %s", temp);
    (void)close(fd);
    if (code == PARRY_OK && link(temp, path) != 0 && errno != EEXIST)
        code = parry_fail_errno(err, "cannot make %s", path);
    (void)unlink(temp);
    sodium_memzero(hex, sizeof hex);
    return code;
}

static parry_code only_owners(const char *path, parry_err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return parry_fail_errno(err, "cannot read %s", path);
    if ((st.st_mode & 077) != 0)
        return parry_fail(err, PARRY_DENIED, "%s may be read by others; chmod 600 it", path);
    return PARRY_OK;
}

parry_code parry_secret_file(const char *path, parry_secret *out, parry_err *err)
{
    char folder[PATH_MAX];
    parry_code code = folder_of(path, folder, err);
    if (code == PARRY_OK && !parry_file_exists(path)) {
        code = make_folder(folder, err);
        if (code == PARRY_OK)
            code = make_file(path, err);
        if (code == PARRY_OK) /* before the store has anything that only it opens */
            code = parry_dir_sync(folder, err);
    }
    if (code == PARRY_OK)
        code = only_owners(path, err);
    if (code != PARRY_OK)
        return code;
    parry_arena *a = parry_arena_new();
    parry_str text;
    parry_hash h;
    code = parry_file_read(a, path, FILE_MAX, &text, err);
    if (code == PARRY_OK && !parry_hash_parse(parry_str_trim(text), &h))
        code = parry_fail(err, PARRY_CORRUPT, "%s must hold 64 hex digits; restore it from a backup", path);
    if (code == PARRY_OK)
        memcpy(out->b, h.b, sizeof out->b);
    parry_arena_free(a);
    return code;
}

/* ---- what others know, too --------------------------------------------------------------------------------------- */

static bool is_secret(parry_str s, size_t least)
{
    bool fine = s.n >= least;
    for (size_t i = 0; i < s.n && fine; i++)
        fine = (unsigned char)s.p[i] >= ' ' && s.p[i] != 0x7f;
    return fine;
}

/* false: not what such a file holds. */
static bool read_lines(parry_arena *a, parry_str text, size_t least, parry_str *out, size_t cap, size_t *n)
{
    parry_str rest = parry_str_trim(text), line;
    for (*n = 0; parry_str_split(&rest, '\n', &line); (*n)++) {
        line = parry_str_trim(line);
        if (*n == cap || !is_secret(line, least))
            return false;
        out[*n] = parry_str_make(parry_str_z(a, line), line.n);
    }
    return *n > 0;
}

parry_code parry_secret_lines(parry_arena *a, const char *path, size_t least, parry_str *out, size_t cap, size_t *n,
                              parry_err *err)
{
    parry_str text;
    parry_code code = only_owners(path, err);
    if (code == PARRY_OK)
        code = parry_file_read(a, path, FILE_MAX, &text, err);
    if (code == PARRY_OK && !read_lines(a, text, least, out, cap, n))
        code = parry_fail(err, PARRY_INVALID, "%s must hold %s of %zu bytes or more", path,
                          cap == 1 ? "one line, the secret," : "secrets, a line each,", least);
    return code;
}
