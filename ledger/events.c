/* Events: the table of fields, the table of types, and the reading of one event by both. */
#include "ledger/events.h"

#include "base/json.h"

#include <stdlib.h>

typedef enum kind {
    NUMBER, /* least to most */
    WORD,   /* one of `words` */
    UUID,   /* of a query */
    NAME,   /* an id of least to most characters without blanks; of letters, digits and `words`, where there are any */
    NAMES,  /* a list of 1 to LIST_MAX of them */
    TEXT,   /* least to most characters; redacted */
    SECRET, /* the same, but only its key is kept */
} kind;

enum { LIST_MAX = 100, DAY_MS = 86400000, CARD_FROM = 15 };

typedef struct field {
    const char *name;
    kind kind;
    int64_t least, most;
    const char *words;
    parry_pseudonym as;
    const char *stored; /* NULL: under its own name */
} field;

static const field fields[] = {
    {.name = "query_id", .kind = UUID},
    {.name = "article", .kind = NAME, .least = 1, .most = 200},
    {.name = "articles", .kind = NAMES, .least = 1, .most = 200},
    {.name = "position", .kind = NUMBER, .least = 1, .most = 10000},
    {.name = "dwell_ms", .kind = NUMBER, .least = 0, .most = DAY_MS},
    {.name = "vote", .kind = WORD, .words = "up down"},
    {.name = "score", .kind = NUMBER, .least = 1, .most = 5},
    {.name = "reason", .kind = TEXT, .least = 1, .most = 200},
    {.name = "comment", .kind = TEXT, .least = 1, .most = 4000},
    {.name = "text", .kind = TEXT, .least = 0, .most = 4000},
    {.name = "ticket", .kind = NAME, .least = 1, .most = 100},
    {.name = "handoff", .kind = NAME, .least = 1, .most = 100},
    {.name = "email", .kind = SECRET, .least = 3, .most = 320, .as = PARRY_PSEUDONYM_CONTACT, .stored = "contact"},
    {.name = "visitor", .kind = SECRET, .least = 1, .most = 200, .as = PARRY_PSEUDONYM_VISITOR},
    {.name = "session", .kind = SECRET, .least = 1, .most = 200, .as = PARRY_PSEUDONYM_SESSION},
    {.name = "locale", .kind = NAME, .least = 2, .most = 35, .words = "-_"},
    {.name = "channel", .kind = WORD, .words = "search article form chat agent email api other"},
    {.name = "device", .kind = WORD, .words = "desktop mobile tablet other"},
    {.name = "page", .kind = TEXT, .least = 1, .most = 500},
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const char everywhere[] = "query_id visitor session locale channel device page";

static const struct type {
    const char *name, *needs, *any, *may; /* any: at least one of these */
} types[] = {
    {"search", "text", "", ""},
    {"suggest", "text", "", ""},
    {"impression", "", "articles query_id", "dwell_ms"},
    {"click", "article", "", "position"},
    {"view", "article", "", "dwell_ms"},
    {"vote", "vote", "article query_id", "reason comment"},
    {"solved", "", "article query_id", "comment"},
    {"not_solved", "", "article query_id", "reason comment"},
    {"form_opened", "", "", ""},
    {"form_suggestion_shown", "articles", "", "text"},
    {"ticket_created", "ticket", "", "handoff email text"},
    {"article_linked", "ticket article", "", ""},
    {"survey", "score", "", "ticket handoff comment"},
};
enum { TYPES = sizeof types / sizeof *types };

static bool among(const char *words, parry_str word)
{
    parry_str rest = parry_str_of(words), one;
    while (parry_str_split(&rest, ' ', &one)) {
        if (parry_str_eq(one, word))
            return true;
    }
    return false;
}

static const field *find_field(const char *name)
{
    for (const field *f = fields; f < fields + FIELDS; f++) {
        if (strcmp(f->name, name) == 0)
            return f;
    }
    return NULL;
}

/* ---- values into the payload ------------------------------------------------------------------------------------- */

static bool listed(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (strcmp(json_string_value(json_array_get(list, i)), name) == 0)
            return true;
    }
    return false;
}

static void say_redacted(json_t *payload, unsigned found)
{
    json_t *list = json_object_get(payload, "redacted");
    if (list == NULL && found != 0) {
        list = json_array();
        json_object_set_new(payload, "redacted", list);
    }
    for (unsigned k = 0; k < PARRY_PERSONALS; k++) {
        const char *name = parry_personal_name((parry_personal)k);
        if ((found & 1U << k) && !listed(list, name))
            json_array_append_new(list, json_string(name));
    }
}

void parry_event_set_text(const parry_redactor *r, parry_arena *a, json_t *payload, const char *name, parry_str text)
{
    unsigned found = 0;
    parry_str locale = parry_json_str(json_object_get(payload, "locale"));
    json_object_set_new(payload, name, parry_json_text(parry_redact_in(r, a, locale, text, &found)));
    say_redacted(payload, found);
}

void parry_event_set_key(const parry_visitors *v, json_t *payload, const char *name, parry_pseudonym as, int64_t at_ms,
                         parry_str raw)
{
    char key[PARRY_VISITOR_TEXT];
    parry_visitor_key(v, as, at_ms, raw, key);
    json_object_set_new(payload, name, json_string(key));
}

void parry_event_set_about(const json_t *payload, parry_ledger_item *item)
{
    static const char *const names[][2] = {{"visitor", "customer_id"}, {"session", "session_id"}, {"contact", "unit"}};
    for (size_t i = 0; i < PARRY_LEDGER_ABOUTS; i++) {
        for (size_t k = 0; k < 2; k++) {
            const json_t *v = json_object_get(payload, names[i][k]);
            if (json_is_string(v))
                (void)parry_ledger_subject_parse(parry_json_str(v), &item->about[i]);
        }
    }
}

/* ---- one field --------------------------------------------------------------------------------------------------- */

typedef struct reading {
    const parry_event_context *c;
    parry_arena *a;
    json_t *payload;
    int64_t at_ms;
    parry_err *err;
} reading;

static parry_code check_number(const reading *r, const field *f, const json_t *v)
{
    if (!json_is_integer(v) || json_integer_value(v) < f->least || json_integer_value(v) > f->most)
        return parry_fail(r->err, PARRY_INVALID, "%s: must be a whole number from %lld to %lld", f->name,
                          (long long)f->least, (long long)f->most);
    return PARRY_OK;
}

static parry_code check_length(const reading *r, const field *f, const json_t *v)
{
    int64_t n = json_is_string(v) ? (int64_t)parry_utf8_count(parry_json_str(v)) : -1;
    if (n < f->least || n > f->most)
        return parry_fail(r->err, PARRY_INVALID, "%s: must be a string of %lld to %lld characters", f->name,
                          (long long)f->least, (long long)f->most);
    return PARRY_OK;
}

/* An id is kept as it is: it may not be an address. Whether 13 digits are a ticket's or somebody's, only the sender
 * knows. */
static bool personal(const reading *r, parry_str id)
{
    unsigned found = 0, wrong = 1U << PARRY_PERSONAL_EMAIL | 1U << PARRY_PERSONAL_IBAN | 1U << PARRY_PERSONAL_IP |
                                1U << PARRY_PERSONAL_ID;
    (void)parry_redact(r->c->redactor, r->a, id, &found);
    if (id.n >= CARD_FROM)
        wrong |= 1U << PARRY_PERSONAL_CARD;
    if (parry_str_starts(id, "+"))
        wrong |= 1U << PARRY_PERSONAL_PHONE;
    return (found & wrong) != 0;
}

static bool is_plain(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

static parry_code check_name(const reading *r, const field *f, const json_t *v)
{
    parry_code code = check_length(r, f, v);
    if (code != PARRY_OK)
        return code;
    parry_str s = parry_json_str(v);
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F)
            return parry_fail(r->err, PARRY_INVALID, "%s: an id has no blanks or control characters", f->name);
        if (f->words != NULL && !is_plain(s.p[i]) && strchr(f->words, s.p[i]) == NULL)
            return parry_fail(r->err, PARRY_INVALID, "%s: must be letters, digits and %s", f->name, f->words);
    }
    if (personal(r, s))
        return parry_fail(r->err, PARRY_INVALID, "%s: looks like personal data; send an id", f->name);
    return PARRY_OK;
}

static parry_code check_names(const reading *r, const field *f, const json_t *v)
{
    parry_code code = PARRY_OK;
    if (!json_is_array(v) || json_array_size(v) == 0 || json_array_size(v) > LIST_MAX)
        return parry_fail(r->err, PARRY_INVALID, "%s: must be a list of 1 to %d ids", f->name, LIST_MAX);
    for (size_t i = 0; i < json_array_size(v) && code == PARRY_OK; i++)
        code = check_name(r, f, json_array_get(v, i));
    return code;
}

static parry_code check_word(const reading *r, const field *f, const json_t *v)
{
    if (!json_is_string(v) || parry_json_str(v).n == 0 || !among(f->words, parry_json_str(v)))
        return parry_fail(r->err, PARRY_INVALID, "%s: must be one of: %s", f->name, f->words);
    return PARRY_OK;
}

static parry_code set_uuid(const reading *r, const field *f, const json_t *v)
{
    parry_uuid id;
    char text[PARRY_UUID_TEXT];
    if (!json_is_string(v) || !parry_uuid_parse(parry_json_str(v), &id))
        return parry_fail(r->err, PARRY_INVALID, "%s: must be the query_id of an answer", f->name);
    parry_uuid_text(id, text);
    json_object_set_new(r->payload, f->name, json_string(text));
    return PARRY_OK;
}

static parry_code set_personal(const reading *r, const field *f, const json_t *v)
{
    parry_code code = check_length(r, f, v);
    if (code == PARRY_OK && f->kind == TEXT)
        parry_event_set_text(r->c->redactor, r->a, r->payload, f->name, parry_json_str(v));
    else if (code == PARRY_OK)
        parry_event_set_key(r->c->visitors, r->payload, f->stored ? f->stored : f->name, f->as, r->at_ms,
                            parry_json_str(v));
    return code;
}

static parry_code set_field(const reading *r, const field *f, json_t *v)
{
    parry_code code = PARRY_OK;
    switch (f->kind) {
    case NUMBER:
        code = check_number(r, f, v);
        break;
    case WORD:
        code = check_word(r, f, v);
        break;
    case NAME:
        code = check_name(r, f, v);
        break;
    case NAMES:
        code = check_names(r, f, v);
        break;
    case UUID:
        return set_uuid(r, f, v);
    case TEXT:
    case SECRET:
        return set_personal(r, f, v);
    }
    if (code == PARRY_OK)
        json_object_set(r->payload, f->name, v);
    return code;
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

static parry_code read_time(const reading *r, const json_t *v, int64_t *at_ms)
{
    int64_t now = r->c->now_ms;
    bool day = false;
    if (json_is_integer(v))
        *at_ms = json_integer_value(v);
    else if (!json_is_string(v) || !parry_time_parse(parry_json_str(v), at_ms, &day) || day)
        return parry_fail(r->err, PARRY_INVALID, "at: must be Unix time in ms, or like 2026-11-21T09:30:00Z");
    if (*at_ms < now - PARRY_EVENT_LATE_MS)
        return parry_fail(r->err, PARRY_INVALID, "at: over 7 days ago; such an event is no longer taken");
    if (*at_ms > now + PARRY_EVENT_AHEAD_MS)
        return parry_fail(r->err, PARRY_INVALID, "at: over a day ahead of this server's clock; set yours right");
    return PARRY_OK;
}

static parry_code set_time(reading *r, const json_t *event)
{
    const json_t *v = json_object_get(event, "at");
    int64_t at = r->c->now_ms, ahead;
    parry_code code = v != NULL ? read_time(r, v, &at) : PARRY_OK;
    if (code != PARRY_OK)
        return code;
    ahead = at - r->c->now_ms;
    r->at_ms = ahead > 0 ? r->c->now_ms : at;
    json_object_set_new(r->payload, "at", json_integer(r->at_ms));
    if (ahead > 0)
        json_object_set_new(r->payload, "ahead_ms", json_integer(ahead));
    return PARRY_OK;
}

/* ---- one event --------------------------------------------------------------------------------------------------- */

static parry_code find_type(const json_t *event, const struct type **out, parry_err *err)
{
    const char *name = json_string_value(json_object_get(event, "type"));
    parry_buf all = PARRY_BUF(200);
    for (const struct type *t = types; t < types + TYPES && name != NULL; t++) {
        if (strcmp(t->name, name) == 0) {
            *out = t;
            return PARRY_OK;
        }
    }
    for (const struct type *t = types; t < types + TYPES; t++)
        parry_buf_printf(&all, "%s%s", t == types ? "" : ", ", t->name);
    parry_code code = parry_fail(err, PARRY_INVALID, "type: must be one of %.*s", PARRY_FMT(parry_buf_str(&all)));
    parry_buf_free(&all);
    return code;
}

static bool allowed(const struct type *t, const char *name)
{
    parry_str s = parry_str_of(name);
    return among(everywhere, s) || among(t->needs, s) || among(t->any, s) || among(t->may, s);
}

static parry_code missing(const struct type *t, const json_t *event, parry_err *err)
{
    parry_str rest = parry_str_of(t->needs), one;
    bool any = *t->any == 0;
    while (parry_str_split(&rest, ' ', &one)) {
        if (one.n > 0 && json_object_getn(event, one.p, one.n) == NULL)
            return parry_fail(err, PARRY_INVALID, "%.*s: is missing; an event \"%s\" needs it", PARRY_FMT(one),
                              t->name);
    }
    rest = parry_str_of(t->any);
    while (parry_str_split(&rest, ' ', &one))
        any = any || (one.n > 0 && json_object_getn(event, one.p, one.n) != NULL);
    if (!any)
        return parry_fail(err, PARRY_INVALID, "an event \"%s\" needs one of: %s", t->name, t->any);
    return PARRY_OK;
}

static parry_code set_fields(reading *r, const struct type *t, const json_t *event)
{
    parry_code code = missing(t, event, r->err);
    const char *name;
    json_t *v = json_object_get(event, "locale");
    if (code == PARRY_OK && v != NULL) /* first: texts are read as of it */
        code = set_field(r, find_field("locale"), v);
    json_object_foreach((json_t *)(uintptr_t)event, name, v)
    {
        const field *f = find_field(name);
        if (strcmp(name, "type") == 0 || strcmp(name, "id") == 0 || strcmp(name, "at") == 0)
            continue;
        if (code == PARRY_OK && (f == NULL || !allowed(t, name)))
            code = parry_fail(r->err, PARRY_INVALID, "%.40s: an event \"%s\" has no such field", name, t->name);
        if (code == PARRY_OK)
            code = set_field(r, f, v);
    }
    return code;
}

/* What the sender is known as, where the event itself does not say. */
static void set_sender(const reading *r, const json_t *event)
{
    const parry_event_context *c = r->c;
    if (c->visitor.n > 0 && json_object_get(event, "visitor") == NULL)
        parry_event_set_key(c->visitors, r->payload, "visitor", PARRY_PSEUDONYM_VISITOR, r->at_ms, c->visitor);
    if (c->session.n > 0 && json_object_get(event, "session") == NULL)
        parry_event_set_key(c->visitors, r->payload, "session", PARRY_PSEUDONYM_SESSION, r->at_ms, c->session);
}

static parry_code read_id(const reading *r, const json_t *event, parry_uuid *out)
{
    const json_t *v = json_object_get(event, "id");
    if (v == NULL)
        *out = parry_uuid_v7(r->c->now_ms);
    else if (!json_is_string(v) || !parry_uuid_parse(parry_json_str(v), out))
        return parry_fail(r->err, PARRY_INVALID, "id: must be a UUID of version 7 or 4");
    return PARRY_OK;
}

static parry_str dumped(parry_arena *a, const json_t *j)
{
    size_t n = json_dumpb(j, NULL, 0, JSON_COMPACT);
    char *p = parry_arena_alloc(a, n + 1);
    (void)json_dumpb(j, p, n, JSON_COMPACT);
    return parry_str_make(p, n);
}

static bool is_whole(const json_t *v)
{
    static const int64_t most = (int64_t)1 << 53;
    double real = json_is_real(v) ? json_real_value(v) : 0;
    if (json_is_real(v) && (real < -(double)most || real > (double)most))
        return false;
    int64_t n = json_is_real(v) ? (int64_t)real : json_integer_value(v);
    return json_is_number(v) && n >= -most && n <= most && (!json_is_real(v) || real - (double)n == 0);
}

static bool is_list_of_strings(const json_t *v)
{
    bool all = json_is_array(v);
    for (size_t i = 0; all && i < json_array_size(v); i++)
        all = json_is_string(json_array_get(v, i));
    return all;
}

bool parry_event_shaped(const json_t *event)
{
    const char *name;
    json_t *v;
    bool all = json_is_object(event);
    json_object_foreach((json_t *)(uintptr_t)event, name, v)
    {
        all = all && (json_is_string(v) || json_is_boolean(v) || is_whole(v) || is_list_of_strings(v));
    }
    return all;
}

parry_code parry_event_read(const parry_event_context *c, parry_arena *a, const json_t *event, parry_ledger_item *out,
                            parry_err *err)
{
    reading r = {.c = c, .a = a, .err = err};
    const struct type *t = NULL;
    parry_ledger_item item = {.kind = PARRY_LEDGER_EVENT};
    if (!json_is_object(event))
        return parry_fail(err, PARRY_INVALID, "an event must be an object");
    parry_code code = find_type(event, &t, err);
    if (code != PARRY_OK)
        return code;
    r.payload = json_object();
    json_object_set_new(r.payload, "type", json_string(t->name));
    code = set_time(&r, event);
    if (code == PARRY_OK && c->audience.n > 0)
        json_object_set_new(r.payload, "audience", parry_json_text(c->audience));
    if (code == PARRY_OK && c->bot)
        json_object_set_new(r.payload, "bot", json_true());
    if (code == PARRY_OK)
        code = set_fields(&r, t, event);
    if (code == PARRY_OK)
        set_sender(&r, event);
    if (code == PARRY_OK)
        code = read_id(&r, event, &item.id);
    if (code == PARRY_OK) {
        item.payload = dumped(a, r.payload);
        parry_event_set_about(r.payload, &item);
        *out = item;
    }
    json_decref(r.payload);
    return code;
}

void parry_events_manual(parry_buf *out)
{
    parry_buf_addz(out, "| type | needs | may have |\n|---|---|---|\n");
    for (const struct type *t = types; t < types + TYPES; t++)
        parry_buf_printf(out, "| `%s` | %s%s%s%s | %s |\n", t->name, t->needs, *t->needs && *t->any ? "; " : "",
                         *t->any ? "one of " : "", t->any, t->may);
}
