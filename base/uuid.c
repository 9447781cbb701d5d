/* UUIDs of version 7 (RFC 9562, section 5.7): 48 bits of Unix ms, 4 of version, 12 random, 2 of variant, 62 random. */
#include "base/uuid.h"

#include "base/hash.h"

parry_uuid parry_uuid_v7(int64_t unix_ms)
{
    parry_uuid u;
    parry_random_bytes(u.b, sizeof u.b);
    for (unsigned i = 0; i < 6; i++)
        u.b[i] = (unsigned char)((uint64_t)unix_ms >> (40 - 8 * i));
    u.b[6] = (unsigned char)(0x70 | (u.b[6] & 0x0F));
    u.b[8] = (unsigned char)(0x80 | (u.b[8] & 0x3F));
    return u;
}

parry_uuid parry_uuid_of(const unsigned char bytes[PARRY_UUID_BYTES])
{
    parry_uuid u;
    memcpy(u.b, bytes, sizeof u.b);
    u.b[6] = (unsigned char)((u.b[6] & 0x0F) | 0x40);
    u.b[8] = (unsigned char)((u.b[8] & 0x3F) | 0x80);
    return u;
}

bool parry_uuid_none(parry_uuid u) { return parry_uuid_eq(u, (parry_uuid){{0}}); }
bool parry_uuid_eq(parry_uuid a, parry_uuid b) { return memcmp(a.b, b.b, sizeof a.b) == 0; }

/* Whether a dash stands before this byte. */
static bool dash_before(unsigned byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

void parry_uuid_text(parry_uuid u, char out[PARRY_UUID_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < sizeof u.b; i++) {
        if (dash_before(i))
            *out++ = '-';
        *out++ = digits[u.b[i] >> 4];
        *out++ = digits[u.b[i] & 0x0F];
    }
    *out = 0;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool parry_uuid_parse(parry_str text, parry_uuid *out)
{
    parry_uuid u;
    const char *p = text.p;
    if (text.n != PARRY_UUID_TEXT - 1)
        return false;
    for (unsigned i = 0; i < sizeof u.b; i++, p += 2) {
        if (dash_before(i) && *p++ != '-')
            return false;
        int high = digit(p[0]), low = digit(p[1]);
        if (high < 0 || low < 0)
            return false;
        u.b[i] = (unsigned char)(high << 4 | low);
    }
    int version = u.b[6] >> 4;
    if ((version != 4 && version != 7) || u.b[8] >> 6 != 2)
        return false;
    *out = u;
    return true;
}
