/* The first handed-over descriptor is number 3, by the protocol. */
#include "api/http/activation.h"

#include "api/limits/proxies.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST_FD = 3 };

static bool number_of(const char *z, long *out)
{
    char *end;
    if (z == NULL || *z == 0)
        return false;
    *out = strtol(z, &end, 10);
    return *end == 0;
}

static parry_code read_address(int fd, char text[PARRY_ADDRESS_TEXT], bool *loopback, parry_err *err)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a, size = sizeof(int);
    int listening = 0;
    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || !listening ||
        (a.ss_family != AF_INET && a.ss_family != AF_INET6))
        return parry_fail(err, PARRY_INVALID,
                          "the socket that was handed over (LISTEN_FDS) is none that listens on an IP address; see "
                          "ListenStream= in its .socket unit");
    char host[PARRY_IP_TEXT];
    bool six = a.ss_family == AF_INET6;
    parry_ip ip = parry_ip_of((struct sockaddr *)&a);
    in_port_t port = six ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port;
    parry_ip_text(&ip, host);
    *loopback = parry_ip_loopback(&ip);
    (void)snprintf(text, PARRY_ADDRESS_TEXT, six ? "[%s]:%u" : "%s:%u", host, (unsigned)ntohs(port));
    return PARRY_OK;
}

parry_code parry_activated_socket(const char *listen_pid, const char *listen_fds, int *fd,
                                  char text[PARRY_ADDRESS_TEXT], bool *loopback, parry_err *err)
{
    long pid, fds;
    if (!number_of(listen_pid, &pid) || !number_of(listen_fds, &fds) || pid != (long)getpid() || fds <= 0) {
        *fd = -1;
        return PARRY_OK;
    }
    if (fds != 1)
        return parry_fail(err, PARRY_INVALID, "%ld sockets were handed over (LISTEN_FDS); give one ListenStream=", fds);
    parry_code code = read_address(FIRST_FD, text, loopback, err);
    if (code != PARRY_OK)
        return code;
    int flags = fcntl(FIRST_FD, F_GETFL);
    if (flags < 0 || fcntl(FIRST_FD, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) != 0)
        return parry_fail_errno(err, "the socket that was handed over");
    *fd = FIRST_FD;
    return PARRY_OK;
}
