"""Where the time of one cast goes, stage by stage, from the front door's first line to its last.

In one process and one thread, so that waiting for other threads is nobody's share. Each stage is a call that the front
door makes anyway; a stopwatch is put around it for the length of the measurement.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from anti_fraud.gate import Gate
from voting_service.ballots import cast as cast_verb
from voting_service.ballots import cast_api
from voting_service.ballots.ballot_box import BallotBox
from voting_service.ballots.ballot_form import BallotForms
from voting_service.ballots.door import Door
from voting_service.ballots.polling_station import PollingStation
from voting_service.web.sessions import VoterSessions

from .run import Run
from .stand import cast_within, stand
from .table import Row

PATH = "/api/v1/campaigns/test/ballots"
WHOLE = "whole"
NAMES = {
    "json": "JSON",
    "cookie": "会话 cookie",
    "form": "表单 form",
    "tags": "标签 tags",
    "gate": "关卡 gate",
    "evidence": "证据 evidence",
    "redis": "票箱 Redis",
    "receipt": "签回执 receipt",
    "answer": "应答 answer",
}


def measure(run: Run) -> list[Row]:
    """Cast through the whole WSGI application, each stage under a stopwatch."""
    with stand(run.directory) as place:
        place.stage.campaign()
        place.stage.client().post(PATH, json={})  # refused, but the campaign is known from now on
        ballots = place.ballots("test", run.sizes.requests * 2)
        progress = run.progress("投票各步 cast stages")
        with _stopwatches() as took:
            for done, ballot in enumerate(ballots, 1):
                took[WHOLE].append(cast_within(place.stage.app, "test", ballot))
                progress(done, len(ballots))
    return _rows(took, run.sizes.requests)


@contextmanager
def _stopwatches() -> Iterator[dict[str, list[float]]]:
    took: dict[str, list[float]] = defaultdict(list)

    def timed(stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            before = time.perf_counter()
            try:
                return call(*arguments, **named)
            finally:
                took[stage].append(time.perf_counter() - before)

        return run

    with ExitStack() as stack:
        for stage, owner, name in (
            ("json", json, "loads"),
            ("cookie", VoterSessions, "from_header"),
            ("form", BallotForms, "read"),
            ("tags", PollingStation, "voter_tag"),
            ("tags", Door, "attempt"),
            ("gate", Gate, "judge"),
            ("evidence", cast_verb, "seal"),
            ("evidence", Door, "own_token"),
            ("redis", BallotBox, "cast"),
            ("receipt", cast_verb, "sign_receipt"),
            ("answer", cast_api, "_cast"),
        ):
            stack.enter_context(patch.object(owner, name, timed(stage, getattr(owner, name))))
        yield took


def _rows(took: dict[str, list[float]], warm: int) -> list[Row]:
    """Medians: one wait for the disk or for a neighbour says nothing about a stage."""
    count = len(took[WHOLE])
    middle = {}
    for stage, values in took.items():
        calls = len(values) // count
        each = [sum(values[i : i + calls]) for i in range(0, len(values), calls)]
        middle[stage] = statistics.median(each[-warm:])
    whole = middle.pop(WHOLE)
    middle["rest"] = max(whole - sum(middle.values()), 0)
    shares = " · ".join(
        f"{NAMES.get(stage, '其余 rest')} {100 * seconds / whole:.0f}%" for stage, seconds in middle.items()
    )
    own = (whole - middle["redis"]) * 1e6
    return [
        Row("投票各步所占时间  where a cast's time goes", f"{whole * 1e6:.0f} µs",
            note=f"{shares}; {own:.0f} µs without Redis and its disk"),
    ]  # fmt: skip
