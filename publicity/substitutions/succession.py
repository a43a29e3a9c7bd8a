"""Who takes a place: the first of the reserve list with whom the composition rules are kept. Plain values in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voting_service.campaigns.composition import CompositionRule, Person, kept_after


@dataclass(frozen=True)
class PassedOver:
    """One of the reserve who does not take the place, and the rules that they would break or make worse."""

    number: int
    rules: tuple[CompositionRule, ...]


@dataclass(frozen=True)
class Succession:
    """Who takes the place; None where nobody of the reserve can."""

    chosen: int | None
    passed_over: tuple[PassedOver, ...]
    """In the reserve's order, up to the one who is chosen."""


def next_in_line(
    listed: Mapping[int, Person], leaver: int, reserve: Iterable[tuple[int, Person]],
    rules: Iterable[CompositionRule],
) -> Succession:  # fmt: skip
    """The first of the ``reserve``, in its order, with whom every rule that the list kept is kept still, and none that was
    broken gets worse. ``listed``: number → person, the leaver among them, as the list stood."""
    rules = tuple(rules)
    passed_over: list[PassedOver] = []
    for number, person in reserve:
        broken = broken_with(listed, leaver, number, person, rules)
        if not broken:
            return Succession(number, tuple(passed_over))
        passed_over.append(PassedOver(number, broken))
    return Succession(None, tuple(passed_over))


def broken_with(
    listed: Mapping[int, Person], leaver: int, number: int, person: Person, rules: Iterable[CompositionRule]
) -> tuple[CompositionRule, ...]:
    """The rules that would be broken, or worse than before, with this one in the leaver's place."""
    after = {**{one: who for one, who in listed.items() if one != leaver}, number: person}
    return kept_after(rules, list(listed.values()), list(after.values()))
