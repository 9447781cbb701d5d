#!/usr/bin/env python3
"""Every kind of connector against a fake of the real thing, which checks what it is sent, and fails in every way.

    PARRY_BIN=build/dev/parry PARRY_DELIVER=build/dev/deliver ctest --test-dir build/dev -R connectors_"""
import base64
import json
import os
import pathlib
import random
import subprocess
import tempfile
import threading
import time
import unittest
import uuid

from fakes import Freshdesk, GitHub, Webhook, Zammad, Zendesk
from mailbox import Mailbox

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent.parent
PARRY = os.environ.get("PARRY_BIN", str(SOURCE / "build/dev/parry"))
DELIVER = os.environ.get("PARRY_DELIVER", str(SOURCE / "build/dev/deliver"))
SECRETS = ("sEcReT", "a secret of 16 b", base64.b64encode(b"freshdesk-key-sEcReT:X").decode())
FAULTS = ["before-1.5", "after-1.5", "429", "429-date", "500", "500-done", "503", "half", "half-json", "reset", "reset-done",
          "redirect", "401", "404", "huge", "headers"]
# Every character that something on the way may trip over; as long as a description may be.
HARD = 'Zażółć "gęślą" jaźń\n\n.\n..dot\r\nFrom: x\n<b>&amp;</b> \\n %s \'` ``` 🦊 日本語\ttab  \n= =20 =\n@everyone #1 '
LONG = (HARD * (16000 // len(HARD) + 1))[:15990] + "the end"


def packet(description="Where is my refund?\nIt is late.", subject="Refund is late", files=(), name="Zoë Ünal",
           address="zoe@shop.example", at=0):
    return {
        "version": 1, "handoff_id": str(uuid.UUID(int=uuid.uuid4().int & ~(0xf << 76) | (7 << 76))),
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + at)),
        "requester": {"name": name, "email": address},
        "ticket": {"subject": subject, "description": description, "attachments": [
            {"name": file_name, "type": kind, "base64": base64.b64encode(data).decode()} for file_name, kind, data in files]},
        "suggested": {"subject": subject, "queue": {"value": "Refunds", "probability": 0.93},
                      "priority": {"value": "critical", "probability": 0.8}},
        "journey": {"searches": [{"query_id": "q1", "at": "2026-11-21T09:29:00.000Z", "text": "refund \"late\" 🦊",
                                  "probability": 0.41, "answered": False,
                                  "shown": [{"id": "late", "title": "Late refunds"}],
                                  "opened": [{"id": "late", "title": "Late refunds", "dwell_ms": 21000}]}],
                    "read": [{"id": "late", "title": "Late refunds", "dwell_ms": 21000},
                             {"id": "card", "title": "Refunds to a card", "dwell_ms": 4000}],
                    "said": [{"role": "customer", "text": "it is a week now", "at": "2026-11-21T09:29:30.000Z"}], "seconds": 120},
        "locale": "en", "audience": "customer", "page": "https://shop.example/help", "channel": "form",
        "consent": {"journey": True}, "follow_url": "", "redactions": []}


def document(one):
    """A packet as it goes along with a ticket: beside the files that it names."""
    files = [{"name": f["name"], "type": f["type"]} for f in one["ticket"]["attachments"]]
    return {**one, "ticket": {**one["ticket"], "attachments": files}}


def lines(text):
    """Line ends of mail and forms are all the same to whoever reads."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class Folder(unittest.TestCase):
    kind = None

    def setUp(self):
        kept = tempfile.TemporaryDirectory(prefix="parry-connectors-")
        self.addCleanup(kept.cleanup)
        self.top = pathlib.Path(kept.name)

    def secret(self, text):
        path = self.top / "secret"
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(0o600)
        return path

    def write(self, settings):
        path = self.top / "connectors.yaml"
        rows = [f"  {name}: {value}" for name, value in settings.items()]
        path.write_text("desk:\n" + "\n".join(rows) + "\n", encoding="utf-8")
        return path

    def settings(self, fake, **more):
        """As a fake of this kind needs them."""
        one = {"kind": self.kind, "url": fake.url, "private": "true", "timeout_s": 1, "workers": 2}
        one.update(more)
        return one

    def run_outbox(self, settings, packets, look=False, seconds=40, good=True):
        """What became of each, by its id, and all that was logged."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="outbox", dir=self.top)) / "box"
        given = "".join(json.dumps(p) + "\n" for p in packets)
        command = [DELIVER, str(folder), str(self.write(settings)), "desk", str(seconds)] + (["look"] if look else [])
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0 if good else 1, done.stdout + done.stderr[-2000:])
        for secret in SECRETS:
            self.assertNotIn(secret, done.stdout + done.stderr)
        for personal in ("somebody@secret.example", "shop.example", "Zoë"):
            self.assertNotIn(personal, done.stderr)
        self.log = done.stderr
        return {one["key"]: one for one in map(json.loads, done.stdout.splitlines())}

    def parry(self, *args):
        return subprocess.run([PARRY, *map(str, args)], capture_output=True, text=True, timeout=60, check=False)

    def tried(self, fake, **more):
        done = self.parry("connectors", "test", "desk", "--file", self.write(self.settings(fake, **more)))
        return done.returncode, done.stdout + done.stderr


class Once:
    """What holds for every kind that can be asked: exactly once, whatever happens."""
    cls = None
    looks = ["500", "half", "before-1.5", "429"]

    def started(self, plan=None, **more):
        fake = self.cls(plan, **more)
        self.addCleanup(fake.close)
        return fake

    def check_arrived(self, fake, packets, told):
        self.assertEqual(fake.wrong, [])
        self.assertEqual(sorted(t["external"] for t in fake.tickets), sorted(p["handoff_id"] for p in packets))
        for p in packets:
            self.assertEqual(told[p["handoff_id"]]["state"], "delivered")
            self.assertNotEqual(told[p["handoff_id"]]["remote_id"], "")

    def test_every_fault_and_each_ticket_is_there_once(self):
        fake = self.started({"create": FAULTS, "look": self.looks})
        packets = [packet() for _ in range(9)]
        told = self.run_outbox(self.settings(fake), packets)
        self.check_arrived(fake, packets, told)
        self.assertEqual(fake.plan["create"], [], "all faults came to pass")

    def test_what_was_written_arrives_unchanged(self):
        fake = self.started()
        one = packet(LONG, 'Refund: "späť" 🦊 =?utf-8?q?x?=', name='Zoë "Z" <Ünal>, b')
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake), [one]))
        got = fake.tickets[0]
        self.assertIn(lines(LONG), lines(got["text"]))
        self.assertEqual(got["subject"], one["ticket"]["subject"])
        self.assertEqual(got.get("email", "zoe@shop.example"), "zoe@shop.example")
        for said in ('refund "late" 🦊', "Late refunds", "Refunds to a card", "it is a week now", "probability 0.93", "Refunds",
                     "critical", one["handoff_id"]):
            self.assertIn(said, got["text"])

    def test_the_packet_goes_along_whole(self):
        fake = self.started()
        one = packet("```\n</details> <!-- parry:x -->\n" + HARD, files=(("a.png", "image/png", b"x" * 100000),))
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake), [one]))
        self.assertEqual(fake.tickets[0]["packet"], document(one))

    def test_what_it_will_never_take_is_dead_at_once(self):
        for status in ("400", "413", "422"):
            fake = self.started({"create": [status]})
            told = self.run_outbox(self.settings(fake), [packet()])
            (one,) = told.values()
            self.assertEqual((one["state"], one["attempts"]), ("dead", 1))
            self.assertIn(f"answers {status} (Broken)", one["error"])

    def test_what_becomes_of_it_comes_back(self):
        fake = self.started()
        over = threading.Event()
        self.addCleanup(over.set)

        def solve():
            while not over.wait(0.5):
                fake.solve()
        threading.Thread(target=solve, daemon=True).start()
        told = self.run_outbox(self.settings(fake), [packet(), packet()], look=True)
        for one in told.values():
            self.assertTrue(one["ended"])
            self.assertIn(one["status"], ("solved", "closed"))
            self.assertNotEqual(one["remote_id"], "")
        self.assertEqual(len(fake.tickets), 2)

    def test_what_was_deleted_there_has_ended(self):
        fake = self.started({"look": ["404"]})
        (one,) = self.run_outbox(self.settings(fake), [packet()], look=True).values()
        self.assertEqual((one["status"], one["ended"]), ("deleted", True))
        self.assertNotEqual(one["remote_url"], "")
        self.assertEqual(len(fake.tickets), 1)

    def test_retry_after_is_kept_to(self):
        for fault, least in (("429", 1.0), ("429-date", 1.0)):
            fake = self.started({"create": [fault]})
            before = time.time()
            self.run_outbox(self.settings(fake), [packet()])
            self.assertGreaterEqual(time.time() - before, least)
            self.assertEqual(len(fake.tickets), 1)

    def test_connectors_test_says_good_or_why_not_and_creates_nothing(self):
        fake = self.started()
        self.assertEqual(self.tried(fake), (0, "desk: good\n"))
        self.assertEqual(fake.tickets, [])
        self.assertFalse([r for r in fake.requests if r[0] != "GET"])
        code, said = self.tried(fake, url=fake.url + "/elsewhere")
        self.assertNotEqual(code, 0)
        self.assertIn("nothing is there; check `url`", said)

    def test_a_private_address_is_refused_unless_allowed(self):
        fake = self.started()
        code, said = self.tried(fake, private="false")
        self.assertNotEqual(code, 0)
        self.assertIn("private: true allows it", said)
        self.assertEqual(fake.requests, [])

    def check_kills(self, fake, **more):
        packets = [packet() for _ in range(24)]
        given = "".join(json.dumps(p) + "\n" for p in packets)
        command = [DELIVER, str(self.top / "box"), str(self.write(self.settings(fake, **more))), "desk", "40"]
        for _ in range(8):
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
            process.stdin.write(given)
            process.stdin.close()
            time.sleep(random.uniform(0.05, 0.5))
            process.kill()
            process.wait()
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-2000:])
        self.check_arrived(fake, packets, {one["key"]: one for one in map(json.loads, done.stdout.splitlines())})


class TestZendesk(Once, Folder):
    kind, cls = "zendesk", Zendesk

    def settings(self, fake, **more):
        return super().settings(fake, **{"user": fake.user, "token_file": self.secret(fake.token), "queue_field": 17,
                                         "groups": '"Refunds=99, Login=3"', **more})

    def test_priority_queue_group_and_tags_are_said(self):
        fake = self.started()
        self.run_outbox(self.settings(fake), [packet(name="")])
        sent = fake.tickets[0]["sent"]
        self.assertEqual((sent["priority"], sent["group_id"]), ("urgent", 99))
        self.assertEqual(sent["custom_fields"], [{"id": 17, "value": "Refunds"}])
        self.assertEqual(sent["tags"], ["parry", "parry_queue_Refunds"])
        self.assertEqual(sent["requester"]["name"], "zoe@shop.example")

    def test_an_id_of_any_kind_stands_in_an_address_as_one(self):
        for given, end in (("a/b?\u00e9#", "/agent/tickets/a%2Fb%3F%C3%A9%23"), ("\u00e9" * 120, "")):
            class Odd(Zendesk):
                def made(self, t):
                    return {**super().made(t), "id": given}
            with Odd() as fake:
                one = packet()
                told = self.run_outbox(self.settings(fake), [one])[one["handoff_id"]]
            self.assertEqual((told["remote_id"], told["remote_url"]), (given, end and fake.url + end))

    def test_attachments_are_uploaded_first(self):
        fake = self.started({"upload": ["500", "after-1.5"], "create": ["after-1.5", "500-done"]})
        files = (("bon n° 1.jpg", "image/jpeg", bytes(range(256)) * 40), ("a.txt", "text/plain", b"x"))
        packets = [packet(files=files), packet(files=files)]
        self.check_arrived(fake, packets, self.run_outbox(self.settings(fake), packets))
        for t in fake.tickets:
            self.assertEqual(t["files"], [("bon n° 1.jpg", files[0][2]), ("a.txt", b"x")])

    def test_its_key_is_enough_while_the_list_lags(self):
        fake = self.started({"create": ["after-1.5", "500-done", "reset-done"]})
        again = []

        def lagging(this, h, body, query):
            again.append(query["external_id"][0])
            late = again.count(again[-1]) > 3
            return Zendesk.listed(this, h, body, query) if late else (200, {"tickets": [], "count": 0})
        fake.routes = tuple((*r[:3], lagging) if r[3] is Zendesk.listed else r for r in Zendesk.routes)
        packets = [packet() for _ in range(3)]
        self.check_arrived(fake, packets, self.run_outbox(self.settings(fake), packets))
        self.assertGreater(fake.requests.count(("POST", "/api/v2/tickets.json")), 3 + 3)

    def test_a_file_that_it_refuses_stays_behind_and_the_ticket_does_not(self):
        fake = self.started(refuses=(".json", ".jpg"))
        one = packet(files=(("bon.jpg", "image/jpeg", b"x"), ("a.txt", "text/plain", b"y")))
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake), [one]))
        got, = fake.tickets
        self.assertEqual((got["files"], got["packet"]), ([("a.txt", b"y")], None))
        self.assertIn("Attachment, not sent along: bon.jpg (image/jpeg, 1 bytes)\nAttachment, not sent along: parry-handoff.json\n",
                      got["text"])

    def test_looking_alone_is_enough_where_keys_are_forgotten(self):
        fake = self.started({"create": ["after-1.5", "500-done", "reset-done"]}, honours=False)
        packets = [packet() for _ in range(3)]
        self.check_arrived(fake, packets, self.run_outbox(self.settings(fake), packets))

    def test_kills_lose_nothing_and_repeat_nothing(self):
        """Between the upload and the ticket, too."""
        faults = ("ok", "after-0.2", "before-0.2", "500-done")
        self.check_kills(self.started({what: [random.choice(faults) for _ in range(40)] for what in ("create", "upload")}))

    def test_a_token_that_is_not_taken_is_told(self):
        fake = self.started({"test": ["401"]})
        code, said = self.tried(fake)
        self.assertEqual(code, 4)
        self.assertIn("does not let us in; check the token", said)


class TestZammad(Once, Folder):
    kind, cls = "zammad", Zammad

    def settings(self, fake, **more):
        return super().settings(fake, **{"token_file": self.secret(fake.token), "settle_s": 0, **more})

    def test_an_attribute_in_place_of_the_text(self):
        fake = self.started({"create": ["after-1.5", "500-done"]})
        packets = [packet(), packet()]
        told = self.run_outbox(self.settings(fake, field="parry_id", groups='"Refunds=Money"'), packets)
        self.check_arrived(fake, packets, told)
        self.assertEqual(fake.tickets[0]["ticket"]["parry_id"], fake.tickets[0]["external"])
        self.assertEqual(fake.tickets[0]["ticket"]["group"], "Money")

    def test_attachments_go_along(self):
        fake = self.started()
        data = bytes(range(256)) * 400
        one = packet(files=(("bon n° 1.jpg", "image/jpeg", data), ("empty", "text/plain", b"")))
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake), [one]))
        self.assertEqual(fake.tickets[0]["files"], [("bon n° 1.jpg", data), ("empty", b"")])


class TestFreshdesk(Once, Folder):
    kind, cls = "freshdesk", Freshdesk

    def settings(self, fake, **more):
        return super().settings(fake, **{"token_file": self.secret(fake.token), "settle_s": 0, **more})

    def test_attachments_make_a_form(self):
        fake = self.started({"create": ["after-1.5"]})
        data = bytes(range(256)) * 400
        one = packet(LONG, files=(("bon_1.jpg", "image/jpeg", data), ("b.txt", "text/plain\r\nX-Evil: 1", b"x")))
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake), [one]))
        self.assertEqual(fake.tickets[0]["files"], [("bon_1.jpg", data), ("b.txt", b"x")])
        self.assertIn(lines(LONG), lines(fake.tickets[0]["text"]))

    def test_kills_lose_and_repeat_nothing_where_the_search_lags_behind(self):
        class Lagging(Freshdesk):
            lag = 1.5
        self.cls = Lagging
        self.check_kills(self.started({"create": [random.choice(("ok", "after-0.2", "before-0.2", "500-done")) for _ in range(40)]}),
                         settle_s=2)

    def test_a_deleted_ticket_is_shown_for_a_while_and_has_ended(self):
        fake = self.started()
        fake.routes = tuple((*r[:3], lambda *_: (200, {"id": 20, "status": 2, "deleted": True})) if r[3] is Freshdesk.one else r
                            for r in Freshdesk.routes)
        (one,) = self.run_outbox(self.settings(fake), [packet()], look=True).values()
        self.assertEqual((one["status"], one["ended"]), ("deleted", True))

    def test_a_field_that_is_not_there_is_told(self):
        code, said = self.tried(self.started(), field="cf_other")
        self.assertEqual(code, 2)
        self.assertIn("cannot search by the ticket field cf_other; make it", said)

    def test_the_search_is_given_time_after_an_attempt_without_an_answer(self):
        fake = self.started({"create": ["after-1.5"]})
        before = time.time()
        one = packet()
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake, settle_s=3), [one]))
        self.assertGreaterEqual(time.time() - before, 3.5)


class TestGitHub(Once, Folder):
    kind, cls = "github", GitHub

    def settings(self, fake, **more):
        return super().settings(fake, **{"token_file": self.secret(fake.token), "owner": "acme", "repo": "desk",
                                         "private_repo": "true", "settle_s": 0, **more})

    def test_labels_are_made_from_queue_and_priority(self):
        fake = self.started()
        self.run_outbox(self.settings(fake), [packet()])
        self.assertEqual(fake.tickets[0]["labels"], ["parry", "queue:Refunds", "priority:critical"])

    def test_a_public_repository_gets_nothing_personal(self):
        fake = self.started(private=False)
        one = packet("My IBAN is 123", "Zoë wants money", files=(("zoe.jpg", "image/jpeg", b"x"),))
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake, private_repo="false"), [one]))
        sent = json.dumps(fake.tickets, ensure_ascii=False)
        for personal in ("Zoë", "zoe", "shop.example", "IBAN", "wants money", "it is a week now", '"late" 🦊', "refund \\"):
            self.assertNotIn(personal, sent)
        for ours in ("Refunds", "critical", "Late refunds", one["handoff_id"]):
            self.assertIn(ours, sent)
        told = fake.tickets[0]["packet"]
        late = {"id": "late", "title": "Late refunds"}
        self.assertEqual(told["journey"], {
            "searches": [{"at": "2026-11-21T09:29:00.000Z", "probability": 0.41, "answered": False, "shown": [late],
                          "opened": [{**late, "dwell_ms": 21000}]}],
            "read": [{**late, "dwell_ms": 21000}, {"id": "card", "title": "Refunds to a card", "dwell_ms": 4000}], "seconds": 120})
        self.assertFalse(set(told) - {"version", "handoff_id", "created_at", "redactions", "locale", "audience", "channel", "consent",
                                      "suggested", "journey"})

    def test_a_public_repository_names_no_articles_that_not_everybody_may_read(self):
        for audience, named in (("internal", "customer"), ("merchant", "customer, seller"), ("customer", '""')):
            fake = self.started(private=False)
            one = {**packet(), "audience": audience}
            settings = self.settings(fake, private_repo="false", public_audiences=named)
            self.check_arrived(fake, [one], self.run_outbox(settings, [one]))
            self.assertNotIn("Late refunds", fake.tickets[0]["text"])
            self.assertNotIn('"late"', fake.tickets[0]["text"])
        for audience, named in (("merchant", "customer, merchant"), ("merchant", "merchant")):
            fake = self.started(private=False)
            one = {**packet(), "audience": audience}
            one["journey"]["read"].append({"id": "a-draft", "title": "", "dwell_ms": 1})
            settings = self.settings(fake, private_repo="false", public_audiences=named)
            self.check_arrived(fake, [one], self.run_outbox(settings, [one]))
            self.assertIn("Late refunds", fake.tickets[0]["text"])
            self.assertNotIn("a-draft", fake.tickets[0]["text"])

    def test_an_issue_holds_as_much_as_there_is_room_for_the_newest_last(self):
        long = packet("🦊" * 16000)
        many = packet("x" * 16000)
        search, turn = many["journey"]["searches"][0], many["journey"]["said"][0]
        many["journey"]["searches"] = [{**search, "text": f"{i} " + "ä" * 3000} for i in range(20)]
        many["journey"]["said"] = [{**turn, "text": f"{i} " + "🦊" * 1000} for i in range(40)]
        fake = self.started()
        self.check_arrived(fake, [long, many], self.run_outbox(self.settings(fake), [long, many]))
        got = {t["external"]: t for t in fake.tickets}
        wanted = document(long)
        wanted["ticket"].pop("description")  # it stands above
        self.assertEqual(got[long["handoff_id"]]["packet"], wanted)
        journey = got[many["handoff_id"]]["packet"]["journey"]
        self.assertTrue(0 < len(journey["said"]) < 40 and 0 < len(journey["searches"]) < 20)
        self.assertEqual((journey["searches"][-1], journey["said"][-1]), (many["journey"]["searches"][-1], many["journey"]["said"][-1]))
        left_out = 60 - len(journey["said"]) - len(journey["searches"])
        self.assertIn(f"no room for the oldest {left_out} searches and words", got[many["handoff_id"]]["text"])

    def test_a_repository_that_only_the_settings_call_private_gets_nothing(self):
        fake = self.started(private=False)
        told = self.run_outbox(self.settings(fake), [packet()], seconds=2, good=False)
        (one,) = told.values()
        self.assertIn("the repository is public", one["error"])
        self.assertEqual(fake.tickets, [])
        code, said = self.tried(fake)
        self.assertEqual(code, 2)
        self.assertIn("the repository is public", said)

    def test_it_is_found_behind_many_others(self):
        fake = self.started({"create": ["after-1.5"]}, others=120)
        one = packet()
        self.check_arrived(fake, [one], self.run_outbox(self.settings(fake), [one]))

    def test_text_mentions_nobody_and_is_no_markdown(self):
        fake = self.started()
        self.run_outbox(self.settings(fake), [packet("````\n@everyone closes #1\n`````")])
        body = fake.tickets[0]["text"]
        fence = body[body.index("``"):].split("text\n")[0]
        self.assertEqual(fence, "``````")
        self.assertLess(body.index("@everyone"), body.index(fence, body.index("@everyone")))


class AtLeastOnce(Folder):
    """Same id each time; the receiver may tell a second one."""

    def check_arrived(self, fake, packets, told, most=None):
        self.assertEqual(fake.wrong, [])
        self.assertEqual({t["external"] for t in fake.tickets}, {p["handoff_id"] for p in packets})
        self.assertTrue(all(told[p["handoff_id"]]["state"] == "delivered" for p in packets))
        self.assertLessEqual(len(fake.tickets), most or len(packets))


class TestWebhook(AtLeastOnce):
    kind = "webhook"

    def settings(self, fake, **more):
        url = fake.url + "/in"
        return super().settings(fake, **{"url": url, "secret_file": self.secret("a secret of 16 b"), **more})

    def test_every_fault(self):
        with Webhook({"create": [f for f in FAULTS if f != "half-json"]}) as fake:
            packets = [packet() for _ in range(6)]
            told = self.run_outbox(self.settings(fake), packets)
            self.check_arrived(fake, packets, told, len(packets) + 6)  # after, 500-done, half, reset-done, huge, headers
            self.assertEqual(fake.plan["create"], [])

    def test_the_packet_arrives_as_it_is(self):
        with Webhook() as fake:
            one = packet(LONG, files=(("a.jpg", "image/jpeg", b"x" * 1000),))
            (told,) = self.run_outbox(self.settings(fake), [one]).values()
            self.assertEqual(fake.tickets[0]["packet"], one)
            self.assertEqual((told["remote_id"], told["remote_url"], told["status"]), ("1", "https://desk.example/1", "open"))

    def test_what_it_answers_is_no_link_unless_it_is_one(self):
        with Webhook() as fake:
            fake.routes = (("POST", "/in", "create", lambda *_: (200, {"id": "x" * 400, "url": "javascript:alert(1)", "status": 7})),)
            (told,) = self.run_outbox(self.settings(fake), [packet()]).values()
            self.assertEqual((told["remote_id"], told["remote_url"], told["status"]), ("x" * 255, "", "7"))

    def test_test_sends_a_signed_ping(self):
        with Webhook() as fake:
            self.assertEqual(self.tried(fake), (0, "desk: good\n"))
            self.assertEqual((fake.tickets, fake.wrong), ([], []))

    def test_the_sample_in_the_manual_verifies(self):
        page = (SOURCE / "docs" / "connectors.md").read_text(encoding="utf-8")
        names = {}
        exec(page.split("```python\n")[1].split("```")[0], names)  # what the page tells people to run
        with Webhook() as fake:
            kept = []
            fake.routes = (("POST", "/in", "create", lambda f, h, b, _: kept.append((h.headers["Parry-Signature"], b)) or (200, {})),)
            self.run_outbox(self.settings(fake), [packet(LONG)])
        header, body = kept[0]
        verify = names["verify"]
        self.assertTrue(verify(header, body, b"a secret of 16 b"))
        self.assertFalse(verify(header, body + b" ", b"a secret of 16 b"))
        self.assertFalse(verify(header, body, b"another secret.."))
        self.assertFalse(verify(header, body, b"a secret of 16 b", now=time.time() + 301))


class TestZendeskRequests(AtLeastOnce):
    kind = "zendesk-requests"

    def test_every_fault(self):
        with Zendesk({"create": FAULTS}) as fake:
            packets = [packet(files=(("a.jpg", "image/jpeg", b"x"),)) for _ in range(6)]
            told = self.run_outbox(self.settings(fake), packets)
            for t in fake.tickets:
                t["external"] = t["text"].strip().split("Hand-off: ")[1]
                self.assertNotIn("not sent along", t["text"])
                self.assertEqual(t["files"], [("a.jpg", b"x")])
                self.assertEqual(t["packet"], document(next(p for p in packets if p["handoff_id"] == t["external"])))
            self.check_arrived(fake, packets, told, len(packets) + 7)

    def test_where_strangers_may_upload_nothing_the_ticket_arrives_all_the_same(self):
        for refused in ("401", "403", "404"):
            with Zendesk({"upload": [refused] * 2}) as fake:
                one = packet(files=(("a.jpg", "image/jpeg", b"x"),))
                told = self.run_outbox(self.settings(fake), [one])
                got, = fake.tickets
                got["external"] = got["text"].strip().split("Hand-off: ")[1]
                self.check_arrived(fake, [one], told)
                self.assertIn("not sent along: a.jpg (image/jpeg, 1 bytes)\nAttachment, not sent along: parry-handoff.json", got["text"])

    def test_test(self):
        with Zendesk() as fake:
            self.assertEqual(self.tried(fake), (0, "desk: good\n"))


class TestMail(Folder):
    kind = "smtp"

    def settings(self, box, **more):
        return super().settings(box, **{"from": "parry@acme.example", "to": "desk@acme.example", **more})

    def test_every_fault_and_the_same_id_each_time(self):
        plan = ["421", "450-rcpt", "550-rcpt", "451-data", "drop-before", "drop-data", "silent-1.5"]
        with Mailbox(plan) as box:
            packets = [packet(at=-60) for _ in range(4)]
            told = self.run_outbox(self.settings(box), packets)
            self.assertEqual((box.wrong, box.plan), ([], []))
            wanted = {f"<{p['handoff_id']}@acme.example>" for p in packets}
            self.assertEqual({m["Message-ID"] for m in box.messages}, wanted)
            self.assertLessEqual(len(box.raw), 6)  # two came without an answer
            self.assertEqual({t["state"] for t in told.values()}, {"delivered"})
            self.assertEqual(len({m["Date"] for m in box.messages if m["Message-ID"] == min(wanted)}), 1)

    def test_what_was_refused_after_it_was_read_is_dead(self):
        with Mailbox(["554-data"]) as box:
            (one,) = self.run_outbox(self.settings(box), [packet()]).values()
            self.assertEqual((one["state"], one["attempts"]), ("dead", 1))

    def test_what_was_written_arrives_unchanged(self):
        data = bytes(range(256)) * 300
        one = packet(LONG, "Refund: späť 🦊 " + "long words " * 16, name='Zoë "Z" <Ünal>, b',
                     files=(("bon n° 1.jpg", "image/jpeg", data), ("odd", "no type", b"x")))
        with Mailbox() as box:
            self.run_outbox(self.settings(box), [one])
            self.assertEqual(box.wrong, [])
            self.assertEqual(box.envelopes, [("parry@acme.example", ("desk@acme.example",))])
            (m,) = box.messages
            long = [line for line in box.raw[0].split(b"\r\n") if len(line) > 78 and b"boundary" not in line]
            self.assertEqual(long, [])
            self.assertTrue(box.raw[0].isascii())
        self.assertEqual(m["Subject"], one["ticket"]["subject"].strip())
        self.assertEqual(m["From"].addresses[0].addr_spec, "parry@acme.example")
        self.assertEqual(m["From"].addresses[0].display_name, 'Zoë "Z" <Ünal>, b')
        self.assertEqual(m["Reply-To"].addresses[0].addr_spec, "zoe@shop.example")
        self.assertEqual((m["X-Parry-Handoff"], m["X-Parry-Queue"], m["X-Parry-Priority"]),
                         (one["handoff_id"], "Refunds", "critical"))
        text = lines(m.get_body().get_content())
        self.assertTrue(text.startswith(lines(LONG)))
        self.assertIn("it is a week now", text)
        files = {f.get_filename(): f for f in m.iter_attachments()}
        self.assertEqual(files["bon n° 1.jpg"].get_content(), data)
        self.assertEqual(files["odd"].get_content_type(), "application/octet-stream")
        self.assertEqual(files["parry-handoff.json"].get_content_type(), "application/json")
        self.assertEqual(json.loads(files["parry-handoff.json"].get_content()), document(one))

    def test_nothing_that_is_written_begins_another_header_or_recipient(self):
        evil = "x\r\nBcc: all@acme.example\r\n\r\nbody"
        with Mailbox() as box:
            self.run_outbox(self.settings(box), [packet(subject=evil, name=evil + '"', address="a@b.example\r\nBcc: c@d.example",
                                                        files=((evil + '"', evil, b"x"),))])
            (m,) = box.messages
            self.assertEqual(box.envelopes[0][1], ("desk@acme.example",))
            self.assertIsNone(m["Bcc"])
            self.assertIsNone(m["Reply-To"])
            self.assertIn("From: a@b.example", m.get_body().get_content())

    def test_without_tls_nothing_is_signed_in_to_another_machine(self):
        done = self.parry("connectors", "test", "desk", "--file", self.write(
            {"kind": "smtp", "url": "http://mail.example", "from": "a@b.example", "to": "c@d.example"}))
        self.assertEqual(done.returncode, 2)
        self.assertIn("setting url: must begin with one of smtps smtp", done.stderr)


def make_certificate(folder, name, alternative, authority=None):
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
               "-out", cert, "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName={alternative}"]
    if authority:
        command += ["-CA", authority[0], "-CAkey", authority[1], "-addext", "basicConstraints=CA:FALSE"]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


class TestTls(Folder):
    kind = "webhook"

    def setUp(self):
        super().setUp()
        self.authority = make_certificate(self.top, "authority", "DNS:authority.example")
        self.secret("a secret of 16 b")

    def settings(self, fake, **more):
        return {"kind": "webhook", "url": fake.url + "/in", "private": "true", "timeout_s": 2,
                "secret_file": self.top / "secret", "ca_file": self.authority[0], **more}

    def check_waits(self, one):
        self.assertIn(one["state"], ("waiting", "sending"))  # another attempt, at that very moment
        self.assertFalse(one["unsure"])

    def refused(self, tls):
        with Webhook(tls=tls) as fake:
            (one,) = self.run_outbox(self.settings(fake), [packet()], seconds=2, good=False).values()
            self.check_waits(one)
            self.assertEqual(fake.seen, [])
            return one["error"]

    def test_a_certificate_that_holds(self):
        with Webhook(tls=make_certificate(self.top, "good", "IP:127.0.0.1", self.authority)) as fake:
            (one,) = self.run_outbox(self.settings(fake), [packet()]).values()
            self.assertEqual((one["state"], len(fake.tickets)), ("delivered", 1))

    def test_one_of_nobody_one_of_another_name_and_none_are_refused_before_anything_is_sent(self):
        self.assertIn("self-signed", self.refused(make_certificate(self.top, "own", "IP:127.0.0.1")))
        self.assertIn("127.0.0.1", self.refused(make_certificate(self.top, "other", "DNS:other.example", self.authority)))
        with Webhook() as fake:
            settings = self.settings(fake, url=fake.url.replace("http:", "https:") + "/in")
            (one,) = self.run_outbox(settings, [packet()], seconds=2, good=False).values()
            self.check_waits(one)

    def mail(self, box, **more):
        return {"kind": "smtp", "url": box.url, "private": "true", "timeout_s": 2, "from": "a@acme.example",
                "to": "b@acme.example", "user": "bot", "password_file": self.secret("mail-sEcReT"),
                "ca_file": self.authority[0], **more}

    def test_mail_turns_to_tls_before_it_signs_in(self):
        good = make_certificate(self.top, "good", "IP:127.0.0.1", self.authority)
        for implicit in (False, True):
            with Mailbox(tls=good, implicit=implicit, user="bot", password="mail-sEcReT") as box:
                one = packet()
                (told,) = self.run_outbox(self.mail(box), [one]).values()
                self.assertEqual((told["state"], len(box.raw), box.signed_in_encrypted), ("delivered", 1, [True]))
                done = self.parry("connectors", "test", "desk", "--file", self.write(self.mail(box)))
                self.assertEqual((done.returncode, done.stdout), (0, "desk: good\n"), done.stderr)
                self.assertEqual(len(box.raw), 1)

    def test_mail_to_a_server_with_a_bad_certificate_or_a_wrong_password_is_not_sent(self):
        with Mailbox(tls=make_certificate(self.top, "own", "IP:127.0.0.1"), user="bot", password="mail-sEcReT") as box:
            (one,) = self.run_outbox(self.mail(box), [packet()], seconds=2, good=False).values()
            self.check_waits(one)
            self.assertEqual((box.raw, box.signed_in_encrypted), ([], []))
        with Mailbox(tls=make_certificate(self.top, "good", "IP:127.0.0.1", self.authority), user="bot", password="x") as box:
            done = self.parry("connectors", "test", "desk", "--file", self.write(self.mail(box)))
            self.assertNotEqual(done.returncode, 0)
            self.assertNotIn("sEcReT", done.stdout + done.stderr)


class TestCommand(Folder):
    def test_the_page_is_what_the_program_says(self):
        page = (SOURCE / "docs" / "connectors.md").read_text(encoding="utf-8")
        self.assertEqual(page, self.parry("connectors", "markdown").stdout,
                         "run: build/release/parry connectors markdown > docs/connectors.md")

    def test_list_names_each_and_no_secret(self):
        path = self.write({"kind": "webhook", "url": "https://desk.example/in?key=sEcReT", "secret_file": self.secret("sEcReT-sEcReT")})
        done = self.parry("connectors", "list", "--file", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("cases\tcases\texactly once\t-\n", done.stdout)
        self.assertIn("desk\twebhook\tat least once\thttps://desk.example/in\n", done.stdout)
        self.assertNotIn("sEcReT", done.stdout)

    def test_mistakes_on_the_command_line_are_told(self):
        self.assertEqual(self.parry("connectors", "test", "nobody").returncode, 3)
        self.assertEqual(self.parry("connectors", "frobnicate").returncode, 2)
        self.assertEqual(self.parry("connectors", "list", "x").returncode, 2)
        self.assertEqual(self.parry("connectors", "kinds").returncode, 0)


if __name__ == "__main__":
    unittest.main()
