"""Fakes of ticket systems: each checks what it is sent against the published shape of the real API, keeps what it took,
and fails by a plan.

A plan is a list of faults, one for each request of a kind ("create" or "look"), in order; then all is well:
  before-SECONDS  silent so long, and closed: nothing was done        after-SECONDS  the same, but it was done
  429, 429-date   Retry-After 1, as a number or a date                500, 500-done  a gateway's word, before or after
  half, half-json the answer is cut, by its length or in its JSON     reset, reset-done  the connection is reset
  huge, headers   an answer that is too large to be read: done
  redirect        to another place                                    401, 403, 404, 400, 503 ...  an answer"""
import base64
import email.utils
import json
import re
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

DONE = {"500-done", "half", "half-json", "reset-done", "huge", "headers"}


class Wrong(Exception):
    """A request that the real API would refuse."""


def need(condition, what):
    if not condition:
        raise Wrong(what)


def text(value, least=0, most=65535):
    return isinstance(value, str) and least <= len(value) <= most


DOCUMENT = "parry-handoff.json"


def apart(files):
    """The files of a ticket, and the packet that stands among them, once and last."""
    names = [name for name, _ in files]
    need(names.count(DOCUMENT) <= 1 and DOCUMENT not in names[:-1], f"{DOCUMENT} among {names}")
    if DOCUMENT not in names:
        return {"files": list(files), "packet": None}
    return {"files": list(files[:-1]), "packet": json.loads(files[-1][1].decode("utf-8"))}


def is_type(value):
    return isinstance(value, str) and re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", value)


def is_address(value):
    return text(value, 3, 254) and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.fake.take(self)

    do_POST = do_PUT = do_HEAD = do_GET

    def reply(self, status, body, headers=(), cut=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data) if cut != "half-json" else len(data) // 2))
        self.send_header("Connection", "close")
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[:len(data) // 2] if cut else data)
        self.close_connection = True

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()


class Fake:
    """The web server that all of them share. A subclass has routes: (method, pattern, what it is, function)."""
    routes = ()

    def __init__(self, plan=None, tls=None, host="127.0.0.1"):
        self.plan = {what: list(faults) for what, faults in (plan or {}).items()}
        self.lock = threading.Lock()
        self.tickets, self.wrong, self.requests, self.seen = [], [], [], []
        self.server = ThreadingHTTPServer((host, 0), Handler)
        self.server.daemon_threads = True
        self.server.fake = self
        self.server.handle_error = lambda *_: None  # clients that go away
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{'https' if tls else 'http'}://{host}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- one request

    def take(self, h):
        body = h.rfile.read(int(h.headers.get("Content-Length", 0)))
        parts = urlsplit(h.path)
        with self.lock:
            self.requests.append((h.command, parts.path))
            self.seen.append(body)
        for method, pattern, what, act in self.routes:
            found = re.fullmatch(pattern, parts.path)
            if method == h.command and found:
                return self.act(h, what, lambda: act(self, h, body, parse_qs(parts.query), *map(unquote, found.groups())))
        with self.lock:
            self.wrong.append(f"{h.command} {h.path}: no such call")
        return h.reply(404, {"error": "NotFound"})

    def act(self, h, what, do):
        with self.lock:
            faults = self.plan.get(what)
            fault = faults.pop(0) if faults else "ok"
            done = None
            if fault == "ok" or fault in DONE or fault.startswith("after"):
                try:
                    done = do()
                except Wrong as why:
                    self.wrong.append(str(why))
                    done = 422, {"error": "RecordInvalid", "description": str(why)}
        self.fail(h, fault, done)

    def fail(self, h, fault, done):
        if fault == "ok":
            h.reply(*done)
        elif fault.startswith(("before", "after")):
            time.sleep(float(fault.split("-")[1]))
            h.close_connection = True
        elif fault == "429":
            h.reply(429, {"error": "TooManyRequests"}, [("Retry-After", "1")])
        elif fault == "429-date":
            h.reply(429, {"error": "TooManyRequests"}, [("Retry-After", email.utils.formatdate(time.time() + 2, usegmt=True))])
        elif fault in ("half", "half-json"):
            h.reply(*done, cut=fault)
        elif fault == "huge":
            h.reply(201, {"pad": "x" * (9 << 20)})
        elif fault == "headers":
            h.reply(201, {}, [(f"X-{i}", "x" * 1000) for i in range(90)])
        elif fault.startswith("reset"):
            h.reset()
        elif fault == "redirect":
            h.reply(302, {}, [("Location", self.url + "/elsewhere")])
        else:
            h.reply(int(fault.split("-")[0]), {"error": "Broken", "description": "somebody@secret.example said so"})

    # -- what they share

    def json(self, h, body):
        need(h.headers.get("Content-Type", "").startswith("application/json"), "Content-Type is not application/json")
        try:
            return json.loads(body.decode("utf-8"))
        except ValueError:
            raise Wrong("the body is no JSON") from None

    def basic(self, h, user, password):
        wanted = base64.b64encode(f"{user}:{password}".encode()).decode()
        need(h.headers.get("Authorization") == f"Basic {wanted}", "Authorization is not right")


class Webhook(Fake):
    """What anybody may write in an afternoon."""

    def receive(self, h, body, _query):
        import hashlib
        import hmac
        fields = dict(part.split("=", 1) for part in h.headers.get("Parry-Signature", "").split(","))
        wanted = hmac.new(b"a secret of 16 b", fields["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        need(hmac.compare_digest(wanted, fields["v1"]), "the signature is not right")
        need(abs(time.time() - int(fields["t"])) < 60, "the signature is old")
        if h.headers.get("Parry-Event") == "ping":
            return 200, {}
        need(h.headers.get("Parry-Event") == "handoff", "Parry-Event is not right")
        packet = self.json(h, body)
        need(h.headers.get("Idempotency-Key") == packet["handoff_id"], "Idempotency-Key is not the hand-off's id")
        self.tickets.append({"external": packet["handoff_id"], "text": packet["ticket"]["description"], "packet": packet,
                             "subject": packet["ticket"]["subject"], "email": packet["requester"]["email"]})
        return 200, {"id": len(self.tickets), "url": "https://desk.example/1", "status": "open"}

    routes = (("POST", "/in", "create", receive),)


class Zendesk(Fake):
    """developer.zendesk.com: Tickets, Requests, Attachments, Users."""
    user, token = "bot@acme.example", "zendesk-token-sEcReT"

    def __init__(self, *args, honours=True, refuses=(), **kwargs):
        """refuses: ends of the names of files that its administrators do not take."""
        super().__init__(*args, **kwargs)
        self.honours, self.refuses, self.uploads, self.used, self.keys = honours, tuple(refuses), {}, set(), {}

    def made(self, t):
        """Of files that were uploaded within the hour, each for one comment."""
        tokens = t["comment"].get("uploads", [])
        need(set(tokens) <= set(self.uploads) - self.used and len(set(tokens)) == len(tokens), "comment.uploads")
        self.used.update(tokens)
        files = [self.uploads[token] for token in tokens]
        ticket = {"id": 35436 + len(self.tickets), "status": "new", "subject": t["subject"],
                  "external_id": t.get("external_id"), "created_at": "2026-11-21T09:30:00Z"}
        self.tickets.append({"external": t.get("external_id"), "text": t["comment"]["body"], "subject": t["subject"],
                             "email": t["requester"]["email"], "name": t["requester"]["name"], "ticket": ticket,
                             "priority": t.get("priority"), "sent": t, **apart(files)})
        return ticket

    def check_common(self, t):
        need(text(t.get("subject"), 1, 255), "subject")
        need(isinstance(t.get("comment"), dict) and text(t["comment"].get("body"), 1), "comment.body")
        need(isinstance(t.get("requester"), dict) and is_address(t["requester"].get("email")), "requester.email")
        need(text(t["requester"].get("name"), 1, 255), "requester.name")
        need(set(t["comment"]) <= {"body", "uploads"}, "comment")
        need(t.get("priority") in (None, "low", "normal", "high", "urgent"), "priority")

    def create(self, h, body, _query):
        self.basic(h, self.user + "/token", self.token)
        call = self.json(h, body)
        need(set(call) == {"ticket"}, "ticket is not the one member")
        t = call["ticket"]
        known = {"subject", "comment", "requester", "external_id", "priority", "tags", "custom_fields", "group_id"}
        need(set(t) <= known, f"members {set(t) - known}")
        self.check_common(t)
        need(text(t.get("external_id"), 1, 255), "external_id")
        need(all(text(tag, 1, 80) and " " not in tag for tag in t.get("tags", [])), "tags")
        need(all(isinstance(f["id"], int) for f in t.get("custom_fields", [])), "custom_fields")
        need(isinstance(t.get("group_id", 1), int), "group_id")
        key = h.headers.get("Idempotency-Key")
        if self.honours and key in self.keys:
            before, ticket = self.keys[key]
            return (201, {"ticket": ticket}) if before == body else (400, {"error": "IdempotentRequestError"})
        ticket = self.made(t)
        self.keys[key] = (body, ticket)
        return 201, {"ticket": ticket}

    def upload(self, h, body, query):
        """The type is that of the file, and the name ends as such files do."""
        if "Authorization" in h.headers:
            self.basic(h, self.user + "/token", self.token)
        name, kind = query.get("filename", [""])[0], h.headers.get("Content-Type")
        need(name and body, "filename, and a body")
        need(is_type(kind), "Content-Type of an upload")
        need(kind != "application/json" or name.endswith(".json"), "the end of the name of an upload")
        if name.endswith(self.refuses):
            return 422, {"error": "RecordInvalid", "description": "this type of file is not taken"}
        token = f"t{len(self.uploads)}"
        self.uploads[token] = (name, body)
        return 201, {"upload": {"token": token, "attachment": {"id": 498483, "file_name": name}}}

    def listed(self, h, _body, query):
        self.basic(h, self.user + "/token", self.token)
        found = [t["ticket"] for t in self.tickets if t["external"] == query["external_id"][0]]
        return 200, {"tickets": found, "count": len(found), "next_page": None, "previous_page": None}

    def one(self, h, _body, _query, number):
        self.basic(h, self.user + "/token", self.token)
        found = [t["ticket"] for t in self.tickets if str(t["ticket"]["id"]) == number]
        return (200, {"ticket": found[0]}) if found else (404, {"error": "RecordNotFound"})

    def me(self, h, _body, _query):
        if "Authorization" not in h.headers:
            return 200, {"user": {"id": None, "name": "Anonymous user", "role": "end-user"}}
        self.basic(h, self.user + "/token", self.token)
        return 200, {"user": {"id": 1, "role": "agent"}}

    def request(self, h, body, _query):
        need("Authorization" not in h.headers, "an anonymous request has no Authorization")
        call = self.json(h, body)
        need(set(call) == {"request"}, "request is not the one member")
        need(set(call["request"]) <= {"subject", "comment", "requester", "priority"}, "members")
        self.check_common(call["request"])
        return 201, {"request": self.made(call["request"])}

    def solve(self):
        for t in self.tickets:
            t["ticket"]["status"] = "solved"

    routes = (("POST", "/api/v2/tickets.json", "create", create), ("POST", "/api/v2/uploads.json", "upload", upload),
              ("GET", "/api/v2/tickets.json", "look", listed), ("GET", r"/api/v2/tickets/(\d+)\.json", "look", one),
              ("GET", "/api/v2/users/me.json", "test", me), ("POST", "/api/v2/requests.json", "create", request))


class Zammad(Fake):
    """docs.zammad.org: Tickets, Articles, Search."""
    token = "zammad-token-sEcReT"

    def sign_in(self, h):
        need(h.headers.get("Authorization") == f"Token token={self.token}", "Authorization is not right")

    def create(self, h, body, query):
        self.sign_in(h)
        t = self.json(h, body)
        known = {"title", "group", "customer_id", "priority", "article", "parry_id"}
        need(set(t) <= known, f"members {set(t) - known}")
        need(text(t.get("title"), 1, 250) and text(t.get("group"), 1, 160), "title, group")
        need(t["group"] in ("Users", "Money"), "Group can't be blank")
        need(t["customer_id"].startswith("guess:") and is_address(t["customer_id"][6:]), "customer_id")
        need(t["priority"] in ("1 low", "2 normal", "3 high"), "priority")
        a = t["article"]
        need(text(a.get("subject"), 1, 3000) and text(a.get("body"), 1, 1500000), "article")
        need(a["content_type"] == "text/plain" and a["type"] == "web" and a["internal"] is False, "article's type")
        need(a["sender"] == "Customer", "article.sender")
        files = [(f["filename"], base64.b64decode(f["data"], validate=True)) for f in a["attachments"]]
        need(all(is_type(f["mime-type"]) and set(f) == {"filename", "data", "mime-type"} for f in a["attachments"]), "attachments")
        ticket = {"id": 1 + len(self.tickets), "number": "31001", "title": t["title"], "state": "new",
                  "group": t["group"], "parry_id": t.get("parry_id")}
        found = re.search(r"^Hand-off: (\S+)$", a["body"], re.M)
        self.tickets.append({"external": t.get("parry_id") or found.group(1), "text": a["body"], **apart(files),
                             "subject": t["title"], "email": t["customer_id"][6:], "ticket": ticket})
        need(query.get("expand") == ["true"], "expand")
        return 201, ticket

    def search(self, h, _body, query):
        self.sign_in(h)
        need(query["expand"] == ["true"] and int(query["limit"][0]) <= 100, "expand, limit")
        found = re.fullmatch(r'(?:(parry_id):)?"([0-9a-f-]{36})"', query["query"][0])
        need(found, "query")
        field, wanted = found.groups()
        return 200, [t["ticket"] for t in self.tickets
                     if (t["ticket"]["parry_id"] == wanted if field else wanted in t["text"])]

    def one(self, h, _body, _query, number):
        self.sign_in(h)
        found = [t["ticket"] for t in self.tickets if str(t["ticket"]["id"]) == number]
        return (200, found[0]) if found else (404, {"error": "Couldn't find Ticket"})

    def me(self, h, _body, _query):
        self.sign_in(h)
        return 200, {"id": 3, "login": "bot"}

    def solve(self):
        for t in self.tickets:
            t["ticket"]["state"] = "closed"

    routes = (("POST", "/api/v1/tickets", "create", create), ("GET", "/api/v1/tickets/search", "look", search),
              ("GET", r"/api/v1/tickets/(\d+)", "look", one), ("GET", "/api/v1/users/me", "test", me))


def form_of(h, body):
    """multipart/form-data as [(name, file name or None, bytes)]."""
    import email.parser
    import email.policy
    head = f"Content-Type: {h.headers['Content-Type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    need(message.is_multipart(), "no form")
    need(all(set(p.keys()) <= {"Content-Disposition", "Content-Type"} for p in message.iter_parts()), "headers of a part")
    return [(p.get_param("name", header="Content-Disposition"), p.get_filename(), p.get_payload(decode=True))
            for p in message.iter_parts()]


class Freshdesk(Fake):
    """developers.freshdesk.com/api: Tickets, Filter tickets."""
    token = "freshdesk-key-sEcReT"
    lag = 0  # seconds until the search sees a ticket

    def read(self, h, body):
        """With files it is a form; all of them together are 20 MB at most."""
        need(h.headers.get("Content-Type", "").startswith("multipart/form-data; boundary="), "Content-Type of a form")
        t, files = {"tags": [], "custom_fields": {}}, []
        for name, file_name, value in form_of(h, body):
            inner = re.fullmatch(r"custom_fields\[(\w+)\]", name)
            if name == "attachments[]":
                files.append((file_name, value))
            elif name == "tags[]":
                t["tags"].append(value.decode())
            elif inner:
                t["custom_fields"][inner.group(1)] = value.decode()
            else:
                number = name in ("status", "priority", "source", "group_id")
                t[name] = int(value) if number else value.decode()
        need(all(name for name, _ in files) and sum(len(value) for _, value in files) <= 20 << 20, "attachments[]")
        return t, files

    def create(self, h, body, _query):
        self.basic(h, self.token, "X")
        t, files = self.read(h, body)
        known = {"name", "email", "subject", "description", "status", "priority", "source", "tags", "custom_fields", "group_id"}
        need(set(t) <= known, f"members {set(t) - known}")
        need(text(t.get("subject"), 1, 255) and text(t.get("description"), 1, 1 << 20), "subject, description")
        need(is_address(t.get("email")) and text(t.get("name", "x"), 1, 255), "email, name")
        need(t["status"] in (2, 3, 4, 5) and t["priority"] in (1, 2, 3, 4) and t["source"] in (1, 2, 3, 7, 9, 10), "numbers")
        need(all(text(tag, 1, 32) for tag in t["tags"]), "tags")
        need(set(t["custom_fields"]) <= {"cf_parry_id"}, "custom_fields")
        import html
        need(not re.search(r"<(?!br>)", t["description"]), "the description holds other HTML than <br>")
        plain = html.unescape(t["description"].replace("<br>", "\n"))
        ticket = {"id": 20 + len(self.tickets), "status": 2, "subject": t["subject"], "custom_fields": t["custom_fields"]}
        self.tickets.append({"external": t["custom_fields"]["cf_parry_id"], "text": plain, "subject": t["subject"],
                             "email": t["email"], "ticket": ticket, "at": time.time(), **apart(files)})
        return 201, ticket

    def search(self, h, _body, query):
        self.basic(h, self.token, "X")
        found = re.fullmatch(r'"(\w+):\'([0-9a-f-]{36})\'"', query["query"][0])
        need(found, "query")
        if found.group(1) != "cf_parry_id":
            return 400, {"description": "Validation failed", "errors": [{"field": found.group(1)}]}
        results = [t["ticket"] for t in self.tickets
                   if t["external"] == found.group(2) and time.time() >= t["at"] + self.lag]
        return 200, {"total": len(results), "results": results}

    def one(self, h, _body, _query, number):
        self.basic(h, self.token, "X")
        found = [t["ticket"] for t in self.tickets if str(t["ticket"]["id"]) == number]
        return (200, found[0]) if found else (404, {})

    def solve(self):
        for t in self.tickets:
            t["ticket"]["status"] = 5

    routes = (("POST", "/api/v2/tickets", "create", create), ("GET", "/api/v2/search/tickets", "look", search),
              ("GET", r"/api/v2/tickets/(\d+)", "look", one))


class GitHub(Fake):
    """docs.github.com/rest: Issues, Repositories."""
    token = "github-token-sEcReT"

    def __init__(self, *args, private=True, others=0, **kwargs):
        super().__init__(*args, **kwargs)
        self.private = private
        self.issues = [{"number": 1 + i, "body": f"other {i}", "state": "open", "html_url": "https://github.example/1"}
                       for i in range(others)]

    def sign_in(self, h):
        need(h.headers.get("Authorization") == f"Bearer {self.token}", "Authorization is not right")
        need(h.headers.get("Accept") == "application/vnd.github+json", "Accept")
        need(h.headers.get("X-GitHub-Api-Version") == "2022-11-28", "X-GitHub-Api-Version")
        need(h.headers.get("User-Agent"), "User-Agent is missing")

    def create(self, h, body, _query):
        self.sign_in(h)
        t = self.json(h, body)
        need(set(t) <= {"title", "body", "labels"}, "members")
        need(text(t["title"], 1, 256) and text(t["body"], 1, 65536), "title, body")
        need(all(text(label, 1, 50) for label in t["labels"]), "labels")
        found = re.findall(r"^<!-- parry:(\S+) -->$", t["body"], re.M)
        need(len(found) == 1, "the mark of the hand-off")
        issue = {"number": 1 + len(self.issues), "state": "open", "title": t["title"], "body": t["body"],
                 "html_url": f"https://github.example/acme/desk/issues/{1 + len(self.issues)}", "labels": t["labels"]}
        self.issues.append(issue)
        folded = re.findall(r"^<details><summary>parry-handoff.json</summary>\n\n```json\n(.*?)\n```\n.*?^</details>$",
                            t["body"], re.M | re.S)
        need(len(folded) == 1, "the packet, folded away")
        self.tickets.append({"external": found[0], "text": t["body"], "subject": t["title"], "ticket": issue,
                             "labels": t["labels"], "packet": json.loads(folded[0])})
        return 201, issue

    def listed(self, h, _body, query):
        self.sign_in(h)
        need(query["state"] == ["all"] and query["sort"] == ["created"], "state, sort")
        need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", query["since"][0]), "since")
        size, page = int(query["per_page"][0]), int(query["page"][0])
        need(size <= 100, "per_page")
        return 200, self.issues[(page - 1) * size:page * size]

    def one(self, h, _body, _query, number):
        self.sign_in(h)
        found = [i for i in self.issues if str(i["number"]) == number]
        return (200, found[0]) if found else (404, {"message": "Not Found"})

    def repository(self, h, _body, _query):
        self.sign_in(h)
        return 200, {"name": "desk", "private": self.private, "has_issues": True}

    def solve(self):
        for issue in self.issues:
            issue["state"] = "closed"

    routes = (("POST", "/repos/acme/desk/issues", "create", create), ("GET", "/repos/acme/desk/issues", "look", listed),
              ("GET", r"/repos/acme/desk/issues/(\d+)", "look", one), ("GET", "/repos/acme/desk", "test", repository))
