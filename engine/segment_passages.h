/* Private to engine/segment*.c: passages.bin, the rows, articles and sections of a segment with their strings.
 *
 *     header      "PARRYPAS", format u32, articles u32, rows u32, vectors u32, sections u32, columns u32,
 *                 then for each column its place and its length in bytes, u64 each        (all little-endian)
 *     columns     each from a multiple of 64 bytes on, mapped and used as they are; the list is below
 *
 * A column of n strings is two: n + 1 places u64 (the first 0, ascending) and the bytes they cut. Opening checks every
 * place, ordinal and kind once, so that nothing read later can point outside. */
#ifndef PARRY_ENGINE_SEGMENT_PASSAGES_H
#define PARRY_ENGINE_SEGMENT_PASSAGES_H

#include "base/file.h"
#include "engine/segment.h"

typedef enum parry_column {
    PARRY_COL_ROW_ARTICLE,     /* u32 a row */
    PARRY_COL_ROW_SECTION,     /* u32 a row */
    PARRY_COL_ROW_KIND,        /* u8 a row */
    PARRY_COL_ROW_LENGTH,      /* u32 a row */
    PARRY_COL_ROW_VECTOR,      /* i32 a row, -1 for none */
    PARRY_COL_VECTOR_ROW,      /* u32 a vector */
    PARRY_COL_ARTICLE_ROW,     /* u32, one more than articles */
    PARRY_COL_ARTICLE_SECTION, /* u32, one more than articles: its first section */
    PARRY_COL_ARTICLE_BY_ID,   /* u32 an article: ordinals in the order of their ids */
    PARRY_COL_ARTICLE_HASH,    /* 32 bytes an article */
    PARRY_COL_ROW_PLACE,       /* strings, one a row */
    PARRY_COL_ROW_TEXT,
    PARRY_COL_ARTICLE_PLACE, /* strings, nine an article: id, title, slug, locale, audience, category, updated,
                                product, tags (one a line) */
    PARRY_COL_ARTICLE_TEXT,
    PARRY_COL_SECTION_PLACE, /* strings, three a section: heading, path, anchor */
    PARRY_COL_SECTION_TEXT,
    PARRY_COL_ARTICLE_FLAGS, /* u8 an article: 1 promoted */
    PARRY_COLUMNS
} parry_column;

enum { PARRY_FLAG_PROMOTED = 1, PARRY_ARTICLE_STRINGS = 9, PARRY_SECTION_STRINGS = 3 };

typedef struct parry_passages_writer {
    parry_buf column[PARRY_COLUMNS];
    uint32_t narticles, nrows, nvectors, nsections;
} parry_passages_writer;

void parry_passages_start(parry_passages_writer *w);
void parry_passages_free(parry_passages_writer *w);
/* lengths: words of each row; rows with a vector take the next ordinal where `vectors`. */
void parry_passages_add(parry_passages_writer *w, const parry_article_in *a, const uint32_t *lengths, bool vectors);
/* Fails: INVALID (an id twice), TOO_LARGE, IO. Not synced. */
PARRY_MUST parry_code parry_passages_write(parry_passages_writer *w, const char *path, parry_err *err);

typedef struct parry_passages {
    parry_map map;
    parry_segment_info info; /* columns and counts; name, dim and model are the segment's to fill */
    uint32_t nsections;
    const uint32_t *article_section, *by_id;
    const unsigned char *hash;
    const uint8_t *flags;
    const uint64_t *row_place, *article_place, *section_place;
    const char *row_text, *article_text, *section_text;
    uint32_t *article_length; /* not in the file: added up when it is opened */
} parry_passages;

/* Fails: NOT_FOUND, CORRUPT. *p is zeroed on failure. */
PARRY_MUST parry_code parry_passages_open(parry_passages *p, const char *path, parry_err *err);
void parry_passages_close(parry_passages *p);

/* String i of a string column. */
static inline parry_str parry_passages_string(const uint64_t *place, const char *text, size_t i)
{
    return parry_str_make(text + place[i], (size_t)(place[i + 1] - place[i]));
}

#endif
