"""Answers that a browser or a proxy may keep: dated by their content, open to every site."""

from __future__ import annotations

from flask import Response, request
from werkzeug.http import generate_etag


def cacheable(response: Response, *, max_age: int, immutable: bool = False) -> Response:
    """Public, with an ETag of its bytes and its policy; answers 304 where the asker has them already."""
    response.headers["Cache-Control"] = f"public, max-age={max_age}" + (", immutable" if immutable else "")
    response.headers["Access-Control-Allow-Origin"] = "*"
    policy = response.headers.get("Content-Security-Policy", "")
    if policy and "ETag" not in response.headers:
        # Whoever keeps a page keeps its headers too, and nginx takes no new ones from a 304: a page that other sites may
        # hold no longer is another page.
        response.set_etag(generate_etag(response.get_data() + policy.encode()))
    response.add_etag()
    response.make_conditional(request)
    return response
