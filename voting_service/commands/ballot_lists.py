"""Which ballots a decision is about: a file of ids, or a cluster of a scan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ..errors import Problem, ProblemsFound
from ..scanning.live import clusters_of
from ..text import _
from .composition import Service

LARGEST_FILE = 64 * 1024 * 1024


def from_cluster(service: Service, slug: str, named: str) -> tuple[list[str], str]:
    """The ballots of a cluster, and its id as the decision's origin: of the campaign's latest scan, or of a file that
    is named before a colon."""
    if ":" in named:
        return _from_clusters_file(named)
    with service.database.read() as session:
        clusters = clusters_of(session, slug, service.keyring)
    found = next((cluster for cluster in clusters if cluster["id"] == named), None)
    if found is None:
        raise _no_such_cluster(slug, named, clusters)
    return list(found["ballots"]), f"cluster {named}"


def from_file(file: Path) -> tuple[list[str], str | None]:
    """One ballot id or tracking code a line; there is no origin to tell of."""
    lines = [line.strip() for line in _text_of(file).splitlines()]
    return [line for line in lines if line and line != "ballot_id"], None


def _text_of(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise ProblemsFound([Problem(str(file), _("文件太大。"))])
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ProblemsFound([Problem(str(file), _("不是可读的 UTF-8 文本文件。"))]) from error


def _from_clusters_file(named: str) -> tuple[list[str], str]:
    """The ballots of one cluster of ``clusters.json``, and its id as the origin."""
    path, colon, cluster_id = named.rpartition(":")
    if not colon or not Path(path).is_file():
        raise click.UsageError(str(_("--cluster 应是票群编号，或形如 clusters.json:编号。")))
    try:
        clusters = json.loads(_text_of(Path(path)))["clusters"]
        found = [cluster for cluster in clusters if str(cluster["id"]) == cluster_id]
        ballots = [str(ballot) for ballot in found[0]["ballots"]] if found else None
    except (ValueError, TypeError, KeyError) as error:
        raise ProblemsFound([Problem(path, _("不是排查结果 clusters.json 的格式。"))]) from error
    if ballots is None:
        raise _no_such_cluster(path, cluster_id, clusters)
    return ballots, f"cluster {cluster_id}"


def _no_such_cluster(where: str, cluster_id: str, clusters: Sequence[Mapping[str, Any]]) -> ProblemsFound:
    known = "、".join(str(cluster["id"]) for cluster in clusters[:20])
    return ProblemsFound(
        [Problem(where, _("没有编号为 %(id)s 的票群；有：%(known)s。", id=cluster_id, known=known or "—"))]
    )
