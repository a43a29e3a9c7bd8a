"""The test stand: the service as production puts it together, on a Redis and a database of its own, and voters for it.

Redis is the embedded one with ``appendfsync always``. Only the limit for one address is wider than the default, since
all voters here have the same one; it is counted all the same.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.actors import IPHONE
from tests.stage import Stage, environment, make_service
from voting_service.ballots.opening import open_voting
from voting_service.ballots.polling_place import PollingPlace
from voting_service.campaigns.models import Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.importing import import_campaign
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.web.sessions import COOKIE, VoterSession
from wsgi import Service, make_polling_place

from . import machine

EXAMPLE = Path(__file__).parents[1] / "examples" / "zui-mei-chan-ye-gong-ren"
WIDE = "1000000000/day"
ADDRESS = "127.0.0.1"


def new_session() -> VoterSession:
    """A voter on a device that nobody has seen."""
    return VoterSession("device", secrets.token_urlsafe(16))


@dataclass(frozen=True)
class Ballot:
    """A voter with a fresh form, ready to cast."""

    session: VoterSession
    cookie: str
    body: bytes

    def post(self, path: str, more_cookies: str = "") -> bytes:
        """The whole HTTP request, as a phone sends it through a proxy."""
        cookies = f"{COOKIE}={self.cookie}" + (f"; {more_cookies}" if more_cookies else "")
        return request("POST", path, cookies, self.body)


def cast_within(app: Callable[..., Any], slug: str, ballot: Ballot) -> float:
    """Cast through the whole WSGI application in this thread; gives the seconds that it took. Raises RuntimeError."""
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": f"/api/v1/campaigns/{slug}/ballots",
        "CONTENT_LENGTH": str(len(ballot.body)), "wsgi.input": io.BytesIO(ballot.body),
        "HTTP_COOKIE": f"{COOKIE}={ballot.cookie}", "REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": IPHONE,
    }  # fmt: skip
    statuses: list[str] = []
    before = time.perf_counter()
    app(environ, lambda status, _headers: statuses.append(status))
    took = time.perf_counter() - before
    if not statuses[0].startswith("201"):
        raise RuntimeError(f"a ballot was answered {statuses[0]}")
    return took


def request(method: str, path: str, cookies: str = "", body: bytes = b"") -> bytes:
    """One HTTP/1.1 request with a WeChat browser's headers."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"User-Agent: {IPHONE}",
        "Accept: application/json, text/html;q=0.9, */*;q=0.8",
        "Accept-Language: zh-CN,zh-Hans;q=0.9",
        "Accept-Encoding: gzip, deflate, br",
        *([f"Cookie: {cookies}"] if cookies else []),
        *(["Content-Type: application/json", f"Content-Length: {len(body)}"] if method == "POST" else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass
class Stand:
    """One service and what is needed to vote in it."""

    directory: Path
    redis: EmbeddedRedis
    service: Service
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(self.service)

    @cached_property
    def place(self) -> PollingPlace:
        """The rooms behind the pages, with the same keys as the measured process has."""
        return make_polling_place(self.service)

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which another process is this same service."""
        ours = environment(self.service.settings.data_dir, self.redis.url, self.service.settings.database_url)
        return os.environ | ours | {"VOTING_LIMIT_CAST_ADDRESS": WIDE}

    def campaign(self, session: Session, slug: str) -> Campaign:
        """A campaign's row."""
        return campaign_by_slug(session, slug)

    def expect(self, answer: TestResponse, status: int) -> None:
        """Raises RuntimeError where something that is only made ready was answered otherwise."""
        if answer.status_code != status:
            raise RuntimeError(f"{answer.request.path} was answered {answer.status}")

    def ballots(self, slug: str, count: int, choices: tuple[int, ...] = (2, 5)) -> list[Ballot]:
        """Voters whom the box has never seen, each with a form."""
        return [self._ballot(slug, choices) for _ in range(count)]

    def _ballot(self, slug: str, choices: tuple[int, ...]) -> Ballot:
        place = self.place
        session = place.sessions.new("device")
        form, _ballot_form = place.station.forms.issue(slug, session, place.clock.now())
        sent = {"form": form, "choices": list(choices), "page": {"touches": 5}}
        return Ballot(session, place.sessions.to_cookie(session), json.dumps(sent).encode())

    def example(self) -> str:
        """The example campaign, imported with its photos and open; gives its slug."""
        service = self.service
        today = datetime.now(service.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        with service.database.write() as session:
            import_campaign(
                session, EXAMPLE, at=service.clock.now(), actor="benchmark",
                zone_name=service.settings.timezone, keyring=service.keyring, photos=service.photos,
                opens_at=today - timedelta(days=2), closes_at=today + timedelta(days=7),
            )  # fmt: skip
            slug = session.scalars(select(Campaign.slug).order_by(Campaign.id.desc())).first() or ""
        self.stage.calm(slug)
        open_voting(service.opener, slug, at=service.clock.now(), actor="benchmark")
        return slug


@contextmanager
def stand(directory: Path, database_url: str | None = None, **settings: Any) -> Iterator[Stand]:
    """A stand in this empty directory, taken down at the end."""
    directory.mkdir(parents=True)
    with machine.running_on(machine.REDIS):
        redis = EmbeddedRedis(directory)
        redis.start()
    try:
        service = make_service(
            directory, redis_url=redis.url, database_url=database_url, limit_cast_address=WIDE, **settings
        )
        built = Stand(directory, redis, service)
        try:
            yield built
        finally:
            built.stage.strike()
    finally:
        redis.stop()
