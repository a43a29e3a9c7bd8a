"""Reminders of what waits on the docket: on the desk's first page for each official, and for ``doctor`` and ``/readyz``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from voting_service.accounts.desk_home import DeskLine, DeskSection, MakeSection
from voting_service.accounts.officials import ActingOfficial
from voting_service.database import Database
from voting_service.errors import Unavailable
from voting_service.findings import Finding
from voting_service.text import Text, _
from voting_service.workdays import Calendar
from voting_service.workdays.override_file import CalendarUnreadable

from ..docket.words import NEWS_WORDS
from .admission import STAFF, may_assign
from .listing import Listed, all_dockets, dockets_of
from .overdue import LATE, DueKind, Today, due_text


def desk_section(zone: ZoneInfo, calendar: Callable[[], Calendar]) -> MakeSection:
    """What waits on the docket for one official: for whoever handles, each docket; for whoever assigns or supervises, how many."""

    def make(session: Session, official: ActingOfficial, now: datetime) -> DeskSection | None:
        try:
            today = Today(now, zone, calendar())
        except CalendarUnreadable:
            return _undated(official)
        known = [one for one in dockets_of(session, official, today) if one.pending]
        lines = [*_own(known, official), *_overseen(known, official)]
        return DeskSection(_("案卷"), tuple(lines)) if lines else None

    return make


def _undated(official: ActingOfficial) -> DeskSection | None:
    """Where working days cannot be reckoned: nobody is told that nothing waits."""
    if not official.has(*STAFF):
        return None
    text = _("放假安排有错，算不出期限，改好以前看不到哪些案卷等您处理")
    return DeskSection(_("案卷"), (DeskLine(text, "/desk/dockets", True),))


def _own(known: list[Listed], official: ActingOfficial) -> Iterator[DeskLine]:
    for one in known:
        if not one.handled_by(official.id):
            continue
        if one.proposed_by not in (None, official.id):
            yield _line(one, _("处理意见待您确认"))
        elif one.proposed_by is None:
            told = next((due_text(due) for due in one.dues if due.kind != "unanswered"), None)
            yield _line(one, told or (_("待审查") if one.state == "received" else _("办理中")))
        elif one.news:
            yield _line(one, _("处理意见待另一人确认"))


def _line(one: Listed, told: Text) -> DeskLine:
    news = NEWS_WORDS.get(one.news)
    text = (
        _("%(number)s：%(news)s；%(what)s", number=one.number, news=news, what=told)
        if news
        else _("%(number)s：%(what)s", number=one.number, what=told)
    )
    return DeskLine(text, f"/desk/dockets/{one.number}", one.late)


def _overseen(known: list[Listed], official: ActingOfficial) -> Iterator[DeskLine]:
    overseen = [one for one in known if official.may(one.slug, "committee", "operator", "supervisor")]
    unassigned = [one for one in overseen if not one.handlers and may_assign(official, one.slug)]
    if unassigned:
        yield DeskLine(_("%(n)s 件未指派", n=len(unassigned)), "/desk/dockets?view=unassigned", True)
    if late := [one for one in overseen if one.late]:
        yield DeskLine(_("%(n)s 件逾期", n=len(late)), "/desk/dockets?view=overdue", True)


def probe_dockets(
    database: Database, zone: ZoneInfo, calendar: Callable[[], Calendar], now: datetime
) -> Iterator[Finding]:
    """How many dockets are late, unassigned or wait for an answer: numbers, since anyone may ask ``/readyz``."""
    try:
        with database.read() as session:
            listed = all_dockets(session, Today(now, zone, calendar()), pending=True)
    except Unavailable:
        return  # the working days' table, or the database: each has a finding of its own
    counts: Counter[DueKind] = Counter(due.kind for one in listed for due in one.dues)
    if not listed:
        return
    told = [
        _("逾期 %(late)s 件，未指派 %(unassigned)s 件，提问未答 %(unanswered)s 件",
          late=sum(counts[kind] for kind in LATE), unassigned=counts["unassigned"],
          unanswered=counts["unanswered"]),
    ]  # fmt: skip
    late = any(counts[kind] for kind in (*LATE, "unassigned"))
    yield Finding(
        "warning" if late else "ok",
        "dockets_overdue" if late else "dockets",
        _("案卷：在办 %(n)s 件，%(what)s。", n=len(listed), what=told[0]),
        _("请在工作台的“案卷”中办理，或运行 voting-service dockets overdue 查看是哪几件。") if late else None,
    )
