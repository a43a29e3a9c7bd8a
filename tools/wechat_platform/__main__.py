"""``python -m tools.wechat_platform``: the stand-in as one process with threads, since all its state is in memory."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from .accounts import MODES, SAFE, App
from .app import PlatformApp
from .deliveries import TIMEOUT_S
from .platform import Platform

DEMO_APP_ID = "wxdem0000000000fa"
PREFIX = "FAKE_WECHAT_"
SHAPES = {
    "APP_SECRET": (r"[0-9A-Za-z]{16,64}", "16–64 letters or digits"),
    "TOKEN": (r"[0-9A-Za-z]{3,32}", "3–32 letters or digits"),
    "AES_KEY": (r"[0-9A-Za-z]{43}", "43 letters or digits"),
}


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.wechat_platform", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--public-url", help="how browsers reach it; default http://HOST:PORT")
    parser.add_argument(
        "--service-url", default="", help="the service: messages go to /wechat/messages there"
    )
    parser.add_argument(
        "--start-url", default="", help="the page that the console's button opens, after login"
    )
    parser.add_argument(
        "--oauth-host", action="append", default=[], help="bare host that may get codes; repeatable"
    )
    parser.add_argument(
        "--js-domain", action="append", default=[], help="bare domain of JS-SDK pages; repeatable, ≤ 5"
    )
    parser.add_argument("--mode", choices=MODES, default=SAFE, help="how messages are sent")
    parser.add_argument("--push-timeout-s", type=float, default=TIMEOUT_S)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument(
        "--any-browser", action=argparse.BooleanOptionalAction, default=True, help="every browser stands for WeChat"
    )  # fmt: skip
    return parser.parse_args(given)


def listening_at(host: str, port: int) -> str:
    """Host and port as one text; an IPv6 address is put in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def secrets_from(environ: Mapping[str, str]) -> dict[str, str]:
    """The account's secrets. Raises SystemExit that names all that are missing or wrong, and repeats none."""
    problems = [
        f"{PREFIX}{name}: {must}"
        for name, (shape, must) in SHAPES.items()
        if not re.fullmatch(shape, environ.get(PREFIX + name, ""))
    ]
    if problems:
        raise SystemExit("set in the environment: " + "; ".join(problems))
    return {name: environ[PREFIX + name] for name in SHAPES}


def make_platform(options: argparse.Namespace, environ: Mapping[str, str]) -> Platform:
    """As the command line and the environment say."""
    secret = secrets_from(environ)
    service = options.service_url.rstrip("/")
    named = {urlsplit(url).hostname for url in (service, options.start_url) if url}
    hosts = sorted({*options.oauth_host, *(host for host in named if host)})
    domains = list(dict.fromkeys([*options.js_domain, *hosts]))[:5]
    app = App(
        environ.get(PREFIX + "APP_ID") or DEMO_APP_ID,
        secret=secret["APP_SECRET"],
        token=secret["TOKEN"],
        aes_key=secret["AES_KEY"],
        oauth_hosts=hosts,
        js_domains=domains,
        messages_url=f"{service}/wechat/messages" if service else "",
        mode=options.mode,
    )
    return Platform(
        [app],
        url=options.public_url or f"http://{listening_at(options.host, options.port)}",
        start_url=options.start_url,
        any_browser=options.any_browser,
        push_timeout_s=options.push_timeout_s,
    )


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with one worker."""

    def __init__(self, app: PlatformApp, options: argparse.Namespace) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        """Quiet: no access log, since addresses of logins hold codes."""
        values: dict[str, Any] = {
            "bind": listening_at(self._options.host, self._options.port),
            "worker_class": "gthread",
            "workers": 1,
            "threads": self._options.threads,
            "keepalive": 15,
            "timeout": 60,
            "graceful_timeout": 2,
            "loglevel": "error",
            "accesslog": None,
            "control_socket_disable": True,
            "proc_name": "wechat-platform",
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> PlatformApp:
        """What it serves."""
        return self._app


def main() -> None:
    """Serve until told to stop."""
    options = arguments()
    Server(PlatformApp(make_platform(options, os.environ)), options).run()


if __name__ == "__main__":
    main()
