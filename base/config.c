/* Configuration: the table, and the walk over a YAML document of at most two levels that fills the struct by it. */
#include "base/config_private.h"

#include "base/file.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include <yaml.h>

enum { FILE_BYTES = 64 * 1024, KEY_BYTES = 64, NEAR = 4 };

#define AT(field) offsetof(parry_config, field)
const parry_config_row parry_config_rows[] = {
    {"encoder.model_dir", TEXT, AT(encoder.model_dir), "", 0, 4000, "path",
     "Folder of the encoder's model; empty is the default model in the per-user cache."},
    {"encoder.precision", WORD, AT(encoder.precision), "auto", 0, 0, "auto f32 bf16",
     "Arithmetic of the encoder; auto takes bf16 where the processor has it."},
    {"index.threads", NUMBER, AT(index.threads), "0", 0, 1024, "threads", "Threads that index; 0 takes all cores."},
    {"index.passage_tokens", NUMBER, AT(index.passage_tokens), "128", 32, 240, "tokens", "Length a passage aims at."},
    {"index.hnsw_from", NUMBER, AT(index.hnsw_from), "50000", 0, 1000000000, "vectors",
     "Vectors in a segment from which an HNSW graph replaces the exact scan."},
    {"search.typo_one_from", NUMBER | LIVE, AT(search.typo_one_from), "5", 0, 64, "letters",
     "A word of so many letters may have one typo; 0: none ever has."},
    {"search.typo_two_from", NUMBER | LIVE, AT(search.typo_two_from), "9", 0, 64, "letters",
     "A word of so many letters may have two; 0: none ever has."},
    {"search.typo_numbers", WORD | LIVE, AT(search.typo_numbers), "off", 0, 0, "on off",
     "Whether words with digits may have typos."},
    {"search.typo_off_words", TEXT | LIVE, AT(search.typo_off_words), "", 0, 4000, "words",
     "Words that are never taken for misspelt, separated by spaces or commas."},
    {"search.typo_off_fields", WORDS | LIVE, AT(search.typo_off_fields), "", 0, 0, "title keywords headings body",
     "Fields in which corrected words are not looked for."},
    {"serve.listen", ADDRESS, AT(serve.listen), "127.0.0.1:8080", 3, 300, "HOST:PORT",
     "Where the server listens; port 0 takes a free one."},
    {"serve.threads", NUMBER, AT(serve.threads), "0", 0, 1024, "threads",
     "Threads that search, and as many that serve connections; 0 takes one a core."},
    {"serve.job_threads", NUMBER, AT(serve.job_threads), "4", 1, 64, "threads",
     "Threads for requests that wait for a disk: writing, signing in."},
    {"serve.max_connections", NUMBER, AT(serve.max_connections), "1024", 1, 65536, "connections",
     "Connections open at once; more wait or are refused."},
    {"serve.idle_timeout_s", NUMBER, AT(serve.idle_timeout_s), "30", 1, 3600, "s",
     "A silent connection is closed after so long."},
    {"serve.max_body_bytes", NUMBER | LIVE, AT(serve.max_body_bytes), "1048576", 1024, 1073741824, "bytes",
     "Largest request body."},
    {"serve.max_query_bytes", NUMBER | LIVE, AT(serve.max_query_bytes), "2048", 16, 65536, "bytes", "Longest query."},
    {"serve.watch_quiet_ms", NUMBER, AT(serve.watch_quiet_ms), "100", 0, 60000, "ms",
     "A changed file is read once it was quiet for so long."},
    {"serve.default_audience", TEXT, AT(serve.default_audience), "customer", 1, 200, "name",
     "Audience of a request that names none."},
    {"serve.site_name", TEXT | LIVE, AT(serve.site_name), "Parry", 1, 200, "name",
     "Name of the help centre on its pages."},
    {"serve.visitors", WORD | LIVE, AT(serve.visitors), "tab", 0, 0, "tab browser",
     "What the pages of the help centre know of who comes back: a name for the tab, gone when it is closed, or one "
     "that the "
     "browser keeps. With the first nobody is the same visitor twice, so reports show no texts (privacy.md); the "
     "second "
     "may need the visitor's consent where you are."},
    {"serve.cors_origins", TEXT | LIVE, AT(serve.cors_origins), "", 0, 4000, "origins",
     "Sites whose pages may call the API from a browser, separated by spaces; * lets any."},
    {"serve.hosts", TEXT | LIVE, AT(serve.hosts), "", 0, 4000, "names",
     "Further names, separated by spaces, by which a server that only its own machine reaches may be called without a "
     "key; localhost and addresses always may."},
    {"serve.trusted_proxies", TEXT, AT(serve.trusted_proxies), "", 0, 4000, "addresses and networks",
     "Proxies whose word for the client's address is taken, separated by spaces or commas: 127.0.0.1 10.0.0.0/8."},
    {"serve.forwarded_header", WORD, AT(serve.forwarded_header), "x-forwarded-for", 0, 0, "x-forwarded-for forwarded",
     "The one header in which trusted proxies say it; the other is not read."},
    {"serve.answer_cache_mib", NUMBER, AT(serve.answer_cache_mib), "128", 0, 4096, "MiB",
     "Memory for answers to what many people type alike, each kept for at most a minute; 0: every answer is made "
     "anew."},
    {"algolia.indexes", TEXT, AT(algolia.indexes), "", 0, 4000, "names",
     "Names of indexes that clients of Algolia's protocol may ask for, separated by spaces; empty: any name."},
    {"algolia.site", TEXT, AT(algolia.site), "", 0, 300, "URL",
     "What stands before the path of every URL in Algolia's records; empty: the Host that the request names."},
    {"access.secret_file", TEXT, AT(access.secret_file), "", 0, 4000, "path",
     "The secret that sessions and one-time codes rest on, outside DATA; made on first use. Empty is parry/secret in "
     "the per-user configuration folder."},
    {"access.anonymous", WORD, AT(access.anonymous), "auto", 0, 0, "auto search none",
     "What needs no key: search (and events) or none of the API; auto is search on loopback, none elsewhere."},
    {"access.session_idle_min", NUMBER, AT(access.session_idle_min), "30", 1, 1440, "min",
     "A session that is not used ends after so long."},
    {"access.session_absolute_h", NUMBER, AT(access.session_absolute_h), "12", 1, 720, "h",
     "A session ends after so long, used or not."},
    {"access.jwks_file", TEXT, AT(access.jwks_file), "", 0, 4000, "path",
     "JSON Web Key Set that signs the tokens of one's own users; empty: none are accepted."},
    {"access.jwt_issuer", TEXT, AT(access.jwt_issuer), "", 0, 1000, "text", "What iss of a token must be."},
    {"access.jwt_audience", TEXT, AT(access.jwt_audience), "", 0, 1000, "text", "What aud of a token must be or hold."},
    {"access.jwt_claim", TEXT, AT(access.jwt_claim), "role", 0, 200, "name",
     "The claim whose values choose the audiences."},
    {"access.jwt_map", TEXT, AT(access.jwt_map), "", 0, 2000, "VALUE=AUDIENCE ...",
     "Which audience a value of that claim stands for; pairs with spaces between."},
    {"access.jwt_leeway_s", NUMBER, AT(access.jwt_leeway_s), "30", 0, 300, "s",
     "How far the clocks of who signs and who checks may differ."},
    {"desk.targets", TEXT, AT(desk.targets), "cases", 0, 600, "names",
     "Connectors that every ticket goes to, separated by spaces; the first one's status is the ticket's."},
    {"desk.public_url", TEXT, AT(desk.public_url), "", 0, 300, "URL",
     "Where people reach the help centre; with it tickets have a link to follow them."},
    {"desk.contact_url", TEXT, AT(desk.contact_url), "", 0, 300, "URL",
     "Where people write to a person, on a server that takes no tickets itself; empty: /contact of the primary that it "
     "follows."},
    {"desk.per_hour", NUMBER | LIVE, AT(desk.per_hour), "5", 0, 100000, "tickets",
     "Tickets of one address, and of one visitor, an hour, without a secret key; 0: without limit."},
    {"desk.work_bits", NUMBER | LIVE, AT(desk.work_bits), "0", 0, 26, "bits",
     "Work that a browser does before it may send a ticket, in leading zero bits of a hash; 18 takes about a second, "
     "0 is none."},
    {"desk.keep_handoffs_days", NUMBER, AT(desk.keep_handoffs_days), "730", 0, 36500, "days",
     "The record of a hand-off is erased after so long, and its link ends with it; 0: never."},
    {"desk.keep_cases_days", NUMBER, AT(desk.keep_cases_days), "730", 0, 36500, "days",
     "A case of the built-in store that is done is erased so long after its last change; 0: never."},
    {"desk.connectors_file", TEXT, AT(desk.connectors_file), "", 0, 4000, "path",
     "YAML file of the systems that tickets go to (connectors.md); empty: the built-in case store alone."},
    {"desk.hook_secret_file", TEXT, AT(desk.hook_secret_file), "", 0, 4000, "path",
     "Secrets, a line each, of systems that sign what they tell POST /v1/hooks/ticket (handoff.md); empty: they bring "
     "a "
     "key."},
    {"events.bots", TEXT | LIVE, AT(events.bots), "", 0, 4000, "words",
     "Parts of User-Agents, separated by spaces, whose searches and events are marked as a bot's, beside the "
     "well-known "
     "ones."},
    {"redaction.rules_file", TEXT, AT(redaction.rules_file), "", 0, 4000, "path",
     "YAML file of patterns of your own for what is personal here, taken out of every text before it is kept "
     "(privacy.md); "
     "SIGHUP reads it again."},
    {"retention.queries_days", NUMBER | LIVE, AT(retention.queries_days), "400", 0, 36500, "days",
     "Searches are erased from the ledger when they are older, once a day; 0: kept for ever."},
    {"retention.events_days", NUMBER | LIVE, AT(retention.events_days), "400", 0, 36500, "days",
     "The same of clicks, votes, tickets and all other events."},
    {"retention.audit_days", NUMBER | LIVE, AT(retention.audit_days), "1100", 0, 36500, "days",
     "The same of the audit, which also says what was erased: let it be the longest."},
    {"deflection.k", NUMBER | LIVE, AT(deflection.k), "5", 2, 100, "visitors",
     "A text, and what a report narrows or divides by, is shown of at least so many different visitors."},
    {"deflection.cost_per_ticket", DECIMAL | LIVE, AT(deflection.cost_per_ticket), "0", 0, 1000000, "currency",
     "What a ticket costs, for the report on cost saved; 0: it has no figures."},
    {"deflection.currency", TEXT | LIVE, AT(deflection.currency), "", 0, 16, "text",
     "What that is counted in, like EUR; said beside the figures."},
    {"alerts.webhook_url", TEXT, AT(alerts.webhook_url), "", 0, 2000, "URL",
     "Where alerts are sent with POST, signed (deflection.md); empty: the log and /v1/alerts have them."},
    {"alerts.secret_file", TEXT, AT(alerts.secret_file), "", 0, 4000, "path",
     "The secret that signs them, 16 bytes or more, better 32, in a file that only its owner reads."},
    {"alerts.private_address", WORD, AT(alerts.private_address), "off", 0, 0, "on off",
     "on: that URL may lead to this machine or to a private network."},
    {"experiment.name", TEXT, AT(experiment.name), "", 0, 60, "text",
     "Name of the hold-out at the ticket form (deflection.md); another name is another experiment. Empty: there is "
     "none."},
    {"experiment.holdout", DECIMAL, AT(experiment.holdout), "0", 0, 50, "percent",
     "Visitors who are shown no suggestions at the ticket form. What an experiment began with holds; 0: nobody is "
     "drawn "
     "any more."},
    {"experiment.base", DECIMAL, AT(experiment.base), "90", 0, 100, "percent",
     "Expected: of the visitors at the form who see no suggestions, so many write a ticket."},
    {"experiment.treated", DECIMAL, AT(experiment.treated), "85", 0, 100, "percent", "The same of those who see them."},
    {"experiment.window", WORD, AT(experiment.window), "72h", 0, 0, "24h 72h 7d",
     "A ticket counts so long after the visitor came to the form."},
    {"experiment.units", NUMBER, AT(experiment.units), "0", 0, 4000000, "visitors",
     "The planned end, after which nobody is drawn; 0: as many as the expected rates need (parry experiment power)."},
    {"ranking_test.name", TEXT, AT(ranking_test.name), "", 0, 60, "text",
     "Name of the test that holds _search/challenger.yaml against production (experiments.md); another name is another "
     "test. Empty: there is none."},
    {"ranking_test.kind", WORD, AT(ranking_test.kind), "off", 0, 0, "off ab interleave shadow",
     "ab: a share of the visitors gets the challenger's lists. interleave: their lists are drafted from both. shadow: "
     "they get production's, and the query log keeps where the challenger has each hit."},
    {"ranking_test.share", DECIMAL, AT(ranking_test.share), "50", 0, 100, "percent",
     "Visitors who get them; under 100 in an A/B test, which goes by the share that it began with."},
    {"ranking_test.base", DECIMAL, AT(ranking_test.base), "10", 0, 100, "percent",
     "Expected in an A/B test: of the visitors who get production's lists, so many write a ticket."},
    {"ranking_test.treated", DECIMAL, AT(ranking_test.treated), "9", 0, 100, "percent",
     "The same of those who get the challenger's."},
    {"ranking_test.window", WORD, AT(ranking_test.window), "72h", 0, 0, "24h 72h 7d",
     "A ticket counts so long after the visitor's first search."},
    {"ranking_test.units", NUMBER, AT(ranking_test.units), "0", 0, 4000000, "visitors",
     "The planned end of an A/B test; 0: as many as the expected rates need (parry experiment power)."},
    {"ranking_test.swap", DECIMAL, AT(ranking_test.swap), "0", 0, 20, "percent",
     "Searches in which, half of the time, two neighbours change places: it shows how likely each place is looked at "
     "(experiments.md). 0: none."},
    {"log.level", WORD | LIVE, AT(log.level), "info", 0, 0, "debug info warn error", "Least level that is logged."},
    {"log.format", WORD | LIVE, AT(log.format), "logfmt", 0, 0, "logfmt json", "How a line of the log is written."},
    {"trace.endpoint", TEXT, AT(trace.endpoint), "", 0, 2000, "URL",
     "Where spans are sent by OTLP/HTTP as JSON, like http://127.0.0.1:4318/v1/traces; empty: nowhere."},
    {"trace.ratio", DECIMAL | LIVE, AT(trace.ratio), "1", 0, 1, "share",
     "Share of the requests that are traced, of those that bring no traceparent of their own."},
    {"trace.headers_file", TEXT, AT(trace.headers_file), "", 0, 4000, "path",
     "File of `Name: value` lines that are sent with the spans, for the receiver's token."},
    {"trace.service", TEXT, AT(trace.service), "parry", 1, 200, "name", "What the spans say the service is called."},
    {"tls.cert_file", TEXT, AT(tls.cert_file), "", 0, 4000, "path",
     "PEM file with the certificate and those between it and the root; empty: plain HTTP."},
    {"tls.key_file", TEXT, AT(tls.key_file), "", 0, 4000, "path", "PEM file with the certificate's private key."},
    {"limits.search_per_address", NUMBER, AT(limits.search_per_address), "3000", 0, 1000000, "requests a minute",
     "Searches and reads that one address (IPv6: a /64) may ask for; 0: no limit."},
    {"limits.events_per_address", NUMBER, AT(limits.events_per_address), "3000", 0, 1000000, "requests a minute",
     "The same of events."},
    {"limits.write_per_address", NUMBER, AT(limits.write_per_address), "1200", 0, 1000000, "requests a minute",
     "The same of writing and administration."},
    {"limits.sign_in_per_address", NUMBER, AT(limits.sign_in_per_address), "30", 0, 1000000, "requests a minute",
     "The same of attempts to sign in."},
    {"limits.search_per_key", NUMBER, AT(limits.search_per_key), "0", 0, 1000000, "requests a minute",
     "Searches and reads with one key, from wherever; 0: no limit."},
    {"limits.events_per_key", NUMBER, AT(limits.events_per_key), "0", 0, 1000000, "requests a minute",
     "The same of events."},
    {"limits.write_per_key", NUMBER, AT(limits.write_per_key), "0", 0, 1000000, "requests a minute",
     "The same of writing and administration."},
    {"limits.burst_s", NUMBER, AT(limits.burst_s), "10", 1, 3600, "s",
     "As much of a rate as it allows in so long may come at once."},
    {"limits.this_machine", WORD, AT(limits.this_machine), "off", 0, 0, "on off",
     "Whether limits for an address hold for this machine's own (127.0.0.1, ::1), too: its programs, and proxies on it "
     "that are not trusted to say who asks."},
    {"limits.connections_per_address", NUMBER, AT(limits.connections_per_address), "64", 0, 65536, "connections",
     "Open at once from one address that is no trusted proxy; more are closed at once; 0: no limit."},
    {"limits.request_s", NUMBER, AT(limits.request_s), "20", 1, 3600, "s",
     "A request's line and headers are there after so long, its body and its reply's taking after so long and a second "
     "for every 16 KiB; else its connection is closed."},
    {"limits.queue_ms", NUMBER, AT(limits.queue_ms), "250", 0, 60000, "ms",
     "Among many, who waited longer for their turn is answered 503; under standing load sooner; 0: nobody is."},
    {"limits.deadline_ms", NUMBER, AT(limits.deadline_ms), "0", 0, 60000, "ms",
     "A search that would take longer leaves out meaning and says degraded, unless it says deadline_ms itself; 0: "
     "none."},
    {"limits.disk_reserve_mb", NUMBER | LIVE, AT(limits.disk_reserve_mb), "200", 0, 1000000000, "MB",
     "With less free on the disk of DATA, events are refused and searches not recorded: the rest is for signing in, "
     "writing and their audit; 0: for whoever comes first."},
};
enum { ROWS = sizeof parry_config_rows / sizeof *parry_config_rows };
const size_t parry_config_nrows = ROWS;

typedef parry_config_row row;
static const row *const rows = parry_config_rows;

static parry_code unknown_key(const char *key, parry_err *err)
{
    const row *best = NULL;
    size_t least = NEAR;
    for (const row *r = rows; r < rows + ROWS; r++) {
        size_t d = parry_str_distance(parry_str_of(key), parry_str_of(r->key));
        if (d < least) {
            least = d;
            best = r;
        }
    }
    if (best != NULL)
        return parry_fail(err, PARRY_INVALID, "key %.64s: unknown; did you mean %s?", key, best->key);
    return parry_fail(err, PARRY_INVALID, "key %.64s: unknown; remove it or see the manual for the keys", key);
}

static const row *find_row(const char *key)
{
    for (const row *r = rows; r < rows + ROWS; r++) {
        if (strcmp(r->key, key) == 0)
            return r;
    }
    return NULL;
}

static void put_text(parry_config *c, const row *r, const char *value)
{
    const char *kept = parry_str_z(c->arena, parry_str_of(value));
    memcpy((char *)c + r->at, &kept, sizeof kept);
}

/* Decimal digits with an optional sign, nothing else; base 10 whatever zeros lead. */
static bool number(const char *z, int64_t *out)
{
    const char *p = *z == '-' ? z + 1 : z;
    if (*p == 0 || strspn(p, "0123456789") != strlen(p))
        return false;
    errno = 0;
    long long n = strtoll(z, NULL, 10);
    if (errno != 0)
        return false;
    *out = n;
    return true;
}

static parry_code set_number(parry_config *c, const row *r, const char *value, parry_err *err)
{
    int64_t n;
    if (!number(value, &n) || n < r->least || n > r->most)
        return parry_fail(err, PARRY_INVALID, "key %s: \"%.40s\" must be a whole number from %lld to %lld (%s)", r->key,
                          value, (long long)r->least, (long long)r->most, r->unit);
    memcpy((char *)c + r->at, &n, sizeof n);
    return PARRY_OK;
}

/* Digits with at most one point among them. */
static bool decimal(const char *z, double *out)
{
    size_t whole = strspn(z, "0123456789"), part = z[whole] == '.' ? 1 + strspn(z + whole + 1, "0123456789") : 0;
    if (whole == 0 || part == 1 || whole + part > 20 || z[whole + part] != 0)
        return false;
    *out = strtod(z, NULL);
    return true;
}

static parry_code set_decimal(parry_config *c, const row *r, const char *value, parry_err *err)
{
    double n;
    if (!decimal(value, &n) || n < (double)r->least || n > (double)r->most)
        return parry_fail(err, PARRY_INVALID, "key %s: \"%.40s\" must be a number from %lld to %lld, like 0.5 (%s)",
                          r->key, value, (long long)r->least, (long long)r->most, r->unit);
    memcpy((char *)c + r->at, &n, sizeof n);
    return PARRY_OK;
}

static parry_code set_word(parry_config *c, const row *r, const char *value, parry_err *err)
{
    parry_str rest = parry_str_of(r->unit), word;
    while (parry_str_split(&rest, ' ', &word)) {
        if (parry_str_eqz(word, value)) {
            put_text(c, r, value);
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID, "key %s: \"%.40s\" must be one of: %s", r->key, value, r->unit);
}

static parry_code set_words(parry_config *c, const row *r, const char *value, parry_err *err)
{
    parry_str left = parry_str_of(value), one;
    while (parry_str_split(&left, ' ', &one)) {
        parry_str rest = parry_str_of(r->unit), word;
        bool known = one.n == 0;
        while (!known && parry_str_split(&rest, ' ', &word))
            known = parry_str_eq(word, one);
        if (!known)
            return parry_fail(err, PARRY_INVALID, "key %s: \"%.40s\" must be some of: %s", r->key, value, r->unit);
    }
    put_text(c, r, value);
    return PARRY_OK;
}

static parry_code set_text(parry_config *c, const row *r, const char *value, parry_err *err)
{
    parry_str s = parry_str_of(value);
    if ((int64_t)s.n < r->least || (int64_t)s.n > r->most)
        return parry_fail(err, PARRY_INVALID, "key %s: must have %lld to %lld bytes, not %zu", r->key,
                          (long long)r->least, (long long)r->most, s.n);
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
            return parry_fail(err, PARRY_INVALID, "key %s: holds a control character; remove it", r->key);
    }
    put_text(c, r, value);
    return PARRY_OK;
}

static parry_code set_address(parry_config *c, const row *r, const char *value, parry_err *err)
{
    const char *colon = strrchr(value, ':');
    int64_t port;
    if (colon == NULL || colon == value || !number(colon + 1, &port) || port < 0 || port > 65535)
        return parry_fail(err, PARRY_INVALID, "key %s: \"%.40s\" must be HOST:PORT, like %s", r->key, value,
                          r->fallback);
    return set_text(c, r, value, err);
}

parry_code parry_config_set(parry_config *c, const char *key, const char *value, parry_err *err)
{
    const row *r = find_row(key);
    if (r == NULL)
        return unknown_key(key, err);
    switch (parry_config_kind_of(r)) {
    case NUMBER:
        return set_number(c, r, value, err);
    case DECIMAL:
        return set_decimal(c, r, value, err);
    case TEXT:
        return set_text(c, r, value, err);
    case WORD:
        return set_word(c, r, value, err);
    case WORDS:
        return set_words(c, r, value, err);
    case ADDRESS:
        return set_address(c, r, value, err);
    }
    return unknown_key(key, err);
}

void parry_config_defaults(parry_config *c)
{
    memset(c, 0, sizeof *c);
    c->arena = parry_arena_new();
    for (const row *r = rows; r < rows + ROWS; r++) {
        parry_code code = parry_config_set(c, r->key, r->fallback, NULL);
        assert(code == PARRY_OK && "a default stands outside its own range");
        (void)code;
    }
}

void parry_config_free(parry_config *c)
{
    parry_arena_free(c->arena);
    memset(c, 0, sizeof *c);
}

/* One load. `next` is a copy that becomes the caller's only when everything was right. With `mistake` it goes on after
 * a mistake, and tells of each. */
typedef struct load {
    parry_config next;
    const char *path;
    parry_str text;
    yaml_document_t *doc;
    parry_err *err;
    parry_config_mistake *mistake;
    void *ctx;
    bool seen[ROWS];
} load;

/* Every mistake comes by here. */
static parry_code at_line(load *l, size_t line, parry_code code)
{
    parry_err_context(l->err, "%s:%zu", l->path, line);
    if (l->mistake == NULL)
        return code;
    l->mistake(l->ctx, l->err);
    return PARRY_OK;
}

static size_t line_of(const yaml_node_t *n) { return n->start_mark.line + 1; }

/* NULL where it is no plain text: a list, a mapping, or a string with a zero byte inside. */
static const char *scalar(const yaml_node_t *n)
{
    if (n->type != YAML_SCALAR_NODE)
        return NULL;
    const char *z = (const char *)n->data.scalar.value;
    return strlen(z) == n->data.scalar.length ? z : NULL;
}

/* A file that is named must be there; whoever only loads finds out when it is opened. */
static parry_code check_file(load *l, const row *r, const char *value)
{
    if (l->mistake == NULL || !parry_config_names_file(r) || *value == 0 || access(value, R_OK) == 0)
        return PARRY_OK;
    return parry_fail_errno(l->err, "key %s: %s cannot be read", r->key, value);
}

static parry_code take_value(load *l, const char *key, const yaml_node_t *k, const yaml_node_t *v)
{
    const row *r = find_row(key);
    const char *value = scalar(v);
    parry_code code;
    if (r == NULL)
        code = unknown_key(key, l->err);
    else if (l->seen[r - rows])
        code = parry_fail(l->err, PARRY_INVALID, "key %s: stands twice; keep one", key);
    else if (value == NULL)
        code = parry_fail(l->err, PARRY_INVALID, "key %s: must have one plain value", key);
    else
        code = parry_config_set(&l->next, key, value, l->err);
    if (code == PARRY_OK && r != NULL)
        code = check_file(l, r, value);
    if (r != NULL)
        l->seen[r - rows] = true;
    return code == PARRY_OK ? code : at_line(l, line_of(k), code);
}

/* `prefix` is the section's name, or NULL at the top. */
static parry_code full_key(load *l, const char *prefix, const yaml_node_t *k, char key[2 * KEY_BYTES])
{
    const char *name = scalar(k);
    int n = -1;
    if (name != NULL)
        n = snprintf(key, 2 * KEY_BYTES, "%s%s%s", prefix ? prefix : "", prefix ? "." : "", name);
    if (n >= 0 && n < 2 * KEY_BYTES)
        return PARRY_OK;
    return at_line(l, line_of(k), parry_fail(l->err, PARRY_INVALID, "key: must be a plain name of the manual"));
}

/* A section whose keys are all commented out reads as an empty value. */
static bool empty_section(const char *key, const yaml_node_t *v)
{
    const char *value = scalar(v);
    size_t n = strlen(key);
    for (const row *r = rows; value != NULL && *value == 0 && r < rows + ROWS; r++) {
        if (strncmp(r->key, key, n) == 0 && r->key[n] == '.')
            return true;
    }
    return false;
}

static parry_code take_pair(load *l, const char *prefix, const yaml_node_pair_t *pair);

static parry_code take_mapping(load *l, const char *prefix, const yaml_node_t *map)
{
    parry_code code = PARRY_OK;
    const yaml_node_pair_t *p = map->data.mapping.pairs.start;
    for (; p < map->data.mapping.pairs.top && code == PARRY_OK; p++)
        code = take_pair(l, prefix, p);
    return code;
}

static parry_code take_pair(load *l, const char *prefix, const yaml_node_pair_t *pair)
{
    const yaml_node_t *k = yaml_document_get_node(l->doc, pair->key);
    const yaml_node_t *v = yaml_document_get_node(l->doc, pair->value);
    char key[2 * KEY_BYTES];
    parry_code code = full_key(l, prefix, k, key);
    if (code != PARRY_OK)
        return code;
    if (prefix == NULL && v->type == YAML_MAPPING_NODE)
        return take_mapping(l, key, v);
    if (prefix == NULL && empty_section(key, v))
        return PARRY_OK;
    return take_value(l, key, k, v);
}

static parry_code syntax_error(load *l, const yaml_parser_t *parser)
{
    size_t line = parser->problem_mark.line + 1;
    if (parser->error == YAML_READER_ERROR) { /* bad bytes: only their place is known */
        line = 1;
        for (size_t i = 0; i < parser->problem_offset && i < l->text.n; i++)
            line += l->text.p[i] == '\n';
    }
    const char *what = parser->problem ? parser->problem : "cannot be read";
    return at_line(l, line, parry_fail(l->err, PARRY_INVALID, "not valid YAML: %s", what));
}

/* *more says whether there was a document at all. */
static parry_code take_document(load *l, yaml_parser_t *parser, bool *more)
{
    yaml_document_t doc;
    if (!yaml_parser_load(parser, &doc))
        return syntax_error(l, parser);
    l->doc = &doc;
    const yaml_node_t *root = yaml_document_get_root_node(&doc);
    parry_code code = PARRY_OK;
    if (root != NULL && *more)
        code = at_line(l, line_of(root), parry_fail(l->err, PARRY_INVALID, "a second document; keep one"));
    else if (root != NULL && root->type == YAML_MAPPING_NODE)
        code = take_mapping(l, NULL, root);
    else if (root != NULL && (scalar(root) == NULL || *scalar(root) != 0))
        code = at_line(l, line_of(root), parry_fail(l->err, PARRY_INVALID, "must hold `key: value` lines"));
    *more = root != NULL;
    yaml_document_delete(&doc);
    l->doc = NULL;
    return code;
}

static parry_code take_text(load *l)
{
    yaml_parser_t parser;
    bool more = false;
    if (!yaml_parser_initialize(&parser))
        parry_oom();
    yaml_parser_set_input_string(&parser, (const unsigned char *)l->text.p, l->text.n);
    parry_code code = take_document(l, &parser, &more);
    if (code == PARRY_OK && more)
        code = take_document(l, &parser, &more);
    yaml_parser_delete(&parser);
    return code;
}

static parry_code run_load(load *l)
{
    parry_arena *scratch = parry_arena_new();
    parry_code code = parry_file_read(scratch, l->path, FILE_BYTES, &l->text, l->err);
    if (code == PARRY_OK)
        code = take_text(l);
    parry_arena_free(scratch);
    return code;
}

parry_code parry_config_load(parry_config *c, const char *path, parry_err *err)
{
    load l = {.next = *c, .path = path, .err = err};
    parry_code code = run_load(&l);
    if (code == PARRY_OK)
        *c = l.next;
    return code;
}

parry_code parry_config_check(const char *path, parry_config_mistake *mistake, void *ctx, parry_err *err)
{
    parry_err one = {0};
    load l = {.path = path, .err = &one, .mistake = mistake, .ctx = ctx};
    parry_config_defaults(&l.next);
    parry_code code = run_load(&l);
    parry_config_free(&l.next);
    if (code != PARRY_OK && err != NULL)
        *err = one;
    return code;
}
