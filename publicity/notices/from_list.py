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
from voting_service.assessment.final_list.queries import document_of, final_list_of, list_by_number
from voting_service.assessment.final_list.waiting import list_url
from voting_service.campaigns.models import Campaign
from voting_service.candidates.departures import departures_of
from voting_service.errors import Problem, ProblemsFound
from voting_service.text import Text, _

from .drafting import NoticeText, default_text, default_title, draft_notice, people_of
from .models import DRAFT, Notice, NoticeOrigin

LEVEL = "city"


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
    if (taken := _notice_from(session, row)) is not None:
        problems.append(Problem("", _("已经从这份名单起草过公告（第 %(n)s 号）。", n=taken.number)))
    if problems:
        raise ProblemsFound(problems)
    people = people_of(session, row.campaign, [one["number"] for one in document["people"]])
    reserve = [one["number"] for one in document["reserve"] if one["number"] not in gone]
    text = default_text(row.campaign, people, level=LEVEL, reserve=reserve)
    notice = draft_notice(
        session, slug, text, title=default_title(row.campaign, LEVEL), level=LEVEL, at=at, official=official
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


def origin_problems(session: Session, notice: Notice, text: NoticeText) -> list[Problem]:
    """A list that was taken back is no ground for a notice; and whoever publishes one, alone, publishes the list that the
    committee has made final, whether the draft was made from it or by hand. Supplements have their own comparison."""
    row = session.get(NoticeOrigin, notice.id)
    listed = row.final_list if row else final_list_of(session, notice.campaign_id)
    if listed is None or notice.supplements is not None:
        return []
    if listed.state == FINAL:
        remedy = _(
            "公示的人选、顺序和递补名单以最终名单 %(name)s 为准；要变动的，请先撤回它。", name=listed.name
        )
        return [
            Problem("people", one, remedy) for one in _differences(session, notice.campaign_id, listed, text)
        ]
    return [
        Problem(
            "people",
            _("这份草稿所依据的最终名单 %(name)s 已经撤回。", name=listed.name),
            _("请删去这份草稿，从新的最终名单起草。"),
        )
    ]


def lock_origin(session: Session, notice: Notice) -> None:
    """Before publishing: whoever withdraws the list does so before, or not at all."""
    row = session.get(NoticeOrigin, notice.id)
    if row is not None:
        session.refresh(row.final_list, with_for_update=True)


def _all_differences(
    session: Session, notice: Notice, origin: NoticeOrigin, text: NoticeText
) -> Iterator[Text]:
    if origin.final_list.document_sha256 != origin.document_sha256:
        yield _("最终名单的 SHA-256 与起草时记下的不同。")
    yield from _differences(session, notice.campaign_id, origin.final_list, text)


def _differences(session: Session, campaign_id: int, listed: FinalList, text: NoticeText) -> Iterator[Text]:
    document = document_of(listed)
    gone = departures_of(session, campaign_id)
    wanted = [one["number"] for one in document["people"]]
    people = [one.number for one in text.people]
    if added := sorted(set(people) - set(wanted)):
        yield _("公示名单多了：%(numbers)s 号。", numbers="、".join(map(str, added)))
    if missing := sorted(set(wanted) - set(people)):
        yield _("公示名单少了：%(numbers)s 号。", numbers="、".join(map(str, missing)))
    if not added and not missing and people != wanted:
        yield _("公示名单的顺序与最终名单不同。")
    if [n for n in text.reserve if n not in gone] != [
        one["number"] for one in document["reserve"] if one["number"] not in gone
    ]:
        yield _("递补名单与最终名单不同。")


# ---- what the list's own page is told


def _notice_from(session: Session, row: FinalList) -> Notice | None:
    query = (
        select(Notice)
        .join(NoticeOrigin, NoticeOrigin.notice_id == Notice.id)
        .where(NoticeOrigin.final_list_id == row.id)
        .order_by(Notice.id)
    )
    return session.scalars(query).first()


def _in_use(session: Session, row: FinalList) -> bool:
    found = _notice_from(session, row)
    return found is not None and found.state != DRAFT


def _links(session: Session, row: FinalList, slug: str, official: ActingOfficial) -> Iterator[ListLink]:
    notice = _notice_from(session, row)
    if notice is not None:
        yield ListLink(_("查看公示公告"), f"/desk/notices/{slug}/{notice.number}")
    elif row.state == FINAL and official.may(slug, "operator"):
        yield ListLink(_("起草公示公告"), f"/desk/notices/{slug}/from-list/{row.number}", is_act=True)


FOLLOWERS = ListFollowers(_in_use, _links)


def lists_without_notice(session: Session, official: ActingOfficial, _now: datetime) -> DeskSection | None:
    """Final lists that the public has not been told of yet, for the operators."""
    query = (
        select(FinalList, Campaign.slug)
        .join(Campaign, Campaign.id == FinalList.campaign_id)
        .where(FinalList.state == FINAL, ~exists().where(NoticeOrigin.final_list_id == FinalList.id))
        .order_by(FinalList.id)
    )
    lines = tuple(
        DeskLine(_("最终名单 %(number)s 已确认，请起草公示公告", number=row.name), list_url(slug, row.number))
        for row, slug in session.execute(query)
        if official.may(slug, "operator")
    )
    return DeskSection(_("待公示的名单"), lines) if lines else None
