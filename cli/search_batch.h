/* `parry search --batch`: many questions to one open index, a line each, an answer line each. */
#ifndef PARRY_CLI_SEARCH_BATCH_H
#define PARRY_CLI_SEARCH_BATCH_H

#include "engine/search.h"

#include <stdio.h>

/* Every line of `in` is a query as text, or a JSON object {"q", "mode", "typing", "limit", "offset", "audience",
 * "locale", "category", "sort", "rule_tag", "page", "page_product", "explain", "snippets"} whose members replace those
 * of `defaults`; "id" comes back as it was; any other member is an error. To `out` goes one line of JSON each, in
 * order: the results as parry_results_json gives them, or {"error"}. A bad line ends nothing. Fails: IO where reading
 * or writing does. */
PARRY_MUST parry_code parry_search_batch(const parry_generation *g, const parry_encoder *encoder,
                                         const parry_config *config, const parry_query *defaults, FILE *in, FILE *out,
                                         parry_err *err);

#endif
