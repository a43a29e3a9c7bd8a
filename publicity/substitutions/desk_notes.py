"""What a notice's page on the desk says of its objections and of its list as it stands now."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.text import _, enumerated

from ..docket.queries import statistics
from ..notices.desk_links import NoticeNote
from ..notices.models import Notice
from .proposing import upheld_dockets
from .standing import list_of
from .waiting import substitutions_url


def objection_notes(session: Session, notice: Notice, _official: ActingOfficial) -> Iterator[NoticeNote]:
    """How many came, how many are still to be handled."""
    found = statistics(session, notice.id)
    if not found.received:
        yield NoticeNote(_("异议"), _("没有收到"))
        return
    told = (
        _("收到 %(n)s 件，%(pending)s 件没有办结", n=found.received, pending=found.pending)
        if found.pending
        else _("收到 %(n)s 件，全部办结", n=found.received)
    )
    yield NoticeNote(_("异议"), told, dockets_url(notice))


def list_notes(session: Session, notice: Notice, official: ActingOfficial) -> Iterator[NoticeNote]:
    """Objections that were upheld and have led to nothing, who is on the list now, and who may still take a place."""
    standing = list_of(session, notice.campaign.slug, notice.number)
    url = substitutions_url(notice.campaign.slug, notice.number)
    if waiting := upheld_dockets(session, standing, official):
        yield NoticeNote(_("异议成立"), _("%(n)s 件，名单还没有变动", n=len(waiting)), url, urgent=True)
    yield NoticeNote(_("名单现有"), _("%(n)s 人", n=len(standing.people())), url)
    reserve = enumerated(standing.called(number) for number in standing.reserve)
    yield NoticeNote(_("递补名单"), reserve or _("没有人"))


def dockets_url(notice: Notice) -> str:
    """The list of a notice's dockets."""
    return f"/desk/dockets?view=all&notice={notice.campaign.slug}/{notice.number}"
