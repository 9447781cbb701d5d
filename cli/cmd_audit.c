/* parry audit: the ledger against its chain. In a process of its own: the store trusts its pages, and may die of a bad
 * one; where it got to is then told by who waits. */
#include "cli/access.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/reports.h"

#include "access/secret.h"
#include "base/clock.h"
#include "ledger/checkpoint.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child writes, each at once, into the pipe. */
typedef struct told {
    uint64_t done, of;
} told;

typedef struct audit {
    parry_cli *cli;
    const char *noted; /* SEQ:HASH; "": none */
    int pipe[2];
    told last;
} audit;

/* ---- the child --------------------------------------------------------------------------------------------------- */

static void tell(void *ctx, uint64_t done, uint64_t of)
{
    const audit *a = ctx;
    const told t = {done, of};
    (void)!write(a->pipe[1], &t, sizeof t);
}

static parry_code read_noted(const char *text, parry_ledger_proof *proof, parry_err *err)
{
    char *end;
    if (*text == 0)
        return PARRY_OK;
    proof->known_seq = strtoull(text, &end, 10);
    if (*end == ':' && proof->known_seq > 0 && parry_hash_parse(parry_str_of(end + 1), &proof->known))
        return PARRY_OK;
    return parry_fail(err, PARRY_INVALID, "--noted: like 1234:HASH, as an audit before printed it");
}

static void print(const parry_ledger_report *r, bool with_key)
{
    char head[PARRY_HASH_HEX + 1], at[PARRY_TIME_TEXT] = "";
    parry_hash_hex(r->head, head);
    parry_time_text(r->checkpoint_ms, at);
    printf("%llu records are as they were written, %llu of them erased\n", (unsigned long long)r->records,
           (unsigned long long)r->erased);
    if (with_key && r->checkpoints > 0)
        printf("%llu signed checkpoints hold, the last over record %llu, of %s\n", (unsigned long long)r->checkpoints,
               (unsigned long long)r->checkpoint_seq, at);
    else
        printf("%s\n",
               with_key ? "no checkpoint was signed yet" : "checkpoints were not looked at: there is no secret");
    printf("head %llu:%s\n", (unsigned long long)r->records, head);
}

/* Without the secret the chain is all there is. */
static bool find_key(const audit *a, parry_ledger *ledger, parry_secret *key)
{
    parry_store *store = NULL;
    parry_access *access = NULL;
    parry_err err = {0};
    bool found = parry_store_open(a->cli->data, &store, &err) == PARRY_OK &&
                 parry_cli_access_over(a->cli, store, ledger, &access, &err) == PARRY_OK;
    if (found)
        parry_access_derive(access, PARRY_CHECKPOINT_PURPOSE, key);
    parry_access_close(access);
    parry_store_close(store);
    return found;
}

static int prove(audit *a)
{
    parry_err err = {0};
    parry_arena *arena = parry_arena_new();
    parry_ledger *ledger = NULL;
    parry_ledger_report report;
    parry_secret key;
    parry_ledger_proof proof = {.progress = tell, .ctx = a};
    parry_code code = read_noted(a->noted, &proof, &err);
    if (code == PARRY_OK)
        code = parry_ledger_open(parry_cli_path(a->cli, arena, "ledger"), NULL, &ledger, &err);
    if (code == PARRY_OK && find_key(a, ledger, &key))
        proof.key = key.b;
    if (code == PARRY_OK)
        code = parry_ledger_prove(ledger, &proof, &report, &err);
    if (code == PARRY_OK)
        print(&report, proof.key != NULL);
    parry_ledger_close(ledger);
    parry_arena_free(arena);
    return code == PARRY_OK ? 0 : parry_cli_fail("audit", &err);
}

/* ---- who waits --------------------------------------------------------------------------------------------------- */

static void follow(audit *a)
{
    told t;
    bool seen = isatty(STDERR_FILENO) != 0;
    while (read(a->pipe[0], &t, sizeof t) == (ssize_t)sizeof t) {
        a->last = t;
        if (seen && t.of > 0)
            fprintf(stderr, "\r%3llu %% of %llu records ", (unsigned long long)(100 * t.done / t.of),
                    (unsigned long long)t.of);
    }
    if (seen && a->last.of > 0)
        fprintf(stderr, "\r%40s\r", "");
}

static int verdict(const audit *a, int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    fprintf(stderr,
            "parry audit: behind record %llu: the pages of the file are damaged (reading them ended with signal %d)\n",
            (unsigned long long)a->last.done, WTERMSIG(status));
    return parry_code_exit(PARRY_CORRUPT);
}

static int run(audit *a)
{
    parry_err err = {0};
    int status = 0;
    fflush(NULL);
    if (pipe(a->pipe) != 0) {
        (void)parry_fail_errno(&err, "cannot make a pipe");
        return parry_cli_fail("audit", &err);
    }
    pid_t child = fork();
    if (child < 0) {
        (void)parry_fail_errno(&err, "cannot start a process");
        return parry_cli_fail("audit", &err);
    }
    if (child == 0) {
        (void)close(a->pipe[0]);
        int code = prove(a);
        fflush(NULL);
        _exit(code);
    }
    (void)close(a->pipe[1]);
    follow(a);
    (void)close(a->pipe[0]);
    if (waitpid(child, &status, 0) != child) {
        (void)parry_fail_errno(&err, "cannot wait for the process that reads");
        return parry_cli_fail("audit", &err);
    }
    return verdict(a, status);
}

/* ---- the command ------------------------------------------------------------------------------------------------- */

int cmd_audit(parry_cli *cli, int argc, char **argv)
{
    audit a = {.cli = cli, .noted = ""};
    const parry_option options[] = {{.name = "noted",
                                     .value = "SEQ:HASH",
                                     .text = &a.noted,
                                     .help = "A head that an audit before printed: the chain must go through it."},
                                    {0}};
    const parry_usage usage = {
        .command = "audit",
        .arguments = "[REPORT.json]",
        .least = 0,
        .most = 1,
        .options = options,
        .what =
            "Reads every record of the ledger and holds it against the chain of hashes and against the checkpoints "
            "that were\nsigned with the secret file; beside a running server, too. What is not as it was written is "
            "named by its\nnumber, and the exit is 8. The head that is printed, noted elsewhere, proves later that "
            "nothing up to it was\nchanged or cut off (docs/privacy.md).\nWith a report, every cell of it is made "
            "again "
            "from the records that it was made from, and held against it.",
        .examples = "  parry audit\n  parry audit --noted 48213:6f0c...\n  parry audit report.json\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    return first < argc ? parry_cli_audit_report(cli, argv[first]) : run(&a);
}
