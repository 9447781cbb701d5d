/* parry keys: make, list, rotate, revoke and derive the keys of programs. Works on DATA itself, beside a running server
 * too: that sees every change with its next request. */
#include "cli/access.h"
#include "cli/commands.h"
#include "cli/options.h"

#include "access/keys.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct wishes {
    const char *name, *rights, *audiences, *locale, *filters, *expires, *grace;
    bool search, json;
} wishes;

typedef struct desk {
    const wishes *w;
    const char *what; /* the argument after the verb; NULL: none */
    parry_arena *a;
    parry_access *x;
    parry_actor by;
} desk;

/* ---- limits -------------------------------------------------------------------------------------------------------
 */

static json_t *list_json(const char *text)
{
    json_t *list = json_array();
    parry_str rest = parry_str_of(text), one;
    while (parry_str_split(&rest, ',', &one)) {
        one = parry_str_trim(one);
        (void)json_array_append_new(list, json_stringn(one.p, one.n));
    }
    return list;
}

/* "category=Refunds,tag=fees" */
static parry_code filters_json(const char *text, json_t *out, parry_err *err)
{
    parry_str rest = parry_str_of(text), pair;
    while (parry_str_split(&rest, ',', &pair)) {
        size_t eq = parry_str_find(pair, parry_str_of("="));
        char field[32];
        if (eq == 0 || eq >= pair.n || eq >= sizeof field)
            return parry_fail(err, PARRY_INVALID,
                              "--filters: FIELD=VALUE pairs with commas between, like category=Refunds");
        (void)snprintf(field, sizeof field, "%.*s", (int)eq, pair.p);
        if (json_object_get(out, field) == NULL)
            (void)json_object_set_new(out, field, json_array());
        parry_str value = parry_str_from(pair, eq + 1);
        (void)json_array_append_new(json_object_get(out, field), json_stringn(value.p ? value.p : "", value.n));
    }
    return PARRY_OK;
}

static parry_code read_limits(const desk *d, parry_limits *out, parry_err *err)
{
    const wishes *w = d->w;
    json_t *j = json_object(), *filters = json_object();
    parry_code code = w->filters ? filters_json(w->filters, filters, err) : PARRY_OK;
    if (w->filters)
        (void)json_object_set(j, "filters", filters);
    if (w->audiences)
        (void)json_object_set_new(j, "audiences", list_json(w->audiences));
    if (w->locale)
        (void)json_object_set_new(j, "locale", json_string(w->locale));
    if (code == PARRY_OK)
        code = parry_limits_read(d->a, j, out, err);
    json_decref(filters);
    json_decref(j);
    return code;
}

static parry_code read_end(const char *expires, int64_t *ms, parry_err *err)
{
    int64_t in = 0;
    if (expires == NULL)
        return PARRY_OK;
    parry_code code = parry_cli_duration(expires, "expires", &in, err);
    if (code == PARRY_OK)
        *ms = in ? parry_clock_now_ms(parry_clock_system()) + in : 0;
    return code;
}

/* ---- the verbs ----------------------------------------------------------------------------------------------------
 */

static parry_code create(desk *d, parry_err *err)
{
    parry_key k = {.kind = d->w->search ? PARRY_KEY_SEARCH : PARRY_KEY_SECRET}, made;
    parry_str text;
    k.name = parry_str_of(d->w->name ? d->w->name : "");
    parry_code code = read_limits(d, &k.limits, err);
    if (code == PARRY_OK && d->w->rights)
        code = parry_rights_parse(parry_str_of(d->w->rights), &k.rights, err);
    if (code == PARRY_OK)
        code = read_end(d->w->expires, &k.expires_ms, err);
    if (code == PARRY_OK)
        code = parry_key_create(d->x, d->a, &d->by, &k, &made, &text, err);
    if (code == PARRY_OK)
        printf("%.*s\n", PARRY_FMT(text));
    return code;
}

static const char *day(int64_t ms, char out[PARRY_TIME_TEXT])
{
    if (ms == 0)
        return "-";
    parry_time_text(ms, out);
    out[16] = 0;
    return out;
}

static void print_key(const parry_key *k, bool json)
{
    char created[PARRY_TIME_TEXT], used[PARRY_TIME_TEXT], expires[PARRY_TIME_TEXT];
    parry_buf rights = PARRY_BUF(1024);
    json_t *limits = parry_limits_json(&k->limits);
    const char *kind = k->kind == PARRY_KEY_SEARCH ? "search" : "secret";
    const char *state = k->revoked_ms                                                                ? "revoked"
                        : k->expires_ms && k->expires_ms <= parry_clock_now_ms(parry_clock_system()) ? "expired"
                                                                                                     : "valid";
    parry_rights_text(k->rights, &rights);
    if (json) {
        json_t *j = json_pack("{s:s%, s:s, s:s%, s:s, s:s, s:O, s:I, s:I, s:I}", "id", k->id.p, k->id.n, "kind", kind,
                              "name", k->name.p, k->name.n, "state", state, "rights", rights.p ? rights.p : "",
                              "limits", limits, "created_ms", (json_int_t)k->created_ms, "used_ms",
                              (json_int_t)k->used_ms, "expires_ms", (json_int_t)k->expires_ms);
        (void)json_dumpf(j, stdout, JSON_COMPACT);
        (void)putchar('\n');
        json_decref(j);
    } else {
        char *text = json_dumps(limits, JSON_COMPACT);
        printf("%.*s\t%s\t%s\t%.*s\t%.*s\t%s\t%s\t%s\t%s\n", PARRY_FMT(k->id), kind, state, PARRY_FMT(k->name),
               PARRY_FMT(parry_buf_str(&rights)), text, day(k->created_ms, created), day(k->used_ms, used),
               day(k->expires_ms, expires));
        free(text);
    }
    json_decref(limits);
    parry_buf_free(&rights);
}

static parry_code list(desk *d, parry_err *err)
{
    parry_key *keys = NULL;
    size_t n = 0;
    parry_code code = parry_key_list(d->x, d->a, parry_str_make(NULL, 0), PARRY_KEYS_MAX, &keys, &n, err);
    if (code == PARRY_OK && !d->w->json)
        printf("id\tkind\tstate\tname\trights\tlimits\tcreated\tused\texpires\n");
    for (size_t i = 0; code == PARRY_OK && i < n; i++)
        print_key(&keys[i], d->w->json);
    return code;
}

static parry_code rotate(desk *d, parry_err *err)
{
    int64_t grace = 0, end = 0;
    parry_str text;
    parry_code code = parry_cli_duration(d->w->grace, "grace", &grace, err);
    if (code == PARRY_OK)
        code = read_end(d->w->expires, &end, err);
    if (code == PARRY_OK)
        code = parry_key_rotate(d->x, d->a, &d->by, parry_str_of(d->what), grace, end, &text, err);
    if (code == PARRY_OK)
        printf("%.*s\n", PARRY_FMT(text));
    return code;
}

static parry_code revoke(desk *d, parry_err *err) { return parry_key_revoke(d->x, &d->by, parry_str_of(d->what), err); }

/* A secret is not given as an argument: every program on the machine may read those. */
static parry_code derive(desk *d, parry_err *err)
{
    char line[256];
    parry_limits limits;
    int64_t end = 0;
    parry_str text;
    if (fgets(line, sizeof line, stdin) == NULL)
        return parry_fail(err, PARRY_INVALID, "derive reads the secret key from standard input");
    parry_code code = read_limits(d, &limits, err);
    if (code == PARRY_OK)
        code = read_end(d->w->expires, &end, err);
    if (code == PARRY_OK)
        code = parry_key_derive(d->a, parry_str_trim(parry_str_of(line)), &limits, end, &text, err);
    if (code == PARRY_OK)
        printf("%.*s\n", PARRY_FMT(text));
    return code;
}

static const struct {
    const char *name;
    bool of_one, offline;
    parry_code (*run)(desk *d, parry_err *err);
} verbs[] = {{"create", false, false, create},
             {"list", false, false, list},
             {"rotate", true, false, rotate},
             {"revoke", true, false, revoke},
             {"derive", false, true, derive}};
enum { VERBS = sizeof verbs / sizeof *verbs };

static int run(const parry_cli *cli, size_t verb, desk *d)
{
    parry_err err = {0};
    parry_cli_house house = {NULL, NULL, NULL};
    d->a = parry_arena_new();
    d->by = parry_cli_actor(d->a);
    parry_code code = verbs[verb].offline ? PARRY_OK : parry_cli_house_open(cli, &house, &err);
    d->x = house.access;
    if (code == PARRY_OK)
        code = verbs[verb].run(d, &err);
    parry_cli_house_close(&house);
    parry_arena_free(d->a);
    return code == PARRY_OK ? 0 : parry_cli_fail("keys", &err);
}

int cmd_keys(parry_cli *cli, int argc, char **argv)
{
    wishes w = {.grace = "24h"};
    const parry_option options[] = {
        {.name = "name", .value = "NAME", .text = &w.name, .help = "create: what it is for."},
        {.name = "rights", .value = "RIGHTS", .text = &w.rights, .help = "create: rights of a secret key, or all."},
        {.name = "search", .flag = &w.search, .help = "create: a search key, safe in a browser."},
        {.name = "audiences", .value = "LIST", .text = &w.audiences, .help = "create, derive: only these audiences."},
        {.name = "locale", .value = "LOCALE", .text = &w.locale, .help = "create, derive: only this language."},
        {.name = "filters",
         .value = "FIELD=VALUE,...",
         .text = &w.filters,
         .help = "create, derive: only these articles (category, product, tag)."},
        {.name = "expires", .value = "TIME", .text = &w.expires, .help = "create, derive, rotate: its end, like 90d."},
        {.name = "grace",
         .value = "TIME",
         .text = &w.grace,
         .help = "rotate: the old one works so long (default 24h)."},
        {.name = "json", .flag = &w.json, .help = "list: JSON, one object a line."},
        {0}};
    const parry_usage usage = {
        .command = "keys",
        .arguments = "create | list | rotate ID | revoke ID | derive",
        .least = 1,
        .most = 2,
        .options = options,
        .what = "Keys of programs. A key is printed once, when it is made; only its hash is kept. A running server "
                "sees every\n"
                "change at once. `derive` makes a search key out of a secret one (standard input), without DATA.",
        .examples = "  parry keys create --name 'article sync' --rights 'articles.write articles.publish'\n"
                    "  parry keys create --search --name 'shop front' --audiences customer --expires 365d\n"
                    "  parry keys list\n"
                    "  parry keys rotate 0123456789ab --grace 7d\n"
                    "  parry keys revoke 0123456789ab\n"
                    "  parry keys derive --audiences merchant --expires 1h < secret-key.txt\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    for (size_t v = 0; v < VERBS; v++) {
        if (strcmp(argv[first], verbs[v].name) != 0)
            continue;
        if ((argc - first == 2) != verbs[v].of_one)
            return parry_cli_misuse("keys", "%s %s", verbs[v].name,
                                    verbs[v].of_one ? "needs a key's id" : "takes no argument");
        desk d = {.w = &w, .what = verbs[v].of_one ? argv[first + 1] : NULL};
        return run(cli, v, &d);
    }
    return parry_cli_misuse("keys", "there is no `parry keys %s`", argv[first]);
}
