"""The voter's session: one signed cookie that says how a voter is known here, since when, and nothing else.

It holds a random subject (device) or a keyed digest (of an openid, a printed code), never the thing itself. A ballot form
is bound to it. Whoever is known by more than their browser keeps the browser's own name beside it: it comes back when they
leave, and where browsers are what counts.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from typing import NamedTuple

from ..clock import Clock, SystemClock

COOKIE = "voter"
DEVICE = "device"
LIFETIME_S = 400 * 24 * 3600  # what browsers keep at most; a lost cookie would be a second voter

_IN_HEADER = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z0-9_.\-]+)")
# The moment of birth was not always there; whoever has an older cookie stays the same voter. Then a campaign, small letters,
# and the browser's own name and birth behind a capital B.
_SHAPE = re.compile(
    r"(([a-z]+)\.([A-Za-z0-9_\-]{22,64})(?:\.([0-9]{10})(?:\.([a-z0-9\-]{1,60}))?"
    r"(?:\.B([A-Za-z0-9_\-]{22})\.([0-9]{10}))?)?)\.([A-Za-z0-9_\-]{22})"
)
BOUND_LIFETIME_S = 2 * 3600
"""How long a session of one campaign alone lasts. It was made by typing a code in, perhaps at somebody else's computer."""


class VoterSession(NamedTuple):
    """One voter as this service knows them."""

    identity: str
    """Which identity vouches for them, as ``web.identities`` names it."""
    subject: str
    """URL-safe base64; random for a device."""
    born_s: int = 0
    """When it was first made, seconds since 1970; 0 for one older than that was kept."""
    campaign: str = ""
    """The one campaign in which it is good; empty for one that is good in all."""
    browser: str = ""
    """The browser's own subject, where the voter is known by something else; empty where the browser is the subject."""
    browser_born_s: int = 0

    def age_s(self, now_s: float) -> int | None:
        """How long ago it was made; None where that was not kept."""
        return max(int(now_s) - self.born_s, 0) if self.born_s else None


class VoterSessions:
    """Makes and reads the cookie. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes, clock: Clock | None = None) -> None:
        self._key = key
        self._clock = clock or SystemClock()

    def new(self, identity: str) -> VoterSession:
        """A voter never seen before, known by nothing but this session."""
        return VoterSession(identity, secrets.token_urlsafe(16), self._now_s())

    def known_as(
        self, identity: str, subject: str, before: VoterSession | None, campaign: str = ""
    ) -> VoterSession:
        """The session of a voter whom an identity has just made sure of. ``subject`` is a keyed digest, URL-safe base64
        of 22 to 64 letters; ``before`` is what the browser brought, whose own name stays; ``campaign`` binds the session
        to one campaign and to ``BOUND_LIFETIME_S``."""
        browser = self.browser_of(before) or self.new(DEVICE)
        return VoterSession(identity, subject, self._now_s(), campaign, browser.subject, browser.born_s)

    @staticmethod
    def browser_of(session: VoterSession | None) -> VoterSession | None:
        """The browser that a session is, or is kept in; None where that is not known."""
        if session is None or session.identity == DEVICE:
            return session
        return VoterSession(DEVICE, session.browser, session.browser_born_s) if session.browser else None

    def to_cookie(self, session: VoterSession) -> str:
        """The cookie's value."""
        born = f".{session.born_s:010d}" if session.born_s else ""
        bound = f".{session.campaign}" if session.campaign else ""
        kept = f".B{session.browser}.{session.browser_born_s:010d}" if session.browser else ""
        body = f"{session.identity}.{session.subject}{born}{bound}{kept}"
        return f"{body}.{self._mac(body)}"

    def from_cookie(self, value: str | None) -> VoterSession | None:
        """The session of a cookie's value; None where there is none or it is not ours. One whose time is over is the
        browser that it was made in."""
        match = _SHAPE.fullmatch(value) if value else None
        if match is None or not hmac.compare_digest(match[8], self._mac(match[1])):
            return None
        _body, identity, subject, born, campaign, browser, browser_born, _mac = match.groups()
        session = VoterSession(
            identity, subject, int(born or 0), campaign or "", browser or "", int(browser_born or 0)
        )
        over = campaign and self._now_s() - session.born_s > BOUND_LIFETIME_S
        return self.browser_of(session) if over else session

    def from_header(self, cookie_header: str | None) -> VoterSession | None:
        """The same from a whole Cookie header, the one reader of all pages: the first of that name that is ours. A page on
        a neighbouring domain may have planted others."""
        for match in _IN_HEADER.finditer(cookie_header) if cookie_header else ():
            if session := self.from_cookie(match.group(1)):
                return session
        return None

    def _now_s(self) -> int:
        return int(self._clock.now().timestamp())

    def _mac(self, body: str) -> str:
        return _b64(hmac.digest(self._key, body.encode(), "sha256")[:16])


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
