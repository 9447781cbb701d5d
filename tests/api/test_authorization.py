"""Who may do what: one table of every route and every kind of asker, tested whole. A route without a row fails, and so does
a row without a route. What a row says is written by hand, from docs/access.md and not from the code.

A cell is the status: of an empty request, so that what is allowed may well be 400 or 404, but never 401 or 403."""
import base64
import hashlib
import hmac
import json
import subprocess
import time
import unittest

from parry_server import PARRY, SAMPLE, Server

PASSWORD = "correct horse battery"
ROLES = ["agent", "author", "editor", "analyst", "admin"]
RIGHTS = ["search", "events", "handoff", "articles.read", "articles.write", "articles.publish", "reports", "metrics", "operate",
          "replicate", "keys", "people", "audit", "tickets", "cases.read", "cases.write", "privacy"]

# Who asks. "here": a server that only this machine reaches. "there": one that others reach, so that it has keys.
ANYONE = ["anyone here", "anyone there"]
USELESS = ["unknown key here", "unknown key there"]
KEYS = ["search key", "derived key", "user token"] + [f"secret key: {right}" for right in RIGHTS]
PEOPLE = [f"person: {role}" for role in ROLES] + ["person by link"]
# Who signs a request, rightly or not: that counts on one route, and elsewhere they are anyone.
SIGNED = {"signature": 400, "wrong signature": 401}
ASKERS = ANYONE + USELESS + KEYS + PEOPLE + list(SIGNED)

# What stands for whom in the table: a right's column is the set of askers that have it.
SEARCH = {"anyone here", "unknown key here", "search key", "derived key", "user token", "secret key: search"} | set(PEOPLE)
DESK = "/applications/customerservice/api/"
ADMINS = {"person: admin", "person by link"}
HAS = {
    "search": SEARCH,
    "events": SEARCH - {"secret key: search", "derived key"} | {"secret key: events"},
    "handoff": SEARCH - {"secret key: search", "derived key"} | {"secret key: handoff"},
    "articles.read": {"secret key: articles.read"} | set(PEOPLE),
    "articles.write": {"secret key: articles.write", "person: author", "person: editor"} | ADMINS,
    "articles.publish": {"secret key: articles.publish", "person: editor"} | ADMINS,
    "reports": {"secret key: reports", "person: analyst"} | ADMINS,
    "metrics": {"secret key: metrics", "anyone here", "unknown key here"} | ADMINS,
    "operate": {"secret key: operate"} | ADMINS,
    "replicate": {"secret key: replicate"} | ADMINS,
    "keys": {"secret key: keys"} | ADMINS,
    "people": {"secret key: people"} | ADMINS,
    "audit": {"secret key: audit"} | ADMINS,
    "tickets": {"secret key: tickets"} | ADMINS,
    "cases.read": {"secret key: cases.read", "person: agent"} | ADMINS,
    "cases.write": {"secret key: cases.write", "person: agent"} | ADMINS,
    "privacy": {"secret key: privacy"} | ADMINS,
}

# (method, path): (who may: a right, or "open"; status for who may). Of one that stands for itself, a dict of its own.
PERSONS = {"person: agent": 200, "person: author": 200, "person: editor": 200, "person: analyst": 200,
           "person: admin": 200, "person by link": 403}
OWN = {asker: PERSONS.get(asker, 401 if asker.startswith(("anyone", "unknown")) or asker in SIGNED else 403) for asker in ASKERS}


def of_desk(status, without):
    """Open to all; but one process has the desk of a folder, and "there" is the second on it."""
    told = {"anyone there": without, "unknown key there": 401}
    return {asker: told.get(asker, status) for asker in ASKERS}, None


TABLE = {
    ("GET", "/v1/search"): ("search", 400),
    ("GET", "/v1/explain"): ("search", 400),
    ("GET", "/v1/suggest"): ("search", 200),
    ("GET", "/v1/completions"): ("search", 400),
    ("GET", "/v1/articles"): ("search", 200),
    ("GET", "/v1/articles/{id}/related"): ("search", 404),
    ("GET", "/v1/articles/{id}"): ("search", 404),
    ("GET", "/v1/categories"): ("search", 200),
    ("GET", "/v1/session"): ("open", 200),
    ("POST", "/v1/session"): ("open", 400),
    ("DELETE", "/v1/session"): ("open", 204),
    ("POST", "/v1/session/codes"): (OWN, None),
    ("PUT", "/v1/session/codes"): ({**OWN, **{p: 400 for p in PERSONS if p != "person by link"}}, None),
    ("DELETE", "/v1/session/codes"): ({**OWN, **{p: 204 for p in PERSONS if p != "person by link"}}, None),
    ("GET", "/v1/keys"): ("keys", 200),
    ("POST", "/v1/keys"): ("keys", 400),
    ("POST", "/v1/keys/{id}/rotate"): ("keys", 404),
    ("GET", "/v1/keys/{id}"): ("keys", 404),
    ("DELETE", "/v1/keys/{id}"): ("keys", 404),
    ("GET", "/v1/people"): ("people", 200),
    ("POST", "/v1/people"): ("people", 400),
    ("DELETE", "/v1/people/{id}/codes"): ("people", 404),
    ("GET", "/v1/people/{id}"): ("people", 404),
    ("PATCH", "/v1/people/{id}"): ("people", 404),
    ("DELETE", "/v1/people/{id}"): ("people", 404),
    ("GET", "/v1/gaps"): ("reports", 200),
    ("POST", "/v1/gaps/{id}/draft"): ("reports", 404),
    ("GET", "/v1/audit"): ("audit", 200),
    ("GET", "/v1/ledger/stream"): ("reports", 200),
    ("GET", "/v1/ledger/ubi"): ("reports", 200),
    ("POST", "/v1/visitors/erase"): ("privacy", 400),
    ("POST", "/v1/visitors/export"): ("privacy", 400),
    ("GET", "/v1/alerts"): ("reports", 200),
    ("GET", "/v1/reports"): ("reports", 200),
    ("GET", "/v1/reports/{name}"): ("reports", 404),
    ("POST", "/v1/events"): ("events", 400),
    ("POST", "/v1/feedback"): ("events", 400),
    ("GET", "/v1/articles/{id}/source"): ("articles.read", 404),
    ("POST", "/v1/articles"): ("articles.write", 415),
    ("PUT", "/v1/articles/{id}"): ("articles.write", 415),
    ("DELETE", "/v1/articles/{id}"): ("articles.write", 404),
    ("POST", "/v1/articles/{id}/publish"): ("articles.publish", 404),
    ("POST", "/v1/articles/{id}/withdraw"): ("articles.publish", 404),
    ("GET", "/v1/generations"): ("operate", 200),
    ("GET", "/v1/generations/{number}"): ("operate", 404),
    ("POST", "/v1/admin/refresh"): ("operate", 202),
    ("POST", "/v1/admin/reindex"): ("operate", 202),
    ("POST", "/v1/suggest"): ("search", 400),
    ("POST", "/v1/chat/suggest"): ("search", 400),
    ("GET", "/v1/passages/{id}"): ("search", 404),
    ("POST", "/mcp"): ("search", 400),
    ("GET", "/v1/tools.json"): ("search", 200),
    ("POST", "/v1/tools/search_articles"): ("search", 400),
    ("POST", "/v1/tools/get_article"): ("search", 400),
    ("POST", "/v1/tools/explain_result"): ("search", 400),
    ("POST", "/v1/tools/report_outcome"): ("events", 400),
    ("POST", "/v1/tools/create_ticket"): ("handoff", 400),
    ("POST", "/v1/handoffs"): ("handoff", 400),
    ("POST", "/v1/handoffs/draft"): ("handoff", 400),
    ("GET", "/v1/handoffs/challenge"): ("handoff", 200),
    ("GET", "/v1/handoffs/{id}"): ("cases.read", 404),
    ("GET", "/v1/followed/{token}"): of_desk(404, 503),
    ("GET", "/v1/followed/{token}/attachments/{number}"): of_desk(404, 503),
    ("POST", "/v1/followed/{token}/survey"): ("open", 400),
    ("POST", "/v1/hooks/ticket"): ("tickets", 400),
    ("GET", "/contact"): of_desk(200, 404),
    ("POST", "/contact"): ("handoff", 400),
    ("GET", "/ticket/{token}"): of_desk(404, 503),
    ("POST", "/ticket/{token}/survey"): ("open", 400),
    ("GET", "/v1/replica/current"): ("replicate", 200),
    ("GET", "/v1/replica/changes"): ("replicate", 200),
    ("GET", "/v1/replica/segments/{name}/{file}"): ("replicate", 404),
    ("GET", "/v1/replica/tables/{file}"): ("replicate", 404),
    ("GET", "/api/v2/help_center/articles/search.json"): ("search", 400),
    ("GET", "/api/v2/help_center/{path}"): ("search", 404),
    ("POST", "/1/indexes/*/queries"): ("search", 400),
    ("POST", "/1/indexes/{index}/facets/{facet}/query"): ("search", 400),
    ("POST", "/1/indexes/{index}/query"): ("search", 200),
    ("POST", "/1/events"): ("events", 400),
    ("GET", "/1/isalive"): ("open", 200),
    ("GET", "/v1/cases"): ("cases.read", 200),
    ("POST", "/v1/cases"): ("cases.write", 400),
    ("GET", "/v1/cases/export"): ("cases.read", 200),
    ("GET", "/v1/cases/{id}/packet"): ("cases.read", 404),
    ("POST", "/v1/cases/{id}/comments"): ("cases.write", 404),
    ("GET", "/v1/cases/{id}/attachments/{number}"): ("cases.read", 404),
    ("GET", "/v1/cases/{id}"): ("cases.read", 404),
    ("PATCH", "/v1/cases/{id}"): ("cases.write", 404),
    ("DELETE", "/v1/cases/{id}"): ("cases.write", 404),
    ("POST", DESK + "login"): ("open", 400),
    ("POST", DESK + "logout"): ("open", 200),
    ("GET", DESK + "auth/check"): ("open", 200),
    ("GET", DESK + "cases"): ("cases.read", 200),
    ("POST", DESK + "cases"): ("cases.write", 400),
    ("GET", DESK + "cases/export"): ("cases.read", 200),
    ("POST", DESK + "cases/{id}/comments"): ("cases.write", 404),
    ("GET", DESK + "cases/{id}/attachments/{number}"): ("cases.read", 404),
    ("GET", DESK + "cases/{id}"): ("cases.read", 404),
    ("PATCH", DESK + "cases/{id}"): ("cases.write", 404),
    ("DELETE", DESK + "cases/{id}"): ("cases.write", 404),
    ("GET", "/v1/openapi.json"): ("open", 200),
    ("GET", "/docs"): ("open", 200),
    ("GET", "/admin/sign-in"): ("open", 200),
    ("GET", "/health"): ("open", 200),
    ("GET", "/ready"): ("open", 200),
    ("GET", "/metrics"): ("metrics", 200),
    ("GET", "/"): ("open", 200),
    ("GET", "/search"): ("open", 200),
    ("GET", "/articles/{slug}"): ("open", 404),
    ("GET", "/categories/{name}"): ("open", 404),
    ("GET", "/problems/{name}"): ("open", 404),
    ("GET", "/assets/{name}"): ("open", 404),
}


def expected(route, row, asker):
    if asker in SIGNED and route == ("POST", "/v1/hooks/ticket"):
        return SIGNED[asker]
    who, status = row
    asker = "anyone here" if asker in SIGNED else asker
    if isinstance(who, dict):
        return who[asker]
    if asker == "unknown key there":  # what is not valid is refused before anything is looked at
        return 401
    if who == "open" or asker in HAS[who]:
        return status
    return 401 if asker in ANYONE + USELESS else 403


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def user_token(secret):
    body = ".".join(base64url(json.dumps(part).encode()) for part in (
        {"alg": "HS256", "typ": "JWT"},
        {"iss": "https://shop.example", "aud": "parry", "sub": "u1", "role": "seller", "exp": int(time.time()) + 600}))
    return body + "." + base64url(hmac.new(secret, body.encode(), hashlib.sha256).digest())


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.here = Server(SAMPLE)
        cls.credentials = {}
        jwks = cls.here.data.parent / "jwks.json"
        secret = b"a secret of thirty-two bytes, or more"
        jwks.write_text(json.dumps({"keys": [{"kty": "oct", "k": base64url(secret)}]}))
        cls.make_keys()
        cls.here.stop()
        options = {"jwks_file": jwks, "jwt_issuer": "https://shop.example", "jwt_audience": "parry", "jwt_map": "seller=merchant"}
        parent = cls.here.data.parent
        (parent / "hook.secret").write_text("a secret of 16 b\n")
        (parent / "hook.secret").chmod(0o600)
        args = [part for key, value in options.items() for part in ("--option", f"access.{key}={value}")]
        args += ["--option", f"desk.hook_secret_file={parent / 'hook.secret'}"]
        cls.old, cls.here = cls.here, Server(data=parent, args=args)
        cls.there = Server(data=parent, args=args, listen="0.0.0.0:0")
        cls.credentials["user token"] = {"Authorization": "Bearer " + user_token(secret)}
        cls.sign_people_in()

    @classmethod
    def make_keys(cls):
        for right in RIGHTS:
            key = cls.here.run("keys", "create", "--name", right, "--rights", right)
            cls.credentials[f"secret key: {right}"] = {"Authorization": "Bearer " + key}
            if right == "search":
                derived = cls.here.run("keys", "derive", "--audiences", "merchant", "--expires", "1h", stdin=key)
        search = cls.here.run("keys", "create", "--search", "--name", "shop", "--expires", "1d")
        cls.credentials["search key"] = {"X-API-Key": search}
        cls.credentials["derived key"] = {"X-API-Key": derived}
        for role in ROLES:
            cls.here.run("people", "add", role, "--role", role, stdin=PASSWORD)

    @classmethod
    def sign_in(cls, asker, body):
        reply = cls.here.get("/v1/session", "POST", {"Content-Type": "application/json"}, json.dumps(body))
        cookie = reply.headers["Set-Cookie"].split(";")[0]
        cls.credentials[asker] = {"Cookie": cookie, "X-CSRF-Token": reply.json["csrf"]}

    @classmethod
    def sign_people_in(cls):
        for role in ROLES:
            cls.sign_in(f"person: {role}", {"person": role, "password": PASSWORD})
        line = cls.here.process.stdout.readline().decode()
        cls.sign_in("person by link", {"token": line.strip().rsplit("#", 1)[1]})
        cls.credentials["unknown key here"] = cls.credentials["unknown key there"] = {"Authorization": "Bearer parry_sk_nobodys"}

    @classmethod
    def tearDownClass(cls):
        for server in (cls.there, cls.here, cls.old):
            server.close()

    def ask(self, asker, method, path):
        server = self.there if asker.endswith(" there") else self.here
        headers = dict(self.credentials.get(asker, {}))
        if asker in SIGNED:  # each request anew, as a signature is good once
            at = str(int(time.time())).encode()
            secret = b"a secret of 16 b" if asker == "signature" else b"another secret.."
            headers["Parry-Signature"] = f"t={at.decode()},v1={hmac.new(secret, at + b'.', hashlib.sha256).hexdigest()}"
        for name in ("{id}", "{slug}", "{name}", "{number}", "{file}", "{path}", "{index}", "{facet}", "{token}"):
            path = path.replace(name, "0123456789ab")
        if (method, path) in (("DELETE", "/v1/session"), ("POST", DESK + "logout")) and asker in PEOPLE:
            return None  # it would end the session that the rest of the row needs; test_access.py signs out
        return server.get(path, method, headers).status

    def test_every_route_and_every_asker(self):
        listed = subprocess.run([PARRY, "routes"], capture_output=True, text=True, check=True).stdout
        lines = [tuple(line.split("\t")[:2]) for line in listed.splitlines()]
        routes = set(lines)
        self.assertEqual(len(routes), len(lines), "a route stands twice")
        self.assertEqual(routes, set(TABLE), "a route without a row, or a row without a route")
        wrong = []
        for (method, path), row in TABLE.items():
            for asker in ASKERS:
                got = self.ask(asker, method, path)
                wanted = expected((method, path), row, asker)
                if got is not None and got != wanted:
                    wrong.append(f"{method} {path} for {asker}: {got}, not {wanted}")
        self.assertEqual(wrong, [], "\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
