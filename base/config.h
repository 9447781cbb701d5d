/* Configuration: one typed struct, filled from defaults, then a YAML file. Each key stands in one table in config.c
 * with default, unit, range and help; the same table prints the manual. Unknown keys and values out of range are errors
 * that name the line. Values are flat or one level deep ("encoder.precision" is `encoder:` / `  precision:` in the
 * file). */
#ifndef PARRY_BASE_CONFIG_H
#define PARRY_BASE_CONFIG_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_config {
    struct {
        const char *model_dir; /* "" = the per-user cache's default model */
        const char *precision; /* auto | f32 | bf16 */
    } encoder;
    struct {
        int64_t threads;        /* 0 = all cores */
        int64_t passage_tokens; /* target passage length in tokens */
        int64_t hnsw_from;      /* vectors in a segment from which HNSW replaces the exact scan */
    } index;
    struct {
        int64_t typo_one_from, typo_two_from; /* letters; 0: never */
        const char *typo_numbers;             /* on | off */
        const char *typo_off_words;           /* separated by spaces or commas */
        const char *typo_off_fields;          /* of title, keywords, headings, body */
    } search;
    struct {
        const char *listen;  /* HOST:PORT */
        int64_t threads;     /* 0 = cores */
        int64_t job_threads; /* for what may block */
        int64_t max_connections;
        int64_t idle_timeout_s;
        int64_t max_body_bytes;
        int64_t max_query_bytes;
        int64_t watch_quiet_ms; /* a changed file is read once it was quiet for so long */
        const char *default_audience;
        const char *site_name;
        const char *visitors;         /* tab | browser */
        const char *cors_origins;     /* separated by spaces; "*": any */
        const char *hosts;            /* names of Host, separated by spaces */
        const char *trusted_proxies;  /* addresses and networks, between spaces or commas */
        const char *forwarded_header; /* x-forwarded-for | forwarded */
        int64_t answer_cache_mib;     /* 0: no answers are kept */
    } serve;
    struct {
        const char *indexes; /* separated by spaces or commas; empty: any */
        const char *site;    /* "https://help.example", before paths; empty: as the request's Host */
    } algolia;
    struct {
        const char *cert_file, *key_file; /* PEM; "": no TLS */
    } tls;
    struct { /* requests a minute; 0: without limit */
        int64_t search_per_address, events_per_address, write_per_address, sign_in_per_address;
        int64_t search_per_key, events_per_key, write_per_key;
        int64_t burst_s;
        const char *this_machine; /* on | off */
        int64_t connections_per_address;
        int64_t request_s;
        int64_t queue_ms;
        int64_t deadline_ms;
        int64_t disk_reserve_mb;
    } limits;
    struct {
        const char *bots; /* parts of User-Agents, between spaces */
    } events;
    struct {
        const char *secret_file; /* "" = secret in the per-user configuration folder */
        const char *anonymous;   /* auto | search | none */
        int64_t session_idle_min, session_absolute_h;
        const char *jwks_file;                 /* "" = no tokens are accepted */
        const char *jwt_issuer, *jwt_audience; /* what iss and aud must be */
        const char *jwt_claim, *jwt_map;
        int64_t jwt_leeway_s;
    } access;
    struct {
        const char *connectors_file;  /* "": the built-in case store alone */
        const char *contact_url;      /* "": unknown */
        const char *hook_secret_file; /* "": hooks bring a key */
        const char *targets;          /* names of connectors, separated by spaces or commas */
        const char *public_url;       /* "https://help.example"; "": unknown */
        int64_t per_hour;             /* tickets; 0: without limit */
        int64_t work_bits;            /* 0: no work */
        int64_t keep_handoffs_days;   /* since they were accepted; 0: for ever */
        int64_t keep_cases_days;      /* since they were done; 0: for ever */
    } desk;
    struct {
        int64_t k;              /* people; fewer are not shown */
        double cost_per_ticket; /* 0: not known */
        const char *currency;   /* "EUR" */
    } deflection;
    struct {
        const char *webhook_url; /* "": the log alone is told */
        const char *secret_file;
        const char *private_address; /* on | off */
    } alerts;
    struct {
        const char *name;     /* "": there is none */
        double holdout;       /* percent of the visitors; 0: nobody is drawn any more */
        double base, treated; /* percent with a ticket that are expected: held out, and not */
        const char *window;   /* 24h | 72h | 7d */
        int64_t units;        /* visitors at its planned end; 0: as base and treated need */
    } experiment;
    struct {
        const char *name, *kind; /* off | ab | interleave | shadow; "": there is none */
        double share;            /* percent of the visitors */
        double base, treated;    /* percent with a ticket that are expected: of production, and of the challenger */
        const char *window;      /* 24h | 72h | 7d */
        int64_t units;           /* visitors at the planned end; 0: as base and treated need */
        double swap;             /* percent of the searches; with or without a test */
    } ranking_test;
    struct {
        const char *level;  /* debug | info | warn | error */
        const char *format; /* logfmt | json */
    } log;
    struct {
        const char *endpoint; /* URL; "": spans go nowhere */
        double ratio;         /* 0 to 1 */
        const char *headers_file;
        const char *service;
    } trace;
    struct {
        const char *rules_file; /* "": those built in alone */
    } redaction;
    struct { /* days; 0: for ever */
        int64_t queries_days, events_days, audit_days;
    } retention;
    parry_arena *arena; /* owns the strings */
} parry_config;

void parry_config_defaults(parry_config *c); /* valid without any file */
/* Over what c holds. Fails: NOT_FOUND, INVALID ("FILE:LINE: key ...: what to do"). c is then unchanged. */
PARRY_MUST parry_code parry_config_load(parry_config *c, const char *path, parry_err *err);
/* One key, as from the file: parry_config_set(c, "encoder.precision", "f32", err). */
PARRY_MUST parry_code parry_config_set(parry_config *c, const char *key, const char *value, parry_err *err);
/* Variables that name another file than a key that ends in "_file": PARRY_TRACE_HEADERS_FILE for trace.headers_file.
 * So a secret never stands in the configuration, and its place may come from the service manager. environment: as
 * main's. Fails: INVALID (a PARRY_..._FILE that is no key). */
PARRY_MUST parry_code parry_config_environment(parry_config *c, char *const *environment, parry_err *err);
/* Every mistake of a file, in order, each as parry_config_load tells the first; also files named in it that cannot be
 * read. Fails only where the file itself cannot be read. */
typedef void parry_config_mistake(void *ctx, const parry_err *err);
PARRY_MUST parry_code parry_config_check(const char *path, parry_config_mistake *mistake, void *ctx, parry_err *err);
/* What a running program can take from `wanted`: *next is `running` with the live keys of `wanted`, in an arena of its
 * own. told: each key whose value is another, and whether it is live. */
typedef void parry_config_changed(void *ctx, const char *key, bool live);
void parry_config_live(const parry_config *running, const parry_config *wanted, parry_config *next,
                       parry_config_changed *told, void *ctx);
void parry_config_free(parry_config *c);

/* ---- for people (config_manual.c) */
void parry_config_manual(parry_buf *out);                      /* every key with default, unit, range and help */
void parry_config_markdown(parry_buf *out);                    /* the same as docs/configuration.md */
void parry_config_show(const parry_config *c, parry_buf *out); /* all values, as a file that gives them again */

#ifdef __cplusplus
}
#endif
#endif
