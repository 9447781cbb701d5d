/* A list of pairs, the newest first; the older ones are kept until the end. */
#include "api/http/tls.h"

#include "base/file.h"
#include "base/log.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { PEM_BYTES = 1 << 20, CHAIN = 16 };

const char parry_tls_priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:"
    "%SERVER_PRECEDENCE";

typedef struct pair {
    gnutls_pcert_st chain[CHAIN];
    unsigned n;
    gnutls_privkey_t key;
    struct pair *older;
} pair;

struct parry_tls {
    parry_arena *arena; /* the paths */
    const char *cert_file, *key_file;
    pthread_mutex_t lock; /* one reload at a time */
    _Atomic(pair *) now;
    unsigned npairs;
};

static _Atomic(parry_tls *) the_one;

static void pair_free(pair *p)
{
    for (unsigned i = 0; i < p->n; i++)
        gnutls_pcert_deinit(&p->chain[i]);
    if (p->key != NULL)
        gnutls_privkey_deinit(p->key);
    free(p);
}

static parry_code fail_pem(const char *path, int rc, parry_err *err)
{
    return parry_fail(err, PARRY_INVALID, "%.120s: %s; give PEM (tls.cert_file, tls.key_file)", path,
                      gnutls_strerror(rc));
}

/* That the key is the certificate's. */
static int check_match(const gnutls_datum_t *cert, const gnutls_datum_t *key)
{
    gnutls_certificate_credentials_t c;
    int rc = gnutls_certificate_allocate_credentials(&c);
    if (rc < 0)
        return rc;
    rc = gnutls_certificate_set_x509_key_mem(c, cert, key, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(c);
    return rc < 0 ? rc : 0;
}

static parry_code read_pem(parry_arena *a, const char *path, gnutls_datum_t *out, parry_err *err)
{
    parry_str text;
    parry_code code = parry_file_read(a, path, PEM_BYTES, &text, err);
    if (code != PARRY_OK)
        return code;
    memcpy(&out->data, &text.p, sizeof out->data); /* ours to wipe */
    out->size = (unsigned)text.n;
    return PARRY_OK;
}

static parry_code import(const parry_tls *t, const gnutls_datum_t *cert, const gnutls_datum_t *key, pair *p,
                         parry_err *err)
{
    unsigned n = CHAIN;
    int rc = gnutls_pcert_list_import_x509_raw(p->chain, &n, cert, GNUTLS_X509_FMT_PEM, 0);
    if (rc < 0)
        return fail_pem(t->cert_file, rc, err);
    p->n = n;
    if ((rc = gnutls_privkey_init(&p->key)) < 0 ||
        (rc = gnutls_privkey_import_x509_raw(p->key, key, GNUTLS_X509_FMT_PEM, NULL, 0)) < 0)
        return fail_pem(t->key_file, rc, err);
    if ((rc = check_match(cert, key)) < 0)
        return parry_fail(err, PARRY_INVALID, "%.100s is not the key of %.100s", t->key_file, t->cert_file);
    return PARRY_OK;
}

static parry_code read_pair(const parry_tls *t, pair **out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    pair *p = parry_calloc(1, sizeof *p);
    gnutls_datum_t cert, key;
    parry_code code = read_pem(a, t->cert_file, &cert, err);
    if (code == PARRY_OK && (code = read_pem(a, t->key_file, &key, err)) == PARRY_OK) {
        code = import(t, &cert, &key, p, err);
        gnutls_memset(key.data, 0, key.size);
    }
    parry_arena_free(a);
    if (code == PARRY_OK)
        *out = p;
    else
        pair_free(p);
    return code;
}

parry_code parry_tls_reload(parry_tls *t, parry_err *err)
{
    pair *p;
    parry_code code = PARRY_OK;
    (void)pthread_mutex_lock(&t->lock);
    if (t->npairs > PARRY_TLS_RELOADS)
        code = parry_fail(err, PARRY_UNAVAILABLE, "the certificate was reloaded %d times; restart", PARRY_TLS_RELOADS);
    if (code == PARRY_OK)
        code = read_pair(t, &p, err);
    if (code == PARRY_OK) {
        p->older = atomic_load(&t->now);
        atomic_store(&t->now, p);
        t->npairs++;
    }
    (void)pthread_mutex_unlock(&t->lock);
    return code;
}

parry_code parry_tls_open(const char *cert_file, const char *key_file, parry_tls **out, parry_err *err)
{
    parry_tls *t = parry_calloc(1, sizeof *t);
    t->arena = parry_arena_new();
    t->cert_file = parry_str_z(t->arena, parry_str_of(cert_file));
    t->key_file = parry_str_z(t->arena, parry_str_of(key_file));
    (void)pthread_mutex_init(&t->lock, NULL);
    parry_code code = parry_tls_reload(t, err);
    if (code != PARRY_OK) {
        parry_tls_close(t);
        return code;
    }
    atomic_store(&the_one, t);
    *out = t;
    return PARRY_OK;
}

void parry_tls_close(parry_tls *t)
{
    if (t == NULL)
        return;
    parry_tls *me = t;
    (void)atomic_compare_exchange_strong(&the_one, &me, NULL);
    for (pair *p = atomic_load(&t->now), *older; p != NULL; p = older) {
        older = p->older;
        pair_free(p);
    }
    (void)pthread_mutex_destroy(&t->lock);
    parry_arena_free(t->arena);
    free(t);
}

int parry_tls_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **certs,
                          unsigned *ncerts, gnutls_ocsp_data_st **ocsp, unsigned *nocsp, gnutls_privkey_t *key,
                          unsigned *flags)
{
    (void)session;
    (void)info;
    parry_tls *t = atomic_load(&the_one);
    pair *p = t != NULL ? atomic_load(&t->now) : NULL;
    if (p == NULL)
        return -1;
    *certs = p->chain;
    *ncerts = p->n;
    *ocsp = NULL;
    *nocsp = 0;
    *key = p->key;
    *flags = 0; /* ours to free */
    return 0;
}
