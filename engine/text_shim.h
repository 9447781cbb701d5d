/* The shim: the little of Xapian that Parry uses, as C. text_shim.cc is the only C++ here and the only file that
 * includes <xapian.h>; nothing thrown crosses this line, it becomes a parry_err.
 *
 * Rows are numbered from 0 (Xapian's document ids are row + 1). Terms hold no zero byte and have at most 64 bytes.
 * Each handle is for one thread at a time. */
#ifndef PARRY_ENGINE_TEXT_SHIM_H
#define PARRY_ENGINE_TEXT_SHIM_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

typedef struct parry_text_writer parry_text_writer;

/* scratch_dir: a folder that is not there yet, for this writer alone; finish and free remove it. */
PARRY_MUST parry_code parry_text_writer_open(const char *scratch_dir, parry_text_writer **out, parry_err *err);
void parry_text_writer_free(parry_text_writer *w); /* NULL is fine */
/* One more occurrence of the term in the row that is being written. */
PARRY_MUST parry_code parry_text_writer_term(parry_text_writer *w, parry_str term, parry_err *err);
/* End the row and give it its number; rows come in ascending order, those without terms may be left out. */
PARRY_MUST parry_code parry_text_writer_row(parry_text_writer *w, uint32_t row, parry_err *err);
/* Every term in byte order with the number of rows it is in. No more rows afterwards. */
typedef void parry_text_visit(void *ctx, parry_str term, uint32_t rows);
PARRY_MUST parry_code parry_text_writer_terms(parry_text_writer *w, parry_text_visit *visit, void *ctx, parry_err *err);
/* Compact everything into one file at `path` (not synced). The writer is of no further use. */
PARRY_MUST parry_code parry_text_writer_finish(parry_text_writer *w, const char *path, parry_err *err);

/* ---- reading ------------------------------------------------------------------------------------------------------
 */

typedef struct parry_text_reader parry_text_reader;

/* Fails: NOT_FOUND, CORRUPT, IO. */
PARRY_MUST parry_code parry_text_reader_open(const char *path, parry_text_reader **out, parry_err *err);
void parry_text_reader_close(parry_text_reader *r); /* NULL is fine */
/* The number of rows the term is in; 0 where it is unknown. */
PARRY_MUST parry_code parry_text_reader_rows(parry_text_reader *r, parry_str term, uint32_t *n, parry_err *err);
/* All postings of the term in row order into rows[] and tf[] (occurrences), `n` long each as parry_text_reader_rows
 * gave it. Fails: CORRUPT where there are more or fewer, or a row is not below `nrows`. */
PARRY_MUST parry_code parry_text_reader_postings(parry_text_reader *r, parry_str term, uint32_t nrows, uint32_t *rows,
                                                 uint32_t *tf, uint32_t n, parry_err *err);

/* Is any of the term's rows one that `wanted` wants? Stops at the first. Fails: CORRUPT where a row is not below
 * `nrows`. */
typedef bool parry_text_wanted(const void *ctx, uint32_t row);
PARRY_MUST parry_code parry_text_reader_any(parry_text_reader *r, parry_str term, uint32_t nrows,
                                            parry_text_wanted *wanted, const void *ctx, bool *any, parry_err *err);

/* ---- stemming (Snowball) ------------------------------------------------------------------------------------------
 */

typedef struct parry_stemmer parry_stemmer;

/* language: as Xapian names them ("en", "german"); NULL where it has none for it. */
parry_stemmer *parry_stemmer_new(const char *language);
void parry_stemmer_free(parry_stemmer *s); /* NULL is fine */
/* The stem of a lower-case word into out; returns its length, 0 where it would not fit or the stemmer failed. */
size_t parry_stemmer_stem(parry_stemmer *s, parry_str word, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
