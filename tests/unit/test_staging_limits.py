"""What one official may have waiting: a few folders, so many bytes, and nobody else's count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from voting_service.candidates.intake import staging
from voting_service.candidates.intake.staging import KEPT_FOR, MOST_FOLDERS, Staged, Staging
from voting_service.errors import ProblemsFound

NOW = datetime(2021, 4, 16, 9, tzinfo=UTC)


class Sent(NamedTuple):
    name: str
    path: Path


class Office:
    """A directory, and whoever uploads to it."""

    def __init__(self, directory: Path) -> None:
        self.staging = Staging(directory / "staged")
        self._parts = directory / "parts"
        self._parts.mkdir()
        self._sent = 0

    def upload(self, size: int = 10, *, by: int = 1, at: datetime = NOW) -> Staged:
        self._sent += 1
        path = self._parts / str(self._sent)
        path.write_bytes(bytes(size))
        return self.staging.keep([Sent(f"第{self._sent}次.zip", path)], official_id=by, at=at)

    def names(self, by: int = 1, *, now: datetime = NOW) -> list[str]:
        return [one.name for one in self.staging.waiting(by, now=now)]

    def files(self) -> int:
        return len([*self.staging.directory.iterdir()])


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_so_many_folders_and_no_more(office: Office) -> None:
    for n in range(MOST_FOLDERS):
        office.upload(at=NOW + timedelta(minutes=n))
    with pytest.raises(ProblemsFound, match=r"最早的是 第1次\.zip") as refused:
        office.upload(at=NOW + timedelta(minutes=9))
    assert [one.where for one in refused.value.problems] == ["folder"]
    assert office.files() == 2 * MOST_FOLDERS
    office.upload(by=2)
    assert office.names(2) == ["第5次.zip"]


def test_one_that_is_used_or_too_old_makes_room(office: Office) -> None:
    first, *_others = [office.upload() for _ in range(MOST_FOLDERS)]
    office.staging.remove(first.token)
    office.upload()
    later = NOW + KEPT_FOR + timedelta(seconds=1)
    assert office.names(now=later) == []
    office.upload(at=later)


def test_so_many_bytes_and_no_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "MOST_BYTES", 1000)
    office.upload(600)
    with pytest.raises(ProblemsFound):
        office.upload(401)
    office.upload(400)
    assert office.files() == 4


def test_one_alone_is_always_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """How large a folder may be is asked where it comes in."""
    monkeypatch.setattr(staging, "MOST_BYTES", 1000)
    office.upload(5000)


def test_what_no_label_tells_of_is_nobodys(office: Office) -> None:
    office.upload()
    (label,) = office.staging.directory.glob("*.json")
    label.write_text("{", encoding="utf-8")
    assert office.names() == []
