"""Minutes: frozen as one document with the whole text in it, then confirmed by those who were there, each by its hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from ..accounts.officials import ActingOfficial
from ..activity import journal
from ..campaigns.models import Campaign
from ..clock import spoken_in_full
from ..documents.official_text import Block, Heading, OfficialText, Paragraph, Table
from ..errors import Problem, ProblemsFound
from ..text import _
from ..transparency.entries import canonical_json
from .drafting import line_problems
from .models import Minutes, MinutesConfirmation, MinutesSigner
from .rules import LONGEST_REMARK


@dataclass(frozen=True)
class Confirmation:
    """One who was there, and what they said of the minutes."""

    official_id: int
    name: str
    at: datetime | None
    """None where they have not confirmed."""
    remark: str


@dataclass(frozen=True)
class MinutesOnShow:
    """Minutes as pages and files show them."""

    text: OfficialText
    sha256: str
    needed: int
    """So many confirmations complete them."""
    signers: tuple[Confirmation, ...]

    @property
    def confirmed(self) -> tuple[Confirmation, ...]:
        """Those who have confirmed, in that order."""
        done = [(one.at, one.official_id, one) for one in self.signers if one.at is not None]
        return tuple(one for _at, _id, one in sorted(done))

    @property
    def complete(self) -> bool:
        """Whether enough have."""
        return len(self.confirmed) >= self.needed

    def waits_for(self, official_id: int) -> bool:
        """Whether this one was there and has not confirmed."""
        return any(one.official_id == official_id and one.at is None for one in self.signers)

    def printed(self, zone: ZoneInfo) -> OfficialText:
        """The text with its confirmations and its hash, as PDF and Word have it."""
        head = _("已由 %(n)s 人确认（需要 %(needed)s 人）。", n=len(self.confirmed), needed=self.needed)
        blocks: list[Block] = [*self.text.blocks, Heading(str(_("确认情况"))), Paragraph(str(head))]
        rows = tuple(
            (one.name, str(spoken_in_full(one.at.astimezone(zone))), one.remark)
            for one in self.confirmed
            if one.at is not None
        )
        if rows:
            heads = (str(_("姓名")), str(_("确认时间")), str(_("说明")))
            blocks.append(Table(heads, rows, (1.6, 3.0, 4.0)))
        foot = _(
            "本纪要由系统根据签到和票数自动生成，以各人登录后逐一确认代替签字。正文的 SHA-256：%(sha256)s",
            sha256=self.sha256,
        )
        return replace(self.text, blocks=tuple(blocks), footnote=str(foot))


def freeze_minutes(
    session: Session, campaign_id: int, kind: str, number: int, document: Mapping[str, Any], *,
    signers: Mapping[int, str], needed: int, at: datetime,
) -> Minutes:  # fmt: skip
    """Freeze a document whose ``text`` is an official text (``text_to_json``). ``signers``: official → name. The caller
    commits. Raises EntryInvalid for what has no canonical form."""
    data = canonical_json(dict(document))
    minutes = Minutes(
        campaign_id=campaign_id, kind=kind, number=number, document=data, sha256=sha256(data).hexdigest(),
        needed=needed, made_at=at,
    )  # fmt: skip
    session.add(minutes)
    session.flush()
    session.add_all(
        MinutesSigner(campaign_id=campaign_id, kind=kind, number=number, official_id=one, name=name)
        for one, name in signers.items()
    )
    session.flush()
    return minutes


def confirm_minutes(
    session: Session, slug: str, minutes: Minutes, *, seen: str, remark: str, at: datetime, official: ActingOfficial
) -> None:  # fmt: skip
    """Confirm what one has read: once, and only who was there. ``seen``: the hash on the page. The caller has locked motion
    or campaign, and commits. Raises ProblemsFound."""
    key = (minutes.campaign_id, minutes.kind, minutes.number, official.id)
    found = []
    if session.get(MinutesSigner, key) is None:
        found.append(Problem("", _("只有出席的评委可以确认这份纪要。")))
    elif session.get(MinutesConfirmation, key) is not None:
        found.append(Problem("", _("您已经确认过。")))
    if seen != minutes.sha256:
        found.append(Problem("", _("这份纪要与您刚才看到的不同，请重新核对。")))
    if remark.strip():
        found += line_problems("remark", remark, LONGEST_REMARK, _("请写说明。"))
    if found:
        raise ProblemsFound(found)
    session.add(
        MinutesConfirmation(
            campaign_id=minutes.campaign_id, kind=minutes.kind, number=minutes.number, official_id=official.id,
            at=at, sha256=minutes.sha256, remark=remark.strip(),
        )
    )  # fmt: skip
    journal(session, at=at, actor=official.name, act="confirm_minutes", subject=slug,
            details={"kind": minutes.kind, "number": minutes.number, "sha256": minutes.sha256})  # fmt: skip


def minutes_row(session: Session, campaign_id: int, kind: str, number: int) -> Minutes | None:
    """The minutes of a motion or a certification; None as long as there are none."""
    return session.get(Minutes, (campaign_id, kind, number))


def minutes_on_show(session: Session, campaign_id: int, kind: str, number: int) -> MinutesOnShow | None:
    """The same with its text and who has confirmed."""
    minutes = minutes_row(session, campaign_id, kind, number)
    if minutes is None:
        return None
    rows = session.execute(
        select(
            MinutesSigner.official_id,
            MinutesSigner.name,
            MinutesConfirmation.at,
            MinutesConfirmation.remark,
        )
        .outerjoin(MinutesConfirmation, _same_place())
        .where(MinutesSigner.campaign_id == campaign_id, MinutesSigner.kind == kind)
        .where(MinutesSigner.number == number)
        .order_by(MinutesSigner.official_id)
    )
    signers = tuple(Confirmation(one, name, at, remark or "") for one, name, at, remark in rows)
    text = text_from_json(json.loads(minutes.document)["text"])
    return MinutesOnShow(text, minutes.sha256, minutes.needed, signers)


def unconfirmed_by(session: Session, kind: str, official_id: int) -> list[tuple[str, int]]:
    """Campaign and number of the minutes that wait for somebody's confirmation."""
    rows = session.execute(
        select(Campaign.slug, MinutesSigner.number)
        .join(Campaign, Campaign.id == MinutesSigner.campaign_id)
        .outerjoin(MinutesConfirmation, _same_place())
        .where(MinutesSigner.kind == kind, MinutesSigner.official_id == official_id)
        .where(MinutesConfirmation.official_id.is_(None))
        .order_by(MinutesSigner.campaign_id, MinutesSigner.number)
    )
    return [(slug, number) for slug, number in rows]


def _same_place() -> ColumnElement[bool]:
    return and_(
        MinutesConfirmation.campaign_id == MinutesSigner.campaign_id,
        MinutesConfirmation.kind == MinutesSigner.kind,
        MinutesConfirmation.number == MinutesSigner.number,
        MinutesConfirmation.official_id == MinutesSigner.official_id,
    )


def text_to_json(text: OfficialText) -> dict[str, Any]:
    """An official text as canonical JSON can hold it; column widths are left to the printer."""
    blocks: list[dict[str, Any]] = []
    for block in text.blocks:
        match block:
            case Heading():
                blocks.append({"heading": block.text})
            case Paragraph():
                blocks.append({"paragraph": block.text})
            case Table():
                blocks.append({"head": list(block.head), "rows": [list(row) for row in block.rows]})
    return {
        "title": text.title,
        "number": text.number,
        "blocks": blocks,
        "signed": text.signed,
        "dated": text.dated,
    }


def text_from_json(plain: Mapping[str, Any]) -> OfficialText:
    """The text from ``text_to_json``'s form."""
    return OfficialText(
        title=plain["title"], number=plain["number"], signed=plain["signed"], dated=plain["dated"],
        blocks=tuple(map(_block, plain["blocks"])),
    )  # fmt: skip


def _block(plain: Mapping[str, Any]) -> Block:
    if "heading" in plain:
        return Heading(plain["heading"])
    if "paragraph" in plain:
        return Paragraph(plain["paragraph"])
    return Table(tuple(plain["head"]), tuple(map(tuple, plain["rows"])))
