/* Why an article is not among the answers, in words. */
#include "engine/explain_private.h"

#include <math.h>

enum { SAID = 3 }; /* filters, pins and lacks: more are in the data */

/* "a, b or c" of values one a line. */
static parry_str any_of(parry_arena *a, parry_str values)
{
    parry_str out = {NULL, 0}, rest = values, value;
    while (rest.n > 0 && parry_str_split(&rest, '\n', &value))
        out = parry_str_printf(a, "%.*s%s%.*s", PARRY_FMT(out),
                               out.n == 0   ? ""
                               : rest.n > 0 ? ", "
                                            : " or ",
                               PARRY_FMT(value));
    return out;
}

static parry_str say_filter(parry_arena *a, const parry_unmet *x)
{
    parry_str who =
        x->rule.n > 0 ? parry_str_printf(a, "The rule '%.*s'", PARRY_FMT(x->rule)) : parry_str_of("The query");
    parry_str has = x->has.n > 0 ? parry_str_printf(a, "'%.*s'", PARRY_FMT(any_of(a, x->has))) : parry_str_of("none");
    if (strcmp(x->field, "exclude") == 0)
        return parry_str_of("The query leaves it out by its id.");
    if (x->wanted.n == 0)
        return parry_str_printf(a, "%.*s asks for another %s; this has %.*s.", PARRY_FMT(who), x->field,
                                PARRY_FMT(has));
    return parry_str_printf(a, "%.*s asks for %s '%.*s'; this has %.*s.", PARRY_FMT(who), x->field,
                            PARRY_FMT(any_of(a, x->wanted)), PARRY_FMT(has));
}

static parry_str say_filters(parry_arena *a, const parry_why_not *w)
{
    parry_str out = {NULL, 0};
    for (size_t i = 0; i < w->nunmet && i < SAID; i++)
        out =
            parry_str_printf(a, "%.*s%s%.*s", PARRY_FMT(out), i > 0 ? " " : "", PARRY_FMT(say_filter(a, &w->unmet[i])));
    return out;
}

static parry_str say_lacks(parry_arena *a, const parry_why_not *w)
{
    parry_str out = {NULL, 0};
    double all = 0;
    for (size_t i = 0; i < w->ngaps; i++)
        all += w->gaps[i].last_points - w->gaps[i].points;
    if (all <= 0) /* it has more: what keeps it out is no lack */
        return out;
    for (size_t i = 0; i < w->ngaps && i < SAID; i++) {
        double lack = w->gaps[i].last_points - w->gaps[i].points;
        if (lack > 0.005)
            out = parry_str_printf(a, "%.*s%s%s (%.2f less)", PARRY_FMT(out), i > 0 ? ", " : " It lacks most in ",
                                   w->gaps[i].name, lack);
    }
    return out.n > 0 ? parry_str_printf(a, "%.*s.", PARRY_FMT(out)) : out;
}

/* What keeps it from where its score would put it. */
static parry_str say_reason(parry_arena *a, const parry_why_not *w)
{
    switch (w->why) {
    case PARRY_WHY_NARROWED:
        return parry_str_of("A phrase or a negated word of the query leaves it out. ");
    case PARRY_WHY_NOT_CANDIDATE:
        return parry_str_of("Neither words nor meaning brought it among the candidates. ");
    case PARRY_WHY_HIDDEN:
        return parry_str_printf(a, "The rule '%.*s' hides it. ", PARRY_FMT(w->rule));
    case PARRY_WHY_CUT:
        return parry_str_printf(
            a,
            "Put in order are the articles that hold all the words or are at least 1 in %.0f as likely an answer "
            "as the likeliest; this one is 1 in %.3g. ",
            1 / PARRY_SORT_LEAST_ODDS, 1 / fmax(w->odds, 1e-12));
    case PARRY_WHY_UNKNOWN:
    case PARRY_WHY_NOT_LIVE:
    case PARRY_WHY_AUDIENCE:
    case PARRY_WHY_LOCALE:
    case PARRY_WHY_CATEGORY:
    case PARRY_WHY_FILTERED:
    case PARRY_WHY_BELOW:
    case PARRY_WHY_ABOVE:
    case PARRY_WHY_SHOWN:
        break;
    }
    return w->pinned == 0
               ? parry_str_of("")
               : parry_str_printf(a, "The rule '%.*s' pins it to place %zu. ", PARRY_FMT(w->rule), w->pinned);
}

static parry_str say_place(parry_arena *a, const parry_why_not *w, parry_sort sort)
{
    bool there = w->why == PARRY_WHY_BELOW || w->why == PARRY_WHY_ABOVE || w->why == PARRY_WHY_SHOWN;
    const char *order = sort == PARRY_BY_RELEVANCE || w->pinned > 0 ? ""
                        : sort == PARRY_BY_UPDATED                  ? ", in order of date"
                                                                    : ", in order of title";
    if (w->rank == 0)
        return parry_str_printf(a, "It would have %.4f.", w->hit->score);
    return parry_str_printf(a, "It %s number %zu with %.4f%s.", there ? "is" : "would be", w->rank, w->hit->score,
                            order);
}

static parry_str say_pins(parry_arena *a, const parry_why_not *w)
{
    parry_str out = {NULL, 0};
    for (size_t i = 0; i < w->npins && i < SAID; i++)
        out =
            parry_str_printf(a, "%.*s%s%.*s (by the rule '%.*s')", PARRY_FMT(out),
                             i > 0 ? ", " : " Pinned above it: ", PARRY_FMT(w->pins[i].id), PARRY_FMT(w->pins[i].rule));
    if (w->npins > SAID)
        return parry_str_printf(a, "%.*s and %zu more.", PARRY_FMT(out), w->npins - SAID);
    return out.n > 0 ? parry_str_printf(a, "%.*s.", PARRY_FMT(out)) : out;
}

/* The last hit beside it; of a pinned one its score says nothing. */
static parry_str say_last(parry_arena *a, const parry_why_not *w)
{
    if (w->last == NULL || w->last == w->hit || w->why == PARRY_WHY_SHOWN || w->why == PARRY_WHY_ABOVE ||
        w->last->pinned || w->pinned > 0)
        return parry_str_of("");
    parry_str lacks = say_lacks(a, w);
    return parry_str_printf(a, " The last shown, number %zu, has %.4f.%.*s", w->last_rank, w->last->score,
                            PARRY_FMT(lacks));
}

parry_str parry_explain_said(parry_arena *a, const parry_why_not *w, parry_sort sort)
{
    if (w->nunmet > 0)
        return say_filters(a, w);
    if (w->hit == NULL)
        return parry_str_of("No article of this id is live here: it may be mistyped, a draft, archived or not indexed "
                            "yet.");
    parry_str reason = say_reason(a, w), place = say_place(a, w, sort), pins = say_pins(a, w), last = say_last(a, w);
    return parry_str_printf(a, "%.*s%.*s%.*s%.*s", PARRY_FMT(reason), PARRY_FMT(place), PARRY_FMT(pins),
                            PARRY_FMT(last));
}
