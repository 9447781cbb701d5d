/* Parsing HOST:PORT and binding it. No names are looked up: "localhost" is 127.0.0.1. */
#include "api/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

static bool read_port(const char *z, in_port_t *port)
{
    size_t n = strspn(z, "0123456789");
    if (n == 0 || n > 5 || z[n] != 0)
        return false;
    unsigned long value = strtoul(z, NULL, 10);
    *port = htons((in_port_t)value);
    return value <= 65535;
}

/* The host as a plain string, without the brackets of IPv6. */
static bool read_host(parry_str s, char *host, size_t cap)
{
    if (s.n >= 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
        s = parry_str_make(s.p + 1, s.n - 2);
    if (parry_str_eqz(s, "localhost"))
        s = parry_str_of("127.0.0.1");
    if (s.n >= cap)
        return false;
    memcpy(host, s.p, s.n);
    host[s.n] = 0;
    return true;
}

static bool parse(const char *text, address *a)
{
    const char *colon = strrchr(text, ':');
    char host[INET6_ADDRSTRLEN];
    in_port_t port;
    memset(a, 0, sizeof *a);
    if (colon == NULL || !read_port(colon + 1, &port) ||
        !read_host(parry_str_make(text, (size_t)(colon - text)), host, sizeof host))
        return false;
    if (inet_pton(AF_INET, host, &a->v4.sin_addr) == 1) {
        a->v4.sin_family = AF_INET;
        a->v4.sin_port = port;
        return true;
    }
    if (inet_pton(AF_INET6, host, &a->v6.sin6_addr) != 1)
        return false;
    a->v6.sin6_family = AF_INET6;
    a->v6.sin6_port = port;
    return true;
}

static bool is_loopback(const address *a)
{
    if (a->any.sa_family == AF_INET)
        return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

static void say(const address *a, char text[PARRY_ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (a->any.sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &a->v4.sin_addr, host, sizeof host);
        (void)snprintf(text, PARRY_ADDRESS_TEXT, "%s:%u", host, (unsigned)ntohs(a->v4.sin_port));
    } else {
        (void)inet_ntop(AF_INET6, &a->v6.sin6_addr, host, sizeof host);
        (void)snprintf(text, PARRY_ADDRESS_TEXT, "[%s]:%u", host, (unsigned)ntohs(a->v6.sin6_port));
    }
}

static parry_code fail_bind(const char *text, parry_err *err)
{
    if (errno == EADDRINUSE)
        return parry_fail(err, PARRY_CONFLICT,
                          "%s is in use by another program; stop that one or take another port with --listen", text);
    return parry_fail_errno(err, "cannot listen on %s", text);
}

parry_code parry_bind(const char *text_in, int *fd, char text[PARRY_ADDRESS_TEXT], bool *loopback, parry_err *err)
{
    address a;
    if (!parse(text_in, &a))
        return parry_fail(err, PARRY_INVALID, "--listen %s: not an address; give HOST:PORT, like 127.0.0.1:8080",
                          text_in);
    int one = 1, s = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return parry_fail_errno(err, "cannot make a socket");
    socklen_t n = a.any.sa_family == AF_INET ? sizeof a.v4 : sizeof a.v6;
    if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 || bind(s, &a.any, n) != 0 ||
        getsockname(s, &a.any, &n) != 0) {
        parry_code code = fail_bind(text_in, err);
        (void)close(s);
        return code;
    }
    say(&a, text);
    *loopback = is_loopback(&a);
    *fd = s;
    return PARRY_OK;
}
