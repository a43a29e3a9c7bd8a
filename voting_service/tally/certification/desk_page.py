"""What the pages of certifying show, and what of it waits on the desk's first page: plain values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from ...accounts.desk_home import DeskLine, DeskSection
from ...accounts.officials import ActingOfficial
from ...campaigns.models import CLOSED, Campaign
from ...campaigns.queries import campaigns_in
from ...candidates.departures import ballot_roster
from ...committee.minutes import MinutesOnShow, minutes_on_show, unconfirmed_by
from ...committee.models import CERTIFICATION
from ...errors import Problem, ProblemsFound
from ...ledger import HELD, VOIDED
from ...text import Text, _
from ..count import Tally
from ..decisions.queries import last_sequence
from ..decisions.rules import ranks
from .asking import books_check, found_good, why_it_waits
from .checking import Checked, is_stale, pending_problems
from .models import CERTIFIED, PROPOSED, SUPERSEDED, WITHDRAWN, Certification
from .queries import (
    awaiting_signature,
    certifications_of,
    certified_among,
    members_of,
    proposed,
    shown_number,
    signatures_of,
    tally_of,
)

STATE_WORDS: dict[str, tuple[Text, str]] = {
    PROPOSED: (_("等待签认"), "wait"),
    CERTIFIED: (_("已认定"), "good"),
    WITHDRAWN: (_("已撤回"), "calm"),
    SUPERSEDED: (_("已失效"), "calm"),
}


class CandidateLine(NamedTuple):
    """One candidate's figures."""

    rank: int
    number: int
    name: str
    counted: int
    held: int
    voided: int


class CertificationLine(NamedTuple):
    """A certification in the list."""

    number: int
    shown: str
    words: Text
    tone: str
    at: datetime
    signed: int
    needed: int
    waits: bool


@dataclass(frozen=True)
class CheckLine:
    """The latest check of the books, as pages show it."""

    percent: int
    waits: Text | None
    """Why it does not go on, while it is under way."""
    ended_at: datetime | None
    heading: Text | None
    """Why it is good for no proposal; None while it is under way, or good."""
    problems: tuple[Problem, ...]
    checked: Checked | None = None
    """What would be put to the members; None where it is good for no proposal."""


class MemberLine(NamedTuple):
    """A member, and when they signed."""

    name: str
    signed_at: datetime | None


@dataclass(frozen=True)
class CertificationPage:
    """One certification as one official sees it."""

    row: Certification
    shown: str
    words: Text
    tone: str
    tally: Tally
    candidates: list[CandidateLine]
    members: tuple[MemberLine, ...]
    signed: int
    stale: bool
    problems: tuple[Problem, ...]
    """What keeps members from signing now."""
    may_sign: bool
    may_withdraw: bool
    minutes: MinutesOnShow | None
    confirms: bool


def lines_of(session: Session, campaign: Campaign, tally: Tally) -> list[CandidateLine]:
    """Every candidate of the tally, by counted votes."""
    names, counted = {one.number: one.name for one in ballot_roster(session, campaign.id)}, tally.counted()
    places = ranks(counted)
    order = sorted(counted, key=lambda number: (-counted[number], number))
    return [
        CandidateLine(
            places[number], number, names.get(number, ""), counted[number],
            tally.by_candidate[number][HELD], tally.by_candidate[number][VOIDED],
        )
        for number in order
    ]  # fmt: skip


def list_lines(session: Session, campaign: Campaign, official: ActingOfficial) -> list[CertificationLine]:
    """All of a campaign, the latest first."""
    return [_line(session, row, official) for row in certifications_of(session, campaign.id)]


def check_line(session: Session, campaign: Campaign, now: datetime) -> CheckLine | None:
    """Of the latest check; None as long as nobody has asked."""
    check = books_check(session, campaign.id)
    if check is None:
        return None
    if check.ended_at is None:
        return CheckLine(check.percent, why_it_waits(session, check, now), None, None, ())
    try:
        checked = found_good(session, campaign, now)
    except ProblemsFound as found:
        differs = check.problems is not None
        heading = _("账目核对没有通过，不能提请认定") if differs else _("这次核对的结果不能再用")
        return CheckLine(check.percent, None, check.ended_at, heading, tuple(found.problems))
    return CheckLine(check.percent, None, check.ended_at, None, (), checked)


def certification_page(
    session: Session, campaign: Campaign, row: Certification, official: ActingOfficial
) -> CertificationPage:
    """Of this one for this official."""
    names, signed = members_of(session, row), signatures_of(session, row)
    tally, waits = tally_of(row.document), row.state == PROPOSED
    stale = waits and is_stale(session, row)
    problems = pending_problems(session, campaign.id) if waits and not stale else []
    words, tone = STATE_WORDS[SUPERSEDED if stale else row.state]
    minutes = minutes_on_show(session, campaign.id, CERTIFICATION, row.number)
    listed = official.id in names
    return CertificationPage(
        row=row, shown=shown_number(row.number), words=words, tone=tone, tally=tally,
        candidates=lines_of(session, campaign, tally),
        members=tuple(MemberLine(name, signed.get(one)) for one, name in names.items()), signed=len(signed),
        stale=stale, problems=tuple(problems),
        may_sign=waits and not stale and not problems and listed and official.id not in signed,
        may_withdraw=waits and listed, minutes=minutes,
        confirms=minutes is not None and minutes.waits_for(official.id),
    )  # fmt: skip


def certifications_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """For the desk's first page: tallies that wait to be put to the members, to be signed, minutes to be confirmed."""
    if not official.has("committee"):
        return None
    mine = [
        campaign for campaign in campaigns_in(session, CLOSED) if official.may(campaign.slug, "committee")
    ]
    lines = _not_certified(session, mine, official)
    slugs = {campaign.slug for campaign in mine}
    lines += [
        DeskLine(
            _("请确认认定纪要：%(number)s", number=shown_number(number)),
            f"/desk/campaigns/{slug}/certification/{number}",
        )
        for slug, number in unconfirmed_by(session, CERTIFICATION, official.id)
        if slug in slugs
    ]
    return DeskSection(_("认定计票结果"), tuple(lines)) if lines else None


def _not_certified(
    session: Session, campaigns: Sequence[Campaign], official: ActingOfficial
) -> list[DeskLine]:
    certified = set(certified_among(session, [one.id for one in campaigns]))
    rest = [one for one in campaigns if one.id not in certified]
    ids = [one.id for one in rest]
    proposed.ahead(session, ids)
    last_sequence.ahead(session, ids)
    unsigned = awaiting_signature(session, official.id)
    return [line for one in rest if (line := _waiting_line(session, one, unsigned)) is not None]


def _waiting_line(
    session: Session, campaign: Campaign, unsigned: Collection[tuple[int, int]]
) -> DeskLine | None:
    url, row = f"/desk/campaigns/{campaign.slug}/certification", proposed(session, campaign.id)
    if row is None:
        return DeskLine(_("计票结果待提请认定：%(title)s", title=campaign.title), url)
    if is_stale(session, row):
        return DeskLine(_("提请已失效，要重新提请认定：%(title)s", title=campaign.title), url)
    if (row.campaign_id, row.number) in unsigned:
        return DeskLine(
            _("计票结果请您签认：%(title)s", title=campaign.title), f"{url}/{row.number}", urgent=True
        )
    return None


def _line(session: Session, row: Certification, official: ActingOfficial) -> CertificationLine:
    signed, stale = signatures_of(session, row), row.state == PROPOSED and is_stale(session, row)
    words, tone = STATE_WORDS[SUPERSEDED if stale else row.state]
    waits = row.state == PROPOSED and not stale and official.id not in signed
    return CertificationLine(
        row.number, shown_number(row.number), words, tone, row.proposed_at, len(signed), row.needed,
        waits and official.id in members_of(session, row),
    )  # fmt: skip
