#include "centre.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct sample {
    const char *id, *audience, *title, *text, *category, *product, *tags, *updated, *locale;
} sample;

/* "payout" and "secret" are other audiences': no test may see them as a customer. */
static const sample samples[] = {
    {"refund-late", "customer", "Where your refund is", "A refund takes three to five business days to arrive.",
     "Refunds", "App", "cards\nmoney", "2026-11-01", "en"},
    {"refund-times", "customer", "Refund times", "How long a refund takes depends on how you paid.", "Refunds", "Shop",
     "cards", "2026-10-01", "en"},
    {"refund-partial", "customer", "Partial refunds", "Part of the price may come back as a refund.", "Refunds", "Shop",
     "", "2024-01-01", "en"},
    {"track", "customer", "Track your delivery", "Follow the parcel with the link in the message.", "Deliveries", "App",
     "parcels", "2026-11-20", "en"},
    {"address", "customer", "Change the delivery address", "The address can be changed until the parcel is packed.",
     "Deliveries", "Shop", "parcels", "2025-05-05", "en-GB"},
    {"balance", "customer", "Your account balance", "Money that came back stands in your balance.", "Account", "App",
     "money", "soon", "en"},
    {"erstattung", "customer", "Erstattung", "Eine Erstattung dauert drei Tage.", "Refunds", "App", "", "2026-11-02",
     "de"},
    {"payout", "merchant", "Payouts and refunds", "A refund is taken off the next payout. Refund refund refund.",
     "Refunds", "Shop", "cards\nonly-merchants", "2026-11-21", "en"},
    {"secret", "internal", "Refund fraud", "How a refund is checked for fraud. Refund refund.", "Fraud team", "Back",
     "only-staff", "2026-11-21", "en"},
};
enum { NSAMPLES = sizeof samples / sizeof *samples };

static const char *below(centre *c, const char *name) { return parry_str_printf(c->arena, "%s/%s", c->dir, name).p; }

static void add_sample(parry_segment_writer *w, const sample *s)
{
    parry_section_in section = {parry_str_of("A section"), parry_str_of("A section"), parry_str_of("a-section")};
    parry_row_in rows[] = {{PARRY_ROW_TITLE, 0, parry_str_of(s->title), NULL},
                           {PARRY_ROW_PASSAGE, 0, parry_str_of(s->text), NULL}};
    parry_article_in a = {.id = parry_str_of(s->id),
                          .title = parry_str_of(s->title),
                          .slug = parry_str_of(s->id),
                          .locale = parry_str_of(s->locale),
                          .audience = parry_str_of(s->audience),
                          .category = parry_str_of(s->category),
                          .updated = parry_str_of(s->updated),
                          .product = parry_str_of(s->product),
                          .tags = parry_str_of(s->tags),
                          .sections = &section,
                          .nsections = 1,
                          .rows = rows,
                          .nrows = 2,
                          .hash = parry_hash_of(s->text, strlen(s->text))};
    ok(parry_segment_writer_add(w, &a, NULL));
}

static const char segment_name[] = "00000000000000000000000000000001";

static void publish(centre *c)
{
    parry_manifest_segment s = {0};
    memcpy(s.name, segment_name, sizeof segment_name);
    parry_manifest m = {.number = ++c->number, .segments = &s, .nsegments = 1};
    memcpy(m.tables, c->tables, sizeof m.tables);
    ok(parry_manifest_publish(c->dir, &m, NULL));
    if (c->index == NULL)
        ok(parry_index_open(c->dir, &c->index, NULL));
    ok(parry_index_refresh(c->index, NULL, NULL));
    parry_generation_release(c->generation);
    c->generation = parry_index_acquire(c->index);
}

static int64_t now_ms(void *ctx) { return ((centre *)ctx)->now_ms; }

centre *centre_new(void)
{
    centre *c = parry_calloc(1, sizeof *c);
    parry_segment_options o = {0};
    parry_segment_writer *w = NULL;
    snprintf(c->dir, sizeof c->dir, "/tmp/parry-centre-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    c->arena = parry_arena_new();
    assert_true(parry_time_parse(parry_str_of("2026-11-21T12:00:00Z"), &c->now_ms, NULL));
    ok(parry_segment_writer_open(below(c, "segments"), segment_name, &o, &w, NULL));
    for (size_t i = 0; i < NSAMPLES; i++)
        add_sample(w, &samples[i]);
    ok(parry_segment_writer_finish(w, NULL));
    publish(c);
    c->searcher = parry_searcher_new(NULL);
    parry_searcher_set_clock(c->searcher, (parry_clock){now_ms, c});
    return c;
}

void centre_free(centre *c)
{
    parry_searcher_free(c->searcher);
    parry_generation_release(c->generation);
    parry_index_close(c->index);
    ok(parry_tree_remove(c->dir, NULL));
    parry_arena_free(c->arena);
    free(c);
}

static json_t *parsed(const char *json)
{
    json_t *j = json_loads(json, 0, NULL);
    if (j == NULL)
        fail_msg("not JSON: %s", json);
    return j;
}

void centre_table(centre *c, parry_side kind, const char *json)
{
    json_auto_t *document = parsed(json);
    parry_err err = {0};
    if (parry_side_write(c->dir, kind, document, c->tables[kind], &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    publish(c);
}

void centre_refuses(parry_side kind, const char *json, const char *says)
{
    json_auto_t *document = parsed(json);
    parry_err err = {0};
    assert_int_equal(parry_side_check(kind, document, &err), PARRY_INVALID);
    if (strstr(err.msg, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.msg, says);
}

parry_results centre_search(centre *c, parry_query q)
{
    parry_results r = {0};
    parry_err err = {0};
    q.mode = PARRY_TEXT;
    q.limit = 20;
    q.explain = true;
    if (parry_search(c->searcher, c->generation, &q, c->arena, &r, &err) != PARRY_OK)
        fail_msg("%s", err.msg);
    return r;
}

parry_results centre_ask(centre *c, const char *text, const char *audience)
{
    return centre_search(c, text_query(text, audience));
}

const char *ids_of(centre *c, const parry_results *r)
{
    parry_buf b = PARRY_BUF(10000);
    for (size_t i = 0; i < r->n; i++)
        parry_buf_printf(&b, "%s%.*s", i > 0 ? " " : "", PARRY_FMT(r->hits[i].id));
    const char *z = parry_str_z(c->arena, parry_buf_str(&b));
    parry_buf_free(&b);
    return z;
}

const parry_hit *hit_of(const parry_results *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (parry_str_eqz(r->hits[i].id, id))
            return &r->hits[i];
    return NULL;
}

double points_of(const parry_hit *h, const char *part)
{
    for (size_t p = 0; p < h->nparts; p++)
        if (strcmp(h->parts[p].name, part) == 0)
            return h->parts[p].points;
    return 0;
}

void assert_parts_sum(const parry_results *r)
{
    for (size_t i = 0; i < r->n; i++) {
        double sum = 0;
        for (size_t p = 0; p < r->hits[i].nparts; p++)
            sum += r->hits[i].parts[p].points;
        assert_true(fabs(sum - r->hits[i].score) < 1e-9);
    }
}
