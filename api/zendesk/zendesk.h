/* Zendesk's Help Center read API below /api/v2/help_center (docs/zendesk.md), for clients that know no other. Private
 * to api/.
 *
 * A section is one of our categories; the one Zendesk category is the help centre itself. */
#ifndef PARRY_API_ZENDESK_H
#define PARRY_API_ZENDESK_H

#include "api/app.h"

#define PARRY_ZENDESK_BASE "/api/v2/help_center/"

PARRY_MUST parry_code parry_get_zendesk(parry_call *c, parry_err *err); /* the path below is the tail */
PARRY_MUST parry_code parry_get_zendesk_search(parry_call *c, parry_err *err);
/* Its addresses have errors of their own: {"error": "RecordNotFound", "description": "Not found"}. */
bool parry_zendesk_path(parry_str path);
void parry_zendesk_refuse(parry_response *res, int status, const char *detail);

#endif
