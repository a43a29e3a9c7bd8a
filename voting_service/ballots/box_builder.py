"""Building a box: an empty one before opening, a full one from the ledger after a loss.

It is built beside the old one and put in its place in one transaction: nobody ever sees half a box.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ..campaigns.rules import BallotRules
from ..clock import to_ms
from .ballot_box import PREPARED, SEALED, BallotBox, BoxKeys, keys_of, reaching_redis

DEPARTED = "-"
"""What cast.lua finds in place of a category at one who has left."""


def prepare_box(
    box: BallotBox, slug: str, epoch: int, rules: BallotRules, roster: Mapping[int, str | None],
    departed: Collection[int] = (),
) -> None:  # fmt: skip
    """Make an empty box that does not take ballots yet. Replaces an earlier one; the caller knows it is unused."""
    with BoxBuilder(box, slug) as builder:
        builder.install(epoch, rules, roster, departed, seq=0, counted=0, held=0, state=PREPARED)


class BoxBuilder:
    """One box in the making; leaving the block takes away what was not installed."""

    def __init__(self, box: BallotBox, slug: str) -> None:
        self._client = box.client
        self._real = keys_of(slug)
        self._new = BoxKeys(*(f"{key}new" for key in self._real))

    def __enter__(self) -> BoxBuilder:
        with reaching_redis():
            self._client.unlink(self._new.meta, self._new.roster, self._new.voters, self._new.counts)
        return self

    def __exit__(self, *_error: object) -> None:
        with reaching_redis():
            self._client.unlink(self._new.meta, self._new.roster, self._new.voters, self._new.counts)

    def add_voters(self, voters: Iterable[tuple[str, str]]) -> None:
        """Voter tag → packed state; a few thousand at a time."""
        mapping = dict(voters)
        if mapping:
            with reaching_redis():
                self._client.hset(self._new.voters, mapping=mapping)

    def add_counts(self, counts: Mapping[int, int]) -> None:
        """The provisional counts."""
        if counts:
            with reaching_redis():
                self._client.hset(self._new.counts, mapping={str(k): v for k, v in counts.items()})

    def remember_ballots(self, ballots: Iterable[tuple[str, str]], keep_s: int) -> None:
        """Ballots whose forms may still be posted again: ballot id → the value that cast.lua keeps."""
        with reaching_redis(), self._client.pipeline(transaction=False) as pipe:
            for ballot_id, value in ballots:
                pipe.set(self._real.ballot + ballot_id, value, ex=keep_s)
            pipe.execute()

    def install(
        self,
        epoch: int,
        rules: BallotRules,
        roster: Mapping[int, str | None],
        departed: Collection[int] = (),
        *,
        seq: int,
        counted: int,
        held: int,
        state: str,
        sealed_ms: int | None = None,
        decisions: int = 0,
    ) -> None:
        """Put the new box in the old one's place, all at once. Its counts contain this many decisions; nobody can choose
        those of the roster who have ``departed``."""
        order = {category.key: index for index, category in enumerate(rules.categories, start=1)}
        meta = meta_of(rules) | {"epoch": epoch, "seq": seq, "counted": counted, "held": held, "state": state}
        meta |= {"decisions": decisions, "departures": len(departed)}
        groups = {number: order.get(key or "", 0) for number, key in roster.items()}
        if sealed_ms is not None:
            meta |= {"state": SEALED, "sealed_ms": sealed_ms}
        with reaching_redis():
            built = [
                (new, real)
                for new, real in (
                    (self._new.voters, self._real.voters),
                    (self._new.counts, self._real.counts),
                )
                if self._client.exists(new)
            ]
            with self._client.pipeline(transaction=True) as pipe:
                pipe.unlink(*self._real[:5])
                for new, real in built:
                    pipe.rename(new, real)
                pipe.hset(
                    self._real.roster,
                    mapping={str(n): DEPARTED if n in departed else group for n, group in groups.items()},
                )
                pipe.hset(self._real.meta, mapping=meta)
                pipe.execute()


def meta_of(rules: BallotRules) -> dict[str, str | int]:
    """The rules as cast.lua reads them."""
    first, last = rules.minutes
    return {
        "opens_ms": to_ms(rules.opens_at),
        "closes_ms": to_ms(rules.closes_at),
        "from_min": first,
        "to_min": last,
        "min": rules.min_choices,
        "max": rules.max_choices,
        "per_day": rules.ballots_per_day or 0,
        "in_total": rules.ballots_total or 0,
        "same_day": rules.same_candidate_per_day or 0,
        "categories": ",".join(f"{c.min_choices or 0}:{c.max_choices or 0}" for c in rules.categories),
    }
