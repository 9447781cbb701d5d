/* What was searched and read in one session. */
#include "deflection/session_inner.h"

#include "deflection/collapse.h"

#include <stdlib.h>

static const int64_t day_ms = 86400000;

/* ---- searches ---------------------------------------------------------------------------------------------------- */

/* The searches of one session, typed, and which is which by query_id. */
typedef struct named {
    parry_uuid id;
    size_t i;
} named;

typedef struct searching {
    parry_making *m;
    size_t first, end;
    size_t n;
    const parry_fact **facts; /* n of them */
    parry_typed *typed;
    size_t *final_of;
    named *names;           /* in order of id */
    parry_search_row **row; /* of each final one */
} searching;

static int by_id(const void *a, const void *b)
{
    const named *x = a, *y = b;
    int order = memcmp(&x->id, &y->id, sizeof x->id);
    return order != 0 ? order : (x->i > y->i) - (x->i < y->i);
}

/* The search that a fact refers to; s->n: none of these. */
static size_t meant(const searching *s, const parry_fact *f)
{
    size_t lo = 0, hi = s->n;
    if (parry_uuid_none(f->query_id))
        return s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (memcmp(&s->names[mid].id, &f->query_id, sizeof f->query_id) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n && parry_uuid_eq(s->names[lo].id, f->query_id) ? s->names[lo].i : s->n;
}

static void gather(searching *s)
{
    parry_arena *a = s->m->a;
    size_t room = s->end - s->first;
    s->facts = PARRY_ARRAY(a, const parry_fact *, room);
    for (size_t i = s->first; i < s->end; i++) {
        if (parry_fact_is_search(s->m->acts[i]) && s->m->acts[i]->text.n > 0)
            s->facts[s->n++] = s->m->acts[i];
    }
    s->typed = PARRY_ARRAY(a, parry_typed, s->n);
    s->final_of = PARRY_ARRAY(a, size_t, s->n);
    s->names = PARRY_ARRAY(a, named, s->n);
    s->row = PARRY_ARRAY(a, parry_search_row *, s->n);
    for (size_t i = 0; i < s->n; i++) {
        const parry_fact *f = s->facts[i];
        s->typed[i] = (parry_typed){.at_ms = f->at_ms, .text = f->text, .submitted = f->type == PARRY_FACT_SEARCH};
        s->names[i] = (named){f->query_id, i};
    }
    qsort(s->names, s->n, sizeof *s->names, by_id);
    for (size_t i = s->first; i < s->end; i++) {
        size_t of = s->m->acts[i]->type == PARRY_FACT_CLICK ? meant(s, s->m->acts[i]) : s->n;
        if (of < s->n)
            s->typed[of].used = true;
    }
}

/* What a test of rankings did with the list. */
static void set_test(const searching *s, const parry_fact *f, parry_search_row *row)
{
    static const char *const arms[] = {"", "production", "challenger", "interleaved", "shadow"};
    for (uint8_t arm = PARRY_ROW_PRODUCTION; arm <= PARRY_ROW_SHADOW && f->experiment.n > 0; arm++) {
        if (parry_str_eqz(f->arm, arms[arm]))
            row->arm = arm;
    }
    row->test = row->arm != PARRY_ROW_ARM_NONE ? parry_making_word(s->m, f->experiment) : 0;
    row->pair = (uint8_t)(f->pair < PARRY_PLACES ? f->pair : 0);
    row->flags |= f->swapped && row->pair > 0 ? PARRY_SEARCH_SWAPPED : 0;
    for (size_t i = 0; i < f->nother && f->offset < PARRY_PLACES - i; i++)
        row->other[f->offset + i] = (uint8_t)f->other[i];
}

static void add_row(searching *s, size_t i)
{
    const parry_fact *f = s->facts[i];
    parry_making *m = s->m;
    parry_search_row *row = &m->out->searches[m->out->nsearches++];
    s->row[i] = row;
    row->at_ms = f->at_ms;
    row->query_id = f->query_id;
    row->who = *m->who;
    row->flags = (f->answered ? PARRY_SEARCH_ANSWERED : 0) | (f->total == 0 ? PARRY_SEARCH_ZERO : 0) |
                 (m->bot ? PARRY_SEARCH_BOT : 0) | (m->visitor ? PARRY_SEARCH_VISITOR : 0) |
                 (f->probability >= 0 ? PARRY_SEARCH_KNOWN : 0);
    row->text = parry_making_word(m, parry_collapse_fold(m->a, f->text));
    row->first = f->nshown > 0 ? parry_making_word(m, f->shown[0]) : 0;
    row->probability = f->probability >= 0 ? (float)f->probability : 0;
    parry_making_dimensions(m, f, &row->in);
    set_test(s, f, row);
}

/* A click at this position, from 1, of the list that f was; a second one on the same hit adds nothing. */
static void add_click_at(const parry_fact *f, unsigned position, parry_search_row *row)
{
    size_t i = position - f->offset - 1; /* in this page */
    if (position == 0 || position <= f->offset || position > PARRY_PLACES || row->opened_at >> (position - 1) & 1)
        return;
    row->opened_at |= (uint16_t)(1U << (position - 1));
    if (i < f->teams.n)
        row->credit = (int16_t)(row->credit + (f->teams.p[i] == 'b' ? 1 : -1));
}

static uint16_t more(uint16_t n, bool yes) { return (uint16_t)(n + (yes && n < UINT16_MAX)); }

/* What was done with a list counts for the search that it was typed on the way to. */
static void add_use(const searching *s, const parry_fact *f)
{
    size_t of = meant(s, f);
    if (of == s->n)
        return;
    parry_search_row *row = s->row[s->final_of[of]];
    if (f->type == PARRY_FACT_CLICK) {
        if (row->clicks == 0) {
            row->opened = parry_making_word(s->m, f->article);
            row->position = (uint16_t)(f->position < UINT16_MAX ? f->position : UINT16_MAX);
        }
        row->clicks = more(row->clicks, true);
        row->paul += f->position > 0 && f->position < 32 ? (uint32_t)PARRY_PAUL_ONE >> (f->position - 1) : 0;
        if (s->final_of[of] == of) /* of the list that the row is of, and no letter's before it */
            add_click_at(s->facts[of], f->position, row);
    } else if (f->type == PARRY_FACT_VIEW && f->dwell_ms >= PARRY_DWELL_MS) {
        row->flags |= PARRY_SEARCH_DWELLED;
    } else if (f->type == PARRY_FACT_SOLVED || (f->type == PARRY_FACT_VOTE && f->vote > 0)) {
        row->flags |= PARRY_SEARCH_SOLVED;
    }
}

static bool begins_alike(parry_str a, parry_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    return memcmp(a.p, b.p, n) == 0;
}

/* The next search within a minute is another one, which neither begins with. */
static void set_refined(const searching *s)
{
    size_t before = s->n;
    for (size_t i = 0; i < s->n; i++) {
        if (s->final_of[i] != i)
            continue;
        if (before < s->n && s->facts[i]->at_ms - s->facts[before]->at_ms <= PARRY_REFINED_MS) {
            parry_str x = parry_collapse_fold(s->m->a, s->facts[before]->text);
            if (!begins_alike(x, parry_collapse_fold(s->m->a, s->facts[i]->text)))
                s->row[before]->flags |= PARRY_SEARCH_REFINED;
        }
        before = i;
    }
}

static void count(const parry_search_row *search, parry_session_row *row)
{
    bool known = search->flags & PARRY_SEARCH_KNOWN;
    row->searches = more(row->searches, true);
    row->refined = more(row->refined, search->flags & PARRY_SEARCH_REFINED);
    row->unanswered = more(row->unanswered, known && !(search->flags & PARRY_SEARCH_ANSWERED));
    row->zero = more(row->zero, search->flags & PARRY_SEARCH_ZERO);
    row->unclicked = more(row->unclicked, search->clicks == 0);
}

static void finish(const searching *s, parry_session_row *row)
{
    uint32_t flags = row->flags & PARRY_SESSION_AGENT ? PARRY_SEARCH_AGENT : 0;
    if (row->ticket_ms > 0 && row->ticket_ms <= row->end_ms + day_ms)
        flags |= PARRY_SEARCH_TICKET;
    bool first = true;
    for (size_t i = 0; i < s->n; i++) {
        if (s->final_of[i] != i)
            continue;
        s->row[i]->flags |= flags | (first ? PARRY_SEARCH_FIRST : 0);
        first = false;
        count(s->row[i], row);
    }
    if (s->n > 0 && row->flags & PARRY_SESSION_EXIT)
        s->row[s->final_of[s->n - 1]]->flags |= PARRY_SEARCH_EXIT;
}

void parry_making_searches(parry_making *m, size_t first, size_t end, parry_session_row *row)
{
    searching s = {.m = m, .first = first, .end = end};
    gather(&s);
    if (s.n > 0)
        parry_collapse(s.typed, s.n, s.final_of);
    for (size_t i = 0; i < s.n; i++) {
        if (s.final_of[i] == i)
            add_row(&s, i);
    }
    for (size_t i = 0; i < s.n; i++)
        s.row[s.final_of[i]]->letters++;
    for (size_t i = first; i < end && s.n > 0; i++)
        add_use(&s, m->acts[i]);
    set_refined(&s);
    finish(&s, row);
    for (size_t i = first; i < end; i++) {
        row->clicks = more(row->clicks, m->acts[i]->type == PARRY_FACT_CLICK);
        row->views = more(row->views, m->acts[i]->type == PARRY_FACT_VIEW);
    }
}

/* ---- readings ---------------------------------------------------------------------------------------------------- */

static parry_read_row *reading_of(parry_making *m, size_t from, const parry_fact *f, const parry_session_row *row)
{
    parry_word article = parry_making_word(m, f->article);
    for (size_t i = from; i < m->out->nreads; i++) {
        if (m->out->reads[i].article == article)
            return &m->out->reads[i];
    }
    parry_read_row *read = &m->out->reads[m->out->nreads++];
    read->at_ms = f->at_ms;
    read->who = *m->who;
    read->article = article;
    read->flags = (m->bot ? PARRY_READ_BOT : 0) | (row->flags & PARRY_SESSION_AGENT ? PARRY_READ_AGENT : 0);
    read->in = row->in;
    read->ticket_ms = parry_making_ticket(m, f->at_ms, f->at_ms + parry_windows_ms[PARRY_WINDOWS - 1]);
    return read;
}

void parry_making_reads(parry_making *m, size_t first, size_t end, const parry_session_row *row)
{
    size_t from = m->out->nreads;
    for (size_t i = first; i < end; i++) {
        const parry_fact *f = m->acts[i];
        if (f->article.n == 0)
            continue;
        parry_read_row *read = reading_of(m, from, f, row);
        if (f->type == PARRY_FACT_CLICK)
            read->flags |= PARRY_READ_CLICKED;
        if (f->type == PARRY_FACT_VIEW && f->dwell_ms > 0) {
            int64_t dwell = read->dwell_ms + f->dwell_ms;
            read->dwell_ms = (uint32_t)(dwell < day_ms ? dwell : day_ms);
        }
        int said = f->type == PARRY_FACT_SOLVED ? 1 : f->type == PARRY_FACT_NOT_SOLVED ? -1 : f->vote;
        if (said != 0)
            read->vote = (int8_t)said;
    }
}
