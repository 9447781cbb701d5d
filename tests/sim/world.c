#include "world.h"

/* ---- people -------------------------------------------------------------------------------------------------------
 */

static bool chance(uint64_t *random, double p) { return parry_random_share(random) < p; }

enum { PLACES = 3 };
static const double looks[PLACES] = {0.9, 0.6, 0.4};

typedef struct unit {
    bool held, clicked, ticket;
} unit;

static bool in_holdout(const world *w, uint64_t *random, const parry_hash *salt)
{
    if (salt == NULL)
        return chance(random, w->plan.share);
    const unsigned parts[] = {(unsigned)(w->plan.share * PARRY_EXPERIMENT_PARTS + 0.5)};
    uint64_t key = parry_random_next(random);
    parry_draw d = parry_experiment_draw(salt, parry_str_make((const char *)&key, sizeof key));
    return parry_experiment_arm(d.part, parts, 1) == 0;
}

/* The article is at one of three places, and each is looked at less. */
static bool search_helps(const world *w, uint64_t *random)
{
    size_t at = parry_random_below(random, PLACES);
    return chance(random, w->found) && chance(random, looks[at]);
}

/* true: gave up, and may come again. */
static bool at_the_form(const world *w, uint64_t *random, unit *u)
{
    if (!u->held && chance(random, w->opens)) {
        u->clicked = true;
        if (chance(random, w->helps)) {
            u->ticket = u->ticket || chance(random, w->relapses);
            return false;
        }
    }
    if (chance(random, w->gives_up))
        return true;
    u->ticket = true;
    return false;
}

static void count(const unit *u, parry_experiment_counts *c)
{
    parry_arm_counts *a = u->held ? &c->holdout : &c->treated;
    a->units++;
    a->tickets += u->ticket;
    a->clicked += u->clicked;
    a->clicked_tickets += u->clicked && u->ticket;
    a->potential += u->clicked && !u->ticket;
}

void world_visit(const world *w, uint64_t *random, const parry_hash *salt, parry_experiment_counts *counts)
{
    bool bot = chance(random, w->bots);
    if (!bot && search_helps(w, random))
        return;
    unit first = {.held = in_holdout(w, random, salt)};
    if (!bot && at_the_form(w, random, &first) && chance(random, w->returns)) {
        if (chance(random, w->second_device)) {
            unit second = {.held = in_holdout(w, random, salt)};
            at_the_form(w, random, &second);
            count(&second, counts);
        } else {
            at_the_form(w, random, &first);
        }
    }
    count(&first, counts);
}

/* ---- the truth ----------------------------------------------------------------------------------------------------
 */

typedef struct arm_truth {
    double ticket, gave_up, clicked, potential; /* of one attempt */
} arm_truth;

static arm_truth attempt(const world *w, bool held)
{
    double opens = held ? 0 : w->opens, helped = opens * w->helps, g = w->gives_up;
    return (arm_truth){.ticket = helped * w->relapses + (1 - helped) * (1 - g),
                       .gave_up = (1 - helped) * g,
                       .clicked = opens,
                       .potential = helped * (1 - w->relapses) + opens * (1 - w->helps) * g};
}

/* Of a unit that comes again with chance r on the same device where it gave up. */
static arm_truth with_return(const world *w, arm_truth once, double r)
{
    double opened = once.clicked * (1 - w->helps) * w->gives_up, closed = (1 - once.clicked) * w->gives_up;
    return (arm_truth){.ticket = once.ticket + once.gave_up * r * once.ticket,
                       .clicked = once.clicked + closed * r * once.clicked,
                       .potential = once.potential - opened * r * once.ticket + closed * r * once.potential};
}

world_truth world_truth_of(const world *w)
{
    arm_truth held = attempt(w, true), shown = attempt(w, false);
    double same = w->returns * (1 - w->second_device);
    arm_truth first_held = with_return(w, held, same), first_shown = with_return(w, shown, same);
    double people = (1 - w->bots) * (1 - w->found * (looks[0] + looks[1] + looks[2]) / PLACES); /* of the visitors */
    double second = w->returns * w->second_device * /* further units of each of them */
                    (w->plan.share * held.gave_up + (1 - w->plan.share) * shown.gave_up);
    double part = people / (people * (1 + second) + w->bots); /* first units of people, of all units */
    double d = part * (first_held.ticket - first_shown.ticket + second * (held.ticket - shown.ticket));
    double clicked = part * (first_shown.clicked + second * shown.clicked);
    double potential = part * (first_shown.potential + second * shown.potential);
    return (world_truth){.difference = d, .per_clicker = d / clicked, .inflation = potential / d};
}
