"""What the list's pages show, as plain values."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...accounts.models import Official
from ...campaigns.composition import RuleState
from ...campaigns.composition_words import demand_text, people_text, state_text
from ...text import Text, _, enumerated
from ..composite import shown
from ..selection import Choice, Selection, Tie, choice_of
from .basis import Basis
from .document import OWN, RANKING, SMALLEST, needs_reason
from .models import FINAL, PROPOSED, WITHDRAWN, FinalList

STATE_WORDS: dict[str, tuple[Text, str]] = {
    PROPOSED: (_("待表决和确认"), "wait"),
    FINAL: (_("最终名单"), "good"),
    WITHDRAWN: (_("已撤回"), "calm"),
}
WAY_WORDS: dict[str, Text] = {
    RANKING: _("按名次"),
    SMALLEST: _("按名次，为符合结构比例要求作了最小调整"),
    OWN: _("评审委员会另行确定"),
}


@dataclass(frozen=True)
class RuleLine:
    """One rule, and how the list stands by it."""

    name: str
    demand: Text
    people: Text
    state: Text
    kept: bool


@dataclass(frozen=True)
class Swap:
    """Who loses a seat to whom, and what it costs."""

    out: Text
    into: Text
    lost: str


@dataclass(frozen=True)
class Standing:
    """A list that is being tried: how many, by which rules, at what cost."""

    picked: int
    seats: int
    rules: tuple[RuleLine, ...]
    swaps: tuple[Swap, ...]
    lost: str
    ties: tuple[Text, ...]
    is_computed: bool
    needs_reason: bool

    @property
    def fits(self) -> bool:
        """Whether it has as many as there are seats, and keeps every rule."""
        return self.picked == self.seats and all(rule.kept for rule in self.rules)


@dataclass(frozen=True)
class Line:
    """One row of the ranking."""

    number: int
    name: str
    organisation: str
    place: int
    composite: str
    picked: bool
    is_top: bool
    """Whether the ranking alone would seat them."""
    is_edge: bool
    """Whether they share the place at which the seats run out."""
    is_computed: bool
    """Whether the smallest change seats them."""


@dataclass(frozen=True)
class Computed:
    """The smallest change."""

    swaps: tuple[Swap, ...]
    lost: str
    rules: tuple[RuleLine, ...]
    ties: tuple[Text, ...]
    query: str
    """Below the page: what tries it."""


def standing_of(basis: Basis, found: Selection, numbers: Collection[int]) -> Standing:
    """Of whoever is picked now."""
    picked = [one.number for one in basis.contenders if one.number in numbers]
    whole = len(picked) == basis.seats
    choice = choice_of(basis.contenders, basis.seats, picked) if whole else None
    return Standing(
        picked=len(picked),
        seats=basis.seats,
        rules=_rules(basis, picked),
        swaps=_swaps(basis, choice) if choice else (),
        lost=points(choice.lost) if choice else "",
        ties=tuple(_tie(basis, tie) for tie in choice.ties) if choice else (),
        is_computed=found.best is not None and tuple(picked) == found.best.chosen,
        needs_reason=whole and needs_reason(basis, found, picked),
    )


def lines_of(basis: Basis, found: Selection, numbers: Collection[int]) -> list[Line]:
    """The ranking."""
    edge = {*found.edge.inside, *found.edge.outside} if found.edge else set()
    computed = set(found.best.chosen) if found.best else set()
    return [
        Line(
            number=one.number,
            name=basis.candidates[one.number].name,
            organisation=basis.candidates[one.number].organisation,
            place=one.place,
            composite=shown(one.composite),
            picked=one.number in numbers,
            is_top=position < basis.seats and one.number not in edge,
            is_edge=one.number in edge,
            is_computed=one.number in computed,
        )
        for position, one in enumerate(basis.contenders)
    ]


def computed_of(basis: Basis, found: Selection) -> Computed | None:
    """The smallest change; None where no list keeps every rule."""
    if found.best is None:
        return None
    return Computed(
        swaps=_swaps(basis, found.best),
        lost=points(found.best.lost),
        rules=_rules(basis, found.best.chosen),
        ties=tuple(_tie(basis, tie) for tie in found.best.ties),
        query="?" + urlencode([("pick", number) for number in found.best.chosen]),
    )


def conflict_of(basis: Basis, found: Selection) -> list[tuple[str, Text]]:
    """Name and demand of the rules that no list keeps together."""
    return [(rule.name, demand_text(rule, basis.categories)) for rule in found.conflict]


def edge_text(basis: Basis, found: Selection) -> Text | None:
    """Who is tied at the last seats, and how many seats there are for them."""
    edge = found.edge
    if edge is None:
        return None
    who = enumerated(basis.called(number) for number in sorted((*edge.inside, *edge.outside)))
    return _("第 %(place)s 名并列：%(who)s，只有 %(n)s 个名额", place=edge.place, who=who, n=len(edge.inside))


def points(value: Fraction) -> str:
    """``−0.42`` is a gain: a tie settled otherwise, never a loss below nothing."""
    return shown(value) if value >= 0 else f"−{shown(-value)}"


def people_of(session: Session, row: FinalList) -> Mapping[int, str]:
    """Officials' names by id, of whoever acted on a list."""
    ids = {row.proposed_by, row.confirmed_by, row.withdrawal_asked_by, row.withdrawn_by} - {None}
    return dict(session.execute(select(Official.id, Official.name).where(Official.id.in_(ids))).all())


def deviations_of(document: Mapping[str, Any]) -> list[Swap]:
    """A proposed list's deviations, in words."""
    names = {one["number"]: one["name"] for side in ("people", "reserve") for one in document[side]}

    def called(number: int) -> Text:
        return _("%(number)s 号 %(name)s", number=number, name=names.get(number, ""))

    return [
        Swap(called(one["out"]), called(one["into"]), points(Fraction(one["lost"])))
        for one in document["deviations"]
    ]


def questions_of(row: FinalList) -> list[list[Text]]:
    """What the committee is asked on a list, in lines: with everybody's name, with the list's alone, with none, for as much room
    as a question has."""
    document = json.loads(row.document)

    def names(side: str) -> Text | None:
        return enumerated(
            _("%(number)s 号 %(name)s", number=one["number"], name=one["name"]) for one in document[side]
        )

    people, reserve = names("people"), names("reserve")
    asked = [_("是否同意 %(number)s 号名单作为最终名单？", number=row.name)]
    listed = [_("名单（%(n)s 人）：%(names)s", n=len(document["people"]), names=people)] if people else []
    behind = [_("递补：%(names)s", names=reserve)] if reserve else []
    # Eight digits at most in a row: no telephone number can be seen in them.
    stated = [_("SHA-256 开头是 %(sha256)s", sha256=row.document_sha256[:8])]
    return [[*asked, *middle, *stated] for middle in ([*listed, *behind], listed, [])]


def lost_of(document: Mapping[str, Any]) -> str:
    """The composite points that all its deviations cost."""
    return points(Fraction(document["lost"]))


def _rules(basis: Basis, numbers: Sequence[int]) -> tuple[RuleLine, ...]:
    return tuple(_rule(basis, state) for state in basis.states(numbers))


def _rule(basis: Basis, state: RuleState) -> RuleLine:
    return RuleLine(
        name=state.rule.name,
        demand=demand_text(state.rule, basis.categories),
        people=people_text(state),
        state=state_text(state, basis.categories),
        kept=state.kept,
    )


def _swaps(basis: Basis, choice: Choice) -> tuple[Swap, ...]:
    return tuple(
        Swap(basis.called(one.out), basis.called(one.into), points(one.lost)) for one in choice.exchanges
    )


def _tie(basis: Basis, tie: Tie) -> Text:
    inside, outside = (enumerated(basis.called(n) for n in side) for side in (tie.inside, tie.outside))
    return _(
        "第 %(place)s 名并列：%(inside)s 在名单内，%(outside)s 在名单外",
        place=tie.place,
        inside=inside,
        outside=outside,
    )
