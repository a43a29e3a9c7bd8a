"""The front door: answers the two addresses that a lunch break storms, the ballot and casting it, before Flask is entered.

Everything else, and a campaign that this process does not know yet, goes on to Flask, whose routes give the same answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from ..web.headers import STAY_WITH_HTTPS
from .cast_api import MAX_BODY, Answer, answer_cast
from .page_answer import answer_page
from .polling_place import PollingPlace

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_BALLOTS = re.compile(r"/api/v1/campaigns/([a-z0-9\-]+)/ballots")
_PAGE = re.compile(r"/c/([a-z0-9\-]+)")
# Share and poster tags change nothing on the page; a language does, and whatever else is asked for Flask shall judge.
_PLAIN_QUERY = re.compile(r"(?!.*lang)[A-Za-z0-9_.=&\-]*")
_STATUS_LINE = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class FrontDoor:
    """A WSGI application around another."""

    def __init__(self, inner: WSGIApp, place: PollingPlace) -> None:
        self._inner = inner
        self._place = place
        self._headers = [STAY_WITH_HTTPS] if place.secure else []

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a cast ballot or a campaign page; pass on everything else."""
        method = environ["REQUEST_METHOD"]
        answer = None
        if method == "POST":
            answer = self._cast(environ)
        elif method == "GET":
            answer = self._page(environ)
        if answer is None:
            return self._inner(environ, start_response)
        start_response(_STATUS_LINE[answer.status], answer.headers + self._headers)
        return [answer.body]

    def _cast(self, environ: Environ) -> Answer | None:
        match = _BALLOTS.fullmatch(environ["PATH_INFO"])
        if match is None or not self._place.station.knows(match[1]):
            return None
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdecimal() or int(length) > MAX_BODY:
            return None
        return answer_cast(self._place, match[1], environ["wsgi.input"].read(int(length)), environ)

    def _page(self, environ: Environ) -> Answer | None:
        match = _PAGE.fullmatch(environ["PATH_INFO"])
        if match is None or not _PLAIN_QUERY.fullmatch(environ.get("QUERY_STRING", "")):
            return None
        return answer_page(self._place, match[1], environ)
