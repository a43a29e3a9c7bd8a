"""Counting and checking: ``tally``, ``reconcile``, ``rebuild-box``, ``archive``, ``log key``."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from ..campaigns.queries import campaign_by_slug
from ..errors import NotFound
from ..ledger import COUNTED, HELD, VOIDED
from ..tally.archive import write_archive
from ..tally.document import TallyDocument, counted_document
from ..tally.rebuild import rebuild_box
from ..tally.reconcile import reconcile
from ..text import _
from ..transparency.models import Log
from .composition import MakeService, redis_running
from .output import print_json, progress_bar, say, writing

ACTOR = "command line"


@click.command(help="从台账计票：计入、待核、作废，按候选人、日期和渠道；附所依据的检查点。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（与接口相同）。")
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV（与接口相同）。")
@click.option("--xlsx", type=click.Path(dir_okay=False, path_type=Path), help="写成 Excel 工作簿。")
@click.pass_obj
def tally(make: MakeService, slug: str, as_json: bool, as_csv: bool, xlsx: Path | None) -> None:
    """Count the ledger."""
    service = make()
    with progress_bar("计票") as progress, service.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        # As of the checkpoint that stands in it, so that anyone can recount exactly this.
        counted = counted_document(session, campaign, service.clock.now(), progress)
    if xlsx is not None:
        with writing(xlsx):
            xlsx.write_bytes(counted.to_xlsx())
    if as_json:
        print_json(counted.to_json())
    elif as_csv:
        # A terminal and a pipe need no mark of the encoding.
        click.echo(counted.to_csv().decode("utf-8-sig").replace("\r\n", "\n"), nl=False)
    elif xlsx is None:
        _print_table(counted)


def _print_table(counted: TallyDocument) -> None:
    click.echo("编号\t姓名\t计入\t待核\t作废")
    for one in counted.ranked():
        by = counted.tally.by_candidate[one.number]
        click.echo("\t".join(map(str, (one.number, one.name, by[COUNTED], by[HELD], by[VOIDED]))))
    ballots = counted.tally.ballots
    say(_("选票：计入 %(c)s，待核 %(h)s，作废 %(v)s。",
          c=ballots[COUNTED], h=ballots[HELD], v=ballots[VOIDED]))  # fmt: skip


@click.command(name="reconcile", help="对账：票箱 = 台账 = 透明日志？列出全部差异；有差异时退出码为 1。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def reconcile_command(make: MakeService, slug: str, as_json: bool) -> None:
    """Compare box, ledger and log."""
    service = make()
    with redis_running(service), progress_bar("对账") as progress:
        outcome = reconcile(service.database, service.box, slug, progress)
    if as_json:
        print_json(outcome.to_json())
    else:
        say(_("票箱 %(box)s 张（待入账 %(w)s），台账 %(ledger)s 张，日志 %(log)s 条。",
              box=outcome.box, w=outcome.waiting, ledger=outcome.ledger, log=outcome.log))  # fmt: skip
        for problem in outcome.differences:
            say(f"- {problem}")
        if not outcome.differences:
            say(_("一致。") if outcome.voters_compared else _("一致；对账期间有人投票，未逐人核对次数。"))
    if outcome.differences:
        raise SystemExit(1)


@click.command(name="rebuild-box", help="Redis 丢失或数据较旧时，从台账重建票箱；完成前不收票。")
@click.argument("slug")
@click.pass_obj
def rebuild_box_command(make: MakeService, slug: str) -> None:
    """Rebuild the box from the ledger."""
    service = make()
    with redis_running(service), progress_bar("重建票箱") as progress:
        done = rebuild_box(
            service.database,
            service.box,
            service.clock,
            slug,
            keep_s=service.recorder_stores.keep_s,
            actor=ACTOR,
            progress=progress,
        )
    if done.epoch is None:
        say(_("%(slug)s 的票箱完好，没有改动。", slug=slug))
    else:
        say(_("票箱已重建为第 %(epoch)s 代：%(b)s 张选票，%(v)s 名投票人。可以继续投票。",
              epoch=done.epoch, b=done.ballots, v=done.voters))  # fmt: skip


@click.command(help="把透明日志、公钥和计票结果打包，供任何人离线重新计票。")
@click.argument("slug")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="写到此文件夹（默认在数据目录中）。"
)
@click.pass_obj
def archive(make: MakeService, slug: str, out: Path | None) -> None:
    """Write the archive."""
    service = make()
    with progress_bar("打包") as progress:
        path = write_archive(service.database, slug, out or service.settings.data_dir / "archives", progress)
    click.echo(path)


@click.group(name="log", help="透明日志。")
def log_group() -> None:
    """Commands about the log."""


@log_group.command(name="key", help="显示验证公钥（一行）；请在别处也公布它。")
@click.argument("slug")
@click.pass_obj
def log_key(make: MakeService, slug: str) -> None:
    """The verifier key."""
    service = make()
    with service.database.read() as session:
        key = session.scalar(select(Log.verifier_key).where(Log.slug == slug))
    if key is None:
        raise NotFound(_("%(slug)s 还没有透明日志；开始投票时建立。", slug=slug))
    click.echo(key)


COMMANDS = (tally, reconcile_command, rebuild_box_command, archive, log_group)
