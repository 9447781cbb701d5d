/* logfmt or JSON on stderr. A line is built on the stack and leaves by one write(2), so that lines of threads do not
 * mix. */
#include "base/log.h"

#include "base/clock.h"
#include "base/log_json.h"
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum {
    LINE_BYTES = 4096, /* a longer line is cut; PIPE_BUF, so that lines of processes do not mix either */
    VALUE_BYTES = 200,
    QUOTED_BYTES = 4 * (int)sizeof(((parry_err *)0)->msg) + 3, /* \xNN for every byte, two quotes, a zero */
    KEPT = 4
};

static const char *const names[] = {
    [PARRY_DEBUG] = "debug", [PARRY_INFO] = "info", [PARRY_WARN] = "warn", [PARRY_ERROR] = "error"};
static atomic_int least_level = PARRY_INFO;
static atomic_bool as_json;

void parry_log_level(parry_level least) { atomic_store(&least_level, (int)least); }
void parry_log_json_lines(bool on) { atomic_store(&as_json, on); }

bool parry_level_parse(const char *name, parry_level *out)
{
    for (int i = PARRY_DEBUG; i <= PARRY_ERROR; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (parry_level)i;
            return true;
        }
    }
    return false;
}

static void write_line(const char *p, size_t n)
{
    while (write(STDERR_FILENO, p, n) < 0 && errno == EINTR)
        ;
}

/* Cuts what vsnprintf could not fit, and keeps an event on one line whatever was in its values. */
static size_t tidy(char *line, size_t n, int more)
{
    size_t room = LINE_BYTES - 1 - n, add = more < 0 ? 0 : (size_t)more;
    size_t end = n + (add < room ? add : room - 1);
    for (size_t i = 0; i < end; i++) {
        if ((unsigned char)line[i] < ' ')
            line[i] = ' ';
    }
    while (end > 0 && line[end - 1] == ' ')
        end--;
    line[end++] = '\n';
    return end;
}

PARRY_PRINTF(5, 0)
static size_t logfmt(char *line, const char *ts, const char *level, const char *event, const char *fmt, va_list ap)
{
    int n = snprintf(line, LINE_BYTES / 2, "ts=%s level=%s event=%s ", ts, level, event);
    size_t at = n < 0 ? 0 : n < LINE_BYTES / 2 ? (size_t)n : LINE_BYTES / 2 - 1;
    int more = fmt ? vsnprintf(line + at, LINE_BYTES - 1 - at, fmt, ap) : 0;
    return tidy(line, at, more);
}

void parry_log(parry_level level, const char *event, const char *fmt, ...)
{
    if ((int)level < atomic_load_explicit(&least_level, memory_order_relaxed))
        return;
    int kept_errno = errno;
    bool json = atomic_load_explicit(&as_json, memory_order_relaxed);
    char line[LINE_BYTES], ts[PARRY_TIME_TEXT];
    parry_time_text(parry_clock_now_ms(parry_clock_system()), ts);
    va_list ap;
    va_start(ap, fmt);
    size_t n = json ? parry_log_json(line, sizeof line, ts, names[level], event, fmt, ap)
                    : logfmt(line, ts, names[level], event, fmt, ap);
    va_end(ap);
    write_line(line, n);
    errno = kept_errno;
}

static size_t escape(unsigned cp, parry_str bytes, char *out)
{
    static const char hex[] = "0123456789abcdef";
    if (cp == '"' || cp == '\\' || cp == '\n' || cp == '\t' || cp == '\r') {
        out[0] = '\\';
        out[1] = cp == '\n' ? 'n' : cp == '\t' ? 't' : cp == '\r' ? 'r' : (char)cp;
        return 2;
    }
    if (cp < ' ' || cp == 0x7F || (cp == 0xFFFD && bytes.n == 1)) {
        unsigned char b = (unsigned char)bytes.p[0];
        out[0] = '\\';
        out[1] = 'x';
        out[2] = hex[b >> 4];
        out[3] = hex[b & 15];
        return 4;
    }
    memcpy(out, bytes.p, bytes.n);
    return bytes.n;
}

static const char *quote(parry_str v, char out[QUOTED_BYTES])
{
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0, len; i < v.n; i += len) {
        unsigned cp;
        len = parry_utf8_next(parry_str_from(v, i), &cp);
        n += escape(cp, parry_str_make(v.p + i, len), out + n);
    }
    out[n++] = '"';
    out[n] = 0;
    return out;
}

const char *parry_logq(const char *value)
{
    static _Thread_local char kept[KEPT][QUOTED_BYTES];
    static _Thread_local unsigned turn;
    return quote(parry_utf8_cut(parry_str_of(value), VALUE_BYTES), kept[turn++ % KEPT]);
}

void parry_log_err(const char *event, const parry_err *err)
{
    char msg[QUOTED_BYTES];
    parry_log(PARRY_ERROR, event, "code=%s at=%s msg=%s", parry_code_name(err->code), err->at,
              quote(parry_str_of(err->msg), msg));
}
