"""A notice's list as it stands: what was published, less those who have left, with those who took their places.

A notice and its supplements are one family: its first notice has the list and the reserve list, each supplement adds whom
it names. Whoever changes the list locks that first notice, so that nobody takes two places at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.campaigns.composition import CompositionRule, Person, rules_of
from voting_service.campaigns.models import Campaign
from voting_service.candidates.departures import departures_of, rosters_ahead
from voting_service.candidates.models import Candidate
from voting_service.candidates.queries import composition_person, roster
from voting_service.errors import NotFound
from voting_service.read_ahead import ReadOf, grouped
from voting_service.text import Text, _

from ..notices.models import DRAFT, Notice
from ..notices.queries import notice_by_number, notices_of, text_of
from .models import DROPPED, PROPOSED, Substitution
from .succession import Succession, next_in_line


@dataclass(frozen=True)
class ListStanding:
    """The list of a notice and its supplements at this moment. Numbers are candidates' numbers."""

    first: Notice
    notice: Notice
    """The one that was asked for: the first, or one of its supplements."""
    family: tuple[Notice, ...]
    """The first, then its published supplements."""
    candidates: Mapping[int, Candidate]
    """The whole roster."""
    gone: Mapping[int, str]
    """Who is no candidate any more, and why."""
    substitutions: tuple[Substitution, ...]
    """Of the whole family, in order; without those that were dropped."""
    listed: tuple[int, ...]
    """Who is on the list."""
    own: tuple[int, ...]
    """Those of them whom this notice named, or who are to be named by a supplement of it: who may leave from here."""
    reserve: tuple[int, ...]
    """Who may still take a place, in order."""

    def called(self, number: int) -> Text:
        """``7 号 张三``."""
        return _("%(number)s 号 %(name)s", number=number, name=self.candidates[number].name)

    def people(self) -> dict[int, Person]:
        """Who is on the list and still a candidate, as the rules ask of them."""
        return {number: self.person(number) for number in self.listed if number not in self.gone}

    def person(self, number: int) -> Person:
        """One candidate as the rules ask of them."""
        return composition_person(self.candidates[number])

    def rules(self, at: datetime) -> tuple[CompositionRule, ...]:
        """The campaign's composition rules; ages as of this day where a rule names none."""
        campaign = self.first.campaign
        return rules_of(campaign.plan, today=at.astimezone(campaign.rules.zone).date())

    def list_with(self, leaver: int) -> dict[int, Person]:
        """The list as it stood before this one left."""
        return {**self.people(), leaver: self.person(leaver)}

    def succession(self, leaver: int, at: datetime) -> Succession:
        """Who takes this one's place by the rules."""
        reserve = [(number, self.person(number)) for number in self.reserve]
        return next_in_line(self.list_with(leaver), leaver, reserve, self.rules(at))


def list_of(session: Session, slug: str, number: int, *, lock: bool = False) -> ListStanding:
    """The list that a published notice is about. ``lock``: for whoever is going to change it; the first notice is locked
    before this one. Raises NotFound."""
    notice = notice_by_number(session, slug, number)
    family = _family(session, notice)
    if lock:
        for one in sorted({family[0].number, number}):
            notice = notice_by_number(session, slug, one, lock=True)
        # What another has committed while we waited.
        family = _family(session, notice)
    return _standing_of(session, notice, family)


def list_under(session: Session, first: Notice) -> ListStanding:
    """``list_of`` for a first notice that is at hand."""
    return _standing_of(session, first, _family(session, first))


def lists_ahead(session: Session, campaign_ids: Collection[int]) -> None:
    """Lists of these campaigns are asked for in a moment."""
    rosters_ahead(session, campaign_ids)
    _notices_of.ahead(session, campaign_ids)
    _substitutions_of.ahead(session, campaign_ids)


def _standing_of(session: Session, notice: Notice, family: list[Notice]) -> ListStanding:
    first, ids = family[0], {one.id for one in family}
    people = {one.number: one for one in roster(session, first.campaign_id)}
    gone = departures_of(session, first.campaign_id)
    rows = (one for one in _substitutions_of(session, first.campaign_id) if one.notice_id in ids)
    return _standing(first, notice, family, people, gone, tuple(rows))


def _substitutions(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Sequence[Substitution]]:
    query = (
        select(Notice.campaign_id, Substitution)
        .join(Notice, Notice.id == Substitution.notice_id)
        .where(Notice.campaign_id.in_(campaign_ids), Substitution.state != DROPPED)
        .order_by(Substitution.id)
        .execution_options(populate_existing=True)
    )
    found: dict[int, list[Substitution]] = {one: [] for one in campaign_ids}
    for campaign_id, row in session.execute(query):
        found[campaign_id].append(row)
    return found


_substitutions_of = ReadOf(_substitutions)


def _notices(session: Session, campaign_ids: Collection[int]) -> Mapping[int, Sequence[Notice]]:
    query = (
        select(Notice)
        .where(Notice.campaign_id.in_(campaign_ids))
        .order_by(Notice.id)
        .execution_options(populate_existing=True)
    )
    return grouped(campaign_ids, session.scalars(query), lambda row: row.campaign_id)


_notices_of = ReadOf(_notices)


def _standing(
    first: Notice, notice: Notice, family: list[Notice], people: dict[int, Candidate], gone: Mapping[int, str],
    rows: tuple[Substitution, ...],
) -> ListStanding:  # fmt: skip
    leavers = {row.leaver for row in rows if row.state != PROPOSED}
    public = [person.number for one in family for person in text_of(one).people]
    successors = [row.successor for row in rows if row.successor is not None]
    ever = [number for number in dict.fromkeys([*public, *successors]) if number in people]
    mine = {person.number for person in text_of(notice).people}
    # Once a supplement has named a successor, they leave from there.
    mine |= {
        row.successor
        for row in rows
        if row.successor is not None and row.notice_id == notice.id and row.successor not in public
    }
    listed = tuple(number for number in ever if number not in leavers)
    taken = {*gone, *ever, *leavers}
    return ListStanding(
        first=first,
        notice=notice,
        family=tuple(family),
        candidates=people,
        gone=gone,
        substitutions=rows,
        listed=listed,
        own=tuple(number for number in listed if number in mine),
        reserve=tuple(n for n in text_of(first).reserve if n in people and n not in taken),
    )


def _family(session: Session, notice: Notice) -> list[Notice]:
    """The first notice, then its published supplements."""
    rows = _notices_of(session, notice.campaign_id)
    by_id = {one.id: one for one in rows}

    def first_of(one: Notice) -> Notice:
        while one.supplements is not None:
            one = by_id[one.supplements]
        return one

    first = first_of(by_id[notice.id])
    return [
        first,
        *(one for one in rows if one is not first and one.state != DRAFT and first_of(one) is first),
    ]


def substitution_of(standing: ListStanding, substitution_id: int) -> Substitution:
    """One substitution of this very notice. Raises NotFound."""
    for row in standing.substitutions:
        if row.id == substitution_id and row.notice_id == standing.notice.id:
            return row
    raise NotFound(_("没有这项递补，或者它已经作罢。"))


def leaves_from(session: Session, campaign: Campaign, number: int) -> str | None:
    """The room of substitutions of the published notice on whose list this candidate stands; None where they stand on none,
    the reserve lists among them: whoever waits there leaves no place."""
    for notice in notices_of(session, campaign.id):
        if number in list_of(session, campaign.slug, notice.number).own:
            return f"/desk/notices/{campaign.slug}/{notice.number}/substitutions"
    return None
