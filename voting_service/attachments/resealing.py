"""A new key goes through the attachments: the names in their rows, and the files themselves."""

from __future__ import annotations

import os
from collections import Counter

from sqlalchemy import select

from ..database import Database
from ..encryption import HEADER_BYTES, SealBroken, sealed_with
from ..sealed import Resealed, SealedColumn, Seals, Told, resealed
from .models import Attachment
from .store import AttachmentMissing, AttachmentStore, content_place, name_place

SEALED = (SealedColumn(Attachment.name_sealed, name_place, (Attachment.id,)),)


def seals_of_files(database: Database, store: AttachmentStore) -> Seals:
    """What the files are sealed with now; missing ones are left out, ``doctor`` names them."""
    found: Seals = Counter()
    for attachment_id in _ids(database):
        try:
            found[sealed_with(store.sealed_bytes(attachment_id, HEADER_BYTES + 1))] += 1
        except AttachmentMissing:
            continue
    return found


def reseal_files(database: Database, store: AttachmentStore, told: Told = lambda _more: None) -> Resealed:
    """Seal anew every file that is not sealed with the newest key and the chosen cipher, each replaced as a whole."""
    outcome = Resealed()
    for attachment_id in _ids(database):
        try:
            old = store.sealed_bytes(attachment_id, HEADER_BYTES)
            if old == store.keyring.header:
                continue
            new = resealed(store.keyring, store.sealed_bytes(attachment_id), content_place(attachment_id))
        except (AttachmentMissing, SealBroken) as error:
            outcome.broken += isinstance(error, SealBroken)
            continue
        os.close(store.write(attachment_id, new))
        outcome.done += 1
        told(1)
    return outcome


def _ids(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Attachment.id).order_by(Attachment.id)))
