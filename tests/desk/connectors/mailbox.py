"""A mail server that keeps what it is sent, and fails by a plan; SMTP of RFC 5321 as far as a client needs it.

Faults, one a connection: 421 (at once), 450-rcpt, 550-rcpt, 451-data, 554-data, drop-data (taken, then no answer),
drop-before (in the middle of the message), silent-SECONDS (taken, then no answer for so long)."""
import base64
import email
import email.policy
import re
import socketserver
import ssl
import threading
import time


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")
        self.wfile.flush()

    def line(self):
        got = self.rfile.readline(4096)
        if not got.endswith(b"\r\n"):
            raise ConnectionError("gone")
        return got[:-2].decode("utf-8")

    def handle(self):
        box = self.server.box
        with box.lock:
            fault = box.plan.pop(0) if box.plan else "ok"
        self.signed_in, self.encrypted, self.to, self.sender = False, box.implicit, [], None
        try:
            if box.implicit:
                self.wrap()
            if fault == "421":
                return self.say("421 too busy")
            self.say("220 fake ESMTP")
            while self.command(box, fault):
                pass
        except OSError:
            pass
        finally:
            self.connection.close()

    def wrap(self):
        self.connection = self.server.box.context.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.encrypted = True

    def command(self, box, fault):
        line = self.line()
        verb = line.split(" ")[0].upper()
        if verb == "EHLO":
            self.say("250-fake")
            if box.context and not self.encrypted:
                self.say("250-STARTTLS")
            if box.user:
                self.say("250-AUTH PLAIN")
            self.say("250 SIZE 30000000")
        elif verb == "STARTTLS":
            self.say("220 go")
            self.wrap()
        elif verb == "AUTH":
            return self.auth(box, line)
        elif verb == "MAIL":
            self.sender = re.fullmatch(r"MAIL FROM:<([^<>]+)>.*", line, re.I).group(1)
            self.say("530 sign in" if box.user and not self.signed_in else "250 ok")
        elif verb == "RCPT":
            return self.rcpt(fault, line)
        elif verb == "DATA":
            return self.data(box, fault)
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            box.wrong.append(line)
            self.say("502 what?")
        return True

    def auth(self, box, line):
        words = line.split(" ")
        if len(words) < 3:
            self.say("334 ")
            words = ["AUTH", "PLAIN", self.line()]
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        self.signed_in = (user, password) == (box.user, box.password)
        box.signed_in_encrypted.append(self.encrypted)
        self.say("235 ok" if self.signed_in else "535 no")
        return True

    def rcpt(self, fault, line):
        self.to.append(re.fullmatch(r"RCPT TO:<([^<>]+)>.*", line, re.I).group(1))
        self.say("450 later" if fault == "450-rcpt" else "550 nobody" if fault == "550-rcpt" else "250 ok")
        return True

    def data(self, box, fault):
        self.say("354 go")
        lines = []
        while True:
            line = self.rfile.readline(2000)
            if fault == "drop-before" and len(lines) > 3:
                return False
            if line == b".\r\n":
                break
            if not line.endswith(b"\r\n") or len(line) > 1000:
                box.wrong.append(f"a line of {len(line)} bytes, or without its end")
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        if fault in ("451-data", "554-data"):
            self.say(f"{fault[:3]} no")
            return True
        with box.lock:
            box.raw.append(b"".join(lines))
            box.envelopes.append((self.sender, tuple(self.to)))
        if fault == "drop-data":
            return False
        if fault.startswith("silent"):
            time.sleep(float(fault.split("-")[1]))
            return False
        self.say("250 queued")
        return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class Mailbox:
    def __init__(self, plan=(), tls=None, implicit=False, user=None, password=None):
        self.plan, self.lock, self.implicit = list(plan), threading.Lock(), implicit
        self.user, self.password = user, password
        self.raw, self.envelopes, self.wrong, self.signed_in_encrypted = [], [], [], []
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
        self.server = Server(("127.0.0.1", 0), Session)
        self.server.box = self
        self.server.handle_error = lambda *_: None  # clients that go away
        self.url = f"{'smtps' if implicit else 'smtp'}://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def messages(self):
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
