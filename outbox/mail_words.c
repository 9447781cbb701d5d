/* Headers of a message: words of RFC 2047, names of files by RFC 2231. */
#include "outbox/mail.h"

#include <assert.h>
#include <sodium.h>

enum {
    LINE_MAX_BYTES = 76,
    AROUND_WORD = 12, /* "=?UTF-8?B?" and "?=" */
    NAME_MOST = 40,   /* bytes of a header's name */
    WORD_BYTES = 45,  /* of text in an encoded word: 60 of base64 */
};

static bool is_plain(char c) { return c >= ' ' && c < 0x7f; }
static bool is_control(char c) { return (unsigned char)c < ' ' || c == 0x7f; }
static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

static bool local_part(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_word(s.p[i]) && (s.p[i] == 0 || strchr("!#$%&'*+/=?^`{|}~.", s.p[i]) == NULL))
            return false;
    }
    return s.n > 0 && s.n <= 64 && s.p[0] != '.' && s.p[s.n - 1] != '.';
}

static bool host_part(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_word(s.p[i]) && s.p[i] != '.')
            return false;
    }
    return s.n > 0 && s.n <= 253 && s.p[0] != '.' && s.p[0] != '-' && s.p[s.n - 1] != '.';
}

bool parry_mail_is_address(parry_str s)
{
    size_t at = parry_str_find(s, parry_str_of("@"));
    return s.n <= 254 && at < s.n && local_part(parry_str_make(s.p, at)) && host_part(parry_str_from(s, at + 1));
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static parry_str without_controls(parry_arena *a, parry_str s)
{
    parry_str clean = parry_utf8_clean(a, s, NULL);
    char *p = parry_str_z(a, clean);
    for (size_t i = 0; i < clean.n; i++)
        p[i] = is_control(p[i]) ? ' ' : p[i];
    return parry_str_trim(parry_str_make(p, clean.n));
}

/* Could it be taken for an encoded word, or not be told in ASCII at all, or not be folded? */
static bool needs_encoding(parry_str s)
{
    size_t run = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == ' ' ? 0 : run + 1;
        if (!is_plain(s.p[i]) || run > 60)
            return true;
    }
    return parry_str_find(s, parry_str_of("=?")) < s.n;
}

/* Encoded words, each in a line of its own; the first behind what stands there already. */
static void add_encoded(parry_buf *out, parry_str s, size_t column)
{
    char coded[2 * WORD_BYTES];
    size_t room = (LINE_MAX_BYTES - AROUND_WORD - column) / 4 * 3;
    for (const char *sep = ""; s.n > 0; sep = "\r\n ") {
        parry_str piece = parry_utf8_cut(s, *sep == 0 && room < WORD_BYTES ? room : WORD_BYTES);
        (void)sodium_bin2base64(coded, sizeof coded, (const unsigned char *)piece.p, piece.n,
                                sodium_base64_VARIANT_ORIGINAL);
        parry_buf_printf(out, "%s=?UTF-8?B?%s?=", sep, coded);
        s = parry_str_from(s, piece.n);
    }
}

/* Plain words, a new line before the space that the next no longer fits behind; column: how far the line has come. */
static void add_folded(parry_buf *out, parry_str s, size_t column)
{
    parry_str word;
    for (bool first = true; parry_str_split(&s, ' ', &word); first = false) {
        if (!first && word.n > 0 && column + 1 + word.n > LINE_MAX_BYTES) {
            parry_buf_addz(out, "\r\n");
            column = 0;
        }
        if (!first)
            parry_buf_addc(out, ' ');
        parry_buf_adds(out, word);
        column += word.n + 1;
    }
}

void parry_mail_header(parry_buf *out, const char *name, parry_str value)
{
    parry_arena *a = parry_arena_new();
    parry_str clean = without_controls(a, value);
    parry_buf_printf(out, "%s: ", name);
    assert(strlen(name) <= NAME_MOST);
    if (needs_encoding(clean))
        add_encoded(out, clean, strlen(name) + 2);
    else
        add_folded(out, clean, strlen(name) + 2);
    parry_arena_free(a);
}

void parry_mail_person(parry_buf *out, const char *name, parry_str person, parry_str address)
{
    parry_arena *a = parry_arena_new();
    parry_str clean = without_controls(a, person);
    clean = parry_utf8_cut(clean, 300);
    parry_buf_printf(out, "%s: ", name);
    if (needs_encoding(clean)) {
        add_encoded(out, clean, strlen(name) + 2);
    } else if (clean.n > 0) {
        parry_buf_addc(out, '"');
        for (size_t i = 0; i < clean.n; i++) {
            if (clean.p[i] == '"' || clean.p[i] == '\\')
                parry_buf_addc(out, '\\');
            parry_buf_addc(out, clean.p[i]);
        }
        parry_buf_addc(out, '"');
    }
    parry_buf_printf(out, "%s<%.*s>", clean.n > 0 ? "\r\n " : "", PARRY_FMT(address));
    parry_arena_free(a);
}

/* ---- names of files ---------------------------------------------------------------------------------------------- */

static bool attribute_char(char c) { return is_word(c) || c == '.'; }

static bool is_plain_name(parry_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!attribute_char(s.p[i]) && s.p[i] != ' ')
            return false;
    }
    return true;
}

void parry_mail_disposition(parry_buf *out, parry_str file_name)
{
    parry_arena *a = parry_arena_new();
    parry_str clean = parry_utf8_cut(without_controls(a, file_name), 200);
    bool plain = is_plain_name(clean);
    parry_buf_printf(out, "Content-Disposition: attachment;\r\n filename%s", plain ? "=\"" : "*=UTF-8''");
    for (size_t i = 0; i < clean.n; i++) {
        if (plain || attribute_char(clean.p[i]))
            parry_buf_addc(out, clean.p[i]);
        else
            parry_buf_printf(out, "%%%02X", (unsigned char)clean.p[i]);
    }
    parry_buf_addz(out, plain ? "\"" : "");
    parry_arena_free(a);
}
