"""``voting-service journal``: take the journal along, and check that nobody has changed it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ..activity import journal
from ..activity.chain import Broken, Link, first_broken, from_line, to_line
from ..activity.reading import chain_of, hash_of, head_of
from ..activity.words import act_words
from ..errors import Problem, ProblemsFound
from ..sheets import to_csv
from ..text import Text, _
from .composition import MakeService, Service
from .output import print_json, say

ACTOR = "operator"
COLUMNS = ("编号", "时间", "办理人", "事项", "事项代码", "对象", "详情", "前一条校验值", "校验值")
_FAULTS: dict[str, Text] = {
    "number": _("这里缺了记录，或者多了记录"),
    "previous": _("与前一条接不上"),
    "sha256": _("内容与写入时不同"),
}


@click.group(name="journal", help="工作日志：导出、核对。")
def journal_group() -> None:
    """Commands about the journal."""


@journal_group.command(
    name="export",
    help="导出工作日志到标准输出：--json 每行一条（可用 journal check 核对），--csv 供表格软件阅读。",
)
@click.option("--json/--csv", "as_json", default=True, help="格式，默认 --json。")
@click.option("--since", type=click.IntRange(min=1), default=1, show_default=True, help="从第几条开始。")
@click.pass_obj
def export(make: MakeService, as_json: bool, since: int) -> None:
    """Write all entries from one on."""
    service = make()
    with service.database.write() as session:
        details = {"format": "jsonl" if as_json else "csv", "since": since}
        journal(
            session,
            at=service.clock.now(),
            actor=ACTOR,
            act="export_journal",
            subject="journal",
            details=details,
        )
    with service.database.read() as session:
        links = chain_of(session, since)
        if as_json:
            for link in links:
                click.echo(to_line(link))
        else:
            sys.stdout.buffer.write(to_csv(COLUMNS, map(_cells, links)))


def _cells(link: Link) -> list[str | int]:
    return [link.number, link.at, link.actor, str(act_words(link.act)), link.act, link.subject, link.details,
            link.previous, link.sha256]  # fmt: skip


@journal_group.command(
    name="check",
    help="重新计算整条日志：不写文件就核对数据库；写导出的文件（JSON）就核对文件，再与数据库比较。对不上时退出码为 1。",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--alone", is_flag=True, help="只核对文件本身，不与数据库比较。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def check(make: MakeService, file: Path | None, alone: bool, as_json: bool) -> None:
    """Recompute the chain."""
    service = None if alone else make()
    counted = _Counted()
    broken = _check_file(file, service, counted) if file else _check_database(service or make(), counted)
    if as_json:
        print_json({"ok": broken is None, "entries": counted.entries, "head": counted.head,
                    "broken": broken and {"number": broken.number, "fault": broken.fault}})  # fmt: skip
    elif broken is None:
        say(
            _(
                "%(count)s 条记录首尾相连，最后一条的校验值是 %(head)s。",
                count=counted.entries,
                head=counted.head,
            )
        )
    else:
        say(_("第 %(number)s 条对不上：%(why)s。", number=broken.number, why=_FAULTS[broken.fault]))
    if broken:
        sys.exit(1)


class _Counted:
    """How many entries went by, and the last one's hash."""

    def __init__(self) -> None:
        self.entries, self.head = 0, ""

    def through(self, links: Iterator[Link]) -> Iterator[Link]:
        """The same entries."""
        for link in links:
            self.entries, self.head = self.entries + 1, link.sha256
            yield link


def _check_database(service: Service, counted: _Counted) -> Broken | None:
    with service.database.read() as session:
        broken = first_broken(counted.through(chain_of(session)))
        # A database whose rows do not begin with the first has lost them.
        last, _hash = head_of(session)
    if broken is None and counted.entries != last:
        return Broken(1, "number")
    return broken


def _check_file(file: Path, service: Service | None, counted: _Counted) -> Broken | None:
    broken = first_broken(counted.through(_lines_of(file)))
    if broken or service is None:
        return broken
    with service.database.read() as session:
        for link in _lines_of(file):
            kept = hash_of(session, link.number)
            if kept != link.sha256:
                return Broken(link.number, "number" if kept is None else "sha256")
    return None


def _lines_of(file: Path) -> Iterator[Link]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield from_line(line)
            except ValueError as error:
                raise ProblemsFound(
                    [Problem(_place(file, number), _("不是导出的工作日志记录。"), _("请用 journal export --json 导出的文件。"))]
                ) from error  # fmt: skip


def _place(file: Path, number: int) -> str:
    return f"{file}:{number}"


COMMANDS = (journal_group,)
