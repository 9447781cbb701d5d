/* Ids, slugs, anchors, words. */
#include "content/names.h"

#include "base/hash.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

static bool alnum(unsigned c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static char lower(unsigned c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

/* Letters that no decomposition brings to ASCII, though everybody spells them so. */
static const char *spelled(unsigned cp)
{
    switch (cp) {
    case 0xDF:
        return "ss";
    case 0xC6:
    case 0xE6:
        return "ae";
    case 0xD8:
    case 0xF8:
        return "o";
    case 0x152:
    case 0x153:
        return "oe";
    case 0x110:
    case 0x111:
        return "d";
    case 0x141:
    case 0x142:
        return "l";
    case 0x131:
        return "i";
    default:
        return NULL;
    }
}

static bool in_category(unsigned cp, uint32_t mask) { return uc_is_general_category_withtable(cp, mask); }

/* Adds the ASCII of one code point; true where a letter or digit was lost. */
static bool add_ascii(parry_buf *b, unsigned cp)
{
    if (cp < 0x80) {
        if (alnum(cp) || cp == '_' || cp == '~')
            parry_buf_addc(b, lower(cp));
        else if (cp == '.' && b->n > 0 && b->p[b->n - 1] != '-' && b->p[b->n - 1] != '.')
            parry_buf_addc(b, '.');
        else if (cp != '\'' && b->n > 0 && b->p[b->n - 1] != '-')
            parry_buf_addc(b, '-');
        return false;
    }
    const char *as = spelled(cp);
    if (as != NULL)
        parry_buf_addz(b, as);
    else if (in_category(cp, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N))
        return true;
    else if (!in_category(cp, UC_CATEGORY_MASK_M) && cp != 0x2019 && b->n > 0 && b->p[b->n - 1] != '-')
        parry_buf_addc(b, '-');
    return false;
}

static void trim_end(parry_buf *b)
{
    while (b->n > 0 && (b->p[b->n - 1] == '-' || b->p[b->n - 1] == '.'))
        b->p[--b->n] = 0;
}

static void add_mark(parry_buf *b, parry_str words)
{
    char hex[PARRY_HASH_HEX + 1];
    parry_hash_hex(parry_hash_of(words.p, words.n), hex);
    if (b->n > 0)
        parry_buf_addc(b, '-');
    parry_buf_add(b, hex, 8);
}

/* One part of an id, at most `max` bytes. */
static void slugify(parry_buf *b, parry_str words, size_t max)
{
    size_t n = 0;
    uint8_t *flat = words.n ? u8_normalize(UNINORM_NFKD, (const uint8_t *)words.p, words.n, NULL, &n) : NULL;
    parry_str rest = flat ? parry_str_make((const char *)flat, n) : words;
    bool lost = false;
    while (rest.n > 0) {
        unsigned cp;
        size_t len = parry_utf8_next(rest, &cp);
        lost |= add_ascii(b, cp);
        rest = parry_str_from(rest, len);
    }
    free(flat);
    trim_end(b);
    if (b->n > max) {
        b->n = max - 9;
        b->p[b->n] = 0;
        trim_end(b);
        lost = true;
    }
    if (lost || (b->n == 0 && parry_str_trim(words).n > 0))
        add_mark(b, words);
}

parry_str parry_slug_of(parry_arena *a, parry_str words)
{
    parry_buf b = PARRY_BUF(SIZE_MAX / 4);
    slugify(&b, words, PARRY_NAME_MAX);
    parry_str out = parry_str_copy(a, parry_buf_str(&b));
    parry_buf_free(&b);
    return out;
}

parry_str parry_id_of(parry_arena *a, parry_str words)
{
    parry_buf all = PARRY_BUF(SIZE_MAX / 4), part = PARRY_BUF(SIZE_MAX / 4);
    parry_str rest = words, piece;
    while (parry_str_split(&rest, '/', &piece)) {
        parry_buf_clear(&part);
        slugify(&part, piece, PARRY_NAME_MAX);
        if (part.n == 0)
            continue;
        if (all.n > 0)
            parry_buf_addc(&all, '/');
        parry_buf_adds(&all, parry_buf_str(&part));
    }
    if (all.n > PARRY_NAME_MAX) {
        all.n = PARRY_NAME_MAX - 9;
        all.p[all.n] = 0;
        add_mark(&all, words);
    }
    parry_str out = parry_str_copy(a, parry_buf_str(&all));
    parry_buf_free(&all);
    parry_buf_free(&part);
    return out;
}

parry_str parry_anchor_of(parry_arena *a, parry_str heading)
{
    const uint32_t kept = UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_Nd | UC_CATEGORY_MASK_Pc;
    char *p = parry_arena_array(a, heading.n + 1, 4);
    size_t n = 0;
    for (parry_str rest = heading; rest.n > 0;) {
        unsigned cp;
        size_t len = parry_utf8_next(rest, &cp);
        if (cp == ' ' || cp == '-')
            p[n++] = '-';
        else if (in_category(cp, kept))
            n += parry_utf8_put(uc_tolower(cp), p + n);
        rest = parry_str_from(rest, len);
    }
    return n > 0 ? parry_str_make(p, n) : parry_str_of("section");
}

bool parry_anchor_fine(parry_str id)
{
    if (id.n == 0 || id.n > 200)
        return false;
    for (size_t i = 0; i < id.n; i++) {
        unsigned char c = (unsigned char)id.p[i];
        if (c < 0x80 && !alnum(c) && strchr("-_.:~", c) == NULL)
            return false;
    }
    return true;
}

parry_str parry_path_bare(parry_str path)
{
    for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
        if (path.p[i - 1] == '.' && i > 1 && path.p[i - 2] != '/')
            return parry_str_make(path.p, i - 1);
    return path;
}

static size_t last_slash(parry_str path) /* bytes up to and with it; 0 where there is none */
{
    size_t i = path.n;
    while (i > 0 && path.p[i - 1] != '/')
        i--;
    return i;
}

parry_str parry_path_stem(parry_str path)
{
    parry_str bare = parry_path_bare(path);
    return parry_str_from(bare, last_slash(bare));
}

parry_str parry_path_folder(parry_str path)
{
    size_t i = last_slash(path);
    return parry_str_make(path.p, i > 0 ? i - 1 : 0);
}

parry_str parry_path_name(parry_str path)
{
    parry_str stem = parry_path_stem(path), folder = parry_path_folder(path);
    static const char *const empty[] = {"index", "_index", "readme"};
    for (size_t i = 0; i < 3 && folder.n > 0; i++)
        if (stem.n == strlen(empty[i]) && strncasecmp(stem.p, empty[i], stem.n) == 0)
            return parry_str_from(folder, last_slash(folder));
    return stem;
}

parry_str parry_words_of(parry_arena *a, parry_str name)
{
    char *p = parry_str_z(a, name);
    for (size_t i = 0; i < name.n; i++)
        if (p[i] == '-' || p[i] == '_')
            p[i] = ' ';
    parry_str words = parry_squeeze(a, parry_str_make(p, name.n));
    if (words.n > 0 && words.p[0] >= 'a' && words.p[0] <= 'z')
        words = parry_str_printf(a, "%c%.*s", words.p[0] - 32, PARRY_FMT(parry_str_from(words, 1)));
    return words;
}

bool parry_path_markdown(parry_str path)
{
    static const char *const ends[] = {".md", ".markdown", ".mdx"};
    for (size_t i = 0; i < 3; i++) {
        size_t n = strlen(ends[i]);
        if (path.n > n && strncasecmp(path.p + path.n - n, ends[i], n) == 0)
            return true;
    }
    return false;
}

static bool blank(unsigned cp)
{
    return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0xA0 || cp == 0x202F || cp == 0x3000 ||
           (cp >= 0x2000 && cp <= 0x200A);
}

/* Joiners (U+200C, U+200D) stay: Persian and emoji need them. */
static bool unseen(unsigned cp) { return cp == 0x200B || cp == 0x2060 || cp == 0xFEFF || cp == 0xAD; }

parry_str parry_squeeze(parry_arena *a, parry_str s)
{
    char *p = parry_arena_alloc(a, s.n + 1);
    size_t n = 0;
    bool gap = false;
    while (s.n > 0) {
        unsigned cp;
        size_t len = parry_utf8_next(s, &cp);
        if (blank(cp)) {
            gap = n > 0;
        } else if (!unseen(cp)) {
            if (gap)
                p[n++] = ' ';
            gap = false;
            memcpy(p + n, s.p, len);
            n += len;
        }
        s = parry_str_from(s, len);
    }
    return parry_str_make(p, n);
}

/* Names in use: open addressing; next is the number to try first when the name is wanted again. */
struct parry_name_slot {
    parry_str name;
    size_t next;
};

static struct parry_name_slot *slot_of(const parry_names *t, parry_str name)
{
    size_t h = 1469598103934665603U;
    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (unsigned char)name.p[i]) * 1099511628211U;
    for (h &= t->cap - 1; t->slots[h].name.p != NULL && !parry_str_eq(t->slots[h].name, name);)
        h = (h + 1) & (t->cap - 1);
    return &t->slots[h];
}

static void make_room(parry_names *t)
{
    if (t->used * 2 < t->cap)
        return;
    parry_names bigger = {t->arena, NULL, t->used, t->cap ? t->cap * 2 : 32, t->first};
    bigger.slots = PARRY_ARRAY(t->arena, struct parry_name_slot, bigger.cap);
    for (size_t i = 0; i < t->cap; i++)
        if (t->slots[i].name.p != NULL)
            *slot_of(&bigger, t->slots[i].name) = t->slots[i];
    *t = bigger;
}

bool parry_names_free(const parry_names *t, parry_str name) { return t->cap == 0 || slot_of(t, name)->name.p == NULL; }

bool parry_names_take(parry_names *t, parry_str name)
{
    make_room(t);
    struct parry_name_slot *slot = slot_of(t, name);
    if (slot->name.p != NULL)
        return false;
    slot->name = name;
    slot->next = t->first ? t->first : 1;
    t->used++;
    return true;
}

parry_str parry_names_claim(parry_names *t, parry_str want)
{
    parry_str name = want;
    while (!parry_names_take(t, name)) {
        struct parry_name_slot *slot = slot_of(t, want);
        name = parry_str_printf(t->arena, "%.*s-%zu", PARRY_FMT(want), slot->next++);
    }
    return name;
}
