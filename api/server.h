/* Server: the HTTP API and the help centre's pages over libmicrohttpd, on threads of its own, and a thread that follows
 * CURRENT so that a new generation is served within a twentieth of a second.
 *
 *     parry_bind -> (import, index) -> parry_server_start ... parry_server_drain -> parry_server_close
 *
 * Requests never block on each other: each holds the generation it began with. */
#ifndef PARRY_API_SERVER_H
#define PARRY_API_SERVER_H

#include "access/access.h"
#include "access/tokens.h"
#include "api/http/listen.h"
#include "base/config.h"
#include "content/store.h"
#include "indexer/publisher.h"
#include "ledger/ledger.h"
#include "models/encoder.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_server parry_server;

typedef struct parry_server_options { /* all borrowed: must outlive the server */
    const parry_config *config;
    parry_store *store;
    parry_ledger *ledger;                /* NULL: nothing is recorded, and events are refused */
    const char *index_dir;               /* DATA/index; need not exist yet */
    parry_publisher *publisher;          /* NULL: nothing is written here */
    const parry_encoder *encoder;        /* NULL: text alone */
    parry_access *access;                /* keys, people, sessions; NULL: everybody is anyone */
    parry_tokens *tokens;                /* NULL: none are accepted */
    struct parry_desk *desk;             /* NULL: no tickets are taken here */
    const struct parry_secret *desk_key; /* with a desk */
    bool loopback;                       /* as parry_bind says */
    const char *no_meaning;              /* why there is no encoder: /ready says it */
    const char *data_dir;                /* DATA, for its replicas */
    struct parry_follow *follow;         /* this is a replica itself, which only reads; NULL: it is not */
    bool handed_over;                    /* fd is another's too (activation.h): draining leaves it listening */
} parry_server_options;

/* Every route, a line each: method, path and the right it asks for, with tabs between. */
void parry_server_routes(parry_buf *out);

/* fd: bound, as from parry_bind; the server's from here on, whatever this returns.
 * Fails: CORRUPT (the index), UNAVAILABLE (threads or sockets), IO. */
PARRY_MUST parry_code parry_server_start(const parry_server_options *o, int fd, parry_server **out, parry_err *err);
/* Look at CURRENT now instead of at the next tick: after publishing in this process. Any thread; failures are logged.
 */
void parry_server_refresh(parry_server *s);
/* From now on requests go by another configuration, of which the live keys count. Borrowed like the first, which stays
 * valid too: requests that run go on with it. Any thread. */
void parry_server_configure(parry_server *s, const parry_config *config);
/* What the configuration's files hold, once more: the certificate and its key (which are also looked at every second),
 * the keys of tokens, the headers of traces. Of each that cannot be read the old stays, and the log says why. Any
 * thread. */
void parry_server_reload_files(parry_server *s);
/* Refuse new connections (or, where the socket was handed over, leave them waiting in it) and let running requests end
 * for at most wait_ms. Returns how many are left. */
size_t parry_server_drain(parry_server *s, int64_t wait_ms);
/* Stop and free everything; what still runs is cut off. NULL is fine. */
void parry_server_close(parry_server *s);

#ifdef __cplusplus
}
#endif
#endif
