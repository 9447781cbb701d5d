/* GitHub: an issue in a repository. Its body ends with a line that no reader sees, <!-- parry:ID -->, by which it is
 * found in the list of issues; GitHub's search lags behind, the list does not.
 *
 * A public repository never gets what the person wrote or is: the setting private_repo must say that it is private, and
 * GitHub is asked whether that is so before anything is sent there. */
#include "desk/connectors/inner.h"

#include "base/clock.h"

enum { TEXT_MAX = 30000, BODY_MAX = 65000 /* of 65,536 characters */, PAGE = 50, PAGES_MOST = 40, SLACK_MS = 600000 };

static const parry_connector_key keys[] = {
    {"url", PARRY_SETTING_URL, "https://api.github.com", "The API; https://HOST/api/v3 of an Enterprise server."},
    {"owner", PARRY_SETTING_NAME, NULL, "The user or organisation that the repository belongs to."},
    {"repo", PARRY_SETTING_NAME, NULL, "The repository."},
    {"token_file", PARRY_SETTING_SECRET, NULL,
     "A fine-grained token for this repository alone, with read and write access to issues."},
    {"private_repo", PARRY_SETTING_YES_NO, "false",
     "The repository is private, which GitHub is asked for, too. Otherwise an issue has no text, name, e-mail address, "
     "page or link of anybody's, and nothing of what was searched for or said."},
    {"public_audiences", PARRY_SETTING_TEXT, "customer",
     "Audiences, with commas, whose articles anybody may read: where the repository is public, articles that were "
     "shown "
     "and read are named in hand-offs of these alone."},
    {"label", PARRY_SETTING_NAME, "parry", "A label that every issue gets, beside those of queue and priority."},
    {"settle_s", PARRY_SETTING_NUMBER, "15",
     "Seconds after an attempt of which nothing was heard until the list is asked: GitHub may still be at it."},
    PARRY_KEYS_OF_LOOK,
    PARRY_KEYS_OF_WEB,
    {NULL, PARRY_SETTING_TEXT, NULL, NULL}};

static bool is_private(const parry_connector *c) { return strcmp(parry_connector_get(c, "private_repo"), "true") == 0; }

static void sign_in(const parry_connector *c, parry_arena *a, parry_api_call *call)
{
    call->headers[0] = "Accept: application/vnd.github+json";
    call->headers[1] = parry_str_printf(a, "Authorization: Bearer %s", parry_connector_get(c, "token_file")).p;
    call->headers[2] = "X-GitHub-Api-Version: 2022-11-28";
}

static const char *path_of(const parry_connector *c, parry_arena *a, const char *rest)
{
    return parry_str_printf(a, "/repos/%s/%s%s", parry_connector_get(c, "owner"), parry_connector_get(c, "repo"), rest)
        .p;
}

static void read_issue(const json_t *issue, parry_receipt *out)
{
    parry_receipt_set(out->remote_id, json_object_get(issue, "number"));
    parry_receipt_set(out->remote_url, json_object_get(issue, "html_url"));
    parry_receipt_set(out->status, json_object_get(issue, "state"));
    out->ended = parry_str_eqz(parry_json_at(issue, "state"), "closed");
}

/* ---- creating ---------------------------------------------------------------------------------------------------- */

static void add_who(const parry_ticket *t, parry_buf *out)
{
    parry_buf_printf(out, "%.*s%s%.*s wrote:\n\n", PARRY_FMT(t->name), t->name.n > 0 ? ", " : "", PARRY_FMT(t->email));
}

/* Nothing in it is Markdown to GitHub, mentions nobody and closes nothing: a fence longer than any in the text. */
static void add_fenced(parry_buf *out, parry_str text)
{
    size_t run = 0, most = 2;
    for (size_t i = 0; i < text.n; i++) {
        run = text.p[i] == '`' ? run + 1 : 0;
        most = run > most ? run : most;
    }
    for (size_t i = 0; i <= most; i++)
        parry_buf_addc(out, '`');
    parry_buf_printf(out, "text\n%.*s\n", PARRY_FMT(text));
    for (size_t i = 0; i <= most; i++)
        parry_buf_addc(out, '`');
}

/* ---- the packet, folded away ------------------------------------------------------------------------------------- */

/* Characters; two for those that some count as two. */
static size_t length_of(parry_str s)
{
    size_t n = parry_utf8_count(s);
    for (size_t i = 0; i < s.n; i++)
        n += (unsigned char)s.p[i] >= 0xF0;
    return n;
}

/* As much of it as there is room for: with line breaks, without, without the description, which stands above, and then
 * without the oldest searches and words. *cut: how many of these are missing. Changes the packet. */
static parry_str fitting(parry_arena *a, json_t *packet, size_t room, size_t *cut)
{
    json_t *ticket = json_object_get(packet, "ticket"), *journey = json_object_get(packet, "journey");
    json_t *searches = json_object_get(journey, "searches"), *said = json_object_get(journey, "said");
    parry_str text = parry_connector_document(a, packet, true);
    if (length_of(text) > room)
        text = parry_connector_document(a, packet, false);
    if (length_of(text) > room && json_object_del(ticket, "description") == 0)
        text = parry_connector_document(a, packet, false);
    for (*cut = 0; length_of(text) > room && (json_array_size(searches) > 0 || json_array_size(said) > 0); (*cut)++) {
        (void)json_array_remove(json_array_size(searches) >= json_array_size(said) ? searches : said, 0);
        text = parry_connector_document(a, packet, false);
    }
    return text;
}

static bool names_articles(const parry_connector *c, const parry_ticket *t)
{
    parry_str rest = parry_str_of(parry_connector_get(c, "public_audiences")), one;
    while (parry_str_split(&rest, ',', &one)) {
        if (parry_str_eq(parry_str_trim(one), t->audience))
            return true;
    }
    return false;
}

static void add_packet(const parry_connector *c, parry_arena *a, const parry_ticket *t, parry_buf *body)
{
    size_t cut = 0, used = length_of(parry_buf_str(body)), room = BODY_MAX > used ? BODY_MAX - used : 0;
    json_t *own = is_private(c) ? parry_connector_packet(t) : parry_connector_public_packet(t, names_articles(c, t));
    json_t *packet = json_deep_copy(own);
    parry_str text = fitting(a, packet, room, &cut);
    parry_buf_addz(body, "\n\n<details><summary>" PARRY_TICKET_DOCUMENT "</summary>\n\n");
    if (length_of(text) <= room) /* no line of it begins with a fence */
        parry_buf_printf(body, "```json\n%.*s\n```", PARRY_FMT(text));
    if (length_of(text) > room)
        parry_buf_addz(body, "There is no room for it here.");
    else if (cut > 0)
        parry_buf_printf(body, "\n\nThere was no room for the oldest %zu searches and words.", cut);
    parry_buf_addz(body, "\n\n</details>");
    json_decref(packet);
    json_decref(own);
}

static json_t *body_of(const parry_connector *c, parry_arena *a, const parry_ticket *t)
{
    parry_buf text = PARRY_BUF(4 * BODY_MAX), body = PARRY_BUF(16 * BODY_MAX);
    bool all = is_private(c);
    unsigned without = (1U << t->nattachments) - 1; /* an issue takes no files; the packet is in it */
    if (all)
        add_who(t, &text);
    else
        parry_buf_addz(&body, "What was written is not shown here, as this repository is public.\n\n");
    parry_connector_text(t, &(parry_text_wish){.most = TEXT_MAX, .without = without, .privacy = !all}, &text);
    add_fenced(&body, parry_buf_str(&text));
    add_packet(c, a, t, &body);
    parry_buf_printf(&body, "\n\n<!-- parry:%.*s -->\n", PARRY_FMT(t->id));
    json_t *j = json_stringn(body.p, body.n);
    parry_buf_free(&text);
    parry_buf_free(&body);
    return j;
}

static json_t *issue_of(const parry_connector *c, parry_arena *a, const parry_ticket *t)
{
    const char *queue = parry_queue_name(t->queue), *priority = parry_priority_name(t->priority);
    parry_str title = is_private(c) ? parry_utf8_cut(t->subject, 250)
                                    : parry_str_printf(a, "%s: a hand-off of %s priority", queue, priority);
    return json_pack("{s:s%, s:o, s:[s, s, s]}", "title", title.p, title.n, "body", body_of(c, a, t), "labels",
                     parry_connector_get(c, "label"), parry_str_printf(a, "queue:%s", queue).p,
                     parry_str_printf(a, "priority:%s", priority).p);
}

/* Is the repository what the settings say? */
static parry_fate check_private(const parry_connector *c, parry_arena *a, parry_receipt *out, parry_err *err)
{
    json_t *reply = NULL;
    parry_api_call call = {.path = path_of(c, a, "")};
    sign_in(c, a, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, NULL, out, err);
    if (fate == PARRY_FATE_DELIVERED && !json_is_true(json_object_get(reply, "private"))) {
        (void)parry_fail(err, PARRY_DENIED, "the repository is public, and private_repo says true: nothing is sent");
        fate = PARRY_FATE_LATER;
    }
    json_decref(reply);
    return fate == PARRY_FATE_DELIVERED ? fate : PARRY_FATE_LATER; /* no issue was made */
}

static parry_fate github_send(parry_connector *c, const parry_ticket *t, parry_receipt *out, parry_err *err)
{
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    parry_fate fate = is_private(c) ? check_private(c, a, out, err) : PARRY_FATE_DELIVERED;
    if (fate == PARRY_FATE_DELIVERED) {
        parry_api_call call = {.path = path_of(c, a, "/issues"), .body = issue_of(c, a, t)};
        sign_in(c, a, &call);
        fate = parry_api_ask(c, &call, &reply, NULL, out, err);
    }
    if (fate == PARRY_FATE_DELIVERED)
        read_issue(reply, out);
    json_decref(reply);
    parry_arena_free(a);
    return fate;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static const json_t *marked(const json_t *list, const char *mark)
{
    const json_t *j;
    size_t i;
    json_array_foreach(list, i, j)
    {
        const char *body = json_string_value(json_object_get(j, "body"));
        if (body != NULL && strstr(body, mark) != NULL)
            return j;
    }
    return NULL;
}

/* One page of the issues since a time, oldest first; *more: there is another. */
static parry_fate look_at_page(const parry_connector *c, parry_arena *a, const char *since, int page, const char *mark,
                               bool *more, parry_receipt *out, parry_err *err)
{
    json_t *reply = NULL;
    parry_str rest = parry_str_printf(
        a, "/issues?state=all&sort=created&direction=asc&since=%.19sZ&per_page=%d&page=%d", since, PAGE, page);
    parry_api_call call = {.path = path_of(c, a, rest.p)};
    sign_in(c, a, &call);
    parry_fate fate = parry_api_ask(c, &call, &reply, NULL, out, err);
    if (fate == PARRY_FATE_DELIVERED && !json_is_array(reply))
        fate = parry_odd_answer(err);
    if (fate == PARRY_FATE_DELIVERED) {
        const json_t *issue = marked(reply, mark);
        *more = json_array_size(reply) == PAGE;
        if (issue != NULL)
            read_issue(issue, out);
        else
            fate = PARRY_FATE_ABSENT;
    }
    json_decref(reply);
    return fate;
}

static parry_fate look_through(const parry_connector *c, parry_arena *a, const parry_outbox_item *item,
                               parry_receipt *out, parry_err *err)
{
    char since[PARRY_TIME_TEXT];
    bool more = true;
    parry_fate fate = PARRY_FATE_ABSENT;
    const char *mark = parry_str_printf(a, "<!-- parry:%.*s -->", PARRY_FMT(item->key)).p;
    parry_time_text(item->created_ms - SLACK_MS, since); /* clocks differ */
    for (int page = 1; fate == PARRY_FATE_ABSENT && more; page++) {
        if (page > PAGES_MOST) {
            (void)parry_fail(err, PARRY_TOO_LARGE, "there are too many issues to look for one");
            return PARRY_FATE_LATER;
        }
        fate = look_at_page(c, a, since, page, mark, &more, out, err);
    }
    return fate;
}

static parry_fate github_look(parry_connector *c, const parry_outbox_item *item, parry_receipt *out, parry_err *err)
{
    int status = 0;
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    parry_fate fate;
    if (item->receipt.remote_id[0] == 0) {
        fate = look_through(c, a, item, out, err);
    } else {
        parry_str id = parry_url_encode(a, parry_str_of(item->receipt.remote_id));
        parry_api_call call = {.path = path_of(c, a, parry_str_printf(a, "/issues/%.*s", PARRY_FMT(id)).p)};
        sign_in(c, a, &call);
        fate = parry_api_ask(c, &call, &reply, &status, out, err);
        if (status == 404 || status == 410)
            fate = parry_receipt_gone(item, out);
        else if (fate == PARRY_FATE_DELIVERED)
            read_issue(reply, out);
    }
    json_decref(reply);
    parry_arena_free(a);
    return fate;
}

static parry_code github_test(parry_connector *c, parry_err *err)
{
    json_t *reply = NULL;
    parry_arena *a = parry_arena_new();
    parry_api_call call = {.path = path_of(c, a, "")};
    sign_in(c, a, &call);
    parry_code code = parry_api_try(c, &call, &reply, err);
    if (code == PARRY_OK && is_private(c) && !json_is_true(json_object_get(reply, "private")))
        code = parry_fail(err, PARRY_INVALID, "the repository is public, and private_repo says true: nothing is sent");
    else if (code == PARRY_OK && json_is_false(json_object_get(reply, "has_issues")))
        code = parry_fail(err, PARRY_INVALID, "the repository has no issues; turn them on in its settings");
    json_decref(reply);
    parry_arena_free(a);
    return code;
}

const parry_connector_kind parry_kind_github = {
    .name = "github",
    .help = "Issues of a GitHub repository, with labels `queue:Refunds` and `priority:high`. The list of issues since "
            "the hand-off is looked through before anything is sent again. The packet is in the issue, folded away; "
            "attachments are named. A public repository gets no personal data.",
    .keys = keys,
    .once = PARRY_ONCE_LOOK,
    .send = github_send,
    .look = github_look,
    .test = github_test};
