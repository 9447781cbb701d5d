"""Behind the real nginx, with the configuration that docs/operations/nginx.md shows: the client's address arrives, limits hold for it,
connections are kept, replies come as they are."""
import http.client
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from parry_server import SAMPLE, SOURCE, Server, until

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")
PAGE = SOURCE / "docs" / "operations" / "nginx.md"
FRAME = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
{page}
}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@unittest.skipUnless(NGINX, "nginx is not installed (tools/packages-dev.txt)")
class BehindNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="parry-nginx-")
        folder = pathlib.Path(cls.folder.name)
        shown = PAGE.read_text(encoding="utf-8")
        (folder / "parry.yaml").write_text(re.search(r"```yaml\n(.*?)```", shown, re.S).group(1) + "limits:\n  search_per_address: 60\n  this_machine: on\n",
                                           encoding="utf-8")
        cls.server = Server(SAMPLE, args=["--config", str(folder / "parry.yaml")])
        cls.port = free_port()
        page = re.search(r"```nginx\n(.*?)```", shown, re.S).group(1)
        page = page.replace("127.0.0.1:8080", f"127.0.0.1:{cls.server.port}")
        page = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{cls.port};", page)
        page = re.sub(r"(?m)^.*ssl_certificate.*\n", "", page)
        (folder / "nginx.conf").write_text(FRAME.format(folder=folder, page=page), encoding="utf-8")
        cls.nginx = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error.log"])
        if not until(cls.up, 10):
            raise AssertionError((folder / "error.log").read_text(encoding="utf-8"))

    @classmethod
    def up(cls):
        try:
            socket.create_connection(("127.0.0.1", cls.port), timeout=1).close()
            return True
        except OSError:
            return False

    @classmethod
    def tearDownClass(cls):
        cls.nginx.terminate()
        cls.nginx.wait(10)
        cls.server.close()
        cls.folder.cleanup()

    def ask(self, path, source="127.0.0.1", headers=None, method="GET"):
        """From another address of this machine: all of 127.0.0.0/8 is here."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10, source_address=(source, 0))
        try:
            connection.request(method, path, headers=headers or {})
            reply = connection.getresponse()
            return reply, reply.read()
        finally:
            connection.close()

    def test_replies_come_as_they_are(self):
        reply, body = self.ask("/v1/search?q=refund", "127.0.0.10")
        self.assertEqual(reply.status, 200)
        self.assertIn(b'"hits"', body)
        reply, body = self.ask("/v1/search?q=refund", "127.0.0.10", {"Accept-Encoding": "gzip"})
        self.assertEqual(reply.headers["Content-Encoding"], "gzip")
        reply, body = self.ask("/v1/categories", "127.0.0.10")
        etag = reply.headers["ETag"]
        if etag:
            self.assertEqual(self.ask("/v1/categories", "127.0.0.10", {"If-None-Match": etag})[0].status, 304)
        self.assertEqual(self.ask("/health", method="HEAD")[0].status, 200)

    def test_limits_hold_for_the_client_and_not_for_the_proxy(self):
        seen = [self.ask("/v1/suggest?q=refund", "127.0.0.20")[0] for _ in range(12)]
        self.assertEqual([r.status for r in seen][:10], [200] * 10)
        self.assertEqual(seen[-1].status, 429)
        self.assertTrue(int(seen[-1].headers["Retry-After"]) >= 1)
        self.assertEqual(self.ask("/v1/suggest?q=refund", "127.0.0.21")[0].status, 200)

    def test_what_a_client_claims_to_be_counts_for_nothing(self):
        for i in range(12):
            reply, _ = self.ask("/v1/suggest?q=refund", "127.0.0.30", {"X-Forwarded-For": f"203.0.113.{i}", "Forwarded": f"for=203.0.113.{i}"})
        self.assertEqual(reply.status, 429)

    def test_connections_to_the_server_are_kept(self):
        def ours():
            lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
            return sum(f"{self.server.port:04X}" in row.split()[2] and row.split()[3] == "01" for row in lines)

        for i in range(20):
            self.ask("/health")
        self.assertLessEqual(ours(), 4)

    def test_a_429_and_a_503_are_not_hidden_behind_another_try(self):
        for _ in range(12):
            reply, body = self.ask("/v1/suggest?q=x", "127.0.0.40")
        self.assertEqual(reply.headers["Content-Type"], "application/problem+json")


if __name__ == "__main__":
    unittest.main()
