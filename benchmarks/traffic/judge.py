"""How good a scan was, given the truth: precision, recall by attack, harm by organic stratum and by candidate, ranks.

Pure: labels, choices and verdicts by ballot id come in, figures go out. A ballot without a verdict counts as clean.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

VERDICTS = ("clean", "review", "quarantine")


class Label(NamedTuple):
    """One row of ``truth.csv``; ``attack`` is empty for an honest ballot and ``stratum`` for a forged one."""

    stratum: str
    attack: str
    voter_kind: str = "person"


class Shares(NamedTuple):
    """Of ``ballots``, the part that was quarantined, and the part quarantined or sent to review."""

    ballots: int
    quarantine: float
    any: float


class Ranks(NamedTuple):
    """Agreement of an order of candidates with the organic one; 1 is the same order."""

    kendall: float
    spearman: float


class Framed(NamedTuple):
    """The rival whom a frame attack stuffed: organic ballots kept (0 … 1) and places in three counts (1 is first)."""

    candidate: int
    kept: float
    rank_organic: int
    rank_counted: int
    rank_after: int


class Clusters(NamedTuple):
    """How many clusters, how many of them of more than 20 ballots, and the largest."""

    found: int
    over_20: int
    largest: int


@dataclass(frozen=True)
class Judgement:
    """``precision`` is that of quarantine, ``any_precision`` of quarantine and review; None where nothing was found.

    ``collateral``: by candidate, the part of organic ballots naming them that was quarantined. ``before``: all ballots
    counted; ``after``: without the quarantined; ``after_review``: without those in review too.
    """

    precision: float | None
    any_precision: float | None
    recall: dict[str, Shares]
    false_positives: dict[str, Shares]
    collateral: dict[int, float]
    before: Ranks
    after: Ranks
    after_review: Ranks
    framed: Framed | None
    clusters: Clusters


def judge(truth: Mapping[str, Label], choices: Mapping[str, Sequence[int]], verdicts: Mapping[str, str],
          cluster_sizes: Iterable[int] = ()) -> Judgement:  # fmt: skip
    """Compare. Raises ValueError for a verdict on an unknown ballot or of an unknown kind."""
    if strange := set(verdicts.values()) - set(VERDICTS):
        raise ValueError(f"no such verdict: {', '.join(sorted(strange))}")
    if lost := next((ballot for ballot in verdicts if ballot not in truth), None):
        raise ValueError(f"a verdict on a ballot that is not in the truth: {lost}")
    counts = _Counts.of(truth, choices, verdicts)
    organic = counts.votes["organic"]
    ranks = {name: _agreement(organic, votes) for name, votes in counts.votes.items()}
    return Judgement(
        precision=_precision(counts.by_attack, counts.by_stratum, ("quarantine",)),
        any_precision=_precision(counts.by_attack, counts.by_stratum, ("quarantine", "review")),
        recall=_shares(counts.by_attack),
        false_positives=_shares(counts.by_stratum),
        collateral={c: counts.harmed[c] / organic[c] for c in sorted(organic)},
        before=ranks["counted"],
        after=ranks["after"],
        after_review=ranks["after review"],
        framed=_framed(counts),
        clusters=_clusters(list(cluster_sizes)),
    )


@dataclass
class _Counts:
    by_attack: dict[str, Counter[str]]
    by_stratum: dict[str, Counter[str]]
    votes: dict[str, Counter[int]]
    harmed: Counter[int]
    framed: Counter[int]

    @classmethod
    def of(
        cls, truth: Mapping[str, Label], choices: Mapping[str, Sequence[int]], verdicts: Mapping[str, str]
    ) -> _Counts:
        """One pass over all ballots."""
        votes: dict[str, Counter[int]] = {
            name: Counter() for name in ("organic", "counted", "after", "after review")
        }
        found = cls(defaultdict(Counter), defaultdict(Counter), votes, Counter(), Counter())
        for ballot, label in truth.items():
            verdict, chosen = verdicts.get(ballot, "clean"), choices[ballot]
            (found.by_attack[label.attack] if label.attack else found.by_stratum[label.stratum])[verdict] += 1
            found._count(label, verdict, chosen)
        return found

    def _count(self, label: Label, verdict: str, chosen: Sequence[int]) -> None:
        self.votes["counted"].update(chosen)
        if verdict != "quarantine":
            self.votes["after"].update(chosen)
        if verdict == "clean":
            self.votes["after review"].update(chosen)
        if not label.attack:
            self.votes["organic"].update(chosen)
            if verdict == "quarantine":
                self.harmed.update(chosen)
        elif label.attack.startswith("frame"):
            self.framed.update(chosen)


def kendall(left: Sequence[float], right: Sequence[float]) -> float:
    """Tau-b; 0 where one of the two is constant."""
    agreeing = left_pairs = right_pairs = 0
    for i in range(len(left)):
        for j in range(i):
            a, b = _sign(left[i] - left[j]), _sign(right[i] - right[j])
            agreeing, left_pairs, right_pairs = agreeing + a * b, left_pairs + a * a, right_pairs + b * b
    return agreeing / (left_pairs * right_pairs) ** 0.5 if left_pairs and right_pairs else 0.0


def spearman(left: Sequence[float], right: Sequence[float]) -> float:
    """Pearson's correlation of mean ranks; 0 where one of the two is constant."""
    a, b = mean_ranks(left), mean_ranks(right)
    middle = (len(a) + 1) / 2
    product = sum((x - middle) * (y - middle) for x, y in zip(a, b, strict=True))
    scale = sum((x - middle) ** 2 for x in a) * sum((y - middle) ** 2 for y in b)
    return product / scale**0.5 if scale else 0.0


def mean_ranks(values: Sequence[float]) -> list[float]:
    """1 for the smallest; ties share the mean of their places."""
    below = [sum(other < value for other in values) for value in values]
    equal = [sum(other == value for other in values) for value in values]
    return [b + (e + 1) / 2 for b, e in zip(below, equal, strict=True)]


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)


def _agreement(organic: Counter[int], votes: Counter[int]) -> Ranks:
    names = sorted(set(organic) | set(votes))
    left, right = [organic[c] for c in names], [votes[c] for c in names]
    return Ranks(kendall(left, right), spearman(left, right))


def _shares(groups: Mapping[str, Counter[str]]) -> dict[str, Shares]:
    out = {}
    for name, counted in sorted(groups.items()):
        total = counted.total()
        out[name] = Shares(total, counted["quarantine"] / total, 1 - counted["clean"] / total)
    return out


def _precision(attacks: Mapping[str, Counter[str]], strata: Mapping[str, Counter[str]],
               kinds: Sequence[str]) -> float | None:  # fmt: skip
    right = sum(counted[kind] for counted in attacks.values() for kind in kinds)
    wrong = sum(counted[kind] for counted in strata.values() for kind in kinds)
    return right / (right + wrong) if right + wrong else None


def _framed(counts: _Counts) -> Framed | None:
    if not counts.framed:
        return None
    rival = max(counts.framed, key=lambda c: (counts.framed[c], -c))
    organic = counts.votes["organic"]
    kept = 1 - counts.harmed[rival] / organic[rival] if organic[rival] else 1.0
    return Framed(
        rival, kept, *(_place(counts.votes[name], rival) for name in ("organic", "counted", "after"))
    )


def _place(votes: Counter[int], candidate: int) -> int:
    return 1 + sum(count > votes[candidate] for count in votes.values())


def _clusters(sizes: list[int]) -> Clusters:
    return Clusters(len(sizes), sum(size > 20 for size in sizes), max(sizes, default=0))
