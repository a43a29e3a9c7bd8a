"""Upon what an award rests: where the campaign has a final list, the notice that made exactly this list public.

A campaign that never made a list, and declared no seats to be filled by an assessment, awards any list whose notices have
closed: nobody but its organiser decides who is on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from voting_service.assessment.final_list.models import FINAL, FinalList
from voting_service.assessment.final_list.queries import final_list_of, list_in_force, lists_of
from voting_service.assessment.scheme import scheme_of
from voting_service.campaigns.models import Campaign
from voting_service.errors import Problem
from voting_service.names import in_title_marks
from voting_service.text import _

from ..notices.list_comparison import WHOLE, differences, origin_row_of, published_whole_of
from ..notices.models import Notice
from ..notices.queries import text_of

_ANEW = _("请拟定、确认最终名单，从它起草公示公告，公示结束后再表彰。")


def ground_problems(session: Session, notice: Notice) -> list[Problem]:
    """Why a first notice is no ground for an award, whatever has become of its publicity."""
    campaign = notice.campaign
    listed = list_in_force(session, campaign.id)
    if listed is None:
        return _without_list(session, campaign)
    if listed.state != FINAL:
        return [
            Problem(
                "notice",
                _("名单 %(name)s 还没有确认，不是最终名单。", name=listed.name),
                _("请先确认它，从它起草公示公告，公示结束后再表彰。"),
            )
        ]
    return [*_beside(session, notice, listed)]


def grounds_ahead(session: Session, notices: Sequence[Notice]) -> None:
    """What is to be said of each of these first notices is asked for in a moment."""
    ids = {notice.campaign_id for notice in notices}
    in_force = list_in_force.each(session, ids)
    lists_of.ahead(session, [one for one, listed in in_force.items() if listed is None])
    published_whole_of.ahead(session, [listed.id for listed in in_force.values() if listed is not None])
    origin_row_of.ahead(session, [notice.id for notice in notices])


def list_named(session: Session, campaign: Campaign) -> dict[str, Any] | None:
    """The final list as an award names it; None where there is none."""
    listed = final_list_of(session, campaign.id)
    return {"id": listed.name, "sha256": listed.document_sha256} if listed else None


def _without_list(session: Session, campaign: Campaign) -> list[Problem]:
    made, scheme = lists_of(session, campaign.id), scheme_of(campaign.plan)
    if made:
        return [Problem("notice", _("名单 %(name)s 已经撤回，现在没有最终名单。", name=made[0].name), _ANEW)]
    if scheme.seats and scheme.criteria:
        return [Problem("notice", _("活动声明了按综合评定产生名单，而最终名单还没有确认。"), _ANEW)]
    return []


def _beside(session: Session, notice: Notice, listed: FinalList) -> Iterator[Problem]:
    origin, whole = origin_row_of(session, notice.id), published_whole_of(session, listed.id)
    if origin is None or origin.final_list_id != listed.id or notice.level != WHOLE:
        yield Problem(
            "notice",
            _(
                "第 %(n)s 号公告《%(title)s》不是最终名单 %(name)s 的公示。",
                n=notice.number,
                title=in_title_marks(notice.title),
                name=listed.name,
            ),
            _("请在第 %(n)s 号公告结束公示以后，表彰它的名单。", n=whole.number)
            if whole
            else _("请从最终名单起草公示公告，公示结束后再表彰。"),
        )
        return
    same = origin.document_sha256 == listed.document_sha256
    if not same or any(differences(session, notice, listed, text_of(notice))):
        yield Problem(
            "notice",
            _(
                "《%(title)s》的人选与最终名单 %(name)s 不一致。",
                title=in_title_marks(notice.title),
                name=listed.name,
            ),
            _("公示以后内容不能再改，请联系技术人员核对。"),
        )
