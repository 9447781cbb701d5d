/* A ticket's queue and priority, by what was learned; and the file that holds it: a magic line, the head, what was
 * learned of queues and of priorities, the SHA-256 of all that. */
#include "desk/classify/classify_inner.h"

#include "base/file.h"

#include <stdlib.h>

static const char magic[16] = "parry desk 1\n";
enum { FILE_MOST = 64 << 20 };

/* ---- the file ---- */

parry_code parry_classifier_save(const parry_classifier *c, const char *path, parry_err *err)
{
    parry_buf out = PARRY_BUF(FILE_MOST);
    parry_buf_add(&out, magic, sizeof magic);
    parry_buf_add(&out, &c->head, sizeof c->head);
    parry_learned_write(&c->queue, &out);
    parry_learned_write(&c->priority, &out);
    parry_hash hash = parry_hash_of(out.p, out.n);
    parry_buf_add(&out, hash.b, sizeof hash.b);
    parry_code code = out.full
                          ? parry_fail(err, PARRY_TOO_LARGE, "the classifier would be over %d MiB", FILE_MOST >> 20)
                          : parry_file_replace(path, parry_buf_str(&out), err);
    parry_buf_free(&out);
    return code;
}

static parry_code read_all(parry_str bytes, parry_classifier *c, parry_err *err)
{
    size_t least = sizeof magic + sizeof c->head + PARRY_HASH_BYTES;
    if (bytes.n < least || memcmp(bytes.p, magic, sizeof magic) != 0)
        return parry_fail(err, PARRY_CORRUPT, "not a classifier of this version; `parry desk train` makes one");
    parry_str body = parry_str_make(bytes.p, bytes.n - PARRY_HASH_BYTES);
    parry_hash is = parry_hash_of(body.p, body.n);
    if (memcmp(is.b, body.p + body.n, sizeof is.b) != 0)
        return parry_fail(err, PARRY_CORRUPT, "damaged; `parry desk train` makes it again");
    memcpy(&c->head, body.p + sizeof magic, sizeof c->head);
    c->head.encoder[sizeof c->head.encoder - 1] = '\0';
    parry_str rest = parry_str_from(body, sizeof magic + sizeof c->head);
    parry_code code = parry_learned_read(&rest, &c->queue, err);
    if (code == PARRY_OK)
        code = parry_learned_read(&rest, &c->priority, err);
    if (code == PARRY_OK && (c->queue.classes != PARRY_QUEUES || c->priority.classes != PARRY_PRIORITIES ||
                             c->queue.dim != c->priority.dim || rest.n != 0))
        code = parry_fail(err, PARRY_CORRUPT, "not a classifier of this version; `parry desk train` makes one");
    return code;
}

parry_code parry_classifier_open(const char *path, const parry_encoder *encoder, parry_classifier **out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    parry_classifier *c = parry_calloc(1, sizeof *c);
    parry_str bytes;
    parry_code code = parry_file_read(a, path, FILE_MOST, &bytes, err);
    if (code == PARRY_OK) {
        code = read_all(bytes, c, err);
        if (code != PARRY_OK)
            parry_err_context(err, "%s", path);
    }
    parry_arena_free(a);
    if (code != PARRY_OK) {
        parry_classifier_free(c);
        return code;
    }
    c->by_meaning = encoder != NULL && c->queue.dim == parry_encoder_dim(encoder) &&
                    strncmp(c->head.encoder, parry_encoder_name(encoder), sizeof c->head.encoder - 1) == 0;
    *out = c;
    return PARRY_OK;
}

void parry_classifier_free(parry_classifier *c)
{
    if (c == NULL)
        return;
    parry_learned_free(&c->queue);
    parry_learned_free(&c->priority);
    free(c);
}

bool parry_classifier_by_meaning(const parry_classifier *c) { return c->by_meaning; }

size_t parry_classifier_cases(const parry_classifier *c, parry_hash *file)
{
    *file = c->head.file;
    return c->head.cases;
}

/* ---- a ticket ---- */

parry_str parry_classify_text(parry_arena *a, parry_str subject, parry_str description)
{
    subject = parry_str_trim(subject);
    description = parry_str_trim(description);
    bool said = description.n >= subject.n && (subject.n == 0 || memcmp(subject.p, description.p, subject.n) == 0);
    return said ? description : parry_str_printf(a, "%.*s. %.*s", PARRY_FMT(subject), PARRY_FMT(description));
}

void parry_urgency_evidence(const parry_urgency *rule, parry_evidence *e)
{
    const unsigned all = (1u << PARRY_PRIORITIES) - 1;
    if (rule == NULL)
        return;
    e->wanted = 1u << rule->priority;
    e->must = rule->must ? all & ~((1u << rule->priority) - 1) : 0;
}

static void choose_queue(const parry_classifier *c, parry_by by, const parry_wording *w, parry_guess *out)
{
    parry_evidence e;
    parry_near near[PARRY_NEAREST];
    size_t n = parry_learned_evidence(&c->queue, by, w, NULL, 0, &e, near);
    parry_blend_of(&c->queue.blend[by], &e, PARRY_QUEUES, out->queues);
    out->queue = (parry_queue)parry_blend_choice(out->queues, 0, PARRY_QUEUES);
    out->queue_probability = out->queues[out->queue];
    for (size_t i = 0; i < n && i < PARRY_CLASS_NEAR && w->features.n > 0; i++)
        out->near[out->nnear++] = (parry_class_near){.line = c->queue.line[near[i].i],
                                                     .queue = (parry_queue)c->queue.label[near[i].i],
                                                     .similarity = (double)near[i].similarity};
}

static void choose_priority(const parry_classifier *c, parry_by by, const parry_wording *w, const parry_terms *words,
                            parry_guess *out)
{
    parry_evidence e;
    parry_near near[PARRY_NEAREST];
    (void)parry_learned_evidence(&c->priority, by, w, NULL, 0, &e, near);
    const parry_urgency *rule = parry_urgency_of(words);
    parry_urgency_evidence(rule, &e);
    parry_blend_of(&c->priority.blend[by], &e, PARRY_PRIORITIES, out->priorities);
    out->priority = (parry_priority)parry_blend_choice(out->priorities, e.must, PARRY_PRIORITIES);
    out->priority_probability = out->priorities[out->priority];
    out->rule = rule != NULL && out->priority == rule->priority ? rule->name : NULL;
}

void parry_classify(const parry_classifier *c, parry_str text, const float *vector, parry_guess *out)
{
    parry_arena *a = parry_arena_new();
    *out = (parry_guess){.by_meaning = c->by_meaning && vector != NULL};
    parry_by by = out->by_meaning ? PARRY_BY_MEANING : PARRY_BY_WORDS;
    parry_terms words = parry_terms_of(a, text);
    parry_wording w = {.features = parry_features_of(a, &words), .meaning = vector};
    parry_features_sketch(&w.features, w.sketch);
    choose_queue(c, by, &w, out);
    choose_priority(c, by, &w, &words, out);
    parry_arena_free(a);
}
