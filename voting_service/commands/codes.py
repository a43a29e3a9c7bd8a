"""``voting-service codes …``: printed one-time codes, made in batches for units. No code is ever shown at the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from ..campaigns.models import Campaign
from ..campaigns.queries import campaign_by_slug
from ..clock import rfc3339
from ..text import _
from ..voter_codes.batches import batch_lines, make_batch, revoke_codes
from ..voter_codes.digests import CodeDigests
from ..voter_codes.print_sheet import SheetFacts, sealed_files, sheet_csv, sheet_html
from ..web.identities import MEMBER
from .composition import MakeService
from .output import print_json, progress_bar, say

OUT = click.Path(dir_okay=False, path_type=Path)


@click.group(name="codes", help="投票码：按单位成批制作、打印、作废。")
def codes_group() -> None:
    """Commands about printed codes."""


@codes_group.command(
    name="make", help="为一个单位制作一批投票码，写成打印页；投票码只写在这个文件里，别处都不显示。"
)
@click.argument("slug")
@click.option("--unit", required=True, help="单位名称，印在每张投票码上。")
@click.option("--count", required=True, type=int, help="多少个，1 到 100000。")
@click.option("--by", default="", help="制作人，记入工作日志。")
@click.option("--out", required=True, type=OUT, help="打印页写到哪个文件（.html）；已有的文件不覆盖。")
@click.option("--csv", "table", type=OUT, help="另写一份表格，交印刷厂用。")
@click.pass_obj
def make_command(
    make: MakeService, slug: str, unit: str, count: int, by: str, out: Path, table: Path | None
) -> None:
    """Make one batch and print it."""
    service = make()
    with (
        progress_bar("制作") as progress,
        sealed_files() as files,
        service.database.write() as session,
    ):
        batch = make_batch(
            session, slug, unit, count, lambda one: CodeDigests.of(one, service.keyring),
            at=service.clock.now(), actor=by, progress=progress,
        )  # fmt: skip
        facts = SheetFacts.of(campaign_by_slug(session, slug), service.settings.base_url)
        files.write(out, sheet_html(facts, batch))
        if table:
            files.write(table, sheet_csv(facts, [batch]))
    say(
        _(
            "已为 %(unit)s 制作第 %(number)s 批投票码，共 %(count)s 个，打印页在 %(out)s。"
            "打印后请删除文件（有表格的一并删除），它们不能再次生成。",
            unit=batch.unit,
            number=batch.number,
            count=count,
            out=out,
        )
    )


@codes_group.command(name="list", help="列出各批投票码；不显示投票码，也不显示哪个用过。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def list_command(make: MakeService, slug: str, as_json: bool) -> None:
    """All batches of a campaign, the members' among them."""
    service = make()
    with service.database.read() as session:
        campaign: Campaign = campaign_by_slug(session, slug)
        zone, lines = campaign.rules.zone, batch_lines(session, slug)
    if as_json:
        print_json([line._asdict() | {"made_at": rfc3339(line.made_at)} for line in lines])
        return
    if not lines:
        say(_("本活动还没有投票码。"))
    for line in lines:
        kind = "会员投票码" if line.identity == MEMBER else "投票码"
        made = line.made_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        revoked = f"\t作废 {line.revoked}" if line.revoked else ""
        click.echo(f"第 {line.number} 批\t{kind}\t{line.unit}\t{line.size} 个\t{made}{revoked}")


@codes_group.command(
    name="revoke", help="作废一批投票码，或其中几张：此后不能再输入；已经投出的选票不受影响。不能恢复。"
)
@click.argument("slug")
@click.option("--batch", required=True, type=int, help="第几批。")
@click.option("--serial", "serials", multiple=True, type=int, help="第几号，可写多次；不写就是整批。")
@click.option("--reason", default="", help="理由，记入工作日志。")
@click.option("--by", default="", help="作废人，记入工作日志。")
@click.pass_obj
def revoke_command(
    make: MakeService, slug: str, batch: int, serials: tuple[int, ...], reason: str, by: str
) -> None:
    """End codes."""
    service = make()
    with service.database.write() as session:
        ended = revoke_codes(session, slug, batch, serials, at=service.clock.now(), actor=by, reason=reason)
    say(_("已作废 %(count)s 个投票码。两小时内已经输入的人还可以投完。", count=ended))


COMMANDS = (codes_group,)
