/* Facts of one person, in order, cut where nothing happened for half an hour; what each piece came to. */
#include "deflection/session_inner.h"

#include "deflection/bots.h"
#include "deflection/collapse.h"
#include "deflection/trial.h"

#include <stdlib.h>

static const int64_t week_ms = (int64_t)7 * 86400000;

parry_word parry_making_word(const parry_making *m, parry_str s)
{
    parry_word number = parry_word_of(s);
    if (number != 0 && m->note != NULL)
        m->note(m->ctx, number, s);
    return number;
}

int64_t parry_making_ticket(const parry_making *m, int64_t from_ms, int64_t until_ms)
{
    for (size_t i = 0; i < m->ntickets; i++) {
        if (m->tickets[i]->at_ms >= from_ms)
            return m->tickets[i]->at_ms <= until_ms ? m->tickets[i]->at_ms : 0;
    }
    return 0;
}

/* ---- dimensions -------------------------------------------------------------------------------------------------- */

static parry_str channel_of(const parry_fact *f)
{
    static const char *const by_type[PARRY_FACTS] = {
        "search", "search", "search", "search", "article", "article", "search", "search",
        "form",   "form",   "other",  "agent",  "other",   "chat",    "form",
    };
    if (f->channel.n > 0)
        return f->channel;
    if (parry_str_eqz(f->by, "chat"))
        return parry_str_of("chat");
    if (parry_str_eqz(f->by, "mcp") || parry_str_eqz(f->by, "passages") || parry_str_eqz(f->by, "zendesk"))
        return parry_str_of("api");
    return parry_str_of(by_type[f->type]);
}

static void set_word(const parry_making *m, parry_word *to, parry_str s)
{
    if (*to == 0)
        *to = parry_making_word(m, s);
}

void parry_making_dimensions(const parry_making *m, const parry_fact *f, parry_dimensions *in)
{
    set_word(m, &in->audience, f->audience);
    set_word(m, &in->locale, f->locale);
    set_word(m, &in->category, f->category);
    set_word(m, &in->channel, channel_of(f));
    set_word(m, &in->device, f->device);
    if (in->generation == 0)
        in->generation = f->generation;
}

/* ---- what a session came to -------------------------------------------------------------------------------------- */

static bool is_content(const parry_fact *f)
{
    return f->type == PARRY_FACT_CLICK || f->type == PARRY_FACT_VIEW || (f->type == PARRY_FACT_CHAT && f->answered);
}

static uint32_t flags_of(const parry_fact *f)
{
    static const uint32_t of_type[PARRY_FACTS] = {
        [PARRY_FACT_FORM_OPENED] = PARRY_SESSION_FORM,
        [PARRY_FACT_FORM_SUGGESTION_SHOWN] = PARRY_SESSION_SUGGESTED,
        [PARRY_FACT_CHAT] = PARRY_SESSION_CHAT,
    };
    uint32_t flags = of_type[f->type] | (is_content(f) ? PARRY_SESSION_CONTENT : 0);
    if (f->type == PARRY_FACT_FORM_SUGGESTION_SHOWN && f->nshown == 0)
        flags = 0;
    if (f->type == PARRY_FACT_CLICK && parry_str_eqz(f->channel, "form"))
        flags |= PARRY_SESSION_FORM_CLICK;
    if (f->type == PARRY_FACT_CHAT) { /* small talk, and a question asked back, are neither */
        bool abstained = parry_str_eqz(f->resolution, "unanswered") || parry_str_eqz(f->resolution, "escalated");
        flags |= (f->handover ? PARRY_SESSION_HANDOVER : 0) | (f->answered ? PARRY_SESSION_CHAT_ANSWERED : 0) |
                 (abstained ? PARRY_SESSION_CHAT_ABSTAINED : 0);
    }
    if (parry_str_eqz(f->channel, "agent") || parry_str_eqz(f->audience, "internal"))
        flags |= PARRY_SESSION_AGENT;
    return flags;
}

/* The last word that was said; who goes on looking takes it back. 1 yes, -1 no, 0 none. */
static int verdict(const parry_making *m, size_t first, size_t end)
{
    int said = 0;
    for (size_t i = first; i < end; i++) {
        const parry_fact *f = m->acts[i];
        if (f->type == PARRY_FACT_SOLVED || f->type == PARRY_FACT_NOT_SOLVED)
            said = f->type == PARRY_FACT_SOLVED ? 1 : -1;
        else if (f->type == PARRY_FACT_VOTE)
            said = f->vote;
        else if (parry_fact_is_search(f) || f->type == PARRY_FACT_CHAT || f->type == PARRY_FACT_CLICK)
            said = 0;
    }
    return said;
}

/* How long a list was looked at: as its page says, or until something else was done. */
static int64_t looked_ms(const parry_making *m, size_t i, size_t end)
{
    const parry_fact *f = m->acts[i];
    if (!parry_fact_is_search(f) && f->type != PARRY_FACT_IMPRESSION)
        return 0;
    if (f->dwell_ms >= 0)
        return f->dwell_ms;
    return i + 1 < end ? m->acts[i + 1]->at_ms - f->at_ms : 0;
}

static uint32_t left(const parry_making *m, size_t first, size_t end, const parry_session_row *row)
{
    int64_t longest = 0;
    if (row->searches == 0 || row->flags & PARRY_SESSION_CONTENT)
        return 0;
    for (size_t i = first; i < end; i++) {
        int64_t ms = looked_ms(m, i, end);
        longest = ms > longest ? ms : longest;
    }
    return longest >= PARRY_DWELL_MS ? PARRY_SESSION_DWELLED : PARRY_SESSION_ABANDONED;
}

static void set_tickets(const parry_making *m, int64_t form_ms, parry_session_row *row)
{
    row->ticket_ms = parry_making_ticket(m, row->start_ms, row->end_ms + week_ms);
    if (row->ticket_ms > 0)
        row->again_ms = parry_making_ticket(m, row->ticket_ms + 1, row->ticket_ms + week_ms);
    if (form_ms > 0 && parry_making_ticket(m, form_ms, row->end_ms + PARRY_SESSION_GAP_MS) > 0)
        row->flags |= PARRY_SESSION_FORM_TICKET;
}

static int64_t begin_of(const parry_fact *f)
{
    return f->type == PARRY_FACT_VIEW && f->dwell_ms > 0 ? f->at_ms - f->dwell_ms : f->at_ms;
}

static void add_session(parry_making *m, size_t first, size_t end)
{
    parry_session_row *row = &m->out->sessions[m->out->nsessions++];
    const parry_fact *last = m->acts[end - 1];
    int64_t form_ms = 0;
    row->start_ms = begin_of(m->acts[first]);
    row->end_ms = last->at_ms;
    row->who = *m->who;
    row->flags = (m->bot ? PARRY_SESSION_BOT : 0) | (m->visitor ? PARRY_SESSION_VISITOR : 0);
    for (size_t i = first; i < end; i++) {
        const parry_fact *f = m->acts[i];
        row->flags |= flags_of(f);
        parry_making_dimensions(m, f, &row->in);
        if (is_content(f))
            row->seen_ms = f->at_ms;
        if (f->type == PARRY_FACT_FORM_OPENED && form_ms == 0)
            form_ms = f->at_ms;
    }
    int said = verdict(m, first, end);
    row->flags |= said > 0 ? PARRY_SESSION_SOLVED : said < 0 ? PARRY_SESSION_NOT_SOLVED : 0;
    if (parry_fact_is_search(last) || last->type == PARRY_FACT_IMPRESSION)
        row->flags |= PARRY_SESSION_EXIT;
    if ((row->flags & PARRY_SESSION_SUGGESTED) && !(row->flags & PARRY_SESSION_FORM_CLICK))
        row->flags |= PARRY_SESSION_DISMISSED;
    set_tickets(m, form_ms, row);
    parry_making_searches(m, first, end, row);
    parry_making_reads(m, first, end, row);
    row->flags |= left(m, first, end, row);
}

/* ---- tickets, surveys, and what the team does -------------------------------------------------------------------- */

static const parry_session_row *session_before(const parry_session_rows *rows, int64_t at_ms)
{
    const parry_session_row *found = NULL;
    for (size_t i = 0; i < rows->nsessions && rows->sessions[i].start_ms <= at_ms; i++)
        found = &rows->sessions[i];
    return found;
}

static void add_ticket(parry_making *m, size_t i)
{
    const parry_fact *f = m->tickets[i];
    parry_ticket_row *row = &m->out->tickets[m->out->ntickets++];
    const parry_session_row *before = session_before(m->out, f->at_ms);
    row->at_ms = f->at_ms;
    row->who = *m->who;
    row->flags = (m->visitor ? PARRY_TICKET_VISITOR : 0) | (f->handoff.n > 0 ? PARRY_TICKET_FORM : 0);
    row->text = parry_making_word(m, parry_collapse_fold(m->a, f->text));
    if (i > 0 && f->at_ms - m->tickets[i - 1]->at_ms <= week_ms)
        row->flags |= PARRY_TICKET_AGAIN;
    if (before != NULL && f->at_ms - before->end_ms <= week_ms) {
        row->in = before->in;
        row->since_ms = before->start_ms;
        row->flags |= before->flags & PARRY_SESSION_CONTENT ? PARRY_TICKET_AFTER : 0;
    }
    parry_making_dimensions(m, f, &row->in);
}

/* Asked after a ticket: it belongs to the session that led there. */
static void add_survey(const parry_making *m, const parry_fact *f)
{
    for (size_t i = m->out->nsessions; i > 0; i--) {
        parry_session_row *row = &m->out->sessions[i - 1];
        if (row->start_ms <= f->at_ms && (row->ticket_ms > 0 || i == 1)) {
            row->survey = (uint8_t)f->score;
            return;
        }
    }
}

static void add_linked(parry_making *m, const parry_fact *f)
{
    parry_read_row *row = &m->out->reads[m->out->nreads++];
    row->at_ms = f->at_ms;
    row->who = *m->who;
    row->flags = PARRY_READ_LINKED | PARRY_READ_AGENT;
    row->article = parry_making_word(m, f->article);
    parry_making_dimensions(m, f, &row->in);
}

/* ---- experiments ------------------------------------------------------------------------------------------------- */

static bool met_before(const parry_session_rows *rows, const parry_fact *f, parry_word experiment)
{
    for (size_t i = 0; i < rows->nunits; i++) {
        const parry_unit_row *u = &rows->units[i];
        if (u->experiment == experiment && memcmp(&u->unit, &f->unit, sizeof f->unit) == 0)
            return true;
    }
    return false;
}

static void add_unit(parry_making *m, const parry_fact *f)
{
    parry_word experiment = parry_making_word(m, f->experiment);
    const parry_session_row *in = session_before(m->out, f->at_ms);
    if (met_before(m->out, f, experiment))
        return;
    parry_unit_row *row = &m->out->units[m->out->nunits++];
    row->at_ms = f->at_ms;
    row->unit = f->unit;
    row->who = *m->who;
    row->experiment = experiment;
    row->flags = (in != NULL ? in->flags : 0) | (m->bot ? PARRY_SESSION_BOT : 0) |
                 (parry_trial_arm_held(f->arm) ? PARRY_UNIT_HELD : 0);
    row->seen_ms = in != NULL ? in->seen_ms : 0;
    row->ticket_ms = parry_making_ticket(m, f->at_ms, f->at_ms + week_ms);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b)
{
    const parry_fact *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool is_act(parry_fact_type t) { return t < PARRY_FACT_TICKET_CREATED || t == PARRY_FACT_CHAT; }

/* Two systems may tell of the same ticket. */
static bool told_before(const parry_making *m, const parry_fact *f)
{
    for (size_t i = 0; i < m->ntickets; i++) {
        const parry_fact *t = m->tickets[i];
        if ((f->handoff.n > 0 && parry_str_eq(f->handoff, t->handoff)) ||
            (f->ticket.n > 0 && parry_str_eq(f->ticket, t->ticket)))
            return true;
    }
    return false;
}

static void sort_out(parry_making *m, const parry_fact *facts, size_t n)
{
    enum { TICKETS_MAX = 1000 }; /* of one person */
    for (size_t i = 0; i < n; i++) {
        const parry_fact *f = &facts[i];
        if (is_act(f->type))
            m->acts[m->nacts++] = f;
        else if (f->type == PARRY_FACT_TICKET_CREATED && m->ntickets < TICKETS_MAX && !told_before(m, f))
            m->tickets[m->ntickets++] = f;
    }
}

static void cut(parry_making *m)
{
    size_t first = 0;
    for (size_t i = 1; i <= m->nacts; i++) {
        if (i < m->nacts && begin_of(m->acts[i]) - m->acts[i - 1]->at_ms <= PARRY_SESSION_GAP_MS)
            continue;
        add_session(m, first, i);
        first = i;
    }
}

void parry_sessions_make(parry_fact *facts, size_t n, const parry_ledger_subject *who, bool visitor,
                         void (*note)(void *ctx, parry_word number, parry_str word), void *ctx, parry_arena *a,
                         parry_session_rows *out)
{
    parry_making m = {.a = a, .who = who, .visitor = visitor, .note = note, .ctx = ctx, .out = out};
    *out = (parry_session_rows){0};
    qsort(facts, n, sizeof *facts, by_time);
    m.acts = PARRY_ARRAY(a, const parry_fact *, n);
    m.tickets = PARRY_ARRAY(a, const parry_fact *, n);
    m.bot = parry_bots_like(facts, n);
    sort_out(&m, facts, n);
    out->sessions = PARRY_ARRAY(a, parry_session_row, m.nacts);
    out->searches = PARRY_ARRAY(a, parry_search_row, m.nacts);
    out->reads = PARRY_ARRAY(a, parry_read_row, n);
    out->tickets = PARRY_ARRAY(a, parry_ticket_row, m.ntickets);
    out->units = PARRY_ARRAY(a, parry_unit_row, n);
    cut(&m);
    for (size_t i = 0; i < m.ntickets; i++)
        add_ticket(&m, i);
    for (size_t i = 0; i < n; i++) {
        if (facts[i].type == PARRY_FACT_SURVEY)
            add_survey(&m, &facts[i]);
        else if (facts[i].type == PARRY_FACT_ARTICLE_LINKED)
            add_linked(&m, &facts[i]);
        else if (facts[i].type == PARRY_FACT_ASSIGNED)
            add_unit(&m, &facts[i]);
    }
}
