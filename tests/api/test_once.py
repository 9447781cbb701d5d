"""Idempotency-Key: what is sent again since its answer was lost makes nothing twice, on every address that makes something."""
import json
import unittest

from parry_server import SAMPLE, Server


class Once(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(SAMPLE)
        cls.key = cls.server.run("keys", "create", "--name", "all", "--rights", "all")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def post(self, path, body, once):
        return self.server.get(path, "POST", {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
                                              "Idempotency-Key": once}, json.dumps(body))

    def listed(self, what):
        return self.server.get(f"/v1/{what}", headers={"Authorization": f"Bearer {self.key}"}).json[what]

    def again(self, path, body, other):
        first, again, another = self.post(path, body, path), self.post(path, body, path), self.post(path, other, path)
        self.assertEqual((first.status, another.status), (201, 422), first.text)
        self.assertEqual(another.json["type"], "/problems/idempotency-key-reused")
        self.assertNotIn("Idempotency-Replayed", first.headers)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(again.headers["Location"], first.headers["Location"])
        return first, again

    def test_an_article(self):
        first, again = self.again("/v1/articles", {"id": "once", "markdown": "Once."}, {"id": "once", "markdown": "Other."})
        self.assertEqual((again.status, again.body, again.headers["ETag"]), (201, first.body, first.headers["ETag"]))

    def test_a_person_and_the_password_stands_nowhere(self):
        ada = {"id": "ada", "password": "correct horse battery"}
        first, again = self.again("/v1/people", ada, {**ada, "password": "another one of them"})
        self.assertEqual((again.status, again.body), (201, first.body))
        self.assertEqual([p["id"] for p in self.listed("people")], ["ada"])
        for file in self.server.data.rglob("*"):
            self.assertFalse(file.is_file() and b"correct horse" in file.read_bytes(), file)

    def test_a_key_is_made_once_and_its_text_is_kept_nowhere(self):
        first, again = self.again("/v1/keys", {"name": "once", "rights": ["search"]}, {"name": "other"})
        self.assertEqual(again.status, 409)
        self.assertEqual(again.json["type"], "/problems/conflict")
        self.assertNotIn(first.json["key"], again.text)
        self.assertEqual([k["name"] for k in self.listed("keys")].count("once"), 1)
        rotated = self.post(again.headers["Location"] + "/rotate", {}, "k2")
        self.assertEqual((rotated.status, rotated.json["id"]), (200, first.json["id"]))
        for file in self.server.data.rglob("*"):
            self.assertFalse(file.is_file() and first.json["key"].encode() in file.read_bytes(), file)

    def test_events_without_ids_are_kept_once(self):
        body = {"events": [{"type": "view", "article": "refund-not-received"},
                           {"type": "form_opened", "id": "01936f5e-8f5b-4c3a-9d6e-2f4b8a1c0d11"}, {"type": "form_opened"}]}
        first, again, other = self.post("/v1/events", body, "e1"), self.post("/v1/events", body, "e1"), self.post("/v1/events", body, "e2")
        self.assertEqual((first.json["accepted"], again.json["duplicates"]), (3, 3), again.text)
        self.assertEqual((other.json["accepted"], other.json["duplicates"]), (2, 1))
        self.assertEqual([e["id"] for e in first.json["events"]], [e["id"] for e in again.json["events"]])
        stranger = self.server.get("/v1/events", "POST", {"Idempotency-Key": "e1"}, json.dumps(body))
        self.assertEqual(stranger.json["accepted"], 2)
        self.assertEqual(self.post("/v1/events", body, "two words").status, 400)

    def test_feedback_is_kept_once(self):
        vote = {"vote": "up", "article": "refund-not-received"}
        told = [self.post("/v1/feedback", vote, once).json["status"] for once in ("f1", "f1", "f2")]
        self.assertEqual(told, ["accepted", "duplicate", "accepted"])


if __name__ == "__main__":
    unittest.main()
