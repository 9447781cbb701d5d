/* A subject out of a description. */
#include "desk/subject.h"

#include "desk/classify/urgency.h"

enum { SENTENCE_BYTES = 2000, SENTENCES = 8, ROOM = PARRY_SUBJECT_SUGGESTED * 4 + 8 };

/* Ends at a line's end, or at . ! ? with a blank behind them. */
static parry_str next_sentence(parry_str *rest)
{
    size_t n = 0;
    bool stop = false;
    for (; n < rest->n && n < SENTENCE_BYTES; n++) {
        char c = rest->p[n];
        if (c == '\n' || c == '\r' || (stop && (c == ' ' || c == '\t')))
            break;
        stop = c == '.' || c == '!' || c == '?';
    }
    parry_str sentence = parry_str_trim(parry_utf8_cut(*rest, n));
    *rest = parry_str_from(*rest, sentence.n == 0 ? n + 1 : n);
    return sentence;
}

/* Words that a sentence may begin with and say nothing yet. */
static size_t greeting_words(const parry_terms *w)
{
    static const char *const greetings[] = {"hi there",
                                            "hi all",
                                            "hi team",
                                            "hi",
                                            "hello there",
                                            "hello team",
                                            "hello",
                                            "hey there",
                                            "hey",
                                            "dear sir or madam",
                                            "dear sirs",
                                            "dear team",
                                            "dear support",
                                            "dear",
                                            "good morning",
                                            "good afternoon",
                                            "good evening",
                                            "good day",
                                            "greetings",
                                            "sorry",
                                            "please help",
                                            "help",
                                            "thanks",
                                            "thank you",
                                            "i have a question",
                                            "quick question",
                                            "question",
                                            "i have a problem",
                                            "to whom it may concern",
                                            "hope you are well",
                                            "hope youre well",
                                            "i hope you are well",
                                            "i hope this finds you well"};
    for (size_t g = 0; g < sizeof greetings / sizeof *greetings; g++) {
        parry_str rest = parry_str_of(greetings[g]), word;
        size_t n = 0;
        while (n < w->n && parry_str_split(&rest, ' ', &word) && parry_str_eq(word, w->word[n]))
            n++;
        if (rest.n == 0 && n > 0 && parry_str_ends(parry_str_of(greetings[g]), w->word[n - 1].p))
            return n;
    }
    return 0;
}

static bool says_nothing(parry_arena *a, parry_str sentence)
{
    parry_terms w = parry_terms_of(a, sentence);
    return w.n <= greeting_words(&w) + 1; /* one word more: a name */
}

/* "Hello, my parcel" without its "Hello, ". */
static parry_str without_greeting(parry_arena *a, parry_str sentence)
{
    size_t comma = 0;
    while (comma < sentence.n && comma < 40 && sentence.p[comma] != ',')
        comma++;
    if (comma < sentence.n && sentence.p[comma] == ',') {
        parry_str before = parry_str_make(sentence.p, comma),
                  after = parry_str_trim(parry_str_from(sentence, comma + 1));
        parry_terms w = parry_terms_of(a, before);
        if (greeting_words(&w) > 0 && says_nothing(a, before) && after.n > 0)
            return after;
    }
    return sentence;
}

/* One line without control characters, runs of blanks as one, at most `most` characters. *cut: there was more. */
static parry_str line_of(parry_arena *a, parry_str s, size_t most, bool *cut)
{
    char *out = parry_arena_alloc(a, ROOM);
    size_t n = 0, characters = 0, at = 0;
    bool blank = false;
    for (unsigned cp; at < s.n && characters < most;) {
        at += parry_utf8_next(parry_str_from(s, at), &cp);
        bool white = cp <= ' ' || (cp >= 0x7F && cp < 0xA1) || (cp >= 0x2028 && cp <= 0x202E);
        if (white && (blank || n == 0))
            continue;
        n += parry_utf8_put(white ? ' ' : cp, out + n);
        characters++;
        blank = white;
    }
    *cut = at < s.n;
    return parry_str_trim(parry_str_make(out, n));
}

static parry_str shorten(parry_arena *a, parry_str sentence)
{
    bool cut;
    parry_str line = line_of(a, sentence, PARRY_SUBJECT_SUGGESTED, &cut);
    if (!cut)
        return line;
    line = line_of(a, sentence, PARRY_SUBJECT_SUGGESTED - 1, &cut);
    size_t end = line.n;
    while (end > 0 && line.p[end] != ' ' && end > line.n / 2)
        end--;
    if (end > line.n / 2)
        line.n = end;
    return parry_str_printf(a, "%.*s\xE2\x80\xA6", PARRY_FMT(parry_str_trim(line)));
}

parry_str parry_suggest_subject(parry_arena *a, parry_str description)
{
    parry_str rest = parry_utf8_clean(a, description, NULL), first = {NULL, 0};
    for (int i = 0; i < SENTENCES && rest.n > 0; i++) {
        parry_str sentence = next_sentence(&rest);
        if (sentence.n == 0)
            continue;
        if (first.n == 0)
            first = sentence;
        if (!says_nothing(a, sentence))
            return shorten(a, without_greeting(a, sentence));
    }
    parry_terms w = parry_terms_of(a, first);
    return w.n > 0 ? shorten(a, first) : (parry_str){NULL, 0};
}
