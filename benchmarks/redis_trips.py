"""Redis round trips of one cast, counted by Redis itself."""

from __future__ import annotations

from typing import Any

from .load import LoadGenerator
from .run import Run
from .servers import serving
from .stand import stand
from .table import Row

CONNECTIONS = 1
"""One after the other: a second connection to Redis would be greeted, and that would be counted."""


def measure(run: Run) -> list[Row]:
    """Cast over HTTP and compare Redis's own counters before and after."""
    count = run.sizes.requests
    with stand(run.directory) as place:
        place.stage.campaign()
        client: Any = place.service.redis_client
        with (
            serving(place, workers=1) as server,
            LoadGenerator(server.host, server.port, run.directory) as load,
        ):
            path = "/api/v1/campaigns/test/ballots"

            def cast() -> None:
                requests = [ballot.post(path) for ballot in place.ballots("test", count)]
                load.run(requests, CONNECTIONS).require(201)

            cast()  # connection and script are there from now on
            before = _counters(client)
            cast()
            after = _counters(client)
    scripts = (after["scripts"] - before["scripts"]) / count
    # Between the two counts lie our own two questions after the casts.
    trips = (after["reads"] - before["reads"] - 2) / count
    return [
        Row("每票的 Redis 往返次数  Redis round trips per cast", f"{trips:g}", "1", trips == 1,
            f"{scripts:g} EVALSHA per cast; reads from clients by INFO, {count} casts"),
    ]  # fmt: skip


def _counters(client: Any) -> dict[str, int]:
    calls = client.info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]
    return {"scripts": calls, "reads": client.info("stats")["total_reads_processed"]}
