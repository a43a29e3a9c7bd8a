"""What the desk's pages of this room show, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.accounts.models import Official
from voting_service.accounts.officials import ActingOfficial
from voting_service.ballots.attest import knows_departures
from voting_service.ballots.ballot_box import BallotBox, BoxUnavailable
from voting_service.campaigns.models import OPEN
from voting_service.candidates.departures import CAUSE_WORDS
from voting_service.errors import Problem
from voting_service.tally.decisions.models import Decision
from voting_service.tally.decisions.rules import shown_number
from voting_service.text import Text, _

from ..notices.models import Notice
from .filling import NOBODY, waiting_filling
from .foreseeing import broken_rules, succession_texts
from .models import FILLED, LEFT, NOTICED, PROPOSED, VACANT, Substitution
from .noticing import tellable
from .out_of_turn import stale_problems
from .proposing import upheld_dockets
from .standing import ListStanding
from .standing_aside import has_stood_aside
from .succession import PassedOver, broken_with
from .voiding import NamingBallots, ballots_naming, is_voidable, waiting_decision
from .waiting import substitutions_url

STAGE_WORDS: dict[str, tuple[Text, str]] = {
    PROPOSED: (_("待确认"), "wait"),
    LEFT: (_("待递补"), "wait"),
    FILLED: (_("已递补，待补充公示"), "wait"),
    VACANT: (_("名额空缺，待公告"), "wait"),
    NOTICED: (_("已补充公示"), "good"),
}
"""Each stage in words, and the badge's tone."""
CAUSE_CHOICES: tuple[tuple[str, Text], ...] = (
    ("disqualified", _("取消资格")),
    ("withdrawn", _("本人或单位退出")),
    ("deceased", _("去世")),
)


@dataclass(frozen=True)
class Row:
    """One substitution in a list."""

    id: int
    url: str
    who: Text
    cause: Text
    stage: Text
    tone: str
    successor: Text | None
    supplementary: Notice | None


@dataclass(frozen=True)
class Overview:
    """The list of a notice's substitutions."""

    notice: Notice
    slug: str
    url: str
    rows: tuple[Row, ...]
    listed: int
    reserve: tuple[Text, ...]
    strays: tuple[Text, ...]
    """On the list, and no candidates any more: they have left by another notice."""
    dockets: tuple[str, ...]
    tellable: tuple[Row, ...]
    box_lacks: bool


def overview(
    session: Session, box: BallotBox, slug: str, standing: ListStanding, official: ActingOfficial
) -> Overview:
    """Of one notice, as one official sees it."""
    url = substitutions_url(slug, standing.notice.number)
    rows = {row.id: _row(standing, row, url) for row in standing.substitutions}
    own = [row for row in standing.substitutions if row.notice_id == standing.notice.id]
    proposed = {row.leaver for row in own}
    return Overview(
        notice=standing.notice,
        slug=slug,
        url=url,
        rows=tuple(rows[row.id] for row in own),
        listed=len(standing.people()),
        reserve=tuple(standing.called(number) for number in standing.reserve),
        strays=tuple(standing.called(n) for n in standing.own if n in standing.gone and n not in proposed),
        dockets=tuple(upheld_dockets(session, standing, official)),
        tellable=tuple(rows[row.id] for row in tellable(standing)),
        box_lacks=box_lacks(box, slug, standing),
    )


def box_lacks(box: BallotBox, slug: str, standing: ListStanding) -> bool:
    """Whether people vote now into a box that does not know of everyone who has left, or that cannot be asked."""
    if standing.first.campaign.phase != OPEN or not standing.gone:
        return False
    try:
        return not knows_departures(box.state(slug), len(standing.gone))
    except BoxUnavailable:
        return True


@dataclass(frozen=True)
class Details:
    """One substitution."""

    row: Row
    state: str
    reason: str
    docket_number: str | None
    proposed: tuple[str, datetime]
    """By whom and when."""
    confirmed: tuple[str, datetime] | None
    filled: tuple[str, datetime] | None
    filling_proposed: str | None
    """By whom, where it was filled out of turn."""
    successor_reason: str | None
    steps: tuple[tuple[Text, bool], ...]
    has_part: bool
    """Not so where whoever looks stood aside from the docket that led to it."""
    is_own: bool
    """Whether whoever looks has proposed it."""
    ballots: NamingBallots | None
    """Those that are to be voided; None where none are by the campaign's rule."""
    decision: str | None
    """The proposal to void them that waits for its second person."""


def details(
    session: Session, slug: str, standing: ListStanding, substitution: Substitution, official: ActingOfficial
) -> Details:
    """Of one substitution, as one official sees it."""
    campaign = standing.first.campaign
    names = _names(session, substitution)
    voidable = is_voidable(session, campaign, substitution)
    has_part = not has_stood_aside(session, official, substitution)
    waits: Decision | None = waiting_decision(session, campaign.id, substitution) if voidable else None

    def act(by: int | None, at: datetime | None) -> tuple[str, datetime] | None:
        return (names[by], at) if by is not None and at is not None else None

    return Details(
        row=_row(standing, substitution, substitutions_url(slug, standing.notice.number)),
        state=substitution.state,
        reason=substitution.reason,
        docket_number=substitution.docket_number if has_part else None,
        proposed=(names[substitution.proposed_by], substitution.proposed_at),
        confirmed=act(substitution.confirmed_by, substitution.confirmed_at),
        filled=act(substitution.filled_by, substitution.filled_at),
        filling_proposed=names.get(substitution.filling_proposed_by or 0),
        successor_reason=substitution.successor_reason,
        steps=(
            (_("提出"), True),
            (_("确认退出"), substitution.confirmed_at is not None),
            (_("确定递补"), substitution.filled_at is not None),
            (_("补充公示"), substitution.stage == NOTICED),
        ),
        has_part=has_part,
        is_own=substitution.proposed_by == official.id,
        ballots=ballots_naming(session, campaign.id, substitution.leaver) if voidable else None,
        decision=shown_number(waits.number) if waits else None,
    )


@dataclass(frozen=True)
class WaitingFilling:
    """What one member has proposed out of turn."""

    id: int
    successor: Text | None
    """None leaves the place empty."""
    next_in_line: Text | None
    reason: str
    proposed: tuple[str, datetime]
    is_own: bool
    stale: tuple[Problem, ...]
    """What has changed since: then it can only be let go."""


def waiting_page(
    session: Session,
    standing: ListStanding,
    substitution: Substitution,
    official: ActingOfficial,
    at: datetime,
) -> WaitingFilling | None:
    """Of one place, as one official sees it; None where nothing waits."""
    row = waiting_filling(session, substitution)
    if row is None:
        return None

    def called(number: int | None) -> Text | None:
        return standing.called(number) if number is not None else None

    return WaitingFilling(
        id=row.id, successor=called(row.successor), next_in_line=called(row.next_in_line), reason=row.reason,
        proposed=(session.get_one(Official, row.proposed_by).name, row.proposed_at),
        is_own=row.proposed_by == official.id, stale=tuple(stale_problems(standing, substitution, row, at)),
    )  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Who may take a place."""

    next: int | None
    texts: tuple[Text, ...]
    """Who is next, and who is passed over and why."""
    options: tuple[tuple[str, Text, Text | None], ...]
    """Value, label and hint of each choice."""


def places(standing: ListStanding, substitution: Substitution, at: datetime) -> Places:
    """The choices for one place that is to be filled."""
    leaver = substitution.leaver
    found = standing.succession(leaver, at)
    listed, rules = standing.list_with(leaver), standing.rules(at)
    options: list[tuple[str, Text, Text | None]] = []
    for number in standing.reserve:
        broken = broken_with(listed, leaver, number, standing.person(number), rules)
        hint: Text | None = None
        if number == found.chosen:
            hint = _("按规则递补")
        elif broken:
            why = broken_rules(standing, leaver, PassedOver(number, broken))
            hint = _("不符合结构比例要求：%(why)s", why=why)
        options.append((str(number), standing.called(number), hint))
    options.append((NOBODY, _("名额空缺，不递补"), None))
    return Places(found.chosen, tuple(succession_texts(standing, leaver, at)), tuple(options))


def _row(standing: ListStanding, row: Substitution, url: str) -> Row:
    stage, tone = STAGE_WORDS[row.stage]
    return Row(
        id=row.id,
        url=f"{url}/{row.id}",
        who=standing.called(row.leaver),
        cause=CAUSE_WORDS[row.cause],
        stage=stage,
        tone=tone,
        successor=standing.called(row.successor) if row.successor is not None else None,
        supplementary=row.supplementary,
    )


def _names(session: Session, row: Substitution) -> dict[int, str]:
    ids = {row.proposed_by, row.confirmed_by, row.filled_by, row.filling_proposed_by} - {None}
    return dict(session.execute(select(Official.id, Official.name).where(Official.id.in_(ids))).all())
