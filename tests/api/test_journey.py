"""One journey, as the pages tell it: a search, two articles read, a word with the chatbot, the form. Its packet reaches every
kind of ticket system complete, once, whatever that system does."""
import base64
import html
import json
import pathlib
import re
import sys
import tempfile
import unittest
import urllib.parse

from parry_server import SAMPLE, SOURCE, Server, until
from test_handoff import PNG, form
from test_packet import mistakes

sys.path.insert(0, str(SOURCE / "tests" / "desk" / "connectors"))
from fakes import DOCUMENT, Freshdesk, GitHub, Webhook, Zammad, Zendesk  # noqa: E402
from mailbox import Mailbox  # noqa: E402

SECRET = "a secret of 16 b"
FILES = [{"name": "bon 1.png", "type": "image/png", "base64": base64.b64encode(PNG).decode()},
         {"name": DOCUMENT, "type": "text/plain", "base64": base64.b64encode(b"{\"not\": \"the packet\"}").decode()}]
SENT = [("bon 1.png", PNG), ("_" + DOCUMENT, b"{\"not\": \"the packet\"}")]


class Visitor:
    """A browser with JavaScript: what journey.js and contact.js do."""

    def __init__(self, server, session):
        self.server, self.session, self.queries = server, session, []
        self.site = f"http://127.0.0.1:{server.port}"

    def page(self, path, **headers):
        reply = self.server.get(path, headers=headers)
        assert reply.status == 200, (path, reply.status, reply.text[:300])
        return reply.text

    def tell(self, event):
        """navigator.sendBeacon with a string."""
        reply = self.server.get("/v1/events", "POST", {"Content-Type": "text/plain;charset=UTF-8"},
                                json.dumps({"events": [{"session": self.session, **event}]}))
        assert reply.json["accepted"] == 1, reply.text

    def search(self, words):
        page = self.page("/search?q=" + urllib.parse.quote_plus(words))
        query_id = re.search(r'data-query-id="([0-9a-f-]{36})"', page)[1]
        self.queries.append(query_id)
        return query_id, re.findall(r'data-article="([^"]+)" data-position="(\d+)"', page)

    def open(self, query_id, article, position):
        self.tell({"type": "click", "article": article, "position": int(position), "query_id": query_id})

    def read(self, article, dwell_ms, **more):
        reply = self.server.get(f"/articles/{article}")
        assert f'data-id="{article}"' in reply.text, reply.text[:300]
        self.tell({"type": "view", "article": article, "dwell_ms": dwell_ms, **more})
        return html.unescape(re.search(r"<h1[^>]*>(.*?)</h1>", reply.text)[1])

    def send(self, fields):
        """The form: its own hidden fields, the journey's, and what was written. The ticket's page."""
        page = self.page("/contact?query_id=" + self.queries[-1], Referer=f"{self.site}/articles/some-article?from=search#top")
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        hidden.update(session=self.session, query_ids=" ".join(self.queries), website="", subject="", **fields)
        self.tell({"channel": "form", "type": "form_opened"})
        found = self.server.get("/v1/suggest", "POST", {"Content-Type": "application/json"},
                                json.dumps({"subject": "", "description": fields["description"]})).json
        self.tell({"channel": "form", "type": "form_suggestion_shown", "articles": [h["id"] for h in found["hits"]][:5],
                   "query_id": found["query_id"]})
        self.tell({"channel": "form", "type": "not_solved", "query_id": found["query_id"]})
        reply = self.server.get("/contact", "POST", {"Content-Type": "application/x-www-form-urlencoded",
                                                     "Accept-Language": "pt-BR,pt;q=0.9,en;q=0.8", "Origin": self.site},
                                urllib.parse.urlencode(hidden))
        assert reply.status == 303, reply.text[:600]
        return reply.headers["Location"]


class Fakes:
    """One of each kind, and the connectors that lead there; the first attempt at each fails in a way of its own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.zendesk, self.requests = Zendesk({"create": ["500-done"], "upload": ["500"]}), Zendesk({"upload": ["reset"]})
        self.zammad, self.freshdesk = Zammad({"create": ["reset-done"]}), Freshdesk({"create": ["429"]})
        self.github, self.webhook, self.mail = GitHub({"create": ["half"]}), Webhook({"create": ["503"]}), Mailbox(["451-data"])
        self.web = {"zendesk": self.zendesk, "requests": self.requests, "zammad": self.zammad, "freshdesk": self.freshdesk,
                    "github": self.github, "webhook": self.webhook}

    def __enter__(self):
        self.mail.__enter__()
        return self

    def __exit__(self, *args):
        self.mail.__exit__(*args)
        for fake in self.web.values():
            fake.close()

    def secret(self, text):
        path = self.folder / f"secret-{len(list(self.folder.iterdir()))}"
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(0o600)
        return path

    def connectors(self):
        settings = {
            "zendesk": {"kind": "zendesk", "user": Zendesk.user, "token_file": self.secret(Zendesk.token)},
            "requests": {"kind": "zendesk-requests"},
            "zammad": {"kind": "zammad", "token_file": self.secret(Zammad.token), "settle_s": 0},
            "freshdesk": {"kind": "freshdesk", "token_file": self.secret(Freshdesk.token), "settle_s": 0},
            "github": {"kind": "github", "token_file": self.secret(GitHub.token), "owner": "acme", "repo": "desk",
                       "private_repo": "true", "settle_s": 0},
            "webhook": {"kind": "webhook", "url": self.webhook.url + "/in", "secret_file": self.secret(SECRET)},
            "mail": {"kind": "smtp", "url": self.mail.url, "from": "parry@acme.example", "to": "desk@acme.example"}}
        rows = []
        for name, one in settings.items():
            one.setdefault("url", getattr(self, name).url)
            rows += [f"{name}:", "  private: true", *(f"  {key}: {value}" for key, value in one.items())]
        path = self.folder / "connectors.yaml"
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return path, list(settings)

    def wrong(self):
        return {name: fake.wrong for name, fake in self.web.items() if fake.wrong} | ({"mail": self.mail.wrong} if self.mail.wrong else {})

    def mails(self):
        """As the other fakes keep their tickets."""
        kept = []
        for m in self.mail.messages:
            files = [(f.get_filename(), f.get_payload(decode=True)) for f in m.iter_attachments()]
            kept.append({"external": m["X-Parry-Handoff"], "text": m.get_body().get_content().replace("\r\n", "\n"), "files": files[:-1],
                         "packet": json.loads(files[-1][1]), "subject": m["Subject"], "email": m["Reply-To"].addresses[0].addr_spec,
                         "last": files[-1][0]})
        return kept

    def of(self, name, handoff_id):
        """The tickets that were made of a hand-off at one of them."""
        tickets = self.mails() if name == "mail" else list(getattr(self, name).tickets)
        if name == "requests":
            tickets = [{**t, "external": re.search(r"^Hand-off: (\S+)$", t["text"], re.M)[1]} for t in tickets]
        return [t for t in tickets if t["external"] == handoff_id]


class WholeJourney(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory(prefix="parry-journey-")
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)

    def serve(self, connectors, targets, text_only=True, **more):
        options = (f"desk.connectors_file={connectors}", "desk.targets=" + " ".join(targets), "desk.per_hour=0",
                   "desk.public_url=https://help.example", *(f"{name}={value}" for name, value in more.items()))
        return Server(SAMPLE, data=str(self.folder), text_only=text_only, args=[a for o in options for a in ("--option", o)])

    def travel(self, visitor):
        """What the desk must know of it."""
        first, found = visitor.search("refund has not arrived ann@shop.example")
        (one, position), (other, _) = found[:2]
        visitor.open(first, one, position)
        title = visitor.read(one, 21000, query_id=first)
        read_too = visitor.read(other, 4000)  # by a link in the first
        second, _ = visitor.search("zzyzx qwrtp")
        visitor.server.get("/v1/chat/suggest", "POST", body=json.dumps(
            {"session_id": visitor.session, "turns": [{"role": "user", "text": "where is my refund"}]}))
        return {"first": first, "second": second, "shown": [article for article, _ in found][:10],
                "opened": [{"id": one, "title": title, "dwell_ms": 21000}], "read": [{"id": other, "title": read_too, "dwell_ms": 4000}]}

    def check_packet(self, packet, told):
        journey = packet["journey"]
        self.assertEqual(packet["consent"], {"journey": True})
        search, nothing, chat = journey["searches"]
        self.assertEqual((search["query_id"], nothing["query_id"]), (told["first"], told["second"]))
        self.assertNotIn("ann@", json.dumps(journey))
        self.assertIn("refund has not arrived", search["text"])
        self.assertEqual((nothing["text"], chat["text"]), ("zzyzx qwrtp", "where is my refund"))
        self.assertEqual([a["id"] for a in search["shown"]], told["shown"])
        self.assertTrue(all(a["title"] for a in search["shown"]))
        self.assertEqual((search["opened"], nothing["opened"]), (told["opened"], []))
        self.assertEqual(journey["read"], told["read"])
        self.assertTrue(0 <= search["probability"] <= 1 and search["answered"] in (True, False))
        self.assertIs(nothing["answered"], False)
        self.assertEqual((journey["said"][0]["role"], journey["said"][0]["text"]), ("customer", "where is my refund"))
        self.assertEqual(packet["redactions"], ["email"])
        self.assertEqual(packet["audience"], "customer")
        self.assertEqual(packet["requester"], {"name": "Ann Example", "email": "ann@shop.example"})
        for guess in ("queue", "priority"):
            self.assertTrue(0 < packet["suggested"][guess]["probability"] <= 1)
        self.assertTrue(packet["follow_url"].startswith("https://help.example/ticket/"))

    def check_text(self, text, packet):
        """What an agent reads, where there is no program that reads the packet."""
        for said in ("My parcel never came, order ORD-44712.", "refund has not arrived", "zzyzx qwrtp", "no confident answer",
                     packet["journey"]["searches"][0]["opened"][0]["title"], "(21 s)", packet["journey"]["read"][0]["title"],
                     "where is my refund", packet["suggested"]["queue"]["value"], packet["suggested"]["priority"]["value"],
                     packet["handoff_id"]):
            self.assertIn(said, text)

    def check_everywhere(self, server, fakes, names, handoff_id, told, files):
        """The packet, which is the same at each."""
        until(lambda: all(fakes.of(name, handoff_id) for name in names), 60)
        packet = fakes.of("webhook", handoff_id)[0]["packet"]
        self.check_packet(packet, told)
        self.assertEqual([(f["name"], base64.b64decode(f["base64"])) for f in packet["ticket"]["attachments"]], files)
        beside = {**packet, "ticket": {**packet["ticket"], "attachments": [
            {"name": f["name"], "type": f["type"]} for f in packet["ticket"]["attachments"]]}}
        self.assertEqual(mistakes(self, [packet, beside]), [[], []])
        for name in names:
            with self.subTest(name):
                got = fakes.of(name, handoff_id)
                self.assertEqual(len(got), 1)
                if name == "webhook":
                    continue
                self.assertEqual(got[0]["packet"], beside)
                self.check_text(got[0]["text"], packet)
                self.assertEqual(got[0]["subject"], packet["ticket"]["subject"])
                if name == "github":
                    self.assertTrue(all(f"Attachment, not sent along: {file_name} (" in got[0]["text"] for file_name, _ in files))
                else:
                    self.assertEqual((got[0]["files"], got[0]["email"]), (files, "ann@shop.example"))
        self.assertEqual({m["last"] for m in fakes.mails()}, {DOCUMENT})
        case = server.json("/v1/cases?search=ORD-44712")["cases"]
        packets = [server.json(f"/v1/cases/{one['id']}/packet") for one in case]
        self.assertIn(packet, packets)
        return packet

    def test_all_of_it_reaches_every_kind_of_system_once(self):
        with Fakes(self.folder) as fakes:
            connectors, names = fakes.connectors()
            with self.serve(connectors, ["cases", *names], text_only=False) as server:
                key = server.run("keys", "create", "--name", "desk", "--rights", "all")
                server.json = lambda path: server.get(path, headers={"Authorization": "Bearer " + key}).json
                ann = Visitor(server, "0123456789abcdef0123456789abcdef")
                told = self.travel(ann)
                path = ann.send({**form(), "share_journey": "true"})
                self.assertEqual(server.get(path).status, 200)
                until(lambda: fakes.webhook.tickets, 60)
                first = self.check_everywhere(server, fakes, names, fakes.webhook.tickets[0]["external"], told, [])
                self.assertEqual((first["channel"], first["ticket"]["description"]), ("form", form()["description"]))
                self.assertEqual((first["locale"], first["page"]), ("pt-BR", "/articles/some-article"))

                body = form(session=ann.session, query_ids=ann.queries, share_journey=True, attachments=FILES, locale="de-AT",
                            page="https://shop.example/orders/7", subject="Parcel 44712", channel="api")
                reply = server.get("/v1/handoffs", "POST", {"Content-Type": "application/json"}, json.dumps(body))
                self.assertEqual(reply.status, 201, reply.text)
                second = self.check_everywhere(server, fakes, names, reply.json["id"], told, SENT)
                self.assertEqual((second["locale"], second["page"], second["channel"]),
                                 ("de-AT", "https://shop.example/orders/7", "api"))
                self.assertEqual(second["reference"], reply.json["reference"])
            self.assertEqual(fakes.wrong(), {})
            self.assertEqual([fake.plan for fake in fakes.web.values() if any(fake.plan.values())], [], "each failed as it was told to")

    def test_a_server_that_dies_between_a_file_and_its_ticket_makes_one(self):
        for how in ("before-20", "after-20"):  # before the ticket was made, and after
            with self.subTest(how), Zendesk({"create": [how]}) as fake:
                token = self.folder / "token"
                token.write_text(Zendesk.token + "\n", encoding="utf-8")
                token.chmod(0o600)
                connectors = self.folder / "zendesk.yaml"
                connectors.write_text(f"helpdesk:\n  kind: zendesk\n  url: {fake.url}\n  user: {Zendesk.user}\n"
                                      f"  token_file: {token}\n  private: true\n", encoding="utf-8")
                with self.serve(connectors, ["helpdesk"]) as server:
                    reply = server.get("/v1/handoffs", "POST", body=json.dumps(form(attachments=FILES)))
                    self.assertTrue(until(lambda: ("POST", "/api/v2/tickets.json") in fake.requests, 60))
                    server.process.kill()
                    server.process.wait()
                with self.serve(connectors, ["helpdesk"]) as server:
                    key = server.run("keys", "create", "--name", how, "--rights", "all")
                    ours = {"Authorization": "Bearer " + key}

                    def delivered():
                        target, = server.get("/v1/handoffs/" + reply.json["id"], headers=ours).json["targets"]
                        return target["state"] == "delivered" and target["remote_id"]
                    number = until(delivered, 60)
                self.assertEqual([t["external"] for t in fake.tickets], [reply.json["id"]])
                self.assertEqual(str(fake.tickets[0]["ticket"]["id"]), number)
                self.assertEqual((fake.tickets[0]["files"], fake.tickets[0]["packet"]["handoff_id"]), (SENT, reply.json["id"]))
                self.assertEqual(fake.wrong, [])


if __name__ == "__main__":
    unittest.main()
