/* /v1/people. Nobody gives a role, or touches who has one, with rights beyond their own. */
#include "api/routes.h"

#include "access/people.h"
#include "api/paging.h"

static json_t *person_json(const parry_person *p)
{
    return json_pack("{s:o, s:o, s:s, s:b, s:b, s:o, s:o}", "id", parry_json_text(p->id), "name",
                     parry_json_text(p->name), "role", parry_role_name(p->role), "locked", p->locked, "two_factor",
                     p->two_factor, "created", parry_time_json(p->created_ms), "signed_in",
                     parry_time_json(p->signed_in_ms));
}

parry_code parry_get_people(parry_call *c, parry_err *err)
{
    parry_str after;
    parry_person *people = NULL;
    size_t n = 0, limit;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_list_params(c, "people", &after, &limit, err);
    if (code == PARRY_OK)
        code = parry_person_list(c->app->access, c->arena, after, limit + 1, &people, &n, err);
    if (code != PARRY_OK)
        return code;
    json_t *list = json_array();
    for (size_t i = 0; i < n && i < limit; i++)
        (void)json_array_append_new(list, person_json(&people[i]));
    json_t *next = parry_paging_next("people", n > limit, n > limit ? &people[limit - 1].id : &after, 1);
    parry_response_json(c->res, 200, "application/json", json_pack("{s:o, s:o}", "people", list, "next", next));
    return PARRY_OK;
}

static parry_code reply_with(parry_call *c, int status, parry_str id, parry_err *err)
{
    parry_person p;
    parry_code code = parry_person_get(c->app->access, c->arena, id, &p, err);
    if (code == PARRY_OK)
        parry_response_json(c->res, status, "application/json", person_json(&p));
    return code;
}

parry_code parry_get_person(parry_call *c, parry_err *err)
{
    parry_code code = parry_need_access(c, err);
    return code == PARRY_OK ? reply_with(c, 200, c->tail, err) : code;
}

static parry_code read_role(const parry_call *c, const json_t *body, parry_role *role, parry_err *err)
{
    parry_str name = {NULL, 0};
    parry_code code = parry_member_read(c, body, "role", &name, err);
    if (code == PARRY_OK && name.p != NULL)
        code = parry_role_parse(name, role, err);
    if (code == PARRY_OK && name.p != NULL)
        code = parry_may_grant(c, parry_role_rights(*role), err);
    return code;
}

parry_code parry_post_people(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_person p = {.role = PARRY_ROLE_AUTHOR};
    parry_str password = {NULL, 0};
    json_t *body = NULL;
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_members_only(c, "id name role password", &body, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "id", &p.id, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "name", &p.name, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "password", &password, err);
    if (code == PARRY_OK)
        code = read_role(c, body, &p.role, err);
    json_decref(body);
    if (code == PARRY_OK)
        code = parry_may_grant(c, parry_role_rights(p.role), err);
    if (code == PARRY_OK)
        code = parry_person_add(c->app->access, &by, &p, password, err);
    if (code == PARRY_OK)
        code = reply_with(c, 201, p.id, err);
    if (code == PARRY_OK)
        parry_response_header(c->res, "Location", parry_str_printf(c->arena, "/v1/people/%.*s", PARRY_FMT(p.id)));
    return code;
}

/* Who it is about, if the caller may touch them. */
static parry_code target(parry_call *c, parry_person *p, parry_err *err)
{
    parry_code code = parry_need_access(c, err);
    if (code == PARRY_OK)
        code = parry_person_get(c->app->access, c->arena, c->tail, p, err);
    return code == PARRY_OK ? parry_may_grant(c, parry_role_rights(p->role), err) : code;
}

static parry_code apply(parry_call *c, const json_t *body, const parry_person *p, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    const json_t *locked = json_object_get(body, "locked");
    parry_role role = p->role;
    parry_str password = {NULL, 0};
    if (locked != NULL && !json_is_boolean(locked))
        return parry_fail(err, PARRY_INVALID, "locked: true or false");
    parry_code code = read_role(c, body, &role, err);
    if (code == PARRY_OK)
        code = parry_member_read(c, body, "password", &password, err);
    if (code == PARRY_OK && password.p != NULL)
        code = parry_person_set_password(c->app->access, &by, p->id, password, err);
    if (code == PARRY_OK && role != p->role)
        code = parry_person_set_role(c->app->access, &by, p->id, role, err);
    if (code == PARRY_OK && locked != NULL)
        code = parry_person_lock(c->app->access, &by, p->id, json_is_true(locked), err);
    return code;
}

parry_code parry_patch_person(parry_call *c, parry_err *err)
{
    parry_person p;
    json_t *body = NULL;
    parry_code code = target(c, &p, err);
    if (code == PARRY_OK)
        code = parry_members_only(c, "role locked password", &body, err);
    if (code == PARRY_OK)
        code = apply(c, body, &p, err);
    json_decref(body);
    return code == PARRY_OK ? reply_with(c, 200, p.id, err) : code;
}

parry_code parry_delete_person(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_person p;
    parry_code code = target(c, &p, err);
    if (code == PARRY_OK)
        code = parry_person_remove(c->app->access, &by, p.id, err);
    if (code == PARRY_OK)
        c->res->status = 204;
    return code;
}

/* Lost the device and the recovery codes. */
parry_code parry_delete_person_codes(parry_call *c, parry_err *err)
{
    const parry_actor by = parry_call_actor(c);
    parry_person p;
    parry_code code = target(c, &p, err);
    if (code == PARRY_OK)
        code = parry_person_codes_off(c->app->access, &by, p.id, err);
    if (code == PARRY_OK)
        c->res->status = 204;
    return code;
}
