/* Text to ids in one pass, without a copy of the text. Each byte of ASCII goes through one table; anything else is
 * decoded, classified and decomposed. The current word collects in normal form; its end turns it into pieces.
 *
 *     text -> special tokens ("[SEP]") cut out -> code points -> class -> NFD -> no marks -> lower case -> word ->
 * pieces
 *
 * Marks that are not Mn (a few Mc have a combining class) must still come in canonical order: they wait in `held` until
 * the next starter. Everything waits in a word of at most 100 code points, since a longer one is [UNK] whatever it
 * says. */
#include "models/tokenizer.h"

#include "models/bert_text.h"
#include "models/vocabulary.h"

#include <stdlib.h>

enum { MAX_WORD = 100, SPECIALS = 5, IDEOGRAPHS_KNOWN = 2000 };

static const char *const special_names[SPECIALS] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
enum { PAD, UNK, CLS, SEP, MASK };

struct parry_tokenizer {
    parry_vocabulary *vocabulary;
    bool lower_case;
    int32_t special[SPECIALS]; /* -1 where the vocabulary has none */
    unsigned char ascii[128];  /* parry_bert_class */
    char folded[128];
    bool ideographs; /* it has thousands of them */
};

/* Of a text, for parry_tokenizer_grasp. */
typedef struct reading {
    size_t letters, grasped;
} reading;

typedef struct state {
    const parry_tokenizer *t;
    int32_t *ids; /* NULL: only count */
    size_t n, cap;
    reading *reading; /* NULL: not asked for */
    size_t chars;     /* code points of the word, counted on after MAX_WORD */
    size_t bytes;
    size_t held;
    char word[MAX_WORD * 4];
    unsigned hold[MAX_WORD];
} state;

static bool has_ideographs(const parry_vocabulary *v)
{
    size_t n = 0;
    char piece[4];
    for (unsigned cp = 0x4E00; cp < 0xA000; cp++)
        n += parry_vocabulary_id(v, parry_str_make(piece, parry_utf8_put(cp, piece))) >= 0;
    return n >= IDEOGRAPHS_KNOWN;
}

parry_code parry_tokenizer_open(const char *vocab_path, bool lower_case, parry_tokenizer **out, parry_err *err)
{
    parry_vocabulary *v;
    parry_code code = parry_vocabulary_open(vocab_path, &v, err);
    if (code != PARRY_OK)
        return code;
    parry_tokenizer *t = parry_calloc(1, sizeof *t);
    t->vocabulary = v;
    t->lower_case = lower_case;
    for (int i = 0; i < SPECIALS; i++)
        t->special[i] = parry_vocabulary_id(v, parry_str_of(special_names[i]));
    for (unsigned c = 0; c < 128; c++) {
        t->ascii[c] = (unsigned char)parry_bert_class_of(c);
        t->folded[c] = (char)(lower_case ? parry_bert_lower(c) : c);
    }
    if (t->special[UNK] < 0 || t->special[CLS] < 0 || t->special[SEP] < 0) {
        parry_tokenizer_close(t);
        return parry_fail(err, PARRY_CORRUPT, "%s lacks [UNK], [CLS] or [SEP]: not a BERT vocabulary", vocab_path);
    }
    t->ideographs = has_ideographs(v);
    *out = t;
    return PARRY_OK;
}

void parry_tokenizer_close(parry_tokenizer *t)
{
    if (t == NULL)
        return;
    parry_vocabulary_close(t->vocabulary);
    free(t);
}

size_t parry_tokenizer_words(const parry_tokenizer *t) { return parry_vocabulary_count(t->vocabulary); }

static void emit(state *s, int32_t id)
{
    if (s->ids != NULL && s->n < s->cap)
        s->ids[s->n] = id;
    s->n++;
}

static bool enough(const state *s) { return s->n >= s->cap; }

static void put_byte(state *s, char c)
{
    if (s->chars++ < MAX_WORD)
        s->word[s->bytes++] = c;
}

static void put(state *s, unsigned cp)
{
    if (s->chars++ < MAX_WORD)
        s->bytes += parry_utf8_put(cp, s->word + s->bytes);
}

/* What waits has been kept in order by hold_back. */
static void release(state *s)
{
    for (size_t i = 0; i < s->held; i++)
        put(s, s->hold[i]);
    s->held = 0;
}

static void hold_back(state *s, unsigned cp, unsigned combining)
{
    if (s->held == MAX_WORD) { /* the word is [UNK] by now, in any order */
        s->chars++;
        return;
    }
    size_t at = s->held++;
    for (; at > 0 && parry_bert_combining(s->hold[at - 1]) > combining; at--)
        s->hold[at] = s->hold[at - 1];
    s->hold[at] = cp;
}

/* Longest piece first, from the left; a rest that no piece begins makes the whole word unknown. */
static size_t pieces_of(const parry_tokenizer *t, parry_str word, int32_t out[MAX_WORD * 4])
{
    size_t n = 0;
    for (size_t at = 0, step = 0; at < word.n; at += step) {
        int32_t id = parry_vocabulary_longest(t->vocabulary, parry_str_from(word, at), at > 0, &step);
        if (id < 0)
            return 0;
        out[n++] = id;
    }
    return n;
}

static size_t letters_in(parry_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char b = (unsigned char)s.p[i];
        n += (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b >= 0xC0;
    }
    return n;
}

/* Pieces as pieces_of finds them: the letters of those that say something. */
static size_t grasped_of(const parry_tokenizer *t, parry_str word, size_t letters)
{
    size_t grasped = 0, step = 0;
    for (size_t at = 0; at < word.n; at += step) {
        if (parry_vocabulary_longest(t->vocabulary, parry_str_from(word, at), at > 0, &step) < 0)
            return grasped;
        size_t in = letters_in(parry_str_make(word.p + at, step));
        bool whole = step == word.n && (letters > 1 || t->ideographs);
        grasped += whole || in > 2 ? in : 0;
    }
    return grasped;
}

/* "2fa", "vat", "err": codes and abbreviations stand in every language. */
static bool is_code(parry_str word, size_t letters)
{
    enum { ABBREVIATION = 4 };
    bool ascii = true, digit = false;
    for (size_t i = 0; i < word.n; i++) {
        ascii &= (unsigned char)word.p[i] < 0x80;
        digit |= word.p[i] >= '0' && word.p[i] <= '9';
    }
    return ascii && (digit || letters <= ABBREVIATION);
}

/* A code that the model does not know says nothing about the language. */
static void read_word(const parry_tokenizer *t, parry_str word, reading *r)
{
    unsigned first;
    size_t letters = letters_in(word);
    bool ideograph = parry_utf8_next(word, &first) == word.n && parry_bert_class_of(first) == PARRY_BERT_IDEOGRAPH;
    if (letters < 2 && !ideograph)
        return;
    size_t grasped = grasped_of(t, word, letters);
    if (grasped < letters && is_code(word, letters))
        return;
    r->letters += letters;
    r->grasped += grasped;
}

static void end_word(state *s)
{
    if (s->held > 0)
        release(s);
    if (s->chars == 0)
        return;
    if (s->reading != NULL && s->chars <= MAX_WORD)
        read_word(s->t, parry_str_make(s->word, s->bytes), s->reading);
    int32_t ids[MAX_WORD * 4];
    size_t n = s->chars <= MAX_WORD ? pieces_of(s->t, parry_str_make(s->word, s->bytes), ids) : 0;
    for (size_t i = 0; i < n; i++)
        emit(s, ids[i]);
    if (n == 0)
        emit(s, s->t->special[UNK]);
    s->chars = s->bytes = 0;
}

static void lone(state *s, unsigned cp)
{
    end_word(s);
    put(s, cp);
    end_word(s);
}

/* One code point of the decomposed text. */
static void take(state *s, unsigned cp)
{
    parry_bert_class c = parry_bert_class_of(cp);
    unsigned combining = parry_bert_combining(cp);
    if (combining == 0 && s->held > 0)
        release(s);
    if (c == PARRY_BERT_MARK && s->t->lower_case)
        return; /* the original strips marks exactly where it lowers case */
    if (s->t->lower_case) {
        unsigned low = parry_bert_lower(cp);
        if (low != cp) {
            cp = low;
            c = parry_bert_class_of(cp);
        }
    }
    if (c == PARRY_BERT_PUNCTUATION)
        lone(s, cp);
    else if (combining != 0 && s->t->lower_case)
        hold_back(s, cp, combining);
    else
        put(s, cp);
}

static void take_raw(state *s, unsigned cp)
{
    parry_bert_class c = parry_bert_class_of(cp);
    if (c == PARRY_BERT_DROP)
        return;
    if (c == PARRY_BERT_SPACE || c == PARRY_BERT_IDEOGRAPH)
        end_word(s);
    if (c == PARRY_BERT_SPACE)
        return;
    unsigned parts[PARRY_BERT_DECOMPOSED] = {cp};
    size_t n = s->t->lower_case ? parry_bert_decompose(cp, parts) : 1;
    for (size_t i = 0; i < n; i++)
        take(s, parts[i]);
    if (c == PARRY_BERT_IDEOGRAPH)
        end_word(s);
}

static void take_ascii(state *s, unsigned char b)
{
    unsigned c = s->t->ascii[b];
    if (c == PARRY_BERT_DROP)
        return; /* not a starter either: gone before the text is decomposed */
    if (s->held > 0)
        release(s);
    if (c == PARRY_BERT_LETTER) {
        put_byte(s, s->t->folded[b]);
        return;
    }
    end_word(s);
    if (c == PARRY_BERT_PUNCTUATION) {
        put_byte(s, (char)b);
        end_word(s);
    }
}

/* "[SEP]" and its like, written so in the text, are their tokens; the original does the same. */
static size_t special_at(const parry_tokenizer *t, parry_str rest, int32_t *id)
{
    for (int i = 0; i < SPECIALS; i++) {
        if (t->special[i] >= 0 && parry_str_starts(rest, special_names[i])) {
            *id = t->special[i];
            return strlen(special_names[i]);
        }
    }
    return 0;
}

static size_t take_next(state *s, parry_str rest)
{
    unsigned char b = (unsigned char)rest.p[0];
    int32_t id = 0;
    size_t n = b == '[' ? special_at(s->t, rest, &id) : 0;
    if (n > 0) {
        end_word(s);
        emit(s, id);
        return n;
    }
    if (b < 128) {
        take_ascii(s, b);
        return 1;
    }
    unsigned cp;
    n = parry_utf8_next(rest, &cp);
    take_raw(s, cp);
    return n;
}

static void run(state *s, parry_str text)
{
    for (size_t at = 0; at < text.n && !enough(s);)
        at += take_next(s, parry_str_from(text, at));
    end_word(s);
}

size_t parry_tokenize(const parry_tokenizer *t, parry_str text, int32_t *ids, size_t cap)
{
    state s;
    s.t = t;
    s.ids = ids;
    s.reading = NULL;
    s.n = s.chars = s.bytes = s.held = 0;
    s.cap = cap - 1; /* room for [SEP] */
    emit(&s, t->special[CLS]);
    run(&s, text);
    size_t n = s.n < s.cap ? s.n : s.cap;
    ids[n] = t->special[SEP];
    return n + 1;
}

static size_t count(const parry_tokenizer *t, parry_str text, reading *r)
{
    state s;
    s.t = t;
    s.ids = NULL;
    s.reading = r;
    s.n = s.chars = s.bytes = s.held = 0;
    s.cap = SIZE_MAX;
    run(&s, text);
    return s.n;
}

size_t parry_token_count(const parry_tokenizer *t, parry_str text) { return count(t, text, NULL); }

double parry_tokenizer_grasp(const parry_tokenizer *t, parry_str text)
{
    reading r = {0, 0};
    (void)count(t, text, &r);
    return r.letters > 0 ? (double)r.grasped / (double)r.letters : 1.0;
}
