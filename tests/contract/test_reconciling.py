"""Whatever is changed past us in ledger or log is found by reconciling, wherever a changed row points; on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from tests.committee import decide, recorded
from tests.oracle import check_books
from tests.stage import Stage
from voting_service.ledger import LedgerEntry
from voting_service.tally import log_side
from voting_service.tally.reconcile import reconcile
from voting_service.transparency.models import LogLeaf

FAR = 1_000_000


@pytest.fixture(params=["side by side", "anywhere"])
def stage_asking(request: pytest.FixtureRequest, stage_on: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Six ballots, one of them voided; entries are asked for as a range, or one by one."""
    if request.param == "anywhere":
        monkeypatch.setattr(log_side, "PAGE", 0)
    stage_on.campaign()
    recorded(stage_on, 6, (1, 2))
    decide(stage_on, "voided", [rows(stage_on)[0].ballot_id])
    check_books(stage_on)
    return stage_on


def told(stage: Stage) -> list[str]:
    """What reconciling says of ledger and log; what follows from it for the sums is left out."""
    found = reconcile(stage.service.database, stage.service.box, "test").differences
    return [str(one) for one in found if str(one).startswith(("ledger", "log", "tile"))]


def rows(stage: Stage) -> list[LedgerEntry]:
    with stage.service.database.read() as session:
        return list(session.scalars(select(LedgerEntry).order_by(LedgerEntry.seq)))


def change(stage: Stage, seq: int, **values: object) -> None:
    with stage.service.database.write() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.seq == seq).values(**values))


def test_a_row_that_says_something_else(stage_asking: Stage) -> None:
    change(stage_asking, 2, voter_tag="somebody else")
    leaf = rows(stage_asking)[1].leaf_index
    assert told(stage_asking) == [f"ledger_entries seq=2：台账与日志第 {leaf} 条的内容不同。"]


def test_a_standing_that_no_decision_gave(stage_asking: Stage) -> None:
    decided = rows(stage_asking)[0].decided_leaf
    change(stage_asking, 2, standing="voided", decided_leaf=decided)
    change(stage_asking, 1, standing="counted")
    assert told(stage_asking) == [
        "ledger_entries seq=1：台账状态为 counted，日志为 voided。",
        "ledger_entries seq=2：台账状态为 voided，日志为 counted。",
    ]


def test_rows_that_point_at_each_others_entries(stage_asking: Stage) -> None:
    first, second = (one.leaf_index for one in rows(stage_asking)[1:3])
    change(stage_asking, 2, leaf_index=FAR)
    change(stage_asking, 3, leaf_index=first)
    change(stage_asking, 2, leaf_index=second)
    assert told(stage_asking) == [
        f"ledger_entries seq=2：台账与日志第 {second} 条的内容不同。",
        f"ledger_entries seq=3：台账与日志第 {first} 条的内容不同。",
    ]


def test_a_row_that_points_at_no_ballot(stage_asking: Stage) -> None:
    leaf = rows(stage_asking)[1].leaf_index
    change(stage_asking, 2, leaf_index=FAR)
    change(stage_asking, 3, leaf_index=0)
    unasked = rows(stage_asking)[3].leaf_index - 1
    assert told(stage_asking) == [
        "ledger_entries seq=2：台账中的选票不在日志中。",
        "ledger_entries seq=3：台账中的选票不在日志中。",
        f"log leaf={leaf}：日志中的选票不在台账中。",
        f"log leaf={unasked}：日志中的选票不在台账中。",
    ]


def test_an_entry_that_is_gone(stage_asking: Stage) -> None:
    with stage_asking.service.database.write() as session:
        session.execute(delete(LogLeaf).where(LogLeaf.leaf_index == rows(stage_asking)[5].leaf_index))
    found = told(stage_asking)
    assert "ledger_entries seq=6：台账中的选票不在日志中。" in found
    assert any(one.startswith("log_leaves：应有 ") for one in found)
    assert any("瓦片与日志条目不符" in one for one in found)
