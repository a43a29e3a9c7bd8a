"""``voting-service campaign …``: import, list, check, open, close."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select

from ..ballots.opening import (
    open_voting,
    problems_before_opening,
    schedule_voting,
    warnings_before_opening,
)
from ..ballots.setup import cautions_before_opening
from ..campaigns.models import CLOSED, Campaign
from ..campaigns.queries import campaign_by_slug
from ..candidates.departures import standing_roster
from ..candidates.importing import import_read
from ..candidates.reading import read_campaign
from ..clock import rfc3339
from ..errors import Unavailable
from ..ledger import RecorderPosition
from ..recorder.closing import seal_early
from ..text import _
from .composition import MakeService, Service, redis_running
from .gate import tell_box
from .output import print_json, progress_bar, say

ACTOR = "command line"
PATIENCE_S = 30
"""How long closing waits without any progress before it says so."""


@click.group(name="campaign", help="评选活动：导入、查看、开始、结束。")
def campaign_group() -> None:
    """Commands about one campaign."""


@campaign_group.command(
    name="import", help="从文件夹或 zip 导入活动；发现问题会一次全部列出，且什么都不改动。"
)
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--opens-at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="改用此开始时间（VOTING_TIMEZONE）。"
)
@click.option("--closes-at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="改用此截止时间。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def import_command(
    make: MakeService, folder: Path, opens_at: datetime | None, closes_at: datetime | None, as_json: bool
) -> None:
    """Import a campaign folder."""
    service = make()
    zone = service.settings.zone
    with progress_bar("导入") as progress:
        # Photos take long: they are read before the transaction, so that a vote going on is not kept waiting.
        read = read_campaign(
            folder,
            zone_name=service.settings.timezone,
            photos=service.photos,
            progress=progress,
            opens_at=opens_at.replace(tzinfo=zone) if opens_at else None,
            closes_at=closes_at.replace(tzinfo=zone) if closes_at else None,
        )
    with service.database.write() as session:
        done = import_read(session, read, at=service.clock.now(), actor=ACTOR, keyring=service.keyring)
    if done.policy_version is not None:
        tell_box(service, done.slug, done.policy_version)
    _warn(done.warnings)
    if as_json:
        print_json({"slug": done.slug, "created": done.created, "candidates": done.candidates, "photos": done.photos,
                    "changes": list(done.changes), "warnings": [str(warning) for warning in done.warnings]})  # fmt: skip
        return
    verb = _("已导入") if done.created else (_("已更新") if done.changes else _("没有变化"))
    say(
        _(
            "%(verb)s %(slug)s：%(n)s 名候选人，%(p)s 张照片。",
            verb=verb,
            slug=done.slug,
            n=done.candidates,
            p=done.photos,
        )
    )


def _warn(warnings: Iterable[object]) -> None:
    for warning in warnings:
        say(_("提醒：%(warning)s", warning=warning))


@campaign_group.command(name="list", help="列出全部活动。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def list_command(make: MakeService, as_json: bool) -> None:
    """All campaigns, drafts too."""
    service = make()
    with service.database.read() as session:
        rows = session.scalars(select(Campaign).order_by(Campaign.id)).all()
    if as_json:
        print_json([_row(row) for row in rows])
        return
    if not rows:
        say(_("还没有活动。用 voting-service campaign import 文件夹 导入一个。"))
    for row in rows:
        click.echo(
            f"{row.slug}\t{row.phase}\t{_local(row, 'opens_at')} — {_local(row, 'closes_at')}\t{row.title}"
        )


def _row(campaign: Campaign) -> dict[str, str]:
    rules = campaign.rules
    return {
        "slug": campaign.slug,
        "title": campaign.title,
        "phase": campaign.phase,
        "opens_at": rfc3339(rules.opens_at),
        "closes_at": rfc3339(campaign.closed_at or rules.closes_at),
    }


def _local(campaign: Campaign, which: str) -> str:
    rules = campaign.rules
    moment: datetime = getattr(rules, which)
    return moment.astimezone(rules.zone).strftime("%Y-%m-%d %H:%M")


@campaign_group.command(name="check", help="列出开始投票前还缺什么。")
@click.argument("slug")
@click.pass_obj
def check_command(make: MakeService, slug: str) -> None:
    """Problems before opening."""
    service = make()
    with service.database.read() as session:
        found = campaign_by_slug(session, slug)
        people = standing_roster(session, found.id)
        now, identities = service.clock.now(), service.opener.identities
        problems = problems_before_opening(found, people, now, identities)
        warnings = cautions_before_opening(found, people, now, identities)
    _warn(warnings)
    for problem in problems:
        say(f"- {problem}")
    if problems:
        raise SystemExit(1)
    say(_("没有问题，可以开始投票。"))


@campaign_group.command(
    name="open", help="冻结规则和候选名单并开始投票；未到开始时间的先排期，到时自动开始。"
)
@click.argument("slug")
@click.option(
    "--freeze-now", is_flag=True, help="即使未到开始时间，也立即冻结并写入透明日志（仍到时才收票）。"
)
@click.pass_obj
def open_command(make: MakeService, slug: str, freeze_now: bool) -> None:
    """Open or schedule a campaign."""
    service = make()
    now = service.clock.now()
    with service.database.read() as session:
        rules = campaign_by_slug(session, slug).rules
    opens_at = rules.opens_at
    _warn(warnings_before_opening(rules, service.opener.identities))
    if opens_at > now and not freeze_now:
        with service.database.write() as session:
            schedule_voting(session, slug, at=now, actor=ACTOR, identities=service.opener.identities)
        say(_("已排期：%(slug)s 将在开始时间由记录器自动开始投票。", slug=slug))
        return
    with redis_running(service):
        open_voting(service.opener, slug, at=now, actor=ACTOR)
    say(_("%(slug)s 已开始投票，规则和候选名单已冻结。", slug=slug))


@campaign_group.command(name="close", help="立即封箱，全部入账后结束投票。不能撤销。")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="不再询问。")
@click.pass_obj
def close_command(make: MakeService, slug: str, yes: bool) -> None:
    """Seal now, drain, close."""
    service = make()
    with service.database.read() as session:
        phase = campaign_by_slug(session, slug).phase
    if phase == CLOSED:
        say(_("%(slug)s 已经结束。", slug=slug))
        return
    if not yes:
        click.confirm(str(_("立即结束 %(slug)s 的投票？此后不再收票。", slug=slug)), abort=True, err=True)
    with redis_running(service):
        seal_early(service.recorder_stores, slug, actor=ACTOR)
        _finish(service, slug)
    say(_("%(slug)s 已结束投票，全部选票已入账。", slug=slug))


def _finish(service: Service, slug: str) -> None:
    """Drain to the end, or wait while the running recorder does."""
    recorder = service.recorder()
    last_seq, moved_at = -1, time.monotonic()
    with progress_bar("入账") as progress:
        while time.monotonic() - moved_at < PATIENCE_S:
            recorder.turn()
            with service.database.read() as session:
                campaign = campaign_by_slug(session, slug)
                if campaign.phase == CLOSED:
                    recorder.release()
                    return
                seq = session.get_one(RecorderPosition, campaign.id).seq
            if seq != last_seq:
                last_seq, moved_at = seq, time.monotonic()
            state = service.box.state(slug)
            progress(seq, state.seq if state else seq)
            time.sleep(0.2)
    raise Unavailable(
        _("已经封箱、不再收票，但入账没有进展。"),
        _("请运行 voting-service doctor 查看原因；原因消除后记录器会自动结束投票。"),
    )


COMMANDS = (campaign_group,)
