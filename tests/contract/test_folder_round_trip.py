"""A campaign that is downloaded and uploaded again is the same: whatever it declares, whoever typed it, with its photos."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import voting_service.ledger
import voting_service.transparency.models  # noqa: F401 - every table, as a migration makes them
from voting_service.activity import JournalEntry
from voting_service.campaigns.gate_policies import change_policy
from voting_service.campaigns.toml_writing import written_toml
from voting_service.candidates.importing import foresee_import, import_read
from voting_service.candidates.intake.packing import pack_campaign, zip_pieces
from voting_service.candidates.layout import layout_of
from voting_service.candidates.photo_marks import mark_in, with_mark
from voting_service.candidates.photos import PhotoStore
from voting_service.candidates.reading import CampaignRead, read_campaign
from voting_service.database import Base, Database
from voting_service.encryption import Keyring
from voting_service.errors import ProblemsFound

EXAMPLE = Path(__file__).parents[2] / "examples/zui-mei-chan-ye-gong-ren"
AT = datetime(2026, 3, 1, tzinfo=UTC)
KEYRING = Keyring.parse(Keyring.generate())
FORMULAS = ("=cmd|' /C calc'!A1", "+1+1", "-2", "@SUM(1)", "'=x", "''-1", "'quoted'", "＝1", "_x003D_1")


class House:
    """An installation: its database and its photos."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.photos = PhotoStore(root / "photos")
        self.database = Database(f"sqlite:///{root / 'voting.sqlite3'}")
        Base.metadata.create_all(self.database.engine)

    def read(self, path: Path) -> CampaignRead:
        return read_campaign(path, zone_name="Asia/Shanghai", photos=self.photos)

    def imports(self, path: Path) -> str:
        read = self.read(path)
        with self.database.write() as session:
            return import_read(session, read, at=AT, actor="王敏", keyring=KEYRING).slug

    def downloads(self, slug: str) -> Path:
        with self.database.write() as session:
            packed = pack_campaign(session, slug, self.photos, at=AT, actor="王敏")
        path = self.root / "download.zip"
        path.write_bytes(b"".join(zip_pieces(packed, self.photos)))
        return path

    def changes_by(self, path: Path) -> list[str]:
        with self.database.read() as session:
            foreseen = foresee_import(session, self.read(path))
            assert foreseen.campaign is not None
            return [str(change) for change in foreseen.changes]


@contextmanager
def house() -> Iterator[House]:
    with tempfile.TemporaryDirectory() as root:
        made = House(Path(root))
        yield made
        made.database.dispose()


@pytest.fixture
def home() -> Iterator[House]:
    with house() as made:
        yield made


def test_the_example_comes_back_unchanged(home: House) -> None:
    slug = home.imports(EXAMPLE)
    path = home.downloads(slug)
    assert home.changes_by(path) == []
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[:2] == ["campaign.toml", "candidates.xlsx"]
        assert sorted(names[2:]) == sorted(
            f"photos/{one.name.replace('png', 'jpg')}" for one in (EXAMPLE / "photos").glob("*.jpg")
        )
        assert layout_of(names).warnings == ()
    assert home.imports(path) == slug
    with home.database.read() as session:
        acts = [entry.act for entry in session.query(JournalEntry).order_by(JournalEntry.id)]
    assert acts == ["campaign.import", "campaign.download"]


def small(home: House) -> str:
    """A campaign of two with photos."""
    folder = home.root / "folder"
    _write_folder(
        folder,
        DECLARATION,
        [_person(1), _person(2)],
        {"1.png": (900, 1300), "1-2.jpg": (500, 500), "2.png": (250, 260)},
    )
    return home.imports(folder)


def test_another_house_makes_the_same_campaign_of_it(home: House) -> None:
    path = home.downloads(small(home))
    with house() as other:
        slug = other.imports(path)
        assert other.changes_by(path) == []
        assert other.changes_by(other.downloads(slug)) == []


def test_photos_follow_their_file_and_not_its_name(home: House) -> None:
    """Who swaps two photos in the folder swaps them, and no other candidate changes."""
    slug = small(home)
    with zipfile.ZipFile(home.downloads(slug)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    one, two = sorted(name for name in files if "-" not in name and "cover" not in name and "photos" in name)[
        :2
    ]
    files[one], files[two] = files[two], files[one]
    path = home.root / "swapped.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    assert len(home.changes_by(path)) == 2
    home.imports(path)
    assert home.changes_by(home.downloads(slug)) == []


def test_a_mark_is_believed_only_where_every_byte_is_ours(home: House) -> None:
    slug = small(home)
    with zipfile.ZipFile(home.downloads(slug)) as archive:
        data = archive.read("photos/1.jpg")
    marked = mark_in(data)
    assert marked is not None
    own = home.photos.keep(data)
    assert own.name == marked.file_name.partition("-")[0]
    picture = io.BytesIO()
    Image.new("RGB", (400, 400), "red").save(picture, "JPEG")
    forged = with_mark(picture.getvalue(), marked.file_name)
    assert home.photos.check(forged).name != own.name
    assert home.photos.keep(forged).name != own.name
    for name in ("../../etc/passwd", f"{'0' * 32}-1080.jpg", "x" * 60_000):
        assert home.photos.keep(with_mark(picture.getvalue(), name)).name != own.name
    for end in range(0, len(data), 997):
        mark_in(data[:end])  # torn ones are nothing, and no error


def test_a_photo_that_is_lost_is_said_and_not_left_out(home: House) -> None:
    slug = small(home)
    for path in home.photos.directory.iterdir():
        path.unlink()
    with pytest.raises(ProblemsFound) as refused:
        home.downloads(slug)
    assert str(refused.value.problems[0].where).startswith("photos/")


def test_a_policy_that_a_command_has_changed_stays_and_is_told_of(home: House) -> None:
    folder = home.root / "folder"
    _write_folder(
        folder,
        {**DECLARATION, "gate": {"min_dwell_ms": 900, "actions": {"dwell": "hold"}}},
        [_person(1), _person(2)],
    )
    slug = home.imports(folder)
    with home.database.write() as session:
        change_policy(session, slug, {"min_dwell_ms": 1500}, at=AT, actor="王敏", reason="太快")
    path = home.downloads(slug)
    assert home.changes_by(path) == []
    with zipfile.ZipFile(path) as archive:
        text = archive.read("campaign.toml").decode()
    assert "# min_dwell_ms 现行的是 1500，用命令改的；导入不会动它。" in text
    assert "min_dwell_ms = 900" in text


# ---- any small campaign

DECLARATION: dict[str, Any] = {
    "slug": "small", "title": "评选", "organiser": "总工会",
    "voting": {"opens_at": "2026-04-07T09:00:00", "closes_at": "2026-04-16T18:00:00", "max_choices": 1, "identities": ["device"]},
}  # fmt: skip

FIRST, LAST = datetime(2026, 1, 1), datetime(2027, 1, 1)  # noqa: DTZ001 - the strategy adds the zone
_SIGNS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff")
LINE = st.text(_SIGNS, min_size=1, max_size=20).map(str.strip).filter(bool)
# Digits in a row may be a telephone number, and a table with one is refused.
CELL = st.sampled_from(FORMULAS) | st.text(st.characters(exclude_categories=("Cs", "Cc", "Nd")), max_size=20)
LINES = st.lists(CELL, max_size=4).map("\n".join)
PERCENT = st.integers(0, 100) | st.floats(0, 100, width=16)
WORKDAYS = st.integers(1, 60)


@st.composite
def declarations(draw: st.DrawFn) -> dict[str, Any]:
    opens = draw(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
    categories = draw(st.sampled_from(((), ("a",), ("a", "b-c"))))
    voting: dict[str, Any] = {
        "opens_at": opens, "closes_at": opens + draw(st.timedeltas(timedelta(days=2), timedelta(days=30))),
        "max_choices": draw(st.integers(1, 3)),
        "identities": draw(st.lists(st.sampled_from(("wechat", "device", "code", "member")), min_size=1, unique=True)),
        "counts": draw(st.sampled_from(("live", "hidden", "daily 18:00"))),
        "ballots_per_day": draw(st.sampled_from(("unlimited", 1, 2))),
        "ballots_total": draw(st.sampled_from(("unlimited", 5))),
        "same_candidate_per_day": draw(st.sampled_from(("unlimited", 1))),
    }  # fmt: skip
    if draw(st.booleans()):
        voting["daily_hours"] = draw(
            st.sampled_from((["06:00", "24:00"], ["00:00", "24:00"], ["08:30", "22:00"]))
        )
    plan: dict[str, Any] = {"assessment": draw(assessments()), "publicity": draw(publicities())}
    if draw(st.booleans()):
        plan["composition"] = [
            {"name": draw(LINE), "field": "gender", "equals": "女", "min_percent": draw(PERCENT)},
            {"name": draw(LINE), "field": "age", "under": 45, "max_percent": draw(PERCENT), "as_of": draw(st.dates(FIRST.date()))},
            {"name": draw(LINE), "field": "organisation", "max_each": draw(st.integers(1, 9))},
        ]  # fmt: skip
    if draw(st.booleans()):
        plan["committee"] = {"present": "2/3", "agree": "1/2"}
    if draw(st.booleans()):
        plan["gate"] = {
            "min_dwell_ms": draw(st.integers(0, 60_000)),
            "actions": {"dwell": draw(st.sampled_from(("hold", "allow")))},
        }
    return {
        "slug": "small", "title": draw(LINE), "organiser": draw(LINE), "description": draw(LINES), "voting": voting,
        "category": [{"key": key, "name": f"组{key}", "max_choices": 3} for key in categories], **plan,
    }  # fmt: skip


@st.composite
def assessments(draw: st.DrawFn) -> dict[str, Any]:
    share = draw(st.sampled_from((30, 33.3, 12.5)))
    found: dict[str, Any] = {"seats": draw(st.integers(1, 9)), "reserve": draw(st.integers(0, 3))}
    if draw(st.booleans()):
        found["scores_due"] = draw(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
    if draw(st.booleans()):
        found["weights"] = {"deeds": 100 - share, "online_votes": share}
        found["tie_break"] = ["online_votes"]
    elif draw(st.booleans()):
        found["criteria"] = [
            {"key": "deeds", "name": draw(LINE), "weight": 100 - share, "source": "judges", "highest": 10, "trim": 1},
            {"key": "votes", "name": "网络投票", "weight": share, "source": "votes", "normalisation": "capped_log", "cap": 1000},
        ]  # fmt: skip
    return found


@st.composite
def publicities(draw: st.DrawFn) -> dict[str, Any]:
    days = draw(WORKDAYS)
    found: dict[str, Any] = {
        "workdays": days,
        "contact": draw(st.dictionaries(st.sampled_from(("phone", "email", "address")), LINE)),
    }
    if draw(st.booleans()):
        found |= {
            "first_day": "next",
            "letters": "sent",
            "acceptance_workdays": draw(st.integers(days, 60)),
            "ballots_of_disqualified": "void",
        }
        found["objections"] = {"named": "answered", "anonymous": "refused", "decide_within_workdays": 3}
        found["offices"] = [
            {"department": draw(LINE), "phone": draw(LINE)},
            {"department": draw(LINE), "address": draw(LINE)},
        ]
    return found


def _person(number: int, **more: str) -> dict[str, str]:
    return {"number": str(number), "name": f"候选人{number}", "organisation": f"单位{number}", **more}


@st.composite
def people(draw: st.DrawFn, categories: tuple[str, ...]) -> list[dict[str, str]]:
    found = []
    for number in sorted(draw(st.sets(st.integers(1, 99), min_size=3, max_size=5))):
        one = _person(number)
        one |= {field: draw(CELL) for field in ("title", "summary", "slogan")}
        one["name"] += draw(st.sampled_from(("", "　乙", "·丙")))
        one["organisation"] = f"{draw(st.sampled_from(('', *FORMULAS)))}{number}"
        one["story"] = draw(LINES)
        one["gender"] = draw(st.sampled_from(("", "男", "女")))
        one["birth_date"] = draw(st.sampled_from(("", "1981", "1981-03", "1985年10月", "1981-03-07")))
        one["front_line"] = draw(st.sampled_from(("", "是", "否")))
        one["category"] = draw(st.sampled_from(categories)) if categories else ""
        found.append(one)
    return found


def _write_folder(
    folder: Path,
    declaration: dict[str, Any],
    rows: list[dict[str, str]],
    sizes: dict[str, tuple[int, int]] | None = None,
) -> None:
    (folder / "photos").mkdir(parents=True)
    (folder / "campaign.toml").write_text(written_toml(declaration), encoding="utf-8")
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    (folder / "candidates.csv").write_bytes(table.getvalue().encode())
    for name, size in (sizes or {}).items():
        Image.new("RGB", size, "teal").save(folder / "photos" / name)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_campaign_that_was_imported_comes_back_unchanged(data: st.DataObject) -> None:
    declaration = data.draw(declarations())
    rows = data.draw(people(tuple(one["key"] for one in declaration["category"])))
    first = rows[0]["number"]
    sizes = data.draw(
        st.dictionaries(
            st.sampled_from((f"{first}.jpg", f"{first}-2.png", f"{first}-7.webp", f"{rows[1]['number']}.jpg", "cover.png")),
            st.sampled_from(((200, 1000), (333, 500))),
            max_size=2,
        )
    )  # fmt: skip
    with house() as home:
        folder = home.root / "folder"
        _write_folder(folder, declaration, rows, sizes)
        slug = home.imports(folder)
        path = home.downloads(slug)
        assert home.changes_by(folder) == []
        assert home.changes_by(path) == []
        home.imports(path)
        assert home.changes_by(folder) == [], "and the folder it came from still says the same"
