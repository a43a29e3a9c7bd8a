"""What operators watch: true at the moment of the scrape, there when a store is not, and for nobody else's eyes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client, TestResponse

from tests.stage import Stage, make_service
from voting_service.ballots.ballot_box import keys_of

TOKEN = "a token for tests only, long enough"


def scrape(stage: Stage, **more: Any) -> TestResponse:
    """Ask as a Prometheus on this machine does."""
    return stage.client().get("/metrics", **{"environ_base": {"REMOTE_ADDR": "127.0.0.1"}} | more)


def figures(stage: Stage) -> dict[str, Any]:
    """Every sample: name → value, or name → {labels: value}."""
    answer = scrape(stage)
    assert answer.status_code == 200
    found: dict[str, Any] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            if labels:
                found.setdefault(sample.name, {})[labels] = sample.value
            else:
                found[sample.name] = sample.value
    return found


def box_state(found: dict[str, Any], slug: str = "test") -> list[str]:
    """The states that are marked as the present one."""
    return [
        name.partition(",")[2]
        for name, value in found["voting_box_state"].items()
        if value and name.startswith(slug + ",")
    ]


def test_ballots_are_followed_from_the_box_to_the_log(stage_on: Stage) -> None:
    stage_on.campaign()
    for number in (1, 2, 3):
        assert stage_on.voter().vote([number]).status_code == 201
    found = figures(stage_on)
    assert (found["voting_database_up"], found["voting_redis_up"]) == (1, 1)
    assert found["voting_ballots_cast_total"] == {"test": 3}
    assert found["voting_ballots_counted"] == {"test": 3}
    assert found["voting_ballots_held"] == {"test": 0}
    assert found["voting_ballots_waiting"] == {"test": 3}
    assert found["voting_ballots_recorded_total"] == {"test": 0}
    assert 0 <= found["voting_oldest_waiting_seconds"]["test"] < 60
    assert found["voting_recorder_alive"] == {"test": 0}
    stage_on.record()
    found = figures(stage_on)
    assert found["voting_ballots_cast_total"] == found["voting_ballots_recorded_total"] == {"test": 3}
    assert found["voting_ballots_waiting"] == found["voting_oldest_waiting_seconds"] == {"test": 0}
    assert found["voting_log_size"] == found["voting_log_signed_size"] == {"test": 4}
    assert found["voting_box_epoch"] == found["voting_ledger_epoch"] == {"test": 1}
    assert box_state(found) == ["open"]


def test_the_age_of_the_oldest_waiting_ballot_grows(tmp_path: Path, redis_url: str) -> None:
    class LateClock:
        ahead = timedelta()

        def now(self) -> datetime:
            return datetime.now(UTC) + self.ahead

    clock = LateClock()
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    stage.campaign()
    stage.voter().vote([1])
    clock.ahead = timedelta(minutes=2)
    assert 120 <= figures(stage)["voting_oldest_waiting_seconds"]["test"] < 180
    stage.strike()


def test_a_recorder_at_work_is_seen(stage: Stage) -> None:
    stage.campaign()
    stage.service.recorder().turn()
    assert figures(stage)["voting_recorder_alive"] == {"test": 1}


def test_a_lost_box_is_missing_and_a_refused_one_is_named(stage: Stage) -> None:
    stage.campaign()
    stage.service.box.refuse("test", epoch=1)
    assert box_state(figures(stage)) == ["refused"]
    stage.service.redis_client.delete(keys_of("test").meta)
    found = figures(stage)
    assert box_state(found) == ["missing"]
    assert "voting_ballots_cast_total" not in found
    assert found["voting_ballots_recorded_total"] == {"test": 0}


def test_a_box_of_another_epoch_is_not_compared_with_the_ledger(stage: Stage) -> None:
    stage.campaign()
    stage.service.redis_client.hset(keys_of("test").meta, "epoch", 7)
    found = figures(stage)
    assert (found["voting_box_epoch"], found["voting_ledger_epoch"]) == ({"test": 7}, {"test": 1})
    assert "voting_ballots_waiting" not in found


def test_a_closed_campaign_keeps_its_ledger_figures(stage: Stage) -> None:
    stage.campaign("over")
    stage.campaign("goes-on")
    stage.voter("over").vote([1])
    stage.service.box.seal("over", early=True)
    stage.record()
    found = figures(stage)
    assert found["voting_campaign_open"] == {"over": 0, "goes-on": 1}
    assert found["voting_ballots_recorded_total"] == {"over": 1, "goes-on": 0}
    assert found["voting_ballots_cast_total"] == {"goes-on": 0}


def test_redis_away_is_a_figure(stage: Stage, tmp_path: Path) -> None:
    stage.campaign()
    stage.voter().vote([1])
    stage.record()
    alone = Stage(make_service(tmp_path / "data", redis_url=f"unix://{tmp_path}/no-such.sock"))
    found = figures(alone)
    assert (found["voting_redis_up"], found["voting_database_up"]) == (0, 1)
    assert found["voting_ballots_recorded_total"] == {"test": 1}
    assert "voting_box_state" not in found
    alone.strike()


def test_the_database_away_is_a_figure(stage: Stage) -> None:
    stage.campaign()
    stage.service.database.dispose()
    for file in stage.service.settings.data_dir.glob("voting.sqlite3*"):
        file.unlink()
    found = figures(stage)
    assert (found["voting_redis_up"], found["voting_database_up"]) == (1, 0)
    assert "voting_ballots_recorded_total" not in found


def test_the_version_is_said_and_no_person(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    receipt = voter.vote([1]).get_json()["receipt"]
    answer = scrape(stage)
    assert answer.content_type.startswith("text/plain; version=")
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'voting_build_info{version="' in answer.text
    cookie = voter.client.get_cookie("voter")
    [(tag, _state)] = stage.service.box.voters("test")
    for secret in (tag, receipt["ballot_id"], cookie.value if cookie else "", "候选人"):
        assert secret
        assert secret not in answer.text


# ---- who may see it


@pytest.fixture
def guarded(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """A service with a token."""
    stage = Stage(make_service(tmp_path / "guarded", redis_url=redis_url, metrics_token=TOKEN))
    yield stage
    stage.strike()


def bearer(token: str) -> dict[str, str]:
    """The header that brings a token."""
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_itself_may(stage: Stage, address: str) -> None:
    assert scrape(stage, environ_base={"REMOTE_ADDR": address}).status_code == 200


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.8", "", "128.0.0.1"])
def test_another_machine_may_not(stage: Stage, address: str) -> None:
    assert scrape(stage, environ_base={"REMOTE_ADDR": address}).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
@pytest.mark.parametrize("trusted", [0, 1, 2])
def test_a_proxy_on_this_machine_does_not_hand_it_out(
    tmp_path: Path, redis_url: str, trusted: int, header: str
) -> None:
    stage = Stage(make_service(tmp_path / "behind", redis_url=redis_url, trusted_proxies=trusted))
    for value in ("192.0.2.1", "127.0.0.1", "192.0.2.1, 127.0.0.1", ""):
        assert scrape(stage, headers={header: value}).status_code == 404
    assert scrape(stage).status_code == 200, "Prometheus beside the service asks it directly"
    stage.strike()


def test_the_token_opens_from_anywhere_and_through_proxies(guarded: Stage) -> None:
    far = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    through = {"X-Forwarded-For": "198.51.100.7"}
    assert scrape(guarded, headers=bearer(TOKEN) | through, **far).status_code == 200
    assert scrape(guarded, **far).status_code == 404
    for wrong in (TOKEN[:-1], TOKEN + "x", "", "令牌"):
        assert scrape(guarded, headers=bearer(wrong), **far).status_code == 404
    assert scrape(guarded, headers={"Authorization": f"Basic {TOKEN}"}, **far).status_code == 404


def test_no_token_is_not_an_empty_token(stage: Stage) -> None:
    far = {"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    for sent in ("", "None", "null"):
        assert scrape(stage, headers=bearer(sent), **far).status_code == 404


def test_nobody_may_post_to_it(stage: Stage) -> None:
    client: Client = stage.client()
    assert client.post("/metrics").status_code == 405
