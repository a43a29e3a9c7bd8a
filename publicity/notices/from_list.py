"""From the final list to a notice: its people in order, its reserve list in order, and the draft keeps where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from voting_service.accounts.desk_home import DeskLine, DeskSection
from voting_service.accounts.officials import ActingOfficial
from voting_service.assessment.final_list.desk_links import ListFollowers, ListLink
from voting_service.assessment.final_list.models import FINAL, WITHDRAWN, FinalList
from voting_service.assessment.final_list.queries import document_of, list_by_number
from voting_service.assessment.final_list.waiting import list_url
from voting_service.campaigns.models import Campaign
from voting_service.candidates.departures import departures_of
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import Text, _

from .drafting import NoticeText, default_text, default_title, draft_notice, people_of
from .list_comparison import WHOLE, differences, published_whole_of, whole_notice_of
from .models import Notice, NoticeOrigin


@dataclass(frozen=True)
class Origin:
    """The list that a notice was drafted from, and how the draft differs from it."""

    name: str
    url: str
    sha256: str
    withdrawn: bool
    differences: tuple[Text, ...]


def draft_from_list(
    session: Session, slug: str, number: int, *, at: datetime, official: ActingOfficial
) -> Notice:
    """Draft the notice of a final list. Raises ProblemsFound, NotFound. The caller commits."""
    row = list_by_number(session, slug, number, lock=True)
    document = document_of(row)
    gone = departures_of(session, row.campaign_id)
    problems = [] if row.state == FINAL else [Problem("", _("这份名单不是最终名单，不能据以起草公告。"))]
    problems += [
        Problem("", _("%(number)s 号 %(name)s 已经不是候选人。", number=one["number"], name=one["name"]),
                _("请撤回这份名单，重新拟定。"))
        for one in document["people"]
        if one["number"] in gone
    ]  # fmt: skip
    if (taken := whole_notice_of(session, row)) is not None:
        problems.append(Problem("", _("已经从这份名单起草过公告（第 %(n)s 号）。", n=taken.number)))
    if problems:
        raise ProblemsFound(problems)
    people = people_of(session, row.campaign, [one["number"] for one in document["people"]])
    reserve = [one["number"] for one in document["reserve"] if one["number"] not in gone]
    text = default_text(row.campaign, people, level=WHOLE, reserve=reserve)
    notice = draft_notice(
        session, slug, text, title=default_title(row.campaign, WHOLE), level=WHOLE, at=at, official=official
    )
    session.add(NoticeOrigin(notice_id=notice.id, final_list_id=row.id, document_sha256=row.document_sha256))
    session.flush()
    return notice


def origin_of(session: Session, notice: Notice, text: NoticeText) -> Origin | None:
    """Where a notice came from; None for one that was drafted by hand, and for a supplement."""
    row = session.get(NoticeOrigin, notice.id)
    if row is None:
        return None
    listed = row.final_list
    return Origin(
        name=listed.name,
        url=list_url(notice.campaign.slug, listed.number),
        sha256=row.document_sha256,
        withdrawn=listed.state == WITHDRAWN,
        differences=tuple(_all_differences(session, notice, row, text)),
    )


def _all_differences(
    session: Session, notice: Notice, origin: NoticeOrigin, text: NoticeText
) -> Iterator[Text]:
    if origin.final_list.document_sha256 != origin.document_sha256:
        yield _("最终名单的 SHA-256 与起草时记下的不同。")
    yield from differences(session, notice, origin.final_list, text)


# ---- what the list's own page is told


def _in_use(session: Session, row: FinalList) -> bool:
    """Not so while only a part of it was made public at a lower level: were the list held by that, nobody could see to whoever
    leaves before the whole of it is published."""
    return published_whole_of(session, row.id) is not None


def _links(session: Session, row: FinalList, slug: str, official: ActingOfficial) -> Iterator[ListLink]:
    notice = whole_notice_of(session, row)
    if notice is not None:
        yield ListLink(_("查看公示公告"), f"/desk/notices/{slug}/{notice.number}")
    elif row.state == FINAL and official.may(slug, "operator"):
        yield ListLink(_("起草公示公告"), f"/desk/notices/{slug}/from-list/{row.number}", is_act=True)


FOLLOWERS = ListFollowers(_in_use, _links)


def lists_without_notice(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """Final lists that the public has not been told of yet, for the operators."""
    told = exists().where(
        NoticeOrigin.final_list_id == FinalList.id,
        NoticeOrigin.notice_id == Notice.id,
        Notice.level == WHOLE,
    )
    query = (
        select(FinalList, Campaign.slug)
        .join(Campaign, Campaign.id == FinalList.campaign_id)
        .where(FinalList.state == FINAL, ~told)
        .order_by(FinalList.id)
    )
    lines = tuple(
        DeskLine(_("最终名单 %(number)s 已确认，请起草公示公告", number=row.name), list_url(slug, row.number))
        for row, slug in session.execute(query)
        if official.may(slug, "operator")
    )
    return DeskSection(_("待公示的名单"), lines) if lines else None
