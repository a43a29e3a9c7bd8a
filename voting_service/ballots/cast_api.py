"""``POST /api/v1/campaigns/<slug>/ballots``: bytes in, bytes out, and no framework between.

The front door and the Flask route both answer with it, so that they cannot differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..clock import rfc3339
from ..errors import VotingError
from ..text import Text, _
from ..web.headers import API_HEADERS
from ..web.problems import PROBLEM_JSON, problem, problem_bytes, status_of, title_of
from .cast import Cast, CastRequest, Refused, cast, cast_json
from .door import Knock
from .polling_place import PollingPlace

MAX_BODY = 64 * 1024
# json.dumps would make an encoder for every answer.
_encode_json = json.JSONEncoder(ensure_ascii=False).encode


class Answer(NamedTuple):
    """An HTTP answer in its parts."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def answer_cast(place: PollingPlace, slug: str, body: bytes, environ: Mapping[str, Any]) -> Answer:
    """Cast what this request asks for. Never raises an expected error."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        return _problem("bad_request", _("请求内容应为一个 JSON 对象。"))
    knock = Knock.of(environ, place.base_url)
    request = CastRequest(
        slug=slug,
        session=place.sessions.from_header(knock.cookie_header),
        form=sent.get("form"),
        choices=sent.get("choices"),
        knock=knock._replace(page=sent.get("page"), challenge=sent.get("challenge")),
    )
    try:
        outcome = cast(place.station, request)
    except VotingError as error:
        return _problem(error.code, error.sentence)
    return _cast(outcome) if isinstance(outcome, Cast) else refusal(outcome)


def _cast(done: Cast) -> Answer:
    body = _encode_json(cast_json(done)).encode()
    return _answer(201 if done.new else 200, "application/json", body)


def refusal(refused: Refused) -> Answer:
    """A refusal as a problem document."""
    extra = {
        "next_at": rfc3339(refused.next_at) if refused.next_at else None,
        "problems": [str(item) for item in refused.problems] or None,
        "challenge": refused.challenge.to_json() if refused.challenge else None,
    }
    return _problem(refused.code, refused.sentence, extra, refused.retry_after_s)


def _problem(
    code: str, sentence: Text, extra: Mapping[str, object] | None = None, retry_after_s: int | None = None
) -> Answer:
    document = problem(code, str(title_of(code)), str(sentence), extra)
    answer = _answer(status_of(code), PROBLEM_JSON, problem_bytes(document))
    if status_of(code) in (429, 503):
        answer.headers.append(("Retry-After", str(retry_after_s or 5)))
    return answer


def _answer(status: int, content_type: str, body: bytes) -> Answer:
    headers = [*API_HEADERS, ("Content-Type", content_type), ("Content-Length", str(len(body)))]
    return Answer(status, headers, body)
