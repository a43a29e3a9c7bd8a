"""The committee's desk through HTTP: who may do what, what is refused and how, and that a paper is in no address."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.committee import campaign_of, decide, recorded
from tests.desk import Desk
from tests.live import settings_as_environment, wait_until
from tests.stage import Stage
from tests.voting_committee import Committee
from voting_service.activity import JournalEntry
from voting_service.commands.supervisor import ROOT
from voting_service.ledger import LedgerEntry
from voting_service.recorder.closing import seal_early
from voting_service.settings import PREFIX
from voting_service.tally.certification.models import Certification

MOTIONS = "/desk/campaigns/test/motions"
CERTIFICATION = "/desk/campaigns/test/certification"


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.fixture
def committee(stage: Stage) -> Committee:
    """Five members, and voting is open."""
    stage.campaign()
    return Committee(stage)


def opened(committee: Committee) -> str:
    """A motion that was opened through its pages; gives its address."""
    chair = committee.desks[0]
    made = chair.post(f"{MOTIONS}/new", title="一项表决", question="同意吗？", kind="question")
    assert made.status_code == 303
    url = made.headers["Location"].split("?")[0]
    page = chair.get(url).text
    done = chair.post(f"{url}/open", confirmed="yes", seen=hidden(page, "seen"))
    assert done.status_code == 303, done.text
    return url


def test_who_may_do_what(committee: Committee) -> None:
    stage = committee.stage
    url = opened(committee)
    operator = Desk(stage, "经办", "operator", slug="test")
    supervisor = Desk(stage, "监督", "supervisor", slug="test")
    stranger = Desk(stage, "外人", "committee", slug="other")
    judge = Desk(stage, "打分", "judge", slug="test")
    for desk, code in ((operator, 200), (supervisor, 200), (stranger, 403), (judge, 403)):
        for path in (MOTIONS, url, f"{url}/hall", CERTIFICATION):
            assert desk.get(path).status_code == code, path
    acts = ("open", "present", "recuse", "voting", "end", "paper", "close", "minutes/confirm")
    for desk in (operator, supervisor, stranger, judge):
        for act in acts:
            assert desk.post(f"{url}/{act}", confirmed="yes").status_code == 403, act
        for act in ("check", "propose", "1/sign", "1/withdraw", "1/minutes/confirm"):
            assert desk.post(f"{CERTIFICATION}/{act}", confirmed="yes").status_code == 403, act
    assert supervisor.post(f"{MOTIONS}/new", title="x", question="y", kind="question").status_code == 403
    assert operator.post(f"{MOTIONS}/new", title="x", question="y", kind="question").status_code == 303
    assert stranger.get(f"{MOTIONS}/99").status_code == 403
    assert committee.desks[0].get(f"{MOTIONS}/99").status_code == 404


def test_nothing_is_shown_before_the_close(committee: Committee) -> None:
    url = opened(committee)
    for desk in committee.desks[:4]:
        assert desk.post(f"{url}/present").status_code == 303
    assert committee.desks[0].post(f"{url}/voting", confirmed="yes").status_code == 303
    for desk, answer in zip(committee.desks[:3], ("agree", "disagree", "agree"), strict=True):
        done = desk.post(f"{url}/paper", paper=answer, confirmed="yes")
        assert (done.status_code, done.headers["Location"]) == (303, f"{url}?done=cast")
    for desk in committee.desks:
        for path in (url, f"{url}/hall", MOTIONS):
            text = desk.text(path)
            assert "票，不同意" not in text
            assert "意见一致" not in text
        assert desk.get(f"{url}/minutes.pdf").status_code == 404
    # A second paper of the same member, and one of a member who is not there.
    again = committee.desks[0].post(f"{url}/paper", paper="agree", confirmed="yes")
    assert (again.status_code, "您已经投过票，每人一票，不能更改。" in again.text) == (422, True)
    absent = committee.desks[4].post(f"{url}/paper", paper="agree", confirmed="yes")
    assert (absent.status_code, "您没有在表决开始前签到，不能投票。" in absent.text) == (422, True)
    unticked = committee.desks[3].post(f"{url}/paper", paper="agree")
    assert (unticked.status_code, "请核对之后勾选确认。" in unticked.text) == (422, True)
    committee.desks[3].post(f"{url}/paper", paper="abstain", confirmed="yes")
    assert "同意 2 票，不同意 1 票，弃权 1 票。" in committee.desks[4].text(url)


def test_a_form_that_was_forged_is_refused(committee: Committee) -> None:
    url = opened(committee)
    sent = committee.desks[0].client.post(f"{url}/present", data={"csrf": "forged"})
    assert sent.status_code == 403


def test_scripts_in_every_text_stay_text(committee: Committee) -> None:
    chair, script = committee.desks[0], "<script>alert(1)</script>"
    made = chair.post(f"{MOTIONS}/new", title=script, question=script, kind="question")
    url = made.headers["Location"].split("?")[0]
    chair.post(f"{url}/open", confirmed="yes", seen=hidden(chair.get(url).text, "seen"))
    chair.post(f"{url}/recuse", confirmed="yes", member=str(committee.officials[4].id), reason=script)
    chair.post(f"{url}/end", confirmed="yes", reason=script)
    for path in (url, MOTIONS, f"{url}/hall", "/desk"):
        assert script not in chair.get(path).text
    assert "&lt;script&gt;" in chair.get(url).text


def test_a_list_is_drafted_opened_and_chosen_from(committee: Committee) -> None:
    chair = committee.desks[0]
    wrong = chair.post(
        f"{MOTIONS}/new", title="名单", question="选两人", kind="list", candidates=["1", "3"], most="3"
    )
    assert (wrong.status_code, "应当在 1 到 2 之间" in wrong.text) == (422, True)
    made = chair.post(
        f"{MOTIONS}/new", title="名单", question="选两人", kind="list", candidates=["1", "3", "5"], most="2"
    )
    url = made.headers["Location"].split("?")[0]
    assert 'value="3" checked' in chair.get(f"{url}/edit").text.replace(' id="candidates"', "")
    chair.post(f"{url}/open", confirmed="yes", seen=hidden(chair.get(url).text, "seen"))
    for desk in committee.desks[:4]:
        desk.post(f"{url}/present")
    chair.post(f"{url}/voting", confirmed="yes")
    too_many = chair.post(f"{url}/paper", paper=["1", "3", "5"], confirmed="yes")
    assert (too_many.status_code, "最多选 2 项，您选了 3 项。" in too_many.text) == (422, True)
    for desk in committee.desks[:4]:
        assert desk.post(f"{url}/paper", paper=["1", "3"], confirmed="yes").status_code == 303
    assert "2 人达到要求的票数，当选。" in chair.text(url)


def closed(stage: Stage) -> None:
    """Three ballots, and voting has ended."""
    recorded(stage, 3, (1, 2))
    seal_early(stage.service.recorder_stores, "test", actor="test")
    stage.record()


def test_certified_through_its_pages(committee: Committee) -> None:
    stage = committee.stage
    first = committee.desks[0]
    assert "投票还没有结束。" in first.text(CERTIFICATION)
    closed(stage)
    assert "计票结果待提请认定：测试评选" in first.text("/desk")
    assert "核对账目" in first.text("/desk/campaigns/test")
    seen = checked_by(stage, first)
    made = first.post(f"{CERTIFICATION}/propose", seen=seen, confirmed="yes")
    url = made.headers["Location"].split("?")[0]
    assert sha256(first.get(f"{url}/tally.json").data).hexdigest() == seen
    wrong = committee.desks[1].post(f"{url}/sign", seen="0" * 64, confirmed="yes")
    assert (wrong.status_code, "与您刚才看到的不同" in wrong.text) == (422, True)
    for desk in committee.desks[1:4]:
        assert "计票结果请您签认：测试评选" in desk.text("/desk")
        assert desk.post(f"{url}/sign", seen=seen, confirmed="yes").status_code == 303
    assert "已认定" in first.text(url)
    # Signing the tally is one thing, the minutes of it another.
    assert "请确认认定纪要：C-0001" in first.text("/desk")
    assert "请确认认定纪要" not in committee.desks[4].text("/desk")
    page = first.get(url).text
    done = first.post(f"{url}/minutes/confirm", seen=hidden(page, "seen"), confirmed="yes")
    assert done.status_code == 303
    for kind, begins in (("pdf", b"%PDF"), ("docx", b"PK")):
        assert committee.desks[4].get(f"{url}/minutes.{kind}").data.startswith(begins)
    assert "计票结果已经评审委员会认定" in first.text(CERTIFICATION)


def checked_by(stage: Stage, desk: Desk) -> str:
    """Asked for at a desk and made by the watch; gives the hash of what is to be proposed."""
    assert desk.post(f"{CERTIFICATION}/check").headers["Location"] == f"{CERTIFICATION}/check"
    stage.service.books_checker().turn()
    return hidden(desk.get(f"{CERTIFICATION}/check").text, "seen")


def test_the_books_are_checked_while_the_committee_waits(committee: Committee) -> None:
    stage = committee.stage
    closed(stage)
    first, second = committee.desks[:2]
    assert first.get(f"{CERTIFICATION}/check").headers["Location"] == CERTIFICATION
    assert first.get(f"{CERTIFICATION}/check.json").status_code == 404
    first.post(f"{CERTIFICATION}/check")
    assert "正在核对账目" in second.text(CERTIFICATION)
    assert "正在核对账目" in first.text(f"{CERTIFICATION}/check")
    assert first.get(f"{CERTIFICATION}/check.json").json == {"over": False, "percent": 0, "waits": ""}
    told = first.post(f"{CERTIFICATION}/propose", seen="0" * 64, confirmed="yes")
    assert (told.status_code, "账目正在核对，还没有结果。" in told.text) == (422, True)
    # Whoever asks meanwhile gets the same one.
    second.post(f"{CERTIFICATION}/check")
    with stage.service.database.read() as session:
        asked = session.scalars(select(JournalEntry.actor).where(JournalEntry.act == "check_books")).all()
    assert asked == [first.official.name]
    stage.service.books_checker().turn()
    assert first.get(f"{CERTIFICATION}/check.json").json == {"over": True, "percent": 100, "waits": ""}
    assert "查看结果并提请认定" in second.text(CERTIFICATION)
    seen = hidden(second.get(f"{CERTIFICATION}/check").text, "seen")
    assert second.post(f"{CERTIFICATION}/propose", seen=seen, confirmed="yes").status_code == 303
    everywhere = Desk(stage, "周正", "committee")
    assert everywhere.post("/desk/campaigns/nowhere/certification/check").status_code == 404


def test_what_a_check_found_is_still_there_when_one_comes_back(committee: Committee) -> None:
    stage, first = committee.stage, committee.desks[0]
    closed(stage)
    looker = Desk(stage, "赵刚", "supervisor", slug="test")
    with stage.service.database.write() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.seq == 2).values(choices="3"))
    first.post(f"{CERTIFICATION}/check")
    stage.service.books_checker().turn()
    assert first.get(f"{CERTIFICATION}/check").headers["Location"] == CERTIFICATION
    page = first.text(CERTIFICATION)
    assert "账目核对没有通过，不能提请认定" in page
    assert "台账与日志第 2 条的内容不同。" in page
    assert "重新核对" in page
    told = looker.text(CERTIFICATION)
    assert "账目核对没有通过，不能提请认定" in told
    assert "台账与日志第 2 条" not in told
    with stage.service.database.write() as session:
        session.execute(update(LedgerEntry).where(LedgerEntry.seq == 2).values(choices="1;2"))
    checked_by(stage, first)
    decide(stage, "voided", recorded_ids(stage)[:1])
    assert "这次核对的结果不能再用" in first.text(CERTIFICATION)
    assert "核对以后对选票又有决定。" in first.text(CERTIFICATION)


def recorded_ids(stage: Stage) -> list[str]:
    """Every ballot of the ledger."""
    with stage.service.database.read() as session:
        return list(session.scalars(select(LedgerEntry.ballot_id).order_by(LedgerEntry.seq)))


def test_a_watch_that_runs_checks(committee: Committee, tmp_path: Path) -> None:
    stage, first = committee.stage, committee.desks[0]
    closed(stage)
    first.post(f"{CERTIFICATION}/check")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    process = subprocess.Popen(
        [sys.executable, "-c", "from wsgi import cli; cli()", "fraud", "watch"],
        env=environ | settings_as_environment(stage.service.settings) | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    try:
        wait_until(lambda: first.get(f"{CERTIFICATION}/check.json").json["over"], "the books are checked")
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0
    assert "账目核对无误" in first.text(f"{CERTIFICATION}/check")


def test_stale_and_taken_back(committee: Committee) -> None:
    stage, first = committee.stage, committee.desks[0]
    ids = recorded(stage, 1, (3,))
    closed(stage)
    seen = checked_by(stage, first)
    url = first.post(f"{CERTIFICATION}/propose", seen=seen, confirmed="yes").headers["Location"].split("?")[0]
    decide(stage, "voided", ids)
    assert "这次提请已经失效" in committee.desks[1].text(url)
    assert "提请已失效，要重新提请认定" in committee.desks[1].text("/desk")
    assert committee.desks[1].post(f"{url}/sign", seen=seen, confirmed="yes").status_code == 422
    seen = checked_by(stage, first)
    url = first.post(f"{CERTIFICATION}/propose", seen=seen, confirmed="yes").headers["Location"].split("?")[0]
    assert url.endswith("/2")
    taken = committee.desks[1].post(f"{url}/withdraw", reason="先开会", confirmed="yes")
    assert taken.status_code == 303
    assert "撤回的理由：先开会" in first.text(url)
    with stage.service.database.read() as session:
        states = session.scalars(select(Certification.state).order_by(Certification.number)).all()
    assert states == ["superseded", "withdrawn"]
    assert campaign_of(stage).phase == "closed"
