"""Does casting cost more when a million have voted before? And what does one voter weigh in the box?"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from voting_service.ballots.ballot_box import OPEN
from voting_service.ballots.box_builder import BoxBuilder
from voting_service.ballots.opening import FIRST_EPOCH
from voting_service.campaigns.queries import campaign_by_slug
from voting_service.clock import to_ms

from .load import LoadGenerator
from .paired import in_turn, ratios, spread
from .run import Progress, Run
from .servers import serving
from .stand import Stand, stand
from .table import Row

CONNECTIONS = 64
FLAT = 0.10
CANDIDATES = 6
_CHUNK = 5_000


class Cost(NamedTuple):
    """What one cast took in one round."""

    whole_us: float
    """Through HTTP, from one worker that is never idle."""
    script_us: float
    """In Redis alone, by its own clock."""


def measure(run: Run) -> list[Row]:
    """One campaign for each number of earlier voters, all in one Redis, cast in turn."""
    with stand(run.directory) as place:
        weights = {}
        for count in run.sizes.earlier_voters:
            place.stage.campaign(_slug(count), CANDIDATES)
            weights[count] = _fill(place, count, run.progress(f"填入选民 {count} earlier voters"))
        with serving(place) as server, LoadGenerator(server.host, server.port, run.directory) as load:
            sides = {str(count): _side(place, load, count, run.sizes.requests // 2) for count in weights}
            for side in sides.values():
                side(0)
            found = in_turn(sides, run.sizes.turns, run.progress("先前选民 earlier voters"))
    few, *more = found.values()
    return [
        *(_cost_row(count, costs, few) for count, costs in zip(list(weights)[1:], more, strict=True)),
        _weight_row(weights),
    ]


def _slug(count: int) -> str:
    return f"after-{count}"


def _fill(place: Stand, count: int, progress: Progress) -> float:
    """Put so many voters into the box, as a rebuild does; gives bytes of Redis's memory for each."""
    client: Any = place.service.redis_client
    with place.service.database.read() as session:
        rules = campaign_by_slug(session, _slug(count)).rules
    before = client.info("memory")["used_memory"]
    with BoxBuilder(place.service.box, _slug(count)) as builder:
        voters, done = _voters(place, count), 0
        while chunk := list(islice(voters, _CHUNK)):
            builder.add_voters(chunk)
            done += len(chunk)
            progress(done, count)
        roster = dict.fromkeys(range(1, CANDIDATES + 1))
        builder.install(FIRST_EPOCH, rules, roster, seq=count, counted=count, held=0, state=OPEN)
    return float(client.info("memory")["used_memory"] - before) / count


def _voters(place: Stand, count: int) -> Iterator[tuple[str, str]]:
    """Tags as long as ours, each with a ballot of yesterday."""
    yesterday = to_ms(place.service.clock.now()) // 86_400_000 - 1
    for _ in range(count):
        yield secrets.token_urlsafe(16), f"{yesterday}:1:1:2,5"


def _side(place: Stand, load: LoadGenerator, voters: int, count: int) -> Callable[[int], Cost]:
    slug = _slug(voters)
    path = f"/api/v1/campaigns/{slug}/ballots"

    def cast(_turn: int) -> Cost:
        requests = [ballot.post(path) for ballot in place.ballots(slug, count)]
        before = _script_us(place)
        round_ = load.run(requests, CONNECTIONS).require(201)
        return Cost(1e6 / round_.rate, (_script_us(place) - before) / count)

    return cast


def _script_us(place: Stand) -> int:
    client: Any = place.service.redis_client
    return int(client.info("commandstats").get("cmdstat_evalsha", {"usec": 0})["usec"])


def _cost_row(voters: int, costs: list[Cost], few: list[Cost]) -> Row:
    whole = ratios([cost.whole_us for cost in costs], [cost.whole_us for cost in few])
    script = ratios([cost.script_us for cost in costs], [cost.script_us for cost in few])
    microseconds = spread([cost.script_us for cost in costs]).median
    return Row(
        f"{voters:,} 名先前选民时每票的成本 ÷ 少时  cost per cast after {voters:,} voters ÷ after few", str(whole),
        f"≤ {1 + FLAT}", whole.median <= 1 + FLAT, f"the script alone {script}, {microseconds:.0f} µs in Redis",
    )  # fmt: skip


def _weight_row(weights: dict[int, float]) -> Row:
    most = max(weights)
    return Row("每名选民在票箱中占用的内存  memory per voter in the box", f"{weights[most]:.0f} B",
               note=f"{most:,} voters: {most * weights[most] / 2**20:.0f} MiB of Redis")  # fmt: skip
