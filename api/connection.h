/* Connection: libmicrohttpd's callbacks turned into requests and responses. The only header that knows the library. */
#ifndef PARRY_API_CONNECTION_H
#define PARRY_API_CONNECTION_H

#include "api/app.h"

#include <microhttpd.h>

typedef struct parry_connections {
    parry_app *app;
    atomic_size_t running; /* requests whose first line came in and whose reply has not gone out */
} parry_connections;

/* The daemon on a listening socket with `threads` threads; NULL where the library refuses (errno may say why). */
struct MHD_Daemon *parry_connections_open(parry_connections *c, int fd, unsigned threads);

#endif
