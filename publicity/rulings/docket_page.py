"""What stands on a docket's page: which steps its reader can take now, what is late, and the letter as it would go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voting_service.accounts.officials import ActingOfficial
from voting_service.documents.official_text import OfficialText
from voting_service.text import Text, _

from ..docket.letters import ReplyFrame, reply_letter
from ..docket.models import PENDING, RECEIVED
from ..docket.words import ACT_WORDS, lodged_words
from .admission import may_assign
from .overdue import Due, Standing, Today, dues, late_by
from .reading import Contents, Said, Step, Summary

NOTHING_SAID = Said("", ())

DONE: dict[str, Text] = {
    "assign": _("已指派。"),
    "release": _("已解除指派。"),
    "stand_aside": _("您已回避，这件案卷不再向您显示。"),
    "mark_recused": _("已登记回避。"),
    "accept": _("已受理，异议人可以查到。"),
    "decline": _("已作不予受理，异议人可以看到理由。"),
    "ask": _("已提问，异议人用受理编号和查询码回来时会看到。"),
    "record_finding": _("已记入案卷，异议人看不到。"),
    "propose": _("处理意见已提出，等待另一名承办人员确认。"),
    "confirm": _("处理决定已作出。"),
    "send_back": _("已退回处理意见。"),
}
"""What is said above the page after a step, by the names of the verbs."""


@dataclass(frozen=True)
class ShownStep:
    """One line of the docket's record."""

    step: Step
    words: Text
    late: int | None
    """Working days late; None where it was in time, or has no day on which it is due."""
    said: Said
    """Empty for whoever may not read it."""


def possible_steps(summary: Summary, official: ActingOfficial, *, readable: bool) -> frozenset[str]:
    """What this official can do with the docket as it stands, by the names of the verbs."""
    found: set[str] = set()
    pending = summary.state in PENDING
    if may_assign(official, summary.slug):
        found |= {"mark_recused", "release"} | ({"assign"} if pending else set())
    if not readable or not pending:
        return frozenset(found)
    found |= {"ask", "record_finding", "stand_aside"}
    if summary.state == RECEIVED:
        found |= {"accept", "decline"}
    elif summary.proposed_by is None:
        found.add("propose")
    elif summary.proposed_by != official.id:
        found |= {"send_back"} | ({"confirm"} if summary.author_handles else set())
    return frozenset(found)


def shown_steps(summary: Summary, contents: Contents | None, today: Today) -> list[ShownStep]:
    """The record, in order; what was said only where the reader handles the docket."""
    said = contents.said if contents else {}
    return [
        ShownStep(step, _words(step, summary), _late(step, summary, today), said.get(step.seq, NOTHING_SAID))
        for step in summary.steps
    ]


def _words(step: Step, summary: Summary) -> Text:
    return lodged_words(summary.came_by) if step.act == "lodged" else ACT_WORDS[step.act]


def _late(step: Step, summary: Summary, today: Today) -> int | None:
    due = {"accepted": summary.decide_by, "declined": summary.decide_by, "ruled": summary.reply_by}.get(
        step.act
    )
    return late_by(due, today.on(step.at), today) if due else None


def found_so_far(summary: Summary, contents: Contents) -> str:
    """What was recorded of the facts, in order: what a proposal begins with."""
    found = (contents.said[step.seq].body for step in summary.steps if step.act == "found")
    return "\n".join(found)


def late_text(workdays: int) -> Text:
    """That a step was taken late."""
    return _("逾期 %(n)s 个工作日", n=workdays) if workdays else _("逾期")


def dues_of(summary: Summary, today: Today) -> tuple[Due, ...]:
    """What is late or waits, from the docket's own page. Questions are seen in the record itself."""
    standing = Standing(
        state=summary.state, received=today.on(summary.received_at), decide_by=summary.decide_by,
        reply_by=summary.reply_by, handled=any(one.handles for one in summary.assigned),
    )  # fmt: skip
    return dues(standing, today)


def letter_of(summary: Summary, reply: str, replied: datetime, today: Today) -> OfficialText:
    """The reply as it goes out, or would."""
    frame = ReplyFrame(
        docket_number=summary.number, notice_title=summary.notice_title, organiser=summary.organiser,
        received=summary.received_at.astimezone(today.zone), replied=replied.astimezone(today.zone),
    )  # fmt: skip
    return reply_letter(frame, reply)
