"""``voting-service fraud scan`` and ``clusters``: look for clusters of ballots, and show what was found, blinded first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click

from anti_fraud.scan.files import scan_files, write_outcome
from anti_fraud.scan.problems import EvidenceRefused

from ..campaigns.queries import campaign_by_slug
from ..clock import rfc3339
from ..errors import Problem, ProblemsFound
from ..scanning.live import clusters_of, last_run
from ..scanning.retention import day_of_deletion
from ..tally.clusters.blind_sheet import blind_facts, blind_figures, blind_lines, blind_sheet
from ..tally.clusters.sheet import FINDINGS, sheet
from ..text import Text, _
from .composition import MakeService
from .output import print_json, progress_bar, say, writing


@click.group(name="fraud", help="防刷票：关卡设置、投票机、事后排查、证据、抽样核查。")
def fraud_group() -> None:
    """Commands against fraud."""


@fraud_group.command(
    help="事后排查异常票群。给出 SLUG 时排查台账中的选票；给出 --ballots 时排查证据文件（也可来自其他系统）。"
)
@click.argument("slug", required=False)
@click.option(
    "--ballots", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="ballots.csv 或 .csv.gz。"
)
@click.option(
    "--views", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="views.csv 或 .csv.gz。"
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="把 verdicts.csv 和 clusters.json 写到此文件夹。",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（合计数和各票群编号）。")
@click.pass_obj
def scan(
    make: MakeService,
    slug: str | None,
    ballots: Path | None,
    views: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Look for clusters."""
    if (slug is None) == (ballots is None):
        raise click.UsageError(str(_("请给出 SLUG 或 --ballots 之一。")))
    if views is not None and ballots is None:
        raise click.UsageError(str(_("--views 要和 --ballots 一起给出。")))
    with progress_bar("排查") as bar, writing(out):
        if ballots is not None:
            if out is None:
                raise click.UsageError(str(_("排查文件时请用 --out 指明结果文件夹。")))
            outcome = _scan_files(ballots, views, out, _steps(bar))
        else:
            outcome = make().live_scan.scan(slug or "", _steps(bar))
            if out is not None:
                write_outcome(out, outcome)
    whole = outcome.as_dict()
    if as_json:
        print_json({"totals": whole["totals"], "silent": whole["silent"],
                    "clusters": [{"id": c["id"], "finding": c["finding"], "ballots": len(c["ballots"])}
                                 for c in whole["clusters"]]})  # fmt: skip
        return
    _tell(whole)


def _scan_files(
    ballots: Path, views: Path | None, out: Path, progress: Callable[[str, int, int], None]
) -> Any:
    try:
        return scan_files(
            ballots, views, out, progress, warn=lambda warning: say(_("提醒：%(w)s", w=warning))
        )
    except EvidenceRefused as refused:
        raise ProblemsFound([Problem("", Text(str(problem))) for problem in refused.problems],
                            _("证据文件有问题，没有排查：")) from refused  # fmt: skip


def _steps(bar: Callable[[int, int], None]) -> Callable[[str, int, int], None]:
    return lambda _step, done, total: bar(done, total)


def _tell(whole: dict[str, Any]) -> None:
    totals = whole["totals"]
    say(_("共 %(n)s 张选票：建议隔离 %(q)s 张，待人工复核 %(r)s 张，异常票群 %(c)s 个。",
          n=totals["ballots"], q=totals["quarantine"], r=totals["review"], c=totals["clusters"]))  # fmt: skip
    if whole["silent"]:
        say(_("缺少这些数据，有关的问题没有判断：%(names)s。", names="、".join(whole["silent"])))
    for cluster in whole["clusters"]:
        click.echo(f"{cluster['id']}\t{FINDINGS[cluster['finding']]}\t{len(cluster['ballots'])}")


@fraud_group.command(
    help="查看最近一次排查的票群；先隐去候选人，张数只写范围；加 --show-candidates 才全部显示。"
)
@click.argument("slug")
@click.option("--cluster", help="只看这一个，连同数字、对照组和抽样。")
@click.option("--show-candidates", is_flag=True, help="显示候选人编号、确切张数和作废后的名次变化。")
@click.option("--english", is_flag=True, help="英文说明（和 --show-candidates 一起用）。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON；同样先隐去候选人。")
@click.pass_obj
def clusters(
    make: MakeService, slug: str, cluster: str | None, show_candidates: bool, english: bool, as_json: bool
) -> None:
    """Show what the latest scan found, blinded first."""
    service = make()
    with service.database.read() as session:
        run, deleted = last_run(session, slug), day_of_deletion(session, slug) is not None
        found = clusters_of(session, slug, service.keyring)
        zone = campaign_by_slug(session, slug).rules.zone
    found = [one for one in found if cluster in (None, one["id"])]
    if cluster and not found:
        raise ProblemsFound([Problem(cluster, _("最近一次排查中没有这个票群。"))])
    if as_json:
        print_json(found if show_candidates else [blind_figures(one, zone) for one in found])
        return
    if run is None:
        say(_("还没有排查过。运行 voting-service fraud scan %(slug)s。", slug=slug))
        return
    say(_("%(at)s 排查，看到第 %(seq)s 张选票。", at=rfc3339(run.at), seq=run.up_to_seq))
    for one in found:
        click.echo(f"{one['id']}  {FINDINGS[one['finding']]}")
        if show_candidates:
            click.echo(one["paragraph"]["named"]["en" if english else "zh"] + "\n")
        for line in _lines(one, zone, show_candidates=show_candidates, whole=cluster is not None):
            click.echo(line)
    if deleted:
        say(_("证据已删除，票群的明细随之删除；当时的合计：%(n)s 个票群。", n=run.clusters))
    elif not found:
        say(_("没有发现异常票群。"))


def _lines(one: dict[str, Any], zone: tzinfo, *, show_candidates: bool, whole: bool) -> Iterable[str]:
    if show_candidates:
        return sheet(one) if whole else ()
    blind = blind_sheet(one, zone)
    return blind_lines(blind) if whole else [*blind_facts(blind), ""]


COMMANDS = (fraud_group,)
