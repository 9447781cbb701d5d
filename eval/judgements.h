/* Judgements as authors keep them: tables beside the articles, and `answers:` in an article's own front matter.
 *
 *     query <tab> article <tab> grade [<tab> audience] [<tab> split]
 *
 * The first line names the columns, in any order; others are passed over. article: an id, or a path within the tree, or
 * "-" where nothing answers. grade: 2 answers, 1 helps, 0 does neither. split: "held" is never fitted on. A line an
 * article; lines of one query and audience belong together wherever they stand. `answers: [questions]` says grade 2 of
 * that article, asked by its audience. */
#ifndef PARRY_EVAL_JUDGEMENTS_H
#define PARRY_EVAL_JUDGEMENTS_H

#include "eval/judged.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARRY_JUDGEMENT_ROWS_MAX = 200000, PARRY_JUDGEMENTS_FILE_MAX = 64 << 20, PARRY_GRADE_MAX = 100 };

typedef struct parry_judgement_row {
    parry_str query, article, audience;
    int grade;
    bool held;
} parry_judgement_row;

typedef struct parry_judgement_rows {
    parry_judgement_row *rows;
    size_t n, cap;
} parry_judgement_rows;

/* Appends. where: a file, or a folder: every *.tsv of one that is called judgements, else its judgements*.tsv and those
 * of its folder judgements/. None is fine. Fails: INVALID ("FILE:LINE: what"), TOO_LARGE. */
PARRY_MUST parry_code parry_judgements_read(parry_arena *a, const char *where, parry_judgement_rows *rows,
                                            parry_err *err);
/* Appends the questions that published articles say they answer. */
PARRY_MUST parry_code parry_judgements_answers(parry_arena *a, parry_store *store, parry_judgement_rows *rows,
                                               parry_err *err);
/* Rows to queries q1, q2, ... in the order they first stand; unanswerable ones last. set->documents must be there.
 * Fails: INVALID (a query both answered and "-"). */
PARRY_MUST parry_code parry_judgements_join(parry_arena *a, const parry_judgement_rows *rows, parry_judged_set *set,
                                            parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
