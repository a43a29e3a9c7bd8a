"""The acknowledgement to keep: in words for the page, and as a picture for a phone's album."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from voting_service.clock import spoken_in_full
from voting_service.text import Text, _
from voting_service.workdays.wording import spoken_date

from ..docket.numbers import shown_passcode
from ..documents.picture import draw_card
from .lodge import Lodged


@dataclass(frozen=True)
class Shown:
    """What the page shows."""

    docket_number: str
    passcode: str
    received: Text
    reply_due: Text
    picture: str
    """The card as a ``data:`` address: no address of ours ever leads to it."""
    copied: str
    """What the copy button copies."""


def shown(done: Lodged, campaign_title: str, zone: ZoneInfo, say: Callable[[Text], str]) -> Shown:
    """Of one that was taken. ``say``: in whose language the card is."""
    received = spoken_in_full(done.received_at.astimezone(zone))
    passcode, due = shown_passcode(done.passcode), due_text(done)
    rows = [
        (say(_("受理编号")), done.docket_number),
        (say(_("查询码")), passcode),
        (say(_("收到时间")), say(received)),
        (say(_("答复期限")), say(due)),
    ]
    notes = [
        say(_("凭受理编号和查询码，可以查看进度、补充材料、回答提问、撤回。")),
        say(_("查询码只显示这一次，请妥善保存，不要给别人看。")),
    ]
    card = draw_card(say(_("异议受理凭证")), [(say(_("评选活动")), campaign_title), *rows], notes)
    return Shown(
        docket_number=done.docket_number,
        passcode=passcode,
        received=received,
        reply_due=due,
        picture="data:image/png;base64," + base64.b64encode(card).decode(),
        copied="\n".join(say(_("%(label)s：%(value)s", label=label, value=value)) for label, value in rows),
    )


def due_text(done: Lodged) -> Text:
    """By when a reply is due: ``2026年4月30日前``."""
    day = spoken_date(done.reply_by, year=True)
    if done.provisional:
        return _("%(day)s前（暂定，以放假安排公布后为准）", day=day)
    return _("%(day)s前", day=day)
