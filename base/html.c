/* Five entities. */
#include "base/html.h"

const char *parry_html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void parry_html_escape(parry_str s, parry_buf *out)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *entity = parry_html_entity(s.p[i]);
        if (entity == NULL)
            continue;
        parry_buf_add(out, s.p + from, i - from);
        parry_buf_addz(out, entity);
        from = i + 1;
    }
    if (from < s.n)
        parry_buf_add(out, s.p + from, s.n - from);
}
