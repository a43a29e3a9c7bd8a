"""The closing archive (结项归档): log, key, decisions, notices, minutes, worksheets, the award, and a hash of each, in one zip.

It is built in a file beside the public archives, however large the log is, and replaces an earlier one whole.
"""

from __future__ import annotations

import json
import secrets
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy.orm import Session

from voting_service.campaigns.models import CLOSED, Campaign
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.clock import rfc3339
from voting_service.database import Database
from voting_service.errors import Problem, ProblemsFound
from voting_service.tally.archive import write_archive
from voting_service.tally.ledger_reads import Progress, no_progress
from voting_service.text import _

Part = Callable[[Session, Campaign], Iterable[tuple[str, bytes]]]
"""What a room has to keep of a campaign: file names within the archive, and what is in them."""

LOG, RECOUNT, MANIFEST, GUIDE = "log.zip", "recount.py", "manifest.json", "说明.txt"
BEING_MADE = _("这次评选的结项归档正在生成。")
_CHUNK = 1024 * 1024
_GUIDE = """{title}　结项归档

生成时间：{at}（UTC）

log.zip       公开日志：全部选票（不含个人信息）、决定、公告和认定，及签名检查点、公钥
recount.py    独立重算程序，不依赖本系统
decisions/    对选票的决定
tally/        认定的计票结果，其 SHA-256 即日志“认定”条目中的 tally_sha256
minutes/      表决和认定纪要，PDF 供阅读
assessment/   测算表，Excel 带公式，可以重新计算
lists/        最终名单和提出过的名单
notices/      公示公告及其结果，与日志中的哈希一一对应
award/        表彰名单和证书清单
manifest.json 以上每个文件的 SHA-256

怎样核对
1. 安装 Python 3.11 以上版本和 cryptography 软件包，在本目录运行：
   python recount.py log.zip
   程序逐条验证签名和日志，重新计票，并与认定的结果比对。
2. 公告核对：notices/ 里每个文件的 SHA-256 应与日志中同名公告条目的 sha256 一致。
3. 完整性核对：逐个计算 SHA-256，与 manifest.json 比对（Linux：sha256sum 文件名；Windows：certutil -hashfile 文件名 SHA256）。

本归档不含投票人和异议人的身份信息。
"""


def closing_archive_path(directory: Path, slug: str) -> Path:
    """Where a campaign's closing archive lies. No slug has a dot: nobody can name a campaign so that its public archive is this."""
    return directory / f"{slug}.closing.zip"


def turn_name(slug: str) -> str:
    """By what name whoever makes a campaign's archive holds others off: a large log takes a minute and a disk of room."""
    return f"{slug}.closing-archive"


def write_closing_archive(
    database: Database, slug: str, directory: Path, parts: Iterable[Part], recount: Path, *, at: datetime,
    progress: Progress = no_progress,
) -> Path:  # fmt: skip
    """Write it. ``recount``: the stand-alone program to go with it. Raises ProblemsFound while voting has not closed, NotFound."""
    with database.read() as session:
        campaign = campaign_by_slug(session, slug)
        if campaign.phase != CLOSED:
            raise ProblemsFound([Problem(slug, _("投票还没有结束，不能结项归档。"))])
    directory.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    unfinished, staging = directory / f".{slug}-closing-{mark}.part", directory / f".staging-{mark}"
    path = closing_archive_path(directory, slug)
    try:
        # Anew, since the log has grown by notices and certifications after the public archive was made.
        log = write_archive(database, slug, staging, progress)
        with database.read() as session, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            _fill(archive, session, campaign_by_slug(session, slug), log, recount, parts, at)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
        if staging.is_dir():
            for left in staging.iterdir():
                left.unlink()
            staging.rmdir()
    return path


def _fill(
    archive: zipfile.ZipFile, session: Session, campaign: Campaign, log: Path, recount: Path,
    parts: Iterable[Part], at: datetime,
) -> None:  # fmt: skip
    files: dict[str, dict[str, object]] = {}

    def put(name: str, data: bytes) -> None:
        if name in files:
            raise ValueError(f"two files of the archive are called {name}")
        archive.writestr(name, data)
        files[name] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}

    digest, size = sha256(), 0
    with log.open("rb") as source, archive.open(zipfile.ZipInfo(LOG), "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    files[LOG] = {"sha256": digest.hexdigest(), "bytes": size}
    put(RECOUNT, recount.read_bytes())
    put(GUIDE, _GUIDE.format(title=campaign.title, at=rfc3339(at)).encode())
    for part in parts:
        for name, data in part(session, campaign):
            put(name, data)
    manifest = {
        "campaign": campaign.slug,
        "title": campaign.title,
        "made_at": rfc3339(at),
        "files": dict(sorted(files.items())),
    }
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
