/* What a bench of the HTTP API stands on; tests/bench/bench_http.py runs it.
 *
 *     bench_http static BYTES THREADS                  a minimal libmicrohttpd that answers any GET with so many bytes;
 *                                                      says its port, ends with its standard input
 *     bench_http load PORT RATE SECONDS CONNECTIONS    GETs of the paths on standard input, in turn, RATE a second
 *                                                      whatever comes back; a line of figures at the end
 *
 * The load is open: each request has its time, and where no connection is free then, how long it took counts from that
 * time: a server that makes callers wait does not make them fewer. */
#include "base/clock.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PATHS = 200000, CONNECTIONS = 1024, REPLY = 256 * 1024, STATUSES = 600, NAP_MAX_NS = 5000000 };
static const int64_t second = 1000000000;

/* ---- static ------------------------------------------------------------------------------------------------------ */

static enum MHD_Result on_request(void *cls, struct MHD_Connection *conn, const char *url, const char *method,
                                  const char *version, const char *upload, size_t *upload_n, void **request)
{
    (void)url, (void)method, (void)version, (void)upload, (void)upload_n;
    if (*request == NULL) {
        *request = cls;
        return MHD_YES;
    }
    return MHD_queue_response(conn, 200, cls);
}

static int serve_static(size_t bytes, unsigned threads)
{
    char *body = parry_malloc(bytes);
    memset(body, 'x', bytes);
    struct MHD_Response *r = MHD_create_response_from_buffer(bytes, body, MHD_RESPMEM_MUST_FREE);
    struct MHD_Daemon *d =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, r,
                         threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, MHD_OPTION_END);
    if (d == NULL)
        return 1;
    printf("%u\n", (unsigned)MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    while (getchar() != EOF)
        ;
    MHD_stop_daemon(d);
    MHD_destroy_response(r);
    return 0;
}

/* ---- load -------------------------------------------------------------------------------------------------------- */

typedef struct conn {
    int fd;
    int64_t due; /* of the request that is under way; 0: idle */
    size_t n;    /* bytes of the reply so far */
    char reply[REPLY];
} conn;

typedef struct load {
    struct sockaddr_in to;
    char *paths[PATHS];
    size_t npaths, nconns, sent, idle, lost;
    conn **conns, **idles;
    int epoll;
    double *took_ms[2]; /* of 200s, of all others */
    size_t ntook[2], cap;
    size_t status[STATUSES];
} load;

static void connect_one(load *l, conn *c)
{
    int one = 1;
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&l->to, sizeof l->to) != 0 ||
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
        epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &e) != 0)
        exit(1);
    c->due = 0;
    c->n = 0;
    l->idles[l->idle++] = c;
}

static void send_one(load *l, int64_t due)
{
    char text[8192];
    conn *c = l->idles[--l->idle];
    int n = snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", l->paths[l->sent++ % l->npaths]);
    c->due = due;
    if (n < 0 || send(c->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
        l->lost++;
}

static void done(load *l, conn *c, int status, bool closing)
{
    int of = status != 200;
    l->status[status > 0 && status < STATUSES ? status : 0]++;
    if (l->ntook[of] < l->cap)
        l->took_ms[of][l->ntook[of]++] = (double)(parry_mono_ns() - c->due) / 1e6;
    if (closing) {
        (void)close(c->fd);
        connect_one(l, c);
    } else {
        c->due = 0;
        c->n = 0;
        l->idles[l->idle++] = c;
    }
}

/* A whole reply: its head, and as much as Content-Length says. */
static void receive(load *l, conn *c)
{
    ssize_t got = recv(c->fd, c->reply + c->n, REPLY - 1 - c->n, 0);
    if (got <= 0) {
        if (c->due == 0) { /* an idle one that the server closed; it is among the idle ones still */
            (void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, c->fd, NULL);
            return;
        }
        l->lost++;
        done(l, c, 0, true);
        return;
    }
    c->n += (size_t)got;
    c->reply[c->n] = 0;
    const char *end = strstr(c->reply, "\r\n\r\n"), *length = strstr(c->reply, "Content-Length: ");
    if (end == NULL || length == NULL || c->n < (size_t)(end - c->reply) + 4 + strtoul(length + 16, NULL, 10))
        return;
    const char *close_said = strstr(c->reply, "Connection: close");
    done(l, c, (int)strtol(c->reply + 9, NULL, 10), close_said != NULL && close_said < end);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at(const load *l, int of, double share)
{
    return l->ntook[of] == 0 ? 0 : l->took_ms[of][(size_t)((double)(l->ntook[of] - 1) * share)];
}

static void report(load *l, double seconds)
{
    for (int of = 0; of < 2; of++)
        qsort(l->took_ms[of], l->ntook[of], sizeof(double), by_size);
    printf("{\"sent\": %zu, \"ok\": %zu, \"shed\": %zu, \"other\": %zu, \"lost\": %zu, \"ok_per_s\": %.1f, \"p50_ms\": "
           "%.3f, "
           "\"p99_ms\": %.3f, \"max_ms\": %.3f, \"shed_p99_ms\": %.3f}\n",
           l->sent, l->status[200], l->status[503], l->sent - l->status[200] - l->status[503], l->lost,
           (double)l->status[200] / seconds, at(l, 0, 0.5), at(l, 0, 0.99), at(l, 0, 1), at(l, 1, 0.99));
}

/* Until the next request is due: to the nanosecond, for a load that spins takes a core from the server. */
static long nap(const load *l, int64_t next, int64_t stop)
{
    int64_t wait = next < stop && l->idle > 0 ? next - parry_mono_ns() : NAP_MAX_NS;
    return (long)(wait < 0 ? 0 : wait > NAP_MAX_NS ? NAP_MAX_NS : wait);
}

static void run(load *l, double rate, double seconds)
{
    struct epoll_event events[64];
    int64_t start = parry_mono_ns(), stop = start + (int64_t)(seconds * 1e9), next = start;
    int64_t step = (int64_t)(1e9 / rate);
    bool starved = false; /* no connection was free: what is late then is late because of the server */
    while (parry_mono_ns() < stop || l->idle < l->nconns) {
        int64_t now = parry_mono_ns();
        if (now > stop + 10 * second)
            break;
        for (; next <= now && next < stop && l->idle > 0; next += step)
            send_one(l, starved ? next : parry_mono_ns());
        starved = next <= now && next < stop;
        int n = epoll_pwait2(l->epoll, events, 64, &(struct timespec){.tv_nsec = nap(l, next, stop)}, NULL);
        for (int i = 0; i < n; i++)
            receive(l, events[i].data.ptr);
    }
}

static int make_load(unsigned port, double rate, double seconds, size_t nconns)
{
    static load l;
    char line[4096];
    l.to = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((in_port_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    while (l.npaths < PATHS && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = 0;
        l.paths[l.npaths++] = strdup(line);
    }
    l.nconns = nconns;
    l.conns = parry_calloc(nconns, sizeof *l.conns);
    l.idles = parry_calloc(nconns, sizeof *l.idles);
    l.epoll = epoll_create1(EPOLL_CLOEXEC);
    l.cap = (size_t)(rate * seconds) + 1;
    for (int of = 0; of < 2; of++)
        l.took_ms[of] = parry_calloc(l.cap, sizeof(double));
    for (size_t i = 0; i < nconns; i++) {
        l.conns[i] = parry_calloc(1, sizeof(conn));
        connect_one(&l, l.conns[i]);
    }
    run(&l, rate, seconds);
    report(&l, seconds);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "static") == 0)
        return serve_static(strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10));
    if (argc == 6 && strcmp(argv[1], "load") == 0) {
        double rate = strtod(argv[3], NULL), seconds = strtod(argv[4], NULL);
        size_t conns = strtoul(argv[5], NULL, 10);
        if (rate >= 1 && seconds > 0 && seconds <= 600 && rate <= 1e6 && conns >= 1 && conns <= CONNECTIONS)
            return make_load((unsigned)strtoul(argv[2], NULL, 10), rate, seconds, conns);
    }
    (void)fprintf(stderr, "bench_http static BYTES THREADS | load PORT RATE SECONDS CONNECTIONS < PATHS\n");
    return 2;
}
