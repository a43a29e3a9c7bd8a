"""Closing a notice (公示结束): every problem first, then the outcome is written down and published. Nothing closes by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from voting_service.accounts.officials import ActingOfficial
from voting_service.activity import journal
from voting_service.errors import Problem, ProblemsFound
from voting_service.read_ahead import ReadOf, grouped
from voting_service.text import Text, _
from voting_service.workdays.wording import spoken_date

from ..docket.models import UPHELD, Objection
from ..docket.queries import Statistics, statistics
from ..notices.events import NOTICE_CLOSED, write_event
from ..notices.models import CLOSED, DRAFT, Notice, NoticeEvent
from ..notices.rules import acceptance
from ..substitutions.models import DROPPED, FILLED, LEFT, NOTICED, PROPOSED, VACANT, Substitution
from .result import digest_of, result_document

CHANGED_SINCE = Problem("", _("在您查看之后情况有了变化。"), _("请再核对一遍下面的报告。"))


def problems_before_closing(session: Session, notice: Notice, now: datetime) -> list[Problem]:
    """All that keeps a notice from being closed, each with its remedy."""
    if notice.state == DRAFT:
        return [Problem("", _("公告还没有发布，不能结束公示。"))]
    if notice.state == CLOSED:
        return [Problem("", _("公示已经结束，结果不能再改。"))]
    return [
        *_date_problems(notice, now),
        *_docket_problems(statistics(session, notice.id)),
        *_substitution_problems(session, notice),
    ]


def cautions_before_closing(session: Session, notice: Notice) -> list[Text]:
    """What does not keep it from being closed, but is to be looked at by whoever closes it."""
    followed = select(Substitution.docket_number).where(
        Substitution.state != DROPPED, Substitution.docket_number.is_not(None)
    )
    without = session.scalars(
        select(Objection.id).where(
            Objection.notice_id == notice.id, Objection.state == UPHELD, Objection.docket_number.not_in(followed)
        )
    ).all()  # fmt: skip
    if not without:
        return []
    return [
        _("有 %(n)s 件异议成立，但没有人因此退出名单。请确认处理决定本来就不涉及取消资格。", n=len(without))
    ]


def close_notice(
    session: Session, notice: Notice, *, at: datetime, official: ActingOfficial, seen: str | None = None
) -> NoticeEvent:
    """Close it, with the outcome that docket and substitutions show. Takes the notice's lock, which everyone who lodges
    shares: an objection is either counted or refused. ``seen``: the ``digest_of`` the result that was confirmed. The caller
    commits. Raises ProblemsFound with every problem, also where the result is another than the one seen."""
    session.refresh(notice, with_for_update=True)
    if problems := problems_before_closing(session, notice, at):
        raise ProblemsFound(problems)
    document = result_document(session, notice, at=at)
    if seen is not None and seen != digest_of(document):
        raise ProblemsFound([CHANGED_SINCE])
    notice.state, notice.outcome = CLOSED, document["outcome"]
    notice.closed_at, notice.closed_by = at, official.id
    event = write_event(session, notice, NOTICE_CLOSED, document, at=at, official=official)
    journal(session, at=at, actor=official.name, act="close_notice", subject=f"{notice.campaign.slug}/{notice.name}",
            details={"outcome": notice.outcome, "log_name": event.log_name, "sha256": event.document_sha256})  # fmt: skip
    return event


def _date_problems(notice: Notice, now: datetime) -> list[Problem]:
    assert notice.accepted_until is not None, "a published notice has dates"
    if notice.provisional:
        return [
            Problem("", _("公示日期还是暂定的，没有确认。"), _("请等放假安排公布后，在公告页面上确认日期，再结束公示。"))
        ]  # fmt: skip
    if acceptance(notice, now) == "open":
        until = spoken_date(notice.accepted_until, year=True)
        return [
            Problem("", _("异议受理到%(day)s止，现在还没有截止。", day=until), _("请在这一天之后结束公示。"))
        ]
    return []


def _docket_problems(found: Statistics) -> list[Problem]:
    if not found.pending:
        return []
    return [
        Problem(
            "",
            _("还有 %(n)s 件异议没有办结：%(waiting)s 件待审查，%(under_way)s 件办理中。",
              n=found.pending, waiting=found.waiting, under_way=found.under_way),
            _("请先决定是否受理，并对受理的作出处理决定。"),
        )
    ]  # fmt: skip


def _substitutions(session: Session, notice_ids: Collection[int]) -> Mapping[int, Sequence[Substitution]]:
    query = (
        select(Substitution)
        .where(Substitution.notice_id.in_(notice_ids), Substitution.state != DROPPED)
        .order_by(Substitution.leaver)
        .options(selectinload(Substitution.supplementary))
    )
    return grouped(notice_ids, session.scalars(query), lambda row: row.notice_id)


substitutions_under = ReadOf(_substitutions)
"""Those of a notice, without the ones that were dropped, by who leaves."""


def problems_ahead(session: Session, notices: Sequence[Notice]) -> None:
    """What keeps each of these from being closed is asked for in a moment."""
    ids = [notice.id for notice in notices]
    statistics.ahead(session, ids)
    substitutions_under.ahead(session, ids)


def _substitution_problems(session: Session, notice: Notice) -> list[Problem]:
    found = substitutions_under(session, notice.id)
    return [Problem("", *_under_way(one.stage, one.leaver)) for one in found if one.stage != NOTICED]


def _under_way(stage: str, n: int) -> tuple[Text, Text]:
    """What a substitution still waits for, and what to do about it. ``n``: number of the candidate who leaves."""
    return {
        PROPOSED: (_("%(n)s 号退出名单的提议还没有确认。", n=n), _("请先确认或撤下这项提议。")),
        LEFT: (_("%(n)s 号已退出名单，还没有决定由谁递补。", n=n), _("请先确定递补人选，或确认名额空缺。")),
        FILLED: (_("%(n)s 号已有人递补，补充公示还没有发布。", n=n), _("请先发布补充公示。")),
        VACANT: (_("%(n)s 号退出后名额空缺，补充公示还没有发布。", n=n), _("请先发布补充公示。")),
    }[stage]
