"""The door: turns what a request says into the attempt that the gate judges, and knows who may be asked to work for it.

Nothing here is remembered between two requests. Whatever must be counted, the box counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from anti_fraud.challenge import Challenge, Challenges
from anti_fraud.gate import Attempt, Gate, Origin
from anti_fraud.networks.prefixes import prefix_of
from anti_fraud.policy import Policy
from anti_fraud.share_tokens import ShareToken, ShareTokens

from ..campaigns.rules import CHANNELS
from ..evidence.provenance import Provenance
from ..evidence.record import LONGEST_USER_AGENT
from ..web.sessions import VoterSession
from .ballot_form import BallotForm
from .kiosks import Kiosks

MOST_TRAITS = 8
_MOST_TOUCHES = 9_999
_TRAIT = re.compile(r"[A-Za-z0-9_\-]{1,24}")


class Knock(NamedTuple):
    """What one request says for itself. Only the address is the server's own knowledge."""

    address: str = ""
    user_agent: str = ""
    origin: Origin = "unknown"
    cookie_header: str = ""
    page: object = None
    """The ballot's optional member ``page``: touches and traits."""
    challenge: object = None
    hold_instead: bool = False
    """Whether a browser without scripts asks to have the ballot held rather than challenged."""

    @classmethod
    def of(cls, environ: Mapping[str, Any], base_url: str) -> Knock:
        """From a WSGI environment."""
        get = environ.get
        return cls(
            address=get("REMOTE_ADDR") or "",
            user_agent=get("HTTP_USER_AGENT", ""),
            origin=origin_of(get("HTTP_ORIGIN"), get("HTTP_SEC_FETCH_SITE"), get("HTTP_HOST", ""), base_url),
            cookie_header=get("HTTP_COOKIE", ""),
        )


class Door:
    """Everything at the door, put together once per process."""

    def __init__(
        self, gate: Gate, challenges: Challenges, tokens: ShareTokens, kiosks: Kiosks, address_key: bytes,
        network_type: Callable[[str], str],
    ) -> None:  # fmt: skip
        self.gate = gate
        self.challenges = challenges
        self.tokens = tokens
        self.kiosks = kiosks
        self._address_key = address_key
        self._network_type = network_type

    def attempt(
        self, slug: str, voter_tag: str, session: VoterSession, form: BallotForm, knock: Knock, policy: Policy,
        now_ms: int,
    ) -> Attempt:  # fmt: skip
        """One try as the gate sees it. A kiosk that the policy does not name (any more) is a browser like any other."""
        touches, traits = page_facts(knock.page)
        kiosk = self.kiosks.read(slug, self.kiosks.in_header(knock.cookie_header))
        address = self.address_tag(slug, knock.address)
        return Attempt(
            voter_tag=voter_tag,
            channel=CHANNELS[session.identity],
            address_tag=address,
            device_tag=address + self._digest(f"{slug}:{knock.user_agent}")[:1],
            user_agent=browser_name(knock.user_agent),
            origin=knock.origin,
            # Another host's clock may be ahead of ours: less than nothing is nothing.
            dwell_ms=max(now_ms - form.issued_ms, 0),
            cookie_age_s=session.age_s(now_ms / 1000),
            touches=touches,
            traits=traits,
            network_type=self._network_type(knock.address),
            share_forged=form.came.forged,
            kiosk=kiosk if kiosk in policy.kiosks else "",
            hold_instead=knock.hold_instead,
        )

    def ask_early(self, policy: Policy, form: BallotForm, knock: Knock, now_ms: int) -> Challenge | None:
        """A challenge together with the form, where what is known already would have it asked: a trip less to wait."""
        attempt = Attempt(
            "",
            "",
            user_agent=browser_name(knock.user_agent),
            network_type=self._network_type(knock.address),
            share_forged=form.came.forged,
        )
        verdict = self.gate.judge(attempt, policy)
        if verdict.action != "challenge":
            return None
        return self.challenges.ask(form.ballot_id, policy.bits(verdict.harder), now_ms)

    def own_token(self, slug: str, session: VoterSession, came: Provenance) -> ShareToken:
        """The token of this voter's own links."""
        return self.tokens.of_voter(slug, voter_name(session), came.share)

    def address_tag(self, slug: str, address: str) -> str:
        """Which of 4 096 counters an address shares with a million others; its first two letters say which of 256 its
        prefix shares. No more than that: Redis's file keeps the counters' names beside the ballot, and from a whole
        digest whoever has our secret could find the address."""
        prefix = self._digest(f"{slug}:{prefix_of(address)}")[:2]
        return prefix + self._digest(f"{slug}:{address}")[:1]

    def _digest(self, text: str) -> str:
        # Three of these for each ballot: a keyed BLAKE2 is as good a secret, at a third of an HMAC's cost.
        return blake2b(text.encode(), key=self._address_key, digest_size=2).hexdigest()


def voter_name(session: VoterSession) -> str:
    """How share tokens name a voter, before it is digested."""
    return f"{session.identity}:{session.subject}"


def browser_name(user_agent: str) -> str:
    """A user agent as the evidence keeps it: printable, of bounded length, and nothing that a spreadsheet would run."""
    name = user_agent[:LONGEST_USER_AGENT].lstrip("=+-@ ")
    return name if name.isprintable() else "".join(filter(str.isprintable, name))


def page_facts(page: object) -> tuple[int | None, tuple[str, ...]]:
    """Touches and traits, as far as a page says anything that can be read."""
    if not isinstance(page, Mapping):
        return None, ()
    touches, traits = page.get("touches"), page.get("traits")
    counted = min(max(touches, 0), _MOST_TOUCHES) if type(touches) is int else None
    named = traits if isinstance(traits, list) else []
    return counted, tuple(
        one for one in named[:MOST_TRAITS] if isinstance(one, str) and _TRAIT.fullmatch(one)
    )


def origin_of(origin: str | None, fetch_site: str | None, host: str, base_url: str) -> Origin:
    """Where a request says that it comes from. Browsers do not let a page forge these two headers."""
    if fetch_site == "cross-site" or origin == "null":
        return "foreign"
    if not origin:
        # Browsers that send no Origin with a form still say whether a sister site (same registrable domain) sent it.
        return "foreign" if fetch_site == "same-site" else "unknown"
    # The host that was asked for: a phone in the hall may reach us by another name than the official one.
    try:
        asked_from = urlsplit(origin).netloc
    except ValueError:
        return "foreign"  # no browser writes one that cannot be read
    return "same" if asked_from in (host, urlsplit(base_url).netloc) else "foreign"
