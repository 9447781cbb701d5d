/* alerts_history DATA [WHAT]: writes DATA/ledger as if 25 days had gone by, of which the last ones that are over went
 * wrong. WHAT:
 *
 *   zero_result   nine searches in ten without a hit, in place of one, for two days (this one unless told)
 *   hour          five in ten, in place of one in twenty, in the last hour that is over, of 210 searches
 *   deflection    a ticket after eight sessions in ten, in place of one, for three days
 *   votes         one vote in eight on an article up, in place of four in five, for seven days
 */
#include "base/clock.h"
#include "ledger/ledger.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS = 25, A_DAY = 40, VOTES = 8, AN_HOUR = 210 };
static const int64_t day_ms = 86400000, hour_ms = 3600000, late_ms = 600000;

typedef struct telling {
    parry_ledger *l;
    int64_t now_ms, today_ms;
    unsigned people;
    parry_code code;
    parry_err *err;
} telling;

static int64_t start_of(const telling *t, unsigned day) { return t->today_ms - (int64_t)(DAYS - day) * day_ms; }

static void append(telling *t, parry_ledger_kind kind, unsigned who, int64_t at_ms, json_t *j)
{
    parry_ledger_ticket *ticket = NULL;
    char visitor[33];
    (void)snprintf(visitor, sizeof visitor, "%032x", who + 1);
    json_object_set_new(j, "at", json_integer((json_int_t)at_ms));
    json_object_set_new(j, "visitor", json_string(visitor));
    char *payload = json_dumps(j, JSON_COMPACT);
    parry_ledger_item item = {.kind = kind, .id = parry_uuid_v7(at_ms), .payload = parry_str_of(payload)};
    (void)parry_ledger_subject_parse(parry_str_of(visitor), &item.about[0]);
    if (t->code == PARRY_OK)
        t->code = parry_ledger_append(t->l, &item, 1, &ticket, t->err);
    if (t->code == PARRY_OK && t->people % 1000 == 0) /* the ledger holds so many at once, and no more */
        t->code = parry_ledger_wait(t->l, ticket, t->err);
    parry_ledger_release(t->l, ticket);
    free(payload);
    json_decref(j);
}

static void search(telling *t, int64_t at_ms, bool hit)
{
    unsigned n = t->people++;
    json_t *j = json_pack("{s:s, s:o, s:i, s:[]}", "by", "search", "text", json_sprintf("parcel number %u", n), "total",
                          hit ? 3 : 0, "shown");
    if (hit)
        json_array_append_new(json_object_get(j, "shown"), json_string("parcel-lost"));
    append(t, PARRY_LEDGER_QUERY, n, at_ms, j);
}

static void tell_zero_result(telling *t)
{
    for (unsigned n = 0; n < DAYS * A_DAY; n++) {
        unsigned day = n / A_DAY, i = n % A_DAY, in_ten = day < DAYS - 2 ? 1 : 9;
        search(t, start_of(t, day) + (int64_t)i * 1800000, i % 10 >= in_ten);
    }
}

/* And in the one after it, which may be the last one by the time that a server looks. */
static void tell_hour(telling *t)
{
    int64_t last_ms = ((t->now_ms - late_ms) / hour_ms - 1) * hour_ms;
    for (unsigned day = 0; day <= DAYS; day++) {
        for (unsigned i = 0; i < 2 * AN_HOUR; i++) {
            int64_t at_ms = last_ms - (int64_t)(DAYS - day) * day_ms + (int64_t)i * hour_ms / AN_HOUR;
            if (at_ms < t->now_ms)
                search(t, at_ms, day < DAYS ? i % 20 > 0 : i % 2 > 0);
        }
    }
}

static void tell_deflection(telling *t)
{
    for (unsigned n = 0; n < DAYS * A_DAY; n++) {
        unsigned day = n / A_DAY, i = n % A_DAY, in_ten = day < DAYS - 3 ? 1 : 8;
        int64_t at_ms = start_of(t, day) + (int64_t)i * 1800000;
        t->people++;
        append(t, PARRY_LEDGER_EVENT, n, at_ms,
               json_pack("{s:s, s:s, s:i}", "type", "view", "article", "parcel-lost", "dwell_ms", 20000));
        if (i % 10 < in_ten)
            append(t, PARRY_LEDGER_EVENT, n, at_ms + 300000,
                   json_pack("{s:s, s:o}", "type", "ticket_created", "ticket", json_sprintf("T-%u", n)));
    }
}

static void tell_votes(telling *t)
{
    for (unsigned n = 0; n < DAYS * VOTES; n++) {
        unsigned day = n / VOTES, i = n % VOTES;
        bool up = day < DAYS - 7 ? i % 5 > 0 : i == 0;
        t->people++;
        append(t, PARRY_LEDGER_EVENT, n, start_of(t, day) + (int64_t)i * hour_ms,
               json_pack("{s:s, s:s, s:s}", "type", "vote", "article", "parcel-lost", "vote", up ? "up" : "down"));
    }
}

static const struct {
    const char *name;
    void (*tell)(telling *t);
} stories[] = {
    {"zero_result", tell_zero_result}, {"hour", tell_hour}, {"deflection", tell_deflection}, {"votes", tell_votes}};

static bool tell(telling *t, const char *what)
{
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        if (strcmp(stories[i].name, what) == 0) {
            stories[i].tell(t);
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    parry_err err = {0};
    char dir[4096];
    telling t = {.now_ms = parry_clock_now_ms(parry_clock_system()), .err = &err};
    if (argc < 2)
        return 2;
    t.today_ms = t.now_ms / day_ms * day_ms;
    (void)snprintf(dir, sizeof dir, "%s/ledger", argv[1]);
    t.code = parry_ledger_open(dir, NULL, &t.l, &err);
    bool known = t.code != PARRY_OK || tell(&t, argc > 2 ? argv[2] : "zero_result");
    parry_ledger_close(t.l); /* what was appended is written first */
    if (t.code != PARRY_OK)
        (void)fprintf(stderr, "%s\n", err.msg);
    return !known ? 2 : t.code == PARRY_OK ? 0 : 1;
}
