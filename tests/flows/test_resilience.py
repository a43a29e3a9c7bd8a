"""Nothing fails open: Redis away, the database away, a proxy that lies. What is unsafe is refused, the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.actors import IPHONE
from tests.oracle import check_books
from tests.stage import Stage, make_service
from voting_service.ballots.cast_api import answer_cast
from voting_service.redis_server.embedded import EmbeddedRedis
from wsgi import make_polling_place


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis that this test may stop."""
    with EmbeddedRedis(tmp_path / "own") as server:
        yield server


def test_with_redis_away_casting_is_refused_and_reading_goes_on(
    tmp_path: Path, own_redis: EmbeddedRedis
) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=own_redis.url))
    stage.campaign()
    voter = stage.voter()
    receipt = voter.vote([1]).get_json()["receipt"]
    stage.record()
    other = stage.voter()
    form = other.form()["form"]
    own_redis.stop()
    refused = other.post(form, [2])
    assert (refused.status_code, refused.get_json()["code"]) == (503, "box_unavailable")
    assert refused.headers["Retry-After"]
    for path in ("/", "/c/test", "/c/test/candidates/1", "/c/test/rules", "/c/test/ranking", "/c/test/verify",
                 "/api/v1/campaigns/test", "/log/test/checkpoint", f"/r/{receipt['tracking_code']}"):  # fmt: skip
        assert voter.get(path).status_code == 200, path
    ready = voter.get("/readyz")
    assert ready.status_code == 503
    assert any(row["level"] == "error" for row in ready.get_json()["findings"])
    own_redis.start()
    assert other.post(form, [2]).status_code == 201, "the same form, once Redis is back"
    stage.record()
    assert check_books(stage).ledger == 2
    stage.strike()


def test_a_page_form_says_so_too(tmp_path: Path, own_redis: EmbeddedRedis) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=own_redis.url))
    stage.campaign()
    voter = stage.voter()
    form = voter.form()["form"]
    own_redis.stop()
    page = voter.client.post("/c/test", data={"form": form, "choices": ["1"], "action": "cast"})
    assert page.status_code == 503
    assert "票箱暂时" in page.text
    stage.strike()


def test_the_front_door_and_flask_answer_alike(stage: Stage) -> None:
    stage.campaign(ballots_per_day=3)
    front = stage.voter()
    form = front.form()["form"]
    cookie = front.client.get_cookie("voter")
    environ = {
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "HTTP_USER_AGENT": IPHONE,
        "HTTP_COOKIE": f"voter={cookie.value if cookie else ''}",
    }  # fmt: skip
    place = make_polling_place(stage.service)
    bodies = [
        json.dumps({"form": form, "choices": choices}).encode() for choices in ([1], [1], [], [99], ["x"])
    ] + [b"{", b"[]", b"", b'{"form": 1}', b"\xff"]
    for body in bodies:
        direct = answer_cast(place, "test", body, environ)
        through = front.client.post(
            "/api/v1/campaigns/test/ballots",
            data=body,
            content_type="application/json",
            headers={"User-Agent": IPHONE},
        )
        expected = 200 if direct.status == 201 else direct.status
        assert (through.status_code, through.mimetype) == (expected, dict(direct.headers)["Content-Type"])
        assert through.headers["X-Content-Type-Options"] == "nosniff"


def test_a_forwarded_address_counts_only_from_our_own_proxy(tmp_path: Path, redis_url: str) -> None:
    """With no proxy configured, a made-up X-Forwarded-For does not buy a new address."""
    for proxies, expected in ((0, [422, 422, 429, 429]), (1, [422] * 4)):
        stage = Stage(
            make_service(
                tmp_path / str(proxies),
                redis_url=redis_url,
                trusted_proxies=proxies,
                limit_cast_address="2/minute",
            )
        )
        stage.service.redis_client.flushall()
        stage.campaign()
        seen = []
        for n in range(4):
            voter = stage.voter()
            answer = voter.client.post(
                "/api/v1/campaigns/test/ballots",
                json={"form": voter.form()["form"], "choices": []},
                headers={"X-Forwarded-For": f"203.0.113.{n}"},
            )
            seen.append(answer.status_code)
        assert seen == expected
        stage.strike()


def test_unforeseen_errors_show_a_reference_and_no_traceback(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.campaign()
    monkeypatch.setattr("voting_service.candidates.showcase.Showcase.listed", lambda _self: 1 / 0)
    for path, kind in (("/", "text/html"), ("/api/v1/campaigns", "application/problem+json")):
        answer = stage.voter().get(path)
        assert (answer.status_code, answer.mimetype) == (500, kind)
        assert "ZeroDivision" not in answer.text
        assert "编号" in answer.text


def test_logs_hold_nothing_of_a_person(
    tmp_path: Path, redis_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url))
    stage.campaign()
    voter = stage.voter()
    voter.vote([1])
    voter.vote([1])
    voter.client.post("/c/test", data={"form": "x", "choices": ["1"], "action": "cast"})
    voter.get("/r/7QK2-M3XD-9ABC-DEFG")
    stage.service.redis_client.flushall()
    voter.vote([2])
    stage.record()
    said = "".join(capfd.readouterr())
    cookie = voter.client.get_cookie("voter")
    assert cookie is not None
    assert "box" in said, "the lost box is in the log"
    for personal in (cookie.value, cookie.value.split(".")[1], "127.0.0.1", "iPhone"):
        assert personal not in said
    stage.strike()
