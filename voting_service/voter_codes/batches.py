"""Making batches of codes and revoking codes. Codes in the clear are given to the caller, who prints them once; only
digests are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from ..activity import journal
from ..campaigns.models import CLOSED, Campaign
from ..campaigns.queries import campaign_by_slug
from ..errors import Problem, ProblemsFound
from ..legible import is_legible
from ..text import Text, _
from ..web.identities import CODE, MEMBER
from .code_text import new_code
from .digests import CodeDigests
from .models import CodeBatch, VoterCode

LARGEST = 100_000
"""Codes in a batch."""
LONGEST_UNIT = 60
_AT_ONCE = 5_000

Progress = Callable[[int, int], None]


class Card(NamedTuple):
    """One code in the clear, on its way to the print sheet and nowhere else."""

    serial: int
    code: str
    member_number: str = ""


class Batch(NamedTuple):
    """A batch that was just made."""

    number: int
    identity: str
    unit: str
    cards: Sequence[Card]


class BatchLine(NamedTuple):
    """What a list says of a batch. How many of its codes were used is not known here, and none is told apart."""

    number: int
    identity: str
    unit: str
    size: int
    revoked: int
    made_at: datetime


def make_batch(
    session: Session, slug: str, unit: str, count: int, digests: Callable[[Campaign], CodeDigests], *, at: datetime,
    actor: str, progress: Progress | None = None,
) -> Batch:  # fmt: skip
    """Make codes for a unit, good for whoever holds them. Raises ProblemsFound. The caller prints them before it
    commits: a code that nobody has on paper is no use, and one on paper that is not here is refused."""
    campaign = campaign_by_slug(session, slug, lock=True)
    problems = [*campaign_problems(campaign, CODE), *unit_problems(unit.strip()), *actor_problems(actor)]
    if not 1 <= count <= LARGEST:
        problems.append(Problem("count", _("每批 1 到 %(most)s 个投票码。", most=LARGEST)))
    if problems:
        raise ProblemsFound(problems)
    cards = [Card(serial, code) for serial, code in enumerate(fresh_codes(count), 1)]
    made = store(session, campaign, CODE, unit.strip(), cards, digests(campaign), at=at, progress=progress)
    journal(session, at=at, actor=actor.strip(), act="make_codes", subject=slug,
            details={"batch": made.number, "unit": made.unit, "codes": count})  # fmt: skip
    return made


def store(
    session: Session, campaign: Campaign, identity: str, unit: str, cards: Sequence[Card], digests: CodeDigests, *,
    at: datetime, member_ids: Sequence[int | None] | None = None, progress: Progress | None = None,
) -> Batch:  # fmt: skip
    """Keep the digests of these cards as the campaign's next batch."""
    latest = session.scalar(select(func.max(CodeBatch.number)).where(CodeBatch.campaign_id == campaign.id))
    batch = CodeBatch(
        campaign_id=campaign.id,
        number=(latest or 0) + 1,
        identity=identity,
        unit=unit,
        size=len(cards),
        made_at=at,
    )
    session.add(batch)
    session.flush()
    owners = member_ids or [None] * len(cards)
    for start in range(0, len(cards), _AT_ONCE):
        rows: list[dict[str, Any]] = [
            {
                "batch_id": batch.id,
                "serial": card.serial,
                "campaign_id": campaign.id,
                "digest": digests.code(card.code),
                "member_id": owner,
            }
            for card, owner in zip(
                cards[start : start + _AT_ONCE], owners[start : start + _AT_ONCE], strict=True
            )
        ]
        session.execute(insert(VoterCode), rows)
        if progress:
            progress(min(start + _AT_ONCE, len(cards)), len(cards))
    return Batch(batch.number, identity, unit, cards)


def fresh_codes(count: int) -> list[str]:
    """So many codes, no two the same."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[new_code()] = None
    return list(codes)


def revoke_codes(
    session: Session,
    slug: str,
    number: int,
    serials: Collection[int],
    *,
    at: datetime,
    actor: str,
    reason: str,
) -> int:
    """Let a batch, or these serials of it, no longer be entered; a ballot that was cast stays as it is. Gives how many
    codes it ended. Raises ProblemsFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    found = session.scalar(
        select(CodeBatch).where(CodeBatch.campaign_id == campaign.id, CodeBatch.number == number)
    )
    problems = [*actor_problems(actor), *reason_problems(reason)]
    if found is None:
        problems.append(
            Problem(
                "batch",
                _("没有第 %(number)s 批投票码。", number=number),
                _("可用 voting-service codes list 查看。"),
            )
        )
    else:
        problems += [
            Problem("serial", _("第 %(number)s 批没有第 %(serial)s 张。", number=number, serial=serial))
            for serial in sorted(set(serials))
            if not 1 <= serial <= found.size
        ]
    if problems or found is None:
        raise ProblemsFound(problems)
    which = [VoterCode.batch_id == found.id]
    if serials:
        which.append(VoterCode.serial.in_(set(serials)))
    ended = end_codes(session, *which, at=at)
    if not ended:
        raise ProblemsFound([Problem("batch", _("这些投票码先前已经作废，没有可作废的。"))])
    journal(session, at=at, actor=actor.strip(), act="revoke_codes", subject=slug,
            details={"batch": number, "serials": sorted(set(serials)) or "all", "codes": ended,
                     "reason": reason.strip()})  # fmt: skip
    return ended


def end_codes(session: Session, *which: Any, at: datetime) -> int:
    """Mark those codes as revoked that are not yet. Gives how many."""
    live = session.scalar(
        select(func.count()).select_from(VoterCode).where(*which, VoterCode.revoked_at.is_(None))
    )
    session.execute(update(VoterCode).where(*which, VoterCode.revoked_at.is_(None)).values(revoked_at=at))
    return live or 0


def batch_lines(session: Session, slug: str) -> list[BatchLine]:
    """Every batch of a campaign, the first first."""
    campaign = campaign_by_slug(session, slug)
    counted = session.execute(
        select(VoterCode.batch_id, func.count())
        .where(VoterCode.campaign_id == campaign.id, VoterCode.revoked_at.is_not(None))
        .group_by(VoterCode.batch_id)
    )
    revoked: dict[int, int] = {row[0]: row[1] for row in counted}
    rows = session.scalars(
        select(CodeBatch).where(CodeBatch.campaign_id == campaign.id).order_by(CodeBatch.number)
    )
    return [
        BatchLine(row.number, row.identity, row.unit, row.size, revoked.get(row.id, 0), row.made_at)
        for row in rows
    ]


def campaign_problems(campaign: Campaign, identity: str) -> Iterable[Problem]:
    """Why no codes of this kind can be made for a campaign."""
    if identity not in campaign.rules.identities:
        what: Text = _("会员编号") if identity == MEMBER else _("投票码")
        yield Problem(
            campaign.slug,
            _("本活动不能凭%(what)s投票。", what=what),
            _('开始投票前可在 identities 里加上 "%(identity)s"。', identity=identity),
        )
    if campaign.phase == CLOSED:
        yield Problem(campaign.slug, _("投票已经结束，不再制作投票码。"))


def unit_problems(unit: str, where: str = "unit") -> Iterable[Problem]:
    """What is wrong with a unit's name."""
    if not unit or len(unit) > LONGEST_UNIT or not is_legible(unit):
        yield Problem(where, _("单位名称要有 1 到 %(most)s 个字，不含换行。", most=LONGEST_UNIT))


def actor_problems(actor: str) -> Iterable[Problem]:
    """Whether somebody answers for the act."""
    if not actor.strip():
        yield Problem("by", _("请写明是谁做的，它会记入工作日志。"))


def reason_problems(reason: str) -> Iterable[Problem]:
    """Whether a reason is given."""
    if not reason.strip():
        yield Problem("reason", _("请写明理由，它会记入工作日志。"))
