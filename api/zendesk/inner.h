/* What the files of zendesk/ share. Private to zendesk/. */
#ifndef PARRY_API_ZENDESK_INNER_H
#define PARRY_API_ZENDESK_INNER_H

#include "api/listing.h"
#include "api/routes.h"

enum { PARRY_ZENDESK_IDS_MAX = 16, PARRY_ZENDESK_LISTED_PER_PAGE = 30 };

typedef struct parry_zendesk_asked {
    parry_call *c;
    const parry_listing *list;
    const parry_listing_row **rows; /* those that the caller may see, of the locale, in the order of the listing */
    size_t nrows;
    parry_str locale;      /* "" for any */
    const char *host;      /* "https://help.example", or "" */
    size_t page, per_page; /* page from 1 */
} parry_zendesk_asked;

/* One that may be shown, with what a search said of it. */
typedef struct parry_zendesk_found {
    const parry_listing_row *row;
    parry_str snippet;
    int64_t created_ms, updated_ms;
} parry_zendesk_found;

typedef struct parry_zendesk_wanted {
    uint64_t sections[PARRY_ZENDESK_IDS_MAX];
    size_t nsections;
    parry_str labels[PARRY_ZENDESK_IDS_MAX];
    size_t nlabels;
    int64_t created_from, created_until, updated_from, updated_until; /* [from, until); 0: open */
    bool by_created, by_updated, by_title, ascending;
} parry_zendesk_wanted;

/* ---- rows.c */
/* lines: joined by newlines. */
bool parry_zendesk_has_line(parry_str lines, parry_str wanted);
/* Fills q->rows with those that the caller may see, of the locale. */
void parry_zendesk_gather_rows(parry_zendesk_asked *q);
/* NULL where there is none. */
const parry_listing_row *parry_zendesk_row_of(const parry_zendesk_asked *q, uint64_t number);
parry_str parry_zendesk_section_name(const parry_listing_row *r);
uint64_t parry_zendesk_section_number(const parry_zendesk_asked *q, parry_str name);
uint64_t parry_zendesk_category_number(const parry_zendesk_asked *q);
/* Digits alone. */
bool parry_zendesk_number_of(parry_str s, uint64_t *out);

/* ---- things.c */
/* New references. NOT_FOUND where it went since the listing was made. */
PARRY_MUST parry_code parry_zendesk_article_json(const parry_zendesk_asked *q, const parry_listing_row *r, json_t **out,
                                                 parry_err *err);
json_t *parry_zendesk_sections_json(const parry_zendesk_asked *q);
json_t *parry_zendesk_category_json(const parry_zendesk_asked *q);

/* ---- lists.c */
/* Of the first of the page. */
size_t parry_zendesk_offset_of(const parry_zendesk_asked *q);
/* Those of the page, out of a list of all; steals all. */
void parry_zendesk_reply_slice(const parry_zendesk_asked *q, const char *kind, json_t *all);
/* Narrowed and in the order that is asked for; the number that is left. */
size_t parry_zendesk_arrange(const parry_zendesk_asked *q, const parry_zendesk_wanted *w, parry_zendesk_found *list,
                             size_t n);
/* list[offset to n) as kind; count: of all that there are. results: as search results. */
PARRY_MUST parry_code parry_zendesk_reply_found(const parry_zendesk_asked *q, const char *kind, bool results,
                                                const parry_zendesk_found *list, size_t n, size_t count,
                                                parry_err *err);

/* ---- search.c */
/* INVALID. */
PARRY_MUST parry_code parry_zendesk_read_pages(parry_zendesk_asked *q, size_t usual, parry_err *err);
PARRY_MUST parry_code parry_zendesk_search_articles(parry_zendesk_asked *q, parry_err *err);
/* section: 0 for all. */
PARRY_MUST parry_code parry_zendesk_list_articles(parry_zendesk_asked *q, uint64_t section, parry_err *err);

#endif
