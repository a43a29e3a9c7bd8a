"""Closing a notice as the committee does it: the first page reminds, the page tells what is open, the report is read, confirmed,
and then everyone's to download."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import docx
import pytest

from publicity.docket.models import DECLINED, DISMISSED, RECEIVED, Objection
from publicity.notices.queries import notice_by_number
from tests.desk import Desk
from tests.docket_rows import objection
from tests.notices import beijing, published
from tests.stage import ClockInHand, Stage, make_service, rules
from tests.unit.test_official_documents import joined

EVE = beijing(2026, 4, 30)
INSIDE = beijing(2026, 5, 6, 12, 0)
OVER = beijing(2026, 5, 11, 9, 0)
PAGE = "/desk/notices/test/1/close"
NOTICE = "/c/test/notices/1"


@pytest.fixture
def stage(tmp_path: Path, redis_url: str) -> Iterator[Stage]:
    """A campaign whose notice was published on the eve of a holiday; the window is over now."""
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(EVE)))
    stage.draft(with_rules=rules(opens_at=OVER + timedelta(30), closes_at=OVER + timedelta(40)))
    published(stage, Desk(stage, "李工", "operator").official, at=EVE)
    move(stage, OVER)
    yield stage
    stage.strike()


def move(stage: Stage, to: object) -> None:
    clock = stage.service.clock
    assert isinstance(clock, ClockInHand)
    clock.set(to)  # type: ignore[arg-type]


def lodged(stage: Stage, state: str, decline_class: str | None = None) -> str:
    with stage.service.database.read() as session:
        notice = notice_by_number(session, "test", 1)
    return objection(stage, notice, state, at=INSIDE, decline_class=decline_class)


def digest_on(html: str) -> str:
    match = re.search(r'name="digest" value="([0-9a-f]{64})"', html)
    assert match is not None, "the page has a form to confirm"
    return match[1]


def state_of(stage: Stage) -> str:
    with stage.service.database.read() as session:
        return notice_by_number(session, "test", 1).state


def test_the_committee_reads_the_report_confirms_it_and_everyone_may_have_it(stage: Stage) -> None:
    lodged(stage, DECLINED, "no_clue")
    lodged(stage, DISMISSED)
    member, visitor = Desk(stage, "王评委", "committee"), stage.client()
    assert visitor.get(f"{NOTICE}/result.pdf").status_code == 404
    assert visitor.get(f"{NOTICE}/result.docx").status_code == 404
    assert "已经期满，请核对报告，结束公示。" in member.text("/desk")

    page = member.get(PAGE).text
    assert "这是预览，公示还没有结束。" in page
    preview = member.get(f"{PAGE}/report.pdf")
    assert "公示期间共收到异议2件，其中受理1件，不予受理1件，异议人撤回0件。" in joined(preview.data)

    done = member.post(PAGE, digest=digest_on(page), confirmed="yes")
    assert (done.status_code, done.location) == (303, PAGE)
    assert "5月11日 09:00 结束，结果已经公布。" in member.text(PAGE)
    again = member.post(PAGE, digest=digest_on(page), confirmed="yes")
    assert (again.status_code, again.location) == (303, PAGE)
    assert "期满待结束的公示" not in member.text("/desk")

    pdf, word = visitor.get(f"{NOTICE}/result.pdf"), visitor.get(f"{NOTICE}/result.docx")
    assert (pdf.mimetype, word.mimetype) == (
        "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )  # fmt: skip
    assert "公示期满，收到的异议已全部办结，公示名单没有变动。" in joined(pdf.data)
    assert "预览" not in joined(pdf.data)
    paragraphs = [one.text for one in docx.Document(BytesIO(word.data)).paragraphs]
    assert "公示期满，收到的异议已全部办结，公示名单没有变动。" in paragraphs
    assert (
        visitor.get(f"{NOTICE}/result.pdf", headers={"If-None-Match": pdf.headers["ETag"]}).status_code == 304
    )
    assert f'href="{NOTICE}/result.pdf"' in visitor.get(NOTICE).text
    assert visitor.get("/log/test/notice-1-closed.json").get_json()["outcome"] == "objections_ruled"


def test_the_page_tells_what_keeps_it_open(stage: Stage) -> None:
    lodged(stage, RECEIVED)
    member = Desk(stage, "王评委", "committee")
    assert "已经期满，还有事项没有办结。" in member.text("/desk")
    page = member.get(PAGE).text
    assert "还有 1 件异议没有办结：1 件待审查，0 件办理中。" in page
    assert 'name="digest"' not in page
    # A report would say that all is settled.
    assert "报告预览" not in page
    assert member.get(f"{PAGE}/report.pdf").status_code == 422
    refused = member.post(PAGE, digest="", confirmed="yes")
    assert refused.status_code == 422
    assert state_of(stage) == "published"


def test_before_the_window_is_over_nobody_is_reminded_and_nothing_can_be_closed(stage: Stage) -> None:
    move(stage, INSIDE)
    member = Desk(stage, "王评委", "committee")
    assert "期满待结束的公示" not in member.text("/desk")
    assert "异议受理到2026年5月9日止，现在还没有截止。" in member.text(PAGE)


def test_it_must_be_confirmed(stage: Stage) -> None:
    member = Desk(stage, "王评委", "committee")
    refused = member.post(PAGE, digest=digest_on(member.get(PAGE).text))
    assert refused.status_code == 422
    assert 'href="#confirmed"' in refused.text
    assert "请核对报告，并勾选确认。" in refused.text
    assert state_of(stage) == "published"


def test_what_has_changed_since_is_shown_anew(stage: Stage) -> None:
    member = Desk(stage, "王评委", "committee")
    seen = digest_on(member.get(PAGE).text)
    lodged(stage, DISMISSED)
    refused = member.post(PAGE, digest=seen, confirmed="yes")
    assert refused.status_code == 422
    assert "在您查看之后情况有了变化。" in refused.text
    assert "公示期间共收到异议 1 件" in refused.text
    assert digest_on(refused.text) != seen
    assert state_of(stage) == "published"


@pytest.mark.parametrize("role", ["operator", "supervisor"])
def test_others_read_and_do_not_close(stage: Stage, role: str) -> None:
    other = Desk(stage, "旁人", role)  # type: ignore[arg-type]
    page = other.get(PAGE)
    assert "结束公示由评审委员会成员确认。" in page.text
    assert 'name="digest"' not in page.text
    assert other.post(PAGE, digest="", confirmed="yes").status_code == 403
    assert state_of(stage) == "published"


@pytest.mark.parametrize("role", ["handler", "admin"])
def test_whoever_has_nothing_to_do_with_notices_does_not_get_there(stage: Stage, role: str) -> None:
    assert Desk(stage, "旁人", role).get(PAGE).status_code == 403  # type: ignore[arg-type]


def test_a_member_of_another_campaigns_committee_does_not_close(stage: Stage) -> None:
    stage.draft("other")
    stranger = Desk(stage, "别处评委", "committee", slug="other")
    assert stranger.get(PAGE).status_code == 403
    assert "期满待结束的公示" not in stranger.text("/desk")


def test_no_docket_is_told_by_the_report(stage: Stage) -> None:
    number = lodged(stage, DISMISSED)
    member = Desk(stage, "王评委", "committee")
    page = member.get(PAGE).text
    member.post(PAGE, digest=digest_on(page), confirmed="yes")
    everything = (
        page + stage.client().get(NOTICE).text + joined(stage.client().get(f"{NOTICE}/result.pdf").data)
    )
    assert number not in everything
    with stage.service.database.read() as session:
        assert session.query(Objection).count() == 1
