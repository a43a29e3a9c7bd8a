"""Certifying on both databases: by a quorum, of exactly what was counted, once and for good, and in the log."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.committee import (
    campaign_of,
    cast_ballots,
    confirm_it,
    decide,
    propose_on,
    recorded,
    undo,
)
from tests.oracle import check_books
from tests.stage import Stage
from tests.voting_committee import Committee, books_checked
from voting_service.accounts.register import end_official
from voting_service.committee.minutes import minutes_on_show
from voting_service.committee.models import CERTIFICATION
from voting_service.errors import ProblemsFound
from voting_service.ledger import LedgerEntry
from voting_service.recorder.closing import seal_early
from voting_service.tally.certification import certify
from voting_service.tally.certification.checking import check
from voting_service.tally.certification.models import (
    Certification,
    CertificationMember,
    CertificationSignature,
)
from voting_service.tally.certification.queries import certified_tally
from voting_service.tally.decisions.withdraw import withdraw
from voting_service.tally.publication import publish_due
from voting_service.transparency import entries
from voting_service.transparency.models import LogLeaf

RECOUNT = Path(__file__).resolve().parents[2] / "tools" / "recount.py"


class Scene:
    """A campaign with ballots, and five members."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.campaign()
        recorded(stage, 3, (1, 2))
        self.ids = recorded(stage, 2, (2,))
        self.committee = Committee(stage)

    def close(self) -> None:
        """Voting ends."""
        seal_early(self.stage.service.recorder_stores, "test", actor="test")
        self.stage.record()

    def propose(self, by: int = 0, *, held: bool = False, seen: str | None = None) -> int:
        """A member puts the tally to the others; gives the number."""
        official = self.committee.officials[by]
        checked = books_checked(self.stage, official)
        wanted = certify.Proposing(seen or checked, held, official)
        return certify.carry_out_proposal(self.stage.service.recorder_stores, "test", wanted)

    def sign(self, number: int, by: int, seen: str | None = None) -> bool:
        """A member signs; tells whether that certified it."""
        official = self.committee.officials[by]
        seen = seen or self.row(number).sha256
        return certify.carry_out_signature(
            self.stage.service.recorder_stores, "test", number, seen=seen, official=official
        )

    def row(self, number: int) -> Certification:
        """The proposal as it is kept."""
        with self.stage.service.database.read() as session:
            return session.scalars(select(Certification).where(Certification.number == number)).one()

    def certified(self) -> Any:
        """What whoever builds upon it is told."""
        with self.stage.service.database.read() as session:
            return certified_tally(session, campaign_of(self.stage).id)

    def log_entries(self, kind: str) -> list[dict[str, Any]]:
        """The log's entries of one kind."""
        with self.stage.service.database.read() as session:
            leaves = session.scalars(select(LogLeaf.entry).order_by(LogLeaf.leaf_index))
            return [entry for entry in map(entries.decode, leaves) if entry["type"] == kind]


@pytest.fixture
def scene(stage_on: Stage) -> Scene:
    """On each database."""
    return Scene(stage_on)


def refused(do: Any, *sentences: str) -> None:
    """It is refused in these words."""
    with pytest.raises(ProblemsFound) as found:
        do()
    assert [str(problem.sentence) for problem in found.value.problems] == [*sentences]


def test_certified_by_a_quorum_and_recounted_by_a_stranger(scene: Scene, tmp_path: Path) -> None:
    decide(scene.stage, "voided", scene.ids[:1])
    scene.close()
    number = scene.propose()
    assert scene.certified() is None
    assert [scene.sign(number, member) for member in (1, 2)] == [False, False]
    assert scene.sign(number, 3)
    found = scene.certified()
    assert found.tally.counted() == {1: 3, 2: 4, 3: 0, 4: 0, 5: 0, 6: 0}
    assert found.leaf_index >= found.log_size
    (entry,) = scene.log_entries("certified")
    assert {
        key: entry[key] for key in ("tally", "certification", "ballots", "members", "signed", "tally_sha256")
    } == {
        "tally": {"1": 3, "2": 4, "3": 0, "4": 0, "5": 0, "6": 0},
        "certification": "C-0001",
        "ballots": {"counted": 4, "held": 0, "voided": 1},
        "members": 5,
        "signed": 4,
        "tally_sha256": found.sha256,
    }
    check_books(scene.stage)
    publish_due(scene.stage.service.recorder_stores, tmp_path)
    done = subprocess.run(
        [sys.executable, RECOUNT, str(tmp_path / "test.zip"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert (told["certified"], told["complete"], told["counted"]) == (True, True, 4)
    refused(lambda: scene.sign(number, 4), "已经认定或已撤回，不能再签认。")
    published = json.loads(campaign_of(scene.stage).counts_json or "")
    assert published["final"]
    assert published["certified_at"]


def test_the_minutes_compute_themselves(scene: Scene) -> None:
    recorded(scene.stage, 1, (5,), held=True)
    scene.close()
    number = scene.propose(held=True)
    for member in (1, 2, 4):
        scene.sign(number, member)
    with scene.stage.service.database.read() as session:
        shown = minutes_on_show(session, campaign_of(scene.stage).id, CERTIFICATION, number)
    assert shown is not None
    said = str(shown.text)
    for words in (
        "台账共有选票 6 张：计入 5 张，待核 1 张，作废 0 张。",
        "待核的 1 张没有作出决定。提请时已确认：认定后不再处理，也不计入。",
        "评审委员会共 5 人：王芳、李伟、张敏、刘洋、陈静。不少于三分之二（2/3），即至少 4 人签认，方为认定。",
        "('2', '候选人2', '5', '0', '0')",
        scene.row(number).sha256,
    ):
        assert words in said
    assert [one.name for one in shown.signers] == ["王芳", "李伟", "张敏", "陈静"]


def test_not_before_the_close(scene: Scene) -> None:
    refused(scene.propose, "投票还没有结束。")


def test_what_was_seen_is_what_is_put_to_the_members(scene: Scene) -> None:
    scene.close()
    refused(lambda: scene.propose(seen="0" * 64), "计票结果与您刚才看到的不同，请重新核对。")
    number = scene.propose()
    refused(lambda: scene.sign(number, 1, "0" * 64), "计票结果与您刚才看到的不同，请重新核对。")
    refused(lambda: scene.sign(number, 0), "您已经签认过。")
    late = Committee(scene.stage, ["赵磊"])
    refused(
        lambda: certify.carry_out_signature(
            scene.stage.service.recorder_stores, "test", number, seen=scene.row(number).sha256, official=late.officials[0]
        ),
        "您不在这次认定的评委名单上。",
    )  # fmt: skip
    refused(scene.propose, "已经提请认定，正在等待签认。")


def test_held_ballots_are_acknowledged(scene: Scene) -> None:
    recorded(scene.stage, 1, (5,), held=True)
    scene.close()
    refused(scene.propose, "还有 1 张待核选票，认定后不能再处理，也不计入。请勾选确认。")
    assert scene.propose(held=True) == 1


def test_a_decision_in_between_makes_it_stale(scene: Scene) -> None:
    scene.close()
    number = scene.propose()
    for member in (1, 2):
        scene.sign(number, member)
    decision = decide(scene.stage, "voided", scene.ids)
    refused(lambda: scene.sign(number, 3), "提请以后对选票又有决定，这次提请已经失效。")
    undo(scene.stage, decision)
    # The figures are the same again, the log is not.
    refused(lambda: scene.sign(number, 3), "提请以后对选票又有决定，这次提请已经失效。")
    again = scene.propose()
    assert (again, scene.row(number).state) == (2, "superseded")
    refused(lambda: scene.sign(number, 3), "已经认定或已撤回，不能再签认。")
    for member in (1, 2, 3):
        scene.sign(again, member)
    assert scene.certified().number == 2


def test_an_open_decision_is_settled_first(scene: Scene) -> None:
    scene.close()
    waiting = propose_on(scene.stage, "voided", scene.ids)
    open_one = "还有 1 项对选票的处理已经提出、没有确认。"
    refused(scene.propose, open_one)

    def take_back(number: int) -> None:
        with scene.stage.service.database.write() as session:
            withdraw(session, "test", number, at=scene.stage.service.clock.now(), actor="王芳")

    take_back(waiting)
    number = scene.propose()
    waiting = propose_on(scene.stage, "voided", scene.ids)
    refused(lambda: scene.sign(number, 1), open_one)
    take_back(waiting)
    assert not scene.sign(number, 1)


def test_nothing_is_decided_on_ballots_afterwards(scene: Scene) -> None:
    decided = decide(scene.stage, "held", scene.ids[:1])
    scene.close()
    number = scene.propose(held=True)
    for member in (1, 2, 3):
        scene.sign(number, member)
    final = "计票结果已经评审委员会认定并写入透明日志，不能再对选票作出决定。"
    refused(lambda: propose_on(scene.stage, "voided", scene.ids[1:]), final)
    refused(lambda: undo(scene.stage, decided), final)
    refused(scene.propose, final)
    assert scene.log_entries("voided") == []


def test_a_decision_that_was_proposed_before_is_not_confirmed_afterwards(scene: Scene) -> None:
    """However it came about: the guard stands before the second person too."""
    scene.close()
    number = scene.propose()
    for member in (1, 2):
        scene.sign(number, member)
    waiting = propose_on(scene.stage, "voided", scene.ids)
    with scene.stage.service.database.write() as session:
        row = session.scalars(select(Certification)).one()
        row.state, row.certified_at, row.leaf_index = (
            "certified",
            scene.stage.service.clock.now(),
            row.log_size,
        )
    refused(
        lambda: confirm_it(scene.stage, waiting),
        "计票结果已经评审委员会认定并写入透明日志，不能再对选票作出决定。",
    )


def test_books_that_do_not_agree_are_not_certified(scene: Scene) -> None:
    scene.close()
    with scene.stage.service.database.write() as session:
        session.execute(
            update(LedgerEntry).where(LedgerEntry.seq == 1).values(standing="voided", decided_leaf=1)
        )
    with pytest.raises(ProblemsFound) as found:
        scene.propose(seen="0" * 64)
    assert str(found.value.problems[-1].sentence) == "票箱、台账、日志对不上，不能提请认定。"


def test_a_ledger_that_is_changed_before_the_last_signature_is_not_certified(scene: Scene) -> None:
    scene.close()
    number = scene.propose()
    for member in (1, 2):
        scene.sign(number, member)
    with scene.stage.service.database.write() as session:
        session.execute(
            update(LedgerEntry).where(LedgerEntry.seq == 1).values(standing="voided", decided_leaf=1)
        )
    refused(lambda: scene.sign(number, 3), "独立计票的结果不同，不能认定。")
    assert scene.log_entries("certified") == []


def test_all_sign_at_once_and_it_is_certified_once(scene: Scene) -> None:
    scene.close()
    number = scene.propose()

    def try_it(member: int) -> bool | None:
        try:
            return scene.sign(number, member)
        except ProblemsFound:
            return None

    with ThreadPoolExecutor(4) as phones:
        done = list(phones.map(try_it, (1, 2, 3, 4)))
    # Whoever came after the quorum was there is told that it is done.
    assert sorted(done, key=str) == [False, False, None, True]
    assert len(scene.log_entries("certified")) == 1


def test_nobody_certifies_alone(scene: Scene) -> None:
    stage = scene.stage
    with stage.service.database.write() as session:
        for desk in scene.committee.desks[1:]:
            end_official(session, desk.official.name, at=stage.service.clock.now(), actor="test")
    scene.close()
    refused(scene.propose, "评委只有 1 人，不能认定。")


def test_taken_back_for_a_reason(scene: Scene) -> None:
    scene.close()
    number = scene.propose()

    def take_back(reason: str) -> None:
        with scene.stage.service.database.write() as session:
            certify.withdraw(
                session, "test", number, reason, at=scene.stage.service.clock.now(), official=scene.committee.officials[2]
            )  # fmt: skip

    refused(lambda: take_back(" "), "请写明为什么撤回。")
    take_back("先开评审会")
    assert scene.row(number).state == "withdrawn"
    refused(lambda: take_back("再来一次"), "已经认定或已撤回。")
    assert scene.propose(1) == 2


def test_the_databases_refuse_to_rewrite_it(scene: Scene) -> None:
    scene.close()
    scene.propose()
    database = scene.stage.service.database
    for change in (
        update(Certification).values(sha256="0" * 64),
        update(Certification).values(document=b"{}"),
        update(Certification).values(needed=2),
        delete(CertificationSignature),
        update(CertificationSignature).values(sha256="0" * 64),
        update(CertificationMember).values(name="改"),
    ):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
            session.execute(change)
    for wrong in (
        update(Certification).values(state="certified"),
        update(Certification).values(leaf_index=1),
    ):
        with pytest.raises(IntegrityError), database.write() as session:
            session.execute(wrong)
    with database.read() as session:
        members = session.scalar(select(func.count()).select_from(CertificationMember))
    assert members == 5


def test_ballots_that_came_by_many_days_and_channels(scene: Scene) -> None:
    """The whole tally is put to the members, and comes back as it was."""
    cast_ballots(scene.stage, 12, (1, 3, 6))
    scene.stage.record()
    scene.close()
    checked = check(scene.stage.service.recorder_stores, "test")
    number = scene.propose()
    for member in (1, 2, 3):
        scene.sign(number, member)
    assert scene.certified().tally.to_json() == checked.tally.to_json()
    assert scene.certified().sha256 == checked.sha256
