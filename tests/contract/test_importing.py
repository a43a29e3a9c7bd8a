"""A folder becomes a campaign whole or not at all; a second import updates it, and never what voting has frozen."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

import voting_service.ledger
import voting_service.transparency.models  # noqa: F401 - every table, as a migration makes them
from voting_service.activity import JournalEntry
from voting_service.campaigns.models import CLOSED, DRAFT, OPEN, SCHEDULED, Campaign, Category
from voting_service.candidates.departures import depart
from voting_service.candidates.importing import Imported, import_campaign
from voting_service.candidates.models import Candidate, Photo
from voting_service.candidates.photos import PhotoStore, Picture
from voting_service.candidates.reading import read_campaign
from voting_service.database import Base, Database
from voting_service.encryption import Keyring
from voting_service.errors import ProblemsFound

EXAMPLE = Path(__file__).parents[2] / "examples/zui-mei-chan-ye-gong-ren"
AT = datetime(2026, 3, 1, tzinfo=UTC)
KEYRING = Keyring.parse(Keyring.generate())

TOML = """
slug = "yun-chuan"
title = "最美产业工人"
organiser = "云川市总工会"
description = "说明"

[voting]
opens_at = 2026-04-07T09:00:00
closes_at = 2026-04-16T18:00:00
daily_hours = ["06:00", "24:00"]
min_choices = 1
max_choices = 2
identities = ["wechat"]

[[category]]
key = "energy"
name = "能源"

[[category]]
key = "transport"
name = "交通运输"

[publicity.contact]
phone = "0000-0000000"
"""
UNFINISHED = ["campaign.toml publicity.contact.phone", "campaign.toml assessment", "campaign.toml assessment"]
"""What is said of this folder each time: a telephone of noughts, neither weights nor seats."""
CSV = """编号,姓名,单位,组别,事迹
1,石望川,青石梁煤矿,能源,挖煤
2,江晚舟,公交公司,交通运输,开车
3,向禾,光伏电站,能源,发电
"""


class Desk:
    """An official with a folder, a database and a photo store."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "folder"
        self.store = PhotoStore(root / "photos")
        self.database = Database(f"sqlite:///{root / 'voting.sqlite3'}")
        Base.metadata.create_all(self.database.engine)
        (self.folder / "photos").mkdir(parents=True)
        self.write("campaign.toml", TOML)
        self.write("candidates.csv", CSV)
        for name, colour in (
            ("1.jpg", "red"),
            ("1-2.png", "green"),
            ("2.jpg", "blue"),
            ("cover.jpg", "white"),
        ):
            self.photo(name, colour)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def photo(self, name: str, colour: str) -> None:
        Image.new("RGB", (400, 300), colour).save(self.folder / "photos" / name)

    def imports(self, path: Path | None = None, **given: datetime) -> Imported:
        with self.database.write() as session:
            return import_campaign(
                session,
                path or self.folder,
                at=AT,
                actor="official:1",
                zone_name="Asia/Shanghai",
                keyring=KEYRING,
                photos=self.store,
                **given,  # type: ignore[arg-type]
            )

    def refused(self) -> list[str]:
        before = self.everything()
        with pytest.raises(ProblemsFound) as caught:
            self.imports()
        assert self.everything() == before
        return [str(problem) for problem in caught.value.problems]

    def moves_to(self, phase: str) -> None:
        with self.database.write() as session:
            campaign = session.scalars(select(Campaign)).one()
            campaign.phase = phase
            campaign.opened_at = AT if phase in (OPEN, CLOSED) else None
            campaign.closed_at = AT if phase == CLOSED else None

    def everything(self) -> list[object]:
        with self.database.engine.connect() as connection:
            return [connection.execute(table.select()).all() for table in Base.metadata.sorted_tables]

    def campaign(self) -> Campaign:
        with self.database.read() as session:
            campaign = session.scalars(select(Campaign)).one()
            _loaded = campaign.categories
            return campaign

    def roster(self) -> list[tuple[int, str, str | None, int]]:
        with self.database.read() as session:
            return [
                (person.number, person.name, person.category and person.category.key, len(person.photos))
                for person in session.scalars(select(Candidate).order_by(Candidate.number))
            ]

    def count(self, table: type[Base]) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.database.dispose()


def test_a_folder_becomes_a_draft(desk: Desk) -> None:
    imported = desk.imports()
    assert imported == Imported("yun-chuan", True, 3, 4, imported.warnings, ())
    assert [warning.where for warning in imported.warnings] == ["photos/3.jpg", *UNFINISHED]
    campaign = desk.campaign()
    assert (campaign.phase, campaign.version, campaign.imported_at) == (DRAFT, 1, AT)
    assert campaign.rules.opens_at == datetime(2026, 4, 7, 1, tzinfo=UTC)
    assert campaign.plan["publicity"] == {"workdays": 5, "contact": {"phone": "0000-0000000"}}
    assert [(c.key, c.name, c.position) for c in campaign.categories] == [
        ("energy", "能源", 0),
        ("transport", "交通运输", 1),
    ]
    assert len(KEYRING.open(campaign.voter_key, "campaigns.voter_key.yun-chuan")) == 32
    assert campaign.cover_json is not None
    assert Picture.from_json(campaign.cover_json).widths == (320, 400)
    assert desk.roster() == [
        (1, "石望川", "energy", 2),
        (2, "江晚舟", "transport", 1),
        (3, "向禾", "energy", 0),
    ]
    assert len(list(desk.store.directory.iterdir())) == 4 * 2 * 2


def test_the_journal_has_one_entry_for_each_import_that_did_something(desk: Desk) -> None:
    desk.imports()
    desk.imports()
    desk.replace("candidates.csv", "挖煤", "采煤")
    desk.imports()
    with desk.database.read() as session:
        entries = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
    assert [(entry.actor, entry.act, entry.subject) for entry in entries] == [
        ("official:1", "campaign.import", "yun-chuan")
    ] * 2
    assert json.loads(entries[1].details) == {
        "created": False,
        "candidates": 3,
        "photos": 4,
        "changes": ["1 号 石望川：事迹(story)有改动。"],
        "changes_total": 1,
    }


def test_a_zip_is_the_same_as_the_folder(desk: Desk, tmp_path: Path) -> None:
    desk.imports()
    shutil.make_archive(str(tmp_path / "folder"), "zip", tmp_path, "folder")
    again = desk.imports(tmp_path / "folder.zip")
    assert (again.created, again.changes) == (False, ())
    assert desk.campaign().version == 1


def test_every_problem_is_reported_at_once_and_nothing_is_imported(desk: Desk) -> None:
    desk.replace("campaign.toml", "max_choices = 2", "max_choices = 2\nballots_per_dey = 1")
    desk.replace("campaign.toml", 'key = "transport"', 'key = "transport"\nmin_choices = 2')
    desk.replace("candidates.csv", "3,向禾", "1,向禾")
    (desk.folder / "photos/2.jpg").write_bytes(b"no photo")
    desk.photo("9.jpg", "red")
    assert desk.refused() == [
        "campaign.toml voting.ballots_per_dey：没有这一项。 您要写的是不是 ballots_per_day？",
        "candidates.csv 第 4 行 编号(number)：编号 1 在第 2 行已经用过。",
        "photos/9.jpg：候选人表里没有 9 号。",
        "photos/2.jpg：打不开：不是 JPEG、PNG 或 WebP 照片，或者文件不完整。 请在看图软件里打开确认，另存为 JPEG 后再试。",
    ]
    assert desk.count(Campaign) == 0
    assert not desk.store.directory.exists()


def test_rules_and_roster_are_checked_together(desk: Desk) -> None:
    desk.replace("campaign.toml", "max_choices = 2", "max_choices = 4")
    desk.replace("campaign.toml", 'key = "transport"', 'key = "transport"\nmin_choices = 2')
    assert desk.refused() == [
        "campaign.toml voting.max_choices：是 4，可候选人只有 3 位。",
        "campaign.toml category[2].min_choices：至少要选 2 人，可这一组只有 1 位。",
    ]


def test_missing_files_are_named(desk: Desk) -> None:
    (desk.folder / "campaign.toml").unlink()
    (desk.folder / "candidates.csv").unlink()
    assert [problem.split("：")[0] for problem in desk.refused()] == ["campaign.toml", "candidates.csv"]


def test_a_photo_of_a_faulty_row_is_not_called_ownerless(desk: Desk) -> None:
    desk.replace("candidates.csv", "1,石望川,青石梁煤矿,能源", "1,石望川,青石梁煤矿,能原")
    (problem,) = desk.refused()
    assert problem.startswith("candidates.csv 第 2 行 组别(category)")


@pytest.mark.parametrize("phase", [DRAFT, SCHEDULED])
def test_a_second_import_updates_what_is_not_open(desk: Desk, phase: str) -> None:
    desk.imports()
    key = desk.campaign().voter_key
    desk.moves_to(phase)
    desk.replace("campaign.toml", "max_choices = 2", "max_choices = 1")
    desk.replace("campaign.toml", 'key = "transport"\nname = "交通运输"', 'key = "sun"\nname = "光伏"')
    desk.write(
        "candidates.csv",
        "编号,姓名,单位,组别\n1,石望川,新煤矿,光伏\n3,向禾,光伏电站,sun\n4,麦小满,物流园,能源\n",
    )
    (desk.folder / "photos/2.jpg").unlink()
    (desk.folder / "photos/1.jpg").unlink()
    desk.photo("4.webp", "yellow")
    imported = desk.imports()
    assert imported.changes == (
        "campaign.toml voting.max_choices：从 “2” 改成了 “1”。",
        "campaign.toml category：有改动。",
        "1 号 石望川：单位(organisation)、组别(category)、事迹(story)、照片有改动。",
        "2 号 江晚舟：去掉了这位候选人。",
        "3 号 向禾：组别(category)、事迹(story)有改动。",
        "4 号 麦小满：新增这位候选人。",
    )
    campaign = desk.campaign()
    assert (campaign.phase, campaign.version, campaign.voter_key) == (phase, 2, key)
    assert [category.key for category in campaign.categories] == ["energy", "sun"]
    assert desk.roster() == [(1, "石望川", "sun", 1), (3, "向禾", "sun", 0), (4, "麦小满", "energy", 1)]
    assert desk.count(Category) == 2
    assert desk.count(Photo) == 2


def test_photos_may_change_places(desk: Desk) -> None:
    desk.imports()
    desk.photo("1.jpg", "black")
    shutil.copy(desk.folder / "photos/2.jpg", desk.folder / "photos/1-3.jpg")
    assert desk.imports().changes == ("1 号 石望川：照片有改动。",)
    assert desk.imports().changes == ()
    assert desk.roster()[0] == (1, "石望川", "energy", 3)


@pytest.mark.parametrize("phase", [OPEN, CLOSED])
def test_the_same_folder_again_is_fine_when_voting_has_frozen_it(desk: Desk, phase: str) -> None:
    desk.imports()
    desk.moves_to(phase)
    before = desk.everything()
    imported = desk.imports()
    assert (imported.created, imported.changes) == (False, ())
    assert desk.everything() == before


@pytest.mark.parametrize("phase", [OPEN, CLOSED])
@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "campaign.toml",
            "max_choices = 2",
            "max_choices = 3",
            "campaign.toml voting.max_choices：从 “2” 改成了 “3”。",
        ),
        (
            *("campaign.toml", "closes_at = 2026-04-16T18", "closes_at = 2026-04-17T18"),
            "campaign.toml voting.closes_at：从 “2026-04-16T18:00:00+08:00” 改成了 “2026-04-17T18:00:00+08:00”。",
        ),
        (
            *("campaign.toml", 'daily_hours = ["06:00", "24:00"]', ""),
            "campaign.toml voting.daily_hours：从 “06:00–24:00” 改成了 不限。",
        ),
        ("campaign.toml", "能源", "新能源", None),
        (
            "campaign.toml",
            "云川市总工会",
            "云山市总工会",
            "campaign.toml organiser：从 “云川市总工会” 改成了 “云山市总工会”。",
        ),
        (
            "campaign.toml",
            "[publicity.contact]",
            "[assessment]\nseats = 3\n[publicity.contact]",
            "campaign.toml assessment：有改动。",
        ),
        (
            # Who must be present and agree: lowered afterwards, two could decide for all.
            *("campaign.toml", "[publicity.contact]", '[committee]\npresent = "1/9"\n[publicity.contact]'),
            "campaign.toml committee：有改动。",
        ),
        (
            *("campaign.toml", "[publicity.contact]", "[publicity]\nworkdays = 3\n[publicity.contact]"),
            "campaign.toml publicity.workdays：从 “5” 改成了 “3”。",
        ),
        (
            *("campaign.toml", "[publicity.contact]", '[publicity]\nfirst_day = "next"\n[publicity.contact]'),
            "campaign.toml publicity.first_day：有改动。",
        ),
        ("candidates.csv", "石望川", "石望山", "1 号 石望川：姓名(name)有改动。"),
        ("candidates.csv", "公交公司,交通运输", "公交公司,能源", "2 号 江晚舟：组别(category)有改动。"),
        ("candidates.csv", "开车", "开公交车", "2 号 江晚舟：事迹(story)有改动。"),
        ("candidates.csv", "3,向禾,光伏电站,能源,发电\n", "", "3 号 向禾：去掉了这位候选人。"),
        ("candidates.csv", "发电\n", "发电\n4,麦小满,物流园,能源,调度\n", "4 号 麦小满：新增这位候选人。"),
    ],
)
def test_what_voting_has_frozen_is_refused(
    desk: Desk, phase: str, file: str, old: str, new: str, problem: str | None
) -> None:
    desk.imports()
    desk.moves_to(phase)
    desk.replace(file, old, new)
    if file == "campaign.toml" and old == "能源":
        desk.replace("candidates.csv", "能源", "新能源")
        problem = "campaign.toml category：有改动。"
    assert desk.refused() == [f"{problem} 投票开始后不能再改。"]


def test_frozen_photos_are_refused_when_changed_or_gone(desk: Desk) -> None:
    desk.imports()
    desk.moves_to(OPEN)
    desk.photo("1.jpg", "black")
    (desk.folder / "photos/2.jpg").unlink()
    assert desk.refused() == [
        "1 号 石望川：照片有改动。 投票开始后不能再改。",
        "2 号 江晚舟：照片有改动。 投票开始后不能再改。",
    ]


def test_introduction_cover_and_contact_may_still_be_corrected(desk: Desk) -> None:
    desk.imports()
    desk.moves_to(OPEN)
    rules = desk.campaign().rules_json
    desk.replace("campaign.toml", "说明", "更正后的说明")
    desk.replace("campaign.toml", "0000-0000000", "0000-1111111")
    desk.photo("cover.jpg", "black")
    assert desk.imports().changes == (
        "campaign.toml description：有改动。",
        "photos/cover：有改动。",
        "campaign.toml publicity.contact：有改动。",
    )
    campaign = desk.campaign()
    assert (campaign.description, campaign.phase, campaign.version) == ("更正后的说明", OPEN, 2)
    assert campaign.rules_json == rules
    assert campaign.plan["publicity"]["contact"] == {"phone": "0000-1111111"}


def test_given_times_take_the_place_of_the_folders(desk: Desk) -> None:
    opens = datetime(2026, 11, 1, 1, 2, 3, 456_789, tzinfo=UTC)
    desk.imports(opens_at=opens, closes_at=opens + timedelta(days=9))
    rules = desk.campaign().rules
    assert rules.opens_at == opens.replace(microsecond=456_000)
    assert rules.daily_hours == ("06:00", "24:00")
    assert desk.imports(opens_at=opens, closes_at=opens + timedelta(days=9)).changes == ()


def test_lost_photo_files_are_made_again(desk: Desk) -> None:
    desk.imports()
    desk.moves_to(OPEN)
    files = sorted(desk.store.directory.iterdir())
    shutil.rmtree(desk.store.directory)
    desk.imports()
    assert sorted(desk.store.directory.iterdir()) == files


def test_progress_is_told(desk: Desk) -> None:
    told: list[tuple[int, int]] = []
    with desk.database.write() as session:
        import_campaign(
            session,
            desk.folder,
            at=AT,
            actor="demo",
            zone_name="Asia/Shanghai",
            keyring=KEYRING,
            photos=desk.store,
            progress=lambda done, total: told.append((done, total)),
        )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_folder_that_is_read_again_is_looked_at_once(desk: Desk) -> None:
    """One that waits to be confirmed is read with each page: its photos are on the disk by then."""
    looked: list[str] = []

    class Store(PhotoStore):
        def check(self, data: bytes) -> Picture:
            looked.append("checked")
            return super().check(data)

        def keep(self, data: bytes) -> Picture:
            looked.append("kept")
            return super().keep(data)

    store = Store(desk.store.directory)
    first = read_campaign(desk.folder, zone_name="Asia/Shanghai", photos=store)
    assert looked == ["checked"] * 4 + ["kept"] * 4
    looked.clear()
    assert read_campaign(desk.folder, zone_name="Asia/Shanghai", photos=store) == first
    assert looked == ["checked"] * 4
    shutil.rmtree(store.directory)
    looked.clear()
    assert read_campaign(desk.folder, zone_name="Asia/Shanghai", photos=store) == first
    assert looked == ["checked"] * 4 + ["kept"] * 4


def test_a_hostile_zip_imports_nothing(desk: Desk, tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("campaign.toml", TOML)
        archive.writestr("candidates.csv", CSV)
        archive.writestr("../../evil.txt", "x")
    (tmp_path / "a.zip").write_bytes(data.getvalue())
    with pytest.raises(ProblemsFound):
        desk.imports(tmp_path / "a.zip")
    assert desk.count(Campaign) == 0


def test_wordings_that_get_pages_blocked_are_pointed_out_and_imported_all_the_same(desk: Desk) -> None:
    desk.replace("campaign.toml", 'description = "说明"', 'description = "不设抽奖。邀请好友一起来投票"')
    desk.replace("candidates.csv", "事迹\n", "事迹,口号\n")
    desk.replace("candidates.csv", "挖煤", "挖煤。请大家多多转发,帮我投一票")
    imported = desk.imports()
    assert imported.created
    told = [problem for problem in imported.warnings if problem.where not in UNFINISHED]
    assert [(problem.where, str(problem.sentence).partition("：")[0]) for problem in told] == [
        ("photos/3.jpg", "3 号 向禾 没有照片。"),
        ("campaign.toml description", "“邀请好友”可能使链接被微信封禁"),
        ("1 号 石望川 事迹(story)", "“请大家多多转发”可能使链接被微信封禁"),
        ("1 号 石望川 口号(slogan)", "“帮我投一票”可能使链接被微信封禁"),
    ]
    assert all(problem.remedy for problem in told[1:])


def test_the_example_is_imported_without_a_warning(desk: Desk) -> None:
    imported = desk.imports(EXAMPLE)
    assert (imported.slug, imported.created, imported.candidates) == ("zui-mei-chan-ye-gong-ren", True, 20)
    if (EXAMPLE / "photos").is_dir():
        assert imported.warnings == ()
        assert imported.photos > 20
    assert desk.imports(EXAMPLE).changes == ()


def test_whoever_has_left_is_not_forgotten_by_a_later_import(desk: Desk) -> None:
    desk.imports()
    with desk.database.write() as session:
        depart(session, session.scalars(select(Campaign)).one(), 3, "withdrawn", at=AT)
    desk.replace("candidates.csv", "3,向禾,光伏电站,能源,发电\n", "")
    assert desk.refused() == [
        "candidates：3 号已登记离开，名单中却没有了。 请在名单中保留；页面会注明已离开，也不能再选。"
    ]
    desk.write("candidates.csv", CSV)
    assert desk.imports().changes == ()
