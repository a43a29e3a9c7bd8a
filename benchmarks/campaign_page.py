"""The campaign page beside a bare Flask view that answers with the same bytes."""

from __future__ import annotations

from collections.abc import Callable

from voting_service.web.sessions import COOKIE

from .load import LoadGenerator, Round
from .paired import in_turn, ratios, spread
from .run import Run
from .servers import serving
from .stand import Stand, new_session, request, stand
from .table import Row

CONNECTIONS = 64
LEAST = 0.8


def measure(run: Run) -> list[Row]:
    """First visits, visits of voters who have been here, and the bare view, in turn."""
    with stand(run.directory) as place:
        path = f"/c/{place.example()}"
        page = place.stage.client().get(path).data
        with serving(place, page) as server, LoadGenerator(server.host, server.port, run.directory) as load:
            sides = _sides(place, load, path, run.sizes.requests)
            for side in sides.values():
                side(0)
            found = in_turn(sides, run.sizes.turns, run.progress("活动页面 campaign page"))
    rates = {name: [one.rate for one in rounds] for name, rounds in found.items()}
    return [_row("再次访问 with a session", rates["again"], rates["bare"], len(page)),
            _row("首次访问 first visit", rates["first"], rates["bare"], len(page))]  # fmt: skip


def _sides(place: Stand, load: LoadGenerator, path: str, count: int) -> dict[str, Callable[[int], Round]]:
    sessions = place.place.sessions
    cookies = [f"{COOKIE}={sessions.to_cookie(new_session())}" for _ in range(count)]
    again = [request("GET", path, cookie) for cookie in cookies]
    first = [request("GET", path)] * count
    bare = [request("GET", "/bench/bytes", cookie) for cookie in cookies]
    return {
        "again": lambda _turn: load.run(again, CONNECTIONS).require(200),
        "first": lambda _turn: load.run(first, CONNECTIONS).require(200),
        "bare": lambda _turn: load.run(bare, CONNECTIONS).require(200),
    }


def _row(who: str, rates: list[float], bare: list[float], size: int) -> Row:
    ratio = ratios(rates, bare)
    note = f"{spread(rates).median:.0f}/s and {spread(bare).median:.0f}/s, {size / 1024:.0f} KiB each"
    return Row(f"活动页面 ÷ 相同字节的空视图，{who}  campaign page ÷ same bytes from a bare Flask view",
               str(ratio), f"≥ {LEAST}", ratio.median >= LEAST, note)  # fmt: skip
