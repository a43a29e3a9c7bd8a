"""What the committee is asked about a list."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from ...committee.suggested import SuggestedQuestion
from ...errors import NotFound
from ...text import _
from .desk_page import questions_of
from .models import PROPOSED
from .queries import list_by_number

_SUBJECT = re.compile(r"final-list-([1-9][0-9]{0,8})")


def question_about(session: Session, slug: str, subject: str) -> SuggestedQuestion | None:
    """Whoever votes on a phone sees whom it is about. None where there is no such list that waits."""
    named = _SUBJECT.fullmatch(subject)
    try:
        row = list_by_number(session, slug, int(named[1])) if named else None
    except NotFound:
        return None
    if row is None or row.state != PROPOSED:
        return None
    return SuggestedQuestion(_("最终名单 %(number)s", number=row.name), questions_of(row))
