"""Attacks on those who sign in: their cookies, their passwords, their names."""
import base64
import concurrent.futures
import hashlib
import hmac
import json
import re
import struct
import time
import unittest

from attack import PASSWORD, Attack, Server, cost


class People(Attack):
    # ---- other sites

    def test_cross_site_request_forgery(self):
        """A page elsewhere has the browser send the cookie; it does not have the session's token."""
        cookie, csrf = self.session("ada")
        other, foreign = self.session("ed")
        writes = [("POST", "/v1/keys", {"name": "x", "rights": ["search"]}), ("DELETE", "/v1/keys/0123456789ab", None),
                  ("POST", "/v1/people", {"id": "eve", "role": "admin", "password": PASSWORD}), ("PATCH", "/v1/people/ed", {"role": "admin"}),
                  ("DELETE", "/v1/people/ed", None), ("POST", "/v1/articles", {"markdown": "x"}), ("POST", "/v1/admin/reindex", None),
                  ("PUT", "/v1/articles/plain-1", {"markdown": "x"}), ("DELETE", "/v1/articles/plain-1", None), ("POST", "/v1/session/codes", None),
                  ("DELETE", "/v1/session", None), ("DELETE", "/v1/session/codes", None), ("POST", "/v1/events", {"events": []})]
        for method, path, body in writes:
            for token in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": foreign}, {"X-CSRF-Token": csrf[:-1] + "A" * (csrf[-1] != "A") + "B" * (csrf[-1] == "A")},
                          {"X-CSRF-Token": csrf + "A"}, {"X-CSRF-Token": "parry_session"}, {"X-XSRF-Token": csrf}, {"Cookie": cookie["Cookie"] + f"; csrf={csrf}"}):
                for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                    got = self.call(method, path, {**cookie, **token, "Content-Type": kind, "Origin": "https://evil.example"}, body)
                    self.assertEqual(got.status, 403, f"{method} {path} {token}")
        self.assertEqual(self.call("GET", f"/v1/keys?csrf={csrf}", cookie).status, 400)  # no token in addresses
        self.assertEqual(self.who(cookie), "person")
        self.assertEqual(self.call("GET", "/v1/articles/plain-1").status, 200)
        self.assertNotIn("eve", self.call("GET", "/v1/people", self.house.admin).text)

    def test_login_cross_site_request_forgery(self):
        """A form elsewhere signs its victim in as somebody else."""
        forged = json.dumps({"person": "agnes", "password": PASSWORD})
        tail = forged[:-1] + ',"code":"="}'  # what an input of a form in text/plain makes
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "application/jsonp", "text/json"):
            for body in (forged, tail):
                reply = self.server.get("/v1/session", "POST", {"Content-Type": kind, "Origin": "https://evil.example"}, body)
                self.assertEqual(reply.status, 400, kind)
                self.assertIsNone(reply.headers["Set-Cookie"])
        for path in (f"/v1/session?person=agnes&password={PASSWORD.replace(' ', '+')}", "/admin/sign-in?person=agnes"):
            self.assertIsNone(self.server.get(path).headers["Set-Cookie"])

    def test_pages_elsewhere_read_nothing_of_a_session(self):
        """No reply lets another origin read what the cookie opens; framing and sniffing do not help either."""
        cookie, _ = self.session("ada")
        for origin in ("https://evil.example", "null", f"http://127.0.0.1:{self.server.port}.evil.example", "http://localhost"):
            for method, path in (("GET", "/v1/session"), ("GET", "/v1/keys"), ("OPTIONS", "/v1/keys"), ("GET", "/v1/people")):
                reply = self.server.get(path, method, {**cookie, "Origin": origin, "Access-Control-Request-Method": "GET"})
                self.assertIsNone(reply.headers["Access-Control-Allow-Origin"])
                self.assertIsNone(reply.headers["Access-Control-Allow-Credentials"])
                self.assertEqual(reply.headers["Cross-Origin-Resource-Policy"], "same-origin")

    # ---- sessions

    def test_session_fixation(self):
        """A cookie that was planted before the sign-in is not the session after it."""
        planted, _ = self.session("agnes")  # the attacker's own, valid
        for cookie in ("parry_session=" + "A" * 43, planted["Cookie"], "parry_session=", "parry_session=x; parry_session=y"):
            reply = self.sign_in("ed", headers={"Cookie": cookie})
            self.assertEqual(reply.status, 200)
            set_to = reply.headers["Set-Cookie"].split(";")[0]
            self.assertNotIn(set_to, cookie)
            for one in cookie.split("; "):
                self.assertNotEqual(self.server.get("/v1/session", headers={"Cookie": one}).json.get("id"), "ed")
        for path in ("/v1/session?parry_session=x", "/v1/session;parry_session=x"):
            self.assertIsNone(self.server.get(path).headers["Set-Cookie"])

    def test_a_neighbouring_sites_cookie(self):
        """Another host of the domain sets a cookie beside ours, so that its victim works as somebody else."""
        mine, _ = self.session("ada")
        theirs, _ = self.session("agnes")
        for both in (f"{theirs['Cookie']}; {mine['Cookie']}", f"{mine['Cookie']};{theirs['Cookie']}", f"{mine['Cookie']}; a=b; parry_session="):
            self.assertEqual(self.who({"Cookie": both}), "anyone", both)
        for other in ("xparry_session=" + theirs["Cookie"], "parry_sessionx=y", "PARRY_SESSION=" + theirs["Cookie"].partition("=")[2]):
            self.assertEqual(self.call("GET", "/v1/session", {"Cookie": f"{other}; {mine['Cookie']}"}).json["id"], "ada")
            self.assertEqual(self.who({"Cookie": other}), "anyone")

    def test_a_session_ends_with_sign_out_role_password_and_lock(self):
        """What was stolen is worth nothing after any of them, and an old role not either."""
        people = self.house.server
        people.run("people", "add", "mallory", "--role", "admin", stdin=PASSWORD)
        cookie, csrf = self.session("mallory")
        self.assertEqual(self.call("GET", "/v1/keys", cookie).status, 200)
        self.call("PATCH", "/v1/people/mallory", self.house.admin, {"role": "agent"})
        self.assertEqual(self.call("GET", "/v1/keys", cookie).status, 403, "the role before")
        self.call("PATCH", "/v1/people/mallory", self.house.admin, {"password": "another correct horse"})
        self.assertEqual(self.who(cookie), "anyone", "the password before")
        cookie = {"Cookie": self.sign_in("mallory", "another correct horse").headers["Set-Cookie"].split(";")[0]}
        self.call("PATCH", "/v1/people/mallory", self.house.admin, {"locked": True})
        self.assertEqual(self.who(cookie), "anyone", "locked")
        self.call("PATCH", "/v1/people/mallory", self.house.admin, {"locked": False})
        self.assertEqual(self.who(cookie), "anyone", "unlocking brings no session back")
        reply = self.sign_in("mallory", "another correct horse")
        cookie = {"Cookie": reply.headers["Set-Cookie"].split(";")[0]}
        self.assertEqual(self.call("DELETE", "/v1/session", {**cookie, "X-CSRF-Token": reply.json["csrf"]}).status, 204)
        self.assertEqual(self.who(cookie), "anyone", "signed out")
        cookie = {"Cookie": self.sign_in("mallory", "another correct horse").headers["Set-Cookie"].split(";")[0]}
        self.call("DELETE", "/v1/people/mallory", self.house.admin)
        self.assertEqual(self.who(cookie), "anyone", "removed")

    def test_a_session_cannot_be_guessed(self):
        tokens = [self.session("agnes")[0]["Cookie"].partition("=")[2] for _ in range(4)]
        raw = [base64.urlsafe_b64decode(t + "=") for t in tokens]
        self.assertEqual({len(r) for r in raw}, {32})
        bits = [bin(a ^ b).count("1") for x, y in zip(raw, raw[1:]) for a, b in zip(x, y)]
        self.assertTrue(50 < sum(bits) / 3 < 210, "half of 256 bits differ, give or take")
        for near in (tokens[0][:-2] + "AA", tokens[0][1:], tokens[0].swapcase(), tokens[0] + "A"):
            self.assertEqual(self.who({"Cookie": f"parry_session={near}"}), "anyone")

    def test_one_time_codes_work_once_and_cannot_be_tried_out(self):
        self.server.run("people", "add", "otto", "--role", "agent", stdin=PASSWORD)
        cookie, csrf = self.session("otto")
        own = {**cookie, "X-CSRF-Token": csrf}
        text = self.call("POST", "/v1/session/codes", own).json["secret"]
        secret = base64.b32decode(text + "=" * (-len(text) % 8))

        def code(step):
            digest = hmac.digest(secret, struct.pack(">Q", int(time.time()) // 30 + step), hashlib.sha1)
            at = digest[-1] & 15
            return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1_000_000:06}"

        first = code(0)
        self.assertEqual(self.call("PUT", "/v1/session/codes", own, {"code": first}).status, 200)
        body = {"person": "otto", "password": PASSWORD}
        self.assertEqual(self.call("POST", "/v1/session", None, body).status, 401, "without the code")
        self.assertNotEqual(self.call("POST", "/v1/session", None, {**body, "code": first}).status, 200, "a code used again")
        with Server(data=self.server.data.parent) as fresh:  # tries count anew
            statuses = [self.call("POST", "/v1/session", None, {**body, "code": f"{i:06}"}, fresh).status for i in range(8)]
            self.assertEqual(statuses[-1], 429, "all codes could be tried")
        self.call("DELETE", "/v1/people/otto", self.house.admin)


class Passwords(Attack):
    """Each on a server of its own: what it counts is the server's."""

    def fresh(self, *args):
        server = Server(data=self.server.data.parent, args=list(args))
        self.addCleanup(server.close)
        return server

    def test_password_guessing_is_locked_out(self):
        server = self.fresh()
        statuses = [self.sign_in("ada", f"wrong {i}", server=server).status for i in range(8)]
        self.assertEqual(statuses[:5], [401] * 5)
        self.assertEqual(statuses[5:], [429] * 3)
        right = self.sign_in("ada", server=server)
        self.assertEqual(right.status, 429, "the right password tells nothing while it is locked")
        self.assertGreaterEqual(int(right.headers["Retry-After"]), 1)

    def test_guesses_at_once_are_all_counted(self):
        """Many at the same moment, before any of them was looked at."""
        server = self.fresh("--option", "limits.sign_in_per_address=0")
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda i: self.sign_in("ada", f"wrong {i}", server=server).status, range(16)))
        self.assertLessEqual(statuses.count(401), 5, statuses)
        self.assertTrue(set(statuses) <= {401, 429, 503}, statuses)

    def test_a_link_is_worth_one_session(self):
        """Used by many at the same moment, and after another was made."""
        server = self.fresh("--option", "limits.sign_in_per_address=0")
        token = server.process.stdout.readline().decode().strip().rsplit("#", 1)[1]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: self.call("POST", "/v1/session", None, {"token": token}, server), range(8)))
        self.assertEqual([r.status for r in replies].count(200), 1, [r.status for r in replies])
        old = self.fresh().process.stdout.readline().decode().strip().rsplit("#", 1)[1]
        self.fresh()
        self.assertEqual(self.call("POST", "/v1/session", None, {"token": old}).status, 401)

    def test_password_spraying_is_locked_out(self):
        """One guess for each of many accounts: the address is counted, not the account alone; and it cannot say it is another."""
        server = self.fresh()
        statuses = [self.sign_in(f"person{i}", "Password1!", {"X-Forwarded-For": f"10.0.0.{i}", "Forwarded": f"for=10.0.0.{i}", "X-Real-IP": f"10.0.0.{i}"},
                                 server).status for i in range(8)]
        self.assertEqual(statuses[:5], [401] * 5)
        self.assertEqual(statuses[5:], [429] * 3)

    def test_who_has_an_account_is_not_told(self):
        """The same text, status and headers, and the same work: a hash for each."""
        told, times = {}, {"ada": [], "nobody": []}
        for person in times:
            server = self.fresh()
            for _ in range(4):
                reply, took = cost(server, lambda: self.sign_in(person, "wrong password", server=server))
                times[person].append(took)
                text = re.sub(r'"instance":"[0-9a-f]+"', "", reply.text)
                told.setdefault(person, set()).add((reply.status, text, tuple(sorted(reply.headers.keys()))))
        self.assertEqual(told["ada"], told["nobody"])
        self.assertEqual(len(told["ada"]), 1)
        known, unknown = min(times["ada"]), min(times["nobody"])
        self.assertGreater(unknown, known / 4, "an unknown account is answered without the work")
        self.assertGreater(known, unknown / 4)

    def test_hashing_cannot_be_made_to_take_all_memory(self):
        """Floods of sign-ins: two are hashed at once, few wait, the others are told to come again."""
        server = self.fresh("--option", "limits.sign_in_per_address=0")
        with concurrent.futures.ThreadPoolExecutor(24) as pool:
            replies = list(pool.map(lambda i: self.sign_in(f"p{i}", "x" * 5 if i % 2 else "x" * 3000, server=server), range(24)))
            self.assertEqual(server.get("/v1/search?q=refund").status, 200)
        self.assertTrue({r.status for r in replies} <= {400, 401, 429, 503}, {r.status for r in replies})


if __name__ == "__main__":
    unittest.main()
