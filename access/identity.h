/* Identity: who sent a request, and what that allows. Plain data; whoever makes one says how long its strings live. */
#ifndef PARRY_ACCESS_IDENTITY_H
#define PARRY_ACCESS_IDENTITY_H

#include "access/rights.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum parry_who {
    PARRY_WHO_ANYONE,     /* brought nothing */
    PARRY_WHO_SEARCH_KEY, /* a key that may be seen by everybody */
    PARRY_WHO_SECRET_KEY, /* a key that a program keeps to itself */
    PARRY_WHO_USER,       /* a customer or merchant whom the site signed in: a token */
    PARRY_WHO_PERSON      /* one of the people who run this: a session */
} parry_who;

/* What a key narrows every search of its holder to, on top of what a request asks for. */
typedef struct parry_narrowing {
    parry_str field, value; /* "category", "Refunds"; of one field any will do, different fields must all hold */
} parry_narrowing;

typedef struct parry_identity {
    parry_who who;
    parry_str id;         /* of the key, the person, or the token's subject (hashed); empty for anyone */
    parry_rights rights;  /* never more than was given */
    bool any_audience;    /* may name every audience, the internal one too */
    parry_str *audiences; /* else only these; none: those open to the public */
    size_t naudiences;
    parry_str locale; /* only articles of it; empty: all */
    const parry_narrowing *narrowings;
    size_t nnarrowings;
    parry_str csrf; /* of a session: what writes must send along; else empty */
} parry_identity;

#ifdef __cplusplus
}
#endif
#endif
