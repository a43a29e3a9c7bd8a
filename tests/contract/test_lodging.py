"""An objection is lodged whole or not at all, once, and its content is nowhere in plain."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text

from publicity.docket.models import DocketAttachment, DocketEntry, Objection
from publicity.docket.sealing import Heading, Identity, Matter, open_heading, open_identity, open_matter
from publicity.notices.queries import notice_by_number
from publicity.objections.following import withdraw
from publicity.outcome.closing import close_notice
from tests.desk import Desk
from tests.notices import beijing
from tests.objectors import (
    CLUE,
    NAME,
    PHONE,
    STATEMENT,
    anonymous,
    form,
    lodge_by_api,
    notice_on,
    photo,
    renamed_program,
)
from tests.stage import ClockInHand, Stage, make_service
from voting_service.activity import JournalEntry
from voting_service.attachments.models import Attachment
from voting_service.errors import Problem, ProblemsFound


def count(stage: Stage, table: Any = Objection) -> int:
    with stage.service.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def only(stage: Stage) -> Objection:
    with stage.service.database.read() as session:
        found = session.scalars(select(Objection)).one()
        assert found.entries
        return found


def test_what_was_said_comes_back_and_the_acknowledgement_says_when(stage_on: Stage) -> None:
    notice = notice_on(stage_on)
    answer = lodge_by_api(
        stage_on.client(), **form(email="a@b.cn", address="晨光路 1 号", evidence=[photo(), photo()])
    )
    assert answer.status_code == 201, answer.text
    told = answer.get_json()
    assert set(told) == {"docket_number", "passcode", "received_at", "reply_due"}
    keyring, kept = stage_on.service.keyring, only(stage_on)
    assert kept.docket_number == told["docket_number"]
    assert re.fullmatch(r"GS-20\d\d-[0-9A-Z]{6}", kept.docket_number)
    assert open_heading(keyring, kept) == Heading(2, "false_material")
    assert open_matter(keyring, kept) == Matter(STATEMENT)
    assert open_identity(keyring, kept) == Identity(NAME, PHONE, email="a@b.cn", address="晨光路 1 号")
    assert (kept.notice_id, kept.kind, kept.worth, kept.state) == (notice.id, "named", "answered", "received")
    assert told["reply_due"] == kept.reply_by.isoformat() > kept.decide_by.isoformat()
    assert [(e.seq, e.act, e.party, e.shown_to_objector) for e in kept.entries] == [
        (1, "lodged", "objector", True)
    ]
    assert (count(stage_on, DocketAttachment), count(stage_on, Attachment)) == (2, 2)


def test_working_days_decide_when_it_is_due(tmp_path: Path, redis_url: str) -> None:
    clock = ClockInHand(beijing(2026, 4, 30, 8))
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    notice_on(stage)
    clock.set(beijing(2026, 4, 30, 20))
    assert lodge_by_api(stage.client(), **form()).status_code == 201
    kept = only(stage)
    # 1 to 5 May are off; Saturday 9 May is worked in lieu.
    assert (kept.decide_by.isoformat(), kept.reply_by.isoformat()) == ("2026-05-07", "2026-05-18")
    stage.strike()


def test_an_anonymous_one_keeps_nobody(stage_on: Stage) -> None:
    notice_on(stage_on)
    typed = anonymous(name=NAME, phone=PHONE, email="a@b.cn", stamp=photo())
    assert lodge_by_api(stage_on.client(), **typed).status_code == 201
    kept = only(stage_on)
    assert (kept.identity_sealed, kept.phone_index, kept.worth) == (None, None, "examined")
    assert open_matter(stage_on.service.keyring, kept) == Matter(STATEMENT, CLUE)
    assert count(stage_on, Attachment) == 0, "a stamp belongs to units"


def test_a_unit_brings_its_stamp(stage: Stage) -> None:
    notice_on(stage)
    unit = form(kind="unit", unit="云川市第一纺织厂工会", phone="0471-1234567")
    refused = lodge_by_api(stage.client(), **unit)
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["stamp"])
    assert lodge_by_api(stage.client(), **unit, stamp=photo()).status_code == 201
    identity = open_identity(stage.service.keyring, only(stage))
    assert identity == Identity(NAME, "04711234567", "云川市第一纺织厂工会")


def test_every_problem_is_told_at_once_beside_its_field(stage: Stage) -> None:
    notice_on(stage)
    bad = form(candidate="9", ground="x", statement="太短", name="", phone="123", email="x",
               evidence=[photo(), renamed_program()])  # fmt: skip
    answer = lodge_by_api(stage.client(), **bad)
    assert answer.status_code == 422
    found = answer.get_json()
    assert set(found["fields"]) == {"candidate", "ground", "statement", "name", "phone", "email", "evidence"}
    assert len(found["problems"]) == 7
    assert count(stage) == count(stage, Attachment) == 0
    identity_card = lodge_by_api(stage.client(), **form(statement=STATEMENT + "身份证 11010519491231002X"))
    assert (identity_card.status_code, list(identity_card.get_json()["fields"])) == (422, ["statement"])
    assert "11010519491231002X" not in identity_card.text


def test_a_refused_kind_is_neither_offered_nor_taken(stage: Stage) -> None:
    notice_on(stage, worths={"anonymous": "refused"})
    page = stage.client().get("/c/test/objections/new")
    assert 'value="anonymous"' not in page.text
    assert 'value="named"' in page.text
    assert lodge_by_api(stage.client(), **anonymous()).status_code == 422


def test_the_same_form_again_is_the_same_acknowledgement(stage_on: Stage) -> None:
    notice_on(stage_on)
    typed = form()
    first = lodge_by_api(stage_on.client(), **typed)
    again = lodge_by_api(stage_on.client(), **typed)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    page = stage_on.client().post(
        "/c/test/objections/new", data=typed | {"statement": STATEMENT + "还有一件事。"}
    )
    assert page.status_code == 200
    assert "以第一版为准" in page.text
    assert first.get_json()["passcode"] in page.text
    assert count(stage_on) == 1
    assert open_matter(stage_on.service.keyring, only(stage_on)) == Matter(STATEMENT)


def at_once(*works: Any) -> list[Any]:
    """Let threads go at the same moment; gives their results in order."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Any) -> None:
        barrier.wait()
        results[place] = work()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_the_same_form_many_times_at_once_is_one_objection(stage_on: Stage) -> None:
    notice_on(stage_on)
    typed = form()
    assert stage_on.app
    # From several networks, so that nobody is asked to pay.
    answers = at_once(
        *[
            lambda n=n: lodge_by_api(stage_on.client(), came_from=f"10.{n}.0.1", **typed, evidence=photo())
            for n in range(6)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.get_data() for answer in answers}) == 1
    assert (count(stage_on), count(stage_on, DocketEntry), count(stage_on, Attachment)) == (1, 1, 1)
    directory = stage_on.service.attachments.directory
    assert len(list(directory.iterdir())) == 1, "no file of one that came second is left"


@contextmanager
def clock_on(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[tuple[Stage, ClockInHand]]:
    """A stage on this database, and the clock that it goes by."""
    clock = ClockInHand()
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock)
    )
    yield stage, clock
    stage.strike()


def close(stage: Stage, desk: Desk, at: datetime) -> int:
    """Close the notice as the desk does. Gives how many objections the published result counts. Raises ProblemsFound."""
    with stage.service.database.write() as session:
        notice = notice_by_number(session, "test", 1)
        event = close_notice(session, notice, at=at, official=desk.official)
        return json.loads(event.document)["objections"]["received"]


def test_at_the_last_instant_each_is_in_or_refused_and_closing_knows_of_every_one(
    tmp_path: Path, redis_url: str, database_url: str
) -> None:
    with clock_on(tmp_path, redis_url, database_url) as (stage, clock):
        notice, desk = notice_on(stage), Desk(stage, "关闭的人", "committee")
        until = notice.accepts_until
        assert stage.app
        assert until
        clock.set(until - timedelta(milliseconds=1))
        taken = threading.Semaphore(0)

        def keep_lodging(place: int) -> list[int]:
            """One after another until none is taken any more."""
            statuses = []
            for n in range(200):
                answer = lodge_by_api(stage.client(), came_from=f"10.{place}.{n}.1", **form())
                statuses.append(answer.status_code)
                taken.release()
                if answer.status_code != 201:
                    break
            return statuses

        def close_it() -> list[Problem]:
            """At the instant itself: what was taken waits to be handled, and is told in its number."""
            for _objection in range(8):
                taken.acquire()
            clock.set(until)
            with pytest.raises(ProblemsFound) as found:
                close(stage, desk, until)
            return list(found.value.problems)

        *lodgers, problems = at_once(*[lambda p=p: keep_lodging(p) for p in range(6)], close_it)
        assert [statuses[-1] for statuses in lodgers] == [403] * 6, "whoever came later was refused"
        assert {status for statuses in lodgers for status in statuses[:-1]} == {201}
        all_taken = sum(len(statuses) - 1 for statuses in lodgers)
        assert [problem.sentence.values["n"] for problem in problems] == [all_taken]
        assert count(stage) == all_taken
        with stage.service.database.write() as session:
            for kept in session.scalars(select(Objection)):
                withdraw(session, stage.service.keyring, kept.docket_number, at=until)
        assert close(stage, desk, until) == all_taken
        clock.set(until - timedelta(milliseconds=1))
        assert lodge_by_api(stage.client(), **form()).status_code == 403, (
            "closed is closed, whatever the clock"
        )


def test_the_servers_clock_decides_to_the_millisecond(tmp_path: Path, redis_url: str) -> None:
    clock = ClockInHand()
    stage = Stage(make_service(tmp_path / "data", redis_url=redis_url, clock=clock))
    notice = notice_on(stage)
    assert notice.accepts_until is not None
    clock.set(notice.accepts_until - timedelta(milliseconds=1))
    assert lodge_by_api(stage.client(), **form()).status_code == 201
    clock.set(notice.accepts_until)
    late = lodge_by_api(stage.client(), **form())
    assert (late.status_code, late.get_json()["code"]) == (403, "objections_closed")
    page = stage.client().post("/c/test/objections/new", data=form())
    assert page.status_code == 403
    assert STATEMENT in page.text, "what was typed can still be copied"
    assert "0000-1234567" in page.text, "and there is somebody to turn to"
    stage.strike()


def test_nothing_of_it_is_in_plain_in_any_column_file_or_journal(stage_on: Stage) -> None:
    notice_on(stage_on)
    client = stage_on.client()
    assert lodge_by_api(client, **form(evidence=photo("我家门口的照片.png"))).status_code == 201
    assert lodge_by_api(client, **anonymous()).status_code == 201
    secret = [word for text_ in (STATEMENT, NAME, PHONE, CLUE, "我家门口") for word in (text_, text_[:6])]
    found = [word for word in secret if word.encode() in everything(stage_on)]
    assert found == []
    with stage_on.service.database.read() as session:
        assert (
            session.scalars(select(JournalEntry.act).where(JournalEntry.actor == "objector")).all()
            == ["lodge_objection"] * 2
        )


def everything(stage: Stage) -> bytes:
    """Every byte that the service has written: all columns of all tables, and all files of the data directory."""
    parts = [file.read_bytes() for file in stage.service.settings.data_dir.rglob("*") if file.is_file()]
    with stage.service.database.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                for value in row:
                    parts.append(
                        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    )
    return b"\n".join(parts)


def test_without_redis_lodging_waits_the_text_stays_and_reading_goes_on(stage: Stage, tmp_path: Path) -> None:
    notice_on(stage)
    away = Stage(make_service(tmp_path / "data", redis_url=f"unix://{tmp_path}/no-such.sock"))
    assert away.client().get("/c/test/objections/new").status_code == 200
    page = away.client().post("/c/test/objections/new", data=form())
    assert page.status_code == 503
    assert STATEMENT in page.text
    assert "0000-1234567" in page.text
    answer = lodge_by_api(away.client(), **form())
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert count(stage) == 0
    away.strike()


@pytest.mark.parametrize(
    "header", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_another_sites_page_lodges_nothing(stage: Stage, header: dict[str, str]) -> None:
    notice_on(stage)
    for path in ("/c/test/objections/new", "/api/v1/campaigns/test/objections"):
        assert stage.client().post(path, data=form(), headers=header).status_code == 403
    assert count(stage) == 0


def test_beyond_the_budget_of_bytes_an_objection_is_still_taken_without_its_files(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice_on(stage)
    monkeypatch.setattr("publicity.toll.BYTES_PER_ADDRESS", 100)
    typed = form()
    refused = lodge_by_api(stage.client(), **typed, evidence=photo())
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["evidence"])
    assert "可以先不带文件提交" in refused.text
    assert lodge_by_api(stage.client(), **typed).status_code == 201


def test_a_disk_that_is_nearly_full_takes_no_files_and_still_takes_objections(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice_on(stage)
    monkeypatch.setattr(stage.service.attachments, "_least_free", 2**62)
    refused = lodge_by_api(stage.client(), **form(evidence=photo()))
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["evidence"])
    assert lodge_by_api(stage.client(), **form()).status_code == 201


def test_what_is_wrong_with_the_text_alone_costs_nothing(stage: Stage) -> None:
    notice_on(stage)
    statuses = {lodge_by_api(stage.client(), **form(statement="")).status_code for _try in range(20)}
    assert statuses == {422}
    assert lodge_by_api(stage.client(), **form()).status_code == 201
