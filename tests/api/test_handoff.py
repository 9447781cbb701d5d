"""Hand-offs from outside: a search that did not help, two articles, the form, a ticket, and what becomes of it."""
import base64
import concurrent.futures
import hashlib
import hmac
import json
import pathlib
import re
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse
import uuid

from parry_server import SAMPLE, SOURCE, Server, until

sys.path.insert(0, str(SOURCE / "tests" / "desk" / "connectors"))
from fakes import Webhook, Zendesk  # noqa: E402
from mailbox import Mailbox  # noqa: E402, F401

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def form(**more):
    return {"description": "My parcel never came, order ORD-44712.", "email": "ann@shop.example", "name": "Ann Example",
            **more}


class Desk(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE, args=[a for o in ("desk.per_hour=0", *cls.options) for a in ("--option", o)])
        cls.key = cls.server.run("keys", "create", "--name", "all", "--rights", "all")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def post(self, path, body, status=201, key=None, **headers):
        sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if key:
            sent["Authorization"] = "Bearer " + key
        reply = self.server.get(path, "POST", sent, json.dumps(body))
        self.assertEqual(reply.status, status, reply.text)
        return reply.json

    def get(self, path, status=200):
        reply = self.server.get(path, headers={"Authorization": "Bearer " + self.key})
        self.assertEqual(reply.status, status, reply.text)
        return reply.json

    def seq(self):
        return int(re.search(r"^parry_ledger_seq (\d+)", self.server.get("/metrics", headers={
            "Authorization": "Bearer " + self.key}).text, re.M).group(1))

    def delivered(self, handoff):
        def there():
            return all(t["state"] == "delivered" for t in self.get("/v1/handoffs/" + handoff["id"])["targets"])
        until(there)
        return self.get("/v1/handoffs/" + handoff["id"])["targets"]


class Journey(Desk):
    """The built-in case store."""

    def journey(self, visitor):
        """A search, two articles read, one that was not searched for."""
        found = self.server.get("/v1/search?q=refund+has+not+arrived", headers={"X-Parry-Visitor": visitor}).json
        first = found["hits"][0]["id"]
        other = found["hits"][1]["id"]
        events = [{"type": "click", "article": first, "position": 1, "query_id": found["query_id"]},
                  {"type": "view", "article": first, "dwell_ms": 21000, "query_id": found["query_id"]},
                  {"type": "view", "article": other, "dwell_ms": 4000}]
        said = self.server.get("/v1/events", "POST",
                               body=json.dumps({"events": [{**e, "visitor": visitor} for e in events]})).json
        self.assertEqual(said["accepted"], 3)
        return found["query_id"], first, other

    def test_who_hands_over_has_said_it_all_already(self):
        query_id, first, other = self.journey("v-1")
        h = self.post("/v1/handoffs", form(visitor="v-1", share_journey=True, locale="en"))
        self.assertRegex(h["reference"], r"^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$")
        self.assertIn(h["queue"]["value"], ("Login", "Orders", "Deliveries", "Payments", "Refunds"))
        self.assertTrue(0 < h["queue"]["probability"] <= 1)
        target, = self.delivered(h)
        self.assertEqual((target["target"], target["status"]), ("cases", "new"))
        packet = self.get(f"/v1/cases/{target['remote_id']}/packet")
        search, = packet["journey"]["searches"]
        self.assertEqual((search["query_id"], search["text"]), (query_id, "refund has not arrived"))
        self.assertEqual([(a["id"], a["dwell_ms"]) for a in search["opened"]], [(first, 21000)])
        self.assertTrue(search["opened"][0]["title"])
        self.assertEqual([(a["id"], a["dwell_ms"]) for a in packet["journey"]["read"]], [(other, 4000)])
        self.assertEqual(packet["consent"], {"journey": True})
        case = self.get("/v1/cases/" + target["remote_id"])
        self.assertIn("refund has not arrived", case["comments"][0]["text"])
        self.assertEqual((case["customerEmail"], case["channel"]), ("ann@shop.example", "form"))

    def test_what_is_not_shared_is_not_sent(self):
        self.journey("v-2")
        target, = self.delivered(self.post("/v1/handoffs", form(visitor="v-2")))
        self.assertNotIn("journey", self.get(f"/v1/cases/{target['remote_id']}/packet"))

    def test_one_visitor_does_not_get_anothers_journey(self):
        self.journey("v-3")
        target, = self.delivered(self.post("/v1/handoffs", form(visitor="v-4", share_journey=True)))
        self.assertEqual(self.get(f"/v1/cases/{target['remote_id']}/packet")["journey"]["searches"], [])

    def test_titles_are_those_of_what_the_sender_may_see(self):
        articles = self.server.get("/v1/articles?audience=merchant&limit=1").json["articles"]
        event = {"type": "view", "article": articles[0]["id"], "dwell_ms": 9000, "visitor": "v-7"}
        self.server.get("/v1/events", "POST", body=json.dumps({"events": [event]}))
        for audience, title in (("customer", ""), ("merchant", articles[0]["title"])):
            target, = self.delivered(self.post("/v1/handoffs", form(visitor="v-7", share_journey=True, audience=audience)))
            read, = self.get(f"/v1/cases/{target['remote_id']}/packet")["journey"]["read"]
            self.assertEqual((read["id"], read["title"]), (articles[0]["id"], title))

    def test_the_same_key_is_the_same_ticket(self):
        one = self.post("/v1/handoffs", form(), Idempotency_Key="k-1")
        self.assertEqual(self.post("/v1/handoffs", form(), Idempotency_Key="k-1")["id"], one["id"])
        self.assertNotEqual(self.post("/v1/handoffs", form())["id"], one["id"])
        self.assertIn("another request", self.post("/v1/handoffs", form(name="Bob"), 422, Idempotency_Key="k-1")["detail"])
        self.post("/v1/handoffs", form(), 400, Idempotency_Key="k 1")

    def test_an_erased_case_takes_its_hand_off_along(self):
        h = self.post("/v1/handoffs", form(), Idempotency_Key="k-3")
        target, = self.delivered(h)
        self.server.run("cases", "erase", target["remote_id"])
        self.get("/v1/handoffs/" + h["id"], 404)
        self.assertEqual(self.server.get("/v1/followed/" + h["follow_token"]).status, 404)
        self.assertNotIn(h["id"], self.server.run("outbox", "list"))
        self.assertNotEqual(self.post("/v1/handoffs", form(name="Another"), Idempotency_Key="k-3")["id"], h["id"])

    def test_a_key_keeps_no_link_to_the_ticket(self):
        token = self.post("/v1/handoffs", form(), Idempotency_Key="k-2")["follow_token"]
        for path in self.server.data.rglob("*"):
            self.assertFalse(path.is_file() and token.encode() in path.read_bytes(), path)

    def test_a_key_that_two_people_chose_is_no_way_to_anothers_ticket(self):
        """Models call their keys "ticket-1"."""
        def ask(status=200, key=None, **more):
            args = {"description": "Where is it?", "email": "a@shop.example", "idempotency_key": "ticket-1", **more}
            return self.post("/v1/tools/create_ticket", args, status, key=key)
        one = ask()
        self.assertEqual(ask()["ticket_id"], one["ticket_id"])
        for other in ({"email": "b@shop.example"}, {"description": "And my refund?"}, {"subject": "Again"}):
            self.assertNotIn("ticket_id", ask(409, **other))
        self.assertNotEqual(ask(key=self.key)["ticket_id"], one["ticket_id"])

    def test_a_chosen_queue_is_no_guess(self):
        h = self.post("/v1/handoffs", form(queue="Login", priority="critical"))
        self.assertEqual(h["queue"], {"value": "Login", "probability": None})
        self.assertEqual(h["priority"], {"value": "critical", "probability": None})

    def test_a_draft_suggests_subject_queue_and_priority(self):
        query_id, _, _ = self.journey("v-5")
        s = self.post("/v1/handoffs/draft", {"query_ids": [query_id]}, 200)["suggested"]
        self.assertEqual((s["subject"], s["queue"]["value"]), ("refund has not arrived", "Refunds"))
        s = self.post("/v1/handoffs/draft", {"description": "Hello. Somebody logged in to my account!"}, 200)["suggested"]
        self.assertEqual(s["queue"]["value"], "Login")

    def test_what_is_wrong_is_named(self):
        for wrong, name in ((form(email="ann"), "email"), (form(email="a@b.example\r\nBcc: x@y.example"), "email"),
                            (form(description="  "), "description"), (form(description="x" * 16001), "description"),
                            (form(query_ids=["x"]), "query_ids[0]"), (form(queue="Nowhere"), "queue"),
                            (form(surprise=1), "surprise"), ({"email": "a@b.example"}, "description"),
                            (form(attachments=[{"name": "a.png", "type": "image/png", "base64": "!"}]), "attachments[0]"),
                            (form(attachments=[{"name": "a.png", "type": "image/png",
                                                "base64": base64.b64encode(b"<script>").decode()}]), "attachments[0]"),
                            (form(attachments=[{"name": "a.html", "type": "text/html", "base64": "PGI+"}]), "attachments[0]")):
            self.assertIn(name, self.post("/v1/handoffs", wrong, 400)["detail"], wrong)

    def test_an_attachment_is_taken_and_its_name_leads_nowhere(self):
        h = self.post("/v1/handoffs", form(attachments=[{"name": "../../etc/a\".png", "type": "image/png",
                                                         "base64": base64.b64encode(PNG).decode()}]))
        target, = self.delivered(h)
        packet = self.get(f"/v1/cases/{target['remote_id']}/packet")
        self.assertEqual(packet["ticket"]["attachments"][0]["name"], ".._.._etc_a_.png")

    def test_a_link_follows_the_ticket_and_takes_the_survey(self):
        h = self.post("/v1/handoffs", form(subject="Link"))
        target, = self.delivered(h)
        path = "/v1/followed/" + h["follow_token"]
        self.assertEqual(self.server.get(path).json["state"], "open")
        case = "/v1/cases/" + target["remote_id"]
        self.post(case + "/comments", {"text": "On its <b>way</b>."}, key=self.key)
        self.post(case + "/comments", {"text": "Smells of fraud.", "internal": True}, key=self.key)
        file = {"name": "<b>lamp</b>.png", "type": "image/png", "base64": base64.b64encode(PNG).decode()}
        self.post(case + "/comments", {"text": "See the lamp.", "attachments": [file]}, key=self.key)
        self.post(case + "/comments", {"text": "Ours.", "attachments": [file], "internal": True}, key=self.key)
        seen = self.server.get(path).json
        shown, = seen["comments"].pop()["attachments"]
        self.assertEqual(shown, {"name": "<b>lamp<_b>.png", "type": "image/png", "size": len(PNG), "url": path + "/attachments/1"})
        self.assertEqual(self.server.get(shown["url"]).body, PNG)
        for url in (path + "/attachments/2", path + "/attachments/3", path + "/attachments/x", "/v1/followed/x/attachments/1",
                    "/v1/followed/" + h["follow_token"][:-4] + "AAAA/attachments/1"):
            self.assertEqual(self.server.get(url).status, 404, url)
        self.assertEqual([(c["from"], c["text"]) for c in seen["comments"]], [("agent", "On its <b>way</b>.")])
        page = self.server.get(h["follow_path"])
        self.assertIn("On its &lt;b&gt;way&lt;/b&gt;.", page.text)
        self.assertIn(f'<a href="{shown["url"]}" download>&lt;b&gt;lamp&lt;_b&gt;.png</a>', page.text)
        self.assertNotIn("fraud", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "same-origin")
        self.assertIn("noindex", page.text)
        self.assertEqual(self.post(path + "/survey", {"score": 5, "comment": "mail me at x@y.example"}, 200)["survey"], 5)
        self.post(path + "/survey", {"score": 6}, 400)
        self.assertEqual(self.server.get(h["follow_path"] + "/survey", "POST", body="score=2").status, 200)
        self.assertEqual(self.get("/v1/handoffs/" + h["id"])["survey"], 2)
        for other in (h["follow_token"][:-4] + "AAAA", "x", "A" * 54):
            self.assertEqual(self.server.get("/v1/followed/" + other).status, 404)
            self.assertEqual(self.server.get("/ticket/" + other).status, 404)

    def test_an_answer_to_the_survey_is_one_event_and_kept_before_it_is_thanked_for(self):
        h = self.post("/v1/handoffs", form())
        self.delivered(h)
        time.sleep(0.5)  # the hand-off's own event is not waited for
        api, page = f"/v1/followed/{h['follow_token']}/survey", h["follow_path"] + "/survey"

        def told(send):
            before = self.seq()
            send()
            return self.seq() - before
        self.assertEqual(told(lambda: self.post(api, {"score": 5}, 200)), 1)
        self.assertEqual(told(lambda: self.post(api, {"score": 5}, 200)), 0)
        self.assertEqual(told(lambda: self.server.get(page, "POST", body="score=5")), 0)
        self.assertEqual(told(lambda: self.server.get(page, "POST", body="score=5&comment=Kind.")), 1)
        self.assertEqual(told(lambda: self.post(api, {"score": 2}, 200)), 1)
        self.assertEqual(told(lambda: self.post(api, {"score": 5}, 200)), 1)
        self.assertEqual(self.get("/v1/handoffs/" + h["id"])["survey"], 5)

    def test_the_log_has_neither_the_link_nor_what_was_written(self):
        h = self.post("/v1/handoffs", form(description="Zebrafinch lost", email="zebra@shop.example"))
        self.server.get(h["follow_path"])
        for secret in (h["follow_token"], "Zebrafinch", "zebra@"):
            self.assertNotIn(secret, self.server.logged())

    def test_nothing_that_was_written_stands_on_disk(self):
        h = self.post("/v1/handoffs", form(description="Quokkas everywhere", email="quokka@shop.example", name="Quinn Quoll"))
        self.delivered(h)
        for path in (self.server.data / "desk").rglob("*"):
            if path.is_file():
                found = [word for word in (b"Quokkas", b"quokka@", b"Quinn Quoll") if word in path.read_bytes()]
                self.assertEqual(found, [], path)

    def test_a_tool_hands_over_and_says_how_it_ended(self):
        query_id, _, _ = self.journey("v-6")
        args = {"query_id": query_id, "description": "Where is my refund?", "email": "bot@shop.example", "idempotency_key": "t1"}
        one = self.post("/v1/tools/create_ticket", args, 200)
        self.assertEqual(self.post("/v1/tools/create_ticket", args, 200)["ticket_id"], one["ticket_id"])
        self.assertIn("/ticket/", one["follow_url"])
        seqs = []
        for _ in range(2):
            self.assertEqual(self.post("/v1/tools/report_outcome", {"query_id": query_id, "outcome": "solved"}, 200),
                             {"recorded": True})
            seqs.append(self.seq())
        self.assertEqual(seqs[0], seqs[1])
        self.post("/v1/tools/report_outcome", {"query_id": query_id, "outcome": "great"}, 400)
        names = [t["function"]["name"] for t in self.server.get("/v1/tools.json").json]
        self.assertEqual(names[-2:], ["report_outcome", "create_ticket"])


class DamagedClassifier(unittest.TestCase):
    def test_a_damaged_classifier_gives_way_to_the_shipped_one_and_is_told(self):
        with tempfile.TemporaryDirectory(prefix="parry-handoff-") as folder:
            (pathlib.Path(folder) / "data").mkdir()
            (pathlib.Path(folder) / "data" / "classifier").write_bytes(b"parry desk 1\n" + bytes(500))
            with Server(SAMPLE, data=folder) as s:
                self.assertEqual(s.get("/v1/handoffs", "POST", body=json.dumps(form())).status, 201)
                degraded = s.get("/ready").json["degraded"]
                self.assertIn("shipped one", degraded["classifier"])
                self.assertNotIn(folder, degraded["classifier"])
                self.assertEqual(s.metric('parry_degraded{part="classifier"}'), 1)
                self.assertRegex(s.logged(), r"level=error event=classifier .*data/classifier: .*parry desk train")


class Page(Desk):
    """The form, as a browser without scripts sends it."""

    def send(self, fields, status=303, **headers):
        reply = self.server.get("/contact", "POST", {"Content-Type": "application/x-www-form-urlencoded", **headers},
                                urllib.parse.urlencode(fields))
        self.assertEqual(reply.status, status, reply.text[:400])
        return reply

    def test_the_form_leads_to_the_ticket_and_is_sent_once(self):
        page = self.server.get("/contact").text
        once = re.search(r'name="once" value="([0-9a-f]{32})"', page).group(1)
        fields = {**form(), "once": once, "share_journey": "true", "website": "", "session": "", "query_ids": ""}
        first = self.send(fields).headers["Location"]
        self.assertEqual(self.server.get(first).status, 200)
        before = self.get("/v1/cases")["total"]
        self.send(fields)
        time.sleep(0.3)
        self.assertEqual(self.get("/v1/cases")["total"], max(before, 1))

    def test_what_is_wrong_is_said_and_what_was_written_stays(self):
        page = self.send({**form(email="nobody"), "description": "<script>alert(1)</script> & more"}, 400).text
        self.assertIn('role="alert"', page)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</textarea>", page)
        self.assertNotIn("<script>alert", page)

    def test_the_page_that_one_came_from_goes_along_with_the_journey_alone(self):
        here = f"http://127.0.0.1:{self.server.port}"

        def came_from(referer):
            page = self.server.get("/contact", headers={"Referer": referer}).text
            return re.search(r'name="page" value="([^"]*)"', page)[1]
        self.assertEqual(came_from(here + "/articles/a?q=my+name#x"), "/articles/a")
        self.assertEqual(came_from(here + "/search?q=my+name"), "/search")
        for elsewhere in ("", here, here + "/ticket/AZqf", "https://evil.example/articles/a", here + ".evil.example/a", here + "1/a", "x"):
            self.assertEqual(came_from(elsewhere), "", elsewhere)
        self.assertEqual(len(came_from(here + "/" + "a" * 900)), 500)
        for share, language, kept in (({"share_journey": "true"}, "de-AT,de;q=0.9", ("de-AT", "/articles/a")), ({}, "*", ("", ""))):
            before = {case["id"] for case in self.get("/v1/cases")["cases"]}
            self.send({**form(), "page": "/articles/a", **share}, **{"Accept-Language": language})
            made, = until(lambda: {case["id"] for case in self.get("/v1/cases")["cases"]} - before)
            packet = self.get(f"/v1/cases/{made}/packet")
            self.assertEqual((packet["locale"], packet["page"]), kept)

    def test_another_site_does_not_send_it(self):
        self.send(form(), 403, Origin="https://evil.example")

    def test_who_is_signed_in_may_use_the_forms_too(self):
        self.server.run("people", "add", "ada", "--role", "agent", stdin="correct horse battery")
        signed = self.server.get("/v1/session", "POST", {"Content-Type": "application/json"},
                                 json.dumps({"person": "ada", "password": "correct horse battery"}))
        cookie = {"Cookie": signed.headers["Set-Cookie"].split(";")[0]}
        ticket = self.send(form(), **cookie).headers["Location"]
        self.assertEqual(self.server.get(ticket + "/survey", "POST", cookie, "score=4").status, 200)
        self.send(form(), 403, Origin="https://evil.example", **cookie)

    def test_a_program_that_fills_every_field_is_refused(self):
        self.send({**form(), "website": "https://spam.example"}, 403)

    def test_every_page_leads_to_a_person(self):
        for path in ("/", "/search?q=zzzzqqq", "/search?q=refund"):
            self.assertIn("/contact", self.server.get(path).text)


class Limits(Desk):
    options = ("desk.per_hour=2", "desk.work_bits=8")

    def work(self):
        c = self.server.get("/v1/handoffs/challenge").json
        self.assertEqual(c["bits"], 8)
        for i in range(1 << 20):
            if hashlib.sha256(f"{c['challenge']}.{i}".encode()).digest()[0] == 0:
                return {"challenge": c["challenge"], "answer": str(i)}
        return None

    def test_work_is_asked_for_once_each_and_so_many_an_hour_are_taken(self):
        self.assertIn("work", self.post("/v1/handoffs", form(), 400)["detail"])
        done = self.work()
        self.assertIn("zero bits", self.post("/v1/handoffs", form(work={**done, "answer": "x"}), 400)["detail"])
        forged = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")
        self.post("/v1/handoffs", form(work={**done, "challenge": forged}), 400)
        for wrong in (form(email="ann", work=done), form(description=" ", work=done)):
            self.assertNotIn("work", self.post("/v1/handoffs", wrong, 400)["detail"])  # which costs nothing
        self.post("/v1/handoffs", form(work=done), Idempotency_Key="same")
        self.assertIn("before", self.post("/v1/handoffs", form(work=done), 400)["detail"])
        self.post("/v1/handoffs", form(work=done), Idempotency_Key="same")  # the first one again
        self.post("/v1/handoffs", form(work=self.work()))
        reply = self.server.get("/v1/handoffs", "POST", body=json.dumps(form(work=self.work())))
        self.assertEqual(reply.status, 429)
        self.assertTrue(0 < int(reply.headers["Retry-After"]) <= 3600)
        fields = {**form(), **{"work_" + name: value for name, value in self.work().items()}}
        reply = self.server.get("/contact", "POST", {"Content-Type": "application/x-www-form-urlencoded"}, urllib.parse.urlencode(fields))
        self.assertEqual((reply.status, "Retry-After" in reply.headers), (429, True))
        self.assertIn("ORD-44712", reply.text)  # what was written stays
        self.post("/v1/handoffs", form(), key=self.key)  # who has a secret key answers for what it sends


class Copies(Desk):
    options = ("desk.per_hour=1", "desk.work_bits=8")

    def test_copies_that_come_at_once_are_one_ticket(self):
        body, n = json.dumps(form(work=Limits.work(self))), 8
        start = threading.Barrier(n)

        def send(_):
            start.wait()
            reply = self.server.get("/v1/handoffs", "POST", {"Idempotency-Key": "one"}, body)
            return reply.status, reply.json.get("id", reply.text)
        with concurrent.futures.ThreadPoolExecutor(n) as pool:
            replies = set(pool.map(send, range(n)))
        self.assertEqual({status for status, _ in replies}, {201}, replies)
        self.assertEqual(len(replies), 1)


class Tools(Desk):
    options = ("desk.per_hour=1",)

    def test_a_tool_is_limited_as_the_form_is(self):
        def ask(address):
            body = json.dumps({"description": "Where is it?", "email": address})
            return self.server.get("/v1/tools/create_ticket", "POST", body=body)
        self.assertEqual(ask("a@").status, 400)  # and that cost nothing
        self.assertEqual(ask("a@shop.example").status, 200)
        reply = ask("b@shop.example")
        self.assertEqual((reply.status, "Retry-After" in reply.headers), (429, True))


class Hooks(Desk):
    def tell(self, _code=200, **body):
        return self.post("/v1/hooks/ticket", body, _code, key=self.key)

    def test_a_ticket_told_twice_counts_once(self):
        self.tell(ticket_id="Z-0", target="other")  # the server sees what other processes told with its next commit
        before = self.seq()
        for _ in range(3):
            self.assertEqual(self.tell(ticket_id="Z-1", target="other", requester_email="a@b.example")["joined_by"], "contact")
        self.assertEqual(self.seq(), before + 1)
        self.assertEqual(self.tell(ticket_id="Z-2", target="other", visitor_key="v-9")["joined_by"], "visitor")
        self.assertEqual(self.tell(ticket_id="Z-3", target="other")["joined_by"], "none")

    def test_it_needs_a_key(self):
        self.assertEqual(self.server.get("/v1/hooks/ticket", "POST", body='{"ticket_id": "1"}').status, 401)

    def test_without_secrets_no_signature_is_known(self):
        reply = self.server.get("/v1/hooks/ticket", "POST", {"Parry-Signature": "t=1,v1=" + "0" * 64}, '{"ticket_id": "1"}')
        self.assertEqual(reply.status, 401)
        self.assertIn("desk.hook_secret_file", reply.json["detail"])

    def test_what_it_says_of_ours_flows_back(self):
        h = self.post("/v1/handoffs", form())
        target, = self.delivered(h)
        self.assertEqual(self.tell(ticket_id=target["remote_id"], target="cases", handoff_id=h["id"]), {"joined_by": "handoff", "handoff_id": h["id"]})
        self.post("/v1/hooks/ticket", {"ticket_id": target["remote_id"], "target": "cases", "status": "done", "ended": True},
                  200, key=self.key)
        self.assertEqual(self.server.get("/v1/followed/" + h["follow_token"]).json["state"], "closed")

    def test_a_hand_off_that_was_erased_is_no_other_ticket(self):
        h = self.post("/v1/handoffs", form())
        target, = self.delivered(h)
        case = self.server.get("/v1/cases/" + target["remote_id"], "DELETE", {"Authorization": "Bearer " + self.key})
        self.assertEqual(case.status, 204)
        self.tell(ticket_id="E-0", target="other")
        before = self.seq()
        self.assertEqual(self.tell(ticket_id="E-1", target="other", handoff_id=h["id"], requester_email="ann@shop.example"),
                         {"joined_by": "handoff", "handoff_id": None})
        self.tell(ticket_id="E-2", target="other")
        self.assertEqual(self.seq(), before + 1)

    def test_what_is_too_long_to_keep_is_cut_between_characters(self):
        h = self.post("/v1/handoffs", form())
        self.delivered(h)
        said = {"ticket_id": "1", "target": "cases", "handoff_id": h["id"], "url": "https://x" + "\u00e9" * 241,
                "status": "\u20ac" * 100}
        self.post("/v1/hooks/ticket", said, 200, key=self.key)
        target, = self.get("/v1/handoffs/" + h["id"])["targets"]
        self.assertEqual((target["remote_url"], target["status"]), ("https://x" + "\u00e9" * 123, "\u20ac" * 85))
        self.post("/v1/hooks/ticket", {**said, "url": "javascript:alert(1)"}, 200, key=self.key)  # it is made a link of
        self.assertEqual(self.get("/v1/handoffs/" + h["id"])["targets"][0]["remote_url"], "https://x" + "\u00e9" * 123)

    def test_no_wrong_body_is_taken(self):
        self.tell(400)
        self.tell(400, ticket_id="1", handoff_id="x")
        self.tell(400, ticket_id="1", created_at="yesterday")


class SignedHooks(Desk):
    """A system that signs what it tells needs no key."""
    SECRETS = ("a secret of 16 b", "the next secret, for a while beside it")

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="parry-hook-")
        secrets = pathlib.Path(cls.folder.name) / "hook.secret"
        secrets.write_text("\n".join(cls.SECRETS) + "\n", encoding="utf-8")
        secrets.chmod(0o600)
        cls.options = (f"desk.hook_secret_file={secrets}",)
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def sign(self, body, secret=SECRETS[0], at=None):
        at = int(time.time()) if at is None else at
        return f"t={at},v1=" + hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()

    def tell(self, body, signature, status=200, **headers):
        reply = self.server.get("/v1/hooks/ticket", "POST", {"Content-Type": "application/json", "Parry-Signature": signature,
                                                             **headers}, body)
        self.assertEqual(reply.status, status, reply.text)
        return reply

    def test_a_signature_is_as_good_as_a_key(self):
        for i, secret in enumerate(self.SECRETS):
            body = json.dumps({"ticket_id": f"S-{i}", "target": "other", "requester_email": "a@b.example"}).encode()
            self.assertEqual(self.tell(body, self.sign(body, secret)).json, {"joined_by": "contact", "handoff_id": None})
        body = b'{"ticket_id": ""}'
        self.tell(body, self.sign(body), 400)

    def test_another_body_another_secret_and_another_time_are_refused(self):
        body = b'{"ticket_id": "S-9", "target": "other", "status": "open"}'
        now = int(time.time())
        for signature in (self.sign(body.replace(b"open", b"done")), self.sign(body, "a secret that nobody knows"), "", "x",
                          self.sign(body, at=now - 301), self.sign(body, at=now + 310), self.sign(body)[:-1] + "g",
                          self.sign(body).replace(f"t={now}", f"t={now + 2}"), self.sign(b"")):
            reply = self.tell(body, signature, 401)
            self.assertNotIn(self.SECRETS[0], reply.text)
        self.tell(body, self.sign(body))

    def test_what_somebody_read_along_the_way_and_sends_again_does_nothing(self):
        h = self.post("/v1/handoffs", form())
        target, = self.delivered(h)

        def said(status, ended):
            return json.dumps({"ticket_id": target["remote_id"], "target": "cases", "status": status, "ended": ended}).encode()
        opened, closed = said("open", False), said("done", True)
        old = self.sign(opened)
        first = self.tell(opened, old)
        self.tell(closed, self.sign(closed))
        for key in (None, "x", "y"):
            again = self.tell(opened, old, **({"Idempotency-Key": key} if key else {}))
            self.assertEqual((again.json, again.headers["Idempotency-Replayed"]), (first.json, "true"))
        self.assertEqual(self.get("/v1/handoffs/" + h["id"])["targets"][0]["status"], "done")
        self.tell(opened, self.sign(opened, at=int(time.time()) - 1))  # signed anew it is news

    def test_the_sample_in_the_manual_is_understood(self):
        page = (SOURCE / "docs" / "handoff.md").read_text(encoding="utf-8")
        sample, = [part.split("```")[0] for part in page.split("```python\n")[1:] if "def tell(" in part]
        names = {}
        exec(sample, names)  # what the page tells people to run
        told = names["tell"](f"http://127.0.0.1:{self.server.port}", b'{"ticket_id": "S-7"}', self.SECRETS[0].encode())
        self.assertEqual(json.loads(told)["joined_by"], "none")

    def test_it_opens_that_door_alone(self):
        for method, path in (("GET", "/v1/cases"), ("POST", "/v1/cases"), ("GET", "/v1/hooks/ticket"), ("POST", "/v1/keys")):
            self.assertIn(self.server.get(path, method, {"Parry-Signature": self.sign(b"")}).status, (401, 405))

    def test_a_file_that_others_may_read_stops_the_start(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "secret"
            for text, mode, why in (("a secret of 16 b", 0o644, "may be read by others"), ("short", 0o600, "of 16 bytes or more"),
                                    ("", 0o600, "of 16 bytes or more"), ("a secret of 16 b\n" * 9, 0o600, "a line each")):
                path.write_text(text, encoding="utf-8")
                path.chmod(mode)
                with self.assertRaisesRegex(AssertionError, why):
                    Server(SAMPLE, args=["--option", f"desk.hook_secret_file={path}"])


class Elsewhere(unittest.TestCase):
    """The packet of a whole journey reaches another system complete, and nothing is lost while that is away."""

    def serve(self, folder, settings, targets="helpdesk"):
        top = pathlib.Path(folder)
        (top / "secret-of-it").write_text("a secret of 16 b\n" if "token_file" not in settings else "zendesk-token-sEcReT\n")
        (top / "secret-of-it").chmod(0o600)
        rows = "".join(f"  {k}: {v}\n" for k, v in settings.items()).replace("SECRET", str(top / "secret-of-it"))
        (top / "connectors.yaml").write_text("helpdesk:\n" + rows)
        options = (f"desk.connectors_file={top / 'connectors.yaml'}", f"desk.targets={targets}", "desk.per_hour=0")
        return Server(SAMPLE, data=str(top), args=[a for o in options for a in ("--option", o)])

    def hand_over(self, server):
        found = server.get("/v1/search?q=parcel+lost", headers={"X-Parry-Visitor": "v"}).json
        for hit in found["hits"][:2]:
            server.get("/v1/events", "POST", body=json.dumps({"events": [
                {"type": "view", "article": hit["id"], "dwell_ms": 9000, "query_id": found["query_id"], "visitor": "v"}]}))
        reply = server.get("/v1/handoffs", "POST", {"Idempotency-Key": str(uuid.uuid4())},
                           json.dumps(form(visitor="v", share_journey=True)))
        self.assertEqual(reply.status, 201, reply.text)
        return reply.json, found

    def test_a_webhook_gets_all_of_it(self):
        with tempfile.TemporaryDirectory(prefix="parry-handoff-") as folder, Webhook({"create": ["500", "reset"]}) as fake, \
                self.serve(folder, {"kind": "webhook", "url": fake.url + "/in", "secret_file": "SECRET", "private": "true"}) as s:
            h, found = self.hand_over(s)
            until(lambda: fake.tickets, 60)
            packet = fake.tickets[0]["packet"]
            self.assertEqual(packet["handoff_id"], h["id"])
            search, = packet["journey"]["searches"]
            self.assertEqual([a["id"] for a in search["opened"]], [hit["id"] for hit in found["hits"][:2]])
            self.assertEqual(packet["requester"]["email"], "ann@shop.example")
            self.assertEqual(fake.wrong, [])

    def test_zendesk_gets_it_once_though_its_answers_are_lost(self):
        faults = {"create": ["500-done", "429"]}
        with tempfile.TemporaryDirectory(prefix="parry-handoff-") as folder, Zendesk(faults) as fake, \
                self.serve(folder, {"kind": "zendesk", "url": fake.url, "user": "bot@acme.example", "token_file": "SECRET",
                                    "private": "true"}) as s:
            ids = [self.hand_over(s)[0]["id"] for _ in range(3)]
            until(lambda: len(fake.tickets) >= 3, 60)
            time.sleep(0.5)
            self.assertEqual(sorted(t["external"] for t in fake.tickets), sorted(ids))
            self.assertEqual(fake.wrong, [])

    def test_what_was_accepted_while_the_other_is_away_arrives_after_a_restart(self):
        with tempfile.TemporaryDirectory(prefix="parry-handoff-") as folder, Webhook() as fake:
            settings = {"kind": "webhook", "url": fake.url + "/in", "secret_file": "SECRET", "private": "true"}
            fake.plan["create"] = ["503"] * 3
            with self.serve(folder, settings) as s:
                h, _ = self.hand_over(s)
                s.process.kill()
                s.process.wait()
            with self.serve(folder, settings):
                until(lambda: fake.tickets, 60)
            self.assertEqual(fake.tickets[0]["external"], h["id"])

    def test_what_waits_for_a_target_that_is_none_is_a_dead_letter_and_arrives_when_it_is_one_again(self):
        with tempfile.TemporaryDirectory(prefix="parry-handoff-") as folder, Webhook() as fake:
            settings = {"kind": "webhook", "url": fake.url + "/in", "secret_file": "SECRET", "private": "true"}
            fake.plan["create"] = ["503"] * 3
            with self.serve(folder, settings) as s:
                h, _ = self.hand_over(s)
                s.process.kill()
                s.process.wait()
            with self.serve(folder, settings, targets="cases") as s:
                dead = until(lambda: s.run("outbox", "list", "--state", "dead", "--json"))
                self.assertEqual(json.loads(dead)["key"], h["id"])
                self.assertIn("desk.targets", json.loads(dead)["error"])
                self.assertIn("outbox", s.get("/ready").text)
            fake.plan["create"] = []
            with self.serve(folder, settings):
                until(lambda: fake.tickets, 60)
            self.assertEqual(fake.tickets[0]["external"], h["id"])


if __name__ == "__main__":
    unittest.main()
