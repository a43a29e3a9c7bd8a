"""``voting-service dockets …``: what is on the docket, by numbers and dates alone. The command line gives no statement, no
name and no heading to anyone: whoever needs to read a docket signs in at the desk, where the reading is journaled."""

from __future__ import annotations

from typing import Any

import click

from voting_service.commands.composition import MakeService, Service
from voting_service.commands.output import print_json, say
from voting_service.text import _

from ..docket.words import docket_state_of
from .listing import Listed, all_dockets
from .overdue import Today, due_text

JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")


@click.group(name="dockets", help="案卷一览和逾期提醒：只有编号、日期和状态，不含异议内容和身份。")
def dockets_group() -> None:
    """Commands about dockets."""


@dockets_group.command(name="list", help="列出案卷；--all 连同已办结的。")
@click.option("--campaign", "slug", help="只看一个活动。")
@click.option("--all", "finished_too", is_flag=True, help="连同已办结的。")
@JSON
@click.pass_obj
def list_command(make: MakeService, slug: str | None, finished_too: bool, as_json: bool) -> None:
    """Every docket still to be handled, or every one."""
    listed = [
        one for one in _all(make(), pending=not finished_too) if slug is None or one.slug == slug
    ]  # fmt: skip
    _print(listed, as_json)
    if not listed:
        say(_("没有案卷。") if finished_too else _("没有在办的案卷。"))


@dockets_group.command(
    name="overdue", help="逾期未审查、逾期未办结、未指派、提问未答的案卷；有逾期时退出码为 1。"
)
@JSON
@click.pass_context
def overdue_command(context: click.Context, as_json: bool) -> None:
    """What somebody must see to; status 1 where a promised day has passed, so that a schedule can tell."""
    listed = [one for one in _all(context.obj(), pending=True) if one.dues]
    _print(listed, as_json)
    if not listed:
        say(_("没有逾期或待提醒的案卷。"))
    if any(one.late for one in listed):
        context.exit(1)


def _all(service: Service, *, pending: bool) -> list[Listed]:
    today = Today(service.clock.now(), service.settings.zone, service.workdays())
    with service.database.read() as session:
        return all_dockets(session, today, pending=pending)


def _print(listed: list[Listed], as_json: bool) -> None:
    if as_json:
        print_json([_plain(one) for one in listed])
        return
    for one in listed:
        state = docket_state_of(one.state, proposed=one.proposed_by is not None)
        told = "、".join(str(due_text(due)) for due in one.dues)
        click.echo(
            f"{one.number}\t{one.slug}\t{one.notice_number}\t{state}\t{one.standing.decide_by}\t"
            f"{one.standing.reply_by}\t{told}"
        )


def _plain(one: Listed) -> dict[str, Any]:
    return {
        "docket_number": one.number,
        "campaign": one.slug,
        "notice": one.notice_number,
        "kind": one.kind,
        "came_by": one.came_by,
        "state": one.state,
        "received": one.standing.received.isoformat(),
        "decide_by": one.standing.decide_by.isoformat(),
        "reply_by": one.standing.reply_by.isoformat(),
        "handlers": len(one.handlers),
        "waits_for_confirmation": one.proposed_by is not None,
        "dues": [
            {"kind": due.kind, "day": due.day.isoformat(), "workdays": due.workdays} for due in one.dues
        ],
    }
