/* Buckets by the hour, and challenges: until_ms u64, random 8 bytes, tag 16 bytes. */
#include "api/desk/abuse.h"

#include "api/limits/buckets.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/hash.h"
#include "desk/ticket.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>

enum { PLAIN = 16, TAG = 16, ALL = PLAIN + TAG, ADDRESSES = 16 * 1024, HOUR_S = 3600, ANSWER_MAX = 64, TURNS = 64 };
enum kind { BY_ADDRESS, BY_VISITOR, BY_CHALLENGE };

struct parry_abuse {
    parry_buckets *buckets;
    parry_secret key;
    pthread_mutex_t turns[TURNS]; /* by the first byte of a hash */
};

parry_abuse *parry_abuse_new(const parry_secret *master)
{
    parry_abuse *a = parry_calloc(1, sizeof *a);
    a->buckets = parry_buckets_new(ADDRESSES);
    a->key = parry_secret_mac(master, "desk work", parry_str_of(""));
    for (size_t i = 0; i < TURNS; i++)
        (void)pthread_mutex_init(&a->turns[i], NULL);
    return a;
}

void parry_abuse_free(parry_abuse *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < TURNS; i++)
        (void)pthread_mutex_destroy(&a->turns[i]);
    parry_buckets_free(a->buckets);
    free(a);
}

/* ---- how many ---------------------------------------------------------------------------------------------------- */

unsigned parry_abuse_take(parry_abuse *a, const parry_call *c, parry_str visitor, int64_t per_hour)
{
    const parry_rate rate = {.per_hour = per_hour, .burst_s = HOUR_S};
    int64_t now = parry_mono_ns();
    unsigned wait = parry_bucket_take(a->buckets, BY_ADDRESS, c->req->address, rate, now);
    return wait == 0 && visitor.n > 0 ? parry_bucket_take(a->buckets, BY_VISITOR, visitor, rate, now) : wait;
}

size_t parry_copies_enter(parry_abuse *a, parry_str once)
{
    if (once.n == 0)
        return TURNS;
    size_t turn = parry_hash_of(once.p, once.n).b[0] % TURNS;
    (void)pthread_mutex_lock(&a->turns[turn]);
    return turn;
}

void parry_copies_leave(parry_abuse *a, size_t turn)
{
    if (turn < TURNS)
        (void)pthread_mutex_unlock(&a->turns[turn]);
}

/* ---- work -------------------------------------------------------------------------------------------------------- */

static parry_secret tag_of(const parry_abuse *a, const unsigned char *bytes)
{
    return parry_secret_mac(&a->key, "challenge", parry_str_make((const char *)bytes, PLAIN));
}

void parry_work_make(const parry_abuse *a, int64_t now_ms, char out[PARRY_WORK_TEXT])
{
    unsigned char bytes[ALL];
    parry_arena *arena = parry_arena_new();
    parry_key_u64((uint64_t)(now_ms + (int64_t)PARRY_WORK_MINUTES * 60000), bytes);
    parry_random_bytes(bytes + 8, PLAIN - 8);
    parry_secret tag = tag_of(a, bytes);
    memcpy(bytes + PLAIN, tag.b, TAG);
    (void)snprintf(out, PARRY_WORK_TEXT, "%s", parry_base64_make(arena, bytes, sizeof bytes).p);
    parry_arena_free(arena);
}

static bool is_ours(const parry_abuse *a, parry_str challenge, int64_t now_ms)
{
    parry_arena *arena = parry_arena_new();
    parry_str raw;
    bool ours = parry_base64_read(arena, challenge, &raw) && raw.n == ALL;
    if (ours) {
        parry_secret tag = tag_of(a, (const unsigned char *)raw.p);
        ours = parry_secret_equal(tag.b, raw.p + PLAIN, TAG) && now_ms < (int64_t)parry_key_u64_read(raw);
    }
    parry_arena_free(arena);
    return ours;
}

static unsigned zero_bits(const parry_hash *h)
{
    unsigned n = 0;
    for (size_t i = 0; i < PARRY_HASH_BYTES; i++) {
        for (unsigned bit = 0x80; bit > 0; bit >>= 1, n++) {
            if (h->b[i] & bit)
                return n;
        }
    }
    return n;
}

parry_code parry_work_check(parry_abuse *a, parry_str challenge, parry_str answer, unsigned bits, int64_t now_ms,
                            parry_err *err)
{
    const parry_rate once = {.per_hour = 60 / PARRY_WORK_MINUTES, .burst_s = 0};
    parry_hasher h;
    if (challenge.n >= PARRY_WORK_TEXT || answer.n > ANSWER_MAX || !is_ours(a, challenge, now_ms))
        return parry_fail(err, PARRY_INVALID, "work.challenge is over its time; get another one");
    parry_hasher_start(&h);
    parry_hasher_add(&h, challenge.p, challenge.n);
    parry_hasher_add(&h, ".", 1);
    parry_hasher_add(&h, answer.p, answer.n);
    parry_hash hash = parry_hasher_end(&h);
    if (zero_bits(&hash) < bits)
        return parry_fail(err, PARRY_INVALID, "work.answer: SHA-256 of challenge.answer must begin with %u zero bits",
                          bits);
    if (parry_bucket_take(a->buckets, BY_CHALLENGE, challenge, once, parry_mono_ns()) > 0)
        return parry_fail(err, PARRY_INVALID, "work.challenge was used before; get another one");
    return PARRY_OK;
}

/* ---- addresses and attachments ----------------------------------------------------------------------------------- */

static bool is_atom(char c) { return isalnum((unsigned char)c) || strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL; }

/* Atoms between single dots. */
static bool good_local(parry_str s)
{
    bool fine = s.n > 0 && s.n <= 64 && s.p[0] != '.' && s.p[s.n - 1] != '.';
    for (size_t i = 0; i < s.n && fine; i++)
        fine = (s.p[i] != 0 && is_atom(s.p[i])) || (s.p[i] == '.' && s.p[i + 1] != '.');
    return fine;
}

static bool good_domain(parry_str s)
{
    parry_str label;
    size_t labels = 0;
    while (parry_str_split(&s, '.', &label)) {
        labels++;
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++) {
            if (!isalnum((unsigned char)label.p[i]) && label.p[i] != '-')
                return false;
        }
    }
    return labels > 1;
}

bool parry_email_good(parry_str s)
{
    size_t at = parry_str_find(s, parry_str_of("@"));
    return at < s.n && s.n <= PARRY_TICKET_EMAIL_MAX && good_local(parry_str_make(s.p, at)) &&
           good_domain(parry_str_from(s, at + 1));
}

bool parry_attachment_good(parry_str type, parry_str bytes)
{
    static const struct {
        const char *type, *begins;
        size_t n;
    } known[] = {{"image/png", "\x89PNG\r\n\x1A\n", 8},
                 {"image/jpeg", "\xFF\xD8\xFF", 3},
                 {"image/gif", "GIF8", 4},
                 {"application/pdf", "%PDF-", 5}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (parry_str_eqz(type, known[i].type))
            return bytes.n > known[i].n && memcmp(bytes.p, known[i].begins, known[i].n) == 0;
    }
    if (parry_str_eqz(type, "image/webp"))
        return bytes.n > 12 && memcmp(bytes.p, "RIFF", 4) == 0 && memcmp(bytes.p + 8, "WEBP", 4) == 0;
    return parry_str_eqz(type, "text/plain") && parry_utf8_valid(bytes, NULL) && memchr(bytes.p, 0, bytes.n) == NULL;
}
