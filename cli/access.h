/* Access for the commands: opened over a store, with the configured secret and the audit. */
#ifndef PARRY_CLI_ACCESS_H
#define PARRY_CLI_ACCESS_H

#include "access/access.h"
#include "cli/cli.h"
#include "content/store.h"
#include "ledger/ledger.h"

/* *out over the store; its audit goes to the ledger. Both must outlive it; parry_access_close ends it. */
PARRY_MUST parry_code parry_cli_access_over(const parry_cli *cli, parry_store *store, parry_ledger *ledger,
                                            parry_access **out, parry_err *err);

/* The same with store and ledger of DATA, which need not exist yet. */
typedef struct parry_cli_house {
    parry_store *store;
    parry_ledger *ledger;
    parry_access *access;
} parry_cli_house;
PARRY_MUST parry_code parry_cli_house_open(const parry_cli *cli, parry_cli_house *out, parry_err *err);
void parry_cli_house_close(parry_cli_house *h); /* a zeroed one is fine */

/* Who sits at this terminal: "cli:NAME". */
parry_actor parry_cli_actor(parry_arena *a);
/* "90d", "12h", "30m", "45s" or "0" in ms. INVALID names what. */
PARRY_MUST parry_code parry_cli_duration(const char *text, const char *what, int64_t *ms, parry_err *err);

#endif
