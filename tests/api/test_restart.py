"""Restarts under constant requests, with a socket that outlives the server, as systemd holds it for parry.socket."""
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from parry_server import PARRY, SAMPLE, until

REQUEST = b"GET /v1/suggest?q=refund HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
# LISTEN_PID must be the process that parry becomes: set after the fork, as systemd does.
HAND_OVER = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.set_inheritable(3, True); " \
            "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1'); os.execv(sys.argv[2], sys.argv[2:])"


class Held:
    """A listening socket, and the server that it is handed to."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=511)
        self.port = self.socket.getsockname()[1]
        self.process = None

    def start(self):
        fd = self.socket.fileno()
        command = [sys.executable, "-c", HAND_OVER, str(fd), PARRY, "serve", "--data", str(self.folder / "data"), "--text-only",
                   "--content", str(SAMPLE)]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(command, pass_fds=[fd], stdout=subprocess.PIPE, stderr=log)
        return self.process.stdout.readline().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.process.stdout.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.socket.close()


class Restart(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="parry-restart-")
        self.held = Held(self.folder.name)
        self.stop = threading.Event()
        self.answered, self.wrong = 0, []

    def tearDown(self):
        self.stop.set()
        self.held.close()
        self.folder.cleanup()

    def ask_for_ever(self):
        while not self.stop.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.held.port), timeout=30) as s:
                    s.sendall(REQUEST)
                    got = b""
                    while piece := s.recv(65536):
                        got += piece
                if got.startswith(b"HTTP/1.1 200 ") and b'"hits"' in got:
                    self.answered += 1
                else:
                    self.wrong.append(got[:100])
            except OSError as e:
                self.wrong.append(repr(e))

    def test_no_connection_is_refused_or_reset(self):
        self.assertIn(f"serving http://127.0.0.1:{self.held.port} ", self.held.start())
        threads = [threading.Thread(target=self.ask_for_ever) for _ in range(4)]
        for t in threads:
            t.start()
        for _ in range(3):
            before = self.answered
            self.assertTrue(until(lambda: self.answered > before + 20))
            self.assertEqual(self.held.stop(), 0)
            self.held.start()
        before = self.answered
        self.assertTrue(until(lambda: self.answered > before + 20))
        self.stop.set()
        for t in threads:
            t.join()
        self.assertEqual(self.wrong, [])
        self.held.stop()

    def test_while_nobody_serves_connections_wait(self):
        self.held.start()
        self.held.stop()
        with socket.create_connection(("127.0.0.1", self.held.port), timeout=30) as s:
            s.sendall(REQUEST)
            time.sleep(0.2)
            self.held.start()
            self.assertTrue(s.recv(100).startswith(b"HTTP/1.1 200 "))


class Wrong(unittest.TestCase):
    def run_with(self, fds, make):
        with tempfile.TemporaryDirectory() as data, make() as s:
            command = [sys.executable, "-c", HAND_OVER.replace("LISTEN_FDS='1'", f"LISTEN_FDS='{fds}'"), str(s.fileno()), PARRY, "serve",
                       "--data", data, "--text-only"]
            return subprocess.run(command, pass_fds=[s.fileno()], capture_output=True, text=True, timeout=30)

    def test_a_socket_that_does_not_listen_is_told(self):
        done = self.run_with(1, socket.socket)
        self.assertEqual(done.returncode, 2)
        self.assertIn("ListenStream=", done.stderr)

    def test_one_socket_is_enough(self):
        done = self.run_with(2, lambda: socket.create_server(("127.0.0.1", 0)))
        self.assertEqual(done.returncode, 2)
        self.assertIn("2 sockets", done.stderr)


if __name__ == "__main__":
    unittest.main()
