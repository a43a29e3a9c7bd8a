"""Casting over HTTP, beside an empty Flask endpoint and beside casting as it is usually built; and the wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .comparisons import usual_cookies
from .load import LoadGenerator, Round, percentile
from .paired import in_turn, ratios, spread
from .run import Run
from .servers import THREADS, WORKERS, Server, serving
from .stand import Stand, stand
from .table import Row

CONNECTIONS = 64
LEAST = 0.45
AIM = 0.7


class Side(NamedTuple):
    """One round at one endpoint."""

    round: Round
    cpu_us: float
    """Processor time of the workers for one request; 0 where the system does not tell."""


def measure(run: Run) -> list[Row]:
    """Three endpoints in turn, the same requests at each."""
    with stand(run.directory) as place:
        place.stage.campaign()
        with serving(place) as server, LoadGenerator(server.host, server.port, run.directory) as load:
            sides = _sides(place, server, load, run.sizes.requests)
            for side in sides.values():
                side(0)  # first requests load scripts, keys and code
            progress = run.progress("投票速度 cast rate")
            return _rows(in_turn(sides, run.sizes.turns, progress))


def _sides(place: Stand, server: Server, load: LoadGenerator, count: int) -> dict[str, Callable[[int], Side]]:
    usual_cookie = usual_cookies()

    def run(requests: list[bytes], status: int) -> Side:
        before = server.cpu_s()
        round_ = load.run(requests, CONNECTIONS).require(status)
        return Side(round_, (server.cpu_s() - before) / len(requests) * 1e6)

    def cast(_turn: int) -> Side:
        path = "/api/v1/campaigns/test/ballots"
        return run([ballot.post(path) for ballot in place.ballots("test", count)], 201)

    def empty(_turn: int) -> Side:
        return run([ballot.post("/bench/empty") for ballot in place.ballots("test", count)], 200)

    def usual(_turn: int) -> Side:
        # A fifth of the requests: it is slow, and what is compared is a rate.
        ballots = place.ballots("test", max(count // 5, 1))
        return run([one.post("/bench/usual", usual_cookie(one.session.subject)) for one in ballots], 201)

    return {"cast": cast, "empty": empty, "usual": usual}


def _rows(found: dict[str, list[Side]]) -> list[Row]:
    rates = {name: [side.round.rate for side in sides] for name, sides in found.items()}
    to_empty, to_usual = ratios(rates["cast"], rates["empty"]), ratios(rates["cast"], rates["usual"])
    return [
        Row("投票 ÷ 空 Flask JSON 接口  cast ÷ empty Flask JSON endpoint", str(to_empty),
            f"≥ {LEAST}, 争取 aim {AIM}", to_empty.median >= LEAST, _rate_note(found)),
        Row("投票 ÷ 常规做法（Flask 会话、三道限流、同步写库）  cast ÷ Flask session, three limits, SQL insert",
            str(to_usual)),
        Row(f"{CONNECTIONS} 个连接下的 p99 等待  p99 under {CONNECTIONS} connections", f"{_p99_ms(found['cast']):.0f} ms",
            note=f"empty {_p99_ms(found['empty']):.0f} ms, usual {_p99_ms(found['usual']):.0f} ms; "
            "every connection asks again at once"),
    ]  # fmt: skip


def _rate_note(found: dict[str, list[Side]]) -> str:
    """On a machine that others use too, rates fall with the waiting; processor time does less so."""
    rates = ", ".join(
        f"{name} {spread([side.round.rate for side in sides]).median:.0f}/s" for name, sides in found.items()
    )
    cpu = {name: [side.cpu_us for side in sides] for name, sides in found.items()}
    note = f"{WORKERS} workers × {THREADS} threads on one core: {rates}"
    if min(cpu["cast"]) > 0:
        note += f"; by the workers' processor time {ratios(cpu['empty'], cpu['cast'])}"
    return note


def _p99_ms(sides: list[Side]) -> float:
    return spread([percentile(side.round.latencies, 0.99) * 1000 for side in sides]).median
