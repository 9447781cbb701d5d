"""Keys, people and sessions from outside: what is safe by default, and what attackers try."""
import base64
import hmac
import json
import pathlib
import re
import struct
import subprocess
import tempfile
import time
import unittest

from parry_server import PARRY, SAMPLE, SOURCE, Server

PASSWORD = "correct horse battery"
JSON = {"Content-Type": "application/json"}


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        cls.link = cls.server.process.stdout.readline().decode().strip().rsplit("#", 1)[1]
        cls.server.run("people", "add", "ada", "--role", "admin", stdin=PASSWORD)
        cls.server.run("people", "add", "ed", "--role", "editor", stdin=PASSWORD)
        cls.admin = {"X-API-Key": cls.server.run("keys", "create", "--name", "admin", "--rights", "all")}

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def call(self, method, path, headers=None, body=None):
        headers = {**(headers or {}), **(JSON if body is not None else {})}
        return self.server.get(path, method, headers, json.dumps(body) if body is not None else None)

    def sign_in(self, person="ada", password=PASSWORD, headers=None):
        return self.call("POST", "/v1/session", headers, {"person": person, "password": password})

    def session(self, person="ada"):
        reply = self.sign_in(person)
        self.assertEqual(reply.status, 200, reply.text)
        return {"Cookie": reply.headers["Set-Cookie"].split(";")[0]}, reply.json["csrf"]


class Sessions(Case):
    def test_a_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(self):
        cookie = self.sign_in().headers["Set-Cookie"]
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Strict", cookie)
        self.assertIn("Path=/", cookie)
        self.assertNotIn("Secure", cookie)
        self.assertIn("Secure", self.sign_in(headers={"X-Forwarded-Proto": "https"}).headers["Set-Cookie"])

    def test_a_write_by_cookie_needs_the_sessions_token(self):
        cookie, csrf = self.session()
        other_cookie, other_csrf = self.session("ed")
        body = {"name": "by cookie", "rights": ["search"]}
        self.assertEqual(self.call("GET", "/v1/keys", cookie).status, 200)  # reading needs none
        for wrong in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": csrf[:-1]}, {"X-CSRF-Token": other_csrf}):
            self.assertEqual(self.call("POST", "/v1/keys", {**cookie, **wrong}, body).status, 403, wrong)
        self.assertEqual(self.call("DELETE", "/v1/session", cookie).status, 403)
        self.assertEqual(self.call("POST", "/v1/keys", {**cookie, "X-CSRF-Token": csrf}, body).status, 201)
        self.assertEqual(self.call("POST", "/v1/keys", {**other_cookie, "X-CSRF-Token": other_csrf}, body).status, 403)

    def test_a_form_of_another_site_cannot_sign_anybody_in(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
            headers = {"Content-Type": kind} if kind else {}
            body = json.dumps({"person": "ada", "password": PASSWORD})
            reply = self.server.get("/v1/session", "POST", headers, body)
            self.assertEqual(reply.status, 400, kind)
            self.assertIsNone(reply.headers["Set-Cookie"])

    def test_a_planted_session_is_not_the_one_that_signing_in_makes(self):
        planted = "parry_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        reply = self.sign_in(headers={"Cookie": planted})
        self.assertNotIn(planted, reply.headers["Set-Cookie"])
        self.assertEqual(self.call("GET", "/v1/session", {"Cookie": planted}).json["who"], "anyone")

    def test_signing_in_again_ends_the_session_before_and_signing_out_ends_it(self):
        first, _ = self.session()
        reply = self.sign_in(headers=first)
        self.assertEqual(reply.status, 200, reply.text)
        second = {"Cookie": reply.headers["Set-Cookie"].split(";")[0]}
        self.assertEqual(self.call("GET", "/v1/session", first).json["who"], "anyone")
        self.assertEqual(self.call("GET", "/v1/session", second).json["id"], "ada")
        kept = self.server.metric("parry_sessions")
        self.assertGreaterEqual(kept, 1)
        out = self.call("DELETE", "/v1/session", {**second, "X-CSRF-Token": reply.json["csrf"]})
        self.assertEqual(out.status, 204)
        self.assertIn("Max-Age=0", out.headers["Set-Cookie"])
        self.assertEqual(self.call("GET", "/v1/session", second).json["who"], "anyone")
        self.assertEqual(self.server.metric("parry_sessions"), kept - 1)

    def test_a_change_beside_the_server_holds_at_once(self):
        cookie, _ = self.session("ed")
        self.server.run("people", "role", "ed", "agent")
        self.assertEqual(self.call("GET", "/v1/session", cookie).json["role"], "agent")
        self.server.run("people", "lock", "ed")
        self.assertEqual(self.call("GET", "/v1/session", cookie).json["who"], "anyone")
        self.assertEqual(self.sign_in("ed").status, 401)
        self.server.run("people", "unlock", "ed")
        self.server.run("people", "role", "ed", "editor")

    def test_replies_with_secrets_are_neither_kept_nor_compressed(self):
        for reply in (self.sign_in(headers={"Accept-Encoding": "gzip"}),
                      self.call("POST", "/v1/keys", {**self.admin, "Accept-Encoding": "gzip"}, {"name": "k", "rights": ["search"]})):
            self.assertEqual(reply.headers["Cache-Control"], "no-store")
            self.assertIsNone(reply.headers["Content-Encoding"])


class LockOut(Case):
    def test_unknown_and_known_accounts_get_the_same_answers_to_the_last(self):
        answers = []
        for person in ("ada", "nobody"):
            with Server(data=self.server.data.parent) as fresh:  # each counts for itself
                body = json.dumps({"person": person, "password": "wrong password"})
                replies = [fresh.get("/v1/session", "POST", JSON, body) for _ in range(6)]
            answers.append([(r.status, re.sub(r'"instance":"[0-9a-f]+"', "", r.text)) for r in replies])
            self.assertEqual([r.status for r in replies], [401] * 5 + [429])
            self.assertEqual(replies[5].headers["Retry-After"], "1")
        self.assertEqual(answers[0], answers[1])


class Link(Case):
    def test_the_printed_link_signs_an_administrator_in_once(self):
        page = self.server.get("/admin/sign-in")
        self.assertEqual(page.status, 200)
        self.assertIn("sign-in.js", page.text)
        self.assertIn("script-src 'self'", page.headers["Content-Security-Policy"])
        reply = self.call("POST", "/v1/session", None, {"token": self.link})
        self.assertEqual((reply.status, reply.json["role"]), (200, "admin"))
        self.assertEqual(self.call("POST", "/v1/session", None, {"token": self.link}).status, 401)
        self.assertNotIn(self.link, self.server.logged())


class Keys(Case):
    def test_a_key_is_made_listed_rotated_and_revoked_over_http(self):
        made = self.call("POST", "/v1/keys", self.admin, {"name": "sync", "rights": ["articles.write"]})
        self.assertEqual(made.status, 201)
        path, key = made.headers["Location"], made.json["key"]
        self.assertNotIn("key", self.call("GET", path, self.admin).json)
        self.assertIn(made.json["id"], [k["id"] for k in self.call("GET", "/v1/keys", self.admin).json["keys"]])
        after = self.call("POST", path + "/rotate", self.admin, {"grace_s": 0}).json["key"]
        self.assertEqual(self.call("GET", "/v1/session", {"X-API-Key": key}).json["who"], "anyone")
        self.assertEqual(self.call("GET", "/v1/session", {"X-API-Key": after}).json["who"], "secret-key")
        self.assertEqual(self.call("DELETE", path, self.admin).status, 204)
        self.assertEqual(self.call("GET", "/v1/session", {"X-API-Key": after}).json["who"], "anyone")
        self.assertEqual(self.call("GET", path, self.admin).json["state"], "revoked")

    def test_pages_of_keys_follow_one_another(self):
        for i in range(5):
            self.call("POST", "/v1/keys", self.admin, {"name": f"page {i}", "rights": ["search"]})
        seen, cursor = [], ""
        while cursor is not None:
            page = self.call("GET", f"/v1/keys?limit=2{'&cursor=' + cursor if cursor else ''}", self.admin).json
            self.assertLessEqual(len(page["keys"]), 2)
            seen += [k["id"] for k in page["keys"]]
            cursor = page["next"]
        self.assertEqual(seen, sorted(set(seen)))
        self.assertGreaterEqual(len(seen), 6)

    def test_only_the_fields_that_are_asked_for_are_told(self):
        own = self.admin["X-API-Key"].split("_")[2]
        self.assertEqual(self.call("GET", f"/v1/keys/{own}?fields=id,kind", self.admin).json, {"id": own, "kind": "secret"})
        for path, list_of in (("/v1/keys", "keys"), ("/v1/people", "people"), ("/v1/audit", "entries")):
            name = "seq" if list_of == "entries" else "id"
            page = self.call("GET", f"{path}?limit=1&fields=next,{list_of}.{name}", self.admin).json
            self.assertEqual(set(page), {"next", list_of})
            self.assertEqual(set(page[list_of][0]), {name})

    def test_nobody_gives_what_is_not_theirs(self):
        keys = {"X-API-Key": self.server.run("keys", "create", "--name", "k", "--rights", "keys people search")}
        strong = self.call("POST", "/v1/keys", self.admin, {"name": "strong", "rights": ["audit"]})
        self.assertEqual(self.call("POST", "/v1/keys", keys, {"name": "more", "rights": ["audit"]}).status, 403)
        self.assertEqual(self.call("POST", "/v1/keys", keys, {"name": "same", "rights": ["search"]}).status, 201)
        self.assertEqual(self.call("POST", strong.headers["Location"] + "/rotate", keys).status, 403)
        self.assertEqual(self.call("POST", "/v1/people", keys, {"id": "eve", "role": "admin", "password": PASSWORD}).status, 403)
        self.assertEqual(self.call("PATCH", "/v1/people/ada", keys, {"password": "my own password"}).status, 403)
        limited = {"name": "l", "rights": ["keys", "search"], "limits": {"filters": {"category": ["Refunds"]}}}
        self.assertEqual(self.call("POST", "/v1/keys", self.admin, limited).status, 400)

    def test_a_secret_key_in_an_address_is_refused_and_noticed(self):
        key = self.admin["X-API-Key"]
        for path in (f"/v1/search?q=refund&key={key}", f"/v1/keys?{key}", f"/search?q={key.replace('_', '%5F')}"):
            self.assertEqual(self.server.get(path).status, 403, path)
        self.assertEqual(self.server.logged().count("event=secret_key_exposed"), 3)
        self.assertIn(f"key={key.split('_')[2]} ", self.server.logged())
        self.assertIn('parry_rejected_total{reason="exposed_key"} 3', self.server.get("/metrics", headers=self.admin).text)
        self.assertNotIn(key, self.server.logged())

    def test_what_a_search_key_is_limited_to_holds_for_its_searches(self):
        key = {"X-API-Key": self.server.run("keys", "create", "--search", "--name", "k", "--expires", "1h", "--audiences",
                                            "merchant", "--filters", "category=Payouts")}
        everything = self.call("GET", "/v1/search?q=money&limit=50&audience=merchant").json
        mine = self.call("GET", "/v1/search?q=money&limit=50", key).json
        self.assertTrue({hit["audience"] for hit in mine["hits"]} <= {"merchant"})
        self.assertTrue({hit["category"] for hit in mine["hits"]} <= {"Payouts"})
        self.assertLess(mine["total"], everything["total"])
        self.assertEqual(self.call("GET", "/v1/search?q=money&audience=customer", key).status, 403)
        widened = self.call("GET", "/v1/search?q=money&limit=50&category=Refunds", key).json
        self.assertEqual(widened["total"], 0)

    def test_what_a_search_key_is_limited_to_holds_for_reading_and_lists(self):
        key = {"X-API-Key": self.server.run("keys", "create", "--search", "--name", "k", "--expires", "1h", "--filters",
                                            "category=Refunds")}
        articles = self.call("GET", "/v1/articles?limit=100").json["articles"]
        inside = [a["id"] for a in articles if a["category"] == "Refunds"]
        outside = [a["id"] for a in articles if a["category"] != "Refunds"]
        self.assertTrue(inside and outside)
        for path in inside:
            self.assertEqual(self.call("GET", f"/v1/articles/{path}", key).status, 200, path)
            for other in self.call("GET", f"/v1/articles/{path}/related", key).json["related"]:
                self.assertIn(other["id"], inside)
        for path in outside:
            for form in ("", ".md", ".html", "/related"):
                self.assertEqual(self.call("GET", f"/v1/articles/{path}{form}", key).status, 404, path + form)
        self.assertEqual(self.call("GET", "/v1/articles", key).status, 403)
        self.assertEqual(self.call("GET", "/v1/categories", key).status, 403)
        german = {"X-API-Key": self.server.run("keys", "create", "--search", "--name", "k", "--expires", "1h", "--locale", "de")}
        self.assertEqual(self.call("GET", f"/v1/articles/{inside[0]}", german).status, 404)

    def test_an_unknown_right_is_told_with_those_that_there_are(self):
        refused = self.call("POST", "/v1/keys", self.admin, {"name": "x", "rights": ["fly"]})
        self.assertIn('no right "fly"; there are search events handoff articles.read', refused.json["detail"])

    def test_bodies_are_strict(self):
        for body in ({"name": "x"}, {"name": "x", "rights": ["fly"]}, {"name": "x", "rights": ["search"], "more": 1}, [],
                     {"name": "", "rights": ["search"]}, {"name": "x", "kind": "search"}, {"name": "x", "rights": "search"},
                     {"name": "x", "rights": ["search"], "expires": "soon"}, {"name": "x", "rights": ["search"], "limits": []},
                     {"name": "x", "rights": ["search"], "limits": {"filters": {"audience": "internal"}}}):
            self.assertEqual(self.call("POST", "/v1/keys", self.admin, body).status, 400, body)


class Audit(Case):
    def entries(self, query=""):
        found, cursor = [], ""
        while cursor is not None:
            page = self.call("GET", f"/v1/audit?limit=3{query}{'&cursor=' + cursor if cursor else ''}", self.admin).json
            found += page["entries"]
            cursor = page["next"]
        return found

    def test_every_change_and_every_sign_in_is_told_and_no_secret_with_it(self):
        _, csrf = self.session()
        self.assertEqual(self.sign_in("ada", "wrong password").status, 401)
        made = self.call("POST", "/v1/keys", self.admin, {"name": "told", "rights": ["search"]}).json
        self.call("DELETE", f"/v1/keys/{made['id']}", self.admin)
        self.call("POST", "/v1/session", None, {"token": self.link})
        entries = self.entries()
        actions = [(e["action"], e["ok"]) for e in entries]
        for wanted in (("person.add", True), ("key.create", True), ("key.revoke", True), ("session.start", True),
                       ("session.start", False), ("link.make", True)):
            self.assertIn(wanted, actions)
        self.assertEqual([e["seq"] for e in entries], sorted({e["seq"] for e in entries}))
        create = [e for e in entries if e["target"] == f"key:{made['id']}"][0]
        self.assertTrue(create["actor"].startswith("key:"))
        self.assertEqual(create["address"], "127.0.0.1")
        self.assertTrue([e for e in entries if e["actor"].startswith("cli:")])
        told = json.dumps(entries)
        for secret in (PASSWORD, "wrong password", made["key"], csrf, self.link):
            self.assertNotIn(secret, told)
        self.assertEqual(self.entries("&since=2999-01-01"), [])

    def test_every_edit_of_an_article_is_told_and_what_was_refused_is_not(self):
        text = {"markdown": "---\nid: told\ntitle: Told\ndraft: true\n---\nSome secret words.\n"}
        made = self.call("POST", "/v1/articles", self.admin, text)
        self.assertEqual(made.status, 201, made.text)
        self.assertEqual(self.call("POST", "/v1/articles", self.admin, text).status, 409)
        changed = self.call("PUT", "/v1/articles/told", {**self.admin, "If-Match": made.headers["ETag"]},
                            {"markdown": text["markdown"] + "More.\n"})
        self.assertEqual(changed.status, 200, changed.text)
        stale = self.call("PUT", "/v1/articles/told", {**self.admin, "If-Match": made.headers["ETag"]}, text)
        self.assertEqual(stale.status, 412, stale.text)
        for method, path in (("POST", "/publish"), ("POST", "/withdraw"), ("DELETE", "")):
            self.assertEqual(self.call(method, "/v1/articles/told" + path, self.admin).status, 200, path)
        for what in ("refresh", "reindex"):
            self.assertEqual(self.call("POST", f"/v1/admin/{what}", self.admin).status, 202)
        entries = self.entries()
        told = [e for e in entries if e["target"] == "article:told"]
        self.assertEqual([e["action"] for e in told],
                         ["article.create", "article.update", "article.publish", "article.withdraw", "article.remove"])
        self.assertEqual([e["status"] for e in told], ["draft", "draft", "published", "draft", "archived"])
        self.assertEqual(told[1]["version"], changed.json["version"])
        self.assertTrue(all(e["ok"] and e["actor"].startswith("key:") and e["address"] == "127.0.0.1" for e in told))
        self.assertEqual([e["action"] for e in entries if e["target"].startswith("index:")], ["index.refresh", "index.reindex"])
        self.assertNotIn("secret words", json.dumps(entries))


class AuditOfPeople(Case):
    def code(self, secret):
        step = struct.pack(">Q", int(time.time()) // 30)
        mac = hmac.digest(base64.b32decode(secret), step, "sha1")
        return f"{(struct.unpack('>I', mac[mac[-1] & 15:][:4])[0] & 0x7FFFFFFF) % 1000000:06}"

    def told(self):
        return [(e["action"], e["target"], e["ok"], e.get("why")) for e in self.call("GET", "/v1/audit?limit=200", self.admin).json["entries"]]

    def test_each_kind_of_change_has_a_name(self):
        """The table of docs/access.md, but for articles and the index."""
        made = self.call("POST", "/v1/keys", self.admin, {"name": "k", "rights": ["search"]}).json["id"]
        self.call("POST", f"/v1/keys/{made}/rotate", self.admin)
        self.call("DELETE", f"/v1/keys/{made}", self.admin)
        self.call("POST", "/v1/people", self.admin, {"id": "bo", "password": PASSWORD, "role": "agent"})
        for change in ({"role": "author"}, {"password": PASSWORD + "2"}, {"locked": True}, {"locked": False}):
            self.assertEqual(self.call("PATCH", "/v1/people/bo", self.admin, change).status, 200)
        cookie, csrf = self.session()
        mine = {**cookie, "X-CSRF-Token": csrf}
        secret = self.call("POST", "/v1/session/codes", mine).json["secret"]
        self.assertEqual(self.call("PUT", "/v1/session/codes", mine, {"code": self.code(secret)}).status, 200)
        self.assertEqual(self.sign_in().status, 401)
        self.assertEqual(self.call("DELETE", "/v1/session/codes", mine).status, 204)
        self.assertEqual(self.call("DELETE", "/v1/session", mine).status, 204)
        self.assertEqual(self.call("DELETE", "/v1/people/bo", self.admin).status, 204)
        while self.sign_in(password="wrong").status == 401:
            pass
        self.assertEqual(self.sign_in().status, 429)
        told = self.told()
        for wanted in (("key.create", f"key:{made}", True), ("key.rotate", f"key:{made}", True), ("key.revoke", f"key:{made}", True),
                       ("person.add", "person:bo", True), ("person.role", "person:bo", True), ("person.password", "person:bo", True),
                       ("person.lock", "person:bo", True), ("person.unlock", "person:bo", True), ("person.remove", "person:bo", True),
                       ("person.codes_start", "person:ada", True), ("person.codes_on", "person:ada", True),
                       ("person.codes_off", "person:ada", True), ("session.start", "person:ada", True)):
            self.assertIn((*wanted, None), told)
        for why in ("wrong", "no code", "too many tries"):
            self.assertIn(("session.start", "person:ada", False, why), told)
        self.assertEqual([t[2] for t in told if t[0] == "session.end"], [True])
        names = (SOURCE / "docs" / "access.md").read_text(encoding="utf-8")
        for action, *_ in told:
            self.assertIn(f"`{action}`", names)


class SafeByDefault(unittest.TestCase):
    def test_beyond_this_machine_nothing_is_served_before_there_is_a_key(self):
        with tempfile.TemporaryDirectory() as folder:
            secret = f"access.secret_file={folder}/secret"
            command = [PARRY, "serve", "--text-only", "--data", f"{folder}/data", "--listen", "0.0.0.0:0", "--option", secret]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("parry keys create", done.stderr)
            subprocess.run([PARRY, "keys", "create", "--name", "k", "--rights", "search", "--data", f"{folder}/data", "--option", secret],
                           capture_output=True, check=True)
            with Server(data=folder, listen="0.0.0.0:0") as server:
                self.assertEqual(server.get("/v1/suggest?q=a").status, 401)
                self.assertEqual(server.get("/v1/suggest?q=a").headers["WWW-Authenticate"], 'Bearer realm="parry"')
                self.assertEqual(server.get("/health").status, 200)
            with Server(data=folder, listen="0.0.0.0:0", args=["--option", "access.anonymous=search"]) as server:
                self.assertEqual(server.get("/v1/suggest?q=a").status, 200)
                self.assertEqual(server.get("/metrics").status, 401)
            self.assertEqual(pathlib.Path(folder, "secret").stat().st_mode & 0o777, 0o600)

    def test_on_this_machine_any_key_will_do_to_search(self):
        with Server(SAMPLE) as server:
            for key in ("anything", "parry_sk_nobodys", "parry_pk_x.y.z", "eyJh.eyJh.x"):
                for header in ({"X-API-Key": key}, {"Authorization": f"Bearer {key}"}):
                    self.assertEqual(server.get("/v1/suggest?q=refund", headers=header).status, 200, header)
                    self.assertEqual(server.get("/v1/keys", headers=header).status, 401, header)

    def test_another_secret_file_is_noticed(self):
        with Server(SAMPLE) as server:
            done = subprocess.run([PARRY, "keys", "list", "--data", str(server.data), "--option",
                                   f"access.secret_file={server.data.parent}/other"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 5)
            self.assertIn("access.secret_file", done.stderr)


class Docs(unittest.TestCase):
    def test_the_table_of_roles_is_the_codes(self):
        table = subprocess.run([PARRY, "routes", "--roles"], capture_output=True, text=True, check=True).stdout.strip()
        self.assertIn(table, (SOURCE / "docs/access.md").read_text(encoding="utf-8"))

    def test_the_recipe_for_search_keys_works(self):
        recipe = re.search(r"```python\n(.*?)```", (SOURCE / "docs/access.md").read_text(encoding="utf-8"), re.S).group(1)
        with Server(SAMPLE) as server:
            space = {}
            exec(recipe, space)  # pylint: disable=exec-used
            key = space["search_key"](server.run("keys", "create", "--name", "k", "--rights", "search"), {"audiences": ["merchant"]}, 60)
            who = server.get("/v1/session", headers={"X-API-Key": key}).json
            self.assertEqual((who["who"], who["audiences"], who["rights"]), ("search-key", ["merchant"], ["search"]))


if __name__ == "__main__":
    unittest.main()
