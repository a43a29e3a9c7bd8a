"""How voters are known: each identity says its name, and whether a session by it can be had at once.

A campaign admits identities by name. A new one is a class here or in its own room, a line in the composition root and its
channel in ``campaigns.rules.CHANNELS``; casting, box, ledger and log do not change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from .sessions import DEVICE, VoterSession, VoterSessions

WECHAT = "wechat"
MEMBER = "member"
CODE = "code"
__all__ = [
    "CODE",
    "DEVICE",
    "MEMBER",
    "WECHAT",
    "DeviceIdentity",
    "EarnedIdentity",
    "Identities",
    "Identity",
    "acting_as",
]


class Identity(Protocol):
    """One way to know a voter. ``issue`` must not block: a page waits for it."""

    @property
    def name(self) -> str:
        """As campaigns and sessions name it."""
        ...

    def issue(self, sessions: VoterSessions) -> VoterSession | None:
        """A session for someone who has none; None where the voter must first do something (log in, enter a code)."""
        ...


class DeviceIdentity:
    """A browser, known by a cookie of its own: whoever has two browsers is two voters, and the rules page says so."""

    name = DEVICE

    def issue(self, sessions: VoterSessions) -> VoterSession | None:
        """A device never seen before."""
        return sessions.new(DEVICE)


@dataclass(frozen=True)
class EarnedIdentity:
    """One that a voter must first earn: by logging in, or by entering what was handed to them."""

    name: str

    def issue(self, _sessions: VoterSessions) -> VoterSession | None:
        """Never at once."""
        return None


class Identities:
    """The identities of this installation, in the order in which they are tried."""

    def __init__(self, identities: Iterable[Identity]) -> None:
        self._identities = {identity.name: identity for identity in identities}

    @property
    def names(self) -> tuple[str, ...]:
        """Which identities a campaign can rely on here."""
        return tuple(self._identities)

    def issue(self, admitted: Iterable[str], sessions: VoterSessions) -> VoterSession | None:
        """A session by the first admitted identity that gives one at once."""
        for name in admitted:
            identity = self._identities.get(name)
            session = identity.issue(sessions) if identity else None
            if session is not None:
                return session
        return None


def acting_as(session: VoterSession | None, slug: str, admitted: Collection[str]) -> VoterSession | None:
    """Who a voter is in this campaign; None where it does not admit them as what they are known as.

    Where the identity of a browser's one session does not count, or belongs to another campaign, and browsers are
    admitted, the voter is that browser: the same as before it logged in or a code was entered, so that going to and fro
    makes no second voter.
    """
    if session is None:
        return None
    if session.identity in admitted and session.campaign in ("", slug):
        return session
    return VoterSessions.browser_of(session) if DEVICE in admitted else None
