/* traceparent is  00-TRACE(32 hex)-PARENT(16 hex)-FLAGS(2 hex). */
#include "api/observe/trace.h"

#include "base/clock.h"
#include "base/hash.h"

#include <time.h>

enum { TRACE_HEX = PARRY_TRACE_ID_TEXT - 1, SPAN_HEX = PARRY_SPAN_ID_TEXT - 1, MEMBERS = 32, KEY_BYTES = 256 };
enum { TRACE_AT = 3, SPAN_AT = TRACE_AT + TRACE_HEX + 1, FLAGS_AT = SPAN_AT + SPAN_HEX + 1, LENGTH = FLAGS_AT + 2 };

static const char digits[] = "0123456789abcdef";

static bool hex(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == 0 || strchr(digits, s.p[i]) == NULL)
            return false;
    }
    return true;
}

static bool zeros(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '0')
            return false;
    }
    return true;
}

bool parry_trace_parse(parry_str s, parry_trace_context *out)
{
    if (s.n < LENGTH || s.p[TRACE_AT - 1] != '-' || s.p[SPAN_AT - 1] != '-' || s.p[FLAGS_AT - 1] != '-')
        return false;
    parry_str version = {s.p, 2}, trace = {s.p + TRACE_AT, TRACE_HEX}, span = {s.p + SPAN_AT, SPAN_HEX};
    parry_str flags = {s.p + FLAGS_AT, 2};
    bool longer_is_fine = !parry_str_eqz(version, "00") && s.n > LENGTH && s.p[LENGTH] == '-';
    if (!hex(version) || parry_str_eqz(version, "ff") || (s.n > LENGTH && !longer_is_fine))
        return false;
    if (!hex(trace) || !hex(span) || !hex(flags) || zeros(trace) || zeros(span))
        return false;
    (void)snprintf(out->id, sizeof out->id, "%.*s", PARRY_FMT(trace));
    (void)snprintf(out->parent, sizeof out->parent, "%.*s", PARRY_FMT(span));
    out->sampled = (strchr(digits, flags.p[1]) - digits) & 1;
    return true;
}

static bool member_valid(parry_str member)
{
    size_t equals = parry_str_find(member, parry_str_of("="));
    if (equals == 0 || equals > KEY_BYTES || equals + 1 >= member.n)
        return false;
    for (size_t i = 0; i < member.n; i++) {
        unsigned char c = (unsigned char)member.p[i];
        if (c < ' ' || c > '~' || (c == ' ' && i < equals) || (c == '=' && i > equals))
            return false;
    }
    return true;
}

bool parry_trace_state_valid(parry_str s)
{
    size_t members = 0;
    parry_str member;
    if (s.n == 0 || s.n > PARRY_TRACE_STATE_MAX)
        return false;
    while (parry_str_split(&s, ',', &member)) {
        member = parry_str_trim(member);
        if (member.n > 0 && (!member_valid(member) || ++members > MEMBERS))
            return false;
    }
    return members > 0;
}

static void random_hex(char *out, size_t n)
{
    unsigned char b[TRACE_HEX / 2];
    do
        parry_random_bytes(b, n / 2);
    while (b[0] == 0 && b[1] == 0); /* ids of zeros mean none */
    for (size_t i = 0; i < n / 2; i++) {
        out[2 * i] = digits[b[i] >> 4];
        out[2 * i + 1] = digits[b[i] & 15];
    }
    out[n] = 0;
}

/* By the id's own bits, so that all who go by them decide alike. */
static bool chosen(const char *id, double ratio)
{
    unsigned long long bits = strtoull(id + TRACE_HEX - 14, NULL, 16); /* 56 */
    return (double)bits < ratio * (double)(1ULL << 56);
}

void parry_trace_begin(parry_trace_context *c, parry_str traceparent, bool tracing, double ratio)
{
    *c = (parry_trace_context){0};
    if ((traceparent.n > 0 && parry_trace_parse(traceparent, c)) || !tracing)
        return;
    random_hex(c->id, TRACE_HEX);
    c->sampled = chosen(c->id, ratio);
}

static int64_t unix_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

parry_trace *parry_trace_new(const parry_trace_context *c, parry_str tracestate)
{
    parry_trace *t = parry_calloc(1, sizeof *t);
    t->context = *c;
    random_hex(t->span, SPAN_HEX);
    if (parry_trace_state_valid(tracestate))
        memcpy(t->state, tracestate.p, tracestate.n);
    t->method = t->route = "";
    t->start_unix_ns = unix_ns();
    t->start_ns = parry_mono_ns();
    return t;
}

static void add(parry_trace *t, const char *name, int64_t start_ns, int64_t took_ns)
{
    if (t->nstages < PARRY_TRACE_STAGES && took_ns > 0)
        t->stages[t->nstages++] = (parry_stage){name, start_ns, start_ns + took_ns};
}

void parry_trace_stage(parry_trace *t, const char *name, int64_t took_ns)
{
    if (t != NULL)
        add(t, name, parry_mono_ns() - took_ns, took_ns);
}

void parry_trace_search(parry_trace *t, const parry_results *r)
{
    if (t == NULL)
        return;
    const parry_stage took[] = {
        {"understand", 0, r->understand_ns}, {"text", 0, r->text_ns}, {"encode", 0, r->encode_ns},
        {"vector", 0, r->vector_ns},         {"fuse", 0, r->fuse_ns}, {"show", 0, r->show_ns}};
    int64_t at = parry_mono_ns();
    for (size_t i = 0; i < sizeof took / sizeof *took; i++)
        at -= took[i].end_ns;
    for (size_t i = 0; i < sizeof took / sizeof *took; at += took[i].end_ns, i++)
        add(t, took[i].name, at, took[i].end_ns);
}
