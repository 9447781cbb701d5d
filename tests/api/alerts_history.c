/* alerts_history DATA: writes DATA/ledger as if 25 days of searches had gone by, of which the last two that are over
 * went wrong: nine in ten without a hit, in place of one. */
#include "base/clock.h"
#include "ledger/ledger.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 25, WRONG = 2, SEARCHES = 40 };
static const int64_t day_ms = 86400000;

static parry_code search(parry_ledger *l, int64_t at_ms, unsigned n, bool hit, parry_ledger_ticket **ticket,
                         parry_err *err)
{
    char who[33], text[32];
    (void)snprintf(who, sizeof who, "%032x", n + 1);
    (void)snprintf(text, sizeof text, "parcel number %u", n);
    json_t *j = json_pack("{s:I, s:s, s:s, s:s, s:i, s:[]}", "at", (json_int_t)at_ms, "by", "search", "visitor", who,
                          "text", text, "total", hit ? 3 : 0, "shown");
    if (hit)
        json_array_append_new(json_object_get(j, "shown"), json_string("parcel-lost"));
    char *payload = json_dumps(j, JSON_COMPACT);
    parry_ledger_item item = {.kind = PARRY_LEDGER_QUERY, .id = parry_uuid_v7(at_ms), .payload = parry_str_of(payload)};
    (void)parry_ledger_subject_parse(parry_str_of(who), &item.about[0]);
    parry_code code = parry_ledger_append(l, &item, 1, ticket, err);
    free(payload);
    json_decref(j);
    return code;
}

static parry_code write_all(parry_ledger *l, parry_err *err)
{
    parry_ledger_ticket *last = NULL;
    parry_code code = PARRY_OK;
    int64_t today_ms = parry_clock_now_ms(parry_clock_system()) / day_ms * day_ms;
    for (unsigned n = 0, all = DAYS * SEARCHES; n < all && code == PARRY_OK; n++) {
        unsigned day = n / SEARCHES, i = n % SEARCHES, in_ten = day < DAYS - WRONG ? 1 : 9;
        int64_t at_ms = today_ms - (int64_t)(DAYS - day) * day_ms + (int64_t)i * 1800000;
        code = search(l, at_ms, n, i % 10 >= in_ten, n + 1 == all ? &last : NULL, err);
    }
    if (code == PARRY_OK)
        code = parry_ledger_wait(l, last, err);
    parry_ledger_release(l, last);
    return code;
}

int main(int argc, char **argv)
{
    parry_err err = {0};
    parry_ledger *l = NULL;
    char dir[4096];
    if (argc != 2)
        return 2;
    (void)snprintf(dir, sizeof dir, "%s/ledger", argv[1]);
    parry_code code = parry_ledger_open(dir, NULL, &l, &err);
    if (code == PARRY_OK)
        code = write_all(l, &err);
    parry_ledger_close(l);
    if (code != PARRY_OK)
        (void)fprintf(stderr, "%s\n", err.msg);
    return code == PARRY_OK ? 0 : 1;
}
