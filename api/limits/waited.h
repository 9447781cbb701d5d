/* How long a request waited for its turn: in the kernel's socket, before accept or after, until its handler runs. The
 * library reads a request and calls its handler in one go, so that nothing of this wait is seen above the socket.
 *
 * Two things are known. The kernel keeps when data came in last on a connection (TCP_INFO), in ticks of up to 4 ms.
 * And a thread that went to sleep had nothing left to do: no request on it waited longer than since then. */
#ifndef PARRY_API_WAITED_H
#define PARRY_API_WAITED_H

#include <stdint.h>

/* In a handler, once a request, on the thread that reads the connection fd. 0 where it cannot be told. */
int64_t parry_waited_ns(int fd, int64_t now_ns);

/* The estimate: the kernel says kernel_ns, the thread has been busy for busy_ns. */
int64_t parry_waited_of(int64_t kernel_ns, int64_t busy_ns);

#endif
