"""Tickets: links that are forged, scripts in what people write, and other people's tickets."""
import base64
import unittest
import urllib.parse
import uuid

from attack import SCRIPTS, Attack, active, until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OURS = {"script", "meta", "link", "form", "input", "button", "textarea", "noscript"}


class Desk(Attack):
    def ticket(self, **more):
        body = {"description": "A parcel is late.", "email": "ann@shop.example", **more}
        reply = self.call("POST", "/v1/handoffs", self.house.admin, body)
        self.assertEqual(reply.status, 201, reply.text)
        return reply.json

    def case_of(self, ticket):
        def delivered():
            target, = self.call("GET", "/v1/handoffs/" + ticket["id"], self.house.admin).json["targets"]
            return target["state"] == "delivered" and target["remote_id"]
        return "/v1/cases/" + until(delivered)

    def test_a_tickets_link_cannot_be_forged(self):
        """Its token is the hand-off, when it ends, and a signature of both."""
        ticket, other = self.ticket(), self.ticket()
        raw = base64.urlsafe_b64decode(ticket["follow_token"] + "==")
        stranger = base64.urlsafe_b64decode(other["follow_token"] + "==")
        self.assertEqual(len(raw), 40)
        later = raw[:16] + (int.from_bytes(raw[16:24], "big") + 10 ** 10).to_bytes(8, "big") + raw[24:]
        forged = [raw[:24] + bytes(16), later, stranger[:24] + raw[24:], uuid.UUID(ticket["id"]).bytes + raw[16:24] + bytes(16), raw[:39],
                  raw + b"\0", b"", bytes(40)]
        forged += [raw[:i] + bytes([raw[i] ^ 1]) + raw[i + 1:] for i in range(40)]
        tokens = [base64.urlsafe_b64encode(f).decode().rstrip("=") for f in forged]
        tokens += [ticket["id"], ticket["reference"], ticket["follow_token"] + "=", "x" * 4000, "..%2f" + ticket["id"]]
        for token in tokens:
            for path in ("/v1/followed/", "/ticket/"):
                self.assertEqual(self.server.get(path + token).status, 404, token)
            self.assertEqual(self.call("POST", f"/v1/followed/{token}/survey", body={"score": 1}).status, 404, token)
            self.assertEqual(self.server.get(f"/ticket/{token}/survey", "POST", FORM, "score=1").status, 404, token)
        self.assertEqual(self.server.get("/v1/followed/" + ticket["follow_token"]).json["survey"], None)

    def test_scripts_in_a_ticket(self):
        """In every field that a stranger fills, on the form that comes back and on the page of the ticket."""
        for script in SCRIPTS:
            fields = {name: script for name in ("subject", "description", "name", "query_ids", "session", "once", "page")}
            page = self.server.get("/contact", "POST", FORM, urllib.parse.urlencode({**fields, "email": script}))
            self.assertEqual(page.status, 400)
            self.assertEqual(active(page.text, OURS), [], script)
            page = self.server.get("/contact?query_id=" + urllib.parse.quote(script))
            self.assertEqual((page.status, active(page.text, OURS)), (200, []), script)
            ticket = self.ticket(subject=script, name=script, description=script, page=script, locale=script[:35],
                                 said=[{"role": "user", "text": script}], share_journey=True)
            case = self.case_of(ticket)
            said = self.call("POST", case + "/comments", self.house.admin, {"text": script})
            self.assertEqual(said.status, 201, said.text)
            page = self.server.get(ticket["follow_path"])
            self.assertEqual((page.status, active(page.text, OURS)), (200, []), script)
            self.assertNotIn(script, page.text)
            for path, headers in ((case, self.house.admin), (case + "/packet", self.house.admin), ("/v1/followed/" + ticket["follow_token"], {})):
                reply = self.server.get(path, headers={**headers, "Accept": "text/html,*/*"})
                self.assertEqual(reply.headers["Content-Type"].split(";")[0], "application/json")
                self.assertEqual(reply.headers["X-Content-Type-Options"], "nosniff")

    def test_nothing_in_a_ticket_begins_a_header(self):
        """Of a reply, or of a mail: an address is one line, and one address."""
        for email in ("a@b.example\r\nBcc: c@d.example", "a@b.example\nX: y", "a@b.example,c@d.example", "a@b.example c@d.example", "<a@b.example>",
                      "a@b.example>", "\"a\"@b.example", "a@b.example%0d%0aBcc:c", "a@b", "@b.example", "a@@b.example", "a@b.example\0"):
            reply = self.call("POST", "/v1/handoffs", self.house.admin, {"description": "x", "email": email})
            self.assertIn(reply.status, (400,), email)
        ends = "x\r\nSet-Cookie: evil=1\r\n\r\n<script>"
        reply = self.server.get("/contact", "POST", FORM, urllib.parse.urlencode(
            {"description": ends, "subject": ends, "name": ends, "email": "ann@shop.example", "once": ends}))
        self.assertEqual(reply.status, 303, reply.text)
        self.assertNotIn("Set-Cookie", reply.headers)
        self.assertRegex(reply.headers["Location"], r"^/ticket/[A-Za-z0-9_-]{54}$")

    def test_nobody_meets_anothers_ticket_by_its_key(self):
        """Keys that people and models choose are easily guessed: alone they lead to no ticket and no link."""
        shop = {"X-API-Key": self.house.key("--search", "--expires", "1h")}  # in every browser
        ann = {"description": "One", "email": "ann@shop.example"}
        for who in (shop, self.house.admin):
            key = {**who, "Idempotency-Key": "1"}
            mine = self.call("POST", "/v1/handoffs", key, ann)
            tool = self.call("POST", "/v1/tools/create_ticket", who, {**ann, "idempotency_key": "1"})
            self.assertEqual((mine.status, tool.status), (201, 200), mine.text + tool.text)
            for other in ({**ann, "email": "ben@shop.example"}, {**ann, "description": "Two"}):
                self.assertEqual(self.call("POST", "/v1/handoffs", key, other).status, 422)
                self.assertEqual(self.call("POST", "/v1/tools/create_ticket", who, {**other, "idempotency_key": "1"}).status, 409)


if __name__ == "__main__":
    unittest.main()
