/* Pieces in an open hash table with linear probing, at most half full. A slot keeps 32 bits of the hash, so a miss is
 * nearly always settled without touching the text. The hash runs over the bytes from the left (FNV-1a), so that one
 * pass over a word gives the hash of each of its prefixes, and the longest known prefix costs a probe for each length
 * tried. */
#include "models/vocabulary.h"

#include "base/file.h"

#include <stdlib.h>

enum { MAX_FILE = 64 << 20, MAX_PIECE = 255 };

typedef struct slot {
    uint32_t hash;
    int32_t id; /* -1: empty */
} slot;

typedef struct piece {
    const char *p; /* without "##" */
    uint32_t n;
    bool inside;
} piece;

struct parry_vocabulary {
    parry_arena *arena;
    slot *slots;
    size_t mask;
    piece *pieces; /* by id */
    size_t count;
    size_t longest; /* bytes of the longest piece */
};

static const uint32_t seeds[2] = {2166136261U, 2166136261U ^ 0x9E3779B9U}; /* starting a word, inside one */

static uint32_t step(uint32_t h, char c) { return (h ^ (unsigned char)c) * 16777619U; }

/* FNV's low bits are its weakest. */
static size_t place(uint32_t h) { return h ^ h >> 15; }

static uint32_t hash(parry_str s, bool inside)
{
    uint32_t h = seeds[inside];
    for (size_t i = 0; i < s.n; i++)
        h = step(h, s.p[i]);
    return h;
}

static slot *find(const parry_vocabulary *v, parry_str s, bool inside, uint32_t h)
{
    for (size_t i = place(h);; i++) {
        slot *at = &v->slots[i & v->mask];
        if (at->id < 0)
            return at;
        const piece *p = &v->pieces[at->id];
        if (at->hash == h && p->n == s.n && p->inside == inside && memcmp(p->p, s.p, s.n) == 0)
            return at;
    }
}

static void add(parry_vocabulary *v, parry_str line, int32_t id)
{
    bool inside = line.n > 2 && parry_str_starts(line, "##");
    parry_str s = inside ? parry_str_from(line, 2) : line;
    v->pieces[id] = (piece){s.p, (uint32_t)s.n, inside};
    if (s.n == 0 || s.n > MAX_PIECE)
        return; /* the line still counts as an id */
    if (s.n > v->longest)
        v->longest = s.n;
    uint32_t h = hash(s, inside);
    *find(v, s, inside, h) = (slot){h, id};
}

static size_t count_lines(parry_str text)
{
    size_t n = 0;
    for (const char *p = text.p, *end = text.p + text.n; p < end; n++) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        p = nl ? nl + 1 : end;
    }
    return n;
}

static void fill(parry_vocabulary *v, parry_str text)
{
    v->pieces = PARRY_ARRAY(v->arena, piece, v->count);
    size_t cap = 16;
    while (cap < 2 * v->count)
        cap *= 2;
    v->mask = cap - 1;
    v->slots = PARRY_ARRAY(v->arena, slot, cap);
    for (size_t i = 0; i < cap; i++)
        v->slots[i].id = -1;
    parry_str line;
    for (int32_t id = 0; (size_t)id < v->count && parry_str_split(&text, '\n', &line); id++) {
        if (parry_str_ends(line, "\r"))
            line.n--;
        add(v, line, id);
    }
}

parry_code parry_vocabulary_open(const char *path, parry_vocabulary **out, parry_err *err)
{
    parry_arena *arena = parry_arena_new();
    parry_str text;
    parry_code code = parry_file_read(arena, path, MAX_FILE, &text, err);
    if (code == PARRY_OK && text.n == 0)
        code = parry_fail(err, PARRY_CORRUPT, "%s is empty: fetch the model again", path);
    if (code != PARRY_OK) {
        parry_arena_free(arena);
        return code;
    }
    parry_vocabulary *v = PARRY_NEW(arena, parry_vocabulary);
    v->arena = arena;
    v->count = count_lines(text);
    fill(v, text);
    *out = v;
    return PARRY_OK;
}

void parry_vocabulary_close(parry_vocabulary *v)
{
    if (v != NULL)
        parry_arena_free(v->arena); /* v itself lives there */
}

int32_t parry_vocabulary_id(const parry_vocabulary *v, parry_str s)
{
    bool inside = s.n > 2 && parry_str_starts(s, "##");
    if (inside)
        s = parry_str_from(s, 2);
    if (s.n == 0)
        return -1;
    return find(v, s, inside, hash(s, inside))->id;
}

int32_t parry_vocabulary_longest(const parry_vocabulary *v, parry_str rest, bool inside, size_t *n)
{
    uint32_t h[MAX_PIECE + 1];
    size_t most = rest.n < v->longest ? rest.n : v->longest;
    h[0] = seeds[inside];
    for (size_t i = 0; i < most; i++)
        h[i + 1] = step(h[i], rest.p[i]);
    for (size_t i = most; i > 0; i--) {
        int32_t id = find(v, parry_str_make(rest.p, i), inside, h[i])->id;
        if (id >= 0) {
            *n = i;
            return id;
        }
    }
    return -1;
}

size_t parry_vocabulary_count(const parry_vocabulary *v) { return v->count; }
