"""Cases over HTTP: the desk's own addresses and /v1/cases, from signing in to the export."""
import base64
import csv
import io
import json
import tempfile
import threading
import time
import unittest

from parry_server import SAMPLE, Server, until

BASE = "/applications/customerservice/api"
PASSWORD = "correct horse battery"
REFUND = {"subject": "Refund has not arrived", "description": "Order ORD-44712, two lamps.", "customerName": "Mirabel Quenneville",
          "customerEmail": "mirabel@quenneville.example", "queue": "Refunds", "priority": "high", "locale": "en"}
SEEDS_CASE = ["id", "customerName", "customerEmail", "subject", "priority", "status", "queue", "createdAt", "comments"]
SEEDS_COMMENT = ["id", "author", "text", "createdAt"]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


def sent(name="lamp.png", kind="image/png", content=PNG):
    return {"name": name, "type": kind, "base64": base64.b64encode(content).decode()}


class Desk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        cls.key = cls.server.run("keys", "create", "--name", "desk", "--rights", "cases.read,cases.write")
        for person, role in (("ada", "agent"), ("ben", "agent"), ("eve", "editor")):
            cls.server.run("people", "add", person, "--role", role, stdin=PASSWORD)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def ask(self, method, path, body=None, status=200, **headers):
        sent = {"Authorization": "Bearer " + self.key, "Content-Type": "application/json"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        reply = self.server.get(path, method, sent, json.dumps(body) if body is not None else None)
        self.assertEqual(reply.status, status, reply.body[:500])
        return reply

    def make(self, **members):
        return self.ask("POST", "/v1/cases", {**REFUND, **members}, 201).json

    def ids(self, query):
        return [case["id"] for case in self.ask("GET", "/v1/cases?" + query).json["cases"]]

    def sign_in(self, person="ada"):
        reply = self.server.get(BASE + "/login", "POST", {"Content-Type": "application/json"},
                                json.dumps({"username": person, "password": PASSWORD}))
        self.assertEqual(reply.status, 200, reply.text)
        return reply, {"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": reply.json["csrf"],
                       "Content-Type": "application/json"}


class Session(Desk):
    def test_in_and_out_as_the_desk_does_it(self):
        self.assertEqual(self.server.get(BASE + "/auth/check").json, {"authenticated": False, "user": None})
        reply, cookie = self.sign_in()
        self.assertIn("HttpOnly", reply.headers["Set-Cookie"])
        self.assertEqual(reply.json["user"], {"id": "ada", "username": "ada", "role": "agent"})
        checked = self.server.get(BASE + "/auth/check", headers=cookie).json
        self.assertTrue(checked["authenticated"])
        self.assertEqual(checked["csrf"], reply.json["csrf"])
        self.assertEqual(self.server.get(BASE + "/cases", headers=cookie).status, 200)
        out = self.server.get(BASE + "/logout", "POST", cookie)
        self.assertEqual((out.status, out.json["authenticated"]), (200, False))
        self.assertEqual(self.server.get(BASE + "/cases", headers=cookie).status, 401)

    def test_a_session_writes_only_with_its_token(self):
        _, cookie = self.sign_in()
        without = {name: value for name, value in cookie.items() if name != "X-CSRF-Token"}
        body = json.dumps(REFUND)
        for path in ("/v1/cases", BASE + "/cases"):
            self.assertEqual(self.server.get(path, "POST", without, body).status, 403)
            self.assertEqual(self.server.get(path, "POST", cookie, body).status, 201)

    def test_cases_are_for_agents(self):
        _, cookie = self.sign_in("eve")
        self.assertEqual(self.server.get("/v1/cases", headers=cookie).status, 403)
        self.assertEqual(self.server.get(BASE + "/cases/1", headers=cookie).status, 403)
        with self.assertRaisesRegex(AssertionError, "limited"):
            self.server.run("keys", "create", "--name", "m", "--rights", "cases.read", "--audiences", "merchant")


class LockedOut(Desk):
    def test_a_wrong_password_says_nothing_and_is_counted(self):
        def attempt():
            return self.server.get(BASE + "/login", "POST", {"Content-Type": "application/json"},
                                   json.dumps({"username": "ben", "password": "wrong"})).status
        self.assertEqual(attempt(), 401)
        self.assertIn(429, [attempt() for _ in range(20)])
        self.assertEqual(self.server.get(BASE + "/login", "POST", {"Content-Type": "text/plain"}, "{}").status, 400)


class Cases(Desk):
    def test_a_case_has_the_members_that_the_desk_knows(self):
        made = self.make(externalId="shop-1")
        self.ask("POST", f"/v1/cases/{made['id']}/comments", {"text": "We look into it"}, 201)
        for path in (f"/v1/cases/{made['id']}", f"{BASE}/cases/{made['id']}"):
            case = self.ask("GET", path).json
            self.assertLessEqual(set(SEEDS_CASE), set(case))
            self.assertIsInstance(case["id"], int)
            self.assertEqual((case["status"], case["queue"], case["priority"]), ("new", "Refunds", "high"))
            self.assertEqual(list(case["comments"][0])[:4], SEEDS_COMMENT)
            self.assertEqual(case["comments"][0]["author"], "Support")
            self.assertRegex(case["createdAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        listed = self.ask("GET", BASE + "/cases").json["cases"]
        self.assertTrue(all(isinstance(case["comments"], list) for case in listed))

    def test_what_is_wrong_is_said(self):
        for body, word in (({"subject": "x"}, "customerEmail"), ({**REFUND, "queue": "Sales"}, "queue"),
                           ({**REFUND, "priority": "urgent"}, "priority"), ({**REFUND, "subject": "a\nb"}, "subject"),
                           ({**REFUND, "customerEmail": "nobody"}, "e-mail"), ({**REFUND, "shoe": 1}, "shoe"),
                           ({**REFUND, "subject": "x" * 201}, "subject"), ({**REFUND, "externalId": "once:x"}, "externalId")):
            self.assertIn(word, self.ask("POST", "/v1/cases", body, 400).json["detail"])
        for path, status in (("/v1/cases?status=open", 400), ("/v1/cases?queue=x", 400), ("/v1/cases?limit=101", 400),
                             ("/v1/cases?shoe=1", 400), ("/v1/cases?cursor=x", 400), ("/v1/cases?page=9999", 400),
                             ("/v1/cases?created_from=yesterday", 400), ("/v1/cases?search=" + "a" * 513, 400),
                             ("/v1/cases/0", 404), ("/v1/cases/x", 404), ("/v1/cases/999999", 404),
                             ("/v1/cases/18446744073709551617", 404), ("/v1/cases/1%2F2", 404)):
            self.ask("GET", path, None, status)

    def test_status_goes_its_way_and_every_change_is_told(self):
        path = f"/v1/cases/{self.make()['id']}"
        self.assertIn("inprogress", self.ask("PATCH", path, {"status": "done"}, 400).json["detail"])
        case = self.ask("PATCH", path, {"status": "inprogress", "assignee": "ada", "priority": "critical"}).json
        self.assertEqual((case["status"], case["assignee"], case["priority"]), ("inprogress", "ada", "critical"))
        self.assertEqual([c["author"] for c in case["comments"]], ["System"] * 3)
        self.assertIn("new -> inprogress, by key:", case["comments"][0]["text"])
        done = self.ask("PATCH", path, {"status": "done", "assignee": None}).json
        self.assertIsNotNone(done["doneAt"])
        self.assertIsNone(done["assignee"])
        self.ask("POST", path + "/comments", {"text": "Still not here", "customer": True}, 201)
        again = self.ask("GET", path).json
        self.assertEqual((again["status"], again["reopened"], again["doneAt"]), ("inprogress", 1, None))
        self.assertEqual(again["comments"][-2]["author"], "Mirabel Quenneville")
        for assignee in ("nobody-here", "eve"):
            self.ask("PATCH", path, {"assignee": assignee}, 400)
        self.ask("PATCH", path, {}, 400)

    def test_of_two_changes_of_one_version_one_is_refused(self):
        path = f"/v1/cases/{self.make()['id']}"
        tag = self.ask("GET", path).headers["ETag"]
        self.ask("PATCH", path, {"priority": "low"}, 200, If_Match=tag)
        self.ask("PATCH", path, {"priority": "medium"}, 412, If_Match=tag)
        self.ask("PATCH", path, {"priority": "medium"}, 412, If_Match='"x"')
        self.ask("PATCH", path, {"priority": "medium"}, 200, If_Match="*")

    def test_a_session_is_named_as_who_did_it(self):
        _, cookie = self.sign_in()
        case = self.server.get("/v1/cases", "POST", cookie, json.dumps(REFUND)).json
        changed = self.server.get(f"/v1/cases/{case['id']}", "PATCH", cookie, json.dumps({"assignee": "me"})).json
        self.assertEqual(changed["assignee"], "ada")
        self.assertEqual(changed["comments"][0]["text"], "Assignee: nobody -> ada, by ada")
        self.assertEqual(self.server.get("/v1/cases?assignee=me&limit=1", headers=cookie).json["cases"][0]["id"], case["id"])

    def test_notes_are_internal_and_no_reply(self):
        path = f"/v1/cases/{self.make()['id']}"
        note = self.ask("POST", path + "/comments", {"text": "Looks odd", "internal": True}, 201).json
        self.assertEqual(note["kind"], "internal")
        self.assertIsNone(self.ask("GET", path).json["firstReplyAt"])
        self.ask("POST", path + "/comments", {"text": "Hello"}, 201)
        self.assertIsNotNone(self.ask("GET", path).json["firstReplyAt"])
        for body in ({"text": ""}, {"text": "x", "internal": 1}, {"text": "x", "internal": True, "customer": True},
                     {"text": "x" * 16001}, {"words": "x"}):
            self.ask("POST", path + "/comments", body, 400)
        self.ask("POST", "/v1/cases/999999/comments", {"text": "x"}, 404)

    def test_what_is_sent_again_is_done_once(self):
        first = self.ask("POST", "/v1/cases", REFUND, 201, Idempotency_Key="k1")
        again = self.ask("POST", "/v1/cases", REFUND, 200, Idempotency_Key="k1")
        self.assertEqual(first.json["id"], again.json["id"])
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertIsNone(again.json["externalId"])
        self.ask("POST", "/v1/cases", {**REFUND, "subject": "Another"}, 422, Idempotency_Key="k1")
        one, two = self.make(externalId="e-7"), self.ask("POST", "/v1/cases", {**REFUND, "externalId": "e-7"}).json
        self.assertEqual((one["id"], one["externalId"]), (two["id"], "e-7"))
        path = f"/v1/cases/{one['id']}/comments"
        said = [self.ask("POST", path, {"text": "Hello"}, 201, Idempotency_Key="c1").json["id"] for _ in range(3)]
        self.assertEqual(len(set(said)), 1)
        self.ask("POST", path, {"text": "Other"}, 422, Idempotency_Key="c1")

    def test_many_at_once_make_one(self):
        got = []

        def make():
            got.append(self.server.get("/v1/cases", "POST", {"Authorization": "Bearer " + self.key, "Content-Type": "application/json",
                                                             "Idempotency-Key": "race"}, json.dumps(REFUND)).json["id"])
        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(set(got)), 1)

    def test_there_is_no_packet_where_nothing_was_handed_over(self):
        self.ask("GET", f"/v1/cases/{self.make()['id']}/packet", None, 404)


class Lists(Desk):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls("setUpClass")
        cls.made = [test.make(subject=f"Number {i}", queue=["Login", "Orders"][i % 2],
                              priority=["low", "medium", "high", "critical"][i % 4])["id"] for i in range(30)]
        test.ask("PATCH", f"/v1/cases/{cls.made[3]}", {"status": "inprogress", "assignee": "ada"})
        cls.lamp = test.make(subject="Lampshade torn", description="It hangs in shreds")["id"]

    def test_filters(self):
        self.assertEqual(self.ids("status=inprogress"), [self.made[3]])
        self.assertEqual(self.ids("assignee=ada"), [self.made[3]])
        self.assertEqual(self.ids("queue=Login&limit=3"), [self.made[28], self.made[26], self.made[24]])
        self.assertEqual(self.ids("priority=critical&order=oldest&limit=2"), [self.made[3], self.made[7]])
        self.assertEqual(self.ids("order=updated&limit=2"), [self.lamp, self.made[3]])
        self.assertEqual(self.ids("created_until=2020-01-01"), [])
        self.assertEqual(self.ask("GET", "/v1/cases?queue=Login&assignee=none").json["total"], 15)

    def test_pages_and_cursors_are_the_whole_list(self):
        for query in ("order=newest", "order=priority", "order=oldest&queue=Login", "search=number"):
            whole = self.ids(query + "&limit=100")
            pages = [self.ids(query + f"&per_page=7&page={page}") for page in range(1, 6)]
            self.assertEqual(sum(pages, []), whole)
            followed, cursor = [], ""
            while cursor is not None:
                reply = self.ask("GET", f"/v1/cases?{query}&limit=7{cursor and '&cursor=' + cursor}").json
                followed += [case["id"] for case in reply["cases"]]
                cursor = reply["next"]
            self.assertEqual(followed, whole)

    def test_what_was_written_is_found_within_a_second(self):
        self.assertEqual(until(lambda: self.ids("search=lampshade")), [self.lamp])
        self.ask("POST", f"/v1/cases/{self.lamp}/comments", {"text": "A hedgehog did it", "internal": True}, 201)
        begin = time.monotonic()
        self.assertEqual(until(lambda: self.ids("search=hedgehog")), [self.lamp])
        self.assertLess(time.monotonic() - begin, 5)  # a second on a machine that is not shared
        self.assertEqual(self.ids(f"search=quenneville%20{self.lamp}"), [self.lamp])
        self.assertEqual(self.ids("search=lampsh"), [self.lamp])
        self.assertEqual(self.ids("search=hedgehog&status=done"), [])
        self.assertEqual(self.ask("GET", "/v1/cases?search=number").json["order"], "relevance")

    def test_metrics_count_them(self):
        metrics = self.server.get("/metrics").text
        self.assertIn('parry_cases{status="inprogress"} 1\n', metrics)
        self.assertTrue(until(lambda: "parry_cases_unindexed 0\n" in self.server.get("/metrics").text))

    def test_fields(self):
        case = self.ask("GET", "/v1/cases?limit=1&fields=cases.id,total").json
        self.assertEqual((list(case), list(case["cases"][0])), (["cases", "total"], ["id"]))


class Which(Desk):
    def test_channels(self):
        phoned = self.make(channel="phone", queue="Deliveries")
        self.assertEqual((phoned["channel"], self.make(queue="Deliveries")["channel"]), ("phone", "api"))
        self.assertEqual(self.ids("channel=phone"), [phoned["id"]])
        self.assertEqual(self.ids("channel=phone&queue=Orders"), [])
        _, cookie = self.sign_in()
        said = self.server.get("/v1/cases", "POST", cookie, json.dumps({**REFUND, "queue": "Deliveries"})).json
        self.assertIsNone(said["channel"])
        self.assertEqual([line["channel"] for line in map(json.loads, self.ask(
            "GET", "/v1/cases/export?format=ndjson&channel=phone").text.splitlines())], ["phone"])
        for wrong in ("fax", ""):
            self.assertIn("phone", self.ask("POST", "/v1/cases", {**REFUND, "channel": wrong}, 400).json["detail"])
        self.ask("GET", "/v1/cases?channel=fax", None, 400)
        self.ask("PATCH", f"/v1/cases/{phoned['id']}", {"channel": "chat"}, 400)

    def test_cases_of_a_customer(self):
        mine = [self.make(customerEmail=email, queue="Payments")["id"] for email in ("zoe@low.example", "Zoe@Low.example")]
        self.assertEqual(self.ids("customer=ZOE%40low.example"), mine[::-1])
        self.assertEqual(self.ids("customer=zoe%40low.example&queue=Refunds"), [])
        self.assertEqual(self.ids("customer=zoe%40low.exampl"), [])
        self.ask("PATCH", f"/v1/cases/{mine[0]}", {"customerEmail": "zoe@high.example"})
        self.assertEqual(self.ids("customer=zoe%40low.example"), mine[1:])
        self.assertEqual(len(self.ask("GET", "/v1/cases/export?format=ndjson&customer=zoe%40high.example").text.splitlines()), 1)
        for wrong in ("zoe", "%20", "", "z" * 254 + "%40low.example"):
            self.ask("GET", "/v1/cases?customer=" + wrong, None, 400)

    def test_who_may_not_see_cases_learns_nothing_of_a_customer(self):
        searcher = self.server.run("keys", "create", "--name", "s", "--rights", "search")
        for headers in ({"Authorization": "Bearer " + searcher}, {}):
            told = [self.server.get("/v1/cases?customer=" + email, headers=headers)
                    for email in (REFUND["customerEmail"], "nobody@nowhere.example", "wrong")]
            self.assertEqual({reply.status for reply in told} & {200, 400, 404}, set())
            self.assertEqual(len({(reply.status, reply.json["detail"]) for reply in told}), 1)


class Attachments(Desk):
    def setUp(self):
        self.path = f"/v1/cases/{self.make()['id']}"

    def say(self, status=201, **members):
        headers = {"Idempotency_Key": members.pop("once")} if "once" in members else {}
        return self.ask("POST", self.path + "/comments", {"text": "See here", **members}, status, **headers).json

    def test_a_file_is_given_back_as_a_download(self):
        said = self.say(attachments=[sent(), sent("note.txt", "text/plain", "Grüße <script>".encode())])
        self.assertEqual(said["attachments"], [{"id": 1, "name": "lamp.png", "type": "image/png", "size": len(PNG)},
                                               {"id": 2, "name": "note.txt", "type": "text/plain", "size": 16}])
        self.assertEqual(self.ask("GET", self.path).json["comments"][-1]["attachments"], said["attachments"])
        for path in (self.path, BASE + self.path[3:]):
            reply = self.ask("GET", path + "/attachments/1")
            self.assertEqual((reply.body, reply.headers["Content-Type"]), (PNG, "image/png"))
            self.assertEqual(reply.headers["Content-Disposition"], "attachment; filename*=UTF-8''lamp.png")
            self.assertIn("sandbox", reply.headers["Content-Security-Policy"])
            self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(reply.headers["Cache-Control"], "no-store")
        self.assertEqual(self.ask("GET", self.path + "/attachments/2").headers["Content-Type"], "text/plain; charset=utf-8")
        line = json.loads(self.ask("GET", "/v1/cases/export?format=ndjson&limit=1").text)
        self.assertEqual(line["comments"][-1]["attachments"], said["attachments"])

    def test_names_lead_nowhere(self):
        for name, kept in (("../../etc/passwd", ".._.._etc_passwd"), ('a"\r\nSet-Cookie: x=1', "a___Set-Cookie: x=1"),
                           ("C:\\boot.ini", "C:_boot.ini"), ("", "file"), ("parry-handoff.json", "_parry-handoff.json"),
                           ("<img src=x>", "<img src=x>"), ("lamp\u202egnp.exe", "lamp_gnp.exe"),
                           ("a\u2028b\x85\u2066c.png", "a_b__c.png"), (".. .", "file"), ("..", "file"), ("Übersicht.png", "Übersicht.png")):
            number = self.say(attachments=[sent(name)])["attachments"][0]
            self.assertEqual(number["name"], kept)
            reply = self.ask("GET", f"{self.path}/attachments/{number['id']}")
            self.assertIsNone(reply.headers["Set-Cookie"])
            self.assertRegex(reply.headers["Content-Disposition"], r"^attachment; filename\*=UTF-8''[A-Za-z0-9%._~-]+$")

    def test_what_is_wrong_is_refused_and_nothing_of_it_kept(self):
        html = b"<!doctype html><script>alert(1)</script>"
        for one, word in ((sent(content=html), "type says"), (sent("a.svg", "image/svg+xml", b"<svg/>"), "type says"),
                          (sent("a.html", "text/html", html), "type says"), (sent("a.txt", "text/plain", b"a\0b"), "type says"),
                          ({**sent(), "base64": "%%%"}, "base64"), ({**sent(), "base64": 3}, "base64"), ({"name": "x"}, "type"),
                          ({**sent(), "path": "/etc"}, "path"), ({**sent(), "name": "x" * 201}, "name"), ("x", "attachments")):
            self.assertIn(word, self.say(400, attachments=[one])["detail"])
        for members in ({"attachments": [sent()] * 6}, {"attachments": {"0": sent()}}, {"attachments": "x"}, {"text": "", "attachments": [sent()]},
                        {"replyTo": 1}, {"replyTo": 0}, {"replyTo": -1}, {"replyTo": "1"}, {"replyTo": 2 ** 63}, {"replyTo": 1.5}, {"replyTo": 1000.0},
                        {"replyTo": 1e300}):
            self.say(400, **members)
        self.assertEqual(self.ask("GET", self.path).json["commentCount"], 0)
        for number in ("0", "1", "x", "-1", "1/2", "..%2f1", "99999999999999999999"):
            self.ask("GET", f"{self.path}/attachments/{number}", None, 404)

    def test_a_megabyte_is_taken_and_no_byte_more(self):
        with Server(SAMPLE, args=["--option", "serve.max_body_bytes=4194304"]) as server:
            headers = {"Authorization": "Bearer " + server.run("keys", "create", "--name", "b", "--rights", "cases.read,cases.write"),
                       "Content-Type": "application/json"}
            server.get("/v1/cases", "POST", headers, json.dumps(REFUND))
            for content, status in ((PNG + bytes((1 << 20) - len(PNG)), 201), (PNG + bytes((1 << 20) + 1 - len(PNG)), 413)):
                reply = server.get("/v1/cases/1/comments", "POST", headers, json.dumps({"text": "x", "attachments": [sent(content=content)]}))
                self.assertEqual(reply.status, status, reply.text)
            self.assertEqual(len(server.get("/v1/cases/1/attachments/1", headers=headers).body), 1 << 20)
        self.say(413, attachments=[sent(content=PNG + bytes(1 << 20))])

    def test_a_comment_answers_another_one(self):
        first = self.say(customer=True)
        self.assertEqual((first["replyTo"], first["attachments"]), (None, []))
        self.assertEqual(self.say(replyTo=first["id"], internal=True)["replyTo"], first["id"])
        self.assertEqual(self.say(replyTo=float(first["id"]))["replyTo"], first["id"])
        self.assertIn("no comment 9", self.say(400, replyTo=9)["detail"])

    def test_what_is_sent_again_is_the_same_with_all_of_it(self):
        first = self.say(once="a", attachments=[sent()])
        self.assertEqual(self.say(once="a", attachments=[sent()]), first)
        for other in ({"attachments": [sent(content=PNG[:-1] + b"!")]}, {"attachments": [sent("b.png")]}, {}, {"replyTo": first["id"],
                      "attachments": [sent()]}, {"internal": True, "attachments": [sent()]}):
            self.say(422, once="a", **other)
        self.assertEqual(self.ask("GET", self.path).json["commentCount"], 1)

    def test_they_are_for_who_may_read_cases_and_go_with_the_case(self):
        self.say(attachments=[sent("note.txt", "text/plain", b"Two lamps.")])
        searcher = self.server.run("keys", "create", "--name", "s", "--rights", "search")
        _, editor = self.sign_in("eve")
        file = self.path + "/attachments/1"
        self.assertEqual(self.server.get(file, headers={"Authorization": "Bearer " + searcher}).status, 403)
        self.assertEqual(self.server.get(file, headers=editor).status, 403)
        self.assertIn(self.server.get(file).status, (401, 403))
        self.ask("GET", file)
        number = self.path.split("/")[-1]
        self.assertEqual(self.server.run("cases", "attachment", number, "1"), "Two lamps.")
        self.assertIn("attachment 1: note.txt, text/plain, 10 bytes", self.server.run("cases", "show", number))
        for wrong in (["attachment", number], ["attachment", number, "2"], ["attachment", number, "x"], ["erase", number, "1"]):
            with self.assertRaises(AssertionError):
                self.server.run("cases", *wrong)
        self.ask("DELETE", self.path, None, 204)
        self.ask("GET", file, None, 404)


class Export(Desk):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls("setUpClass")
        for subject in ('=HYPERLINK("http://x","y")', "+1", "-2", "@cmd", 'He said "no", twice', "plain"):
            test.make(subject=subject, description=f"{subject}\nand more")
        test.ask("POST", "/v1/cases/1/comments", {"text": "Seen"}, 201)

    def rows(self, query=""):
        reply = self.ask("GET", "/v1/cases/export?format=csv" + query)
        self.assertTrue(reply.headers["Content-Type"].startswith("text/csv"))
        return list(csv.DictReader(io.StringIO(reply.text, newline=""))), reply.headers["X-Next-Cursor"]

    def test_csv_is_safe_in_a_spreadsheet(self):
        rows, following = self.rows("&order=oldest")
        self.assertIsNone(following)
        self.assertEqual([row["subject"] for row in rows],
                         ['\'=HYPERLINK("http://x","y")', "'+1", "'-2", "'@cmd", 'He said "no", twice', "plain"])
        self.assertTrue(all(cell[:1] not in tuple("=+-@\t\r") or cell == "" for row in rows for cell in row.values()))
        self.assertEqual(rows[5]["description"], "plain\nand more")
        self.assertEqual(rows[0]["commentCount"], "1")

    def test_ndjson_has_the_comments(self):
        for reply in (self.ask("GET", "/v1/cases/export?format=ndjson&order=oldest"),
                      self.ask("GET", BASE + "/cases/export?order=oldest", Accept="application/x-ndjson")):
            cases = [json.loads(line) for line in reply.text.splitlines()]
            self.assertEqual(len(cases), 6)
            self.assertEqual(cases[0]["comments"][0]["text"], "Seen")
        self.ask("GET", "/v1/cases/export", None, 406, Accept="image/png")
        self.ask("GET", "/v1/cases/export?format=xls", None, 400)

    def test_the_audit_says_who_exported(self):
        self.ask("GET", "/v1/cases/export?format=ndjson&limit=2")
        auditor = self.server.run("keys", "create", "--name", "a", "--rights", "audit")
        entries = self.server.get("/v1/audit?limit=1000", headers={"Authorization": "Bearer " + auditor}).json["entries"]
        told = [entry for entry in entries if entry["action"] == "cases.export" and entry["cases"] == 2]
        self.assertEqual((told[-1]["target"], told[-1]["actor"][:4]), ("cases:ndjson", "key:"))

    def test_pieces_are_the_whole_export(self):
        whole, _ = self.rows()
        first, following = self.rows("&limit=4")
        reply = self.ask("GET", "/v1/cases/export?format=csv&limit=4&cursor=" + following)
        rest = list(csv.reader(io.StringIO(reply.text, newline="")))
        self.assertEqual([row["id"] for row in first] + [row[0] for row in rest], [row["id"] for row in whole])
        self.assertIsNone(reply.headers["X-Next-Cursor"])


class Kept(Desk):
    def test_nothing_of_a_case_stands_on_disk_or_in_the_log(self):
        case = self.make(subject="Xylophone broken", externalId="mail-zanzibar@host.example")
        self.ask("POST", f"/v1/cases/{case['id']}/comments", {"text": "Call +49 170 5550199"}, 201, Idempotency_Key="marimba")
        self.ask("POST", f"/v1/cases/{case['id']}/comments", {"text": "Seen", "attachments": [
            sent("vibraphone.txt", "text/plain", b"The celesta is out of tune.")]}, 201)
        self.ask("POST", "/v1/cases", {**REFUND, "subject": "Glockenspiel"}, 201, Idempotency_Key="triangulum")
        self.assertTrue(until(lambda: self.ids("search=xylophone")))
        self.server.stop()
        planted = [b"ylophon", b"quenneville", b"Quenneville", b"irabel", b"5550199", b"zanzibar", b"lockenspiel", b"ORD-44712",
                   b"triangulum", b"vibraphone", b"celesta"]
        for path in self.server.data.parent.rglob("*"):
            held = path.read_bytes() if path.is_file() else b""
            self.assertEqual([word for word in planted if word in held], [], path)

    def test_cases_survive_a_kill(self):
        with tempfile.TemporaryDirectory(prefix="parry-api-") as parent:
            with Server(data=parent) as server:
                key = server.run("keys", "create", "--name", "k", "--rights", "cases.read,cases.write")
                headers = {"Authorization": "Bearer " + key, "Content-Type": "application/json"}
                made = [server.get("/v1/cases", "POST", headers, json.dumps({**REFUND, "subject": f"Umbrella {i}"})).json["id"]
                        for i in range(5)]
                server.process.kill()
                server.process.wait()
            with Server(data=parent) as server:
                def found():
                    return sorted(c["id"] for c in server.get("/v1/cases?search=umbrella", headers=headers).json["cases"])
                self.assertEqual(until(lambda: found() if found() == made else None), made)

    def test_a_second_server_on_the_same_data_has_no_cases(self):
        with tempfile.TemporaryDirectory(prefix="parry-api-") as parent:
            with Server(data=parent) as first, Server(data=parent) as second:
                headers = {"Authorization": "Bearer " + first.run("keys", "create", "--name", "k", "--rights", "cases.read")}
                self.assertEqual(first.get("/v1/cases", headers=headers).status, 200)
                self.assertEqual(second.get("/v1/cases", headers=headers).status, 503)


class PutRight(Desk):
    def test_texts_are_put_right_and_what_made_the_case_is_known_again(self):
        case = self.ask("POST", "/v1/cases", REFUND, 201, Idempotency_Key="right-1").json
        path = f"/v1/cases/{case['id']}"
        right = {"subject": "Ocarina has not arrived", "customerEmail": "m@q.example", "customerName": "M. Q.", "description": ""}
        changed = self.ask("PATCH", path, {**right, "status": "inprogress"}, If_Match='"1"').json
        self.assertEqual({name: changed[name] for name in right}, right)
        self.assertEqual((changed["status"], changed["version"]), ("inprogress", 2))
        self.assertTrue(all(c["author"] == "System" and " by " in c["text"] for c in changed["comments"]))
        self.assertEqual(until(lambda: self.ids("search=ocarina")), [case["id"]])
        again = self.ask("POST", "/v1/cases", REFUND, 200, Idempotency_Key="right-1")
        self.assertEqual((again.json["id"], again.json["subject"]), (case["id"], right["subject"]))
        self.ask("POST", "/v1/cases", {**REFUND, "subject": right["subject"]}, 422, Idempotency_Key="right-1")
        for wrong in ({"subject": ""}, {"customerEmail": "nobody"}, {"subject": None}, {"description": "x" * 16001}, {"id": 3}):
            self.ask("PATCH", path, wrong, 400)


class Erased(Desk):
    def audit(self, action):
        auditor = self.server.run("keys", "create", "--name", "a", "--rights", "audit")
        entries = self.server.get("/v1/audit?limit=1000", headers={"Authorization": "Bearer " + auditor}).json["entries"]
        return [(entry["target"], entry["actor"].split(":")[0]) for entry in entries if entry["action"] == action]

    def gone(self, number):
        self.ask("GET", f"/v1/cases/{number}", None, 404)
        self.assertNotIn(number, self.ids("limit=100"))
        self.assertTrue(until(lambda: number not in self.ids("search=contrabassoon")))

    def test_a_case_is_erased_by_who_may_write_and_the_audit_says_so(self):
        case = self.make(subject="Contrabassoon", externalId="erase-1")["id"]
        self.ask("POST", f"/v1/cases/{case}/comments", {"text": "Seen"}, 201)
        reader = self.server.run("keys", "create", "--name", "r", "--rights", "cases.read")
        self.ask("DELETE", f"/v1/cases/{case}", None, 403, Authorization="Bearer " + reader)
        self.assertEqual(self.ask("DELETE", f"/v1/cases/{case}", None, 204).body, b"")
        self.gone(case)
        self.ask("DELETE", f"/v1/cases/{case}", None, 404)
        for path in (f"/v1/cases/{case}/comments", f"/v1/cases/{case}"):
            self.ask("POST" if "comments" in path else "PATCH", path, {"text": "Late"} if "comments" in path else {"priority": "low"}, 404)
        self.assertEqual(self.audit("case.erase")[-1], (f"case:{case}", "key"))
        again = self.make(subject="Contrabassoon", externalId="erase-1")["id"]
        self.assertGreater(again, case)
        _, cookie = self.sign_in()
        self.assertEqual(self.server.get(f"{BASE}/cases/{again}", "DELETE", cookie).status, 204)
        self.assertEqual(self.audit("case.erase")[-1], (f"case:{again}", "person"))

    def test_a_command_erases_beside_the_server_by_number_and_by_customer(self):
        mine = [self.make(subject="Contrabassoon", customerEmail=email)["id"]
                for email in ("ludo@low.example", "Ludo@Low.example", "other@low.example")]
        self.assertTrue(until(lambda: set(mine) <= set(self.ids("search=contrabassoon"))))
        self.assertEqual(self.server.run("cases", "erase", "--email", "ludo@low.example"), "2 erased")
        for number in mine[:2]:
            self.assertTrue(until(lambda number=number: number not in self.ids("limit=100")))
            self.gone(number)
        self.assertEqual(self.server.run("cases", "erase", str(mine[2])), "1 erased")
        self.gone(mine[2])
        self.assertEqual(self.audit("case.erase")[-3:], [(f"case:{number}", "cli") for number in mine])
        self.assertEqual(self.server.run("cases", "erase", "--email", "ludo@low.example"), "0 erased")
        for wrong in (["erase"], ["erase", "x"], ["erase", str(mine[0])], ["erase", "1", "--email", "a@b.example"]):
            with self.assertRaises(AssertionError):
                self.server.run("cases", *wrong)

    def test_lists_and_exports_go_on_while_cases_are_erased(self):
        made = [self.make(subject=f"Short-lived {i}")["id"] for i in range(60)]
        stop, wrong = threading.Event(), []

        def read():
            while not stop.is_set():
                for path in ("/v1/cases?limit=100", BASE + "/cases?limit=100", "/v1/cases/export?format=ndjson"):
                    status = self.server.get(path, headers={"Authorization": "Bearer " + self.key}).status
                    if status != 200:
                        wrong.append((path, status))
        readers = [threading.Thread(target=read) for _ in range(2)]
        for r in readers:
            r.start()
        for number in made:
            self.ask("DELETE", f"/v1/cases/{number}", None, 204)
        stop.set()
        for r in readers:
            r.join()
        self.assertEqual(wrong, [])


class CommandLine(Desk):
    def test_cases_are_listed_shown_and_exported(self):
        first, second = self.make(subject="=Umbrella"), self.make(queue="Login")
        self.ask("PATCH", f"/v1/cases/{first['id']}", {"status": "inprogress", "assignee": "ada"})
        self.ask("POST", f"/v1/cases/{first['id']}/comments", {"text": "It is on its way"}, 201)
        lines = self.server.run("cases", "list").splitlines()
        self.assertEqual([line.split("\t")[0] for line in lines], ["id", str(second["id"]), str(first["id"])])
        self.assertIn("=Umbrella", self.server.run("cases", "list", "--assignee", "ada").splitlines()[1])
        self.assertEqual(len(self.server.run("cases", "list", "--queue", "Orders").splitlines()), 1)
        self.assertEqual(len(self.server.run("cases", "list", "--customer", "MIRABEL@quenneville.example").splitlines()), 3)
        self.assertEqual(len(self.server.run("cases", "list", "--channel", "phone").splitlines()), 1)
        shown = self.server.run("cases", "show", str(first["id"]))
        self.assertIn("It is on its way", shown)
        self.assertIn("Status: new -> inprogress", shown)
        self.assertEqual(json.loads(self.server.run("cases", "show", "--json", str(first["id"])))["subject"], "=Umbrella")
        self.assertIn('"\'=Umbrella"', self.server.run("cases", "export", "--format", "csv"))
        self.assertEqual(len(self.server.run("cases", "export").splitlines()), 2)
        for wrong in (["show", "x"], ["show", "99"], ["list", "--queue", "Sales"], ["list", "--channel", "fax"],
                      ["erase", "--email", ""], ["erase", "--email", "all"], ["shred"]):
            with self.assertRaises(AssertionError):
                self.server.run("cases", *wrong)


if __name__ == "__main__":
    unittest.main()
