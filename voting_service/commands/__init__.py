"""The command line: thin shells around the same verbs that pages and schedules call."""

from __future__ import annotations

import click

from . import books, campaign, demo, gate, kiosk, operate
from .composition import MakeService
from .output import Speaking


def make_cli(make_service: MakeService) -> click.Group:
    """The command line over one way to make a service; nothing is made before a command needs it."""

    @click.group(cls=Speaking, context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(package_name="voting-service")
    @click.pass_context
    def cli(context: click.Context) -> None:
        """评选投票服务：导入活动、开始和结束投票、入账、计票、对账、防刷票。"""
        context.obj = make_service

    for command in (*demo.COMMANDS, *operate.COMMANDS, *campaign.COMMANDS, *books.COMMANDS, *gate.COMMANDS):
        cli.add_command(command)
    for command in kiosk.FRAUD_COMMANDS:
        gate.fraud_group.add_command(command)
    return cli
