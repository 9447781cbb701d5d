/* Content coding (RFC 9110 8.4): gzip or zstd, as the request likes best. Pure; any thread. */
#ifndef PARRY_API_ENCODE_H
#define PARRY_API_ENCODE_H

#include "api/http/http.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "gzip", "zstd", or NULL for as it is. A header that is empty takes nothing else than that. */
const char *parry_encoding_best(parry_str accept_encoding);
/* Compresses the body of a text type, sets res->encoding and gives its ETag the form's name; leaves all as it is where
 * the request takes neither, or it would not be smaller. */
void parry_response_encode(parry_response *res, parry_str accept_encoding);

#ifdef __cplusplus
}
#endif
#endif
