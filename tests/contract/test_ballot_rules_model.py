"""cast.lua against a plain-Python model of the rules: random rule sets, ballots, retries, departures and clock moves.

Redis's clock cannot be moved, so the campaign is moved around it: a shift of the window and of the UTC offset by the
same amount is, to every rule, a shift of the clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voting_service.ballots.ballot_box import BallotBox, BallotToCast, keys_of

DAY = 86_400
MINUTE = 60
BASE = 20_000 * DAY  # an arbitrary local midnight; virtual time, in seconds
CATEGORY_OF = {1: 1, 2: 1, 3: 2, 4: 2, 5: 0}


@dataclass(frozen=True)
class Rules:
    """One rule set; 0 means no limit."""

    opens: int
    closes: int
    from_min: int
    to_min: int
    low: int
    high: int
    per_day: int
    in_total: int
    same_day: int
    categories: tuple[tuple[int, int], ...]


@dataclass
class Model:
    """What the box must do, said as plainly as possible."""

    rules: Rules
    ballots: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    cast: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    def vote(self, now: int, ballot_id: str, voter: str, choices: tuple[int, ...]) -> str:
        """The outcome, and its detail where it has one."""
        if ballot_id in self.ballots:
            return "again" if self.ballots[ballot_id][0] == voter else "foreign_ballot"
        refused = self._window(now) or self._choices(choices) or self._limits(now, voter, choices)
        if refused:
            return refused
        day = max([now // DAY, *(d for v, d, _c in self.cast if v == voter)])
        self.ballots[ballot_id] = (voter, choices)
        self.cast.append((voter, day, choices))
        return "cast"

    def _window(self, now: int) -> str | None:
        if now >= self.rules.closes:
            return "not_open closed"
        if now < self.rules.opens:
            return "not_open early"
        minute = now % DAY // MINUTE
        return None if self.rules.from_min <= minute < self.rules.to_min else "not_open resting"

    def _choices(self, choices: tuple[int, ...]) -> str | None:
        if len(choices) < max(self.rules.low, 1):
            return "invalid_choices few"
        if len(choices) > self.rules.high:
            return "invalid_choices many"
        for n in choices:
            if n in self.gone or n not in CATEGORY_OF:
                return f"invalid_choices {'left' if n in self.gone else 'unknown'}:{n}"
        for index, (low, high) in enumerate(self.rules.categories, start=1):
            n = sum(CATEGORY_OF[c] == index for c in choices)
            if n < low:
                return f"invalid_choices category_few:{index}"
            if high and n > high:
                return f"invalid_choices category_many:{index}"
        return None

    def _limits(self, now: int, voter: str, choices: tuple[int, ...]) -> str | None:
        mine = [(day, chosen) for who, day, chosen in self.cast if who == voter]
        day = max([now // DAY, *(d for d, _c in mine)])
        today = [chosen for d, chosen in mine if d == day]
        if self.rules.in_total and len(mine) >= self.rules.in_total:
            return "already_cast total"
        if self.rules.per_day and len(today) >= self.rules.per_day:
            return "already_cast day"
        if self.rules.same_day:
            for number in choices:
                if sum(chosen.count(number) for chosen in today) >= self.rules.same_day:
                    return f"already_cast {number}"
        return None


minutes = st.integers(0, 24 * 60)


@st.composite
def rule_sets(draw: st.DrawFn) -> Rules:
    """Any rules that an import would admit, over a campaign of up to four days."""
    opens = BASE + draw(st.integers(0, 2 * 24)) * 3600
    first, last = sorted((draw(st.integers(0, 23)) * 60, draw(st.integers(1, 24)) * 60))
    low = draw(st.integers(1, 3))
    return Rules(
        opens=opens,
        closes=opens + draw(st.integers(1, 3 * 24)) * 3600,
        from_min=first,
        to_min=max(last, first + 60),
        low=low,
        high=draw(st.integers(low, 4)),
        per_day=draw(st.sampled_from([0, 1, 2, 3])),
        in_total=draw(st.sampled_from([0, 1, 4])),
        same_day=draw(st.sampled_from([0, 1, 2])),
        categories=draw(st.sampled_from([(), ((0, 0), (0, 1)), ((1, 2), (0, 0)), ((1, 1), (1, 1))])),
    )


steps = st.lists(
    st.tuples(
        # Half past the hour: no figure of the rules lies there, so the test's own milliseconds decide nothing.
        st.integers(-24, 5 * 24).map(lambda hours: BASE + hours * 3600 + 1800),
        st.integers(0, 12).map(lambda n: f"BALLOT{n:02}"),
        st.sampled_from(["anna", "ben"]),
        st.sets(st.integers(1, 6), max_size=5).map(lambda numbers: tuple(sorted(numbers))),
        # Mostly nobody leaves.
        st.sampled_from([*[0] * 12, *CATEGORY_OF]),
    ),
    min_size=1,
    max_size=25,
)


def install(client: redis.Redis, slug: str, rules: Rules, shift: int, *, first: bool) -> None:
    """Put the rules into the box as they look with the clock ``shift`` seconds behind virtual time."""
    keys = keys_of(slug)
    meta = {
        "opens_ms": (rules.opens - shift) * 1000, "closes_ms": (rules.closes - shift) * 1000,
        "from_min": rules.from_min, "to_min": rules.to_min, "min": rules.low, "max": rules.high,
        "per_day": rules.per_day, "in_total": rules.in_total, "same_day": rules.same_day,
        "categories": ",".join(f"{low}:{high}" for low, high in rules.categories),
    }  # fmt: skip
    client.hset(keys.meta, mapping=meta)
    if first:
        client.hset(keys.meta, mapping={"epoch": 1, "state": "open", "seq": 0})
        client.hset(keys.roster, mapping={str(number): group for number, group in CATEGORY_OF.items()})


@given(rules=rule_sets(), script=steps)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_box_follows_the_rules(redis_server: object, rules: Rules, script: list[tuple]) -> None:
    client = redis.Redis.from_url(redis_server.url, decode_responses=True)  # type: ignore[attr-defined]
    client.flushall()
    box = BallotBox(client, lambda _box: None)
    model = Model(rules)
    for step, (now, ballot_id, voter, choices, leaver) in enumerate(script):
        # Virtual local time is UTC here; what differs between the two clocks is the shift.
        shift = now - int(time.time())
        install(client, "model", rules, shift, first=step == 0)
        if leaver:
            model.gone.add(leaver)
            box.depart("model", model.gone)
        ballot = BallotToCast(ballot_id, voter, choices, "browser", False, 9_999_999_999_999, shift)
        answer = box.cast("model", ballot)
        seen = (
            answer.outcome
            if answer.outcome in ("cast", "again")
            else f"{answer.outcome} {answer.detail}".strip()
        )
        assert seen == model.vote(now, ballot_id, voter, choices)
        if answer.outcome == "already_cast" and answer.detail == "day":
            check_next_day(rules, answer.next_ms // 1000 + shift, now)
    check_books(box, model)
    client.close()


def check_next_day(rules: Rules, next_at: int, now: int) -> None:
    """The next ballot is promised for a later day's opening, within the window, or not at all."""
    if next_at < BASE - 30 * DAY:
        return  # 0: never again
    assert next_at > now - DAY
    assert abs(next_at % DAY - rules.from_min * 60) <= 2
    assert next_at < rules.closes


def check_books(box: BallotBox, model: Model) -> None:
    """Counts, voters and stream are those of the model's ballots."""
    expected: dict[int, int] = {}
    for _voter, _day, choices in model.cast:
        for number in choices:
            expected[number] = expected.get(number, 0) + 1
    assert box.provisional_counts("model") == expected
    waiting = box.waiting("model", after="0-0", count=1000)
    assert [(ballot.voter_tag, ballot.choices) for ballot in waiting] == [(v, c) for v, _d, c in model.cast]
    assert [ballot.seq for ballot in waiting] == list(range(1, len(model.cast) + 1))
