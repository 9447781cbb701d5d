/* An encoder of its own, linked in place of models/encoder.c: a text's vector is the sum of a random direction for each
 * of its words. It needs no weights, counts what it is asked, and can be given any identity. */
#ifndef PARRY_TESTS_INDEXER_FAKE_ENCODER_H
#define PARRY_TESTS_INDEXER_FAKE_ENCODER_H

#include "models/encoder.h"

parry_encoder *fake_encoder_new(const char *name);            /* the name is the identity */
size_t fake_encoder_encoded(const parry_encoder *e);          /* texts so far */
void fake_encoder_fail_after(parry_encoder *e, size_t texts); /* then every call fails; SIZE_MAX: never */
void fake_encoder_slow(parry_encoder *e, int64_t ms);         /* every text takes so long; 0: none */

#endif
