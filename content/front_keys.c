/* What each key of front matter means. */
#include "content/front_keys.h"

#include "content/names.h"
#include "content/warn.h"

#include <strings.h>

enum { LIST_MAX = 200 }; /* keywords, tags, related, answers */

typedef enum kind { TEXT, LIST, TAGS, QUESTIONS, FIRST, STATUS, DRAFT, SEARCH, PROMOTED, AUDIENCE } kind;

typedef struct key_row {
    const char *name;
    kind kind;
    size_t at; /* of a parry_str for TEXT, FIRST and AUDIENCE; of the array for LIST */
} key_row;

#define AT(field) offsetof(parry_front, field)
static const key_row rows[] = {
    {"id", TEXT, AT(id)},
    {"article_id", TEXT, AT(id)},
    {"title", TEXT, AT(title)},
    {"slug", TEXT, AT(slug)},
    {"locale", TEXT, AT(locale)},
    {"lang", TEXT, AT(locale)},
    {"audience", AUDIENCE, AT(audience)},
    {"category", FIRST, AT(category)},
    {"categories", FIRST, AT(category)},
    {"author", FIRST, AT(author)},
    {"author_id", TEXT, AT(author)},
    {"created", TEXT, AT(created)},
    {"updated", TEXT, AT(updated)},
    {"review_by", TEXT, AT(review_by)},
    {"keywords", LIST, AT(keywords)},
    {"tags", TAGS, AT(tags)},
    {"product", FIRST, AT(product)},
    {"ms.search.keywords", LIST, AT(keywords)},
    {"related", LIST, AT(related)},
    {"answers", QUESTIONS, AT(answers)},
    {"status", STATUS, 0},
    {"draft", DRAFT, 0},
    {"search", SEARCH, 0},
    {"promoted", PROMOTED, 0},
};

static const key_row *find(parry_str key)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (key.n == strlen(rows[i].name) && strncasecmp(key.p, rows[i].name, key.n) == 0)
            return &rows[i];
    return NULL;
}

bool parry_front_known(parry_str key) { return find(key) != NULL; }

/* 1, 0, or -1 for neither. */
static int truth(parry_str s)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (int i = 0; i < 8; i++)
        if (s.n == strlen(words[i]) && strncasecmp(s.p, words[i], s.n) == 0)
            return i & 1;
    return -1;
}

static bool status_of(parry_str s, parry_status *out)
{
    static const struct {
        const char *word;
        parry_status status;
    } words[] = {
        {"published", PARRY_PUBLISHED}, {"publish", PARRY_PUBLISHED}, {"live", PARRY_PUBLISHED},
        {"draft", PARRY_DRAFT},         {"unpublished", PARRY_DRAFT}, {"review", PARRY_DRAFT},
        {"pending", PARRY_DRAFT},       {"archived", PARRY_ARCHIVED}, {"retired", PARRY_ARCHIVED},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (s.n == strlen(words[i].word) && strncasecmp(s.p, words[i].word, s.n) == 0) {
            *out = words[i].status;
            return true;
        }
    return false;
}

static void more_hidden(parry_front *f, parry_status s) /* `draft: true` and `status: published`: the draft wins */
{
    if (f->status == PARRY_PUBLISHED)
        f->status = s;
}

static void set_status(parry_front *f, const parry_front_value *v, parry_str path, int line, const parry_warnings *w)
{
    parry_status s = PARRY_DRAFT;
    if (v->text.n == 0 && !v->odd)
        return;
    if (!status_of(v->text, &s))
        parry_warn(w, path, line, "status \"%.*s\" is not known; taken as draft", PARRY_FMT(v->text));
    more_hidden(f, s);
}

static void set_draft(parry_front *f, const parry_front_value *v, parry_str path, int line, const parry_warnings *w)
{
    int yes = v->text.n == 0 && !v->odd ? 0 : truth(v->text);
    if (yes < 0)
        parry_warn(w, path, line, "draft is neither true nor false; taken as true");
    if (yes != 0)
        more_hidden(f, PARRY_DRAFT);
}

static void set_search(parry_front *f, const parry_front_value *v, parry_str path, int line, const parry_warnings *w)
{
    int yes = v->text.n == 0 && !v->odd ? 1 : truth(v->text);
    if (yes < 0)
        parry_warn(w, path, line, "search is neither true nor false; taken as false");
    if (yes != 1)
        f->searchable = false;
}

static void set_promoted(parry_front *f, const parry_front_value *v, parry_str path, int line, const parry_warnings *w)
{
    int yes = v->text.n == 0 && !v->odd ? 0 : truth(v->text);
    if (yes < 0)
        parry_warn(w, path, line, "promoted is neither true nor false; taken as false");
    f->promoted = yes == 1;
}

static parry_str audience_of(parry_arena *a, const parry_front_value *v, parry_str path, int line,
                             const parry_warnings *w)
{
    if (!v->odd && v->n <= 1)
        return v->text;
    parry_warn(w, path, line, "audience is not one name; taken as internal");
    return parry_str_copy(a, parry_str_of("internal"));
}

static void append(parry_arena *a, parry_str **list, size_t *n, const parry_str *more, size_t nmore)
{
    if (*list == NULL)
        *list = PARRY_ARRAY(a, parry_str, LIST_MAX);
    for (size_t i = 0; i < nmore && *n < LIST_MAX; i++) {
        parry_str item = parry_squeeze(a, more[i]);
        bool there = item.n == 0;
        for (size_t k = 0; k < *n && !there; k++)
            there = parry_str_eq((*list)[k], item);
        if (!there)
            (*list)[(*n)++] = item;
    }
}

/* A list is as it is; a text is cut at its commas. */
static void set_list(parry_arena *a, parry_str **list, size_t *n, const parry_front_value *v)
{
    if (*n >= LIST_MAX)
        return;
    if (v->list) {
        append(a, list, n, v->items, v->n);
        return;
    }
    parry_str rest = v->text, *pieces = PARRY_ARRAY(a, parry_str, LIST_MAX + 1);
    size_t count = 0;
    while (count < LIST_MAX && parry_str_split(&rest, ',', &pieces[count]))
        count++;
    append(a, list, n, pieces, count);
}

/* A question may hold commas: a text is one. */
static void set_questions(parry_arena *a, parry_front *f, const parry_front_value *v)
{
    append(a, &f->answers, &f->nanswers, v->list ? v->items : &v->text, v->list ? v->n : 1);
}

static bool set_text(parry_arena *a, parry_front *f, const key_row *row, const parry_front_value *v, parry_str path,
                     int line, const parry_warnings *w)
{
    parry_str *field = (parry_str *)(void *)((char *)f + row->at);
    if (v->odd || (row->kind == TEXT && v->list)) {
        parry_warn(w, path, line, "%s is not one text; not read", row->name);
        return false;
    }
    if (field->n == 0)
        *field = parry_squeeze(a, v->text);
    return v->n <= 1;
}

bool parry_front_set(parry_arena *a, parry_front *f, parry_str key, const parry_front_value *v, parry_str path,
                     int line, const parry_warnings *w)
{
    const key_row *row = find(key);
    if (row == NULL)
        return false;
    switch (row->kind) {
    case TEXT:
    case FIRST:
        return set_text(a, f, row, v, path, line, w);
    case AUDIENCE:
        f->audience = parry_squeeze(a, audience_of(a, v, path, line, w));
        return true;
    case LIST:
        if (row->at == AT(related))
            set_list(a, &f->related, &f->nrelated, v);
        else
            set_list(a, &f->keywords, &f->nkeywords, v);
        return true;
    case TAGS: /* what an article is filed under are words to find it by as well */
        set_list(a, &f->tags, &f->ntags, v);
        set_list(a, &f->keywords, &f->nkeywords, v);
        return true;
    case QUESTIONS:
        set_questions(a, f, v);
        return true;
    case STATUS:
        set_status(f, v, path, line, w);
        return true;
    case DRAFT:
        set_draft(f, v, path, line, w);
        return true;
    case SEARCH:
        set_search(f, v, path, line, w);
        return true;
    case PROMOTED:
        set_promoted(f, v, path, line, w);
        return true;
    }
    return false;
}
