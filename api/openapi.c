/* The API's own description: docs/openapi.yaml, embedded, turned into JSON once. */
#include "api/routes.h"

#include "base/log.h"
#include "base/yaml.h"
#include "web/site.h"

#include <pthread.h>

static json_t *document;
static char *text;
static size_t text_n;

static void make(void)
{
    const parry_asset *asset = parry_asset_find(parry_str_of("openapi.yaml"));
    parry_arena *a = parry_arena_new();
    parry_err err = {0};
    parry_code code = parry_yaml_json(a, asset->bytes, NULL, &document, &err);
    if (code != PARRY_OK) { /* the build is broken; the tests see it */
        parry_log_err("openapi", &err);
        document = json_object();
    }
    parry_arena_free(a);
    text = json_dumps(document, JSON_COMPACT);
    text_n = strlen(text);
}

const json_t *parry_openapi(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, make);
    return document;
}

parry_code parry_get_openapi(parry_call *c, parry_err *err)
{
    (void)err;
    (void)parry_openapi();
    c->res->type = "application/json";
    c->res->fixed = parry_str_make(text, text_n);
    c->res->tagged = true;
    return PARRY_OK;
}
