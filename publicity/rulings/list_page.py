"""The list of dockets as one official sees it: views, a notice's alone, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from voting_service.accounts.officials import ActingOfficial
from voting_service.campaigns.models import Campaign
from voting_service.candidates.models import Candidate
from voting_service.encryption import Keyring
from voting_service.text import Text, _

from ..docket.models import Objection
from ..docket.sealing import Heading, open_heading
from .listing import Listed, dockets_of
from .overdue import Today

PAGE = 50

VIEWS: dict[str, tuple[Text, Callable[[Listed, int], bool]]] = {
    "mine": (_("我承办的"), lambda one, me: one.pending and one.handled_by(me)),
    "confirming": (
        _("待我确认"),
        lambda one, me: one.pending and one.handled_by(me) and one.proposed_by not in (None, me),
    ),
    "unassigned": (_("未指派"), lambda one, _me: one.pending and not one.handlers),
    "overdue": (_("逾期"), lambda one, _me: one.late),
    "pending": (_("全部在办"), lambda one, _me: one.pending),
    "all": (_("全部"), lambda _one, _me: True),
}


@dataclass(frozen=True)
class Line:
    """One docket of the page."""

    docket: Listed
    heading: Heading
    candidate_name: str


@dataclass(frozen=True)
class ListPage:
    """What the list shows."""

    view: str
    views: list[tuple[str, Text, int]]
    """Name, words, how many."""
    notice: str
    """``slug/number``; empty for all."""
    notices: list[tuple[str, str]]
    """Those that have dockets: ``slug/number`` and title."""
    lines: list[Line]
    page: int
    pages: int


def list_page(
    session: Session, official: ActingOfficial, today: Today, keyring: Keyring, *, view: str, notice: str, page: int
) -> ListPage:  # fmt: skip
    """The page that was asked for; an unknown view or page is the nearest there is. Raises SealBroken."""
    known = dockets_of(session, official, today)
    notices = sorted({(_key(one), one.notice_title) for one in known})
    notice = notice if notice in dict(notices) else ""
    chosen = [one for one in known if not notice or _key(one) == notice]
    views = _views_for(official)
    counted = [
        (name, VIEWS[name][0], sum(VIEWS[name][1](one, official.id) for one in chosen)) for name in views
    ]
    view = view if view in views else next((name for name, _words, n in counted if n), views[0])
    shown = [one for one in chosen if VIEWS[view][1](one, official.id)]
    # What is still to be handled stands by what is due first; the rest by when it came.
    shown.sort(key=lambda one: (not one.pending, one.due.toordinal() if one.pending else 0))
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(page, 1), pages)
    lines = _lines(session, keyring, shown[(page - 1) * PAGE : page * PAGE])
    return ListPage(view, counted, notice, notices, lines, page, pages)


def _views_for(official: ActingOfficial) -> list[str]:
    handles, oversees = (
        official.has("handler", "committee"),
        official.has("committee", "operator", "supervisor"),
    )
    return [
        *(["mine", "confirming"] if handles else []),
        *(["unassigned", "overdue", "pending"] if oversees else ["overdue"]),
        "all",
    ]


def _key(one: Listed) -> str:
    return f"{one.slug}/{one.notice_number}"


def _lines(session: Session, keyring: Keyring, shown: list[Listed]) -> list[Line]:
    rows = session.scalars(
        select(Objection).where(Objection.docket_number.in_([one.number for one in shown]))
    )
    headings = {row.docket_number: open_heading(keyring, row) for row in rows}
    wanted = {(one.slug, headings[one.number].candidate) for one in shown}
    names = {
        (slug, number): name
        for slug, number, name in session.execute(
            select(Campaign.slug, Candidate.number, Candidate.name)
            .join(Campaign, Candidate.campaign_id == Campaign.id)
            .where(tuple_(Campaign.slug, Candidate.number).in_(wanted))
        )
    }
    return [
        Line(one, headings[one.number], names.get((one.slug, headings[one.number].candidate), ""))
        for one in shown
    ]
