/* What a session came to, and its rows; each story worked out by hand. */
#include "story.h"

#include <sys/stat.h>

static void outcomes(const story_rows *r, size_t i, parry_outcome day, parry_outcome three, parry_outcome week)
{
    assert_int_equal(r->sessions[i].outcome[0], day);
    assert_int_equal(r->sessions[i].outcome[1], three);
    assert_int_equal(r->sessions[i].outcome[2], week);
}
#define ALL(r, i, o) outcomes((r), (i), PARRY_OUTCOME_##o, PARRY_OUTCOME_##o, PARRY_OUTCOME_##o)

static void test_read_and_said_that_it_helped(void **state)
{
    story_rows r =
        STORY(*state, "8d", "0s query id=Q1 visitor=ann text=refund shown=refunds,returns probability=0.9 answered=t",
              "4s click visitor=ann query_id=Q1 article=refunds position=1",
              "40s view visitor=ann query_id=Q1 article=refunds dwell_ms=36000",
              "41s solved visitor=ann article=refunds query_id=Q1");
    assert_int_equal(r.nsessions, 1);
    ALL(&r, 0, CONFIRMED);
    assert_int_equal(r.sessions[0].start_ms, STORY_BEGIN);
    assert_int_equal(r.sessions[0].end_ms, STORY_BEGIN + 41000);
    assert_int_equal(r.sessions[0].searches, 1);
    assert_int_equal(r.sessions[0].clicks, 1);
    assert_int_equal(r.sessions[0].views, 1);
    assert_int_equal(r.sessions[0].flags, PARRY_SESSION_VISITOR | PARRY_SESSION_SOLVED | PARRY_SESSION_CONTENT);
    assert_int_equal(r.nsearches, 1);
    assert_int_equal(r.searches[0].flags, PARRY_SEARCH_ANSWERED | PARRY_SEARCH_KNOWN | PARRY_SEARCH_SOLVED |
                                              PARRY_SEARCH_DWELLED | PARRY_SEARCH_VISITOR | PARRY_SEARCH_FIRST);
    assert_int_equal(r.searches[0].paul, PARRY_PAUL_ONE);
    assert_int_equal(r.searches[0].position, 1);
    assert_true(r.searches[0].opened == parry_word_of(parry_str_of("refunds")));
    assert_true(r.searches[0].first == parry_word_of(parry_str_of("refunds")));
    assert_true(r.searches[0].text == parry_word_of(parry_str_of("refund")));
    assert_int_equal(r.nreads, 1);
    assert_int_equal(r.reads[0].dwell_ms, 36000);
    assert_int_equal(r.reads[0].vote, 1);
    assert_int_equal(r.reads[0].flags, PARRY_READ_CLICKED);
}

static void test_read_and_said_nothing(void **state)
{
    story_rows r = STORY(*state, "8d", "0s query id=Q1 visitor=ann text=refund shown=refunds",
                         "4s click visitor=ann query_id=Q1 article=refunds position=1");
    ALL(&r, 0, POTENTIAL);
}

static void test_a_window_that_has_not_passed_is_open(void **state)
{
    story_rows r = STORY(*state, "2d", "0s view visitor=ann article=refunds dwell_ms=0");
    outcomes(&r, 0, PARRY_OUTCOME_POTENTIAL, PARRY_OUTCOME_OPEN, PARRY_OUTCOME_OPEN);
    assert_int_equal(r.reads[0].ticket[0], 0);
    assert_int_equal(r.reads[0].ticket[1], 2);
}

static void test_a_ticket_counts_in_the_windows_that_it_is_in(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view visitor=ann article=refunds", "2d ticket_created visitor=ann ticket=7");
    outcomes(&r, 0, PARRY_OUTCOME_POTENTIAL, PARRY_OUTCOME_NONE, PARRY_OUTCOME_NONE);
    assert_int_equal(r.sessions[0].ticket_ms, STORY_BEGIN + 2 * STORY_DAY);
    assert_int_equal(r.reads[0].ticket[0], 0);
    assert_int_equal(r.reads[0].ticket[1], 1);
    assert_int_equal(r.ntickets, 1);
    assert_int_equal(r.tickets[0].flags, PARRY_TICKET_VISITOR | PARRY_TICKET_AFTER);
    assert_int_equal(r.tickets[0].since_ms, STORY_BEGIN);
}

/* The last moment that is in, and the first that is not. */
static void test_a_window_ends_with_its_last_millisecond(void **state)
{
    story_rows in = STORY(*state, "9d", "0s view visitor=ann article=a", "24h ticket_created visitor=ann ticket=7");
    assert_int_equal(in.sessions[0].outcome[0], PARRY_OUTCOME_NONE);
    ok(parry_tree_remove(((scratch *)*state)->dir, NULL));
    assert_int_equal(mkdir(((scratch *)*state)->dir, 0700), 0);
    story_rows out =
        STORY(*state, "9d", "0s view visitor=ann article=a", "86400.001s ticket_created visitor=ann ticket=7");
    assert_int_equal(out.sessions[0].outcome[0], PARRY_OUTCOME_POTENTIAL);
    assert_int_equal(out.sessions[0].outcome[1], PARRY_OUTCOME_NONE);
}

static void test_it_helped_but_a_ticket_followed(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view visitor=ann article=a", "1s vote visitor=ann article=a vote=up",
                         "1h ticket_created visitor=ann ticket=7");
    ALL(&r, 0, NONE);
    assert_int_equal(r.reads[0].vote, 1);
}

static void test_it_did_not_help_and_no_ticket_came(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view visitor=ann article=a", "1s not_solved visitor=ann article=a");
    ALL(&r, 0, AMBIGUOUS);
}

static void test_who_looks_on_takes_back_what_was_said(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view visitor=ann article=a", "1s solved visitor=ann article=a",
                         "60s query id=Q2 visitor=ann text=other shown=b");
    ALL(&r, 0, POTENTIAL);
}

static void test_nothing_seen_is_nothing_deflected(void **state)
{
    story_rows r = STORY(*state, "9d", "0s query id=Q1 visitor=ann text=refund shown=a",
                         "3s impression visitor=ann query_id=Q1 articles=a dwell_ms=2000");
    ALL(&r, 0, UNENGAGED);
    assert_int_equal(r.sessions[0].flags, PARRY_SESSION_VISITOR | PARRY_SESSION_EXIT | PARRY_SESSION_ABANDONED);
    assert_int_equal(r.sessions[0].unclicked, 1);
    assert_true(r.searches[0].flags & PARRY_SEARCH_EXIT);
}

static void test_a_list_that_was_read_is_left_otherwise(void **state)
{
    story_rows r = STORY(*state, "9d", "0s query id=Q1 visitor=ann text=refund shown=a",
                         "15s impression visitor=ann query_id=Q1 articles=a dwell_ms=14000");
    assert_int_equal(r.sessions[0].flags, PARRY_SESSION_VISITOR | PARRY_SESSION_EXIT | PARRY_SESSION_DWELLED);
}

static void test_half_an_hour_ends_a_session(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view visitor=ann article=a", "30m view visitor=ann article=b",
                         "60.1m view visitor=ann article=c", "110m view visitor=ann article=d dwell_ms=1800000");
    assert_int_equal(r.nsessions, 2); /* d was read from 80 min on, 19.9 after c */
    assert_int_equal(r.sessions[0].views, 2);
    assert_int_equal(r.sessions[1].views, 2);
}

static void test_typing_is_one_search_and_its_clicks_are_its_own(void **state)
{
    story_rows r = STORY(*state, "9d", "0s query id=Q1 by=suggest session=s text=refu shown=a",
                         "0.4s query id=Q2 by=suggest session=s text=refund shown=a,b",
                         "0.8s query id=Q3 by=suggest session=s text=refunds shown=b,a probability=0.2",
                         "5s click session=s query_id=Q3 article=a position=2");
    assert_int_equal(r.nsearches, 1);
    assert_int_equal(r.searches[0].letters, 3);
    assert_int_equal(r.searches[0].clicks, 1);
    assert_int_equal(r.searches[0].position, 2);
    assert_true(r.searches[0].text == parry_word_of(parry_str_of("refunds")));
    assert_int_equal(r.sessions[0].unanswered, 1);
    assert_false(r.sessions[0].flags & PARRY_SESSION_VISITOR);
}

static void test_the_challenger_s_places_are_of_the_positions_they_stand_at_on_page_two_as_well(void **state)
{
    story_rows r = STORY(*state, "9d",
                         "0s query id=Q1 visitor=ann text=refund offset=8 shown=a,b,c experiment=x arm=shadow "
                         "other=3,0,12",
                         "5s click visitor=ann query_id=Q1 article=a position=9");
    const uint8_t at_nine_and_ten[PARRY_PLACES] = {[8] = 3, [9] = 0};
    assert_memory_equal(r.searches[0].other, at_nine_and_ten, PARRY_PLACES);
    assert_int_equal(r.searches[0].opened_at, 1 << 8);
}

static void test_another_search_within_a_minute_is_a_refinement(void **state)
{
    story_rows r = STORY(*state, "9d", "0s query id=Q1 visitor=ann text=late_parcel shown=a total=0",
                         "59s query id=Q2 visitor=ann text=courier_lost_it shown=a",
                         "3m query id=Q3 visitor=ann text=refund shown=a");
    assert_int_equal(r.nsearches, 3);
    assert_int_equal(r.sessions[0].refined, 1);
    assert_int_equal(r.sessions[0].zero, 1);
    assert_int_equal(r.searches[0].flags,
                     PARRY_SEARCH_REFINED | PARRY_SEARCH_ZERO | PARRY_SEARCH_VISITOR | PARRY_SEARCH_FIRST);
    assert_false(r.searches[1].flags & PARRY_SEARCH_FIRST);
}

static void test_the_form(void **state)
{
    story_rows r =
        STORY(*state, "9d", "0s form_opened session=s", "9s query id=Q1 by=form session=s text=help shown=a,b",
              "10s form_suggestion_shown session=s query_id=Q1 articles=a,b",
              "20s click session=s channel=form article=a position=1 query_id=Q1",
              "90s ticket_created session=s contact=c handoff=h ticket=H-1");
    assert_int_equal(r.nsearches, 0);
    assert_int_equal(r.sessions[0].flags, PARRY_SESSION_FORM | PARRY_SESSION_SUGGESTED | PARRY_SESSION_FORM_CLICK |
                                              PARRY_SESSION_FORM_TICKET | PARRY_SESSION_CONTENT);
    ALL(&r, 0, NONE);
    assert_int_equal(r.tickets[0].flags, PARRY_TICKET_FORM | PARRY_TICKET_AFTER);
}

static void test_a_ticket_that_two_systems_tell_of_is_one(void **state)
{
    story_rows r =
        STORY(*state, "9d", "0s view session=s article=a", "90s ticket_created session=s handoff=h ticket=H-1",
              "95s ticket_created handoff=h ticket=4711", "3d ticket_created session=s ticket=4712");
    assert_int_equal(r.ntickets, 2);
    assert_int_equal(r.sessions[0].again_ms, STORY_BEGIN + 3 * STORY_DAY);
    assert_true(r.tickets[1].flags & PARRY_TICKET_AGAIN);
}

static void test_a_chat(void **state)
{
    story_rows r = STORY(
        *state, "9d", "0s chat session_id=s customer_id=ann user_utterance=hello resolution_status=none",
        "9s query id=Q1 by=chat session=s visitor=ann text=refund shown=a",
        "9s chat session_id=s customer_id=ann query_id=Q1 user_utterance=refund resolution_status=answered "
        "confidence_score=0.8",
        "30s chat session_id=s customer_id=ann user_utterance=no resolution_status=escalated agent_handover_flag=t");
    assert_int_equal(
        r.sessions[0].flags &
            (PARRY_SESSION_CHAT | PARRY_SESSION_HANDOVER | PARRY_SESSION_CHAT_ANSWERED | PARRY_SESSION_CHAT_ABSTAINED),
        PARRY_SESSION_CHAT | PARRY_SESSION_HANDOVER | PARRY_SESSION_CHAT_ANSWERED | PARRY_SESSION_CHAT_ABSTAINED);
    assert_true(r.sessions[0].in.channel == parry_word_of(parry_str_of("chat")));
}

static void test_small_talk_is_no_abstention(void **state)
{
    story_rows r = STORY(*state, "9d", "0s chat session_id=s user_utterance=hello resolution_status=none",
                         "9s chat session_id=s user_utterance=which resolution_status=clarifying");
    assert_int_equal(r.sessions[0].flags, PARRY_SESSION_CHAT);
}

static void test_a_survey_belongs_to_the_session_before_the_ticket(void **state)
{
    story_rows r = STORY(*state, "9d", "0s view visitor=ann article=a", "1h ticket_created visitor=ann ticket=7",
                         "2d survey visitor=ann ticket=7 score=4", "3d view visitor=ann article=b");
    assert_int_equal(r.nsessions, 2);
    assert_int_equal(r.sessions[0].survey, 4);
    assert_int_equal(r.sessions[1].survey, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(test_read_and_said_that_it_helped),
        in_scratch(test_read_and_said_nothing),
        in_scratch(test_a_window_that_has_not_passed_is_open),
        in_scratch(test_a_ticket_counts_in_the_windows_that_it_is_in),
        in_scratch(test_a_window_ends_with_its_last_millisecond),
        in_scratch(test_it_helped_but_a_ticket_followed),
        in_scratch(test_it_did_not_help_and_no_ticket_came),
        in_scratch(test_who_looks_on_takes_back_what_was_said),
        in_scratch(test_nothing_seen_is_nothing_deflected),
        in_scratch(test_a_list_that_was_read_is_left_otherwise),
        in_scratch(test_half_an_hour_ends_a_session),
        in_scratch(test_typing_is_one_search_and_its_clicks_are_its_own),
        in_scratch(test_the_challenger_s_places_are_of_the_positions_they_stand_at_on_page_two_as_well),
        in_scratch(test_another_search_within_a_minute_is_a_refinement),
        in_scratch(test_the_form),
        in_scratch(test_a_ticket_that_two_systems_tell_of_is_one),
        in_scratch(test_a_chat),
        in_scratch(test_small_talk_is_no_abstention),
        in_scratch(test_a_survey_belongs_to_the_session_before_the_ticket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
