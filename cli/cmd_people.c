/* parry people: who runs the help centre. Works on DATA itself, beside a running server too. */
#include "cli/access.h"
#include "cli/commands.h"
#include "cli/options.h"

#include "access/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

typedef struct desk {
    const char *name, *role_name;
    bool json;
    parry_str id;
    const char *second; /* the argument after the id; NULL: none */
    parry_role role;
    parry_arena *a;
    parry_access *x;
    parry_actor by;
} desk;

/* ---- the password -------------------------------------------------------------------------------------------------
 */

/* A line of standard input, not shown where that is a terminal. Never an argument: every program may read those. */
static bool read_line(const char *ask, char *line, size_t cap)
{
    struct termios was, quiet;
    bool terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
    if (terminal) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%s: ", ask);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool got = fgets(line, (int)cap, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        (void)fputc('\n', stderr);
    }
    return got;
}

static parry_code read_password(parry_arena *a, parry_str *out, parry_err *err)
{
    char line[600];
    if (!read_line("Password", line, sizeof line))
        return parry_fail(err, PARRY_INVALID, "the password is read from standard input, one line");
    line[strcspn(line, "\r\n")] = 0;
    *out = parry_str_copy(a, parry_str_of(line));
    return PARRY_OK;
}

/* ---- the verbs ----------------------------------------------------------------------------------------------------
 */

static parry_code add(desk *d, parry_err *err)
{
    const parry_person p = {.id = d->id, .name = parry_str_of(d->name), .role = d->role};
    parry_str password;
    parry_code code = read_password(d->a, &password, err);
    return code == PARRY_OK ? parry_person_add(d->x, &d->by, &p, password, err) : code;
}

static void print_person(const parry_person *p, bool json)
{
    char created[PARRY_TIME_TEXT], seen[PARRY_TIME_TEXT] = "-";
    parry_time_text(p->created_ms, created);
    if (p->signed_in_ms)
        parry_time_text(p->signed_in_ms, seen);
    if (!json) {
        printf("%.*s\t%.*s\t%s\t%s\t%s\t%s\t%s\n", PARRY_FMT(p->id), PARRY_FMT(p->name), parry_role_name(p->role),
               p->locked ? "locked" : "open", p->two_factor ? "codes" : "password", created, seen);
        return;
    }
    json_t *j = json_pack("{s:s%, s:s%, s:s, s:b, s:b, s:s, s:s}", "id", p->id.p, p->id.n, "name", p->name.p, p->name.n,
                          "role", parry_role_name(p->role), "locked", p->locked, "two_factor", p->two_factor, "created",
                          created, "signed_in", seen);
    (void)json_dumpf(j, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(j);
}

static parry_code list(desk *d, parry_err *err)
{
    parry_person *people = NULL;
    size_t n = 0;
    parry_code code = parry_person_list(d->x, d->a, parry_str_make(NULL, 0), PARRY_PEOPLE_MAX, &people, &n, err);
    if (code == PARRY_OK && !d->json)
        printf("id\tname\trole\tstate\tsigns in by\tcreated\tlast sign-in\n");
    for (size_t i = 0; code == PARRY_OK && i < n; i++)
        print_person(&people[i], d->json);
    return code;
}

static parry_code role(desk *d, parry_err *err)
{
    parry_code code = parry_role_parse(parry_str_of(d->second), &d->role, err);
    return code == PARRY_OK ? parry_person_set_role(d->x, &d->by, d->id, d->role, err) : code;
}

static parry_code password(desk *d, parry_err *err)
{
    parry_str text;
    parry_code code = read_password(d->a, &text, err);
    return code == PARRY_OK ? parry_person_set_password(d->x, &d->by, d->id, text, err) : code;
}

static parry_code lock(desk *d, parry_err *err) { return parry_person_lock(d->x, &d->by, d->id, true, err); }
static parry_code unlock(desk *d, parry_err *err) { return parry_person_lock(d->x, &d->by, d->id, false, err); }
static parry_code drop(desk *d, parry_err *err) { return parry_person_remove(d->x, &d->by, d->id, err); }
static parry_code codes_off(desk *d, parry_err *err) { return parry_person_codes_off(d->x, &d->by, d->id, err); }

static const struct {
    const char *name;
    int arguments; /* after the verb */
    parry_code (*run)(desk *d, parry_err *err);
} verbs[] = {{"add", 1, add},   {"list", 0, list},     {"role", 2, role},   {"password", 1, password},
             {"lock", 1, lock}, {"unlock", 1, unlock}, {"remove", 1, drop}, {"codes-off", 1, codes_off}};
enum { VERBS = sizeof verbs / sizeof *verbs };

static int run(const parry_cli *cli, size_t verb, desk *d)
{
    parry_err err = {0};
    parry_cli_house house = {NULL, NULL, NULL};
    d->a = parry_arena_new();
    d->by = parry_cli_actor(d->a);
    parry_code code = parry_role_parse(parry_str_of(d->role_name), &d->role, &err);
    if (code == PARRY_OK)
        code = parry_cli_house_open(cli, &house, &err);
    d->x = house.access;
    if (code == PARRY_OK)
        code = verbs[verb].run(d, &err);
    parry_cli_house_close(&house);
    parry_arena_free(d->a);
    return code == PARRY_OK ? 0 : parry_cli_fail("people", &err);
}

int cmd_people(parry_cli *cli, int argc, char **argv)
{
    desk d = {.name = "", .role_name = "author"};
    const parry_option options[] = {
        {.name = "name", .value = "NAME", .text = &d.name, .help = "add: their name, for other people."},
        {.name = "role",
         .value = "ROLE",
         .text = &d.role_name,
         .help = "add: agent, author (default), editor, analyst, admin."},
        {.name = "json", .flag = &d.json, .help = "list: JSON, one object a line."},
        {0}};
    const parry_usage usage = {
        .command = "people",
        .arguments = "add ID | list | role ID ROLE | password ID | lock ID | unlock ID | codes-off ID | remove ID",
        .least = 1,
        .most = 3,
        .options = options,
        .what =
            "The people who run the help centre, and what each may do (docs/access.md). A password is read from "
            "standard\n"
            "input. A running server sees every change at once; a new password, a lock and a removal end all sessions.",
        .examples = "  parry people add ada --name 'Ada L.' --role editor\n"
                    "  parry people list\n"
                    "  parry people role ada admin\n"
                    "  parry people password ada < new-password.txt\n"
                    "  parry people lock ada\n"
                    "  parry people codes-off ada      # lost the phone and the recovery codes\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    for (size_t v = 0; v < VERBS; v++) {
        if (strcmp(argv[first], verbs[v].name) != 0)
            continue;
        if (argc - first - 1 != verbs[v].arguments)
            return parry_cli_misuse("people", "%s takes %d argument(s)", verbs[v].name, verbs[v].arguments);
        d.id = parry_str_of(verbs[v].arguments > 0 ? argv[first + 1] : "");
        d.second = verbs[v].arguments > 1 ? argv[first + 2] : NULL;
        return run(cli, v, &d);
    }
    return parry_cli_misuse("people", "there is no `parry people %s`", argv[first]);
}
