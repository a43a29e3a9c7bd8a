"""Two officials decide on ballots at their desks: one proposes, another looks at the effect without names and confirms."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from werkzeug.test import TestResponse

from tests.committee import cast_ballots, decide, propose_on, recorded, standings
from tests.desk import Desk
from tests.oracle import check_books
from tests.stage import Stage
from voting_service.accounts.models import Official
from voting_service.activity import JournalEntry
from voting_service.ballots.ballot_id import tracking_code
from voting_service.ledger import LedgerEntry
from voting_service.tally.blind.models import BlindReview
from voting_service.tally.decisions.models import Decision
from voting_service.tally.figures.models import TallyFigures

AT = "/desk/campaigns/test/decisions"
REASON = "同一机房的脚本投出"
SCRIPT = "<script>alert(1)</script>"


class Committee:
    """Four officials of one campaign."""

    def __init__(self, stage: Stage) -> None:
        self.operator = Desk(stage, "王芳", "operator", slug="test")
        self.first = Desk(stage, "李伟", "committee", slug="test")
        self.second = Desk(stage, "赵敏", "committee", slug="test")
        self.supervisor = Desk(stage, "钱进", "supervisor", slug="test")
        self.elsewhere = Desk(stage, "孙立", "committee", slug="other")


@pytest.fixture
def desks(stage: Stage) -> Committee:
    stage.campaign(candidates=3)
    return Committee(stage)


def propose(
    desk: Desk, codes: str, *, kind: str = "voided", reason: str = REASON, **more: Any
) -> TestResponse:
    return desk.post(f"{AT}/new", ballots=codes, kind=kind, reason=reason, **more)


def seen_on(desk: Desk, number: str = "D-0001") -> str:
    """The hash that the confirmation form carries; empty where there is no form."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', desk.get(f"{AT}/{number}").text)
    return found[1] if found else ""


def confirm(desk: Desk, number: str = "D-0001", **changes: str) -> TestResponse:
    fields = {"confirmed": "yes", "seen": seen_on(desk, number)} | changes
    return desk.post(f"{AT}/{number}/confirm", **fields)


def acts(stage: Stage, *wanted: str) -> list[tuple[str, str]]:
    with stage.service.database.read() as session:
        rows = session.execute(
            select(JournalEntry.act, JournalEntry.actor)
            .where(JournalEntry.act.in_(wanted))
            .order_by(JournalEntry.id)
        )
        return [(act, actor) for act, actor in rows]


def test_one_proposes_another_confirms_and_the_first_undoes(stage: Stage, desks: Committee) -> None:
    bought = recorded(stage, 3, (1, 2))
    recorded(stage, 2, (2,))
    made = propose(desks.operator, "\n".join(map(tracking_code, bought)))
    assert (made.status_code, made.headers["Location"]) == (303, f"{AT}/D-0001?done=proposed")
    assert standings(stage)[bought[0]] == "counted"
    assert "D-0001（作废）由 王芳 提出" in desks.first.text("/desk")
    assert "D-0001" not in desks.operator.text("/desk")
    assert "D-0001" not in desks.elsewhere.text("/desk")
    assert confirm(desks.first).headers["Location"] == f"{AT}/D-0001?done=confirmed"
    assert {standings(stage)[one] for one in bought} == {"voided"}
    assert "D-0001" not in desks.first.text("/desk")
    undone = desks.first.post(f"{AT}/D-0001/undo", reason="复核有误")
    assert undone.headers["Location"] == f"{AT}/D-0002?done=proposed"
    assert confirm(desks.second, "D-0002").status_code == 303
    assert set(standings(stage).values()) == {"counted"}
    assert acts(stage, "propose_decision", "confirm_decision") == [
        ("propose_decision", "王芳"), ("confirm_decision", "李伟"), ("propose_decision", "李伟"), ("confirm_decision", "赵敏"),
    ]  # fmt: skip
    check_books(stage)


def test_nobody_confirms_their_own_and_only_the_committee_confirms(stage: Stage, desks: Committee) -> None:
    propose(desks.first, recorded(stage, 1)[0])
    assert seen_on(desks.first) == ""
    assert "要由另一名评委确认" in desks.first.text(f"{AT}/D-0001")
    with stage.service.database.read() as session:
        seen = session.scalars(select(Decision.effect_sha256)).one()
    refused = confirm(desks.first, seen=seen)
    assert refused.status_code == 422
    assert "提出和确认必须是两个人" in refused.text
    for desk, status in ((desks.operator, 403), (desks.supervisor, 403), (desks.elsewhere, 403)):
        assert confirm(desk, seen=seen).status_code == status
    assert set(standings(stage).values()) == {"counted"}


@pytest.mark.parametrize("name", [" 李伟 ", "李 伟", "李伟\u200b"])
def test_no_two_officials_have_names_that_compare_equal(stage: Stage, desks: Committee, name: str) -> None:
    with pytest.raises(Exception, match="已经有一位"):
        Desk(stage, name, "committee", slug="test")
    # The register asks; the table would refuse all the same.
    with pytest.raises(IntegrityError), stage.service.database.write() as session:
        session.add(Official(name=name, name_key="李伟", added_at=stage.service.clock.now()))


def test_what_was_proposed_at_the_command_line_is_not_confirmed_by_its_namesake(
    stage: Stage, desks: Committee
) -> None:
    propose_on(stage, "voided", recorded(stage, 1), by=" 李 伟")
    with stage.service.database.read() as session:
        seen = session.scalars(select(Decision.effect_sha256)).one()
    assert confirm(desks.first, seen=seen).status_code == 422
    assert confirm(desks.second).status_code == 303


def test_a_confirmation_binds_what_was_seen(stage: Stage, desks: Committee) -> None:
    ballot = recorded(stage, 1)[0]
    propose(desks.operator, ballot)
    unticked = desks.first.post(f"{AT}/D-0001/confirm", seen=seen_on(desks.first))
    assert unticked.status_code == 422
    for seen in ("", "0" * 64):
        assert "与您刚才看到的不同" in confirm(desks.first, seen=seen).text
    seen = seen_on(desks.first)
    decide(stage, "held", [ballot])
    stale = desks.first.get(f"{AT}/D-0001").text
    assert "预览已不成立" in stale
    assert 'name="seen"' not in stale
    assert "预览已不成立" in confirm(desks.first, seen=seen).text
    assert standings(stage)[ballot] == "held"


def test_restored_and_voided_anew_is_not_what_was_seen(stage: Stage, desks: Committee) -> None:
    ballot = recorded(stage, 1)[0]
    propose(desks.operator, ballot)
    decide(stage, "voided", [ballot])
    decide(stage, "restored", [ballot])
    assert "预览已不成立" in desks.first.text(f"{AT}/D-0001")


def test_candidates_are_hidden_until_one_asks_and_that_is_in_the_journal(
    stage: Stage, desks: Committee
) -> None:
    recorded(stage, 4, (2,))
    propose(desks.operator, "\n".join(recorded(stage, 2, (3,))))
    for desk in (desks.first, desks.operator):
        page = desk.text(f"{AT}/D-0001")
        assert "候选人甲" in page
        assert "候选人3" not in page
        assert "3 号" not in page
    answer = desks.first.post(f"{AT}/D-0001/reveal")
    assert answer.headers["Location"] == f"{AT}/D-0001?done=revealed"
    assert "3 号 候选人3" in desks.first.text(f"{AT}/D-0001")
    assert "候选人3" not in desks.second.text(f"{AT}/D-0001")
    desks.first.post(f"{AT}/D-0001/reveal")
    assert acts(stage, "reveal_candidates") == [("reveal_candidates", "李伟")]
    # Who watches decides nothing, and sees all.
    assert "3 号 候选人3" in desks.supervisor.text(f"{AT}/D-0001")
    assert desks.supervisor.post(f"{AT}/D-0001/reveal").status_code == 403
    with pytest.raises(Exception, match="append-only"), stage.service.database.write() as session:
        session.delete(session.scalars(select(BlindReview)).one())
        session.flush()


def test_the_effect_is_shown_with_places_and_standings(stage: Stage, desks: Committee) -> None:
    recorded(stage, 3, (1,))
    propose(desks.operator, "\n".join(recorded(stage, 4, (2,))))
    page = " ".join(desks.first.text(f"{AT}/D-0001").split())
    assert re.search(r"计入\s*7\s*3", page)
    assert re.search(r"作废\s*0\s*4", page)
    confirm(desks.first)
    page = " ".join(desks.second.text(f"{AT}/D-0001").split())
    assert re.search(r"作废\s*0\s*4", page)


def test_every_problem_is_told_at_once(stage: Stage, desks: Committee) -> None:
    ballot = recorded(stage, 1)[0]
    decide(stage, "voided", [ballot])
    waiting = cast_ballots(stage, 1)[0]
    refused = propose(
        desks.operator,
        f"{ballot}, nonsense；7QK2-M3XD-9ABC-DEFG\n{waiting}",
        kind="",
        reason="打电话 13800138000",
    )
    assert refused.status_code == 422
    for told in ("请选择怎样处理", "不是选票编号或查验码", "台账中没有这张选票", "还没有入账", "手机号"):
        assert told in refused.text, told
    # What was typed is still there.
    assert "nonsense；7QK2" in refused.text
    again = propose(desks.operator, ballot, kind="held")
    assert "不能直接改为" in again.text


@pytest.mark.parametrize("kind", ["csv", "excel", "gbk"])
def test_codes_come_from_a_file(stage: Stage, desks: Committee, kind: str) -> None:
    ballots = recorded(stage, 3)
    codes = [tracking_code(one) for one in ballots]
    if kind == "excel":
        book = Workbook()
        for row in [("备注", "查验码"), *[("看", code) for code in codes]]:
            book.active.append(row)
        out = io.BytesIO()
        book.save(out)
        name, data = "list.xlsx", out.getvalue()
    elif kind == "gbk":
        name, data = "名单.csv", "\r\n".join(["查验码,备注", *[f"{code},看" for code in codes]]).encode("gbk")
    else:
        name, data = "list.txt", "\n".join(ballots).encode()
    made = propose(desks.operator, "", file=(io.BytesIO(data), name))
    assert made.status_code == 303, made.text
    assert "3 张" in desks.first.text(f"{AT}/D-0001")
    listed = desks.first.get(f"{AT}/D-0001/ballots.csv").data.decode("utf-8-sig").splitlines()
    assert listed[0] == '"ballot_id","tracking_code"'
    assert sorted(listed[1:]) == sorted(f'"{b}","{c}"' for b, c in zip(ballots, codes, strict=True))


@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", b"PK\x03\x04 not a book"])
def test_a_file_that_is_none_is_told(stage: Stage, desks: Committee, data: bytes) -> None:
    recorded(stage, 1)
    refused = propose(desks.operator, "", file=(io.BytesIO(data), "list.xlsx"))
    assert refused.status_code == 422
    assert 'id="problems"' in refused.text


def test_a_proposal_is_withdrawn(stage: Stage, desks: Committee) -> None:
    propose(desks.operator, recorded(stage, 1)[0])
    assert desks.second.post(f"{AT}/D-0001/withdraw").status_code == 303
    assert "已撤回" in desks.first.text(AT)
    assert desks.second.post(f"{AT}/D-0001/withdraw").status_code == 422
    assert "D-0001" not in desks.first.text("/desk")


def test_a_ballot_is_looked_up_without_voter_and_choice(stage: Stage, desks: Committee) -> None:
    ballot = recorded(stage, 1, (3,))[0]
    decide(stage, "held", [ballot])
    found = desks.supervisor.post(f"{AT}/ballot", code=tracking_code(ballot).lower())
    text = re.sub(r"<[^>]+>", "", found.text)
    assert "待核" in text
    assert "D-0001" in text
    with stage.service.database.read() as session:
        tag = session.scalars(select(LedgerEntry.voter_tag)).one()
    assert tag not in found.text
    assert "候选人3" not in text
    assert "3 号" not in text
    for code in ("none", "7QK2-M3XD-9ABC-DEFG"):
        assert desks.first.post(f"{AT}/ballot", code=code).status_code == 422
    assert desks.first.get(f"{AT}/ballot").status_code == 404


def test_ballots_of_another_campaign_are_not_found_here(stage: Stage, desks: Committee) -> None:
    stage.campaign("other")
    foreign = cast_ballots(stage, 1, slug="other")[0]
    stage.record()
    assert desks.first.post(f"{AT}/ballot", code=foreign).status_code == 422
    assert "另一个评选活动" in propose(desks.operator, foreign).text


def test_what_is_typed_is_text_on_every_page(stage: Stage, desks: Committee) -> None:
    ballot = recorded(stage, 1)[0]
    propose(desks.operator, ballot, reason=SCRIPT)
    refused = propose(desks.operator, SCRIPT, reason=SCRIPT, kind=SCRIPT)
    looked_up = desks.first.post(f"{AT}/ballot", code=SCRIPT)
    pages = [
        refused.text,
        looked_up.text,
        *[desks.first.get(path).text for path in (AT, f"{AT}/D-0001", "/desk")],
    ]
    confirm(desks.first)
    pages.append(desks.second.get(f"{AT}/D-0001").text)
    pages.append(desks.second.post(f"{AT}/D-0001/undo", reason=SCRIPT + "长" * 300).text)
    for page in pages:
        assert SCRIPT not in page
    assert sum("&lt;script&gt;alert(1)" in page for page in pages) >= 5


def test_posts_need_the_desks_own_form(stage: Stage, desks: Committee) -> None:
    propose(desks.operator, recorded(stage, 1)[0])
    for path in ("/confirm", "/withdraw", "/undo", "/reveal"):
        assert desks.first.client.post(f"{AT}/D-0001{path}").status_code == 403
    assert desks.first.client.post(f"{AT}/new").status_code == 403
    assert desks.first.client.post(f"{AT}/ballot").status_code == 403


def test_numbers_that_are_none_are_not_found(desks: Committee) -> None:
    for number in ("D-0007", "x", "0", "D-" + "9" * 30):
        assert desks.first.get(f"{AT}/{number}").status_code == 404
        assert desks.first.post(f"{AT}/{number}/withdraw").status_code == 404


def test_while_figures_are_not_ready_nothing_can_be_confirmed(
    stage: Stage, desks: Committee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voting_service.tally.decisions.effect.WALKED_AT_MOST", 0)
    propose(desks.operator, recorded(stage, 1)[0])
    with stage.service.database.write() as session:
        session.execute(delete(TallyFigures))
    page = desks.first.get(f"{AT}/D-0001").text
    assert "票数正在准备" in page
    assert 'name="seen"' not in page


def test_an_empty_desk_says_so(desks: Committee) -> None:
    assert "还没有决定" in desks.first.text(AT)
