"""Prepared figures: ``figures rebuild`` makes them anew from ledger, decisions and evidence."""

from __future__ import annotations

import click

from ..tally.figures.follow import follow_one
from ..tally.figures.prepared import prepared_tally
from ..tally.figures.rebuild import begin_anew
from ..text import _
from .composition import MakeService
from .output import print_json, say

ACTOR = "command line"


@click.group(help="工作台页面预先汇总的数字；平时由记录器随入账更新。")
def figures() -> None:
    """Commands about prepared figures."""


@figures.command(help="从台账、决定和证据重新汇总一个活动的数字；可随时运行，投票照常进行。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def rebuild(make: MakeService, slug: str, as_json: bool) -> None:
    """Forget the sums and follow the ledger from its first ballot."""
    service = make()
    with service.database.write() as session:
        campaign_id = begin_anew(session, slug, at=service.clock.now(), actor=ACTOR)
    follow_one(service.recorder_stores, service.networks.table, campaign_id)
    with service.database.read() as session:
        prepared = prepared_tally(session, campaign_id)
    if as_json:
        print_json(
            {
                "campaign": slug,
                "ballots": prepared.seq if prepared else 0,
                "log_size": prepared.log_size if prepared else 0,
            }
        )
    elif prepared is None:
        say(_("%(slug)s 还没有已签名的日志，没有可汇总的数字。", slug=slug))
    else:
        say(_("已重新汇总 %(n)s 张选票，对应日志前 %(size)s 条。", n=prepared.seq, size=prepared.log_size))


COMMANDS = (figures,)
