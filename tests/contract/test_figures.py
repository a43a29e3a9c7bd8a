"""Prepared figures are the ledger's: whatever is cast, held, decided and undone, in whatever order and however small the
pages, what is prepared is what a recount at that size of the log finds."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from anti_fraud.networks.table import NO_TABLE
from tests.committee import (
    campaign_of,
    cast_ballots,
    decide,
    propose_on,
    recorded,
    standings,
    undo,
)
from tests.flows.test_commands import run
from tests.oracle import check_books
from tests.stage import ClockInHand, Stage, make_service
from voting_service.campaigns.models import Campaign
from voting_service.errors import ProblemsFound
from voting_service.evidence.models import BallotEvidence
from voting_service.ledger import COUNTED, HELD, VOIDED
from voting_service.scanning.retention import delete_evidence
from voting_service.tally.decisions.confirm import confirm
from voting_service.tally.decisions.models import CONFIRMED, Decision
from voting_service.tally.figures import follow
from voting_service.tally.figures.compare import figures_problems
from voting_service.tally.figures.follow import Follower, follow_figures, follow_page
from voting_service.tally.figures.models import MinuteFigures, TallyFigures
from voting_service.tally.figures.prepared import PreparedTally, counts_now, prepared_reach, prepared_tally
from voting_service.tally.figures.readiness import LATE, probe_figures
from voting_service.tally.figures.rebuild import begin_anew
from voting_service.tally.ledger_reads import tally_ledger
from voting_service.transparency.models import Log

NUMBERS = [1, 2, 3, 4, 5, 6]


def prepared(stage: Stage) -> PreparedTally:
    """What is prepared of the one campaign."""
    with stage.service.database.read() as session:
        found = prepared_tally(session, campaign_of(stage).id)
    assert found is not None
    return found


def recount(stage: Stage, leaves: int) -> dict[str, Any]:
    """The whole ledger walked at this size of the log."""
    campaign = campaign_of(stage)
    with stage.service.database.read() as session:
        return tally_ledger(session, campaign.id, NUMBERS, campaign.rules.zone, leaves=leaves).to_json()


def differences(stage: Stage) -> list[str]:
    """What reconciling says of the figures."""
    with stage.service.database.read() as session:
        return [str(one) for one in figures_problems(session, campaign_of(stage))]


def follow_by(stage: Stage, page: int, most: int | None = None) -> None:
    """So many pages of this size; all of them where no number is given."""
    campaign_id, pages = campaign_of(stage).id, 0
    while (most is None or pages < most) and follow_page(
        stage.service.recorder_stores, NO_TABLE, campaign_id, page=page
    ):
        pages += 1


def drain(stage: Stage) -> None:
    """Record and sign what waits, and prepare nothing."""
    recorder = stage.service.recorder()
    while recorder.turn():
        pass
    recorder.release()


def test_the_first_checkpoint_is_prepared_before_any_ballot(stage_on: Stage) -> None:
    stage_on.campaign()
    stage_on.record()
    found = prepared(stage_on)
    assert (found.seq, found.log_size) == (0, 1)
    assert found.tally.to_json() == recount(stage_on, 1)
    assert set(found.tally.by_candidate) == set(NUMBERS)


def test_ballots_decisions_and_undoing_are_followed(stage_on: Stage) -> None:
    stage_on.campaign()
    ids = recorded(stage_on, 5, (1, 2))
    held = recorded(stage_on, 2, (3,), held=True)
    voiding = decide(stage_on, "voided", [*ids[:2], held[0]])
    stage_on.prepare()
    assert prepared(stage_on).tally.to_json()["ballots"] == {"counted": 3, "held": 1, "voided": 3}
    undo(stage_on, voiding)
    recorded(stage_on, 1, (6,))
    found = prepared(stage_on)
    assert found.tally.to_json()["ballots"] == {"counted": 6, "held": 2, "voided": 0}
    assert found.tally.to_json() == recount(stage_on, found.log_size)
    assert found.decisions == 2
    check_books(stage_on)


def test_figures_are_those_of_the_checkpoint_that_they_name(stage: Stage) -> None:
    """A decision that is committed and not signed yet is in no figures; neither is a ballot."""
    stage.campaign()
    ids = recorded(stage, 3)
    before = prepared(stage)
    number = propose_on(stage, "voided", ids[:1])
    service = stage.service
    with service.database.write() as session:
        confirm(session, "test", number, at=service.clock.now(), actor="李伟")
    stage.prepare()
    assert prepared(stage) == before
    with service.database.read() as session:
        assert session.get_one(Log, campaign_of(stage).id).size == before.log_size + 1
        votes, now = counts_now(session, campaign_of(stage).id)
    assert (votes[1], now[COUNTED], now[VOIDED]) == (2, 2, 1), "the ledger of this moment has it"
    decide(stage, "held", ids[1:2])
    stage.prepare()
    assert prepared(stage).tally.to_json() == recount(stage, prepared(stage).log_size)
    assert prepared(stage).tally.to_json()["ballots"] == {"counted": 1, "held": 1, "voided": 1}


def test_a_page_boundary_in_the_midst_of_a_decision_shows_nothing_half_done(stage: Stage) -> None:
    stage.campaign()
    ids = recorded(stage, 7, (2, 4))
    before = prepared(stage)
    decide(stage, "voided", ids)
    follow_by(stage, page=3, most=1)
    assert prepared(stage) == before
    follow_by(stage, page=3)
    assert prepared(stage).tally.to_json()["by_candidate"]["4"] == {"counted": 0, "held": 0, "voided": 7}


def test_a_crash_before_the_commit_leaves_the_sums_where_they_were(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.campaign()
    recorded(stage, 4)
    before = prepared(stage)
    cast_ballots(stage, 3, (2,))
    drain(stage)

    def die(*_arguments: object) -> None:
        raise OperationalError("power", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(follow, "_add_minutes", die)
        with pytest.raises(Exception, match="数据库"):
            follow_figures(stage.service.recorder_stores, NO_TABLE)
    assert prepared(stage) == before
    assert differences(stage) == []
    stage.prepare()
    assert prepared(stage).seq == 7
    check_books(stage)


def test_two_followers_add_nothing_twice(stage_on: Stage) -> None:
    stage_on.campaign()
    cast_ballots(stage_on, 6)
    drain(stage_on)
    stores, campaign_id = stage_on.service.recorder_stores, campaign_of(stage_on).id
    with stores.database.read() as session:
        late = follow._begin(session, campaign_id)
        assert late is not None
        follow._add_page(session, late, stores, NO_TABLE, 100)
    follow_by(stage_on, page=4)
    with stores.database.write() as session:
        follow._keep(session, late, stage_on.service.clock.now())
    assert prepared(stage_on).seq == 6
    assert differences(stage_on) == []


def test_ballots_by_the_minute_add_up_over_pages(stage: Stage) -> None:
    stage.campaign()
    cast_ballots(stage, 7)
    cast_ballots(stage, 2, held=True)
    drain(stage)
    follow_by(stage, page=2)
    with stage.service.database.read() as session:
        sums = session.execute(select(func.sum(MinuteFigures.ballots), func.sum(MinuteFigures.held))).one()
    assert tuple(map(int, sums)) == (9, 2)


def test_evidence_tells_how_ballots_came_and_its_end_breaks_nothing(stage: Stage) -> None:
    stage.campaign(closes_at=stage.service.clock.now() + timedelta(days=1))
    voter = stage.voter()
    voter.get("/c/test?entry=menu")
    assert voter.vote([1]).status_code == 201
    assert stage.voter().vote([2]).status_code == 201
    recorded(stage, 1, held=True)
    with stage.service.database.read() as session:
        reach = prepared_reach(session, campaign_of(stage).id)
    assert reach is not None
    assert {name: dict(by) for name, by in reach.entries.items()} == {
        "menu": {"ballots": 1, "held": 0}, "direct": {"ballots": 1, "held": 0}, "": {"ballots": 1, "held": 1},
    }  # fmt: skip
    with stage.service.database.write() as session:
        session.execute(update(Campaign).values(phase="closed", closed_at=stage.service.clock.now()))
        delete_evidence(session, "test", at=stage.service.clock.now(), actor="test")
        campaign_id = begin_anew(session, "test", at=stage.service.clock.now(), actor="test")
        assert session.scalar(select(func.count()).select_from(BallotEvidence)) == 0
    follow_by(stage, page=2)
    with stage.service.database.read() as session:
        kept = prepared_reach(session, campaign_id)
    assert kept == reach, "what the evidence had said stays"
    assert differences(stage) == []


def test_figures_can_be_made_anew(stage_on: Stage) -> None:
    stage_on.campaign()
    ids = recorded(stage_on, 6, (1, 5))
    decide(stage_on, "voided", ids[:2])
    stage_on.prepare()
    before = prepared(stage_on)
    with stage_on.service.database.write() as session:
        session.execute(update(TallyFigures).values(tally_json=TallyFigures.tally_json + " "))
        begin_anew(session, "test", at=stage_on.service.clock.now(), actor="test")
    with stage_on.service.database.read() as session:
        assert prepared_tally(session, campaign_of(stage_on).id) is None
    stage_on.prepare()
    after = prepared(stage_on)
    assert (after.tally, after.log_size, after.decisions) == (before.tally, before.log_size, before.decisions)
    check_books(stage_on)


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda s: _change_json(s, "ballots"), "重新计票不符：ballots"),
        (lambda s: s.execute(update(MinuteFigures).values(ballots=MinuteFigures.ballots + 1)), "每分钟"),
        (lambda s: s.execute(update(TallyFigures).values(checkpoint="nobody signed this")), "检查点"),
        (lambda s: s.execute(update(TallyFigures).values(log_size=TallyFigures.log_size - 1)), "检查点"),
    ],
)
def test_reconciling_finds_figures_that_are_not_the_ledgers(stage: Stage, damage: Any, found: str) -> None:
    stage.campaign()
    recorded(stage, 3)
    assert differences(stage) == []
    with stage.service.database.write() as session:
        damage(session)
    assert any(found in one for one in differences(stage))


def _change_json(session: Any, part: str) -> None:
    row = session.scalars(select(TallyFigures)).one()
    plain = json.loads(row.tally_json)
    plain[part]["counted"] += 1
    row.tally_json = json.dumps(plain)


def test_a_follower_asks_once_a_second_but_goes_on_while_there_is_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.campaign()
    cast_ballots(stage, 5)
    drain(stage)
    monkeypatch.setattr(follow, "PAGE", 2)
    monkeypatch.setattr(follow_page, "__kwdefaults__", {"page": 2})
    seconds = [100.0]
    monkeypatch.setattr(follow.time, "monotonic", lambda: seconds[0])
    follower = Follower(stage.service.recorder_stores, stage.service.networks)
    for _turn in range(3):
        follower.turn()
    assert prepared(stage).seq == 5
    cast_ballots(stage, 1)
    drain(stage)
    follower.turn()
    assert prepared(stage).seq == 5
    seconds[0] += follow.EVERY_S
    follower.turn()
    assert prepared(stage).seq == 6


Act = tuple[str, int, int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["cast", "cast held", "void", "hold", "restore", "undo", "follow", "anew"]),
        st.integers(1, 4),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(acts=ACTS, page=st.integers(1, 5))
def test_whatever_happens_what_is_prepared_is_what_is_counted(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, acts: list[Act], page: int
) -> None:
    stage = Stage(make_service(_fresh(tmp_path_factory), redis_url=redis_url))
    stage.service.redis_client.flushdb()
    try:
        stage.campaign()
        for act in acts:
            _carry_out(stage, act, page)
            _require_exact(stage)
        drain(stage)
        follow_by(stage, page)
        _require_exact(stage)
        with stage.service.database.read() as session:
            assert prepared(stage).log_size == session.get_one(Log, campaign_of(stage).id).size
        check_books(stage)
    finally:
        stage.strike()


def _fresh(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("figures") / "data"


def _carry_out(stage: Stage, act: Act, page: int) -> None:
    what, count, pick = act
    if what.startswith("cast"):
        choices = tuple(sorted({1 + pick, 1 + (pick * 3 + count) % 6}))
        cast_ballots(stage, count, choices, held=what == "cast held")
        drain(stage)
    elif what == "follow":
        follow_by(stage, page, most=pick + 1)
    elif what == "anew":
        with stage.service.database.write() as session:
            begin_anew(session, "test", at=stage.service.clock.now(), actor="test")
        follow_by(stage, page)
    elif what == "undo":
        _undo_one(stage, pick)
    else:
        kind, from_ = {
            "void": ("voided", (COUNTED, HELD)),
            "hold": ("held", (COUNTED,)),
            "restore": ("restored", (HELD, VOIDED)),
        }[what]
        fit = [ballot for ballot, standing in sorted(standings(stage).items()) if standing in from_]
        if fit:
            decide(stage, kind, fit[pick % len(fit) :][:count])


def _undo_one(stage: Stage, pick: int) -> None:
    with stage.service.database.read() as session:
        numbers = list(session.scalars(select(Decision.number).where(Decision.state == CONFIRMED)))
    if numbers:
        try:
            undo(stage, numbers[pick % len(numbers)])
        except ProblemsFound:
            return  # a later decision is about the same ballots, or it was undone before


def _require_exact(stage: Stage) -> None:
    """What is prepared is a recount's at its own size, and with the rest since it is the ledger's of this moment."""
    with stage.service.database.read() as session:
        campaign_id = campaign_of(stage).id
        found = prepared_tally(session, campaign_id)
        size = session.get_one(Log, campaign_id).size
        votes, standing = counts_now(session, campaign_id)
    if found is not None:
        assert found.tally.to_json() == recount(stage, found.log_size)
    whole = recount(stage, size)
    assert {number: votes[number] for number in NUMBERS} == {
        number: whole["by_candidate"][str(number)]["counted"] for number in NUMBERS
    }
    assert {name: standing[name] for name in (COUNTED, HELD, VOIDED)} == whole["ballots"]


def test_doctor_says_where_figures_stand_still(tmp_path: Path, redis_url: str) -> None:
    clock = ClockInHand()
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    stage.campaign()
    recorded(stage, 1)
    cast_ballots(stage, 1)
    drain(stage)
    database = stage.service.database
    assert list(probe_figures(database, clock)) == []
    clock.tick(LATE + timedelta(seconds=1))
    assert [finding.code for finding in probe_figures(database, clock)] == ["figures_behind"]
    stage.prepare()
    assert list(probe_figures(database, clock)) == []
    stage.strike()


def test_the_command_sums_anew(stage: Stage) -> None:
    stage.campaign()
    recorded(stage, 3)
    done = run(stage, "figures", "rebuild", "test", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"campaign": "test", "ballots": 3, "log_size": 4})
    assert differences(stage) == []
    assert run(stage, "figures", "rebuild", "nothing").exit_code == 1
