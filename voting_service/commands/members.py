"""``voting-service members …``: the members' roll, and each member's own code. No number and no code is shown."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ..campaigns.cells import MOST_BYTES
from ..campaigns.models import Campaign
from ..campaigns.queries import campaign_by_slug
from ..errors import Problem, ProblemsFound
from ..text import _
from ..voter_codes.batches import Batch
from ..voter_codes.digests import CodeDigests
from ..voter_codes.print_sheet import SheetFacts, sealed_files, sheet_csv, sheet_html
from ..voter_codes.roll import Imported, Roll, import_roll, member_lines, read_roll, revoke_members
from .composition import MakeService
from .output import print_json, progress_bar, say, writing

TABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(name="members", help="会员名册：凭会员编号和本人的投票码投票。")
def members_group() -> None:
    """Commands about the roll."""


@members_group.command(
    name="import",
    help="导入会员名册（.csv 或 .xlsx，要有“会员编号”一列，可有“单位”一列），为新会员各制作一个投票码，每个单位一份打印页。",
)
@click.argument("slug")
@click.argument("file", type=TABLE)
@click.option("--by", default="", help="导入人，记入工作日志。")
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="打印页写到哪个文件夹。"
)
@click.option("--csv", "table", is_flag=True, help="另写一份表格，交印刷厂用。")
@click.option(
    "--anew", is_flag=True, help="表中已在册的会员也换发新投票码，旧的作废；同一会员仍是同一名投票人。"
)
@click.pass_obj
def import_command(
    make: MakeService, slug: str, file: Path, by: str, out: Path, table: bool, anew: bool
) -> None:
    """Import a table and print what it makes."""
    service = make()
    roll = _read(file)
    if roll.unread:
        say(_("这些列没有读取，也不保存：%(columns)s。", columns="、".join(roll.unread)))
    with writing(out):
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        progress_bar("制作") as progress,
        sealed_files() as files,
        service.database.write() as session,
    ):
        done = import_roll(
            session, slug, roll, lambda one: CodeDigests.of(one, service.keyring),
            at=service.clock.now(), actor=by, anew=anew, progress=progress,
        )  # fmt: skip
        facts = SheetFacts.of(campaign_by_slug(session, slug), service.settings.base_url)
        for batch in done.batches:
            files.write(out / f"{_stem(batch)}.html", sheet_html(facts, batch))
            if table:
                files.write(out / f"{_stem(batch)}.csv", sheet_csv(facts, [batch]))
    _tell(done, out, anew=anew)


def _read(file: Path) -> Roll:
    with writing(file):
        if file.stat().st_size > MOST_BYTES:
            raise ProblemsFound([Problem(file.name, _("文件太大，不像一张会员名册。"))])
        return read_roll(file.name, file.read_bytes())


def _stem(batch: Batch) -> str:
    """A file's name for a unit's sheet: its batch, and as much of the unit's name as any system takes."""
    return f"{batch.number:03d}-{re.sub(r'[^0-9A-Za-z一-鿿]+', '-', batch.unit)[:30].strip('-')}".rstrip("-")


def _tell(done: Imported, out: Path, *, anew: bool) -> None:
    count = sum(len(batch.cards) for batch in done.batches)
    say(
        _(
            "已制作 %(count)s 个会员投票码，%(units)s 份打印页，在 %(out)s。打印后请删除文件（有表格的一并删除），它们不能再次生成。",
            count=count,
            units=len(done.batches),
            out=out,
        )
        if count
        else _("没有新会员，没有制作投票码。")
    )
    if done.known and anew:
        say(_("其中 %(n)s 名会员先前已在册，换发了新码，旧码已作废。", n=done.known))
    elif done.known:
        say(_("%(n)s 名会员先前已在册，他们的投票码保持不变。", n=done.known))


@members_group.command(name="revoke", help="作废表中会员的投票码：此后不能再输入；已经投出的选票不受影响。")
@click.argument("slug")
@click.argument("file", type=TABLE)
@click.option("--reason", default="", help="理由，记入工作日志。")
@click.option("--by", default="", help="作废人，记入工作日志。")
@click.pass_obj
def revoke_command(make: MakeService, slug: str, file: Path, reason: str, by: str) -> None:
    """End the codes of the members that a table lists."""
    service = make()
    roll = _read(file)
    with service.database.write() as session:
        ended, strangers = revoke_members(
            session, slug, [one.number for one in roll.members], lambda one: CodeDigests.of(one, service.keyring),
            at=service.clock.now(), actor=by, reason=reason,
        )  # fmt: skip
    say(_("已作废 %(count)s 个会员投票码。", count=ended))
    if strangers:
        say(_("表中有 %(n)s 个会员编号不在名册上。", n=strangers))


@members_group.command(name="list", help="列出各单位有多少会员在册；不显示会员编号。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def list_command(make: MakeService, slug: str, as_json: bool) -> None:
    """Units of the roll and their members."""
    service = make()
    with service.database.read() as session:
        campaign: Campaign = campaign_by_slug(session, slug)
        lines = member_lines(session, campaign.slug)
    if as_json:
        print_json([{"unit": unit, "members": n, "with_code": live} for unit, n, live in lines])
        return
    if not lines:
        say(_("本活动还没有会员名册。"))
    for unit, members, live in lines:
        click.echo(f"{unit}\t会员 {members} 名\t有可用投票码的 {live} 名")


COMMANDS = (members_group,)
