/* An app without a socket over a home of its own: requests in, responses out, and whoever is wished for asks. */
#ifndef PARRY_TESTS_API_APP_HOME_H
#define PARRY_TESTS_API_APP_HOME_H

#include "api/app.h"
#include "tests/indexer/home.h"
#include "tests/indexer/testing.h"

typedef struct app_home {
    home *home;
    parry_config config;
    parry_app app;
    int64_t now_ms;     /* the clock of Idempotency-Key */
    parry_identity who; /* of the requests that follow; starts as one who may everything */
} app_home;

app_home *app_home_new(void);
void app_home_free(app_home *a);
void app_home_as(app_home *a, const char *rights, parry_str *audiences, size_t n); /* n 0: all of them */

typedef struct answered {
    int status;
    char etag[PARRY_ETAG_TEXT];
    parry_str location, retry_after, replayed; /* headers; empty where not there */
    parry_str body;
    json_t *json; /* of the body; NULL where it is none; the home's */
} answered;

/* headers: "Name: value\nName: value", or NULL. body may be NULL. Waits for what the reply waits for. All of it lives
 * as long as the home. */
answered app_home_ask(app_home *a, const char *method, const char *target, const char *headers, const char *body);

#endif
