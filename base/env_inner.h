/* What env.c and env_pages.c share. */
#ifndef PARRY_BASE_ENV_INNER_H
#define PARRY_BASE_ENV_INNER_H

#include "base/env.h"

#include <lmdb.h>
#include <stdatomic.h>

struct parry_env {
    MDB_env *env;
    atomic_uint writes; /* transactions that were begun */
};

static inline MDB_txn *parry_txn_raw(parry_txn *t) { return (MDB_txn *)t; }

#endif
