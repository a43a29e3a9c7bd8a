"""Kits as files: made once for each version of a campaign and each stage of its voting, one at a time on this machine, and sent
from the disk."""

from __future__ import annotations

import secrets
import zipfile
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from ...campaigns.models import Campaign
from ...candidates.departures import standing_roster
from ...candidates.photos import PhotoStore
from ...candidates.showcase import CampaignOnShow, on_show
from ...errors import Unavailable
from ...redis_server.locks import FileLock
from ...text import _
from ..partners.queries import terms_of
from ..posters.subject import stage_of
from .contents import File, KitPart, KitSubject, kit_files

FORMAT = 2
"""Grows when this code puts other things into a kit."""


class KitMaker(NamedTuple):
    """Where kits lie, and what they are made from."""

    directory: Path
    photos: PhotoStore
    base_url: str
    parts: tuple[KitPart, ...]
    """What rooms add."""

    def made(self, show: CampaignOnShow, at: datetime) -> Path | None:
        """The kit of a campaign as it is at this moment, if it was made."""
        path = self._path(show, at)
        return path if path.is_file() else None

    def make(self, session: Session, campaign: Campaign, *, at: datetime) -> Path:
        """The same, made now where it was not. Raises Unavailable while another is being made, ProblemsFound."""
        show = on_show(session, campaign)
        if known := self.made(show, at):
            return known
        path = self._path(show, at)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A kit takes some seconds of a processor, and anybody may ask for one where it is public.
        lock = FileLock(self.directory / ".making")
        if not lock.take():
            raise Unavailable(_("素材包正在生成，请稍后再试。"))
        try:
            return self.made(show, at) or self._write(session, campaign, show, path, at)
        finally:
            lock.drop()

    def _write(
        self, session: Session, campaign: Campaign, show: CampaignOnShow, path: Path, at: datetime
    ) -> Path:
        terms = terms_of(session, campaign.id)
        subject = KitSubject(
            show=show,
            description=campaign.description,
            people=sorted(standing_roster(session, campaign.id), key=lambda one: one.number),
            photos=self.photos,
            base_url=self.base_url,
            credit=terms.credit,
            only_partners=terms.only_partners,
            at=at,
        )
        for left in path.parent.glob(".*.part"):
            left.unlink(missing_ok=True)  # of a process that was killed; it is our turn alone
        unfinished = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            _zip(unfinished, f"{campaign.slug}-media-kit", kit_files(subject, self.parts))
            for old in path.parent.glob("*.zip"):
                old.unlink(missing_ok=True)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return path

    def _path(self, show: CampaignOnShow, at: datetime) -> Path:
        # Voting begins and ends by the clock, without a new version, and posters say what may be done now.
        told = f"{FORMAT}|{show.version}|{stage_of(show, at)}|{self.base_url}|{len(self.parts)}"
        return self.directory / show.slug / f"{sha256(told.encode()).hexdigest()[:24]}.zip"


def _zip(path: Path, folder: str, files: Iterable[File]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            # Pictures are packed already.
            packed = name.endswith((".jpg", ".png", ".docx", ".pdf"))
            archive.writestr(f"{folder}/{name}", data, zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED)
