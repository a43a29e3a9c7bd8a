"""How long the server works on each page of the desk with 100 candidates and a million ballots, beside the same page of a
campaign without any.

The pages are taken from the application's own map of addresses, so that none that is added later is forgotten.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import AnyConverter, IntegerConverter, Rule
from werkzeug.test import Client

from publicity.docket.models import Objection
from publicity.substitutions.models import Substitution
from tests.desk import Desk
from voting_service.accounts.officials import ROLES
from voting_service.scanning.models import ScanCluster
from voting_service.web import access
from wsgi import make_flask

from .big_ledger import CANDIDATES, fill, open_campaign
from .run import Run
from .stand import Stand, stand
from .table import Row

PROMISE_MS = 300
FULL, EMPTY = "full", "empty"
_ROUNDS = 7
_SAID = 200


@dataclass(frozen=True)
class Timed:
    """One page: milliseconds of the server's work, full and empty; None where it did not answer 200."""

    path: str
    full_ms: float | None
    empty_ms: float | None
    status: int
    download: bool = False
    """A file to take away, as long as the ledger may be: told, not bound by the promise."""


def measure(run: Run) -> list[Row]:
    """Every GET route of the desk; a route whose arguments name nothing that is there is told, not measured."""
    with stand(run.directory) as place:
        open_campaign(place, EMPTY)
        campaign_id = open_campaign(place, FULL)
        fill(place, FULL, campaign_id, run.sizes.desk_ballots, run.progress("填充台账 filling the ledger"))
        # One official with every role that acts; whoever supervises has no other.
        desk = Desk(place.stage, "测量员", *(role for role in ROLES if role != "supervisor"))
        pages = list(_pages(place))
        named = _stand_ins(place, campaign_id)
        progress, timed = run.progress("工作台页面 desk pages"), []
        for done, rule in enumerate(pages, start=1):
            timed.append(_time(desk.client, rule, named))
            progress(done, len(pages))
    return _rows(timed, run.sizes.desk_ballots)


def _pages(place: Stand) -> Iterator[Rule]:
    app: Flask = make_flask(place.service, place.place)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if (
            rule.rule.startswith("/desk")
            and "GET" in (rule.methods or ())
            and access.declared(view) == "official"
        ):
            yield rule


def _stand_ins(place: Stand, campaign_id: int) -> dict[str, list[Any]]:
    """What the parts of an address may be, by their names."""
    with place.service.database.read() as session:
        clusters = list(
            session.scalars(
                select(ScanCluster.cluster).where(ScanCluster.campaign_id == campaign_id).limit(1)
            )
        )
        dockets = list(session.scalars(select(Objection.docket_number)))
        substitutions = list(session.scalars(select(Substitution.id)))
    return {
        "cluster": clusters, "cluster_id": clusters, "number": [*dockets, "D-0001", "1"],
        "substitution_id": substitutions, "kind": ["csv", "xlsx", "json", "pdf"],
        "table": ["decisions", "candidates"],
    }  # fmt: skip


def _arguments(rule: Rule, named: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Every way to fill in an address; the first that leads to something is taken."""
    names = sorted(rule.arguments - {"slug"})
    yield from (
        dict(zip(names, chosen, strict=True))
        for chosen in product(*(_values(rule, name, named) for name in names))
    )


def _values(rule: Rule, name: str, named: dict[str, list[Any]]) -> list[Any]:
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[:1]
    if isinstance(converter, IntegerConverter):
        return [*(value for value in named.get(name, []) if isinstance(value, int)), 1, 2, 3]
    return [*named.get(name, []), "1"]


def _time(client: Client, rule: Rule, named: dict[str, list[Any]]) -> Timed:
    full = Round(None, 0, False)
    for arguments in _arguments(rule, named):
        full = _rounds(client, _path(rule, arguments, FULL))
        if full.took_ms is not None:
            empty = (
                _rounds(client, _path(rule, arguments, EMPTY)).took_ms if "slug" in rule.arguments else None
            )
            return Timed(rule.rule, full.took_ms, empty, full.status, full.download)
    return Timed(rule.rule, None, None, full.status)


def _path(rule: Rule, arguments: dict[str, Any], slug: str) -> str:
    built = rule.build({**arguments, **({"slug": slug} if "slug" in rule.arguments else {})})
    if built is None:
        raise RuntimeError(f"no address can be built for {rule.rule}")
    return built[1]


class Round(NamedTuple):
    """Milliseconds, where it was answered 200."""

    took_ms: float | None
    status: int
    download: bool


def _rounds(client: Client, path: str) -> Round:
    """The median; the first round, which compiles templates and opens connections, is not counted. A file is taken away
    once: it may be as long as the ledger."""
    took: list[float] = []
    while True:
        before = time.perf_counter()
        response = client.get(path)
        response.get_data()
        took.append((time.perf_counter() - before) * 1000)
        download = response.headers.get("Content-Disposition", "").startswith("attachment")
        if response.status_code != _SAID:
            return Round(None, response.status_code, download)
        if download or len(took) > _ROUNDS:
            return Round(statistics.median(took[1:] or took), _SAID, download)


def _rows(timed: list[Timed], ballots: int) -> list[Row]:
    measured = sorted((one for one in timed if one.full_ms is not None), key=lambda one: -(one.full_ms or 0))
    pages = [one for one in measured if not one.download]
    left_out = [f"{one.path} ({one.status})" for one in timed if one.full_ms is None]
    worst = max((one.full_ms or 0 for one in pages), default=0.0)
    return [
        Row(
            f"工作台 {len(pages)} 个页面中最慢的，{CANDIDATES} 名候选人、{ballots:,} 张选票  the slowest of the desk's pages",
            f"{worst:.0f} ms", f"< {PROMISE_MS} ms each", worst < PROMISE_MS,
            "not measured, since nothing is there under a stand-in address: " + json.dumps(left_out) if left_out else "",
        ),
        *map(_row, pages),
        *(_row(one) for one in measured if one.download),
    ]  # fmt: skip


def _row(one: Timed) -> Row:
    took, ratio = one.full_ms or 0.0, ""
    if one.empty_ms:
        ratio = f"{took / one.empty_ms:.2f} × the same page without ballots ({one.empty_ms:.1f} ms)"
    if one.download:
        return Row(one.path, f"{took:.1f} ms", note=f"a file to take away; {ratio}")
    return Row(one.path, f"{took:.1f} ms", f"< {PROMISE_MS} ms", took < PROMISE_MS, ratio)
