/* A classifier that is read when it is first asked, and what the encoder works in. */
#include "desk/guess.h"

#include "base/json.h"
#include "base/log.h"
#include "desk/classify/train.h"
#include "desk/subject.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct parry_guesser {
    char *data;
    const parry_encoder *encoder;
    pthread_mutex_t opening; /* of the classifier, until it is there */
    parry_classifier *classifier;
    atomic_bool fell_back;
    pthread_mutex_t encoding;       /* of what follows */
    parry_encoder_scratch *scratch; /* NULL until it is needed */
};

parry_guesser *parry_guesser_new(const char *data, const parry_encoder *encoder)
{
    parry_guesser *g = parry_calloc(1, sizeof *g);
    g->data = parry_strdup(data);
    g->encoder = encoder;
    (void)pthread_mutex_init(&g->opening, NULL);
    (void)pthread_mutex_init(&g->encoding, NULL);
    return g;
}

void parry_guesser_free(parry_guesser *g)
{
    if (g == NULL)
        return;
    parry_encoder_scratch_free(g->scratch);
    parry_classifier_free(g->classifier);
    (void)pthread_mutex_destroy(&g->encoding);
    (void)pthread_mutex_destroy(&g->opening);
    free(g->data);
    free(g);
}

static parry_code open_classifier(parry_guesser *g, parry_err *err)
{
    parry_err own = {0};
    parry_code code = parry_classifier_ready(g->data, g->encoder, &own, &g->classifier, err);
    if (code != PARRY_OK || own.code == PARRY_OK)
        return code;
    parry_log(PARRY_ERROR, "classifier",
              "msg=\"a team's own classifier cannot be used; the shipped one guesses\" reason=%s", parry_logq(own.msg));
    atomic_store(&g->fell_back, true);
    return PARRY_OK;
}

bool parry_guesser_fell_back(const parry_guesser *g) { return atomic_load(&g->fell_back); }

static parry_code classifier_of(parry_guesser *g, const parry_classifier **out, parry_err *err)
{
    parry_code code = PARRY_OK;
    (void)pthread_mutex_lock(&g->opening);
    if (g->classifier == NULL)
        code = open_classifier(g, err);
    *out = g->classifier;
    (void)pthread_mutex_unlock(&g->opening);
    return code;
}

parry_code parry_guesser_warm(parry_guesser *g, parry_err *err)
{
    const parry_classifier *k;
    return classifier_of(g, &k, err);
}

parry_code parry_guesser_has_better(parry_guesser *g, bool *better, parry_err *err)
{
    const parry_classifier *k = NULL;
    parry_code code = classifier_of(g, &k, err);
    if (code == PARRY_OK)
        *better = parry_classifier_by_meaning(k);
    return code;
}

/* ---- meaning ----------------------------------------------------------------------------------------------------- */

/* One after the other: however many tickets wait to go out, their guesses take one core, and the others stay with the
 * people who wait for an answer. */
static parry_code encode(parry_guesser *g, parry_str text, float *vector, parry_err *err)
{
    (void)pthread_mutex_lock(&g->encoding);
    if (g->scratch == NULL)
        g->scratch = parry_encoder_scratch_new(g->encoder);
    parry_code code = parry_encode(g->encoder, g->scratch, PARRY_QUERY, text, vector, err);
    (void)pthread_mutex_unlock(&g->encoding);
    return code;
}

/* ---- guessing ---------------------------------------------------------------------------------------------------- */

/* A subject that was made of the description, or that a person left as it was suggested, would count its words twice.
 */
static parry_str text_of(parry_arena *a, parry_str subject, parry_str description)
{
    subject = parry_str_trim(subject);
    bool made = parry_str_eq(subject, parry_suggest_subject(a, description));
    return parry_classify_text(a, made ? parry_str_of("") : subject, description);
}

static parry_code guess(parry_guesser *g, bool best, parry_str subject, parry_str description, parry_guess *out,
                        parry_err *err)
{
    const parry_classifier *k = NULL;
    parry_arena *a = parry_arena_new();
    float *vector = NULL;
    parry_str text = text_of(a, subject, description);
    parry_code code = classifier_of(g, &k, err);
    if (code == PARRY_OK && best && parry_classifier_by_meaning(k)) {
        vector = PARRY_ARRAY(a, float, parry_encoder_dim(g->encoder));
        code = encode(g, text, vector, err);
    }
    if (code == PARRY_OK)
        parry_classify(k, text, vector, out);
    parry_arena_free(a);
    return code;
}

parry_code parry_guess_first(parry_guesser *g, parry_str subject, parry_str description, parry_guess *out,
                             parry_err *err)
{
    return guess(g, false, subject, description, out, err);
}

parry_code parry_guess_best(parry_guesser *g, parry_str subject, parry_str description, parry_guess *out,
                            parry_err *err)
{
    return guess(g, true, subject, description, out, err);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

json_t *parry_guess_json(const char *value, double probability)
{
    return json_pack("{s:s, s:o}", "value", value, "probability",
                     probability < 0 ? json_null() : json_real(probability));
}

json_t *parry_guess_suggested(const parry_guess *k, parry_str subject)
{
    json_t *j = json_object(), *priority = parry_guess_json(parry_priority_name(k->priority), k->priority_probability);
    if (k->rule != NULL)
        json_object_set_new(priority, "rule", json_string(k->rule));
    json_object_set_new(j, "subject", parry_json_text(subject));
    json_object_set_new(j, "queue", parry_guess_json(parry_queue_name(k->queue), k->queue_probability));
    json_object_set_new(j, "priority", priority);
    return j;
}
