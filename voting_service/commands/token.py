"""``voting-service token``: API tokens from the command line. A token is printed once, to standard output alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from ..accounts.api_tokens.issuing import WantedToken, list_tokens, make_token, revoke_token, scopes_of
from ..accounts.api_tokens.models import ApiToken
from ..accounts.api_tokens.scopes import SCOPES
from ..accounts.api_tokens.standing import standing_of, voucher_of
from ..campaigns.queries import campaign_titles
from ..clock import rfc3339
from ..errors import Problem
from ..text import _
from .composition import MakeService
from .output import print_json, say

BY = click.option("--by", default="", help="经手人姓名，记入工作日志。")


@click.group(name="token", help="接口令牌：签发、列出、撤销。")
def token_group() -> None:
    """Commands about API tokens."""


@token_group.command(name="add", help="签发一个令牌并显示；它是凭证，只显示这一次。")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="权限范围，可写多次。"
)
@click.option("--campaign", default="", help="只用于这个活动；不写就是所有活动。")
@click.option("--days", type=int, default=90, show_default=True, help="有效天数，最多 365。")
@BY
@click.pass_obj
def add(make: MakeService, name: str, scopes: tuple[str, ...], campaign: str, days: int, by: str) -> None:
    """Make one, and print it."""
    service = make()
    with service.database.write() as session:
        known = {slug for slug, _title in campaign_titles(session)}
        unknown = [Problem("--campaign", _("没有名为 %(slug)s 的评选活动。", slug=campaign))]
        made = make_token(
            session, WantedToken(name, campaign, scopes, days), at=service.clock.now(), actor=by,
            found=unknown if campaign and campaign not in known else [],
        )  # fmt: skip
    say(
        _(
            "第 %(number)s 号令牌，有效期至 %(until)s，只显示这一次：",
            number=made.id,
            until=rfc3339(made.expires_at),
        )
    )
    click.echo(made.token)


@token_group.command(name="list", help="列出全部令牌；不显示令牌本身。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def list_command(make: MakeService, as_json: bool) -> None:
    """Every one that ever was."""
    service = make()
    with service.database.read() as session:
        lines = [_line(session, kept, service.clock.now()) for kept in list_tokens(session)]
    if as_json:
        print_json(lines)
        return
    if not lines:
        say(_("还没有令牌。"))
    for line in lines:
        where, scopes = line["campaign"] or "*", " ".join(line["scopes"])
        until = f"× {line['revoked_at']}" if line["revoked_at"] else line["expires_at"]
        if line["standing"] == "stopped":
            until += "\t" + str(_("已停用：%(who)s已无此权限", who=line["vouched_by"]))
        click.echo(f"{line['id']}\t{line['name']}\t{where}\t{scopes}\t{until}")


def _line(session: Session, kept: ApiToken, now: datetime) -> dict[str, Any]:
    voucher = voucher_of(session, kept)
    return {
        "standing": standing_of(session, kept, now), "vouched_by": voucher.name if voucher else None,
        "id": kept.id, "name": kept.name, "campaign": kept.campaign_slug, "scopes": list(scopes_of(kept)),
        "made_at": rfc3339(kept.made_at), "made_by": kept.made_by, "expires_at": rfc3339(kept.expires_at),
        "last_used_on": kept.last_used_on.isoformat() if kept.last_used_on else None,
        "revoked_at": rfc3339(kept.revoked_at) if kept.revoked_at else None, "revoked_by": kept.revoked_by,
    }  # fmt: skip


@token_group.command(name="revoke", help="撤销一个令牌，下一次请求就不能再用。编号见 token list。")
@click.argument("number", type=int)
@BY
@click.pass_obj
def revoke(make: MakeService, number: int, by: str) -> None:
    """Revoke one."""
    service = make()
    with service.database.write() as session:
        kept = revoke_token(session, number, at=service.clock.now(), actor=by)
    say(_("已撤销第 %(number)s 号令牌（%(name)s）。", number=kept.id, name=kept.name))


COMMANDS = (token_group,)
