"""The award: only a settled list, two people, certificates that the public verifies, letters, the closing archive; on both
databases."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import click
import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from sqlalchemy import select

from publicity.award.awarding import awardable, confirm_award, document_of, propose_award
from publicity.award.certificates import decide_revocation, propose_revocation
from publicity.award.closing_archive import closing_archive_path
from publicity.award.commands import closing_archive_command
from publicity.award.models import Award, Certificate
from publicity.award.words import CITATION, DECISION, THANKS, Texts, first_texts, text_problems
from publicity.docket.models import DISMISSED
from publicity.notices.queries import notice_by_number
from publicity.outcome.closing import close_notice
from tests.docket_rows import STATEMENT, objection
from tests.notices import beijing
from tests.stage import ClockInHand, Stage, make_service, rules
from tests.substituting import Committee
from voting_service.accounts.sessions import COOKIE, begin_session
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.candidates.departures import depart
from voting_service.commands import make_cli as service_cli
from voting_service.errors import ProblemsFound
from voting_service.one_at_a_time import OneAtATime
from voting_service.text import _
from wsgi import RECOUNT_PROGRAM

OVER = beijing(2026, 3, 2, 9, 0)
TEXTS = Texts("云川市最美产业工人", CITATION, DECISION, THANKS, date(2026, 3, 2))


class Town(Committee):
    """A closed campaign with one notice of three people."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.notice((3, 1, 2), reserve=(4, 5))

    def at(self, moment: object) -> None:
        clock = self.stage.service.clock
        assert isinstance(clock, ClockInHand)
        clock.set(moment)  # type: ignore[arg-type]
        for desk in (self.operator, self.first, self.second):  # weeks later everyone signs in anew
            with self.stage.service.database.write() as session:
                desk.secret = begin_session(session, desk.official.id, at=clock.now())
            desk.client.set_cookie(COOKIE, desk.secret)

    def close(self, number: int = 1, at: object = OVER) -> None:
        self.at(at)
        with self.stage.service.database.write() as session:
            notice = notice_by_number(session, "test", number, lock=True)
            close_notice(session, notice, at=at, official=self.first.official)  # type: ignore[arg-type]

    def propose_award(self, texts: Texts = TEXTS) -> int:
        with self.stage.service.database.write() as session:
            return propose_award(
                session, "test", 1, texts, at=self.stage.service.clock.now(), official=self.operator.official
            ).number

    def confirm_award(self, number: int = 1) -> None:
        with self.stage.service.database.write() as session:
            seen = session.scalars(select(Award.document_sha256).where(Award.number == number)).one()
            confirm_award(session, "test", number, seen=seen, at=self.stage.service.clock.now(),
                          official=self.first.official)  # fmt: skip

    def certificates(self) -> list[Certificate]:
        with self.stage.service.database.read() as session:
            return list(session.scalars(select(Certificate).order_by(Certificate.ordinal)))


def after_the_voting(stage: Stage, clock: ClockInHand) -> Town:
    """A campaign whose voting has been held, with the clock on the day after its end."""
    stage.draft(
        candidates=6, with_rules=rules(opens_at=beijing(2026, 2, 1), closes_at=beijing(2026, 2, 10, 18, 0))
    )
    stage.open()
    clock.set(beijing(2026, 2, 11))
    stage.record()
    return Town(stage)


@pytest.fixture
def town(tmp_path: Path, redis_url: str, database_url: str) -> Iterator[Town]:
    """Voting has ended on 10 February 2026; the notice's window is over on 2 March."""
    clock = ClockInHand(beijing(2026, 2, 2))
    stage = Stage(
        make_service(tmp_path / "data", redis_url=redis_url, database_url=database_url, clock=clock)
    )
    yield after_the_voting(stage, clock)
    stage.strike()


def words(found: pytest.ExceptionInfo[ProblemsFound]) -> str:
    return " ".join(str(one) for one in found.value.problems)


def test_a_list_under_publicity_is_not_awarded(town: Town) -> None:
    with town.stage.service.database.read() as session:
        assert awardable(session, "test") == []
    with pytest.raises(ProblemsFound) as found:
        town.propose_award()
    assert "还没有结束公示" in words(found)
    assert "没有人" not in town.operator.text("/desk/campaigns/test/award/new/1")
    assert "现在还不能表彰" in town.operator.text("/desk/campaigns/test/award/new/1")


def test_the_list_as_it_stands_in_the_notices_order(town: Town) -> None:
    left = town.left(1)
    town.fill(left, 4)
    with pytest.raises(ProblemsFound) as found:
        town.propose_award()
    assert "1 号退出后的补充公示还没有发布和结束" in words(found)
    town.publish(town.supplement(left))
    town.close(1)
    with pytest.raises(ProblemsFound) as found:
        town.propose_award()
    assert "还没有结束公示" in words(found)
    town.close(2)
    town.propose_award()
    with town.stage.service.database.read() as session:
        document = document_of(session.scalars(select(Award)).one())
    assert [one["number"] for one in document["people"]] == [3, 2, 4]
    assert [one["id"] for one in document["notices"]] == [1, 2]


def test_two_people_and_what_was_seen(town: Town) -> None:
    town.close()
    number = town.propose_award()
    with town.stage.service.database.write() as session, pytest.raises(ProblemsFound) as found:
        confirm_award(session, "test", number, seen="0" * 64, at=OVER, official=town.operator.official)
    assert "由评委确认" in words(found)
    assert "必须是两个人" in words(found)
    assert "有了变化" in words(found)
    town.confirm_award()
    with pytest.raises(ProblemsFound) as found:
        town.confirm_award()
    assert "已经确认" in words(found)
    with pytest.raises(ProblemsFound) as found:
        town.propose_award()
    assert "已经有表彰" in words(found)
    made = town.certificates()
    assert [one.name for one in made] == ["候选人3", "候选人1", "候选人2"]
    assert [one.ordinal for one in made] == [1, 2, 3]
    assert len({one.code for one in made}) == 3


def test_who_withdraws_after_the_proposal_undoes_it(town: Town) -> None:
    town.close()
    town.propose_award()
    with town.stage.service.database.write() as session:
        depart(session, campaign_by_slug(session, "test", lock=True), 2, "withdrawn", at=OVER)
    with pytest.raises(ProblemsFound) as found:
        town.confirm_award()
    assert "名单有了变化" in words(found)
    assert "2 号 候选人2已经不是候选人，而名单还没有变动。" in words(found)
    with town.stage.service.database.read() as session:
        assert awardable(session, "test") == []


def test_nobody_is_awarded_whose_leaving_waits_to_be_confirmed(town: Town) -> None:
    town.close()
    town.propose_award()
    town.propose(1)
    with pytest.raises(ProblemsFound) as found:
        town.confirm_award()
    assert "1 号退出后的补充公示还没有发布和结束" in words(found)
    assert town.certificates() == []


def test_at_the_desk_from_the_form_to_the_paper_and_its_verification(town: Town) -> None:
    town.close()
    form = town.operator.get("/desk/campaigns/test/award/new/1").text
    assert "（3 人）" in form
    wrong = town.operator.post(
        "/desk/campaigns/test/award/new/1", honour="", dated="x", citation="没有名字 {年龄}",
        decision="{姓名}", thanks="电话 13800138000",
    )  # fmt: skip
    assert wrong.status_code == 422
    told = re.sub(r"<[^>]+>", "", wrong.text)
    for sentence in ("不能为空", "请填写落款日期", "证书上没有姓名", "不认识的填空：{年龄}", "因人而异"):
        assert sentence in told
    sent = town.operator.post(
        "/desk/campaigns/test/award/new/1", honour=TEXTS.honour, dated="2026-03-02", citation=CITATION,
        decision=DECISION, thanks=THANKS,
    )  # fmt: skip
    assert sent.headers["Location"] == "/desk/campaigns/test/award/1"
    page = town.first.get("/desk/campaigns/test/award/1").text
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen
    unticked = town.first.post("/desk/campaigns/test/award/1/confirm", seen=seen[1])
    assert unticked.status_code == 422
    assert (
        town.first.post("/desk/campaigns/test/award/1/confirm", seen=seen[1], confirmed="yes").status_code
        == 303
    )
    paper = town.operator.get("/desk/campaigns/test/award/1/certificates.pdf").data
    book = pypdfium2.PdfDocument(paper)
    assert len(book) == 3
    text = book[0].get_textpage().get_text_range().replace("\r\n", "")
    for part in ("荣誉证书", "候选人3同志", TEXTS.honour, "2026年3月2日", "2026-001"):
        assert part in text
    code = zxingcpp.read_barcode(book[0].render(scale=2).to_pil())
    assert code is not None
    address = code.text
    assert address.startswith(town.stage.service.settings.base_url + "/c/test/certificates/")
    path = address.removeprefix(town.stage.service.settings.base_url)
    citizen = town.stage.client()
    verified = citizen.get(path)
    assert verified.status_code == 200
    for part in ("证书真实有效", "候选人3", TEXTS.honour, "2026-001"):
        assert part in verified.text
    assert "noindex" in verified.text
    letter = pypdfium2.PdfDocument(town.operator.get("/desk/campaigns/test/award/1/decision.pdf").data)
    assert "候选人2" in letter[0].get_textpage().get_text_range()
    assert town.operator.get("/desk/campaigns/test/award/1/thanks.docx").data[:2] == b"PK"


def test_a_code_that_nobody_has_and_one_that_is_typed_from_paper(town: Town) -> None:
    town.close()
    town.propose_award()
    town.confirm_award()
    code, citizen = town.certificates()[0].code, town.stage.client()
    missing = citizen.get("/c/test/certificates/ABCDEFGHJKMN")
    assert missing.status_code == 404
    assert "没有这个查验码的证书" in missing.text
    typed = f"{code[:4]}-{code[4:8]} {code[8:]}".lower()
    led = citizen.get("/c/test/certificates", query_string={"code": typed})
    assert led.headers["Location"] == f"/c/test/certificates/{code}"
    assert citizen.get("/c/other/certificates/" + code).status_code == 404
    assert citizen.get("/c/test/certificates").status_code == 200


def test_a_certificate_is_revoked_by_two_with_a_reason(town: Town) -> None:
    town.close()
    town.propose_award()
    town.confirm_award()
    code, database = town.certificates()[1].code, town.stage.service.database
    with database.write() as session, pytest.raises(ProblemsFound) as found:
        propose_revocation(session, "test", code, " ", at=OVER, official=town.operator.official)
    assert "请写明理由" in words(found)
    with database.write() as session:
        propose_revocation(
            session, "test", code, "材料不实，经查证属实", at=OVER, official=town.first.official
        )
    with database.write() as session, pytest.raises(ProblemsFound) as found:
        decide_revocation(session, "test", code, revoke=True, at=OVER, official=town.first.official)
    assert "必须是两个人" in words(found)
    assert "证书真实有效" in town.stage.client().get(f"/c/test/certificates/{code}").text
    assert (
        town.second.post(f"/desk/campaigns/test/award/1/certificates/{code}/decide", revoke="yes").status_code
        == 303
    )
    shown = town.stage.client().get(f"/c/test/certificates/{code}").text
    assert "不再有效" in shown
    assert "材料不实，经查证属实" in shown
    assert "证书真实有效" not in shown
    paper = pypdfium2.PdfDocument(town.operator.get("/desk/campaigns/test/award/1/certificates.pdf").data)
    assert len(paper) == 2


def test_the_closing_archive_holds_all_with_its_hashes_and_recounts_offline(
    town: Town, tmp_path: Path
) -> None:
    service = town.stage.service
    with service.database.read() as session:
        notice = notice_by_number(session, "test", 1)
    docket = objection(town.stage, notice, DISMISSED, at=beijing(2026, 2, 12))
    town.close()
    town.propose_award()
    town.confirm_award()
    town.stage.record()
    assert town.first.get("/desk/campaigns/test/archive.zip").status_code == 404
    assert town.first.post("/desk/campaigns/test/archive").status_code == 303
    data = town.first.get("/desk/campaigns/test/archive.zip").data
    assert data == closing_archive_path(service.settings.data_dir / "archives", "test").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        names = set(archive.namelist()) - {"manifest.json"}
        assert set(manifest["files"]) == names
        for name in names:
            content = archive.read(name)
            assert manifest["files"][name] == {
                "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content),
            }  # fmt: skip
        assert {"log.zip", "recount.py", "decisions/decisions.json", "notices/notice-1.json",
                "notices/notice-1-closed.json", "award/award-1.json", "award/certificates-1.csv"} <= names  # fmt: skip
        whole = b"".join(archive.read(name) for name in names)
        archive.extractall(tmp_path / "taken")
    with zipfile.ZipFile(BytesIO((tmp_path / "taken" / "log.zip").read_bytes())) as log:
        whole += b"".join(log.read(name) for name in log.namelist())
    for secret in (docket, STATEMENT):
        assert secret.encode() not in whole
    done = subprocess.run(
        [sys.executable, "recount.py", "log.zip"],
        cwd=tmp_path / "taken",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    left = [
        path.name for path in (service.settings.data_dir / "archives").iterdir() if path.name.startswith(".")
    ]
    assert left == []


def test_one_at_a_time_makes_the_closing_archive(town: Town) -> None:
    service, here = town.stage.service, "/desk/campaigns/test/archive"
    locks = OneAtATime(service.settings.data_dir / "archives" / "locks")  # as another process has it
    with locks.turn("test.closing-archive", _("归档。")):
        told = town.first.post(here)
        assert (told.status_code, told.headers["Retry-After"]) == (503, "30")
        assert "这次评选的结项归档正在生成。" in told.text
        made = CliRunner().invoke(make_cli(town.stage), ["closing-archive", "test"])
        assert (made.exit_code, "正在生成" in made.output) == (1, True), made.output
        assert not closing_archive_path(service.settings.data_dir / "archives", "test").exists()
    assert town.second.post(here).status_code == 303


def make_cli(stage: Stage) -> click.Group:
    cli = service_cli(lambda: stage.service)
    cli.add_command(closing_archive_command((), RECOUNT_PROGRAM))
    return cli


@pytest.mark.parametrize(
    ("title", "honour"),
    [
        ("云川市“匠心筑梦·奋斗有我”最美产业工人评选", "云川市“匠心筑梦·奋斗有我”最美产业工人"),
        ("最美劳动者评选活动", "最美劳动者"),
        ("第三届最美工会人选树活动", "第三届最美工会人"),
        ("金牌工匠", "金牌工匠"),
    ],
)
def test_an_honour_is_first_named_after_the_selection(title: str, honour: str) -> None:
    texts = first_texts(title, date(2026, 3, 2))
    assert texts.honour == honour
    assert text_problems(texts) == []
