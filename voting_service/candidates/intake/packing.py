"""A campaign as it stands → the folder that an import would make it of, as one .zip: uploaded again as it is, it changes
nothing.

What it holds is read in one transaction; then photos go out one at a time, with no connection held and one photo in memory.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...activity import journal
from ...campaigns.declaration_file import declaration_text
from ...campaigns.gate_policies import current_policy, flat
from ...campaigns.models import Campaign
from ...campaigns.queries import campaign_by_slug
from ...errors import Problem, ProblemsFound
from ...text import Text, _
from ..importing import stored_read
from ..layout import CAMPAIGN, TABLES
from ..photos import PhotoStore, Picture
from ..reading import CampaignRead
from ..roster_sheet import roster_sheet


@dataclass(frozen=True)
class Packed:
    """What the .zip will hold."""

    slug: str
    texts: tuple[tuple[str, bytes], ...]
    """Declaration and table, by name."""
    photos: tuple[tuple[str, Picture], ...]
    """By name."""
    at: datetime
    """Local."""


def pack_campaign(session: Session, slug: str, photos: PhotoStore, *, at: datetime, actor: str) -> Packed:
    """Everything but the photos themselves. Raises NotFound, and ProblemsFound where a photo is not on the disk: a folder
    without it would take it away when it is uploaded again. The caller commits."""
    campaign = campaign_by_slug(session, slug)
    read = stored_read(session, campaign)
    declaration = declaration_text(read.declaration, _changed_by_command(session, campaign))
    packed = Packed(
        slug,
        ((CAMPAIGN, declaration.encode()), (TABLES[1], roster_sheet(read.rows))),
        tuple(_photo_names(read)),
        at.astimezone(campaign.rules.zone),
    )
    _require_photos(packed, photos)
    journal(session, at=at, actor=actor, act="campaign.download", subject=slug,
            details={"version": campaign.version, "candidates": len(read.rows), "photos": len(packed.photos)})  # fmt: skip
    return packed


def _require_photos(packed: Packed, photos: PhotoStore) -> None:
    missing = [
        Problem(name, _("照片文件不在数据目录里。"))
        for name, picture in packed.photos
        if photos.path(picture.file_name(picture.widths[-1])) is None
    ]
    if missing:
        told = _(
            "有 %(n)s 张照片的文件不在数据目录里，例如 %(name)s，不能下载。请管理员从备份恢复 photos 目录后再试。",
            n=len(missing),
            name=missing[0].where,
        )
        raise ProblemsFound(missing, told)


def zip_pieces(packed: Packed, photos: PhotoStore) -> Iterator[bytes]:
    """The .zip, piece by piece, none larger than the largest file in it."""
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in packed.texts:
            archive.writestr(_member(name, packed.at, zipfile.ZIP_DEFLATED), data)
        yield out.taken()
        for name, picture in packed.photos:
            copied = photos.copy(picture)
            if copied is None:
                # It was there a moment ago. The answer has begun: broken off, nobody takes it for whole.
                raise FileNotFoundError(name)
            # Photos hardly shrink.
            archive.writestr(_member(name, packed.at, zipfile.ZIP_STORED), copied)
            yield out.taken()
    yield out.taken()


def _photo_names(read: CampaignRead) -> Iterator[tuple[str, Picture]]:
    if read.cover is not None:
        yield "photos/cover.jpg", read.cover
    for number, pictures in read.photos.items():
        for position, picture in enumerate(pictures, 1):
            yield f"photos/{number}{f'-{position}' if position > 1 else ''}.jpg", picture


def _changed_by_command(session: Session, campaign: Campaign) -> Iterator[Text]:
    """What of the gate's policy is not as the folder declares it: an import leaves it as it stands."""
    declared = flat(campaign.plan.get("gate", {}))
    _version, policy = current_policy(session, campaign.id)
    for name, standing in flat(policy.to_json()).items():
        if name in declared and declared[name] != standing:
            yield _(
                "%(name)s 现行的是 %(standing)s，用命令改的；导入不会动它。", name=name, standing=standing
            )


def _member(name: str, at: datetime, how: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, at.timetuple()[:6])
    info.compress_type = how
    info.external_attr = 0o644 << 16
    return info


class _Pieces(io.RawIOBase):
    """What has been written since one last asked."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]  # zipfile reuses nothing, but promises nothing either
        self._parts.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """All of it, once."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
