/* Any bytes as a safetensors file: an error or tensors that can be read, never a crash. */
#include "base/file.h"
#include "models/safetensors.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const parry_safetensors *f, const char *name)
{
    parry_tensor t;
    if (parry_safetensors_find(f, name, &t, NULL) != PARRY_OK || t.dtype == PARRY_DTYPE_OTHER)
        return;
    float *out = parry_malloc(t.count * sizeof *out);
    parry_tensor_floats(&t, 0, t.count, out);
    free(out);
}

/* Written plainly: syncing each input to the disk would be all the time there is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/fuzz-safetensors-%d", (int)getpid());
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        abort();
    fwrite(data, 1, size, file);
    fclose(file);
    parry_safetensors *f = NULL;
    if (parry_safetensors_open(path, &f, NULL) == PARRY_OK) {
        read_all(f, "a");
        read_all(f, "b");
        parry_safetensors_close(f);
    }
    unlink(path);
    return 0;
}
