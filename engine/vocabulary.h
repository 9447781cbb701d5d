/* Vocabulary of a segment: its exact terms in byte order with the number of rows they are in; what may complete an
 * unfinished word, and what a misspelt one may have meant.
 *
 *     header 32 bytes: "PARRYVOC", format u32, n u32, bytes of text u64, 0 u64     (little-endian)
 *     begin u32[n + 1], rows u32[n]
 *     begin_back u32[n + 1], term u32[n]
 *     text, text_back: term i is text[begin[i] .. begin[i + 1])
 *
 * text_back holds every term backwards (its code points in reverse order), these too in byte order; term[] says which
 * one it is.
 *
 * An opened vocabulary is immutable; any number of threads. */
#ifndef PARRY_ENGINE_VOCABULARY_H
#define PARRY_ENGINE_VOCABULARY_H

#include "engine/segment.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct parry_terms_writer parry_terms_writer;
parry_terms_writer *parry_terms_writer_new(void);
void parry_terms_writer_free(parry_terms_writer *w);                               /* NULL is fine */
void parry_terms_writer_add(parry_terms_writer *w, parry_str term, uint32_t rows); /* in byte order */
PARRY_MUST parry_code parry_terms_writer_write(parry_terms_writer *w, const char *path, parry_err *err);

typedef struct parry_terms parry_terms;
PARRY_MUST parry_code parry_terms_open(const char *path, parry_terms **out, parry_err *err);
void parry_terms_close(parry_terms *v); /* NULL is fine */
uint32_t parry_terms_size(const parry_terms *v);

/* As parry_segment_prefix and parry_segment_near; edits beyond 2 count as 2. */
size_t parry_terms_prefix(const parry_terms *v, parry_str prefix, parry_term *out, size_t cap);
size_t parry_terms_near(const parry_terms *v, parry_str term, unsigned edits, bool prefix, parry_term *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
