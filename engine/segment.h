/* A segment: an immutable folder of articles, searchable by words and by meaning. docs/formats.md gives the bytes.
 *
 * A segment is a table of rows. An article owns a run of rows in this order: its TITLE, its KEYWORDS (if any), then for
 * each section its HEADING (if any) and its PASSAGEs, and last what has a vector alone and no postings: the SENTENCEs
 * of a short article, SENTENCES (the mean direction of its sentences) and ARTICLE (that of its passages). Full text and
 * vectors are two indexes over the same rows: a posting and a vector both point to a row, and the row's kind is the
 * field.
 *
 *     text.glass       Xapian, one file: term -> (row + 1, how often); terms as engine/analyse.h makes them
 *     vectors.faiss    FAISS: int8 codes at one fixed scale; flat scan, or HNSW from `hnsw_from` vectors on
 *     vectors.f16      the unit vectors, half floats, row-major, for exact rescoring
 *     passages.bin     rows, articles, sections and their strings
 *     vocabulary.bin   exact terms in byte order with the number of rows they are in
 *     segment.json     counts, sizes and SHA-256 of the files, analyser, model identity; written last
 *
 * The folder is written as .tmp-NAME-PID, synced, and renamed: a named segment is whole. Its name is a hash of its
 * inputs. A parry_segment is immutable: any number of threads (Xapian handles come from a pool inside). */
#ifndef PARRY_ENGINE_SEGMENT_H
#define PARRY_ENGINE_SEGMENT_H

#include "base/hash.h"
#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_SEGMENT_FORMAT = 3, PARRY_NAME_TEXT = 33, PARRY_NO_ROW = -1 };

typedef enum parry_row_kind {
    PARRY_ROW_TITLE,
    PARRY_ROW_KEYWORDS,
    PARRY_ROW_HEADING,
    PARRY_ROW_PASSAGE,
    PARRY_ROW_ARTICLE,
    PARRY_ROW_SENTENCE,
    PARRY_ROW_SENTENCES,
    PARRY_ROW_KINDS
} parry_row_kind;
enum { PARRY_WORD_KINDS = PARRY_ROW_PASSAGE + 1 }; /* those up to here have words */

/* ---- what goes in ---------------------------------------------------------------------------------------------- */

typedef struct parry_row_in {
    parry_row_kind kind;
    uint32_t section; /* index into sections */
    parry_str text;   /* empty for ARTICLE and SENTENCES; a SENTENCE's stands in a passage too and gets no postings */
    const float *vector; /* dim floats, unit length; NULL where the row has none (HEADING, or no model) */
} parry_row_in;

typedef struct parry_section_in {
    parry_str heading, path, anchor; /* as in content/article.h */
} parry_section_in;

typedef struct parry_article_in {
    parry_str id, title, slug, locale, audience, category, updated, product;
    parry_str tags; /* one a line */
    bool promoted;
    parry_hash hash; /* of this version */
    const parry_section_in *sections;
    size_t nsections;
    const parry_row_in *rows;
    size_t nrows;
} parry_article_in;

typedef struct parry_segment_options {
    size_t dim;         /* 0: no vectors in this segment */
    parry_hash model;   /* identity of the encoder; zeros when dim is 0 */
    uint32_t hnsw_from; /* number of vectors */
    uint32_t chunking;  /* whatever else shaped the rows (passage length and version), for the name */
} parry_segment_options;

/* The name of the segment that these versions would make, in this order. */
void parry_segment_name(const parry_segment_options *o, const parry_str *ids, const parry_hash *hashes, size_t n,
                        char name[PARRY_NAME_TEXT]);

typedef struct parry_segment_writer parry_segment_writer;
/* segments_dir: DATA/index/segments, made if missing. One thread. */
PARRY_MUST parry_code parry_segment_writer_open(const char *segments_dir, const char *name,
                                                const parry_segment_options *o, parry_segment_writer **out,
                                                parry_err *err);
PARRY_MUST parry_code parry_segment_writer_add(parry_segment_writer *w, const parry_article_in *a, parry_err *err);
/* Write, sync, rename. The writer is gone afterwards, whatever this returns. A folder of that name already there is
 * fine. */
PARRY_MUST parry_code parry_segment_writer_finish(parry_segment_writer *w, parry_err *err);
void parry_segment_writer_abort(parry_segment_writer *w); /* NULL is fine; removes what was written */
bool parry_segment_exists(const char *segments_dir, const char *name);
bool parry_segment_name_valid(parry_str name); /* 32 lower-case hex digits: nothing else is ever made a path of */
bool parry_segment_file_valid(parry_str file); /* one that a segment's folder may hold, segment.json too */

/* ---- what comes out -------------------------------------------------------------------------------------------- */

typedef struct parry_segment parry_segment;

/* Fails: NOT_FOUND, CORRUPT (size or checksum of a file, format version, other analyser than this program's).
 * verify: read every file and check its SHA-256 (else sizes and the first 8 KiB; a graph is read always). */
PARRY_MUST parry_code parry_segment_open(const char *segments_dir, const char *name, bool verify, parry_segment **out,
                                         parry_err *err);
void parry_segment_close(parry_segment *s); /* NULL is fine */

typedef struct parry_segment_info {
    const char *name;
    uint32_t narticles, nrows, nvectors;
    size_t dim;       /* 0 without vectors */
    parry_hash model; /* identity */
    /* columns, nrows long each */
    const uint32_t *row_article;    /* ordinal of the article */
    const uint32_t *row_section;    /* section in that article */
    const uint8_t *row_kind;        /* parry_row_kind */
    const uint32_t *row_length;     /* terms in it, stop words counted */
    const int32_t *row_vector;      /* ordinal of its vector, or PARRY_NO_ROW */
    const uint32_t *vector_row;     /* nvectors long: the row of a vector */
    const uint32_t *article_row;    /* narticles + 1 long: its rows are [article_row[a], article_row[a + 1]) */
    const uint32_t *article_length; /* narticles x PARRY_WORD_KINDS: sums of row_length */
    uint64_t kind_rows[PARRY_ROW_KINDS], kind_length[PARRY_ROW_KINDS]; /* sums over all rows, dead ones too */
    uint64_t languages; /* of its articles, a bit each: engine/analyse_fold.h numbers them, 0 for unknown ones */
} parry_segment_info;
const parry_segment_info *parry_segment_get_info(const parry_segment *s);

/* Borrowed strings, as long as the segment. */
typedef struct parry_article_out {
    parry_str id, title, slug, locale, audience, category, updated, product;
    parry_str tags; /* one a line */
    bool promoted;
    parry_hash hash;
    uint32_t nsections;
} parry_article_out;
void parry_segment_article(const parry_segment *s, uint32_t article, parry_article_out *out);
void parry_segment_section(const parry_segment *s, uint32_t article, uint32_t section, parry_section_in *out);
parry_str parry_segment_text(const parry_segment *s, uint32_t row);
/* The ordinal of the article with this id; false where there is none. */
bool parry_segment_find(const parry_segment *s, parry_str id, uint32_t *article);

/* All postings of a term, in row order, in the arena or borrowed from the segment; n 0 where the term is unknown. */
typedef struct parry_postings {
    const uint32_t *row;
    const uint32_t *tf; /* occurrences in the row */
    size_t n;
} parry_postings;
PARRY_MUST parry_code parry_segment_postings(const parry_segment *s, parry_arena *a, parry_str term,
                                             parry_postings *out, parry_err *err);

/* Does an article with its bit set in `articles` hold the term? Reads no further than to the first that does. */
PARRY_MUST parry_code parry_segment_shows(const parry_segment *s, parry_str term, const uint8_t *articles, bool *shows,
                                          parry_err *err);

/* The k rows whose vectors are nearest to q (dim floats, unit length), best first by the int8 scan, rescored in f16:
 * score is the cosine. allowed: a bit a vector ordinal (bit i of byte i/8), NULL for all. *n <= k. */
PARRY_MUST parry_code parry_segment_nearest(const parry_segment *s, const float *q, const uint8_t *allowed, size_t k,
                                            uint32_t *rows, float *scores, size_t *n, parry_err *err);
/* The cosine of q with one row's vector; 0 where it has none. */
float parry_segment_cosine(const parry_segment *s, uint32_t row, const float *q);
/* A row's vector, dim floats; false where it has none. */
bool parry_segment_vector(const parry_segment *s, uint32_t row, float *out);

/* Vocabulary: terms by prefix, most frequent first, at most cap; and terms within `edits` (optimal string alignment
 * over code points) of `term`, fewest edits first, then those that keep its first letter, then most frequent. With
 * `prefix`, terms that begin with something so near, where of two edits at most one is in the first two thirds. */
typedef struct parry_term {
    parry_str term; /* borrowed from the segment */
    uint32_t rows;  /* rows it is in */
    uint32_t edits;
    bool other_first; /* its first letter is another */
} parry_term;
size_t parry_segment_prefix(const parry_segment *s, parry_str prefix, parry_term *out, size_t cap);
size_t parry_segment_near(const parry_segment *s, parry_str term, unsigned edits, bool prefix, parry_term *out,
                          size_t cap);

#ifdef __cplusplus
}
#endif
#endif
