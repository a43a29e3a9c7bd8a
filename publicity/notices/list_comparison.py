"""A first notice beside the final list in force: a city-level one names exactly the list, one of a lower level some of it.

The notice of the whole list is bound to it by a row (``NoticeOrigin``), drafted from it or by hand: it keeps the list from
being withdrawn, and alone is awarded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from voting_service.assessment.final_list.models import FINAL, FinalList
from voting_service.assessment.final_list.queries import document_of, final_list_of, list_in_force
from voting_service.candidates.departures import departures_of
from voting_service.errors import Problem
from voting_service.read_ahead import ReadOf
from voting_service.text import Text, _

from .drafting import NoticeText
from .models import DRAFT, Notice, NoticeOrigin

WHOLE = "city"
"""The level at which the whole list is made public, once; it alone is awarded."""


def whole_notice_of(session: Session, listed: FinalList) -> Notice | None:
    """The city-level notice of a list, from its draft on."""
    query = (
        select(Notice)
        .join(NoticeOrigin, NoticeOrigin.notice_id == Notice.id)
        .where(NoticeOrigin.final_list_id == listed.id, Notice.level == WHOLE)
        .order_by(Notice.id)
    )
    return session.scalars(query).first()


def _published_wholes(session: Session, list_ids: Collection[int]) -> Mapping[int, Notice | None]:
    query = (
        select(NoticeOrigin.final_list_id, Notice)
        .join(Notice, NoticeOrigin.notice_id == Notice.id)
        .where(NoticeOrigin.final_list_id.in_(list_ids), Notice.level == WHOLE, Notice.state != DRAFT)
        .order_by(Notice.id.desc())
    )
    found: dict[int, Notice | None] = dict.fromkeys(list_ids)
    for listed, notice in session.execute(query):
        found[listed] = notice
    return found


published_whole_of = ReadOf(_published_wholes)
"""The city-level notice by which a list, by its id, was first made public; None as long as it was not."""


def _origins(session: Session, notice_ids: Collection[int]) -> Mapping[int, NoticeOrigin | None]:
    rows = session.scalars(select(NoticeOrigin).where(NoticeOrigin.notice_id.in_(notice_ids)))
    return dict.fromkeys(notice_ids) | {row.notice_id: row for row in rows}


origin_row_of = ReadOf(_origins)
"""To which list a notice, by its id, is bound; None where to none."""


def list_problems(session: Session, notice: Notice, text: NoticeText) -> list[Problem]:
    """A list that was taken back is no ground for a notice; and whoever publishes one, alone, publishes what the committee has
    made final, whether the draft was made from it or by hand. Supplements have their own comparison."""
    row = session.get(NoticeOrigin, notice.id)
    listed = row.final_list if row else final_list_of(session, notice.campaign_id)
    if listed is None or notice.supplements is not None:
        return []
    if listed.state != FINAL:
        return [
            Problem(
                "people",
                _("这份草稿所依据的最终名单 %(name)s 已经撤回。", name=listed.name),
                _("请删去这份草稿，从新的最终名单起草。"),
            )
        ]
    return [
        *_second_whole(session, notice, listed),
        *(Problem("people", one, _remedy(notice, listed)) for one in differences(session, notice, listed, text)),
    ]  # fmt: skip


def differences(session: Session, notice: Notice, listed: FinalList, text: NoticeText) -> Iterator[Text]:
    """How a notice's people and reserve differ from what its level may say of the list."""
    wanted = [one["number"] for one in document_of(listed)["people"]]
    people = [one.number for one in text.people]
    if added := sorted(set(people) - set(wanted)):
        yield _("公示名单多了：%(numbers)s 号。", numbers="、".join(map(str, added)))
    expected = wanted if notice.level == WHOLE else [number for number in wanted if number in people]
    if missing := sorted(set(expected) - set(people)):
        yield _("公示名单少了：%(numbers)s 号。", numbers="、".join(map(str, missing)))
    if not added and not missing and people != expected:
        yield _("公示名单的顺序与最终名单不同。")
    yield from _reserve_differences(session, notice, listed, text)


def lock_lists(session: Session, notice: Notice) -> None:
    """Before publishing a first notice: whoever withdraws a list or makes one final does so before, or not at all. After the
    notice, as whoever needs both locks them."""
    if notice.supplements is not None:
        return
    row = session.get(NoticeOrigin, notice.id)
    found = {
        one.id: one for one in (row and row.final_list, list_in_force(session, notice.campaign_id)) if one
    }
    for _id, listed in sorted(found.items()):
        session.refresh(listed, with_for_update=True)


def bind_to_list(session: Session, notice: Notice) -> None:
    """When a first notice is published: the row says from now on that it made the whole of this list public, whoever drafted
    it; a part of it has none."""
    listed, row = final_list_of(session, notice.campaign_id), session.get(NoticeOrigin, notice.id)
    if listed is None or notice.supplements is not None:
        return
    if notice.level == WHOLE and row is None:
        sha256 = listed.document_sha256
        session.add(NoticeOrigin(notice_id=notice.id, final_list_id=listed.id, document_sha256=sha256))
    elif notice.level != WHOLE and row is not None:
        session.delete(row)
    session.flush()


def _second_whole(session: Session, notice: Notice, listed: FinalList) -> Iterator[Problem]:
    before = published_whole_of(session, listed.id)
    if before is None or before.id == notice.id or notice.level != WHOLE:
        return
    yield Problem(
        "level",
        _("已经按最终名单 %(name)s 发布过市级公示（第 %(n)s 号公告）。", name=listed.name, n=before.number),
        _("人选有变动的，请在那份公告的“名单变动和递补”里办理。"),
    )


def _reserve_differences(
    session: Session, notice: Notice, listed: FinalList, text: NoticeText
) -> Iterator[Text]:
    if notice.level != WHOLE:
        # Places are filled once, from the list's own reserve: on the notice of the whole list.
        if text.reserve:
            yield _("递补名单只写在市级公示里，这份公示不能有。")
        return
    gone = departures_of(session, notice.campaign_id)
    reserve = [one["number"] for one in document_of(listed)["reserve"]]
    if [n for n in text.reserve if n not in gone] != [n for n in reserve if n not in gone]:
        yield _("递补名单与最终名单不同。")


def _remedy(notice: Notice, listed: FinalList) -> Text:
    if notice.level == WHOLE:
        return _(
            "公示的人选、顺序和递补名单以最终名单 %(name)s 为准；要变动的，请先撤回它。", name=listed.name
        )
    return _(
        "本单位、区县（产业）公示可以只列最终名单 %(name)s 上的一部分人，顺序照名单；要变动名单的，请先撤回它。",
        name=listed.name,
    )
