"""Blind first, on both databases: no decision about a cluster's ballots by somebody who has not judged that cluster before they
knew whom it helped."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.committee import confirm_it, found_cluster, propose_on, recorded, standings, undo
from tests.desk import Desk
from tests.stage import Stage
from voting_service.errors import NotFound, ProblemsFound
from voting_service.scanning.live import cluster_of, clusters_of
from voting_service.scanning.models import ScanCluster
from voting_service.tally.blind.reviewing import judge, of_cluster, reveal
from voting_service.tally.decisions.models import Decision
from voting_service.tally.decisions.withdraw import withdraw

FIRST, SECOND, THIRD = "王芳", "李伟", "赵敏"
CLUSTER, OTHER = "0123456789", "9876543210"


@pytest.fixture
def ballots(stage_on: Stage) -> list[str]:
    """Of a cluster, in a campaign with three members of the committee."""
    stage_on.campaign()
    found = recorded(stage_on, 3)
    found_cluster(stage_on, {"id": CLUSTER, "ballots": found})
    return found


@pytest.fixture
def committee(stage_on: Stage) -> dict[str, Desk]:
    return {name: Desk(stage_on, name, "committee") for name in (FIRST, SECOND, THIRD)}


def judged(stage: Stage, desk: Desk, cluster: str = CLUSTER) -> None:
    with stage.service.database.write() as session:
        at = stage.service.clock.now()
        judge(session, "test", of_cluster(cluster), "one_hand", "", at=at, official=desk.official)


def is_kept(stage: Stage) -> bool:
    with stage.service.database.read() as session:
        return session.scalars(select(ScanCluster.kept)).one()


@pytest.mark.parametrize("kind", ["held", "voided"])
def test_both_have_judged_before_they_decide(
    stage_on: Stage, committee: dict[str, Desk], ballots: list[str], kind: str
) -> None:
    with pytest.raises(ProblemsFound, match="您还没有盲评的异常票群"):
        propose_on(stage_on, kind, ballots[:1], by=FIRST)
    judged(stage_on, committee[FIRST])
    number = propose_on(stage_on, kind, ballots[:1], by=f" {FIRST[0]} {FIRST[1]}")
    with pytest.raises(ProblemsFound, match=f"您还没有盲评异常票群 {CLUSTER}"):
        confirm_it(stage_on, number, by=SECOND)
    assert set(standings(stage_on).values()) == {"counted"}
    judged(stage_on, committee[SECOND])
    confirm_it(stage_on, number, by=SECOND)
    assert standings(stage_on)[ballots[0]] == kind


def test_a_name_that_is_no_officials_has_judged_nothing(
    stage_on: Stage, committee: dict[str, Desk], ballots: list[str]
) -> None:
    judged(stage_on, committee[FIRST])
    with pytest.raises(ProblemsFound, match="盲评"):
        propose_on(stage_on, "voided", ballots, by="过路人")


def test_looking_first_is_not_blind(stage_on: Stage, committee: dict[str, Desk], ballots: list[str]) -> None:
    with stage_on.service.database.write() as session:
        at = stage_on.service.clock.now()
        reveal(session, "test", of_cluster(CLUSTER), at=at, official=committee[FIRST].official)
    judged(stage_on, committee[FIRST])
    with pytest.raises(ProblemsFound, match="盲评"):
        propose_on(stage_on, "voided", ballots, by=FIRST)


def test_another_clusters_judgement_is_none_of_this_one(
    stage_on: Stage, committee: dict[str, Desk], ballots: list[str]
) -> None:
    judged(stage_on, committee[FIRST], OTHER)
    with pytest.raises(ProblemsFound, match="盲评"):
        propose_on(stage_on, "voided", ballots, by=FIRST)


def test_ballots_of_no_cluster_need_no_judgement(stage_on: Stage, ballots: list[str]) -> None:
    (outside,) = recorded(stage_on, 1)
    confirm_it(stage_on, propose_on(stage_on, "voided", [outside]))
    assert standings(stage_on) == {**dict.fromkeys(ballots, "counted"), outside: "voided"}


def test_the_second_person_judges_what_the_first_one_judged(
    stage_on: Stage, committee: dict[str, Desk], ballots: list[str]
) -> None:
    judged(stage_on, committee[FIRST])
    number = propose_on(stage_on, "voided", ballots, by=FIRST)
    service = stage_on.service
    service.live_scan.scan("test")
    with service.database.read() as session:
        assert clusters_of(session, "test", service.keyring) == []
        assert cluster_of(session, "test", service.keyring, CLUSTER)["ballots"] == ballots
    judged(stage_on, committee[SECOND])
    confirm_it(stage_on, number, by=SECOND)
    service.live_scan.scan("test")
    with service.database.read() as session, pytest.raises(NotFound):
        cluster_of(session, "test", service.keyring, CLUSTER)


def test_a_cluster_is_let_go_with_the_last_proposal_that_waits_on_it(
    stage_on: Stage, committee: dict[str, Desk], ballots: list[str]
) -> None:
    judged(stage_on, committee[FIRST])
    assert not is_kept(stage_on)
    numbers = [propose_on(stage_on, "held", [one], by=FIRST) for one in ballots[:2]]
    for number, still in zip(numbers, (True, False), strict=True):
        assert is_kept(stage_on)
        with stage_on.service.database.write() as session:
            withdraw(session, "test", number, at=stage_on.service.clock.now(), actor=SECOND)
        assert is_kept(stage_on) is still


def test_taking_back_asks_for_no_judgement(
    stage_on: Stage, committee: dict[str, Desk], ballots: list[str]
) -> None:
    """The finding is public by then, and its evidence may be gone."""
    for name in (FIRST, SECOND):
        judged(stage_on, committee[name])
    number = propose_on(stage_on, "voided", ballots, by=FIRST)
    confirm_it(stage_on, number, by=SECOND)
    undo(stage_on, number)
    assert set(standings(stage_on).values()) == {"counted"}
    with stage_on.service.database.read() as session:
        assert [
            one.blind_clusters for one in session.scalars(select(Decision).order_by(Decision.number))
        ] == [[CLUSTER], []]
