/* What it costs to see whose key, token or session a request brings, with 1,000 keys in the store.
 *     build/release/bench_access */
#include "bench.h"

#include "access/keys.h"
#include "access/people.h"
#include "access/sessions.h"
#include "base/file.h"

enum { KEYS = 1000, ROUNDS = 20000 };

static parry_err err;

static int64_t time_of(parry_access *x, parry_arena *a, parry_str text, bool session)
{
    parry_identity who;
    int64_t start = cpu_ns();
    for (int i = 0; i < ROUNDS; i++) {
        must(session ? parry_session_find(x, a, text, &who, &err) : parry_key_verify(x, a, text, &who, &err), &err);
        parry_arena_reset(a);
    }
    return (cpu_ns() - start) / ROUNDS;
}

int main(void)
{
    char dir[] = "/tmp/parry-bench-XXXXXX", path[64];
    const parry_actor by = {parry_str_of("bench"), {NULL, 0}};
    parry_arena *kept = parry_arena_new(), *a = parry_arena_new();
    parry_env *env = NULL;
    parry_access *x = NULL;
    parry_str secret, search, token;
    if (mkdtemp(dir) == NULL)
        return 1;
    (void)snprintf(path, sizeof path, "%s/secret", dir);
    must(parry_env_open(dir, (size_t)1 << 30, 8, &env, &err), &err);
    const parry_access_options o = {.secret_file = path,
                                    .clock = parry_clock_system(),
                                    .session_idle_ms = 3600000,
                                    .session_absolute_ms = 3600000,
                                    .default_audience = "customer",
                                    .light = true};
    must(parry_access_open(env, &o, &x, &err), &err);
    parry_key out, k = {.name = parry_str_of("k"), .rights = parry_right_bit(PARRY_RIGHT_SEARCH)};
    for (int i = 0; i < KEYS; i++)
        must(parry_key_create(x, kept, &by, &k, &out, &secret, &err), &err);
    const parry_limits none = {.naudiences = 0};
    must(parry_key_derive(kept, secret, &none, parry_clock_now_ms(o.clock) + 3600000, &search, &err), &err);
    must(parry_link_make(x, kept, 60000, &token, &err), &err);
    parry_session s;
    parry_sign_in_end end;
    int64_t wait;
    must(parry_link_redeem(x, kept, token, parry_str_of("::1"), &s, &end, &wait, &err), &err);
    printf("secret key %lld ns, derived search key %lld ns, session %lld ns\n", (long long)time_of(x, a, secret, false),
           (long long)time_of(x, a, search, false), (long long)time_of(x, a, s.token, true));
    parry_access_close(x);
    parry_env_close(env);
    must(parry_tree_remove(dir, &err), &err);
    parry_arena_free(kept);
    parry_arena_free(a);
    return 0;
}
