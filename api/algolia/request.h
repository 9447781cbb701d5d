/* What is particular about requests in Algolia's protocol, besides their bodies: where the key is, how errors look. */
#ifndef PARRY_API_ALGOLIA_REQUEST_H
#define PARRY_API_ALGOLIA_REQUEST_H

#include "api/http/http.h"

#ifdef __cplusplus
extern "C" {
#endif

bool parry_algolia_path(parry_str path); /* below /1/ */
/* {"message", "status"} becomes the response; what there was before is dropped. */
void parry_algolia_refuse(parry_response *res, int status, const char *message);

/* The key that the request brings: the header X-Algolia-API-Key, else that parameter of the URL (in any case), else
 * "apiKey" of the body. Empty: none. exposed: it came where browsers, proxies and logs see it (URL or body): no secret
 * key may. *key lives in the arena. */
parry_str parry_algolia_key(parry_arena *a, const parry_request *req, bool *exposed);
/* The secret key that a request of this protocol shows to everybody on its way; empty: none. In the arena. */
parry_str parry_algolia_exposed(parry_arena *a, const parry_request *req);

#ifdef __cplusplus
}
#endif
#endif
