#include "centre.h"

#include "base/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct sample {
    centre_article article;
    const char *category, *product, *tags, *updated;
} sample;

/* "payout" and "secret" are other audiences': no test may see them as a customer. */
static const sample samples[] = {
    {{"refund-late", "customer", "en", "Where your refund is", "A refund takes three to five business days to arrive."},
     "Refunds",
     "App",
     "cards\nmoney",
     "2026-11-01"},
    {{"refund-times", "customer", "en", "Refund times", "How long a refund takes depends on how you paid."},
     "Refunds",
     "Shop",
     "cards",
     "2026-10-01"},
    {{"refund-partial", "customer", "en", "Partial refunds", "Part of the price may come back as a refund."},
     "Refunds",
     "Shop",
     "",
     "2024-01-01"},
    {{"track", "customer", "en", "Track your delivery", "Follow the parcel with the link in the message."},
     "Deliveries",
     "App",
     "parcels",
     "2026-11-20"},
    {{"address", "customer", "en-GB", "Change the delivery address",
      "The address can be changed until the parcel is packed."},
     "Deliveries",
     "Shop",
     "parcels",
     "2025-05-05"},
    {{"balance", "customer", "en", "Your account balance", "Money that came back stands in your balance."},
     "Account",
     "App",
     "money",
     "soon"},
    {{"erstattung", "customer", "de", "Erstattung", "Eine Erstattung dauert drei Tage."},
     "Refunds",
     "App",
     "",
     "2026-11-02"},
    {{"payout", "merchant", "en", "Payouts and refunds",
      "A refund is taken off the next payout. Refund refund refund."},
     "Refunds",
     "Shop",
     "cards\nonly-merchants",
     "2026-11-21"},
    {{"secret", "internal", "en", "Refund fraud", "How a refund is checked for fraud. Refund refund."},
     "Fraud team",
     "Back",
     "only-staff",
     "2026-11-21"},
};
enum { NSAMPLES = sizeof samples / sizeof *samples };

static const char *below(centre *c, const char *name) { return parry_str_printf(c->arena, "%s/%s", c->dir, name).p; }

static void add(parry_segment_writer *w, const sample *s)
{
    const centre_article *it = &s->article;
    parry_section_in section = {parry_str_of("A section"), parry_str_of("A section"), parry_str_of("a-section")};
    parry_row_in rows[] = {{PARRY_ROW_TITLE, 0, parry_str_of(it->title), NULL},
                           {PARRY_ROW_PASSAGE, 0, parry_str_of(it->text), NULL}};
    parry_article_in a = {.id = parry_str_of(it->id),
                          .title = parry_str_of(it->title),
                          .slug = parry_str_of(it->id),
                          .locale = parry_str_of(it->locale),
                          .audience = parry_str_of(it->audience),
                          .category = parry_str_of(s->category),
                          .updated = parry_str_of(s->updated),
                          .product = parry_str_of(s->product),
                          .tags = parry_str_of(s->tags),
                          .sections = &section,
                          .nsections = 1,
                          .rows = rows,
                          .nrows = 2,
                          .hash = parry_hash_of(it->text, strlen(it->text))};
    ok(parry_segment_writer_add(w, &a, NULL));
}

static void write_segment(centre *c, const char *segment, const sample *s, size_t n)
{
    parry_segment_options o = {0};
    parry_segment_writer *w = NULL;
    ok(parry_segment_writer_open(below(c, "segments"), segment, &o, &w, NULL));
    for (size_t i = 0; i < n; i++)
        add(w, &s[i]);
    ok(parry_segment_writer_finish(w, NULL));
}

void centre_write(centre *c, const char *segment, const centre_article *articles, size_t n)
{
    sample *s = PARRY_ARRAY(c->arena, sample, n);
    for (size_t i = 0; i < n; i++)
        s[i] = (sample){articles[i], "", "", "", ""};
    write_segment(c, segment, s, n);
}

void centre_publish(centre *c, parry_manifest_segment *segments, size_t n)
{
    parry_manifest m = {.number = ++c->number, .segments = segments, .nsegments = n};
    memcpy(m.tables, c->tables, sizeof m.tables);
    ok(parry_manifest_publish(c->dir, &m, NULL));
    if (c->index == NULL)
        ok(parry_index_open(c->dir, &c->index, NULL));
    ok(parry_index_refresh(c->index, NULL, NULL));
    parry_generation_release(c->generation);
    c->generation = parry_index_acquire(c->index);
}

const char centre_segment[] = "00000000000000000000000000000001";

static void publish(centre *c)
{
    parry_manifest_segment s = {0};
    memcpy(s.name, centre_segment, sizeof centre_segment);
    centre_publish(c, &s, 1);
}

static int64_t now_ms(void *ctx) { return ((centre *)ctx)->now_ms; }

static centre *empty(void)
{
    centre *c = parry_calloc(1, sizeof *c);
    snprintf(c->dir, sizeof c->dir, "/tmp/parry-centre-XXXXXX");
    assert_non_null(mkdtemp(c->dir));
    c->arena = parry_arena_new();
    assert_true(parry_time_parse(parry_str_of("2026-11-21T12:00:00Z"), &c->now_ms, NULL));
    c->searcher = parry_searcher_new(NULL);
    parry_searcher_set_clock(c->searcher, (parry_clock){now_ms, c});
    parry_config_defaults(&c->config);
    return c;
}

centre *centre_of(const centre_article *articles, size_t n)
{
    centre *c = empty();
    centre_write(c, centre_segment, articles, n);
    publish(c);
    return c;
}

int centre_make(void **state)
{
    centre *c = empty();
    write_segment(c, centre_segment, samples, NSAMPLES);
    publish(c);
    *state = c;
    return 0;
}

int centre_drop(void **state)
{
    centre *c = *state;
    parry_searcher_free(c->searcher);
    parry_config_free(&c->config);
    parry_generation_release(c->generation);
    parry_index_close(c->index);
    ok(parry_tree_remove(c->dir, NULL));
    parry_arena_free(c->arena);
    free(c);
    return 0;
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

void centre_configure(centre *c, const char *key, const char *value)
{
    ok(parry_config_set(&c->config, key, value, NULL));
    parry_searcher_configure(c->searcher, &c->config);
}

parry_results centre_search(centre *c, parry_query q)
{
    parry_results r = {0};
    parry_err err = {0};
    q.mode = PARRY_TEXT;
    q.limit = 100;
    q.explain = q.snippets = true;
    if (parry_search(c->searcher, c->generation, &q, c->arena, &r, &err) != PARRY_OK)
        fail_msg("%.*s: %s", PARRY_FMT(q.text), err.msg);
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
