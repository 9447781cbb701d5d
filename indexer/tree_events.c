/* inotify watches folders, not trees: every folder has a watch of its own. A new folder is watched before anyone reads
 * it, so that a file made in between is seen twice rather than never. */
#include "indexer/tree_events.h"

#include "content/settings.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    EVENT_ROOM = 64 * 1024,
    MOST_PATHS = 10000, /* more at once, and the whole tree is read */
    MOST_DEPTH = 64,
    /* MODIFY besides CLOSE_WRITE: a file that is written and never closed is read once it is quiet */
    WATCHED = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
              IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK | IN_DONT_FOLLOW,
};

typedef struct folder {
    int wd;
    char *path; /* relative, "" for the tree itself */
} folder;

struct parry_tree_events {
    int fd;
    char *tree;
    folder *folders; /* by wd, which the kernel counts upwards */
    size_t nfolders, folders_cap;
    char **changed; /* relative; the same one may stand there twice */
    size_t nchanged, changed_cap;
    bool all;
};

static char *copy(const char *z)
{
    char *p = strdup(z);
    if (p == NULL)
        parry_oom();
    return p;
}

static bool is_markdown(const char *name)
{
    parry_str s = parry_str_of(name);
    return name[0] != '.' && name[0] != '#' &&
           (parry_str_ends(s, ".md") || parry_str_ends(s, ".markdown") || parry_str_ends(s, ".mdx"));
}

/* As content/import.h says; the settings' folder is looked into for its own sake. path: the folder above. */
static bool is_passed_over(const char *path, const char *name)
{
    if (path[0] == 0 && strcmp(name, PARRY_SETTINGS_FOLDER) == 0)
        return false;
    return name[0] == '.' || name[0] == '_' || strcmp(name, "node_modules") == 0 ||
           strcmp(path, PARRY_SETTINGS_FOLDER) == 0;
}

static bool is_of_note(const char *above, const char *name, const char *path)
{
    return strcmp(above, PARRY_SETTINGS_FOLDER) == 0 ? parry_setting_path(parry_str_of(path)) : is_markdown(name);
}

/* Returns false where it does not fit. */
static bool join_path(char out[PATH_MAX], const char *a, const char *b)
{
    int n = snprintf(out, PATH_MAX, "%s%s%s", a, *a && *b ? "/" : "", b);
    return n >= 0 && n < PATH_MAX;
}

/* ---- what changed ---------------------------------------------------------------------------------------------------
 */

static void clear_changed(parry_tree_events *t)
{
    for (size_t i = 0; i < t->nchanged; i++)
        free(t->changed[i]);
    t->nchanged = 0;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void drop_doubles(parry_tree_events *t)
{
    size_t kept = 0;
    if (t->nchanged > 0)
        qsort(t->changed, t->nchanged, sizeof(char *), by_bytes);
    for (size_t i = 0; i < t->nchanged; i++) {
        if (kept > 0 && strcmp(t->changed[kept - 1], t->changed[i]) == 0)
            free(t->changed[i]);
        else
            t->changed[kept++] = t->changed[i];
    }
    t->nchanged = kept;
}

static void add_changed(parry_tree_events *t, const char *path)
{
    if (t->nchanged > 0 && strcmp(t->changed[t->nchanged - 1], path) == 0) /* a file being written, again and again */
        return;
    if (t->nchanged == MOST_PATHS) {
        drop_doubles(t);
        t->all = t->all || t->nchanged > MOST_PATHS / 2;
    }
    if (t->all) {
        clear_changed(t);
        return;
    }
    if (t->nchanged == t->changed_cap) {
        t->changed_cap = t->changed_cap ? 2 * t->changed_cap : 16;
        t->changed = parry_realloc(t->changed, t->changed_cap * sizeof(char *));
    }
    t->changed[t->nchanged++] = copy(path);
}

/* ---- folders
 * ---------------------------------------------------------------------------------------------------------- */

/* Place of the first folder whose wd is not below. */
static size_t folder_place(const parry_tree_events *t, int wd)
{
    size_t low = 0, high = t->nfolders;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->folders[middle].wd < wd)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static folder *find_folder(const parry_tree_events *t, int wd)
{
    size_t at = folder_place(t, wd);
    return at < t->nfolders && t->folders[at].wd == wd ? &t->folders[at] : NULL;
}

static void put_folder(parry_tree_events *t, int wd, const char *path)
{
    size_t at = folder_place(t, wd);
    if (at < t->nfolders && t->folders[at].wd == wd) { /* the same folder, by another name since it moved */
        free(t->folders[at].path);
        t->folders[at].path = copy(path);
        return;
    }
    if (t->nfolders == t->folders_cap) {
        t->folders_cap = t->folders_cap ? 2 * t->folders_cap : 16;
        t->folders = parry_realloc(t->folders, t->folders_cap * sizeof *t->folders);
    }
    memmove(t->folders + at + 1, t->folders + at, (t->nfolders - at) * sizeof *t->folders);
    t->folders[at] = (folder){wd, copy(path)};
    t->nfolders++;
}

static void forget_folder(parry_tree_events *t, int wd)
{
    size_t at = folder_place(t, wd);
    if (at == t->nfolders || t->folders[at].wd != wd)
        return;
    free(t->folders[at].path);
    memmove(t->folders + at, t->folders + at + 1, (t->nfolders - at - 1) * sizeof *t->folders);
    t->nfolders--;
}

static parry_code watch_failed(const char *path, parry_err *err)
{
    if (errno == ENOSPC || errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == ENOSYS)
        return parry_fail(err, PARRY_UNAVAILABLE, "no inotify watch for %s: %s (fs.inotify.max_user_watches)", path,
                          strerror(errno));
    return parry_fail_errno(err, "cannot watch %s", path);
}

static parry_code watch_one(parry_tree_events *t, const char *rel, parry_err *err)
{
    char full[PATH_MAX];
    if (!join_path(full, t->tree, rel))
        return parry_fail(err, PARRY_INVALID, "a path under %s is too long", t->tree);
    int wd = inotify_add_watch(t->fd, full, WATCHED);
    if (wd < 0)
        return watch_failed(full, err);
    put_folder(t, wd, rel);
    return PARRY_OK;
}

static bool is_folder(DIR *d, const struct dirent *e)
{
    struct stat st;
    if (e->d_type != DT_UNKNOWN)
        return e->d_type == DT_DIR;
    return fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static parry_code watch_tree(parry_tree_events *t, const char *rel, int depth, parry_err *err);

static parry_code watch_entry(parry_tree_events *t, DIR *d, const struct dirent *e, const char *rel, int depth,
                              parry_err *err)
{
    char path[PATH_MAX];
    bool wanted = is_folder(d, e) && !is_passed_over(rel, e->d_name) && join_path(path, rel, e->d_name);
    return wanted ? watch_tree(t, path, depth + 1, err) : PARRY_OK;
}

/* A folder and those below. One that vanished meanwhile is no failure, but for the tree itself. */
static parry_code watch_tree(parry_tree_events *t, const char *rel, int depth, parry_err *err)
{
    if (depth > MOST_DEPTH)
        return PARRY_OK;
    parry_err why = {0};
    parry_code code = watch_one(t, rel, &why);
    if (code != PARRY_OK && (code == PARRY_UNAVAILABLE || depth == 0)) {
        if (err != NULL)
            *err = why;
        return code;
    }
    char full[PATH_MAX];
    DIR *d = code == PARRY_OK && join_path(full, t->tree, rel) ? opendir(full) : NULL;
    if (d == NULL)
        return PARRY_OK;
    const struct dirent *e;
    for (code = PARRY_OK; code == PARRY_OK && (e = readdir(d)) != NULL;)
        code = watch_entry(t, d, e, rel, depth, err); /* "." and ".." count as hidden */
    closedir(d);
    return code;
}

parry_code parry_tree_events_open(const char *tree, parry_tree_events **out, parry_err *err)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0)
        return watch_failed(tree, err);
    parry_tree_events *t = parry_calloc(1, sizeof *t);
    t->fd = fd;
    t->tree = copy(tree);
    parry_code code = watch_tree(t, "", 0, err);
    if (code == PARRY_OK)
        *out = t;
    else
        parry_tree_events_close(t);
    return code;
}

void parry_tree_events_close(parry_tree_events *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->nfolders; i++)
        free(t->folders[i].path);
    clear_changed(t);
    free(t->folders);
    free(t->changed);
    close(t->fd);
    free(t->tree);
    free(t);
}

int parry_tree_events_fd(const parry_tree_events *t) { return t->fd; }

/* ---- events
 * ----------------------------------------------------------------------------------------------------------- */

/* A folder went: its watches, which would follow it wherever it is now, go too. */
static void unwatch_below(parry_tree_events *t, const char *rel)
{
    size_t n = strlen(rel);
    for (size_t i = t->nfolders; i-- > 0;) {
        const char *path = t->folders[i].path;
        if (strncmp(path, rel, n) == 0 && (path[n] == '/' || path[n] == 0)) {
            inotify_rm_watch(t->fd, t->folders[i].wd);
            forget_folder(t, t->folders[i].wd);
        }
    }
}

/* The folder counts as changed: the import looks at all that is below, or was. */
static parry_code take_folder_event(parry_tree_events *t, const struct inotify_event *e, const char *above,
                                    const char *path, bool *news, parry_err *err)
{
    if (is_passed_over(above, e->name) || !(e->mask & (IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_MOVED_TO)))
        return PARRY_OK;
    add_changed(t, path);
    *news = true;
    if (e->mask & (IN_MOVED_FROM | IN_DELETE)) {
        unwatch_below(t, path);
        return PARRY_OK;
    }
    return watch_tree(t, path, 1, err);
}

static parry_code take_own_event(parry_tree_events *t, const struct inotify_event *e, bool is_root, bool *news,
                                 parry_err *err)
{
    if (e->mask & IN_IGNORED)
        forget_folder(t, e->wd);
    if (!is_root)
        return PARRY_OK;
    t->all = *news = true;
    return parry_fail(err, PARRY_NOT_FOUND, "%s itself went or moved", t->tree);
}

static parry_code take_event(parry_tree_events *t, const struct inotify_event *e, bool *news, parry_err *err)
{
    if (e->mask & IN_Q_OVERFLOW) {
        t->all = *news = true;
        return watch_tree(t, "", 0, err); /* folders that were made unseen */
    }
    const folder *f = find_folder(t, e->wd);
    if (f == NULL)
        return PARRY_OK;
    if (e->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT))
        return take_own_event(t, e, f->path[0] == 0, news, err);
    char path[PATH_MAX];
    if (e->len == 0 || !join_path(path, f->path, e->name))
        return PARRY_OK;
    if (e->mask & IN_ISDIR)
        return take_folder_event(t, e, f->path, path, news, err);
    if (is_of_note(f->path, e->name, path)) {
        add_changed(t, path);
        *news = true;
    }
    return PARRY_OK;
}

parry_code parry_tree_events_read(parry_tree_events *t, bool *news, parry_err *err)
{
    *news = false;
    char *room = parry_malloc(EVENT_ROOM); /* malloc's alignment is more than an event's */
    parry_code code = PARRY_OK;
    while (code == PARRY_OK) {
        ssize_t n = read(t->fd, room, EVENT_ROOM);
        if (n <= 0)
            break;
        for (char *p = room; p < room + n && code == PARRY_OK;) {
            const struct inotify_event *e = (const void *)p;
            code = take_event(t, e, news, err);
            p += sizeof *e + e->len;
        }
    }
    free(room);
    return code;
}

void parry_tree_events_take(parry_tree_events *t, parry_arena *a, parry_str **paths, size_t *n, bool *all)
{
    drop_doubles(t);
    *paths = PARRY_ARRAY(a, parry_str, t->nchanged + 1);
    for (size_t i = 0; i < t->nchanged; i++)
        (*paths)[i] = parry_str_copy(a, parry_str_of(t->changed[i]));
    *n = t->nchanged;
    *all = t->all;
    t->all = false;
    clear_changed(t);
}
