"""How long the server works on each page of the desk with 100 candidates and a million ballots, beside the same page of a
campaign without any.

The pages are taken from the application's own map of addresses, so that none that is added later is forgotten: an address that
nothing is known to stand under, or that answers nothing, ends the run. They are asked for while people vote, when a tally is
before the committee, and when everything is done; of each the one that is most work counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from voting_service.web import access
from wsgi import make_flask

from . import desk_closing, desk_scene
from .big_ledger import fill, open_campaign
from .desk_bulk import FEW, MANY
from .desk_campaign import CANDIDATES
from .desk_check import Walk
from .desk_doors import half_way_in
from .desk_scene import DRAFT, EMPTY, FULL, Scene
from .desk_timing import Timed, Visitor, visit
from .run import QUICK, Run
from .stand import Stand, stand
from .table import Row

PROMISE_MS = 300
_ROUNDS = 7
ELSEWHERE = {
    "/desk/campaigns/<slug>/journal": "leads to /desk/journal with the campaign chosen; that page is what is measured",
}
"""Addresses that have no page of their own, and why. Their answer is followed."""
_ACTS = ("while people vote", "a tally before the committee", "certified and awarded")


def measure(run: Run) -> list[Row]:
    """Every GET address of the desk, in each of the acts; what walks through the whole ledger within a request beside them."""
    ballots = run.sizes.desk_ballots
    with stand(run.directory) as place:
        open_campaign(place, EMPTY)
        campaign_id = open_campaign(place, FULL)
        fill(place, FULL, campaign_id, ballots, run.progress("填充台账 filling the ledger"))
        scene = Scene(place)
        desk_scene.furnish(scene, MANY if ballots > QUICK.desk_ballots else FEW)
        rules = list(_addresses(place))
        timed: dict[str, Timed] = {}
        _act(run, scene, rules, timed, 0)
        desk_closing.close_voting(scene)
        walk = desk_closing.check_and_propose(scene)
        _act(run, scene, rules, timed, 1)
        signed_s = desk_closing.certify_it(scene)
        archive_s = desk_closing.finish(scene)
        _act(run, scene, rules, timed, 2)
    if missing := sorted({rule.rule for rule in rules} - set(timed)):
        raise RuntimeError(f"nothing answered under these addresses: {', '.join(missing)}")
    return _rows(timed, walk, signed_s, archive_s, ballots)


def _addresses(place: Stand) -> Iterator[Rule]:
    app: Flask = make_flask(place.service, place.place)
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        declared = access.declared(app.view_functions[rule.endpoint])
        if rule.rule.startswith("/desk") and "GET" in (rule.methods or ()) and declared is not None:
            yield rule


def _act(run: Run, scene: Scene, rules: list[Rule], timed: dict[str, Timed], act: int) -> None:
    """The slowest of each address so far, in ``timed``."""
    progress = run.progress(f"工作台页面 desk pages, {_ACTS[act]}")
    outside, half_way = scene.place.stage.client(), half_way_in(scene.place) if act == 0 else None
    for done, rule in enumerate(rules, start=1):
        client = scene.viewer.client
        if rule.rule.startswith(("/desk/sign-in", "/desk/invitation")):
            client = half_way if rule.rule == "/desk/sign-in/code" and half_way else outside
        visitor = Visitor(client, rule, _ACTS[act], min(_ROUNDS, run.sizes.turns - 1), rule.rule in ELSEWHERE)
        for parts in _cases(scene, rule):
            found = visit(visitor, parts, EMPTY if act == 0 else None)
            if found is not None and found.is_slower_than(timed.get(rule.rule)):
                timed[rule.rule] = found
        progress(done, len(rules))


def _cases(scene: Scene, rule: Rule) -> Iterator[dict[str, object]]:
    """What an address is asked with."""
    known = scene.at.get(rule.rule, [])
    if not rule.arguments - {"slug"}:
        slugs = (FULL, DRAFT) if "slug" in rule.arguments else (None,)
        known = [*known, *({} if slug is None else {"slug": slug} for slug in slugs)]
    for parts in known:
        yield {"slug": FULL, **parts} if "slug" in rule.arguments else parts


def _rows(timed: dict[str, Timed], walk: Walk, signed_s: float, archive_s: float, ballots: int) -> list[Row]:
    slowest_first = sorted(timed.values(), key=lambda one: -one.cpu_ms)
    pages = [one for one in slowest_first if not one.is_file]
    worst = pages[0].cpu_ms
    return [
        Row(
            f"工作台 {len(pages)} 个页面中最慢的，{CANDIDATES} 名候选人、{ballots:,} 张选票  the slowest of the desk's pages",
            f"{worst:.0f} ms", f"< {PROMISE_MS} ms each", worst < PROMISE_MS,
            f"{len(timed)} addresses, all of them reached; {len(timed) - len(pages)} are files",
        ),
        *map(_row, pages),
        *map(_file_row, (one for one in slowest_first if one.is_file)),
        Row("认定前核对账目  checking the books before certifying", f"{walk.took_s:.1f} s, {walk.peak / 2**20:.0f} MiB",
            note=f"by the watch; {walk.cpu_s:.1f} s of processor time, {(walk.peak - walk.before) / 2**20:.0f} MiB more than idle"),
        Row("提请认定  putting it to the members", f"{walk.proposed_s:.1f} s", note="within one request"),
        Row("完成认定的签认  the signature that certifies", f"{signed_s:.1f} s", note="within one request"),
        Row("生成结项归档  making the closing archive", f"{archive_s:.1f} s", note="within one request"),
    ]  # fmt: skip


def _row(one: Timed) -> Row:
    ratio = (
        f"{one.cpu_ms / one.empty_ms:.2f} × without ballots ({one.empty_ms:.1f} ms); " if one.empty_ms else ""
    )
    return Row(
        one.address, f"{one.cpu_ms:.1f} ms", f"< {PROMISE_MS} ms", one.cpu_ms < PROMISE_MS,
        f"{ratio}{one.took_ms:.1f} ms by the clock; {one.statements} statements; {one.when}",
    )  # fmt: skip


def _file_row(one: Timed) -> Row:
    return Row(f"文件 file: {one.address}", f"{one.cpu_ms:.1f} ms", note=f"{one.bytes:,} bytes; {one.when}")
