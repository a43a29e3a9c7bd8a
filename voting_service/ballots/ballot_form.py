"""The ballot form: what a page needs to cast one ballot, signed and bound to one voter's session and campaign.

Being bound to the session it is the CSRF token too. It is not stored anywhere: the ballot id becomes known to the
box when it is cast, and the form's end is judged there, by Redis's clock. It carries when it was issued and how its
voter came, so that both are the server's own knowledge when the ballot comes.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..clock import from_ms, to_ms
from ..evidence.provenance import DIRECT, Provenance
from ..web.sessions import VoterSession
from .ballot_id import new_ballot_id

_SHAPE = re.compile(
    r"(([0-9A-HJKMNP-TV-Z]{16})\.([0-9]{13})\.([0-9]{13})\.([A-Za-z0-9_~\-]{1,80}))\.([A-Za-z0-9_\-]{22})"
)


@dataclass(frozen=True)
class BallotForm:
    """One ballot that may be cast until ``expires_at``."""

    ballot_id: str
    expires_ms: int
    issued_ms: int
    """When the voter first had a form for this ballot; a renewed form keeps the moment of the one it renews."""
    came: Provenance = DIRECT

    @property
    def expires_at(self) -> datetime:
        """The end of the form's life, aware."""
        return from_ms(self.expires_ms)


class BallotForms:
    """Issues and reads forms. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes, lifetime_s: int) -> None:
        self._key = key
        self.lifetime_s = lifetime_s

    def issue(
        self,
        slug: str,
        session: VoterSession,
        now: datetime,
        came: Provenance = DIRECT,
        renews: BallotForm | None = None,
    ) -> tuple[str, BallotForm]:
        """A fresh form and its signed text. ``renews`` is an earlier form of this voter, perhaps expired: what the page
        then posts at once was not written at once."""
        form = BallotForm(
            new_ballot_id(),
            to_ms(now + timedelta(seconds=self.lifetime_s)),
            renews.issued_ms if renews else to_ms(now),
            renews.came if renews else came,
        )
        body = f"{form.ballot_id}.{form.expires_ms}.{form.issued_ms}.{form.came.packed()}"
        return f"{body}.{self._mac(slug, session, body)}", form

    def read(self, text: str, slug: str, session: VoterSession) -> BallotForm | None:
        """The form, if this text was issued to this session for this campaign; None otherwise."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            return None
        body, ballot_id, expires_ms, issued_ms, came, mac = match.groups()
        if not hmac.compare_digest(mac, self._mac(slug, session, body)):
            return None
        return BallotForm(ballot_id, int(expires_ms), int(issued_ms), Provenance.unpacked(came))

    def _mac(self, slug: str, session: VoterSession, body: str) -> str:
        # Session and campaign are signed but not written out: the form alone tells nothing of the voter.
        message = f"{slug}|{session.identity}|{session.subject}|{body}"
        mac = hmac.digest(self._key, message.encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
