"""What waits in this room, for the desk's first page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from voting_service.accounts.desk_home import DeskLine, DeskSection
from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import Campaign
from voting_service.candidates.models import Candidate
from voting_service.text import _

from ..docket.models import UPHELD, Objection
from ..notices.models import CLOSED, DRAFT, Notice
from .models import DROPPED, FILLED, LEFT, PROPOSED, VACANT, OutOfTurn, Substitution
from .standing_aside import stood_aside_from


def substitutions_waiting(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """Leaves to confirm, places to fill, supplementary notices to draft, and objections that were upheld and have led to
    nothing yet."""
    if not official.has("operator", "committee"):
        return None
    lines = (*_substitutions(session, official), *_upheld(session, official))
    return DeskSection(_("递补"), lines) if lines else None


def substitutions_url(slug: str, number: int) -> str:
    """Where a notice's substitutions are."""
    return f"/desk/notices/{slug}/{number}/substitutions"


def _substitutions(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    supplementary = select(Notice.id).where(Notice.state != DRAFT)
    query = (
        select(Substitution, Campaign.slug, Notice.number, Candidate.number, Candidate.name)
        .join(Notice, Substitution.notice_id == Notice.id)
        .join(Campaign, Notice.campaign_id == Campaign.id)
        .join(
            Candidate,
            (Candidate.campaign_id == Campaign.id) & (Candidate.number == Substitution.leaver),
        )
        .where(
            Substitution.state.in_((PROPOSED, LEFT, FILLED, VACANT)),
            or_(
                Substitution.supplementary_id.is_(None),
                Substitution.supplementary_id.not_in(supplementary),
            ),
        )
        .order_by(Substitution.id)
    )
    found = session.execute(query).all()
    proposed = _proposed_fillings(session)
    numbers = {row.docket_number for row, *_rest in found if row.docket_number is not None}
    hidden = stood_aside_from(session, official, numbers)
    for row, slug, notice, number, name in found:
        if row.docket_number in hidden:
            continue
        who = _("%(number)s 号 %(name)s", number=number, name=name)
        url = substitutions_url(slug, notice)
        decides = official.may(slug, "committee")
        if row.state == PROPOSED and decides and row.proposed_by != official.id:
            yield DeskLine(_("%(who)s退出名单，等待您或另一名评委确认", who=who), f"{url}/{row.id}")
        elif row.state == LEFT and decides and row.id in proposed:
            if proposed[row.id] != official.id:
                told = _("%(who)s的名额有人提出不按顺序递补，等待您或另一名评委确认", who=who)
                yield DeskLine(told, f"{url}/{row.id}")
        elif row.state == LEFT and decides:
            yield DeskLine(_("%(who)s已退出名单，要确定由谁递补", who=who), f"{url}/{row.id}")
        elif row.state in (FILLED, VACANT) and official.may(slug, "operator", "committee"):
            told = _("补充公示已起草，还没有发布") if row.supplementary_id else _("要起草补充公示")
            yield DeskLine(_("%(who)s的名额已处理，%(told)s", who=who, told=told), f"{url}/{row.id}")


def _proposed_fillings(session: Session) -> dict[int, int]:
    """Places for which something waits for its second person → who has proposed it."""
    query = select(OutOfTurn.substitution_id, OutOfTurn.proposed_by).where(OutOfTurn.state == PROPOSED)
    return dict(session.execute(query).all())


def _upheld(session: Session, official: ActingOfficial) -> Iterator[DeskLine]:
    led_to_something = exists().where(
        Substitution.docket_number == Objection.docket_number, Substitution.state != DROPPED
    )
    query = (
        select(Objection.docket_number, Campaign.slug, Notice.number)
        .join(Notice, Objection.notice_id == Notice.id)
        .join(Campaign, Notice.campaign_id == Campaign.id)
        .where(Objection.state == UPHELD, Notice.state != CLOSED, ~led_to_something)
        .order_by(Objection.ruled_at)
    )
    found = session.execute(query).all()
    hidden = stood_aside_from(session, official, [docket_number for docket_number, *_rest in found])
    for docket_number, slug, notice in found:
        if docket_number not in hidden and official.may(slug, "operator", "committee"):
            yield DeskLine(
                _("案卷 %(number)s 异议成立，名单还没有变动", number=docket_number),
                substitutions_url(slug, notice),
            )
