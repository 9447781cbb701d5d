/* Any bytes as X-Forwarded-For or Forwarded, and as a list of trusted networks: who is not trusted is never believed,
 * and an address that was read means the same when it is written out. */
#include "api/limits/proxies.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static bool same(const parry_ip *a, const parry_ip *b) { return memcmp(a->byte, b->byte, sizeof a->byte) == 0; }

static void check_ip(const parry_ip *ip)
{
    char text[PARRY_IP_TEXT];
    parry_ip again = {{0}};
    parry_ip_text(ip, text);
    must(parry_ip_parse(parry_str_of(text), &again) && same(ip, &again));
}

static void walk(parry_proxies *p, parry_str header)
{
    parry_ip stranger = {{0}}, proxy = {{0}};
    must(parry_ip_parse(parry_str_of("203.0.113.9"), &stranger) && parry_ip_parse(parry_str_of("10.1.2.3"), &proxy));
    parry_ip at = parry_proxies_client(p, stranger, header);
    must(same(&at, &stranger));
    at = parry_proxies_client(p, proxy, header);
    check_ip(&at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    parry_str text = parry_str_make((const char *)data, size);
    parry_proxies p = {.n = 0}, other = {.n = 0};
    parry_ip ip;
    if (parry_ip_parse(text, &ip))
        check_ip(&ip);
    must(parry_proxies_parse(parry_str_of("10.0.0.0/8 fd00::/8 192.0.2.1"), &p, NULL) == PARRY_OK);
    for (int forwarded = 0; forwarded < 2; forwarded++) {
        p.forwarded = forwarded != 0;
        walk(&p, text);
    }
    parry_err err = {0};
    if (parry_proxies_parse(text, &other, &err) != PARRY_OK)
        must(err.code == PARRY_INVALID && err.msg[0] != 0 && other.n == 0);
    must(other.n <= PARRY_PROXIES_MAX);
    return 0;
}
