"""Whoever reads English reads it at the notice board, with an objection and at the desk; what people wrote, and what will stand
on paper, stays in Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from publicity.notices.models import DRAFT, Notice
from publicity.notices.queries import document_of, steps_of
from tests.architecture.test_translations import compiled, left_in_chinese
from tests.desk import Desk
from tests.dockets import CLUE, STATEMENT, assigned, last_seq, lodge
from tests.dockets import NAME as OBJECTOR
from tests.objectors import NAME as CITIZEN
from tests.objectors import STATEMENT as CITIZENS_STATEMENT
from tests.objectors import form, lodge_by_api
from tests.stage import Stage
from tests.substituting import PUBLICITY, REASON, WOMEN, Committee
from voting_service.web import language

NEW, NOTICE = "/c/test/objections/new", "/desk/notices/test/1"
FOUND, QUESTION, TYPED = "签字单是真的。", "签字单在哪里？", "不够长"
PEOPLE = ("赵敏", "王芳", "李伟", "陈静", "周强", "钱进", "女性")
"""The committee, those whom a scene adds, and the rule on women."""
IN_CHINESE = re.compile(
    r'<article class="paper" lang="zh-CN">.*?</article>|<div class="letter">.*?</div>|<textarea.*?</textarea>',
    re.DOTALL,
)
"""What will stand on paper, and what a form begins with for it."""


@pytest.fixture(autouse=True)
def spoken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """English is there."""
    directory = compiled(tmp_path / "translations")
    monkeypatch.setattr(language, "_catalogue", lambda _app: str(directory))


class Reader:
    """Opens pages in English, and remembers where something was left in Chinese."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.left: dict[str, list[str]] = {}

    def opens(self, who: Desk | Client, *paths: str) -> None:
        """Look at pages."""
        for path in paths:
            self._reads(path, who.get(_english(path)))

    def sends(self, desk: Desk, path: str, **fields: Any) -> None:
        """Look at what a form of the desk answers."""
        self._reads(path, desk.post(_english(path), **fields))

    def hands_in(self, citizen: Client, path: str, fields: dict[str, Any]) -> None:
        """Look at what a citizens' form answers."""
        self._reads(path, citizen.post(_english(path), data=fields))

    def _reads(self, path: str, answer: TestResponse) -> None:
        assert answer.status_code in (200, 201, 422), f"{path}: {answer.status}"
        if chinese := left_in_chinese(self._without_what_people_wrote(answer.text)):
            self.left.setdefault(path, []).extend(chinese)

    def _without_what_people_wrote(self, page: str) -> str:
        written = {
            STATEMENT,
            CITIZENS_STATEMENT,
            CLUE,
            FOUND,
            QUESTION,
            REASON,
            REASON.rstrip("。"),
            TYPED,
            CITIZEN,
            OBJECTOR,
            *PEOPLE,
        }
        with self.stage.service.database.read() as session:
            for notice in session.scalars(select(Notice)):
                written |= {notice.title, *_texts(json.loads(notice.draft_json))}
                if notice.state != DRAFT:
                    written |= {*_texts(document_of(notice)), *_texts(steps_of(notice))}
        text = unescape(IN_CHINESE.sub("", page))
        for sentence in sorted(written, key=len, reverse=True):
            text = text.replace(sentence, "")
        return text


def _texts(part: Any) -> Iterator[str]:
    """Every text of a document."""
    if isinstance(part, str):
        yield part
    for member in part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ():
        yield from _texts(member)


def _english(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang=en"


def opened(stage: Stage) -> Committee:
    """A campaign with a notice that takes objections."""
    stage.campaign(candidates=10)
    committee = Committee(stage)
    committee.plan(publicity=PUBLICITY, composition=[WOMEN])
    committee.genders([1, 2, 7])
    committee.notice([1, 2, 3, 4, 5], reserve=[6, 7, 8])
    return committee


def test_a_citizen_reads_the_board_and_objects_in_english(stage: Stage) -> None:
    opened(stage)
    citizen, reader = stage.client(), Reader(stage)
    reader.opens(
        citizen, "/c/test/notices", "/c/test/notices/1", "/c/test/notices/1/embed", "/objections", "/desk/sign-in",
        NEW, f"{NEW}?notice=1",
    )  # fmt: skip
    reader.hands_in(citizen, NEW, form(statement=TYPED, candidate="", phone="1"))
    reader.hands_in(citizen, NEW, form())
    kept = lodge_by_api(citizen, **form()).get_json()
    pair = {"number": kept["docket_number"], "passcode": kept["passcode"], "form": "x" * 22}
    reader.hands_in(citizen, "/objections", pair | {"passcode": "bad"})
    assert citizen.post("/objections", data=pair).status_code == 303
    reader.opens(citizen, "/objections")
    assert reader.left == {}


def test_an_operator_drafts_and_extends_in_english(stage: Stage) -> None:
    operator, reader = opened(stage).operator, Reader(stage)
    reader.sends(operator, "/desk/notices/new", campaign="test", level="", who="numbers", people="x、99")
    new = {"campaign": "test", "level": "city", "who": "numbers", "people": "9"}
    assert operator.post("/desk/notices/new", **new).status_code == 303
    draft = "/desk/notices/test/2"
    reader.sends(operator, f"{draft}/edit", title="", level="city", lead="", people="9、1", action="preview")
    reader.opens(operator, draft, f"{draft}/edit", f"{draft}/preview", f"{draft}/discard")
    reader.sends(operator, f"{NOTICE}/extend", workdays="x", reason="")
    reader.opens(
        operator, NOTICE, f"{NOTICE}/extend", f"{NOTICE}/close", "/desk", "/desk/notices", "/desk/notices/new"
    )
    assert reader.left == {}


def test_handlers_read_a_docket_in_english(stage: Stage) -> None:
    operator, reader = opened(stage).operator, Reader(stage)
    first, second = (Desk(stage, name, "handler") for name in PEOPLE[3:5])
    supervisor, number = Desk(stage, PEOPLE[5], "supervisor"), lodge(stage)
    docket = f"/desk/dockets/{number}"
    reader.opens(operator, "/desk", "/desk/dockets", "/desk/dockets?view=unassigned", docket)
    assigned(stage, number, operator, first, second)
    reader.sends(first, f"{docket}/ask", question="")
    assert first.post(f"{docket}/ask", question=QUESTION).status_code == 303
    assert first.post(f"{docket}/accept").status_code == 303
    reader.opens(first, docket, f"{docket}/ruling/upheld")
    ruling = {"outcome": "upheld", "ruling_finding": FOUND, "reply": FOUND, "seen": last_seq(stage, number)}
    reader.sends(first, f"{docket}/ruling", **ruling, step="preview")
    assert first.post(f"{docket}/ruling", **ruling, step="submit").status_code == 303
    for desk in (first, second, supervisor):
        reader.opens(desk, docket, "/desk/dockets", "/desk")
    assert reader.left == {}


def test_the_committee_reads_a_substitution_in_english(stage: Stage) -> None:
    committee, reader = opened(stage), Reader(stage)
    operator, first, number = committee.operator, committee.first, committee.propose(1)
    here = f"{NOTICE}/substitutions"
    reader.opens(operator, here, f"{here}/new", f"{here}/{number}")
    reader.sends(operator, f"{here}/new", leaver="", cause="", reason="")
    reader.sends(operator, f"{here}/new", leaver="3", cause="deceased", reason=REASON)
    reader.opens(first, "/desk", f"{here}/{number}")
    committee.confirm(number)
    reader.opens(first, "/desk", f"{here}/{number}")
    reader.sends(first, f"{here}/{number}/fill", successor="8", reason="")
    reader.sends(first, f"{here}/{number}/fill", successor="7", seen="7")
    committee.fill(number, 7)
    reader.opens(first, f"{here}/{number}", f"{here}/notice")
    supplement = committee.supplement(number)
    reader.sends(operator, f"{here}/notice", substitutions=str(number))
    reader.opens(operator, here, f"/desk/notices/test/{supplement}/preview")
    committee.publish(supplement)
    reader.opens(first, here, f"{NOTICE}/close")
    reader.opens(
        stage.client(), "/c/test", "/c/test/ranking", "/c/test/rules", "/c/test/candidates/1", "/c/test/notices",
        "/c/test/notices/1", f"/c/test/notices/{supplement}",
    )  # fmt: skip
    assert reader.left == {}
