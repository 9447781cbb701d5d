#!/usr/bin/env python3
"""Events a second that `parry serve` makes durable, with fsync: views of articles, sent by wrk over 64 connections.

    tests/bench/bench_events.py [--seconds 10] [--build build/release] [--batches 1,10,100]

A row a size of request: events a second, how long a request waits for the disk, the server's CPU an event; then what the ledger has is
counted: each event that was accepted, once. Load and server share the machine's first two cores; the disk is that of --folder. The goal:
5,000 a second. Many senders wait for one commit together, so waits hardly grow with the rate."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CORES, CONNECTIONS, GOAL = 2, 64, 5000
LUA = """
local batch, made, who = tonumber(os.getenv("BATCH")), 0, 0
function init() math.randomseed(os.time()) who = math.random(1, 1e9) end
function request()
  local list = {}
  for i = 1, batch do
    made = made + 1
    list[i] = string.format('{"type":"view","article":"refunds","dwell_ms":%d,"visitor":"v%d-%d"}', made % 9000, who, made % 5000)
  end
  return wrk.format("POST", "/v1/events", {["Content-Type"] = "application/json"}, '{"events":[' .. table.concat(list, ",") .. "]}")
end
function done(summary, latency)
  io.write(string.format("OUT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(95),
           summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""


class Parry:
    def __init__(self, binary, folder):
        self.binary, self.options = binary, ["--data", folder / "data", "--option", f"access.secret_file={folder / 'secret'}"]
        more = ["limits.events_per_address=0", "limits.queue_ms=0", "log.level=error"]
        self.process = subprocess.Popen([binary, "serve", "--text-only", "--listen", "127.0.0.1:0", *self.options,
                                         *(x for o in more for x in ("--option", o))], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)", self.process.stdout.readline()).group(1))

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.terminate()
        self.process.wait(120)
        self.process.stdout.close()

    def kept(self):
        """Events in the ledger, each id once; after close."""
        out = subprocess.run([self.binary, "export", "ndjson", "--raw", *self.options], capture_output=True, text=True, check=True).stdout
        records = (json.loads(line) for line in out.splitlines())
        return len({r["key"] for r in records if r["kind"] == "event" and r["payload"]["type"] == "view"})


def load(port, script, batch, seconds):
    out = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script, f"http://127.0.0.1:{port}"],
                         capture_output=True, text=True, check=True, env={**os.environ, "BATCH": str(batch)}).stdout
    requests, us, p50, p95, errors = map(int, re.search(r"OUT (\d+) (\d+) (\d+) (\d+) (\d+)", out).groups())
    return {"events": requests * batch, "s": us / 1e6, "p50": p50 / 1000, "p95": p95 / 1000, "errors": errors}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=TOP / "build/release")
    p.add_argument("--seconds", type=int, default=10)
    p.add_argument("--batches", default="1,10,100")
    p.add_argument("--folder", type=pathlib.Path, default=None)
    a = p.parse_args()
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    with tempfile.TemporaryDirectory(prefix="parry-bench-", dir=a.folder) as folder:
        folder = pathlib.Path(folder)
        (folder / "events.lua").write_text(LUA)
        parry, sent, worst = Parry(a.build / "parry", folder), 0, 0
        print("| events a request | events a second | p50 | p95 | CPU an event | refused |\n|---:|---:|---:|---:|---:|---:|")
        try:
            for batch in map(int, a.batches.split(",")):
                before = parry.cpu_s()
                r = load(parry.port, folder / "events.lua", batch, a.seconds)
                sent, worst = sent + r["events"], worst + r["errors"]
                print(f"| {batch} | {r['events'] / r['s']:,.0f} | {r['p50']:.1f} ms | {r['p95']:.1f} ms | "
                      f"{1e6 * (parry.cpu_s() - before) / r['events']:.0f} us | {r['errors']} |", flush=True)
        finally:
            parry.close()
        kept = parry.kept()
        print(f"{sent} were answered for, {kept} are in the ledger" + ("" if worst else ", none was refused"))
        return 0 if kept >= sent and worst == 0 else 1  # more: those whose answer wrk did not wait for at its end


if __name__ == "__main__":
    sys.exit(main())
