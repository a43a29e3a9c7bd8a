"""What has become of somebody on a published list since. The document stays as it was hashed; this stands beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from voting_service.candidates.departures import CAUSE_WORDS
from voting_service.text import Text, _
from voting_service.workdays.wording import spoken_date


@dataclass(frozen=True)
class Remark:
    """One who is on the list as published and has left since."""

    number: int
    name: str
    cause: str
    """One of ``departures.CAUSE_WORDS``."""
    notice: int | None
    """The number of the supplementary notice that tells of it; None while none does."""

    @property
    def words(self) -> Text:
        """``已取消资格，见第 2 号公告``: what stands by the name."""
        if self.notice is None:
            return CAUSE_WORDS[self.cause]
        return _("%(left)s，见第 %(n)s 号公告", left=CAUSE_WORDS[self.cause], n=self.notice)


def remarks_of(
    document: Mapping[str, Any], gone: Mapping[int, str], others: Iterable[Mapping[str, Any]]
) -> tuple[Remark, ...]:
    """In the list's order. ``gone``: number → cause, of everyone who has left; ``others``: the documents of the campaign's
    published notices."""
    told = {
        change["number"]: other["id"]
        for other in others
        for change in (other["supplements"] or {"changes": ()})["changes"]
    }
    return tuple(
        Remark(person["number"], person["name"], gone[person["number"]], told.get(person["number"]))
        for person in document["people"]
        if person["number"] in gone
    )


def remarks_text(remarks: Iterable[Remark], day: date) -> Text | None:
    """``截至2026年5月6日，名单有变动：3 号 石望川已取消资格，见第 2 号公告。``; None where nobody has left."""
    clauses = [
        _("%(number)s 号 %(name)s%(left)s", number=one.number, name=one.name, left=one.words)
        for one in remarks
    ]
    if not clauses:
        return None
    told, *others = clauses
    for another in others:
        told = _("%(told)s；%(another)s", told=told, another=another)
    return _("截至%(day)s，名单有变动：%(told)s。", day=spoken_date(day, year=True), told=told)
