"""Answers that a browser or a proxy may keep: dated by their content, open to every site."""

from __future__ import annotations

from flask import Response, request


def cacheable(response: Response, *, max_age: int, immutable: bool = False) -> Response:
    """Public, with an ETag of its bytes; answers 304 where the asker has them already."""
    response.headers["Cache-Control"] = f"public, max-age={max_age}" + (", immutable" if immutable else "")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response
