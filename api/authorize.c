/* Who asks. Until keys are configured everybody may search, read and send events, and nobody may do more; a key that a
 * client sends all the same is passed over. */
#include "api/app.h"

parry_code parry_identify(parry_call *c, parry_err *err)
{
    static const parry_identity anyone = {.who = PARRY_WHO_ANYONE,
                                          .rights = 1U << PARRY_RIGHT_SEARCH | 1U << PARRY_RIGHT_EVENTS |
                                                    1U << PARRY_RIGHT_METRICS};
    (void)err;
    c->who = &anyone;
    return PARRY_OK;
}
