"""What a token may be good for: plain values and their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...text import Text, _
from ..officials import EVERYWHERE

Scope = Literal["tally:read"]
SCOPES: tuple[Scope, ...] = ("tally:read",)
"""One for each kind of thing that routes declare with ``access.machine``."""

SCOPE_WORDS: dict[Scope, Text] = {
    "tally:read": _("读取计票结果"),
}


@dataclass(frozen=True)
class Machine:
    """A program that has shown a good token, as views know it."""

    token_id: int
    name: str
    """What the token was made for."""
    slug: str
    """The campaign that it is good in; ``EVERYWHERE`` for all."""
    scopes: frozenset[str]

    def may(self, slug: str | None, scope: str) -> bool:
        """Whether it has the scope in this campaign; ``None`` for what belongs to no single campaign."""
        return scope in self.scopes and (self.slug == EVERYWHERE or (slug is not None and self.slug == slug))
