/* The judged queries of what is indexed. */
#include "cli/judged.h"

#include "base/file.h"
#include "eval/judgements.h"

parry_code parry_cli_judged(const parry_cli *cli, parry_arena *a, const char *where, const char *split,
                            parry_judged_set *set, parry_err *err)
{
    parry_store *store = NULL;
    parry_judgement_rows rows = {0};
    if (!parry_file_exists(cli->data)) /* before opening the store makes it */
        return parry_fail(err, PARRY_NOT_FOUND, "there is no %s; run `parry index TREE` first", cli->data);
    parry_code code = parry_store_open(cli->data, &store, err);
    if (code == PARRY_OK)
        code = parry_judged_articles(a, store, &set->documents, &set->ndocuments, err);
    if (code == PARRY_OK && where != NULL)
        code = parry_judgements_read(a, where, &rows, err);
    if (code == PARRY_OK)
        code = parry_judgements_answers(a, store, &rows, err);
    parry_store_close(store);
    if (code == PARRY_OK)
        code = parry_judgements_join(a, &rows, set, err);
    if (code == PARRY_OK && set->nqueries > 0)
        return parry_judged_keep(set, split, err);
    if (code == PARRY_OK)
        return parry_fail(err, PARRY_NOT_FOUND,
                          "no judged queries%s%s: write judgements.tsv beside the articles and give its folder, or "
                          "`answers:` in an article's front matter",
                          where != NULL ? " in " : "", where != NULL ? where : "");
    return code;
}
