/* Conversations without a socket: small talk, bursts, two readings, decisions, questions, entities, ids of passages. */
#include "api/agents/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static parry_arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = parry_arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    parry_arena_free(arena);
    return 0;
}

static void is_text(parry_str got, const char *wanted) { assert_string_equal(parry_str_z(arena, got), wanted); }

/* ---- small talk ---------------------------------------------------------------------------------------------------
 */

static void greetings_and_thanks_are_no_need(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        parry_talk talk;
    } said[] = {{"Hi!", PARRY_TALK_GREETING},
                {"hello there :)", PARRY_TALK_GREETING},
                {"Good morning", PARRY_TALK_GREETING},
                {"THANKS A LOT!!!", PARRY_TALK_THANKS},
                {"ok, thank you. Bye", PARRY_TALK_FAREWELL},
                {"Danke sch\xc3\xb6n", PARRY_TALK_THANKS},
                {"that's all, thanks", PARRY_TALK_THANKS},
                {"??", PARRY_TALK_THANKS}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        parry_small_talk s = parry_small_talk_read(parry_str_of(said[i].text));
        assert_int_equal(s.talk, said[i].talk);
        assert_int_equal(s.rest.n, 0);
        assert_false(s.person);
    }
}

static void what_stands_beside_small_talk_is_kept_as_it_is(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Hi, where is my refund?", "where is my refund?"},
        {"where is my refund? Thanks!", "where is my refund?"},
        {"good morning  my ORD-77 is late, thank you very much", "my ORD-77 is late,"},
        {"great, but where is it", "great, but where is it"},
        {"thank you card not sent", "thank you card not sent"},
        {"how do I change my address", "how do I change my address"},
        {"yes", "yes"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        parry_small_talk s = parry_small_talk_read(parry_str_of(pairs[i][0]));
        assert_int_equal(s.talk, PARRY_TALK_NEED);
        is_text(s.rest, pairs[i][1]);
    }
}

static void a_person_is_asked_for_in_many_ways(void **state)
{
    (void)state;
    static const char *const asks[] = {"agent",
                                       "human please",
                                       "I want to talk to a real person",
                                       "can you connect me with an agent",
                                       "let me speak to someone",
                                       "I'd like to chat with a human being now",
                                       "transfer me to customer service",
                                       "quiero hablar con una persona"};
    static const char *const others[] = {"how do I contact a seller", "the delivery person left it outside",
                                         "someone used my card", "where is my order", "can I get my money back"};
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++)
        assert_true(parry_small_talk_read(parry_str_of(asks[i])).person);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(parry_small_talk_read(parry_str_of(others[i])).person);
}

/* ---- turns --------------------------------------------------------------------------------------------------------
 */

static parry_turn user(const char *text) { return (parry_turn){parry_str_of(text), true, 0}; }
static parry_turn bot(const char *text) { return (parry_turn){parry_str_of(text), false, 0}; }

static parry_need read_turns(const parry_turn *turns, size_t n, size_t most)
{
    parry_need need;
    parry_turns_read(arena, turns, n, most, &need);
    return need;
}

static void a_burst_is_one_need(void **state)
{
    (void)state;
    parry_turn turns[] = {user("hi"), user("so I ordered a lamp"), user("and it never came"), user("thanks!")};
    parry_need need = read_turns(turns, 4, 2048);
    is_text(need.newest, "so I ordered a lamp\nand it never came");
    assert_int_equal(need.whole.n, 0);
    assert_int_equal(need.talk, PARRY_TALK_NEED);
}

static void half_an_hour_ends_a_burst(void **state)
{
    (void)state;
    parry_turn turns[] = {user("my lamp is broken"), user("how do I pay by card")};
    turns[0].at_ms = 1000;
    turns[1].at_ms = 1000 + PARRY_BURST_MS;
    is_text(read_turns(turns, 2, 2048).newest, "my lamp is broken\nhow do I pay by card");
    turns[1].at_ms++;
    is_text(read_turns(turns, 2, 2048).newest, "how do I pay by card");
    is_text(read_turns(turns, 2, 2048).whole, "how do I pay by card\nhow do I pay by card\nmy lamp is broken");
}

static void the_newest_is_said_twice_and_what_was_before_once(void **state)
{
    (void)state;
    parry_turn turns[] = {user("my first"),     bot("a"), user("where is my refund"),   bot("It takes 5 days."),
                          user("by gift card"), bot("b"), user("and for a pre-order?"), bot("late answer")};
    parry_need need = read_turns(turns, 8, 2048);
    is_text(need.newest, "and for a pre-order?");
    is_text(need.whole, "and for a pre-order?\nand for a pre-order?\nby gift card\nwhere is my refund");
}

static void small_talk_at_the_end_searches_for_nothing(void **state)
{
    (void)state;
    parry_turn turns[] = {user("where is my refund"), bot("It takes 5 days."), user("great, thanks")};
    parry_need need = read_turns(turns, 3, 2048);
    assert_int_equal(need.newest.n, 0);
    assert_int_equal(need.whole.n, 0);
    assert_int_equal(need.talk, PARRY_TALK_THANKS);
    parry_turn none[] = {bot("Hello! How can I help?")};
    assert_int_equal(read_turns(none, 1, 2048).newest.n, 0);
}

static void a_person_asked_for_before_is_not_asked_for_now(void **state)
{
    (void)state;
    parry_turn turns[] = {user("talk to a human"), bot("What is it about?"), user("my refund is late")};
    parry_need need = read_turns(turns, 3, 2048);
    assert_false(need.person);
    assert_true(read_turns(turns, 1, 2048).person);
}

static void long_turns_are_cut_at_a_word(void **state)
{
    (void)state;
    parry_turn turns[] = {user("one two three four five six"), bot("a"), user("seven eight nine")};
    is_text(read_turns(turns, 1, 16).newest, "one two three");
    parry_need need = read_turns(turns, 3, 50);
    is_text(need.newest, "seven eight nine");
    is_text(need.whole, "seven eight nine\nseven eight nine\none two three");
    for (size_t most = 16; most < 80; most++) {
        need = read_turns(turns, 3, most);
        assert_true(need.newest.n > 0 && need.newest.n <= most && need.whole.n <= most);
    }
    parry_turn accents[] = {user("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9")};
    assert_int_equal(read_turns(accents, 1, 17).newest.n, 16);
}

/* ---- decisions ----------------------------------------------------------------------------------------------------
 */

static parry_hit hits[4];

static parry_results results(size_t n, double probability, bool answered)
{
    for (size_t i = 0; i < 4; i++)
        hits[i] = (parry_hit){.id = parry_str_of("id"),
                              .title = parry_str_of(i == 0   ? "Late refunds"
                                                    : i == 1 ? "Late deliveries"
                                                             : "Late \"others\""),
                              .slug = parry_str_of("late"),
                              .category = parry_str_of(i == 0 ? "Refunds" : "Deliveries"),
                              .score = 10 - (double)i * 0.3};
    return (parry_results){.hits = hits, .n = n, .probability = probability, .answered = answered};
}

static void what_is_decided_follows_from_how_sure_it_is(void **state)
{
    (void)state;
    parry_need need = {.talk = PARRY_TALK_NEED}, person = {.talk = PARRY_TALK_NEED, .person = true};
    parry_results r = results(2, 0.9, true);
    assert_int_equal(parry_chat_decide(&need, &r, false), PARRY_CHAT_ANSWER);
    assert_true(parry_chat_hands_over(&person, PARRY_CHAT_ANSWER));
    assert_false(parry_chat_hands_over(&need, PARRY_CHAT_ANSWER));
    assert_int_equal(parry_chat_decide(&need, &r, true), PARRY_CHAT_OFFER);
    r = results(2, 0.1, false);
    assert_int_equal(parry_chat_decide(&need, &r, false), PARRY_CHAT_ABSTAIN);
    assert_int_equal(parry_chat_decide(&person, &r, false), PARRY_CHAT_HANDOVER);
    assert_true(parry_chat_hands_over(&need, PARRY_CHAT_ABSTAIN));
    r = results(2, 0.5, false);
    assert_int_equal(parry_chat_decide(&need, &r, false), PARRY_CHAT_CLARIFY);
    r.hits[0].score = 10.3;
    assert_int_equal(parry_chat_decide(&need, &r, false), PARRY_CHAT_OFFER);
    r = results(2, -1, false); /* not known */
    assert_int_equal(parry_chat_decide(&need, &r, false), PARRY_CHAT_OFFER);
    r = results(0, -1, false);
    assert_int_equal(parry_chat_decide(&need, &r, false), PARRY_CHAT_ABSTAIN);
    assert_int_equal(parry_chat_decide(&need, NULL, false), PARRY_CHAT_SMALL_TALK);
    assert_int_equal(parry_chat_decide(&person, NULL, false), PARRY_CHAT_HANDOVER);
}

static void a_question_tells_near_articles_apart(void **state)
{
    (void)state;
    parry_results r = results(2, 0.5, false);
    json_t *j = parry_chat_ask(PARRY_CHAT_CLARIFY, &r, "/merchant");
    char *text = json_dumps(j, JSON_COMPACT);
    assert_string_equal(text,
                        "{\"by\":\"category\",\"question\":\"Is it about \\\"Refunds\\\" or \\\"Deliveries\\\"?\","
                        "\"options\":[{\"value\":\"Refunds\",\"label\":\"Late refunds\",\"article_id\":\"id\","
                        "\"url\":\"/merchant/articles/late\"},{\"value\":\"Deliveries\",\"label\":"
                        "\"Late deliveries\",\"article_id\":\"id\",\"url\":\"/merchant/articles/late\"}]}");
    free(text);
    json_decref(j);
    hits[0].product = parry_str_of("Shop");
    hits[1].product = parry_str_of("Pay");
    j = parry_chat_ask(PARRY_CHAT_CLARIFY, &r, "");
    assert_string_equal(json_string_value(json_object_get(j, "by")), "product");
    json_decref(j);
    hits[0].product = hits[1].product;
    hits[0].category = hits[1].category;
    j = parry_chat_ask(PARRY_CHAT_CLARIFY, &r, "");
    assert_string_equal(json_string_value(json_object_get(j, "by")), "article");
    json_decref(j);
    assert_true(json_is_null(parry_chat_ask(PARRY_CHAT_OFFER, &r, "")));
}

/* ---- entities and ids ---------------------------------------------------------------------------------------------
 */

static void identifiers_are_taken_whole_and_once(void **state)
{
    (void)state;
    json_t *j = parry_chat_entities(parry_str_of(
        "Order #ORD-7781 (again: ORD-7781), paid 12,50 at https://x.example/a?b=1. Write to me.you@x.example! Error "
        "sys_config; e-mail and/or post. 2 lamps"));
    char *text = json_dumps(j, JSON_COMPACT);
    assert_string_equal(text,
                        "[{\"type\":\"identifier\",\"value\":\"ORD-7781\"},{\"type\":\"number\",\"value\":\"12,50\"},"
                        "{\"type\":\"url\",\"value\":\"https://x.example/a?b=1\"},"
                        "{\"type\":\"email\",\"value\":\"me.you@x.example\"},"
                        "{\"type\":\"identifier\",\"value\":\"sys_config\"},{\"type\":\"number\",\"value\":\"2\"}]");
    free(text);
    json_decref(j);
}

static void numbers_of_the_customer_are_not_searched_for(void **state)
{
    (void)state;
    parry_str text = parry_str_of("my order (ORD-7781) of 12 lamps, see me@x.example, 10023991 and PAY-402");
    is_text(parry_chat_without_own(arena, text, parry_str_of("ord 7781 10023991 402")),
            "my order of 12 lamps, see and PAY-402");
    is_text(parry_chat_without_own(arena, text, parry_str_of("ord 7781")),
            "my order of 12 lamps, see 10023991 and PAY-402");
    parry_str plain = parry_str_of("two  words");
    assert_ptr_equal(parry_chat_without_own(arena, plain, parry_str_of("two")).p, plain.p);
    is_text(parry_chat_without_own(arena, parry_str_of("10023991"), parry_str_of("10023991")), "");
}

static parry_article article_of(parry_section *sections, size_t n)
{
    return (parry_article){.sections = sections, .nsections = n};
}

static void an_id_finds_its_text_again(void **state)
{
    (void)state;
    parry_section sections[] = {{.text = parry_str_of("Nothing here.")},
                                {.text = parry_str_of("First. It takes 5 days. Then it is there. It takes 5 hours.")}};
    parry_article article = article_of(sections, 2);
    parry_str found;
    size_t section;
    parry_passage_ref ref = {.section = 1, .length = 16, .sum = 0}, back;
    parry_str text = parry_str_make(sections[1].text.p + 7, 16);
    for (size_t i = 0; i < text.n; i++) /* as docs/chatbots.md says that it is made */
        ref.sum = ref.sum * 1099511628211U + (unsigned char)text.p[i];
    memset(ref.version.b, 0xfb, sizeof ref.version.b);
    char id[PARRY_PASSAGE_ID_TEXT];
    parry_passage_id(&ref, id);
    assert_int_equal(strlen(id), 62);
    assert_null(strpbrk(id, "+/="));
    assert_true(parry_passage_parse(parry_str_of(id), &back));
    assert_memory_equal(&back.version, &ref.version, sizeof ref.version);
    assert_true(parry_passage_find(&back, &article, &section, &found));
    assert_int_equal(section, 1);
    assert_ptr_equal(found.p, text.p);
    back.section = 0; /* sections may be counted otherwise one day */
    assert_true(parry_passage_find(&back, &article, &section, &found));
    assert_int_equal(section, 1);
    back.section = 900;
    assert_true(parry_passage_find(&back, &article, &section, &found));
    back.sum++;
    assert_false(parry_passage_find(&back, &article, &section, &found));
    back.length = 4000000000U;
    assert_false(parry_passage_find(&back, &article, &section, &found));
}

static void what_is_no_id_is_refused(void **state)
{
    (void)state;
    parry_passage_ref ref;
    char id[PARRY_PASSAGE_ID_TEXT];
    memset(id, 'A', 62);
    id[62] = 0;
    assert_false(parry_passage_parse(parry_str_of(id), &ref)); /* of no length */
    memset(id, 'B', 62);
    assert_false(parry_passage_parse(parry_str_of("BBB"), &ref));
    id[10] = '/';
    assert_false(parry_passage_parse(parry_str_of(id), &ref));
}

static void without_an_encoder_tokens_are_a_guess(void **state)
{
    (void)state;
    assert_int_equal(parry_passage_tokens(NULL, parry_str_of("")), 0);
    assert_int_equal(parry_passage_tokens(NULL, parry_str_of("abcde")), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greetings_and_thanks_are_no_need),
        cmocka_unit_test(what_stands_beside_small_talk_is_kept_as_it_is),
        cmocka_unit_test(a_person_is_asked_for_in_many_ways),
        cmocka_unit_test(a_burst_is_one_need),
        cmocka_unit_test(half_an_hour_ends_a_burst),
        cmocka_unit_test(the_newest_is_said_twice_and_what_was_before_once),
        cmocka_unit_test(small_talk_at_the_end_searches_for_nothing),
        cmocka_unit_test(a_person_asked_for_before_is_not_asked_for_now),
        cmocka_unit_test(long_turns_are_cut_at_a_word),
        cmocka_unit_test(what_is_decided_follows_from_how_sure_it_is),
        cmocka_unit_test(a_question_tells_near_articles_apart),
        cmocka_unit_test(identifiers_are_taken_whole_and_once),
        cmocka_unit_test(numbers_of_the_customer_are_not_searched_for),
        cmocka_unit_test(an_id_finds_its_text_again),
        cmocka_unit_test(what_is_no_id_is_refused),
        cmocka_unit_test(without_an_encoder_tokens_are_a_guess),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
