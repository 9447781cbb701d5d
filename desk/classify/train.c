/* Training: texts to features and vectors; for each question, and by words alone and with meaning, five fits that each
 * leave a fold out, and one on everything; then the blend, out of what the five said of what they had not seen. */
#include "desk/classify/train.h"

#include "base/work.h"
#include "desk/classify/classify_inner.h"
#include "desk/classify/texts.h"

#include <stdlib.h>

enum { FOLDS = 5, MANY = 10000, FOLDS_OF_MANY = 10 };
static const double COST = 10; /* by cross-fitting on the shipped cases; 3 to 100 make no difference that counts */

/* ---- folds ---- */

typedef struct question {
    const parry_texts_seen *t;
    const unsigned char *label;
    const uint32_t *line;
    size_t classes, bys;
    bool ruled;      /* rules speak of it */
    unsigned *fold;  /* of each text */
    unsigned *shift; /* which part of the blend's cross-fitting it is in */
    unsigned held;   /* folds that are held out, each once: 0 to held - 1 */
    unsigned *near_fold;
    size_t *near;                        /* which texts are kept to compare with */
    parry_learned learned;               /* not written to while tasks read it */
    float *all[PARRY_BYS];               /* weights of every text */
    parry_evidence *evidence[PARRY_BYS]; /* of each text that was held out */
} question;

typedef struct place {
    uint32_t same;
    unsigned char label;
    size_t i;
} place;

static int by_label_and_wording(const void *x, const void *y)
{
    const place *a = x, *b = y;
    if (a->label != b->label)
        return a->label < b->label ? -1 : 1;
    if (a->same != b->same)
        return a->same < b->same ? -1 : 1;
    return (a->i > b->i) - (a->i < b->i);
}

/* Every class is spread over all folds; texts of one wording stay together. */
static void make_folds(parry_arena *a, question *q)
{
    size_t n = q->t->n;
    unsigned folds = n > MANY ? FOLDS_OF_MANY : FOLDS, rank = 0;
    place *order = parry_malloc(n * sizeof *order);
    for (size_t i = 0; i < n; i++)
        order[i] = (place){q->t->same[i], q->label[i], i};
    qsort(order, n, sizeof *order, by_label_and_wording);
    q->fold = PARRY_ARRAY(a, unsigned, n);
    q->shift = PARRY_ARRAY(a, unsigned, n);
    q->held = n > MANY ? 1 : FOLDS;
    for (size_t i = 0; i < n; i++) {
        rank += i > 0 && order[i].same != order[i - 1].same;
        q->fold[order[i].i] = rank % folds;
        q->shift[order[i].i] = n > MANY ? rank / folds % FOLDS : rank % folds;
    }
    free(order);
}

static void keep_near(parry_arena *a, question *q)
{
    size_t n = q->t->n;
    parry_learned *l = &q->learned;
    l->n = n < PARRY_NEAREST_CASES ? n : PARRY_NEAREST_CASES;
    l->line = parry_malloc(l->n * sizeof *l->line);
    l->label = parry_malloc(l->n);
    l->cases[PARRY_BY_WORDS] = parry_malloc(l->n * PARRY_SKETCH);
    if (l->dim > 0)
        l->cases[PARRY_BY_MEANING] = parry_malloc(l->n * l->dim);
    q->near_fold = PARRY_ARRAY(a, unsigned, l->n);
    for (size_t j = 0; j < l->n; j++) {
        size_t i = j * n / l->n;
        parry_wording w = parry_texts_wording(q->t, i);
        l->line[j] = q->line[i];
        l->label[j] = q->label[i];
        q->near_fold[j] = q->fold[i];
        parry_nearest_pack(w.sketch, PARRY_SKETCH, l->cases[PARRY_BY_WORDS] + j * PARRY_SKETCH);
        if (l->dim > 0)
            parry_nearest_pack(w.meaning, l->dim, l->cases[PARRY_BY_MEANING] + j * l->dim);
    }
}

/* ---- fits ---- */

static float *fit(const question *q, parry_by by, unsigned without)
{
    size_t dim = by == PARRY_BY_MEANING ? q->t->dim : 0;
    parry_rows rows = {.words = q->t->features,
                       .dense = dim > 0 ? q->t->meaning : NULL,
                       .label = q->label,
                       .fold = q->fold,
                       .without = without,
                       .n = q->t->n,
                       .dim = dim,
                       .classes = q->classes};
    float *weights = parry_malloc(parry_logistic_size(dim, q->classes) * sizeof *weights);
    parry_logistic_fit(&rows, COST, weights);
    return weights;
}

static void ask_held(const question *q, parry_by by, unsigned fold, float *weights)
{
    parry_learned without = q->learned;
    without.weights[by] = weights;
    for (size_t i = 0; i < q->t->n; i++) {
        if (q->fold[i] != fold)
            continue;
        parry_wording w = parry_texts_wording(q->t, i);
        parry_near near[PARRY_NEAREST];
        (void)parry_learned_evidence(&without, by, &w, q->near_fold, fold, &q->evidence[by][i], near);
        if (q->ruled)
            parry_urgency_evidence(q->t->rule[i], &q->evidence[by][i]);
    }
}

/* Task i: a way, and the fold that it leaves out; the last one leaves out none. */
static void run_task(void *ctx, size_t i, unsigned worker)
{
    (void)worker;
    question *q = ctx;
    parry_by by = (parry_by)(i % q->bys);
    unsigned fold = (unsigned)(i / q->bys);
    bool all = fold == q->held;
    float *weights = fit(q, by, all ? FOLDS_OF_MANY : fold);
    if (all) {
        q->all[by] = weights;
        return;
    }
    ask_held(q, by, fold, weights);
    free(weights);
}

/* The texts that were held out, in a row. */
typedef struct held_out {
    parry_evidence *e;
    unsigned char *label;
    uint32_t *line;
    unsigned *shift;
    size_t n;
} held_out;

static held_out collect(parry_arena *a, const question *q, parry_by by)
{
    held_out h = {PARRY_ARRAY(a, parry_evidence, q->t->n), PARRY_ARRAY(a, unsigned char, q->t->n),
                  PARRY_ARRAY(a, uint32_t, q->t->n), PARRY_ARRAY(a, unsigned, q->t->n), 0};
    for (size_t i = 0; i < q->t->n; i++) {
        if (q->fold[i] >= q->held)
            continue;
        h.e[h.n] = q->evidence[by][i];
        h.label[h.n] = q->label[i];
        h.line[h.n] = q->line[i];
        h.shift[h.n++] = q->shift[i];
    }
    return h;
}

static parry_unseen blend_held(parry_arena *a, question *q, parry_by by)
{
    held_out h = collect(a, q, by);
    parry_unseen out = {.truth = h.label,
                        .line = h.line,
                        .said = PARRY_ARRAY(a, unsigned char, h.n),
                        .p = PARRY_ARRAY(a, double, h.n * q->classes),
                        .n = h.n,
                        .classes = q->classes};
    parry_blend *b = &q->learned.blend[by], part;
    for (size_t i = 0; i < q->t->n; i++)
        b->share[q->label[i]] += 1 / (double)q->t->n;
    parry_blend_fit(h.e, h.label, h.n, NULL, 0, q->classes, b);
    for (unsigned f = 0; f < FOLDS; f++) {
        part = *b;
        parry_blend_fit(h.e, h.label, h.n, h.shift, f, q->classes, &part);
        for (size_t i = 0; i < h.n; i++) {
            if (h.shift[i] != f)
                continue;
            double *p = out.p + i * q->classes;
            parry_blend_of(&part, &h.e[i], q->classes, p);
            out.said[i] = (unsigned char)parry_blend_choice(p, h.e[i].must, q->classes);
        }
    }
    return out;
}

static void learn(parry_arena *a, question *q, parry_unseen held[PARRY_BYS])
{
    q->bys = q->t->dim > 0 ? 2 : 1;
    q->learned = (parry_learned){.classes = q->classes, .dim = q->t->dim};
    make_folds(a, q);
    keep_near(a, q);
    for (size_t by = 0; by < q->bys; by++)
        q->evidence[by] = PARRY_ARRAY(a, parry_evidence, q->t->n);
    parry_parallel((q->held + 1) * q->bys, parry_cores(), run_task, q);
    for (size_t by = 0; by < q->bys; by++) {
        q->learned.weights[by] = q->all[by];
        held[by] = blend_held(a, q, (parry_by)by);
    }
}

/* ---- both questions ---- */

static void tell(const parry_train_progress *p, const char *what, size_t done, size_t of)
{
    if (p != NULL)
        p->tell(p->ctx, what, done, of);
}

static void learn_queue(parry_arena *a, const parry_labelled *l, const parry_texts_seen *t, parry_learned *out,
                        parry_trained *r)
{
    parry_unseen held[PARRY_BYS] = {{.n = 0}};
    question q = {.t = t, .label = l->queue, .line = l->line, .classes = PARRY_QUEUES};
    learn(a, &q, held);
    *out = q.learned;
    r->queue_by_words = held[PARRY_BY_WORDS];
    r->queue_by_meaning = held[PARRY_BY_MEANING];
}

static void learn_priority(parry_arena *a, const parry_labelled *l, const parry_texts_seen *t, parry_learned *out,
                           parry_trained *r)
{
    parry_unseen held[PARRY_BYS] = {{.n = 0}};
    question q = {.t = t, .label = l->priority, .line = l->line, .classes = PARRY_PRIORITIES, .ruled = true};
    learn(a, &q, held);
    *out = q.learned;
    r->priority_by_words = held[PARRY_BY_WORDS];
    r->priority_by_meaning = held[PARRY_BY_MEANING];
}

/* Priorities out of the shipped cases, where a team's file has none. */
static parry_code learn_shipped_priority(parry_arena *a, const parry_encoder *encoder, parry_learned *out,
                                         parry_trained *r, parry_err *err)
{
    parry_labelled shipped;
    parry_texts_seen t;
    parry_code code = parry_labelled_parse(a, parry_labelled_shipped(), &shipped, err);
    if (code == PARRY_OK)
        code = parry_texts_see(a, shipped.text, shipped.n, encoder, NULL, &t, err);
    if (code == PARRY_OK)
        learn_priority(a, &shipped, &t, out, r);
    return code;
}

static void set_head(parry_classifier *c, const parry_labelled *l, parry_hash file, const parry_encoder *encoder)
{
    c->head.cases = (uint32_t)l->n;
    c->head.file = file;
    parry_str name = parry_str_of(encoder != NULL ? parry_encoder_name(encoder) : "");
    memcpy(c->head.encoder, name.p, name.n < sizeof c->head.encoder ? name.n : sizeof c->head.encoder - 1);
    c->by_meaning = encoder != NULL;
}

parry_code parry_train(parry_arena *a, const parry_labelled *cases, parry_hash file, const parry_encoder *encoder,
                       const parry_train_progress *progress, parry_trained *report, parry_classifier **out,
                       parry_err *err)
{
    parry_texts_seen t;
    parry_trained r = {.own_priority = cases->priority != NULL};
    parry_code code = parry_labelled_enough(cases, err);
    if (code == PARRY_OK)
        code = parry_texts_see(a, cases->text, cases->n, encoder, progress, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_classifier *c = parry_calloc(1, sizeof *c);
    set_head(c, cases, file, encoder);
    tell(progress, "learning queues", 0, cases->n);
    learn_queue(a, cases, &t, &c->queue, &r);
    tell(progress, "learning priorities", 0, cases->n);
    if (r.own_priority)
        learn_priority(a, cases, &t, &c->priority, &r);
    else
        code = learn_shipped_priority(a, encoder, &c->priority, &r, err);
    if (code != PARRY_OK) {
        parry_classifier_free(c);
        return code;
    }
    *report = r;
    *out = c;
    return PARRY_OK;
}

/* ---- trying it ---- */

static parry_unseen empty(parry_arena *a, unsigned char *truth, uint32_t *line, size_t n, size_t classes)
{
    return (parry_unseen){truth,  PARRY_ARRAY(a, unsigned char, n), line, PARRY_ARRAY(a, double, n *classes), n,
                          classes};
}

parry_code parry_train_test(parry_arena *a, const parry_classifier *c, const parry_labelled *cases,
                            const parry_encoder *encoder, parry_unseen *queue, parry_unseen *priority, parry_err *err)
{
    float *meaning = NULL;
    size_t dim = encoder != NULL ? parry_encoder_dim(encoder) : 0;
    if (encoder != NULL) {
        meaning = PARRY_ARRAY(a, float, cases->n *dim);
        parry_code code = parry_texts_encode(encoder, cases->text, cases->n, NULL, meaning, err);
        if (code != PARRY_OK)
            return code;
    }
    parry_unseen q = empty(a, cases->queue, cases->line, cases->n, PARRY_QUEUES);
    parry_unseen p = empty(a, cases->priority, cases->line, cases->n, PARRY_PRIORITIES);
    for (size_t i = 0; i < cases->n; i++) {
        parry_guess found;
        parry_classify(c, cases->text[i], meaning != NULL ? meaning + i * dim : NULL, &found);
        q.said[i] = (unsigned char)found.queue;
        p.said[i] = (unsigned char)found.priority;
        memcpy(q.p + i * PARRY_QUEUES, found.queues, sizeof found.queues);
        memcpy(p.p + i * PARRY_PRIORITIES, found.priorities, sizeof found.priorities);
    }
    if (cases->priority == NULL)
        p.n = 0;
    *queue = q;
    *priority = p;
    return PARRY_OK;
}
