"""A real nginx in front of a live service, with the configuration that operators get; only names, ports and paths are changed."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import missing
from tests.live import PATIENCE_S, ROOT, free_pair

_FRAME = """
{user}
pid {at}/nginx.pid;
error_log {at}/error.log warn;
daemon off;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    types {{ text/html html; }}
    access_log {at}/access.log;
    client_body_temp_path {at}/body;
    proxy_temp_path {at}/proxy;
    fastcgi_temp_path {at}/fastcgi;
    uwsgi_temp_path {at}/uwsgi;
    scgi_temp_path {at}/scgi;
{server}
}}
"""


@contextlib.contextmanager
def nginx_before(service: str, at: Path) -> Iterator[str]:
    """Runs it before the service at this address. ``at``: a directory of its own. Gives nginx's address."""
    program = shutil.which("nginx")
    if program is None:
        missing("nginx")
    at.mkdir(parents=True, exist_ok=True)
    port = free_pair()
    (at / "nginx.conf").write_text(_configuration(service, at, port), "utf-8")
    with subprocess.Popen(
        [program, "-p", str(at), "-c", str(at / "nginx.conf"), "-e", str(at / "error.log")]
    ) as nginx:
        try:
            home = f"http://127.0.0.1:{port}"
            _wait(home, nginx, at)
            yield home
        finally:
            nginx.terminate()


def _configuration(service: str, at: Path, port: int) -> str:
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    text = re.sub(r"^\s*ssl_certificate.*$", "", text, flags=re.MULTILINE)
    for given, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("listen 80;", f"listen 127.0.0.1:{port + 1};"),
        ("http://127.0.0.1:8000", service),
        ("/var/cache/nginx/voting", f"{at}/cache"),
        ("/var/log/nginx/", f"{at}/"),
        ("/run/nginx-uploads", f"{at}/uploads"),
    ):
        assert given in text, f"deploy/nginx.conf has changed: {given}"
        text = text.replace(given, here)
    user = "user root;" if at.owner() == "root" else ""
    return _FRAME.format(at=at, user=user, server=text)


def _wait(home: str, nginx: subprocess.Popen[bytes], at: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assert nginx.poll() is None, (at / "error.log").read_text("utf-8")
        assert time.monotonic() < deadline
        with contextlib.suppress(OSError), urllib.request.urlopen(home + "/healthz", timeout=5):
            return
        time.sleep(0.05)
