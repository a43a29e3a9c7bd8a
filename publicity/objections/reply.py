"""The written answer as its objector takes it along: the same letter that the handlers have, made of what was entered for them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from voting_service.documents.official_text import OfficialText

from ..docket.letters import ReplyFrame, reply_letter
from ..docket.lodging import Books
from ..docket.queries import objection_by_number
from ..docket.sealing import open_body


def letter_to_objector(session: Session, books: Books, docket_number: str) -> OfficialText | None:
    """The letter of one docket; None where nothing was answered in writing. Raises NotFound, SealBroken."""
    objection = objection_by_number(session, docket_number)
    answers = [entry for entry in objection.entries if entry.act == "replied" and entry.shown_to_objector]
    if not answers:
        return None
    notice = objection.notice
    frame = ReplyFrame(
        docket_number=docket_number,
        notice_title=notice.title,
        organiser=notice.campaign.organiser,
        received=objection.received_at.astimezone(books.zone),
        replied=answers[-1].at.astimezone(books.zone),
    )
    return reply_letter(frame, open_body(books.keyring, docket_number, answers[-1]))
