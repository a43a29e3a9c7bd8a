"""Notices in public: what the page shows in each state, and the same as list, frame, file, JSON and document."""

from __future__ import annotations

import io
import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import event

from publicity.board import board
from publicity.notices.drafting import Change, draft_notice
from publicity.notices.models import CLOSED, Notice
from publicity.notices.publishing import extend, publish
from publicity.notices.queries import notice_by_number
from tests.contract.test_notices import on_notice
from tests.desk import Desk
from tests.notices import BEIJING, beijing, draft, published, text_for
from tests.partners import NEWS, partner, terms
from tests.stage import ClockInHand, Stage, make_service
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates import showcase
from voting_service.workdays import Calendar

PAGE = "/c/test/notices/1"


@pytest.fixture
def hall(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A service whose clock stands on a Monday in April, with an open campaign; its board reads anew each time."""
    monkeypatch.setattr(board, "FRESH_S", 0.0)
    monkeypatch.setattr("voting_service.candidates.showcase.FRESH_S", 0.0)
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, clock=ClockInHand(beijing(2026, 4, 20)))
    )
    stage.campaign()
    yield stage
    stage.strike()


def plain(page: str) -> str:
    """What stands on a page, without its markup."""
    return re.sub(r"<[^>]+>", "", page)


def read(stage: Stage, path: str = PAGE) -> str:
    """A page's words."""
    answer = stage.client().get(path)
    assert answer.status_code == 200, answer.status
    return plain(answer.text)


def state_of(stage: Stage, *moment: int) -> str:
    """What the page says of the notice at a moment."""
    stage.service.clock.set(beijing(*moment))  # type: ignore[attr-defined]
    page = stage.client().get(PAGE).text
    found = re.search(r'<p class="badge notice-badge[^>]*>([^<]*)<', page)
    assert found is not None
    return found[1] + (" +" if "提出异议" in page else "")


def test_nothing_is_public_before_it_is_published(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    draft(hall, desk.official)
    assert "还没有公示公告" in read(hall, "/c/test/notices")
    for path in (PAGE, PAGE + "/embed", PAGE + ".json", PAGE + ".pdf", PAGE + ".docx", "/log/test/notice-1.json",
                 "/api/v1/campaigns/test/notices/1", "/c/nothing/notices", "/c/test/notices/99"):  # fmt: skip
        assert hall.client().get(path).status_code == 404, path
    assert "没有这份公示公告" in hall.client().get(PAGE).text
    assert "notices" not in hall.client().get("/c/test").text


def test_a_notice_of_a_campaign_that_is_not_public_yet_is(hall: Stage) -> None:
    hall.draft("early")
    assert hall.client().get("/c/early/notices").status_code == 404
    published(hall, Desk(hall, "王敏", "operator").official, slug="early")
    page = hall.client().get("/c/early/notices/1")
    assert (page.status_code, 'href="/c/early"' in page.text) == (200, False)


def test_the_page_says_what_state_it_is_in_and_takes_objections_as_long_as_they_are_taken(
    hall: Stage,
) -> None:
    desk = Desk(hall, "王敏", "operator")
    published(hall, desk.official)
    assert state_of(hall, 2026, 4, 20) == "公示中 +"
    assert state_of(hall, 2026, 4, 24, 23, 59) == "公示中 +"
    assert state_of(hall, 2026, 4, 25, 0, 0) == "公示期满，正在办理"
    on_notice(hall, 1, extend, reason="网站检修", workdays=2, calendar=Calendar(), zone=BEIJING,
              at=beijing(2026, 4, 25), official=desk.official)  # fmt: skip
    assert state_of(hall, 2026, 4, 25) == "公示中（已延长） +"
    assert "理由：网站检修" in read(hall)

    def close(session: Any, notice: Notice) -> Any:
        notice.state, notice.closed_at, notice.closed_by = CLOSED, beijing(2026, 4, 29), desk.official.id
        notice.outcome = "no_objection"

    on_notice(hall, 1, close)
    assert state_of(hall, 2026, 4, 30) == "公示已结束"
    assert "公示期满，无异议" in read(hall)
    assert "公示期满，无异议" in read(hall, "/c/test/notices")


def test_a_provisional_notice_says_so_and_does_not_end(hall: Stage) -> None:
    published(hall, Desk(hall, "王敏", "operator").official, at=beijing(2026, 12, 23))
    assert state_of(hall, 2027, 3, 1) == "公示中（日期暂定） +"
    assert "到期不会自动结束" in read(hall)


def test_the_page_is_the_same_for_everyone_and_asked_for_by_its_etag(hall: Stage) -> None:
    published(hall, Desk(hall, "王敏", "operator").official)
    first = hall.client().get(PAGE)
    assert first.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in first.headers
    assert "nonce-" not in first.headers["Content-Security-Policy"]
    assert hall.client().get(PAGE).data == first.data
    again = hall.client().get(PAGE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_many_readers_ask_the_database_once(hall: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in (board, showcase):
        monkeypatch.setattr(kept, "FRESH_S", 3600.0)
    published(hall, Desk(hall, "王敏", "operator").official)
    client = hall.client()
    for path in (PAGE, PAGE + "/embed"):
        client.get(path)
    asked: list[str] = []
    event.listen(hall.service.database.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    for path in (PAGE, "/c/test/notices", PAGE + "/embed", "/api/v1/campaigns/test/notices/1") * 5:
        assert client.get(path).status_code == 200
    assert asked == []


def test_any_site_may_show_it_in_a_frame(hall: Stage) -> None:
    published(hall, Desk(hall, "王敏", "operator").official)
    frame = hall.client().get(PAGE + "/embed")
    policy = frame.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src 'none'" in policy
    assert "X-Frame-Options" not in frame.headers
    assert "Set-Cookie" not in frame.headers
    assert "<script" not in frame.text
    assert "候选人1" in frame.text
    assert hall.client().get(PAGE).headers["X-Frame-Options"] == "DENY"


def test_a_media_list_holds_for_notices_too(hall: Stage) -> None:
    published(hall, Desk(hall, "王敏", "operator").official)
    clerk = Desk(hall, "李伟", "operator")
    partner(hall, clerk)
    terms(hall, clerk, only_partners=True)
    policy = hall.client().get(PAGE + "/embed").headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors 'self' {NEWS}")


def test_documents_are_served_byte_for_byte_as_hashed(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    published(hall, desk.official, reserve=(5,))
    on_notice(hall, 1, extend, reason="检修", workdays=2, calendar=Calendar(), zone=BEIJING,
              at=beijing(2026, 4, 21), official=desk.official)  # fmt: skip
    steps = hall.client().get("/api/v1/campaigns/test/notices/1").get_json()["steps"]
    assert [step["name"] for step in steps] == ["notice-1", "notice-1-extended-1"]
    for step in steps:
        document = hall.client().get(f"/log/test/{step['name']}.json")
        assert sha256(document.data).hexdigest() == step["sha256"]
    assert hall.client().get(PAGE + ".json").data == hall.client().get("/log/test/notice-1.json").data
    assert step["sha256"] in read(hall)
    everything = hall.client().get(PAGE).text + hall.client().get(PAGE + ".json").text
    assert "候选人5" not in everything, "the reserve list is nobody's business"


def test_the_official_files_say_what_the_notice_says(hall: Stage) -> None:
    published(hall, Desk(hall, "王敏", "operator").official, (2, 1))
    pdf = pypdfium2.PdfDocument(hall.client().get(PAGE + ".pdf").data)
    said = "".join(page.get_textpage().get_text_bounded() for page in pdf).replace("\r\n", "")
    for words in ("关于“测试评选”拟定人选的公示", "一、公示名单", "候选人2", "公示期自2026年4月20日起至4月24日止", "测试总工会",
                  "2026年4月20日", "宣传教育部（事迹和资格）"):  # fmt: skip
        assert words in said
    word = zipfile.ZipFile(io.BytesIO(hall.client().get(PAGE + ".docx").data))
    text = plain(word.read("word/document.xml").decode())
    assert text.index("候选人2") < text.index("候选人1"), "in the order of the notice"
    assert "五、" not in text
    assert "四、异议的提出和处理" in text


def test_a_supplementary_notice_and_the_original_lead_to_each_other(hall: Stage) -> None:
    desk = Desk(hall, "王敏", "operator")
    published(hall, desk.official, (1, 2))
    now = hall.service.clock.now()
    with hall.service.database.write() as session:
        original = notice_by_number(session, "test", 1)
        campaign = campaign_by_slug(session, "test")
        change = Change(2, "候选人2", "withdrawn", "本人申请", 3)
        text = text_for(session, campaign, (3,))
        text = type(text)(text.lead, text.people, text.offices, text.closing, (change,))
        notice = draft_notice(session, "test", text, title="补充公示", level="city", supplements=original, at=now,
                              official=desk.official)  # fmt: skip
        publish(session, notice, calendar=Calendar(), zone=BEIJING, at=now, official=desk.official,
                compare=lambda _session, _notice, _text: [], workday_starts=hall.service.settings.workday_start)  # fmt: skip
    assert "2 号 候选人2已退出评选（本人申请），由 3 号 候选人3递补。" in read(hall, "/c/test/notices/2")
    assert 'href="/c/test/notices/1"' in hall.client().get("/c/test/notices/2").text
    assert 'href="/c/test/notices/2"' in hall.client().get(PAGE).text
    assert "一、名单变动" in plain(
        zipfile.ZipFile(io.BytesIO(hall.client().get("/c/test/notices/2.docx").data))
        .read("word/document.xml")
        .decode()
    )


def test_campaign_pages_lead_to_the_notice_once_there_is_one(hall: Stage) -> None:
    assert "notices" not in hall.client().get("/c/test").text
    published(hall, Desk(hall, "王敏", "operator").official)
    for path in ("/c/test", "/c/test/rules", "/c/test/verify"):
        assert 'href="/c/test/notices' in hall.client().get(path).text, path
    api = json.loads(hall.client().get("/api/v1/campaigns/test/notices").data)
    assert [(one["id"], one["state"], one["takes_objections"]) for one in api["notices"]] == [
        (1, "open", True)
    ]
