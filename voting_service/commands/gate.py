"""``voting-service fraud …``: what the gate asks of ballots, shown and changed while people vote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click

from anti_fraud.policy import ACTIONS, DEFAULT, DEFAULT_ACTIONS, FIELDS, Policy

from ..ballots.ballot_box import BoxUnavailable
from ..campaigns.gate_policies import (
    GatePolicy,
    change_policy,
    current_policy,
    differences,
    flat,
    policy_of,
    versions,
)
from ..campaigns.models import CLOSED, OPEN
from ..campaigns.queries import campaign_by_slug
from ..campaigns.toml_table import did_you_mean, listed
from ..clock import rfc3339
from ..errors import Problem, Unavailable
from ..text import Text, _
from .composition import MakeService, Service, redis_running
from .output import print_json, say

BACK_TO_DEFAULT = "default"
MEANINGS: dict[str, Text] = {
    "dwell": _("打开页面到提交的时间少于 min_dwell_ms。"),
    "user_agent": _("浏览器自报的名称不可能是真的：微信版本号前后不符，或是程序的名称，或没有。"),
    "automation": _("页面脚本看到浏览器由程序驱动的痕迹。"),
    "no_touch": _("页面自报没有任何点按。"),
    "hosting": _("网络地址属于机房（要有网络地址表）。"),
    "share_token": _("转发链接上的标记不是本服务签发的，或已残缺。"),
    "origin": _("选票由别的网站的页面提交。"),
}
"""When each check strikes whose action a policy may choose."""


@click.command(
    name="policy",
    help="显示或更改风控关卡的设置；投票期间也可更改。不带 --set 只显示，例如 --set min_dwell_ms=1500 --set actions.automation=hold。",
)
@click.argument("slug")
@click.option(
    "--set", "given", multiple=True, metavar="名称=值", help="更改一项，可写多次；值写 default 恢复默认。"
)
@click.option("--by", default="", help="更改人，记入工作日志。")
@click.option("--reason", default="", help="更改理由，记入工作日志。")
@click.option("--history", is_flag=True, help="列出历次更改。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def policy_command(
    make: MakeService, slug: str, given: tuple[str, ...], by: str, reason: str, history: bool, as_json: bool
) -> None:
    """Show a policy or change it."""
    if given and history:
        raise click.UsageError("--set 和 --history 不能同时使用。")
    service = make()
    if given:
        changes, problems = read_changes(given)
        with service.database.write() as session:
            version, _policy = change_policy(
                session, slug, changes, at=service.clock.now(), actor=by, reason=reason, found=problems
            )
        say(_("%(slug)s 的关卡设置已更改，现为第 %(version)s 版。", slug=slug, version=version))
        tell_box(service, slug, version)
    with service.database.read() as session:
        campaign = campaign_by_slug(session, slug)
        rows, version, policy = versions(session, campaign.id), *current_policy(session, campaign.id)
        zone = campaign.rules.zone
    if as_json:
        print_json(
            {"campaign": slug, "history": history_json(rows)}
            if history
            else policy_json(slug, version, policy, rows)
        )
    elif history:
        _show_history(rows, zone)
    else:
        _show_policy(version, policy)
        _show_last_change(rows, zone)


def read_changes(given: Sequence[str]) -> tuple[dict[str, Any], list[Problem]]:
    """What ``--set`` asks for, as ``change_policy`` takes it, and everything that cannot be read."""
    changes: dict[str, Any] = {"actions": {}}
    problems: list[Problem] = []
    known = list(flat(DEFAULT.to_json()))
    seen: set[str] = set()
    for text in given:
        name, sign, value = (part.strip() for part in text.partition("="))
        part, _dot, check = name.partition(".")
        if not sign:
            problems.append(Problem(f"--set {text}", _("要写成 名称=值。")))
        elif name not in known:
            problems.append(Problem(name, _("没有这一项。"), _remedy(name, known)))
        elif name in seen:
            problems.append(Problem(name, _("写了不止一次。")))
        elif part == "actions":
            changes["actions"][check] = None if value == BACK_TO_DEFAULT else value
        else:
            changes[name] = _number(name, value)
        seen.add(name)
    return changes, problems


def _remedy(name: str, known: Sequence[str]) -> Text:
    if name.startswith("kiosks"):
        return _("投票机请用 voting-service fraud kiosk 登记和移除。")
    return did_you_mean(name, known) or _("可以写：%(known)s。", known=listed(known))


def _number(name: str, value: str) -> Any:
    """What cannot be read as a number stays a word; the policy's own reader says what is wrong with it."""
    if value == BACK_TO_DEFAULT:
        return getattr(DEFAULT, name)
    digits = value.removeprefix("-")
    return int(value) if digits.isascii() and digits.isdecimal() and len(digits) < 12 else value


def tell_box(service: Service, slug: str, version: int) -> None:
    """Tell the box which policy holds, and the operator from when on. Until the box knows, ballots are judged by the old
    policy; where this command cannot tell it, the recorder does in its next turn."""
    with service.database.read() as session:
        phase = campaign_by_slug(session, slug).phase
    if phase != OPEN:
        say(_("投票已经结束，只影响证据保留多久。") if phase == CLOSED else _("投票开始时生效。"))
        return
    try:
        with redis_running(service):
            service.box.adopt_policy(slug, version)
    except (BoxUnavailable, Unavailable):
        say(
            _(
                "已存入数据库，但现在连不上 Redis，票箱还不知道。记录器连上 Redis 后会马上告诉票箱，从那以后投出的选票按新设置判断。"
            )
        )
        return
    say(_("从下一张选票起生效。"))


def policy_json(slug: str, version: int, policy: Policy, rows: Sequence[GatePolicy]) -> dict[str, Any]:
    """A policy for programs: every part with value, default, bounds and meaning."""
    last = rows[-1] if rows else None
    return {
        "campaign": slug,
        "version": version,
        "changed_at": rfc3339(last.changed_at) if last else None,
        "changed_by": last.changed_by if last else None,
        "reason": last.reason if last else None,
        "fields": [
            {"name": name, "value": getattr(policy, name), "default": getattr(DEFAULT, name), "low": one.low,
             "high": one.high, "meaning": one.chinese}
            for name, one in FIELDS.items()
        ],
        "actions": [
            {"name": f"actions.{name}", "value": policy.actions[name], "default": default, "allowed": list(ACTIONS),
             "meaning": str(MEANINGS[name])}
            for name, default in DEFAULT_ACTIONS.items()
        ],
        "kiosks": [
            {"id": key, "name": one.name, "ballots_per_hour": one.ballots_per_hour} for key, one in policy.kiosks.items()
        ],
    }  # fmt: skip


def history_json(rows: Sequence[GatePolicy]) -> list[dict[str, Any]]:
    """Every change, the first first, with what it changed: name → [before, after]."""
    told, before = [], DEFAULT
    for row in rows:
        policy = policy_of(row)
        changed = differences(before, policy)
        told.append({"version": row.version, "changed_at": rfc3339(row.changed_at), "changed_by": row.changed_by,
                     "reason": row.reason, "changes": changed})  # fmt: skip
        before = policy
    return told


def _show_policy(version: int, policy: Policy) -> None:
    for name, one in FIELDS.items():
        value, default = getattr(policy, name), getattr(DEFAULT, name)
        click.echo(f"{name} = {value}\t默认 {default}，范围 {one.low}–{one.high}\t{one.chinese}")
    for check, default_action in DEFAULT_ACTIONS.items():
        click.echo(
            f"actions.{check} = {policy.actions[check]}\t默认 {default_action}，可选 {'、'.join(ACTIONS)}\t{MEANINGS[check]}"
        )
    for key, kiosk in policy.kiosks.items():
        click.echo(f"kiosk {key}\t{kiosk.name}\t每小时 {kiosk.ballots_per_hour} 票")
    say(
        _(
            "第 %(version)s 版。动作：allow 放行（只记录），challenge 验证，hold 待核，deny 拒绝。",
            version=version,
        )
    )


def _show_last_change(rows: Sequence[GatePolicy], zone: ZoneInfo) -> None:
    if not rows:
        say(_("都是默认设置，没有更改过。"))
        return
    last = rows[-1]
    say(
        _(
            "最后更改：%(when)s，%(by)s，理由：%(reason)s",
            when=_when(last, zone),
            by=last.changed_by,
            reason=last.reason,
        )
    )


def _when(row: GatePolicy, zone: ZoneInfo) -> str:
    return f"{row.changed_at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _show_history(rows: Sequence[GatePolicy], zone: ZoneInfo) -> None:
    if not rows:
        say(_("都是默认设置，没有更改过。"))
    for row, told in zip(rows, history_json(rows), strict=True):
        click.echo(f"第 {row.version} 版\t{_when(row, zone)}\t{row.changed_by}\t{row.reason}")
        for line in _change_lines(told["changes"]):
            click.echo(f"    {line}")


def _change_lines(changes: dict[str, list[Any]]) -> list[str]:
    lines = []
    for name, (before, after) in changes.items():
        if name == "kiosks":
            lines += [f"+ 投票机 {key} {after[key]['name']}" for key in after if key not in before]
            lines += [f"- 投票机 {key} {before[key]['name']}" for key in before if key not in after]
        elif name == "actions":
            lines += [
                f"actions.{one}：{before[one]} → {after[one]}" for one in after if before[one] != after[one]
            ]
        else:
            lines.append(f"{name}：{before} → {after}")
    return lines


FRAUD_COMMANDS = (policy_command,)
"""They stand under ``fraud``."""
