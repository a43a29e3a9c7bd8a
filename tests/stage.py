"""The stage of a test: a service as production puts it together, a small campaign on it, and its books to check."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.test import Client

from tests.actors import Voter
from tests.schema import lay_schema
from voting_service.ballots.opening import open_voting
from voting_service.campaigns.gate_policies import change_policy
from voting_service.campaigns.models import Campaign, Category
from voting_service.campaigns.rules import BallotRules, CategoryRule
from voting_service.candidates.models import Candidate
from voting_service.clock import Clock, SystemClock
from voting_service.settings import Settings
from voting_service.tally.figures.follow import follow_figures
from wsgi import Service, make_app

CALM: dict[str, Any] = {
    "min_dwell_ms": 0,
    "address_ballots_per_minute": 1_000_000,
    "prefix_ballots_per_minute": 1_000_000,
    "new_devices_per_hour": 1_000_000,
    "actions": {"automation": "allow"},
}
"""A gate policy under which a test's voters, quick, driven by a program and all behind one address, are asked for no
challenge. What the gate asks by default is shown where the gate is what is tested."""
SECRET = "a secret for tests only, long enough"
KEYS = "1:" + base64.b64encode(bytes(range(32))).decode()


def environment(
    data_dir: Path, redis_url: str | None = None, database_url: str | None = None
) -> dict[str, str]:
    """The settings of a test service as environment variables, for processes."""
    values = {
        "VOTING_DATA_DIR": str(data_dir),
        "VOTING_SECRET_KEY": SECRET,
        "VOTING_ENCRYPTION_KEYS": KEYS,
        "VOTING_REDIS_URL": redis_url,
        "VOTING_DATABASE_URL": database_url,
        "VOTING_RECORDER_INTERVAL_S": "0.05",
    }
    return {name: value for name, value in values.items() if value}


def make_service(
    data_dir: Path, *, redis_url: str | None = None, database_url: str | None = None, clock: Clock | None = None,
    **settings: Any,
) -> Service:  # fmt: skip
    """A service with its schema in place."""
    data_dir.mkdir(parents=True, exist_ok=True)
    environ = environment(data_dir, redis_url, database_url)
    values = {name.removeprefix("VOTING_").lower(): value for name, value in environ.items()}
    service = Service(Settings.model_validate(values | settings), clock or SystemClock())
    lay_schema(service.database)
    return service


def rules(**changes: Any) -> BallotRules:
    """Rules of a small open campaign: one ballot a day, one to three choices, all day long."""
    now = datetime.now(UTC).replace(microsecond=0)
    values: dict[str, Any] = {
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=5),
        "timezone": "Asia/Shanghai",
        "daily_hours": None,
        "min_choices": 1,
        "max_choices": 3,
        "ballots_per_day": 1,
        "ballots_total": None,
        "same_candidate_per_day": None,
        "identities": ("device",),
        "counts": "live",
    }
    return BallotRules(**(values | changes))


class ClockInHand:
    """A clock that goes only when it is told to."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime.now(UTC)

    def now(self) -> datetime:
        """The moment at which it stands."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move it to a moment."""
        self._now = now

    def tick(self, step: timedelta) -> None:
        """Move it on."""
        self._now += step


class Stage:
    """One service with the verbs that tests need again and again."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._app: Any = None

    @property
    def app(self) -> Any:
        """The whole WSGI application, front door and all."""
        if self._app is None:
            self._app = make_app(self.service)
        return self._app

    def client(self) -> Client:
        """A browser without cookies yet."""
        return Client(self.app)

    def voter(self, slug: str = "test") -> Voter:
        """A new voter on a device of their own."""
        return Voter(self.client(), slug)

    def draft(
        self, slug: str = "test", candidates: int = 6, with_rules: BallotRules | None = None,
        policy: dict[str, Any] | None = None,
    ) -> str:  # fmt: skip
        """A campaign that is imported and not open. ``policy`` takes the place of ``CALM``."""
        given = with_rules or rules()
        key = self.service.keyring.seal(bytes(32), f"campaigns.voter_key.{slug}")
        with self.service.database.write() as session:
            campaign = Campaign(
                slug=slug, title="测试评选", organiser="测试总工会", description="只为测试。",
                rules_json=json.dumps(given.to_json(), ensure_ascii=False), plan_json="{}", voter_key=key,
                imported_at=self.service.clock.now(),
                categories=[Category(key=c.key, name=c.name, position=i) for i, c in enumerate(given.categories)],
            )  # fmt: skip
            session.add(campaign)
            session.flush()
            groups = campaign.categories
            session.add_all(
                Candidate(
                    campaign_id=campaign.id, number=n, name=f"候选人{n}", organisation=f"单位{n}", title="工人",
                    summary="一句话简介", story="事迹。", slogan="", category_id=groups[n % len(groups)].id if groups else None,
                )
                for n in range(1, candidates + 1)
            )  # fmt: skip
        self.calm(slug, CALM if policy is None else policy)
        return slug

    def calm(self, slug: str, policy: dict[str, Any] = CALM) -> None:
        """Give a campaign this gate policy; an empty one leaves the service's own."""
        if policy:
            with self.service.database.write() as session:
                change_policy(session, slug, policy, at=self.service.clock.now(), actor="test", reason="test")

    def campaign(
        self, slug: str = "test", candidates: int = 6, policy: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A campaign that is open."""
        self.draft(slug, candidates, rules(**changes), policy)
        self.open(slug)
        return slug

    def open(self, slug: str = "test") -> None:
        """Open it as an operator does."""
        open_voting(self.service.opener, slug, at=self.service.clock.now(), actor="test")

    def record(self) -> int:
        """Let a recorder take turns until nothing waits; gives how many ballots it recorded."""
        recorder, total = self.service.recorder(), 0
        while recorded := recorder.turn():
            total += recorded
        recorder.release()
        self.prepare()
        return total

    def prepare(self) -> None:
        """Bring the prepared figures up to the checkpoint, as the recorder does after its turns."""
        follow_figures(self.service.recorder_stores, self.service.networks.table)

    def strike(self) -> None:
        """Write what waits, and let go of connections."""
        if "views" in self.service.__dict__:
            self.service.views.close()
        if "embed_counter" in self.service.__dict__:
            self.service.embed_counter.close()
        self.service.database.dispose()
        if "redis_client" in self.service.__dict__:
            self.service.redis_client.close()


def category_rules(*names: str, **limits: Any) -> tuple[CategoryRule, ...]:
    """Categories that all have the same limits."""
    return tuple(CategoryRule(name, name, **limits) for name in names)
