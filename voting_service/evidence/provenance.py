"""How a visitor came to the page: by a menu, a search, somebody's link, a poster's code, or straight.

Read from the address at a visit, kept in a cookie for the visits that follow from it, and signed into the ballot form.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl

from anti_fraud.share_tokens import ShareToken, ShareTokens

Entry = Literal["menu", "search", "direct", "share", "qr"]
COOKIE = "came"
LIFETIME_S = 24 * 3600

_LETTERS: dict[str, Entry] = {"m": "menu", "e": "search", "d": "direct", "s": "share", "q": "qr"}
_OF_ENTRY = {entry: letter for letter, entry in _LETTERS.items()}
_SITE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,23}")
_IN_HEADER = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z0-9_.=&\-]{{1,120}})")
_RAW = re.compile(r"[A-Za-z0-9_.=&\-]{0,400}")


class Provenance(NamedTuple):
    """One visitor's way here."""

    entry: Entry = "direct"
    share: ShareToken | None = None
    """The link that brought them, where it is one of ours."""
    site: str = ""
    """The poster site whose code was scanned."""
    forged: bool = False
    """Whether they brought a share token that this service never signed."""

    def packed(self) -> str:
        """As the ballot form carries it: a few letters, digits and ``~``."""
        letter = "f" if self.forged else _OF_ENTRY[self.entry]
        if self.share:
            return f"{letter}~{self.share.id}~{self.share.parent}~{self.share.depth}"
        return f"{letter}~{self.site}" if self.site else letter

    @classmethod
    def unpacked(cls, text: str) -> Provenance:
        """From ``packed``'s text, which only a signed form holds."""
        letter, *rest = text.split("~")
        if letter == "f":
            return cls("share", forged=True)
        if letter == "s" and len(rest) == 3:
            return cls("share", ShareToken(rest[0], rest[1], int(rest[2])))
        return cls(_LETTERS.get(letter, "direct"), site=rest[0] if rest else "")


DIRECT = Provenance()


def is_site(code: str) -> bool:
    """Whether this can be a poster site's code: anything else would be read as no site at all."""
    return _SITE.fullmatch(code) is not None


def named_in(query: str, slug: str, tokens: ShareTokens) -> Provenance | None:
    """What a query string (``s=…``, ``q=…``, ``entry=…``) says of the way; None where it says nothing."""
    if "s=" not in query and "q=" not in query and "entry=" not in query:
        return None
    given = dict(parse_qsl(query[:400]))
    if "s" in given:
        token = tokens.read(slug, given["s"])
        return Provenance("share", token) if token else Provenance("share", forged=True)
    if _SITE.fullmatch(given.get("q", "")):
        return Provenance("qr", site=given["q"])
    if given.get("entry") in ("menu", "search"):
        return Provenance(given["entry"])  # type: ignore[arg-type]  # one of the two
    return None


class Visit(NamedTuple):
    """One visit's way, and what the browser is to remember of it; None where nothing is new."""

    came: Provenance
    remember: str | None


def visit(query: str, cookie_header: str, slug: str, voter: str, tokens: ShareTokens) -> Visit:
    """The way of this visit: what its address says, or else what the last one said. A voter who opens a link of their
    own came no new way: it is in their address bar because this page put it there."""

    def own(way: Provenance) -> bool:
        return way.share is not None and tokens.is_own(slug, voter, way.share)

    now = named_in(query, slug, tokens)
    if now is not None and not own(now):
        return Visit(now, None if now.forged else _remembered(query))
    match = _IN_HEADER.search(cookie_header) if COOKIE in cookie_header else None
    before = named_in(match.group(1), slug, tokens) if match else None
    # A token kept from another campaign's page is no forgery here; and one that was kept before its voter had logged in
    # may turn out to be their own.
    return Visit(before if before and not before.forged and not own(before) else DIRECT, None)


def _remembered(query: str) -> str:
    return query if len(query) <= 120 and _RAW.fullmatch(query) else ""
