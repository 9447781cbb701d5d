/* Tidying, the marks of other systems: DocFX and Docusaurus directives, MDX, Liquid, wikilinks. */
#include "content/names.h"
#include "content/tidy_inner.h"

#include <stdint.h>
#include <strings.h>

enum { MARK_MAX = 1000 }; /* how far a mark may reach, in bytes */

static bool starts_with(parry_str s, const char *word)
{
    size_t n = strlen(word);
    return s.n >= n && strncasecmp(s.p, word, n) == 0;
}

static parry_str between(parry_str s, char open, char close) /* s starts with open; {NULL,0} where it never closes */
{
    size_t depth = 0, max = s.n < MARK_MAX ? s.n : MARK_MAX;
    for (size_t i = 0; i < max; i++) {
        if (s.p[i] == open)
            depth++;
        else if (s.p[i] == close && --depth == 0)
            return parry_str_make(s.p + 1, i - 1);
    }
    return parry_str_make(NULL, 0);
}

static size_t spaces(parry_str s)
{
    size_t n = 0;
    while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
        n++;
    return n;
}

static bool alone_in_line(const parry_tidier *t, size_t n) /* the n bytes at `at` are all there is in the line */
{
    for (size_t i = t->at; i > 0 && t->in.p[i - 1] != '\n'; i--)
        if (strchr(" \t>-*", t->in.p[i - 1]) == NULL)
            return false;
    parry_str after = parry_str_from(t->in, t->at + n);
    size_t gap = spaces(after);
    return gap == after.n || after.p[gap] == '\n';
}

/* [!INCLUDE [prod_short](includes/prod_short.md)]: a label in running text stands for the product's name; a file
 * included between paragraphs is left out, its label says nothing to a reader. */
static bool include(parry_tidier *t, parry_str whole, parry_str inner)
{
    parry_str at = parry_str_from(inner, strlen("!INCLUDE"));
    at = parry_str_from(at, spaces(at));
    parry_str label = at.n > 0 && at.p[0] == '[' ? between(at, '[', ']') : parry_str_make(NULL, 0);
    if (label.p == NULL)
        return false;
    parry_tidy_note(t, PARRY_ODD_INCLUDE);
    if (!alone_in_line(t, whole.n)) {
        parry_str word = label;
        for (bool more = parry_str_trim(label).n > 0; more;) {
            size_t n = 0;
            while (n < word.n && word.p[n] != '_' && word.p[n] != '-')
                n++;
            parry_tidy_plain(t, parry_str_make(word.p, n));
            more = n < word.n;
            if (more)
                parry_buf_addc(&t->out, ' ');
            word = parry_str_from(word, n + 1);
        }
    }
    parry_tidy_drop(t, whole.n);
    return true;
}

static void video(parry_tidier *t, parry_str whole, parry_str inner)
{
    parry_str url = parry_str_trim(parry_str_from(inner, strlen("!VIDEO")));
    bool fine = url.n > 0;
    for (size_t i = 0; i < url.n && fine; i++)
        fine = strchr(" \t\n<>[]()", url.p[i]) == NULL;
    parry_tidy_note(t, PARRY_ODD_DIRECTIVE);
    if (fine) {
        parry_buf_addz(&t->out, "[Video](<");
        parry_buf_adds(&t->out, url);
        parry_buf_addz(&t->out, ">)");
    }
    parry_tidy_drop(t, whole.n);
}

bool parry_tidy_bang(parry_tidier *t)
{
    parry_str rest = parry_tidy_rest(t);
    if (!parry_str_starts(rest, "[!"))
        return false;
    bool wanted = starts_with(rest, "[!include") || starts_with(rest, "[!video ") || starts_with(rest, "[!div ") ||
                  starts_with(rest, "[!code");
    parry_str inner = wanted ? between(rest, '[', ']') : parry_str_make(NULL, 0);
    if (inner.p == NULL)
        return false;
    parry_str whole = parry_str_make(rest.p, inner.n + 2);
    if (starts_with(inner, "!include"))
        return include(t, whole, inner);
    if (starts_with(inner, "!video")) {
        video(t, whole, inner);
        return true;
    }
    parry_tidy_note(t, PARRY_ODD_DIRECTIVE);
    parry_tidy_drop(t, whole.n);
    return true;
}

/* [[target]], [[target|label]]; not [[1]](url), which is Markdown. */
bool parry_tidy_wikilink(parry_tidier *t)
{
    parry_str rest = parry_tidy_rest(t);
    if (!parry_str_starts(rest, "[[") || rest.n < 5 || strchr("[!^", rest.p[2]) != NULL)
        return false;
    size_t n = parry_tidy_upto(rest, "]]", 300);
    if (n < 5 || (n < rest.n && strchr("([:", rest.p[n]) != NULL))
        return false;
    parry_str inner = parry_str_make(rest.p + 2, n - 4), label = inner;
    if (memchr(inner.p, '\n', inner.n) || memchr(inner.p, '[', inner.n) || memchr(inner.p, ']', inner.n))
        return false;
    const char *bar = memchr(inner.p, '|', inner.n);
    if (bar != NULL)
        label = parry_str_from(inner, (size_t)(bar - inner.p) + 1);
    parry_tidy_plain(t, parry_str_trim(label));
    parry_tidy_drop(t, n);
    return true;
}

bool parry_tidy_braces(parry_tidier *t)
{
    parry_str rest = parry_tidy_rest(t);
    size_t n = 0;
    if (parry_str_starts(rest, "{{"))
        n = parry_tidy_upto(rest, "}}", MARK_MAX);
    else if (parry_str_starts(rest, "{%"))
        n = parry_tidy_upto(rest, "%}", MARK_MAX);
    else if (t->mdx && parry_str_starts(rest, "{/*"))
        n = parry_tidy_upto(rest, "*/}", MARK_MAX);
    if (n == 0)
        return false;
    parry_tidy_note(t, rest.p[1] == '/' ? PARRY_ODD_MDX : PARRY_ODD_TEMPLATE);
    parry_tidy_drop(t, n);
    return true;
}

/* The length of a JSX tag from '<' to its '>', quotes and braces skipped; 0 where it is none. */
static size_t tag_length(parry_str s, bool *props)
{
    char quote = 0;
    size_t depth = 0, max = s.n < MARK_MAX ? s.n : MARK_MAX;
    for (size_t i = 1; i < max; i++) {
        char c = s.p[i];
        if (quote != 0)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '{' && ++depth > 0)
            *props = true;
        else if (c == '}' && depth > 0)
            depth--;
        else if (c == '<' && depth == 0)
            return 0;
        else if (c == '>' && depth == 0)
            return i + 1;
    }
    return 0;
}

/* Components: in .mdx every tag with a capital; elsewhere those that no HTML parser would know as a tag, or that close
 * themselves: <Enter> in a sentence is a word, <Tabs groupId={x}> is not. Their text stays. */
bool parry_tidy_component(parry_tidier *t)
{
    parry_str rest = parry_tidy_rest(t);
    size_t name = rest.n > 1 && rest.p[1] == '/' ? 2 : 1;
    bool props = false, fragment = t->mdx && (parry_str_starts(rest, "<>") || parry_str_starts(rest, "</>"));
    if (!fragment && (rest.n <= name || rest.p[name] < 'A' || rest.p[name] > 'Z'))
        return false;
    size_t n = tag_length(rest, &props);
    if (n == 0 || !(t->mdx || props || (n > 2 && rest.p[n - 2] == '/')))
        return false;
    bool shouts = true; /* <BR/> and <IMG SRC=...> are HTML in capitals */
    for (size_t i = name; i < n && rest.p[i] != ' ' && rest.p[i] != '>' && rest.p[i] != '/' && shouts; i++)
        shouts = !(rest.p[i] >= 'a' && rest.p[i] <= 'z');
    if (shouts && !fragment)
        return false;
    parry_tidy_note(t, PARRY_ODD_MDX);
    parry_tidy_drop(t, n);
    return true;
}

static bool module_words(parry_str row)
{
    static const char *const exports[] = {"export const ", "export default ", "export let ", "export function ",
                                          "export {"};
    for (size_t i = 0; i < sizeof exports / sizeof *exports; i++)
        if (parry_str_starts(row, exports[i]))
            return true;
    if (!parry_str_starts(row, "import "))
        return false;
    parry_str end = parry_str_trim(row);
    if (parry_str_ends(end, ";"))
        end.n--;
    return parry_str_ends(end, "'") || parry_str_ends(end, "\"");
}

/* In .mdx a module block reaches to the next blank line; elsewhere one line is taken, and only where it is surely code.
 */
bool parry_tidy_module_line(parry_tidier *t, parry_str row)
{
    bool mdx = t->mdx && (parry_str_starts(row, "import ") || parry_str_starts(row, "export "));
    if (!mdx && !module_words(row))
        return false;
    size_t n = mdx ? parry_tidy_upto(parry_tidy_rest(t), "\n\n", SIZE_MAX) : row.n;
    parry_tidy_note(t, PARRY_ODD_MDX);
    if (mdx)
        n = n > 0 ? n - 2 : parry_tidy_rest(t).n;
    parry_tidy_drop(t, n);
    return true;
}

static parry_str attribute(parry_str s, const char *name) /* name="value"; empty where it is not there */
{
    parry_str rest = parry_str_from(s, parry_str_find(s, parry_str_of(name)));
    rest = parry_str_from(rest, strlen(name));
    if (!parry_str_starts(rest, "=\""))
        return parry_str_make(NULL, 0);
    rest = parry_str_from(rest, 2);
    const char *end = rest.n ? memchr(rest.p, '"', rest.n) : NULL;
    return end ? parry_str_make(rest.p, (size_t)(end - rest.p)) : parry_str_make(NULL, 0);
}

static void image(parry_tidier *t, parry_str text)
{
    parry_str source = attribute(text, "source");
    parry_buf_addz(&t->out, "![");
    parry_tidy_plain(t, attribute(text, "alt-text"));
    parry_buf_addz(&t->out, "](<");
    for (size_t i = 0; i < source.n; i++)
        if (strchr("<>\n", source.p[i]) == NULL)
            parry_buf_addc(&t->out, source.p[i] == '\\' ? '/' : source.p[i]);
    parry_buf_addz(&t->out, ">)");
}

/* ":::note Take care", ":::tip[Title]": the words after the name are a title. */
static void title(parry_tidier *t, parry_str text)
{
    size_t n = 0;
    while (n < text.n && text.p[n] != ' ' && text.p[n] != '[' && text.p[n] != '{')
        n++;
    parry_str words = parry_str_trim(parry_str_from(text, n));
    if (words.n > 2 && words.p[0] == '[' && words.p[words.n - 1] == ']')
        words = parry_str_make(words.p + 1, words.n - 2);
    if (words.n == 0 || words.p[0] == '{' || memchr(words.p, '=', words.n) != NULL)
        return;
    parry_buf_addz(&t->out, "**");
    parry_tidy_plain(t, words);
    parry_buf_addz(&t->out, "**\n"); /* a paragraph of its own */
}

/* :::image source="x.png" alt-text="y"::: anywhere in a line. */
bool parry_tidy_image(parry_tidier *t)
{
    parry_str rest = parry_tidy_rest(t);
    size_t n = starts_with(rest, ":::image ") ? parry_tidy_upto(parry_str_from(rest, 3), ":::", MARK_MAX) : 0;
    if (n == 0)
        return false;
    image(t, parry_str_make(rest.p, n));
    parry_tidy_drop(t, n + 3);
    return true;
}

bool parry_tidy_directive_line(parry_tidier *t, parry_str row, size_t indent)
{
    parry_str text = parry_str_trim(parry_str_from(row, indent));
    if (!parry_str_starts(text, ":::") || starts_with(text, ":::image "))
        return false;
    parry_str name = parry_str_trim(parry_str_from(text, 3));
    while (name.n > 0 && name.p[0] == ':')
        name = parry_str_from(name, 1);
    parry_buf_add(&t->out, row.p, indent);
    if (parry_str_ends(name, ":::")) /* ":::row:::" */
        parry_tidy_note(t, PARRY_ODD_DIRECTIVE);
    else if (name.n > 0)
        title(t, name);
    parry_tidy_drop(t, row.n);
    return true;
}
