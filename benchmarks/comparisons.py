"""The WSGI application that the benchmarks measure: the real service, and beside it what it is compared with.

Everything is in one gunicorn, so both sides of a ratio have the same server, worker, threads and core:

- ``/bench/empty``  an empty Flask endpoint that answers JSON: what any Flask route costs at least
- ``/bench/usual``  casting as it is usually built: Flask's session, three Flask-Limiter limits, an SQL insert
- ``/bench/bytes``  a bare Flask view that answers with the campaign page's bytes
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from sqlalchemy import Column, Integer, MetaData, String, Table, UniqueConstraint, insert, text

from voting_service.database import Database
from wsgi import app as service

PAGE_BYTES = "BENCHMARK_PAGE"
"""Names a file with the bytes of ``/bench/bytes``."""
DATABASE = "BENCHMARK_DATABASE"
"""The usual way's own database."""

_metadata = MetaData()
_ballots = Table(
    "usual_ballots", _metadata,
    Column("id", Integer, primary_key=True),
    Column("ballot_id", String, nullable=False),
    Column("voter", String, nullable=False),
    Column("choices", String, nullable=False),
    UniqueConstraint("ballot_id"),
)  # fmt: skip


def empty_app() -> Flask:
    """Nothing but Flask."""
    app = Flask("empty")

    @app.post("/bench/empty")
    def empty() -> Response:
        return jsonify({})

    return app


def bytes_app(page: bytes) -> Flask:
    """The campaign page, were it a constant."""
    app = Flask("bytes")

    @app.get("/bench/bytes")
    def same_bytes() -> Response:
        return Response(page, mimetype="text/html")

    return app


def _with_sessions() -> Flask:
    app = Flask("usual")
    app.config["SECRET_KEY"] = "for comparison only"
    return app


def usual_cookies() -> Callable[[str], str]:
    """What makes a voter's cookie for the usual way; a voter has it from the page that they voted on."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(_with_sessions())
    assert serializer
    return lambda voter: "session=" + str(serializer.dumps({"voter": voter}))


def prepare_usual(database: Database) -> None:
    """Its table, made once before the workers start: two of them would both make it."""
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
    _metadata.create_all(database.engine)


def usual_app(redis_url: str, database: Database) -> Flask:
    """The same promise to a voter, as it is usually kept: read the session, ask three limits, commit one row."""
    app = _with_sessions()
    app.config["RATELIMIT_STORAGE_URI"] = redis_url
    limiter = Limiter(get_remote_address, app=app, strategy="fixed-window", key_prefix="bench")

    def voter() -> str:
        return str(session["voter"])

    @app.post("/bench/usual")
    @limiter.limit("1000000000/day")
    @limiter.limit("30/minute", key_func=voter)
    @limiter.limit("1000/day", key_func=voter)
    def usual() -> tuple[Response, int]:
        sent = request.get_json()
        ballot_id = sent["form"].split(".")[0]
        choices = ";".join(str(int(number)) for number in sent["choices"])
        with database.write() as transaction:
            transaction.execute(insert(_ballots).values(ballot_id=ballot_id, voter=voter(), choices=choices))
        return jsonify(receipt={"ballot_id": ballot_id, "stage": "recorded"}), 201

    return app


class Comparisons:
    """Put together when gunicorn's worker has started, as the service itself is."""

    def __init__(self) -> None:
        self._apps: dict[str, Callable[..., Iterable[bytes]]] = {}
        self._service: Callable[..., Iterable[bytes]] = service

    def load(self) -> None:
        """Everything that a request may need."""
        self._service = service.load()
        redis_url = os.environ["VOTING_REDIS_URL"]
        if redis_url.startswith("unix://"):
            redis_url = "redis+" + redis_url
        self._apps = {
            "/bench/empty": empty_app(),
            "/bench/usual": usual_app(redis_url, Database(os.environ[DATABASE])),
            "/bench/bytes": bytes_app(Path(os.environ[PAGE_BYTES]).read_bytes()),
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Both sides pay for this one look at the path."""
        return self._apps.get(environ["PATH_INFO"], self._service)(environ, start_response)


app = Comparisons()
