"""``sample …``: the audit by sample after closing: seed, draw, worksheet, record, confirm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..campaigns.queries import campaign_by_slug
from ..recorder.drain import publish
from ..tally.sample.draw import LARGEST, audit_by_number, draw, drawn_ballots, seed_source
from ..tally.sample.lottery import RULE, seed_text
from ..tally.sample.models import SampleAudit
from ..tally.sample.record import carry_out, notice_id, record
from ..tally.sample.worksheet import worksheet
from ..text import _
from .composition import MakeService
from .output import print_json, say

WHICH = click.option("--audit", "number", type=click.IntRange(1), help="第几次抽样；不填为最近一次。")


@click.group(name="sample", help="结束后的抽样核查：公布种子、抽样、核查表、登记、确认。")
def sample_group() -> None:
    """Commands about the audit by sample."""


@sample_group.command(name="seed", help="显示种子：抽样之前请先公布它。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def seed_command(make: MakeService, slug: str, as_json: bool) -> None:
    """The seed, for announcing it before the draw."""
    service = make()
    with service.database.read() as session:
        final = seed_source(session, slug)
    if as_json:
        print_json({"seed": seed_text(final.root_hash), "closed_size": final.size, "rule": RULE})
        return
    click.echo(seed_text(final.root_hash))
    say(_("种子是最终检查点（日志前 %(n)s 条）的根哈希；加骰子时在其后接 -点数。", n=final.size))
    say(_('规则：按 SHA-256(种子 + ":" + 选票编号) 从小到大，取前 n 张。任何人都可以凭日志重做。'))


@sample_group.command(name="draw", help="抽样，编号并写入公开日志；不能悄悄重抽。")
@click.argument("slug")
@click.option("--size", type=click.IntRange(1, LARGEST), required=True, help="抽多少张。")
@click.option("--dice", help="当众掷出的骰子点数，例如“3 5 1 6”；与根哈希一起作种子。")
@click.option("--by", "actor", required=True, help="操作人姓名。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def draw_command(
    make: MakeService, slug: str, size: int, dice: str | None, actor: str, as_json: bool
) -> None:
    """Draw a sample; prints the ballot ids in the order of the draw."""
    service = make()
    with service.database.write() as session:
        audit = draw(session, slug, size=size, dice=dice, at=service.clock.now(), actor=actor)
    publish(service.recorder_stores, audit.campaign_id)
    with service.database.read() as session:
        ballots = [row.ballot_id for row in drawn_ballots(session, audit)]
    say(_("第 %(n)s 次抽样，种子 %(seed)s", n=audit.number, seed=audit.seed))
    if as_json:
        print_json(
            {"audit": audit.number, "seed": audit.seed, "dice": audit.dice, "rule": RULE, "ballots": ballots}
        )
    else:
        click.echo("\n".join(ballots))
    say(_("导出核查表：voting-service fraud sample worksheet %(slug)s --out 文件.csv", slug=slug))


@sample_group.command(name="worksheet", help="导出核查表（CSV，可用 Excel 打开）。")
@click.argument("slug")
@WHICH
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="写到此文件（默认标准输出）。")
@click.pass_obj
def worksheet_command(make: MakeService, slug: str, number: int | None, out: Path | None) -> None:
    """The sheet to fill."""
    service = make()
    with service.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        audit = audit_by_number(session, campaign.id, number)
        sheet = worksheet(drawn_ballots(session, audit)).encode()
    if out is None:
        click.echo(sheet, nl=False)
        return
    out.write_bytes(sheet)
    say(_("已写入 %(file)s。请在 verdict 列填 ok、doubtful 或 bad，并写明核查人。", file=out))


@sample_group.command(name="record", help="登记填好的核查表；有问题会按行列一次全部列出。须另一人确认。")
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@WHICH
@click.option("--by", "actor", required=True, help="登记人姓名。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def record_command(
    make: MakeService, slug: str, file: Path, number: int | None, actor: str, as_json: bool
) -> None:
    """Check a filled worksheet and keep its outcome for the second person."""
    service = make()
    data = file.read_bytes()
    with service.database.write() as session:
        audit = record(session, slug, number, name=file.name, data=data, at=service.clock.now(), actor=actor)
    _print_outcome(audit, as_json=as_json)
    say(
        _("已登记，尚未公开。请另一人确认：voting-service fraud sample confirm %(slug)s --by 姓名", slug=slug)
    )


@sample_group.command(name="confirm", help="由另一人确认结果：公开结果文件，并把它的哈希写入透明日志。")
@click.argument("slug")
@WHICH
@click.option("--by", "actor", required=True, help="确认人姓名；不能是登记人。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def confirm_command(make: MakeService, slug: str, number: int | None, actor: str, as_json: bool) -> None:
    """Publish the outcome."""
    service = make()
    audit = carry_out(service.recorder_stores, slug, number, actor=actor)
    _print_outcome(audit, as_json=as_json)
    address = f"{service.settings.base_url}/log/{slug}/{notice_id(audit)}.json"
    say(_("结果已公开：%(url)s", url=address))
    say(_("它的 SHA-256 已写入透明日志：%(sha256)s", sha256=audit.document_sha256))


def _print_outcome(audit: SampleAudit, *, as_json: bool) -> None:
    document: dict[str, Any] = json.loads(audit.document or b"{}")
    if as_json:
        print_json(document | {"sha256": audit.document_sha256})
        return
    for verdict, count in document["found"].items():
        click.echo(f"{verdict}\t{count}")
    for name, key in ((_("全部抽中选票"), "bad_share"), (_("其中已计入的"), "bad_share_of_counted")):
        if share := document[key]:
            say(
                _(
                    "%(name)s：%(of)s 张中 %(bad)s 张异常，总体异常比例的 95%% 置信区间为 %(lower)s–%(upper)s。",
                    name=name,
                    of=share["of"],
                    bad=share["bad"],
                    lower=share["lower"],
                    upper=share["upper"],
                )
            )


COMMANDS = (sample_group,)
