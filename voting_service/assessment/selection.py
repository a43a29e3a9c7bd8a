"""Who takes the seats where the composition rules must be kept: the smallest change of the ranking, found exactly. Pure.

A list is better than another if fewer of the top are replaced; of those, if less of the composite score is lost; of those, if
its places are better from the first on. Where several stand on one place at the edge of the seats, any of them may be counted
among the top: none is replaced for it, and the tie is told. Nothing is guessed and nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import lcm

from ..campaigns.composition import CompositionRule, Person, bounds_of, fits, group_of, state_of
from .exact_search import Item, Puzzle, solve


@dataclass(frozen=True)
class Contender:
    """One in the ranking."""

    number: int
    place: int
    """Equal where nothing tells two apart."""
    composite: Fraction
    person: Person


@dataclass(frozen=True)
class Tie:
    """Some on one place, of whom the ranking itself does not say who gets a seat."""

    place: int
    inside: tuple[int, ...]
    outside: tuple[int, ...]


@dataclass(frozen=True)
class Exchange:
    """One who loses a seat and one who gains it, the best of each paired; the pairs' losses add up to the list's."""

    out: int
    into: int
    lost: Fraction


@dataclass(frozen=True)
class Choice:
    """A list with what it costs against the ranking."""

    chosen: tuple[int, ...]
    """In the order of the ranking."""
    exchanges: tuple[Exchange, ...]
    lost: Fraction
    """Composite points, all seats together."""
    ties: tuple[Tie, ...]
    """Places of which some are on the list and some are not."""

    @property
    def replaced(self) -> int:
        """How many of the top have no seat."""
        return len(self.exchanges)


@dataclass(frozen=True)
class Selection:
    """What the search found."""

    seats: int
    """As many as there are people for."""
    edge: Tie | None
    """The tie at the edge of the seats, were there no rules: ``inside`` holds the lowest numbers, which is no decision."""
    best: Choice | None
    """None where no list at all keeps every rule."""
    conflict: tuple[CompositionRule, ...]
    """Then as few rules as possible that cannot be kept together."""
    nodes: int
    """How many ways were looked at."""


def select(ranked: Sequence[Contender], seats: int, rules: Sequence[CompositionRule]) -> Selection:
    """The smallest change of the ranking that keeps every rule. ``ranked``: the best first."""
    seats = min(seats, len(ranked))
    if _top_is_fine(ranked, seats, rules):
        top = choice_of(ranked, seats, (one.number for one in ranked[:seats]))
        return Selection(seats=seats, edge=None, best=top, conflict=(), nodes=1)
    found, nodes = solve(_puzzle(ranked, seats, rules))
    conflict, more = ((), 0) if found is not None else _conflict(ranked, seats, rules)
    return Selection(
        seats=seats,
        edge=edge_of(ranked, seats),
        best=None if found is None else choice_of(ranked, seats, (ranked[at].number for at in found)),
        conflict=conflict,
        nodes=nodes + more,
    )


def _top_is_fine(ranked: Sequence[Contender], seats: int, rules: Sequence[CompositionRule]) -> bool:
    """Whether the ranking says who is seated, and those keep every rule: then nothing is better."""
    people = [one.person for one in ranked[:seats]]
    return edge_of(ranked, seats) is None and all(state_of(rule, people).kept for rule in rules)


def edge_of(ranked: Sequence[Contender], seats: int) -> Tie | None:
    """The tie that runs across the last seat; None where the ranking tells."""
    if not 0 < seats < len(ranked) or ranked[seats - 1].place != ranked[seats].place:
        return None
    place = ranked[seats].place
    inside = tuple(one.number for one in ranked[:seats] if one.place == place)
    return Tie(place, inside, tuple(one.number for one in ranked[seats:] if one.place == place))


def choice_of(ranked: Sequence[Contender], seats: int, numbers: Iterable[int]) -> Choice:
    """What any list of so many costs. At a tied edge it is compared with the top that is nearest to it."""
    chosen, seats = set(numbers), min(seats, len(ranked))
    # Of one place, those who are on the list come first: they are the top that is nearest.
    top = {
        one.number for one in sorted(ranked, key=lambda one: (one.place, one.number not in chosen))[:seats]
    }
    order = {one.number: position for position, one in enumerate(ranked)}
    points = {one.number: one.composite for one in ranked}
    gone, come = (sorted(side, key=order.__getitem__) for side in (top - chosen, chosen - top))
    exchanges = tuple(
        Exchange(out, into, points[out] - points[into]) for out, into in zip(gone, come, strict=False)
    )
    return Choice(
        chosen=tuple(one.number for one in ranked if one.number in chosen),
        exchanges=exchanges,
        lost=sum((one.lost for one in exchanges), Fraction()),
        ties=tuple(_ties(ranked, chosen)),
    )


def _ties(ranked: Sequence[Contender], chosen: set[int]) -> Iterator[Tie]:
    by_place: dict[int, list[int]] = {}
    for one in ranked:
        by_place.setdefault(one.place, []).append(one.number)
    for place, numbers in by_place.items():
        inside = tuple(number for number in numbers if number in chosen)
        if inside and len(inside) < len(numbers):
            yield Tie(place, inside, tuple(number for number in numbers if number not in chosen))


def _conflict(
    ranked: Sequence[Contender], seats: int, rules: Sequence[CompositionRule]
) -> tuple[tuple[CompositionRule, ...], int]:
    """The fewest rules that no list keeps together, and how many ways were looked at."""
    nodes = 0
    for size in range(1, len(rules)):
        for some in combinations(rules, size):
            found, more = solve(_puzzle(ranked, seats, some))
            nodes += more
            if found is None:
                return some, nodes
    return tuple(rules), nodes


# ---- people and rules as the search has them


def _puzzle(ranked: Sequence[Contender], seats: int, rules: Sequence[CompositionRule]) -> Puzzle:
    needs: list[int] = []
    rooms: list[int] = []
    meets: list[list[int]] = [[] for _one in ranked]
    takes: list[list[int]] = [[] for _one in ranked]
    turns: list[tuple[dict[int, int], range]] = []
    for rule in rules:
        if rule.max_each is not None:
            before = len(rooms)
            turns.append((_group_rooms(ranked, rule, rule.max_each, rooms, takes), range(before, len(rooms))))
            continue
        least, most = bounds_of(rule, seats)
        answers = [fits(rule, one.person) for one in ranked]
        if least:
            for at, answer in enumerate(answers):
                if answer:
                    meets[at].append(len(needs))
            needs.append(least)
        # Whoever may fit takes room: nothing unknown counts in a list's favour.
        users = [at for at, answer in enumerate(answers) if answer is not False]
        _add_room(rooms, takes, most, users)
    worths, price, floor = _worths(ranked, seats)
    edge = edge_of(ranked, seats)
    tied = () if edge is None else (*edge.inside, *edge.outside)
    turn, apart = max(turns, key=lambda one: len(one[1]), default=({}, range(0)))
    return Puzzle(
        items=tuple(
            Item(worths[at], one.number in tied, tuple(meets[at]), tuple(takes[at]), turn.get(at, at))
            for at, one in enumerate(ranked)
        ),
        seats=seats,
        needs=tuple(needs),
        rooms=tuple(rooms),
        spare=len(edge.inside) if edge else 0,
        price=price,
        floor=floor,
        apart=frozenset(apart),
    )


def _group_rooms(
    ranked: Sequence[Contender], rule: CompositionRule, most: int, rooms: list[int], takes: list[list[int]]
) -> dict[int, int]:
    """A room for each group that could be too large; gives when its members are best looked at, by its first member."""
    found = [group_of(rule, one.person) for one in ranked]
    # Whoever's group is not known may be of any: they take room in each, and are by themselves one more.
    unknown = [at for at, group in enumerate(found) if group is None]
    _add_room(rooms, takes, most, unknown)
    members: dict[str, list[int]] = {}
    for at, group in enumerate(found):
        if group:
            members.setdefault(group[0], []).append(at)
    turns = dict.fromkeys(unknown, -1)
    for those in members.values():
        if _add_room(rooms, takes, most, [*those, *unknown]):
            turns |= dict.fromkeys(those, those[0])
    return turns


def _add_room(rooms: list[int], takes: list[list[int]], most: int, users: Sequence[int]) -> bool:
    """Gives False for a room that is large enough for everyone, and is left out."""
    if len(users) <= most:
        return False
    for at in users:
        takes[at].append(len(rooms))
    rooms.append(most)
    return True


def _worths(ranked: Sequence[Contender], seats: int) -> tuple[list[int], int, int]:
    """What each adds to a list's value, what one replacement takes off, and the least that a list adds
    without it: whole numbers in which a replacement outweighs all
    points, and the smallest point all places. A list's places are digits, the first place's the highest: a list with more
    people on the best place on which two lists differ is the better one, whoever else both have in common."""
    base = seats + 1
    order = {place: rank for rank, place in enumerate(sorted({one.place for one in ranked}))}
    digits = [base ** (len(order) - order[one.place]) for one in ranked]
    above_places = base ** (len(order) + 2)
    whole = lcm(*(one.composite.denominator for one in ranked)) if ranked else 1
    points = [int(one.composite * whole) for one in ranked]
    price = (seats + 1) * (max(points, default=0) - min([*points, 0]) + 1) * above_places
    last = ranked[seats - 1].place if 0 < seats <= len(ranked) else 0
    worths = [point * above_places + digit for point, digit in zip(points, digits, strict=True)]
    floor = sum(sorted(worths)[:seats])
    return (
        [worth - (price if one.place > last else 0) for one, worth in zip(ranked, worths, strict=True)],
        price,
        floor,
    )
