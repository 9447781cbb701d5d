"""A `parry serve` process on a free port of this machine, and plain ways to talk to it."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = SOURCE / "examples" / "marketplace" / "content"
PARRY = os.environ.get("PARRY_BIN", "parry")


class Reply:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """with Server(tree) as s: s.get("/health"). However busy the machine, it turns nobody away."""

    def __init__(self, tree=None, data=None, args=(), ready=True, text_only=True, listen="127.0.0.1:0"):
        self.folder = None if data else tempfile.TemporaryDirectory(prefix="parry-api-")
        self.data = pathlib.Path(data or self.folder.name) / "data"
        self.log_path = self.data.parent / "log"
        self.log = open(self.log_path, "ab")
        command = [PARRY, "serve", "--data", str(self.data), "--listen", listen,
                   "--option", f"access.secret_file={self.data.parent / 'secret'}", "--option", "limits.queue_ms=0"]
        command += ["--text-only"] if text_only else []
        command += ["--content", str(tree)] if tree else []
        self.process = subprocess.Popen(command + list(args), stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline().decode()
        match = re.match(r"serving https?://[0-9.]+:(\d+)", line)
        if not match:
            self.process.wait(30)
            logged = self.logged()
            self.close()
            raise AssertionError(f"the server did not start: {line!r} {logged}")
        self.port = int(match.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def logged(self):
        return self.log_path.read_text(encoding="utf-8")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path, method="GET", headers=None, body=None):
        connection = self.connect()
        try:
            try:
                connection.request(method, path, body=body, headers=headers or {})
            except BrokenPipeError:  # refused before all of it was sent: the answer is there
                pass
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def raw(self, request, wait=30):
        """Bytes in, bytes out until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as s:
            try:
                s.sendall(request)
            except (BrokenPipeError, ConnectionResetError):
                pass
            got = b""
            while True:
                try:
                    piece = s.recv(65536)
                except ConnectionResetError:
                    return got
                if not piece:
                    return got
                got += piece

    def run(self, *args, stdin=""):
        """A command on the same data, beside the running server; what it printed."""
        command = [PARRY, args[0], "--data", str(self.data), "--option", f"access.secret_file={self.data.parent / 'secret'}"]
        done = subprocess.run(command + list(args[1:]), input=stdin, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"{args}: {done.returncode} {done.stderr}")
        return done.stdout.strip()

    def metric(self, name):
        """As it stands in /metrics, labels and all; None where it does not."""
        found = re.search(rf"(?m)^{re.escape(name)} (\S+)$", self.get("/metrics").text)
        return float(found[1]) if found else None

    def stop(self, how=signal.SIGTERM, wait=30):
        self.process.send_signal(how)
        return self.process.wait(wait)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
        if self.folder:
            self.folder.cleanup()


def until(check, seconds=20.0):
    """Tries until check() is true; its last value."""
    deadline = time.monotonic() + seconds
    while True:
        value = check()
        if value or time.monotonic() > deadline:
            return value
        time.sleep(0.02)
