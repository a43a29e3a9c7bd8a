"""An operator names the walls, downloads what hangs on them, and sees how many came from each."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from tests.desk import Desk
from tests.posters import photo, rendered, scanned
from tests.stage import Stage
from voting_service.activity import JournalEntry
from voting_service.candidates.models import Candidate, Photo
from voting_service.candidates.photos import Picture
from voting_service.encryption import Keyring
from voting_service.errors import ProblemsFound
from voting_service.evidence import views
from voting_service.evidence.models import ViewBatch
from voting_service.evidence.views import PageView
from voting_service.media.posters import batch as batch_room
from voting_service.media.posters import scans as scans_room
from voting_service.media.posters.scans import OTHERS, ScanCounts
from voting_service.media.posters.sites import MOST_SITES, Site, code_for, read_sites

AT = "/desk/campaigns/test/posters"


@pytest.fixture
def desk(stage: Stage) -> Desk:
    stage.campaign(candidates=3)
    return Desk(stage, "李伟", "operator")


def named(desk: Desk, *lines: str) -> None:
    """Today's list of sites."""
    answer = desk.post(f"{AT}/sites", sites="\n".join(lines))
    assert answer.status_code == 303, answer.text


def archive(desk: Desk, query: str) -> dict[str, bytes]:
    """What is in the downloaded file."""
    answer = desk.get(f"{AT}/posters.zip?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip"), answer.status
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_each_wall_gets_a_code_of_its_own(stage: Stage, desk: Desk) -> None:
    named(desk, "东门食堂", "三车间 ｜ workshop-3")
    code = code_for("test", "东门食堂")
    files = archive(desk, "who=2&where=all&paper=a4&kind=pdf")
    assert list(files) == [
        "投放点.csv",
        f"东门食堂-{code}/002-候选人2-a4.pdf",
        "三车间-workshop-3/002-候选人2-a4.pdf",
    ]
    base = stage.service.settings.base_url
    for site, name in ((code, list(files)[1]), ("workshop-3", list(files)[2])):
        assert scanned(rendered(files[name])) == [f"{base}/c/test/candidates/2?q={site}"]
    rows = list(csv.reader(io.StringIO(files["投放点.csv"].decode("utf-8-sig"))))
    assert rows[1:] == [
        ["东门食堂", code, f"{base}/c/test?q={code}"],
        ["三车间", "workshop-3", f"{base}/c/test?q=workshop-3"],
    ]


def test_everything_in_one_archive(desk: Desk) -> None:
    files = archive(desk, "who=all&where=none&paper=cards&kind=png&logo=1&bleed=1")
    assert list(files) == [
        "000-活动-cards.png", "001-候选人1-cards.png", "002-候选人2-cards.png", "003-候选人3-cards.png"
    ]  # fmt: skip
    assert all(data.startswith(b"\x89PNG") for data in files.values())
    assert list(archive(desk, "who=campaign")) == ["000-活动-a4.pdf"]
    assert len(archive(desk, "who=candidates")) == 3


def test_naming_a_wall_is_journaled_and_an_old_code_keeps_its_name(stage: Stage, desk: Desk) -> None:
    named(desk, "东门食堂 | gate")
    named(desk, "西门 | west")
    with stage.service.database.read() as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.act == "name_poster_sites")).all()
        assert [(one.actor, one.subject, json.loads(one.details)) for one in entries] == [
            ("李伟", "test", {"sites": [["gate", "东门食堂"]]}),
            ("李伟", "test", {"sites": [["west", "西门"]]}),
        ]
    seen(stage, [view("gate", "a"), view("nobody-s", "b")])
    text = desk.text(AT)
    assert "东门食堂" in text
    assert "没有登记过" in text
    assert "西门 | west" in text
    assert "东门食堂 | gate" not in text


def view(site: str, tag: str) -> PageView:
    """A visit by a site's code."""
    return PageView(0, tag, "browser", "192.0.2.1", "qr", "", site)


def seen(stage: Stage, found: list[PageView], batch: str = "b1") -> None:
    """Visits as the web processes write them down."""
    service = stage.service
    with service.database.write() as session:
        row = views._row(service.keyring, 1, "test", found, service.clock.now(), 0)
        session.add(row)


def test_scans_are_counted_by_wall_and_visitor(stage: Stage, desk: Desk) -> None:
    named(desk, "东门食堂 | gate", "西门 | west")
    seen(stage, [view("gate", "a"), view("gate", "a"), view("gate", "b"), view("west", "a"), view("", "c")])
    counts = ScanCounts(stage.service.keyring)
    with stage.service.database.read() as session:
        found = counts.of(session, 1, "test")
        assert (found.visitors, found.views, found.whole) == (
            {"gate": 2, "west": 1},
            {"gate": 3, "west": 1},
            True,
        )
    seen(stage, [view("gate", "b"), view("gate", "c")])
    with stage.service.database.read() as session:
        found = counts.of(session, 1, "test")
    assert (found.visitors["gate"], found.views["gate"]) == (3, 5)
    assert "192.0.2.1" not in desk.text(AT)


def test_anybodys_codes_do_not_fill_the_memory(
    stage: Stage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scans_room, "MOST_CODES", 3)
    monkeypatch.setattr(scans_room, "MOST_VISITORS", 4)
    seen(stage, [view(f"code{n}", str(n)) for n in range(10)])
    with stage.service.database.read() as session:
        found = ScanCounts(stage.service.keyring).of(session, 1, "test")
    assert len(found.views) == 4
    assert found.views[OTHERS] == 7


def test_a_page_reads_no_more_than_it_can(stage: Stage, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans_room, "MOST_AT_ONCE", 2)
    for _n in range(3):
        seen(stage, [view("gate", "a"), view("gate", "b")])
    counts = ScanCounts(stage.service.keyring)
    with stage.service.database.read() as session:
        totals = [counts.of(session, 1, "test").views["gate"] for _n in range(4)]
        assert totals == [2, 4, 6, 6]
        assert counts.of(session, 1, "test").whole


def test_views_whose_key_is_gone_are_no_scans(stage: Stage, desk: Desk) -> None:
    seen(stage, [view("gate", "a")])
    stranger = Keyring.parse("2:" + "A" * 43 + "=", stage.service.settings.encryption_cipher)
    with stage.service.database.read() as session:
        assert session.scalars(select(ViewBatch)).all()
        assert ScanCounts(stranger).of(session, 1, "test").views == {}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("东门 | 东门", "代号只能用"), ("| gate", "名称要有"), ("甲\n甲", "重复"), ("甲 | a\n乙 | a", "重复"),
        ("门" * 31, "名称要有"), ("\n".join(f"门{n}" for n in range(MOST_SITES + 1)), "最多"), ("甲 | " + "a" * 25, "代号只能用"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_told_apart_is_refused_whole(desk: Desk, typed: str, words: str) -> None:
    with pytest.raises(ProblemsFound):
        read_sites("test", typed)
    answer = desk.post(f"{AT}/sites", sites=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "没有登记投放点" in desk.text(AT)


def test_a_code_made_from_a_name_stays() -> None:
    assert read_sites("test", " 东门  食堂 \n\n西门|w\n") == [
        Site(code_for("test", "东门 食堂"), "东门 食堂"),
        Site("w", "西门"),
    ]
    assert code_for("test", "东门") == code_for("test", "东门") != code_for("other", "东门")


def test_what_cannot_be_made_is_said_before_anything_is_sent(
    stage: Stage, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for query, words in (
        ("who=99", "没有这位候选人"), ("where=nowhere", "没有这个投放点"), ("kind=exe", "没有这种文件"), ("paper=a0", "没有这种纸张")
    ):  # fmt: skip
        answer = desk.get(f"{AT}/posters.zip?{query}")
        assert (answer.status_code, answer.mimetype) == (422, "text/html")
        assert words in answer.text
    monkeypatch.setattr(batch_room, "MOST_FILES", 3)
    assert "一次最多 3 份" in desk.get(f"{AT}/posters.zip?who=all").text


def test_a_photo_that_is_not_in_the_store_is_said_too(stage: Stage, desk: Desk) -> None:
    store = stage.service.photos.directory
    here, gone = photo(store), "f" * 32
    with stage.service.database.write() as session:
        people = session.scalars(select(Candidate).order_by(Candidate.number)).all()
        for person, name in zip(people, (here.name, gone), strict=False):
            person.photos = [Photo(position=1, picture_json=Picture(name, 900, 1200, (900,)).to_json())]
        people[0].campaign.version += 1
    answer = Desk(Stage(stage.service), "王敏", "operator").get(f"{AT}/posters.zip?who=candidates")
    assert answer.status_code == 422
    assert "候选人2的照片文件不在照片目录里" in answer.text
    assert "候选人1的照片文件" not in answer.text


def test_one_archive_at_a_time(stage: Stage, desk: Desk) -> None:
    first = desk.client.get(f"{AT}/posters.zip", buffered=False)
    other = Desk(stage, "王敏", "operator")
    refused = other.get(f"{AT}/posters.zip")
    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    first.close()  # the official has closed the page in the middle
    assert list(archive(other, "who=campaign")) == list(archive(other, "who=campaign")) == ["000-活动-a4.pdf"]


def test_a_drafts_posters_wait(stage: Stage) -> None:
    stage.draft()
    desk = Desk(stage, "李伟", "operator")
    assert "活动公开以后才能做海报" in desk.text(AT)
    assert desk.get(f"{AT}/posters.zip").status_code == 422


def test_who_may_do_what(stage: Stage, desk: Desk) -> None:
    for role, may_look, may_write in (
        ("committee", 200, 403),
        ("supervisor", 200, 403),
        ("judge", 403, 403),
        ("admin", 200, 303),
    ):
        one = Desk(stage, f"官{role}", role)  # type: ignore[arg-type]
        assert one.get(AT).status_code == may_look
        answer = one.get(f"{AT}/posters.zip?who=campaign")
        assert (answer.status_code, bool(answer.data)) == (may_look, True)
        assert one.post(f"{AT}/sites", sites="东门").status_code == may_write
    assert stage.client().get(AT).status_code in (302, 303)
    assert desk.client.post(f"{AT}/sites", data={"sites": "x"}).status_code == 403


def test_names_are_harmless_wherever_they_are_opened(desk: Desk) -> None:
    named(desk, "=cmd|calc", "../../etc | up")
    named(desk, "=1+1", "../../etc/<b>")
    files = archive(desk, "who=campaign&where=all")
    assert all(not name.startswith("/") and ".." not in name.split("/")[:-1] for name in files)
    assert "=1+1" not in [row[0] for row in csv.reader(io.StringIO(files["投放点.csv"].decode("utf-8-sig")))]
    assert "etc/<b>" not in desk.get(AT).text
