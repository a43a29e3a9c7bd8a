"""Keyed digests of codes and member numbers: what is kept in their place, and what a session calls their voter.

The key is the campaign's own, sealed in the database: it outlives a change of the service's secret, as the printed codes
must. Digests that are kept and names of voters are made apart from one another, so that the rows of a print sheet say
nothing of the ballots.
"""

from __future__ import annotations

import base64
import hmac
import re
import unicodedata

from ..campaigns.models import Campaign
from ..campaigns.voter_keys import voter_key_place
from ..encryption import Keyring

LONGEST_MEMBER_NUMBER = 40
_DASHES = re.compile("[\u2010-\u2015\u2212\uff0d\u30fc]")


class CodeDigests:
    """The digests of one campaign. ``voter_key`` is its key, opened."""

    def __init__(self, voter_key: bytes, slug: str) -> None:
        self._key = voter_key
        self._slug = slug

    @classmethod
    def of(cls, campaign: Campaign, keyring: Keyring) -> CodeDigests:
        """Those of a campaign. Raises SealBroken."""
        key = keyring.open(campaign.voter_key, voter_key_place(campaign.slug))
        return cls(key, campaign.slug)

    def code(self, code: str) -> bytes:
        """What is kept of a code; 32 bytes."""
        return self._digest("voter code", code)

    def member(self, number: str) -> bytes:
        """What is kept of a member number; 32 bytes."""
        return self._digest("member number", plain_number(number))

    def voter_by_code(self, code: str) -> str:
        """The subject of whoever votes with this code, on whatever telephone; 43 letters."""
        return _text(self._digest("voter by code", code))

    def voter_by_member(self, number: str) -> str:
        """The subject of this member, however often their code is made anew; 43 letters."""
        return _text(self._digest("voter by member", plain_number(number)))

    def _digest(self, purpose: str, text: str) -> bytes:
        return hmac.digest(self._key, f"{purpose}|{self._slug}|{text}".encode(), "sha256")


def plain_number(number: str) -> str:
    """A member number however it was typed: without spaces, one kind of dash, capital letters, ordinary width."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", number)).upper()
    return "".join(plain.split())


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
