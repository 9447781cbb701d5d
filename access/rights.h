/* Rights and roles: one table of what may be done and who may do it. A route asks for one right; a key holds a set of
 * them; a person holds those of a role. Pure; any thread. */
#ifndef PARRY_ACCESS_RIGHTS_H
#define PARRY_ACCESS_RIGHTS_H

#include "base/str.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_right {
    PARRY_RIGHT_OPEN,             /* asks for nothing: health, pages, how to sign in */
    PARRY_RIGHT_SEARCH,           /* search, suggest, and read the published articles of one's audiences */
    PARRY_RIGHT_EVENTS,           /* say what happened: clicks, votes, views */
    PARRY_RIGHT_HANDOFF,          /* open a ticket where search did not help */
    PARRY_RIGHT_ARTICLES_READ,    /* every audience, drafts and sources too; and why an article is hidden */
    PARRY_RIGHT_ARTICLES_WRITE,   /* create and change drafts */
    PARRY_RIGHT_ARTICLES_PUBLISH, /* publish, withdraw, change what is published */
    PARRY_RIGHT_REPORTS,          /* read events, queries and what is made of them */
    PARRY_RIGHT_METRICS,          /* /metrics */
    PARRY_RIGHT_OPERATE,          /* generations, reindex, refresh */
    PARRY_RIGHT_REPLICATE,        /* copy everything that a replica needs */
    PARRY_RIGHT_KEYS,             /* make, list and revoke keys */
    PARRY_RIGHT_PEOPLE,           /* the same with people */
    PARRY_RIGHT_AUDIT,            /* read who did what */
    PARRY_RIGHT_TICKETS,          /* say that a ticket was made elsewhere, or what became of it */
    PARRY_RIGHT_CASES_READ,       /* every case, with its customer and what was said, and their export */
    PARRY_RIGHT_CASES_WRITE,      /* make, change and comment on them */
    PARRY_RIGHT_PRIVACY,          /* read and erase all that is held about one person */
    PARRY_RIGHTS
} parry_right;

typedef uint32_t parry_rights; /* a bit each parry_right; OPEN has none */

static inline parry_rights parry_right_bit(parry_right r) { return r == PARRY_RIGHT_OPEN ? 0 : (parry_rights)1 << r; }
static inline bool parry_rights_have(parry_rights set, parry_right r)
{
    return r == PARRY_RIGHT_OPEN || (set & parry_right_bit(r)) != 0;
}
const char *parry_right_name(parry_right r); /* "articles.read" */
const char *parry_right_help(parry_right r);
/* "search events" or "search,events"; "all" is every one. INVALID names the first that is unknown. */
PARRY_MUST parry_code parry_rights_parse(parry_str names, parry_rights *out, parry_err *err);
void parry_rights_text(parry_rights set, parry_buf *out); /* names, one space between */

typedef enum parry_role {
    PARRY_ROLE_AGENT,   /* answers customers */
    PARRY_ROLE_AUTHOR,  /* writes articles */
    PARRY_ROLE_EDITOR,  /* publishes them */
    PARRY_ROLE_ANALYST, /* reads reports */
    PARRY_ROLE_ADMIN,
    PARRY_ROLES
} parry_role;
const char *parry_role_name(parry_role r); /* "agent" */
parry_rights parry_role_rights(parry_role r);
PARRY_MUST parry_code parry_role_parse(parry_str name, parry_role *out, parry_err *err);

#ifdef __cplusplus
}
#endif
#endif
