"""Ledger and evidence joined, row by row, under the names of the evidence files: the scan and the export read the same.

What the offline table knows of an address is added here and not at recording, so that a table loaded later helps too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, and_, select, type_coerce
from sqlalchemy.orm import Session

from anti_fraud.networks.table import NetworkTable
from anti_fraud.user_agents import operating_system, wechat_version

from ..campaigns.rules import CHANNELS
from ..encryption import Keyring
from ..evidence import record, views
from ..evidence.models import BallotEvidence, ViewBatch
from ..evidence.record import Evidence
from ..evidence.views import PageView
from ..ledger import LedgerEntry
from ..web.identities import DEVICE

PAGE = 10_000
# As it is stored: a million moments need not become datetimes to be numbers again.
_CAST_MS = type_coerce(LedgerEntry.cast_at, BigInteger).label("cast_ms")
_NOTHING = Evidence(entry="")


class EvidenceRow(NamedTuple):
    """One ballot for the scan."""

    seq: int
    standing: str
    own_token: str
    columns: dict[str, Any]
    """Under the names of ``ballots.csv``, but for ``reshared``, which only all rows together can tell."""


def ballot_rows(
    session: Session, campaign_id: int, slug: str, keyring: Keyring, networks: NetworkTable, after: int = 0
) -> Iterator[EvidenceRow]:
    """Every recorded ballot behind this number, with what is known of it; ballots without evidence have empty cells."""
    while True:
        page = session.execute(
            select(
                LedgerEntry.seq, LedgerEntry.ballot_id, LedgerEntry.voter_tag, LedgerEntry.channel,
                LedgerEntry.choices, _CAST_MS, LedgerEntry.standing,
                BallotEvidence.voted_before, BallotEvidence.sealed,
            )
            .outerjoin(
                BallotEvidence,
                and_(
                    BallotEvidence.campaign_id == LedgerEntry.campaign_id,
                    BallotEvidence.seq == LedgerEntry.seq,
                ),
            )
            .where(LedgerEntry.campaign_id == campaign_id, LedgerEntry.seq > after)
            .order_by(LedgerEntry.seq)
            .limit(PAGE)
        ).all()  # fmt: skip
        if not page:
            return
        for row in page:
            known = record.unseal(keyring, slug, row.ballot_id, row.sealed) if row.sealed else None
            yield _row(row, known or _NOTHING, networks)
        after = page[-1].seq


def _row(row: Any, known: Evidence, networks: NetworkTable) -> EvidenceRow:
    network = networks.lookup(known.address)
    columns = {
        "ballot_id": row.ballot_id,
        "cast_at": row.cast_ms / 1000,
        "choices": row.choices,
        "voter_tag": row.voter_tag,
        # A kiosk is told by its own column, too; a printed code is a channel of its own wherever it was entered.
        "channel": "kiosk" if known.kiosk and row.channel == CHANNELS[DEVICE] else row.channel,
        "ip": known.address,
        "asn": network.asn,
        "network_type": network.network_type,
        "province": network.province,
        "city": network.city,
        "user_agent": known.user_agent,
        "os": operating_system(known.user_agent),
        "wechat_version": wechat_version(known.user_agent),
        "cookie_age_s": known.cookie_age_s,
        "dwell_s": None if known.dwell_ms is None else known.dwell_ms / 1000,
        "touches": known.touches,
        "challenge_ms": known.challenge_ms,
        "entry": known.entry,
        "share_token": known.share_token,
        "share_parent": known.share_parent,
        "share_depth": known.share_depth if known.share_token else None,
        "returning": row.voted_before,
        "kiosk": known.kiosk,
    }
    return EvidenceRow(row.seq, row.standing, known.own_token, columns)


def page_views(
    session: Session, campaign_id: int, slug: str, keyring: Keyring, after: int = 0
) -> Iterator[tuple[int, list[PageView]]]:
    """Every batch of page views behind this row id, with its id."""
    batches = session.execute(
        select(ViewBatch.id, ViewBatch.batch, ViewBatch.sealed)
        .where(ViewBatch.campaign_id == campaign_id, ViewBatch.id > after)
        .order_by(ViewBatch.id)
    )
    for number, batch, sealed in batches:
        yield number, views.opened(keyring, slug, batch, sealed)


def view_columns(view: PageView) -> dict[str, Any]:
    """Under the names of ``views.csv``."""
    return {
        "viewed_at": view.viewed_ms / 1000,
        "channel": view.channel,
        "ip": view.address,
        "entry": view.entry,
        "share_token": view.share_token,
        "qr_site": view.qr_site,
    }
