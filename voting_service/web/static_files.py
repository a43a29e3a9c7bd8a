"""Style sheets, scripts and icons: addressed by content, so that a phone keeps them for ever and never shows old ones."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, send_from_directory

from . import access
from .caching import cacheable

YEAR_S = 31_536_000


def install(app: Flask, directory: Path) -> None:
    """Attach ``asset()`` for templates and the routes that serve the files."""

    @cache
    def asset(name: str) -> str:
        digest = hashlib.sha256((directory / name).read_bytes()).hexdigest()[:10]
        return f"/static/{name}?v={digest}"

    @access.public
    def static_file(filename: str) -> Response:
        response = send_from_directory(directory, filename, max_age=YEAR_S)
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
        return response

    @access.public
    def service_worker() -> Response:
        # At the root, since a worker may only serve what lies beneath it; kept briefly, so that a mended one arrives.
        return cacheable(send_from_directory(directory, "sw.js"), max_age=60)

    @access.public
    def embed_script() -> Response:
        # Its address stands in other people's pages for years: it never changes, and what is there is asked for each hour.
        return cacheable(send_from_directory(directory, "embed.js"), max_age=3600)

    app.jinja_env.globals["asset"] = asset
    app.add_url_rule("/static/<path:filename>", "static", static_file)
    app.add_url_rule("/sw.js", "service_worker", service_worker)
    app.add_url_rule("/embed.js", "embed_script", embed_script)
