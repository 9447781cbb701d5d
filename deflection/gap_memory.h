/* Gap memory: what gaps were called before, so that one keeps its id from one day to the next, and what came of them. A
 * small JSON document (DATA/deflection/gaps.json) with hashes of texts, none of their words:
 *
 *     {"version": 1, "gaps": [{"id": "g1f0c...", "audience": "customer", "since": ms, "seen": ms, "texts": [16 hex
 * digits, ...], "draft": article id, "drafted": ms, "published": ms}, ...]}
 *
 * Lost, gaps get ids again, the same ones where their centre still is the same text. Pure; any thread. */
#ifndef PARRY_DEFLECTION_GAP_MEMORY_H
#define PARRY_DEFLECTION_GAP_MEMORY_H

#include "deflection/gaps.h"

#include <jansson.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_GAP_MEMORY_TEXTS = 200, PARRY_GAP_MEMORY_DAYS = 90, PARRY_GAP_TEXT_HASH = 17 };

/* Gives each gap its id and since_ms: those of a gap before that it shares at least half of its people's texts with,
 * either way; the pair that shares most first. memory: the document, changed to what is known now; gaps that were not
 * seen for PARRY_GAP_MEMORY_DAYS and have no draft go. Anything else than such a document counts as an empty one. */
void parry_gaps_match(json_t *memory, parry_str audience, const parry_gap_text *texts, parry_content_gap *gaps,
                      size_t n, int64_t now_ms);

json_t *parry_gap_memory_find(const json_t *memory, parry_str id); /* borrowed; NULL: none */
bool parry_gap_memory_id(parry_str id);                            /* has the form of one */
/* Whether a text was among a remembered gap's. */
bool parry_gap_memory_has(const json_t *gap, parry_str text);

#ifdef __cplusplus
}
#endif
#endif
