"""Attacks on keys and tokens, and with keys that may less than is wanted."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import time
import unittest
import unittest.mock

from attack import JSON, PARRY, PASSWORD, Attack, Server


def base64url(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Keys(Attack):
    def test_a_key_makes_no_key_that_may_more(self):
        small = {"X-API-Key": self.house.key("--rights", "keys people search events")}
        for rights in (["all"], ["audit"], ["search", "operate"], ["articles.publish"], ["keys", "replicate"], ["ALL"], ["all "], ["search audit"]):
            got = self.call("POST", "/v1/keys", small, {"name": "x", "rights": rights})
            self.assertIn(got.status, (400, 403), rights)
        strong = self.call("POST", "/v1/keys", self.house.admin, {"name": "strong", "rights": ["audit"]}).json["id"]
        self.assertEqual(self.call("POST", f"/v1/keys/{strong}/rotate", small, {}).status, 403)
        for body in ({"id": "eve", "role": "admin", "password": PASSWORD}, {"id": "eve", "role": "editor", "password": PASSWORD}):
            self.assertEqual(self.call("POST", "/v1/people", small, body).status, 403)
        for body in ({"role": "admin"}, {"password": "my own password"}, {"locked": False}):
            self.assertEqual(self.call("PATCH", "/v1/people/ada", small, body).status, 403, body)
        self.assertEqual(self.call("DELETE", "/v1/people/ada/codes", small).status, 403)
        editor, csrf = self.session("ed")
        self.assertEqual(self.call("PATCH", "/v1/people/ed", {**editor, "X-CSRF-Token": csrf}, {"role": "admin"}).status, 403)

    def test_a_search_key_cannot_be_altered(self):
        """Every part of a signed key counts: nobody widens, prolongs or re-signs one."""
        secret = self.house.key("--rights", "search events articles.read")
        derived = self.server.run("keys", "derive", "--filters", "category=Refunds", "--expires", "1h", stdin=secret)
        made = self.house.key("--search", "--filters", "category=Refunds", "--expires", "1h")
        for key in (derived, made):
            self.assertEqual(self.who({"X-API-Key": key}), "search-key")
            head, params, mac = key.split(".")
            limits = json.loads(unbase64url(params))
            wider = [{**limits, "filters": {}}, {**limits, "expires": 1 << 40}, {**limits, "audiences": ["internal"]}, {k: v for k, v in limits.items() if k != "expires"},
                     {**limits, "filters": {"category": ["Refunds", "Other"]}}, {**limits, "x": 1}]
            forged = [f"{head}.{base64url(json.dumps(w).encode())}.{mac}" for w in wider]
            forged += [f"{head}.{params}.{base64url(hmac.digest(k, (head + '.' + params).encode(), 'sha256'))}" for k in (b"", b"parry search key", head.encode())]
            forged += [f"{head}.{params}.", f"{head}.{params}", f"{head}..{mac}", key + "A", key + "." + mac, key[:-1], f"{head}.{params}=.{mac}",
                       f"{head}.{params}.{mac[:-1]}{'A' if mac[-1] != 'A' else 'B'}", key.replace("parry_pk_", "parry_sk_"), key.swapcase(),
                       f"{head[:-1]}{'0' if head[-1] != '0' else '1'}.{params}.{mac}"]
            for one in forged:
                self.assertEqual(self.who({"X-API-Key": one}), "anyone", one)
        past = self.call("POST", "/v1/keys", self.house.admin, {"kind": "search", "name": "x", "rights": ["search"], "expires": "2020-01-01"})
        self.assertEqual(past.status, 400)

    def test_what_a_key_is_limited_to_cannot_be_overridden(self):
        """By no parameter, of no protocol; tests/security/test_limited_keys.py walks all routes."""
        key = {"X-API-Key": self.house.key("--search", "--filters", "category=Refunds", "--audiences", "customer", "--expires", "1h")}
        for wider in ("category=", "category=Refunds,Evil", "tag=money&category=", "audience=merchant", "audience=internal", "audience="):
            got = self.call("GET", f"/v1/search?q=wallaby&{wider}", key)
            self.assertTrue(got.status in (400, 403) or got.json["total"] == 0, wider)
        for wider in ({"filters": "NOT category:Refunds"}, {"filters": "category:Refunds OR tag:x OR NOT tag:x"}, {"facetFilters": [["category:-Refunds"]]},
                      {"optionalFilters": ["category:Evil"]}, {"params": "filters="}, {"audience": "internal"}, {"filters": "audience:internal"}):
            got = self.call("POST", "/1/indexes/articles/query", key, {"query": "wallaby", **wider})
            self.assertTrue(got.status in (400, 403) or got.json["nbHits"] == 0, wider)

    def test_a_secret_key_in_an_address_is_refused(self):
        secret = self.house.admin_key
        for path in (f"/v1/search?q=a&key={secret}", f"/v1/search?q={secret}", f"/search?q={secret.replace('_', '%5f')}", f"/v1/keys?{secret}",
                     f"/articles/{secret}", f"/v1/articles/{secret}", f"/1/indexes/articles/query?x-algolia-api-key={secret}",
                     f"/v1/articles/{secret.replace('parry', '%70arry')}"):
            method = "POST" if path.startswith("/1/") else "GET"
            got = self.server.get(path, method, {"Accept": "application/json"})
            self.assertEqual(got.status, 403, path)
            self.assertNotIn(secret, got.text)
        body = {"requests": [{"indexName": "articles", "query": ""}], "apiKey": secret}
        self.assertEqual(self.call("POST", "/1/indexes/*/queries", None, body).status, 403)
        self.assertIn("event=secret_key_exposed", self.server.logged())
        self.assertNotIn(secret, self.server.logged())

    def test_nobody_is_woken_by_a_key_that_is_none(self):
        """The alert for an exposed key rings for keys that are valid here, whatever strangers write into addresses."""
        counted = re.compile(r'^parry_rejected_total\{reason="exposed_key"\} (\d+)', re.M)
        before = int(counted.search(self.server.get("/metrics").text)[1])
        key = self.house.key("--rights", "search")
        ident = key.split("_")[2]
        revoked = self.house.key("--rights", "search")
        self.server.run("keys", "revoke", revoked.split("_")[2])
        for none in ("parry_sk_", "parry_sk_x", f"parry_sk_{ident}", f"parry_sk_{ident}_{'A' * 43}", key[:-1], revoked, f"parry_sk_{ident}_%0aevent=forged"):
            self.assertEqual(self.server.get(f"/v1/search?q={none}").status, 403, none)
        self.assertEqual(int(counted.search(self.server.get("/metrics").text)[1]), before)
        self.assertEqual(self.server.get(f"/v1/search?q=x{key}y").status, 403)
        self.assertEqual(int(counted.search(self.server.get("/metrics").text)[1]), before + 1)
        self.assertIn("event=secret_key_exposed req=", self.server.logged())
        self.assertIn(f" key={ident} ", self.server.logged())

    def test_a_remembered_answer_is_its_askers_alone(self):
        """Idempotency-Key: who sends the same key and the same request as somebody else gets nothing of theirs."""
        one, other = ({"X-API-Key": self.house.key("--rights", "articles.write keys"), "Idempotency-Key": "guessed"} for _ in range(2))
        body = {"markdown": "---\nid: remembered\ntitle: x\nstatus: draft\n---\nx"}
        first = self.call("POST", "/v1/articles", one, body)
        self.assertEqual((first.status, self.call("POST", "/v1/articles", one, body).headers["Idempotency-Replayed"]), (201, "true"))
        got = self.call("POST", "/v1/articles", other, body)
        self.assertEqual((got.status, got.headers["Idempotency-Replayed"]), (409, None))
        for headers in ({"Idempotency-Key": "guessed"}, {"Idempotency-Key": "guessed", "X-API-Key": self.house.key("--rights", "search")}):
            self.assertIn(self.call("POST", "/v1/articles", headers, body).status, (401, 403))
        made = {"name": "secret", "rights": ["articles.write"]}
        key = self.call("POST", "/v1/keys", {**one, "Idempotency-Key": "k"}, made).json["key"]
        again = self.call("POST", "/v1/keys", {**one, "Idempotency-Key": "k"}, made)
        self.assertEqual(again.status, 409, "a secret is told once")
        self.assertNotIn(key, again.text)

    def test_cursors_are_no_way_in(self):
        """Cursors of a page, forged: of another list, of another place, of nonsense."""
        good = self.call("GET", "/v1/articles?limit=2").json["next"]
        raw = unbase64url(good)
        forged = [good[:-2], good + "A", good.swapcase(), "A" * 5000, "..%2f", base64url(b"\x00" * 50), base64url(b"\xff" * 50), base64url(raw[:-1]), base64url(raw * 50),
                  base64url(b'["articles"]'), base64url(b"[" * 3000), base64url(b'["keys","0123456789ab"]'), base64url(raw.replace(b"articles", b"keys"))]
        for cursor in forged:
            for path in ("/v1/articles", "/v1/keys", "/v1/people", "/v1/audit", "/v1/generations"):
                got = self.call("GET", f"{path}?cursor={cursor}", self.house.admin)
                self.assertIn(got.status, (200, 400), f"{path} {cursor[:40]}")
                self.assertTrue(got.status == 400 or path != "/v1/keys" or "keys" in got.json)
        self.assertEqual(self.call("GET", f"/v1/keys?cursor={good}", self.house.admin).status, 400)

    def test_mass_assignment(self):
        """Members that a reply has and a request must not: refused by name, not passed over."""
        for more in ({"id": "0123456789ab"}, {"created": "2020-01-01"}, {"hash": "x"}, {"state": "valid"}, {"rights": ["search"], "role": "admin"},
                     {"__proto__": {"rights": ["all"]}}, {"constructor": {"prototype": {}}}, {"limits": {"any_audience": True}}, {"kind": "admin"}):
            body = {"name": "x", "rights": ["search"], **more}
            got = self.call("POST", "/v1/keys", self.house.admin, body)
            if got.status == 201:
                self.assertEqual(got.json["rights"], ["search"], more)
                self.assertEqual(more.get("limits"), {"any_audience": True}, "taken although it is unknown")
            else:
                self.assertEqual(got.status, 400, more)
        for more in ({"epoch": 9}, {"rights": ["all"]}, {"two_factor": False}, {"__proto__": {}}, {"signed_in": 1}):
            self.assertEqual(self.call("PATCH", "/v1/people/ed", self.house.admin, more).status, 400, more)
        for more in ({"seq": 1}, {"origin": "tree"}, {"path": "../../x.md"}, {"version": "x"}, {"__proto__": {}}):
            self.assertEqual(self.call("POST", "/v1/articles", self.house.admin, {"markdown": "x", **more}).status, 400, more)

    def test_prototype_pollution(self):
        """Names that mean something to JavaScript mean nothing here, and come back to nobody."""
        for name in ("__proto__", "constructor", "prototype"):
            for path, body in (("/v1/events", {"events": [{"type": "click", name: {"admin": True}}]}), ("/v1/chat/suggest", {"turns": [], name: {}}),
                               ("/1/indexes/articles/query", {"query": "refund", name: {"admin": True}}), ("/v1/feedback", {name: {"x": 1}}),
                               ("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {name: {"x": 1}}})):
                got = self.call("POST", path, None, body)
                self.assertNotIn("admin", got.text, path)
                self.assertNotIn(f'"{name}":', got.text, path)
            self.assertEqual(self.server.get(f"/v1/search?q=a&{name}[x]=1").status, 400)
            self.assertNotIn(name, self.server.get(f"/v1/search?q=a&fields={name}").text)

    def test_drafts_and_other_audiences_cannot_be_named(self):
        """By id, slug, number, passage, relation, status or word: what is not for strangers is as unknown as what is not there."""
        for name in ("draft-one", "staff-one"):
            missing = self.server.get("/v1/articles/no-such-one")
            for form in ("", ".md", ".html", ".json"):
                got = self.server.get(f"/v1/articles/{name}{form}")
                self.assertEqual((got.status, got.json["detail"]), (404, missing.json["detail"]), form)
            for path in (f"/v1/articles/{name}/related", f"/articles/{name}", f"/merchant/articles/{name}"):
                self.assertEqual(self.server.get(path).status, 404, path)
            for path in (f"/v1/articles/{name}?status=any", f"/v1/articles/{name}?status=draft", f"/v1/articles/{name}/source", f"/v1/articles/{name}?audience=internal",
                         "/v1/search?q=quokka&audience=internal", "/v1/generations", "/v1/generations/1", "/v1/replica/current", "/v1/replica/changes", "/v1/audit"):
                self.assertIn(self.server.get(path).status, (401, 403), path)
            told = self.call("POST", "/v1/tools/get_article", None, {"article_id": name})
            self.assertEqual(told.status, 404)
        for word in ("zebrafish", "quokka"):
            self.assertEqual([h for h in self.server.get(f"/v1/search?q={word}").json["hits"] if h["id"] in ("draft-one", "staff-one")], [])
            self.assertNotIn(word[:4], json.dumps(self.server.get(f"/v1/completions?q={word[:4]}").json["completions"]))
        staff = {"X-API-Key": self.house.key("--rights", "articles.read search")}
        ids = self.call("POST", "/v1/chat/suggest", staff, {"turns": [{"role": "user", "text": "quokka refund"}], "audience": "internal"}).json["passages"]
        self.assertTrue(ids)
        for passage in ids:
            self.assertEqual(self.server.get("/v1/passages/" + passage["id"]).status, 404)
            self.assertEqual(self.server.get("/v1/passages/" + passage["id"] + "?audience=internal").status, 403)


class Compare(unittest.TestCase):
    def test_timing_of_key_compare(self):
        """What the server compares with its secrets is seen from below (compare_spy.c): it never goes through a compare that ends at
        the first difference. That the other one does not: tests/access/test_access_secret.c."""
        if b"san" in subprocess.run(["ldd", PARRY], capture_output=True, check=False).stdout:
            self.skipTest("a sanitizer has its own compares")
        with tempfile.TemporaryDirectory() as top, Server(data=top) as server:
            key = server.run("keys", "create", "--name", "k", "--rights", "search keys")
            signed = server.run("keys", "derive", "--expires", "1h", stdin=key)
            server.run("people", "add", "ada", "--role", "admin", stdin=PASSWORD)
            session = server.get("/v1/session", "POST", JSON, json.dumps({"person": "ada", "password": PASSWORD}))
            server.stop()
            cookie, csrf = session.headers["Set-Cookie"].split(";")[0], session.json["csrf"]
            secrets = {"key": hashlib.sha256(key.encode()).hexdigest().encode(), "mac": unbase64url(signed.rsplit(".", 1)[1]), "csrf": csrf.encode(),
                       "cookie": cookie.partition("=")[2].encode(), "whole key": key.encode()}
            seen = self.spied(top, secrets, [{"X-API-Key": key}, {"X-API-Key": signed}, {"Cookie": cookie, "X-CSRF-Token": csrf}])
        for name in ("key", "mac", "csrf"):
            self.assertIn(f"{name} sodium_memcmp", seen)
        self.assertEqual([one for one in seen if "sodium_memcmp" not in one], [])

    def spied(self, top, secrets, askers):
        log = pathlib.Path(top) / "compared"
        watch = ",".join(f"{name}:{value.hex()}" for name, value in secrets.items())
        spy = {"LD_PRELOAD": os.environ["PARRY_COMPARE_SPY"], "PARRY_SPY_WATCH": watch, "PARRY_SPY_LOG": str(log)}
        with unittest.mock.patch.dict(os.environ, spy):
            server = Server(data=top)
        with server:
            for headers in askers:
                self.assertEqual(server.get("/v1/keys/0123456789ab/rotate", "POST", {**headers, **JSON}, "{}").status, 403 if headers.get("X-API-Key", "").startswith("parry_pk") else 404)
        return log.read_text().splitlines()


class Tokens(Attack):
    """JWTs of one's own users."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.secret = b"a secret of thirty-two bytes, or more"
        rng = random.Random(5)
        cls.n = rng.getrandbits(2048) | 1 << 2047 | 1
        number = base64url(cls.n.to_bytes(256, "big"))
        keys = [{"kty": "oct", "kid": "shared", "k": base64url(cls.secret)}, {"kty": "RSA", "kid": "public", "n": number, "e": "AQAB"}]
        jwks = cls.server.data.parent / "jwks-attack.json"
        jwks.write_text(json.dumps({"keys": keys}))
        options = {"jwks_file": jwks, "jwt_issuer": "https://shop.example", "jwt_audience": "parry", "jwt_map": "seller=merchant staff=internal"}
        cls.tokens = Server(data=cls.server.data.parent, args=[p for k, v in options.items() for p in ("--option", f"access.{k}={v}")])
        cls.addClassCleanup(cls.tokens.close)

    def token(self, header=None, claims=None, key=None, signature=None):
        head = {"alg": "HS256", "typ": "JWT", **(header or {})}
        body = {"iss": "https://shop.example", "aud": "parry", "sub": "u1", "role": "seller", "exp": int(time.time()) + 600, **(claims or {})}
        text = ".".join(base64url(json.dumps({k: v for k, v in part.items() if v is not None}).encode()) for part in (head, body))
        return text + "." + (signature if signature is not None else base64url(hmac.digest(self.secret if key is None else key, text.encode(), hashlib.sha256)))

    def user(self, token):
        return self.call("GET", "/v1/session", {"Authorization": "Bearer " + token}, server=self.tokens).json["who"]

    def public_pem(self):
        """The public key as a file of it looks: what RS256 turned HS256 would be signed with."""
        def der(tag, body):
            n = len(body)
            return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x82]) + n.to_bytes(2, "big")) + body
        key = der(0x30, der(2, b"\0" + self.n.to_bytes(256, "big")) + der(2, b"\x01\x00\x01"))
        info = der(0x30, der(0x30, bytes.fromhex("06092a864886f70d0101010500")) + der(3, b"\0" + key))
        text = base64.b64encode(info).decode()
        return ("-----BEGIN PUBLIC KEY-----\n" + "\n".join(text[i:i + 64] for i in range(0, len(text), 64)) + "\n-----END PUBLIC KEY-----\n").encode()

    def test_a_token_without_a_signature(self):
        self.assertEqual(self.user(self.token()), "user")
        for alg in ("none", "None", "NONE", "nOnE", "", None, "HS1", "HS384", "RS256", 5):
            for signature in ("", None, "AA"):
                token = self.token({"alg": alg}, signature=signature)
                self.assertEqual(self.user(token), "anyone", (alg, signature))
        self.assertEqual(self.user(self.token(signature="")), "anyone")
        self.assertEqual(self.user(self.token().rsplit(".", 1)[0]), "anyone")

    def test_a_public_key_does_not_sign(self):
        """RS256 taken for HS256."""
        pem = self.public_pem()
        for key in (pem, pem.strip(), pem.replace(b"\n", b""), base64url(self.n.to_bytes(256, "big")).encode(), self.n.to_bytes(256, "big")):
            for header in ({"kid": "public"}, {"kid": "public", "alg": "HS256"}, {"kid": "public", "alg": "RS256"}, {}):
                self.assertEqual(self.user(self.token(header, key=key)), "anyone", header)
        self.assertEqual(self.user(self.token({"kid": "shared", "alg": "RS256"})), "anyone")

    def test_a_tokens_header_names_no_key_of_its_own(self):
        """kid that leads to files or into SQL, keys and addresses that the token brings along."""
        for kid in ("../../../../dev/null", "/dev/null", "x' UNION SELECT '", "shared\x00", "http://127.0.0.1/jwks", "", None, ["shared"], {"a": 1}):
            if kid not in (None, ""):
                self.assertEqual(self.user(self.token({"kid": kid}, key=b"")), "anyone", kid)
        own = {"kty": "oct", "k": base64url(b"mine" * 8)}
        for header in ({"jwk": own}, {"jku": f"http://127.0.0.1:{self.server.port}/x"}, {"x5u": "http://127.0.0.1/x"}, {"jwk": own, "kid": "mine"}):
            self.assertEqual(self.user(self.token(header, key=b"mine" * 8)), "anyone", header)
        self.assertEqual(self.user(self.token({"crit": ["exp"]})), "anyone")

    def test_a_token_that_is_not_meant_or_not_now(self):
        now = int(time.time())
        for claims in ({"exp": now - 3600}, {"exp": None}, {"exp": "9999999999"}, {"nbf": now + 3600}, {"iat": now + 3600}, {"iss": "https://evil.example"},
                       {"iss": None}, {"aud": "other"}, {"aud": None}, {"aud": ["a", "b"]}, {"sub": None}, {"sub": ""}, {"iss": ["https://shop.example"]}):
            self.assertEqual(self.user(self.token(claims=claims)), "anyone", claims)
        for claims in ({"role": "internal"}, {"role": "merchant"}, {"role": ["x"] * 1000}, {"role": {"seller": 1}}, {"audiences": ["internal"]}):
            got = self.call("GET", "/v1/search?q=quokka&audience=internal", {"Authorization": "Bearer " + self.token(claims=claims)}, server=self.tokens)
            self.assertEqual(got.status, 403, claims)
        for right in ("/v1/keys", "/v1/people", "/v1/audit", "/v1/generations", "/v1/articles/plain-1/source"):
            self.assertEqual(self.call("GET", right, {"Authorization": "Bearer " + self.token(claims={"rights": ["all"], "scope": "admin"})}, server=self.tokens).status, 403)


if __name__ == "__main__":
    unittest.main()
