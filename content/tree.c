/* Walking the tree, without recursion: a list of folders to read grows as they are read. */
#include "content/tree.h"

#include "content/names.h"
#include "content/warn.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PATH_BYTES = 3000 }; /* the longest path within a tree */

char *parry_tree_file(parry_arena *a, const parry_tree *t, parry_str path)
{
    return parry_str_z(a, parry_str_printf(a, "%s%s%.*s", t->root, path.n ? "/" : "", PARRY_FMT(path)));
}

static parry_code open_file(parry_arena *a, const char *tree, parry_tree *out, parry_err *err)
{
    parry_str all = parry_str_of(tree), folder = parry_path_folder(all);
    size_t at = all.n;
    while (at > 0 && all.p[at - 1] != '/')
        at--;
    out->only = parry_str_copy(a, parry_str_from(all, at));
    if (!parry_path_markdown(out->only) || !parry_utf8_valid(out->only, NULL))
        return parry_fail(err, PARRY_INVALID, "%s is neither a folder nor a Markdown file", tree);
    out->root = at == 1 ? "/" : folder.n > 0 ? parry_str_z(a, folder) : ".";
    return PARRY_OK;
}

parry_code parry_tree_open(parry_arena *a, const char *tree, const parry_warnings *w, parry_tree *out, parry_err *err)
{
    struct stat st;
    parry_tree t = {.arena = a, .root = tree, .warnings = w};
    if (stat(tree, &st) != 0)
        return parry_fail_errno(err, "cannot read %s", tree);
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        return parry_fail(err, PARRY_INVALID, "%s is neither a folder nor a file", tree);
    parry_code code = S_ISREG(st.st_mode) ? open_file(a, tree, &t, err) : PARRY_OK;
    if (code != PARRY_OK)
        return code;
    char *real = realpath(t.root, NULL);
    DIR *d = real ? opendir(real) : NULL;
    if (d == NULL) {
        code = parry_fail_errno(err, "cannot read %s", tree);
    } else {
        t.root = parry_str_z(a, parry_str_of(real));
        closedir(d);
        *out = t;
    }
    free(real);
    return code;
}

static bool folder_passes(parry_str name)
{
    return name.n > 0 && name.p[0] != '.' && name.p[0] != '_' && !parry_str_eqz(name, "node_modules");
}

static bool file_passes(parry_str name) { return name.n > 0 && name.p[0] != '.' && parry_path_markdown(name); }

typedef enum entry { NOTHING, FOLDER, FILE_HERE, PASSED } entry;

/* Where a link leads; its target has to be a file of this tree. */
static entry follow(parry_arena *a, const parry_tree *t, parry_str path, const char **why)
{
    struct stat st;
    const char *file = parry_tree_file(a, t, path);
    char *real = realpath(file, NULL);
    size_t n = strlen(t->root);
    entry e = PASSED;
    bool inside = real != NULL && strncmp(real, t->root, n) == 0 && (real[n] == '/' || (n == 1 && n < strlen(real)));
    if (real == NULL)
        *why = errno == ELOOP ? "a symbolic link that leads to itself; passed over"
                              : "a symbolic link to nothing; passed over";
    else if (!inside)
        *why = "a symbolic link out of the tree; passed over";
    else if (stat(real, &st) != 0 || !S_ISREG(st.st_mode))
        *why = "a symbolic link to a folder; passed over";
    else
        e = FILE_HERE;
    free(real);
    return e;
}

/* What stands at a path. why: said for what an author may have meant as an article. */
static entry look(parry_arena *a, const parry_tree *t, parry_str path, const char **why)
{
    struct stat st;
    parry_str name = path;
    for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
        name = parry_str_from(path, i - 1);
    *why = NULL;
    if (lstat(parry_tree_file(a, t, path), &st) != 0)
        return NOTHING;
    if (S_ISDIR(st.st_mode))
        return folder_passes(name) ? FOLDER : PASSED;
    if (!file_passes(name))
        return PASSED;
    if (S_ISLNK(st.st_mode))
        return follow(a, t, path, why);
    if (S_ISREG(st.st_mode))
        return FILE_HERE;
    *why = "not a regular file; passed over";
    return PASSED;
}

static void add_file(parry_tree *t, parry_str path)
{
    t->files = parry_arena_grow(t->arena, t->files, t->n, &t->cap, sizeof *t->files);
    t->files[t->n++] = parry_str_copy(t->arena, path);
}

static void add_shut(parry_tree *t, parry_str folder)
{
    t->shut = parry_arena_grow(t->arena, t->shut, t->nshut, &t->shut_cap, sizeof *t->shut);
    t->shut[t->nshut++] = folder;
    parry_warn(t->warnings, folder, 0, "the folder cannot be read: %s; its articles stay as they are",
               errno == EACCES ? "no right to" : "the system refused");
}

typedef struct folders {
    parry_str *list;
    size_t n, cap, next;
} folders;

static void add_folder(parry_tree *t, folders *f, parry_str path)
{
    f->list = parry_arena_grow(t->arena, f->list, f->n, &f->cap, sizeof *f->list);
    f->list[f->n++] = path;
}

static void add_entry(parry_tree *t, folders *f, parry_str path)
{
    const char *why;
    switch (look(t->arena, t, path, &why)) {
    case FOLDER:
        add_folder(t, f, path);
        break;
    case FILE_HERE:
        add_file(t, path);
        break;
    case NOTHING:
    case PASSED:
        if (why != NULL)
            parry_warn(t->warnings, path, 0, "%s", why);
        break;
    }
}

/* A name that UTF-8 cannot read can stand in no link, no log and no answer. */
static bool name_fine(parry_tree *t, parry_str path, parry_str name)
{
    if (path.n <= PATH_BYTES && parry_utf8_valid(name, NULL))
        return true;
    if (parry_path_markdown(name)) {
        t->refused++;
        parry_warn(t->warnings, parry_utf8_clean(t->arena, path, NULL), 0, "refused: the file's %s",
                   path.n > PATH_BYTES ? "path is too long" : "name is not UTF-8");
    }
    return false;
}

static void read_folder(parry_tree *t, folders *f, parry_str folder)
{
    DIR *d = opendir(parry_tree_file(t->arena, t, folder));
    if (d == NULL) {
        add_shut(t, folder);
        return;
    }
    errno = 0;
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d)) { /* one stream, one thread */
        parry_str name = parry_str_of(e->d_name);
        bool of_note = file_passes(name) || (folder_passes(name) && e->d_type != DT_REG);
        if (!of_note)
            continue;
        parry_str path = parry_str_printf(t->arena, "%.*s%s%s", PARRY_FMT(folder), folder.n ? "/" : "", e->d_name);
        if (name_fine(t, path, name))
            add_entry(t, f, path);
        errno = 0;
    }
    if (errno != 0)
        add_shut(t, folder);
    closedir(d);
}

static void sort(parry_tree *t)
{
    size_t n = 0;
    if (t->n > 0)
        qsort(t->files, t->n, sizeof *t->files, parry_str_order);
    for (size_t i = 0; i < t->n; i++)
        if (i == 0 || !parry_str_eq(t->files[i], t->files[n - 1]))
            t->files[n++] = t->files[i];
    t->n = n;
}

/* Every folder above a path has to be one that the walk would have entered. */
static bool way_there(parry_arena *a, const parry_tree *t, parry_str path)
{
    const char *why;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/' && look(a, t, parry_str_make(path.p, i), &why) != FOLDER)
            return false;
    return true;
}

/* Not to be seen is not to be gone: below a folder without rights nothing may be taken as vanished. */
static void note_unseen(parry_tree *t, parry_str path)
{
    struct stat st;
    if (lstat(parry_tree_file(t->arena, t, path), &st) != 0 && errno != ENOENT && errno != ENOTDIR)
        add_shut(t, parry_path_folder(path));
}

void parry_tree_walk(parry_tree *t, const parry_str *paths, size_t n)
{
    folders f = {0};
    assert(paths != NULL || n == 0);
    if (paths == NULL && t->only.n == 0)
        add_folder(t, &f, parry_str_make(NULL, 0));
    if (paths == NULL && t->only.n > 0)
        add_file(t, t->only);
    for (size_t i = 0; i < n; i++) {
        if (paths[i].n == 0)
            add_folder(t, &f, paths[i]);
        else if (way_there(t->arena, t, paths[i]) && name_fine(t, paths[i], paths[i]))
            add_entry(t, &f, paths[i]);
        note_unseen(t, paths[i]);
    }
    while (f.next < f.n)
        read_folder(t, &f, f.list[f.next++]);
    sort(t);
}

bool parry_tree_has(const parry_tree *t, parry_str path)
{
    return t->n > 0 && bsearch(&path, t->files, t->n, sizeof *t->files, parry_str_order) != NULL;
}

bool parry_tree_shut(const parry_tree *t, parry_str path)
{
    for (size_t i = 0; i < t->nshut; i++) {
        parry_str f = t->shut[i];
        if (f.n == 0 || (path.n > f.n && memcmp(path.p, f.p, f.n) == 0 && path.p[f.n] == '/'))
            return true;
    }
    return false;
}

bool parry_tree_there(const parry_tree *t, parry_str path)
{
    const char *why;
    parry_arena *a = parry_arena_new();
    bool there = way_there(a, t, path) && look(a, t, path, &why) == FILE_HERE;
    parry_arena_free(a);
    return there;
}

parry_str parry_tree_path(parry_arena *a, parry_str path)
{
    char *p = parry_arena_alloc(a, path.n + 1);
    size_t n = 0;
    parry_str rest = path, part, none = {NULL, 0};
    if (path.n > 0 && path.p[0] == '/')
        return none;
    while (parry_str_split(&rest, '/', &part)) {
        if (parry_str_eqz(part, ".."))
            return none;
        if (part.n == 0 || parry_str_eqz(part, "."))
            continue;
        if (n > 0)
            p[n++] = '/';
        memcpy(p + n, part.p, part.n);
        n += part.n;
    }
    return parry_str_make(p, n);
}
