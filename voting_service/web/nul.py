"""The character that no text may hold: PostgreSQL refuses it with an error of its own, wherever a query meets it.

No person types it and no link of ours has it, so whoever sends one is told so once, here, instead of in every route.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import Flask, abort, request

NUL = "\0"


def install(app: Flask) -> None:
    """Attach to the app: addresses are looked at before every route, forms when they are read (``uploads``)."""
    app.before_request(_refuse)


def refuse_in(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values of a query or a form. Raises BadRequest where one holds it."""
    if any(NUL in name or NUL in value for name, value in pairs):
        abort(400)


def _refuse() -> None:
    if NUL in request.path:
        abort(404)
    refuse_in(request.args.items(multi=True))
