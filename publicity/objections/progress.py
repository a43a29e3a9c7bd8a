"""What an objector sees on coming back: where it stands, in plain steps, and every entry that is shown to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from voting_service.encryption import Keyring
from voting_service.text import Text, _

from ..docket.lodging import Books, is_provisional
from ..docket.models import ACCEPTED, ONLINE, PENDING, RECEIVED, DocketAttachment, Objection
from ..docket.offers import on_offer
from ..docket.queries import objection_by_number
from ..docket.sealing import Matter, open_body, open_heading, open_matter
from ..docket.words import (
    DECLINE_WORDS,
    GROUND_WORDS,
    SHOWN_ACT_WORDS,
    SHOWN_CAME_BY_WORDS,
    STATE_WORDS,
)
from ..notices.rules import acceptance
from .following import question_open


@dataclass(frozen=True)
class Step:
    """One of the three steps: received, taken up, concluded."""

    name: Text
    at: datetime | None
    """When it was done."""
    due: date | None
    """By when it is to be done, while it is not."""
    provisional: bool = False
    here: bool = False
    """Whether this is where it stands."""
    day_only: bool = False
    """Whether nobody knows the hour: it was entered by an official."""
    good: bool = True
    """Whether it is a step ahead; not so where it ends without being looked into."""

    @property
    def done(self) -> bool:
        """Whether it is behind us."""
        return self.at is not None


@dataclass(frozen=True)
class EntryShown:
    """One entry, as the objector reads it."""

    at: datetime
    words: Text
    by_objector: bool
    body: str
    files: int
    answer: bool = False
    """Whether this is the written answer, which there is as a letter too."""


@dataclass(frozen=True)
class Progress:
    """A whole docket as its objector sees it."""

    docket_number: str
    campaign: object
    notice_number: int
    notice_title: str
    about: str
    ground: Text
    state: str
    state_words: Text
    steps: tuple[Step, ...]
    entries: tuple[EntryShown, ...]
    matter: Matter
    """What they wrote when they lodged it. Who they are is not shown again."""
    anonymous: bool
    question: str | None
    """What a handler asks and has no answer yet."""
    pending: bool
    declined: Text | None
    """Of which class the reason is for which it was not taken up."""
    may_lodge_again: bool
    """Whether the notice still takes objections."""
    contacts: tuple[dict[str, str], ...]


def progress(session: Session, books: Books, docket_number: str) -> Progress:
    """For the objector. Raises NotFound, SealBroken."""
    objection = objection_by_number(session, docket_number)
    keyring, notice = books.keyring, objection.notice
    heading, offered = open_heading(keyring, objection), on_offer(notice)
    about = {person.number: person.name for person in offered.offer.people}
    entries = _entries(session, keyring, objection)
    questions = [entry.body for entry in entries if not entry.by_objector and entry.words == _ASKED]
    return Progress(
        docket_number=docket_number,
        campaign=notice.campaign,
        notice_number=notice.number,
        notice_title=notice.title,
        about=about.get(heading.candidate, str(heading.candidate)),
        ground=GROUND_WORDS[heading.ground],
        state=objection.state,
        state_words=STATE_WORDS[objection.state],
        steps=_steps(books, objection),
        entries=entries,
        matter=open_matter(keyring, objection),
        anonymous=objection.kind == "anonymous",
        question=questions[-1] if questions and question_open(session, objection) else None,
        pending=objection.state in PENDING,
        declined=DECLINE_WORDS[objection.decline_class] if objection.decline_class else None,
        may_lodge_again=acceptance(notice, books.clock.now()) == "open",
        contacts=offered.contacts,
    )


_ASKED = SHOWN_ACT_WORDS["asked"]


def _entries(session: Session, keyring: Keyring, objection: Objection) -> tuple[EntryShown, ...]:
    counted = session.execute(
        select(DocketAttachment.seq, func.count())
        .where(DocketAttachment.objection_id == objection.id)
        .group_by(DocketAttachment.seq)
    )
    files: dict[int, int] = {seq: count for seq, count in counted}  # noqa: C416 - rows are no pairs to mypy
    return tuple(
        EntryShown(
            at=entry.at,
            words=_words(objection, entry.act),
            by_objector=entry.party == "objector",
            body=open_body(keyring, objection.docket_number, entry),
            files=files.get(entry.seq, 0),
            answer=entry.act == "replied",
        )
        for entry in objection.entries
        if entry.shown_to_objector
    )


def _words(objection: Objection, act: str) -> Text:
    if act == "lodged" and objection.came_by != ONLINE:
        return SHOWN_CAME_BY_WORDS[objection.came_by]
    return SHOWN_ACT_WORDS[act]


def _steps(books: Books, objection: Objection) -> tuple[Step, ...]:
    state, received = objection.state, objection.received_at
    if objection.withdrawn_at:
        return (
            Step(_("已收到"), received, None, day_only=objection.came_by != ONLINE),
            Step(_("您已撤回"), objection.withdrawn_at, None, here=True, good=False),
        )

    def provisional(due: date) -> bool:
        return is_provisional(books, received, due)

    first = Step(_("已收到"), received, None, here=state == RECEIVED, day_only=objection.came_by != ONLINE)
    if state == "declined":
        return first, Step(_("不予受理"), objection.taken_up_at, None, here=True, good=False)
    taken_up = Step(
        _("审查是否受理") if state == RECEIVED else _("已受理"),
        objection.taken_up_at,
        objection.decide_by,
        provisional(objection.decide_by),
        here=state == ACCEPTED,
    )
    over = objection.ruled_at is not None
    last = Step(
        _("处理完毕") if over else _("核查并作出处理"),
        objection.ruled_at,
        objection.reply_by,
        provisional(objection.reply_by),
        here=over,
    )
    return first, taken_up, last
