#!/usr/bin/env python3
"""How well conversations are read: POST /v1/chat/suggest over questions that people asked after telling their story.

    tests/quality/conversations.py [--parry build/release/parry] [--shared ../shared/data]

Over the set or_sharc (a scenario, then a question; the article is the rule text that answers), each question is asked alone, after
its own scenario, after another's, and after another's with that one's question: the share whose right article is the first passage,
and among those given, and of what was given as an answer the share that is right. What was said before must help and a
change of topic must not hurt: fails under the floors. Then utterances of customers that are neither small talk nor ask for a person
(the sets of queues, and clinc150): how many are taken for it. Exit 77 where the sets or the model are not there."""
import argparse
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from sample import TOP, serve  # noqa: E402

# of first passages right: alone, with its own story, after another's; and at most so many utterances misread, per thousand
FLOORS = {"alone": 0.74, "own": 0.75, "other": 0.72}
MISREAD_MOST = 5


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def write_tree(corpus, tree):
    for d in corpus:
        title = d["title"] or d["text"].split(".")[0][:60]
        (tree / f"d{d['_id']}.md").write_text(f"---\nid: d{d['_id']}\ntitle: {json.dumps(title, ensure_ascii=False)}\n---\n{d['text']}\n",
                                              encoding="utf-8")


class Bot:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, *said):
        turns = []
        for text in said:
            turns += [{"role": "assistant", "text": "I see."}] if turns else []
            turns.append({"role": "user", "text": text[:4000]})
        self.connection.request("POST", "/v1/chat/suggest", json.dumps({"turns": turns, "limit": 10, "max_tokens": 16000}))
        reply = self.connection.getresponse()
        body = json.loads(reply.read())
        assert reply.status == 200, body
        return body


def score(name, right, replies):
    first = given = answers = good = 0
    for wanted, reply in zip(right, replies):
        ids = [p["article_id"] for p in reply["passages"]]
        hit = bool(ids) and ids[0] in wanted
        first += hit
        given += any(i in wanted for i in ids)
        answers += reply["decision"] == "answer"
        good += reply["decision"] == "answer" and hit
    n = len(replies)
    print(f"{name:<34} {n} conversations  first right {first / n:.3f}  among those given {given / n:.3f}  "
          f"answered {answers / n:.3f}, of that right {good / max(answers, 1):.3f}")
    return first / n


def conversations(bot, folder):
    right = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, article, _ = line.split()
        right.setdefault(query, set()).add("d" + article)
    rows = [(q["_id"], q["scenarios"][0], q["text"]) for q in lines(folder / "queries.jsonl") if q.get("scenarios") and q["scenarios"][0]]
    wanted = [right[i] for i, _, _ in rows]
    others = [rows[(k + len(rows) // 2) % len(rows)] for k in range(len(rows))]
    got = {"alone": score("the question alone", wanted, [bot.ask(q) for _, _, q in rows]),
           "own": score("after its own story", wanted, [bot.ask(s, q) for _, s, q in rows]),
           "other": score("after another's story and question", wanted, [bot.ask(o[1], o[2], q) for (_, _, q), o in zip(rows, others)])}
    score("after another's question", wanted, [bot.ask(o[2], q) for (_, _, q), o in zip(rows, others)])
    return [f"{name} {value:.3f} is under {FLOORS[name]}" for name, value in got.items() if value < FLOORS[name]]


def misread(bot, shared):
    said = [line.split("\t")[0] for part in ("train", "test") for line in (shared / f"queues/{part}.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    said += [q["text"] for name in ("queries", "queries_oos") for q in lines(shared / f"sets/clinc150/{name}.jsonl")]
    wrong = []
    for text in said:
        reply = bot.ask(text)
        if reply["decision"] == "small_talk" or reply["handover_reason"] == "asked":
            wrong.append((reply["log"]["intent_detected"], text))
    for kind, text in wrong:
        print(f"  taken for {kind}: {text!r}")
    print(f"{len(said)} utterances, {len(wrong)} taken for small talk or for asking for a person (the sets hold some that are)")
    return ["too many utterances are misread"] if len(wrong) * 1000 > MISREAD_MOST * len(said) else []


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--parry", default=os.environ.get("PARRY_BIN", str(TOP / "build/release/parry")))
    p.add_argument("--shared", type=pathlib.Path, default=TOP.parent / "shared/data")
    a = p.parse_args()
    if not (a.shared / "sets/or_sharc").is_dir():
        print(f"skipped: {a.shared} is not there")
        return 77
    with tempfile.TemporaryDirectory(prefix="parry-quality-") as folder:
        tree = pathlib.Path(folder) / "tree"
        tree.mkdir()
        write_tree(lines(a.shared / "sets/or_sharc/corpus.jsonl"), tree)
        subprocess.run([a.parry, "index", "--data", folder + "/data", str(tree)], check=True, capture_output=True)
        server, port = serve(a.parry, folder + "/data")
        try:
            bot = Bot(port)
            if bot.ask("tax")["degraded"]:
                print("skipped: no model weights here")
                return 77
            failed = conversations(bot, a.shared / "sets/or_sharc") + misread(bot, a.shared)
        finally:
            server.terminate()
            server.wait(30)
    for line in failed:
        print(f"conversations: {line}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
