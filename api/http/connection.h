/* Connection: libmicrohttpd's callbacks turned into requests and responses. The only header that knows the library. */
#ifndef PARRY_API_CONNECTION_H
#define PARRY_API_CONNECTION_H

#include "api/app.h"
#include "api/http/jobs.h"
#include "api/http/tls.h"
#include "api/limits/line.h"
#include "api/limits/reaper.h"

#include <microhttpd.h>

enum { PARRY_BODIES_MAX_BYTES = 256 << 20 }; /* of all requests together */

typedef struct parry_connections {
    parry_app *app;
    parry_jobs *jobs;         /* for handlers that may block */
    parry_jobs *searches;     /* for those that search: a job for each that waits in the line */
    parry_line *line;         /* who of these is next */
    parry_reaper *reaper;     /* of connections that take too long */
    parry_tls *tls;           /* NULL: plain HTTP */
    char *busy;               /* what all who are turned away are told; made with the daemon */
    size_t busy_id;           /* where their request's id stands in it */
    int64_t open_ns;          /* since when there is a daemon */
    atomic_size_t running;    /* requests whose first line came in and whose reply has not gone out */
    atomic_size_t asleep;     /* of these, those that a job or a hold has: 0 before the daemon may be stopped */
    atomic_bool closing;      /* nobody falls asleep any more */
    atomic_size_t body_bytes; /* of their bodies, in memory */
} parry_connections;

/* The daemon on a listening socket with `threads` threads; NULL where the library refuses (errno may say why). */
struct MHD_Daemon *parry_connections_open(parry_connections *c, int fd, unsigned threads);
/* Waits until nobody sleeps: jobs that run are ended, those that wait are not begun, and who would fall asleep from
 * here on is cut off. Then the daemon may be stopped. */
void parry_connections_settle(parry_connections *c);
void parry_connections_close(parry_connections *c); /* after the daemon was stopped */

#endif
