/* Any bytes as text: ids stay within the vocabulary and the room, and counting agrees with tokenizing. */
#include "base/file.h"
#include "models/tokenizer.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static parry_tokenizer *tokenizer;

/* Single bytes, some pieces longer, some not ASCII. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    parry_buf b = PARRY_BUF(1 << 16);
    parry_buf_addz(&b, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##do\n##doing\n\346\211\213\n##\314\201\n\303\237\n");
    for (char c = '!'; c < 127; c++)
        parry_buf_printf(&b, "%c\n##%c\n", c, c);
    char path[64];
    snprintf(path, sizeof path, "/tmp/fuzz-tokenizer-%d", (int)getpid());
    if (parry_file_replace(path, parry_buf_str(&b), NULL) != PARRY_OK ||
        parry_tokenizer_open(path, true, &tokenizer, NULL) != PARRY_OK)
        abort();
    unlink(path);
    parry_buf_free(&b);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { CAP = 4096 };
    static int32_t ids[CAP];
    parry_str text = parry_str_make((const char *)data, size);
    size_t room = size > 0 ? 2 + data[0] % 200U : 2, words = parry_tokenizer_words(tokenizer);
    size_t few = parry_tokenize(tokenizer, text, ids, room), all = parry_tokenize(tokenizer, text, ids, CAP);
    if (few > room || few < 2 || (all < CAP && all != parry_token_count(tokenizer, text) + 2))
        abort();
    for (size_t i = 0; i < all; i++)
        if (ids[i] < 0 || (size_t)ids[i] >= words)
            abort();
    return 0;
}
