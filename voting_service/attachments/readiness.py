"""Are the attachments whole: a file for each row, a row for each file, and room for more?"""

from __future__ import annotations

from collections.abc import Iterator

from ..database import Database
from ..errors import Unavailable
from ..findings import Finding
from ..text import _
from .store import AttachmentStore


def probe_room(store: AttachmentStore) -> Iterator[Finding]:
    """Whether files may be taken; silent while they may."""
    if not store.has_room():
        yield Finding(
            "warning",
            "attachments_no_room",
            _("磁盘快满了，异议暂时只收文字，不收附件。"),
            _("请清理或扩大数据目录所在的磁盘。"),
        )


def examine_attachments(database: Database, store: AttachmentStore) -> Iterator[Finding]:
    """Compare rows and files. Uploads under way are neither."""
    try:
        orphans = store.orphans(database)
        with database.read() as session:
            missing = store.missing(session)
    except Unavailable:
        return  # the probe of the database has said so
    if orphans:
        yield Finding(
            "warning",
            "attachments_orphaned",
            _("有 %(count)s 个附件文件没有归属，是上传中断留下的。", count=len(orphans)),
            _("请运行 voting-service doctor --fix 移出，30 天后清除。"),
        )
    if missing:
        yield Finding(
            "error",
            "attachments_missing",
            _("有 %(count)s 个附件的文件不见了：%(ids)s。", count=len(missing), ids="、".join(missing[:5])),
            _(
                "请运行 voting-service doctor --fix，移出过的会放回；仍缺的，请从备份恢复数据目录下的 attachments/。"
            ),
        )
    if not orphans and not missing:
        yield Finding("ok", "attachments", _("附件同记录一一对应。"))
