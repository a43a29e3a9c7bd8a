"""What guarding the door adds to a cast: tags, every check and the budgets in the box; and beside it what keeping evidence
adds, which is made, sealed and sent along. Against the same cast with none of them, in one process and one thread, in turn.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from werkzeug.test import Client

from anti_fraud.gate import Attempt, Gate
from voting_service.ballots import cast as cast_verb
from voting_service.ballots.door import Door
from wsgi import Service, make_app

from .paired import in_turn, ratios, spread
from .run import Run
from .stand import Stand, cast_within, stand
from .table import Row

PATH = "/api/v1/campaigns/test/ballots"
MOST = 1.15
ANYONE = Attempt("", "browser")


def measure(run: Run) -> list[Row]:
    """Rounds of casts with the gate and evidence, with the gate alone, and with neither; ratios turn by turn."""
    with stand(run.directory) as place:
        place.stage.campaign()
        count = max(run.sizes.requests // 10, 20)
        guarded, bare = make_app(place.service), make_app(_without_gate(place.service))
        sides: dict[str, Callable[[int], float]] = {
            "whole": lambda _turn: _round(guarded, place, count),
            "gate": lambda _turn: _round_without_evidence(guarded, place, count),
            "bare": lambda _turn: _round_without_evidence(bare, place, count),
        }
        for app in (guarded, bare):
            Client(app).post(PATH, json={})  # refused, but the campaign is known from now on
        for side in sides.values():
            side(0)
        found = in_turn(sides, run.sizes.turns * 2, run.progress("风控 gate"))
    gate, whole = ratios(found["gate"], found["bare"]), ratios(found["whole"], found["bare"])
    took = spread(found["bare"]).median
    return [
        Row("有风控关卡的投票 ÷ 没有  cast with the gate ÷ without", str(gate), f"≤ {MOST}", gate.median <= MOST,
            f"{took * 1e6:.0f} µs a cast without, disk included; {len(place.service.door.gate.checks)} checks"),
        Row("有关卡并留存证据的投票 ÷ 都没有  with gate and evidence ÷ with neither", str(whole)),
    ]  # fmt: skip


def _without_gate(service: Service) -> Service:
    plain = Service(service.settings, service.clock)
    door = service.door
    plain.__dict__["door"] = OpenDoor(
        Gate([]), door.challenges, door.tokens, door.kiosks, service.key("address"), lambda _address: ""
    )
    return plain


class OpenDoor(Door):
    """A door that looks at nobody."""

    def attempt(self, *_: Any) -> Attempt:
        """The same for everyone."""
        return ANYONE


def _round_without_evidence(app: Callable[..., Any], place: Stand, count: int) -> float:
    # Neither made nor sealed nor sent.
    with patch.object(cast_verb._Try, "_sealed", lambda *_: ""):
        return _round(app, place, count)


def _round(app: Callable[..., Any], place: Stand, count: int) -> float:
    return statistics.median(cast_within(app, "test", ballot) for ballot in place.ballots("test", count))
