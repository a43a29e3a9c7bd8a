"""The board and the counts' screen over HTTP: who may look, what is shown, and what never leaves the server."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from tests.committee import cast_ballots, decide, recorded
from tests.desk import Desk
from tests.stage import Stage, category_rules
from voting_service.accounts.officials import ROLES
from voting_service.ballots.ballot_box import BallotBox, BoxUnavailable
from voting_service.campaigns.models import Campaign
from voting_service.candidates.models import Candidate
from voting_service.tally.count import Tally
from voting_service.tally.figures.board import day_hours, minute_series
from voting_service.tally.figures.desk_routes import LOOKERS
from voting_service.tally.figures.models import MinuteFigures
from voting_service.tally.figures.screen import public_counts
from voting_service.text import _

BOARD, DATA = "/desk/campaigns/test/board", "/desk/campaigns/test/figures.json"
SCREEN, SCREEN_DATA = "/desk/campaigns/test/screen", "/desk/campaigns/test/screen.json"


def test_the_board_shows_what_the_ledger_has(stage: Stage) -> None:
    stage.campaign()
    ids = recorded(stage, 5, (2, 3))
    recorded(stage, 1, (4,), held=True)
    decide(stage, "voided", ids[:1])
    voter = stage.voter()
    voter.get("/c/test?entry=search")
    assert voter.vote([6]).status_code == 201
    stage.record()
    desk = Desk(stage, "周敏", "supervisor", slug="test")
    figures = desk.get(DATA).get_json()
    assert figures["ballots"] == {"all": 7, "counted": 5, "held": 1, "voided": 1}
    assert figures["rates"]["held"] == "14.3%"
    rows = {row["key"]: row["cells"] for row in figures["tables"]["candidates"]}
    assert rows == {
        "1": [0, 0, 0],
        "2": [4, 0, 1],
        "3": [4, 0, 1],
        "4": [0, 1, 0],
        "5": [0, 0, 0],
        "6": [1, 0, 0],
    }
    assert [row["key"] for row in figures["tables"]["candidates"]][:2] == ["2", "3"]
    assert [(row["label"], row["cells"][0]) for row in figures["tables"]["entries"]] == [
        ("搜索", 1),
        ("没有记录", 6),
    ]
    assert figures["machinery"]["box"] == "正在收票"
    assert (figures["machinery"]["waiting"], figures["as_of"]["log_size"]) == (0, 9)
    page = desk.text(BOARD)
    for said in ("2 号 候选人2", "搜索", "正在收票", "14.3%", "日志前"):
        assert said in page


def test_ballots_that_wait_are_told(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 1)
    cast_ballots(stage, 3)
    figures = Desk(stage, "周敏", "operator").get(DATA).get_json()
    assert (figures["machinery"]["waiting"], figures["ballots"]["all"]) == (3, 1)


def test_nothing_new_is_not_sent_again(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 2)
    desk = Desk(stage, "周敏", "committee")
    for path in (DATA, SCREEN_DATA):
        first = desk.get(path)
        assert first.headers["Cache-Control"] == "no-store"
        again = desk.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        # A minute may end between the two.
        assert again.status_code in (304, 200)
        if again.status_code == 304:
            assert again.data == b""
        assert desk.client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_who_may_look(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 1)
    for role in ROLES:
        desk = Desk(stage, f"某{role}", role)
        for path in (BOARD, DATA, SCREEN, SCREEN_DATA):
            assert desk.get(path).status_code == (200 if role in LOOKERS else 403), (role, path)
    elsewhere = Desk(stage, "外单位", "operator", slug="other")
    stranger = stage.client()
    for path in (BOARD, DATA, SCREEN, SCREEN_DATA):
        assert elsewhere.get(path).status_code == 403
        assert stranger.get(path).status_code == 303
        assert stranger.get(path, headers={"Accept": "application/json"}).status_code == 401


def test_before_voting_there_is_nothing_and_it_is_said(stage: Stage) -> None:
    stage.draft()
    desk = Desk(stage, "周敏", "operator")
    assert "投票还没有开始" in desk.text(BOARD)
    assert "投票还没有开始" in desk.text(SCREEN)
    assert desk.get(DATA).get_json() is None
    assert desk.get("/desk/campaigns/nothing/board").status_code == 404


def test_figures_stay_where_redis_is_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.campaign()
    recorded(stage, 2)
    desk = Desk(stage, "周敏", "operator")

    def away(*_arguments: object, **_more: object) -> None:
        raise BoxUnavailable(_("连不上"))

    monkeypatch.setattr(BallotBox, "state", away)
    figures = desk.get(DATA).get_json()
    assert (figures["ballots"]["all"], figures["machinery"]["box"]) == (2, "暂时连不上")
    assert figures["machinery"]["waiting"] is None
    assert desk.get(BOARD).status_code == 200


@pytest.mark.parametrize("mode", ["hidden", "daily 18:00"])
def test_counts_that_the_public_may_not_see_never_reach_the_hall(stage: Stage, mode: str) -> None:
    stage.campaign(counts=mode)
    recorded(stage, 7, (2,))
    desk = Desk(stage, "周敏", "operator")
    page, data = desk.get(SCREEN).text, desk.get(SCREEN_DATA).get_json()
    assert (data["ballots"], data["groups"]) == (7, [])
    assert "候选人2" not in page
    assert "hall__group" not in page
    assert "不要外传" in desk.text(BOARD)


def test_daily_counts_reach_the_hall_as_they_were_published(stage: Stage) -> None:
    stage.campaign(counts="daily 18:00")
    recorded(stage, 7, (2,))
    published = {
        "as_of": datetime.now(UTC).isoformat(),
        "final": False,
        "ballots": 3,
        "counts": {"2": 3, "5": 1},
    }
    with stage.service.database.write() as session:
        session.execute(update(Campaign).values(counts_json=json.dumps(published)))
    data = Desk(stage, "周敏", "operator").get(SCREEN_DATA).get_json()
    assert [(row["rank"], row["number"], row["count"]) for row in data["groups"][0]["rows"]] == [
        (1, 2, 3),
        (2, 5, 1),
    ]
    assert data["ballots"] == 7
    assert "18:00" in data["note"]


def test_live_counts_in_the_hall_are_by_category(stage: Stage) -> None:
    stage.campaign(categories=category_rules("产业工人", "劳模工匠"))
    recorded(stage, 4, (2, 3))
    recorded(stage, 2, (3,))
    data = Desk(stage, "周敏", "operator").get(SCREEN_DATA).get_json()
    assert [(group["name"], group["rows"][0]["number"], group["rows"][0]["count"]) for group in data["groups"]] == [
        ("产业工人", 2, 4), ("劳模工匠", 3, 6),
    ]  # fmt: skip
    assert data["groups"][1]["rows"][1]["rank"] == 2


TALLY = Tally.from_json(
    {"ballots": {}, "by_candidate": {"1": {"counted": 9}}, "by_day": {}, "by_channel": {}}
)
DAILY: dict[str, Any] = {"final": False, "counts": {"1": 4}}
FINAL: dict[str, Any] = {"final": True, "counts": {"1": 8}}


@pytest.mark.parametrize(
    ("phase", "mode", "published", "shown"),
    [
        ("open", "live", None, {1: 9}),
        ("open", "daily", None, None),
        ("open", "daily", DAILY, {1: 4}),
        ("open", "hidden", None, None),
        ("closed", "live", None, None),
        ("closed", "hidden", None, None),
        ("closed", "daily", FINAL, {1: 8}),
        ("closed", "hidden", FINAL, {1: 8}),
    ],
)
def test_what_the_public_may_see(phase: str, mode: str, published: Any, shown: Any) -> None:
    assert public_counts(phase, mode, "18:00", published, TALLY).counts == shown


def test_a_stored_script_is_text_on_both_pages(stage: Stage) -> None:
    evil = "<script>alert(1)</script>"
    stage.campaign()
    recorded(stage, 1, (1,))
    with stage.service.database.write() as session:
        session.execute(update(Campaign).values(title=evil, organiser=evil))

        session.execute(update(Candidate).values(name=evil, organisation=evil))
    desk = Desk(stage, "周敏", "operator")
    for path in (BOARD, SCREEN):
        assert evil not in desk.get(path).text
        assert "&lt;script&gt;" in desk.get(path).text


def test_minutes_and_tens_of_minutes_add_up(stage: Stage) -> None:
    stage.campaign()
    now = datetime(2026, 4, 7, 12, 5, 30, tzinfo=UTC)
    minute = int(now.timestamp()) // 60
    with stage.service.database.write() as session:
        for back, ballots in ((0, 30), (1, 5), (60, 2), (61, 4), (23 * 60, 7), (25 * 60, 90)):
            session.add(
                MinuteFigures(campaign_id=1, minute=minute - back, ballots=ballots, held=1, challenged=0)
            )
        series = minute_series(session, 1, ZoneInfo("Asia/Shanghai"), now)
    assert (series["hour"]["all"], sum(series["hour"]["ballots"])) == (37, 7), (
        "the minute under way is no point"
    )
    assert (series["hour"]["labels"][0], series["hour"]["labels"][-1]) == ("19:05", "20:04")
    assert series["hour"]["ballots"][0] == 2
    assert (series["day"]["all"], sum(series["day"]["ballots"])) == (48, 13)
    assert series["day"]["labels"][0] == "20:00", "ten minutes begin where the clock shows them"
    assert series["day"]["labels"][-1] == "19:50"
    assert sum(held for _hour, _ballots, held, _challenged in day_hours(series["day"])) == 3
    assert day_hours(series["day"])[-1] == ("19:00", 6, 2, 0)
