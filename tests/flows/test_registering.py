"""Screenplay: a letter on the desk becomes a docket, its writer comes back online, and the report counts it."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from publicity.docket.models import Objection
from publicity.docket.queries import statistics
from publicity.outcome.report import objection_texts
from publicity.outcome.result import result_document
from tests.desk import Desk
from tests.dockets import acts_of, assigned, objection_of, readings_of
from tests.letters import NEW, call, letter
from tests.notices import BEIJING, published
from tests.objectors import NAME, PHONE, STATEMENT, come_back, notice_on, photo, renamed_program
from tests.stage import Stage
from voting_service.accounts.sessions import csrf_of


@pytest.fixture
def desk(stage: Stage) -> Desk:
    """An operator, with a notice that was published just now."""
    notice_on(stage)
    return Desk(stage, "经办人王", "operator", slug="test")


def today(stage: Stage) -> str:
    return stage.service.clock.now().astimezone(BEIJING).date().isoformat()


def came_today(stage: Stage, **changes: Any) -> dict[str, Any]:
    return letter(**({"received_on": today(stage), "postmarked_on": today(stage)} | changes))


def send(desk: Desk, step: str, **fields: Any) -> TestResponse:
    """As the page sends it."""
    return desk.client.post(
        NEW, data={"csrf": csrf_of(desk.secret), "step": step, **fields}, content_type="multipart/form-data"
    )


def hidden_fields(page: str) -> dict[str, str]:
    """What a page carries on to the next step."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found if name != "csrf"}


def codes(page: str) -> tuple[str, str]:
    """Docket number and passcode."""
    number, passcode = re.findall(r'<p class="code">([^<]+)</p>', page)
    return number, passcode


def test_a_letter_from_the_envelope_to_its_writers_return(stage: Stage, desk: Desk) -> None:
    assert f'href="{NEW}"' in desk.get("/desk/dockets").text
    form = desk.get(NEW).text
    assert "来信看寄出地邮戳日期" in form
    looked = send(desk, "preview", **came_today(stage, address="晨光路 1 号"))
    assert looked.status_code == 200, looked.text
    assert all(
        text in looked.text for text in ("来信登记", NAME, PHONE, STATEMENT, "晨光路 1 号", "书面答复")
    )
    assert stage_is_empty(stage)

    # What was looked at is what is entered; back to the form nothing is lost.
    fields = hidden_fields(looked.text)
    edited = send(desk, "edit", **fields).text
    assert STATEMENT in edited
    assert f'value="{NAME}"' in edited
    done = send(desk, "submit", confirmed="yes", scans=[photo("信封.png"), photo("信.png", "blue")], **fields)
    assert (done.status_code, done.headers["Cache-Control"]) == (201, "no-store")
    number, passcode = codes(done.text)
    assert "data:image/png;base64," in done.text
    assert not any(secret in done.text for secret in (NAME, PHONE, STATEMENT)), "the slip may lie about"
    assert readings_of(stage, number) == [("经办人王", "read_docket")]

    # The same form sent again, after the answer was lost.
    again = send(desk, "submit", confirmed="yes", **fields)
    assert (again.status_code, codes(again.text)) == (200, (number, passcode))
    assert "没有重复登记" in again.text

    # Whoever entered it is none of its handlers.
    page = desk.text(f"/desk/dockets/{number}")
    assert "来信登记" in page
    assert STATEMENT not in page
    assert "来信登记" in desk.text("/desk/dockets?view=all")
    handler = Desk(stage, "承办人赵", "handler", slug="test")
    assigned(stage, number, Desk(stage, "评委周", "committee", slug="test"), handler)
    assert STATEMENT in handler.text(f"/desk/dockets/{number}")
    assert acts_of(stage, number) == ["lodged", "assigned"]

    # Its writer comes back online like anyone else.
    writer = stage.client()
    assert come_back(writer, number, passcode).status_code == 303
    page = writer.get("/objections").text
    assert "收到您的来信，已登记" in page
    assert "附件 2 个" in page


def stage_is_empty(stage: Stage) -> bool:
    with stage.service.database.read() as session:
        return session.query(Objection).count() == 0


def test_what_is_wrong_is_told_at_once_and_nothing_typed_is_lost(stage: Stage, desk: Desk) -> None:
    wrong = send(desk, "preview", **came_today(stage, came_by="", candidate="", name=""))
    assert wrong.status_code == 422
    for field in ("came_by", "candidate", "name"):
        assert f'href="#{field}"' in wrong.text
        assert f'id="{field}"' in wrong.text
    assert STATEMENT in wrong.text
    assert PHONE in wrong.text

    # At the last look: the box, and every bad file by its name.
    bad = send(
        desk,
        "submit",
        scans=[photo(), renamed_program("甲.jpg"), renamed_program("乙.jpg")],
        **came_today(stage),
    )
    assert bad.status_code == 422
    assert all(text in bad.text for text in ("甲.jpg", "乙.jpg", "请先核对", STATEMENT))
    unit = came_today(stage, kind="unit", unit="云川市第一纺织厂工会", phone="0471-1234567")
    assert send(desk, "preview", **unit).status_code == 200
    refused = send(desk, "submit", confirmed="yes", **unit)
    assert refused.status_code == 422
    assert 'href="#stamp"' in refused.text
    assert stage_is_empty(stage)
    assert send(desk, "submit", confirmed="yes", stamp=photo("公章.png"), **unit).status_code == 201


def test_too_late_is_told_before_it_is_entered_with_what_to_do(stage: Stage, desk: Desk) -> None:
    later = stage.service.clock.now().astimezone(BEIJING).date() + timedelta(1)
    page = send(desk, "preview", **came_today(stage, received_on=later.isoformat()))
    assert page.status_code == 422
    assert "收到的日期还没有到" in page.text


def test_the_report_says_how_they_came(stage: Stage, desk: Desk) -> None:
    send(desk, "submit", confirmed="yes", **came_today(stage))
    anonymous = call(received_on=today(stage))
    number, _passcode = codes(send(desk, "submit", confirmed="yes", **anonymous).text)
    notice = objection_of(stage, number).notice_id
    with stage.service.database.read() as session:
        row = session.get_one(Objection, objection_of(stage, number).id)
        assert statistics(session, notice).came_by == {"letter": 1, "call": 1}
        result = result_document(session, row.notice, at=stage.service.clock.now())
    told = "".join(map(str, objection_texts(result["objections"])))
    assert "共收到异议 2 件" in told
    assert "异议的来源：来信 1 件、来电 1 件。" in told


def test_who_gets_at_the_page(stage: Stage, desk: Desk) -> None:
    handler = Desk(stage, "承办人赵", "handler", slug="test")
    assert handler.get(NEW).status_code == 200
    for roles in (("committee",), ("supervisor",), ("admin",)):
        other = Desk(stage, f"旁人{roles[0]}", *roles, slug="test")
        assert other.get(NEW).status_code == 403
        assert send(other, "submit", confirmed="yes", **came_today(stage)).status_code == 403
        if roles != ("admin",):
            assert f'href="{NEW}"' not in other.get("/desk/dockets").text
    elsewhere = Desk(stage, "外来人", "operator", slug="another")
    assert "现在没有可以登记异议的公示" in elsewhere.text(NEW)
    assert elsewhere.get(f"{NEW}?notice=test/1").status_code == 404
    assert send(elsewhere, "submit", confirmed="yes", **came_today(stage)).status_code == 404
    assert desk.get(f"{NEW}?notice=test/99999999999999999999").status_code == 404
    assert desk.client.post(NEW, data=came_today(stage)).status_code == 403, "a form of another site"
    assert stage_is_empty(stage)


def test_of_several_notices_one_is_chosen(stage: Stage, desk: Desk) -> None:
    notice_on_again(stage)
    page = desk.get(NEW).text
    assert 'value="test/1"' in page
    assert 'value="test/2"' in page
    assert "对谁有异议" in desk.get(f"{NEW}?notice=test/2").text


def notice_on_again(stage: Stage) -> None:
    published(stage, Desk(stage, "经办人李", "operator").official)
