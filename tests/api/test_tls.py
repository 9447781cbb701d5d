"""TLS: a certificate made here, another in its place without a restart, versions, and what is told of wrong files."""
import http.client
import os
import pathlib
import ssl
import subprocess
import tempfile
import unittest
import warnings

from parry_server import PARRY, SAMPLE, Server, until


def make_certificate(folder, name, days="2"):
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", days, "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="parry-tls-")
        cls.path = pathlib.Path(cls.folder.name)
        cls.cert, cls.key = make_certificate(cls.path, "first")
        cls.server = Server(SAMPLE, args=["--option", f"tls.cert_file={cls.cert}", "--option", f"tls.key_file={cls.key}"])

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.cleanup()

    def context(self, cert=None):
        return ssl.create_default_context(cafile=str(cert or self.cert))

    def get(self, path, context=None):
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=10, context=context or self.context())
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
            return reply.status, reply.read(), connection.sock.version() if connection.sock else None
        finally:
            connection.close()

    def trusted_by(self, cert):
        try:
            return self.get("/health", self.context(cert))[0] == 200
        except ssl.SSLError:
            return False

    def test_requests_are_answered_over_a_verified_connection(self):
        self.assertEqual(self.get("/v1/search?q=refund")[0], 200)
        connection = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=10, context=self.context())
        for _ in range(3):
            connection.request("GET", "/health")
            self.assertEqual(connection.getresponse().read() and connection.sock.version(), "TLSv1.3")
        connection.close()

    def test_versions_before_1_2_are_refused(self):
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            old.load_verify_locations(str(self.cert))
            old.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():  # that they are old is the point
                warnings.simplefilter("ignore")
                old.minimum_version = old.maximum_version = version
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                self.get("/health", old)
        twelve = self.context()
        twelve.maximum_version = ssl.TLSVersion.TLSv1_2
        self.assertEqual(self.get("/health", twelve)[0], 200)

    def test_plain_http_is_not_answered(self):
        self.assertNotIn(b" 200 ", self.server.raw(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", wait=10))

    def test_a_renewed_certificate_is_taken_without_a_restart(self):
        cert, key = make_certificate(self.path, "renewed")
        held = http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=30, context=self.context())
        held.request("GET", "/health")
        held.getresponse().read()
        first = self.cert.read_bytes(), self.key.read_bytes()
        try:
            self.cert.write_bytes(cert.read_bytes())  # does not fit the key yet: the old pair stays
            self.assertTrue(until(lambda: "is not the key of" in self.server.logged(), 10))
            os.replace(key, self.key)

            self.assertTrue(until(lambda: self.trusted_by(cert), 10))
            held.request("GET", "/health")  # who is connected notices nothing
            self.assertEqual(held.getresponse().read()[:1], b"{")
        finally:
            held.close()
            self.cert.write_bytes(first[0])
            self.key.write_bytes(first[1])
        self.assertTrue(until(lambda: self.trusted_by(self.cert), 10))

    def test_a_key_of_another_certificate_is_told(self):
        _, other = make_certificate(self.path, "other")
        for cert, key, says in ((self.cert, other, "is not the key of"), (self.cert, None, "both"),
                                (self.path / "none", self.key, "none"), (self.key, self.key, "PEM")):
            args = ["--option", f"tls.cert_file={cert}"] + (["--option", f"tls.key_file={key}"] if key else [])
            with tempfile.TemporaryDirectory() as data:
                done = subprocess.run([PARRY, "serve", "--data", data, "--listen", "127.0.0.1:0", "--text-only"] + args,
                                      capture_output=True, text=True, timeout=30)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    unittest.main()
