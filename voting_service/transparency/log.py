"""The log's verbs over SQL: begin, append, sign.

``append`` runs inside the recorder's transaction, so a ballot is in the ledger and in the log or in neither. ``sign``
runs in a transaction of its own, after that commit: nothing is ever signed that a crash could take back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..encryption import Keyring
from ..sealed import SealedColumn
from . import tiles
from .checkpoint import Checkpoint
from .merkle import leaf_hash
from .models import Log, LogLeaf, LogTile
from .notes import SigningKey


def _place(slug: str) -> str:
    return f"logs.signing_key.{slug}"


SEALED = (SealedColumn(Log.signing_key, _place, (Log.slug,)),)


def begin_log(session: Session, *, campaign_id: int, slug: str, origin: str, keyring: Keyring) -> Log:
    """An empty log with a fresh key. Its origin is host and path, and never changes."""
    key = SigningKey.generate(f"{origin}/log/{slug}")
    log = Log(
        campaign_id=campaign_id,
        slug=slug,
        origin=key.name,
        verifier_key=str(key.verifier),
        signing_key=keyring.seal(key.private_bytes(), _place(slug)),
        size=0,
        signed_size=0,
    )
    session.add(log)
    session.flush()
    return log


def signing_key(log: Log, keyring: Keyring) -> SigningKey:
    """The log's private key, unsealed. Raises SealBroken."""
    return SigningKey.from_private_bytes(log.origin, keyring.open(log.signing_key, _place(log.slug)))


def append(session: Session, log: Log, entries: Sequence[bytes]) -> int:
    """Add canonical entries; gives the index of the first. The caller commits."""
    first = log.size
    session.execute(
        LogLeaf.__table__.insert(),  # type: ignore[attr-defined]  # Core, since the recorder writes thousands
        [
            {"campaign_id": log.campaign_id, "leaf_index": first + i, "entry": entry}
            for i, entry in enumerate(entries)
        ],
    )
    changed = tiles.extend(
        first, [leaf_hash(entry) for entry in entries], tile_reader(session, log.campaign_id)
    )
    for tile, hashes in changed.items():
        session.merge(
            LogTile(campaign_id=log.campaign_id, level=tile.level, tile_index=tile.index, hashes=hashes)
        )
    log.size = first + len(entries)
    return first


def sign(session: Session, log: Log, key: SigningKey, at: datetime) -> bool:
    """Publish what is recorded: one checkpoint over all of it. Gives False where nothing is new."""
    if log.signed_size == log.size:
        return False
    root = tiles.root_at(log.size, tile_reader(session, log.campaign_id))
    log.checkpoint = key.sign(Checkpoint(log.origin, log.size, root).text())
    log.signed_size = log.size
    log.signed_at = at
    return True


def tile_reader(session: Session, campaign_id: int) -> tiles.ReadTile:
    """Reads stored tiles of one log, each once per reader."""
    seen: dict[tiles.Tile, bytes] = {}

    def read(tile: tiles.Tile) -> bytes:
        if tile not in seen:
            hashes = session.scalar(
                select(LogTile.hashes).where(
                    LogTile.campaign_id == campaign_id,
                    LogTile.level == tile.level,
                    LogTile.tile_index == tile.index,
                )
            )
            seen[tile] = hashes or b""
        return seen[tile]

    return read


def entries(session: Session, campaign_id: int, start: int, end: int) -> list[bytes]:
    """The canonical bytes of leaves ``start`` up to, not including, ``end``."""
    query = (
        select(LogLeaf.entry)
        .where(LogLeaf.campaign_id == campaign_id, LogLeaf.leaf_index >= start, LogLeaf.leaf_index < end)
        .order_by(LogLeaf.leaf_index)
    )
    return list(session.scalars(query))
