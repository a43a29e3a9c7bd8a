"""The best choice of so many people where needs must be met and rooms not overfilled: exact, by dynamic programming. Pure.

It goes through *kinds* of people (who count alike), and keeps for each remainder (seats, needs, rooms) the best way that leads
to it. A quick search, which keeps few ways, finds a list in hand; the exact one then leaves out a way only where even the best
that could still come of it is worth less than that list: by each need and each room alone, and by all of them at a price
(Lagrangian relaxation; any prices give a bound that holds, good ones a close one).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate

_BEAM = 100
"""Ways that the quick search keeps at each step."""
_TURNS = 60
"""How often prices are bettered."""
_FEW = 6
"""Of more rooms none is looked at alone: it costs more than it saves."""
_FREE = -1
"""A room that nobody can overfill any more: ways do not differ by it."""

State = tuple[int, tuple[int, ...], tuple[int, ...], int]
"""Seats left, what is still needed, what room is left, how many of a tied edge may still come in free of charge."""
Way = tuple[object, ...]
"""Who was taken: ``((…, position), position)``, so that ways share their beginnings."""
Layer = dict[State, tuple[int, Way]]


@dataclass(frozen=True)
class Item:
    """One person."""

    worth: int
    """What they add to the value."""
    tied: bool
    """Whether they stand at the tied edge: the first ``spare`` of these are free, each further one costs ``price``."""
    meets: tuple[int, ...]
    """The needs that they meet by one."""
    takes: tuple[int, ...]
    """The rooms of which they take one."""
    turn: int = 0
    """When they are looked at: those who share a room one after another, so that it is soon done with."""


@dataclass(frozen=True)
class Puzzle:
    """Exactly ``seats`` items are to be taken, with the greatest value. ``items``: the best first."""

    items: tuple[Item, ...]
    seats: int
    needs: tuple[int, ...]
    rooms: tuple[int, ...]
    spare: int
    price: int
    """More than two lists with as many replacements can differ by."""
    floor: int
    """No list is worth less, but for ``price`` times its replacements."""
    apart: frozenset[int] = frozenset()
    """Rooms that share hardly anybody: what they hold together can be added up."""


def solve(puzzle: Puzzle) -> tuple[tuple[int, ...] | None, int]:
    """The positions that are taken, None where there is no way; and how many ways were looked at."""
    search = _Search(puzzle)
    # No list at all is worth less than this: a way that cannot reach it leads to none.
    least = puzzle.floor - puzzle.price * puzzle.seats
    found = search.walk(at_least=least, beam=_BEAM)
    if found is not None and search.left_out:
        found = search.walk(at_least=found[0], beam=None)
    elif found is None and search.left_out:
        # The quick search has lost its way: with no list in hand, one replacement after another is allowed.
        for allowed in range(puzzle.seats + 1):
            found = search.walk(at_least=puzzle.floor - puzzle.price * allowed, beam=None)
            if found is not None:
                break
    return (None if found is None else _positions(found[1])), search.nodes


def _positions(way: Way) -> tuple[int, ...]:
    found: list[int] = []
    while way:
        way, member = way  # type: ignore[assignment]  # a linked list of pairs
        found.append(member)  # type: ignore[arg-type]
    return tuple(sorted(found))


@dataclass(frozen=True)
class _Kind:
    """Positions that count alike, the best first: of them the best come first onto any list."""

    members: tuple[int, ...]
    tied: bool
    meets: tuple[int, ...]
    takes: tuple[int, ...]


def _kinds(items: Sequence[Item]) -> list[_Kind]:
    alike: dict[tuple[bool, tuple[int, ...], tuple[int, ...]], list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        alike[item.tied, item.meets, item.takes].append(at)

    def turn(kind: _Kind) -> tuple[int, int]:
        first = kind.members[0]
        return items[first].turn, first

    return sorted((_Kind(tuple(those), *key) for key, those in alike.items()), key=turn)


class _Search:
    """One puzzle."""

    def __init__(self, puzzle: Puzzle) -> None:
        self.nodes = 0
        self.left_out = False
        """Whether the quick search had to leave anything out."""
        self._puzzle = puzzle
        self._kinds = _kinds(puzzle.items)
        self._ahead = _Ahead(puzzle, self._kinds)

    def walk(self, *, at_least: int, beam: int | None) -> tuple[int, Way] | None:
        """The best value with its way, among those worth ``at_least``."""
        puzzle = self._puzzle
        start = self._normal(0, (puzzle.seats, puzzle.needs, puzzle.rooms, puzzle.spare))
        layer: Layer = {} if start is None else {start: (0, ())}
        for index, kind in enumerate(self._kinds):
            following: Layer = {}
            for state, (value, way) in layer.items():
                for after, gained, taken in self._steps(index, kind, state, value, way):
                    self.nodes += 1
                    known = following.get(after)
                    if known is not None and known[0] >= gained:
                        continue
                    if not self._ahead.reaches(at_least - gained, index + 1, after):
                        continue
                    following[after] = gained, taken
            layer = following if beam is None else self._thinned(following, index + 1, beam)
        # Nobody is ahead any more: whoever is left has no seat free.
        return max(layer.values(), key=lambda one: one[0], default=None)

    def _thinned(self, layer: Layer, index: int, beam: int) -> Layer:
        if len(layer) <= beam:
            return layer
        self.left_out = True
        hopes = [
            (layer[state][0] + most, position, state)
            for position, state in enumerate(layer)
            if (most := self._ahead.most(index, state)) is not None
        ]
        return {state: layer[state] for _hope, _position, state in nlargest(beam, hopes)}

    def _steps(
        self, index: int, kind: _Kind, state: State, value: int, way: Way
    ) -> Iterator[tuple[State, int, Way]]:
        """Take none of a kind, its best, its two best …, as far as seats and rooms go."""
        seats, needs, rooms, spare = state
        skipped = self._normal(index + 1, state)
        if skipped is not None:
            yield skipped, value, way
        fit = min([seats, *(rooms[room] for room in kind.takes if rooms[room] != _FREE)])
        for count, member in enumerate(kind.members[:fit], 1):
            value += self._puzzle.items[member].worth
            if kind.tied:
                value -= 0 if spare else self._puzzle.price
                spare = max(spare - 1, 0)
            way = (way, member)
            needs, rooms = _one_less(needs, kind.meets, 0), _one_less(rooms, kind.takes, _FREE)
            after = self._normal(index + 1, (seats - count, needs, rooms, spare))
            if after is not None:
                yield after, value, way

    def _normal(self, index: int, state: State) -> State | None:
        """The same remainder, however it was reached; None where those ahead cannot meet it."""
        seats, needs, rooms, spare = state
        ahead = self._ahead
        if seats > ahead.people[index]:
            return None
        for need, can in zip(needs, ahead.meet[index], strict=True):
            if need > seats or need > can:
                return None
        free = tuple(
            _FREE if room >= seats or room >= users else room
            for room, users in zip(rooms, ahead.take[index], strict=True)
        )
        return seats, needs, free, min(spare, seats, ahead.tied[index])


def _one_less(amounts: tuple[int, ...], places: tuple[int, ...], floor: int) -> tuple[int, ...]:
    """``amounts`` with one less at these places, not below ``floor``; a free room stays free."""
    if not places:
        return amounts
    less = list(amounts)
    for place in places:
        less[place] = max(less[place] - 1, floor)
    return tuple(less)


class _Ahead:
    """What is still to come, from each kind on."""

    def __init__(self, puzzle: Puzzle, kinds: Sequence[_Kind]) -> None:
        self._items = puzzle.items
        self._coming = [
            [at for kind in kinds[index:] for at in kind.members] for index in range(len(kinds) + 1)
        ]
        items = puzzle.items
        self.people = [_capacity(puzzle, those) for those in self._coming]
        """As many of them may be taken at most."""
        self.tied = [sum(items[at].tied for at in those) for those in self._coming]
        self.meet = [_counts([items[at].meets for at in those], len(puzzle.needs)) for those in self._coming]
        self.take = [_counts([items[at].takes for at in those], len(puzzle.rooms)) for those in self._coming]
        self._priced = _Priced(puzzle, self._coming, self.take)
        self._sums: dict[tuple[int, str, int], tuple[list[int], list[int]]] = {}
        self._bounds: dict[tuple[int, str, int, int, int], int | None] = {}

    def most(self, index: int, state: State) -> int | None:
        """No way from here adds more: the least of what each need and each room alone would allow; None where one of them
        allows nothing."""
        bounds = list(self._each(index, state))
        return None if None in bounds else min(bound for bound in bounds if bound is not None)

    def reaches(self, wanted: int, index: int, state: State) -> bool:
        """Whether so much may still be added."""
        return all(bound is not None and bound >= wanted for bound in self._each(index, state))

    def _each(self, index: int, state: State) -> Iterator[int | None]:
        seats, needs, rooms, _spare = state
        yield self._priced.most(index, state)
        for which, need in enumerate(needs):
            if need:
                yield self._bound(index, "needs", which, seats, need)
        if len(rooms) > _FEW:
            return
        for which, room in enumerate(rooms):
            if room != _FREE:
                yield self._bound(index, "rooms", which, seats, room)

    def _bound(self, index: int, kind: str, which: int, seats: int, amount: int) -> int | None:
        """The best of ``seats`` people with at least (needs) or at most (rooms) ``amount`` who count there; None of nobody."""
        key = (index, kind, which, seats, amount)
        if key not in self._bounds:
            counting, others = self._best(index, kind, which)
            low, high = (amount, seats) if kind == "needs" else (0, amount)
            self._bounds[key] = max(
                (
                    counting[n] + others[seats - n]
                    for n in range(low, min(high, len(counting) - 1) + 1)
                    if seats - n < len(others)
                ),
                default=None,
            )
        return self._bounds[key]

    def _best(self, index: int, kind: str, which: int) -> tuple[list[int], list[int]]:
        """What the best 0, 1, 2 … add, of those who count there and of the others."""
        key = (index, kind, which)
        if key not in self._sums:
            sides: tuple[list[int], list[int]] = ([], [])
            for at in self._coming[index]:
                item = self._items[at]
                counts = which in (item.meets if kind == "needs" else item.takes)
                sides[0 if counts else 1].append(item.worth)
            counting, others = ([0, *accumulate(sorted(side, reverse=True))] for side in sides)
            self._sums[key] = counting, others
        return self._sums[key]


def _capacity(puzzle: Puzzle, coming: Sequence[int]) -> int:
    anywhere, by_room = 0, dict.fromkeys(puzzle.apart, 0)
    for at in coming:
        own = puzzle.apart.intersection(puzzle.items[at].takes)
        if len(own) == 1:
            by_room[next(iter(own))] += 1
        else:
            anywhere += 1
    return anywhere + sum(min(puzzle.rooms[room], users) for room, users in by_room.items())


class _Priced:
    """The best that could come if everyone might be taken, whoever meets a need were paid for it and whoever takes room paid: for
    each set of needs that are still open, at prices found once."""

    def __init__(
        self, puzzle: Puzzle, coming: Sequence[Sequence[int]], take: Sequence[Sequence[int]]
    ) -> None:
        self._puzzle, self._coming, self._take = puzzle, coming, take
        self._prices: dict[tuple[bool, ...], tuple[list[int], list[int], int, list[int]]] = {}
        self._best: dict[tuple[int, tuple[bool, ...]], list[int]] = {}

    def most(self, index: int, state: State) -> int:
        """No way from here adds more."""
        seats, needs, rooms, spare = state
        still_open = tuple(need > 0 for need in needs)
        paid, rents, edge, _worths = self._at(still_open)
        found = self._sums(index, still_open)[seats] + edge * spare
        for need, pay in zip(needs, paid, strict=True):
            found -= need * pay
        for room, rent, users in zip(rooms, rents, self._take[index], strict=True):
            if rent:
                found += rent * (min(seats, users) if room == _FREE else room)
        return found

    def _sums(self, index: int, still_open: tuple[bool, ...]) -> list[int]:
        key = (index, still_open)
        if key not in self._best:
            worths = self._at(still_open)[3]
            coming = sorted((worths[at] for at in self._coming[index]), reverse=True)
            self._best[key] = [0, *accumulate(coming[: self._puzzle.seats])]
        return self._best[key]

    def _at(self, still_open: tuple[bool, ...]) -> tuple[list[int], list[int], int, list[int]]:
        """Pay by need, rent by room, what whoever is tied pays, and everyone's worth with all of it."""
        if still_open not in self._prices:
            found = _prices(self._puzzle, still_open)
            # Rounded as they may be: the bound is reckoned with what they are.
            unit = self._puzzle.price
            pay, rents, (edge,) = ([int(one * 2**20) * unit >> 20 for one in some] for some in found)
            worths = [
                item.worth
                + sum(pay[need] for need in item.meets)
                - sum(rents[room] for room in item.takes)
                - edge * item.tied
                for item in self._puzzle.items
            ]
            self._prices[still_open] = pay, rents, edge, worths
        return self._prices[still_open]


def _prices(puzzle: Puzzle, still_open: Sequence[bool]) -> tuple[list[float], list[float], tuple[float]]:
    """Pay, rent and what the tied pay, in replacements, at which the bound is low: by steps against what the best list at these
    prices lacks. Whoever is tied pays one replacement at most, which is what it costs beyond the spare seats."""
    worths = [item.worth / puzzle.price for item in puzzle.items]
    needs = [need if is_open else 0 for need, is_open in zip(puzzle.needs, still_open, strict=True)]
    pay, rents, edge = [0.0] * len(needs), [0.0] * len(puzzle.rooms), 0.0
    best, lowest = (pay, rents, (edge,)), float("inf")
    for turn in range(_TURNS):
        priced = [
            worth
            + sum(pay[need] for need in item.meets)
            - sum(rents[room] for room in item.takes)
            - edge * item.tied
            for worth, item in zip(worths, puzzle.items, strict=True)
        ]
        taken = nlargest(puzzle.seats, range(len(priced)), key=priced.__getitem__)
        bound = sum(priced[at] for at in taken) + edge * puzzle.spare
        bound -= sum(one * need for one, need in zip(pay, needs, strict=True))
        bound += sum(one * room for one, room in zip(rents, puzzle.rooms, strict=True))
        if bound < lowest:
            best, lowest = (pay, rents, (edge,)), bound
        met = _counts([puzzle.items[at].meets for at in taken], len(needs))
        used = _counts([puzzle.items[at].takes for at in taken], len(rents))
        tied = sum(puzzle.items[at].tied for at in taken)
        step = 1 / (2 + turn / 4)
        pay = [
            max(one + step * (need - so_many), 0.0) if need else 0.0
            for one, need, so_many in zip(pay, needs, met, strict=True)
        ]
        rents = [
            max(one + step * (so_many - room), 0.0)
            for one, room, so_many in zip(rents, puzzle.rooms, used, strict=True)
        ]
        edge = min(max(edge + step * (tied - puzzle.spare), 0.0), 1.0)
    return best


def _counts(places: Sequence[tuple[int, ...]], size: int) -> tuple[int, ...]:
    counts = [0] * size
    for some in places:
        for place in some:
            counts[place] += 1
    return tuple(counts)
