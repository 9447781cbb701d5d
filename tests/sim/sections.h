/* The parts of the simulation; each adds its rows to the table. */
#ifndef PARRY_TESTS_SIM_SECTIONS_H
#define PARRY_TESTS_SIM_SECTIONS_H

void sim_holdout_at_the_end(void); /* the usual interval, at the planned end */
void sim_holdout_any_time(void);   /* the always-valid one, at every look */
void sim_sample_ratio(void);
void sim_interleaving(void);
void sim_clicks(void); /* examination, and clicks weighed by it */
void sim_alerts(void);
void sim_typing(void); /* searches in what is typed */
void sim_gaps(void);   /* what is planted, and found */
void sim_shares(void);

#endif
