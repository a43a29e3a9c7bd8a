"""The front door: answers the one address that a lunch break storms, before Flask is entered.

Everything else, and a campaign that this process does not know yet, goes on to Flask, whose route gives the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from ..web.sessions import VoterSessions
from .cast import PollingStation
from .cast_api import MAX_BODY, answer_cast

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_BALLOTS = re.compile(r"/api/v1/campaigns/([a-z0-9\-]+)/ballots")
_STATUS_LINE = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class FrontDoor:
    """A WSGI application around another. ``headers`` go with every answer made here."""

    def __init__(
        self, inner: WSGIApp, station: PollingStation, sessions: VoterSessions, headers: list[tuple[str, str]]
    ) -> None:
        self._inner = inner
        self._headers = headers
        self._station = station
        self._sessions = sessions

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a cast ballot; pass on everything else."""
        if environ["REQUEST_METHOD"] != "POST":
            return self._inner(environ, start_response)
        match = _BALLOTS.fullmatch(environ["PATH_INFO"])
        length = environ.get("CONTENT_LENGTH") or ""
        if (
            match is None
            or not length.isdecimal()
            or int(length) > MAX_BODY
            or not self._station.knows(match[1])
        ):
            return self._inner(environ, start_response)
        answer = answer_cast(
            self._station,
            self._sessions,
            match[1],
            body=environ["wsgi.input"].read(int(length)),
            cookie_header=environ.get("HTTP_COOKIE", ""),
            address=environ.get("REMOTE_ADDR", ""),
            user_agent=environ.get("HTTP_USER_AGENT", ""),
        )
        start_response(_STATUS_LINE[answer.status], answer.headers + self._headers)
        return [answer.body]
