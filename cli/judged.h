/* The judged queries of what is indexed, for the commands that ask them. */
#ifndef PARRY_CLI_JUDGED_H
#define PARRY_CLI_JUDGED_H

#include "cli/cli.h"
#include "eval/judged.h"

/* Those of WHERE (a content tree with judgements*.tsv or judgements/, that folder, or one file; NULL: none) and those
 * that articles say they answer. split: "fit", "held", or NULL for all. set is zero before. Fails: NOT_FOUND (no data,
 * no queries), INVALID ("FILE:LINE: what"). */
PARRY_MUST parry_code parry_cli_judged(const parry_cli *cli, parry_arena *a, const char *where, const char *split,
                                       parry_judged_set *set, parry_err *err);

#endif
