/* An explanation for people at a terminal: how the words were read, what a hit rests on, why an article is missing. */
#ifndef PARRY_CLI_EXPLAIN_TEXT_H
#define PARRY_CLI_EXPLAIN_TEXT_H

#include "cli/cli.h"
#include "engine/search.h"

void parry_print_readings(const parry_explanation *e);
void parry_print_grounds(const parry_hit *h, int indent);
void parry_print_why_not(const parry_why_not *w);
/* The index only knows live articles: whether an unknown one is a draft or archived is asked of the store. */
void parry_complete_why_not(const parry_cli *cli, parry_arena *a, parry_why_not *w);

#endif
