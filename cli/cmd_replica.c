/* parry replica: another server's articles and index, served from here. */
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/serve.h"

int cmd_replica(parry_cli *cli, int argc, char **argv)
{
    parry_replica_of of = {.poll_ms = 1000};
    parry_serving serving = {.command = "replica", .replica = &of};
    const parry_option options[] = {
        {.name = "key-file",
         .value = "FILE",
         .text = &of.key_file,
         .help = "A secret key of the primary's with the right to replicate."},
        {.name = "ca", .value = "FILE", .text = &of.ca, .help = "Who may have signed the primary's certificate (PEM)."},
        {.name = "plain", .flag = &of.plain, .help = "Allow http:// to another machine, in a network you trust."},
        {.name = "poll-ms",
         .value = "N",
         .number = &of.poll_ms,
         .least = 50,
         .most = 600000,
         .help = "Ask for news every N ms (default 1000)."},
        {.name = "listen",
         .value = "HOST:PORT",
         .text = &serving.listen,
         .help = "Where to listen (default 127.0.0.1:8080)."},
        {.name = "text-only", .flag = &serving.text_only, .help = "Do without the model: words alone, no meaning."},
        {0}};
    const parry_usage usage = {
        .command = "replica",
        .arguments = "URL",
        .least = 1,
        .most = 1,
        .options = options,
        .what =
            "Follows the server at URL: copies its articles and segments into DATA, checks them, and serves reads.\n"
            "While that server is away, what was copied goes on being served. DATA belongs to the replica alone.",
        .examples = "  parry replica https://help.example --key-file replica.key --data /var/lib/parry-replica\n"
                    "  parry replica http://127.0.0.1:8080 --key-file replica.key --listen 127.0.0.1:8081\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    of.url = argv[first];
    return parry_serve(cli, &serving);
}
