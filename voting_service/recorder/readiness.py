"""Is the service ready to take ballots? One probe for each part: database, box, recorder, log.

``/readyz``, ``doctor`` and the start of ``serve`` all ask these same probes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from ..ballots.attest import discrepancy
from ..ballots.ballot_box import BoxUnavailable
from ..campaigns.models import OPEN, SCHEDULED, Campaign
from ..campaigns.queries import campaigns_in
from ..clock import from_ms
from ..errors import Unavailable
from ..findings import Finding
from ..ledger import RecorderPosition
from ..text import _
from ..transparency.models import Log
from .drain import Stores, rebuild_remedy

LATE = timedelta(seconds=30)
"""A recorder this far behind needs a person."""


def probe_database(stores: Stores) -> Iterator[Finding]:
    """Reachable, and of the schema that this code needs?"""
    try:
        current, needed = stores.database.revision()
    except Unavailable as error:
        yield Finding("error", "database_unavailable", error.sentence, error.remedy)
        return
    if current != needed:
        yield Finding(
            "error",
            "schema_outdated",
            _("数据库结构为 %(current)s，程序需要 %(needed)s。", current=current or "空", needed=needed),
            _("请运行 voting-service db upgrade。"),
        )
    else:
        yield Finding("ok", "database", _("数据库可用，结构为 %(current)s。", current=current))


def probe_campaigns(stores: Stores) -> Iterator[Finding]:
    """Each open campaign: is its box the ledger's, does the recorder keep up, does the log cover what is recorded?"""
    try:
        with stores.database.read() as session:
            rows = session.execute(
                select(Campaign.slug, RecorderPosition, Log)
                .join(RecorderPosition, RecorderPosition.campaign_id == Campaign.id)
                .join(Log, Log.campaign_id == Campaign.id)
                .where(Campaign.phase == OPEN)
            ).all()
            waiting = campaigns_in(session, SCHEDULED)
    except Unavailable:
        return  # probe_database has said so
    for slug, position, public_log in rows:
        yield from _probe_campaign(stores, slug, position, public_log)
    for campaign in waiting:
        yield _scheduled(stores, campaign)


def _scheduled(stores: Stores, campaign: Campaign) -> Finding:
    if stores.clock.now() - campaign.rules.opens_at < LATE:
        return Finding("ok", "scheduled", _("%(slug)s 已排期，到时自动开始投票。", slug=campaign.slug))
    return Finding(
        "error",
        "opening_overdue",
        _("%(slug)s 到了开始时间仍未开始投票。", slug=campaign.slug),
        _("请运行 voting-service campaign check %(slug)s，并确认记录器在运行。", slug=campaign.slug),
    )


def _probe_campaign(
    stores: Stores, slug: str, position: RecorderPosition, public_log: Log
) -> Iterator[Finding]:
    try:
        state = stores.box.state(slug)
        first = stores.box.waiting(slug, after=position.stream_id, count=1)
    except BoxUnavailable as error:
        yield Finding("error", "box_unavailable", error.sentence, error.remedy)
        return
    wrong = discrepancy(slug, state, position)
    if wrong is not None:
        yield Finding("error", "box_refused", wrong.sentence, rebuild_remedy(slug))
        return
    behind = (state.seq if state else 0) - position.seq
    next_seq = first[0].seq if first else position.seq + behind + 1
    if next_seq != position.seq + 1 and _unmoved(stores, position):
        yield Finding(
            "error",
            "books_disagree",
            _("%(slug)s：台账记到第 %(have)s 张，票箱的下一张却是第 %(next)s 张，中间的选票不在台账中。",
              slug=slug, have=position.seq, next=next_seq),
            _("台账可能被恢复成较旧的备份。请停止投票并用最新备份恢复数据库，再运行 voting-service reconcile。"),
        )  # fmt: skip
        return
    yield Finding(
        "ok", "box", _("%(slug)s 的票箱可用，共投出 %(n)s 张选票。", slug=slug, n=state.seq if state else 0)
    )
    yield _recorder_finding(stores, slug, position, behind, first[0].cast_ms if first else None)
    yield Finding(
        "ok" if public_log.signed_size == public_log.size else "warning",
        "log",
        _("%(slug)s 的透明日志共 %(size)s 条，检查点覆盖 %(signed)s 条。",
          slug=slug, size=public_log.size, signed=public_log.signed_size),
    )  # fmt: skip


def _unmoved(stores: Stores, seen: RecorderPosition) -> bool:
    """Whether the ledger is where it was: the recorder may have been at work between our looks at it and the box."""
    with stores.database.read() as session:
        return session.get_one(RecorderPosition, seen.campaign_id).seq == seen.seq


def _recorder_finding(
    stores: Stores, slug: str, position: RecorderPosition, behind: int, oldest_ms: int | None
) -> Finding:
    now = stores.clock.now()
    age = now - from_ms(oldest_ms) if oldest_ms else timedelta()
    # Some slack: while a long count is published, the lease is not renewed.
    alive = position.lease_until is not None and position.lease_until > now - LATE
    sentence = _(
        "%(slug)s 还有 %(n)s 张选票待入账，最早的已等 %(s)s 秒。",
        slug=slug,
        n=behind,
        s=int(age.total_seconds()),
    )
    if age > LATE:
        return Finding(
            "error", "recorder_behind", sentence, _("请检查 voting-service recorder 是否在运行及其日志。")
        )
    if not alive:
        return Finding(
            "warning", "recorder_absent", _("没有记录器在处理 %(slug)s；选票安全存放在票箱中，尚未入账。", slug=slug),
            _("请启动 voting-service recorder。"),
        )  # fmt: skip
    return Finding("ok", "recorder", sentence)
