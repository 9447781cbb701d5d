/* How `parry eval` shows what came out: for people, and as JSON. */
#ifndef PARRY_CLI_PRINT_EVAL_H
#define PARRY_CLI_PRINT_EVAL_H

#include "eval/evaluate.h"

#include <jansson.h>

void print_evaluation(const parry_judged_set *set, const parry_evaluation *e, double target);
json_t *evaluation_json(const parry_judged_set *set, const parry_evaluation *e, double target); /* new reference */

#endif
