/* What was told: records of the ledger's audit, under a name of their own in its table of whom records are about. Their
 * ids are made of the alert's, so that two processes tell it once. */
#include "deflection/alerts.h"

#include "base/json.h"

#include "base/clock.h"

#include <stdlib.h>

#define OPENED "alert.opened"
#define ENDED "alert.ended"
static const char *const ends[] = {"open", "within its limits", "usual by now"};

/* No visitor's key: these are of random bytes. */
static parry_ledger_subject own_subject(void)
{
    parry_ledger_subject s = {{0}};
    static const char name[] = "parry: alerts";
    parry_hash h = parry_hash_of(name, sizeof name - 1);
    memcpy(s.b, h.b, sizeof s.b);
    return s;
}

/* ---- as JSON ----------------------------------------------------------------------------------------------------- */

static void set_time(json_t *j, const char *name, int64_t at_ms)
{
    char text[PARRY_TIME_TEXT];
    parry_time_text(at_ms, text);
    json_object_set_new(j, name, at_ms > 0 ? json_string(text) : json_null());
}

json_t *parry_alert_json(const parry_alert *a)
{
    json_t *j = json_pack("{s:s, s:s, s:s}", "id", a->id, "figure", parry_alert_figure_name(a->figure), "over",
                          parry_alert_how_name(a->how));
    if (a->article.n > 0)
        json_object_set_new(j, "article", json_stringn(a->article.p, a->article.n));
    set_time(j, "since", a->since_ms);
    json_object_set_new(j, "state", json_string(ends[a->end]));
    set_time(j, "until", a->until_ms);
    set_time(j, "opened_at", a->told_ms);
    set_time(j, "ended_at", a->ended_ms);
    json_object_set_new(j, "k", json_integer((json_int_t)a->now.k));
    json_object_set_new(j, "n", json_integer((json_int_t)a->now.n));
    json_object_set_new(j, "value", json_real(a->value));
    json_object_set_new(j, "expected", json_real(a->expected));
    json_object_set_new(j, "low", json_real(a->low));
    json_object_set_new(j, "high", json_real(a->high));
    return j;
}

static json_t *figure_json(unsigned f, const parry_alert_figure_now *x)
{
    json_t *j = json_pack("{s:s, s:s, s:I}", "figure", parry_alert_figure_name((parry_alert_figure)f), "state",
                          parry_alert_state_name(x->state), f == PARRY_ALERT_VOTES ? "articles" : "periods",
                          (json_int_t)x->periods);
    if (f == PARRY_ALERT_VOTES)
        return j;
    set_time(j, "since", x->since_ms);
    json_object_set_new(j, "k", json_integer((json_int_t)x->now.k));
    json_object_set_new(j, "n", json_integer((json_int_t)x->now.n));
    bool known = x->state != PARRY_ALERT_FEW;
    json_object_set_new(j, "value", known ? json_real(x->control.value) : json_null());
    json_object_set_new(j, "expected", known ? json_real(x->control.centre) : json_null());
    json_object_set_new(j, "low", known ? json_real(x->control.low) : json_null());
    json_object_set_new(j, "high", known ? json_real(x->control.high) : json_null());
    return j;
}

json_t *parry_alerts_figures_json(const parry_alerts_judged *judged)
{
    json_t *list = json_array();
    for (unsigned f = 0; f < PARRY_ALERT_FIGURES; f++)
        json_array_append_new(list, figure_json(f, &judged->figures[f]));
    return list;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static int64_t time_of(const json_t *j, const char *name)
{
    int64_t at = 0;
    return parry_time_parse(parry_json_at(j, name), &at, NULL) ? at : 0;
}

static double number_of(const json_t *j, const char *name) { return json_number_value(json_object_get(j, name)); }

/* Which of n names; n: none of them. */
static unsigned name_of(parry_str text, const char *(*name)(unsigned), unsigned n)
{
    unsigned i = 0;
    while (i < n && !parry_str_eqz(text, name(i)))
        i++;
    return i;
}
static const char *figure_name(unsigned i) { return parry_alert_figure_name((parry_alert_figure)i); }
static const char *how_name(unsigned i) { return parry_alert_how_name((parry_alert_how)i); }
static const char *end_name(unsigned i) { return ends[i]; }

static bool read_alert(const json_t *j, parry_arena *a, parry_alert *out)
{
    parry_str id = parry_json_at(j, "id");
    unsigned figure = name_of(parry_json_at(j, "figure"), figure_name, PARRY_ALERT_FIGURES);
    unsigned how = name_of(parry_json_at(j, "over"), how_name, PARRY_ALERT_WEEK + 1);
    unsigned end = name_of(parry_json_at(j, "state"), end_name, PARRY_ALERT_USUAL + 1);
    if (id.n == 0 || id.n >= PARRY_ALERT_ID_TEXT || figure == PARRY_ALERT_FIGURES || how > PARRY_ALERT_WEEK ||
        end > PARRY_ALERT_USUAL)
        return false;
    *out = (parry_alert){.figure = (parry_alert_figure)figure,
                         .how = (parry_alert_how)how,
                         .end = (parry_alert_end)end,
                         .article = parry_str_copy(a, parry_json_at(j, "article")),
                         .since_ms = time_of(j, "since"),
                         .until_ms = time_of(j, "until"),
                         .now = {(uint64_t)number_of(j, "k"), (uint64_t)number_of(j, "n")},
                         .value = number_of(j, "value"),
                         .expected = number_of(j, "expected"),
                         .low = number_of(j, "low"),
                         .high = number_of(j, "high")};
    memcpy(out->id, id.p, id.n);
    return true;
}

/* One that ended takes the place of itself as it was opened. */
static void take(const parry_ledger_record *r, parry_arena *a, parry_alert *list, size_t *n)
{
    json_t *j = json_loadb(r->payload.p, r->payload.n, 0, NULL);
    bool opened = parry_str_eqz(parry_json_at(j, "action"), OPENED),
         ended = parry_str_eqz(parry_json_at(j, "action"), ENDED);
    parry_alert one;
    if ((opened || ended) && read_alert(json_object_get(j, "alert"), a, &one)) {
        size_t i = 0;
        while (i < *n && strcmp(list[i].id, one.id) != 0)
            i++;
        one.told_ms = opened ? r->at_ms : i < *n ? list[i].told_ms : 0;
        one.ended_ms = ended ? r->at_ms : 0;
        if (i == *n || ended)
            list[i] = one;
        *n += i == *n;
    }
    json_decref(j);
}

parry_code parry_alerts_read(parry_ledger *l, parry_arena *a, parry_alert **out, size_t *n, parry_err *err)
{
    parry_ledger_record *records = PARRY_ARRAY(a, parry_ledger_record, PARRY_ALERT_TOLD);
    parry_alert *list = PARRY_ARRAY(a, parry_alert, PARRY_ALERT_TOLD);
    size_t nrecords = 0, nlist = 0;
    parry_code code = parry_ledger_about(l, own_subject(), 1, a, records, PARRY_ALERT_TOLD, &nrecords, err);
    for (size_t i = 0; code == PARRY_OK && i < nrecords; i++)
        take(&records[i], a, list, &nlist);
    if (code == PARRY_OK) {
        *out = list;
        *n = nlist;
    }
    return code;
}

/* ---- telling ----------------------------------------------------------------------------------------------------- */

static parry_code append(parry_ledger *l, const char *text, parry_uuid id, bool *again, parry_err *err)
{
    parry_ledger_ticket *ticket = NULL;
    const parry_ledger_item item = {
        .kind = PARRY_LEDGER_AUDIT, .id = id, .payload = parry_str_of(text), .about = {own_subject()}};
    parry_code code = parry_ledger_append(l, &item, 1, &ticket, err);
    if (code == PARRY_OK)
        code = parry_ledger_wait(l, ticket, err);
    if (code == PARRY_OK)
        *again = parry_ledger_ticket_fate(ticket, 0).duplicate;
    parry_ledger_release(l, ticket);
    return code;
}

parry_code parry_alert_tell(parry_ledger *l, parry_alert *alert, int64_t now_ms, bool *again, parry_err *err)
{
    const char *action = alert->end == PARRY_ALERT_OPEN ? OPENED : ENDED;
    parry_arena *a = parry_arena_new();
    parry_str name = parry_str_printf(a, "%s %s", action, alert->id),
              target = parry_str_printf(a, "alert:%s", alert->id);
    parry_hash h = parry_hash_of(name.p, name.n);
    json_t *j = json_pack("{s:s, s:s, s:s%, s:b, s:o}", "action", action, "actor", "parry", "target", target.p,
                          target.n, "ok", 1, "alert", parry_alert_json(alert));
    char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(6));
    parry_code code = append(l, text, parry_uuid_of(h.b), again, err);
    if (code == PARRY_OK && alert->end == PARRY_ALERT_OPEN)
        alert->told_ms = now_ms;
    else if (code == PARRY_OK)
        alert->ended_ms = now_ms;
    free(text);
    json_decref(j);
    parry_arena_free(a);
    return code;
}
