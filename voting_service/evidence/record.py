"""A ballot's evidence: what the server saw of how it came. Sealed where it is made, opened only by a scan or an export.

It travels sealed beside the ballot, through the box, and is kept sealed: neither Redis's file nor a stolen database links
a choice to an address.
"""

from __future__ import annotations

import base64
import json
from typing import NamedTuple

from sqlalchemy import and_

from ..campaigns.models import Campaign
from ..encryption import Keyring, SealBroken
from ..ledger import LedgerEntry
from ..sealed import SealedColumn
from .models import BallotEvidence

LONGEST_USER_AGENT = 400
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Evidence(NamedTuple):
    """Of one ballot. None and empty mean that it is not known."""

    address: str = ""
    user_agent: str = ""
    dwell_ms: int | None = None
    """From the issue of the form to the ballot, by the server's clock."""
    touches: int | None = None
    traits: tuple[str, ...] = ()
    challenge_ms: int | None = None
    """From asking a challenge to its solution's arrival, by the server's clock; None where none was asked."""
    challenge_bits: int = 0
    entry: str = "direct"
    share_token: str = ""
    share_parent: str = ""
    share_depth: int = 0
    own_token: str = ""
    """The voter's own share token: whoever comes by it names it as theirs."""
    qr_site: str = ""
    cookie_age_s: int | None = None
    kiosk: str = ""
    reasons: tuple[str, ...] = ()
    """What the gate found."""


_TRAITS, _REASONS = Evidence._fields.index("traits"), Evidence._fields.index("reasons")


def seal(keyring: Keyring, slug: str, ballot_id: str, evidence: Evidence) -> str:
    """The evidence as text that only ``opened`` can read, and only for this ballot."""
    plain = _encode_json(evidence).encode()
    return base64.b64encode(keyring.seal(plain, _place(slug, ballot_id))).decode()


def unseal(keyring: Keyring, slug: str, ballot_id: str, sealed: bytes) -> Evidence | None:
    """The evidence of this ballot; None where its key is gone, so that the scan knows nothing of the ballot."""
    try:
        # As text: from bytes, the parser would first guess their encoding.
        values = json.loads(keyring.open(sealed, _place(slug, ballot_id)).decode())
    except (SealBroken, ValueError):
        return None
    values[_TRAITS], values[_REASONS] = tuple(values[_TRAITS]), tuple(values[_REASONS])
    return Evidence(*values)


def from_stream(text: str) -> bytes | None:
    """The sealed bytes of a stream entry's text; None where there are none."""
    return base64.b64decode(text) if text else None


def _place(slug: str, ballot_id: str) -> str:
    return f"ballot_evidence.sealed.{slug}.{ballot_id}"


SEALED = (
    SealedColumn(
        BallotEvidence.sealed,
        _place,
        (Campaign.slug, LedgerEntry.ballot_id),
        joined=(
            (Campaign, Campaign.id == BallotEvidence.campaign_id),
            (
                LedgerEntry,
                and_(
                    LedgerEntry.campaign_id == BallotEvidence.campaign_id,
                    LedgerEntry.seq == BallotEvidence.seq,
                ),
            ),
        ),
    ),
)
