/* Explanations in plain text. */
#include "cli/explain_text.h"

#include "base/file.h"
#include "content/store.h"

#include <stdio.h>

void parry_print_readings(const parry_explanation *e)
{
    for (size_t i = 0; i < e->nreadings; i++) {
        const parry_reading *r = &e->readings[i];
        bool first = i == 0 || r->word.p != e->readings[i - 1].word.p;
        if (r->weight > 0)
            printf("%-20.*s %-11s %.*s%s x %.2f\n", first ? (int)r->word.n : 0, r->word.p, r->kind,
                   PARRY_FMT(r->read_as), r->stem ? "-" : "", r->weight);
        else
            printf("%-20.*s %-11s left out\n", first ? (int)r->word.n : 0, r->word.p, r->kind);
    }
    putchar('\n');
}

static void print_place(const char *side, size_t rank, const parry_place *p, int indent)
{
    enum { SHOWN = 100 };
    if (!p->found)
        return;
    parry_str line = parry_utf8_cut(p->text, SHOWN);
    printf("%*s%s: candidate %zu%s; best passage %.4f", indent, "", side, rank, rank ? "" : " (none of its own)",
           p->value);
    if (p->rank > 0)
        printf(", nearest but %zu", p->rank - 1);
    printf(": \"");
    for (size_t i = 0; i < line.n; i++)
        putchar((unsigned char)line.p[i] < ' ' ? ' ' : line.p[i]);
    printf("%s\"\n", line.n < p->text.n ? " ..." : "");
}

void parry_print_grounds(const parry_hit *h, int indent)
{
    const parry_grounds *e = h->grounds;
    for (size_t i = 0; i < h->nparts; i++) {
        const parry_part *p = &h->parts[i];
        printf("%*s%-22s %9.4f x %7.4f = %9.4f\n", indent, "", p->name, p->value, p->weight, p->points);
    }
    if (e == NULL)
        return;
    print_place("words", e->text_rank, &e->text, indent);
    print_place("meaning", e->dense_rank, &e->dense, indent);
    for (size_t i = 0; i < e->nmatches; i++) {
        const parry_match *m = &e->matches[i];
        printf("%*s%.*s as %s %.*s%s in %s: %u times, idf %.2f, weight %.2f\n", indent, "", PARRY_FMT(m->word), m->kind,
               PARRY_FMT(m->term), m->stem ? "-" : "", m->field, m->tf, m->idf, m->weight);
    }
}

void parry_print_why_not(const parry_why_not *w)
{
    printf("%.*s: %s. %.*s\n", PARRY_FMT(w->id), parry_why_name(w->why), PARRY_FMT(w->said));
    if (w->hit == NULL)
        return;
    parry_print_grounds(w->hit, 4);
    if (w->last == NULL)
        return;
    printf("    %-22s %9s %9s %9s\n", "beside the last shown", "its", "last's", "lacks");
    for (size_t i = 0; i < w->ngaps; i++)
        printf("    %-22s %9.4f %9.4f %9.4f\n", w->gaps[i].name, w->gaps[i].points, w->gaps[i].last_points,
               w->gaps[i].last_points - w->gaps[i].points);
}

void parry_complete_why_not(const parry_cli *cli, parry_arena *a, parry_why_not *w)
{
    parry_store *store = NULL;
    parry_store_row row;
    if (w->why != PARRY_WHY_UNKNOWN || w->id.n > 500 || !parry_file_exists(parry_cli_path(cli, a, "store")) ||
        parry_store_open(cli->data, &store, NULL) != PARRY_OK)
        return;
    if (parry_store_row_get(store, a, w->id, &row, NULL) == PARRY_OK) {
        w->why = PARRY_WHY_NOT_LIVE;
        w->said = parry_str_of(row.status == PARRY_ARCHIVED ? "It is archived."
                               : row.status == PARRY_DRAFT  ? "It is a draft."
                                                            : "It is published but not in the index yet: run `parry "
                                                              "index`.");
    }
    parry_store_close(store);
}
