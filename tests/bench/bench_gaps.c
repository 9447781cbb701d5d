/* Gaps of real questions whose needs are known: bench_gaps MODEL_DIR FILE..., each file lines of a need ("-": of none),
 * a text, and how many people ask it so, with tabs between them. A row a file and way of grouping; as planted.h judges.
 */
#include "../deflection/planted.h"
#include "base/file.h"
#include "deflection/collapse.h"
#include "models/encoder.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct asked {
    planted p;
    parry_str needs[MOST_TOPICS]; /* from 1 */
    uint64_t who;
} asked;

static size_t need_of(asked *l, parry_str name)
{
    size_t t = 1;
    if (parry_str_eqz(name, "-"))
        return 0;
    while (t <= l->p.ntopics && !parry_str_eq(l->needs[t], name))
        t++;
    if (t > l->p.ntopics && t < MOST_TOPICS)
        l->needs[l->p.ntopics = t] = name;
    return t < MOST_TOPICS ? t : 0;
}

static bool read_log(asked *l, const char *path, parry_arena *a)
{
    parry_str rest, line, need, text;
    if (parry_file_read(a, path, 64 << 20, &rest, NULL) != PARRY_OK)
        return false;
    while (parry_str_split(&rest, '\n', &line)) {
        if (!parry_str_split(&line, '\t', &need) || !parry_str_split(&line, '\t', &text))
            continue;
        const char *folded = parry_str_z(a, parry_collapse_fold(a, text));
        size_t topic = need_of(l, need);
        for (long people = strtol(parry_str_z(a, line), NULL, 10); people > 0 && l->p.n < MOST; people--) {
            l->p.topic[++l->who] = topic;
            l->p.items[l->p.n++] = item(folded, l->who, (int64_t)(l->who % 28), FAILED);
        }
    }
    return l->p.ntopics > 0;
}

static found find(const asked *l, const parry_encoder *e, parry_arena *a)
{
    found f;
    parry_gap_settings s = parry_gap_usual(now_ms);
    parry_gap_item *items = PARRY_ARRAY(a, parry_gap_item, l->p.n);
    float *v = NULL;
    memcpy(items, l->p.items, l->p.n * sizeof *items);
    parry_gap_texts(items, l->p.n, a, &f.texts, &f.ntexts);
    if (e != NULL) {
        parry_str *plain = PARRY_ARRAY(a, parry_str, f.ntexts);
        parry_encoder_scratch *scratch = parry_encoder_scratch_new(e);
        v = PARRY_ARRAY(a, float, f.ntexts *parry_encoder_dim(e));
        for (size_t i = 0; i < f.ntexts; i++)
            plain[i] = f.texts[i].text;
        if (parry_encode_batch(e, scratch, PARRY_QUERY, plain, f.ntexts, v, NULL) != PARRY_OK)
            exit(1);
        parry_encoder_scratch_free(scratch);
    }
    clock_t begin = clock();
    parry_gaps_make(f.texts, f.ntexts, v, e != NULL ? parry_encoder_dim(e) : 0, &s, a, &f.gaps, &f.ngaps, &f.hidden);
    fprintf(stderr, "%zu texts grouped in %.2f s\n", f.ntexts, (double)(clock() - begin) / CLOCKS_PER_SEC);
    return f;
}

static void measure(const char *path, const parry_encoder *e)
{
    asked *l = parry_calloc(1, sizeof *l);
    parry_arena *a = parry_arena_new();
    if (read_log(l, path, a)) {
        for (int meaning = 1; meaning >= 0; meaning--) {
            found f = find(l, meaning ? e : NULL, a);
            judged j = judge(&l->p, &f, a);
            printf("| %s | %s | %zu | %zu | %zu | %.2f | %.2f | %.2f | %.2f |\n", path, meaning ? "meaning" : "words",
                   f.ntexts, l->p.ntopics, f.ngaps, j.precision, j.recall, j.alike, j.together);
        }
    }
    parry_arena_free(a);
    free(l);
}

int main(int argc, char **argv)
{
    parry_encoder *e;
    parry_err err = {0};
    if (argc < 3 || parry_encoder_open(argv[1], PARRY_PRECISION_AUTO, &e, &err) != PARRY_OK) {
        fprintf(stderr, "bench_gaps MODEL_DIR FILE...: %s\n", err.msg);
        return 2;
    }
    printf("| log | by | texts | needs | gaps | precision | recall | BCubed precision | recall |\n"
           "|---|---|---:|---:|---:|---:|---:|---:|---:|\n");
    for (int i = 2; i < argc; i++)
        measure(argv[i], e);
    parry_encoder_close(e);
    return 0;
}
