/* An index held open by a command. */
#include "cli/served.h"

parry_code parry_served_open(const parry_cli *cli, const char *name, parry_served *out, parry_err *err)
{
    parry_arena *a = parry_arena_new();
    *out = (parry_served){NULL, NULL};
    parry_code code = parry_index_open(parry_cli_path(cli, a, name), &out->index, err);
    if (code == PARRY_OK)
        out->g = parry_index_acquire(out->index);
    parry_arena_free(a);
    return code;
}

void parry_served_close(parry_served *s)
{
    parry_generation_release(s->g);
    parry_index_close(s->index);
}

parry_code parry_served_any(const parry_served *s, parry_err *err)
{
    if (parry_generation_get_info(s->g)->number > 0)
        return PARRY_OK;
    return parry_fail(err, PARRY_NOT_FOUND, "nothing is indexed yet; run `parry index TREE` first");
}

bool parry_served_vectors(const parry_served *s) { return parry_generation_get_info(s->g)->dim > 0; }
