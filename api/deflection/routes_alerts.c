/* /v1/alerts: how each figure stands against its past, and the alerts that were told, the newest first. */
#include "api/deflection/alerting.h"
#include "api/routes.h"

#include "deflection/alerts.h"

enum { LIMIT = 100 };

static parry_code may_see(const parry_call *c, parry_err *err)
{
    parry_code code = parry_unlimited(c, err);
    if (code == PARRY_OK && c->who->naudiences > 0)
        code = parry_fail(err, PARRY_DENIED, "alerts are of all audiences; this key is for some");
    return code;
}

parry_code parry_get_alerts(parry_call *c, parry_err *err)
{
    parry_alert *told = NULL;
    size_t n = 0, limit = LIMIT;
    if (c->app->alerting == NULL)
        return parry_fail(err, PARRY_UNAVAILABLE, "this server counts nothing; ask the one that it follows");
    parry_code code = may_see(c, err);
    if (code == PARRY_OK)
        code = parry_request_number(c->req, "limit", 1, PARRY_ALERT_TOLD, &limit, err);
    if (code == PARRY_OK)
        code = parry_alerts_read(c->app->ledger, c->arena, &told, &n, err);
    if (code != PARRY_OK)
        return code;
    json_t *reply = parry_alerting_found(c->app->alerting), *list = json_array();
    for (size_t i = n; i > 0 && json_array_size(list) < limit; i--)
        json_array_append_new(list, parry_alert_json(&told[i - 1]));
    json_object_set_new(reply, "alerts", list);
    parry_response_json(c->res, 200, "application/json", reply);
    return PARRY_OK;
}
