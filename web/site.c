/* Finding what is embedded, and a page in its layout. The tables are generated: web/embed.cmake. */
#include "web/site.h"

#include "web/embedded.h"
#include "web/mustache.h"

const parry_asset *parry_asset_find(parry_str name)
{
    for (size_t i = 0; i < parry_embedded_nassets; i++) {
        if (parry_str_eqz(name, parry_embedded_assets[i].name))
            return &parry_embedded_assets[i];
    }
    return NULL;
}

static parry_str template_of(parry_str name)
{
    for (size_t i = 0; i < parry_embedded_ntemplates; i++) {
        if (parry_str_eqz(name, parry_embedded_templates[i].name))
            return parry_embedded_templates[i].bytes;
    }
    return parry_str_make(NULL, 0);
}

typedef struct content {
    const char *page;
} content;

static parry_str partial(void *ctx, parry_str name)
{
    const content *c = ctx;
    return template_of(parry_str_eqz(name, "content") ? parry_str_of(c->page) : name);
}

parry_code parry_page(const char *page, const json_t *data, parry_buf *out, parry_err *err)
{
    content c = {page};
    parry_code code = parry_mustache(template_of(parry_str_of("layout")), data, partial, &c, out, err);
    if (code != PARRY_OK)
        parry_err_context(err, "page %s", page);
    return code;
}
