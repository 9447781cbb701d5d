/* How many cases there are, and whether they can be found. */
#include "api/desk/desk_api.h"

static parry_cases_counts counts(void *cases)
{
    parry_cases_counts n;
    parry_cases_count(cases, &n);
    return n;
}

static double new_ones(void *cases) { return (double)counts(cases).by_status[PARRY_CASE_NEW]; }
static double begun(void *cases) { return (double)counts(cases).by_status[PARRY_CASE_INPROGRESS]; }
static double done(void *cases) { return (double)counts(cases).by_status[PARRY_CASE_DONE]; }
static double unindexed(void *cases) { return (double)counts(cases).unindexed; }

void parry_cases_metrics(parry_app *app)
{
    static const char help[] = "Cases, by status.";
    const parry_gauge all[] = {
        {"parry_cases", "status=\"new\"", help, false, new_ones, app->cases},
        {"parry_cases", "status=\"inprogress\"", help, false, begun, app->cases},
        {"parry_cases", "status=\"done\"", help, false, done, app->cases},
        {"parry_cases_unindexed", "", "Writes to cases that a search does not see yet.", false, unindexed, app->cases}};
    for (size_t i = 0; app->cases != NULL && i < sizeof all / sizeof *all; i++)
        parry_metrics_gauge(app->metrics, all[i]);
}
