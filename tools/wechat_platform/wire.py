"""One HTTP request and one answer, without a framework: logins come by the thousand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

MOST_BODY = 1_000_000
STATUSES = {
    200: "200 OK",
    302: "302 Found",
    400: "400 Bad Request",
    404: "404 Not Found",
    503: "503 Service Unavailable",
}


class Answer(NamedTuple):
    """What goes back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Call:
    """A request as WSGI brings it, read only as far as somebody asks."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ["PATH_INFO"]
        self.query_string: str = environ.get("QUERY_STRING", "")
        self.address: str = environ.get("REMOTE_ADDR", "")

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The address's parameters in their order."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    @cached_property
    def query(self) -> dict[str, str]:
        """The address's parameters; of two with one name the first."""
        return dict(reversed(self.pairs))

    @cached_property
    def body(self) -> bytes:
        """What was posted."""
        length = int(self._environ.get("CONTENT_LENGTH") or 0)
        given: bytes = self._environ["wsgi.input"].read(min(length, MOST_BODY))
        return given

    @property
    def is_json(self) -> bool:
        """Was the body called JSON?"""
        return str(self._environ.get("CONTENT_TYPE", "")).partition(";")[0].strip() == "application/json"

    def header(self, name: str) -> str:
        """A header; empty where there is none."""
        return str(self._environ.get("HTTP_" + name.upper().replace("-", "_"), ""))

    def cookie(self, name: str) -> str:
        """A cookie; empty where there is none."""
        given = self._environ.get("HTTP_COOKIE", "")
        if name not in given:
            return ""
        try:
            found = SimpleCookie(given).get(name)
        except CookieError:
            return ""
        return found.value if found else ""


def json_answer(document: Mapping[str, Any]) -> Answer:
    """As the platform answers: always 200, JSON that is called text."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(200, [("Content-Type", "text/plain; charset=utf-8")], body)


def html_answer(page: str, status: int = 200) -> Answer:
    """A page for people."""
    return Answer(status, [("Content-Type", "text/html; charset=utf-8")], page.encode())


def redirect(location: str) -> Answer:
    """Elsewhere."""
    return Answer(302, [("Location", location), ("Cache-Control", "no-store")], b"")
