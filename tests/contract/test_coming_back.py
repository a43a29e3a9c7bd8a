"""Number and passcode open a docket; a wrong pair says nothing, costs the same, and is paid for when it is tried again."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from werkzeug.test import Client

from publicity.docket.models import DocketAttachment, Objection
from publicity.docket.record import append_entry
from publicity.docket.sealing import open_body
from publicity.objections.sessions import LIFETIME_S
from publicity.toll import FREE
from tests.desk import Desk
from tests.objectors import (
    NAME,
    PHONE,
    STATEMENT,
    come_back,
    form,
    lodge_by_api,
    notice_on,
    photo,
    renamed_program,
)
from tests.solving import solution_of
from tests.stage import ClockInHand, Stage, make_service
from voting_service.voter_codes.code_text import new_code


@contextmanager
def work_counted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every SQL statement and every keyed digest, in order."""
    done: list[str] = []

    def statement(_connection: Any, _cursor: Any, sql: str, *_more: Any) -> None:
        done.append(sql)

    plain_digest = hmac.digest
    engine = stage.service.database.engine
    event.listen(engine, "before_cursor_execute", statement)
    with monkeypatch.context() as patched:
        patched.setattr(hmac, "digest", lambda *a: done.append("digest") or plain_digest(*a))
        yield done
    event.remove(engine, "before_cursor_execute", statement)


def lodged(stage: Stage, **typed: Any) -> tuple[str, str]:
    told = lodge_by_api(stage.client(), **form(**typed)).get_json()
    return told["docket_number"], told["passcode"]


def csrf_on(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def form_id_on(page: str) -> str:
    found = re.search(r'name="form" value="([^"]+)"', page)
    assert found
    return found[1]


def opened(stage: Stage, number: str, passcode: str) -> Client:
    client = stage.client()
    answer = come_back(client, number, passcode)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/objections")
    return client


def say(client: Client, act: str, **fields: Any) -> Any:
    page = client.get("/objections").text
    sent = {"csrf": csrf_on(page), "form": form_id_on(page)} | fields
    return client.post(f"/objections/{act}", data=sent, content_type="multipart/form-data")


def question(stage: Stage, number: str, body: str = "请问是哪个班组？") -> None:
    """As a handler asks."""
    desk = Desk(stage, "承办人", "handler")
    with stage.service.database.write() as session:
        objection = session.scalars(select(Objection).where(Objection.docket_number == number)).one()
        append_entry(session, stage.service.keyring, objection, "asked", body, at=stage.service.clock.now(),
                     official_id=desk.official.id, shown=True)  # fmt: skip


def test_the_right_pair_however_it_is_typed_opens_this_docket_alone(stage_on: Stage) -> None:
    notice_on(stage_on)
    number, passcode = lodged(stage_on)
    other, _passcode = lodged(stage_on, statement=STATEMENT + "另一件")
    client = stage_on.client()
    assert come_back(client, number.lower().replace("-", " "), passcode.lower()).status_code == 303
    cookie = client.get_cookie("docket", path="/objections")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.max_age) == (True, "Strict", LIFETIME_S)
    page = client.get("/objections")
    assert number in page.text
    assert other not in page.text
    assert passcode not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Referrer-Policy"] == "same-origin"
    forged = stage_on.client()
    forged.set_cookie("docket", cookie.value.replace(number, other), path="/objections")
    assert other not in forged.get("/objections").text


def test_the_session_ends_after_half_an_hour_and_at_once_when_asked(tmp_path: Path, redis_url: str) -> None:
    clock = ClockInHand()
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    notice_on(stage)
    number, passcode = lodged(stage)
    client = opened(stage, number, passcode)
    cookie = client.get_cookie("docket", path="/objections")
    assert cookie is not None
    clock.tick(timedelta(seconds=LIFETIME_S))
    client.set_cookie("docket", cookie.value, path="/objections")  # a browser that does not forget
    assert number not in client.get("/objections").text
    client = opened(stage, number, passcode)
    client.post("/objections/leave")
    assert number not in client.get("/objections").text
    stage.strike()


def test_a_wrong_pair_answers_alike_and_does_the_same_work_whether_the_number_exists_or_not(
    stage_on: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice_on(stage_on)
    number, _passcode = lodged(stage_on)
    come_back(stage_on.client(), number, new_code())  # warm
    answers, works = [], []
    for tried in (number, "GS-2026-ZZZZZZ"):
        client = stage_on.client()
        with work_counted(stage_on, monkeypatch) as work:
            answer = come_back(client, tried, "0000-0000-0000", form="f" * 22)
        words = re.sub(r'nonce="[^"]+"|nonce-[^\']+', "", answer.text).replace(tried, "NUMBER")
        answers.append((answer.status_code, words, sorted(answer.headers.keys())))
        works.append(work)
    assert answers[0] == answers[1]
    assert "受理编号或查询码不对" in answers[0][1]
    assert works[0] == works[1]
    assert sum(1 for one in works[0] if "FROM objections" in one) == 1


def test_wrong_pairs_cost_work_after_the_first_few_and_a_right_one_still_opens(stage: Stage) -> None:
    notice_on(stage)
    number, passcode = lodged(stage)
    client = stage.client()
    statuses = [come_back(client, number, new_code()).status_code for _try in range(FREE["wrong"][0] + 1)]
    assert statuses == [422] * FREE["wrong"][0] + [428]
    asked = come_back(client, number, passcode, form="p" * 22)
    assert asked.status_code == 428
    assert "JavaScript" in asked.text
    challenge = re.search(r'id="challenge"[^>]*>([^<]+)<', asked.text)
    assert challenge
    import json

    solution = json.dumps(solution_of(json.loads(challenge[1])))
    assert come_back(client, number, passcode, form="p" * 22, challenge=solution).status_code == 303
    assert come_back(client, number, passcode, form="p" * 22, challenge=solution).status_code == 428, "spent"


def test_a_slip_of_the_pen_is_told_as_such_and_costs_nothing(stage: Stage) -> None:
    client = stage.client()
    for _try in range(20):
        answer = come_back(client, "hello", "123")
        assert answer.status_code == 422
    assert "形如 GS-2026" in answer.text
    assert "12 位数字和字母" in answer.text


def test_adding_answering_and_withdrawing_are_entries_that_stay(stage_on: Stage) -> None:
    notice_on(stage_on)
    number, passcode = lodged(stage_on)
    client = opened(stage_on, number, passcode)
    assert say(client, "add", **{"text": "补充：还有一张照片。", "text-files": photo()}).status_code == 303
    assert say(client, "answer", answer="没有人问过").status_code == 422
    question(stage_on, number)
    page = client.get("/objections").text
    assert "请问是哪个班组？" in page
    assert 'action="/objections/answer"' in page
    assert say(client, "answer", answer="二班。").status_code == 303
    page = client.get("/objections").text
    assert 'action="/objections/answer"' not in page
    for words in ("您提出了异议", "您补充了材料", "承办人向您提问", "您回答了提问", "附件 1 个", "二班。"):
        assert words in page, words
    folded = re.search(r'<details class="wrote">.*?</details>', page, re.DOTALL)
    assert folded, "closed, for whoever looks over a shoulder"
    assert STATEMENT in folded[0], "so that they see what was received"
    assert STATEMENT not in page.replace(folded[0], "")
    assert [word for word in (NAME, PHONE) if word in page] == [], (
        "whoever found the acknowledgement learns no name"
    )
    asked = say(client, "withdraw")
    assert (asked.status_code, "确定撤回" in asked.text) == (200, True)
    assert say(client, "withdraw", sure="yes").status_code == 303
    page = client.get("/objections").text
    assert "已撤回" in page
    assert 'action="/objections/add"' not in page
    with stage_on.service.database.read() as session:
        kept = session.scalars(select(Objection)).one()
        keyring = stage_on.service.keyring
        assert kept.state == "withdrawn"
        assert [(e.act, open_body(keyring, number, e)) for e in kept.entries] == [
            ("lodged", ""),
            ("added", "补充：还有一张照片。"),
            ("asked", "请问是哪个班组？"),
            ("answered", "二班。"),
            ("withdrawn", ""),
        ]


def test_what_cannot_be_taken_is_told_beside_its_field_and_the_text_stays(stage: Stage) -> None:
    notice_on(stage)
    client = opened(stage, *lodged(stage))
    refused = say(client, "add", **{"text": "写了很多字的补充", "text-files": renamed_program()})
    assert refused.status_code == 422
    assert "写了很多字的补充" in refused.text
    assert 'href="#text-files"' in refused.text
    assert say(client, "add", text="").status_code == 422
    assert "字，最多" in say(client, "add", text="字" * 2001).text


def test_the_same_addition_posted_twice_is_one_entry(stage: Stage) -> None:
    notice_on(stage)
    client = opened(stage, *lodged(stage))
    page = client.get("/objections").text
    sent = {"csrf": csrf_on(page), "form": form_id_on(page), "text": "只说一次"}
    for _time in range(3):
        assert (
            client.post("/objections/add", data=sent, content_type="multipart/form-data").status_code == 303
        )
    assert client.get("/objections").text.count("只说一次") == 1


def test_a_form_that_was_taken_is_answered_as_done_whatever_came_after(stage_on: Stage) -> None:
    notice_on(stage_on)
    number, passcode = lodged(stage_on)
    client = opened(stage_on, number, passcode)
    page = client.get("/objections").text
    form = {"csrf": csrf_on(page), "form": form_id_on(page)}

    def send(act: str = "add", **fields: Any) -> int:
        return client.post(
            f"/objections/{act}", data=form | fields, content_type="multipart/form-data"
        ).status_code

    assert send(**{"text": "附照片", "text-files": photo()}) == 303
    question(stage_on, number)
    assert send("answer", answer="附照片") == 303, "the page has one id for both of its forms"
    for _time in range(2):
        assert send(**{"text": "附照片", "text-files": photo()}) == 303
        assert send("answer", answer="附照片") == 303, "though nothing is asked any more"
    assert send(**{"text": "附照片", "text-files": photo(colour="blue")}) == 303, (
        "another picture is another addition"
    )
    assert send(text="附照片，改过") == 303, "nor is a changed text lost"
    with stage_on.service.database.write() as session:
        kept = session.scalars(select(Objection)).one()
        kept.state, kept.decline_class, kept.taken_up_at = "declined", "no_clue", stage_on.service.clock.now()
    assert send(text="附照片，改过") == 303, "it was taken before the decision"
    assert send(text="来晚了") == 422
    with stage_on.service.database.read() as session:
        kept = session.scalars(select(Objection)).one()
        assert [e.act for e in kept.entries] == ["lodged", "added", "asked", "answered", "added", "added"]
        assert session.scalar(select(func.count()).select_from(DocketAttachment)) == 2


def test_the_same_words_in_another_form_are_said_again(stage: Stage) -> None:
    notice_on(stage)
    client = opened(stage, *lodged(stage))
    for _time in range(2):
        assert say(client, "add", text="请尽快办理").status_code == 303
    assert client.get("/objections").text.count("请尽快办理") == 2


def test_another_sites_page_does_nothing_in_an_open_docket(stage: Stage) -> None:
    notice_on(stage)
    client = opened(stage, *lodged(stage))
    page = client.get("/objections").text
    sent = {"csrf": csrf_on(page), "form": form_id_on(page), "text": "不是我写的", "sure": "yes"}
    for act in ("add", "withdraw"):
        foreign = client.post(f"/objections/{act}", data=sent, headers={"Origin": "https://elsewhere.example"},
                              content_type="multipart/form-data")  # fmt: skip
        guessed = client.post(
            f"/objections/{act}", data=sent | {"csrf": "x" * 22}, content_type="multipart/form-data"
        )
        assert (foreign.status_code, guessed.status_code) == (403, 403)
    assert "不是我写的" not in client.get("/objections").text
    assert 'action="/objections/add"' in client.get("/objections").text


def test_a_decided_objection_takes_nothing_any_more(stage_on: Stage) -> None:
    notice_on(stage_on)
    number, passcode = lodged(stage_on)
    client = opened(stage_on, number, passcode)
    page = client.get("/objections").text
    now = stage_on.service.clock.now()
    with stage_on.service.database.write() as session:
        kept = session.scalars(select(Objection)).one()
        kept.state, kept.decline_class, kept.taken_up_at = "declined", "no_clue", now
    sent = {"csrf": csrf_on(page), "form": form_id_on(page), "text": "来晚了", "sure": "yes"}
    late = client.post("/objections/add", data=sent, content_type="multipart/form-data")
    assert (late.status_code, "已经办结或者撤回" in late.text) == (422, True)
    assert client.post("/objections/withdraw", data=sent).status_code == 409


class NeverSent:
    """A body whose sender stalls: whoever reads it would wait for ever."""

    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")


@pytest.mark.parametrize("path", ["/objections/add", "/objections/answer"])
def test_who_has_opened_no_docket_is_told_so_before_anything_is_read(stage: Stage, path: str) -> None:
    notice_on(stage)
    number, passcode = lodged(stage)
    opened = stage.client()
    assert come_back(opened, number, passcode).status_code == 303
    stalled = {"CONTENT_LENGTH": str(30 * 1024**2), "wsgi.input": NeverSent()}
    kind = "multipart/form-data; boundary=x"
    for client, headers in ((stage.client(), {}), (opened, {"Origin": "https://elsewhere.example"})):
        answer = client.post(path, content_type=kind, headers=headers, environ_overrides=stalled)
        assert answer.status_code == 403
