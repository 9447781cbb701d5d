/* TLS: a certificate with its key from two PEM files, given to the library at each handshake, so that a renewed one is
 * taken without a restart. Private to api/. Any thread. */
#ifndef PARRY_API_TLS_H
#define PARRY_API_TLS_H

#include "base/err.h"

#include <gnutls/abstract.h>

#ifdef __cplusplus
extern "C" {
#endif

/* TLS 1.2 and 1.3, with forward secrecy and authenticated ciphers. */
extern const char parry_tls_priorities[];

typedef struct parry_tls parry_tls;
/* Fails: NOT_FOUND, DENIED, INVALID (not PEM, or the key is another certificate's), CORRUPT. */
PARRY_MUST parry_code parry_tls_open(const char *cert_file, const char *key_file, parry_tls **out, parry_err *err);
/* After the last connection. NULL is fine. */
void parry_tls_close(parry_tls *t);
/* Reads both files again; handshakes from then on have what they say. On failure the old one stays. At most
 * PARRY_TLS_RELOADS times, since a handshake may still hold an old one until the end: then UNAVAILABLE. */
enum { PARRY_TLS_RELOADS = 1000 };
PARRY_MUST parry_code parry_tls_reload(parry_tls *t, parry_err *err);

/* What the library asks for the certificate at each handshake. It has no place for a pointer of ours: there is one
 * parry_tls a process at a time. */
gnutls_certificate_retrieve_function3 parry_tls_certificate;

#ifdef __cplusplus
}
#endif
#endif
