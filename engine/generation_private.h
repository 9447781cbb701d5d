/* Private to engine/generation*.c. */
#ifndef PARRY_ENGINE_GENERATION_PRIVATE_H
#define PARRY_ENGINE_GENERATION_PRIVATE_H

#include "engine/generation.h"

/* What CURRENT says; 0 where there is none. Fails: CORRUPT. */
PARRY_MUST parry_code parry_current_read(const char *index_dir, uint64_t *number, parry_err *err);

#endif
