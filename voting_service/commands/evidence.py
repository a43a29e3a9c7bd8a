"""``voting-service fraud export, expire, watch, ipdata``: what is kept against fraud, from its making to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import click

from anti_fraud.networks.build import TABLE_FILE, build
from anti_fraud.networks.npm import ASN_PACKAGE, PackageUnavailable, npm_pack
from anti_fraud.networks.problems import SourcesMalformed

from .. import logs
from ..activity import journal
from ..errors import Problem, ProblemsFound
from ..scanning.export import export_evidence
from ..scanning.retention import delete_evidence, due_for_deletion
from ..text import Text, _
from ..webhooks.posting import DEADLINE_S
from .composition import MakeService, redis_running
from .output import progress_bar, say, writing
from .stop_sign import StopSign

ACTOR = "command line"
TURN_S = 20.0


@click.command(help="导出证据文件 ballots.csv.gz 和 views.csv.gz（含网络地址，仅供排查，用完请删除）。")
@click.argument("slug")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.pass_obj
def export(make: MakeService, slug: str, out: Path) -> None:
    """Write the evidence files."""
    service = make()
    with progress_bar("导出") as progress, writing(out):
        paths = export_evidence(
            service.database, service.keyring, service.networks.table, slug, out, progress
        )
    with service.database.write() as session:
        journal(session, at=service.clock.now(), actor=ACTOR, act="export_evidence", subject=slug)
    for path in paths:
        click.echo(path)


@click.command(
    help="删除已过保存期的投票证据；给出 SLUG 时立即删除该活动的（须已结束投票）。会记入工作日志。"
)
@click.argument("slug", required=False)
@click.option("--yes", is_flag=True, help="不再询问。")
@click.pass_obj
def expire(make: MakeService, slug: str | None, yes: bool) -> None:
    """Delete evidence whose time is over."""
    service = make()
    now = service.clock.now()
    with service.database.read() as session:
        due = [slug] if slug else due_for_deletion(session, now)
    if slug and not yes:
        click.confirm(str(_("删除 %(slug)s 的全部投票证据？不能恢复。", slug=slug)), abort=True, err=True)
    for one in due:
        with service.database.write() as session:
            ballots, views = delete_evidence(session, one, at=now, actor=ACTOR)
        say(_("%(slug)s：已删除 %(b)s 张选票的证据和 %(v)s 次页面浏览。", slug=one, b=ballots, v=views))
    if due:
        with redis_running(service):
            service.box.forget_history()
    else:
        say(_("没有到期的证据。"))


@click.command(
    help="值守：投票期间每 10 分钟排查一次，按期删除证据，核对工作台要求核对的账目，并把事件推送给其他系统。serve 和 demo 会自动启动它。"
)
@click.pass_obj
def watch(make: MakeService) -> None:
    """Take turns until told to stop."""
    service = make()
    logs.configure()
    stop = StopSign()
    stop.listen()
    sending = _beside("webhooks", service.sender().run, stop)
    checking = _beside("books", service.books_checker().run, stop)
    with redis_running(service), sending, checking:
        keeper = service.watch()
        while True:
            keeper.turn()
            if stop.wait(TURN_S):
                return


@contextmanager
def _beside(name: str, run: Callable[[Callable[[float], bool]], None], stop: StopSign) -> Iterator[None]:
    """Webhooks go out and books are checked beside the scans, each in a thread of its own: a receiver that is slow keeps no scan
    waiting, nor a scan a message. What is under way when we are told to stop is finished, or done again later."""
    thread = Thread(target=run, args=(stop.wait,), name=name, daemon=True)
    thread.start()
    yield
    thread.join(timeout=DEADLINE_S)


@click.command(
    help="装入网络地址表（运营商、机房、省份），供门口和排查使用。不给文件时从 npm 取公开的 ASN 表。"
)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def ipdata(make: MakeService, files: tuple[Path, ...]) -> None:
    """Load an offline table of networks."""
    path = make().settings.data_dir / TABLE_FILE
    with _sources(files) as sources, progress_bar("网络地址表") as bar:
        try:
            table = build(sources, path, lambda _step, rows: bar(rows, 0))
        except SourcesMalformed as malformed:
            raise ProblemsFound(
                [Problem("", Text(one.sentence("zh"))) for one in malformed.problems],
                _("地址表有问题，没有装入："),
            ) from malformed
    say(_("已装入：%(version)s。", version=table.version))
    if table.notice:
        say(table.notice)


@contextmanager
def _sources(files: tuple[Path, ...]) -> Iterator[list[Path]]:
    if files:
        yield list(files)
        return
    try:
        with TemporaryDirectory() as folder:
            yield [npm_pack(ASN_PACKAGE, Path(folder))]
    except PackageUnavailable as error:
        raise ProblemsFound([Problem("npm", Text(str(error)))]) from error


FRAUD_COMMANDS = (export, expire, watch, ipdata)
"""They stand under ``fraud``."""
