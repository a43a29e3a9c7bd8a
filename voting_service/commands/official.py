"""``voting-service official …``: who works on the desk, and what as. A link is printed once, to standard output alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from ..accounts.api_tokens.models import ApiToken
from ..accounts.api_tokens.standing import stops_with
from ..accounts.invitations import LIFETIME, invite
from ..accounts.models import Official
from ..accounts.officials import EVERYWHERE, ROLE_NAMES, ROLES, Role, RoleAt
from ..accounts.register import (
    OfficialLine,
    actor_problems,
    add_official,
    change_roles,
    end_official,
    find_official,
    list_officials,
)
from ..accounts.second_factor import reset
from ..candidates.queries import units_by_campaign
from ..clock import rfc3339, spoken
from ..errors import Problem
from ..names import person_key
from ..text import Text, _
from .composition import MakeService, Service
from .output import print_json, say

BY = click.option("--by", default="", help="经手人姓名，记入工作日志。")
_EXAMPLE = "handler、handler@活动名，或只管一个单位的候选人：operator@活动名/单位"


@click.group(name="official", help="工作人员：登记、邀请、角色、停用。")
def official_group() -> None:
    """Commands about officials."""


@official_group.command(
    name="add",
    help="登记一位工作人员，并显示邀请链接（由其本人设定口令）；链接是凭证，7 天内有效，只显示这一次。",
)
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    help=f"角色，可写多次：{_EXAMPLE}（不写活动名就是所有活动）。"
    "admin 管理员、operator 经办人、reviewer 审核人、judge 打分评委、committee 评委、handler 承办人、supervisor 纪检监督员。",
)
@BY
@click.pass_obj
def add(make: MakeService, name: str, roles: tuple[str, ...], by: str) -> None:
    """Add one, and print their link."""
    service = make()
    at = service.clock.now()
    with service.database.write() as session:
        wanted, found = _read_roles(session, roles)
        official = add_official(session, name, wanted, at=at, actor=by, found=found)
        secret = invite(session, official.name, at=at, actor=by)
    say(_("已登记 %(name)s。", name=official.name))
    _print_link(service, official.name, secret)


@official_group.command(
    name="invite",
    help="再发一个邀请链接：没用过的旧链接作废；用它设了新口令，此人在各处的登录都会退出。忘了口令也用它。",
)
@click.argument("name")
@BY
@click.pass_obj
def invite_command(make: MakeService, name: str, by: str) -> None:
    """Print a new link for one who is there."""
    service = make()
    with service.database.write() as session:
        secret = invite(session, name, at=service.clock.now(), actor=by)
    _print_link(service, name.strip(), secret)


@official_group.command(name="list", help="列出工作人员和他们的角色；不显示链接。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def list_command(make: MakeService, as_json: bool) -> None:
    """Everyone who ever was."""
    service = make()
    with service.database.read() as session:
        lines = list_officials(session, now=service.clock.now())
    if as_json:
        print_json([_as_json(line) for line in lines])
        return
    if not lines:
        say(_("还没有工作人员。用 voting-service official add 登记第一位。"))
    for line in lines:
        roles = "、".join(str(role.spoken) for role in line.roles)
        click.echo(f"{line.name}\t{roles or '—'}\t{_state(service, line)}")


@official_group.command(name="roles", help="给或收回角色，下一次打开页面就生效。")
@click.argument("name")
@click.option("--give", multiple=True, help=f"给的角色：{_EXAMPLE}，可写多次。")
@click.option("--take", multiple=True, help=f"收回的角色：{_EXAMPLE}，可写多次。")
@BY
@click.pass_obj
def roles_command(
    make: MakeService, name: str, give: tuple[str, ...], take: tuple[str, ...], by: str
) -> None:
    """Change what somebody may do."""
    service = make()
    with service.database.write() as session:
        given, wrong = _read_roles(session, give)
        taken, also_wrong = _read_roles(session, take, exist=False)
        stopping = _stopping(session, name, taken, service)
        official = change_roles(
            session,
            name,
            give=given,
            take=taken,
            at=service.clock.now(),
            actor=by,
            found=[*wrong, *also_wrong],
        )
    say(_("已更改 %(name)s 的角色。", name=official.name))
    _tell_stopped(stopping)


@official_group.command(name="end", help="停用一位工作人员：登录和链接立即失效；其做过的事仍记在其姓名下。")
@click.argument("name")
@BY
@click.pass_obj
def end_command(make: MakeService, name: str, by: str) -> None:
    """They work here no more."""
    service = make()
    with service.database.write() as session:
        stopping = _stopping(session, name, None, service)
        official = end_official(session, name, at=service.clock.now(), actor=by)
    say(_("已停用 %(name)s，其登录和链接已经失效。", name=official.name))
    _tell_stopped(stopping)


@official_group.command(
    name="reset-second-factor",
    help="重置两步验证（手机和恢复码都不在了）：此人凭口令登录，直到重新开启；本人登录时会看到。",
)
@click.argument("name")
@BY
@click.pass_obj
def reset_command(make: MakeService, name: str, by: str) -> None:
    """Take somebody's second factor away."""
    service = make()
    with service.database.write() as session:
        official = find_official(session, name, also=actor_problems(by))
        reset(session, official, at=service.clock.now(), actor=by)
    say(_("已重置 %(name)s 的两步验证，本人登录时会看到。", name=official.name))


def _stopping(session: Session, name: str, leaving: list[RoleAt] | None, service: Service) -> list[ApiToken]:
    """The API tokens that are good no more afterwards; whether there is such an official is said by the act itself."""
    known = session.scalar(select(Official.id).where(Official.name_key == person_key(name)))
    return [] if known is None else stops_with(session, known, leaving, service.clock.now())


def _tell_stopped(stopping: list[ApiToken]) -> None:
    for kept in stopping:
        say(
            _(
                "第 %(number)s 号接口令牌（%(name)s）随之停用；还要用的，请有权限的人在工作台接手。",
                number=kept.id,
                name=kept.name,
            )
        )


def invitation_url(service: Service, secret: str) -> str:
    """The link's address."""
    return f"{service.settings.base_url}/desk/invitation/{secret}"


def _print_link(service: Service, name: str, secret: str) -> None:
    say(
        _(
            "请把下面的链接交给 %(name)s 本人，由其设定口令；%(days)s 天内有效，只能用一次，本命令不会再显示它。",
            name=name,
            days=LIFETIME.days,
        )
    )
    click.echo(invitation_url(service, secret))


def _read_roles(
    session: Session, typed: Iterable[str], *, exist: bool = True
) -> tuple[list[RoleAt], list[Problem]]:
    """Roles as they are typed, ``handler``, ``handler@slug`` or ``operator@slug/unit``, and all that is wrong with them.
    ``exist``: campaigns and units must be there."""
    known = units_by_campaign(session)
    roles, found = [], []
    for text in typed:
        role, at_sign, where = text.partition("@")
        slug, slash, unit = where.partition("/")
        if role not in ROLES:
            choice = "、".join(f"{one}（{ROLE_NAMES[one]}）" for one in ROLES)
            found.append(Problem(text, _("没有这个角色。"), _("可用的角色：%(roles)s。", roles=choice)))
        if at_sign and exist and slug not in known:
            remedy = _("可用 voting-service campaign list 查看活动名。")
            found.append(Problem(text, _("没有这个活动。"), remedy))
        elif slash and exist and unit not in known.get(slug, ()):
            remedy = _("单位要与候选名单里写的完全一样。")
            found.append(Problem(text, _("这个活动的候选名单里没有这个单位。"), remedy))
        roles.append(RoleAt(cast(Role, role), slug if at_sign else EVERYWHERE, unit))
    return roles, found


def _state(service: Service, line: OfficialLine) -> Text:
    if line.ended_at is not None:
        return _("已停用")
    if line.invited_until is not None:
        until = spoken(line.invited_until.astimezone(service.settings.zone))
        return _("已邀请，链接到 %(until)s 为止", until=until)
    return _("可以登录") if line.has_passphrase else _("还没有设口令，链接已过期")


def _as_json(line: OfficialLine) -> dict[str, object]:
    return {
        "name": line.name,
        "roles": [
            {"role": one.role, "campaign": one.slug or None, "unit": one.unit or None} for one in line.roles
        ],
        "has_passphrase": line.has_passphrase,
        "invited_until": line.invited_until and rfc3339(line.invited_until),
        "added_at": rfc3339(line.added_at),
        "ended_at": line.ended_at and rfc3339(line.ended_at),
    }


COMMANDS = (official_group,)
