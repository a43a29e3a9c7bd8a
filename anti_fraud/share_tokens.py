"""Share tokens: who came by whose link, without saying who anyone is.

Each voter's link carries a token that names its parent, so that the tokens of a campaign form trees. It is signed, bound
to the campaign, and holds a keyed digest only: nobody outside can tell whose it is, nor make one up.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import NamedTuple

_SHAPE = re.compile(r"([A-Za-z0-9_\-]{12})\.((?:[A-Za-z0-9_\-]{12})?)\.([0-9]{1,4})\.([A-Za-z0-9_\-]{11})")
DEEPEST = 9999


class ShareToken(NamedTuple):
    """One voter's link, by the link that brought them."""

    id: str
    parent: str = ""
    """Empty for one who came without a link."""
    depth: int = 0
    """How many links lie between this one and somebody who came without."""


class ShareTokens:
    """Makes and reads tokens. ``key`` is derived from the service's secret for this purpose alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_voter(self, slug: str, voter: str, came_by: ShareToken | None) -> ShareToken:
        """The token of this voter's own links. The same each time they come by the same link."""
        parent, depth = (came_by.id, min(came_by.depth + 1, DEEPEST)) if came_by else ("", 0)
        return ShareToken(self._id(slug, voter, parent), parent, depth)

    def is_own(self, slug: str, voter: str, token: ShareToken) -> bool:
        """Whether a voter has opened a link of their own."""
        return hmac.compare_digest(token.id, self._id(slug, voter, token.parent))

    def text(self, slug: str, token: ShareToken) -> str:
        """As it stands in an address."""
        body = f"{token.id}.{token.parent}.{token.depth}"
        return f"{body}.{self._digest(f'token|{slug}|{body}', 8)}"

    def read(self, slug: str, text: str) -> ShareToken | None:
        """The token of this text, if it was signed here for this campaign."""
        match = _SHAPE.fullmatch(text)
        if match is None:
            return None
        name, parent, depth, mac = match.groups()
        good = hmac.compare_digest(mac, self._digest(f"token|{slug}|{name}.{parent}.{depth}", 8))
        return ShareToken(name, parent, int(depth)) if good else None

    def _id(self, slug: str, voter: str, parent: str) -> str:
        return self._digest(f"voter|{slug}|{voter}|{parent}", 9)

    def _digest(self, message: str, size: int) -> str:
        mac = hmac.digest(self._key, message.encode(), "sha256")[:size]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
