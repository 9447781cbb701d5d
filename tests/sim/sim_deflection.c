/* What deflection says, against the truth, thousands of times: the table of docs/deflection.md. Every number is drawn
 * from fixed seeds. PARRY_SOAK set: full size. */
#include "sections.h"
#include "table.h"

int main(void)
{
    sim_holdout_at_the_end();
    sim_holdout_any_time();
    sim_sample_ratio();
    sim_interleaving();
    sim_clicks();
    sim_alerts();
    sim_typing();
    sim_gaps();
    sim_shares();
    return sim_failed();
}
