/* The address to listen on. Whether only this machine reaches it decides what needs a key (docs/access.md). */
#ifndef PARRY_API_LISTEN_H
#define PARRY_API_LISTEN_H

#include "base/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_ADDRESS_TEXT = 64 };

/* "127.0.0.1:8080", "localhost:0", "[::1]:8080", "0.0.0.0:8080": a bound socket that does not listen yet, so that
 * callers are refused until the server is up. text: the address with the real port; *loopback: only this machine
 * reaches it. Port 0 takes a free one. Fails: INVALID (no such address), CONFLICT (the port is in use), DENIED, IO. */
PARRY_MUST parry_code parry_bind(const char *address, int *fd, char text[PARRY_ADDRESS_TEXT], bool *loopback,
                                 parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
