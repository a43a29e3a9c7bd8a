"""Certificates made on the spot, real servers that show them, and a real proxy to reach those by."""

from __future__ import annotations

import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    """Signs for whoever asks. ``roots`` is what those need who are to believe it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("an authority of a test")
        signed = (
            _begun(self._name, self._name, self._key.public_key(), datetime.now(UTC) + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, SHA256())
        )
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(signed.public_bytes(Encoding.PEM))

    def sign(self, ends_at: datetime, host: str = "127.0.0.1", *, itself: bool = False) -> Path:
        """A file with a key and a certificate for this host. ``itself``: signed with its own key, by nobody else's."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(host)
        try:
            known_as: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            known_as = x509.DNSName(host)
        signed = (
            _begun(name, name if itself else self._name, key.public_key(), ends_at)
            .add_extension(x509.SubjectAlternativeName([known_as]), critical=False)
            .sign(key if itself else self._key, SHA256())
        )
        file = self.folder / "server.pem"
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(plain + signed.public_bytes(Encoding.PEM))
        return file


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, ends_at: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(datetime.now(UTC), ends_at) - timedelta(days=90))
        .not_valid_after(ends_at)
    )


@contextmanager
def sealed_server(certificate: Path, body: bytes) -> Iterator[tuple[str, list[str]]]:
    """An https server that answers everything with this; its address, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The body."""
            asked.append(self.path.partition("?")[0])
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_line: Any) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_request: Any) -> None:
            """A client that does not believe the certificate hangs up."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server(("127.0.0.1", 0), Handler)
    # The handshake belongs into the connection's own thread: whoever hangs up in it must not stop the listening.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def proxy_to(target: str, asked: list[str]) -> Iterator[str]:
    """A proxy that knows CONNECT; wherever it is asked to go, it goes to this host and port. Its address."""
    host, port = target.split(":")

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            """Passes on what comes from either side."""
            asked.append(f"{self.path} {self.headers.get('Proxy-Authorization', '')}")
            with socket.create_connection((host, int(port)), 10) as there, suppress(OSError):
                self.send_response(200)
                self.end_headers()
                here = self.connection
                other = {here: there, there: here}
                while True:
                    for ready in select.select([here, there], [], [], 10)[0]:
                        piece = ready.recv(65_536)
                        if not piece:
                            return
                        other[ready].sendall(piece)

        def log_message(self, *_line: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
