"""The ballot form: what a page needs to cast one ballot, signed and bound to one voter's session and campaign.

Being bound to the session it is the CSRF token too. It is not stored anywhere: the ballot id becomes known to the
box when it is cast, and the form's end is judged there, by Redis's clock.
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..clock import from_ms, to_ms
from ..web.sessions import VoterSession
from .ballot_id import new_ballot_id

_SHAPE = re.compile(r"([0-9A-HJKMNP-TV-Z]{16})\.([0-9]{13})\.([A-Za-z0-9_\-]{22})")


@dataclass(frozen=True)
class BallotForm:
    """One ballot that may be cast until ``expires_at``."""

    ballot_id: str
    expires_ms: int

    @property
    def expires_at(self) -> datetime:
        """The end of the form's life, aware."""
        return from_ms(self.expires_ms)


class BallotForms:
    """Issues and reads forms. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes, lifetime_s: int) -> None:
        self._key = key
        self.lifetime_s = lifetime_s

    def issue(self, slug: str, session: VoterSession, now: datetime) -> tuple[str, BallotForm]:
        """A fresh form and its signed text."""
        form = BallotForm(new_ballot_id(), to_ms(now + timedelta(seconds=self.lifetime_s)))
        body = f"{form.ballot_id}.{form.expires_ms}"
        return f"{body}.{self._mac(slug, session, body)}", form

    def read(self, text: str, slug: str, session: VoterSession) -> BallotForm | None:
        """The form, if this text was issued to this session for this campaign; None otherwise."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            return None
        ballot_id, expires_ms, mac = match.groups()
        if not hmac.compare_digest(mac, self._mac(slug, session, f"{ballot_id}.{expires_ms}")):
            return None
        return BallotForm(ballot_id, int(expires_ms))

    def _mac(self, slug: str, session: VoterSession, body: str) -> str:
        # Session and campaign are signed but not written out: the form alone tells nothing of the voter.
        message = f"{slug}|{session.identity}|{session.subject}|{body}"
        mac = hmac.digest(self._key, message.encode(), "sha256")[:16]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
