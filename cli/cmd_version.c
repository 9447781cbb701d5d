/* parry version: what this program is made of, for bug reports. */
#include "cli/commands.h"
#include "cli/options.h"

#include "engine/analyse.h"
#include "engine/segment.h"

#include <stdio.h>

static void print_simd(void)
{
    printf("simd:      ");
#if defined(__x86_64__)
    __builtin_cpu_init();
    printf("%s%s%s%s%s\n", __builtin_cpu_supports("avx2") ? "avx2 " : "baseline ",
           __builtin_cpu_supports("fma") ? "fma " : "", __builtin_cpu_supports("avx512f") ? "avx512 " : "",
           __builtin_cpu_supports("avx512vnni") ? "vnni " : "", __builtin_cpu_supports("avx512bf16") ? "bf16 " : "");
#else
    printf("not x86-64\n");
#endif
}

static void print_model(const parry_cli *cli)
{
    parry_encoder *e = NULL;
    parry_err err = {0};
    char id[PARRY_HASH_HEX + 1];
    if (parry_cli_encoder(cli, &e, &err) != PARRY_OK) {
        printf("model:     none: %s\n", err.msg);
        return;
    }
    parry_hash_hex(parry_encoder_identity(e), id);
    printf("model:     %s, %zu dimensions, %zu tokens, %s, identity %.16s\n", parry_encoder_name(e),
           parry_encoder_dim(e), parry_encoder_max_tokens(e),
           parry_encoder_precision(e) == PARRY_PRECISION_BF16 ? "bf16" : "f32", id);
    parry_encoder_close(e);
}

int cmd_version(parry_cli *cli, int argc, char **argv)
{
    const parry_usage usage = {
        .command = "version",
        .what = "Prints the versions of Parry, its formats, its libraries and its model, and the SIMD "
                "extensions in use.",
        .examples = "  parry version\n"};
    int first, code;
    if (!parry_options_parse(cli, &usage, argc, argv, &first, &code))
        return code;
    printf("parry %s\n", PARRY_VERSION);
    printf("formats:   segment %d, analyser %s\n", PARRY_SEGMENT_FORMAT, parry_analyser_identity);
    printf("libraries: %s\n", PARRY_LIBRARIES);
    printf("compiler:  %s\n", __VERSION__);
    print_simd();
    print_model(cli);
    return 0;
}
