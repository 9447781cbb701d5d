/* Coins by HMAC, so that a person who asks again, or for page two, gets the same list. */
#include "api/deflection/rankings.h"

#include "access/access.h"
#include "access/secret.h"
#include "api/deflection/meeting.h"
#include "api/query_log.h"
#include "base/clock.h"
#include "engine/challenger.h"

#include <math.h>
#include <stdlib.h>

typedef enum kind { OFF, AB, INTERLEAVE, SHADOW, KINDS } kind;

struct parry_rankings {
    kind kind; /* OFF: only neighbours are swapped */
    char name[PARRY_TRIAL_NAME_MAX + 1];
    parry_hash salt;
    unsigned share, swaps; /* of PARRY_EXPERIMENT_PARTS: visitors, searches */
    parry_hash swap_salt;
};

static const char *const arms[] = {NULL, "production", "challenger", "interleaved", "shadow"};

/* ---- opening ------------------------------------------------------------------------------------------------------
 */

static unsigned parts_of(double percent) { return (unsigned)lround(percent * PARRY_EXPERIMENT_PARTS / 100); }

static kind kind_of(const parry_config *c)
{
    static const char *const names[KINDS] = {[AB] = "ab", [INTERLEAVE] = "interleave", [SHADOW] = "shadow"};
    for (int k = AB; k < KINDS; k++) {
        if (strcmp(c->ranking_test.kind, names[k]) == 0)
            return *c->ranking_test.name != 0 ? (kind)k : OFF;
    }
    return OFF;
}

static void derive(parry_app *app, const char *purpose, const char *name, parry_hash *salt)
{
    char whole[PARRY_TRIAL_NAME_MAX + 32];
    parry_secret secret;
    (void)snprintf(whole, sizeof whole, "%s %s", purpose, name);
    parry_access_derive(app->access, whole, &secret);
    memcpy(salt->b, secret.b, sizeof salt->b);
}

void parry_rankings_open(parry_app *app)
{
    const parry_config *c = app->config;
    struct parry_rankings r = {
        .kind = kind_of(c), .share = parts_of(c->ranking_test.share), .swaps = parts_of(c->ranking_test.swap)};
    if (app->access == NULL || app->ledger == NULL || app->follow != NULL || (r.kind == OFF && r.swaps == 0))
        return;
    (void)snprintf(r.name, sizeof r.name, "%s", c->ranking_test.name);
    derive(app, "drafted lists", r.name, &r.salt);
    derive(app, "swapped neighbours", "", &r.swap_salt);
    app->rankings = parry_malloc(sizeof r);
    *app->rankings = r;
}

void parry_rankings_close(parry_app *app)
{
    free(app->rankings);
    app->rankings = NULL;
}

/* ---- choosing -----------------------------------------------------------------------------------------------------
 */

static parry_str list_of(parry_call *c, parry_str whose, const parry_query *q)
{
    return parry_str_printf(c->arena, "%.*s\n%.*s", PARRY_FMT(whose), PARRY_FMT(parry_str_trim(q->text)));
}

/* The same for one person's question whatever page of its hits; of those without a name, for a question's day. */
static parry_draw draw_draft(parry_call *c, const parry_hash *salt, parry_str visitor, const parry_query *q)
{
    long long day = parry_clock_now_ms(parry_clock_system()) / 86400000;
    return parry_experiment_draw(salt,
                                 list_of(c, visitor.n > 0 ? visitor : parry_str_printf(c->arena, "\n%lld", day), q));
}

/* Of those without a name each request anew, and once: one that is not answered at once (kept_only) is asked again, and
 * two draws would swap what is often asked, and so kept, hardly ever. */
static parry_draw draw_swap(parry_call *c, const parry_hash *salt, parry_str visitor, const parry_query *q)
{
    parry_str any = parry_str_printf(c->arena, "\n%lld", (long long)c->req->arrived_ns);
    return parry_experiment_draw(salt, list_of(c, visitor.n > 0 ? visitor : any, q));
}

static void choose_arm(parry_call *c, const struct parry_rankings *t, parry_str visitor, parry_query *q,
                       parry_ranking *out)
{
    out->test = t->name;
    if (t->kind == AB) {
        static const parry_ranking_arm arm_of[] = {[PARRY_MET_NOT] = PARRY_RANKING_NONE,
                                                   [PARRY_MET_HELD] = PARRY_RANKING_PRODUCTION,
                                                   [PARRY_MET_TREATED] = PARRY_RANKING_CHALLENGER};
        out->arm = arm_of[parry_meet(c, c->app->ranking_trial, visitor)];
        q->challenger = out->arm == PARRY_RANKING_CHALLENGER;
        return;
    }
    parry_draw draft = draw_draft(c, &t->salt, visitor, q);
    unsigned part = visitor.n > 0 ? parry_experiment_draw(&t->salt, visitor).part : draft.part;
    if (q->typing || part >= t->share)
        return;
    out->arm = t->kind == SHADOW ? PARRY_RANKING_SHADOW : PARRY_RANKING_INTERLEAVED;
    out->seed = draft.seed;
    out->own = true;
}

void parry_ranking_choose(parry_call *c, const parry_generation *g, parry_query *q, parry_ranking *out)
{
    const struct parry_rankings *t = c->app->rankings;
    *out = (parry_ranking){.arm = PARRY_RANKING_NONE, .draw = {.part = PARRY_EXPERIMENT_PARTS}};
    if (t == NULL || q->text.n == 0 || q->sort != PARRY_BY_RELEVANCE)
        return;
    parry_str visitor = parry_call_visitor(c);
    if (t->kind != OFF && parry_has_challenger(g))
        choose_arm(c, t, visitor, q, out);
    if (q->typing || q->offset > 0 || t->swaps == 0 || out->arm == PARRY_RANKING_INTERLEAVED)
        return;
    out->draw = draw_swap(c, &t->swap_salt, visitor, q);
    out->own = out->own || out->draw.part < t->swaps;
}

/* ---- searching ----------------------------------------------------------------------------------------------------
 */

/* Where the list has it, from 1; 0: nowhere. */
static unsigned place_in(const parry_results *r, parry_str id)
{
    for (size_t i = 0; i < r->n; i++) {
        if (parry_str_eq(r->hits[i].id, id))
            return (unsigned)(i + 1);
    }
    return 0;
}

static parry_code search_from_first(parry_call *c, const parry_generation *g, const parry_query *q, bool challenger,
                                    parry_results *out, parry_err *err)
{
    parry_query whole = *q;
    whole.challenger = challenger;
    whole.limit = q->offset + q->limit;
    whole.offset = 0;
    return parry_search(c->searcher, g, &whole, c->arena, out, err);
}

/* One number an article: its place in a, or behind all of these its place in b. */
static size_t draft(const parry_results *a, const parry_results *b, size_t most, uint64_t seed, uint32_t *ids,
                    parry_team *teams)
{
    uint32_t in_a[PARRY_SEARCH_MAX_LIMIT], in_b[PARRY_SEARCH_MAX_LIMIT];
    for (uint32_t i = 0; i < a->n; i++)
        in_a[i] = i;
    for (uint32_t i = 0; i < b->n; i++) {
        unsigned place = place_in(a, b->hits[i].id);
        in_b[i] = place > 0 ? place - 1 : (uint32_t)a->n + i;
    }
    return parry_interleave(in_a, a->n, in_b, b->n, most, seed, ids, teams);
}

/* What is said of the answer is of the ranking whose hit is first. */
static parry_code interleave(parry_call *c, const parry_generation *g, const parry_query *q, parry_ranking *x,
                             parry_results *out, parry_err *err)
{
    parry_results a, b;
    uint32_t ids[PARRY_SEARCH_MAX_LIMIT];
    parry_team teams[PARRY_SEARCH_MAX_LIMIT];
    parry_code code = search_from_first(c, g, q, false, &a, err);
    if (code == PARRY_OK)
        code = search_from_first(c, g, q, true, &b, err);
    if (code != PARRY_OK)
        return code;
    size_t n = draft(&a, &b, q->offset + q->limit, x->seed, ids, teams);
    size_t from = q->offset < n ? q->offset : n;
    *out = n > 0 && teams[0] == PARRY_TEAM_B ? b : a;
    out->total = a.total > b.total ? a.total : b.total;
    out->n = n - from;
    out->hits = PARRY_ARRAY(c->arena, parry_hit, out->n);
    for (size_t i = from; i < n; i++) {
        const parry_hit *h = ids[i] < a.n ? &a.hits[ids[i]] : &b.hits[ids[i] - a.n];
        out->hits[i - from] = *h;
        x->teams[x->n] = teams[i];
        x->other[x->n++] = place_in(&b, h->id);
    }
    return PARRY_OK;
}

/* The list that is shown is there: where this fails it is of no test. */
static void shadow(parry_call *c, const parry_generation *g, const parry_query *q, parry_ranking *x,
                   const parry_results *shown)
{
    parry_results b = {.n = 0};
    if (search_from_first(c, g, q, true, &b, NULL) != PARRY_OK)
        x->arm = PARRY_RANKING_NONE;
    for (size_t i = 0; x->arm == PARRY_RANKING_SHADOW && i < shown->n; i++)
        x->other[x->n++] = place_in(&b, shown->hits[i].id);
}

/* What an author pinned stays. */
static void swap(const struct parry_rankings *t, parry_ranking *x, parry_results *r)
{
    parry_swap s = parry_swap_of(x->draw.part, x->draw.seed, t->swaps, r->n);
    if (!s.in || r->hits[s.pair].pinned || r->hits[s.pair + 1].pinned)
        return;
    x->swap = s;
    if (!s.swapped)
        return;
    parry_hit upper = r->hits[s.pair];
    r->hits[s.pair] = r->hits[s.pair + 1];
    r->hits[s.pair + 1] = upper;
}

parry_code parry_ranking_search(parry_call *c, const parry_generation *g, const parry_query *q, parry_ranking *x,
                                parry_results *out, parry_err *err)
{
    bool deep = q->offset + q->limit > PARRY_SEARCH_MAX_LIMIT;
    if (deep && x->arm >= PARRY_RANKING_INTERLEAVED)
        x->arm = PARRY_RANKING_NONE; /* so far down lists are production's */
    if (x->arm == PARRY_RANKING_INTERLEAVED)
        return interleave(c, g, q, x, out, err);
    parry_code code = parry_search(c->searcher, g, q, c->arena, out, err);
    if (code == PARRY_OK && x->draw.part < PARRY_EXPERIMENT_PARTS)
        swap(c->app->rankings, x, out);
    if (code == PARRY_OK && x->arm == PARRY_RANKING_SHADOW)
        shadow(c, g, q, x, out);
    return code;
}

/* ---- telling ------------------------------------------------------------------------------------------------------
 */

static void tell_places(parry_buf *b, const parry_ranking *x)
{
    if (x->arm == PARRY_RANKING_INTERLEAVED) {
        parry_buf_printf(b, ",\"teams\":\"");
        for (size_t i = 0; i < x->n; i++)
            parry_buf_printf(b, "%c", x->teams[i] == PARRY_TEAM_A ? 'a' : 'b');
        parry_buf_printf(b, "\"");
    }
    if (x->arm < PARRY_RANKING_INTERLEAVED)
        return;
    parry_buf_printf(b, ",\"other\":[");
    for (size_t i = 0; i < x->n; i++)
        parry_buf_printf(b, "%s%u", i > 0 ? "," : "", x->other[i]);
    parry_buf_printf(b, "]");
}

parry_str parry_ranking_members(parry_arena *a, const parry_ranking *x)
{
    parry_buf b = PARRY_BUF(4096);
    if (x->arm != PARRY_RANKING_NONE) {
        json_t *name = json_string(x->test);
        char *text = json_dumps(name, JSON_ENCODE_ANY);
        parry_buf_printf(&b, ",\"experiment\":%s,\"arm\":\"%s\"", text, arms[x->arm]);
        free(text);
        json_decref(name);
    }
    tell_places(&b, x);
    if (x->swap.in)
        parry_buf_printf(&b, ",\"pair\":%u,\"swapped\":%s", x->swap.pair + 1, x->swap.swapped ? "true" : "false");
    parry_str out = parry_str_copy(a, parry_str_make(b.p, b.n));
    parry_buf_free(&b);
    return out;
}
