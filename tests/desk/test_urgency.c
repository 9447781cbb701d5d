/* Rules of urgency, and subjects out of descriptions. */
#include "tests/base/testing.h"

#include "desk/classify/urgency.h"
#include "desk/subject.h"

static const parry_urgency *met(scratch *s, const char *text)
{
    parry_terms words = parry_terms_of(s->arena, parry_str_of(text));
    return parry_urgency_of(&words);
}

static void rules_meet_what_they_are_for(void **state)
{
    scratch *s = *state;
    static const struct {
        const char *text, *rule;
    } rows[] = {
        {"My account has been HACKED!", "account taken over"},
        {"a stranger is now inside of our shop", "account taken over"},
        {"the login from Oslo wasn't me", "account taken over"},
        {"I fell for a phishing mail", "account taken over"},
        {"this seller is a scammer", "fraud"},
        {"there are two payments that I never made", "fraud"},
        {"the hoverboard caught fire", "somebody is in danger"},
        {"your driver threatened me", "somebody is in danger"},
        {"I see another person's name and orders", "other people's data"},
        {"I can see the profiles of other customers", "other people's data"},
        {"My lawyer will write to you", "law"},
        {"you'll see me in court", "law"},
        {"I was charged twice.", "money taken twice"},
        {"you charged my card twice", "money taken twice"},
        {"Billed me 2 times", "money taken twice"},
        {"the insulin is late", "health"},
        {"nobody can pay in our shop", "many are hit"},
        {"please answer ASAP", "time presses"},
        {"I need it today", "time presses"},
        {"no hurry with this", "no hurry"},
        {"hacked, and the lawyer knows, asap", "account taken over"}, /* the gravest */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const parry_urgency *u = met(s, rows[i].text);
        if (u == NULL || strcmp(u->name, rows[i].rule) != 0)
            fail_msg("\"%s\": %s, not %s", rows[i].text, u != NULL ? u->name : "no rule", rows[i].rule);
    }
}

static void rules_leave_ordinary_tickets_alone(void **state)
{
    scratch *s = *state;
    static const char *const texts[] = {"",
                                        "where is my parcel",
                                        "can I pay twice a month",
                                        "the tennis court shoes are too small",
                                        "my card was declined",
                                        "I changed my password and cannot sign in",
                                        "is the blue chair available",
                                        "a book on fraught relationships came torn"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const parry_urgency *u = met(s, texts[i]);
        if (u != NULL)
            fail_msg("\"%s\": %s", texts[i], u->name);
    }
}

static void phrases_have_gaps_choices_and_endings(void **state)
{
    scratch *s = *state;
    parry_terms w = parry_terms_of(s->arena, lit("the card that I had was stolen yesterday"));
    assert_true(parry_phrase_in("card .. stolen", &w));
    assert_true(parry_phrase_in("card/wallet that", &w));
    assert_true(parry_phrase_in("stol*", &w));
    assert_true(parry_phrase_in("stolen yesterday", &w));
    assert_false(parry_phrase_in("card stolen", &w));
    assert_false(parry_phrase_in("the .. yesterday", &w)); /* too far */
    assert_false(parry_phrase_in("yesterday tomorrow", &w));
    assert_false(parry_phrase_in("yesterday ..", &w));
    assert_false(parry_phrase_in("stolenx*", &w));
}

static void every_rule_can_be_met(void **state)
{
    scratch *s = *state;
    size_t n;
    const parry_urgency *rules = parry_urgencies(&n);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || rules[i].priority <= rules[i - 1].priority);
        for (const char *const *p = rules[i].phrases; *p != NULL; p++) {
            parry_buf b = PARRY_BUF(1000); /* the phrase itself, the first of its choices */
            parry_str rest = parry_str_of(*p), part, one;
            while (parry_str_split(&rest, ' ', &part)) {
                if (!parry_str_eqz(part, "..") && parry_str_split(&part, '/', &one))
                    parry_buf_printf(&b, "%.*s ", (int)(one.n - parry_str_ends(one, "*")), one.p);
            }
            parry_terms w = parry_terms_of(s->arena, parry_buf_str(&b));
            if (!parry_phrase_in(*p, &w))
                fail_msg("%s: nothing can meet \"%s\"", rules[i].name, *p);
            parry_buf_free(&b);
        }
    }
}

static void a_subject_is_the_first_sentence_that_says_something(void **state)
{
    scratch *s = *state;
    static const struct {
        const char *text, *subject;
    } rows[] = {
        {"", ""},
        {" \n ", ""},
        {"!!!", ""},
        {"Where is my parcel?", "Where is my parcel?"},
        {"Hello,\n\nmy parcel is late. It was due on Monday.", "my parcel is late."},
        {"Hi there, the lamp is broken! Please help.", "the lamp is broken!"},
        {"Good morning. I hope you are well. The card is refused since 3.5 days.",
         "The card is refused since 3.5 days."},
        {"Dear Anna,\nI\twant   my money", "I want my money"},
        {"Help", "Help"},
        {"I have a question. Can I return it?", "Can I return it?"},
        {"One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
         "One two three four five six seven eight nine ten eleven twelve thirteen\xE2\x80\xA6"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        parry_str is = parry_suggest_subject(s->arena, parry_str_of(rows[i].text));
        if (!parry_str_eqz(is, rows[i].subject))
            fail_msg("\"%s\" gives \"%.*s\"", rows[i].text, PARRY_FMT(is));
    }
}

static void a_subject_is_one_short_line_whatever_it_is_made_of(void **state)
{
    scratch *s = *state;
    static const char mixed[] = "ab. ,\n\xC3\xA9\xF0\x9F\x99\x82!cde";
    char text[4000];
    for (unsigned seed = 1; seed < 400; seed++) {
        uint32_t x = seed * 2654435761u;
        size_t n = 1 + x % sizeof text;
        for (size_t i = 0; i < n; i++) {
            x = x * 1664525u + 1013904223u;
            unsigned char letter = (unsigned char)mixed[x >> 24 & 15];
            text[i] = (char)(seed % 3 == 0 ? x >> 24 : seed % 3 == 1 ? letter : 'a');
        }
        parry_str is = parry_suggest_subject(s->arena, parry_str_make(text, n));
        assert_true(parry_utf8_valid(is, NULL));
        assert_true(parry_utf8_count(is) <= PARRY_SUBJECT_SUGGESTED);
        for (size_t i = 0; i < is.n; i++)
            assert_true((unsigned char)is.p[i] >= ' ' && is.p[i] != 0x7F);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_scratch(rules_meet_what_they_are_for),
        in_scratch(rules_leave_ordinary_tickets_alone),
        in_scratch(phrases_have_gaps_choices_and_endings),
        in_scratch(every_rule_can_be_met),
        in_scratch(a_subject_is_the_first_sentence_that_says_something),
        in_scratch(a_subject_is_one_short_line_whatever_it_is_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
