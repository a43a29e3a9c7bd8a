"""The one character that PostgreSQL takes in no text: refused at the door, on each database, and never an error of ours."""

from __future__ import annotations

import secrets

import pytest

from tests.desk import Desk
from tests.objectors import API, form, lodge_by_api, notice_on, photo
from tests.stage import Stage


@pytest.mark.parametrize(
    "path",
    [
        "/c/a%00b",
        "/c/a%00b/objections/new",
        "/c/test%00/objections/new",
        "/log/a%00/notice-1.json",
        "/desk/dockets/a%00b",
        "/desk/notices/a%00b/1",
        "/desk/substitutions/a%00b",
    ],
)
def test_in_an_address_there_is_no_such_page(stage_on: Stage, path: str) -> None:
    notice_on(stage_on)
    desk = Desk(stage_on, "张三", "operator", "committee", "handler")
    for client in (stage_on.client(), desk.client):
        for answer in (client.get(path), client.post(path, data={"a": "b"})):
            assert answer.status_code == 404, (path, answer.status)


def test_in_a_query_or_a_form_it_is_a_bad_request(stage_on: Stage) -> None:
    notice_on(stage_on)
    client, desk = stage_on.client(), Desk(stage_on, "张三", "operator", "committee")
    answers = [
        client.get("/c/test/objections/new?notice=%00"),
        client.get("/c/test/objections/new?%00=1"),
        client.post(API.format(slug="te%00st"), data=form()),
        lodge_by_api(client, **form(name="欧阳\0静怡")),
        lodge_by_api(client, **form(statement="\0" * 30), evidence=photo()),
        client.post("/c/test/objections/new", data=form(name="欧阳\0静怡")),
        client.post("/objections", data={"number": "\0", "passcode": "x", "form": secrets.token_urlsafe(16)}),
        desk.post("/desk/notices/test/1/edit", title="公示\0"),
        desk.post("/desk/notices/test/1/extend", reason="核实\0", workdays="1"),
        desk.post("/desk/sign-in", name="张三\0", passphrase="x"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 404] + [400] * 7
    assert lodge_by_api(client, **form(), evidence=photo()).status_code == 201
