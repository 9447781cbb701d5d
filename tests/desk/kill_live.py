#!/usr/bin/env python3
"""Kills `parry serve` with SIGKILL at random moments while clients hand tickets over, its outbox delivers them to a fake of Zendesk that
fails in every way and to the case store, agents change cases and erase some, and that other system tells what became of its tickets. In
the end every hand-off that was acknowledged is at the fake once, a case once and in the ledger once, and nothing else is; every change of
a case and every status that was acknowledged is there, and nothing is of what was erased.

    PARRY_BIN=build/release/parry PARRY_LEDGER_LINES=build/release/ledger_lines tests/desk/kill_live.py [--kills 30] [--seed 1]

With PARRY_SOAK set, 300 kills."""
import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "api"), str(HERE / "connectors")]
from fakes import Zendesk  # noqa: E402
from parry_server import Server, until  # noqa: E402

FAULTS = ["429", "500", "500-done", "reset", "reset-done", "half", "half-json", "503"]
SHARE = 0.12  # of all requests to the fake
CLIENTS, AGENTS = 3, 2
PAUSE_S = 0.03
ERASED = 0.03  # of what agents do
NEXT = {"new": "inprogress", "inprogress": "done", "done": "inprogress"}


class Faulty(Zendesk):
    def __init__(self, rng):
        super().__init__()
        self.rng, self.failed = rng, collections.Counter()

    def act(self, h, what, do):
        with self.lock:
            if self.rng.random() < SHARE:
                fault = self.rng.choice(FAULTS)
                self.failed[fault] += 1
                self.plan.setdefault(what, []).append(fault)
        super().act(h, what, do)


class Run:
    """What the clients share: where the server is now, and what it acknowledged."""

    def __init__(self, folder, rng):
        self.top, self.rng, self.fake = pathlib.Path(folder), rng, Faulty(random.Random(rng.random()))
        self.port, self.key = 0, ""
        self.stop, self.broken = threading.Event(), []
        self.handoffs, self.again, self.lost = {}, 0, 0
        self.comments, self.changed = {}, {}
        self.known, self.kept, self.told, self.erased = set(), set(), set(), set()  # hand-offs; none is kept and erased
        self.lock = threading.Lock()
        (self.top / "token").write_text(self.fake.token + "\n")
        (self.top / "token").chmod(0o600)
        (self.top / "connectors.yaml").write_text(
            f"helpdesk:\n  kind: zendesk\n  url: {self.fake.url}\n  user: {self.fake.user}\n"
            f"  token_file: {self.top / 'token'}\n  private: true\n")

    def serve(self):
        options = (f"desk.connectors_file={self.top / 'connectors.yaml'}", "desk.targets=helpdesk cases", "desk.per_hour=0")
        return Server(data=self.top, args=[a for o in options for a in ("--option", o)])

    def send(self, method, path, body=None, **headers):
        """(status, JSON), or None: no answer came."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            c.request(method, path, None if body is None else json.dumps(body),
                      {"Content-Type": "application/json", "Authorization": "Bearer " + self.key, **headers})
            reply = c.getresponse()
            text = reply.read()
            return reply.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            c.close()

    def until_done(self, *request, **headers):
        """As a client does that must know: the same again until it is answered."""
        while True:
            answer = self.send(*request, **headers)
            if answer and answer[0] < 500 and answer[0] != 409:
                return answer
            with self.lock:
                self.lost += 1
            time.sleep(0.05)

    def keep(self, handoff):
        """Nobody erases it from now on. False: somebody does."""
        with self.lock:
            if handoff not in self.erased:
                self.kept.add(handoff)
            return handoff in self.kept

    def may_erase(self, handoff):
        with self.lock:
            if handoff in self.known and handoff not in self.kept:
                self.erased.add(handoff)
            return handoff in self.erased

    def there(self):
        return [h for h in self.handoffs.values() if h not in self.erased]

    def wrong(self, what):
        self.broken.append(what)
        self.stop.set()


def client(run, number):
    n = 0
    while not run.stop.is_set():
        key = f"client-{number}-{n}"
        n += 1
        status, reply = run.until_done("POST", "/v1/handoffs", {"description": f"My refund of order {key} is late.", "email": "a@shop.example"},
                                       **{"Idempotency-Key": key})
        if status != 201:
            return run.wrong(f"{key}: {status} {reply}")
        run.handoffs[key] = reply["id"]
        run.known.add(reply["id"])
        before = f"client-{number}-{n // 2}"
        if n % 10 == 0 and run.keep(run.handoffs[before]):
            _, reply = run.until_done("POST", "/v1/handoffs", {"description": f"My refund of order {before} is late.", "email": "a@shop.example"},
                                      **{"Idempotency-Key": before})
            if reply.get("id") != run.handoffs[before]:
                return run.wrong(f"{before} was {run.handoffs[before]}, and is {reply}")
        time.sleep(PAUSE_S)


def agent(run, number):
    """Comments on cases and changes those that are its own; the number of a case says whose it is."""
    rng = random.Random(number)
    n = 0
    while not run.stop.is_set():
        _, listed = run.until_done("GET", "/v1/cases?limit=20")
        mine = [c for c in listed["cases"] if c["id"] % AGENTS == number]
        if not mine:
            time.sleep(PAUSE_S)
            continue
        chosen = rng.choice(mine)
        case = chosen["id"]
        if rng.random() < ERASED and run.may_erase(chosen["externalId"]):
            status, reply = run.until_done("DELETE", f"/v1/cases/{case}")
            if status not in (204, 404):
                return run.wrong(f"an erasure: {status} {reply}")
            run.comments.pop(case, None)
            continue
        said = f"agent {number} says {n}"
        n += 1
        status, reply = run.until_done("POST", f"/v1/cases/{case}/comments", {"text": said}, **{"Idempotency-Key": said.replace(" ", "-")})
        if status != 201:
            return run.wrong(f"a comment: {status} {reply}")
        run.comments.setdefault(case, []).append(said)
        change = {"priority": rng.choice(["low", "medium", "high", "critical"]), "status": NEXT[chosen["status"]], "subject": said}
        status, reply = run.until_done("PATCH", f"/v1/cases/{case}", change)
        if status != 200:
            return run.wrong(f"a change: {status} {reply}")
        run.changed[case] = change
        time.sleep(PAUSE_S)


def teller(run):
    """The other system, whose tickets are solved one by one, and which tells so until it is answered."""
    n = 0
    while not run.stop.is_set():
        if n == len(run.fake.tickets):
            time.sleep(PAUSE_S)
            continue
        ticket = run.fake.tickets[n]
        n += 1
        if not run.keep(ticket["external"]):
            continue
        ticket["ticket"]["status"] = "solved"
        status, reply = run.until_done("POST", "/v1/hooks/ticket", {"ticket_id": str(ticket["ticket"]["id"]), "target": "helpdesk",
                                                                    "handoff_id": ticket["external"], "status": "solved", "ended": True})
        if status != 200 or reply["joined_by"] != "handoff":
            return run.wrong(f"what is told: {status} {reply}")
        run.told.add(ticket["external"])


def start(run):
    threads = [threading.Thread(target=client, args=(run, i), daemon=True) for i in range(CLIENTS)]
    threads += [threading.Thread(target=agent, args=(run, i), daemon=True) for i in range(AGENTS)]
    threads += [threading.Thread(target=teller, args=(run,), daemon=True)]
    for t in threads:
        t.start()
    return threads


def kill_often(run, kills):
    threads = []
    for turn in range(kills):
        with run.serve() as s:
            run.port = s.port
            if turn == 0:
                run.key = s.run("keys", "create", "--name", "all", "--rights", "all")
                run.send("POST", "/v1/handoffs/draft", {"description": "So that the classifier is there."})
                threads = start(run)
            run.stop.wait(run.rng.uniform(0.1, 0.9))
            s.process.kill()
            s.process.wait()
        if run.broken:
            sys.exit(str(run.broken))
    return threads


def all_cases(run):
    cases, cursor = [], ""
    while cursor is not None:
        _, page = run.send("GET", f"/v1/cases?limit=100{cursor and '&cursor=' + cursor}")
        cases += page["cases"]
        cursor = page["next"]
    return cases


def same(what, got, want):
    got, want = collections.Counter(got), collections.Counter(want)
    if got != want:
        sys.exit(f"{what}: lost {list((want - got).elements())[:5]}, too many {list((got - want).elements())[:5]} "
                 f"of {want.total()}")


def undelivered(run):
    there = set(run.there())
    return there - {t["external"] for t in run.fake.tickets} or there - {c["externalId"] for c in all_cases(run)}


def check_cases(run, cases):
    same("cases", [c["externalId"] for c in cases], run.there())
    for number, said in run.comments.items():
        _, case = run.send("GET", f"/v1/cases/{number}")
        same(f"comments on {number}", [c["text"] for c in case["comments"] if c["text"].startswith("agent ")], said)
        change = run.changed.get(number, {})
        if any(case[name] != value for name, value in change.items()):
            sys.exit(f"case {number} is {case}, and was made {change}")


def check_handoffs(run):
    """What was told has flowed back; of what was erased there is nothing."""
    for handoff in run.handoffs.values():
        status, reply = run.send("GET", f"/v1/handoffs/{handoff}")
        if status != (404 if handoff in run.erased else 200):
            sys.exit(f"{handoff}: {status} {reply}")
        if handoff not in run.told:
            continue
        target, = [t for t in reply["targets"] if t["target"] == "helpdesk"]
        if (target["state"], target["status"], target["ended"]) != ("delivered", "solved", True):
            sys.exit(f"{handoff} was told to be solved, and is {target}")


def check_ledger(run):
    lines = subprocess.run([os.environ["PARRY_LEDGER_LINES"], str(run.top / "data" / "ledger")], capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in lines.stdout.splitlines() if line]
    same("ticket_created", [e.get("handoff") for e in events if e.get("type") == "ticket_created"], run.handoffs.values())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--kills", type=int, default=300 if os.environ.get("PARRY_SOAK") else 30)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    with tempfile.TemporaryDirectory(prefix="parry-kill-") as folder:
        run = Run(folder, random.Random(a.seed))
        with run.fake:
            threads = kill_often(run, a.kills)
            with run.serve() as s:
                run.port = s.port
                run.stop.set()
                for t in threads:
                    t.join(60)
                until(lambda: not undelivered(run) and json.loads(s.run("outbox", "counts", "--json"))["waiting"] == 0, 120)
                time.sleep(1)  # what is too much would come now
                check_cases(run, all_cases(run))
                check_handoffs(run)
                s.stop()
            at_fake = [t["external"] for t in run.fake.tickets]
            same("at the fake", [h for h in at_fake if h not in run.erased], run.there())
            same("at the fake, of what was erased", set(at_fake) & run.erased, [h for h in at_fake if h in run.erased])
            if run.fake.wrong or run.broken:
                sys.exit(f"{run.fake.wrong[:3]} {run.broken[:3]}")
            check_ledger(run)
        print(f"{a.kills} kills, {len(run.handoffs)} hand-offs, {sum(map(len, run.comments.values()))} comments, {len(run.erased)} "
              f"erased, {len(run.told)} told, {run.lost} requests sent "
              f"again, {dict(run.fake.failed)} at the fake: nothing lost, nothing twice")
        if run.lost == 0 or not run.fake.failed or not run.told or not run.erased:
            sys.exit("nothing was lost, failed, told or erased: this run has shown nothing")


if __name__ == "__main__":
    main()
