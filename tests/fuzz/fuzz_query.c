/* Any bytes as a query over a small index: it is answered or refused, its answer is JSON, and every span of it lies in
 * it. */
#include "base/file.h"
#include "engine/query_syntax.h"
#include "engine/search.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static parry_generation *generation;
static parry_searcher *searcher;
static parry_arena *arena;

static void must(bool good)
{
    if (!good)
        abort();
}

static void add(parry_segment_writer *w, const char *title, const char *text)
{
    parry_section_in section = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    parry_row_in rows[] = {{PARRY_ROW_TITLE, 0, parry_str_of(title), NULL},
                           {PARRY_ROW_PASSAGE, 0, parry_str_of(text), NULL}};
    parry_article_in a = {.id = parry_str_of(title),
                          .title = parry_str_of(title),
                          .slug = parry_str_of(title),
                          .locale = parry_str_of("en"),
                          .audience = parry_str_of("customer"),
                          .sections = &section,
                          .nsections = 1,
                          .rows = rows,
                          .nrows = 2};
    must(parry_segment_writer_add(w, &a, NULL) == PARRY_OK);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    static char dir[] = "/tmp/fuzz-query-XXXXXX";
    static const char *const name = "00000000000000000000000000000001";
    parry_segment_writer *w = NULL;
    parry_segment_options o = {0};
    parry_index *index = NULL;
    arena = parry_arena_new();
    must(mkdtemp(dir) != NULL);
    must(parry_segment_writer_open(parry_str_printf(arena, "%s/segments", dir).p, name, &o, &w, NULL) == PARRY_OK);
    add(w, "Gift card terms", "A gift-card is a giftcard; ERR-1042 of sys/config is v2.3.1.");
    add(w, "Refund", "If your refund was not received, \"ask\" us: 返金方法 straße İstanbul.");
    must(parry_segment_writer_finish(w, NULL) == PARRY_OK);
    parry_manifest_segment s = {0};
    snprintf(s.name, sizeof s.name, "%s", name);
    parry_manifest m = {.number = 1, .segments = &s, .nsegments = 1};
    must(parry_manifest_publish(dir, &m, NULL) == PARRY_OK);
    must(parry_index_open(dir, &index, NULL) == PARRY_OK && parry_index_refresh(index, NULL, NULL) == PARRY_OK);
    generation = parry_index_acquire(index);
    searcher = parry_searcher_new(NULL);
    must(parry_tree_remove(dir, NULL) == PARRY_OK); /* what is open stays readable */
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    parry_query q = {.text = parry_str_make((const char *)data + 1, size - 1),
                     .typing = (data[0] & 1) != 0,
                     .limit = 5,
                     .snippets = true,
                     .explain = true};
    parry_results r = {0};
    parry_syntax syntax;
    parry_query_syntax(arena, q.text, q.typing, &syntax);
    must(syntax.plain.n == q.text.n && syntax.n <= PARRY_MAX_SPANS);
    for (size_t i = 0; i < syntax.n; i++)
        must(syntax.spans[i].start <= syntax.spans[i].end && syntax.spans[i].end <= q.text.n);
    if (parry_search(searcher, generation, &q, arena, &r, NULL) == PARRY_OK) {
        json_t *j = parry_results_json(&q, &r, "");
        must(j != NULL);
        json_decref(j);
    }
    parry_arena_reset(arena);
    return 0;
}
