"""The acknowledgement to keep: in words for the page, and as a picture for a phone's album."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from voting_service.clock import spoken_day, spoken_in_full
from voting_service.documents.picture import draw_card
from voting_service.text import Text, _
from voting_service.workdays.wording import spoken_date

from .lodging import Lodged
from .models import ONLINE, Objection
from .numbers import shown_passcode
from .offers import on_offer


@dataclass(frozen=True)
class Shown:
    """What the page shows."""

    docket_number: str
    passcode: str
    received: Text
    due_label: Text
    """What is due then: an answer, or where none was promised, that it is dealt with."""
    due: Text
    answered: bool
    """Whether an answer was promised."""
    notice_title: str
    phone: str
    """The office's; empty where the notice names none."""
    address: str
    """Where one comes back to."""
    picture: str
    """The card as a ``data:`` address: no address of ours ever leads to it."""
    copied: str
    """What the copy button copies."""


def shown(
    done: Lodged, objection: Objection, zone: ZoneInfo, address: str, say: Callable[[Text], str]
) -> Shown:
    """Of one that was taken, as it is kept. ``address``: of the page on which one comes back; ``say``: in whose language the
    card is."""
    local = done.received_at.astimezone(zone)
    received = spoken_in_full(local) if done.came_by == ONLINE else spoken_day(local)
    passcode, due = shown_passcode(done.passcode), due_text(done)
    notice, answered = on_offer(objection.notice), objection.worth == "answered"
    due_label = _("答复期限") if answered else _("办理期限")
    phone = next((office["phone"] for office in notice.contacts if "phone" in office), "")
    rows = [
        (say(_("公示")), notice.title),
        (say(_("受理编号")), done.docket_number),
        (say(_("查询码")), passcode),
        (say(_("收到时间")), say(received)),
        (say(due_label), say(due)),
        *([(say(_("受理部门电话")), phone)] if phone else []),
    ]
    notes = [
        say(_("凭受理编号和查询码，可以查看进度、补充材料、回答提问、撤回。")),
        *([] if answered else [say(_("这类异议不单独书面答复，办理结果请凭编号和查询码查看。"))]),
        say(_("查询码只显示这一次，请妥善保存，不要给别人看。")),
    ]
    scan = say(_("扫码或打开下面的网址，输入编号和查询码："))
    card = draw_card(say(_("异议受理凭证")), rows, notes, address, scan)
    kept = [*rows, (say(_("查询网址")), address)]
    return Shown(
        docket_number=done.docket_number,
        passcode=passcode,
        received=received,
        due_label=due_label,
        due=due,
        answered=answered,
        notice_title=notice.title,
        phone=phone,
        address=address,
        picture="data:image/png;base64," + base64.b64encode(card).decode(),
        copied="\n".join(say(_("%(label)s：%(value)s", label=label, value=value)) for label, value in kept),
    )


def due_text(done: Lodged) -> Text:
    """By when it is answered or dealt with: ``2026年4月30日前``."""
    day = spoken_date(done.reply_by, year=True)
    if done.provisional:
        return _("%(day)s前（暂定，以放假安排公布后为准）", day=day)
    return _("%(day)s前", day=day)
