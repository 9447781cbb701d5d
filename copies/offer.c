#include "copies/offer.h"

#include "base/file.h"
#include "engine/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Made when it is first asked for; of two who make it at once one wins, by link(2). */
static parry_code read_epoch(const char *data_dir, parry_arena *a, parry_str *out, parry_err *err)
{
    const char *path = parry_str_printf(a, "%s/" PARRY_EPOCH_FILE, data_dir).p;
    if (!parry_file_exists(path)) {
        unsigned char random[PARRY_HASH_BYTES];
        char hex[PARRY_HASH_HEX + 1];
        parry_random_bytes(random, sizeof random);
        parry_hash_hex(parry_hash_of(random, sizeof random), hex);
        const char *beside = parry_str_printf(a, "%s.%.16s.tmp", path, hex + PARRY_EPOCH_TEXT).p;
        parry_code code = parry_file_replace(beside, parry_str_make(hex, PARRY_EPOCH_TEXT - 1), err);
        if (code != PARRY_OK)
            return code;
        bool made = link(beside, path) == 0 || errno == EEXIST;
        code = made ? parry_dir_sync(data_dir, err) : parry_fail_errno(err, "cannot make %s", path);
        unlink(beside);
        if (code != PARRY_OK)
            return code;
    }
    return parry_file_read(a, path, PARRY_EPOCH_TEXT, out, err);
}

static parry_code tell_segments(const char *data_dir, parry_arena *a, const parry_manifest *m, json_t *out,
                                parry_err *err)
{
    for (size_t i = 0; i < m->nsegments; i++) {
        char hex[PARRY_HASH_HEX + 1];
        parry_hash hash;
        parry_code code = parry_hash_file(
            parry_str_printf(a, "%s/index/segments/%s/segment.json", data_dir, m->segments[i].name).p, &hash, err);
        if (code != PARRY_OK)
            return code;
        parry_hash_hex(hash, hex);
        json_object_set_new(out, m->segments[i].name, json_string(hex));
    }
    return PARRY_OK;
}

static parry_code tell_tables(const char *data_dir, parry_arena *a, const parry_manifest *m, json_t *out,
                              parry_err *err)
{
    for (int k = 0; k < PARRY_SIDES; k++) {
        struct stat st;
        if (!m->tables[k][0])
            continue;
        const char *file = parry_str_printf(a, "%s-%s.json", parry_side_name((parry_side)k), m->tables[k]).p;
        const char *path = parry_str_printf(a, "%s/index/tables/%s", data_dir, file).p;
        if (stat(path, &st) != 0)
            return parry_fail_errno(err, "cannot read %s", path);
        json_object_set_new(out, file, json_integer((json_int_t)st.st_size));
    }
    return PARRY_OK;
}

static parry_code tell(const char *data_dir, parry_store *store, parry_arena *a, json_t *out, parry_err *err)
{
    const char *index = parry_str_printf(a, "%s/index", data_dir).p;
    json_t *segments = json_object(), *tables = json_object(), *manifest = NULL;
    json_object_set_new(out, "segments", segments);
    json_object_set_new(out, "tables", tables);
    parry_str epoch, text = {NULL, 0};
    parry_manifest m = {0};
    uint64_t seq = 0, number = 0;
    parry_code code = read_epoch(data_dir, a, &epoch, err);
    if (code == PARRY_OK)
        code = parry_manifest_text(index, a, &number, &text, err);
    if (code == PARRY_OK)
        code = parry_store_seq(store, &seq, err);
    if (code == PARRY_OK && number > 0)
        code = parry_manifest_parse(text, a, &m, err);
    if (code == PARRY_OK)
        code = tell_segments(data_dir, a, &m, segments, err);
    if (code == PARRY_OK)
        code = tell_tables(data_dir, a, &m, tables, err);
    if (code != PARRY_OK)
        return code;
    manifest = number > 0 ? json_loadb(text.p, text.n, 0, NULL) : json_null();
    json_object_set_new(out, "format", json_integer(PARRY_OFFER_FORMAT));
    json_object_set_new(out, "epoch", json_stringn(epoch.p, epoch.n));
    json_object_set_new(out, "store_seq", json_integer((json_int_t)seq));
    json_object_set_new(out, "manifest", manifest);
    return PARRY_OK;
}

parry_code parry_offer_current(const char *data_dir, parry_store *store, json_t **out, parry_err *err)
{
    enum { RACES = 3 }; /* the generation was swept while it was told of */
    parry_code code = PARRY_NOT_FOUND;
    for (int i = 0; i < RACES && code == PARRY_NOT_FOUND; i++) {
        parry_arena *a = parry_arena_new();
        json_t *j = json_object();
        code = tell(data_dir, store, a, j, err);
        parry_arena_free(a);
        if (code == PARRY_OK)
            *out = j;
        else
            json_decref(j);
    }
    return code == PARRY_NOT_FOUND ? parry_fail(err, PARRY_CORRUPT, "the current generation lacks a file") : code;
}

parry_code parry_offer_segment_file(const char *data_dir, parry_arena *a, parry_str segment, parry_str file,
                                    const char **path, parry_err *err)
{
    if (!parry_segment_name_valid(segment) || !parry_segment_file_valid(file))
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such segment or file");
    *path = parry_str_printf(a, "%s/index/segments/%.*s/%.*s", data_dir, PARRY_FMT(segment), PARRY_FMT(file)).p;
    return PARRY_OK;
}

parry_code parry_offer_table(const char *data_dir, parry_arena *a, parry_str file, const char **path, parry_err *err)
{
    parry_side kind;
    char name[PARRY_NAME_TEXT];
    if (!parry_side_of_file(parry_str_z(a, file), &kind, name))
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such table");
    *path = parry_str_printf(a, "%s/index/tables/%s-%s.json", data_dir, parry_side_name(kind), name).p;
    return PARRY_OK;
}

parry_code parry_offer_read(const char *path, uint64_t from, uint64_t end, parry_buf *out, uint64_t *size,
                            parry_err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return parry_fail(err, PARRY_NOT_FOUND, "there is no such file any more; ask for the current generation");
    }
    uint64_t total = (uint64_t)st.st_size;
    end = end < total ? end : total;
    uint64_t wanted = from < end ? end - from : 0;
    size_t n = wanted < PARRY_OFFER_PIECE ? (size_t)wanted : (size_t)PARRY_OFFER_PIECE;
    char *piece = parry_malloc(n + 1);
    ssize_t got = pread(fd, piece, n, (off_t)from);
    close(fd);
    parry_code code = got == (ssize_t)n ? PARRY_OK : parry_fail(err, PARRY_IO, "cannot read %s", path);
    if (code == PARRY_OK) {
        parry_buf_add(out, piece, n);
        *size = total;
    }
    free(piece);
    return code;
}
