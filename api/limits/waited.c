/* TCP_INFO and the thread's own count of sleeps. */
#include "api/limits/waited.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

static const int64_t ms = 1000000, tick = 4000000;

int64_t parry_waited_of(int64_t kernel_ns, int64_t busy_ns)
{
    int64_t most = kernel_ns + tick / 2, least = kernel_ns - tick;
    int64_t waited = busy_ns < most ? busy_ns : most;
    return waited > least ? waited : least;
}

/* Since when this thread has not slept, as far as its handlers saw. */
static int64_t busy_since(int64_t now_ns)
{
    static _Thread_local int64_t since;
    static _Thread_local long sleeps = -1;
    struct rusage use;
    if (getrusage(RUSAGE_THREAD, &use) != 0 || use.ru_nvcsw != sleeps) {
        sleeps = use.ru_nvcsw;
        since = now_ns;
    }
    return since;
}

int64_t parry_waited_ns(int fd, int64_t now_ns)
{
    struct tcp_info info;
    socklen_t n = sizeof info;
    int64_t busy = now_ns - busy_since(now_ns);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
        return 0;
    return parry_waited_of((int64_t)info.tcpi_last_data_recv * ms, busy);
}
