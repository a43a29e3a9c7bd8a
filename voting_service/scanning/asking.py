"""Asking the watch for a scan: it runs in a process of its own, so that whoever asks at the desk does not wait for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..activity import journal
from ..campaigns.models import CLOSED, OPEN
from ..campaigns.queries import campaign_by_slug
from ..errors import Problem, ProblemsFound
from ..ledger import RecorderPosition
from ..text import _
from .live import last_run
from .models import ScanRequest
from .retention import day_of_deletion

SOON = timedelta(minutes=1)
"""A scan keeps a processor busy: not again so soon after the last one."""


def ask_for_scan(session: Session, slug: str, *, at: datetime, actor: str) -> None:
    """Have the watch scan at its next turn, some twenty seconds away. Asking again while one waits changes nothing. Raises
    ProblemsFound, NotFound. The caller commits."""
    campaign = campaign_by_slug(session, slug, lock=True)
    position = session.get(RecorderPosition, campaign.id)
    if campaign.phase not in (OPEN, CLOSED) or position is None or not position.seq:
        raise ProblemsFound([Problem("", _("还没有入账的选票，没有什么可以排查。"))])
    if day := day_of_deletion(session, slug):
        raise ProblemsFound([Problem("", _("证据已于 %(day)s 删除，不能再排查。", day=day))])
    run = last_run(session, slug)
    if run is not None and at - run.at < SOON:
        raise ProblemsFound([Problem("", _("一分钟内刚排查过，请稍后再试。"))])
    if waiting_request(session, campaign.id, run.at if run else None) is not None:
        return
    session.merge(ScanRequest(campaign_id=campaign.id, asked_at=at, asked_by=actor))
    journal(session, at=at, actor=actor, act="ask_for_scan", subject=slug)


def waiting_request(session: Session, campaign_id: int, last_scan: datetime | None) -> ScanRequest | None:
    """The request that no scan has answered yet."""
    request = session.get(ScanRequest, campaign_id)
    return request if request and (last_scan is None or request.asked_at > last_scan) else None
