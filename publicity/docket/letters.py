"""The reply to an objector as an official letter (关于对…所提异议的答复), for handlers and for the objector's own page alike.

Nobody's name stands in it: it goes to whoever holds docket number and passcode, and may be left lying about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voting_service.clock import spoken_day
from voting_service.documents.official_text import OfficialText, Paragraph
from voting_service.names import in_title_marks
from voting_service.text import Text, _

from .models import DISMISSED, UPHELD

_TEMPLATES: dict[str, Text] = {
    UPHELD: _(
        "经核查，您反映的情况属实，异议成立。我们将按照评选办法对公示对象作出相应处理，处理结果以补充公示的方式公布。\n"
        "感谢您对评选工作的监督。"
    ),
    DISMISSED: _(
        "经核查，没有发现您反映的情况，或者您反映的情况不影响公示对象的参评资格，异议不成立。\n"
        "感谢您对评选工作的监督。"
    ),
}


@dataclass(frozen=True)
class ReplyFrame:
    """What stands around a reply."""

    docket_number: str
    notice_title: str
    organiser: str
    received: datetime
    """Local time, as ``replied``."""
    replied: datetime
    """When it was ruled; for a preview, now."""


def reply_template(outcome: str) -> Text:
    """What a handler begins with, by outcome; they are expected to write what was found."""
    return _TEMPLATES[outcome]


def reply_title(notice_title: str) -> Text:
    """``关于对《……拟定人选的公示》所提异议的答复``."""
    return _("关于对《%(notice)s》所提异议的答复", notice=in_title_marks(notice_title))


def reply_letter(frame: ReplyFrame, reply: str) -> OfficialText:
    """The letter. ``reply``: its body as it was written, a line a paragraph."""
    opening = _(
        "您于%(day)s对《%(notice)s》提出的异议（受理编号 %(number)s）收悉。现答复如下：",
        day=spoken_day(frame.received), notice=in_title_marks(frame.notice_title), number=frame.docket_number,
    )  # fmt: skip
    body = [line.strip() for line in reply.splitlines() if line.strip()]
    return OfficialText(
        title=str(reply_title(frame.notice_title)),
        blocks=(
            Paragraph(str(_("异议人：")), indent=False),
            Paragraph(str(opening)),
            *(Paragraph(line) for line in body),
            Paragraph(str(_("特此答复。"))),
        ),
        signed=frame.organiser,
        dated=str(spoken_day(frame.replied)),
        number=frame.docket_number,
    )
