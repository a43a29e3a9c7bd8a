"""Appending to the docket: one verb for every step that anyone takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.encryption import Keyring

from .models import DocketAttachment, DocketEntry, Objection
from .sealing import entry_place


def append_entry(
    session: Session, keyring: Keyring, objection: Objection, act: str, body: str = "", *, at: datetime,
    official_id: int | None = None, shown: bool, attachments: Sequence[str] = (), form_digest: bytes | None = None,
) -> DocketEntry:  # fmt: skip
    """One step: by an official, or by the objector where there is none. The objection is locked by the caller, who commits.

    ``shown``: whether the objector sees it. ``attachments``: ids of rows that are in the session already. ``form_digest``:
    ``DocketDigests.addition`` of the objector's form.
    """
    last = session.scalar(select(func.max(DocketEntry.seq)).where(DocketEntry.objection_id == objection.id))
    seq = (last or 0) + 1
    entry = DocketEntry(
        objection_id=objection.id,
        seq=seq,
        at=at,
        party="objector" if official_id is None else "official",
        official_id=official_id,
        act=act,
        shown_to_objector=shown,
        body_sealed=keyring.seal(body.encode(), entry_place(objection.docket_number, seq)) if body else None,
        form_digest=form_digest,
    )
    session.add(entry)
    session.flush()
    session.add_all(
        DocketAttachment(attachment_id=name, objection_id=objection.id, seq=seq) for name in attachments
    )
    return entry
