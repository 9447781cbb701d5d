/* An environment without what it no longer needs. */
#include "base/env.h"

#include "base/file.h"

#include <stdio.h>

parry_code parry_env_compact(const char *dir, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    const char *fresh = parry_str_z(a, parry_str_printf(a, "%s/compact", dir));
    const char *from = parry_str_z(a, parry_str_printf(a, "%s/data.mdb", fresh));
    const char *to = parry_str_z(a, parry_str_printf(a, "%s/data.mdb", dir));
    long holder = 0;
    parry_code code = parry_env_holder(dir, &holder, err);
    if (code == PARRY_OK && holder != 0)
        code = parry_fail(err, PARRY_CONFLICT, "process %ld has %s open; stop it first", holder, dir);
    if (code == PARRY_OK)
        code = parry_tree_remove(fresh, err);
    if (code == PARRY_OK)
        code = parry_dir_make(fresh, err);
    if (code == PARRY_OK)
        code = parry_env_copy(dir, fresh, err);
    if (code == PARRY_OK && rename(from, to) != 0)
        code = parry_fail_errno(err, "cannot put %s in place", from);
    if (code == PARRY_OK)
        code = parry_dir_sync(dir, err);
    parry_err ignored = {0};
    parry_code removed = parry_tree_remove(fresh, code == PARRY_OK ? err : &ignored);
    parry_arena_free(a);
    return code == PARRY_OK ? removed : code;
}
