"""``voting-service fraud kiosk …``: devices at a union hall that many people vote on, one after the other."""

from __future__ import annotations

import click

from ..campaigns.gate_policies import current_policy
from ..campaigns.kiosk_register import register_kiosk, remove_kiosk
from ..campaigns.models import DRAFT
from ..campaigns.queries import campaign_by_slug
from ..text import _
from .composition import MakeService
from .gate import tell_box
from .output import print_json, say


@click.group(name="kiosk", help="投票机：许多人轮流投票的公用设备。")
def kiosk_group() -> None:
    """Commands about kiosks."""


@kiosk_group.command(name="add", help="登记一台投票机，并显示启用它的链接；链接是凭证，只显示这一次。")
@click.argument("slug")
@click.argument("name")
@click.option(
    "--ballots-per-hour", default=120, show_default=True, type=int, help="每小时最多投几票，1 到 10000。"
)
@click.option(
    "--assistant",
    help="协助人姓名：在这台机上帮人输入投票码的工作人员；帮了哪张投票码，以其姓名记入工作日志。",
)
@click.option("--by", default="", help="登记人，记入工作日志。")
@click.option("--reason", default="", help="理由，记入工作日志。")
@click.pass_obj
def add(
    make: MakeService,
    slug: str,
    name: str,
    ballots_per_hour: int,
    assistant: str | None,
    by: str,
    reason: str,
) -> None:
    """Register one and print its link. The link goes to standard output and nowhere else: no log, no journal."""
    service = make()
    with service.database.write() as session:
        kiosk, version = register_kiosk(
            session, slug, name, ballots_per_hour,
            at=service.clock.now(), actor=by, reason=reason, assistant=assistant,
        )  # fmt: skip
        phase = campaign_by_slug(session, slug).phase
    tell_box(service, slug, version)
    say(
        _(
            "已登记投票机 %(kiosk)s。请在那台设备的浏览器里打开下面的链接；链接是凭证，不要转发，本命令不会再显示它。",
            kiosk=kiosk,
        )
    )
    if phase == DRAFT:
        say(_("活动还没有公布，排期或开始投票以后链接才能打开。"))
    click.echo(f"{service.settings.base_url}/kiosk/{slug}/{service.kiosks.signed(slug, kiosk)}")


@kiosk_group.command(name="list", help="列出登记的投票机。")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def list_command(make: MakeService, slug: str, as_json: bool) -> None:
    """All kiosks of a campaign, without their links."""
    service = make()
    with service.database.read() as session:
        kiosks = current_policy(session, campaign_by_slug(session, slug).id)[1].kiosks
    if as_json:
        print_json(
            [
                {
                    "id": key,
                    "name": one.name,
                    "ballots_per_hour": one.ballots_per_hour,
                    "assistant": one.assistant or None,
                }
                for key, one in kiosks.items()
            ]
        )
        return
    if not kiosks:
        say(_("本活动还没有登记投票机。"))
    for key, one in kiosks.items():
        helper = f"\t协助人 {one.assistant}" if one.assistant else ""
        click.echo(f"{key}\t{one.name}\t每小时 {one.ballots_per_hour} 票{helper}")


@kiosk_group.command(
    name="remove", help="移除一台投票机：它的链接作废，此后在它上面投的选票按普通浏览器对待。"
)
@click.argument("slug")
@click.argument("kiosk")
@click.option("--by", default="", help="移除人，记入工作日志。")
@click.option("--reason", default="", help="理由，记入工作日志。")
@click.pass_obj
def remove(make: MakeService, slug: str, kiosk: str, by: str, reason: str) -> None:
    """End one."""
    service = make()
    with service.database.write() as session:
        version = remove_kiosk(session, slug, kiosk, at=service.clock.now(), actor=by, reason=reason)
    say(_("已移除投票机 %(kiosk)s，它的链接已失效。", kiosk=kiosk))
    tell_box(service, slug, version)


FRAUD_COMMANDS = (kiosk_group,)
