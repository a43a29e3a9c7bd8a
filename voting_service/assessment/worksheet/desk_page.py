"""A worksheet as its page shows it: from the document alone, so that page, file and archive cannot differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from ...campaigns.assessment_declaration import HEAVY_VOTES
from ...text import Text, _
from ..composite import shown
from ..normalise import WAYS
from ..scheme import SOURCE_WORDS, Normalisation, Source

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """One candidate."""

    place: int | None
    """None as long as something is missing that goes into it."""
    number: int
    name: str
    organisation: str
    composite: str
    parts: tuple[tuple[str, str] | None, ...]
    """Weighted points and points of 100, in the order of the criteria; None where nothing is known yet."""
    votes: int | None
    is_seated: bool
    is_tied: bool


@dataclass(frozen=True)
class Way:
    """How one criterion comes about."""

    name: str
    weight: str
    source: Text
    sentence: Text
    formula: Text


@dataclass(frozen=True)
class Change:
    """One supposition and what would come of it."""

    supposition: Text
    changes: bool
    entering: tuple[Text, ...]
    leaving: tuple[Text, ...]
    tied: tuple[Text, ...]


@dataclass(frozen=True)
class Shown:
    """The page's parts."""

    rows: tuple[Row, ...]
    ways: tuple[Way, ...]
    changes: tuple[Change, ...]
    tied: tuple[Text, ...]
    seats: int | None
    left: tuple[Text, ...]
    vote_weight: str | None
    """In per cent, where votes weigh more than is wise."""
    document: Document


def shown_worksheet(document: Document) -> Shown:
    """A document in words and rounded figures."""
    names = {one["number"]: _called(one) for one in document["candidates"]}
    votes = sum((Fraction(c["weight"]) for c in document["criteria"] if c["source"] == "votes"), Fraction(0))
    return Shown(
        tuple(_rows(document)),
        tuple(_way(one) for one in document["criteria"]),
        tuple(_change(one, names) for one in document["sensitivity"]),
        tuple(names[number] for number in document["tied"]),
        document["seats"],
        tuple(_called(one) for one in document["left"]),
        _percent(votes) if votes > HEAVY_VOTES else None,
        document,
    )


def _rows(document: Document) -> list[Row]:
    people = {one["number"]: one for one in document["candidates"]}
    keys, unknown = [one["key"] for one in document["criteria"]], _unknown(document)
    seats, votes = document["seats"] or 0, document["votes"]
    return [
        Row(
            None if unknown else one["place"],
            one["number"],
            people[one["number"]]["name"],
            people[one["number"]]["organisation"],
            one["shown"],
            tuple(None if key in unknown else _part(document, one, key) for key in keys),
            votes["counted"][str(one["number"])] if votes else None,
            not unknown and position < seats and one["number"] not in document["tied"],
            one["number"] in document["tied"],
        )
        for position, one in enumerate(document["ranked"])
    ]


def _part(document: Document, one: Mapping[str, Any], key: str) -> tuple[str, str]:
    points = document["points"][str(one["number"])][key]
    return shown(Fraction(one["parts"][key])), shown(Fraction(points), 2)


def _unknown(document: Document) -> set[str]:
    """The criteria of which nothing is known yet."""
    known = {"judges": document["judges"], "votes": document["votes"]}
    return {
        one["key"]
        for one in document["criteria"]
        if (document["figures"].get(one["key"]) if one["source"] == "figure" else known[one["source"]])
        is None
    }


def _way(criterion: Mapping[str, Any]) -> Way:
    source = SOURCE_WORDS[cast(Source, criterion["source"])]
    name, weight = criterion["name"], _percent(Fraction(criterion["weight"]))
    if criterion["normalisation"]:
        _name, sentence, formula = WAYS[cast(Normalisation, criterion["normalisation"])]
        if criterion["cap"]:
            sentence = _("%(sentence)s封顶数是 %(cap)s。", sentence=sentence, cap=criterion["cap"])
        return Way(name, weight, source, sentence, formula)
    if criterion["trim"]:
        sentence = _(
            "每位评委打 0 到 %(highest)s 分。各去掉 %(trim)s 个最高分、最低分，取其余的平均；去掉后至少留 3 个，评委太少就少去或不去。"
            "回避的评委不计。", highest=criterion["highest"], trim=criterion["trim"],
        )  # fmt: skip
    else:
        sentence = _("每位评委打 0 到 %(highest)s 分，取平均。回避的评委不计。", highest=criterion["highest"])
    return Way(
        name, weight, source, sentence, _("得分 = 100 × 平均分 ÷ %(highest)s", highest=criterion["highest"])
    )


def _change(one: Mapping[str, Any], names: Mapping[int, Text]) -> Change:
    if one["with_held"]:
        supposition = _("待核的选票全部计入")
    else:
        weight = _percent(Fraction(one["vote_weight"]))
        supposition = _("网络投票占 %(weight)s%%，其他项目按比例调整", weight=weight)
    return Change(
        supposition,
        bool(one["entering"] or one["leaving"]),
        *(tuple(names[number] for number in one[key]) for key in ("entering", "leaving", "tied")),
    )


def _called(one: Mapping[str, Any]) -> Text:
    return _("%(number)s 号 %(name)s", number=one["number"], name=one["name"])


def _percent(weight: Fraction) -> str:
    return f"{float(weight):g}"
