/* Words in a row. */
#include "engine/wording.h"

#include "engine/order.h"

parry_wording parry_wording_of(parry_analyser *an, parry_arena *a, parry_str text, parry_str locale)
{
    parry_token *tokens = NULL;
    size_t n = 0;
    n = parry_words_in_order(an, a, text, locale, &tokens);
    parry_wording p = {parry_str_copy(a, text), PARRY_ARRAY(a, parry_str, n + 1), PARRY_ARRAY(a, parry_str, n + 1), 0};
    for (size_t i = 0; i < n; i++) {
        p.exact[p.n] = tokens[i].exact;
        p.stem[p.n++] = tokens[i].stem;
    }
    return p;
}

static bool at(const parry_wording *what, const parry_wording *in, size_t from)
{
    for (size_t i = 0; i < what->n; i++)
        if (!parry_str_eq(what->exact[i], in->exact[from + i]))
            return false;
    return true;
}

bool parry_wording_in(const parry_wording *what, const parry_wording *in)
{
    for (size_t from = 0; what->n > 0 && from + what->n <= in->n; from++)
        if (at(what, in, from))
            return true;
    return false;
}

bool parry_wording_eq(const parry_wording *a, const parry_wording *b)
{
    return a->n == b->n && a->n > 0 && at(a, b, 0);
}
