/* Editing: look at what is there, decide, parse; then one transaction, which holds only if nothing moved meanwhile.
 *
 * An article that was written here has the path "/ID.md", which no file of a tree has; it stands in no table of paths.
 */
#include "content/edit.h"

#include "content/front_matter.h"
#include "content/names.h"
#include "content/source.h"
#include "content/store_inner.h"

/* What the store knew of an id when the edit began. */
typedef struct seen {
    bool there; /* a record; it may be gone */
    parry_record record;
    parry_str bytes; /* of its version */
} seen;

static parry_code look(parry_edit *e, parry_arena *a, parry_str id, seen *out, parry_err *err)
{
    parry_txn *t = NULL;
    parry_err why = {0};
    parry_source v = {0};
    seen s = {0};
    parry_code code = parry_txn_read(e->store->env, &t, err);
    if (code != PARRY_OK)
        return code;
    parry_code found = parry_record_get(e->store, t, id, &s.record, &why);
    s.there = found == PARRY_OK;
    if (s.there)
        code = parry_source_get(e->store, t, s.record.hash, &v, err);
    else if (found != PARRY_NOT_FOUND) {
        code = found;
        if (err != NULL)
            *err = why;
    }
    if (s.there && code == PARRY_OK) {
        s.record = parry_record_copy(a, s.record);
        s.bytes = parry_str_copy(a, v.bytes);
    }
    parry_txn_abort(t);
    if (code == PARRY_OK)
        *out = s;
    return code;
}

/* ---- who may what -------------------------------------------------------------------------------------------------
 */

static bool writes_for(const parry_edit *e, parry_str audience)
{
    bool may = e->audiences == NULL;
    for (size_t i = 0; i < e->naudiences && !may; i++)
        may = parry_str_eq(e->audiences[i], audience);
    return may;
}

static parry_code may_write(const parry_edit *e, const parry_record *r, parry_err *err)
{
    if (!writes_for(e, r->audience))
        return parry_fail(err, PARRY_DENIED, "articles for %.*s are not yours to write", PARRY_FMT(r->audience));
    if (r->status == PARRY_PUBLISHED && !e->may_publish)
        return parry_fail(err, PARRY_DENIED,
                          "what is published needs the right to publish; drafts do not: say "
                          "`status: draft` in the front matter");
    return PARRY_OK;
}

/* What is there to be edited: here, not in a file; by this one; as they know it. */
static parry_code open_for(parry_edit *e, parry_arena *a, parry_str id, seen *out, parry_err *err)
{
    parry_code code = look(e, a, id, out, err);
    if (code != PARRY_OK)
        return code;
    const parry_record *r = &out->record;
    if (!out->there || r->gone || !writes_for(e, r->audience))
        return parry_fail(err, PARRY_NOT_FOUND, "article %.*s", PARRY_FMT(parry_utf8_cut(id, PARRY_NAME_MAX)));
    if (parry_store_origin(r->path) == PARRY_FROM_TREE)
        return parry_fail(err, PARRY_CONFLICT, "article %.*s belongs to the file %.*s of a tree: change it there",
                          PARRY_FMT(id), PARRY_FMT(parry_utf8_cut(r->path, 100)));
    e->stale = e->expected != NULL && !parry_hash_eq(*e->expected, r->hash);
    if (e->stale)
        return parry_fail(err, PARRY_CONFLICT, "article %.*s has changed since: read it again", PARRY_FMT(id));
    return may_write(e, r, err);
}

/* ---- writing ------------------------------------------------------------------------------------------------------
 */

static parry_code still_so(parry_edit *e, parry_txn *t, parry_str id, const seen *was, parry_err *err)
{
    parry_record now;
    parry_err why = {0};
    parry_code code = parry_record_get(e->store, t, id, &now, &why);
    if (code != PARRY_OK && code != PARRY_NOT_FOUND) {
        if (err != NULL)
            *err = why;
        return code;
    }
    e->stale = (code == PARRY_OK) != was->there || (was->there && now.seq != was->record.seq);
    return e->stale ? parry_fail(err, PARRY_CONFLICT, "article %.*s is being changed by somebody else: try again",
                                 PARRY_FMT(id))
                    : PARRY_OK;
}

/* Who has it, and lives under it. */
static parry_code slug_holder(parry_edit *e, parry_txn *t, parry_str slug, parry_str *id, bool *held, parry_err *err)
{
    parry_record r;
    parry_err why = {0};
    *held = false;
    parry_code code = parry_get(t, e->store->slugs, slug, id, &why);
    if (code == PARRY_OK)
        code = parry_record_get(e->store, t, *id, &r, &why);
    if (code == PARRY_OK)
        *held = !r.gone && parry_str_eq(r.slug, slug);
    else if (code != PARRY_NOT_FOUND) {
        if (err != NULL)
            *err = why;
        return code;
    }
    return PARRY_OK;
}

static parry_code take_slug(parry_edit *e, parry_txn *t, const seen *was, const parry_record *now, parry_err *err)
{
    parry_str owner;
    bool held;
    parry_code code = slug_holder(e, t, now->slug, &owner, &held, err);
    if (code != PARRY_OK)
        return code;
    if (held && !parry_str_eq(owner, now->id))
        return parry_fail(err, PARRY_CONFLICT, "the slug %.*s is taken: say another `slug` in the front matter",
                          PARRY_FMT(now->slug));
    if (was->there && !parry_str_eq(was->record.slug, now->slug)) {
        code = slug_holder(e, t, was->record.slug, &owner, &held, err);
        if (code == PARRY_OK && held && parry_str_eq(owner, now->id))
            code = parry_del(t, e->store->slugs, was->record.slug, err);
    }
    return code == PARRY_OK ? parry_put(t, e->store->slugs, now->slug, now->id, err) : code;
}

/* The id was a file's that vanished: should the file come back, it is a new article. */
static parry_code leave_tree(parry_edit *e, parry_txn *t, const seen *was, parry_err *err)
{
    char room[PARRY_PATH_KEY];
    parry_record at;
    if (!was->there || parry_store_origin(was->record.path) == PARRY_FROM_API)
        return PARRY_OK;
    parry_str path = was->record.path;
    if (parry_record_at_path(e->store, t, path, &at, NULL) != PARRY_OK || !parry_str_eq(at.id, was->record.id))
        return PARRY_OK;
    return parry_del(t, e->store->paths, parry_path_key(path, room), err);
}

static parry_code write_in(parry_edit *e, parry_txn *t, const seen *was, parry_record *now, parry_str bytes,
                           parry_err *err)
{
    parry_source v = {now->path, now->id, now->slug, bytes};
    parry_code code = still_so(e, t, now->id, was, err);
    if (code == PARRY_OK && !now->gone)
        code = take_slug(e, t, was, now, err);
    if (code == PARRY_OK)
        code = leave_tree(e, t, was, err);
    if (code == PARRY_OK)
        code = parry_source_put(e->store, t, now->hash, &v, err);
    return code == PARRY_OK ? parry_record_put(e->store, t, now, err) : code;
}

static parry_code write_down(parry_edit *e, const seen *was, parry_record *now, parry_str bytes, parry_store_row *row,
                             parry_err *err)
{
    const parry_record *old = &was->record;
    bool same =
        was->there && old->gone == now->gone && old->status == now->status && parry_hash_eq(old->hash, now->hash);
    parry_txn *t = NULL;
    parry_code code = PARRY_OK;
    if (!same) {
        code = parry_txn_write(e->store->env, &t, err);
        if (code == PARRY_OK)
            code = write_in(e, t, was, now, bytes, err);
        if (code == PARRY_OK)
            code = parry_txn_commit(t, err);
        else
            parry_txn_abort(t);
    }
    if (code == PARRY_OK)
        *row = (parry_store_row){
            now->id, now->slug, now->path, now->audience, now->hash, now->status, same ? old->seq : now->seq};
    return code;
}

/* ---- Markdown -----------------------------------------------------------------------------------------------------
 */

static parry_str path_of(parry_arena *a, parry_str id) { return parry_str_printf(a, "/%.*s.md", PARRY_FMT(id)); }

static parry_code check_id(parry_arena *a, parry_str id, parry_err *err)
{
    parry_str as = parry_id_of(a, parry_utf8_cut(id, PARRY_NAME_MAX + 1));
    if (id.n > 0 && parry_str_eq(as, id))
        return PARRY_OK;
    return parry_fail(err, PARRY_INVALID,
                      "an id has lower case letters, digits, '-', '.', '_' and '/', at most %d: "
                      "%.*s, say",
                      PARRY_NAME_MAX, PARRY_FMT(as));
}

static parry_code read_markdown(const parry_edit *e, parry_arena *a, parry_str id, parry_str markdown,
                                parry_record *out, parry_err *err)
{
    parry_article article;
    parry_str path = path_of(a, id);
    parry_code code = parry_article_parse(a, markdown, path, e->warnings, &article, err);
    if (code != PARRY_OK)
        return code;
    parry_article_free(&article);
    if (!parry_str_eq(article.id, id))
        return parry_fail(err, PARRY_INVALID, "the front matter's id is %.*s, but this is article %.*s",
                          PARRY_FMT(article.id), PARRY_FMT(id));
    *out = (parry_record){.id = parry_str_copy(a, id),
                          .path = path,
                          .slug = article.slug,
                          .audience = article.audience,
                          .wanted_id = article.id,
                          .wanted_slug = article.slug,
                          .hash = article.hash,
                          .status = article.status};
    return PARRY_OK;
}

/* The front matter's id, or one of the title. */
static parry_code find_id(parry_arena *a, parry_str markdown, parry_str *id, parry_err *err)
{
    parry_article article;
    parry_str none = parry_str_of("/untitled.md");
    parry_code code = parry_article_parse(a, markdown, none, NULL, &article, err);
    if (code != PARRY_OK)
        return code;
    parry_article_free(&article);
    bool told = !parry_str_eqz(article.id, "untitled");
    bool titled = !parry_str_eqz(article.title, "Untitled");
    if (!told && !titled)
        return parry_fail(err, PARRY_INVALID, "an article needs an id or a title in its front matter, or a heading");
    *id = told ? article.id : parry_slug_of(a, article.title);
    return PARRY_OK;
}

/* What a version's front matter says, whatever was decided later. */
static parry_status told_status(parry_arena *a, parry_str bytes, parry_str path)
{
    parry_str text;
    parry_front front;
    if (parry_source_text(a, bytes, path, NULL, &text, NULL) != PARRY_OK)
        return PARRY_DRAFT;
    parry_front_read(a, text, path, NULL, &front);
    json_decref(front.extra);
    return front.status;
}

parry_code parry_edit_create(parry_edit *e, parry_arena *a, parry_str id, parry_str markdown, parry_store_row *now,
                             parry_err *err)
{
    seen was;
    parry_record r;
    e->stale = false;
    parry_code code = id.n > 0 ? PARRY_OK : find_id(a, markdown, &id, err);
    if (code == PARRY_OK)
        code = check_id(a, id, err);
    if (code == PARRY_OK)
        code = read_markdown(e, a, id, markdown, &r, err);
    if (code == PARRY_OK)
        code = may_write(e, &r, err);
    if (code == PARRY_OK)
        code = look(e, a, id, &was, err);
    if (code == PARRY_OK && was.there && !was.record.gone)
        code = parry_fail(err, PARRY_CONFLICT, "the id %.*s is taken: choose another, or update that article",
                          PARRY_FMT(id));
    return code == PARRY_OK ? write_down(e, &was, &r, markdown, now, err) : code;
}

parry_code parry_edit_update(parry_edit *e, parry_arena *a, parry_str id, parry_str markdown, parry_store_row *now,
                             parry_err *err)
{
    seen was;
    parry_record r;
    e->stale = false;
    parry_code code = open_for(e, a, id, &was, err);
    if (code == PARRY_OK)
        code = read_markdown(e, a, id, markdown, &r, err);
    if (code != PARRY_OK)
        return code;
    if (r.status == told_status(a, was.bytes, was.record.path))
        r.status = was.record.status;
    code = may_write(e, &r, err);
    return code == PARRY_OK ? write_down(e, &was, &r, markdown, now, err) : code;
}

static parry_code set_status(parry_edit *e, parry_arena *a, parry_str id, parry_status status, bool gone,
                             parry_store_row *now, parry_err *err)
{
    seen was;
    e->stale = false;
    parry_code code = open_for(e, a, id, &was, err);
    if (code != PARRY_OK)
        return code;
    parry_record r = was.record;
    r.status = status;
    r.gone = gone;
    code = may_write(e, &r, err);
    return code == PARRY_OK ? write_down(e, &was, &r, was.bytes, now, err) : code;
}

parry_code parry_edit_publish(parry_edit *e, parry_arena *a, parry_str id, parry_store_row *now, parry_err *err)
{
    return set_status(e, a, id, PARRY_PUBLISHED, false, now, err);
}

parry_code parry_edit_withdraw(parry_edit *e, parry_arena *a, parry_str id, parry_store_row *now, parry_err *err)
{
    return set_status(e, a, id, PARRY_DRAFT, false, now, err);
}

parry_code parry_edit_remove(parry_edit *e, parry_arena *a, parry_str id, parry_store_row *now, parry_err *err)
{
    return set_status(e, a, id, PARRY_ARCHIVED, true, now, err);
}
