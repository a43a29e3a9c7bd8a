"""Screenplays at the desk: a docket from coming in to the answer, who sees which page, and what nobody else is ever shown."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta

import pypdfium2
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from publicity.rulings.commands import dockets_group
from publicity.rulings.reminders import desk_section, probe_dockets
from tests.desk import Desk
from tests.dockets import (
    NAME,
    PHONE,
    SECRETS,
    acts_of,
    assigned,
    last_seq,
    lodge,
    objection_of,
    publish_notice,
    readings_of,
    say,
)
from tests.stage import Stage
from voting_service.accounts.officials import Role
from voting_service.attachments.examine import Examined

FINDING = "查档案，签字单为本人所签。"
REPLY = "经核查，您反映的情况属实。\n谢谢您。"


def picture() -> bytes:
    """A JPEG as it is kept."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG")
    return out.getvalue()


FILES = (
    Examined("picture", "image/jpeg", picture(), "现场照片.jpg"),
    Examined("pdf", "application/pdf", b"%PDF-1.4 signed", "签字单.pdf"),
    Examined("sound", "audio/mpeg", b"ID3 sound", "录音.mp3"),
)


@pytest.fixture
def committee(stage: Stage) -> Desk:
    """The committee, with a campaign and a notice to handle objections to."""
    stage.draft()
    desk = Desk(stage, "评委周", "committee", slug="test")
    publish_notice(stage)
    return desk


def handler(stage: Stage, name: str) -> Desk:
    return Desk(stage, name, "handler", slug="test")


def test_a_docket_from_coming_in_to_the_answer(stage: Stage, committee: Desk) -> None:
    first, second = handler(stage, "承办赵"), handler(stage, "承办钱")
    number = lodge(stage, files=FILES)
    url = f"/desk/dockets/{number}"

    # The committee sees that there is one, about whom, and assigns it to two people.
    assert "未指派 1" in committee.text("/desk/dockets")
    assert number in committee.text("/desk/dockets?view=unassigned")
    for one in (first, second):
        came = committee.post(f"{url}/assign", handler=one.official.id)
        assert (came.status_code, came.headers["Location"]) == (303, f"{url}?done=assign")
    assert "评委周" in committee.text(url)

    # A handler reads it, asks, is answered, and takes it up.
    page = first.text(url)
    assert all(secret in page for secret in SECRETS)
    assert first.post(f"{url}/ask", question="签字单在哪里？").status_code == 303
    say(stage, number, "answered", "在三号车间存档。")
    assert "在三号车间存档。" in first.text(url)
    assert first.post(f"{url}/accept").status_code == 303
    assert first.post(f"{url}/finding", finding=FINDING).status_code == 303

    # The proposal begins with the template, is looked at, changed, and put before the second person.
    page = first.get(f"{url}/ruling/upheld").text
    assert "异议成立。我们将按照评选办法" in page
    fields = {
        "outcome": "upheld",
        "ruling_finding": FINDING,
        "reply": REPLY,
        "seen": str(last_seq(stage, number)),
    }
    looked = first.post(f"{url}/ruling", step="preview", **fields)
    assert looked.status_code == 200
    assert "关于对《测试评选候选人公示1》所提异议的答复" in looked.text
    assert acts_of(stage, number)[-1] == "found", "a look changes nothing"
    edited = first.post(f"{url}/ruling", step="edit", **fields)
    assert FINDING in edited.text
    assert REPLY.replace("\n", "\r\n") in edited.text or REPLY in edited.text
    assert first.post(f"{url}/ruling", step="submit", **fields).headers["Location"] == f"{url}?done=propose"
    assert "等待另一名承办人员确认" in first.text(url)
    assert "确认处理决定" not in first.text(url)

    # The second person confirms with a box ticked, and not without.
    assert "待我确认 1" in second.text("/desk/dockets")
    given = {"ruling": "1", "seen": str(last_seq(stage, number))}
    assert second.post(f"{url}/confirm", **given).status_code == 422
    assert second.post(f"{url}/confirm", confirmed="yes", **given).status_code == 303
    assert objection_of(stage, number).state == "upheld"
    assert acts_of(stage, number) == [
        "lodged", "assigned", "assigned", "asked", "answered", "accepted", "found", "proposed", "ruled", "replied",
    ]  # fmt: skip

    # The letter as PDF, read back.
    letter = first.get(f"{url}/reply.pdf")
    assert (letter.mimetype, letter.headers["Cache-Control"]) == ("application/pdf", "no-store")
    pdf = pypdfium2.PdfDocument(letter.data)
    told = re.sub(r"\s", "", "".join(page.get_textpage().get_text_range() for page in pdf))
    assert all(part in told for part in ("异议的答复", number, "您反映的情况属实", "测试总工会"))
    assert not any(secret in told for secret in SECRETS)
    assert "已办结" in committee.text("/desk/dockets?view=all")


def test_files_are_handed_out_as_what_they_are_and_to_handlers_alone(stage: Stage, committee: Desk) -> None:
    reader = handler(stage, "承办赵")
    number = lodge(stage, files=FILES)
    assigned(stage, number, committee, reader)
    page = reader.get(f"/desk/dockets/{number}").text
    addresses = sorted(set(re.findall(rf"/desk/dockets/{number}/files/[\w-]+", page)))
    assert len(addresses) == 3
    came = {}
    for address in addresses:
        response = reader.get(address)
        assert response.status_code == 200
        came[response.mimetype] = response
        assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert committee.get(address).status_code == 404
        assert stage.client().get(address).status_code == 303, "to sign in"
    assert came["image/jpeg"].headers["Content-Disposition"].startswith("inline;")
    for kept in ("application/pdf", "audio/mpeg"):
        assert came[kept].headers["Content-Disposition"].startswith("attachment;")
    assert {response.data for response in came.values()} == {file.data for file in FILES}
    assert not any("照片" in response.headers["Content-Disposition"] for response in came.values())
    assert readings_of(stage, number) == [("承办赵", "read_docket"), *[("承办赵", "read_attachment")] * 3]


# ---- who sees which page

PEOPLE: tuple[tuple[str, tuple[Role, ...], str], ...] = (
    ("handles it", ("handler",), "test"),
    ("committee, assigned", ("committee",), "test"),
    ("committee", ("committee",), "test"),
    ("operator", ("operator",), "test"),
    ("supervisor", ("supervisor",), "test"),
    ("handler, not assigned", ("handler",), "test"),
    ("handler who stood aside", ("handler",), "test"),
    ("committee elsewhere", ("committee",), "other"),
    ("admin", ("admin",), ""),
)
READS = {"handles it", "committee, assigned"}
KNOWS = READS | {"committee", "operator", "supervisor"}
ASSIGNS = {"committee, assigned", "committee", "operator"}


@pytest.mark.parametrize(("who", "roles", "slug"), PEOPLE, ids=[one[0] for one in PEOPLE])
def test_the_matrix_of_roles_and_pages(
    stage: Stage, committee: Desk, who: str, roles: tuple[Role, ...], slug: str
) -> None:
    stage.draft("other")
    desk, helper = Desk(stage, "某人", *roles, slug=slug), handler(stage, "承办孙")
    number = lodge(stage, files=FILES[:1])
    if who in READS or who == "handler who stood aside":
        assigned(stage, number, committee, desk)
    url = f"/desk/dockets/{number}"
    if who == "handler who stood aside":
        assert desk.post(f"{url}/stand-aside", recusal_reason="亲属").status_code == 303
    file_id = re.findall(rf"{url}/files/([\w-]+)", _as_handler(stage, committee, number))[0]

    listed = desk.get("/desk/dockets")
    assert listed.status_code == (403 if who == "admin" else 200)
    page = desk.get(url)
    expected = 403 if who == "admin" else 200 if who in KNOWS else 404
    assert page.status_code == expected
    assert (number in listed.text) == (who in KNOWS)
    if who not in READS:
        for text in (page.text, listed.text):
            assert [secret for secret in SECRETS if secret in text] == []
        assert "现场照片" not in page.text
    else:
        assert all(secret in page.text for secret in SECRETS)
    assert desk.get(f"{url}/files/{file_id}").status_code == (
        403 if who == "admin" else 200 if who in READS else 404
    )
    assert ("指派承办人员" in page.text) == (who in ASSIGNS)
    assert (f'action="{url}/accept"' in page.text) == (who in READS)

    # What they may not do is refused, whatever their page offers; nothing comes of it.
    before = acts_of(stage, number)
    answers = {
        verb: desk.post(f"{url}/{verb}", **fields).status_code
        for verb, fields in (
            ("ask", {"question": ""}), ("finding", {"finding": ""}), ("decline", {}), ("ruling", {}),
            ("confirm", {"confirmed": "yes"}), ("send-back", {}), ("assign", {}), ("release", {}), ("recuse", {}),
        )
    }  # fmt: skip
    assert acts_of(stage, number) == before
    assert set(answers.values()) <= {403, 404, 422}
    done = desk.post(f"{url}/assign", handler=helper.official.id).status_code
    assert (done == 303) == (who in ASSIGNS)
    assert (desk.post(f"{url}/accept").status_code == 303) == (who in READS)


def _as_handler(stage: Stage, committee: Desk, number: str) -> str:
    reader = handler(stage, "承办李")
    assigned(stage, number, committee, reader)
    return reader.get(f"/desk/dockets/{number}").text


def test_a_supervisor_sees_how_it_was_handled_and_never_what_or_by_whom_it_was_said(
    stage: Stage, committee: Desk
) -> None:
    first, second = handler(stage, "承办赵"), handler(stage, "承办钱")
    supervisor = Desk(stage, "监督员吴", "supervisor", slug="test")
    number = lodge(stage, files=FILES)
    assigned(stage, number, committee, first, second)
    url = f"/desk/dockets/{number}"
    first.get(url)
    first.post(f"{url}/ask", question="签字单在哪里？")
    first.post(f"{url}/accept")
    fields = {"outcome": "upheld", "ruling_finding": FINDING, "reply": REPLY}
    first.post(f"{url}/ruling", step="submit", seen=last_seq(stage, number), **fields)
    pages = [supervisor.get(url), supervisor.get("/desk/dockets"), supervisor.get("/desk/dockets?view=all")]
    second.post(f"{url}/confirm", ruling="1", seen=last_seq(stage, number), confirmed="yes")
    pages += [
        supervisor.get(url),
        supervisor.get(f"{url}/reply.pdf"),
        supervisor.get("/desk/dockets?view=all"),
    ]
    said = (*SECRETS, FINDING, "签字单", "您反映的情况属实", "现场照片", "录音.mp3")
    for page in pages:
        assert [word for word in said if word in page.text] == []
        assert not re.search(rf"{PHONE}|{NAME}", str(page.headers))
    told = supervisor.text(url)
    for word in (
        "候选人3",
        "材料不实",
        "实名",
        "向异议人提问",
        "提出处理意见",
        "作出处理决定",
        "承办赵",
        "承办钱",
        "异议成立",
    ):
        assert word in told
    assert {who for who, _act in readings_of(stage, number)} == {"承办赵"}
    assert "<form" not in pages[3].text.partition("<main")[2]


def test_whoever_stands_aside_is_told_and_finds_nothing_there_any_more(stage: Stage, committee: Desk) -> None:
    leaver = handler(stage, "承办赵")
    number = lodge(stage)
    assigned(stage, number, committee, leaver)
    answer = leaver.post(f"/desk/dockets/{number}/stand-aside", recusal_reason="与当事人是亲属")
    assert answer.headers["Location"] == "/desk/dockets?done=stand_aside"
    listed = leaver.text(answer.headers["Location"])
    assert "您已回避" in listed
    assert number not in listed
    assert leaver.get(f"/desk/dockets/{number}").status_code == 404
    gone, never = (
        re.sub(r"\s+|nonce=\"[^\"]+\"|value=\"[^\"]+\"", "", leaver.get(f"/desk/dockets/{one}").text)
        for one in (number, "GS-2026-AAAAAA")
    )
    assert gone == never
    assert "承办赵" in committee.text(f"/desk/dockets/{number}")
    assert "未指派" in committee.text("/desk/dockets?view=unassigned")


def test_nothing_typed_is_lost_and_all_problems_come_at_once(stage: Stage, committee: Desk) -> None:
    reader = handler(stage, "承办赵")
    number = lodge(stage)
    assigned(stage, number, committee, reader)
    url = f"/desk/dockets/{number}"
    refused = reader.post(f"{url}/decline", step="preview", decline_reason="没有 <线索>", seen="0")
    assert refused.status_code == 422
    for sentence in ("您打开页面之后，案卷里有了新的记录。", "请选择不予受理的理由类别。"):
        assert sentence in refused.text
    assert "没有 &lt;线索&gt;" in refused.text
    assert 'href="#decline_class"' in refused.text
    seen = re.search(r'name="seen" value="(\d+)"', refused.text)
    assert seen is not None
    fields = {"decline_class": "no_clue", "decline_reason": "没有 <线索>", "seen": seen[1]}
    looked = reader.post(f"{url}/decline", step="preview", **fields)
    assert (looked.status_code, acts_of(stage, number)[-1]) == (200, "assigned")
    edited = reader.post(f"{url}/decline", step="edit", **fields)
    assert 'value="no_clue" id="decline_class" checked' in edited.text
    assert reader.post(f"{url}/decline", step="submit", **fields).status_code == 303
    assert objection_of(stage, number).decline_class == "no_clue"
    assert "没有可以核查的线索" in committee.text(url)
    assert "没有 &lt;线索&gt;" not in committee.get(url).text


def test_late_steps_are_marked_as_late(stage: Stage, committee: Desk) -> None:
    reader = handler(stage, "承办赵")
    now = stage.service.clock.now()
    past = (now - timedelta(days=30)).date()
    number = lodge(stage, at=now - timedelta(days=60), decide_by=past, reply_by=past)
    assigned(stage, number, committee, reader)
    assert "审查逾期" in committee.text("/desk/dockets?view=overdue")
    reader.post(f"/desk/dockets/{number}/accept")
    record = committee.text(f"/desk/dockets/{number}")
    assert re.search(r"受理.{0,60}逾期 \d+ 个工作日", record, re.DOTALL)
    assert "办结逾期" in record


# ---- reminders and the command line


def run(stage: Stage, *command: str) -> Result:
    """A command of ``voting-service dockets``."""
    return CliRunner().invoke(dockets_group, [*command], obj=lambda: stage.service)


def test_reminders_without_a_word_of_what_it_is_about(stage: Stage, committee: Desk) -> None:
    first, second = handler(stage, "承办赵"), handler(stage, "承办钱")
    now = stage.service.clock.now()
    past = (now - timedelta(days=30)).date()
    late = lodge(stage, at=now - timedelta(days=60), decide_by=past, reply_by=past)
    fresh, over = lodge(stage), lodge(stage)
    assigned(stage, fresh, committee, first, second)
    say(stage, over, "withdrawn", "")
    first.post(f"/desk/dockets/{fresh}/ask", question="签字单在哪里？")

    told = run(stage, "overdue", "--json")
    assert told.exit_code == 1, "a promised day has passed"
    found = {one["docket_number"]: [due["kind"] for due in one["dues"]] for one in json.loads(told.stdout)}
    assert found == {late: ["undecided", "unassigned"], fresh: ["unanswered"]}
    listed = run(stage, "list", "--all")
    assert {line.split("\t")[0] for line in listed.stdout.splitlines()} == {late, fresh, over}
    assert run(stage, "list", "--campaign", "other", "--json").stdout.strip() == "[]"
    for said in (told.output, listed.output, run(stage, "overdue").output):
        assert [word for word in (*SECRETS, "候选人3", "材料不实", "签字单") if word in said] == []

    service = stage.service
    (finding,) = probe_dockets(service.database, service.settings.zone, service.workdays, service.clock.now())
    assert (finding.level, finding.code) == ("warning", "dockets_overdue")
    assert str(finding.sentence) == "案卷：在办 2 件，逾期 1 件，未指派 1 件，提问未答 1 件。"
    findings = stage.client().get("/readyz").get_json()["findings"]
    assert [one["level"] for one in findings if one["code"] == "dockets_overdue"] == ["warning"]

    told = [_waiting(stage, one) for one in (committee, first, second)]
    assert told == [
        [
            ("1 件未指派", "/desk/dockets?view=unassigned", True),
            ("1 件逾期", "/desk/dockets?view=overdue", True),
        ],
        [(f"{fresh}：待审查", f"/desk/dockets/{fresh}", False)],
        [(f"{fresh}：待审查", f"/desk/dockets/{fresh}", False)],
    ]


def _waiting(stage: Stage, desk: Desk) -> list[tuple[str, str, bool]]:
    """What the desk's first page tells an official of dockets."""
    service = stage.service
    make = desk_section(service.settings.zone, service.workdays)
    with service.database.read() as session:
        section = make(session, desk.official, service.clock.now())
    return [(str(line.text), line.url, line.urgent) for line in section.lines] if section else []


def test_nothing_to_remind_of(stage: Stage, committee: Desk) -> None:
    service = stage.service
    assert (
        list(probe_dockets(service.database, service.settings.zone, service.workdays, service.clock.now()))
        == []
    )
    nothing = run(stage, "overdue")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "这里现在没有案卷" in committee.text("/desk/dockets")
