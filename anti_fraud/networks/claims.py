"""What one source claims of a range, before sources are merged and the kind of network is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from anti_fraud.networks.ranges import RangeList


class Place(NamedTuple):
    """``is_abroad`` is only set where the source names a country other than China."""

    province: str = ""
    city: str = ""
    is_abroad: bool = False


class Operator(NamedTuple):
    """The autonomous system that announces a range, and whom the source names for it."""

    asn: int | None = None
    organisation: str = ""


class Claim(NamedTuple):
    """Each part is taken whole from one source: a city never joins another source's province."""

    network_type: str = ""
    operator: Operator = Operator()
    place: Place = Place()
    isp: str = ""


NOTHING = Claim()


def combined(claims: Sequence[Claim]) -> Claim:
    """Part by part the last claim that says anything."""
    best = NOTHING
    for claim in claims:
        best = Claim(
            claim.network_type or best.network_type,
            best.operator if claim.operator == NOTHING.operator else claim.operator,
            best.place if claim.place == NOTHING.place else claim.place,
            claim.isp or best.isp,
        )
    return best


class SourceRanges:
    """All ranges of one source with their claims, numbered; claim 0 says nothing."""

    def __init__(self) -> None:
        self.claims: list[Claim] = [NOTHING]
        self.families = {4: RangeList(4), 16: RangeList(16)}
        self._numbers: dict[Claim, int] = {NOTHING: 0}

    def __len__(self) -> int:
        return sum(map(len, self.families.values()))

    def number(self, claim: Claim) -> int:
        """The number of this claim; equal claims share one."""
        number = self._numbers.setdefault(claim, len(self.claims))
        if number == len(self.claims):
            self.claims.append(claim)
        return number

    def add(self, start: bytes, end: bytes, number: int) -> None:
        """One range, both ends inclusive and of one family."""
        self.families[len(start)].add(start, end, number)
