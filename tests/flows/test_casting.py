"""A voter's way through the API: form, ballot, receipt, publication, limit."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.oracle import check_books
from tests.stage import Stage, category_rules, make_service
from voting_service.transparency.merkle import leaf_hash, verify_inclusion
from voting_service.transparency.notes import VerifierKey
from wsgi import make_polling_place


def test_a_ballot_is_cast_recorded_published_and_provable(stage_on: Stage) -> None:
    stage_on.campaign()
    voter = stage_on.voter()
    answer = voter.vote([3, 1])
    assert answer.status_code == 201
    body = answer.get_json()
    receipt = body["receipt"]
    assert receipt["stage"] == "cast"
    assert receipt["choices"] == [1, 3]
    assert body["remaining"] == {"today": 0, "total": None}
    waiting = voter.receipt(receipt["tracking_code"])
    assert (waiting["stage"], waiting["standing"], waiting["leaf_index"]) == ("cast", "counted", None)
    assert stage_on.record() == 1
    state = voter.receipt(receipt["tracking_code"])
    assert (state["stage"], state["standing"], state["leaf_index"]) == ("published", "counted", 1)
    assert state["signature"] == receipt["signature"]
    VerifierKey.parse(state["verifier_key"]).verify_signature(state["statement"], state["signature"])
    proof = state["inclusion_proof"]
    verify_inclusion(
        leaf_hash(proof["entry"].encode()),
        proof["leaf_index"],
        proof["log_size"],
        [bytes.fromhex(node) for node in proof["hashes"]],
        bytes.fromhex(proof["root_hash"]),
    )
    books = check_books(stage_on)
    assert (books.box, books.waiting, books.ledger, books.log) == (1, 0, 1, 2)
    assert books.voters_compared


def test_the_same_form_posted_again_is_one_ballot(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    form = voter.form()["form"]
    first, again = voter.post(form, [2]), voter.post(form, [5])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json()["receipt"] == first.get_json()["receipt"]
    stage.record()
    assert voter.post(form, [2]).get_json()["receipt"] == first.get_json()["receipt"]
    assert check_books(stage).ledger == 1


def test_fifty_parallel_casts_of_one_form_give_one_ballot(stage: Stage) -> None:
    stage.campaign(ballots_per_day=None)
    voter = stage.voter()
    form = voter.form()["form"]
    answers: list[tuple[int, str]] = []
    start = threading.Barrier(50)

    def post() -> None:
        start.wait()
        answer = voter.post(form, [1, 2])
        answers.append((answer.status_code, answer.get_json()["receipt"]["tracking_code"]))

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(status for status, _code in answers) == [200] * 49 + [201]
    assert len({code for _status, code in answers}) == 1
    stage.record()
    assert check_books(stage).ledger == 1


def test_the_daily_limit_names_the_next_day(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    assert voter.vote([1]).status_code == 201
    refused = voter.vote([2])
    assert refused.status_code == 409
    assert refused.mimetype == "application/problem+json"
    problem = refused.get_json()
    assert problem["code"] == "already_cast"
    next_at = datetime.fromisoformat(problem["next_at"]).astimezone(datetime.now().astimezone().tzinfo)
    local = next_at.astimezone(stage.service.settings.zone)
    tomorrow = datetime.now(stage.service.settings.zone).date() + timedelta(days=1)
    assert (local.date(), local.hour, local.minute) == (tomorrow, 0, 0)


def test_the_total_limit_ends_it_for_good(stage: Stage) -> None:
    stage.campaign(ballots_per_day=None, ballots_total=2)
    voter = stage.voter()
    assert voter.vote([1]).get_json()["remaining"] == {"today": None, "total": 1}
    assert voter.vote([1]).get_json()["next_at"] is None
    refused = voter.vote([1]).get_json()
    assert refused["code"] == "already_cast"
    assert "next_at" not in refused


def test_the_same_candidate_only_so_often_a_day(stage: Stage) -> None:
    stage.campaign(candidates=12, ballots_per_day=5, same_candidate_per_day=1)
    voter = stage.voter()
    assert voter.vote([1, 12]).status_code == 201
    refused = voter.vote([12, 3])
    assert refused.get_json()["code"] == "already_cast"
    assert "12 号" in refused.get_json()["detail"]
    assert voter.vote([2, 3]).status_code == 201


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ([], "至少选择 1 名"),
        ([1, 2, 3, 4], "最多选择 3 名"),
        ([99], "没有 99 号"),
        ([1, 1], "只能选一次"),
        (["1"], "编号无效"),
        ([True], "编号无效"),
        ([-1], "编号无效"),
        ("1", "请选择候选人"),
        (None, "请选择候选人"),
        ([1] * 501, "请选择候选人"),
    ],
)
def test_choices_that_break_the_rules_are_named(stage: Stage, choices: object, said: str) -> None:
    stage.campaign()
    voter = stage.voter()
    answer = voter.post(voter.form()["form"], choices)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_choices")
    assert said in answer.get_json()["detail"]
    assert voter.vote([1]).status_code == 201, "a refused ballot costs the voter nothing"


def test_limits_of_a_category(stage: Stage) -> None:
    stage.campaign(categories=category_rules("a", "b", min_choices=1, max_choices=1), max_choices=3)
    voter = stage.voter()
    assert "至少选 1 人" in voter.vote([1]).get_json()["detail"]
    assert "最多选 1 人" in voter.vote([1, 2, 3]).get_json()["detail"]
    assert voter.vote([1, 2]).status_code == 201


def test_before_it_opens_and_after_it_closes(stage: Stage) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    stage.campaign("early", opens_at=now + timedelta(hours=1))
    stage.campaign("late", closes_at=now + timedelta(hours=1))
    early = stage.voter("early")
    answer = early.get("/api/v1/campaigns/early/ballot-form")
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_open")
    assert datetime.fromisoformat(answer.get_json()["next_at"]) == now + timedelta(hours=1)
    late = stage.voter("late")
    form = late.form()["form"]
    stage.service.box.seal("late", early=True)
    answer = late.post(form, [1])
    assert (answer.status_code, answer.get_json()["code"]) == (403, "not_open")


def test_forms_belong_to_one_session_and_one_campaign(stage: Stage) -> None:
    stage.campaign("one")
    stage.campaign("two")
    voter, other = stage.voter("one"), stage.voter("one")
    form = voter.form()["form"]
    other.form()
    assert other.post(form, [1]).get_json()["code"] == "bad_form"
    voter.slug = "two"
    assert voter.post(form, [1]).get_json()["code"] == "bad_form"
    voter.slug = "one"
    assert voter.post(form[:-2] + "xx", [1]).get_json()["code"] == "bad_form"
    assert voter.post({"not": "text"}, [1]).get_json()["code"] == "bad_form"
    assert stage.voter("one").post(form, [1]).status_code == 401
    assert voter.post(form, [1]).status_code == 201


def test_an_expired_form_is_refused_and_a_recorded_one_is_not(stage: Stage) -> None:
    stage.campaign()
    voter = stage.voter()
    assert voter.vote([1]).status_code == 201
    past = datetime.now(UTC) - timedelta(days=2)
    place = make_polling_place(stage.service)
    cookie = voter.client.get_cookie("voter")
    session = place.sessions.from_cookie(cookie.value if cookie else None)
    assert session is not None
    old, _form = place.station.forms.issue("test", session, past)
    refused = voter.post(old, [1])
    assert (refused.status_code, refused.get_json()["code"]) == (400, "bad_form")
    assert "过期" in refused.get_json()["detail"]


def test_attempts_are_limited_for_a_device_and_not_for_a_factory(tmp_path: Path, redis_url: str) -> None:
    stage = Stage(make_service(tmp_path / "d", redis_url=redis_url, limit_cast_device="3/minute"))
    stage.campaign()
    voter = stage.voter()
    answers = [voter.post(voter.form()["form"], []) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 429, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60, "as long as the window lasts, and no longer"
    assert all(stage.voter().vote([1]).status_code == 201 for _ in range(20)), "same address, other devices"
    stage.strike()
