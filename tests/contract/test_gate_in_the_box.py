"""The gate in the box's round trip: what is counted, when a challenge is asked, what one is worth, and which policy holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from anti_fraud.gate import Budget
from tests.actors import IPHONE, Voter
from tests.oracle import check_books
from tests.solving import solution_of
from tests.stage import Stage, make_service
from voting_service.activity import JournalEntry
from voting_service.ballots.ballot_box import BallotToCast, BoxAnswer, keys_of
from voting_service.ballots.ballot_id import new_ballot_id
from voting_service.campaigns.gate_policies import change_policy
from voting_service.errors import ProblemsFound
from voting_service.ledger import LedgerEntry
from voting_service.redis_server.embedded import EmbeddedRedis
from voting_service.tally.rebuild import rebuild_box
from voting_service.web.sessions import VoterSession
from wsgi import make_polling_place

NARROW = {"min_dwell_ms": 0, "new_devices_per_hour": 3, "challenge_bits": 8, "most_challenge_bits": 11}
"""Three new devices an hour, then challenges that a test can afford."""
FAR = 9_999_999_999_999
NEW = Budget("new:abcd", 3, 3600, "challenge", "ballots")


def post(
    voter: Voter, form: object, challenge: object = None, choices: object = (1,), **headers: str
) -> TestResponse:
    """Post a ballot, with the solution of a challenge where one is given."""
    body: dict[str, Any] = {"form": form, "choices": list(choices), "page": {"touches": 4}}  # type: ignore[call-overload]
    if challenge is not None:
        body["challenge"] = solution_of(challenge)  # type: ignore[arg-type]
    return voter.client.post(
        f"/api/v1/campaigns/{voter.slug}/ballots", data=json.dumps(body),
        headers={"User-Agent": IPHONE, "Content-Type": "application/json", **headers},
    )  # fmt: skip


def vote_working(stage: Stage, slug: str = "test") -> list[int]:
    """A new voter who solves whatever is asked; gives the bits of each challenge."""
    voter, asked = stage.voter(slug), []
    form = voter.form()["form"]
    answer = post(voter, form)
    while answer.status_code == 428:
        challenge = answer.get_json()["challenge"]
        asked.append(challenge["bits"])
        answer = post(voter, form, challenge)
    assert answer.status_code == 201, answer.text
    return asked


def into_box(stage: Stage, ballot_id: str = "", **terms: Any) -> BoxAnswer:
    """A ballot of a voter of its own, put straight into the box on these terms."""
    ballot_id = ballot_id or new_ballot_id()
    ballot = BallotToCast(ballot_id, f"voter of {ballot_id}", (1,), "browser", False, FAR, 28_800, policy=1)
    return stage.service.box.cast("test", ballot._replace(**terms), [NEW])


def taken(stage: Stage, slug: str = "test") -> int:
    """How many ballots came in, by box and ledger alike."""
    stage.record()
    return check_books(stage, slug).ledger


# ---- budgets


def test_challenged_beyond_the_budget_and_harder_with_each_doubling(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    asked = [vote_working(stage) for _ in range(30)]
    assert asked == [[]] * 3 + [[8]] * 3 + [[9]] * 6 + [[10]] * 12 + [[11]] * 6
    assert taken(stage) == 30


@pytest.mark.parametrize("doublings", range(1, 18))
def test_every_doubling_is_one_bit(stage: Stage, doublings: int) -> None:
    stage.campaign(policy=NARROW)
    terms = {"bits": 8, "most_bits": 99}
    stage.service.redis_client.set(keys_of("test").attempts + NEW.name, 3 * 2**doublings)
    assert into_box(stage, **terms).detail == str(8 + doublings)
    stage.service.redis_client.set(keys_of("test").attempts + NEW.name, 3 * 2**doublings - 1)
    assert into_box(stage, **terms).detail == str(8 + doublings - 1)


def test_ballots_are_counted_and_not_tries(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"new_devices_per_hour": 1})
    voter = stage.voter()
    form = voter.form()["form"]
    assert [post(voter, form, choices=[99]).status_code for _ in range(5)] == [422] * 5
    assert post(voter, form).status_code == 201
    assert [post(voter, form).status_code for _ in range(5)] == [200] * 5
    other = stage.voter()
    refused = other.form()["form"]
    assert [post(other, refused).status_code for _ in range(5)] == [428] * 5
    assert post(other, refused).get_json()["challenge"]["bits"] == 8, "what was refused has doubled nothing"


def test_nobody_is_asked_to_work_in_vain(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"new_devices_per_hour": 1})
    voter = stage.voter()
    assert post(voter, voter.form()["form"]).status_code == 201
    other = stage.voter()
    form = other.form()["form"]
    assert post(other, form).status_code == 428
    assert post(voter, voter.form()["form"]).get_json()["code"] == "already_cast"
    assert post(other, form, choices=[1, 2, 3, 4]).get_json()["code"] == "invalid_choices"
    assert into_box(stage, form_expires_ms=1).outcome == "form_expired"
    stage.service.box.seal("test", early=True)
    assert post(other, form).get_json()["code"] == "not_open"


def test_tries_are_refused_with_a_time_and_count_whatever_comes_of_them(
    tmp_path: Path, redis_url: str
) -> None:
    stage = Stage(make_service(tmp_path / "few", redis_url=redis_url, limit_cast_device="2/minute"))
    stage.campaign(policy={"min_dwell_ms": 60_000})
    voter = stage.voter()
    form = voter.form()["form"]
    assert [post(voter, form).status_code for _ in range(3)] == [428, 428, 429]
    denied = stage.voter()
    form = denied.form()["form"]
    answers = [post(denied, form, Origin="https://evil.example") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert taken(stage) == 0
    stage.strike()


# ---- what a challenge is worth


def test_a_spent_challenge_is_none_but_its_own_ballot_keeps_its_receipt(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"new_devices_per_hour": 1})
    vote_working(stage)
    voter = stage.voter()
    form = voter.form()["form"]
    challenge = post(voter, form).get_json()["challenge"]
    first = post(voter, form, challenge)
    again = post(voter, form, challenge)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json()["receipt"] == again.get_json()["receipt"]
    terms = {"gate": "challenge", "bits": 8, "most_bits": 8, "solved": "nonce", "solved_bits": 8}
    spent, other = new_ballot_id(), new_ballot_id()
    assert into_box(stage, spent, **terms).outcome == "cast"
    assert into_box(stage, other, **terms).outcome == "challenge_required"
    assert into_box(stage, spent, **terms).outcome == "again"
    assert taken(stage) == 3


def test_a_challenge_is_of_use_to_its_own_form_alone(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"new_devices_per_hour": 1})
    vote_working(stage)
    one, two = stage.voter(), stage.voter()
    form = one.form()["form"]
    challenge = post(one, form).get_json()["challenge"]
    assert post(two, two.form()["form"], challenge).status_code == 428
    assert post(one, one.form()["form"], challenge).status_code == 428
    assert post(one, form, challenge).status_code == 201


def test_a_refused_ballot_has_spent_nothing(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"new_devices_per_hour": 1})
    vote_working(stage)
    voter = stage.voter()
    form = voter.form()["form"]
    challenge = post(voter, form).get_json()["challenge"]
    assert post(voter, form, challenge, choices=[99]).status_code == 422
    assert post(voter, form, challenge).status_code == 201


@pytest.mark.parametrize(
    ("solved_bits", "outcome"),
    [
        (0, "challenge_required"),
        (8, "challenge_required"),
        (9, "cast"),
        (10, "cast"),
        (11, "cast"),
    ],
)
def test_easy_challenges_kept_for_later_are_not_enough(stage: Stage, solved_bits: int, outcome: str) -> None:
    """Three doublings on, eleven bits are asked; two doublings may have happened while an honest telephone worked."""
    stage.campaign(policy=NARROW)
    stage.service.redis_client.set(keys_of("test").attempts + NEW.name, 3 * 2**3)
    solved = {"solved": "nonce" if solved_bits else "", "solved_bits": solved_bits}
    assert into_box(stage, bits=8, most_bits=15, **solved).outcome == outcome


def test_what_the_gate_itself_asks_has_no_discount(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    terms = {"gate": "challenge", "bits": 10, "most_bits": 15, "solved": "nonce"}
    assert into_box(stage, **terms, solved_bits=9).outcome == "challenge_required"
    assert into_box(stage, **terms, solved_bits=10).outcome == "cast"


def test_a_form_given_to_a_script_with_an_easy_challenge_is_measured_by_what_it_becomes(stage: Stage) -> None:
    """A forged link is asked for eight bits with the form; the driven browser that it turns out to be owes ten."""
    stage.campaign(policy=NARROW)
    client = stage.client()
    client.get("/c/test?s=made.up", headers={"User-Agent": IPHONE})
    voter = Voter(client, "test")
    early = voter.client.get(
        "/api/v1/campaigns/test/ballot-form", headers={"User-Agent": "curl/8"}
    ).get_json()
    assert early["challenge"]["bits"] == 9
    answer = voter.client.post(
        "/api/v1/campaigns/test/ballots",
        json={"form": early["form"], "choices": [1], "page": {"traits": ["webdriver"]}, "challenge": solution_of(early["challenge"])},
        headers={"User-Agent": IPHONE},
    )  # fmt: skip
    assert (answer.status_code, answer.get_json()["challenge"]["bits"]) == (428, 10)
    assert post(voter, early["form"], early["challenge"]).status_code == 201


def test_without_scripts_the_ballot_is_held_and_counted_nowhere(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"new_devices_per_hour": 1})
    vote_working(stage)
    voter = stage.voter()
    fields = {"form": voter.form()["form"], "choices": "2", "action": "cast"}
    page = voter.client.post("/c/test", data=fields, headers={"User-Agent": IPHONE})
    assert (page.status_code, "提交为待核选票" in page.text) == (428, True)
    done = voter.client.post("/c/test", data=fields | {"held": "1"}, headers={"User-Agent": IPHONE})
    assert done.status_code == 303
    code = done.headers["Location"].split("/r/")[1].split("?")[0]
    assert voter.receipt(code)["standing"] == "held"
    assert stage.service.box.provisional_counts("test") == {1: 1}
    assert taken(stage) == 2
    assert voter.receipt(code)["standing"] == "held"


def test_an_address_may_have_only_so_many_held_for_want_of_scripts(stage: Stage) -> None:
    stage.campaign(policy={"held_ballots_per_hour": 2})
    answers = []
    for _ in range(3):
        voter = stage.voter()
        fields = {"form": voter.form()["form"], "choices": "1", "action": "cast", "held": "1"}
        answers.append(voter.client.post("/c/test", data=fields, headers={"User-Agent": IPHONE}))
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert int(answers[2].headers["Retry-After"]) > 3000
    assert stage.record() == 2
    assert check_books(stage).ledger == 2


def test_held_in_place_of_a_challenge_opens_no_other_door(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"actions": {"automation": "deny"}})
    voter = stage.voter()
    fields = {"form": voter.form()["form"], "choices": "2", "action": "cast", "held": "1"}
    foreign = voter.client.post("/c/test", data=fields, headers={"User-Agent": IPHONE, "Origin": "null"})
    assert foreign.status_code == 403
    assert taken(stage) == 0


def test_a_policy_may_hold_where_it_might_have_asked(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"actions": {"user_agent": "hold"}})
    voter = stage.voter()
    answer = post(voter, voter.form()["form"], **{"User-Agent": "curl/8"})
    assert answer.status_code == 201
    assert voter.receipt(answer.get_json()["receipt"]["tracking_code"])["standing"] == "held"


# ---- kiosks and known devices


def test_a_kiosk_has_its_own_quota_and_is_told_when_it_may_go_on(stage: Stage) -> None:
    stage.campaign(
        policy=NARROW
        | {"new_devices_per_hour": 1, "kiosks": {"hall0001": {"name": "大厅", "ballots_per_hour": 3}}}
    )
    signed = stage.service.kiosks.signed("test", "hall0001")

    def at_the_kiosk() -> TestResponse:
        voter = stage.voter()
        voter.client.set_cookie("kiosk", signed)
        return post(voter, voter.form()["form"])

    answers = [at_the_kiosk() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert 3000 < int(answers[3].headers["Retry-After"]) <= 3600
    assert answers[3].get_json()["next_at"]
    assert vote_working(stage) == [], "its ballots were not counted against its address"


def known_device(stage: Stage, age: timedelta, *, voted_days_ago: int | None) -> Voter:
    """A device whose cookie is so old, and whose voter has voted so long ago."""
    place = make_polling_place(stage.service)
    born = int((stage.service.clock.now() - age).timestamp())
    session = VoterSession("device", f"known-{age.total_seconds():.0f}-{voted_days_ago}".ljust(22, "x"), born)
    keys = place.station.keys_of("test")
    assert keys is not None
    if voted_days_ago is not None:
        seconds = stage.service.clock.now().timestamp() + 28_800
        packed = f"{int(seconds // 86_400) - voted_days_ago}:1:1:1"
        stage.service.redis_client.hset(
            keys_of("test").voters, place.station.voter_tag(keys, session), packed
        )
    voter = stage.voter()
    voter.client.set_cookie("voter", place.sessions.to_cookie(session))
    return voter


def test_settled_devices_pass_and_cookies_that_were_merely_kept_do_not(stage: Stage) -> None:
    busy = {"min_dwell_ms": 0, "address_ballots_per_minute": 1, "challenge_bits": 8, "most_challenge_bits": 8}
    stage.campaign(policy=busy, ballots_per_day=2)
    assert vote_working(stage) == []
    two_days = timedelta(days=2)
    for voter, status in (
        (known_device(stage, two_days, voted_days_ago=1), 201),
        (known_device(stage, two_days, voted_days_ago=None), 428),
        (known_device(stage, two_days, voted_days_ago=0), 428),
        (known_device(stage, timedelta(hours=1), voted_days_ago=1), 428),
    ):
        assert post(voter, voter.form()["form"]).status_code == status
    counter = next(name for name in stage.service.redis_client.keys("*") if ":try:from:" in name)
    assert stage.service.redis_client.get(counter) == "1", "a settled device's ballot is held against nobody"


# ---- which policy holds


def change(stage: Stage, tell: bool = True, **changes: Any) -> int:
    """Change the policy as another process does."""
    with stage.service.database.write() as session:
        version, _policy = change_policy(
            session, "test", changes, at=stage.service.clock.now(), actor="林委员", reason="出现脚本"
        )
    if tell:
        stage.service.box.adopt_policy("test", version)
    return version


def held_by_box(stage: Stage) -> str | None:
    found: str | None = stage.service.redis_client.hget(keys_of("test").meta, "policy")
    return found


def test_a_change_takes_effect_for_the_very_next_ballot(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    assert vote_working(stage) == []
    forms = [(voter := stage.voter(), voter.form()["form"]) for _ in range(2)]
    change(stage, min_dwell_ms=60_000)
    assert post(*forms[0]).status_code == 428, "a process that knew the old policy"
    change(stage, min_dwell_ms=0)
    assert post(*forms[0]).status_code == 201


def test_a_denial_too_is_judged_by_the_policy_that_holds(stage: Stage) -> None:
    stage.campaign(policy=NARROW | {"actions": {"user_agent": "deny"}})
    voter = stage.voter()
    form = voter.form()["form"]
    denied = post(voter, form, **{"User-Agent": "curl/8"})
    assert (denied.status_code, denied.headers["Retry-After"]) == (429, "60")
    change(stage, actions={"user_agent": "allow"})
    assert post(voter, form, **{"User-Agent": "curl/8"}).status_code == 201


def test_each_change_is_in_the_journal_with_what_it_changed(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    change(
        stage,
        min_dwell_ms=500,
        actions={"no_touch": "hold"},
        kiosks={"hall0001": {"name": "大厅", "ballots_per_hour": 9}},
    )
    with stage.service.database.read() as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "change_gate_policy")).all()[
            -1
        ]
    details = json.loads(entry.details)
    assert (entry.actor, entry.subject) == ("林委员", "test")
    assert (details["version"], details["reason"], details["min_dwell_ms"]) == (2, "出现脚本", [0, 500])
    assert details["actions"][1]["no_touch"] == "hold"
    assert details["kiosks"] == [{}, {"hall0001": {"name": "大厅", "ballots_per_hour": 9}}]
    assert set(details) == {"version", "reason", "min_dwell_ms", "actions", "kiosks"}


def test_a_change_without_reason_or_effect_or_sense_is_refused_whole(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    at = stage.service.clock.now()
    for changes, reason, count in (
        ({"min_dwell_ms": 5}, " ", 1),
        ({"min_dwell_ms": 0}, "why", 1),
        ({"min_dwell_ms": -1, "challenge_bits": "x", "no": 1}, "", 4),
    ):
        with pytest.raises(ProblemsFound) as found, stage.service.database.write() as session:
            change_policy(session, "test", changes, at=at, actor="test", reason=reason)
        assert len(found.value.problems) == count
    with stage.service.database.read() as session:
        changes_made = session.scalars(
            select(JournalEntry).where(JournalEntry.act == "change_gate_policy")
        ).all()
    assert len(changes_made) == 1


def test_a_change_that_nobody_told_the_box_is_told_by_whoever_meets_it(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    assert held_by_box(stage) == "1", "told when it was opened"
    vote_working(stage)
    change(stage, tell=False, min_dwell_ms=60_000)
    fresh = Stage(stage.service)
    voter = fresh.voter()
    assert post(voter, voter.form()["form"]).status_code == 428
    assert held_by_box(stage) == "2"
    change(stage, tell=False, min_dwell_ms=0)
    stage.record()
    assert held_by_box(stage) == "3"


def test_a_box_that_knows_a_version_the_database_does_not_takes_nothing(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    stage.service.box.adopt_policy("test", 7)
    voter = stage.voter()
    answer = post(voter, voter.form()["form"])
    assert (answer.status_code, answer.get_json()["code"]) == (503, "box_unavailable")
    assert taken(stage) == 0
    stage.service.box.adopt_policy("test", 3)
    assert held_by_box(stage) == "7", "an older one never comes back"


def test_a_rebuilt_box_holds_the_policy_before_it_takes_ballots(stage: Stage) -> None:
    stage.campaign(policy={})
    quick = stage.voter()
    assert post(quick, quick.form()["form"]).status_code == 428
    change(stage, min_dwell_ms=0)
    vote_working(stage)
    stage.record()
    stale = Stage(stage.service)
    voter = stale.voter()
    form = voter.form()["form"]
    change(stage, actions={"no_touch": "deny"}, min_dwell_ms=60_000)
    stage.service.redis_client.flushall()
    stores = stage.service.recorder_stores
    rebuild_box(stores.database, stores.box, stores.clock, "test", keep_s=stores.keep_s, actor="test")
    assert held_by_box(stage) == "2"
    assert post(voter, form).status_code == 428, "judged by a process that had read the version before"
    assert taken(stage) == 1


def test_a_redis_that_forgot_the_change_is_told_when_it_is_met(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    vote_working(stage)
    change(stage, min_dwell_ms=60_000)
    stage.service.redis_client.hset(keys_of("test").meta, "policy", 1)
    stage.service.redis_client.script_flush()
    voter = stage.voter()
    assert post(voter, voter.form()["form"]).status_code == 428
    assert held_by_box(stage) == "2"


# ---- Redis or the database away


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis that this test may stop."""
    with EmbeddedRedis(tmp_path / "own") as server:
        yield server


@pytest.mark.parametrize("warm", [True, False], ids=["known", "never met"])
@pytest.mark.parametrize(
    "headers",
    [{}, {"User-Agent": "curl/8"}, {"Origin": "https://evil.example"}],
    ids=["fair", "risky", "foreign"],
)
def test_with_redis_away_nothing_is_taken_whatever_the_gate_says(
    tmp_path: Path, own_redis: EmbeddedRedis, warm: bool, headers: dict[str, str]
) -> None:
    stage = Stage(make_service(tmp_path / "data", redis_url=own_redis.url))
    stage.campaign(policy=NARROW)
    if warm:
        vote_working(stage)
    voter = stage.voter()
    form = voter.form()["form"]
    own_redis.stop()
    answer = post(voter, form, **headers)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "box_unavailable")
    page = voter.client.post(
        "/c/test", data={"form": form, "choices": "1", "action": "cast", "held": "1"}, headers=headers
    )
    assert page.status_code == 503
    own_redis.start()
    assert taken(stage) == int(warm)
    stage.strike()


def test_a_new_policy_that_cannot_be_read_takes_nothing(stage: Stage) -> None:
    stage.campaign(policy=NARROW)
    vote_working(stage)
    stage.record()
    voter = stage.voter()
    form = voter.form()["form"]
    change(stage, min_dwell_ms=60_000)
    stage.service.database.dispose()
    away = [
        (file, file.with_name(f"away-{file.name}"))
        for file in stage.service.settings.data_dir.glob("voting.sqlite3*")
    ]
    for file, there in away:
        file.rename(there)
    answer = post(voter, form)
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    stage.service.database.dispose()
    for file in stage.service.settings.data_dir.glob("voting.sqlite3*"):
        file.unlink()
    for file, there in away:
        there.rename(file)
    assert post(voter, form).status_code == 428
    assert taken(stage) == 1
    with stage.service.database.read() as session:
        assert len(session.scalars(select(LedgerEntry)).all()) == 1
