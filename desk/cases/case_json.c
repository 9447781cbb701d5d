/* Cases as JSON and as lines of an export. */
#include "desk/cases/case_json.h"

#include <stdlib.h>

static json_t *text_json(parry_str s) { return json_stringn(s.p ? s.p : "", s.n); }

static json_t *time_json(int64_t ms)
{
    char text[PARRY_TIME_TEXT];
    if (ms == 0)
        return json_null();
    parry_time_text(ms, text);
    return json_string(text);
}

static json_t *text_or_null(parry_str s) { return s.n > 0 ? text_json(s) : json_null(); }

bool parry_case_hides_external(parry_str external_id) { return parry_str_starts(external_id, "once:"); }

json_t *parry_case_json(const parry_case *k)
{
    json_t *j = json_object();
    parry_str external = parry_case_hides_external(k->external_id) ? parry_str_of("") : k->external_id;
    json_object_set_new(j, "id", json_integer((json_int_t)k->id));
    json_object_set_new(j, "customerName", text_json(k->customer_name));
    json_object_set_new(j, "customerEmail", text_json(k->customer_email));
    json_object_set_new(j, "subject", text_json(k->subject));
    json_object_set_new(j, "description", text_json(k->description));
    json_object_set_new(j, "priority", json_string(parry_priority_name(k->priority)));
    json_object_set_new(j, "status", json_string(parry_case_status_name(k->status)));
    json_object_set_new(j, "queue", json_string(parry_queue_name(k->queue)));
    json_object_set_new(j, "channel", text_or_null(parry_str_of(parry_channel_name(k->channel))));
    json_object_set_new(j, "assignee", text_or_null(k->assignee));
    json_object_set_new(j, "createdAt", time_json(k->created_ms));
    json_object_set_new(j, "updatedAt", time_json(k->updated_ms));
    json_object_set_new(j, "firstReplyAt", time_json(k->first_reply_ms));
    json_object_set_new(j, "inprogressAt", time_json(k->inprogress_ms));
    json_object_set_new(j, "doneAt", time_json(k->done_ms));
    json_object_set_new(j, "reopened", json_integer(k->reopened));
    json_object_set_new(j, "locale", text_or_null(k->locale));
    json_object_set_new(j, "audience", text_or_null(k->audience));
    json_object_set_new(j, "externalId", text_or_null(external));
    json_object_set_new(j, "version", json_integer(k->version));
    json_object_set_new(j, "commentCount", json_integer(k->ncomments));
    return j;
}

json_t *parry_case_files_json(const parry_case_comment *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->nfiles; i++) {
        const parry_case_file *f = &m->files[i];
        json_array_append_new(list,
                              json_pack("{s:I, s:o, s:o, s:I}", "id", (json_int_t)f->id, "name", text_json(f->is.name),
                                        "type", text_json(f->is.type), "size", (json_int_t)f->size));
    }
    return list;
}

static json_t *comment_json(const parry_case_comment *m)
{
    json_t *j = json_object();
    json_object_set_new(j, "id", json_integer((json_int_t)m->id));
    json_object_set_new(j, "author", text_json(m->author));
    json_object_set_new(j, "text", text_json(m->text));
    json_object_set_new(j, "createdAt", time_json(m->created_ms));
    json_object_set_new(j, "kind", json_string(parry_comment_kind_name(m->kind)));
    json_object_set_new(j, "replyTo", m->reply_to > 0 ? json_integer((json_int_t)m->reply_to) : json_null());
    json_object_set_new(j, "attachments", parry_case_files_json(m));
    return j;
}

json_t *parry_comments_json(const parry_case_comment *list, size_t n)
{
    json_t *j = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(j, comment_json(&list[i]));
    return j;
}

/* ---- CSV (RFC 4180) ---------------------------------------------------------------------------------------------- */

/* A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection). */
static void add_cell(parry_buf *out, const char *before, parry_str s)
{
    parry_buf_addz(out, before);
    parry_buf_addc(out, '"');
    if (s.n > 0 && strchr("=+-@\t\r\n", s.p[0]) != NULL)
        parry_buf_addc(out, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            parry_buf_addc(out, '"');
        parry_buf_addc(out, s.p[i]);
    }
    parry_buf_addc(out, '"');
}

void parry_case_csv(const parry_case *k, parry_buf *out)
{
    json_t *j = k != NULL ? parry_case_json(k) : NULL;
    static const char *const columns[] = {
        "createdAt", "updatedAt",   "status", "priority",     "queue",  "assignee",   "customerName", "customerEmail",
        "subject",   "description", "locale", "firstReplyAt", "doneAt", "externalId", "channel",      NULL};
    if (j == NULL)
        parry_buf_addz(out, "id");
    else
        parry_buf_printf(out, "%lld", (long long)json_integer_value(json_object_get(j, "id")));
    for (const char *const *name = columns; *name != NULL; name++) {
        const json_t *v = json_object_get(j, *name);
        if (j == NULL)
            parry_buf_printf(out, ",%s", *name);
        else
            add_cell(out, ",", parry_str_make(json_string_value(v), json_string_length(v)));
    }
    if (j == NULL)
        parry_buf_addz(out, ",commentCount\r\n");
    else
        parry_buf_printf(out, ",%lld\r\n", (long long)json_integer_value(json_object_get(j, "commentCount")));
    json_decref(j);
}

/* ---- NDJSON ------------------------------------------------------------------------------------------------------ */

void parry_case_line(const parry_case *k, const parry_case_comment *list, size_t n, parry_buf *out)
{
    json_t *j = parry_case_json(k);
    json_object_set_new(j, "comments", parry_comments_json(list, n));
    char *line = json_dumps(j, JSON_COMPACT);
    parry_buf_addz(out, line);
    parry_buf_addc(out, '\n');
    free(line);
    json_decref(j);
}
