"""What became of a ballot, for whoever holds its tracking code: cast, recorded, published; counted, held or voided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..campaigns.models import OPEN
from ..campaigns.queries import campaigns_in
from ..clock import to_ms
from ..database import Database
from ..ledger import COUNTED, HELD, LedgerEntry, choices_of
from ..text import _
from ..transparency import entries, log, tiles
from ..transparency.models import Log, LogLeaf
from ..web.language import say
from .ballot_box import BallotBox
from .ballot_id import parse_tracking_code
from .polling_station import PollingStation
from .receipt import Receipt, sign_receipt, statement


@dataclass(frozen=True)
class Inclusion:
    """Where a published ballot stands in the log, and the proof of it."""

    leaf_index: int
    log_size: int
    root_hash: bytes
    proof: tuple[bytes, ...]
    entry: str
    checkpoint: str


@dataclass(frozen=True)
class Grounds:
    """Why a ballot is not counted: the latest decision on it, or the gate's word for it."""

    reason: str
    decision: str | None
    """The decision's number as in the log, ``D-0001``; None where only the gate has spoken."""


@dataclass(frozen=True)
class ReceiptState:
    """A receipt and what became of its ballot."""

    slug: str
    receipt: Receipt
    stage: str
    """cast, recorded or published."""
    standing: str
    """counted, held or voided; as the gate left it until it is recorded."""
    statement: str
    verifier_key: str
    leaf_index: int | None
    inclusion: Inclusion | None
    grounds: Grounds | None = None
    """None where the ballot is counted."""

    def to_json(self) -> dict[str, Any]:
        """As the API gives it."""
        found = self.inclusion
        proof = found and {
            "leaf_index": found.leaf_index,
            "log_size": found.log_size,
            "root_hash": found.root_hash.hex(),
            "hashes": [node.hex() for node in found.proof],
            "entry": found.entry,
            "checkpoint": found.checkpoint,
        }
        return {
            **self.receipt.to_json(self.stage),
            "campaign": self.slug,
            "standing": self.standing,
            "reason": self.grounds.reason if self.grounds else None,
            "decision": self.grounds.decision if self.grounds else None,
            "leaf_index": self.leaf_index,
            "inclusion_proof": proof or None,
            "statement": self.statement,
            "verifier_key": self.verifier_key,
        }


def find_receipt(database: Database, station: PollingStation, typed: str) -> ReceiptState | None:
    """The state behind a tracking code as typed; None where there is no such ballot. The ledger is asked first, then
    the boxes of open campaigns for one that is still on its way."""
    ballot_id = parse_tracking_code(typed)
    if ballot_id is None:
        return None
    with database.read() as session:
        row = session.scalar(select(LedgerEntry).where(LedgerEntry.ballot_id == ballot_id))
        if row is not None:
            public_log = session.get_one(Log, row.campaign_id)
            published = row.leaf_index < public_log.signed_size
            inclusion = _inclusion(session, public_log, row) if published else None
            grounds = _grounds(session, row)
        else:
            waiting = [campaign.slug for campaign in campaigns_in(session, OPEN)]
    # With the connection given back: a station that does not know the campaign yet asks for one of its own.
    if row is not None:
        return _recorded(station, public_log.slug, row, inclusion, grounds)
    return _in_box(station, station.box, waiting, ballot_id)


def _recorded(
    station: PollingStation, slug: str, row: LedgerEntry, inclusion: Inclusion | None, grounds: Grounds | None
) -> ReceiptState | None:
    return _state(
        station,
        slug,
        ballot_id=row.ballot_id,
        cast_ms=to_ms(row.cast_at),
        choices=choices_of(row.choices),
        stage="published" if inclusion else "recorded",
        standing=row.standing,
        leaf_index=row.leaf_index,
        inclusion=inclusion,
        grounds=grounds,
    )


def _grounds(session: Session, row: LedgerEntry) -> Grounds | None:
    """The log's own words, so that receipt and log cannot differ."""
    if row.standing == COUNTED:
        return None
    if row.decided_leaf is None:
        return _gate_held()
    decided = entries.decode(session.get_one(LogLeaf, (row.campaign_id, row.decided_leaf)).entry)
    return Grounds(decided["reason"], decided["decision"])


def _gate_held() -> Grounds:
    return Grounds(say(_("投出时风控关卡未能确认这是正常投票，等待评审委员会复核。")), None)


def _in_box(station: PollingStation, box: BallotBox, slugs: list[str], ballot_id: str) -> ReceiptState | None:
    for slug in slugs:
        found = box.find(slug, ballot_id)
        if found is not None:
            cast_ms, held, choices = found
            standing = HELD if held else COUNTED
            return _state(
                station,
                slug,
                ballot_id=ballot_id,
                cast_ms=cast_ms,
                choices=choices,
                stage="cast",
                standing=standing,
                grounds=_gate_held() if held else None,
            )
    return None


def _state(
    station: PollingStation,
    slug: str,
    *,
    ballot_id: str,
    cast_ms: int,
    choices: tuple[int, ...],
    stage: str,
    standing: str,
    leaf_index: int | None = None,
    inclusion: Inclusion | None = None,
    grounds: Grounds | None = None,
) -> ReceiptState | None:
    keys = station.keys_of(slug)
    if keys is None:
        return None
    return ReceiptState(
        slug=slug,
        receipt=sign_receipt(keys.signing_key, ballot_id, cast_ms, choices),
        stage=stage,
        standing=standing,
        statement=statement(keys.signing_key.name, ballot_id, cast_ms, choices),
        verifier_key=str(keys.signing_key.verifier),
        leaf_index=leaf_index,
        inclusion=inclusion,
        grounds=grounds,
    )


def _inclusion(session: Session, public_log: Log, row: LedgerEntry) -> Inclusion:
    read_tile = log.tile_reader(session, row.campaign_id)
    size = public_log.signed_size
    entry = session.get_one(LogLeaf, (row.campaign_id, row.leaf_index)).entry
    return Inclusion(
        leaf_index=row.leaf_index,
        log_size=size,
        root_hash=tiles.root_at(size, read_tile),
        proof=tuple(tiles.inclusion_proof(row.leaf_index, size, read_tile)),
        entry=entry.decode(),
        checkpoint=public_log.checkpoint or "",
    )
