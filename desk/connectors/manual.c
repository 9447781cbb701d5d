/* The kinds and their settings as docs/connectors.md. */
#include "desk/connectors/inner.h"

static const char intro[] =
    "# Connectors: where tickets go\n"
    "\n"
    "Made from the tables in [desk/connectors](../desk/connectors) by `parry connectors markdown`; a test holds the "
    "two "
    "equal.\n"
    "\n"
    "A ticket is accepted once it is on disk; the outbox then brings it to a ticket system, again and again until that "
    "has it. A\nconnector says where that is: a kind of system, and its settings. The built-in case store is always "
    "there, under the name\n`cases`, and needs none. Others stand in a YAML file that `desk.connectors_file` of the "
    "[configuration](configuration.md)\nnames:\n"
    "\n"
    "```yaml\n"
    "helpdesk:                       # a name of your own: a-z 0-9 - _\n"
    "  kind: zendesk\n"
    "  url: https://acme.zendesk.com\n"
    "  user: bot@acme.example\n"
    "  token_file: /etc/parry/zendesk.token\n"
    "mailbox:\n"
    "  kind: smtp\n"
    "  url: smtps://mail.acme.example:465\n"
    "  from: parry@acme.example\n"
    "  to: desk@acme.example\n"
    "  user: parry\n"
    "  password_file: /etc/parry/mail.password\n"
    "```\n"
    "\n"
    "```sh\n"
    "parry connectors kinds                           # every kind and its settings\n"
    "parry connectors list --file connectors.yaml     # what the file makes; a mistake with its place\n"
    "parry connectors test helpdesk --file connectors.yaml   # can it be reached, and are we let in? Creates nothing.\n"
    "```\n"
    "\n"
    "**Secrets** stand in files of their own, which nobody but their owner may read (`chmod 600`), never in the YAML, "
    "in "
    "a log or\nin an error.\n"
    "\n"
    "**What goes over the network** goes by TLS with a certificate that holds, without redirects and proxies, within "
    "limits of time\nand size. Addresses of this machine and of private networks are refused unless `private: true` "
    "stands there; link-local ones\nalways. The check is made on the address that is connected to, so that a name that "
    "resolves anew does not get around it.\nPlain HTTP needs `insecure: true`, but on this machine.\n"
    "\n"
    "## How often a ticket arrives\n"
    "\n"
    "An attempt that is not answered may have arrived all the same. What happens then depends on the target:\n"
    "\n"
    "| kind | a ticket arrives | by |\n"
    "|---|---|---|\n";

static const char fates[] =
    "\n"
    "Asking is as good as the target's list or search: `settle_s` gives time to those that lag behind.\n"
    "\n"
    "What a target answers decides what follows: 2xx is delivered. 400, 413 and 422 are dead letters at once, as the "
    "same would be\nrefused again. 408, 409 and 5xx may have come after the ticket was made: the target is asked "
    "first, "
    "where it can be. All else\n(no connection, 401, 403, 404, 429, a redirect) is tried again: after a growing wait, "
    "or after its `Retry-After`, until which nothing\ngoes to that target: what it limits is us, not one ticket (an "
    "hour at most). `parry outbox` lists dead letters and sends them again.\n";

static const char arrives[] =
    "\n"
    "## What arrives where\n"
    "\n"
    "All of the [hand-off packet](handoff-packet.schema.json) arrives everywhere but where strangers read along: what "
    "was searched for, shown,\nopened and for how long it was read, what was said, how sure the answers were, what was "
    "guessed and how probable it is.\nAs text it is for agents, as `parry-handoff.json` for programs; in that file "
    "attachments are named, as they stand beside it.\n"
    "\n"
    "| kind | as text | the packet | attachments | in fields |\n"
    "|---|---|---|---|---|\n"
    "| `cases` | description, journey, facts | whole: `GET /v1/cases/{id}/packet` | in the packet | queue, priority |\n"
    "| `webhook` | | whole: the body | in the packet | |\n"
    "| `zendesk` | description, journey, facts | `parry-handoff.json`, uploaded | uploaded | priority, tags, group, a "
    "custom field, `external_id` |\n"
    "| `zendesk-requests` | description, journey, facts | `parry-handoff.json`, where strangers may upload | the same "
    "| "
    "priority |\n"
    "| `zammad` | description, journey, facts | `parry-handoff.json` of the article | of the article | priority, "
    "group, "
    "an attribute |\n"
    "| `freshdesk` | description, journey, facts | `parry-handoff.json` of the ticket | of the ticket | priority, "
    "tags, "
    "group, a custom field |\n"
    "| `github`, private | description, journey, facts | folded away in the issue | named | labels |\n"
    "| `github`, public | facts | times, probabilities, queue, priority, language, audience; articles of "
    "`public_audiences` | not even named | labels |\n"
    "| `smtp` | description, journey, facts | `parry-handoff.json` | attached | `X-Parry-Queue`, `X-Parry-Priority` |\n"
    "\n"
    "Facts are queue and priority with their probabilities, language, audience, page and the hand-off's id. A file "
    "that "
    "Zendesk will\nnot have, of a type that its administrators do not take, stays behind, and the text says so: better "
    "than that the ticket does.\nAn issue holds 65,536 characters: where the packet is longer, it goes without the "
    "description, which stands above it, then\nwithout the oldest searches and words, and says how many.\n"
    "\n"
    "**What goes to a public repository** is chosen member by member. There is no setting by which an address, a name "
    "or "
    "what was written\ngets there: `private_repo: true` counts where GitHub says the same. Not there either: the "
    "customer's link, which opens the ticket,\nthe ids of searches, by which their words are found, and the rule of "
    "urgency, which tells what happened.\n"
    "\n"
    "**Nothing twice:** files are sent before the ticket or with it. A process that dies between the two leaves a file "
    "that no ticket has,\nwhich Zendesk removes after an hour, and the next one finds no ticket and makes the only "
    "one.\n";

static const char webhook[] =
    "\n"
    "Sent with `POST`: the [hand-off packet](handoff-packet.schema.json), and these headers.\n"
    "\n"
    "```\n"
    "Content-Type: application/json\n"
    "Parry-Event: handoff\n"
    "Parry-Signature: t=1795253400,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd\n"
    "Idempotency-Key: 019aa5d2-6f00-7000-8000-0242ac120002\n"
    "```\n"
    "\n"
    "`Idempotency-Key` is the hand-off's id, the same in every attempt: a receiver that keeps it can tell a repeated "
    "one. `v1` is the\nHMAC-SHA-256, in hex, of `t`, a dot and the body's bytes, under the secret. Check it before the "
    "body is parsed, in constant time,\nand refuse what is older than five minutes; each attempt is signed anew:\n"
    "\n"
    "```python\n"
    "import hashlib, hmac, time\n"
    "\n"
    "def verify(header, body, secret, now=None, tolerance=300):\n"
    "    \"\"\"header: the value of Parry-Signature; body and secret: bytes.\"\"\"\n"
    "    fields = dict(part.split(\"=\", 1) for part in header.split(\",\"))\n"
    "    expected = hmac.new(secret, fields[\"t\"].encode() + b\".\" + body, hashlib.sha256).hexdigest()\n"
    "    fresh = abs((time.time() if now is None else now) - int(fields[\"t\"])) <= tolerance\n"
    "    return fresh and hmac.compare_digest(expected, fields[\"v1\"])\n"
    "```\n"
    "\n"
    "Any 2xx means that you have it for good: answer once it is on disk. If you like, say what became of it: "
    "`{\"id\": \"4711\",\n\"url\": \"https://desk.example/4711\", \"status\": \"open\"}`. `parry connectors test` "
    "sends "
    "`{\"ping\":true}` as `Parry-Event: ping`.\n";

static const char status[] =
    "\n"
    "## What becomes of a ticket\n"
    "\n"
    "Tickets that were delivered to a kind with `poll_minutes` are asked for: their state comes back as the target "
    "calls it, and\nthey count as ended once it is solved or closed (Zendesk), closed or merged (Zammad), resolved or "
    "closed (Freshdesk), closed\n(GitHub), or once they were deleted there. A system that calls us instead uses `POST "
    "/v1/hooks/ticket`,\nwith a key or signed ([handoff.md](handoff.md#what-becomes-of-it)).\n";

const char *parry_once_name(parry_once_by once)
{
    switch (once) {
    case PARRY_ONCE_KEY:
        return "exactly once";
    case PARRY_ONCE_LOOK:
        return "once";
    case PARRY_ONCE_STABLE_ID:
        break;
    }
    return "at least once";
}

static const char *once_how(parry_once_by once)
{
    switch (once) {
    case PARRY_ONCE_KEY:
        return "a key that the target honours; it is also asked whether it has the ticket";
    case PARRY_ONCE_LOOK:
        return "asking the target whether it has the ticket before it is sent again";
    case PARRY_ONCE_STABLE_ID:
        break;
    }
    return "the same id each time, so that a second one can be told";
}

static void add_key(const parry_connector_key *k, parry_buf *out)
{
    parry_buf_printf(out, "| `%s` | %s | ", k->name, k->help);
    if (k->usual == NULL)
        parry_buf_addz(out, "needed |\n");
    else if (*k->usual == 0)
        parry_buf_addz(out, "empty |\n");
    else
        parry_buf_printf(out, "`%s` |\n", k->usual);
}

static void add_kind(const parry_connector_kind *kind, parry_buf *out)
{
    parry_buf_printf(out, "\n## %s\n\n%s\n", kind->name, kind->help);
    if (kind->keys[0].name != NULL)
        parry_buf_addz(out, "\n| setting | | default |\n|---|---|---|\n");
    for (const parry_connector_key *k = kind->keys; k->name != NULL; k++)
        add_key(k, out);
    if (kind == &parry_kind_webhook)
        parry_buf_addz(out, webhook);
}

void parry_connectors_manual(parry_buf *out)
{
    size_t n;
    const parry_connector_kind *const *kinds = parry_connector_kinds(&n);
    parry_buf_addz(out, intro);
    for (size_t i = 0; i < n; i++)
        parry_buf_printf(out, "| `%s` | %s | %s |\n", kinds[i]->name, parry_once_name(kinds[i]->once),
                         once_how(kinds[i]->once));
    parry_buf_addz(out, fates);
    parry_buf_addz(out, arrives);
    for (size_t i = 0; i < n; i++)
        add_kind(kinds[i], out);
    parry_buf_addz(out, status);
}
