/* The classifier of a folder of data: a team's own, or the shipped one, trained where it is not there yet. */
#include "base/file.h"
#include "desk/classify/classify_inner.h"
#include "desk/classify/train.h"

static bool is_shipped(const parry_classifier *c, parry_hash file) { return parry_hash_eq(c->head.file, file); }

static parry_code train_shipped(const char *path, parry_hash file, const parry_encoder *encoder, parry_classifier **out,
                                parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_labelled cases;
    parry_trained report;
    parry_code code = parry_labelled_parse(a, parry_labelled_shipped(), &cases, err);
    if (code == PARRY_OK)
        code = parry_train(a, &cases, file, encoder, NULL, &report, out, err);
    if (code == PARRY_OK)
        (void)!parry_classifier_save(*out, path, NULL); /* a cache: where it cannot be kept, it is made again */
    parry_arena_free(a);
    return code;
}

static parry_code ready_shipped(const char *path, const parry_encoder *encoder, parry_classifier **out, parry_err *err)
{
    parry_str cases = parry_labelled_shipped();
    parry_hash file = parry_hash_of(cases.p, cases.n);
    parry_classifier *c = NULL;
    parry_code code = parry_classifier_open(path, encoder, &c, NULL);
    if (code == PARRY_OK && is_shipped(c, file) && c->by_meaning == (encoder != NULL)) {
        *out = c;
        return PARRY_OK;
    }
    parry_classifier_free(c);
    return train_shipped(path, file, encoder, out, err);
}

parry_code parry_classifier_ready(const char *data, const parry_encoder *encoder, parry_err *own,
                                  parry_classifier **out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    char *teams = parry_str_z(a, parry_str_printf(a, "%s/" PARRY_CLASSIFIER_OWN, data));
    char *shipped = parry_str_z(a, parry_str_printf(a, "%s/" PARRY_CLASSIFIER_SHIPPED, data));
    parry_err why = {0};
    parry_code code = parry_classifier_open(teams, encoder, out, &why);
    *own = (parry_err){0};
    if (code != PARRY_OK && code != PARRY_NOT_FOUND)
        *own = why;
    if (code != PARRY_OK)
        code = ready_shipped(shipped, encoder, out, err);
    parry_arena_free(a);
    return code;
}
