"""The candidates as whoever drafts a notice has them before their eyes: number, name, organisation, category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from voting_service.candidates.departures import departures_of
from voting_service.candidates.queries import roster
from voting_service.text import Text, _


@dataclass(frozen=True)
class RosterLine:
    """One candidate who may be on a notice."""

    number: int
    name: str
    organisation: str
    category: str
    """Empty where the selection has none."""

    @property
    def called(self) -> Text:
        """``9 号 叶知秋``."""
        return _("%(number)s 号 %(name)s", number=self.number, name=self.name)


def roster_lines(session: Session, campaign_id: int) -> list[RosterLine]:
    """By number, without those who have left."""
    gone = departures_of(session, campaign_id)
    return [
        RosterLine(one.number, one.name, one.organisation, one.category.name if one.category else "")
        for one in roster(session, campaign_id)
        if one.number not in gone
    ]


def called(session: Session, campaign_id: int, numbers: Iterable[int]) -> list[Text]:
    """These candidates by number and name, in the order given; a number that is not on the roster stands alone."""
    names = {one.number: one.name for one in roster(session, campaign_id)}
    return [_("%(number)s 号 %(name)s", number=number, name=names.get(number, "")) for number in numbers]
