"""A news site on an origin of its own, with the strict policy that such sites have: our script, our frames, no inline script."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class NewsSite:
    """Serves the pages that it is given."""

    def __init__(self, embeds_from: str, *, scripts: bool = True) -> None:
        script = embeds_from if scripts else "'none'"
        self.policy = (
            f"default-src 'none'; script-src {script}; frame-src {embeds_from}; style-src 'self'; img-src 'self'; "
            "base-uri 'none'; object-src 'none'; report-uri /csp"
        )
        self.pages: dict[str, str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = site.pages.get(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write((body or "").encode())

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # By name: another origin than 127.0.0.1, and another site too.
        self.url = f"http://localhost:{self._server.server_address[1]}"

    def put(self, path: str, body: str) -> str:
        """A page with this in the middle of an article. Gives its address."""
        self.pages[path] = (
            '<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>新闻</title><h1>新闻</h1><p>正文</p>{body}<p>正文完</p></html>"
        )
        return self.url + path

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
