/* How commands show what a classifier said, and how good it is. */
#ifndef PARRY_CLI_PRINT_CLASSES_H
#define PARRY_CLI_PRINT_CLASSES_H

#include "desk/classify/score.h"

#include <jansson.h>

/* Macro-F1, each class, who was taken for whom, and the reliability table. Four classes are priorities, five queues. */
void parry_print_score(const char *title, const parry_score *s);
json_t *parry_score_json(const parry_score *s); /* new reference */
/* The lines whose labels were least expected, n at most. */
void parry_print_doubts(parry_arena *a, const parry_unseen *h, size_t n);
json_t *parry_doubts_json(parry_arena *a, const parry_unseen *h, size_t n); /* new reference */

void parry_print_class(const parry_guess *c, parry_str subject);
json_t *parry_class_json(const parry_guess *c, parry_str subject); /* new reference */

#endif
