/* Bursts from the newest back. */
#include "api/agents/turns.h"

enum { BEFORE_MAX = 2 }; /* needs before the newest that count */

/* [*from, *to) becomes the burst that ends before *to; false: there is none. */
static bool burst_before(const parry_turn *turns, size_t *from, size_t *to)
{
    while (*to > 0 && !turns[*to - 1].user)
        (*to)--;
    if (*to == 0)
        return false;
    for (*from = *to - 1; *from > 0 && turns[*from - 1].user; (*from)--) {
        int64_t before = turns[*from - 1].at_ms, after = turns[*from].at_ms;
        if (before > 0 && after > 0 && after - before > PARRY_BURST_MS)
            break;
    }
    return true;
}

/* At most n bytes, not within a word where that can be helped. */
static parry_str cut(parry_str s, size_t n)
{
    if (s.n <= n)
        return s;
    s = parry_utf8_cut(s, n);
    for (size_t i = s.n; i > s.n / 2; i--)
        if (s.p[i - 1] == ' ' || s.p[i - 1] == '\n')
            return parry_str_trim(parry_str_make(s.p, i));
    return s;
}

/* What a burst asks for; the last kind of talk where that is nothing. */
static parry_str join_burst(parry_arena *a, const parry_turn *turns, size_t from, size_t to, parry_need *said)
{
    parry_str all = {NULL, 0};
    for (size_t i = from; i < to; i++) {
        parry_small_talk s = parry_small_talk_read(turns[i].text);
        said->person |= s.person;
        if (s.talk != PARRY_TALK_NEED)
            said->talk = s.talk;
        if (s.rest.n > 0)
            all = all.n > 0 ? parry_str_printf(a, "%.*s\n%.*s", PARRY_FMT(all), PARRY_FMT(s.rest)) : s.rest;
    }
    if (all.n > 0)
        said->talk = PARRY_TALK_NEED;
    return all;
}

static parry_str needs_before(parry_arena *a, const parry_turn *turns, size_t to)
{
    parry_str all = {NULL, 0};
    size_t from;
    for (size_t n = 0; n < BEFORE_MAX && burst_before(turns, &from, &to); to = from) {
        parry_need ignored = {0};
        parry_str need = join_burst(a, turns, from, to, &ignored);
        if (need.n == 0)
            continue;
        all = n++ > 0 ? parry_str_printf(a, "%.*s\n%.*s", PARRY_FMT(all), PARRY_FMT(need)) : need;
    }
    return all;
}

void parry_turns_read(parry_arena *a, const parry_turn *turns, size_t n, size_t most, parry_need *out)
{
    *out = (parry_need){.talk = PARRY_TALK_GREETING};
    size_t to = n, from;
    if (!burst_before(turns, &from, &to))
        return;
    parry_str newest = join_burst(a, turns, from, to, out);
    if (newest.n == 0)
        return;
    parry_str before = needs_before(a, turns, from);
    out->newest = cut(newest, most);
    if (before.n == 0 || out->newest.n > most / 3) /* said twice it would fill everything: it says enough itself */
        return;
    parry_str twice = parry_str_printf(a, "%.*s\n%.*s\n", PARRY_FMT(out->newest), PARRY_FMT(out->newest));
    out->whole = parry_str_printf(a, "%.*s%.*s", PARRY_FMT(twice), PARRY_FMT(cut(before, most - twice.n)));
}
