"""A real nginx with the sample configuration of deploy/, changed only where every operator changes it: names, ports, paths."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug.serving import make_server

from benchmarks import machine
from tests.handset import Answer
from tests.live import free_port, wait_until
from voting_service.commands.supervisor import ROOT

SAMPLE = ROOT / "deploy" / "nginx.conf"
NAME = "vote.example.org"
_MAIN = """\
daemon off;
master_process on;
worker_rlimit_nofile 16384;
pid {at}/nginx.pid;
error_log {at}/error.log warn;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path {at}/body;
    proxy_temp_path {at}/proxy;
    fastcgi_temp_path {at}/fastcgi;
    uwsgi_temp_path {at}/uwsgi;
    scgi_temp_path {at}/scgi;
    include {at}/voting.conf;
}}
"""


def find_nginx() -> str | None:
    """The program, also where only root has it in the path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Origin:
    """The service behind nginx, in this process; it counts what it is asked, by path."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.asked: Counter[str] = Counter()
        self.port = free_port()
        self._lock = threading.Lock()
        self._app = app
        self.meeting: dict[str, threading.Barrier] = {}
        """Paths at which so many requests are answered only when all of them are there."""
        self.start()

    def start(self) -> None:
        """Listen."""
        self._server = make_server("127.0.0.1", self.port, self._count, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        """Be away."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _count(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            self.asked[environ["PATH_INFO"]] += 1
        if environ["PATH_INFO"] in self.meeting:
            self.meeting[environ["PATH_INFO"]].wait(60)
        return self._app(environ, start_response)


@dataclass
class Nginx:
    """nginx on two ports of this machine, for one service."""

    program: str
    directory: Path
    origin_port: int
    tls: bool = True
    """Without it the port is a plain one, for measuring."""
    cores: list[int] = field(default_factory=lambda: machine.CORES)
    secure_port: int = field(default_factory=free_port)
    plain_port: int = field(default_factory=free_port)

    def __enter__(self) -> Self:
        self.directory.mkdir()
        _self_signed(self.directory)
        (self.directory / "voting.conf").write_text(self._configuration(), encoding="utf-8")
        main = self.directory / "nginx.conf"
        main.write_text(_MAIN.format(at=self.directory), encoding="utf-8")
        with machine.running_on(self.cores):
            self._process = self._start(main)
        wait_until(self._listens, "nginx listens")
        return self

    def _start(self, main: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.program, "-p", str(self.directory), "-c", str(main), "-e", str(self.directory / "error.log"),
             *(["-g", "user root;"] if _is_root() else [])],
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.secure_port, timeout=60, context=ssl._create_unverified_context()
        )
        try:
            connection.request(method, path, body, {"Host": NAME, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def errors(self) -> str:
        """What nginx has complained of."""
        return (self.directory / "error.log").read_text(encoding="utf-8")

    def _configuration(self) -> str:
        text = SAMPLE.read_text(encoding="utf-8")
        for pattern, ours, times in (
            (r"/var/cache/nginx/voting", str(self.directory / "cache"), 1),
            (r"127\.0\.0\.1:8000", f"127.0.0.1:{self.origin_port}", 1),
            (r"listen 443 ssl", f"listen 127.0.0.1:{self.secure_port} ssl", 1),
            (r"listen 80;", f"listen 127.0.0.1:{self.plain_port};", 1),
            (r"/etc/letsencrypt/live/vote\.example\.org", str(self.directory), 2),
            (r"/opt/voting-service/deploy", str(SAMPLE.parent), 2),
            (r"/run/nginx-uploads", str(self.directory / "uploads"), 1),
            (r"/var/log/nginx/error\.log", str(self.directory / "error.log"), None),
        ):
            text, found = re.subn(pattern, ours, text)
            assert found == times or (times is None and found), f"the sample has {pattern} {found} times"
        return (
            text
            if self.tls
            else re.sub(r"^ *ssl_certificate.*$|(?<=\d) ssl(?=;)", "", text, flags=re.MULTILINE)
        )

    def cpu_s(self) -> float:
        """Processor time that its processes have used."""
        ours = [self._process.pid, *machine.children(self._process.pid)]
        return sum(machine.cpu_s(one) for one in ours)

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            assert self._process.stderr is not None
            raise AssertionError(self._process.stderr.read().decode())
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.secure_port)) == 0


def _is_root() -> bool:
    return os.geteuid() == 0


def _self_signed(directory: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (directory / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
