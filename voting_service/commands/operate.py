"""Running the service: ``serve``, ``recorder``, ``doctor``, ``db upgrade``."""

from __future__ import annotations

import sys

import click

from .. import logs
from ..activity import journal
from ..activity.reading import examine_journal
from ..attachments.readiness import examine_attachments
from ..attachments.store import SweepRefused
from ..errors import Problem, ProblemsFound
from ..recorder.recorder import run
from ..redis_server.readiness import probe_embedded
from ..tally.decisions.follow import follow_due
from ..tally.publication import publish_due
from ..text import _
from ..workdays.readiness import examine_workdays
from .composition import MakeService, Service, redis_running
from .output import print_json, say
from .stop_sign import StopSign
from .supervisor import Supervisor, recorder_child, watch_child, web_child

ACTOR = "operator"
STARTS_ALL_THE_SAME = frozenset(
    {
        "recorder_behind", "opening_overdue", "books_disagree", "box_refused", "box_unavailable",
        "redis_unreachable", "redis_loading",
    }
)  # fmt: skip


@click.command(help="启动网站（gunicorn）、记录器和防刷票值守；未设 VOTING_REDIS_URL 时同时启动内置 Redis。")
@click.option(
    "--no-recorder",
    is_flag=True,
    help="只启动网站；记录器和值守另行运行（recorder、fraud watch）。",
)
@click.pass_obj
def serve(make: MakeService, no_recorder: bool) -> None:
    """The website, the recorder and the watch, supervised."""
    service = make()
    logs.configure()
    with redis_running(service):
        _refuse_errors(service)
        settings = service.settings
        children = [web_child(settings.host, settings.port, settings.workers, settings.threads)]
        if not no_recorder:
            children += [recorder_child(), watch_child()]
        say(_("服务地址：%(url)s", url=settings.base_url))
        Supervisor(children).run()


def _refuse_errors(service: Service) -> None:
    """Nothing starts on a database of the wrong schema or a Redis that may lose ballots. What only running can mend, or
    what casting refuses by itself, is told and keeps nobody from reading."""
    findings = [finding for probe in service.probes() for finding in probe()]
    errors = [
        finding
        for finding in findings
        if finding.level == "error" and finding.code not in STARTS_ALL_THE_SAME
    ]
    for finding in findings:
        if finding.level != "ok" and finding not in errors:
            say(_("提醒：%(sentence)s", sentence=finding.sentence))
    if errors:
        raise ProblemsFound([Problem(f.code, f.sentence, f.remedy) for f in errors], _("还不能启动："))


@click.command(help="记录器：把票箱中的选票记入台账和透明日志，并按时开始、结束投票。")
@click.pass_obj
def recorder(make: MakeService) -> None:
    """Take turns until told to stop; the batch under way is finished first."""
    service = make()
    logs.configure()
    stop = StopSign()
    stop.listen()
    stores, archives = service.recorder_stores, service.settings.data_dir / "archives"
    with redis_running(service):
        run(
            service.recorder(),
            stop.wait,
            service.settings.recorder_interval_s,
            [lambda: follow_due(stores), *service.turns(), lambda: publish_due(stores, archives)],
        )


@click.command(help="检查设置、数据库、Redis、票箱、记录器、日志、附件、微信和放假安排；有错误时退出码为 1。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.option("--fix", is_flag=True, help="移出上传中断留下的附件文件，30 天后清除；正在上传的不动。")
@click.option("--even-so", is_flag=True, help="没有记录的附件文件很多时也移出；请先确认数据库没有连错。")
@click.pass_obj
def doctor(make: MakeService, as_json: bool, fix: bool, even_so: bool) -> None:
    """Every probe's findings."""
    service = make()
    refused = fix and not _sweep_attachments(service, even_so=even_so)
    service.staging.sweep(service.clock.now())
    with redis_running(service):
        findings = [finding for probe in service.probes() for finding in probe()]
        if service.settings.redis_url is None:
            findings += probe_embedded(service.embedded_redis)
        findings += service.examined_account()
        today = service.clock.now().astimezone(service.settings.zone).date()
        findings += examine_workdays(service.workdays, today)
        findings += examine_attachments(service.database, service.attachments)
        findings.append(examine_journal(service.database))
    if as_json:
        print_json([{"level": f.level, "code": f.code, "finding": str(f.sentence),
                     "remedy": str(f.remedy) if f.remedy else None} for f in findings])  # fmt: skip
    else:
        marks = {"ok": "✓", "warning": "!", "error": "✗"}
        for finding in findings:
            click.echo(
                f"{marks[finding.level]} {finding.sentence}"
                + (f" {finding.remedy}" if finding.remedy else "")
            )
    if refused or any(finding.level == "error" for finding in findings):
        sys.exit(1)


def _sweep_attachments(service: Service, *, even_so: bool) -> bool:
    """False where it was refused; then nothing was done."""
    now = service.clock.now()
    try:
        swept = service.attachments.sweep(service.database, now, even_so=even_so)
    except SweepRefused as error:
        say(error.sentence)
        say(error.remedy or error.sentence)
        return False
    if swept.set_aside or swept.put_back or swept.removed:
        with service.database.write() as session:
            journal(session, at=now, actor=ACTOR, act="sweep_attachments", subject="attachments",
                    details={"set_aside": len(swept.set_aside), "put_back": len(swept.put_back),
                             "removed": swept.removed})  # fmt: skip
    say(_("附件文件：移出没有归属的 %(aside)s 个，放回 %(back)s 个，清除移出满 30 天的 %(removed)s 个。",
          aside=len(swept.set_aside), back=len(swept.put_back), removed=swept.removed))  # fmt: skip
    return True


@click.group(help="数据库。")
def db() -> None:
    """Commands about the database."""


@db.command(help="把数据库结构升级到最新；可重复运行。")
@click.pass_obj
def upgrade(make: MakeService) -> None:
    """Run the migrations."""
    service = make()
    service.settings.data_dir.mkdir(parents=True, exist_ok=True)
    service.database.upgrade()
    say(_("数据库结构为 %(revision)s。", revision=service.database.revision()[0]))


COMMANDS = (serve, recorder, doctor, db)
