/* Rights and roles: the two tables. */
#include "access/rights.h"

enum {
    READER =
        1 << PARRY_RIGHT_SEARCH | 1 << PARRY_RIGHT_EVENTS | 1 << PARRY_RIGHT_HANDOFF | 1 << PARRY_RIGHT_ARTICLES_READ,
    AGENT = READER | 1 << PARRY_RIGHT_CASES_READ | 1 << PARRY_RIGHT_CASES_WRITE,
    AUTHOR = READER | 1 << PARRY_RIGHT_ARTICLES_WRITE,
    EDITOR = AUTHOR | 1 << PARRY_RIGHT_ARTICLES_PUBLISH,
    ANALYST = READER | 1 << PARRY_RIGHT_REPORTS,
    ALL = (1 << PARRY_RIGHTS) - (1 << PARRY_RIGHT_SEARCH),
};

static const struct {
    const char *name, *help;
} rights[PARRY_RIGHTS] = {
    [PARRY_RIGHT_OPEN] = {"open", "Asks for nothing."},
    [PARRY_RIGHT_SEARCH] = {"search", "Search, suggest, read published articles."},
    [PARRY_RIGHT_EVENTS] = {"events", "Send clicks, votes and views."},
    [PARRY_RIGHT_HANDOFF] = {"handoff", "Open a ticket where search did not help."},
    [PARRY_RIGHT_ARTICLES_READ] = {"articles.read", "Read every audience, drafts and sources."},
    [PARRY_RIGHT_ARTICLES_WRITE] = {"articles.write", "Create and change drafts."},
    [PARRY_RIGHT_ARTICLES_PUBLISH] = {"articles.publish", "Publish and withdraw."},
    [PARRY_RIGHT_REPORTS] = {"reports", "Read events, queries and what is made of them."},
    [PARRY_RIGHT_METRICS] = {"metrics", "Read the metrics."},
    [PARRY_RIGHT_OPERATE] = {"operate", "Generations, reindex, refresh."},
    [PARRY_RIGHT_REPLICATE] = {"replicate", "Copy everything that a replica needs."},
    [PARRY_RIGHT_KEYS] = {"keys", "Make, list and revoke keys."},
    [PARRY_RIGHT_PEOPLE] = {"people", "Add, change and remove people."},
    [PARRY_RIGHT_AUDIT] = {"audit", "Read who did what."},
    [PARRY_RIGHT_TICKETS] = {"tickets", "Say that a ticket was made elsewhere, or what became of it."},
    [PARRY_RIGHT_CASES_READ] = {"cases.read", "Read and export cases, and who their customers are."},
    [PARRY_RIGHT_CASES_WRITE] = {"cases.write", "Make, change and comment on cases."},
    [PARRY_RIGHT_PRIVACY] = {"privacy", "Read and erase all that is held about one visitor."},
};

static const struct {
    const char *name;
    parry_rights rights;
} roles[PARRY_ROLES] = {
    [PARRY_ROLE_AGENT] = {"agent", AGENT},    [PARRY_ROLE_AUTHOR] = {"author", AUTHOR},
    [PARRY_ROLE_EDITOR] = {"editor", EDITOR}, [PARRY_ROLE_ANALYST] = {"analyst", ANALYST},
    [PARRY_ROLE_ADMIN] = {"admin", ALL},
};

const char *parry_right_name(parry_right r) { return rights[r].name; }
const char *parry_right_help(parry_right r) { return rights[r].help; }
const char *parry_role_name(parry_role r) { return roles[r].name; }
parry_rights parry_role_rights(parry_role r) { return roles[r].rights; }

static parry_code no_right(parry_str name, parry_err *err)
{
    parry_buf known = PARRY_BUF(512);
    parry_rights_text(ALL, &known);
    parry_code code = parry_fail(err, PARRY_INVALID, "there is no right \"%.*s\"; there are %.*s, and `all`",
                                 PARRY_FMT(parry_utf8_cut(name, 40)), PARRY_FMT(parry_buf_str(&known)));
    parry_buf_free(&known);
    return code;
}

static parry_code add_right(parry_str name, parry_rights *set, parry_err *err)
{
    for (unsigned r = PARRY_RIGHT_OPEN + 1; r < PARRY_RIGHTS; r++) {
        if (parry_str_eqz(name, rights[r].name)) {
            *set |= parry_right_bit((parry_right)r);
            return PARRY_OK;
        }
    }
    if (!parry_str_eqz(name, "all"))
        return no_right(name, err);
    *set |= ALL;
    return PARRY_OK;
}

parry_code parry_rights_parse(parry_str names, parry_rights *out, parry_err *err)
{
    parry_rights set = 0;
    parry_code code = PARRY_OK;
    for (size_t i = 0; i < names.n && code == PARRY_OK;) {
        size_t end = i;
        while (end < names.n && names.p[end] != ' ' && names.p[end] != ',')
            end++;
        if (end > i)
            code = add_right(parry_str_make(names.p + i, end - i), &set, err);
        i = end + 1;
    }
    if (code == PARRY_OK)
        *out = set;
    return code;
}

void parry_rights_text(parry_rights set, parry_buf *out)
{
    const char *space = "";
    for (unsigned r = PARRY_RIGHT_OPEN + 1; r < PARRY_RIGHTS; r++) {
        if (!parry_rights_have(set, (parry_right)r))
            continue;
        parry_buf_printf(out, "%s%s", space, rights[r].name);
        space = " ";
    }
}

parry_code parry_role_parse(parry_str name, parry_role *out, parry_err *err)
{
    for (unsigned r = 0; r < PARRY_ROLES; r++) {
        if (parry_str_eqz(name, roles[r].name)) {
            *out = (parry_role)r;
            return PARRY_OK;
        }
    }
    return parry_fail(err, PARRY_INVALID,
                      "there is no role \"%.*s\"; the roles are agent, author, editor, analyst, admin",
                      PARRY_FMT(parry_utf8_cut(name, 40)));
}
