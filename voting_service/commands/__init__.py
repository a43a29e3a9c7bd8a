"""The command line: thin shells around the same verbs that pages and schedules call."""

from __future__ import annotations

import click

from . import (
    books,
    campaign,
    codes,
    decisions,
    demo,
    evidence,
    figures,
    fraud,
    gate,
    journal,
    keys,
    kiosk,
    members,
    official,
    operate,
    sample,
    token,
    workdays,
)
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

    against_fraud = (*gate.FRAUD_COMMANDS, *kiosk.FRAUD_COMMANDS, *evidence.FRAUD_COMMANDS, *sample.COMMANDS)
    for command in against_fraud:
        fraud.fraud_group.add_command(command)
    for slice_ in (
        demo,
        operate,
        keys,
        campaign,
        codes,
        members,
        official,
        token,
        journal,
        books,
        decisions,
        figures,
        fraud,
        workdays,
    ):
        for command in slice_.COMMANDS:
            cli.add_command(command)
    return cli
