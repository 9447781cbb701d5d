/* In language: who asks in one of several languages wants an answer in it. Private to engine/. */
#ifndef PARRY_ENGINE_IN_LANGUAGE_H
#define PARRY_ENGINE_IN_LANGUAGE_H

#include "engine/retrieve.h"

/* Finds the language from what is spoken and from the candidates, into u, and sets their in_language: 0 throughout
 * where all articles are in one language, or a locale was told. */
void parry_measure_language(const parry_generation_info *info, const parry_spoken *spoken, parry_arena *a,
                            parry_understood *u, parry_candidates *all);
/* in_language of one more candidate. */
float parry_in_language(const parry_generation_info *info, const parry_understood *u, const parry_candidate *c);

#endif
