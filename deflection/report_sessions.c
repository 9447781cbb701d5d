/* Reports over sessions: self-service, outcomes, the funnel, the form, guardrails, shares, chat, survey, money. */
#include "deflection/report_inner.h"

#define CELLS(list) list, sizeof(list) / sizeof *(list)

static bool is(const parry_session_row *s, uint32_t flag) { return (s->flags & flag) != 0; }

/* What happens within a window counts once the window is over, tickets too: else the newest days would show the
 * tickets that came and not yet the ones that did not. */
static bool closed(const report_pass *p, const parry_session_row *s)
{
    return (s->seen_ms > 0 ? s->seen_ms : s->end_ms) + p->window_ms < p->source->state.as_of_ms;
}

static parry_outcome outcome(const report_pass *p, const parry_session_row *s)
{
    return (parry_outcome)s->outcome[p->q->window];
}

/* A ticket within the window, whether content was seen or not. */
static bool ticketed(const report_pass *p, const parry_session_row *s)
{
    int64_t since = s->seen_ms > 0 ? s->seen_ms : s->end_ms;
    return s->ticket_ms > 0 && s->ticket_ms <= since + p->window_ms;
}

/* ---- self-service ------------------------------------------------------------------------------------------------ */

enum { SS_SESSIONS, SS_OVER, SS_READERS, SS_WRITERS, SS_CONFIRMED, SS_RESOLVED, SS_TICKETS, SS_EITHER, SS_ANY };

/* Tickets wait as long as sessions do, so that both are of the same time. */
static void add_ticket_to_self_service(report_pass *p, report_group *g, const parry_ticket_row *t)
{
    if (t->at_ms + p->window_ms >= p->source->state.as_of_ms)
        return;
    g->n[SS_TICKETS]++;
    g->n[SS_EITHER]++;
    g->n[SS_ANY]++;
    report_once(p, g, SS_WRITERS);
}

static void add_self_service(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    if (row->ticket != NULL) {
        add_ticket_to_self_service(p, g, row->ticket);
        return;
    }
    g->n[SS_SESSIONS]++;
    if (!closed(p, s))
        return;
    bool confirmed = outcome(p, s) == PARRY_OUTCOME_CONFIRMED;
    bool resolved = confirmed || outcome(p, s) == PARRY_OUTCOME_POTENTIAL;
    g->n[SS_OVER]++;
    g->n[SS_CONFIRMED] += confirmed;
    g->n[SS_RESOLVED] += resolved;
    g->n[SS_EITHER] += confirmed;
    g->n[SS_ANY] += resolved;
    if (is(s, PARRY_SESSION_CONTENT))
        report_once(p, g, SS_READERS);
}

static const report_cell self_service[] = {
    {"sessions", REPORT_COUNT, SS_SESSIONS, SS_SESSIONS, "sessions", "Sessions that began in the range.", "ours"},
    {"closed", REPORT_COUNT, SS_OVER, SS_SESSIONS, "sessions",
     "Those whose window is over, from the last content seen on, or else from the end; every cell below is of these.",
     "ours"},
    {"score", REPORT_RATIO, SS_READERS, SS_WRITERS, "ratio",
     "Visitors that saw content, to people with a ticket. Not a rate: it grows with any traffic.",
     "Gainsight; Zendesk's ticket deflection ratio has sessions above"},
    {"confirmed", REPORT_COUNT, SS_CONFIRMED, SS_OVER, "sessions", "Outcome confirmed.", "ServiceNow"},
    {"resolved", REPORT_COUNT, SS_RESOLVED, SS_OVER, "sessions", "Outcome confirmed or potential.", "ServiceNow"},
    {"tickets", REPORT_COUNT, SS_TICKETS, SS_TICKETS, "tickets",
     "All tickets of the range that are older than the window, whoever wrote them and however.", "ours"},
    {"rate_confirmed", REPORT_SHARE, SS_CONFIRMED, SS_EITHER, "share", "confirmed / (confirmed + tickets).",
     "trade usage; what a resolution is, is said"},
    {"rate_resolved", REPORT_SHARE, SS_RESOLVED, SS_ANY, "share", "resolved / (resolved + tickets).",
     "trade usage; what a resolution is, is said"},
};

/* ---- outcomes ---------------------------------------------------------------------------------------------------- */

enum { OUT_SESSIONS = PARRY_OUTCOMES, OUT_ENGAGED, OUT_OVER };

static void add_outcomes(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    bool over = closed(p, s);
    parry_outcome o = over ? outcome(p, s) : PARRY_OUTCOME_OPEN;
    g->n[OUT_SESSIONS]++;
    g->n[o]++;
    g->n[OUT_OVER] += over;
    g->n[OUT_ENGAGED] += over && o != PARRY_OUTCOME_UNENGAGED && o != PARRY_OUTCOME_OPEN;
}

static const report_cell outcomes[] = {
    {"sessions", REPORT_COUNT, OUT_SESSIONS, OUT_SESSIONS, "sessions", "Sessions that began in the range.", "ours"},
    {"open", REPORT_COUNT, PARRY_OUTCOME_OPEN, OUT_SESSIONS, "sessions", "The window is not over yet.", "ours"},
    {"unengaged", REPORT_COUNT, PARRY_OUTCOME_UNENGAGED, OUT_OVER, "sessions",
     "No content was seen: nothing can have been deflected.", "ours"},
    {"confirmed", REPORT_SHARE, PARRY_OUTCOME_CONFIRMED, OUT_ENGAGED, "share",
     "Of sessions that saw content: the last word was yes, and no ticket within the window.", "ServiceNow"},
    {"potential", REPORT_SHARE, PARRY_OUTCOME_POTENTIAL, OUT_ENGAGED, "share", "Nothing said, and no ticket.",
     "ServiceNow"},
    {"none", REPORT_SHARE, PARRY_OUTCOME_NONE, OUT_ENGAGED, "share", "A ticket within the window.", "ServiceNow"},
    {"ambiguous", REPORT_SHARE, PARRY_OUTCOME_AMBIGUOUS, OUT_ENGAGED, "share",
     "No ticket, but the last word was no, or it cannot be told.", "Salesforce Agentforce's bucket"},
};

/* ---- funnel ------------------------------------------------------------------------------------------------------ */

enum { FU_SESSIONS, FU_SEARCHED, FU_CLICKED, FU_READ, FU_FORM, FU_SHOWN, FU_OPENED, FU_OVER, FU_TICKET };

static void add_funnel(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    g->n[FU_SESSIONS]++;
    if (s->searches == 0)
        return;
    bool form = is(s, PARRY_SESSION_FORM), shown = form && is(s, PARRY_SESSION_SUGGESTED), over = closed(p, s);
    g->n[FU_SEARCHED]++;
    g->n[FU_CLICKED] += s->clicks > 0;
    g->n[FU_READ] += is(s, PARRY_SESSION_CONTENT);
    g->n[FU_FORM] += form;
    g->n[FU_SHOWN] += shown;
    g->n[FU_OPENED] += shown && is(s, PARRY_SESSION_FORM_CLICK);
    g->n[FU_OVER] += over;
    g->n[FU_TICKET] += over && ticketed(p, s);
}

static const report_cell funnel[] = {
    {"sessions", REPORT_COUNT, FU_SESSIONS, FU_SESSIONS, "sessions", "Sessions that began in the range.", "ours"},
    {"searched", REPORT_SHARE, FU_SEARCHED, FU_SESSIONS, "share", "Of sessions: searched at least once.", "ours"},
    {"clicked", REPORT_SHARE, FU_CLICKED, FU_SEARCHED, "share", "Of those that searched: opened a hit.", "ours"},
    {"read", REPORT_SHARE, FU_READ, FU_SEARCHED, "share", "Of those that searched: saw content.", "ours"},
    {"form_opened", REPORT_SHARE, FU_FORM, FU_SEARCHED, "share", "Of those that searched: opened the ticket form.",
     "ours"},
    {"suggestions_shown", REPORT_SHARE, FU_SHOWN, FU_FORM, "share",
     "Of those that then opened the form: were shown suggestions there.", "ours"},
    {"suggestion_opened", REPORT_SHARE, FU_OPENED, FU_SHOWN, "share", "Of those: opened one.", "ours"},
    {"ticket", REPORT_SHARE, FU_TICKET, FU_OVER, "share",
     "Of those that searched, and whose window is over: a ticket within it.", "ours"},
};

/* ---- two stages, the form ---------------------------------------------------------------------------------------- */

enum { ST_SEARCHED, ST_ONE, ST_FORM, ST_TWO };

static void add_stages(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    (void)p;
    bool form = is(s, PARRY_SESSION_FORM);
    g->n[ST_SEARCHED] += s->searches > 0;
    g->n[ST_ONE] += s->searches > 0 && s->clicks > 0 && !form;
    g->n[ST_FORM] += form;
    g->n[ST_TWO] += form && is(s, PARRY_SESSION_FORM_CLICK) && !is(s, PARRY_SESSION_FORM_TICKET);
}

static const report_cell stages[] = {
    {"searched", REPORT_COUNT, ST_SEARCHED, ST_SEARCHED, "sessions", "Sessions with a search.", "SearchUnify"},
    {"stage1", REPORT_SHARE, ST_ONE, ST_SEARCHED, "share",
     "Of sessions with a search: a hit was opened, and the ticket form was not. Says nothing of what they wanted.",
     "SearchUnify"},
    {"form", REPORT_COUNT, ST_FORM, ST_FORM, "sessions", "Sessions that opened the ticket form.", "SearchUnify"},
    {"stage2", REPORT_SHARE, ST_TWO, ST_FORM, "share",
     "Of sessions that opened the form: a suggestion there was opened, and no ticket was made in the session.",
     "SearchUnify"},
};

enum { FO_FORM, FO_SHOWN, FO_EXPLICIT, FO_IMPLICIT, FO_SUBMITTED, FO_EITHER, FO_ALL, FO_LEFT, FO_DISMISSED };

static void add_form(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    (void)p;
    if (!is(s, PARRY_SESSION_FORM))
        return;
    bool shown = is(s, PARRY_SESSION_SUGGESTED), ticket = is(s, PARRY_SESSION_FORM_TICKET);
    bool said = shown && !ticket && is(s, PARRY_SESSION_FORM_CLICK) && is(s, PARRY_SESSION_SOLVED);
    g->n[FO_FORM]++;
    g->n[FO_SHOWN] += shown;
    g->n[FO_LEFT] += !ticket;
    g->n[FO_DISMISSED] += shown && is(s, PARRY_SESSION_DISMISSED);
    g->n[FO_EXPLICIT] += said;
    g->n[FO_IMPLICIT] += shown && !ticket && !said;
    g->n[FO_SUBMITTED] += shown && ticket;
    g->n[FO_EITHER] += said || (shown && ticket);
    g->n[FO_ALL] += shown;
}

static const report_cell form[] = {
    {"form", REPORT_COUNT, FO_FORM, FO_FORM, "sessions", "Sessions that opened the ticket form.", "Coveo"},
    {"left", REPORT_SHARE, FO_LEFT, FO_FORM, "share",
     "Of those: no ticket was made in the session. Counts those who gave up.", "Coveo"},
    {"shown", REPORT_SHARE, FO_SHOWN, FO_FORM, "share", "Of those: suggestions were shown.", "Elevio GateKeeper"},
    {"explicit", REPORT_SHARE, FO_EXPLICIT, FO_EITHER, "share",
     "A suggestion was opened, the last word was yes, no ticket: of these and the sessions that sent the form after "
     "suggestions.",
     "Elevio GateKeeper; the ratio is our reading"},
    {"implicit", REPORT_SHARE, FO_IMPLICIT, FO_ALL, "share",
     "Of sessions shown suggestions: left without a ticket and without saying yes. Counts those who gave up.",
     "Elevio GateKeeper; the ratio is our reading"},
    {"submitted", REPORT_SHARE, FO_SUBMITTED, FO_ALL, "share",
     "Of sessions shown suggestions: a ticket was made after the form was opened.", "Elevio GateKeeper"},
    {"dismissed", REPORT_SHARE, FO_DISMISSED, FO_ALL, "share",
     "Of sessions shown suggestions: none of them was opened.", "ours"},
};

/* ---- guardrails: what a gain may have cost ----------------------------------------------------------------------- */

enum { GU_SEARCHED, GU_ABANDONED, GU_DWELLED, GU_REFINED, GU_SAID, GU_NO, GU_TICKETS, GU_AFTER, GU_AGAIN };

static void add_ticket_to_guardrails(report_pass *p, report_group *g, const parry_ticket_row *t)
{
    g->n[GU_TICKETS]++;
    g->n[GU_AFTER] += (t->flags & PARRY_TICKET_AFTER) != 0;
    g->n[GU_AGAIN] += (t->flags & PARRY_TICKET_AGAIN) != 0;
    if (t->since_ms > 0)
        report_value(p, g, (uint64_t)(t->at_ms - t->since_ms) / 1000);
}

static void add_guardrails(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    if (row->ticket != NULL) {
        add_ticket_to_guardrails(p, g, row->ticket);
        return;
    }
    g->n[GU_SEARCHED] += s->searches > 0;
    g->n[GU_ABANDONED] += s->searches > 0 && is(s, PARRY_SESSION_ABANDONED);
    g->n[GU_DWELLED] += s->searches > 0 && is(s, PARRY_SESSION_DWELLED);
    g->n[GU_REFINED] += s->searches > 0 && s->refined > 0;
    g->n[GU_SAID] += is(s, PARRY_SESSION_SOLVED) || is(s, PARRY_SESSION_NOT_SOLVED);
    g->n[GU_NO] += is(s, PARRY_SESSION_NOT_SOLVED);
}

static const report_cell guardrails[] = {
    {"abandoned", REPORT_SHARE, GU_ABANDONED, GU_SEARCHED, "share",
     "Of sessions with a search: nothing opened, and left within 10 s.", "Document360's bounced, split by dwell"},
    {"dwelled", REPORT_SHARE, GU_DWELLED, GU_SEARCHED, "share",
     "Of sessions with a search: nothing opened, but stayed 10 s or more: maybe the list answered.",
     "Document360's bounced, split by dwell"},
    {"reformulated", REPORT_SHARE, GU_REFINED, GU_SEARCHED, "share",
     "Of sessions with a search: another search, no prefix of the one before, within 60 s.", "Google Analytics"},
    {"not_helpful", REPORT_SHARE, GU_NO, GU_SAID, "share", "Of sessions that said yes or no last: said no.", "ours"},
    {"tickets", REPORT_COUNT, GU_TICKETS, GU_TICKETS, "tickets", "All tickets of the range.", "ours"},
    {"after_content", REPORT_SHARE, GU_AFTER, GU_TICKETS, "share",
     "Of tickets: their sender saw content in the 7 days before.", "ours"},
    {"time_to_ticket", REPORT_MEDIAN, 0, 0, "s",
     "Median time from the start of the session before, within 7 days, to the ticket.", "ours"},
    {"repeat_contact", REPORT_SHARE, GU_AGAIN, GU_TICKETS, "share",
     "Of tickets: another one of the same person in the 7 days before.", "ours"},
};

/* ---- shares ------------------------------------------------------------------------------------------------------ */

enum { SH_SESSIONS, SH_BOTS, SH_PEOPLE, SH_AGENTS, SH_COUNTED, SH_NAMELESS, SH_CHAT };

static void add_shares(report_pass *p, report_group *g, const report_any *row)
{
    (void)p;
    g->n[SH_SESSIONS]++;
    g->n[SH_BOTS] += row->bot;
    g->n[SH_PEOPLE] += !row->bot;
    g->n[SH_AGENTS] += !row->bot && row->agent;
    if (row->bot || row->agent)
        return;
    g->n[SH_COUNTED]++;
    g->n[SH_NAMELESS] += !row->visitor;
    g->n[SH_CHAT] += is(row->session, PARRY_SESSION_CHAT);
}

static const report_cell shares[] = {
    {"sessions", REPORT_COUNT, SH_SESSIONS, SH_SESSIONS, "sessions", "All sessions, those of bots and the team too.",
     "ours"},
    {"bots", REPORT_SHARE, SH_BOTS, SH_SESSIONS, "share", "Of all sessions: of bots.", "ours"},
    {"agents", REPORT_SHARE, SH_AGENTS, SH_PEOPLE, "share",
     "Of sessions that are no bot's: of the team (channel agent, or the internal audience).", "ours"},
    {"counted", REPORT_COUNT, SH_COUNTED, SH_SESSIONS, "sessions", "Neither: what the other reports count.", "ours"},
    {"unidentified", REPORT_SHARE, SH_NAMELESS, SH_COUNTED, "share",
     "Of the counted ones: no visitor was named, so that two sessions of one person cannot be told from two people's.",
     "ours"},
    {"chat", REPORT_SHARE, SH_CHAT, SH_COUNTED, "share", "Of the counted ones: with a chatbot.", "ours"},
};

/* ---- chat beside search ------------------------------------------------------------------------------------------ */

enum { CH_CHATS, CH_ANSWERED, CH_ABSTAINED, CH_HANDED, CH_OVER, CH_YES, CH_ASSUMED, SE_OVER, SE_YES, SE_ASSUMED };

static void add_chat(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    bool chat = is(s, PARRY_SESSION_CHAT), over = closed(p, s), no = is(s, PARRY_SESSION_NOT_SOLVED) || ticketed(p, s);
    bool answered =
        chat ? is(s, PARRY_SESSION_CHAT_ANSWERED) && !is(s, PARRY_SESSION_HANDOVER) : is(s, PARRY_SESSION_CONTENT);
    bool resolved = over && answered && !no, yes = is(s, PARRY_SESSION_SOLVED);
    if (!chat && s->searches == 0)
        return;
    g->n[CH_CHATS] += chat;
    g->n[CH_ANSWERED] += chat && is(s, PARRY_SESSION_CHAT_ANSWERED);
    g->n[CH_ABSTAINED] += chat && is(s, PARRY_SESSION_CHAT_ABSTAINED);
    g->n[CH_HANDED] += chat && is(s, PARRY_SESSION_HANDOVER);
    g->n[chat ? CH_OVER : SE_OVER] += over;
    g->n[chat ? CH_YES : SE_YES] += resolved && yes;
    g->n[chat ? CH_ASSUMED : SE_ASSUMED] += resolved && !yes;
}

static const report_cell chat[] = {
    {"chats", REPORT_COUNT, CH_CHATS, CH_CHATS, "sessions", "Sessions with a chatbot.", "ours"},
    {"answered", REPORT_SHARE, CH_ANSWERED, CH_CHATS, "share", "Of those: it answered at least once.", "ours"},
    {"abstained", REPORT_SHARE, CH_ABSTAINED, CH_CHATS, "share", "Of those: it abstained at least once.", "ours"},
    {"handed_over", REPORT_SHARE, CH_HANDED, CH_CHATS, "share", "Of those: it handed over.", "ours"},
    {"resolved_confirmed", REPORT_SHARE, CH_YES, CH_OVER, "share",
     "Of chats whose window is over: answered, not handed over, no ticket within the window, and the last word was "
     "yes.",
     "Intercom Fin"},
    {"resolved_assumed", REPORT_SHARE, CH_ASSUMED, CH_OVER, "share", "The same with nothing said.", "Intercom Fin"},
    {"search_resolved_confirmed", REPORT_SHARE, SE_YES, SE_OVER, "share",
     "Of sessions with a search and no chatbot, whose window is over: content seen, no ticket within it, and yes.",
     "as for chat"},
    {"search_resolved_assumed", REPORT_SHARE, SE_ASSUMED, SE_OVER, "share", "The same with nothing said.",
     "as for chat"},
};

/* ---- survey ------------------------------------------------------------------------------------------------------ */

enum { SU_SESSIONS, SU_ANSWERS, SU_CONTENT };

static void add_survey(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    g->n[SU_SESSIONS]++;
    if (s->survey == 0)
        return;
    g->n[SU_ANSWERS]++;
    g->n[SU_CONTENT] += s->survey >= 4;
    report_value(p, g, s->survey);
}

static const report_cell survey[] = {
    {"answers", REPORT_COUNT, SU_ANSWERS, SU_SESSIONS, "sessions", "Sessions with an answer to the survey.", "ours"},
    {"csat", REPORT_SHARE, SU_CONTENT, SU_ANSWERS, "share", "Of the answers: 4 or 5 of 5.", "trade usage"},
    {"score", REPORT_MEAN, 0, 0, "1 to 5", "Mean answer.", "trade usage"},
};

/* ---- money and the causal number --------------------------------------------------------------------------------- */

enum { MO_ENGAGED, MO_CONFIRMED, MO_RESOLVED, MO_POTENTIAL };

static void add_money(report_pass *p, report_group *g, const report_any *row)
{
    const parry_session_row *s = row->session;
    parry_outcome o = outcome(p, s);
    if (!closed(p, s) || o == PARRY_OUTCOME_OPEN || o == PARRY_OUTCOME_UNENGAGED)
        return;
    g->n[MO_ENGAGED]++;
    g->n[MO_CONFIRMED] += o == PARRY_OUTCOME_CONFIRMED;
    g->n[MO_POTENTIAL] += o == PARRY_OUTCOME_POTENTIAL;
    g->n[MO_RESOLVED] += o == PARRY_OUTCOME_CONFIRMED || o == PARRY_OUTCOME_POTENTIAL;
}

static const report_cell money[] = {
    {"engaged", REPORT_COUNT, MO_ENGAGED, MO_ENGAGED, "sessions",
     "Sessions that saw content, and whose window is over.", "ServiceNow"},
    {"low", REPORT_MONEY, MO_CONFIRMED, MO_ENGAGED, "currency", "Confirmed x cost of a ticket.", "ours"},
    {"causal", REPORT_CAUSAL, REPORT_CAUSAL_MONEY, 0, "currency",
     "Tickets avoided, by the experiment at the ticket form, x cost of a ticket; of the whole, never of a row.",
     "ours"},
    {"high", REPORT_MONEY, MO_RESOLVED, MO_ENGAGED, "currency",
     "(Confirmed + potential) x cost of a ticket. As if nobody had given up.", "ServiceNow's default"},
};

static const report_cell causal[] = {
    {"engaged", REPORT_COUNT, MO_ENGAGED, MO_ENGAGED, "sessions",
     "Sessions that saw content, and whose window is over.", "ServiceNow"},
    {"confirmed", REPORT_SHARE, MO_CONFIRMED, MO_ENGAGED, "share", "Outcome confirmed.", "ServiceNow"},
    {"potential", REPORT_SHARE, MO_POTENTIAL, MO_ENGAGED, "share", "Outcome potential.", "ServiceNow"},
    {"effect", REPORT_CAUSAL, REPORT_CAUSAL_EFFECT, 0, "share",
     "Visitors with a ticket within the window: the share of those held out, less that of those shown suggestions at "
     "the form; intention to treat, Newcombe's interval. Of all who were drawn up to the last day.",
     "ours"},
    {"tickets_avoided", REPORT_CAUSAL, REPORT_CAUSAL_TICKETS, 0, "tickets",
     "effect x visitors of these days that were shown them.", "ours"},
    {"inflation", REPORT_CAUSAL, REPORT_CAUSAL_INFLATION, 0, "ratio",
     "What is usually called deflected, of those shown suggestions, to the effect: how many times over it says more.",
     "ours"},
    {"detectable", REPORT_CAUSAL, REPORT_CAUSAL_DETECTABLE, 0, "share",
     "The least effect that would have been found with 80 % probability.", "ours"},
};

const parry_report_kind report_sessions_kinds[] = {
    {"self-service", "How many were served without a ticket", REPORT_SESSIONS, REPORT_ASKED, add_self_service,
     CELLS(self_service), 0, false, true, false, false},
    {"outcomes", "What came of sessions, by the classes of the window", REPORT_SESSIONS, REPORT_ASKED, add_outcomes,
     CELLS(outcomes), 0, false, false, false, false},
    {"funnel", "From a search to a ticket", REPORT_SESSIONS, REPORT_ASKED, add_funnel, CELLS(funnel), 0, false, false,
     false, false},
    {"stages", "Deflection before the form and at it", REPORT_SESSIONS, REPORT_ASKED, add_stages, CELLS(stages), 0,
     false, false, false, false},
    {"form", "What suggestions at the ticket form did", REPORT_SESSIONS, REPORT_ASKED, add_form, CELLS(form), 0, false,
     false, false, false},
    {"causal", "What the suggestions themselves avoided, by experiment, and how inflated the usual number is",
     REPORT_SESSIONS, REPORT_ASKED, add_money, CELLS(causal), 0, false, false, false, false},
    {"cost", "Cost saved, as a range", REPORT_SESSIONS, REPORT_ASKED, add_money, CELLS(money), 0, false, false, false,
     false},
    {"guardrails", "What a gain may have cost", REPORT_SESSIONS, REPORT_ASKED, add_guardrails, CELLS(guardrails), 0,
     false, true, false, false},
    {"chat", "Chatbots beside search", REPORT_SESSIONS, REPORT_ASKED, add_chat, CELLS(chat), 0, false, false, false,
     false},
    {"survey", "What people answered", REPORT_SESSIONS, REPORT_ASKED, add_survey, CELLS(survey), 0, false, false, false,
     false},
    {"shares", "Bots, the team, and visitors without a name", REPORT_SESSIONS, REPORT_ASKED, add_shares, CELLS(shares),
     0, false, false, true, false},
};
const size_t report_sessions_nkinds = sizeof report_sessions_kinds / sizeof *report_sessions_kinds;
