"""Attachments: kept as their rows are, or not at all; a killed upload leaves nothing that `doctor --fix` does not remove."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from sqlalchemy import delete, select

from tests.stage import Stage, environment
from voting_service.attachments.examine import Examined, examine
from voting_service.attachments.models import Attachment
from voting_service.attachments.readiness import examine_attachments, probe_room
from voting_service.attachments.store import MOST_SWEPT, AttachmentMissing, AttachmentStore, SweepRefused
from voting_service.commands import make_cli
from voting_service.database import DatabaseUnavailable
from voting_service.encryption import SealBroken

NOW = datetime(2026, 4, 16, 9, 30, tzinfo=UTC)
WORDS = "车间主任李某某在十月三日".encode()
NAME = "举报材料-王小明.pdf"
PDF = b"%PDF-1.4\n" + WORDS * 500 + b"\n%%EOF\n"

UPLOADER = """
import sys
from voting_service.attachments.examine import examine
from voting_service.clock import SystemClock
from voting_service.settings import read_settings
from wsgi import Service

service = Service(read_settings(dotenv=None), SystemClock())
examined = examine("a.pdf", b"%PDF-1.4\\n" + bytes(15_000_000) + b"%%EOF")
with service.attachments.keeping() as keeping, service.database.write() as session:
    for _again in range(4):
        keeping.put(session, examined, service.clock.now())
        session.flush()
        print("put", flush=True)
    sys.stdin.read()
"""


def keep(stage: Stage, examined: Examined) -> Attachment:
    """One file, kept."""
    service = stage.service
    with service.attachments.keeping() as keeping, service.database.write() as session:
        return keeping.put(session, examined, service.clock.now())


def rows(stage: Stage) -> list[Attachment]:
    """What the database has."""
    with stage.service.database.read() as session:
        return list(session.scalars(select(Attachment)))


def files(stage: Stage) -> list[Path]:
    """What the directory has."""
    directory = stage.service.attachments.directory
    return sorted(path for path in directory.iterdir() if path.is_file()) if directory.is_dir() else []


def findings(stage: Stage) -> list[str]:
    """What doctor says of them."""
    return [one.code for one in examine_attachments(stage.service.database, stage.service.attachments)]


def doctor(stage: Stage, *options: str) -> Result:
    """The command, as an operator types it."""
    return CliRunner().invoke(make_cli(lambda: stage.service), ["doctor", *options], catch_exceptions=False)


# ---- kept


def test_a_file_comes_back_as_it_was_and_nothing_of_it_stands_open(stage_on: Stage) -> None:
    row = keep(stage_on, examine(NAME, PDF))
    store = stage_on.service.attachments
    assert store.read(row) == PDF
    assert store.name_of(row) == NAME
    assert (row.kind, row.media_type, row.size) == ("pdf", "application/pdf", len(PDF))
    assert [file.name for file in files(stage_on)] == [row.id]
    assert stat.S_IMODE(files(stage_on)[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(store.directory.stat().st_mode) == 0o700
    assert findings(stage_on) == ["attachments"]


def test_no_byte_of_name_or_content_is_in_any_file(stage: Stage) -> None:
    keep(stage, examine(NAME, PDF))
    picture = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(picture, "JPEG")
    keep(stage, examine("王小明拍的照片.jpg", picture.getvalue()))
    stage.service.database.dispose()
    looked_at = [path for path in stage.service.settings.data_dir.rglob("*") if path.is_file()]
    assert {path.name for path in looked_at} >= {"voting.sqlite3"}
    for path in looked_at:
        content = path.read_bytes()
        for secret in (WORDS, NAME.encode(), "王小明".encode(), b"%PDF", b"JFIF", "王小明".encode("gb18030")):
            assert secret not in content, (path, secret)


def test_a_file_opens_in_its_own_place_alone(stage: Stage) -> None:
    first, second = keep(stage, examine("1", PDF)), keep(stage, examine("2", PDF + b"\n%%EOF"))
    store = stage.service.attachments
    here, there = store.directory / first.id, store.directory / second.id
    here.write_bytes(there.read_bytes())
    with pytest.raises(SealBroken):
        store.read(first)
    here.unlink()
    with pytest.raises(AttachmentMissing):
        store.read(first)
    assert findings(stage) == ["attachments_missing"]
    assert first.id in doctor(stage).stdout


def test_a_transaction_that_fails_leaves_no_file(stage_on: Stage) -> None:
    service = stage_on.service

    def lodge() -> None:
        with service.attachments.keeping() as keeping, service.database.write() as session:
            keeping.put(session, examine("1", PDF), service.clock.now())
            keeping.put(session, examine("2", PDF), service.clock.now())
            session.flush()
            assert len(files(stage_on)) == 2
            raise ValueError("the objection is refused")

    with pytest.raises(ValueError, match="refused"):
        lodge()
    assert (rows(stage_on), files(stage_on)) == ([], [])


def test_a_commit_whose_answer_was_lost_is_left_to_the_sweep(stage: Stage) -> None:
    """Whether the rows are there is not known at that moment: files that have rows must not go."""
    service = stage.service

    def lodge() -> None:
        with service.attachments.keeping() as keeping:
            with service.database.write() as session:
                keeping.put(session, examine("1", PDF), service.clock.now())
            raise DatabaseUnavailable("the connection broke")  # type: ignore[arg-type]

    with pytest.raises(DatabaseUnavailable):
        lodge()
    assert service.attachments.sweep(service.database, service.clock.now()).set_aside == []
    assert service.attachments.read(rows(stage)[0]) == PDF


# ---- kill -9


@contextmanager
def uploading(stage: Stage) -> Iterator[subprocess.Popen[str]]:
    """A process in the middle of keeping four files."""
    settings = stage.service.settings
    environ = environment(settings.data_dir, settings.redis_url, settings.database_url)
    process = subprocess.Popen(
        [sys.executable, "-c", UPLOADER], env=os.environ | environ, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("after", [1, 3])
def test_kill_9_leaves_nothing_visible_and_doctor_fix_leaves_nothing_at_all(
    stage_on: Stage, after: int
) -> None:
    whole = keep(stage_on, examine("whole", PDF))
    store, database = stage_on.service.attachments, stage_on.service.database
    with uploading(stage_on) as process:
        assert process.stdout is not None
        for _file in range(after):
            assert process.stdout.readline() == "put\n"
        assert len(files(stage_on)) > after
        assert findings(stage_on) == ["attachments"], "an upload under way is nobody's fault"
        assert store.sweep(database, NOW).set_aside == []
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert [row.id for row in rows(stage_on)] == [whole.id]
    assert findings(stage_on) == ["attachments_orphaned"]
    told = doctor(stage_on, "--fix")
    assert "移出没有归属的" in told.stderr
    assert "附件同记录一一对应" in told.stdout
    assert [file.name for file in files(stage_on)] == [whole.id]
    assert store.read(whole) == PDF


def test_kill_9_at_any_moment_of_writing(stage: Stage) -> None:
    for _try in range(2):
        with uploading(stage) as process:
            # The very first trace of it on the disk, half written as it may be.
            while not files(stage):
                assert process.poll() is None
            process.kill()
            process.wait()
        assert rows(stage) == []
        stage.service.attachments.sweep(stage.service.database, NOW, even_so=True)
        assert files(stage) == []


def test_a_sweep_beside_busy_uploads_takes_none_of_theirs(stage_on: Stage) -> None:
    service = stage_on.service
    examined, stop, swept = examine("a", PDF), threading.Event(), []

    def sweep() -> None:
        while not stop.is_set():
            swept.extend(service.attachments.sweep(service.database, NOW, even_so=True).set_aside)

    def upload() -> None:
        for _again in range(15):
            keep(stage_on, examined)

    sweeper = threading.Thread(target=sweep)
    uploaders = [threading.Thread(target=upload) for _one in range(3)]
    for thread in (sweeper, *uploaders):
        thread.start()
    for thread in uploaders:
        thread.join()
    stop.set()
    sweeper.join()
    # A draft may be taken between being made and being locked; its upload then makes another.
    assert [name for name in swept if not name.startswith(".")] == []
    kept = rows(stage_on)
    assert len(kept) == 45
    assert {file.name for file in files(stage_on)} == {row.id for row in kept}
    assert all(service.attachments.read(row) == PDF for row in kept)


def test_a_draft_that_a_sweep_took_at_its_birth_is_made_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between making a file and locking it, a sweep may come; what is then locked is no file any more."""
    import fcntl

    locked, taken = fcntl.flock, []

    def too_late(descriptor: int, how: int) -> None:
        if how == fcntl.LOCK_EX and not taken:
            taken.extend(files(stage))
            taken[0].unlink()
        locked(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", too_late)
    row = keep(stage, examine("a", PDF))
    assert len(taken) == 1
    assert stage.service.attachments.read(row) == PDF


def test_what_doctor_fix_did_stands_in_the_journal(stage: Stage) -> None:
    from voting_service.activity import JournalEntry

    store = stage.service.attachments
    keep(stage, examine("1", PDF))
    os.close(store.write("nobodys", b"x"))
    assert json.loads(doctor(stage, "--json").stdout)
    assert store.orphans(stage.service.database) == ["nobodys"]
    doctor(stage, "--fix")
    doctor(stage, "--fix")
    with stage.service.database.read() as session:
        entries = list(session.scalars(select(JournalEntry).where(JournalEntry.act == "sweep_attachments")))
    assert [json.loads(entry.details) for entry in entries] == [{"set_aside": 1, "put_back": 0, "removed": 0}]


# ---- the wrong database


def of_another_database(stage: Stage) -> AttachmentStore:
    """The files of a stage; its rows are forgotten, as in a fresh database or an older backup."""
    store = stage.service.attachments
    with stage.service.database.write() as session:
        session.execute(delete(Attachment))
    return store


def test_beside_the_wrong_database_nothing_is_swept_unless_told_so(stage_on: Stage) -> None:
    kept = {keep(stage_on, examine("1", PDF)).id for _one in range(3)}
    store = of_another_database(stage_on)
    told = doctor(stage_on, "--fix")
    assert told.exit_code == 1
    assert "可能连的不是原来的数据库" in told.stderr
    assert "没有归属" in told.stdout, "the findings come all the same"
    assert {file.name for file in files(stage_on)} == kept
    assert doctor(stage_on, "--fix", "--even-so").exit_code == 0
    assert files(stage_on) == []
    assert store.orphans(stage_on.service.database) == []


def test_an_older_backup_that_lacks_many_rows_is_the_wrong_database_too(stage: Stage) -> None:
    row = keep(stage, examine("1", PDF))
    store, database = stage.service.attachments, stage.service.database
    for n in range(MOST_SWEPT + 1):
        os.close(store.write(f"later-{n}", b"x"))
    with pytest.raises(SweepRefused):
        store.sweep(database, NOW)
    assert len(files(stage)) == MOST_SWEPT + 2
    (store.directory / "later-0").unlink()
    assert len(store.sweep(database, NOW).set_aside) == MOST_SWEPT
    assert [file.name for file in files(stage)] == [row.id]


def test_what_was_set_aside_comes_back_with_its_row_and_goes_after_30_days(stage: Stage) -> None:
    store, database = stage.service.attachments, stage.service.database
    keep(stage, examine("other", PDF))
    row = keep(stage, examine("1", PDF))
    with database.write() as session:
        session.execute(delete(Attachment).where(Attachment.id == row.id))
    assert store.sweep(database, NOW).set_aside == [row.id]
    with database.write() as session:
        session.merge(row)
    assert findings(stage) == ["attachments_missing"]
    assert store.sweep(database, NOW + timedelta(days=20)).put_back == [row.id]
    assert store.read(row) == PDF
    assert findings(stage) == ["attachments"]

    os.close(store.write("nobodys", b"x"))
    assert store.sweep(database, NOW).set_aside == ["nobodys"]
    assert store.sweep(database, NOW + timedelta(days=30)).removed == 0
    assert store.sweep(database, NOW + timedelta(days=31)).removed == 1


def test_a_directory_in_the_store_is_none_of_ours(stage: Stage) -> None:
    keep(stage, examine("1", PDF))
    (stage.service.attachments.directory / "lost+found").mkdir()
    assert stage.service.attachments.sweep(stage.service.database, NOW).set_aside == []
    assert findings(stage) == ["attachments"]


# ---- room


def test_a_nearly_full_disk_is_told_before_it_is_full(stage: Stage, tmp_path: Path) -> None:
    keyring = stage.service.keyring
    roomy = AttachmentStore(tmp_path / "not" / "there" / "yet", keyring, least_free=0)
    full = AttachmentStore(tmp_path, keyring, least_free=2**60)
    assert not full.has_room()
    assert [one.code for one in probe_room(full)] == ["attachments_no_room"]
    assert roomy.has_room() == (not list(probe_room(roomy)))
